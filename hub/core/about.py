"""Cases that a mail tells of and that lie on another platform than the mailbox it came by."""

from __future__ import annotations

from dataclasses import replace

from hub.core.events import Opened
from hub.core.incoming import IncomingMessage


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
