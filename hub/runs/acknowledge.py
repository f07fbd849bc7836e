"""Telling customers at once by when they get an answer, on the channels whose owner wants that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.adapter import Adapter, Capability
from hub.core.acknowledgement_text import DEFAULT_LANGUAGE, acknowledgement_text, language_of
from hub.core.acknowledging import (
    Acknowledgement,
    Declined,
    Lately,
    acknowledge,
    addressee,
    first_response,
    key_of,
    pointless,
)
from hub.core.events import Event, ReplyQueued
from hub.core.merge import Change
from hub.core.model import Case, CaseState
from hub.core.outbox import WAITING, Reply
from hub.core.policy import Policy
from hub.core.ports import CaseFilter, Clock, EvaluationOf, ListOrder, Store, Writer
from hub.core.replay import apply
from hub.errors import ConfigurationError
from hub.runs.channel import Failure, explain

MOST_AT_ONCE = 500
"""How many new cases of a channel a look takes in: a flood is not answered in kind."""

_AUTOMATIC_MAILS = "automatic_mails"
_ITSELF = "casehub"


@dataclass(frozen=True)
class AcknowledgePorts:
    """What a look needs from the shell."""

    store: Store
    clock: Clock
    evaluation_of: EvaluationOf


@dataclass(frozen=True)
class AcknowledgingChannel:
    """A channel that acknowledges: in whose name, in which language if the customer's is unknown, by which clock.

    `own` are the addresses of the seller's mailboxes. An answer to it `joins` the case.
    """

    name: str
    shop: str
    zone: ZoneInfo
    language: str = DEFAULT_LANGUAGE
    own: frozenset[str] = frozenset()
    joins: bool = True


@dataclass(slots=True)
class AcknowledgeResult:
    """What came of a look at one channel: the keys that were queued, and by case why nobody was written to."""

    name: str
    queued: list[str] = field(default_factory=list)
    declined: dict[str, str] = field(default_factory=dict)
    failure: Failure | None = None


def require_may_acknowledge(channel: str, adapter: Adapter, policy: Policy) -> None:
    """Refuse the setting where the platform forbids automatic answers, or the adapter cannot mark them as such."""
    setting = f"channels.{channel}.acknowledge"
    forbidden = policy.auto_reply
    if forbidden is not None:
        reason = forbidden.reason.rstrip(".")
        raise ConfigurationError(
            f"{setting}: forbidden by the policy {policy.id}: {reason} ({forbidden.source.where}); take it out"
        )
    if Capability.ACKNOWLEDGE not in adapter.capabilities:
        raise ConfigurationError(f"{setting}: {adapter.title} has no way to send automatic answers; take it out")


def acknowledge_new(ports: AcknowledgePorts, channels: Sequence[AcknowledgingChannel]) -> list[AcknowledgeResult]:
    """Queue an acknowledgement in each case opened since the last look whose customer gets one.

    The next delivery sends it. A case is looked at once, and no run that dies makes it two.
    """
    return [_look(channel, ports) for channel in channels]


def begin_acknowledging(reply: Reply, case: Case, store: Store, writer: Writer, now: datetime) -> str:
    """Why an automatic reply must not be sent any more; where nothing speaks against it, its turn is noted."""
    why = pointless(reply, case, store.replies(WAITING, case_number=case.number), now)
    return why or _take_turn(reply, addressee(reply, case), store, writer, now)


def _take_turn(reply: Reply, address: str, store: Store, writer: Writer, now: datetime) -> str:
    lately = Lately.read(store.fact(_AUTOMATIC_MAILS), now)
    if lately.forbids(address, reply.key):
        return "its address got another automatic mail within the last hour"
    writer.set_fact(_AUTOMATIC_MAILS, lately.noting(address, reply.key, now).text())
    return ""


def _look(channel: AcknowledgingChannel, ports: AcknowledgePorts) -> AcknowledgeResult:
    result = AcknowledgeResult(channel.name)
    try:
        for number in _opened_since_the_last_look(channel, ports):
            with ports.store.writing() as writer:
                outcome = _look_at(number, channel, ports, writer)
            if isinstance(outcome, Declined):
                result.declined[number] = outcome.why
            else:
                result.queued.append(outcome.key)
    except Exception as error:  # noqa: BLE001  one channel's trouble must not keep the others from being looked at
        result.failure = explain(error)
    return result


def _opened_since_the_last_look(channel: AcknowledgingChannel, ports: AcknowledgePorts) -> Sequence[str]:
    """The numbers of the cases that were not looked at, oldest first."""
    open_ones = frozenset({CaseState.OPEN})
    wanted = CaseFilter(open_ones, channel=channel.name, order=ListOrder.NEWEST, limit=MOST_AT_ONCE)
    looked_at = _serial(ports.store.fact(_looked_at(channel)))
    numbers = (case.number for case in ports.store.cases(wanted))
    return sorted((number for number in numbers if _serial(number) > looked_at), key=_serial)


def _look_at(number: str, channel: AcknowledgingChannel, ports: AcknowledgePorts, writer: Writer) -> Reply | Declined:
    """Decide on one case, and keep in the same transaction that it was decided on."""
    store, now = ports.store, ports.clock.now()
    if _serial(store.fact(_looked_at(channel))) >= _serial(number):
        return Declined("another run looked at it just now")
    writer.set_fact(_looked_at(channel), number)
    if any(not reply.is_quiet for reply in store.replies(case_number=number)):
        return Declined("a reply was written already")
    case, lately = writer.case(number), Lately.read(store.fact(_AUTOMATIC_MAILS), now)
    found = acknowledge(case, first_response(ports.evaluation_of(case)), now, lately, channel.own)
    if isinstance(found, Declined):
        return found
    reply = _reply(case, found, channel, now)
    _queue(case, reply, ports, writer)
    writer.set_fact(_AUTOMATIC_MAILS, lately.noting(found.to.email, reply.key, now).text())
    return reply


def _queue(case: Case, reply: Reply, ports: AcknowledgePorts, writer: Writer) -> None:
    event = Event(ReplyQueued(reply.key, _ITSELF), reply.written_at, reply.written_at)
    case = apply(case, event)
    writer.save_reply(reply)
    writer.save(Change(case, (event,)), ports.evaluation_of(case))


def _reply(case: Case, found: Acknowledgement, channel: AcknowledgingChannel, now: datetime) -> Reply:
    return Reply(
        key_of(case.number),
        case.number,
        case.channel,
        _text(case, found, channel),
        now,
        by=channel.shop,
        after=found.ref,
        automatic=True,
        promise=found.promise,
    )


def _text(case: Case, found: Acknowledgement, channel: AcknowledgingChannel) -> str:
    first = next(message for message in case.messages if message.ref == found.ref)
    told = case.customer.language or found.to.language
    language = language_of(told, f"{first.subject}\n{first.text}", channel.language)
    return acknowledgement_text(
        language,
        name=found.to.name,
        subject=first.subject or case.subject,
        number=case.number,
        promise=found.promise,
        zone=channel.zone,
        shop=channel.shop,
        joins=channel.joins,
    )


def _looked_at(channel: AcknowledgingChannel) -> str:
    """The name of the fact that has the newest case which was looked at."""
    return f"acknowledged:{channel.name}"


def _serial(number: str) -> int:
    """The place of a case in the order in which cases came; 0 for no case."""
    return int(number.rpartition("-")[2] or 0)
