"""A seller's sold items at a pretended Rakuten France, and how it tells of them in XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape

from hub_rakuten.france.answers import PARIS

ACTIONS = ("contactuseraboutitem", "contactusaboutitem", "cancelitem")
UNREAD, READ, SENT = "UNREAD", "READ", "SENT"


@dataclass
class PretendedText:
    """A message between buyer and seller, or a mail of Rakuten's staff where it has an id."""

    sender: str
    recipient: str
    content: str
    at: datetime
    status: str = SENT
    id: str = ""


@dataclass
class PretendedClaim:
    """What a buyer claims."""

    comment: str
    at: datetime
    type: str = "DAMAGED"
    state: str = "NEW"
    amicable: bool = True


@dataclass
class PretendedItem:
    """A sold item."""

    id: str
    buyer: str
    sold_at: datetime
    status: str = "ACCEPTED"
    claim: PretendedClaim | None = None
    actions: tuple[str, ...] = ACTIONS
    messages: list[PretendedText] = field(default_factory=list)
    mails: list[PretendedText] = field(default_factory=list)
    log: list[tuple[datetime, str]] = field(default_factory=list)

    def is_answered(self) -> bool:
        """Whether the seller has written since the claim."""
        return self.claim is None or any(one.sender != self.buyer and one.at >= self.claim.at for one in self.messages)

    def cancel(self, at: datetime, code: str) -> None:
        """End the sale."""
        self.status, self.actions = "CANCELLED", ("contactusaboutitem",)
        self.log.append((at, code))

    @property
    def causes(self) -> Iterator[str]:
        """Why it is on the work list, if it is: a claim until it is settled, a message until it is read."""
        if self.claim is not None and self.status != "CANCELLED":
            yield "CLAIM"
        if any(mail.status == UNREAD for mail in self.mails):
            yield "UNREAD_MESSAGE_FROM_CUSTOMER_SERVICE"
        if any(message.status == UNREAD for message in self.messages):
            yield "UNREAD_MESSAGE_FROM_BUYER"

    def read(self) -> None:
        """Count everything as read, as looking at an item does."""
        for one in (*self.messages, *self.mails):
            one.status = READ if one.status == UNREAD else one.status


def document(root: str, response: str, version: str, namespace: str) -> bytes:
    """An answer, in the charset that Rakuten France still writes; what it lacks stands as a reference."""
    body = f"<response><lastversion>{version}</lastversion>{response}</response>"
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    space = f' xmlns="{namespace}"' if namespace else ""
    return f"{head}<{root}{space}>{body}</{root}>".encode("iso-8859-1", "xmlcharrefreplace")


def error(code: str, message: str, details: Iterable[str] = ()) -> bytes:
    """An error, which has a root of its own."""
    told = "".join(_element("detail", detail) for detail in details)
    inner = f"<type>Sender</type>{_element('code', code)}{_element('message', message)}<details>{told}</details>"
    document_ = f'<?xml version="1.0" encoding="ISO-8859-1"?><errorresponse><error>{inner}</error></errorresponse>'
    return document_.encode("iso-8859-1", "xmlcharrefreplace")


def work_list(items: Iterable[PretendedItem]) -> str:
    """What getitemtodolist lists."""
    return f"<items>{''.join(map(_waiting, items))}</items>"


def item_told(item: PretendedItem) -> str:
    """What getiteminfos tells."""
    parts = [
        _element("itemid", item.id),
        _element("date", _written(item.sold_at)),
        _element("itemstatus", item.status),
        _element("itemstate", "CLAIMED_AMICABLE" if item.claim else ""),
        _element("itemstatelabel", "Réclamation à l'amiable" if item.claim else "Vente confirmée"),
        _element("paymentstatus", "PENDING"),
        _claim_told(item.claim),
        "<availableactions>",
        *(f"<action>{_element('actioncode', action)}</action>" for action in item.actions),
        "</availableactions>",
        *(_logged(at, code) for at, code in item.log),
        *(_text_told("mail", mail) for mail in item.mails),
        *(_text_told("message", message) for message in item.messages),
    ]
    return f"<item>{''.join(parts)}</item>"


def _waiting(item: PretendedItem) -> str:
    causes = "".join(_element("cause", cause) for cause in item.causes)
    return f"<item>{_element('itemid', item.id)}<causes>{causes}</causes></item>" if causes else ""


def _claim_told(claim: PretendedClaim | None) -> str:
    if claim is None:
        return ""
    parts = [
        _element("creationdate", _written(claim.at)),
        _element("type", claim.type),
        _element("state", claim.state),
        _element("amicable", "Y" if claim.amicable else "N"),
        _element("claimcomment", claim.comment),
    ]
    return f"<claim>{''.join(parts)}</claim>"


def _logged(at: datetime, code: str) -> str:
    return f"<itemlog>{_element('creationdate', _written(at))}{_element('itemlogcode', code)}</itemlog>"


def _text_told(kind: str, one: PretendedText) -> str:
    parts = [
        _element("mailid", one.id) if one.id else "",
        _element("senddate", _written(one.at)),
        _element("sender", one.sender),
        _element("recipient", one.recipient),
        _element("object", "Votre vente") if one.id else "",
        _element("content", one.content),
        _element("status", one.status),
    ]
    return f"<{kind}>{''.join(parts)}</{kind}>"


def _element(name: str, content: str) -> str:
    """An element, its text padded as the real ones are."""
    return f"<{name}>\n      {escape(content, {chr(13): '&#13;'})}\n    </{name}>"


def _written(at: datetime) -> str:
    return at.astimezone(PARIS).strftime("%d/%m/%Y-%H:%M")
