"""The desk: each act of a person as one write transaction that looks at the case again before it changes it."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hub.core import acts, clock_acts, portal_acts
from hub.core.incoming import CaseUpdate, Incoming, IncomingMessage
from hub.core.matching import MatchingRules, match
from hub.core.merge import keys_of, looked_through
from hub.core.model import Attachment, Case, CaseType
from hub.core.portal import PortalTask
from hub.core.ports import Store, Writer
from hub.errors import Refused
from hub.runs.reply_desk import ReplyDesk

LARGEST_REPLY = 20 * 1024 * 1024
"""How many bytes of files a reply may carry; most mail servers refuse more (email.md item 37)."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of one unreadable message: its words again, or still none, and a remark for the person."""

    number: str
    ref: str
    readable: bool
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Desk(ReplyDesk):
    """Where a person works on cases and sends replies."""

    def note(self, number: str, text: str) -> Case:
        """Leave a note on the case."""
        with self.store.writing() as writer:
            change = acts.note(writer.case(number), text, self.new_key(), self.who, self.clock.now())
            return self._save(writer, change)

    def assign(self, number: str, to: str) -> Case:
        """Give the case to somebody, or (empty `to`) back."""
        with self.store.writing() as writer:
            return self._save(writer, acts.assign(writer.case(number), to, self.who, self.clock.now()))

    def give(self, number: str, to: str, instead_of: str) -> bool:
        """Give an open case to somebody; whether it was still with whom it was thought to be."""
        with self.store.writing() as writer:
            case = writer.case(number)
            if case.assignee != instead_of or not case.is_open:
                return False
            self._save(writer, acts.assign(case, to, self.who, self.clock.now()))
            return True

    def close(self, number: str, reason: str = "", task: PortalTask | None = None) -> Case:
        """Close the case; with `task` it is to be closed in the platform's portal as well."""
        with self.store.writing() as writer:
            case = writer.case(number)
            change = acts.close(case, reason, self.who, self.clock.now(), self._forbidden(case))
            return self._give(writer, self._save(writer, change), task)

    def reopen(self, number: str, reason: str = "", task: PortalTask | None = None) -> Case:
        """Open a closed case again; with `task` it is to be opened in the platform's portal as well."""
        with self.store.writing() as writer:
            change = acts.reopen(writer.case(number), reason, self.who, self.clock.now())
            return self._give(writer, self._save(writer, change), task)

    def classify(self, number: str, kind: CaseType | None, priority: str | None) -> Case:
        """Say what the case is about, or how urgent it is."""
        with self.store.writing() as writer:
            change = clock_acts.classify(writer.case(number), kind, priority, self.who, self.clock.now())
            return self._save(writer, change)

    def need_no_reply(self, number: str, reason: str = "") -> Case:
        """Say that what the customer wrote needs no answer."""
        with self.store.writing() as writer:
            change = clock_acts.need_no_reply(writer.case(number), reason, self.who, self.clock.now())
            return self._save(writer, change)

    def set_due(self, number: str, clock: str, due: datetime, why: str) -> Case:
        """Set a clock's due instant by hand."""
        with self.store.writing() as writer:
            case = writer.case(number)
            evaluation = self.evaluation_of(case)
            change = clock_acts.set_due(case, evaluation, clock, due, why, self.who, self.clock.now())
            return self._save(writer, change)

    def take_back_due(self, number: str, clock: str, why: str = "") -> Case:
        """Let the rule say again by when a clock is due."""
        with self.store.writing() as writer:
            change = clock_acts.take_back_due(writer.case(number), clock, why, self.who, self.clock.now())
            return self._save(writer, change)

    def merge(self, number: str, into: str) -> Case:
        """Let the case `into` take up the case `number`, and answer the one that remains."""
        with self.store.writing() as writer:
            # Nobody else can queue a reply for it before this transaction has ended.
            replies = self.store.replies(case_number=number)
            taken, gone = acts.absorb(writer.case(into), writer.case(number), replies, self.who, self.clock.now())
            # The lookups of the messages must be free before the other case takes them.
            self._save(writer, gone)
            return self._save(writer, taken)

    def give_task(self, number: str, task: PortalTask) -> PortalTask:
        """Keep what a person has to do in a portal, and answer it as it is kept."""
        with self.store.writing() as writer:
            return self._give(writer, writer.case(number), task).portal_tasks[-1]

    def tick_off(self, number: str, key: str, at: datetime | None = None, comment: str = "") -> Case:
        """Say that a portal task was done, now or at an instant."""
        with self.store.writing() as writer:
            now = self.clock.now()
            return self._save(writer, portal_acts.tick_off(writer.case(number), key, self.who, at or now, now, comment))

    def drop_task(self, number: str, key: str, comment: str = "") -> Case:
        """Say that nobody needs to do a portal task any more."""
        with self.store.writing() as writer:
            change = portal_acts.drop_task(writer.case(number), key, self.who, self.clock.now(), comment)
            return self._save(writer, change)

    def answered(self, number: str, text: str = "", at: datetime | None = None) -> Case:
        """Say that the customer was answered on the platform itself, now or at an instant."""
        with self.store.writing() as writer:
            case, now = writer.case(number), self.clock.now()
            change = portal_acts.answered(case, self.new_key(), text, self.who, at or now, now)
            return self._save(writer, change)

    def take_reread(
        self, number: str, ref: str, item: Incoming, rules: MatchingRules, *, detects: bool = True
    ) -> Reread:
        """Keep what a second reading of an unreadable message brought."""
        incoming = _message_of(item, ref)
        if incoming is None:
            return Reread(number, ref, readable=False, remark="its channel now reads it as something else")
        if incoming.message.problem:
            return Reread(number, ref, readable=False, remark=incoming.message.problem)
        with self.store.writing() as writer:
            case, now = writer.case(number), self.clock.now()
            found = match(incoming, writer.known(case.channel, keys_of([incoming])).threads, rules)
            change = acts.take_reread(case, incoming, now, unverified=found.unverified)
            self._save(writer, looked_through(change, incoming.message, now) if detects else change)
        elsewhere = found.number not in ("", number)
        remark = f"it belongs to {found.number}: `casehub merge {number} {found.number}`" if elsewhere else ""
        return Reread(number, ref, readable=True, remark=remark)

    def _give(self, writer: Writer, case: Case, task: PortalTask | None) -> Case:
        if task is None:
            return case
        asked = replace(task, key=self.new_key(), who=self.who)
        return self._save(writer, portal_acts.give_task(case, asked, self.clock.now()))


