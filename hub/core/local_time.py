"""Instants and spans of time as people write them, in English whatever the computer speaks."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# Written out, because strftime would speak the language of the terminal inside an English sentence.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def elapsed(span: timedelta) -> str:
    """A span of time in its two largest units, rounded down: 3 h 20 min."""
    minutes = span // timedelta(minutes=1)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = ((days, "d"), (hours, "h")) if days else ((hours, "h"), (rest, "min"))
    return " ".join(f"{count} {unit}" for count, unit in units if count) or "less than 1 min"


def local_time(instant: datetime, now: datetime, tz: str) -> str:
    """An instant as people in a zone write it: Tue 24 Nov 12:00, with the year if it is another one."""
    zone = ZoneInfo(tz)
    local = instant.astimezone(zone)
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year} {local:%H:%M}{_which_pass(local)}"


def _which_pass(local: datetime) -> str:
    """The zone's abbreviation where the clock shows this time twice, in the night in which summer time ends."""
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    # In the night in which it begins the times that never come differ too, but no instant shows them.
    return f" {local.tzname()}" if first != second else ""
