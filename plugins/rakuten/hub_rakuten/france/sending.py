"""Writing to a buyer or to Rakuten's own staff, and cancelling a sale, where Rakuten France offers it for the item."""

from __future__ import annotations

from datetime import timedelta

from hub import (
    Act,
    ActKind,
    Author,
    Capability,
    Case,
    Direction,
    Limit,
    Mark,
    Needed,
    Receipt,
    Rejected,
    Reply,
    RuleSource,
    TextRules,
    Tools,
    Unavailable,
    Uncertain,
    Unsupported,
    refusals,
)
from hub_rakuten.france import wire
from hub_rakuten.france.service import Service
from hub_rakuten.france.settings import FranceSettings
from hub_rakuten.france.texts import item_id, next_outbound_ref, plain

_CONTENT = "https://ws.fr.shopping.rakuten.com/sales_ws, parameter content"
RULES = TextRules(
    needs_text=Needed(RuleSource(_CONTENT, Mark.INFERRED)),
    # No limit is published; this one is that of Rakuten Ichiba.
    longest_text=Limit(2000, RuleSource(_CONTENT, Mark.ASSUMED)),
)
"""What Rakuten France accepts as a message to a buyer or to its own staff."""

PORTAL = {
    Capability.HAND_OVER: "Rakuten's customer service takes a claim over by itself; answer it in your seller account.",
    Capability.CLOSE: "End the claim in your seller account, by what you agreed with the buyer.",
    Capability.REOPEN: "An ended claim cannot be opened again; write to Rakuten's customer service.",
    Capability.LIST_LATE_ORDERS: "In your seller account, look through the sales that you have not sent.",
    Capability.MARK_READ: "Messages count as read once casehub has read them.",
}
"""What a person does where no program can."""

WHERE_NOT_OFFERED = {
    wire.TO_BUYER: "Look at the item in your seller account: it says what can be written there, and to whom.",
    wire.TO_RAKUTEN: "Write to Rakuten's customer service from your seller account.",
    wire.CANCEL: "Cancel or refund the sale in your seller account, where Rakuten France lets you.",
}
"""What a person does where Rakuten does not offer an action for the item."""

_WHY_CANCELLED = "Annulation par le vendeur"
"""The comment that a cancellation has to have."""
_EARLIER = timedelta(minutes=3)  # the instants of messages are known to the minute


class NewsFirst(Unavailable):
    """An item has something that nobody has read, and reading it here would take that off the work list unseen."""


class Sending:
    """What this account does at Rakuten France on a person's word."""

    def __init__(self, settings: FranceSettings, tools: Tools, service: Service) -> None:
        self._settings, self._tools, self._service = settings, tools, service

    def reply(self, reply: Reply, case: Case) -> Receipt:
        """Write to the buyer."""
        self._refuse_what_breaks_rules(reply)
        self._require(wire.TO_BUYER, case)
        ref = next_outbound_ref(case, reply.text)
        self._do(wire.TO_BUYER, "SENT", case, content=reply.text)
        return Receipt(ref, self._tools.clock.now())

    def act(self, reply: Reply, act: Act, case: Case) -> Receipt:
        """Write to Rakuten's customer service, or cancel the sale."""
        if act.kind is ActKind.NOTE:
            return self._write_to_rakuten(reply, case)
        if act.kind is ActKind.DECIDE and act.word == wire.CANCEL:
            self._refuse_what_breaks_rules(reply)
            self._require(wire.CANCEL, case)
            self._do(wire.CANCEL, wire.CANCELLED, case, comment=_WHY_CANCELLED)
            return Receipt(f"{item_id(case.ref)}:cancelled", self._tools.clock.now())
        raise Unsupported(f"Rakuten France has no decision {act.word!r}", WHERE_NOT_OFFERED[wire.CANCEL])

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Look for it in the item; what is not there is never surely absent, and money least of all."""
        try:
            item = self._item(case)
        except NewsFirst as news:  # it can be looked for once that is read, and no other reply waits for it
            raise Uncertain(str(news)) from news
        if reply.act is not None and reply.act.kind is ActKind.DECIDE:
            if item.status.upper() == wire.CANCELLED:
                return Receipt(f"{item.id}:cancelled", self._tools.clock.now())
            raise Uncertain("the sale is not cancelled yet; look in the seller account before you try again")
        is_mail = reply.act is not None
        known = {key for m in case.messages if m.from_outbox for key in m.thread_keys}
        for one in reversed(item.written):
            same = one.is_ours and one.is_mail is is_mail and plain(one.text) == plain(reply.text)
            if same and one.at >= reply.written_at - _EARLIER and one.ref not in known:
                return Receipt(one.ref, one.at)
        raise Uncertain(f"Rakuten France does not show it for item {item.id}; look in the seller account")

    def _write_to_rakuten(self, reply: Reply, case: Case) -> Receipt:
        self._refuse_what_breaks_rules(reply)
        self._require(wire.TO_RAKUTEN, case)
        mails = [m for m in case.messages if m.author is Author.PLATFORM and m.direction is Direction.NOTE]
        answered = {"mailparentid": mails[-1].ref.rpartition(":")[2]} if mails else {}
        ref = next_outbound_ref(case, reply.text, to_rakuten=True)
        self._do(wire.TO_RAKUTEN, "SENT", case, content=reply.text, **answered)
        return Receipt(ref, self._tools.clock.now())

    def _do(self, action: str, done: str, case: Case, **parameters: str) -> None:
        told = self._service.write(action, itemid=item_id(case.ref), **parameters)
        if told != done:
            raise Uncertain(f"Rakuten France answers {action} with {told[:40] or 'no status'!r} and not with {done}")

    def _require(self, action: str, case: Case) -> None:
        """Refuse what Rakuten does not offer for the item, and ask it only where that is not known to be so."""
        if action in (offered_in(case) or ()) or action in self._item(case).actions:
            return
        raise Unsupported(f"Rakuten France does not offer {action} for this item now", WHERE_NOT_OFFERED[action])

    def _item(self, case: Case) -> wire.Item:
        """The item as it is now, unless it is on the work list for news: whatever is read here is stored nowhere."""
        number = item_id(case.ref)
        listed = wire.todo_of(self._service.read("getitemtodolist"))
        if any(one.item == number and one.has_news for one in listed):
            raise NewsFirst(
                f"something new was written about item {number}; the next `casehub sync` has to read it first"
            )
        root = self._service.read("getiteminfos", itemid=number)
        return wire.item_of(root, self._settings.own_names)

    def _refuse_what_breaks_rules(self, reply: Reply) -> None:
        texts = refusals(reply.text, (), RULES) if reply.act is None else []
        if problems := [*texts, *problems_with(reply)]:
            raise Rejected("; ".join(problems))


def problems_with(reply: Reply) -> list[str]:
    """Why Rakuten France would not take a reply or an act, besides its rules for texts to a buyer."""
    found = []
    if reply.act is not None and reply.act.kind is ActKind.DECIDE and reply.text.strip():
        # It would be told in the case as if the buyer had it.
        found.append("nobody tells who reads a text with a cancellation: write to the buyer by itself (assumed)")
    if reply.act is not None and reply.act.kind is ActKind.NOTE:
        found += refusals(reply.text, (), RULES)
    if reply.attachments:
        found.append("Rakuten France takes no files from a program; add them in the seller account")
    return found


def offered_in(case: Case) -> frozenset[str] | None:
    """What Rakuten offered for the item when its newest message was read, None where nobody knows."""
    told = next((m.extra["actions"] for m in reversed(case.messages) if "actions" in m.extra), None)
    return None if told is None else frozenset(told.split())
