"""Rakuten France's web service, pretended: reading an item marks it as read, as the real one is said to do."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hub import Adapter, Clock
from hub.http import Headers, Request, Response
from hub.testing import Fault, Simulator
from hub_rakuten.france.adapter import FranceAdapter
from hub_rakuten.france.pretended_seller import (
    UNREAD,
    PretendedClaim,
    PretendedItem,
    PretendedText,
    document,
    error,
    item_told,
    work_list,
)
from hub_rakuten.france.service import PATH, VERSIONS
from hub_rakuten.france.texts import item_id
from hub_rakuten.france.wire import CANCEL, CANCELLED, TO_BUYER, TO_RAKUTEN

LOGIN, TOKEN = "boutique-élan", "jeton-prétendu"
STAFF = "Service Clients"
SILENCE = timedelta(days=4)
"""The three days that a seller has for a claim, and one in which Rakuten's staff decides to cancel the sale."""
_WRITES = frozenset({TO_BUYER, TO_RAKUTEN, CANCEL})


class FranceSimulator(Simulator):
    """One seller account with its sold items."""

    adapter: ClassVar[type[Adapter]] = FranceAdapter
    channel: ClassVar[str] = "rakuten_fr"
    base_url: ClassVar[str] = "https://ws.fr.shopping.rakuten.com"
    sample_reply: ClassVar[str] = (
        "Bonjour, merci de votre message. Nous vérifions votre commande et vous répondons demain avant midi."
    )
    refusal: ClassVar[str] = "Le contenu du message est refusé"
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault) - {Fault.FAILED_LATER}

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.items: dict[str, PretendedItem] = {}
        self.token = TOKEN
        self.namespace = "http://www.priceminister.com"
        self.versions = dict(VERSIONS)
        self._no_more_before: datetime | None = None
        self._silent_until: list[tuple[datetime, str]] = []

    def settings(self) -> Mapping[str, Any]:
        """What stands in the channel's table."""
        return {"login": LOGIN, "base_url": self.url}

    def secrets(self) -> Mapping[str, str]:
        """The token."""
        return {"token": self.token}

    # What people do.

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """Claim something about a sold item, or with `claim=False` only write; to a case: write about its item."""
        if case:
            self._message(self.items[item_id(case)], text)
            return case
        number = str(880000000 + len(self.items) + 1)
        item = self.items[number] = PretendedItem(number, about.get("buyer", "Zoé_75"), self.now() - timedelta(days=6))
        if about.get("claim", True):
            return self.buyer_claims(number, text, about.get("type", "DAMAGED"))
        self._message(item, text)
        return number

    def seller_writes(self, case: str, text: str) -> None:
        """Answer the buyer in the seller account."""
        item = self.items[item_id(case)]
        item.messages.append(PretendedText(LOGIN, item.buyer, text, self.now()))

    def stranger_writes(self, case: str, text: str) -> None:
        """A message in which the seller is neither sender nor recipient."""
        item = self.items[item_id(case)]
        item.messages.append(PretendedText(STAFF, item.buyer, text, self.now(), UNREAD))

    def buyer_claims(self, case: str, text: str, type_: str = "DAMAGED") -> str:
        """Turn what was talked about into a claim; the claim's ref."""
        item = self.items[item_id(case)]
        item.claim = PretendedClaim(text, self.now(), type_)
        item.log.append((self.now(), "AMICABLE_CLAIM_CREATION"))
        heapq.heappush(self._silent_until, (self.now() + SILENCE, item.id))
        return f"{item.id}:c{self.now():%Y%m%d%H%M}"

    def staff_writes(self, case: str, text: str) -> None:
        """A mail of Rakuten's customer service about an item."""
        item = self.items[item_id(case)]
        item.mails.append(PretendedText(STAFF, LOGIN, text, self.now(), UNREAD, id=f"77{len(item.mails) + 1}"))

    def use_up_quota(self) -> None:
        """Answer for an hour that there were too many requests in this one."""
        self._no_more_before = self.now() + timedelta(hours=1)

    def received(self, case: str = "") -> Sequence[str]:
        """What buyers got."""
        items = [self.items[item_id(case)]] if case else list(self.items.values())
        sent = [one for item in items for one in item.messages if one.sender == LOGIN]
        return [one.content for one in sorted(sent, key=lambda one: one.at)]

    # What the platform does.

    @property
    def state(self) -> object:
        """Every item, with what was read of it."""
        return deepcopy(self.items)

    def tick(self) -> None:
        """Begin a new hour's quota, and cancel the sales whose claims the seller has not answered in time."""
        if self._no_more_before is not None and self.now() >= self._no_more_before:
            self._no_more_before = None
        while self._silent_until and self._silent_until[0][0] <= self.now():
            item = self.items[heapq.heappop(self._silent_until)[1]]
            if item.status != CANCELLED and not item.is_answered():
                item.cancel(self.now(), "PRETENDED_CANCELLATION")

    def is_write(self, request: Request) -> bool:
        """Everything is GET; three actions change something that a person would call so."""
        return request.query.get("action", "") in _WRITES

    def answer(self, request: Request) -> Response:
        """What Rakuten France answers, errors with status 200 as well."""
        asked = request.query
        if request.path != PATH:
            return Response.of_text("<html><h1>Not Found</h1></html>", 404, "text/html")
        if (asked.get("login"), asked.get("pwd")) != (LOGIN, self.token):
            return _xml(error("InvalidUserConnection", "Unknown user or wrong token"))
        if self._no_more_before is not None:
            why = ["You have reached the maximum number of requests per hour."]
            return _xml(error("InvalidUserRights", "Quota exceeded.", why))
        action = asked.get("action", "")
        if action not in VERSIONS:
            return _xml(error("ParameterError", "Parameter action is wrong"))
        if action == "getitemtodolist":
            return self._told(action, work_list(self.items.values()))
        item = self.items.get(asked.get("itemid", ""))
        if item is None:
            return _xml(error("ParameterError", "Parameter itemid is wrong", ["itemid"]))
        return self._about(item, action, asked)

    def refuse_credentials(self, request: Request, after: timedelta | None) -> Response:
        """An error document."""
        del request, after
        return _xml(error("InvalidUserConnection", "Unknown user or wrong token"))

    def refuse_account(self, request: Request, after: timedelta | None) -> Response:
        """The account may do nothing."""
        del request, after
        return _xml(error("InvalidUserRights", "This account is closed"))

    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        """An empty work list."""
        del after
        if request.query.get("action") == "getitemtodolist":
            return self._told("getitemtodolist", work_list(()))
        return self.answer(request)

    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        """A text that may not be sent."""
        del request, after
        return _xml(error("ParameterError", "Parameter content is wrong", [self.refusal]))

    def _about(self, item: PretendedItem, action: str, asked: Mapping[str, str]) -> Response:
        if action == "getiteminfos":
            told = item_told(item)
            item.read()
            return self._told(action, told)
        if action not in item.actions:
            return _xml(error("ParameterError", "This action is not available for the item"))
        if action == CANCEL:
            item.cancel(self.now(), "PRETENDED_CANCELLATION")
            return self._told(action, f"<status>{CANCELLED}</status>")
        if action == TO_BUYER:
            item.messages.append(PretendedText(LOGIN, item.buyer, asked.get("content", ""), self.now()))
        else:
            mail = PretendedText(LOGIN, STAFF, asked.get("content", ""), self.now(), id=f"78{len(item.mails) + 1}")
            item.mails.append(mail)
        return self._told(action, "<status>SENT</status>")

    def _message(self, item: PretendedItem, text: str) -> None:
        item.messages.append(PretendedText(item.buyer, LOGIN, text, self.now(), UNREAD))

    def _told(self, action: str, response: str) -> Response:
        return _xml(document(f"{action}result", response, self.versions[action], self.namespace))


def _xml(body: bytes, status: int = 200) -> Response:
    return Response(status, body, Headers({"content-type": "text/xml; charset=ISO-8859-1"}))
