"""Acme as a channel: which request when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, Field, SecretStr

import hub
from hub.http import Api, ApiClient, Budget, HeaderAuth, Response
from hub.scaffold.acme import wire

VERSION = 1
"""Of the checkpoint's shape: a later version of this plugin may meet one that this version wrote."""

GUIDE = hub.RuleSource("https://acme.example/api, Messages", hub.Mark.DOCUMENTED)
TEXT_RULES = hub.TextRules(needs_text=hub.Needed(GUIDE), longest_text=hub.Limit(2_000, GUIDE))
"""What Acme accepts as a message."""


class AcmeSettings(BaseModel):
    """What stands in [channels.NAME] of hub.toml, besides `adapter` and its like."""

    shop: str = Field(min_length=1, description="the name of your shop at Acme")
    token: SecretStr = Field(description="an API token, from Settings > API in Acme's seller account")
    base_url: str = Field("https://api.acme.example", description="where Acme's API is")


class AcmeAdapter(hub.Adapter):
    """Acme, whose tickets hold a conversation with a buyer about an order."""

    key = "acme"
    title = "Acme"
    capabilities = frozenset(
        {hub.Capability.FETCH, hub.Capability.REPLY, hub.Capability.READ_BACK, hub.Capability.DECIDE}
    )
    writes_first = "Open the order in Acme's seller account and choose Contact buyer."
    limits = ("Acme takes no files with a reply",)
    portal_steps = {  # noqa: RUF012  a ClassVar of the base class
        hub.Capability.CLOSE: "Open the ticket in Acme's seller account and choose Solve.",
        hub.Capability.REOPEN: "Open the ticket in Acme's seller account and choose Reopen.",
        hub.Capability.HAND_OVER: "Open the ticket in Acme's seller account and choose Ask Acme for help.",
        hub.Capability.LIST_LATE_ORDERS: "Open Orders in Acme's seller account, choose Late and save the list as CSV.",
        hub.Capability.NOTE: "Write a comment on the ticket in Acme's seller account.",
        hub.Capability.MARK_READ: "Open the ticket in Acme's seller account.",
    }
    personal_fields = frozenset({"subject"})  # the buyer's own words, by a name that `casehub record` would not guess
    tells_when_it_sends = True
    Settings = AcmeSettings

    def open(self, settings: AcmeSettings, tools: hub.Tools) -> hub.Connection:
        """A connection to one shop."""
        return AcmeConnection(settings, tools)

    @classmethod
    def pretend(cls, clock: hub.Clock) -> hub.PretendedPlatform:
        """Acme on this computer, with three buyers' tickets."""
        from hub.scaffold.acme.simulator import with_buyers  # noqa: PLC0415  only the demo pays for the simulator

        return with_buyers(clock)

    def offers(self, case: hub.Case, settings: Any) -> Sequence[hub.Offer]:
        """A refund, while the ticket is open and nobody has decided it: Acme takes one decision for each."""
        del settings
        if not case.is_open or case.decisions:
            return ()
        return (
            hub.Offer(
                hub.ActKind.DECIDE,
                title="Refund",
                effect="Acme pays the buyer back at once and takes the whole price from your next payout.",
                word="refund",
                moves_money=True,
                irreversible=True,
            ),
        )

    def problems_with(self, reply: hub.Reply, case: hub.Case, settings: Any) -> Sequence[str]:
        """What stands against a decision."""
        del case, settings
        return _problems(reply)

    def text_rules(self, case: hub.Case, settings: Any) -> hub.TextRules:
        """Acme's own limits for a text."""
        del case, settings
        return TEXT_RULES


