"""The views of the inbox and the cursors of lists, without a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.core.model import CaseState, CaseType
from hub.core.paging import cursor_after, read_cursor, sort_key
from hub.core.ports import CaseSummary, ListOrder
from hub.core.readings import Deadline
from hub.core.search import lookup_key
from hub.core.views import SOON, inbox_views

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_INSTANTS = st.datetimes(timezones=st.sampled_from([UTC]))


def summary(number: int, changed: datetime, deadline: Deadline | None, kind: CaseType) -> CaseSummary:
    return CaseSummary(
        *(f"CH-{number}", "shop", "r", kind, "", CaseState.OPEN, "", "", "", "", "", NOON, changed, 1, 0),
        urgent=kind is CaseType.MISSING_ITEM,
        rating="",
        deadline=deadline,
    )


_DEADLINES = st.none() | st.builds(Deadline, st.just("r"), _INSTANTS, st.none() | _INSTANTS)
_SUMMARIES = st.builds(
    summary, st.integers(1, 10**12 - 1), _INSTANTS, _DEADLINES, st.sampled_from([CaseType.DELAY, CaseType.MISSING_ITEM])
)


@given(case=_SUMMARIES, order=st.sampled_from(ListOrder))
def test_a_cursor_says_how_its_case_was_sorted(case: CaseSummary, order: ListOrder) -> None:
    assert read_cursor(cursor_after(case, order), order) == sort_key(case, order)


@given(text=st.text())
def test_a_lookup_key_is_its_own_and_has_no_spaces(text: str) -> None:
    key = lookup_key(text)

    assert key == "".join(key.split())
    assert lookup_key(f" {text.upper().lower()} ") == lookup_key(text.upper().lower())


def test_the_views_come_in_their_order_and_mine_is_for_somebody() -> None:
    keys = [view.key for view in inbox_views(NOON, "åsa")]

    assert keys == [
        *("mine", "unassigned", "due_soon", "late", "waiting", "tasks"),
        *("failed", "uncertain", "approval", "open", "closed"),
    ]
    assert [view.key for view in inbox_views(NOON, "")] == keys[1:]


def test_what_is_due_in_exactly_two_hours_is_soon_and_what_is_due_now_is_not_late() -> None:
    views = {view.key: view.wanted for view in inbox_views(NOON, "")}

    assert views["due_soon"].due_from == views["late"].due_before == NOON
    assert views["due_soon"].due_before == NOON + SOON + timedelta(seconds=1)
