"""One reading of a mailbox: which mails are new, fetched and parsed in steps that stay small."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Generic, TypeVar

from hub import Batch, Incoming, Notice, Progress, Tools
from hub_email_imap.interpreting import Interpreter, Kept
from hub_email_imap.mailbox import FolderState, Listed, Mailbox
from hub_email_imap.parsed import ParsedMail
from hub_email_imap.position import FolderPosition, Position
from hub_email_imap.settings import EmailSettings
from hub_email_imap.text import one_line
from hub_email_imap.worker import ParseFailure, ParseWorker

T = TypeVar("T")
STEP_MAILS = 100
STEP_BYTES = 1_000_000
"""A step is fetched, parsed and stored whole, so its size is what a reading needs in memory, about ten times over.

Measured: 8 MB make the process 10 MB larger, and no faster.
"""


class Reading:
    """Reads the folders of one mailbox from a position on."""

    def __init__(self, settings: EmailSettings, tools: Tools, mailbox: Mailbox, interpreter: Interpreter) -> None:
        self._settings, self._tools, self._mailbox, self._interpreter = settings, tools, mailbox, interpreter
        self._position = Position()
        self._notices: list[Notice] = []

    def batches(self, position: Position) -> Iterator[Batch]:
        """What is new, batch by batch; each carries the position that holds once it is stored."""
        self._position = position
        with ParseWorker() as worker:
            for name, is_sent in self._folder_names():
                yield from self._read_folder(worker, name, is_sent)

    def _folder_names(self) -> Iterator[tuple[str, bool]]:
        for name in self._settings.folders:
            yield name, False
        # After the customers' folders, so that an answer finds the case it belongs to.
        if self._settings.watch_sent:
            sent = self._mailbox.sent_folder()
            if sent is not None and sent not in self._settings.folders:
                yield sent, True

    def _read_folder(self, worker: ParseWorker, name: str, is_sent: bool) -> Iterator[Batch]:
        state = self._mailbox.examine(name)
        known = self._position.folders.get(name)
        start = self._start(state, known)
        self._position = self._position.moved(name, start)
        if known != start and not (known is None and start == FolderPosition(state.uidvalidity, 0)):
            # Written down before anything is read, so that "from now" stays the same now after a crash.
            yield self._batch(name, start)
        if state.uidnext is not None and state.uidnext <= start.last + 1:
            return
        uids = self._uids(start)
        done = 0
        for kept, items in self._read_ahead(worker, self._steps(uids, start), name, is_sent):
            done += len(kept)
            yield self._batch(name, replace(start, last=kept[-1].listed.uid), items, Progress(done, len(uids)))
        if self._interpreter.left:
            self._notices += [Notice(_left_there(*counted)) for counted in sorted(self._interpreter.left.items())]
            self._interpreter.left.clear()
            yield self._batch(name, self._position.folders[name])
        if uids and self._position.folders[name].last < uids[-1]:
            # The newest ones vanished meanwhile, or are older than the operator wants.
            yield self._batch(name, replace(start, last=uids[-1]), progress=Progress(len(uids), len(uids)))

    def _start(self, state: FolderState, known: FolderPosition | None) -> FolderPosition:
        newest = state.uidnext - 1 if state.uidnext is not None else max(self._mailbox.uids_above(0), default=0)
        if known is None:
            return self._first_start(state, newest)
        if known.uidvalidity != state.uidvalidity:
            self._notices.append(
                Notice(
                    f"The server has renumbered the folder {state.name}: it is read again from the beginning, "
                    "and only mail that is not known yet is taken in."
                )
            )
            return FolderPosition(state.uidvalidity, 0, known.since, old_until=newest)
        return known

    def _first_start(self, state: FolderState, newest: int) -> FolderPosition:
        now = self._tools.clock.now()
        if self._settings.start == "all":
            return FolderPosition(state.uidvalidity, 0)
        if self._settings.start_days is not None:
            since = now - timedelta(days=self._settings.start_days)
            return FolderPosition(state.uidvalidity, 0, since, old_until=newest)
        return FolderPosition(state.uidvalidity, newest, since=now)

    def _uids(self, start: FolderPosition) -> list[int]:
        uids = self._mailbox.uids_above(start.last)
        if start.since is None or start.last >= start.old_until:
            return uids
        # SINCE looks at the day in the server's own zone (RFC 3501 §6.4.4): a day of room, then the exact instant.
        young = set(self._mailbox.uids_since((start.since - timedelta(days=1)).date()))
        return [uid for uid in uids if uid > start.old_until or uid in young]

    def _steps(self, uids: Sequence[int], start: FolderPosition) -> Iterator[list[Listed]]:
        """The mails in the order of their UIDs, in steps that fit in memory."""
        step: list[Listed] = []
        size = 0
        for mail in self._mailbox.listing(uids):
            if start.since is not None and mail.uid <= start.old_until and mail.internal_date < start.since:
                continue
            if step and (len(step) >= STEP_MAILS or size + mail.size > STEP_BYTES):
                yield step
                step, size = [], 0
            step.append(mail)
            size += mail.size
        if step:
            yield step

    def _read_ahead(
        self, worker: ParseWorker, steps: Iterable[list[Listed]], folder: str, is_sent: bool
    ) -> Iterator[tuple[list[Kept], list[Incoming | None]]]:
        """Each step with its items; the child parses the next step while the hub stores this one."""
        ahead: list[Kept] = []
        with closing(_one_ahead(map(self._fetch, steps))) as fetched:
            for kept, raws in fetched:
                if not kept:
                    continue
                outcomes = worker.finish()
                worker.start(raws)
                items = self._items(ahead, outcomes, folder, is_sent)
                # While the hub stores this step, nobody needs its files any more.
                del raws, outcomes
                if ahead:
                    yield ahead, items
                ahead = kept
        if ahead:
            yield ahead, self._items(ahead, worker.finish(), folder, is_sent)

    def _items(
        self, kept: Sequence[Kept], outcomes: Sequence[ParsedMail | ParseFailure], folder: str, is_sent: bool
    ) -> list[Incoming | None]:
        item = self._interpreter.item
        return [item(mail, outcome, folder, is_sent) for mail, outcome in zip(kept, outcomes, strict=True)]

    def _fetch(self, step: list[Listed]) -> tuple[list[Kept], list[bytes]]:
        """Fetch a step and keep the raw bytes before anything looks into them."""
        limit = self._settings.largest_mail_mb * 1_000_000
        large = [mail.uid for mail in step if mail.size > limit]
        raws = self._mailbox.bodies([mail.uid for mail in step if mail.size <= limit])
        withheld = [uid for uid, raw in raws.items() if raw is None]
        if large or withheld:
            raws |= self._mailbox.headers([*large, *withheld])
        kept, contents = [], []
        for mail in step:
            if mail.uid in raws:
                content = raws[mail.uid]
                digest = "" if content is None else self._tools.keep(content)
                kept.append(Kept(mail, digest, mail.uid in large, mail.uid in withheld or content is None))
                contents.append(content or b"")
        return kept, contents

    def _batch(
        self,
        folder: str,
        read_to: FolderPosition,
        items: Iterable[Incoming | None] = (),
        progress: Progress | None = None,
    ) -> Batch:
        self._position = self._position.moved(folder, read_to)
        notices, self._notices = tuple(self._notices), []
        found = tuple(item for item in items if item is not None)
        return Batch(found, self._position.as_checkpoint(), notices, progress)


def _left_there(marketplace: str, count: int) -> str:
    mails = "A mail" if count == 1 else f"{count:,} mails"
    what = "is no case and was" if count == 1 else "are no cases and were"
    return f"{mails} of {one_line(marketplace)} {what} left in the mailbox."


def _one_ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The items, each next one taken in a thread while the caller is at work on the last.

    The hub, the server and the disk wait for one another all the time; in turn, that was a third of a reading. Mails
    may be fetched before the last ones are stored: bodies are peeked at, and nothing changes on the server.
    """
    taking = _Taking(items)
    try:
        taking.begin()
        while (item := taking.result()) is not None:
            taking.begin()
            yield item
            del item
    finally:
        taking.end()


class _Taking(threading.Thread, Generic[T]):
    """Takes items one by one, each when it is told to begin.

    One thread for all of them: with a new one for each, the allocator of glibc spreads the mails over as many arenas
    as there were ever threads, and the process is 13 MB larger.
    """

    def __init__(self, items: Iterator[T]) -> None:
        # A daemon, as its caller is: a person who ends the program at once shall not wait for a server.
        super().__init__(name="fetching mail", daemon=True)
        self._items = items
        self._told: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[T | BaseException | None] = queue.SimpleQueue()
        self.start()

    def begin(self) -> None:
        """Begin to take the next item."""
        self._told.put(True)

    def result(self) -> T | None:
        """Wait for the item; None at the end. Raises what taking it raised."""
        result = self._results.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def end(self) -> None:
        """Take no more, and wait until nothing is being taken."""
        self._told.put(False)
        self.join()

    def run(self) -> None:
        while self._told.get():
            try:
                self._results.put(next(self._items, None))
            except BaseException as error:  # noqa: BLE001  raised where the result is waited for
                self._results.put(error)
