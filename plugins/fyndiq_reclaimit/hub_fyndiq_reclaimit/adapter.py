"""Fyndiq and CDON in Reclaimit as a channel: which request when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar
from urllib.parse import quote

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
    Limit,
    Mark,
    Offer,
    OpenCase,
    Order,
    PretendedPlatform,
    Proof,
    Receipt,
    Reply,
    RuleSource,
    TextRules,
    Tools,
    Unsupported,
    Wanted,
)
from hub.http import Api, ApiClient, BasicAuth, Budget
from hub_fyndiq_reclaimit import evidence, late, offers, orders, words
from hub_fyndiq_reclaimit.acting import Acting
from hub_fyndiq_reclaimit.position import read_position
from hub_fyndiq_reclaimit.reading import Reading
from hub_fyndiq_reclaimit.references import References
from hub_fyndiq_reclaimit.server import ErrandServer, refusal
from hub_fyndiq_reclaimit.settings import ReclaimitSettings

_MEGABYTE = 1_000_000
_MINUTE = timedelta(minutes=1)
_JSON = {"accept": "application/json"}
_WRONG = "merchant id or token is wrong"
_NOBODYS = frozenset({403, 404})
# Fyndiq documents its list with a slash at the end, CDON without; the other form is sent on elsewhere.
_ORDER_LISTS: Mapping[str, str] = {words.FYNDIQ: "/orders/", words.CDON: "/orders"}
_TITLES: Mapping[str, str] = {words.FYNDIQ: "Fyndiq", words.CDON: "CDON"}


class ReclaimitAdapter(Adapter):
    """Errands of a seller on Fyndiq and CDON."""

    key = words.PLATFORM
    title = "Fyndiq and CDON (Reclaimit)"
    capabilities = frozenset(
        {
            Capability.FETCH,
            Capability.REPLY,
            Capability.READ_BACK,
            Capability.ATTACH,
            Capability.LOOK_UP_ORDER,
            Capability.LIST_LATE_ORDERS,
            Capability.DECIDE,
            Capability.HAND_OVER,
        }
    )
    limits = (
        (
            "Reclaimit publishes no API: this channel speaks a contract of casehub's own (docs/fyndiq.md), so it works "
            "only where somebody serves that contract, as after an agreement with Fyndiq, CDON or Reclaimit AB"
        ),
        (
            "what works today without it: the notification mails of Fyndiq and CDON are recognised in a mailbox "
            "channel, and the case is answered in Reclaimit"
        ),
        "the value of orders comes from the documented merchant APIs of Fyndiq and CDON, with their own credentials",
        "late orders come from there too, the first 2,000 that wait; a customer is told of one only in an open errand",
        "an errand that is about several orders has an unknown value, and so no longer deadline",
        "changes are found when a run asks for them: the platform sends none",
    )
    portal_steps: ClassVar[Mapping[Capability, str]] = {
        Capability.CLOSE: "In Reclaimit, open the errand and set its status; it closes by itself 5 days later.",
        Capability.REOPEN: "Nobody but the customer can: an errand opens again when he writes in it.",
        Capability.NOTE: "Write to handlare@fyndiq.se or seller@cdon.com and name the errand; Reclaimit has no notes.",
        Capability.MARK_READ: "There is nothing to do: Reclaimit does not tell the customer what was read.",
        Capability.ACKNOWLEDGE: "Fyndiq and CDON tell the customer themselves that the errand has reached you.",
        Capability.REREAD: "Open the errand in Reclaimit to see what it says.",
    }
    writes_first: ClassVar[str] = (
        "Only the customer opens an errand: keep the text for the errand, or ask handlare@fyndiq.se or seller@cdon.com."
    )
    tells_when_it_sends = True
    Settings: ClassVar[type[ReclaimitSettings]] = ReclaimitSettings

    def open(self, settings: ReclaimitSettings, tools: Tools) -> Connection:
        """A connection to one account."""
        return ReclaimitConnection(settings, tools)

    def offers(self, case: Case, settings: ReclaimitSettings) -> Sequence[Offer]:
        """The decisions that the errand allows now."""
        del settings
        return tuple(offers.offers(case))

    def wants(self, case: Case, kind: ActKind, word: str = "") -> Sequence[Wanted]:
        """What must be proven before an errand is rejected or escalated."""
        return evidence.wants(case, kind, word)

    def problems_with(self, reply: Reply, case: Case, settings: ReclaimitSettings) -> Sequence[str]:
        """Why Reclaimit would refuse this decision."""
        del settings
        return tuple(offers.problems(reply, case))

    def text_rules(self, case: Case, settings: ReclaimitSettings | None) -> TextRules | None:
        """How large a file may be at the errands' server; Reclaimit itself publishes no limits."""
        del case
        if settings is None:
            return None
        source = RuleSource("largest_attachment_mb of the channel, docs/fyndiq.md", Mark.ASSUMED)
        return TextRules(largest_file=Limit(settings.largest_attachment_mb * _MEGABYTE, source))

    @classmethod
    def pretend(cls, clock: Clock) -> PretendedPlatform:
        """Reclaimit on this computer with some customers' errands."""
        from hub_fyndiq_reclaimit.simulator import with_errands  # noqa: PLC0415  only the demo pays for the simulator

        return with_errands(clock)


