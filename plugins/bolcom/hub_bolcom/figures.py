"""bol.com's own scores, week by week, as they are sent: nothing is computed from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hub import Figure
from hub_bolcom.fields import Fields, amount, as_fields, count, flag, items, needed, part, text

Indicator = Literal[
    "RESPONSE_TIME",
    "PHONE_AVAILABILITY",
    "CASE_ITEM_RATIO",
    "CANCELLATIONS",
    "FULFILMENT",
    "TRACK_AND_TRACE",
    "RETURNS",
    "REVIEWS",
]

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def today(now: datetime) -> date:
    """The day in bol.com's zone, by whose weeks it counts."""
    return now.astimezone(_AMSTERDAM).date()


def weeks(day: date, how_many: int) -> Iterator[tuple[int, int]]:
    """This ISO week and those before it, as year and week: scores change for a while through corrections."""
    for back in range(how_many):
        year, week, _ = (day - timedelta(weeks=back)).isocalendar()
        yield year, week


def read_figures(body: object) -> tuple[Figure, ...]:
    """The scores of an answer; one without a score has none, which is not zero."""
    return tuple(map(_figure, items(as_fields(body, "performance indicators"), "performanceIndicators")))


def _figure(body: Fields) -> Figure:
    details = part(body, "details")
    period, score, norm = part(details, "period"), part(details, "score"), part(details, "norm")
    least = amount(norm, "value")
    return Figure(
        name=needed(body, "name"),
        period=f"{needed(period, 'year')}-W{needed(period, 'week'):0>2}",
        value=str(amount(score, "value")) if score else "",
        numerator=count(score, "numerator"),
        denominator=count(score, "denominator"),
        norm=f"{text(norm, 'condition')} {least}".strip() if least is not None else "",
        conforms=flag(score, "conforms") if score else None,
    )
