"""Instants, spans of time, amounts and sizes as people of each language write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, format_percent

from hub.core.model import Money
from hub.core.openings import DAYS
from hub.web.words import Words

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
SOON = 2 * _HOUR
"""How many seconds before it is due a case is called due soon."""


@lru_cache(maxsize=16)
def locale_of(language: str) -> Locale:
    """The conventions of a language; English as it is written in Europe, with a clock of 24 hours."""
    return Locale.parse("en_GB" if language == "en" else language)


@dataclass(frozen=True, slots=True)
class Formats:
    """How a page in one language, for an office in one zone, writes what is not a word."""

    words: Words
    zone: ZoneInfo
    now: datetime

    @property
    def locale(self) -> Locale:
        """The conventions of the language."""
        return locale_of(self.words.language)

    def moment(self, at: datetime | None) -> str:
        """An instant in the office's zone, the day left out when it is today, the year when it is this year's."""
        if at is None:
            return ""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date():
            return _clock(local.replace(tzinfo=None), self.words.language)
        return _day_and_clock(local.replace(tzinfo=None), self.words.language, local.year == today.year)

    def moment_in_full(self, at: datetime | None) -> str:
        """An instant with its day, year and zone."""
        if at is None:
            return ""
        return _in_full(at, self.zone, self.words.language)

    def day(self, at: date | datetime) -> str:
        """A day; an instant counts in the office's zone."""
        day = at.astimezone(self.zone).date() if isinstance(at, datetime) else at
        return str(format_date(day, "medium", locale=self.locale))

    def iso(self, at: datetime) -> str:
        """An instant for machines, as `<time datetime>` has it."""
        return at.astimezone(self.zone).isoformat(timespec="seconds")

    def span(self, seconds: float) -> str:
        """A span of time in its two largest units: 3 d 4 h, 2 h 5 min, 40 min."""
        total = int(abs(seconds))
        days, hours, minutes = total // _DAY, total % _DAY // _HOUR, total % _HOUR // _MINUTE
        parts = (("days", days), ("hours", hours), ("minutes", minutes))
        first = next((place for place, (_, count) in enumerate(parts) if count), len(parts) - 1)
        shown = [(unit, count) for unit, count in parts[first : first + 2] if count] or [("minutes", 0)]
        return " ".join(self.words(f"common.{unit}_short", n=count) for unit, count in shown)

    def left(self, due: datetime | None) -> str:
        """How long there is until an instant, or how long ago it was."""
        if due is None:
            return ""
        seconds = (due - self.now).total_seconds()
        return self.words("common.late_by" if seconds < 0 else "common.time_left", span=self.span(seconds))

    def ago(self, at: datetime) -> str:
        """How long ago something was."""
        seconds = (self.now - at).total_seconds()
        return self.words("common.just_now") if seconds < _MINUTE else self.words("common.ago", span=self.span(seconds))

    def money(self, amount: Money | None) -> str:
        """An amount with its currency; nothing where it is unknown."""
        return "" if amount is None else _money(amount, self.words.language)

    def number(self, value: float) -> str:
        """A number."""
        return str(format_decimal(value, locale=self.locale))

    def percent(self, share: float) -> str:
        """A share of 1 in percent, with one digit where it is not whole."""
        return str(format_percent(share, "#,##0.#%", locale=self.locale))

    def size(self, octets: int) -> str:
        """The size of a file."""
        for unit, amount in (("MB", 1024**2), ("kB", 1024)):
            if octets >= amount:
                return f"{format_decimal(round(octets / amount, 1), locale=self.locale)} {unit}"
        return f"{octets} B"

    def day_in_full(self, day: date) -> str:
        """A day with its day of the week and its year."""
        return str(format_date(day, "full", locale=self.locale))

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return str(format_skeleton("yMMMM", datetime(day.year, day.month, day.day), locale=self.locale))  # noqa: DTZ001  no instant

    def month_name(self, number: int) -> str:
        """A month of any year, from 1 on."""
        return str(self.locale.months["stand-alone"]["wide"][number])

    def weekday(self, number: int, width: str = "wide") -> str:
        """A day of the week, Monday being 0; `abbreviated` is the shorter one."""
        return str(self.locale.days["stand-alone"][width][number])

    def weekday_of(self, key: str, width: str = "wide") -> str:
        """A day of the week by the name that calendars have for it: mon, tue."""
        return self.weekday(DAYS.index(key), width)

    def hours(self, minutes: int) -> str:
        """An amount of working time in hours and minutes, never in days, which mean something else there."""
        parts = (("hours", minutes // 60), ("minutes", minutes % 60))
        shown = [(unit, count) for unit, count in parts if count] or [("hours", 0)]
        return " ".join(self.words(f"common.{unit}_short", n=count) for unit, count in shown)


# A list is looked at again and again, and most of what stands in it is as it was: writing it anew takes half as long
# as all else on the page.
@lru_cache(maxsize=4096)
def _in_full(at: datetime, zone: ZoneInfo, language: str) -> str:
    return str(format_datetime(at.astimezone(zone), "EEE d MMM y HH:mm zzz", locale=locale_of(language)))


@lru_cache(maxsize=4096)
def _money(amount: Money, language: str) -> str:
    return str(format_currency(amount.amount, amount.currency, locale=locale_of(language)))


@lru_cache(maxsize=4096)
def _clock(local: datetime, language: str) -> str:
    return str(format_time(local.time(), "HH:mm", locale=locale_of(language)))


@lru_cache(maxsize=4096)
def _day_and_clock(local: datetime, language: str, this_year: bool) -> str:
    skeleton = "MMMEd" if this_year else "yMMMd"
    locale = locale_of(language)
    pattern = locale.datetime_skeletons.get(skeleton)
    day = format_date(local.date(), pattern.pattern if pattern else "medium", locale=locale)
    return f"{day} {format_time(local.time(), 'HH:mm', locale=locale)}"
