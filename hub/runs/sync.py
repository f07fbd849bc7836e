"""One reading of every channel: fetched in a thread per channel, written in one place."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from hub.core.incoming import Batch, Progress
from hub.core.merge import MergeResult, keys_of, merge_batch
from hub.core.outbox import ReplyState
from hub.core.ports import ChannelRecord, Clock, EvaluationOf, Store
from hub.errors import Busy
from hub.runs.channel import Failure, Source, after_failure, after_success, explain, rests
from hub.runs.following import queue_what_follows
from hub.runs.joining import Joining


@dataclass(slots=True)
class ChannelResult:
    """What came of reading one channel."""

    name: str
    new_cases: int = 0
    new_messages: int = 0
    changed_cases: int = 0
    batches: int = 0
    notices: tuple[str, ...] = ()
    failure: Failure | None = None
    skipped: str = ""
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong; a channel that another run is reading right now is fine."""
        return self.failure is None


class Watcher(Protocol):
    """Is told how a reading goes on, for progress on a terminal."""

    def progress(self, channel: str, messages: int, progress: Progress | None) -> None:
        """A batch of a channel was stored."""
        ...

    def done(self, result: ChannelResult) -> None:
        """A channel was read to its end, failed, or was skipped."""
        ...


class Silent:
    """A watcher that shows nothing."""

    def progress(self, channel: str, messages: int, progress: Progress | None) -> None:
        """Show nothing."""

    def done(self, result: ChannelResult) -> None:
        """Show nothing."""


@dataclass(frozen=True)
class SyncPorts:
    """What a reading needs from the shell; `adapters` has the key of every channel's adapter."""

    store: Store
    clock: Clock
    evaluation_of: EvaluationOf
    watcher: Watcher = field(default_factory=Silent)
    stop: threading.Event = field(default_factory=threading.Event)
    adapters: Mapping[str, str] = field(default_factory=dict)


def sync(sources: Sequence[Source], ports: SyncPorts, scheduled: bool = False) -> list[ChannelResult]:
    """Read every source and return what came of each, in the order given; one failing channel never stops another.

    A `scheduled` run leaves channels alone that were stopped a short while ago. When `ports.stop` is set, every
    channel ends at its next batch boundary.
    """
    inbox: queue.SimpleQueue[_Arrived | ChannelResult] = queue.SimpleQueue()
    readers = [_Reader(source, ports, inbox, scheduled) for source in sources]
    for reader in readers:
        reader.start()
    results = _write_until_done(len(readers), inbox, ports)
    for reader in readers:
        reader.join()
    return [results[source.name] for source in sources]


def _write_until_done(
    running: int, inbox: queue.SimpleQueue[_Arrived | ChannelResult], ports: SyncPorts
) -> dict[str, ChannelResult]:
    results: dict[str, ChannelResult] = {}
    while len(results) < running:
        arrived = inbox.get()
        if isinstance(arrived, ChannelResult):
            results[arrived.name] = arrived
            ports.watcher.done(arrived)
        else:
            arrived.answer(ports)
    return results


