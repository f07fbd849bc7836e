"""Which products and batches customers complain of, and where several of them do so at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.core.counting import Concern
from hub.core.model import CaseType, from_epoch
from hub.core.ranges import week_name

CLAIMS = frozenset({CaseType.RETURN, CaseType.COMPLAINT, CaseType.MISSING_ITEM})
"""The types of cases in which something may be wrong with the goods themselves."""

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Several:
    """From how many claims within which time on they are a reason to look at the stock."""

    claims: int = 3
    within: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ProductFigure:
    """The claims on one product, known by its SKU, else by its title; `at_once` is the most within the window.

    `alarming` says that these are several; `numbers` has the newest cases.
    """

    sku: str
    title: str
    claims: int
    at_once: int
    alarming: bool
    first: datetime
    last: datetime
    channels: tuple[str, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatchFigure:
    """The claims on one batch: one that a person named, or (`inferred`) one product in the orders of one week."""

    batch: str
    inferred: bool
    sku: str
    title: str
    claims: int
    at_once: int
    alarming: bool
    first: datetime
    last: datetime
    numbers: tuple[str, ...]


def by_product(concerns: Iterable[Concern], several: Several) -> tuple[ProductFigure, ...]:
    """The products of claims: the alarming ones first, then those with the most claims.

    A case about several products counts for each of them, and once for a product that stands on two lines.
    """
    groups = _grouped(concerns, product_key)
    return tuple(sorted((_product(rows, several) for rows in groups), key=_worst_first))


def by_batch(concerns: Iterable[Concern], several: Several, zone: str) -> tuple[BatchFigure, ...]:
    """The batches of claims, in the same order.

    What a person named is a batch whatever the products. What nobody named is only inferred: one product that was
    ordered in one week (of this zone) is likely to come from one delivery. A claim may count for both.
    """
    rows = list(concerns)
    named = _grouped(rows, lambda row: row.batch.casefold())
    inferred = _grouped(rows, lambda row: _delivery(row, zone))
    found = [_batch(group, group[-1].batch, several, inferred=False) for group in named]
    found += [_batch(group, _week_of(group[0], zone), several, inferred=True) for group in inferred if len(group) > 1]
    return tuple(sorted(found, key=_worst_first))


def most_within(instants: Iterable[int], within: timedelta) -> int:
    """The most of the instants that lie no further apart than so long."""
    found = sorted(instants)
    length, first, most = int(within.total_seconds()), 0, 0
    for last, instant in enumerate(found):
        while instant - found[first] > length:
            first += 1
        most = max(most, last - first + 1)
    return most


def product_key(row: Concern) -> str:
    """What a product is known by on every channel: its SKU, else its title; capitals do not matter."""
    return f"sku {row.sku.casefold()}" if row.sku else row.title.casefold()


def _delivery(row: Concern, zone: str) -> tuple[str, str] | None:
    return None if row.ordered is None or not product_key(row) else (product_key(row), _week_of(row, zone))


def _week_of(row: Concern, zone: str) -> str:
    return "" if row.ordered is None else week_name(datetime.fromtimestamp(row.ordered, ZoneInfo(zone)).date())


def _grouped(rows: Iterable[Concern], key: Callable[[Concern], Hashable]) -> list[Sequence[Concern]]:
    """The rows that have a key by it, of each case one, oldest first."""
    groups: dict[Hashable, dict[str, Concern]] = defaultdict(dict)
    for row in rows:
        found = key(row)
        if found not in (None, ""):
            groups[found].setdefault(row.case_number, row)
    return [sorted(group.values(), key=lambda row: row.opened) for group in groups.values()]


def _product(rows: Sequence[Concern], several: Several) -> ProductFigure:
    at_once = most_within((row.opened for row in rows), several.within)
    return ProductFigure(
        sku=rows[-1].sku,
        title=_commonest(row.title for row in rows),
        claims=len(rows),
        at_once=at_once,
        alarming=at_once >= several.claims,
        first=from_epoch(rows[0].opened),
        last=from_epoch(rows[-1].opened),
        channels=tuple(sorted({row.channel for row in rows})),
        numbers=_newest(rows),
    )


def _batch(rows: Sequence[Concern], batch: str, several: Several, *, inferred: bool) -> BatchFigure:
    at_once = most_within((row.opened for row in rows), several.within)
    return BatchFigure(
        batch=batch,
        inferred=inferred,
        sku=_commonest(row.sku for row in rows),
        title=_commonest(row.title for row in rows),
        claims=len(rows),
        at_once=at_once,
        alarming=at_once >= several.claims,
        first=from_epoch(rows[0].opened),
        last=from_epoch(rows[-1].opened),
        numbers=_newest(rows),
    )


def _newest(rows: Sequence[Concern]) -> tuple[str, ...]:
    return tuple(row.case_number for row in rows[: -_MOST_NAMED - 1 : -1])


def _commonest(texts: Iterable[str]) -> str:
    counted = Counter(filter(None, texts))
    return max(counted, key=lambda text: (counted[text], text), default="")


def _worst_first(figure: ProductFigure | BatchFigure) -> tuple[bool, int, int, float, str]:
    return not figure.alarming, -figure.at_once, -figure.claims, -figure.last.timestamp(), figure.title
