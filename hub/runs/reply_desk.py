"""What a person does with replies: each act as one write transaction that looks at case and reply again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.core import acting, acts, reply_acts
from hub.core.acting import Wish
from hub.core.approval import ApprovalRule, admitted
from hub.core.asking import asked_before, digest_of, digest_of_act
from hub.core.events import ApprovalWanted
from hub.core.merge import Change
from hub.core.model import Attachment, Case
from hub.core.outbox import Hold, Reply, ReplyState, undoable
from hub.core.policy import Forbidden, Policy
from hub.core.ports import Clock, EvaluationOf, Store, Writer
from hub.core.stopping import Stop, kept, read, stop_fact
from hub.core.uptime import uptime_of
from hub.errors import NotFound, Refused
from hub.runs.following import case_of, queue_what_follows
from hub.runs.outbox_of_channel import RESTORED

ReplyAct = Callable[..., tuple[Change, Reply]]


@dataclass(frozen=True, slots=True)
class ReplyDesk:
    """Where a person, named `who`, sends replies; `new_key` makes a key that no reply or note has had.

    `policy_of` tells which policy a case follows, for what its platform forbids. For the time of `undo` a reply may
    still be taken back; `rules` say which ones a second person has to approve.
    """

    store: Store
    clock: Clock
    evaluation_of: EvaluationOf
    new_key: Callable[[], str]
    who: str
    policy_of: Callable[[Case], Policy] | None = None
    undo: timedelta = timedelta()
    rules: Sequence[ApprovalRule] = ()

    def reply(
        self,
        number: str,
        text: str,
        *,
        after: str,
        files: Sequence[Attachment] = (),
        then_close: bool = False,
        there: bool = False,
        send_at: datetime | None = None,
        client_key: str = "",
    ) -> Reply:
        """Put a reply into the outbox; `files` were kept with `keep_files`, `there` means closed on the platform.

        A program that asks for the same once more under its `client_key` gets the reply that there is.
        """
        digest = digest_of(text, files, then_close=then_close, send_at=send_at) if client_key else ""
        with self.store.writing() as writer:
            if before := self.asked(number, client_key, digest):
                return before
            case, key, now = writer.case(number), self.new_key(), self.clock.now()
            change, reply = acts.queue_reply(
                case, text, files, key, after, self.who, now, then_close=then_close, there=there, send_at=send_at
            )
            return self._queue(writer, change, replace(reply, client_key=client_key, client_digest=digest))

    def act(self, number: str, wish: Wish, *, client_key: str = "") -> Reply:
        """Put an act on the platform into the outbox; with a `client_key` as `reply` has it."""
        with self.store.writing() as writer:
            case, others = writer.case(number), self.store.replies(case_number=number)
            digest = digest_of_act(wish) if client_key else ""
            if before := self.asked(number, client_key, digest):
                return before
            change, reply = acting.queue_act(
                case, wish, self.new_key(), self.who, self.clock.now(), others=others, forbidden=self._forbidden(case)
            )
            return self._queue(writer, change, replace(reply, client_key=client_key, client_digest=digest), wish)

    def mark_read(self, number: str) -> Reply | None:
        """Let the platform know that a person has opened the case, once for each newest message."""
        with self.store.writing() as writer:
            case, others = writer.case(number), self.store.replies(case_number=number)
            reply = acting.mark_read(case, self.new_key(), self.clock.now(), others)
            if reply is not None:
                writer.save_reply(reply)
        return reply

    def release(self, key: str) -> Reply:
        """Let a held reply go."""
        return self._act_on_reply(key, reply_acts.release, others=self._others(key))

    def hold(self, key: str, reason: str = "") -> Reply:
        """Keep a reply from being sent until somebody lets it go."""
        return self._act_on_reply(key, reply_acts.hold_back, reason=reason)

    def approve(self, key: str, read: str | None = None) -> Reply:
        """Agree to a reply as the second person, who has `read` this text."""
        return self._act_on_reply(key, reply_acts.approve, others=self._others(key), read=read)

    def edit(
        self, key: str, text: str, after: str, files: Sequence[Attachment] | None = None, begun: str | None = None
    ) -> Reply:
        """Write a reply anew that is surely not sent; a rule that wanted a second person wants one again."""
        given = None if files is None else tuple(files)
        return self._act_on_reply(key, reply_acts.edit, text=text, after=after, attachments=given, begun=begun)

    def cancel(self, key: str, reason: str = "") -> Reply:
        """Take a reply back."""
        return self._act_on_reply(key, reply_acts.cancel, reason=reason)

    def take_back(self) -> Reply:
        """Take back what this person queued last, while that may still be undone."""
        waiting = self.store.replies(frozenset({ReplyState.QUEUED, ReplyState.HELD}))
        newest = next((reply for reply in reversed(waiting) if reply.by == self.who and not reply.automatic), None)
        if newest is None or not self._is_fresh(newest):
            rest = f"; the newest that waits is {newest.key} to {newest.case_number}" if newest is not None else ""
            raise Refused(
                f"Nothing of yours can be undone any more{rest}. `casehub outbox` shows what waits, and "
                "`casehub outbox cancel KEY` takes back what is not sent yet."
            )
        return self.cancel(newest.key, "undone")

    def _is_fresh(self, reply: Reply) -> bool:
        """Whether it was queued so short a while ago that it may be undone, be it for later or for a second person."""
        now, uptime = self.clock.now(), uptime_of(self.clock)
        waits = reply.send_at is not None or reply.hold is Hold.APPROVAL
        return bool(reply.waits_to_be_undone(now, uptime)) or (waits and now - reply.written_at < self.undo)

    def mark_delivered(self, key: str) -> Reply:
        """Settle a reply that a person saw on the platform."""
        return self._act_on_reply(key, reply_acts.mark_delivered)

    def retry(self, key: str) -> Reply:
        """Send a reply again that a person knows did not arrive."""
        return self._act_on_reply(key, reply_acts.retry, others=self._others(key))

    def stop(self, channel: str = "", why: str = "") -> Stop:
        """Let nothing be sent on a channel, or (empty) on any, from now on."""
        stop = Stop(self.who, self.clock.now(), why.strip(), channel)
        with self.store.writing() as writer:
            if text := self.store.fact(stop_fact(channel)):
                raise Refused(f"It is stopped already: {read(text)}; `{stop.way_back}` comes first.")
            writer.set_fact(stop_fact(channel), kept(stop))
        return stop

    def resume(self, channel: str = "") -> Stop:
        """Take the stop of a channel, or (empty) of all, back, and answer it; Refused where there is none."""
        with self.store.writing() as writer:
            text = self.store.fact(stop_fact(channel))
            if not text:
                where = f"on {channel} " if channel else ""
                raise Refused(f"Sending {where}is not stopped; `casehub outbox` shows what is.")
            writer.set_fact(stop_fact(channel), "")
        return read(text)

    def named(self, beginning: str) -> Reply:
        """The one reply whose key begins so."""
        key = beginning.strip().lower()
        found = self.store.replies_named(key) if key else ()
        # The key of what follows a reply begins with that of the reply.
        exact = next((reply for reply in found if reply.key == key), None)
        if exact is not None:
            return exact
        if not found:
            raise NotFound(f"No reply has a key that begins with {beginning!r}; `casehub outbox --all` lists them.")
        if len(found) > 1:
            raise Refused(f"{len(found)} replies have keys that begin with {beginning!r}; give more of it.")
        return found[0]

    def asked(self, number: str, client_key: str, digest: str) -> Reply | None:
        """What a program has asked for under its key already, on this case or on one that it took up.

        Refused if that was something else.
        """
        if not client_key:
            return None
        numbers = (number, *self.store.case(number).linked)
        return asked_before(client_key, digest, (r for one in numbers for r in self.store.replies(case_number=one)))

    def _others(self, key: str) -> Sequence[Reply]:
        """The replies of the case that a reply belongs to."""
        found = self.store.replies_named(key)
        return self.store.replies(case_number=found[0].case_number) if found else ()

    def _act_on_reply(self, key: str, act: ReplyAct, **given: object) -> Reply:
        if self.store.fact(RESTORED):
            raise Refused("A backup was put back: `casehub deliver` first looks up what may have been sent since.")
        with self.store.writing() as writer:
            before = writer.reply(key)
            # One that was settled before a merge can still turn out to be delivered.
            change, reply = act(case_of(before, writer), before, self.who, self.clock.now(), **given)
            if act in _QUEUED_ANEW:
                return self._queue(writer, change, reply, again=act is reply_acts.edit)
            writer.save_reply(reply)
            self._save(writer, change)
            queue_what_follows(reply, writer, self.evaluation_of, self.clock.now())
        return reply

    def _queue(
        self, writer: Writer, change: Change, reply: Reply, wish: Wish | None = None, *, again: bool = True
    ) -> Reply:
        """Let a reply into the outbox: held where a rule wants a second person, else with its time to be undone."""
        case, now = self._save(writer, change), self.clock.now()
        let_in = admitted(reply, case, self.rules, wish) if again else reply
        if let_in.wants_approval:
            self._save(writer, acts.changed(case, now, ApprovalWanted(let_in.key, let_in.approval, let_in.kind)))
        let_in = undoable(let_in, self.undo, now, uptime_of(self.clock))
        writer.save_reply(let_in)
        return let_in

    def _forbidden(self, case: Case) -> Forbidden | None:
        return acts.closing_forbidden(self.policy_of(case), self.evaluation_of(case)) if self.policy_of else None

    def _save(self, writer: Writer, change: Change) -> Case:
        writer.save(change, self.evaluation_of(change.case))
        return change.case


_QUEUED_ANEW = (reply_acts.approve, reply_acts.edit)
