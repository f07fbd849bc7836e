"""Trying policies out: the stored cases as they are, and as they would be, with nothing kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hub.core.evaluation import evaluate
from hub.core.model import CaseState, epoch
from hub.core.ports import CaseFilter
from hub.core.readings import Evaluation
from hub.core.trial import Trial, try_out
from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from hub.app import Hub


def try_policies(hub: Hub, file: Path, back: timedelta) -> Trial:
    """What the cases opened so long ago would be under this file in the place of policies.toml."""
    if not file.is_file():
        raise ConfigurationError(f"there is no file {file} to try out: give the path of a policies.toml")
    return try_out(_both(hub, file, back), epoch(hub.clock.now()))


def _both(hub: Hub, file: Path, back: timedelta) -> Iterator[tuple[str, Evaluation, Evaluation]]:
    other, now = hub.book_with(file), hub.clock.now()
    for line in hub.store.cases(CaseFilter(states=frozenset(CaseState), limit=None)):
        if line.opened_at < now - back:
            continue
        case = hub.store.case(line.number)
        chosen = other.chosen(case)
        yield line.number, hub.evaluate(case), evaluate(case, chosen.policy, chosen.options, now, hub.office)
