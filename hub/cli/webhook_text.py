"""Webhooks as text for people: addresses, how they are doing, and their messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hub.cli.safe_text import one_line
from hub.core.webhooks import DeliveryState, Standing

if TYPE_CHECKING:
    from rich.table import Table

    from hub.core.webhooks import Delivery
    from hub.runs.webhooks import EndpointResult

Counts = Mapping[DeliveryState, int]
_STYLES = {DeliveryState.PENDING: "bold yellow", DeliveryState.DELIVERED: "dim", DeliveryState.DEAD: "bold red"}


def endpoint_table(found: Sequence[tuple[Standing, Counts]], now: datetime) -> Table:
    """One line for each address; of the address only the host, for its path may hold a key."""
    from rich.table import Table

    from hub.webhooks_json import host_of

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("id", "host", "waiting", "given up", "state"):
        table.add_column(title, justify="right" if title in ("waiting", "given up") else "left", overflow="fold")
    for standing, counts in found:
        endpoint = standing.endpoint
        waiting, dead = counts.get(DeliveryState.PENDING, 0), counts.get(DeliveryState.DEAD, 0)
        table.add_row(endpoint.id, host_of(endpoint.url), str(waiting), str(dead), state_text(standing, now))
    return table


def state_text(standing: Standing, now: datetime) -> str:
    """How an endpoint is doing, in a few words."""
    from hub.runs.health import in_words

    health = standing.health
    if standing.off:
        return f"off: {one_line(standing.off)}"
    if health.failing_since is not None:
        return f"fails since {in_words(now - health.failing_since)}: {one_line(health.trouble)}"
    return f"took the last one {in_words(now - health.taken_at)} ago" if health.taken_at else "nothing sent yet"


def endpoint_lines(standing: Standing, counts: Counts, now: datetime) -> Iterator[str]:
    """All about one address."""
    endpoint = standing.endpoint
    yield f"{endpoint.id}  {endpoint.url}"
    yield f"    {state_text(standing, now)}"
    yield f"    types: {', '.join(sorted(endpoint.types)) or 'all'}"
    yield f"    channels: {', '.join(sorted(endpoint.channels)) or 'all'}"
    if endpoint.include:
        yield f"    includes: {', '.join(sorted(endpoint.include))}"
    by = f" by {one_line(endpoint.by)}" if endpoint.by else ""
    yield f"    added {endpoint.created_at:%Y-%m-%d %H:%M} UTC{by}; secret no. {endpoint.generation}"
    if endpoint.both_until is not None and now < endpoint.both_until:
        yield f"    the old secret signs as well until {endpoint.both_until:%Y-%m-%d %H:%M} UTC"
    yield "    " + ", ".join(f"{counts.get(state, 0)} {state}" for state in DeliveryState)


def delivery_table(found: Sequence[Delivery], now: datetime) -> Table:
    """One line for each message."""
    from rich.table import Table
    from rich.text import Text

    from hub.runs.health import in_words

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("no.", "state", "type", "case", "age", "tries", "what came of it"):
        table.add_column(title, overflow="fold")
    for delivery in found:
        state = Text(delivery.state, style=_STYLES[delivery.state])
        age = in_words(now - delivery.since)
        said = one_line(delivery.trouble) or (f"HTTP {delivery.status}" if delivery.status else "")
        row = (str(delivery.id), state, delivery.type, delivery.case_number, age, str(delivery.attempts), said)
        table.add_row(*row)
    return table


def webhook_line(result: EndpointResult) -> str:
    """What went wrong with an endpoint in a round."""
    off = f"; it is switched off: {result.off}" if result.off else ""
    return f"webhook {result.endpoint}: {result.trouble}{off}"
