"""What bol.com pushes: that a process has ended, so that nobody need ask for what became of a decision."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hub import Misunderstood, Push, Pushes, PushRequest, PushSubscription, Tools
from hub_bolcom.api import api_of
from hub_bolcom.fields import as_fields, instant, needed, part, text
from hub_bolcom.retailer import Retailer
from hub_bolcom.settings import BolSettings
from hub_bolcom.signatures import read_keys, read_signature, require_good, require_library

PROCESS_STATUS = "PROCESS_STATUS"
"""What casehub subscribes to. bol.com pushes nothing of returns or customers' questions: those are read."""

_ENDED = frozenset({"SUCCESS", "FAILURE", "TIMEOUT"})


class BolPushes(Pushes):
    """The pushes to one account."""

    def __init__(self, settings: BolSettings, tools: Tools) -> None:
        require_library()
        self._settings, self._tools = settings, tools
        self._opened: Retailer | None = None

    def close(self) -> None:
        """Close every connection."""
        if self._opened is not None:
            self._opened.close()

    def keys(self) -> str:
        """The keys by which bol.com signs."""
        return read_keys(self._retailer.signature_keys())

    def read(self, request: PushRequest, keys: str) -> Push:
        """What a push is about, once its signature is found good."""
        require_good(read_signature(request.headers.get("signature", "")), request.body, keys)
        return read_push(request.body)

    def subscriptions(self) -> Sequence[PushSubscription]:
        """To which addresses bol.com pushes."""
        return self._retailer.subscriptions()

    def subscribe(self, url: str) -> None:
        """Let bol.com push to an address; one that it had switched off is switched on again."""
        known = next((one for one in self.subscriptions() if one.url == url), None)
        if known is None or not known.is_on:
            self._retailer.subscribe(url, [PROCESS_STATUS], known.id if known else "")

    def unsubscribe(self, name: str) -> None:
        """End a subscription."""
        self._retailer.unsubscribe(name)

    @property
    def _retailer(self) -> Retailer:
        if self._opened is None:
            self._opened = Retailer(self._tools.open_api(api_of(self._settings)), self._settings)
        return self._opened


def read_push(body: bytes) -> Push:
    """What a body says; bol.com's page writes `timestamp`, what is really received has `timeStamp`."""
    try:
        whole = as_fields(json.loads(body), "a push")
    except (ValueError, RecursionError):
        raise Misunderstood("what bol.com pushed is not JSON that can be read") from None
    instant(whole, "timeStamp" if "timeStamp" in whole else "timestamp")
    event = part(whole, "event")
    resource, kind = needed(event, "resource"), text(event, "type")
    ended = resource == PROCESS_STATUS and kind in _ENDED
    return Push(f"{resource} {kind}".strip(), (needed(event, "resourceId"),) if ended else ())
