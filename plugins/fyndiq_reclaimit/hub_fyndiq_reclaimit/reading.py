"""One reading of an account: what changed since the last one, and once a day every errand that is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from hub import (
    Attachment,
    Batch,
    CaseUpdate,
    Figure,
    Incoming,
    Misunderstood,
    Notice,
    OpenCase,
    Progress,
    Tools,
    Unavailable,
)
from hub_fyndiq_reclaimit.errand import Errand, FileNote, ThreadMessage, id_of
from hub_fyndiq_reclaimit.position import Position
from hub_fyndiq_reclaimit.references import References
from hub_fyndiq_reclaimit.server import ErrandServer
from hub_fyndiq_reclaimit.wire import to_incoming

T = TypeVar("T")
_STEP = 20
_ACTIVE = ("OPEN", "PARKED", "ESCALATED")
_STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Reading:
    """Reads the errands of an account from a position on; `largest` is the size of attachment that is fetched."""

    def __init__(self, server: ErrandServer, tools: Tools, references: References, largest: int) -> None:
        self._server, self._tools, self._references, self._largest = server, tools, references, largest
        self._position = Position()
        self._read: set[str] = set()
        self._done = 0

    def batches(self, position: Position, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """What is new, batch by batch, and where to go on after each."""
        self._position, started = position, self._tools.clock.now()
        yield from self._changes(open_cases)
        self._position = self._position.passed(self._tools.clock.now())
        sweeps, first = position.sweeps_at(started), position.swept_at is None
        if sweeps:
            yield from self._sweep(open_cases)
        figures, notices = self._figures() if sweeps or first else ((), ())
        if sweeps or first:
            self._position = self._position.swept(started)
        if figures or self._position != position:
            yield Batch((), self._position.as_checkpoint(), notices, figures=figures)

    def _changes(self, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """Every errand that changed, in the order of the changes."""
        nothing = True
        for page in self._server.pages(self._position.since_at(self._tools.clock.now())):
            nothing = False
            for step in _steps(page):
                items = [item for errand in step for item in self._items(errand)]
                self._position = self._position.came_to(max(errand.updated_at for errand in step))
                yield self._batch(items, len(step))
        if nothing and open_cases:
            yield from self._look_behind_emptiness(open_cases)

    def _look_behind_emptiness(self, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """The list is never quite empty as long as the newest errand exists: prove that nothing went wrong."""
        if not self._server.has_any():
            yield from self._look_at_each(open_cases, all_are_gone=True)

    def _sweep(self, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """Every active errand, and what became of those that are open here and not active there."""
        for state in _ACTIVE:
            for page in self._server.pages(None, state):
                for step in _steps([errand for errand in page if errand.ref not in self._read]):
                    yield self._batch([item for errand in step for item in self._items(errand)], len(step))
        yield from self._look_at_each([case for case in open_cases if case.ref not in self._read])

    def _look_at_each(self, cases: Iterable[OpenCase], *, all_are_gone: bool = False) -> Iterator[Batch]:
        """Each errand by itself: as it is now, or vanished. Where all should be gone, one that is there is a fault.

        Several that are gone all at once with everything else are one too: an account that was shut out is told of
        each of its errands what it would be told of a stranger's.
        """
        wanted = [case for case in cases if id_of(case.ref)]
        if all_are_gone and len(wanted) > 1 and all(self._server.errand(id_of(case.ref)) is None for case in wanted):
            raise Misunderstood(
                f"the platform lists no errands any more, and knows none of the {len(wanted)} open ones: is this still "
                "the same account? Nothing was closed"
            )
        for step in _steps(wanted):
            items: list[Incoming] = []
            for case in step:
                errand = self._server.errand(id_of(case.ref))
                if errand is not None and all_are_gone:
                    raise Misunderstood(
                        f"the platform lists no errands any more, although errand {errand.id} is there: "
                        "nothing was closed; look into Reclaimit whether the account is in order"
                    )
                # An errand of the same number on another marketplace is another one.
                if errand is not None and errand.ref == case.ref:
                    items += self._items(errand)
                else:
                    items.append(CaseUpdate.vanished(case.ref, case.changed_at, self._tools.clock.now()))
            yield self._batch(items, len(step))

    def _items(self, errand: Errand) -> list[Incoming]:
        """An errand with its thread; nothing if it vanished since it was listed, which the next sweep will see."""
        thread = self._server.thread(errand.id)
        if thread is None:
            return []
        self._read.add(errand.ref)
        return to_incoming(errand, thread, dict(self._files(thread)), self._references)

    def _files(self, thread: Iterable[ThreadMessage]) -> Iterator[tuple[str, Attachment]]:
        for message in thread:
            for note in message.files:
                kept = self._kept(note)
                if kept is not None:
                    yield note.id, Attachment(note.name, note.media_type, kept[1], kept[0])

    def _kept(self, note: FileNote) -> tuple[str, int] | None:
        """The digest and size of a file, fetched if it was not lately; None if it is too large or not there."""
        known = self._position.files.get(note.id)
        if known is not None:
            return known
        content = None if note.size is not None and note.size > self._largest else self._server.file(note.id)
        if content is None or len(content) > self._largest:
            return None
        digest = self._tools.keep(content)
        self._position = self._position.with_file(note.id, digest, len(content))
        return digest, len(content)

    def _figures(self) -> tuple[tuple[Figure, ...], tuple[Notice, ...]]:
        """The thumbs of this month and of the last one, which customers may still have added to.

        Where they cannot be read now, the errands are read all the same.
        """
        today = self._tools.clock.now().astimezone(_STOCKHOLM).date()
        months = (today.replace(day=1) - timedelta(days=1), today)
        try:
            return tuple(filter(None, (self._server.satisfaction(f"{month:%Y-%m}") for month in months))), ()
        except Unavailable as error:
            return (), (Notice(f"the thumbs cannot be read now, and are asked for again tomorrow: {error}"),)

    def _batch(self, items: Iterable[Incoming], errands: int) -> Batch:
        self._done += errands
        return Batch(tuple(items), self._position.as_checkpoint(), progress=Progress(self._done))


def _steps(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in steps that are soon stored: a thread is a request, and requests are slow."""
    for start in range(0, len(items), _STEP):
        yield items[start : start + _STEP]