class ReclaimitConnection(Connection):
    """One account for one run; connects when something is first asked of it."""

    def __init__(self, settings: ReclaimitSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._clients: dict[str, ApiClient] = {}
        self._references = References(tools.sign)

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def check(self) -> Iterator[Proof]:
        """Prove signing in, reading errands and ratings, and each merchant API that has credentials."""
        if self._settings.base_url:
            yield from self._prove_errands(self._server())
        for marketplace in self._with_orders():
            yield Proof.of(f"orders at {_TITLES[marketplace]}", partial(self._prove_orders, marketplace), _WRONG)

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """Every errand that changed since the last pass, and once a day every one that is open."""
        if not self._settings.base_url:
            return iter(())
        largest = self._settings.largest_attachment_mb * _MEGABYTE
        reading = Reading(self._server(), self._tools, self._references, largest)
        return reading.batches(read_position(checkpoint), open_cases)

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Write to the customer in the errand."""
        return self._acting().deliver(reply, case)

    def perform(self, reply: Reply, case: Case) -> Receipt:
        """Decide an errand or hand it over, after the text for the customer."""
        kind = Capability(reply.act.kind) if reply.act is not None else Capability.REPLY
        if kind not in ReclaimitAdapter.capabilities:
            raise ReclaimitAdapter.refusal(kind)
        return self._acting().perform(reply, case)

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Read the errand's thread back."""
        return self._acting().find(reply, case)

    def look_up_order(self, number: str) -> Order | None:
        """The order as the merchant APIs know it; several numbers of one errand are one order of unknown value."""
        marketplaces = self._required_orders()
        found = [order for one in number.split(orders.SEVERAL) if (order := self._order(one, marketplaces)) is not None]
        return orders.joined(number, found) if found else None

    def late_orders(self, now: datetime, since: datetime) -> Iterator[LateOrder]:
        """The orders that should have been sent by now, of both marketplaces as far as there are credentials."""
        seen: set[str] = set()
        for marketplace in self._required_orders():
            client, path = self._orders(marketplace), _ORDER_LISTS[marketplace]
            for order in late.unsent(client, path, late.UNSENT[marketplace]):
                if order.is_late(now, since) and order.number not in seen:
                    seen.add(order.number)
                    yield order

    def _prove_errands(self, server: ErrandServer) -> Iterator[Proof]:
        signed_in = Proof.of("sign-in", lambda: _named(*server.merchant()), _WRONG)
        yield signed_in
        if signed_in.ok:
            yield Proof.of("errands", lambda: "some are there" if server.has_any() else "there are none", _WRONG)
            month = f"{self._tools.clock.now():%Y-%m}"
            yield Proof.of(
                "ratings", lambda: "told" if server.satisfaction(month) else "not told to this account", _WRONG
            )

    def _order(self, number: str, marketplaces: Sequence[str]) -> Order | None:
        for marketplace in marketplaces:
            # 403 is documented for an object of somebody else, and means an order of another marketplace here; what a
            # mail calls an order's number may be none there (400), and one such must not keep others from being found.
            path = f"/orders/{quote(number, safe='')}"
            answer = self._orders(marketplace).read(path, expected=_NOBODYS | {200, 400})
            if answer.ok:
                return orders.read_order(answer.json(), number)
        return None

    def _prove_orders(self, marketplace: str) -> str:
        self._orders(marketplace).read(_ORDER_LISTS[marketplace], {"limit": 1}).json()
        return "for the value of orders"

    def _required_orders(self) -> list[str]:
        """The marketplaces whose orders can be asked for; Unsupported where there is none."""
        marketplaces = self._with_orders()
        if not marketplaces:
            raise Unsupported(
                "no order can be looked up: the channel has no credentials of a merchant API",
                "Set fyndiq_orders_merchant_id and fyndiq_orders_token, or those of cdon, in hub.toml.",
            )
        return marketplaces

    def _with_orders(self) -> list[str]:
        return [name for name in (words.FYNDIQ, words.CDON) if self._settings.orders_of(name) is not None]

    def _server(self) -> ErrandServer:
        chosen = self._settings
        if not chosen.base_url or chosen.token is None:
            raise Unsupported(
                "this channel only looks up orders: it has no base_url to which errands could be written",
                "Answer or decide the errand in Reclaimit, then say so with `casehub answered`.",
            )
        client = self._client("errands", chosen.base_url, BasicAuth(chosen.merchant_id, chosen.token))
        return ErrandServer(client, chosen.page_size, chosen.marketplaces)

    def _acting(self) -> Acting:
        return Acting(self._server(), self._tools, self._references)

    def _orders(self, marketplace: str) -> ApiClient:
        given = self._settings.orders_of(marketplace)
        if given is None:
            raise Unsupported(f"the channel has no credentials of the merchant API of {_TITLES[marketplace]}")
        url, merchant_id, token = given
        return self._client(f"{marketplace} orders", url, BasicAuth(merchant_id, token))

    def _client(self, name: str, url: str, auth: BasicAuth) -> ApiClient:
        if name not in self._clients:
            budget = Budget("calls", self._settings.calls_per_minute, _MINUTE)
            api = Api(url, auth, account=f"{name} {auth.user}", budgets=(budget,), headers=_JSON, words_of=refusal)
            self._clients[name] = self._tools.open_api(api)
        return self._clients[name]


def _named(account: str, marketplaces: Sequence[str]) -> str:
    return f"as {account}" + (f", for {', '.join(marketplaces)}" if marketplaces else "")
