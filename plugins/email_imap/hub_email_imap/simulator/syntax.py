"""How IMAP is written: commands and their arguments, sequence sets, dates and strings (RFC 3501 section 9)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

Argument: TypeAlias = "bytes | list[Argument]"

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ARGUMENT = re.compile(rb'(?P<bracket>[()])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<atom>(?:[^ ()"\[\]]|\[[^\]]*\])+)')
_SET = re.compile(r"(\d{1,10}|\*)(:(\d{1,10}|\*))?")
_DATE = re.compile(r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4})")
_DATE_TIME = re.compile(_DATE.pattern + r" (\d\d:\d\d:\d\d) ([+-]\d{4})")


class BadCommand(Exception):
    """The client wrote something that is not IMAP: answered with BAD."""


class Refusal(Exception):
    """The command is understood but cannot be obeyed: answered with NO."""


class Arguments:
    """The arguments of a command, taken one by one from the left."""

    def __init__(self, values: Sequence[Argument]) -> None:
        self._values = list(values)

    def __len__(self) -> int:
        return len(self._values)

    def take(self) -> Argument:
        """The next argument of any kind."""
        if not self._values:
            raise BadCommand("Missing argument.")
        return self._values.pop(0)

    def word(self) -> bytes:
        """The next argument, an atom or a string."""
        value = self.take()
        if isinstance(value, list):
            raise BadCommand("A list stands where a word is expected.")
        return value

    def text(self) -> str:
        """The next argument as text."""
        try:
            return self.word().decode()
        except UnicodeDecodeError as error:
            raise BadCommand("Argument is not UTF-8.") from error

    def words(self) -> list[bytes]:
        """The next argument, a list of words; a single word counts as a list of one."""
        inner, words = self.group(), []
        while inner:
            words.append(inner.word())
        return words

    def group(self) -> Arguments:
        """What the next argument, a list, holds; a single word counts as a list of one."""
        value = self.take()
        return Arguments(value if isinstance(value, list) else [value])

    def next_is_list(self) -> bool:
        """Whether the next argument stands in brackets."""
        return bool(self._values) and isinstance(self._values[0], list)

    def next_is(self, word: bytes) -> bool:
        """Whether the next argument is this word."""
        return bool(self._values) and not isinstance(self._values[0], list) and self._values[0].upper() == word


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name in capitals (with UID where it has it) and its arguments."""

    name: str
    arguments: Arguments

    @property
    def by_uid(self) -> bool:
        """Whether mails are named by their UIDs, not by their numbers."""
        return self.name.startswith("UID ")

    @property
    def bare_name(self) -> str:
        """The name without UID."""
        return self.name.removeprefix("UID ")


class ArgumentReader:
    """Puts arguments together from lines and the literals between them."""

    def __init__(self) -> None:
        self._open: list[list[Argument]] = [[]]

    def line(self, text: bytes) -> None:
        """Read the arguments of one line."""
        position = 0
        while position < len(text):
            if text[position : position + 1] == b" ":
                position += 1
                continue
            found = _ARGUMENT.match(text, position)
            if not found:
                raise BadCommand("Invalid characters in the arguments.")
            self._argument(found)
            position = found.end()

    def literal(self, data: bytes) -> None:
        """Take a literal as the next argument."""
        self._open[-1].append(data)

    def finished(self) -> Arguments:
        """All arguments; every bracket must be closed by now."""
        if len(self._open) != 1:
            raise BadCommand("A bracket is not closed.")
        return Arguments(self._open[0])

    def _argument(self, found: re.Match[bytes]) -> None:
        if found["bracket"] == b"(":
            self._open.append([])
        elif found["bracket"] == b")":
            self._close_list()
        elif found["quoted"] is not None:
            self._open[-1].append(re.sub(rb"\\(.)", rb"\1", found["quoted"]))
        else:
            self._open[-1].append(found["atom"])

    def _close_list(self) -> None:
        if len(self._open) == 1:
            raise BadCommand("A bracket is closed that was never opened.")
        inner = self._open.pop()
        self._open[-1].append(inner)


def chosen_numbers(sequence_set: str, numbers: Sequence[int]) -> list[int]:
    """Which of the rising numbers a sequence set names; * is the highest, so that n:* always has the last one."""
    chosen: set[int] = set()
    highest = numbers[-1] if numbers else 0
    for part in sequence_set.split(","):
        low, high = _bounds(part, highest)
        chosen.update(numbers[bisect_left(numbers, low) : bisect_right(numbers, high)])
    return sorted(chosen)


def highest_named(sequence_set: str) -> int:
    """The highest number that stands in the set."""
    return max((int(number) for number in re.findall(r"\d{1,10}", sequence_set)), default=0)


def _bounds(part: str, highest: int) -> tuple[int, int]:
    found = _SET.fullmatch(part)
    if not found:
        raise BadCommand("Invalid message set.")
    first, last = found[1], found[3] or found[1]
    ends = [highest if end == "*" else int(end) for end in (first, last)]
    return min(ends), max(ends)


def number_set(numbers: Sequence[int]) -> str:
    """The numbers as a set, each by itself."""
    return ",".join(map(str, numbers))


def quoted(data: bytes | None) -> bytes:
    """A string as it is written: NIL, quoted, or a literal where it is long or has odd bytes."""
    if data is None:
        return b"NIL"
    if len(data) > 500 or re.search(rb"[^\x20-\x7e]", data):
        return literal(data)
    return b'"' + re.sub(rb'(["\\])', rb"\\\1", data) + b'"'


def literal(data: bytes) -> bytes:
    """A string with its length before it, for any bytes."""
    return b"{%d}\r\n%b" % (len(data), data)


def internal_date(at: datetime) -> bytes:
    """An instant as INTERNALDATE; strftime would write the month in the language of the machine."""
    at = at.astimezone(UTC)
    return f'"{at.day:2d}-{MONTHS[at.month - 1]}-{at:%Y %H:%M:%S} +0000"'.encode()


def read_date(text: str) -> date:
    """The day that a SEARCH names, such as 7-Nov-2026."""
    found = _DATE.fullmatch(text)
    if not found:
        raise BadCommand("Invalid date.")
    return _day(found)


def read_date_time(text: str) -> datetime:
    """The instant that an APPEND names."""
    found = _DATE_TIME.fullmatch(text)
    if not found:
        raise BadCommand("Invalid date and time.")
    try:
        return datetime.strptime(f"{_day(found)} {found[4]} {found[5]}", "%Y-%m-%d %H:%M:%S %z")
    except ValueError as error:
        raise BadCommand("Invalid date and time.") from error


def _day(found: re.Match[str]) -> date:
    try:
        return date(int(found[3]), MONTHS.index(found[2].capitalize()) + 1, int(found[1]))
    except ValueError as error:
        raise BadCommand("Invalid date.") from error
