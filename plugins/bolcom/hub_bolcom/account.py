"""A seller account at bol.com as it is pretended: returns, orders and processes, and what bol.com does by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from hub_bolcom.processes import Stage

EXPIRES_AFTER = timedelta(days=21)
"""A return that nobody handled is cancelled then, and the customer keeps the item (a page of bol.com)."""

FORGOTTEN_AFTER = timedelta(hours=48)

_FIRST_ID = 15_900_000
_FIRST_RMA = 86_100_000
_FIRST_PROCESS = 1_000


@dataclass
class PretendedResult:
    """What became of some pieces of an item."""

    word: str
    outcome: str
    quantity: int
    at: datetime


@dataclass
class PretendedItem:
    """One item of a return."""

    rma: str
    order: str
    title: str
    ean: str
    expected: int
    main_reason: str
    detailed_reason: str
    comments: str
    customer: str
    said_by_others: list[str] = field(default_factory=list)
    handled: bool = False
    results: list[PretendedResult] = field(default_factory=list)


@dataclass
class PretendedReturn:
    """One return."""

    id: str
    registered_at: datetime
    fulfilment: str
    items: list[PretendedItem]

    @property
    def is_handled(self) -> bool:
        """Whether no item waits."""
        return all(item.handled for item in self.items)


@dataclass
class PretendedOrder:
    """One order; a line is a title, an EAN, a quantity, a price, who ships it, and what is taken off.

    One that was not sent yet has the day by which it must be with the customer, `deliver_by`.
    """

    number: str
    customer: str
    placed_at: datetime
    lines: list[tuple[str, str, int, Decimal, str, Decimal]]
    deliver_by: date | None = None


@dataclass
class PretendedProcess:
    """A decision that bol.com took and works on."""

    id: str
    rma: str
    word: str
    quantity: int
    created_at: datetime
    ends_at: datetime
    ends: Stage
    error: str = ""
    stage: Stage = Stage.PENDING


@dataclass
class PretendedAccount:
    """Everything that bol.com holds of one seller.

    It works on a decision as long as `takes` says; `next_ends` has how the next ones end, and after how long.
    """

    takes: timedelta = timedelta(minutes=1)
    returns: dict[str, PretendedReturn] = field(default_factory=dict)
    orders: dict[str, PretendedOrder] = field(default_factory=dict)
    processes: dict[str, PretendedProcess] = field(default_factory=dict)
    next_ends: list[tuple[Stage, str, timedelta]] = field(default_factory=list)
    issued: int = 0
    expires_next: datetime | None = None

    def register(self, at: datetime, fulfilment: str = "FBR") -> PretendedReturn:
        """A new return without items."""
        self.issued += 1
        made = PretendedReturn(str(_FIRST_ID + self.issued), at, fulfilment, [])
        self.returns[made.id] = made
        expires_at = at + EXPIRES_AFTER
        self.expires_next = expires_at if self.expires_next is None else min(self.expires_next, expires_at)
        return made

    def add_item(
        self,
        to: PretendedReturn,
        comments: str,
        *,
        reason: tuple[str, str] = ("Verkeerd besteld", ""),
        title: str = "Theepot, blauw",
        expected: int = 1,
        price: Decimal = Decimal("24.95"),
        customer: str = "Anke Visser",
    ) -> PretendedItem:
        """An item that the customer sends back, out of an order of its own."""
        self.issued += 1
        number, ean = f"A{self.issued:09}", f"87{self.issued:011}"
        made = PretendedItem(str(_FIRST_RMA + self.issued), number, title, ean, expected, *reason, comments, customer)
        to.items.append(made)
        line = (title, ean, expected, price, to.fulfilment, Decimal(0))
        self.orders[number] = PretendedOrder(number, customer, to.registered_at - timedelta(days=9), [line])
        return made

    def order(self, at: datetime, deliver_by: date, fulfilment: str = "FBR") -> PretendedOrder:
        """An order that nobody has sent yet."""
        self.issued += 1
        number, ean = f"A{self.issued:09}", f"87{self.issued:011}"
        lines = [("Theepot, blauw", ean, 1, Decimal("24.95"), fulfilment, Decimal(0))]
        made = PretendedOrder(number, "Anke Visser", at, lines, deliver_by)
        self.orders[number] = made
        return made

    def unsent(self, fulfilment: str) -> Sequence[PretendedOrder]:
        """The orders that nobody has sent yet, as the list has them."""
        wanted = ("FBR", "FBB") if fulfilment == "ALL" else (fulfilment,)
        return [one for one in self.orders.values() if one.deliver_by and one.lines[0][4] in wanted]

    def listed(self, fulfilment: str, *, handled: bool) -> Sequence[PretendedReturn]:
        """The returns of a listing: open ones oldest first, handled ones newest first."""
        found = [one for one in self.returns.values() if one.is_handled is handled and one.fulfilment == fulfilment]
        return sorted(found, key=lambda one: (one.registered_at, one.id), reverse=handled)

    def item(self, rma: str) -> PretendedItem | None:
        """The item with this number."""
        return next((item for item in self.items() if item.rma == rma), None)

    def items(self) -> Iterator[PretendedItem]:
        """Every item of every return."""
        for one in self.returns.values():
            yield from one.items

    def begin(self, rma: str, word: str, quantity: int, at: datetime) -> PretendedProcess:
        """Take a decision; it is carried out when time has passed."""
        self.issued += 1
        ends, error, takes = self.next_ends.pop(0) if self.next_ends else (Stage.SUCCESS, "", self.takes)
        made = PretendedProcess(str(_FIRST_PROCESS + self.issued), rma, word, quantity, at, at + takes, ends, error)
        self.processes[made.id] = made
        return made

    def handle(self, item: PretendedItem, word: str, quantity: int, at: datetime) -> None:
        """Carry a decision out."""
        item.results.append(PretendedResult(word, "ACCEPTED", quantity, at))
        item.handled = True

    def catch_up(self, now: datetime) -> None:
        """Do what is due by now: carry decisions out, cancel what nobody handled, forget what is old."""
        for process in sorted(self.processes.values(), key=lambda one: one.ends_at):
            item = self.item(process.rma)
            if process.stage is Stage.PENDING and process.ends_at <= now:
                process.stage = process.ends
                if item is not None and process.ends is Stage.SUCCESS:
                    self.handle(item, process.word, process.quantity, process.ends_at)
        self._expire(now)
        for old in [one.id for one in self.processes.values() if one.created_at + FORGOTTEN_AFTER <= now]:
            del self.processes[old]

    def _expire(self, now: datetime) -> None:
        if self.expires_next is None or now < self.expires_next:
            return  # asked before each request, and there may be thousands of returns
        for one in self.returns.values():
            expires_at = one.registered_at + EXPIRES_AFTER
            for item in one.items if expires_at <= now else ():
                if not item.handled:
                    item.results.append(PretendedResult("EXPIRED", "CANCELLED", item.expected, expires_at))
                    item.handled = True
        still = [one.registered_at + EXPIRES_AFTER for one in self.returns.values() if not one.is_handled]
        self.expires_next = min(still, default=None)
