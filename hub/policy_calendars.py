"""The calendars by which clocks run here, and what is open on each of their days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.core.openings import DAYS
from hub.core.policy import ClockRule, Policy, Rule
from hub.core.worktime import Calendar
from hub.core.zones import Span
from hub.errors import NotFound
from hub.policies.surroundings import OFFICE

if TYPE_CHECKING:
    from hub.app import Hub


class DayKind(StrEnum):
    """What sort of day a calendar takes a date for."""

    ORDINARY = "ordinary"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One date of a calendar: the openings that start on it as written and as real spans, and what it is.

    `name` is that of a holiday; `usual` has the hours that its day of the week has otherwise.
    """

    day: date
    kind: DayKind
    hours: tuple[str, ...]
    spans: tuple[Span, ...]
    usual: tuple[str, ...] = ()
    name: str = ""

    @property
    def weekday(self) -> str:
        """The day of the week, as policies call it."""
        return DAYS[self.day.weekday()]

    @property
    def minutes(self) -> int:
        """How many minutes of it are open, by the real clock also in a night on which it is put forward or back."""
        return sum(end - start for start, end in self.spans) // 60

    @property
    def why(self) -> str:
        """What makes the day another than its day of the week, in English."""
        return {DayKind.SPECIAL: "special hours", DayKind.HOLIDAY: self.name or "holiday"}.get(self.kind, "")


def day_of(calendar: Calendar, day: date) -> CalendarDay:
    """What a calendar says of a date that it knows."""
    usual, spans = calendar.hours.get(DAYS[day.weekday()], ()), calendar.openings_of(day)
    if day in calendar.special:
        return CalendarDay(day, DayKind.SPECIAL, calendar.special[day], spans, usual, calendar.holidays.get(day, ""))
    if day in calendar.holidays:
        return CalendarDay(day, DayKind.HOLIDAY, (), spans, usual, calendar.holidays[day])
    return CalendarDay(day, DayKind.ORDINARY if usual else DayKind.CLOSED, usual, spans, usual)


def days_of(calendar: Calendar, first: date, count: int) -> list[CalendarDay]:
    """So many days from the first on; those that the calendar does not know are left out."""
    days = (first + timedelta(days=number) for number in range(count))
    return [day_of(calendar, day) for day in days if calendar.valid_from <= day <= calendar.valid_to]


def calendar_named(hub: Hub, name: str, calendar: str | None) -> tuple[str, Calendar]:
    """A calendar of a policy; the only one, or the office's, needs no name."""
    found = hub.whole_book.named(name)
    calendars = {**found.calendars, OFFICE: hub.office}
    used = sorted({clock.calendar_name for rule in found.rules for clock in rule.clocks})
    chosen = calendar or (used[0] if len(used) == 1 else "")
    if not chosen:
        raise NotFound(f"policy {name} has several calendars; name one of {', '.join(sorted(calendars))}")
    if chosen not in calendars:
        raise NotFound(f"policy {name} has no calendar {chosen!r}; it has {', '.join(sorted(calendars))}")
    return chosen, calendars[chosen]


def every_calendar(hub: Hub, policies: tuple[Policy, ...]) -> Mapping[str, Calendar]:
    """The office's calendar and those of some policies, each under `policy/name`."""
    own = {f"{policy.id}/{name}": calendar for policy in policies for name, calendar in policy.calendars.items()}
    return {OFFICE: hub.office, **own}


def clocks_in(policies: tuple[Policy, ...], calendar: Calendar) -> Iterator[tuple[Policy, Rule, ClockRule]]:
    """Every clock with a target that runs by a calendar, wherever it stands."""
    for policy in policies:
        for rule in policy.rules:
            for clock in rule.clocks:
                if clock.target and clock.calendar.digest == calendar.digest:
                    yield policy, rule, clock
