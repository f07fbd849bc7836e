"""Which products and batches customers complain of, and where several of them do so at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hub.core.counting import Claim, Concern
from hub.core.model import CaseType, from_epoch
from hub.core.ranges import week_name

CLAIMS = frozenset({CaseType.RETURN, CaseType.COMPLAINT, CaseType.MISSING_ITEM})
"""The types of cases in which something may be wrong with the goods themselves."""

_MOST_NAMED = 20
_QUARTER = 900


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
    groups: dict[str, _Group] = defaultdict(_Group)
    for concern in concerns:
        if key := product_key(concern):
            groups[key].add(concern, concern.claims)
    return tuple(sorted((_product(group, several) for group in groups.values()), key=_worst_first))


def by_batch(concerns: Iterable[Concern], several: Several, zone: str) -> tuple[BatchFigure, ...]:
    """The batches of claims, in the same order.

    What a person named is a batch whatever the products. What nobody named is only inferred: one product that was
    ordered in one week (of this zone) is likely to come from one delivery. A claim may count for both.
    """
    week_of = _weeks(zone)
    named: dict[str, _Group] = defaultdict(_Group)
    inferred: dict[tuple[str, str], _Group] = defaultdict(_Group)
    for concern in concerns:
        if concern.batch:
            named[concern.batch.casefold()].add(concern, concern.claims)
        by_week: dict[str, list[Claim]] = defaultdict(list)
        for claim in concern.claims if product_key(concern) else ():
            if claim.ordered is not None:
                by_week[week_of(claim.ordered)].append(claim)
        for week, claims in by_week.items():
            inferred[product_key(concern), week].add(concern, claims)
    found = [_batch(group, group.name(group.batches), several, inferred=False) for group in named.values()]
    several_cases = ((week, group) for (_, week), group in inferred.items() if len(group.claims) > 1)
    found += [_batch(group, week, several, inferred=True) for week, group in several_cases]
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


def product_key(concern: Concern) -> str:
    """What a product is known by on every channel: its SKU, else its title; capitals do not matter."""
    return f"sku {concern.sku.casefold()}" if concern.sku else concern.title.casefold()


@dataclass(slots=True)
class _Group:
    """What belongs together: each case once, by its number, and how often each name of it was told."""

    claims: dict[str, Claim] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    skus: Counter[str] = field(default_factory=Counter)
    titles: Counter[str] = field(default_factory=Counter)
    batches: Counter[str] = field(default_factory=Counter)

    def add(self, concern: Concern, claims: Sequence[Claim]) -> None:
        self.claims.update((claim.case_number, claim) for claim in claims)
        self.channels.add(concern.channel)
        for counted, name in ((self.skus, concern.sku), (self.titles, concern.title), (self.batches, concern.batch)):
            counted[name] += len(claims)

    def name(self, counted: Counter[str]) -> str:
        """The commonest of the names."""
        return max(filter(None, counted), key=lambda text: (counted[text], text), default="")

    @property
    def newest(self) -> tuple[str, ...]:
        """The numbers of the newest cases."""
        some = sorted(self.claims.values(), reverse=True, key=lambda claim: (claim.opened, claim.case_number))
        return tuple(claim.case_number for claim in some[:_MOST_NAMED])


def _product(group: _Group, several: Several) -> ProductFigure:
    instants = [claim.opened for claim in group.claims.values()]
    at_once = most_within(instants, several.within)
    return ProductFigure(
        sku=group.name(group.skus),
        title=group.name(group.titles),
        claims=len(instants),
        at_once=at_once,
        alarming=at_once >= several.claims,
        first=from_epoch(min(instants)),
        last=from_epoch(max(instants)),
        channels=tuple(sorted(group.channels)),
        numbers=group.newest,
    )


def _batch(group: _Group, batch: str, several: Several, *, inferred: bool) -> BatchFigure:
    instants = [claim.opened for claim in group.claims.values()]
    at_once = most_within(instants, several.within)
    return BatchFigure(
        batch=batch,
        inferred=inferred,
        sku=group.name(group.skus),
        title=group.name(group.titles),
        claims=len(instants),
        at_once=at_once,
        alarming=at_once >= several.claims,
        first=from_epoch(min(instants)),
        last=from_epoch(max(instants)),
        numbers=group.newest,
    )


def _weeks(zone: str) -> Callable[[int], str]:
    """The name of the week of an instant; of many orders few quarters are asked for, and within one no date begins."""
    place = ZoneInfo(zone)

    @cache
    def of_quarter(quarter: int) -> str:
        return week_name(datetime.fromtimestamp(quarter * _QUARTER, place).date())

    return lambda instant: of_quarter(instant // _QUARTER)


def _worst_first(figure: ProductFigure | BatchFigure) -> tuple[bool, int, int, float, str]:
    return not figure.alarming, -figure.at_once, -figure.claims, -figure.last.timestamp(), figure.title
