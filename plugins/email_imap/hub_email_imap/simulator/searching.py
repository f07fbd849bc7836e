"""What a SEARCH asks for, as a test that each mail passes or not (RFC 3501 section 6.4.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date

from hub_email_imap.simulator.mailbox import StoredMail
from hub_email_imap.simulator.syntax import Arguments, BadCommand, Refusal, chosen_numbers, read_date

Test = Callable[[int, StoredMail], bool]

HAS_FLAG = {"SEEN", "ANSWERED", "DELETED", "DRAFT", "FLAGGED"}
FIELDS = {"FROM", "TO", "CC", "BCC", "SUBJECT"}
DAYS: dict[str, Callable[[date, date], bool]] = {
    "SINCE": lambda day, asked: day >= asked,
    "BEFORE": lambda day, asked: day < asked,
    "ON": lambda day, asked: day == asked,
}
SIZES: dict[str, Callable[[int, int], bool]] = {
    "LARGER": lambda size, asked: size > asked,
    "SMALLER": lambda size, asked: size < asked,
}


def search(asked: Arguments, uids: list[int]) -> Test:
    """The test for everything that is asked; `uids` are those of the folder, in order."""
    if asked.next_is(b"CHARSET"):
        asked.take()
        if asked.text().upper() not in ("UTF-8", "US-ASCII"):
            raise Refusal("[BADCHARSET (UTF-8 US-ASCII)] Unknown charset.")
    if not asked:
        raise BadCommand("Missing search criteria.")
    return _all(asked, uids)


def _all(asked: Arguments, uids: list[int]) -> Test:
    tests = []
    while asked:
        tests.append(_one(asked, uids))
    return lambda position, mail: all(test(position, mail) for test in tests)


def _one(asked: Arguments, uids: list[int]) -> Test:
    if asked.next_is_list():
        return _all(asked.group(), uids)
    key = asked.text().upper()
    if key == "ALL":
        return lambda _position, _mail: True
    if key == "NOT":
        test = _one(asked, uids)
        return lambda position, mail: not test(position, mail)
    if key == "OR":
        first, second = _one(asked, uids), _one(asked, uids)
        return lambda position, mail: first(position, mail) or second(position, mail)
    if key[:1].isdigit() or key[:1] == "*":
        positions = set(chosen_numbers(key, range(1, len(uids) + 1)))
        return lambda position, _mail: position in positions
    return _about_the_mail(key, asked, uids)


def _about_the_mail(key: str, asked: Arguments, uids: list[int]) -> Test:
    if key == "UID":
        wanted = set(chosen_numbers(asked.text(), uids))
        return lambda _position, mail: mail.uid in wanted
    if key in FIELDS:
        return _in_field(key, asked.text())
    if key == "HEADER":
        return _in_field(asked.text(), asked.text())
    if key in DAYS:
        day, compare = read_date(asked.text()), DAYS[key]
        return lambda _position, mail: compare(mail.at.astimezone(UTC).date(), day)
    if key in SIZES:
        size, larger = _number(asked), SIZES[key]
        return lambda _position, mail: larger(len(mail.raw), size)
    return _about_flags(key, asked)


def _about_flags(key: str, asked: Arguments) -> Test:
    wanted = not key.startswith("UN")
    name = key if wanted else key.removeprefix("UN")
    if name == "KEYWORD":
        flag = asked.text()
    elif name in HAS_FLAG:
        flag = f"\\{name.capitalize()}"
    else:
        raise BadCommand(f"Unknown search key {key}.")
    return lambda _position, mail: (flag in mail.flags) is wanted


def _in_field(name: str, text: str) -> Test:
    sought = text.lower()
    return lambda _position, mail: any(sought in value.lower() for value in mail.header_texts(name))


def _number(asked: Arguments) -> int:
    text = asked.text()
    if not text.isdecimal() or len(text) > 10:
        raise BadCommand("Invalid number.")
    return int(text)
