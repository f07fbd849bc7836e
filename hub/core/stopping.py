"""The stop button: nothing leaves a channel, or any, until somebody lets it go again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.core.codec import dumps, loads
from hub.core.model import require_aware

_FACT = "outbox_stopped"


@dataclass(frozen=True, slots=True)
class Stop:
    """Who stopped the sending, when and why; `channel` is empty where all are stopped."""

    who: str
    at: datetime
    why: str = ""
    channel: str = ""

    def __post_init__(self) -> None:
        require_aware(self.at)

    @property
    def way_back(self) -> str:
        """The command that takes it back."""
        return f"casehub outbox resume{f' {self.channel}' if self.channel else ''}"

    def __str__(self) -> str:
        what = f"sending on {self.channel}" if self.channel else "all sending"
        reason = f" ({self.why})" if self.why else ""
        return f"{what} was stopped by {self.who} at {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC{reason}"


def stop_fact(channel: str) -> str:
    """The name of the fact that keeps the stop of a channel, or (empty) of all."""
    return f"{_FACT}:{channel}" if channel else _FACT


def kept(stop: Stop) -> str:
    """A stop as the text of its fact."""
    return dumps(stop)


def read(text: str) -> Stop:
    """The stop that `kept` made this text of."""
    return loads(Stop, text)


def stopped(fact: Callable[[str], str], channel: str = "") -> Stop | None:
    """What stops a channel, of the facts that `fact` tells by name: the stop of all, or its own."""
    names = dict.fromkeys((stop_fact(""), stop_fact(channel)))
    return next((read(text) for text in map(fact, names) if text), None)
