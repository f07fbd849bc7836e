"""What is delivered while a process dies: replies, acts, what follows them, an acknowledgement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub import Attachment, Reply
from hub.core.acting import Wish
from hub.core.platform_acts import Offer
from hub.http import Request, Response
from hub.scaffold.acme.simulator import AcmeSimulator
from hub.testing import Fault
from hub_bolcom.simulator import BolSimulator
from hub_email_imap.simulator.shop import MailSimulator
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator
from hub_rakuten.france.simulator import FranceSimulator
from hub_rakuten.ichiba.simulator import IchibaSimulator
from tests.crashing.office import ADAPTERS, Hub
from tests.crashing.world import TAKEN_WITH_500, TrialPlatform, World, only_case
from tests.fakes import MovableClock

TEXT = "Tack, vi skickar en ny i dag. 漢字 🙂"
_PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")  # as a JPEG begins and ends

Queue = Callable[[World, Hub], None]
Copies = Callable[[World, Reply], tuple[int, ...]]
"""How often each part of a reply is on the platform: its text, its decision, its mark."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A platform with a case on it, what is queued in the case, and what a run then does, step by step.

    Where it was `begun`, a run has worked on the outbox before, and met the fault that is named.
    """

    name: str
    pretend: Callable[[MovableClock], TrialPlatform]
    queue: Queue
    copies: Copies
    steps: tuple[str, ...] = ("deliver",)
    begun: bool = False
    fault: Fault | None = None


# What is queued.


def reply(world: World, hub: Hub) -> None:
    """A reply."""
    _reply(hub)


def reply_with_file(world: World, hub: Hub) -> None:
    """A reply with a picture."""
    _reply(hub, files=[Attachment("bild.jpg", "image/jpeg", len(_PICTURE), hub.store.keep(_PICTURE))])


def reply_and_close(world: World, hub: Hub) -> None:
    """A reply, after which the case is closed on the platform as well: a second act that follows the first."""
    _reply(hub, then_close=True, there=True)


def nothing(world: World, hub: Hub) -> None:
    """Nothing: the run itself queues what it tells the customer by itself."""


def decision(word: str, text: str = "") -> Queue:
    """A decision, with a message where the platform takes both as one act."""

    def queue(world: World, hub: Hub) -> None:
        case, adapter = only_case(hub), ADAPTERS[hub.office.accounts[0].adapter]()
        settings = adapter.Settings.model_validate(hub.office.accounts[0].settings)
        [offer] = [offer for offer in adapter.offers(case, settings) if offer.word == word]
        hub.desk("k1").act(case.number, _wish(offer, text, case.last_inbound.ref if case.last_inbound else ""))

    return queue


def _wish(offer: Offer, text: str, after: str) -> Wish:
    return Wish(offer, text, after=after, confirmed=True)


def _reply(hub: Hub, files: list[Attachment] | None = None, **how: Any) -> None:
    case = only_case(hub)
    seen = case.last_inbound
    hub.desk("k1").reply(case.number, TEXT, after=seen.ref if seen else "", files=files or (), **how)


# How often it is there.


def texts(world: World, reply: Reply) -> tuple[int, ...]:
    """How often customers have got the text."""
    return (sum(_plain(text) == _plain(reply.text) for text in world.platform.received()),)


def mails(world: World, reply: Reply) -> tuple[int, ...]:
    """How often a mail with the text has left, whatever stands around it."""
    return (sum(_plain(reply.text) in _plain(text) for text in world.platform.received()),)


def ichiba_parts(world: World, reply: Reply) -> tuple[int, ...]:
    """The text, or the mark of completion, which cannot be there twice."""
    if reply.act is None:
        return texts(world, reply)
    assert isinstance(world.platform, IchibaSimulator)
    return (sum(inquiry.is_completed for inquiry in world.platform.shop.inquiries.values()),)


def ichiba_files(world: World, reply: Reply) -> tuple[int, ...]:
    """The text, and the messages of the shop that have its file."""
    assert isinstance(world.platform, IchibaSimulator)
    said = [one for inquiry in world.platform.shop.inquiries.values() for one in inquiry.replies if one.files]
    return (*texts(world, reply), len(said))


def bol_results(world: World, reply: Reply) -> tuple[int, ...]:
    """How often the decision was carried out."""
    return (len(world.platform.received()),)


def acme_decisions(world: World, reply: Reply) -> tuple[int, ...]:
    """How often the ticket was decided: Acme takes one decision and refuses the next."""
    assert isinstance(world.platform, AcmeSimulator)
    return (sum(ticket.decision is not None for ticket in world.platform.tickets.values()),)


def reclaimit_parts(world: World, reply: Reply) -> tuple[int, ...]:
    """The text, and how often the thread shows the decision."""
    if reply.act is None:
        return texts(world, reply)
    assert isinstance(world.platform, ReclaimitSimulator)
    title = words.DECISIONS[reply.act.word].title
    [errand] = world.platform.desk.errands.values()
    shown = sum(message["direction"] == "SYSTEM" and message["body_text"] == title for message in errand.messages)
    return (*texts(world, reply), shown) if reply.text else (shown,)


def _plain(text: str) -> str:
    return " ".join(text.split())


class ForgetfulReclaimit(ReclaimitSimulator):
    """It takes the same reference as often as it comes: that nothing is doubled is then the hub's own doing."""

    def answer(self, request: Request) -> Response:
        """Forget what was taken before."""
        self.api._taken.clear()
        return super().answer(request)


