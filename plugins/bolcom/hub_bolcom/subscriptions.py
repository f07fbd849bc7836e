"""To which addresses bol.com pushes what."""

from __future__ import annotations

from hub import PushSubscription
from hub_bolcom.fields import Fields, as_fields, items, needed


def read_subscriptions(body: object) -> tuple[PushSubscription, ...]:
    """The list of subscriptions."""
    return tuple(map(_subscription, items(as_fields(body, "a list of subscriptions"), "subscriptions")))


def _subscription(body: Fields) -> PushSubscription:
    # Where nothing is said of it, it is switched on: "Defaults to true".
    return PushSubscription(needed(body, "id"), needed(body, "url"), body.get("enabled", True) is not False)
