"""What a checkpoint remembers of Rakuten France: the work list as long as it is not done, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from hub import Checkpoint
from hub_rakuten.france.wire import Todo

VERSION = 1
LOOK_AGAIN = timedelta(hours=1)
"""So often the open cases are looked at that are on no work list: the seller may have answered at Rakuten itself."""


@dataclass(frozen=True, slots=True)
class Position:
    """The items still to be read, and when the open cases were looked at."""

    todo: tuple[Todo, ...] = ()
    looked_at: datetime | None = None

    @classmethod
    def of(cls, checkpoint: Checkpoint | None) -> Self:
        """From a checkpoint; of one of another version the work list is taken all the same: it has no other copy."""
        if checkpoint is None:
            return cls()
        todo = tuple(Todo(str(item), tuple(causes)) for item, causes in checkpoint.get("todo", ()))
        told = checkpoint.get("looked_at") if checkpoint.get("version") == VERSION else None
        return cls(todo, datetime.fromisoformat(told).astimezone(UTC) if told else None)

    def plain(self) -> dict[str, Any]:
        """As a checkpoint."""
        return {
            "version": VERSION,
            "todo": [[one.item, list(one.causes)] for one in self.todo],
            "looked_at": self.looked_at.isoformat() if self.looked_at else None,
        }

    def with_more(self, listed: Iterable[Todo]) -> Self:
        """With what is on the work list now besides what is left of an earlier one."""
        merged = {one.item: one for one in self.todo}
        for one in listed:
            before = merged.get(one.item, Todo(one.item, ()))
            merged[one.item] = Todo(one.item, tuple(dict.fromkeys((*before.causes, *one.causes))))
        return replace(self, todo=tuple(merged.values()))

    def without(self, items: Iterable[str]) -> Self:
        """Without items that have been read."""
        done = set(items)
        return replace(self, todo=tuple(one for one in self.todo if one.item not in done))

    def is_time_to_look(self, now: datetime) -> bool:
        """Whether the open cases are to be looked at again."""
        return self.looked_at is None or self.looked_at > now or now - self.looked_at >= LOOK_AGAIN
