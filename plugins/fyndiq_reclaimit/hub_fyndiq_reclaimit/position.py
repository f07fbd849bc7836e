"""Where reading the errands goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hub import Checkpoint, Misunderstood

_VERSION = 1
_OVERLAP = timedelta(minutes=5)
_SWEEP_EVERY = timedelta(days=1)
_MOST_FILES = 300


@dataclass(frozen=True, slots=True)
class Position:
    """How far the errands were read.

    `cursor` is the newest change that was seen when a pass was over. While a pass goes on, `reached` is how far it
    came, so that one that breaks off goes on there. `files` has the digest and the size of attachments that were
    fetched lately: a thread is read again as a whole, its files are not.
    """

    cursor: datetime | None = None
    reached: datetime | None = None
    swept_at: datetime | None = None
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def since_at(self, now: datetime) -> datetime | None:
        """The change from which on to ask; never ahead of our own clock, by which nothing later can be new yet."""
        if self.reached is not None:
            return self.reached if self.reached <= now else now - _OVERLAP
        return None if self.cursor is None else min(self.cursor, now) - _OVERLAP

    def came_to(self, change: datetime) -> Position:
        """This position within a pass, after an errand that was last changed then."""
        return replace(self, reached=change)

    def passed(self, now: datetime) -> Position:
        """This position at the end of a pass; never ahead of our own clock, should the platform's be wrong."""
        newest = self.reached or self.cursor
        return replace(self, cursor=None if newest is None else min(newest, now), reached=None)

    def swept(self, now: datetime) -> Position:
        """This position after every open errand was looked at."""
        return replace(self, swept_at=now)

    def sweeps_at(self, now: datetime) -> bool:
        """Whether it is time to look at every open errand; also after a clock was set back."""
        return self.swept_at is not None and abs(now - self.swept_at) >= _SWEEP_EVERY

    def with_file(self, file_id: str, digest: str, size: int) -> Position:
        """This position with one more file that need not be fetched again; the oldest ones are forgotten."""
        files = {**self.files, file_id: (digest, size)}
        return replace(self, files=dict(list(files.items())[-_MOST_FILES:]))

    def as_checkpoint(self) -> Checkpoint:
        """The position as the hub keeps it."""
        return {
            "version": _VERSION,
            "cursor": _written(self.cursor),
            "reached": _written(self.reached),
            "swept_at": _written(self.swept_at),
            "files": {file_id: list(known) for file_id, known in self.files.items()},
        }


def read_position(checkpoint: Checkpoint | None) -> Position:
    """The position that `as_checkpoint` wrote; the very beginning if there is none."""
    if checkpoint is None:
        return Position()
    if checkpoint.get("version") != _VERSION:
        raise Misunderstood("the stored position in these errands was written by another version of casehub")
    files = {file_id: (str(digest), int(size)) for file_id, (digest, size) in checkpoint["files"].items()}
    return Position(_read(checkpoint["cursor"]), _read(checkpoint["reached"]), _read(checkpoint["swept_at"]), files)


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _read(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
