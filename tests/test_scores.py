"""The platforms' scores: which run counts in which period, exact shares, and what is left of the budget."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from hub.core.incoming import Figure
from hub.core.model import epoch
from hub.core.policy import ClockName, Mark, Objective, Period, Satisfaction, Source
from hub.core.readings import PauseReading, Reading
from hub.core.records import Rating
from hub.core.scores import (
    ObjectiveScore,
    SatisfactionScore,
    Satisfied,
    budget_sentence,
    compared,
    objective_score,
    period_of,
    recent_periods,
    revised,
    satisfaction_score,
    span_of,
)

AMSTERDAM, STOCKHOLM = "Europe/Amsterdam", "Europe/Stockholm"
HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
SOURCE = Source("seed 002", date(2026, 11, 22), Mark.DOCUMENTED)
OBJECTIVE = Objective(
    id="response-time",
    title="Frågor besvarade i tid 漢字 🙂",
    clock=ClockName.FIRST_RESPONSE,
    period=Period.ISO_WEEK,
    tz=AMSTERDAM,
    source=SOURCE,
    share=Decimal("0.9"),
    late_limit=10,
    figure="RESPONSE_TIME",
)
CSS = Satisfaction("Customer Satisfaction Score", STOCKHOLM, Decimal("0.85"), Decimal("0.80"), 10, SOURCE, "CSS")
ZONES = (AMSTERDAM, STOCKHOLM, "Asia/Tokyo", "Pacific/Apia", "America/Havana", "Australia/Lord_Howe", "Africa/Cairo")


def at(text: str) -> int:
    """An instant in UTC seconds; one without a zone is in UTC."""
    when = datetime.fromisoformat(text)
    return epoch(when if when.tzinfo else when.replace(tzinfo=UTC))


MONDAY = at("2026-11-16T09:00")  # in 2026-W47
SUNDAY_NIGHT = at("2026-11-22T23:00")  # the end of 2026-W47 in Amsterdam


def run(start: int = MONDAY, due: int | None = MONDAY + 8 * HOUR, ended: int | None = None, **more: Any) -> Reading:
    return Reading(ClockName.FIRST_RESPONSE, 0, "m1", "question", start, due, ended=ended, **more)


def met(start: int = MONDAY) -> Reading:
    return run(start, start + HOUR, ended=start + HOUR)


def late(start: int = MONDAY) -> Reading:
    return run(start, start + HOUR, ended=start + HOUR + 1)


def scored(readings: Iterable[Reading], period: str = "2026-W47", now: int = SUNDAY_NIGHT - 1) -> ObjectiveScore:
    return objective_score(OBJECTIVE, period, readings, now)


def week(met: int = 0, late: int = 0, undecided: int = 0, least: str | None = "0.9", **more: Any) -> ObjectiveScore:
    """A score of the week that runs, with these numbers."""
    share = None if least is None else Decimal(least)
    score = ObjectiveScore("response-time", "", Period.ISO_WEEK, "2026-W47", False, met, late, undecided, least=share)
    return replace(score, **more)


def month(up: int, down: int, least: int = 10) -> SatisfactionScore:
    return SatisfactionScore("CSS", "2026-11", up, down, Decimal("0.85"), Decimal("0.8"), least)


@pytest.mark.parametrize(
    ("instant", "tz", "in_week", "in_month"),
    [
        ("2026-11-22T22:59:59", AMSTERDAM, "2026-W47", "2026-11"),
        ("2026-11-22T23:00:00", AMSTERDAM, "2026-W48", "2026-11"),
        ("2026-11-30T22:59:59", AMSTERDAM, "2026-W49", "2026-11"),
        ("2026-11-30T23:00:00", AMSTERDAM, "2026-W49", "2026-12"),
        ("2027-01-03T22:59:59", AMSTERDAM, "2026-W53", "2027-01"),
        ("2027-01-03T23:00:00", AMSTERDAM, "2027-W01", "2027-01"),
        ("2024-12-30T12:00:00", AMSTERDAM, "2025-W01", "2024-12"),
        ("2021-01-03T12:00:00", AMSTERDAM, "2020-W53", "2021-01"),
        ("2026-11-22T15:00:00", "Asia/Tokyo", "2026-W48", "2026-11"),
        ("2026-11-23T09:59:59", "Pacific/Honolulu", "2026-W47", "2026-11"),
        ("2026-03-01T09:59:59", "Pacific/Honolulu", "2026-W09", "2026-02"),
    ],
)
def test_an_instant_lies_in_the_period_that_its_zone_says(instant: str, tz: str, in_week: str, in_month: str) -> None:
    assert period_of(at(instant), Period.ISO_WEEK, tz) == in_week
    assert period_of(at(instant), Period.MONTH, tz) == in_month


@pytest.mark.parametrize(
    ("name", "period", "tz", "start", "end"),
    [
        ("2026-W47", Period.ISO_WEEK, AMSTERDAM, "2026-11-15T23:00", "2026-11-22T23:00"),
        ("2026-W13", Period.ISO_WEEK, AMSTERDAM, "2026-03-22T23:00", "2026-03-29T22:00"),  # an hour short
        ("2026-W43", Period.ISO_WEEK, AMSTERDAM, "2026-10-18T22:00", "2026-10-25T23:00"),  # an hour long
        ("2026-W53", Period.ISO_WEEK, AMSTERDAM, "2026-12-27T23:00", "2027-01-03T23:00"),
        ("2025-W01", Period.ISO_WEEK, "UTC", "2024-12-30T00:00", "2025-01-06T00:00"),
        ("2026-12", Period.MONTH, AMSTERDAM, "2026-11-30T23:00", "2026-12-31T23:00"),
        ("2026-03", Period.MONTH, AMSTERDAM, "2026-02-28T23:00", "2026-03-31T22:00"),
        ("2024-02", Period.MONTH, "Asia/Tokyo", "2024-01-31T15:00", "2024-02-29T15:00"),
        # Syria began and ended summer time at midnight of the first: one midnight is skipped, the other comes late.
        ("2005-04", Period.MONTH, "Asia/Damascus", "2005-03-31T22:00", "2005-04-30T21:00"),
        ("2005-10", Period.MONTH, "Asia/Damascus", "2005-09-30T22:00", "2005-10-31T22:00"),
    ],
)
def test_a_period_goes_from_midnight_to_midnight_of_its_zone(
    name: str, period: Period, tz: str, start: str, end: str
) -> None:
    assert span_of(name, period, tz) == (at(start), at(end))


@pytest.mark.parametrize("period", Period)
@pytest.mark.parametrize("tz", ZONES)
def test_every_instant_lies_in_exactly_the_span_of_its_period(period: Period, tz: str) -> None:
    rng = random.Random(f"{period}{tz}")
    for _ in range(60):
        instant = rng.randrange(at("2012-01-01"), at("2037-01-01"))
        name = period_of(instant, period, tz)
        start, end = span_of(name, period, tz)

        assert start <= instant < end
        assert period_of(start, period, tz) == period_of(end - 1, period, tz) == name
        assert span_of(period_of(end, period, tz), period, tz)[0] == end
        assert span_of(period_of(start - 1, period, tz), period, tz)[1] == start


@pytest.mark.parametrize("name", ["2026-47", "2026-W7", "2026-W047", "W47", "", "２０２６-W47", "2026-W47\n", "🙂"])
def test_what_names_no_week_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="names no iso week; a week is written 2026-W47, a month 2026-11"):
        span_of(name, Period.ISO_WEEK, AMSTERDAM)


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("2025-W53", Period.ISO_WEEK),
        ("2026-W00", Period.ISO_WEEK),
        ("2026-13", Period.MONTH),
        ("2026-00", Period.MONTH),
    ],
)
def test_a_week_or_month_that_no_year_has_is_refused(name: str, period: Period) -> None:
    with pytest.raises(ValueError):
        span_of(name, period, AMSTERDAM)


def test_the_recent_weeks_are_as_many_as_asked_for_in_every_hour_of_the_year() -> None:
    for instant in range(at("2026-01-01"), at("2027-01-05"), 5 * HOUR):
        names = recent_periods(instant, Period.ISO_WEEK, AMSTERDAM, 4)

        assert len(set(names)) == 4
        assert names[0] == period_of(instant, Period.ISO_WEEK, AMSTERDAM)
        assert list(names) == sorted(names, reverse=True)


def test_the_recent_months_are_those_that_the_weeks_touch() -> None:
    friday = at("2026-12-04T12:00")

    assert recent_periods(friday, Period.MONTH, AMSTERDAM, 1) == ("2026-12", "2026-11")
    assert recent_periods(friday, Period.MONTH, AMSTERDAM, 5) == ("2026-12", "2026-11")
    assert recent_periods(friday, Period.MONTH, AMSTERDAM, 6) == ("2026-12", "2026-11", "2026-10")
    assert recent_periods(at("2026-11-18T12:00"), Period.MONTH, AMSTERDAM, 1) == ("2026-11",)


NOW = SUNDAY_NIGHT - 1
PAUSED = (PauseReading(MONDAY + HOUR, None, "parked"),)


@pytest.mark.parametrize(
    ("reading", "counted_as"),
    [
        (run(ended=MONDAY + 8 * HOUR), "met"),  # exactly at the due instant
        (run(ended=MONDAY + 8 * HOUR + 1), "late"),
        (run(due=NOW - 1), "late"),
        (run(due=NOW), "undecided"),  # at the very instant it is not late
        (run(due=NOW + 1), "undecided"),
        (run(due=None, remaining=HOUR, pauses=PAUSED), "undecided"),
        (run(due=None, problem="the calendar is known until 2026-12-31 only"), "undecided"),
        (run(due=None, ended=MONDAY + 1, problem="the calendar is known until 2026-12-31 only"), "undecided"),
        (run(ended=MONDAY + 8 * HOUR, cancelled=True), "cancelled"),
        (run(ended=MONDAY + 8 * HOUR + 1, cancelled=True), "late"),  # handed on when it was late already
        (run(due=None, ended=MONDAY + 1, cancelled=True), "cancelled"),
    ],
)
def test_a_run_counts_by_how_it_ended(reading: Reading, counted_as: str) -> None:
    score = scored([reading])

    numbers = {"met": score.met, "late": score.late, "undecided": score.undecided, "cancelled": score.cancelled}
    assert numbers == {**dict.fromkeys(numbers, 0), counted_as: 1}


def test_only_runs_of_the_clock_that_started_in_the_period_count() -> None:
    start, end = span_of("2026-W47", Period.ISO_WEEK, AMSTERDAM)
    other = Reading(ClockName.NEXT_RESPONSE, 0, "m2", "question", MONDAY, MONDAY + HOUR, ended=MONDAY)

    score = scored([met(start - 1), met(start), met(end - 1), met(end), other], now=end + DAY)

    assert (score.met, score.late, score.undecided, score.cancelled) == (2, 0, 0, 0)


def test_a_run_belongs_to_the_week_in_which_it_started_though_it_is_decided_in_the_next() -> None:
    friday = run(SUNDAY_NIGHT - HOUR, SUNDAY_NIGHT + DAY, ended=SUNDAY_NIGHT + 2 * DAY)
    now = SUNDAY_NIGHT + 3 * DAY

    assert scored([friday], "2026-W47", now).late == 1
    assert scored([friday], "2026-W48", now).late == 0


def test_a_score_bears_what_its_objective_says() -> None:
    score = scored([met(), late()])

    assert score == ObjectiveScore(
        "response-time", OBJECTIVE.title, Period.ISO_WEEK, "2026-W47", False, 1, 1, 0, 0, Decimal("0.9"), 10
    )


def test_a_period_is_over_at_its_last_midnight() -> None:
    assert not scored([], now=SUNDAY_NIGHT - 1).ended
    assert scored([], now=SUNDAY_NIGHT).ended


def test_where_nothing_is_decided_there_is_no_share() -> None:
    for score in (week(), week(undecided=3)):
        assert score.share is None
        assert score.reached is None
        assert score.still_reachable is True


@pytest.mark.parametrize(
    ("met", "late", "least", "reached"),
    [
        (9, 1, "0.9", True),
        (8999, 1001, "0.9", False),  # 89.99 % is not 90 %
        (899_999_999, 100_000_001, "0.9", False),
        (55, 45, "0.55", True),  # 100 * 0.55 is more than 55 in floating point
        (1, 2, "0.333333333333333333333333333", True),
        (0, 1, "0.9", False),
        (5, 0, "1", True),
        (4, 1, "1", False),
    ],
)
def test_a_share_is_compared_without_rounding(met: int, late: int, least: str, reached: bool) -> None:
    assert week(met, late, least=least).reached is reached


def test_undecided_ones_are_no_part_of_the_share() -> None:
    assert week(9, 1, 90).share == Decimal("0.9")
    assert week(9, 1, 90).counts == (9, 10)


@pytest.mark.parametrize("least", ["0.9", "0.55", "0.875", "1", "0.333"])
def test_what_is_left_is_what_trying_it_out_gives(least: str) -> None:
    rng = random.Random(least)
    for _ in range(200):
        met, late, undecided = rng.randrange(40), rng.randrange(8), rng.randrange(20)
        score, needed = week(met, late, undecided, least), Fraction(least)
        everything = met + late + undecided
        most_late = max(n for n in range(everything + 1) if everything - n >= needed * everything)

        assert score.misses_left == most_late - late
        assert score.still_reachable is (met + undecided >= needed * everything)
        if met + late:
            assert score.reached is (Fraction(met, met + late) >= needed)


def test_an_objective_without_a_share_or_without_a_limit_says_nothing_of_it() -> None:
    only_limit, only_share = week(3, 4, least=None, late_limit=10), week(3, 4)

    assert (only_limit.reached, only_limit.still_reachable, only_limit.misses_left) == (None, None, None)
    assert only_limit.late_left == 5
    assert (only_share.late_left, only_share.warnings) == (None, ())


@pytest.mark.parametrize(("many", "warned"), [(0, 0), (9, 0), (10, 1), (11, 1), (37, 1)])
def test_from_the_tenth_late_one_on_a_week_warns_in_one_sentence(many: int, warned: int) -> None:
    score = scored([late(MONDAY + n) for n in range(many)] + [met()] * 500)

    assert len(score.warnings) == warned
    assert score.late_left == 9 - many


def test_a_warning_says_in_which_period_and_how_many() -> None:
    tenth = [late(MONDAY + n) for n in range(10)]

    assert scored(tenth).warnings == ("10 late this week: from 10 on the platform acts",)
    assert scored(tenth, now=SUNDAY_NIGHT).warnings == ("10 late in 2026-W47: from 10 on the platform acts",)


def test_nine_late_in_one_week_and_nine_in_the_next_warn_in_neither() -> None:
    readings = [late(MONDAY + week * WEEK + n) for week in range(2) for n in range(9)]
    now = SUNDAY_NIGHT + WEEK

    assert [scored(readings, name, now).late for name in ("2026-W47", "2026-W48")] == [9, 9]
    assert [scored(readings, name, now).warnings for name in ("2026-W47", "2026-W48")] == [(), ()]


@pytest.mark.parametrize(
    ("score", "sentence"),
    [
        (week(40), "4 more may be late this week"),
        (week(40, 1, 0), "3 more may be late this week"),
        (week(40, 8, 400, late_limit=10), "1 more may be late this week"),  # the limit allows fewer than the share
        (week(9, 0, 0), "no more may be late this week"),
        (week(9, 1, 0), "no more may be late this week"),
        (week(8, 2, 0), "1 too many is late this week"),
        (week(8, 4, 0), "3 too many are late this week"),
        (week(400, 10, 0, late_limit=10), "1 too many is late this week"),
        (week(3, 3, 0, least=None, late_limit=10, kind=Period.MONTH), "6 more may be late this month"),
        (week(), ""),
        (week(cancelled=3), ""),
        (week(40, ended=True), ""),
        (week(40, least=None), ""),
    ],
)
def test_the_budget_of_the_present_period_is_told_in_a_sentence(score: ObjectiveScore, sentence: str) -> None:
    assert budget_sentence(score) == sentence


@pytest.mark.parametrize(
    ("up", "down", "state"),
    [
        (17, 3, Satisfied.GOOD),  # exactly 85 %
        (8499, 1501, Satisfied.BELOW_TARGET),
        (16, 4, Satisfied.BELOW_TARGET),  # exactly 80 %
        (7999, 2001, Satisfied.BELOW_FLOOR),
        (0, 10, Satisfied.BELOW_FLOOR),
        (10, 0, Satisfied.GOOD),
        (9, 0, Satisfied.TOO_FEW),
        (0, 9, Satisfied.TOO_FEW),
        (0, 0, Satisfied.TOO_FEW),
    ],
)
def test_a_month_lies_between_the_lines_of_satisfaction(up: int, down: int, state: Satisfied) -> None:
    assert month(up, down).state is state


def test_a_month_without_ratings_says_nothing_even_where_no_number_is_asked_for() -> None:
    assert month(0, 0, least=0).state is Satisfied.TOO_FEW
    assert month(0, 0, least=0).share is None
    assert month(1, 0, least=0).state is Satisfied.GOOD


def test_ratings_count_in_the_month_of_their_zone_and_other_words_count_for_nothing() -> None:
    given = [
        ("up", "2026-10-31T22:59:59"),
        ("up", "2026-10-31T23:00:00"),
        ("down", "2026-11-30T22:59:59.999999"),
        ("down", "2026-11-30T23:00:00"),
        ("🙂", "2026-11-15T12:00:00"),
        ("", "2026-11-15T12:00:00"),
    ]
    ratings = [Rating("CH-1001", "reclaimit", word, datetime.fromisoformat(when + "+00:00")) for word, when in given]

    score = satisfaction_score(CSS, "2026-11", ratings)

    assert score == SatisfactionScore(CSS.title, "2026-11", 1, 1, Decimal("0.85"), Decimal("0.80"), 10)
    assert score.share == Decimal("0.5")


def figure(value: str = "", numerator: int | None = None, denominator: int | None = None, **more: Any) -> Figure:
    return Figure("RESPONSE_TIME", "2026-W47", value, numerator, denominator, **more)


@pytest.mark.parametrize(
    ("theirs", "differs"),
    [
        (figure("92.5", 37, 40), False),
        (figure("92.5", 36, 40), True),
        (figure("92.5", 74, 80), True),  # the same share of other numbers
        (figure("nonsense", 37, 40, conforms=True), False),
        (figure("92.5", 37, 40, conforms=False), True),
        (figure(conforms=True), False),
        (figure(conforms=False), True),
        (figure(), False),
        (figure("92.5"), False),
        (figure(" 92,5 %"), False),
        (figure("92.50"), False),
        (figure("0.925"), False),
        (figure("0.92"), False),  # cut
        (figure("0.93"), False),  # rounded
        (figure("93"), False),
        (figure("92"), False),
        (figure("92.5", 37), False),
        (figure(" 92.4 "), True),
        (figure("91"), True),
        (figure("0.924"), True),
        (figure("0.925 %"), True),
        (figure("1"), True),
        (figure("0.9"), True),
        (figure("n/a 漢字"), False),  # tells nothing
        (figure("NaN"), False),
        (figure("9" * 400), False),
    ],
)
def test_a_figure_differs_where_it_tells_something_else(theirs: Figure, differs: bool) -> None:
    found = compared(week(37, 3), theirs)

    assert found.differs is differs
    assert found.figure == theirs


def test_a_figure_of_what_we_have_not_counted_differs_and_a_missing_one_does_not() -> None:
    assert compared(week(), figure("90")).differs
    assert compared(week(), figure("90", 9, 10)).differs
    assert not compared(week(), figure("", 0, 0)).differs
    assert not compared(week(9, 1), None).differs


def test_a_figure_of_satisfaction_is_compared_with_the_thumbs() -> None:
    assert not compared(month(17, 3), figure("85", 17, 20, conforms=True)).differs
    assert compared(month(16, 4), figure("80", 16, 20, conforms=True)).differs
    assert compared(month(17, 3), figure("84")).differs


def test_a_week_that_was_over_gets_a_revision_when_its_numbers_change() -> None:
    running, published = week(8, 1, 1), week(9, 1, ended=True)

    assert revised(running, published).revision == 0
    assert revised(published, week(9, 1, ended=True)).revision == 0
    once = revised(published, week(10, 0, ended=True))
    assert once == week(10, 0, ended=True, revision=1)
    assert revised(once, week(10, 0, ended=True)) == once
    assert revised(once, week(9, 1, ended=True)).revision == 2
    assert revised(published, week(9, 1, ended=True, cancelled=1)).revision == 1


def test_another_week_is_no_revision() -> None:
    with pytest.raises(ValueError, match="response-time 2026-W48 is no revision of response-time 2026-W47"):
        revised(week(1), week(1, period="2026-W48"))


def test_the_order_of_the_runs_does_not_matter() -> None:
    readings = [met(MONDAY + n * HOUR) for n in range(5)] + [late(MONDAY + n * HOUR) for n in range(5)] + [run()]
    shuffled = random.Random(7).sample(readings, len(readings))

    assert scored(shuffled) == scored(readings)


def test_a_run_turns_late_one_second_after_its_due_instant() -> None:
    due = MONDAY + 8 * HOUR

    assert scored([run(due=due)], now=due).undecided == 1
    assert scored([run(due=due)], now=due + 1).late == 1
