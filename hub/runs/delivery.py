"""One delivery of what waits in the outbox: never automatically twice, never silently lost.

A reply is marked as being sent, and that is on disk, before the first byte leaves. Whatever then happens, the next run
finds it: delivered, surely not accepted (sent again later), or uncertain (read back before anything else).
"""

# ruff: noqa: PLC0414  whoever delivers takes the ports, the result and the fact of a restored backup from here

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from hub.adapter import Connection
from hub.core.model import Case, Direction
from hub.core.outbox import (
    Hold,
    Receipt,
    Reply,
    ReplyState,
    become_uncertain,
    delivered,
    has_grown,
    hold,
    hold_for_channel,
    move,
    not_sent,
    retry_later,
    start_sending,
    still_uncertain,
    with_receipt,
)
from hub.core.ports import Writer
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
from hub.runs.announcing import announced
from hub.runs.channel import Source, explain
from hub.runs.delivery_ports import DeliveryPorts as DeliveryPorts
from hub.runs.delivery_ports import DeliveryResult as DeliveryResult
from hub.runs.following import case_of
from hub.runs.outbox_of_channel import RESTORED as RESTORED
from hub.runs.outbox_of_channel import OutboxOfChannel, distrust_a_restored_outbox


def deliver(sources: Sequence[Source], ports: DeliveryPorts) -> list[DeliveryResult]:
    """Send what is due on every source and read back what is uncertain; one failing channel never stops another."""
    distrust_a_restored_outbox(ports)
    return [_deliver_channel(source, ports) for source in sources]


