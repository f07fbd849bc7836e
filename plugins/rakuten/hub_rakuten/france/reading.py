"""One reading of Rakuten France: first the work list is put on disk, only then its items are read.

To read an item marks its messages as read, and takes it off the work list: a list that nobody had stored would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hub import Batch, CaseUpdate, Checkpoint, Misunderstood, Notice, OpenCase, Progress, Tools
from hub_rakuten.france import wire
from hub_rakuten.france.position import Position
from hub_rakuten.france.service import VERSIONS, ItemRefused, Service
from hub_rakuten.france.settings import FranceSettings
from hub_rakuten.france.texts import item_id

STEP = 20


class Reading:
    """One reading, from the position where the last one ended."""

    def __init__(self, settings: FranceSettings, tools: Tools, service: Service, checkpoint: Checkpoint | None) -> None:
        self._settings, self._tools, self._service = settings, tools, service
        self._position = Position.of(checkpoint)
        self._notices: list[Notice] = []

    def batches(self, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """The work list, then what it names, then now and then the other open cases."""
        held: dict[str, list[OpenCase]] = {}
        for case in open_cases:
            held.setdefault(item_id(case.ref), []).append(case)
        listed = wire.todo_of(self._service.read("getitemtodolist"))
        self._position = self._position.with_more(one for one in listed if not _is_known(one, held))
        if self._position.todo:
            yield Batch((), self._position.plain(), progress=Progress(0, len(self._position.todo)))
        yield from self._work_off(held)
        now = self._tools.clock.now()
        if self._position.is_time_to_look(now):
            yield from self._look_at(held)
            self._position = replace(self._position, looked_at=now)
        yield Batch((), self._position.plain(), notices=(*self._notices, *self._drift()))

    def _work_off(self, held: dict[str, list[OpenCase]]) -> Iterator[Batch]:
        """The items of the work list, which shrinks on disk as they are stored; one that cannot be read stays on it."""
        waiting = self._position.todo
        for start in range(0, len(waiting), STEP):
            part = waiting[start : start + STEP]
            updates: list[CaseUpdate] = []
            done: list[str] = []
            for one in part:
                found = self._item(one.item, one.causes, held.pop(one.item, []))
                if found is not None:
                    done.append(one.item)
                    updates += found
            self._position = self._position.without(done)
            yield Batch(tuple(updates), self._position.plain(), progress=Progress(start + len(part), len(waiting)))

    def _look_at(self, held: dict[str, list[OpenCase]]) -> Iterator[Batch]:
        """Open cases that are on no list. Should this break off, they are open still and are looked at next time."""
        items = sorted(held)
        for start in range(0, len(items), STEP):
            updates: list[CaseUpdate] = []
            for item in items[start : start + STEP]:
                updates += self._item(item, (), held[item]) or []
            if updates:
                yield Batch(tuple(updates), self._position.plain())

    def _item(self, number: str, causes: tuple[str, ...], cases: Sequence[OpenCase]) -> list[CaseUpdate] | None:
        """The cases of an item, or None where Rakuten refuses to tell of it alone."""
        try:
            root = self._service.read("getiteminfos", itemid=number)
        except ItemRefused as error:
            self._notices.append(Notice(f"Item {number} could not be read, look at it in the seller account: {error}"))
            return None
        item = wire.item_of(root, self._settings.own_names)
        if item.id != number:
            raise Misunderstood(f"Rakuten France was asked about item {number} and tells of another one")
        updates = wire.updates_of(item, self._settings.claim_types)
        now = self._tools.clock.now()
        if not updates and causes:
            updates.append(wire.bare(item, causes, now))
        ended = (wire.claim_gone(case.ref, item, now) for case in cases)
        return [*updates, *(update for update in ended if update is not None)]

    def _drift(self) -> Iterator[Notice]:
        for action, last in sorted(self._service.drifted.items()):
            yield Notice(
                f"Rakuten France has version {last} of {action}, and casehub speaks {VERSIONS[action]}: ask for a "
                "newer casehub before the old version ends"
            )


def _is_known(one: wire.Todo, held: dict[str, list[OpenCase]]) -> bool:
    """Whether it is on the list only for a claim that is an open case here, and so looked at once an hour anyway."""
    return one.causes == (wire.CLAIM,) and any(wire.is_claim(case.ref) for case in held.get(one.item, ()))
