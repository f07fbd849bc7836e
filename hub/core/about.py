"""Cases that a mail tells of and that lie on another platform than the mailbox it came by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.core.events import FactsLearnt, Opened
from hub.core.incoming import IncomingMessage
from hub.core.model import Author, Case, CaseType, Order, Party

_WORDS = ("type_raw", "url", "market", "marketplace")


def opened_about(opened: Opened, incoming: IncomingMessage) -> Opened:
    """The opening with what the mail tells of the platform's case."""
    about = incoming.about
    if about is None:
        return opened
    return replace(
        opened,
        type_raw=about.type_raw,
        url=about.url,
        market=about.market,
        marketplace=about.marketplace,
        about=about,
    )


def filled_in(case: Case, incoming: IncomingMessage, order: Order | None = None) -> FactsLearnt | None:
    """What a later mail tells of the platform's case and nobody has told yet; nothing that is known is changed."""
    about, message = incoming.about, incoming.message
    if about is None or case.about is None:
        return None
    told: dict[str, Any] = {name: getattr(about, name) for name in _WORDS if not getattr(case, name)}
    if message.author is Author.CUSTOMER and case.customer == Party():
        told["customer"] = message.sender
    if case.order is None:
        told["order"] = order
    if case.type_told is CaseType.UNKNOWN and incoming.type is not CaseType.UNKNOWN:
        told["type"] = incoming.type
    news = {name: value for name, value in told.items() if value}
    return FactsLearnt(**news) if news else None