def hold_idle(idle: Mapping[str, str], ports: DeliveryPorts) -> None:
    """Hold what waits on channels that no run can work on, each with the reason; it goes on when its channel does.

    What a run there died at is settled too: only then can a person decide on it.
    """
    for channel, why in idle.items():
        with suppress(Busy), ports.store.lease(f"deliver:{channel}"):
            box = OutboxOfChannel(channel, ports, DeliveryResult(channel))
            box.break_off()
            box.hold_all(why)


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
        self._box = OutboxOfChannel(source.name, ports, result)
        self._tried: set[str] = set()

    def go(self) -> None:
        self._box.recover()
        due = list(self._due())
        if due or self._box.unfinished():
            try:
                self._work(due)
            except (AuthenticationFailed, ConfigurationError) as error:
                self._box.hold_all(str(error))
                self._result.failure = explain(error)
        self._box.tell_what_waits()

    def _work(self, due: Sequence[Reply]) -> None:
        with self._source.connect() as connection:
            for reply in due:
                if self._ports.stop.is_set() or not self._handle(connection, reply):
                    return
                self._finish_what_is_left(connection, reply.key)
            self._finish_what_is_left(connection)

    def _finish_what_is_left(self, connection: Connection, key: str = "") -> None:
        for reply in self._box.unfinished():
            if key in ("", reply.key) and reply.key not in self._tried:
                self._tried.add(reply.key)
                self._finish(connection, reply)

    def _case_of(self, reply: Reply) -> Case:
        """The case of a reply, merges followed."""
        case = self._ports.store.case(reply.case_number)
        while case.merged_into:
            case = self._ports.store.case(case.merged_into)
        return case

    def _finish(self, connection: Connection, reply: Reply) -> None:
        """Do what was left of a delivered reply; whatever comes of it, the reply stays delivered."""
        # Under the number that it was sent by, which a platform may have been told.
        case = replace(self._case_of(reply), number=reply.case_number)
        try:
            for what in reply.left:
                connection.finish(reply, case, what)
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes
            self._box.finish_later(reply, explain(error).text)
        else:
            self._box.finished(reply)

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
            if not self._box.is_due(reply):
                # One that shall go later by its writer's wish keeps no other waiting.
                behind |= {reply.case_number} if queued and not reply.is_quiet and reply.send_at is None else set()
            elif reply.is_quiet or not (queued and reply.case_number in behind):
                yield reply

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
            if (
                current.state is not ReplyState.QUEUED
                or not self._box.is_due(current)
                or self._box.sending_is_stopped()
            ):
                return None
            case = case_of(current, writer)
            stopped = self._stopped(current, case, writer)
            if stopped is None:
                sending = start_sending(current, told=self._source.tells)
                writer.save_reply(sending)
                return sending, case
        self._box.settle(current, stopped)
        return None

    def _stopped(self, reply: Reply, case: Case, writer: Writer) -> Reply | None:
        """The reply held or cancelled, where it must not be sent any more."""
        if reply.wants_approval:
            return hold(reply, Hold.APPROVAL, f"waits for a second person, by the rule {reply.approval!r}")
        if reply.automatic and not reply.is_quiet:
            why = begin_acknowledging(reply, case, self._ports.store, writer, self._box.now())
            return move(reply, ReplyState.CANCELLED, why) if why else None
        newer = has_grown(case, reply)
        if newer is None:
            return None
        who = "the customer wrote again" if newer.direction is Direction.INBOUND else "somebody answered elsewhere"
        why = f"{who} at {newer.sent_at:%Y-%m-%d %H:%M} UTC, after this was written"
        if reply.is_quiet:
            return move(reply, ReplyState.CANCELLED, why)
        # Whoever agreed to it as the second person had not seen that either.
        return hold(replace(reply, approved_by=""), Hold.GROWN, why)

    def _send(self, connection: Connection, reply: Reply, case: Case) -> bool:
        try:
            send = connection.deliver if reply.act is None else connection.perform
            with announced(reply, self._ports.store):
                receipt = _given(send(reply, case))
        except Rejected as error:
            self._box.settle(reply, move(reply, ReplyState.REJECTED, str(error)))
        except Unsupported as error:
            self._box.settle(reply, move(reply, ReplyState.REJECTED, f"{error}. {error.portal_step}".strip()))
        except RateLimited as error:
            self._box.settle(reply, retry_later(reply, str(error), self._box.now(), self._ports.jitter(), error.after))
            return False
        except Unavailable as error:
            self._box.settle(reply, retry_later(reply, str(error), self._box.now(), self._ports.jitter()))
            self._result.failure = explain(error)
            return False
        except (AuthenticationFailed, ConfigurationError) as error:
            self._box.settle(reply, hold_for_channel(reply, str(error), self._box.now(), self._ports.jitter()))
            self._box.hold_all(str(error))
            self._result.failure = explain(error)
            return False
        except Uncertain as error:
            self._box.settle(reply, become_uncertain(reply, str(error), self._box.now(), self._ports.settle))
        except Exception as error:  # noqa: BLE001  whatever broke, it may have been after the bytes had left
            failure = explain(error)
            self._box.settle(reply, self._after_breaking(reply, failure.text))
            self._result.failure = failure
            return False
        else:
            self._take_receipt(reply, receipt)
        return True

    def _after_breaking(self, reply: Reply, why: str) -> Reply:
        """The reply after a plugin, or the database, broke at it: may it have left, nobody sends it again blindly."""
        if self._box.has_left(reply):
            return become_uncertain(reply, why, self._box.now(), self._ports.settle)
        return retry_later(reply, why, self._box.now(), self._ports.jitter())

    def _read_back(self, connection: Connection, reply: Reply) -> bool:
        case = self._case_of(reply)
        try:
            found = connection.find(reply, case)
            receipt = None if found is None else _given(found)
        except Rejected as error:
            self._box.settle(reply, move(reply, ReplyState.FAILED, str(error)))
        except (Uncertain, Unsupported) as error:
            self._box.settle(reply, still_uncertain(reply, str(error), self._box.now(), self._ports.settle))
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes, and the others wait behind it
            failure = explain(error)
            reason = f"could not be read back: {failure.text}"
            self._box.settle(reply, still_uncertain(reply, reason, self._box.now(), self._ports.settle))
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
            taken = with_receipt(reply, receipt, self._box.now())
            self._box.settle(reply, still_uncertain(taken, reason, self._box.now(), self._ports.settle))
        else:
            self._box.settle(reply, not_sent(reply))

    def _take_receipt(self, reply: Reply, receipt: Receipt) -> None:
        state = ReplyState.DELIVERED if receipt.final else ReplyState.ACCEPTED
        pause = None if receipt.final else self._box.now() + self._ports.settle
        taken = with_receipt(move(reply, state, not_before=pause), receipt, self._box.now())
        taken = replace(taken, left=receipt.left if receipt.final else ())
        happened = delivered(reply, receipt.at, receipt.ref) if receipt.final else ()
        if self._box.settle(reply, taken, *happened, at=receipt.at) and receipt.final and not reply.is_quiet:
            self._result.delivered.append(reply.key)
            self._result.acts += reply.act is not None
        self._result.warnings.extend(receipt.warnings)


def _given(receipt: Receipt) -> Receipt:
    """The receipt, if it is one: a plugin that says nothing may have sent the reply all the same."""
    if not isinstance(receipt, Receipt):
        raise Uncertain("the plugin gave no receipt for it; this is a mistake in the plugin, not in your settings")
    return receipt