def keep_files(store: Store, paths: Sequence[Path]) -> tuple[Attachment, ...]:
    """Read the files that shall go with a reply and keep them beside the database."""
    for path in paths:
        _require_file(path)
    _require_small(sum(path.stat().st_size for path in paths))
    return tuple(_keep_file(store, path) for path in paths)


def keep_contents(store: Store, files: Sequence[tuple[str, bytes]]) -> tuple[Attachment, ...]:
    """Keep files that came by their names and contents, as a browser sends them, beside the database."""
    _require_small(sum(len(content) for _, content in files))
    return tuple(_kept(store, name, content) for name, content in files)


def _require_small(total: int) -> None:
    if total > LARGEST_REPLY:
        together, most = total / 1024**2, LARGEST_REPLY // 1024**2
        raise Refused(f"The files are {together:.1f} MB together and a reply takes {most} MB; send fewer, or a link.")


def _require_file(path: Path) -> None:
    if not path.exists():
        raise Refused(f"There is no file {path} to attach; check its name.")
    if not path.is_file():
        raise Refused(f"{path} is not a file that can be attached; pack it into one, for example with zip.")


def _keep_file(store: Store, path: Path) -> Attachment:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}); check who may read it.") from error
    return _kept(store, path.name, content)


def _kept(store: Store, name: str, content: bytes) -> Attachment:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Attachment(name, kind, len(content), store.keep(content))


def _message_of(item: Incoming, ref: str) -> IncomingMessage | None:
    if isinstance(item, IncomingMessage):
        return item if item.message.ref == ref else None
    if isinstance(item, CaseUpdate):
        return next((IncomingMessage(m) for m in item.messages if m.ref == ref), None)
    return None
