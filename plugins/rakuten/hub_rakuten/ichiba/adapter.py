"""A shop at Rakuten Ichiba as a channel: which request when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    Offer,
    OpenCase,
    Order,
    Party,
    PretendedPlatform,
    Proof,
    Receipt,
    Reply,
    TextRules,
    Tools,
    Wanted,
)
from hub_rakuten.ichiba import evidence, late, wire
from hub_rakuten.ichiba.licence import proof_words
from hub_rakuten.ichiba.orders import order_of
from hub_rakuten.ichiba.reading import Reading
from hub_rakuten.ichiba.rms import Rms
from hub_rakuten.ichiba.rules import REPLY_SOURCE, RULES
from hub_rakuten.ichiba.sending import Sending
from hub_rakuten.ichiba.settings import IchibaSettings
from hub_rakuten.ichiba.times import LONGEST_SLICE, Slice

_READ = Offer(ActKind.MARK_READ, "Mark as read", "R-Messe shows the inquiry as read by the shop.")
_CLOSE = Offer(
    ActKind.CLOSE,
    "Complete (完了)",
    "R-Messe marks the inquiry as completed. It is the shop's own mark: it answers nothing and stops no clock.",
)
_REOPEN = Offer(ActKind.REOPEN, "Take up again (未完了)", "R-Messe takes the mark of completion back.")


class IchibaAdapter(Adapter):
    """R-Messe of Rakuten Ichiba, and the orders of RMS."""

    key = "rakuten"
    title = "Rakuten Ichiba (R-Messe)"
    capabilities = frozenset(
        {
            Capability.FETCH,
            Capability.REPLY,
            Capability.READ_BACK,
            Capability.ATTACH,
            Capability.LOOK_UP_ORDER,
            Capability.LIST_LATE_ORDERS,
            Capability.CLOSE,
            Capability.REOPEN,
            Capability.MARK_READ,
        }
    )
    limits = (
        "R-Messe is asked when a run is due; it tells nobody by itself of a new message",
        "a customer who writes again in an inquiry that is closed here and older than 365 days is not seen",
        "a conversation cannot be begun, and a reply cannot be changed or taken back: RMS has no function for it",
        "a reply that may have been taken, and that R-Messe does not show, waits for a person; it is never sent twice",
        "completing, taking up again and fetching files were built from other people's programs (unverified)",
        "files live for 90 days at Rakuten: they are fetched when their message is first seen",
        "late are orders of the last 62 days past the day that the customer wished for, where he wished for one",
        "an order tells no delivery and no batch: the proof of delivery has to come from the carrier",
    )
    portal_steps: ClassVar = {
        Capability.DECIDE: "Refund, exchange or cancel in RMS, in the order itself.",
        Capability.HAND_OVER: (
            "Rakuten takes a dispute up when the customer asks it to; send in RMS what Rakuten then asks for."
        ),
        Capability.NOTE: "Write to Rakuten's shop support in RMS; an inquiry has no note to Rakuten.",
    }
    forbidden_placeholders: ClassVar = {
        "tracking.url": (
            "R-Messe refuses links to all but nine domains, and no carrier's is among them; write the carrier's name "
            f"and the number ({REPLY_SOURCE})"
        ),
    }
    writes_first: ClassVar[str] = "In RMS, open the order and write to the customer from there."
    personal_fields = frozenset({"label"})  # of an attachment: the file's name
    tells_when_it_sends = True
    Settings: ClassVar[type[IchibaSettings]] = IchibaSettings

    def open(self, settings: IchibaSettings, tools: Tools) -> Connection:
        """A connection to one shop."""
        return IchibaConnection(settings, tools)

    def offers(self, case: Case, settings: IchibaSettings) -> Sequence[Offer]:
        """Its marks: that it is read, and that it is completed or not."""
        del settings
        return (_READ, _CLOSE if case.is_open else _REOPEN)

    def wants(self, case: Case, kind: ActKind, word: str = "") -> Sequence[Wanted]:
        """What a person has at hand when Rakuten takes a dispute up."""
        del word
        return tuple(evidence.wants(case, kind))

    def text_rules(self, case: Case, settings: IchibaSettings | None) -> TextRules:
        """The rules of RMS."""
        del case, settings
        return RULES

    def speaks_as(self, settings: IchibaSettings) -> Party:
        """The shop; R-Messe shows no address."""
        return Party(settings.shop_name)

    @classmethod
    def pretend(cls, clock: Clock) -> PretendedPlatform:
        """A pretended shop with some customers' inquiries."""
        from hub_rakuten.ichiba.demo import demo_shop  # noqa: PLC0415  only the demo pays for the simulator

        return demo_shop(clock)


