"""What people are told of steps that are due: a paragraph of one, a list of a few, a digest of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from hub.core.escalation import Step
from hub.core.local_time import elapsed, local_time
from hub.core.model import CaseType, Money, require_aware
from hub.core.outbox_alarms import OUTBOX
from hub.core.plain_text import one_line
from hub.core.policy import ClockName, Deed

DIGEST_FROM = 6
"""From so many steps on people get a digest, unless the seller has set another number."""

_LISTED = 10
_LONGEST_SUBJECT, _LONGEST_NAME, _LONGEST_WORDS = 120, 60, 500
# Inside the quotation marks a customer could otherwise end the quotation and go on in our own voice.
_NO_QUOTES = str.maketrans("“”„«»", "'''''")
_OWED: dict[str, str] = {
    ClockName.FIRST_RESPONSE: "the first answer",
    ClockName.FIRST_RESPONSE_TARGET: "the first answer by the stricter target",
    ClockName.NEXT_RESPONSE: "the next answer",
    ClockName.RESOLUTION: "the solution",
    ClockName.PROMISE: "the promised answer",
    OUTBOX: "the reply in the outbox",
}
_DEEDS: dict[Deed, str] = {
    Deed.BREACH: "late",
    Deed.REMIND: "still unanswered",
    Deed.LEAD: "for the lead",
    Deed.PREPARE: "to be decided by a person",
    Deed.WARN: "due soon",
}


def make_text(
    steps: Sequence[Step], total: int, now: datetime, tz: str, digest_from: int = DIGEST_FROM
) -> tuple[str, str]:
    """The title and the plain text that tell people of `total` steps, in the time of a zone.

    `steps` are all of them, or the first ones where there are too many; there is at least one. The title holds nothing
    that a customer wrote; in the text it begins no line and drives no screen, and a subject stands in quotation marks.
    """
    told_at = require_aware(now)
    ordered = sorted(steps, key=_rank)
    if total == 1:
        [step] = ordered
        return f"{step.case_number}: {_due(step, told_at, tz)}", _paragraph(step, told_at, tz)
    whole = len(ordered) == total
    title = f"{total} deadlines" + (f": {_deeds(ordered)}" if whole else "")
    if total < digest_from:
        return title, "\n".join(_items(ordered, total, told_at, tz))
    return title, "\n".join([*_overview(ordered, total, told_at, tz), *_items(ordered[:_LISTED], total, told_at, tz)])


def _rank(step: Step) -> tuple[datetime, bool, str]:
    """Soonest first; of several due at once the missing items."""
    return step.due, step.case_type != CaseType.MISSING_ITEM, step.case_number


def _items(listed: Sequence[Step], total: int, now: datetime, tz: str) -> Iterator[str]:
    yield from (f"- {_paragraph(step, now, tz)}" for step in listed)
    if total > len(listed):
        yield f"… and {total - len(listed)} more"


def _paragraph(step: Step, now: datetime, tz: str) -> str:
    due, what = _due(step, now, tz), _line(step.what).rstrip(".")
    sentences = [
        f"{step.case_number} ({_place(step)}){_who(step)}",
        f"{due[0].upper()}{due[1:]}, {_left(step, now)}",
        f"{what[:1].upper()}{what[1:]}",
        f"Order {_line(step.order_number)}" if step.order_number else "",
        f"Assigned to {_line(step.assignee)}" if step.assignee else "",
        _risk(step, now, tz),
    ]
    link = [_line(step.url)] if step.url else []
    return " ".join([*(f"{sentence}." for sentence in sentences if sentence), *link])


def _place(step: Step) -> str:
    kind = "" if step.case_type in ("", CaseType.UNKNOWN) else f", {step.case_type.replace('_', ' ')}"
    return f"{step.channel}{kind}"


def _who(step: Step) -> str:
    parts = [_short(step.customer, _LONGEST_NAME)] if step.customer.strip() else []
    if step.subject.strip():
        parts.append(f"“{_short(step.subject.translate(_NO_QUOTES), _LONGEST_SUBJECT)}”")
    return f" {': '.join(parts)}" if parts else ""


def _due(step: Step, now: datetime, tz: str) -> str:
    verb = "was" if now > step.due else "is"
    return f"{_OWED.get(step.clock, 'the answer')} {verb} due {local_time(step.due, now, tz)}"


def _left(step: Step, now: datetime) -> str:
    # In UTC: Python subtracts two datetimes of one zone by their wall clocks, an hour wrong over a DST night.
    left = step.due.astimezone(UTC) - now.astimezone(UTC)
    return f"{elapsed(-left)} ago" if now > step.due else f"in {elapsed(left)}"


def _risk(step: Step, now: datetime, tz: str) -> str:
    """What the platform is expected to do by itself, when, and what that costs."""
    what = _line(step.consequence).replace("_", " ").rstrip(".")
    if step.consequence_at is not None and what:
        when = local_time(step.consequence_at, now, tz)
        what += f" at {when} unless answered" if step.consequence_at > now else f", expected since {when}"
    return ": ".join(part for part in (_amount(step), what) if part)


def _amount(step: Step) -> str:
    if step.at_risk is not None:
        return str(step.at_risk)
    return "Amount unknown" if step.risk_unknown else ""


def _overview(steps: Sequence[Step], total: int, now: datetime, tz: str) -> Iterator[str]:
    known = "" if len(steps) == total else f"Of the first {len(steps)}: "
    yield f"{total} deadlines need attention at {local_time(now, now, tz)}."
    yield f"{known}{_deeds(steps)}."
    yield f"{known}{_channels(steps)}."
    if risks := _risks(steps):
        yield f"{known}at risk: {risks}." if known else f"At risk: {risks}."
    yield "\nThe soonest:"


def _deeds(steps: Iterable[Step]) -> str:
    counts = Counter(step.do for step in steps)
    return ", ".join(f"{counts[deed]} {words}" for deed, words in _DEEDS.items() if counts[deed])


def _channels(steps: Iterable[Step]) -> str:
    counts = Counter(step.channel for step in steps)
    return ", ".join(f"{count} in {channel}" for channel, count in sorted(counts.items()))


def _risks(steps: Iterable[Step]) -> str:
    """The money at risk in each currency; a case with several deadlines loses it once."""
    amounts: dict[str, Money] = {}
    unknown: set[str] = set()
    for step in steps:
        if step.at_risk is not None:
            amounts.setdefault(step.case_number, step.at_risk)
        elif step.risk_unknown:
            unknown.add(step.case_number)
    parts = list(_sums(amounts.values()))
    if count := len(unknown - amounts.keys()):
        parts.append(f"an unknown amount in {count} case{'' if count == 1 else 's'}")
    return ", ".join(parts)


def _sums(amounts: Iterable[Money]) -> Iterator[str]:
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    for currency, amount in sorted(sums.items()):
        yield str(Money(amount, currency))


def _line(text: str) -> str:
    return _short(text, _LONGEST_WORDS)


def _short(text: str, most: int) -> str:
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
