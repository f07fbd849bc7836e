"""A channel as the runs see it: a name, the rules of matching, and a way to connect."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub.adapter import Connection
from hub.core.matching import MatchingRules
from hub.core.ports import ChannelRecord
from hub.errors import AuthenticationFailed, HubError, Misunderstood

REST_OF_A_STOPPED_CHANNEL = timedelta(hours=1)
"""How long scheduled runs leave a stopped channel alone: hammering a sign-in that is refused locks accounts."""


@dataclass(frozen=True)
class Source:
    """One configured account on a platform, ready to be connected to.

    Where it `detects`, what customers write there is looked through for missing items; `adapter` is its adapter's key.
    `tells` says that its adapter announces what it sends, and that its tools note that.
    """

    name: str
    connect: Callable[[], Connection]
    rules: MatchingRules = field(default_factory=MatchingRules)
    detects: bool = True
    adapter: str = ""
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a channel failed, in words for a person, and whether it makes sense to try again soon."""

    text: str
    kind: str
    stops: bool = False


def explain(error: Exception) -> Failure:
    """Turn whatever came out of a plugin or the store into words; an unknown error's text may hold a secret."""
    kind = type(error).__name__
    if isinstance(error, HubError):
        return Failure(str(error), kind, isinstance(error, (AuthenticationFailed, Misunderstood)))
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" in {last[0].name}, line {last[0].lineno} of {last[0].filename}" if last else ""
    return Failure(f"The plugin broke with {kind}{where}. This is a mistake in the plugin, not in your settings.", kind)


def rests(record: ChannelRecord, now: datetime) -> bool:
    """Whether a scheduled run should leave this stopped channel alone for now."""
    return record.stopped and record.failed_at is not None and now - record.failed_at < REST_OF_A_STOPPED_CHANNEL


def after_success(record: ChannelRecord, now: datetime, notices: tuple[str, ...]) -> ChannelRecord:
    """What to remember of a channel that was read to its end: what was written before it began has been read."""
    return replace(
        record,
        succeeded_at=now,
        read_until=record.started_at,
        error="",
        failing_since=None,
        stopped=False,
        notices=notices,
    )


def after_failure(record: ChannelRecord, now: datetime, failure: Failure) -> ChannelRecord:
    """What to remember of a channel that failed; the beginning of the trouble is kept."""
    since = record.failing_since or now
    return replace(record, failed_at=now, error=failure.text, failing_since=since, stopped=failure.stops)