class IchibaConnection(Connection):
    """One shop for one run; connects when something is first asked of it."""

    def __init__(self, settings: IchibaSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._rms = Rms(settings, tools.open_api)
        self._sending = Sending(settings, tools, self._rms)

    def close(self) -> None:
        """Let go of the connection."""
        self._rms.close()

    def check(self) -> Iterator[Proof]:
        """Prove the key, the shop, the key's remaining life, and orders where an inquiry names one."""
        pages: list[wire.Page] = []
        read = Proof.of("inquiries of R-Messe", lambda: self._look_into(pages), "the key is refused")
        yield read
        if not read.ok:
            return
        inquiries = pages[0].inquiries
        if inquiries:
            yield self._prove_shop(inquiries[0].shop)
        ok, detail, advice = proof_words(self._rms, self._tools.clock.now())
        yield Proof("licence key", ok=ok, detail=detail, advice=advice)
        number = next((inquiry.order for inquiry in inquiries if inquiry.order), "")
        if number:
            yield Proof.of("orders of RMS", lambda: "read" if self.look_up_order(number) else "asked")

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """The look-back of this reading, and each open case that is older."""
        return Reading(self._settings, self._tools, self._rms, checkpoint).batches(open_cases)

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Write to the customer."""
        return self._sending.reply(reply, case)

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Look in R-Messe whether it is there."""
        return self._sending.find(reply, case)

    def perform(self, reply: Reply, case: Case) -> Receipt:
        """Set one of the marks."""
        if reply.act is None:
            return self.deliver(reply, case)
        capability = Capability(reply.act.kind.value)
        if capability not in IchibaAdapter.capabilities:
            raise IchibaAdapter.refusal(capability)
        return self._sending.act(reply, reply.act, case)

    def look_up_order(self, number: str) -> Order | None:
        """The order, without anything of the person who ordered."""
        return order_of(self._rms.order(number), number)

    def late_orders(self, now: datetime, since: datetime) -> Iterator[LateOrder]:
        """The orders of the last two months that should have been with the customer and were not sent."""
        numbers = list(dict.fromkeys(self._unsent(now)))
        for first in range(0, len(numbers), late.MOST_AT_ONCE):
            told = self._rms.orders(numbers[first : first + late.MOST_AT_ONCE])
            yield from (order for order in late.orders_of(told) if order.is_late(now, since))

    def _unsent(self, now: datetime) -> Iterator[str]:
        for page in range(1, late.MOST_PAGES + 1):
            found, pages = late.numbers_of(self._rms.search_orders(late.search(now, page)))
            yield from found
            if page >= pages:
                return

    def _look_into(self, pages: list[wire.Page]) -> str:
        """Put the newest inquiries into `pages`, and say how many there are."""
        now = self._tools.clock.now()
        pages.append(page := self._rms.page(Slice(now - LONGEST_SLICE, now), 1, limit=10))
        return f"{page.total:,} in the last 30 days"

    def _prove_shop(self, shop: str) -> Proof:
        wanted = str(self._settings.shop_id)
        advice = "" if shop == wanted else f"set shop_id = {shop}, or take the licence key of shop {wanted}"
        return Proof("shop", ok=shop == wanted, detail=f"the licence key is that of shop {shop}", advice=advice)
