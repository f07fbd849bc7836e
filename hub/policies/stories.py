"""What a test of a policy says happened, as the events of a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.core.events import (
    DeadlineGiven,
    Event,
    Happening,
    Merged,
    MessageArrived,
    NoReplyNeeded,
    Opened,
    OwnerChanged,
    PromiseMade,
    StateChanged,
)
from hub.core.model import Author, CaseState, CaseType, Direction, Message, Order
from hub.core.policy import ClockName
from hub.core.replay import apply, open_case
from hub.core.turns import Owner
from hub.policies.tables import Table
from hub.policies.vocabulary import no_money, read_money

EARLY = datetime(1970, 1, 1)  # noqa: DTZ001  the stand-in for a local time, which gets its zone where it is read

_YEARS = range(1902, 9001)


class What(StrEnum):
    """What can happen in a test."""

    CUSTOMER = "customer"
    REPLY = "reply"
    AUTO_REPLY = "auto_reply"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGED = "merged"
    NO_REPLY_NEEDED = "no_reply_needed"
    TO_PLATFORM = "to_platform"
    TO_SELLER = "to_seller"
    STATE = "state"
    PROMISE = "promise"
    PLATFORM_DUE = "platform_due"
    PERSON_DUE = "person_due"


def read_instant(table: Table, key: str, zone: ZoneInfo) -> datetime:
    """A local time of the test's zone; one with an offset of its own can name the hour that comes twice."""
    value = table.value(key)
    if not isinstance(value, datetime):
        table.wrong(key, "is missing" if value is None else "should be a time such as 2026-06-05T16:30:00")
        return EARLY.replace(tzinfo=zone)
    if value.year not in _YEARS:
        table.wrong(key, f"lies outside of the years {_YEARS.start} to {_YEARS.stop - 1}, which calendars know")
        return EARLY.replace(tzinfo=zone)
    if value.tzinfo is not None:
        return value.astimezone(zone)
    local = value.replace(tzinfo=zone)
    if datetime.fromtimestamp(local.timestamp(), zone).replace(tzinfo=None) != value:
        table.wrong(key, f"{value} is a time that the clocks of {zone.key} skip")
    return local


def read_story(table: Table, zone: ZoneInfo) -> tuple[Event, ...]:
    """The events of a test: the opening with its facts, and all that happens then."""
    story = _begun(table, zone)
    for item in table.tables("events"):
        _happen(story, item, zone)
        item.finish()
    return tuple(story.events)


class _Story:
    """Events as they are told, and the case they add up to so far."""

    def __init__(self, opening: Opened, at: datetime) -> None:
        self.events = [Event(opening, at, at)]
        self.case = open_case(self.events[0])

    def add(self, what: Happening, at: datetime) -> None:
        event = Event(what, at, at)
        self.events.append(event)
        self.case = apply(self.case, event)

    def message(self, author: Author, direction: Direction, at: datetime, automatic: bool = False) -> None:
        ref = f"message-{len(self.case.messages) + 1}"
        self.add(MessageArrived(Message(ref, author, direction, at, automatic=automatic)), at)


def _begun(table: Table, zone: ZoneInfo) -> _Story:
    by_message, silently = "received" in table, "opened" in table
    if by_message == silently:
        table.problems.add(table.path, "needs either received or opened")
    opening = _opening(table)
    at = EARLY.replace(tzinfo=zone)
    if by_message or silently:
        at = read_instant(table, "received" if by_message else "opened", zone)
    story = _Story(opening, at)
    if by_message:
        story.message(Author.CUSTOMER, Direction.INBOUND, at)
    return story


def _opening(table: Table) -> Opened:
    """The opening with what is known of the case; what is left out is unknown."""
    facts = table.table("facts") or Table({}, table.at("facts"), table.problems)
    gross = facts.value("order.gross")
    value = read_money(gross)
    if gross is not None and value is None:
        facts.wrong("order.gross", no_money(gross))
    fulfilment = facts.text("order.fulfilment", "")
    opening = Opened(
        number="CH-1",
        channel=facts.text("channel", "test"),
        ref="case",
        type=facts.word("case_type", CaseType, CaseType.UNKNOWN),
        type_raw=facts.text("type_raw", ""),
        order=Order("order", value=value, fulfilment=fulfilment) if value or fulfilment else None,
        priority=facts.text("priority", ""),
        market=facts.text("market", ""),
        marketplace=facts.text("marketplace", ""),
    )
    facts.finish()
    return opening


def _happen(story: _Story, item: Table, zone: ZoneInfo) -> None:
    at = read_instant(item, "at", zone)
    what = item.word("what", What)
    match what:
        case What.STATE:
            story.add(_state(story, item), at)
        case What.PROMISE:
            story.add(PromiseMade(f"promise-{len(story.events)}", read_instant(item, "due", zone)), at)
        case What.PLATFORM_DUE | What.PERSON_DUE:
            story.add(_given(item, what, zone), at)
        case What.NO_REPLY_NEEDED:
            waiting = (m for m in story.case.messages if m.asks_for_an_answer and m.ref not in story.case.settled)
            story.add(NoReplyNeeded(tuple(m.ref for m in waiting)), at)
        case _ if what in _WRITTEN:
            author, direction, automatic = _WRITTEN[what]
            story.message(author, direction, at, automatic)
        case _:
            story.add(_SIMPLE[what](), at)


def _state(story: _Story, item: Table) -> StateChanged:
    """Another state as the platform tells it; without our own word that one stays."""
    state = item.word("state", CaseState, story.case.state)
    raw = item.text("raw", "")
    if "state" not in item and not raw:
        item.problems.add(item.path, "needs state, raw, or both")
    return StateChanged(state, Author.PLATFORM, raw=raw)


def _given(item: Table, what: What, zone: ZoneInfo) -> DeadlineGiven:
    by = Author.PLATFORM if what is What.PLATFORM_DUE else Author.SELLER
    return DeadlineGiven(item.word("clock", ClockName).value, read_instant(item, "due", zone), by)


_WRITTEN = {
    What.CUSTOMER: (Author.CUSTOMER, Direction.INBOUND, False),
    What.REPLY: (Author.SELLER, Direction.OUTBOUND, False),
    What.AUTO_REPLY: (Author.SELLER, Direction.OUTBOUND, True),
    What.NOTE: (Author.SELLER, Direction.NOTE, False),
}
_SIMPLE: dict[What, Callable[[], Happening]] = {
    What.CLOSE: lambda: StateChanged(CaseState.CLOSED, Author.SELLER),
    What.REOPEN: lambda: StateChanged(CaseState.OPEN, Author.SELLER),
    What.MERGED: lambda: Merged("CH-2"),
    What.TO_PLATFORM: lambda: OwnerChanged(Owner.PLATFORM, Author.SELLER),
    What.TO_SELLER: lambda: OwnerChanged(Owner.SELLER, Author.PLATFORM),
}
