"""Scores that were shown are remembered, and corrected openly."""

from __future__ import annotations

from decimal import Decimal

from hub.core.policy import Period
from hub.core.ports import Store
from hub.core.scores import ObjectiveScore
from hub.runs.published import publish


def week(met: int, late: int, *, ended: bool = True, undecided: int = 0) -> ObjectiveScore:
    return ObjectiveScore(
        "response-time", "Åsa 90 %", Period.ISO_WEEK, "2026-W47", ended, met, late, undecided, least=Decimal("0.9")
    )


def test_a_week_that_was_shown_and_changes_is_a_revision(store: Store) -> None:
    shown = [publish(store, "bol_nl", score).revision for score in (week(9, 1), week(9, 1), week(10, 0), week(10, 0))]

    assert shown == [0, 0, 1, 1]
    assert publish(store, "bol_be", week(10, 0)).revision == 0


def test_a_week_that_runs_or_is_not_decided_is_not_published(store: Store) -> None:
    publish(store, "bol_nl", week(1, 0, ended=False))
    publish(store, "bol_nl", week(2, 0, undecided=1))

    assert publish(store, "bol_nl", week(9, 1)).revision == 0


def test_the_numbers_are_those_of_today(store: Store) -> None:
    publish(store, "bol_nl", week(9, 1))

    assert publish(store, "bol_nl", week(10, 0)).counts == (10, 10)
