"""A seller account at Rakuten France as a channel: which request when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    Need,
    Offer,
    OpenCase,
    Party,
    PretendedPlatform,
    Proof,
    Receipt,
    Reply,
    TextRules,
    Tools,
    Wanted,
)
from hub_rakuten.france import evidence, wire
from hub_rakuten.france.reading import Reading
from hub_rakuten.france.sending import PORTAL, RULES, Sending, offered_in, problems_with
from hub_rakuten.france.service import Service
from hub_rakuten.france.settings import FranceSettings

_NOTE = Offer(
    ActKind.NOTE,
    "Write to Rakuten's customer service",
    "Rakuten's own staff reads it; the buyer does not.",
    needs=frozenset({Need.MESSAGE}),
)
_CANCEL = Offer(
    ActKind.DECIDE,
    "Cancel the sale",
    "Rakuten cancels the sale and refunds the buyer. It cannot be undone, and it harms the shop's reputation.",
    word=wire.CANCEL,
    moves_money=True,
    irreversible=True,
)
"""It pays the buyer back, but is no goodwill: it counts against the shop."""


class FranceAdapter(Adapter):
    """Claims and messages about sold items at Rakuten France."""

    key = "rakuten_france"
    title = "Rakuten France"
    capabilities = frozenset(
        {Capability.FETCH, Capability.REPLY, Capability.READ_BACK, Capability.DECIDE, Capability.NOTE}
    )
    limits = (
        "built from other people's programs and the few public pages; never tried on a real account (unverified)",
        "reading an item marks its messages as read at Rakuten France; the work list is stored before",
        "what you answer at Rakuten France itself is seen within an hour",
        "of the types of claims only DAMAGED is public; others are shown as they are, and claim_types can name them",
        "a message is sent only where Rakuten France offers that for the item, and never again by itself",
        "the order's number and value are not in what Rakuten France tells of an item, and files are not either",
        "a visitor's question before a sale can be answered in the seller account only",
        "accents in your texts are sent as UTF-8 (assumed): look at the first real message",
    )
    portal_steps: ClassVar = PORTAL
    writes_first: ClassVar[str] = (
        "In your seller account, open the sale and write to the buyer, where Rakuten offers it."
    )
    forgets_what_is_read = True
    personal_fields = frozenset({"claimcomment", "object", "complement"})
    tells_when_it_sends = True
    Settings: ClassVar[type[FranceSettings]] = FranceSettings

    def open(self, settings: FranceSettings, tools: Tools) -> Connection:
        """A connection to one account."""
        return FranceConnection(settings, tools)

    def offers(self, case: Case, settings: FranceSettings) -> Sequence[Offer]:
        """What Rakuten offered for the item when its newest message was read; all of it where that is not known."""
        del settings
        offered = offered_in(case)
        cancelled = any(made.word == wire.CANCEL for made in case.decisions)
        ways = {wire.TO_RAKUTEN: _NOTE} if cancelled else {wire.TO_RAKUTEN: _NOTE, wire.CANCEL: _CANCEL}
        return [offer for action, offer in ways.items() if offered is None or action in offered]

    def wants(self, case: Case, kind: ActKind, word: str = "") -> Sequence[Wanted]:
        """What a person has at hand when Rakuten takes a dispute up."""
        del word
        return evidence.wants(case, kind)

    def problems_with(self, reply: Reply, case: Case, settings: FranceSettings) -> Sequence[str]:
        """What would be refused."""
        del case, settings
        return problems_with(reply)

    def text_rules(self, case: Case, settings: FranceSettings | None) -> TextRules:
        """What it accepts as a message to a buyer."""
        del case, settings
        return RULES

    def speaks_as(self, settings: FranceSettings) -> Party:
        """The seller, as messages name him."""
        return Party(settings.seller_name or settings.login)

    @classmethod
    def pretend(cls, clock: Clock) -> PretendedPlatform:
        """A pretended account with a claim and some messages."""
        from hub_rakuten.france.demo import demo_account  # noqa: PLC0415  only the demo pays for the simulator

        return demo_account(clock)


class FranceConnection(Connection):
    """One account for one run; connects when something is first asked of it."""

    def __init__(self, settings: FranceSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._service = Service(settings, tools)
        self._sending = Sending(settings, tools, self._service)

    def close(self) -> None:
        """Let go of the connection."""
        self._service.close()

    def check(self) -> Iterator[Proof]:
        """Prove the login and the token by the work list, which is not changed by looking at it."""
        yield Proof.of("work list of Rakuten France", self._look_into, "the login or the token is refused")

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """The work list, stored before what it names is read."""
        return Reading(self._settings, self._tools, self._service, checkpoint).batches(open_cases)

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Write to the buyer."""
        return self._sending.reply(reply, case)

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Look for it in the item."""
        return self._sending.find(reply, case)

    def perform(self, reply: Reply, case: Case) -> Receipt:
        """Write to Rakuten's staff, or cancel the sale."""
        if reply.act is None:
            return self.deliver(reply, case)
        capability = Capability(reply.act.kind.value)
        if capability not in FranceAdapter.capabilities:
            raise FranceAdapter.refusal(capability)
        return self._sending.act(reply, reply.act, case)

    def _look_into(self) -> str:
        return f"{len(wire.todo_of(self._service.read('getitemtodolist'))):,} items wait"
