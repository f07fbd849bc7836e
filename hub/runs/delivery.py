"""One delivery of what waits in the outbox: never automatically twice, never silently lost.

A reply is marked as being sent, and that is on disk, before the first byte leaves. Whatever then happens, the next run
finds it: delivered, surely not accepted (sent again later), or uncertain (read back before anything else).
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce

from hub.adapter import Connection
from hub.core.events import Event, Happening, ReplyStopped
from hub.core.merge import Change
from hub.core.model import Case
from hub.core.outbox import (
    FINAL,
    SETTLE,
    Receipt,
    Reply,
    ReplyState,
    become_uncertain,
    delivered,
    has_grown,
    move,
    retry_later,
    start_sending,
    still_uncertain,
    with_receipt,
    without_asking,
)
from hub.core.ports import Clock, EvaluationOf, Store, Writer
from hub.core.replay import apply
from hub.errors import (
    AuthenticationFailed,
    Busy,
    ConfigurationError,
    RateLimited,
    Rejected,
    Unavailable,
    Uncertain,
    Unsupported,
)
from hub.runs.acknowledge import begin_acknowledging
from hub.runs.channel import Failure, Source, explain
from hub.runs.following import queue_what_follows

RESTORED = "restored_from_backup"
"""The fact a restored database carries until its open replies have been made uncertain."""

_STOPPED = frozenset({ReplyState.HELD, ReplyState.REJECTED, ReplyState.UNCERTAIN, ReplyState.CANCELLED})


@dataclass(frozen=True)
class DeliveryPorts:
    """What a delivery needs from the shell; `jitter` answers numbers in [0, 1).

    When `stop` is set, the reply under way is finished and no other begun.
    """

    store: Store
    clock: Clock
    evaluation_of: EvaluationOf
    jitter: Callable[[], float] = random.random
    settle: timedelta = SETTLE
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class DeliveryResult:
    """What came of the outbox of one channel.

    Of what is `waiting` the platform has those `taken` already; so many `acts` are among what was `delivered`.
    """

    name: str
    delivered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    failure: Failure | None = None
    skipped: str = ""
    acts: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing failed and nothing needs a person."""
        return self.failure is None and not self.stopped


def deliver(sources: Sequence[Source], ports: DeliveryPorts) -> list[DeliveryResult]:
    """Send what is due on every source and read back what is uncertain; one failing channel never stops another."""
    _distrust_a_restored_outbox(ports)
    return [_deliver_channel(source, ports) for source in sources]


def _deliver_channel(source: Source, ports: DeliveryPorts) -> DeliveryResult:
    result = DeliveryResult(source.name)
    try:
        with ports.store.lease(f"deliver:{source.name}"):
            _Run(source, ports, result).go()
    except Busy as busy:
        result.skipped = str(busy)
    except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes
        result.failure = explain(error)
    return result


