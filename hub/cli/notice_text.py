"""A list of late orders on the screen and as JSON, with what each customer shall read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub.cli.due_text import local_time
from hub.cli.safe_text import clean, one_line

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hub.core.late_orders import LateOrder, Told
    from hub.runs.notices import DelayNotice


def table_of(notices: Sequence[DelayNotice], now: datetime, zone: str) -> RenderableType:
    """Order, customer, how late, product, and where the notice goes."""
    from rich.table import Table

    table = Table("order", "channel", "customer", "late", "product", "notice", box=None, header_style="bold")
    for notice in notices:
        order = notice.order
        table.add_row(
            one_line(order.number),
            order.channel,
            one_line(order.customer.name),
            lateness(order, now),
            one_line(order.products)[:40],
            where(notice, now, zone),
        )
    return table


def lateness(order: LateOrder, now: datetime) -> str:
    """How late an order is, in days of the calendar."""
    days = order.days_late(now)
    return "today" if days < 1 else "1 day" if days == 1 else f"{days} days"


def where(notice: DelayNotice, now: datetime, zone: str) -> str:
    """Where the notice goes, or that somebody was told."""
    if notice.told is not None:
        at = local_time(notice.told.at, now, zone)
        return f"told {at} in {notice.told.case}" if notice.told.case else f"exported {at}"
    return f"{notice.case}{' !' if notice.unanswered else ''}" if notice.case else "export"


def remarks(notices: Sequence[DelayNotice], steps: Mapping[str, str]) -> Iterator[str]:
    """What a person should know of the list: what a notice would answer, and why others cannot be sent."""
    if any(notice.can_be_sent and notice.unanswered for notice in notices):
        yield "! The customer waits for an answer in this case, and a notice counts as one: look at it first."
    seen: dict[tuple[str, str], None] = {}
    for notice in notices:
        channel = notice.order.channel
        if notice.to_export and (channel, notice.why) not in seen:
            seen[channel, notice.why] = None
            yield f"{channel}: cannot be sent: {one_line(notice.why)}."
    for channel in dict.fromkeys(channel for channel, _ in seen):
        if steps.get(channel):
            yield f"{channel}: what a person does: {one_line(steps[channel])}"


def draft_lines(notice: DelayNotice, now: datetime, zone: str) -> Iterator[str]:
    """What the customer of one order would read."""
    yield f"\n{one_line(notice.order.number)} on {notice.order.channel} ({notice.language}): {where(notice, now, zone)}"
    yield ""
    yield from (f"  {line}".rstrip() for line in clean(notice.text).split("\n"))


def notice_json(notice: DelayNotice, steps: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """A notice for programs."""
    order = notice.order
    return {
        "order": order.number,
        "channel": order.channel,
        "customer": order.customer.name,
        "promised": order.promised.value,
        "due": order.due_on,
        "told_as": order.told_as,
        "days_late": order.days_late(now),
        "product": order.products,
        "new_date": notice.expected_on,
        "language": notice.language,
        "case": notice.case or None,
        "unanswered": notice.unanswered,
        "why": notice.why,
        "what_to_do": "" if notice.case else steps.get(order.channel, ""),
        "url": order.url,
        "told": _told_json(notice.told),
        "text": notice.text,
    }


def _told_json(told: Told | None) -> dict[str, Any] | None:
    return None if told is None else {"at": told.at, "case": told.case or None, "reply": told.key or None}
