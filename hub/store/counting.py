"""The counts that figures are made of, each answered from one index."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal

from hub.core.counting import AnsweredRuns, Claim, Concern, EndedRuns, Exposure, OpenedCases, Outcome, PausedRun
from hub.core.ladder import spans_of
from hub.core.model import Money
from hub.core.policy import ClockName
from hub.core.readings import Reading
from hub.core.zones import Span
from hub.store.connection import Connection
from hub.store.values import from_body, marks, storable

_MICROS = 1_000_000
_MOST_SPANS = 200

# As `Reading.state` tells it, and scores count it: exactly at the due instant is in time.
_OUTCOME = """
CASE WHEN due IS NOT NULL AND coalesce(ended, ?1) > due THEN 'late'
     WHEN cancelled AND ended IS NOT NULL THEN 'cancelled'
     WHEN ended IS NOT NULL AND due IS NOT NULL THEN 'met'
     ELSE 'undecided' END
"""
_OPENED = """
WITH spans (place, start, until) AS (VALUES {spans})
SELECT place, channel, type, cause, count(*)
FROM spans CROSS JOIN origins INDEXED BY origins_by_opening ON opened >= start AND opened < until
WHERE ?1 = '' OR channel = ?1 GROUP BY 1, 2, 3, 4
"""
_ENDED = """
WITH spans (place, begins, until) AS (VALUES {spans}), names (name) AS (VALUES {names})
SELECT place, channel, clock, rule, {outcome}, count(*)
FROM spans CROSS JOIN names
CROSS JOIN clocks INDEXED BY clocks_by_start ON clock = name AND start >= begins AND start < until
WHERE ?2 = '' OR channel = ?2 GROUP BY 1, 2, 3, 4, 5
"""
# Arrays of numbers, since a row of Python's for each of many runs would take four times as long.
_ANSWERED = f"""
SELECT channel, policy, version, rule, json_group_array(start / {_MICROS}), json_group_array(ended / {_MICROS})
FROM clocks INDEXED BY clocks_by_start
WHERE clock = ?1 AND start >= ?2 AND start < ?3 AND ended IS NOT NULL AND NOT cancelled
AND (?4 = '' OR channel = ?4) GROUP BY 1, 2, 3, 4
"""
_PAUSED = f"""
SELECT channel, policy, version, rule, start / {_MICROS}, ended / {_MICROS}, body
FROM clocks INDEXED BY clocks_paused
WHERE instr(body, '"pauses":[') AND clock = ?1 AND start >= ?2 AND start < ?3 AND ended IS NOT NULL AND NOT cancelled
AND (?4 = '' OR channel = ?4)
"""
# The plus keeps SQLite from walking all open cases of a channel.
_EXPOSED = f"""
SELECT channel, risk_at / {_MICROS}, json_extract(deadline, '$.at_risk.amount'),
    json_extract(deadline, '$.at_risk.currency'), json_extract(deadline, '$.risk_unknown')
FROM cases INDEXED BY cases_by_risk WHERE risk_at >= ?1 AND risk_at <= ?2 AND (?3 = '' OR +channel = ?3)
ORDER BY risk_at
"""
_CONCERNED = f"""
SELECT channel, sku, title, batch, json_group_array(opened / {_MICROS}), json_group_array('CH-' || case_id),
    json_group_array(ordered / {_MICROS})
FROM products INDEXED BY products_by_opening
WHERE opened >= ?1 AND opened < ?2 AND (?3 = '' OR channel = ?3) AND type IN ({{types}}) GROUP BY 1, 2, 3, 4
"""


class SqliteCounting:
    """The Counting of the ports; `lend` gives a connection for the time of a question."""

    def __init__(self, lend: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._lend = lend

    def opened(self, spans: Sequence[Span], channel: str = "") -> Sequence[OpenedCases]:
        found: list[OpenedCases] = []
        with self._lend() as connection:
            for first in range(0, len(spans), _MOST_SPANS):
                query = _OPENED.format(spans=_listed(spans[first : first + _MOST_SPANS], first))
                found += [OpenedCases(*row) for row in connection.rows(query, (storable(channel),))]
        return found

    def ended(self, clocks: Collection[str], spans: Sequence[Span], now: int, channel: str = "") -> Sequence[EndedRuns]:
        names = sorted(clocks)
        places = ", ".join(f"(?{place})" for place, _ in enumerate(names, 3))
        found: list[EndedRuns] = []
        with self._lend() as connection:
            for first in range(0, len(spans), _MOST_SPANS if names else 1):
                some = _listed(spans[first : first + _MOST_SPANS], first)
                query = _ENDED.format(spans=some, names=places, outcome=_OUTCOME)
                rows = connection.rows(query, (now * _MICROS, storable(channel), *names))
                found += [EndedRuns._make((*row[:4], Outcome(row[4]), row[5])) for row in rows]
        return found

    def answered(self, span: Span, channel: str = "") -> Sequence[AnsweredRuns]:
        with self._lend() as connection:
            rows = connection.rows(_ANSWERED, _first_answers(span, channel))
        return [
            AnsweredRuns._make((*names, tuple(zip(json.loads(starts), json.loads(ends), strict=True))))
            for *names, starts, ends in rows
        ]

    def paused(self, span: Span, channel: str = "") -> Sequence[PausedRun]:
        with self._lend() as connection:
            rows = connection.rows(_PAUSED, _first_answers(span, channel))
        return [
            PausedRun._make((*names, (start, end), tuple(spans_of(from_body(Reading, body).pauses))))
            for *names, start, end, body in rows
        ]

    def exposed(self, span: Span, channel: str = "") -> Sequence[Exposure]:
        with self._lend() as connection:
            rows = connection.rows(_EXPOSED, (span[0] * _MICROS, span[1] * _MICROS, storable(channel)))
        return [
            Exposure(where, at, _money(amount, currency))
            for where, at, amount, currency, unknown in rows
            if unknown or _costs(amount)
        ]

    def concerned(self, span: Span, types: Collection[str], channel: str = "") -> Sequence[Concern]:
        names = sorted(types)
        values = (span[0] * _MICROS, span[1] * _MICROS, storable(channel), *names)
        with self._lend() as connection:
            rows = connection.rows(_CONCERNED.format(types=marks(names)), values)
        return [Concern._make((*row[:4], _claims(*row[4:]))) for row in rows]


def _claims(*arrays: str) -> tuple[Claim, ...]:
    """The claims of three arrays: when each was opened, the case's number, and when the order was placed."""
    opened, numbers, ordered = map(json.loads, arrays)
    return tuple(map(Claim._make, zip(opened, numbers, ordered, strict=True)))


def _listed(spans: Sequence[Span], first: int) -> str:
    """Spans as rows of a query; they are numbers of our own, and too many for its variables."""
    return ", ".join(
        f"({place}, {start * _MICROS:d}, {end * _MICROS:d})" for place, (start, end) in enumerate(spans, first)
    )


def _first_answers(span: Span, channel: str) -> tuple[object, ...]:
    return ClockName.FIRST_RESPONSE.value, span[0] * _MICROS, span[1] * _MICROS, storable(channel)


def _costs(amount: str | None) -> bool:
    return amount is not None and Decimal(amount) > 0


def _money(amount: str | None, currency: str | None) -> Money | None:
    return None if amount is None or currency is None else Money(Decimal(amount), currency)
