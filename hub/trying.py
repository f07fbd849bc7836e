"""Trying policies out: the stored cases as they are, and as they would be, with nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from hub.core.evaluation import evaluate
from hub.core.model import CaseState, epoch
from hub.core.ports import CaseFilter
from hub.core.readings import Evaluation
from hub.core.records import CaseSummary, ListOrder
from hub.core.trial import Trial, try_out
from hub.errors import ConfigurationError
from hub.policies.tables import PolicyFile

if TYPE_CHECKING:
    from hub.app import Hub

MOST_CASES = 5000
MOST_SECONDS = 10.0
MOST_LINES = 20_000
"""Of how many cases that changed lately it is looked at whether they were opened in the range."""

_EVERY_STATE = frozenset(CaseState)


class Cut(StrEnum):
    """Why not all cases were looked at."""

    CASES = "cases"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which cases are tried, by when they were opened, and how many of them in how much time at most."""

    since: datetime
    until: datetime
    channel: str = ""
    most: int = MOST_CASES
    seconds: float = MOST_SECONDS


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying within bounds; `channels` has that of each case, `cut` why not all were looked at."""

    trial: Trial
    channels: Mapping[str, str]
    cut: Cut | None


def try_policies(hub: Hub, file: Path, back: timedelta) -> Trial:
    """What the cases opened so long ago would be under this file in the place of policies.toml."""
    if not file.is_file():
        raise ConfigurationError(f"there is no file {file} to try out: give the path of a policies.toml")
    now = hub.clock.now()
    lines = hub.store.cases(CaseFilter(states=_EVERY_STATE, limit=None))
    return try_out(_both(hub, file, (line for line in lines if line.opened_at >= now - back), now), epoch(now))


def try_text(hub: Hub, text: str, bounds: Bounds, timer: Callable[[], float]) -> Tried:
    """The same for a text that is no file yet, the newest cases first, within bounds."""
    now = hub.clock.now()
    cases = _Bounded(hub, bounds, timer)
    trial = try_out(_both(hub, PolicyFile("policies.toml", text), cases, now), epoch(now))
    return Tried(trial, cases.channels, cases.cut)


@dataclass
class _Bounded:
    """The cases within bounds, which remembers those that it gave and why it stopped."""

    hub: Hub
    bounds: Bounds
    timer: Callable[[], float]
    channels: dict[str, str] = field(default_factory=dict)
    cut: Cut | None = None

    def __iter__(self) -> Iterator[CaseSummary]:
        bounds, ends = self.bounds, self.timer() + self.bounds.seconds
        # A case has changed when it was opened: the store leaves out what lies before.
        wanted = CaseFilter(_EVERY_STATE, bounds.channel, changed_since=bounds.since, order=ListOrder.NEWEST)
        lines = self.hub.store.cases(replace(wanted, limit=MOST_LINES))
        for line in lines:
            if not bounds.since <= line.opened_at < bounds.until:
                continue
            if len(self.channels) == bounds.most or self.timer() > ends:
                self.cut = Cut.CASES if len(self.channels) == bounds.most else Cut.TIME
                return
            self.channels[line.number] = line.channel
            yield line
        self.cut = Cut.CASES if len(lines) == MOST_LINES else None


def _both(
    hub: Hub, file: Path | PolicyFile, lines: Iterable[CaseSummary], now: datetime
) -> Iterator[tuple[str, Evaluation, Evaluation]]:
    other = hub.book_with(file)
    for line in lines:
        case = hub.store.case(line.number)
        chosen = other.chosen(case)
        yield line.number, hub.evaluate_at(case, now), evaluate(case, chosen.policy, chosen.options, now, hub.office)
