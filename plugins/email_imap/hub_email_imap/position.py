"""Where reading a mailbox goes on: UIDVALIDITY and the highest UID taken in, folder by folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hub import Checkpoint, Misunderstood

_VERSION = 1


@dataclass(frozen=True, slots=True)
class FolderPosition:
    """How far a folder was read: every UID up to `last` is taken in, under this UIDVALIDITY.

    The operator began at `since` (None: with the oldest mail). Among UIDs up to `old_until` there may be mail that
    arrived before, which is none of our business: at the start, and after the server has renumbered everything. Later
    UIDs are always taken, however old their mail: somebody may have rescued it from the junk folder.
    """

    uidvalidity: int
    last: int
    since: datetime | None = None
    old_until: int = 0


@dataclass(frozen=True, slots=True)
class Position:
    """How far all folders of a mailbox were read."""

    folders: Mapping[str, FolderPosition] = field(default_factory=dict)

    def moved(self, folder: str, to: FolderPosition) -> Position:
        """This position with one folder read further."""
        return replace(self, folders={**self.folders, folder: to})

    def as_checkpoint(self) -> Checkpoint:
        """The position as the hub keeps it."""
        return {"version": _VERSION, "folders": {name: _plain(folder) for name, folder in self.folders.items()}}


def read_position(checkpoint: Checkpoint | None) -> Position:
    """The position that `as_checkpoint` wrote; the very beginning if there is none."""
    if checkpoint is None:
        return Position()
    if checkpoint.get("version") != _VERSION:
        raise Misunderstood("the stored position of this mailbox was written by another version of casehub")
    return Position({name: _folder(data) for name, data in checkpoint["folders"].items()})


def _plain(folder: FolderPosition) -> dict[str, Any]:
    since = folder.since.isoformat() if folder.since else None
    return {
        "uidvalidity": folder.uidvalidity,
        "last": folder.last,
        "since": since,
        "old_until": folder.old_until,
    }


def _folder(data: Mapping[str, Any]) -> FolderPosition:
    since = datetime.fromisoformat(data["since"]) if data["since"] else None
    return FolderPosition(data["uidvalidity"], data["last"], since, data["old_until"])
