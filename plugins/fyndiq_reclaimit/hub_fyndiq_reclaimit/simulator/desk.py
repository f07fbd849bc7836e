"""The pretended platform without a language: its errands, orders and files, and its own clock."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.simulator.errands import PretendedErrand

_FIRST_ID = 104857


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that somebody uploaded."""

    name: str
    media_type: str
    content: bytes


@dataclass
class Desk:
    """What the platform knows; `orders` has the orders of each marketplace by their id."""

    errands: dict[str, PretendedErrand] = field(default_factory=dict)
    orders: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=lambda: {words.FYNDIQ: {}, words.CDON: {}})
    files: dict[str, StoredFile] = field(default_factory=dict)
    satisfaction: dict[str, tuple[int, int]] = field(default_factory=dict)
    _due: list[tuple[datetime, str]] = field(default_factory=list)
    _count: int = 0

    def open_errand(self, at: datetime, **about: Any) -> PretendedErrand:
        """A new errand of a customer with an order; `gross` and `vat_rate` make its value, any field may be given."""
        number = str(_FIRST_ID + len(self.errands))
        about.setdefault("marketplace", words.FYNDIQ)
        about.setdefault("issue_type", words.COMPLAINT)
        self._give_order(number, at, about)
        about.setdefault("customer", {"name": "Åsa Öberg", "email": "asa@kund.example", "customer_number": None})
        errand = PretendedErrand(id=number, created_at=at, **about)
        self.errands[number] = errand
        self.watch(errand)
        return errand

    def add_message(self, errand: PretendedErrand, at: datetime, **about: Any) -> dict[str, Any]:
        """Put a message into an errand's thread."""
        self._count += 1
        message = {
            "id": f"m{self._count}",
            "errand_id": errand.id,
            "body_html": None,
            "attachments": [],
            "created_at": at,
            "client_reference": None,
            **about,
        }
        errand.messages.append(message)
        return message

    def customer_writes(self, errand: PretendedErrand, at: datetime, body: str, **about: Any) -> None:
        """The customer writes in an errand again."""
        self.add_message(errand, at, direction="INBOUND", author="CUSTOMER", body_text=body, **about)
        errand.customer_wrote(at)
        self.watch(errand)

    def seller_writes(self, errand: PretendedErrand, at: datetime, body: str, **about: Any) -> dict[str, Any]:
        """The seller answers the customer."""
        message = self.add_message(errand, at, direction="OUTBOUND", author="MERCHANT", body_text=body, **about)
        errand.seller_wrote(at)
        self.watch(errand)
        return message

    def decide(self, errand: PretendedErrand, at: datetime, status: str, reference: str | None) -> None:
        """The seller decides; the thread shows it."""
        errand.decide(status, at)
        title = words.DECISIONS[status].title
        self.add_message(errand, at, direction="SYSTEM", author="MERCHANT", body_text=title, client_reference=reference)
        self.watch(errand)

    def rate(self, errand: PretendedErrand, at: datetime, rating: str) -> None:
        """The customer gives a thumb, UP or DOWN."""
        errand.rating, errand.rated_at, errand.updated_at = rating, at, at
        up, down = self.satisfaction.get(f"{at:%Y-%m}", (0, 0))
        self.satisfaction[f"{at:%Y-%m}"] = (up + (rating == "UP"), down + (rating == "DOWN"))

    def store(self, file: StoredFile) -> str:
        """Keep a file; its id."""
        self._count += 1
        self.files[f"a{self._count}"] = file
        return f"a{self._count}"

    def pass_time(self, now: datetime) -> None:
        """Do all that the platform does by itself up to an instant, in the order in which it falls due."""
        while self._due and self._due[0][0] <= now:
            at, number = heapq.heappop(self._due)
            errand = self.errands.get(number)
            if errand is None or errand.acts_at != at:
                continue  # somebody was quicker
            done = errand.act()
            self.add_message(errand, at, direction="SYSTEM", author="MARKETPLACE", body_text=done)
            self.watch(errand)

    def watch(self, errand: PretendedErrand) -> None:
        """Remember when the platform acts on an errand by itself."""
        if errand.acts_at is not None:
            heapq.heappush(self._due, (errand.acts_at, errand.id))

    def sent_to(self, number: str = "") -> Iterator[str]:
        """The texts that customers have got from the seller, of one errand where it is named."""
        found = [
            message
            for errand in ([self.errands[number]] if number else self.errands.values())
            for message in errand.messages
            if message["direction"] == "OUTBOUND" and message["author"] == "MERCHANT"
        ]
        return (message["body_text"] for message in sorted(found, key=lambda message: message["created_at"]))

    @property
    def state(self) -> object:
        """All of it as a value."""
        errands = {number: asdict(errand) for number, errand in self.errands.items()}
        return errands, dict(self.files), dict(self.satisfaction)

    def order(self, at: datetime, deadline: datetime, marketplace: str, state: str = "CREATED") -> str:
        """An order that nobody has sent, and by when that should be done; its id."""
        self._count += 1
        order_id = f"order-{self._count}-unsent"
        numbers = {"amount": 400.0, "vat_amount": 100.0, "vat_rate": 0.25, "currency": "SEK"}
        self.orders[marketplace][order_id] = {
            "id": order_id,
            "title": "Lampa 漢字 🙂",
            "article_sku": "123",
            "quantity": 1,
            "price": numbers,
            "total_price": numbers,
            "shipping_address": {"first_name": "Åsa", "last_name": "Öberg", "street_address": "Gatan 7"},
            "market": "SE",
            "state": state,
            "created_at": f"{at:%Y-%m-%d %H:%M:%S}",
            "fulfillment_deadline": f"{deadline:%Y-%m-%d %H:%M:%S}",
            "tracking_information": [],
        }
        return order_id

    def _give_order(self, number: str, at: datetime, about: dict[str, Any]) -> None:
        gross, rate = Decimal(about.pop("gross", "500.00")), Decimal(about.pop("vat_rate", "0.25"))
        net = (gross / (1 + rate)).quantize(Decimal("0.01"))
        about.setdefault("article", {"id": f"art-{number}", "sku": "123", "title": "Lampa 漢字 🙂", "quantity": 1})
        currency = about.pop("currency", "SEK")
        price = {"amount": net, "vat_amount": gross - net, "vat_rate": rate, "currency": currency}
        about.setdefault("order_value", {name: str(value) for name, value in price.items()})
        about.setdefault("order_ids", [f"order-{number}"])
        for order_id in about["order_ids"]:
            numbers = {name: value if name == "currency" else float(value) for name, value in price.items()}
            self.orders.setdefault(about["marketplace"], {})[order_id] = {
                "id": order_id,
                "title": about["article"].get("title"),
                "article_sku": about["article"].get("sku"),
                "quantity": about["article"].get("quantity", 1),
                "price": numbers,
                "total_price": numbers,
                "market": about.get("market", "SE"),
                "state": "FULFILLED",
                "created_at": f"{at - timedelta(days=7):%Y-%m-%d %H:%M:%S}",
                "tracking_information": [],
            }
