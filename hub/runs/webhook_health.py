"""How the endpoints of webhooks are doing, for `status` and whoever else shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hub.core.webhook_ports import WebhookStore
from hub.core.webhooks import DeliveryState, Standing
from hub.runs.health import Remark, in_words

ALARMING = timedelta(hours=1)
"""An endpoint that took nothing for so long is an alarm."""


def webhook_remarks(store: WebhookStore, now: datetime) -> Iterator[Remark]:
    """What is to be said of each endpoint: that it was switched off, fails, or that messages were given up."""
    for standing in store.standings():
        name, health = standing.endpoint.id, standing.health
        if _was_given_up(standing):
            yield Remark(f"webhook {name} is switched off: {standing.off}; `casehub webhook resume {name}`")
        elif standing.off:
            yield Remark(f"webhook {name} is switched off: {standing.off}", alarm=False)
        elif health.failing_since is not None:
            ago = in_words(now - health.failing_since)
            text = f"webhook {name} has taken nothing for {ago}: {health.trouble}"
            yield Remark(text, alarm=now - health.failing_since >= ALARMING)
        if dead := store.counts(name).get(DeliveryState.DEAD, 0):
            messages = "1 message was" if dead == 1 else f"{dead} messages were"
            yield Remark(f"webhook {name}: {messages} given up: `casehub webhook dead {name}`", alarm=False)


def _was_given_up(standing: Standing) -> bool:
    """Whether casehub itself switched it off, and no person."""
    return bool(standing.off) and not standing.off.endswith("switched it off")
