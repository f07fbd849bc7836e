"""Which charts stand above which table of the overview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from babel.dates import format_datetime
from markupsafe import Markup

from hub.core.model import Money
from hub.core.statistics import ALL
from hub.statistics import HORIZON, STEP
from hub.web.charts import Caption, Row, Series, columns, line, rows
from hub.web.overview_tables import percent, period_name, type_name

if TYPE_CHECKING:
    from hub.statistics import Statistics
    from hub.web.site import Here

MOST_ROWS = 10
"""How many bars a list has."""


class Drawn(NamedTuple):
    """A chart, what it is called, and the names of its colours where it has several."""

    title: str
    svg: Markup
    legend: Sequence[tuple[str, str]] = ()


def charts_of(found: Statistics, name: str, here: Here) -> Sequence[Drawn]:
    """The charts of one table; none where there is nothing to draw."""
    draw = _CHARTS.get(name)
    return [] if draw is None else draw(found, here)


def _caption(here: Here, key: str, title: str) -> Caption:
    return Caption(key, title, here.words("overview.chart_description"))


def _number(here: Here) -> Callable[[float], str]:
    return here.formats.number


def _risk(found: Statistics, here: Here) -> list[Drawn]:
    """One field a currency: amounts of two of them have no axis in common."""
    steps = HORIZON // STEP
    names = [_weekday(here, found.now + place * STEP) for place in range(steps)]
    drawn = []
    for currency in sorted({one.currency for one in found.risk if one.currency}):
        values = [0.0] * steps
        for one in found.risk:
            if one.currency == currency and one.amount is not None:
                values[(one.since - found.now) // STEP] += float(one.amount)
        title = f"{here.words('overview.table_risk')}, {currency}"
        caption = _caption(here, f"risk-{currency.lower()}", title)
        drawn.append(Drawn(title, columns(caption, names, [Series("", values, "bad")], _money(here, currency))))
    return drawn


def _money(here: Here, currency: str) -> Callable[[float], str]:
    return lambda value: here.formats.money(Money(Decimal(str(round(value, 2))), currency))


def _weekday(here: Here, at: datetime) -> str:
    """An instant of the next days, short enough for an axis on a phone."""
    formats = here.formats
    return str(format_datetime(at.astimezone(formats.zone), "EEE HH:mm", locale=formats.locale))


def _answer_times(found: Statistics, here: Here) -> list[Drawn]:
    told = [
        Row(
            one.channel or here.words("overview.all_channels"),
            one.median or 0,
            "two" if one.channel == ALL else "one",
            note=f"/ {here.formats.span(one.p90 or 0)}",
        )
        for one in found.answer_times
    ]
    return _list(here, "answer_times", told, here.formats.span)


def _in_time(found: Statistics, here: Here) -> list[Drawn]:
    told = [
        Row(
            f"{one.channel} · {here.words.maybe(f'overview.clock_{one.clock}', one.clock)} · {one.rule}",
            float(one.share),
            note=f"({one.met}/{one.met + one.late})",
        )
        for one in found.in_time
        if one.share is not None
    ]
    return _list(here, "in_time", told, lambda share: percent(here, share), top=1)


def _over_time(found: Statistics, here: Here) -> list[Drawn]:
    names = [period_name(here, one.period) for one in found.over_time]
    answers = [
        Series(here.words(f"overview.col_{name}"), [getattr(one, name) for one in found.over_time], look)
        for name, look in (("met", "good"), ("late", "bad"), ("undecided", "faint"))
    ]
    opened = [Series("", [one.opened for one in found.over_time])]
    shares = [None if one.share is None else float(one.share) for one in found.over_time]
    if not any((one.opened, one.met, one.late, one.undecided) != (0, 0, 0, 0) for one in found.over_time):
        return []
    titles = {key: here.words(f"overview.chart_{key}") for key in ("opened", "answers", "share")}
    by_key = {key: _caption(here, key, title) for key, title in titles.items()}
    return [
        Drawn(titles["opened"], columns(by_key["opened"], names, opened, _number(here))),
        Drawn(
            titles["answers"],
            columns(by_key["answers"], names, answers, _number(here)),
            [(one.look, one.name) for one in answers],
        ),
        Drawn(titles["share"], line(by_key["share"], names, shares, lambda share: percent(here, share))),
    ]


def _channels(found: Statistics, here: Here) -> list[Drawn]:
    return _list(here, "channels", [Row(one.channel, one.opened) for one in found.channels], _number(here))


def _types(found: Statistics, here: Here) -> list[Drawn]:
    counted: Counter[str] = Counter()
    for one in found.types:
        counted[one.type] += one.cases
    told = [Row(type_name(here, kind), cases) for kind, cases in counted.most_common()]
    return _list(here, "types", told, _number(here))


def _causes(found: Statistics, here: Here) -> list[Drawn]:
    counted: Counter[str] = Counter()
    for one in found.causes:
        counted[one.cause] += one.cases
    return _list(here, "causes", [Row(cause, cases) for cause, cases in counted.most_common()], _number(here))


def _products(found: Statistics, here: Here) -> list[Drawn]:
    told = [Row(one.title or one.sku, one.at_once, "bad" if one.alarming else "one") for one in found.products]
    return _list(here, "products", told, _number(here))


def _batches(found: Statistics, here: Here) -> list[Drawn]:
    told = [
        Row(f"{one.batch} · {one.title or one.sku}", one.at_once, "bad" if one.alarming else "one")
        for one in found.batches
    ]
    return _list(here, "batches", told, _number(here))


def _ratings(found: Statistics, here: Here) -> list[Drawn]:
    told = [
        Row(one.channel, float(one.share), "good", note=f"({one.up}/{one.up + one.down})")
        for one in found.ratings
        if one.share is not None
    ]
    return _list(here, "ratings", told, lambda share: percent(here, share), top=1)


def _scores(found: Statistics, here: Here) -> list[Drawn]:
    told = [
        Row(
            f"{one.channel} · {one.measure}",
            float(one.share),
            "bad" if one.reached is False else "good",
            mark=None if one.line is None else float(one.line),
            note="" if one.line is None else f"/ {percent(here, one.line)}",
        )
        for one in found.scores
        if one.share is not None
    ]
    return _list(here, "scores", told, lambda share: percent(here, share), top=1)


def _list(here: Here, name: str, told: Sequence[Row], written: Callable[[float], str], top: float = 0) -> list[Drawn]:
    caption = _caption(here, name, here.words(f"overview.table_{name}"))
    return [Drawn(caption.title, rows(caption, told[:MOST_ROWS], written, top))] if told else []


_CHARTS: dict[str, Callable[[Statistics, Here], list[Drawn]]] = {
    "risk": _risk,
    "answer_times": _answer_times,
    "in_time": _in_time,
    "over_time": _over_time,
    "channels": _channels,
    "types": _types,
    "causes": _causes,
    "products": _products,
    "batches": _batches,
    "ratings": _ratings,
    "scores": _scores,
}
