"""The desk: each act of a person as one write transaction that looks at the case again before it changes it."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hub.core import acting, acts, clock_acts, portal_acts
from hub.core.acting import Wish
from hub.core.incoming import CaseUpdate, Incoming, IncomingMessage
from hub.core.matching import MatchingRules, match
from hub.core.merge import Change, keys_of, looked_through
from hub.core.model import Attachment, Case, CaseType
from hub.core.outbox import Reply
from hub.core.policy import Forbidden, Policy
from hub.core.portal import PortalTask
from hub.core.ports import Clock, EvaluationOf, Store, Writer
from hub.errors import NotFound, Refused
from hub.runs.following import case_of, queue_what_follows

LARGEST_REPLY = 20 * 1024 * 1024
"""How many bytes of files a reply may carry; most mail servers refuse more (email.md item 37)."""

ReplyAct = Callable[..., tuple[Change, Reply]]


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of one unreadable message: its words again, or still none, and a remark for the person."""

    number: str
    ref: str
    readable: bool
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a person, named `who`, works on cases; `new_key` makes a key that no reply or note has had.

    `policy_of` tells which policy a case follows, for what its platform forbids.
    """

    store: Store
    clock: Clock
    evaluation_of: EvaluationOf
    new_key: Callable[[], str]
    who: str
    policy_of: Callable[[Case], Policy] | None = None

    def note(self, number: str, text: str) -> Case:
        """Leave a note on the case."""
        with self.store.writing() as writer:
            change = acts.note(writer.case(number), text, self.new_key(), self.who, self.clock.now())
            return self._save(writer, change)

    def assign(self, number: str, to: str) -> Case:
        """Give the case to somebody, or (empty `to`) back."""
        with self.store.writing() as writer:
            return self._save(writer, acts.assign(writer.case(number), to, self.who, self.clock.now()))

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

    def reply(
        self,
        number: str,
        text: str,
        *,
        after: str,
        files: Sequence[Attachment] = (),
        then_close: bool = False,
        there: bool = False,
    ) -> Reply:
        """Put a reply into the outbox; `files` were kept with `keep_files`, `there` means closed on the platform."""
        with self.store.writing() as writer:
            case, key, now = writer.case(number), self.new_key(), self.clock.now()
            change, reply = acts.queue_reply(
                case, text, files, key, after, self.who, now, then_close=then_close, there=there
            )
            writer.save_reply(reply)
            self._save(writer, change)
        return reply

    def act(self, number: str, wish: Wish) -> Reply:
        """Put an act on the platform into the outbox."""
        with self.store.writing() as writer:
            case, others = writer.case(number), self.store.replies(case_number=number)
            change, reply = acting.queue_act(
                case, wish, self.new_key(), self.who, self.clock.now(), others=others, forbidden=self._forbidden(case)
            )
            writer.save_reply(reply)
            self._save(writer, change)
        return reply

    def mark_read(self, number: str) -> Reply | None:
        """Let the platform know that a person has opened the case, once for each newest message."""
        with self.store.writing() as writer:
            case, others = writer.case(number), self.store.replies(case_number=number)
            reply = acting.mark_read(case, self.new_key(), self.clock.now(), others)
            if reply is not None:
                writer.save_reply(reply)
        return reply

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

    def release(self, key: str) -> Reply:
        """Let a held reply go."""
        return self._act_on_reply(key, acts.release)

    def cancel(self, key: str) -> Reply:
        """Take a reply back."""
        return self._act_on_reply(key, acts.cancel)

    def mark_delivered(self, key: str) -> Reply:
        """Settle a reply that a person saw on the platform."""
        return self._act_on_reply(key, acts.mark_delivered)

    def retry(self, key: str) -> Reply:
        """Send a reply again that a person knows did not arrive."""
        return self._act_on_reply(key, acts.retry)

    def find_key(self, beginning: str) -> str:
        """The whole key of the one reply that begins so."""
        keys = [reply.key for reply in self.store.replies() if reply.key.startswith(beginning.lower())]
        if beginning.lower() in keys:  # the key of what follows a reply begins with that of the reply
            return beginning.lower()
        if not keys or not beginning:
            raise NotFound(f"No reply has a key that begins with {beginning!r}; `casehub outbox --all` lists them.")
        if len(keys) > 1:
            raise Refused(f"{len(keys)} replies have keys that begin with {beginning!r}; give more of it.")
        return keys[0]

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

    def _act_on_reply(self, key: str, act: ReplyAct) -> Reply:
        with self.store.writing() as writer:
            before = writer.reply(key)
            # One that was settled before a merge can still turn out to be delivered.
            change, reply = act(case_of(before, writer), before, self.who, self.clock.now())
            writer.save_reply(reply)
            self._save(writer, change)
            queue_what_follows(reply, writer, self.evaluation_of, self.clock.now())
        return reply

    def _give(self, writer: Writer, case: Case, task: PortalTask | None) -> Case:
        if task is None:
            return case
        asked = replace(task, key=self.new_key(), who=self.who)
        return self._save(writer, portal_acts.give_task(case, asked, self.clock.now()))

    def _forbidden(self, case: Case) -> Forbidden | None:
        return acts.closing_forbidden(self.policy_of(case), self.evaluation_of(case)) if self.policy_of else None

    def _save(self, writer: Writer, change: Change) -> Case:
        writer.save(change, self.evaluation_of(change.case))
        return change.case


def keep_files(store: Store, paths: Sequence[Path]) -> tuple[Attachment, ...]:
    """Read the files that shall go with a reply and keep them beside the database."""
    for path in paths:
        _require_file(path)
    total = sum(path.stat().st_size for path in paths)
    if total > LARGEST_REPLY:
        together, most = total / 1024**2, LARGEST_REPLY // 1024**2
        raise Refused(f"The files are {together:.1f} MB together and a reply takes {most} MB; send fewer, or a link.")
    return tuple(_keep_file(store, path) for path in paths)


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
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Attachment(path.name, kind, len(content), store.keep(content))


def _message_of(item: Incoming, ref: str) -> IncomingMessage | None:
    if isinstance(item, IncomingMessage):
        return item if item.message.ref == ref else None
    if isinstance(item, CaseUpdate):
        return next((IncomingMessage(m) for m in item.messages if m.ref == ref), None)
    return None
