"""A run every so often, until somebody asks it to stop."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from hub.errors import ConfigurationError

# As silent_after of hub.toml is written, and seconds.
_INTERVAL = re.compile(r"(?:(\d{1,4})d)? ?(?:(\d{1,4})h)? ?(?:(\d{1,5})m)? ?(?:(\d{1,6})s)?", re.ASCII)


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
    """A duration such as `30s`, `5m`, `1h30m` or `1d`; ConfigurationError says what is expected."""
    found = _INTERVAL.fullmatch(text)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    interval = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not interval:
        raise ConfigurationError(f"{text!r} is not a duration; write for example 30s, 5m, 1h30m or 1d")
    return interval
