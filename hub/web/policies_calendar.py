"""The calendars by which clocks run, month by month, and when a clock that starts at an instant would run out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from hub.core.evaluation import begun_at
from hub.core.explaining import Trace, explain
from hub.core.model import epoch, from_epoch
from hub.core.people import Permission
from hub.core.policy import ClockRule, Policy, Rule
from hub.core.readings import Reading
from hub.core.worktime import Calendar
from hub.core.zones import first_showing, midnight
from hub.errors import NotFound, Refused
from hub.policies.surroundings import OFFICE
from hub.policy_calendars import CalendarDay, DayKind, clocks_in, days_of, every_calendar
from hub.web.policies import in_force, words_of
from hub.web.routing import Room
from hub.web.site import Here

room = Room()

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a calendar: its weeks from Monday on, None for a day of another month or one that is not known."""

    first: date
    weeks: Sequence[tuple[date, Sequence[tuple[date, CalendarDay | None]]]]
    days: Sequence[CalendarDay]

    @property
    def open_days(self) -> int:
        """On how many days it is open at all."""
        return sum(day.minutes > 0 for day in self.days)

    @property
    def minutes(self) -> int:
        """How much time is open, counted on the day on which an opening starts."""
        return sum(day.minutes for day in self.days)

    @property
    def notable(self) -> Sequence[CalendarDay]:
        """The holidays and the days with hours of their own."""
        return [day for day in self.days if day.kind in (DayKind.HOLIDAY, DayKind.SPECIAL)]


@dataclass(frozen=True, slots=True)
class Answer:
    """When a clock that starts at an instant would run out, and how that comes about."""

    policy: Policy
    rule: Rule
    clock: ClockRule
    started: datetime
    reading: Reading
    traces: Sequence[Trace]


@room.get("/policies/calendar", Permission.SEE)
def calendar(here: Here) -> Response:
    """One month of one calendar, its year, and what clocks make of an instant."""
    policies = in_force(here).every()
    calendars = every_calendar(here.hub, policies)
    name = here.query.get("calendar", "") or OFFICE
    if name not in calendars:
        raise NotFound(f"there is no calendar {name!r} here")
    chosen = calendars[name]
    today = here.now.astimezone(ZoneInfo(chosen.tz)).date()
    first = month_said(here.query.get("month", "")) or today.replace(day=1)
    return here.page(
        "policies_calendar.html",
        words=words_of(here),
        name=name,
        calendars=_grouped(calendars),
        chosen=chosen,
        today=today,
        month=month_of(chosen, first),
        year=[month_of(chosen, date(first.year, number, 1)) for number in range(1, 13)],
        before=_shifted(first, -1),
        after=_shifted(first, 1),
        running=[(p, r, c, begun_at(r, c, epoch(here.now))) for p, r, c in clocks_in(policies, chosen)],
        policies=policies,
        answer=_answer(here, policies),
        at=from_epoch,
        zone=here.hub.settings.office.timezone,
        kinds=DayKind,
        clock_times=clock_times,
        nominal=nominal_minutes,
    )


def month_said(text: str) -> date | None:
    """The first day of a month written as 2026-11; None for what is none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if 1902 <= found.year <= 9000 else None


def month_of(calendar: Calendar, first: date) -> Month:
    """A month of a calendar, in weeks; what the calendar does not know is left empty."""
    count = monthrange(first.year, first.month)[1]
    known = {day.day: day for day in days_of(calendar, first, count)}
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday < first + timedelta(days=count):
        days = [monday + timedelta(days=number) for number in range(7)]
        weeks.append((monday, [(day, known.get(day)) for day in days]))
        monday += _WEEK
    return Month(first, weeks, list(known.values()))


def clock_times(hours: Sequence[str]) -> list[str]:
    """Opening hours as people read them: 09:00–17:00."""
    return [interval.replace("-", "–") for interval in hours]


def nominal_minutes(hours: Sequence[str]) -> int:
    """How long opening hours are by the clock on the wall, on which no night has an hour more or less."""
    return sum(_length(interval) for interval in hours)


def _length(interval: str) -> int:
    opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in interval.split("-"))
    return closes - opens if closes > opens else closes + 24 * 60 - opens


def _shifted(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _grouped(calendars: Mapping[str, Calendar]) -> Mapping[str, list[str]]:
    """The names of the calendars by the policy they stand in; the office's is in none."""
    groups: dict[str, list[str]] = {}
    for name in calendars:
        policy, _, own = name.rpartition("/")
        groups.setdefault(policy, []).append(own)
    return groups


def _answer(here: Here, policies: Sequence[Policy]) -> Answer | None:
    """When the clock that was asked about would run out; None if none was."""
    wanted, written = here.query.get("clock", ""), here.query.get("at", "")
    if not wanted or not written:
        return None
    policy, rule, clock = _chosen(policies, wanted)
    start = _instant(here, written)
    reading = begun_at(rule, clock, start)
    return Answer(policy, rule, clock, from_epoch(start), reading, explain(reading, clock))


def _chosen(policies: Sequence[Policy], wanted: str) -> tuple[Policy, Rule, ClockRule]:
    for policy in policies:
        for rule in policy.rules:
            for clock in rule.clocks:
                if wanted == f"{policy.id}/{rule.id}/{clock.name.value}" and clock.target:
                    return policy, rule, clock
    raise NotFound(f"there is no clock {wanted!r} here")


def _instant(here: Here, written: str) -> int:
    """The first instant at which the office's clock shows what was written."""
    try:
        wall = datetime.fromisoformat(written)
    except ValueError as error:
        raise Refused(here.words("policies.bad_instant")) from error
    if not 1902 < wall.year < 9000:
        raise Refused(here.words("policies.bad_instant"))
    if wall.tzinfo is not None:
        return epoch(wall)
    seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
    return first_showing(ZoneInfo(here.hub.settings.office.timezone), midnight(wall.date()) + seconds)
