"""bol.com as a channel: returns, orders and scores through the Retailer API; questions come by mail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from hub import (
    ActKind,
    Adapter,
    Batch,
    Capability,
    Case,
    Checkpoint,
    Clock,
    Connection,
    LateOrder,
    Misunderstood,
    Offer,
    OpenCase,
    Order,
    Party,
    PretendedPlatform,
    Proof,
    Pushes,
    Receipt,
    Reply,
    Shipment,
    TextRules,
    Tools,
    Unavailable,
    Wanted,
)
from hub_bolcom import evidence
from hub_bolcom.api import api_of
from hub_bolcom.deciding import Deciding
from hub_bolcom.decisions import PORTAL, offers_for, problems
from hub_bolcom.position import read_position
from hub_bolcom.reading import Reading
from hub_bolcom.retailer import Retailer
from hub_bolcom.settings import BolSettings
from hub_bolcom.texts import text_rules

_COULD_BE_A_NUMBER = re.compile(r"[A-Z0-9-]{4,32}", re.ASCII)
_IN_THE_PORTAL = f"In your seller account, {PORTAL}"


class BolAdapter(Adapter):
    """One seller account at bol.com."""

    key = "bolcom"
    title = "bol.com (Retailer API v10)"
    capabilities = frozenset(
        {
            Capability.FETCH,
            Capability.READ_BACK,
            Capability.DECIDE,
            Capability.LOOK_UP_ORDER,
            Capability.LIST_LATE_ORDERS,
        }
    )
    limits = (
        (
            "bol.com has no API for customers' questions: they reach casehub by the mails that bol.com sends, through "
            "a mailbox channel; answering, closing, reopening and passing on are done in the seller account"
        ),
        "a return cannot be answered by a program, only decided: bol.com takes no message with a decision",
        "when a parcel came back bol.com does not tell, so no clock runs from that",
        "bol.com works on a decision later, which takes up to three hours; casehub asks until it knows the end",
        "of open orders the first 500 are looked at for late ones; their customers are told in the seller account",
        "bol.com lets an account read twenty returns a minute: a first reading of many takes its time",
        "of returns that were handled before the first reading the newest fifty are brought in, as closed cases",
    )
    portal_steps: ClassVar[Mapping[Capability, str]] = {
        Capability.REPLY: f"{_IN_THE_PORTAL}, open the question or the order and choose 'klant mailen'.",
        Capability.CLOSE: f"{_IN_THE_PORTAL}, choose 'als opgelost sluiten'; it must have been answered there.",
        Capability.REOPEN: f"{_IN_THE_PORTAL}, choose 'heropenen' in the details of the question.",
        Capability.HAND_OVER: f"{_IN_THE_PORTAL}, choose 'doorsturen naar bol.com' for the question.",
        Capability.NOTE: f"{_IN_THE_PORTAL}, write the note for bol.com beside your message to the customer.",
        Capability.ATTACH: f"{_IN_THE_PORTAL}, attach the file to your message to the customer.",
        Capability.MARK_READ: f"{_IN_THE_PORTAL}, opening a question is enough.",
        Capability.ACKNOWLEDGE: "Send none: bol.com counts an automatic answer as evading its response time.",
    }
    # "De aanhef en afsluiting van de mail zijn al automatisch ingesteld" (documented, bol.com's article on questions).
    writes_greeting = True
    writes_first: ClassVar[str] = (
        f"{_IN_THE_PORTAL}, open the order and leave the customer a message there; never mail one unasked."
    )
    tells_when_it_sends = True
    pushes_news = True
    Settings: ClassVar[type[BolSettings]] = BolSettings

    def open(self, settings: BolSettings, tools: Tools) -> Connection:
        """A connection to one account."""
        return BolConnection(settings, tools)

    def open_pushes(self, settings: BolSettings, tools: Tools) -> Pushes:
        """The pushes to one account."""
        from hub_bolcom.pushes import BolPushes  # noqa: PLC0415  most runs take none

        return BolPushes(settings, tools)

    def offers(self, case: Case, settings: BolSettings) -> Sequence[Offer]:
        """What may be decided of each item of a return."""
        del settings
        return tuple(offers_for(case))

    def wants(self, case: Case, kind: ActKind, word: str = "") -> Sequence[Wanted]:
        """What stands behind a refused return or a case that is passed on."""
        del case
        return evidence.wants(kind, word)

    def problems_with(self, reply: Reply, case: Case, settings: BolSettings) -> Sequence[str]:
        """Why bol.com would refuse a decision."""
        del settings
        return tuple(problems(reply, case))

    def text_rules(self, case: Case, settings: BolSettings | None) -> TextRules:
        """What a customer of bol.com may be written."""
        del settings
        return text_rules(case)

    def speaks_as(self, settings: BolSettings) -> Party:
        """Nobody: bol.com shows customers the name of the shop."""
        del settings
        return Party()

    @classmethod
    def pretend(cls, clock: Clock) -> PretendedPlatform:
        """A seller account on this computer with some customers' returns."""
        from hub_bolcom.demo import morning_of_returns  # noqa: PLC0415  only the demo pays for the simulator

        return morning_of_returns(clock)


class BolConnection(Connection):
    """One account for one run; opens nothing before something is asked."""

    def __init__(self, settings: BolSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._retailer = Retailer(tools.open_api(api_of(settings)), settings)
        self._deciding = Deciding(self._retailer, tools.clock)

    def close(self) -> None:
        """Close every connection."""
        self._retailer.close()

    def check(self) -> Iterator[Proof]:
        """Prove signing in, reading returns, and reading orders, changing nothing."""
        returns = Proof.of("sign-in and returns", self._ask_for_returns)
        yield returns
        if returns.ok:
            yield Proof.of("orders", self._retailer.ask_for_orders)

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """Every return that is new, changed or gone since the checkpoint, and once a day bol.com's scores."""
        position = read_position(checkpoint)
        return Reading(self._retailer, self._settings, self._tools.clock, position, open_cases).batches()

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Nothing: bol.com takes messages to customers from people only."""
        del reply, case
        raise BolAdapter.refusal(Capability.REPLY)

    def perform(self, reply: Reply, case: Case) -> Receipt:
        """Decide what becomes of an item of a return; everything else is for people."""
        if reply.act is None:
            return self.deliver(reply, case)
        capability = Capability(reply.act.kind)
        if capability not in BolAdapter.capabilities:
            raise BolAdapter.refusal(capability)
        return self._deciding.decide(reply, case)

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Ask what became of a decision."""
        return self._deciding.find(reply, case)

    def look_up_order(self, number: str) -> Order | None:
        """The order, if this account has it; what can be no number is not asked for."""
        wanted = number.strip().upper()
        order = self._retailer.order_with(wanted) if _COULD_BE_A_NUMBER.fullmatch(wanted) else None
        return None if order is None else replace(order, shipments=self._shipments(wanted))

    def late_orders(self, now: datetime, since: datetime) -> Iterator[LateOrder]:
        """The orders that the seller sends himself and that should have been with the customer by now."""
        for number in dict.fromkeys(self._retailer.unsent_orders()):
            order = self._retailer.late_order_with(number, now)
            if order is not None and order.is_late(now, since):
                yield order

    def _shipments(self, number: str) -> tuple[Shipment, ...]:
        """Its parcels, where bol.com tells them now: what an order was worth must not wait for them."""
        try:
            return self._retailer.shipments_of(number)
        except (Unavailable, Misunderstood):
            return ()

    def _ask_for_returns(self) -> None:
        self._retailer.page_of_returns(self._settings.fulfilment[0], handled=False)
