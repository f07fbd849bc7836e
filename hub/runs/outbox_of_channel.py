"""The outbox of one channel as a delivery run keeps it: what may go, and what became of it, each in one transaction."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce

from hub.core.events import Event, Happening, ReplyStopped
from hub.core.merge import Change
from hub.core.outbox import (
    FINAL,
    SETTLED,
    Hold,
    Reply,
    ReplyState,
    become_uncertain,
    broken_off,
    doubted,
    hold_for_channel,
    move,
    rested,
    settle_again,
    without_asking,
)
from hub.core.ports import Writer
from hub.core.replay import apply
from hub.core.stopping import stopped
from hub.core.uptime import Uptime, uptime_of
from hub.errors import HubError
from hub.runs.delivery_ports import DeliveryPorts, DeliveryResult
from hub.runs.following import case_of, queue_what_follows

RESTORED = "restored_from_backup"
"""The fact a restored database carries until its open replies have been made uncertain."""

MOST_TRIES_TO_FINISH = 6
"""After so many runs the side work of a delivered reply is given up, and the run says so."""

_STOPPED = frozenset(
    {ReplyState.HELD, ReplyState.REJECTED, ReplyState.FAILED, ReplyState.UNCERTAIN, ReplyState.CANCELLED}
)


class OutboxOfChannel:
    """The replies of one channel, under its lease: nobody else sends on it now."""

    def __init__(self, channel: str, ports: DeliveryPorts, result: DeliveryResult) -> None:
        self._channel, self._ports, self._result = channel, ports, result

    def is_due(self, reply: Reply) -> bool:
        """Whether something can be done for it now."""
        return not reply.asked_enough and reply.may_go(self.now(), self.uptime())

    def recover(self) -> None:
        """Read back what nobody else will tell us of.

        We hold the lease, so whoever was sending has died: what it had begun may have been sent.
        """
        self.break_off()
        for reply in self._ports.store.replies(frozenset({ReplyState.ACCEPTED}), channel=self._channel):
            if self.is_due(reply):
                reason = "the platform took it and has not said what became of it"
                self.settle(reply, become_uncertain(reply, reason, self.now(), timedelta()))
        for reply in self._ports.store.replies(frozenset({ReplyState.UNCERTAIN}), channel=self._channel):
            again = settle_again(reply, self.now(), self.uptime(), self._ports.settle)
            if again is not reply:
                self.settle(reply, again, told=False)
        self.release()

    def break_off(self) -> None:
        """Settle what a run was sending that has died: whoever holds the lease knows that it has."""
        for reply in self._ports.store.replies(frozenset({ReplyState.SENDING}), channel=self._channel):
            reason = "casehub was stopped while it was sending this"
            self.settle(reply, broken_off(reply, reason, self.now(), self._ports.settle, self._ports.jitter()))

    def release(self) -> None:
        """Let go what waits for its channel to work again: whether it does, the first of them will show."""
        for reply in self._ports.store.replies(frozenset({ReplyState.HELD}), channel=self._channel):
            rested_enough = reply.has_rested(self.now(), self.uptime()) or not self._ports.patient
            if reply.hold is Hold.CHANNEL and rested_enough:
                self.settle(reply, move(reply, ReplyState.QUEUED, reply.reason))

    def hold_all(self, why: str) -> None:
        """Hold whatever is queued: the channel is of no use until somebody has mended it."""
        for reply in self._ports.store.replies(frozenset({ReplyState.QUEUED}), channel=self._channel):
            self.settle(reply, hold_for_channel(reply, why, self.now(), self._ports.jitter()))

    def sending_is_stopped(self) -> bool:
        """Whether somebody pressed the stop button, perhaps a moment ago."""
        stop = stopped(self._ports.store.fact, self._channel)
        self._result.stopped_by, self._result.resume = ("", "") if stop is None else (str(stop), stop.way_back)
        return stop is not None

    def settle(
        self, before: Reply, after: Reply, *happened: Happening, at: datetime | None = None, told: bool = True
    ) -> bool:
        """Store what became of a reply, and tell its case, in one transaction.

        False, and nothing stored, if it changed meanwhile: by a person in the outbox, or a sync beside us that met the
        reply on the platform.
        """
        now = self.now()
        settled = rested(without_asking(after), now, self.uptime())
        if told and settled.state in _STOPPED and not settled.is_quiet and settled.hold is not Hold.CHANNEL:
            happened = (ReplyStopped(settled.key, settled.state, settled.reason, settled.kind),)
        events = tuple(Event(what, at or now, now) for what in happened)
        with self._ports.store.writing() as writer:
            if replace(writer.reply(before.key), gone=before.gone) != before:
                return False
            writer.save_reply(settled)
            self._note_unfinished(settled, writer)
            if events:
                case = reduce(apply, events, case_of(settled, writer))
                writer.save(Change(case, events), self._ports.evaluation_of(case))
            queue_what_follows(settled, writer, self._ports.evaluation_of, now)
        if after.needs_a_person and settled.state is ReplyState.CANCELLED:
            lost = "was not marked as read" if settled.is_quiet else "gets no acknowledgement"
            self._result.warnings.append(f"{settled.case_number} {lost}: {settled.reason}")
        return True

    def has_left(self, reply: Reply) -> bool:
        """Whether a reply that is being sent may be on its way; yes where nobody can be asked."""
        with suppress(HubError), self._ports.store.writing() as writer:
            return writer.reply(reply.key).gone
        return True

    def unfinished(self) -> list[Reply]:
        """The delivered replies of which side work is left."""
        keys = self._ports.store.fact(self._unfinished).split()
        if not keys:
            return []
        with self._ports.store.writing() as writer:
            return [writer.reply(key) for key in keys]

    def finished(self, reply: Reply) -> None:
        """Note that nothing is left of a delivered reply."""
        self._replace(replace(reply, left=(), left_tries=0))

    def finish_later(self, reply: Reply, why: str) -> None:
        """Note that what is left of a delivered reply failed again; after some tries it is given up."""
        tries = reply.left_tries + 1
        over = tries >= MOST_TRIES_TO_FINISH
        told = "is given up" if over else "is tried again with the next run"
        self._result.warnings.append(f"{' and '.join(reply.left)} of reply {reply.key} {told}: {why}")
        self._replace(replace(reply, left=() if over else reply.left, left_tries=tries))

    def _replace(self, reply: Reply) -> None:
        with self._ports.store.writing() as writer:
            writer.save_reply(reply)
            self._note_unfinished(reply, writer)

    def _note_unfinished(self, reply: Reply, writer: Writer) -> None:
        keys = self._ports.store.fact(self._unfinished).split()
        wanted = [key for key in keys if key != reply.key] + ([reply.key] if reply.left else [])
        if wanted != keys:
            writer.set_fact(self._unfinished, " ".join(wanted))

    @property
    def _unfinished(self) -> str:
        """The name of the fact that has the keys of the delivered replies of which side work is left."""
        return f"unfinished:{self._channel}"

    def tell_what_waits(self) -> None:
        """Put into the result what is left, and for whom or what it waits."""
        for reply in self._ports.store.replies(frozenset(ReplyState) - SETTLED, channel=self._channel):
            if reply.needs_a_person:
                self._result.stopped.append(reply.key)
            elif reply.state not in FINAL and not reply.is_quiet:
                self._result.waiting.append(reply.key)
                self._result.taken += [reply.key] if reply.is_taken else []
                self._result.held += [reply.key] if reply.hold is Hold.CHANNEL else []
                self._result.later += [reply.key] if self._goes_later(reply) else []
        if not self._result.stopped_by and self._result.waiting:
            self.sending_is_stopped()

    def _goes_later(self, reply: Reply) -> bool:
        chosen = reply.send_at is not None and self.now() < reply.send_at
        return chosen or bool(reply.waits_to_be_undone(self.now(), self.uptime()))

    def uptime(self) -> Uptime:
        """For how long the machine has been running."""
        return uptime_of(self._ports.clock)

    def now(self) -> datetime:
        """The present instant."""
        return self._ports.clock.now()


def distrust_a_restored_outbox(ports: DeliveryPorts) -> None:
    """After a backup was put back, every reply that was not final then may have been sent since: read it back first."""
    if not ports.store.fact(RESTORED):
        return
    now, uptime = ports.clock.now(), uptime_of(ports.clock)
    distrusted = frozenset({ReplyState.QUEUED, ReplyState.HELD, ReplyState.SENDING})
    with ports.store.writing() as writer:
        for reply in ports.store.replies(distrusted):
            writer.save_reply(rested(doubted(reply, now, ports.settle), now, uptime))
        writer.set_fact(RESTORED, "")