class _Arrived:
    """A batch on its way from a reader to the writer, and the writer's answer on its way back."""

    def __init__(self, source: Source, batch: Batch) -> None:
        self.source, self.batch = source, batch
        self._outcome: queue.SimpleQueue[MergeResult | Exception] = queue.SimpleQueue()

    def answer(self, ports: SyncPorts) -> None:
        """Store the batch; an error goes back to the reader, whose channel it ends."""
        try:
            self._outcome.put(store_batch(self.source, self.batch, ports))
        except Exception as error:  # noqa: BLE001  one channel's batch must not stop the other channels
            self._outcome.put(error)

    def wait(self) -> MergeResult:
        """Block the reader until its batch is stored."""
        outcome = self._outcome.get()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class _Reader(threading.Thread):
    """Reads one channel; asks for the next batch only when the last one is stored."""

    def __init__(
        self, source: Source, ports: SyncPorts, inbox: queue.SimpleQueue[_Arrived | ChannelResult], scheduled: bool
    ) -> None:
        super().__init__(name=f"sync-{source.name}", daemon=True)
        self._source, self._ports, self._inbox, self._scheduled = source, ports, inbox, scheduled
        self._result = ChannelResult(source.name)

    def run(self) -> None:
        """Read the channel and hand the result in, whatever happens."""
        try:
            with self._ports.store.lease(f"sync:{self._source.name}"):
                self._read_or_rest()
        except Busy as busy:
            self._result.skipped = str(busy)
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes
            self._result.failure = explain(error)
        finally:
            self._inbox.put(self._result)

    def _read_or_rest(self) -> None:
        record = self._ports.store.channel(self._source.name)
        if self._scheduled and rests(record, self._ports.clock.now()):
            self._result.failure = Failure(record.error, "stopped", stops=True)
            self._result.skipped = "stopped"
            return
        self._remember(lambda record, now: replace(record, started_at=now))
        try:
            self._read()
        except Exception as error:  # noqa: BLE001  remembered for `status`; the other channels go on
            failure = self._result.failure = explain(error)
            self._remember(lambda record, now: after_failure(record, now, failure))
        else:
            if not self._result.interrupted:
                self._remember(lambda record, now: after_success(record, now, self._result.notices))

    def _read(self) -> None:
        store, name = self._ports.store, self._source.name
        checkpoint = store.channel(name).checkpoint
        with (
            self._source.connect() as connection,
            _closed_at_the_end(connection.fetch(checkpoint, store.open_cases(name))) as batches,
        ):
            self._hand_over(batches)

    def _hand_over(self, batches: Iterable[Batch]) -> None:
        for batch in batches:
            arrived = _Arrived(self._source, batch)
            self._inbox.put(arrived)
            self._count(batch, arrived.wait())
            if self._ports.stop.is_set():
                self._result.interrupted = True
                return

    def _count(self, batch: Batch, merged: MergeResult) -> None:
        result = self._result
        result.batches += 1
        result.new_messages += merged.new_messages
        result.new_cases += sum(change.is_new for change in merged.changes)
        result.changed_cases += sum(not change.is_new for change in merged.changes)
        result.notices = (*result.notices, *(notice.text for notice in batch.notices))
        self._ports.watcher.progress(self._source.name, result.new_messages, batch.progress)

    def _remember(self, changed: Callable[[ChannelRecord, datetime], ChannelRecord]) -> None:
        with self._ports.store.writing() as writer:
            record = self._ports.store.channel(self._source.name)
            writer.record_channel(changed(record, self._ports.clock.now()))


@contextmanager
def _closed_at_the_end(batches: Iterator[Batch]) -> Iterator[Iterator[Batch]]:
    """A generator that is not run to its end must still run its `finally`; a plain iterator has none."""
    try:
        yield batches
    finally:
        close = getattr(batches, "close", None)
        if close is not None:
            close()


def store_batch(source: Source, batch: Batch, ports: SyncPorts) -> MergeResult:
    """Turn a batch into events and keep them, with the checkpoint, in one transaction."""
    with ports.store.writing() as writer:
        known = writer.known(source.name, keys_of(batch.items))
        now = ports.clock.now()
        merged = merge_batch(
            batch.items, known, source.name, now, writer.next_number, source.rules, detects=source.detects
        )
        for change in merged.changes:
            writer.save(change, ports.evaluation_of(change.case))
        for key in merged.delivered:
            met = replace(writer.reply(key), state=ReplyState.DELIVERED, reason="met again on the platform")
            writer.save_reply(met)
            queue_what_follows(met, writer, ports.evaluation_of, now)
        Joining(ports.store, writer, ports.evaluation_of, ports.adapters).join(source.name, merged.changes, now)
        writer.save_figures(source.name, batch.figures, now)
        writer.set_checkpoint(source.name, batch.checkpoint)
    return merged