class LosingReclaimit(ReclaimitSimulator):
    """It loses the references of what it takes: there are only the words to find it by."""

    def answer(self, request: Request) -> Response:
        """Forget the references at once."""
        answer = super().answer(request)
        for errand in self.desk.errands.values():
            for message in errand.messages:
                message["client_reference"] = None
        return answer


_REFUND = decision("APPROVED", TEXT)
HTTP = (
    Scenario("acme: a reply", AcmeSimulator, reply, texts),
    Scenario("acme: a decision", AcmeSimulator, decision("refund"), acme_decisions),
    Scenario("reclaimit: a reply", ForgetfulReclaimit, reply, texts),
    Scenario("reclaimit: a decision with its message", ForgetfulReclaimit, _REFUND, reclaimit_parts),
    Scenario(
        "reclaimit: looked for after a lost answer",
        ReclaimitSimulator,
        reply,
        texts,
        begun=True,
        fault=Fault.LOST_ANSWER,
    ),
    Scenario("reclaimit: a reply whose reference is lost", LosingReclaimit, reply, texts),
    Scenario("bol.com: a decision", BolSimulator, decision("RETURN_RECEIVED"), bol_results),
    Scenario("bol.com: what became of it", BolSimulator, decision("RETURN_RECEIVED"), bol_results, begun=True),
    Scenario("ichiba: a reply", IchibaSimulator, reply, texts),
    Scenario("ichiba: a reply with a file", IchibaSimulator, reply_with_file, ichiba_files),
    Scenario("ichiba: a reply that closes", IchibaSimulator, reply_and_close, ichiba_parts, ("deliver", "deliver")),
    Scenario("ichiba: a reply, and a sync", IchibaSimulator, reply, texts, ("deliver", "sync")),
    Scenario("france: a reply", FranceSimulator, reply, texts),
)
MAIL = (
    Scenario("email: a reply", MailSimulator, reply, mails),
    Scenario("email: a reply with a file", MailSimulator, reply_with_file, mails),
    Scenario("email: an acknowledgement", MailSimulator, nothing, mails, ("acknowledge", "deliver")),
    Scenario("email: a reply, and a sync", MailSimulator, reply, mails, ("deliver", "sync")),
    Scenario("email: looked for after a lost answer", MailSimulator, reply, mails, begun=True, fault=Fault.LOST_ANSWER),
)
FAULTS: tuple[Fault | str, ...] = (
    Fault.LOST_ANSWER,
    Fault.LOST_REQUEST,
    TAKEN_WITH_500,
    Fault.TROUBLE,
    Fault.RATE_LIMITED,
)
