"""What bol.com says of a write that it took: it works on it later, and that may fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub_bolcom.fields import Fields, as_fields, instant, items, needed, text

HANDLE_RETURN_ITEM = "HANDLE_RETURN_ITEM"


class Stage(StrEnum):
    """How far a process has come; another word of bol.com counts as not ended."""

    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    TIMEOUT = "TIMEOUT"


@dataclass(frozen=True, slots=True)
class Process:
    """One process; its links are left out, for they point where no token must go."""

    id: str
    stage: Stage
    error: str = ""
    created_at: datetime | None = None


def read_process(body: object) -> Process:
    """One process status."""
    return _process(as_fields(body, "a process status"))


def read_processes(body: object) -> tuple[Process, ...]:
    """A page of process statuses."""
    return tuple(map(_process, items(as_fields(body, "a page of process statuses"), "processStatuses")))


def _process(body: Fields) -> Process:
    word = needed(body, "status")
    return Process(
        id=needed(body, "processStatusId"),
        stage=Stage(word) if word in set(Stage) else Stage.PENDING,
        error=text(body, "errorMessage"),
        created_at=instant(body, "createTimestamp"),
    )
