"""Pauses are taken out of the line of time: examples with an office, with elapsed time, and properties of both."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.pauses import ELAPSED, Elapsed, Timeline, explain_paused, merged
from hub.core.worktime import DAYS, BeyondCalendar, Calendar, CalendarError, Convention, NeverOpen, Segment

HOUR = 3600
STOCKHOLM = ZoneInfo("Europe/Stockholm")
KNOWN = (date(2025, 1, 1), date(2029, 12, 31))
CHRISTMAS = {date(2026, 12, 25): "Juldagen", date(2026, 12, 26): "Annandag jul"}


def calendar(hours: Sequence[str] = ("09:00-17:00",), days: Sequence[str] = DAYS[:5]) -> Calendar:
    week = dict.fromkeys(days, hours)
    return Calendar("Europe/Stockholm", week, CHRISTMAS, valid_from=KNOWN[0], valid_to=KNOWN[1])


OFFICE = calendar()
NIGHTS = calendar(["22:00-06:00"], DAYS)
LINES: tuple[Timeline, ...] = (OFFICE, NIGHTS, calendar(["09:00-12:00", "13:00-17:00"]), ELAPSED)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).timestamp())


def local(instant: int) -> str:
    return f"{datetime.fromtimestamp(instant, STOCKHOLM):%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def pauses(*texts: tuple[str, str]) -> list[tuple[int, int]]:
    return [(at(f"2026-11-{begin}"), at(f"2026-11-{end}")) for begin, end in texts]


# Four working hours from Monday 16 November, 09:00, in an office from nine to five.
EXAMPLES = [
    ("no pause", [], "16 13:00"),
    ("an hour", [("16 10:00", "16 11:00")], "16 14:00"),
    ("a pause outside the hours", [("16 17:00", "17 09:00")], "16 13:00"),
    ("a pause that runs on over the closing", [("16 12:00", "17 10:00")], "17 11:00"),
    ("only its open seconds count", [("16 11:00", "16 20:00")], "17 11:00"),
    ("from before the start", [("15 12:00", "16 10:30")], "16 14:30"),
    ("over before the start", [("14 12:00", "16 09:00")], "16 13:00"),
    ("from the first second", [("16 09:00", "16 09:00:01")], "16 13:00:01"),
    ("overlapping ones count once", [("16 10:00", "16 12:00"), ("16 11:00", "16 12:30")], "16 15:30"),
    ("one within another counts once", [("16 10:00", "16 12:00"), ("16 10:30", "16 11:00")], "16 15:00"),
    ("touching ones", [("16 10:00", "16 11:00"), ("16 11:00", "16 12:00")], "16 15:00"),
    ("in any order", [("16 12:00", "16 12:30"), ("16 10:00", "16 11:00")], "16 14:30"),
    ("an empty one", [("16 10:00", "16 10:00")], "16 13:00"),
    ("one that only a pause before it makes matter", [("16 10:00", "16 11:00"), ("16 13:30", "16 14:00")], "16 14:30"),
    ("at the very last second", [("16 12:59:59", "16 15:00")], "16 15:00:01"),
    ("exactly when the time is used up", [("16 13:00", "16 15:00")], "16 13:00"),
    ("after the time is used up", [("16 13:00:01", "16 15:00")], "16 13:00"),
    ("a whole week", [("16 12:00", "23 12:00")], "23 13:00"),
]


@pytest.mark.parametrize(("texts", "due"), [example[1:] for example in EXAMPLES], ids=[e[0] for e in EXAMPLES])
def test_a_pause_moves_a_deadline_by_its_open_time(texts: list[tuple[str, str]], due: str) -> None:
    start, removed = at("2026-11-16 09:00"), pauses(*texts)

    found = OFFICE.add_paused(start, 4 * HOUR, removed)

    assert local(found) == f"2026-11-{due}"
    assert OFFICE.between_paused(start, found, removed) == 4 * HOUR


def test_nothing_owed_is_due_at_once_even_in_a_pause() -> None:
    start = at("2026-11-16 09:30")
    around = pauses(("16 09:00", "16 12:00"))

    assert [line.add_paused(start, 0, around) for line in LINES] == [start] * len(LINES)
    assert OFFICE.add_paused(start, 0, around, Convention.OPENING) == start


def test_a_target_behind_its_start_is_refused() -> None:
    for line in LINES:
        with pytest.raises(CalendarError, match="lies ahead: -1 seconds"):
            line.add_paused(at("2026-11-16 09:30"), -1, [])


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(CalendarError, match="a pause cannot end at 5, before it begins at 9"):
        merged([(1, 2), (9, 5)])


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], ()),
        ([(3, 3)], ()),
        ([(5, 9), (1, 2)], ((1, 2), (5, 9))),
        ([(1, 5), (5, 9)], ((1, 9),)),
        ([(1, 9), (2, 3), (4, 12)], ((1, 12),)),
        ([(1, 5), (5, 5), (7, 7), (9, 10)], ((1, 5), (9, 10))),
        ([(-5, -1), (-2, 3)], ((-5, 3),)),
    ],
)
def test_merged_pauses_are_in_order_and_neither_overlap_nor_touch(
    spans: list[tuple[int, int]], expected: tuple[tuple[int, int], ...]
) -> None:
    assert merged(spans) == expected
    assert merged(iter(spans)) == expected


def test_a_pause_does_not_move_a_result_to_a_later_opening() -> None:
    start, over_the_weekend = at("2026-11-20 09:00"), pauses(("20 17:00", "24 12:00"))

    closing = OFFICE.add_paused(start, 8 * HOUR, over_the_weekend)
    opening = OFFICE.add_paused(start, 8 * HOUR, over_the_weekend, Convention.OPENING)

    assert (local(closing), local(opening)) == ("2026-11-20 17:00", "2026-11-23 09:00")


def test_the_opening_convention_holds_after_a_pause_too() -> None:
    start, an_hour = at("2026-11-16 10:00"), pauses(("16 12:00", "16 13:00"))

    assert local(OFFICE.add_paused(start, 6 * HOUR, an_hour)) == "2026-11-16 17:00"
    assert local(OFFICE.add_paused(start, 6 * HOUR, an_hour, Convention.OPENING)) == "2026-11-17 09:00"


def test_a_pause_may_reach_beyond_the_calendar_unless_the_deadline_does() -> None:
    start, later = at("2029-12-28 09:00"), at("2031-01-01 00:00")

    assert local(OFFICE.add_paused(start, HOUR, [(start + 2 * HOUR, later)])) == "2029-12-28 10:00"
    assert OFFICE.between_paused(start, start + 4 * HOUR, [(start + 2 * HOUR, later), (0, start)]) == 2 * HOUR
    with pytest.raises(BeyondCalendar, match="known until 2029-12-31"):
        OFFICE.add_paused(start, 3 * HOUR, [(start + 2 * HOUR, later)])


def test_a_pause_over_the_last_opening_leaves_none() -> None:
    days = {date(2026, 5, 2): ["10:00-12:00"]}
    fair = Calendar("Europe/Stockholm", {}, special=days, valid_from=KNOWN[0], valid_to=KNOWN[1])
    start = at("2026-05-01 09:00")

    assert local(fair.add_paused(start, HOUR, [(start, at("2026-05-02 11:00"))])) == "2026-05-02 12:00"
    with pytest.raises(NeverOpen, match="2026-05-02"):
        fair.add_paused(start, HOUR, [(start, at("2026-05-02 11:00:01"))])


def test_working_time_backwards_is_negative_with_pauses_too() -> None:
    start, end, an_hour = at("2026-11-16 09:00"), at("2026-11-16 12:00"), pauses(("16 10:00", "16 11:00"))

    for line in (OFFICE, ELAPSED):
        assert line.between_paused(start, end, an_hour) == 2 * HOUR
        assert line.between_paused(end, start, an_hour) == -2 * HOUR


def test_elapsed_time_is_always_open() -> None:
    sunday = at("2026-11-22 03:00")

    assert ELAPSED.add(sunday, 24 * HOUR) == ELAPSED.add(sunday, 24 * HOUR, Convention.OPENING) == sunday + 24 * HOUR
    assert ELAPSED.between(sunday, sunday - 5) == -5
    assert ELAPSED.is_open(sunday)
    assert ELAPSED.next_open(sunday) == ELAPSED.last_open(sunday) == sunday
    assert ELAPSED.explain(sunday, sunday + 9) == (Segment(sunday, sunday + 9, True, "elapsed time"),)
    assert ELAPSED.explain(sunday, sunday) == ()


def test_elapsed_time_runs_over_dst_in_real_seconds_and_stops_in_a_pause() -> None:
    start = at("2026-03-28 12:00")

    assert local(ELAPSED.add_paused(start, 24 * HOUR, [])) == "2026-03-29 13:00"
    assert local(ELAPSED.add_paused(start, 24 * HOUR, [(start + HOUR, start + 3 * HOUR)])) == "2026-03-29 15:00"


def test_a_paused_stretch_is_explained_as_one_segment_cut_out_of_the_others() -> None:
    start, end = at("2026-12-24 15:00"), at("2026-12-28 10:00")
    away = [(at("2026-12-24 16:00"), at("2026-12-26 12:00")), (at("2026-12-26 12:00"), at("2026-12-26 18:00"))]

    told = explain_paused(OFFICE, start, end, away)

    assert [(local(s.start), local(s.end), s.open, s.name) for s in told] == [
        ("2026-12-24 15:00", "2026-12-24 16:00", True, "thu open"),
        ("2026-12-24 16:00", "2026-12-26 18:00", False, "paused"),
        ("2026-12-26 18:00", "2026-12-27 00:00", False, "2026-12-26 holiday (Annandag jul)"),
        ("2026-12-27 00:00", "2026-12-28 00:00", False, "sun closed"),
        ("2026-12-28 00:00", "2026-12-28 09:00", False, "mon closed"),
        ("2026-12-28 09:00", "2026-12-28 10:00", True, "mon open"),
    ]


def test_pauses_outside_of_what_is_explained_are_not_told() -> None:
    start, end = at("2026-11-16 10:00"), at("2026-11-16 12:00")
    outside = pauses(("16 08:00", "16 10:00"), ("16 12:00", "16 13:00"), ("16 11:00", "16 11:00"))

    assert explain_paused(OFFICE, start, end, outside) == OFFICE.explain(start, end)
    assert explain_paused(OFFICE, start, end, [(0, end + 1)]) == (Segment(start, end, False, "paused"),)
    assert explain_paused(OFFICE, start, start, [(0, end)]) == ()
    for line in (OFFICE, ELAPSED):
        with pytest.raises(CalendarError, match="earlier instant"):
            explain_paused(line, end, start, outside)


class Counted(Elapsed):
    """Elapsed time that counts what it is asked."""

    asked = 0

    def add(self, start: int, seconds: int, convention: Convention = Convention.CLOSING) -> int:
        self.asked += 1
        return super().add(start, seconds, convention)

    def between(self, start: int, end: int) -> int:
        self.asked += 1
        return super().between(start, end)


def test_each_of_many_pauses_is_looked_at_once() -> None:
    counted, many = Counted(), [(second, second + 1) for second in range(0, 20_000, 2)]

    due = counted.add_paused(0, 15_000, random.Random(7).sample(many, len(many)))

    assert due == 25_000
    assert counted.asked <= 2 * len(many) + 2


# --- Properties ---

MONDAY = at("2026-10-19 00:00")  # its Sunday is the night on which an hour comes twice
lines = st.sampled_from(LINES)
instants = st.integers(MONDAY, MONDAY + 14 * 86400)
amounts = st.integers(0, 60 * HOUR)
spans = st.tuples(st.integers(MONDAY - 86400, MONDAY + 20 * 86400), st.integers(0, 3 * 86400))
removals = st.lists(spans.map(lambda span: (span[0], span[0] + span[1])), max_size=6)
Spans = list[tuple[int, int]]


@given(lines, instants, amounts, removals)
def test_the_unpaused_working_time_until_the_due_instant_is_the_target(
    line: Timeline, start: int, some: int, removed: Spans
) -> None:
    due = line.add_paused(start, some, removed)

    assert line.between_paused(start, due, removed) == some


@given(lines, instants, amounts, removals)
def test_the_due_instant_is_the_earliest_with_pauses_too(line: Timeline, start: int, some: int, removed: Spans) -> None:
    due = line.add_paused(start, some + 1, removed)

    assert line.between_paused(start, due - 1, removed) == some
    assert line.is_open(due - 1)
    assert not any(begin <= due - 1 < end for begin, end in removed)


@given(lines, instants, amounts, amounts, removals)
def test_two_steps_with_pauses_are_due_when_one_step_is(
    line: Timeline, start: int, first: int, second: int, removed: Spans
) -> None:
    halfway = line.add_paused(start, first, removed)

    assert line.add_paused(halfway, second + 1, removed) == line.add_paused(start, first + second + 1, removed)


@given(lines, instants, st.integers(0, 10**6), amounts, removals)
def test_a_later_start_is_never_due_earlier_with_pauses_too(
    line: Timeline, start: int, later: int, some: int, removed: Spans
) -> None:
    assert line.add_paused(start, some + 1, removed) <= line.add_paused(start + later, some + 1, removed)


@given(lines, instants, amounts, removals, spans)
def test_one_more_pause_is_never_due_earlier(
    line: Timeline, start: int, some: int, removed: Spans, one_more: tuple[int, int]
) -> None:
    more = [(one_more[0], sum(one_more)), *removed]

    assert line.add_paused(start, some, removed) <= line.add_paused(start, some, more)


@given(lines, instants, amounts, removals)
def test_the_opening_convention_with_pauses_is_never_earlier_and_equal_in_working_time(
    line: Timeline, start: int, some: int, removed: Spans
) -> None:
    closing = line.add_paused(start, some, removed)
    opening = line.add_paused(start, some, removed, Convention.OPENING)

    assert closing <= opening
    assert line.between(closing, opening) == 0


@given(lines, instants, st.integers(0, 10 * 86400), removals)
def test_explained_segments_sum_to_the_unpaused_working_time(
    line: Timeline, start: int, length: int, removed: Spans
) -> None:
    end = start + length
    told = explain_paused(line, start, end, removed)

    assert sum(s.end - s.start for s in told if s.open) == line.between_paused(start, end, removed)
    assert [s.start for s in told] + [end] == [start, *(s.end for s in told)]
    paused = tuple((s.start, s.end) for s in told if s.name == "paused")
    assert paused == merged((max(b, start), max(min(e, end), start)) for b, e in removed if b < end and e > start)


@given(lines, instants, amounts, removals)
def test_the_segments_until_the_due_instant_sum_to_the_target(
    line: Timeline, start: int, some: int, removed: Spans
) -> None:
    told = explain_paused(line, start, line.add_paused(start, some, removed), removed)

    assert sum(s.end - s.start for s in told if s.open) == some


@given(removals)
def test_merging_keeps_every_second_and_nothing_twice(removed: Spans) -> None:
    once = merged(removed)

    edges = {edge + shift for span in (*removed, *once) for edge in span for shift in (-1, 0)}
    assert all(any(b <= s < e for b, e in removed) == (sum(b <= s < e for b, e in once) == 1) for s in edges)
    assert merged(once) == once
