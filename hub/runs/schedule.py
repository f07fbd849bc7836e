"""A run every so often, until somebody asks it to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from hub.errors import ConfigurationError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def every(
    interval: timedelta,
    work: Callable[[], bool],
    stop: threading.Event,
    monotonic: Callable[[], float] = time.monotonic,
) -> bool:
    """Do the work at once and then every interval until `stop` is set; True if the last round went well.

    A round that takes longer than the interval is followed by the next one at once, never by two.
    """
    went_well = True
    while not stop.is_set():
        began = monotonic()
        went_well = work()
        rest = interval.total_seconds() - (monotonic() - began)
        stop.wait(max(rest, 0.0))
    return went_well


def read_interval(text: str) -> timedelta:
    """A duration such as `30s`, `5m`, `2h` or `1d`; ConfigurationError says what is expected."""
    number, unit = text[:-1].strip(), text[-1:]
    if unit not in _UNITS or not number.isdecimal() or int(number) == 0:
        raise ConfigurationError(f"{text!r} is not a duration; write for example 30s, 5m, 2h or 1d")
    return timedelta(**{_UNITS[unit]: int(number)})