class AcmeConnection(hub.Connection):
    """One shop for one run."""

    def __init__(self, settings: AcmeSettings, tools: hub.Tools) -> None:
        self._settings, self._tools = settings, tools
        self._api: ApiClient = tools.open_api(
            Api(
                settings.base_url,
                auth=HeaderAuth("x-acme-token", settings.token),
                account=settings.shop,
                budgets=(Budget("acme", 60, wire.MINUTE),),
                words_of=_words_of,
            )
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def check(self) -> Iterator[hub.Proof]:
        """Prove that the token opens the shop that is meant."""
        what = f"sign-in as {self._settings.shop}"
        try:
            account = self._api.read("/v1/account").json()
        except hub.AuthenticationFailed as error:
            yield hub.Proof(what, ok=False, detail=str(error), advice="make a new token in Acme's seller account")
        except hub.HubError as error:
            yield hub.Proof(
                what, ok=False, detail=str(error), advice="try again later; nothing is wrong with the token"
            )
        else:
            shop = account.get("shop") if isinstance(account, dict) else None
            advice = "" if shop == self._settings.shop else f"the token is that of the shop {shop!r}"
            yield hub.Proof(what, ok=not advice, advice=advice)

    def fetch(self, checkpoint: hub.Checkpoint | None, open_cases: Sequence[hub.OpenCase]) -> Iterator[hub.Batch]:
        """Every ticket that was changed since the last one read, oldest change first, a page a batch."""
        del open_cases  # a change of any age is listed, so none has to be asked for by itself
        since = checkpoint["since"] if checkpoint else ""
        asked: dict[str, str | int] = {"updated_since": since} if since else {}
        while True:
            page = self._page(asked)
            # Acme lists from the given instant on, so the last ticket read comes again; not even that one is no news.
            if since and not page["tickets"]:
                raise hub.Misunderstood("Acme lists no tickets any more, not even the one that it listed last")
            if not page["tickets"]:
                return
            items = tuple(wire.to_update(ticket) for ticket in page["tickets"])
            since = page["tickets"][-1]["updated_at"]
            yield hub.Batch(items, {"version": VERSION, "since": since})
            if page["next"] is None:
                return
            asked = {"cursor": page["next"]}

    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        """Write a message into the ticket; what Acme would refuse is not even sent."""
        if problems := hub.refusals(reply.text, reply.attachments, TEXT_RULES):
            raise hub.Rejected("; ".join(problems))
        answer = self._api.write("POST", f"/v1/tickets/{case.ref}/messages", json=wire.from_reply(reply)).json()
        return hub.Receipt(answer["id"], wire.instant(answer["sent_at"]))

    def perform(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        """Decide; whatever else a person wants is done in the seller account."""
        act = reply.act
        if act is None or act.kind is not hub.ActKind.DECIDE:
            raise AcmeAdapter.refusal(hub.Capability(act.kind) if act else hub.Capability.DECIDE)
        if problems := _problems(reply):
            raise hub.Rejected("; ".join(problems))
        decided = {"decision": act.word, "client_ref": reply.key}
        answer = self._api.write("POST", f"/v1/tickets/{case.ref}/decision", json=decided).json()
        return hub.Receipt(answer["id"], wire.instant(answer["decided_at"]))

    def find(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt | None:
        """Look for our own key in the ticket; Acme has it there as soon as it has taken a message."""
        ticket = self._api.read(f"/v1/tickets/{case.ref}").json()
        return wire.receipt_in(ticket, reply.key)

    def _page(self, asked: dict[str, str | int]) -> dict[str, Any]:
        page = self._api.read("/v1/tickets", asked).json()
        if not isinstance(page, dict) or not isinstance(page.get("tickets"), list) or "next" not in page:
            raise hub.Misunderstood("Acme answers a request for tickets with something else")
        return page


def _problems(reply: hub.Reply) -> tuple[str, ...]:
    """What Acme does not take; a text that it would drop is refused, because the case would tell that it was sent."""
    if reply.act is not None and reply.text.strip():
        return ("Acme takes no message together with a decision: write it by itself (its API guide, Decisions)",)
    return ()


def _words_of(answer: Response) -> str:
    """Acme's own words for a refusal."""
    try:
        return str(answer.json()["error"])
    except (hub.Misunderstood, KeyError, TypeError):
        return ""
