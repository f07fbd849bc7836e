"""Reclaimit, pretended: what the contract kit, `casehub simulate` and the demo use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from hub import ActKind, Adapter, Clock
from hub.http import Request, Response
from hub.testing import Simulator
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.adapter import ReclaimitAdapter
from hub_fyndiq_reclaimit.errand import id_of, ref_of
from hub_fyndiq_reclaimit.simulator.api import ErrandApi, problem
from hub_fyndiq_reclaimit.simulator.desk import Desk
from hub_fyndiq_reclaimit.simulator.errands import PretendedErrand


class ReclaimitSimulator(Simulator):
    """Errands of Fyndiq and CDON behind the errand contract of docs/fyndiq.md, and the documented orders of both."""

    adapter: ClassVar[type[Adapter]] = ReclaimitAdapter
    channel = "fyndiq"
    base_url = "https://errands.reclaimit.example"
    refusal = ErrandApi.refusal
    sample_reply = "Tack för att du hör av dig. Vi skickar en ny redan i dag, och du får spårningsnumret här."

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.desk = Desk()
        self.api = ErrandApi(self.desk)

    def answer(self, request: Request) -> Response:
        """What the platform answers when nothing goes wrong."""
        return self.api.answer(request, self.now())

    def settings(self) -> Mapping[str, Any]:
        """The channel's settings that reach it; its orders take the same credentials."""
        return {
            "base_url": self.url,
            "merchant_id": ErrandApi.account,
            "fyndiq_orders_url": f"{self.url}/fyndiq/api/v1",
            "fyndiq_orders_merchant_id": ErrandApi.account,
            "cdon_orders_url": f"{self.url}/cdon/api/v1",
            "cdon_orders_merchant_id": ErrandApi.account,
            "page_size": self.page_size,
        }

    def secrets(self) -> Mapping[str, str]:
        """The token, for the errands and for the orders."""
        token = ErrandApi.token
        return {"token": token, "fyndiq_orders_token": token, "cdon_orders_token": token}

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """A customer opens an errand, of which any field may be given, or writes again in one."""
        if not case:
            errand = self.desk.open_errand(self.now(), description=text, **about)
            return ref_of(errand.marketplace, errand.id)
        self.desk.customer_writes(self.errand(case), self.now(), text, **about)
        return case

    def seller_writes(self, case: str, text: str) -> None:
        """Somebody answers in Reclaimit itself."""
        self.desk.seller_writes(self.errand(case), self.now(), text)

    def stranger_writes(self, case: str, text: str) -> None:
        """A message comes in a role that nobody knows."""
        errand, now = self.errand(case), self.now()
        self.desk.add_message(errand, now, direction="INBOUND", author="SUPPLIER", body_text=text)
        errand.updated_at = now

    def late_order(self, days: int) -> str:
        """An order that nobody has sent; every other one is CDON's, and was accepted there."""
        now = self.now()
        fyndiq = len(self.desk.orders[words.FYNDIQ]) <= len(self.desk.orders[words.CDON])
        marketplace, state = (words.FYNDIQ, "CREATED") if fyndiq else (words.CDON, "ACCEPTED")
        return self.desk.order(now - timedelta(days=20), now - timedelta(days=days), marketplace, state)

    def strange_state(self, case: str) -> bool:
        """An errand gets a state that nobody knows."""
        errand = self.errand(case)
        errand.state, errand.updated_at = "FROZEN", self.now()
        return True

    def platform_writes(self, case: str, text: str) -> None:
        """The marketplace writes into an errand."""
        errand, now = self.errand(case), self.now()
        self.desk.add_message(errand, now, direction="INBOUND", author="MARKETPLACE", body_text=text)
        errand.updated_at = now

    def rates(self, case: str, rating: str) -> None:
        """The customer gives a thumb, UP or DOWN."""
        self.desk.rate(self.errand(case), self.now(), rating)

    def removes(self, case: str) -> None:
        """The platform lets an errand vanish."""
        del self.desk.errands[id_of(case)]

    def received(self, case: str = "") -> Sequence[str]:
        """The texts that customers have got from the seller."""
        return list(self.desk.sent_to(id_of(case)))

    def case_for(self, kind: ActKind) -> str:
        """An errand that may be decided or handed over."""
        del kind
        return self.customer_writes("Handtaget gick av", issue_type=words.COMPLAINT)

    def errand(self, case: str) -> PretendedErrand:
        """The errand with this ref."""
        return self.desk.errands[id_of(case)]

    @property
    def state(self) -> object:
        """All that a request may change."""
        return self.desk.state

    def tick(self) -> None:
        """Refund what was not answered in time, open again what was on hold, close what is over."""
        self.desk.pass_time(self.now())

    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        """List no errand, no message and no order."""
        del after
        is_listing = request.path.endswith(("/errands", "/messages", "/orders", "/orders/"))
        return Response.of_json([]) if is_listing else self.answer(request)

    def refuse_credentials(self, request: Request, after: timedelta | None) -> Response:
        """Refuse the merchant id or the token."""
        del request, after
        return problem(401, "Invalid merchant id or token")

    def refuse_account(self, request: Request, after: timedelta | None) -> Response:
        """Refuse everything, as for an account that is closed for a time."""
        del request, after
        return problem(403, "The account is suspended")

    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        """Refuse a message or a decision."""
        del request, after
        return problem(400, self.refusal, {"body_text": [self.refusal]})
