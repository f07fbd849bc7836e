"""Instants as people type them: in the zone of the office, and never one that a clock shows twice or not at all."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.errors import Refused

_YEARS = range(2000, 2100)
_TIME = re.compile(r"\d{1,2}:\d{2}", re.ASCII)


def given_instant(text: str, zone: str, now: datetime | None = None) -> datetime:
    """The instant a text says, in this zone where it names none; with `now`, a time alone is one of today.

    Refused where it says none, and for a time that is skipped or shown twice.
    """
    if now is not None and _TIME.fullmatch(text.strip()):
        text = f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%d} {text.strip():0>5}"
    told = _read(text)
    if told.tzinfo is None:
        told = told.replace(tzinfo=ZoneInfo(zone))
        if told.utcoffset() != told.replace(fold=1).utcoffset():
            raise Refused(f"{text!r} is in a night in which {zone} changes its clocks; add the offset, such as +01:00.")
    return told


def _read(text: str) -> datetime:
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise _no_instant(text) from error
    if told.year not in _YEARS:
        raise _no_instant(text)
    # A date alone would be its very beginning, when most people mean its end.
    if len(text) <= len("2026-11-25"):
        raise Refused(f"{text!r} says no time of the day; write it as {told:%Y-%m-%d} 12:00.")
    return told


def _no_instant(text: str) -> Refused:
    return Refused(f"{text!r} is no instant of {_YEARS.start} to {_YEARS.stop - 1}; write it as 2026-11-25 12:00.")