class _Run:
    """One channel's delivery under its lease: nobody else sends on this channel now."""

    def __init__(self, source: Source, ports: DeliveryPorts, result: DeliveryResult) -> None:
        self._source, self._ports, self._result = source, ports, result

    def go(self) -> None:
        self._recover()
        due = list(self._due())
        if due:
            with self._source.connect() as connection:
                for reply in due:
                    if self._ports.stop.is_set() or not self._handle(connection, reply):
                        break
        self._tell_what_waits()

    def _outstanding(self) -> Sequence[Reply]:
        """What waits, oldest first, but what a person wrote before what nobody wrote: it waits behind no robot.

        Last comes what nobody is told of: marking as read keeps no customer waiting.
        """
        wanted = frozenset({ReplyState.QUEUED, ReplyState.UNCERTAIN})
        found = self._ports.store.replies(wanted, channel=self._source.name)
        return sorted(found, key=lambda reply: (reply.automatic, reply.is_quiet))

    def _due(self) -> Iterator[Reply]:
        """What can be done now, in order; no reply overtakes an earlier one to its case that waits to be sent."""
        behind: set[str] = set()
        for reply in self._outstanding():
            queued = reply.state is ReplyState.QUEUED
            if not self._is_due(reply):
                behind |= {reply.case_number} if queued and not reply.is_quiet else set()
            elif reply.is_quiet or not (queued and reply.case_number in behind):
                yield reply

    def _is_due(self, reply: Reply) -> bool:
        return not reply.asked_enough and (reply.not_before is None or reply.not_before <= self._now())

    def _recover(self) -> None:
        """Read back what nobody else will tell us of.

        We hold the lease, so whoever was sending has died: what it had begun may have been sent.
        """
        for reply in self._ports.store.replies(frozenset({ReplyState.SENDING}), channel=self._source.name):
            reason = "casehub was stopped while it was sending this"
            self._settle(reply, become_uncertain(reply, reason, self._now(), self._ports.settle))
        for reply in self._ports.store.replies(frozenset({ReplyState.ACCEPTED}), channel=self._source.name):
            if self._is_due(reply):
                reason = "the platform took it and has not said what became of it"
                self._settle(reply, become_uncertain(reply, reason, self._now(), timedelta()))

    def _handle(self, connection: Connection, reply: Reply) -> bool:
        """Do what one reply needs; False when the channel is of no use for the next one."""
        if reply.state is ReplyState.UNCERTAIN:
            return self._read_back(connection, reply)
        sending = self._begin(reply)
        return sending is None or self._send(connection, *sending)

    def _begin(self, reply: Reply) -> tuple[Reply, Case] | None:
        """Mark the reply as being sent, unless it changed meanwhile or the conversation has grown past it."""
        with self._ports.store.writing() as writer:
            current = writer.reply(reply.key)
            if current.state is not ReplyState.QUEUED:
                return None
            case = writer.case(current.case_number)
            stopped = self._stopped(current, case, writer)
            if stopped is None:
                sending = start_sending(current)
                writer.save_reply(sending)
                return sending, case
        self._settle(current, stopped)
        return None

    def _stopped(self, reply: Reply, case: Case, writer: Writer) -> Reply | None:
        """The reply held or cancelled, where it must not be sent any more."""
        if reply.automatic and not reply.is_quiet:
            why = begin_acknowledging(reply, case, self._ports.store, writer, self._now())
            return move(reply, ReplyState.CANCELLED, why) if why else None
        newer = has_grown(case, reply)
        if newer is None:
            return None
        why = f"the customer wrote again at {newer.sent_at:%Y-%m-%d %H:%M} UTC, after this was written"
        return move(reply, ReplyState.CANCELLED if reply.is_quiet else ReplyState.HELD, why)

    def _send(self, connection: Connection, reply: Reply, case: Case) -> bool:
        try:
            send = connection.deliver if reply.act is None else connection.perform
            receipt = _given(send(reply, case))
        except Rejected as error:
            self._settle(reply, move(reply, ReplyState.REJECTED, str(error)))
        except Unsupported as error:
            self._settle(reply, move(reply, ReplyState.REJECTED, f"{error}. {error.portal_step}".strip()))
        except RateLimited as error:
            self._settle(reply, retry_later(reply, str(error), self._now(), self._ports.jitter(), error.after))
            return False
        except (Unavailable, AuthenticationFailed, ConfigurationError) as error:
            self._settle(reply, retry_later(reply, str(error), self._now(), self._ports.jitter()))
            self._result.failure = explain(error)
            return False
        except Uncertain as error:
            self._settle(reply, become_uncertain(reply, str(error), self._now(), self._ports.settle))
        except Exception as error:  # noqa: BLE001  whatever broke, it may have been after the bytes had left
            failure = explain(error)
            self._settle(reply, become_uncertain(reply, failure.text, self._now(), self._ports.settle))
            self._result.failure = failure
            return False
        else:
            self._take_receipt(reply, receipt)
        return True

    def _read_back(self, connection: Connection, reply: Reply) -> bool:
        case = self._ports.store.case(reply.case_number)
        try:
            found = connection.find(reply, case)
            receipt = None if found is None else _given(found)
        except Rejected as error:
            self._settle(reply, move(reply, ReplyState.REJECTED, str(error)))
        except (Uncertain, Unsupported) as error:
            self._settle(reply, still_uncertain(reply, str(error), self._now(), self._ports.settle))
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes, and the others wait behind it
            failure = explain(error)
            reason = f"could not be read back: {failure.text}"
            self._settle(reply, still_uncertain(reply, reason, self._now(), self._ports.settle))
            self._result.failure = failure
            return False
        else:
            self._found_or_not(reply, receipt)
        return True

    def _found_or_not(self, reply: Reply, receipt: Receipt | None) -> None:
        if receipt is not None and receipt.final:
            self._take_receipt(reply, receipt)
        elif receipt is not None:
            reason = "the platform has it and has not said yet what became of it"
            taken = with_receipt(reply, receipt, self._now())
            self._settle(reply, still_uncertain(taken, reason, self._now(), self._ports.settle))
        else:
            self._settle(reply, move(reply, ReplyState.QUEUED, "the platform does not have it, so it is sent again"))

    def _take_receipt(self, reply: Reply, receipt: Receipt) -> None:
        state = ReplyState.DELIVERED if receipt.final else ReplyState.ACCEPTED
        pause = None if receipt.final else self._now() + self._ports.settle
        taken = with_receipt(move(reply, state, not_before=pause), receipt, self._now())
        happened = delivered(reply, receipt.at, receipt.ref) if receipt.final else ()
        if self._settle(reply, taken, *happened, at=receipt.at) and receipt.final and not reply.is_quiet:
            self._result.delivered.append(reply.key)
            self._result.acts += reply.act is not None
        self._result.warnings.extend(receipt.warnings)

    def _settle(self, before: Reply, after: Reply, *happened: Happening, at: datetime | None = None) -> bool:
        """Store what became of a reply, and tell its case, in one transaction.

        False, and nothing stored, if somebody decided meanwhile: a person in the outbox, or a sync beside us that met
        the reply on the platform.
        """
        now, settled = self._now(), without_asking(after)
        if settled.state in _STOPPED and not settled.is_quiet:
            happened = (ReplyStopped(settled.key, settled.state, settled.reason, settled.kind),)
        events = tuple(Event(what, at or now, now) for what in happened)
        with self._ports.store.writing() as writer:
            if writer.reply(before.key).state is not before.state:
                return False
            writer.save_reply(settled)
            if events:
                case = reduce(apply, events, writer.case(settled.case_number))
                writer.save(Change(case, events), self._ports.evaluation_of(case))
            queue_what_follows(settled, writer, self._ports.evaluation_of, now)
        if settled is not after:
            lost = "was not marked as read" if settled.is_quiet else "gets no acknowledgement"
            self._result.warnings.append(f"{settled.case_number} {lost}: {settled.reason}")
        return True

    def _tell_what_waits(self) -> None:
        for reply in self._ports.store.replies(channel=self._source.name):
            if reply.needs_a_person:
                self._result.stopped.append(reply.key)
            elif reply.state not in FINAL and not reply.is_quiet:
                self._result.waiting.append(reply.key)
                self._result.taken += [reply.key] if reply.is_taken else []

    def _now(self) -> datetime:
        return self._ports.clock.now()


def _given(receipt: Receipt) -> Receipt:
    """The receipt, if it is one: a plugin that says nothing may have sent the reply all the same."""
    if not isinstance(receipt, Receipt):
        raise Uncertain("the plugin gave no receipt for it; this is a mistake in the plugin, not in your settings")
    return receipt


def _distrust_a_restored_outbox(ports: DeliveryPorts) -> None:
    """After a backup was put back, every reply that was not final then may have been sent since: read it back first."""
    if not ports.store.fact(RESTORED):
        return
    now = ports.clock.now()
    with ports.store.writing() as writer:
        for reply in ports.store.replies(frozenset({ReplyState.QUEUED, ReplyState.SENDING})):
            writer.save_reply(become_uncertain(reply, "a backup was put back after this was queued", now, ports.settle))
        writer.set_fact(RESTORED, "")
