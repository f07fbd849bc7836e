"""Why a deadline is what it is: what was counted adds up to the target, in time as in days, over pauses and DST."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.core.events import Event
from hub.core.explaining import Trace, clock_rule, explain
from hub.core.model import Author, from_epoch
from hub.core.policy import AfterPause, ClockName, ClockRule, Pause, Reopen, Rule
from hub.core.readings import Reading
from hub.core.targets import Unit, parse_step
from hub.core.worktime import Calendar, Convention
from tests.clocks import (
    NEVER_LATER,
    asks,
    clock,
    closes,
    first,
    given,
    look,
    only,
    opened,
    parks,
    reopens,
    resolution,
    rule,
    seconds,
    shown,
    unparks,
    week,
)

RESUME, RESTART = Pause("PARKED"), Pause("PARKED", then=AfterPause.RESTART)


def traced(promised: ClockRule, *events: Event, now: str = NEVER_LATER) -> tuple[Reading, tuple[Trace, ...]]:
    reading = only(look(events, promised, now=now))
    return reading, explain(reading, promised)


def told(trace: Trace) -> list[str]:
    """The segments of a trace, those that are counted with a plus."""
    return [f"{'+' if s.open else '-'} {shown(s.start)} {shown(s.end)} {s.name}" for s in trace.segments]


def test_open_time_is_told_interval_by_interval_with_the_names_of_the_days() -> None:
    office = week("09:00-17:00", holidays=["09-09"], special={"09-10": ["09:00-12:00"]})
    _, [trace] = traced(first("8wh", office), asks("09-08 13:00"))

    assert (trace.step, trace.unit, trace.counted) == ("8wh", Unit.OPEN_TIME, 8 * 3600)
    assert told(trace) == [
        "+ 09-08 13:00 09-08 17:00 tue open",
        "- 09-08 17:00 09-09 00:00 tue closed",
        "- 09-09 00:00 09-10 00:00 2026-09-09 holiday",
        "- 09-10 00:00 09-10 09:00 2026-09-10 special hours",
        "+ 09-10 09:00 09-10 12:00 2026-09-10 special hours",
        "- 09-10 12:00 09-11 00:00 2026-09-10 special hours",
        "- 09-11 00:00 09-11 09:00 fri closed",
        "+ 09-11 09:00 09-11 10:00 fri open",
    ]


def test_elapsed_time_is_one_interval_also_over_a_dst_night() -> None:
    _, [trace] = traced(first("24h"), asks("10-24 12:00"))

    assert told(trace) == ["+ 10-24 12:00 10-25 11:00 elapsed time"]
    assert trace.counted == 86_400


def test_a_pause_is_named_after_the_state_that_brought_it() -> None:
    reading, [trace] = traced(
        first("24h", pauses=(RESUME,)), asks("09-07 12:00"), parks("09-07 15:00"), unparks("09-08 15:00")
    )

    assert shown(reading.due) == "09-09 12:00"
    assert told(trace) == [
        "+ 09-07 12:00 09-07 15:00 elapsed time",
        "- 09-07 15:00 09-08 15:00 paused: PARKED",
        "+ 09-08 15:00 09-09 12:00 elapsed time",
    ]
    assert trace.counted == 86_400


def test_a_clock_that_stands_still_is_told_up_to_there_and_the_rest_is_what_remains() -> None:
    reading, [trace] = traced(first("8wh", pauses=(RESUME,)), asks("09-07 12:00"), parks("09-08 10:00"))

    assert (reading.due, shown(trace.end)) == (None, "09-08 10:00")
    assert trace.counted + (reading.remaining or 0) == 8 * 3600


def test_of_two_steps_only_those_that_began_are_told_while_the_clock_stands_still() -> None:
    reading, traces = traced(first("4wh 4h", pauses=(RESUME,)), asks("09-07 12:00"), parks("09-07 13:00"))

    assert (reading.due, [trace.step for trace in traces]) == (None, ["4wh"])


def test_after_a_pause_that_starts_anew_the_new_start_is_told() -> None:
    reading, [trace] = traced(
        first("24h", pauses=(RESTART,)), asks("09-07 12:00"), parks("09-07 15:00"), unparks("09-10 15:00")
    )

    assert (shown(trace.start), shown(trace.end), reading.due) == ("09-10 15:00", "09-11 15:00", trace.end)
    assert trace.counted == 86_400


def test_closed_time_of_a_case_is_named_too() -> None:
    _, [trace] = traced(
        resolution("24h", reopen=Reopen.RESUME), opened("09-07 12:00"), closes("09-07 18:00"), reopens("09-08 18:00")
    )

    assert told(trace)[1] == "- 09-07 18:00 09-08 18:00 paused: closed"


# --- Days as days ---


def test_working_days_are_told_day_by_day_and_counted_as_days() -> None:
    office = week(holidays=["09-08"])
    reading, [trace] = traced(first("2wd", office), asks("09-07 12:00"))

    assert (trace.in_days, trace.counted, reading.due) == (True, 2, trace.end)
    assert told(trace) == [
        "- 09-07 12:00 09-08 00:00 the day of the start",
        "- 09-08 00:00 09-09 00:00 2026-09-08 holiday",
        "+ 09-09 00:00 09-10 00:00 wed open",
        "+ 09-10 00:00 09-10 12:00 thu open",
    ]


@pytest.mark.parametrize(
    ("target", "start", "due", "counted"),
    [
        ("1wd", "09-07 00:00", "09-08 00:00", 1),  # reached at the very beginning of the day
        ("1wd!end", "09-07 12:00", "09-09 00:00", 1),  # closes at midnight
        ("1wd!open", "09-04 20:00", "09-08 00:00", 1),  # a Friday evening
        ("3wd", "09-10 12:00", "09-15 12:00", 3),
    ],
)
def test_a_day_counts_once_wherever_in_it_the_step_ends(target: str, start: str, due: str, counted: int) -> None:
    calendar = week("00:00-24:00") if "open" not in target else week("00:00-18:00")
    reading, [trace] = traced(first(target, calendar), asks(start))

    assert (shown(reading.due), trace.counted) == (due, counted)
    assert (trace.segments[0].start, trace.segments[-1].end) == (trace.start, trace.end)


def test_a_landing_on_a_later_opening_counts_no_day_more() -> None:
    calendar = week(special={"09-08": ["09:00-10:00"]})
    reading, [trace] = traced(first("1wd!open", calendar), asks("09-07 16:00"))

    assert shown(reading.due) == "09-09 09:00"
    assert [line[:1] for line in told(trace)] == ["-", "+", "-"]
    assert trace.counted == 1


def test_the_last_day_that_a_calendar_knows_can_be_told() -> None:
    calendar = week("00:00-24:00", until="2026-09-08")
    _, [trace] = traced(first("1wd!end", calendar), asks("09-07 12:00"))

    assert told(trace)[-1] == "+ 09-08 00:00 09-09 00:00 tue open"


def test_calendar_days_pass_whatever_the_office_does() -> None:
    _, [trace] = traced(first("2d"), asks("10-24 12:00"))

    assert told(trace) == ["+ 10-24 12:00 10-26 12:00 to the same time of day"]
    assert (trace.in_days, trace.counted) == (True, 2)


# --- What has no way to tell ---


def test_a_deadline_that_nobody_can_tell_has_no_trace() -> None:
    reading, traces = traced(first("8wh", week(until="2026-09-07")), asks("09-07 16:00"))

    assert (reading.due, traces) == (None, ())
    assert "known until 2026-09-07" in reading.problem


def test_beside_a_given_deadline_the_rules_own_way_is_told() -> None:
    reading, [trace] = traced(first("24h"), asks("09-07 12:00"), given("09-07 13:00", "09-20 12:00", Author.PLATFORM))

    assert (shown(reading.due), shown(trace.end), reading.computed) == ("09-20 12:00", "09-08 12:00", trace.end)


def test_the_rule_of_a_clock_is_found_by_its_name() -> None:
    promised: Rule = rule("any", first("24h"), resolution("72h"))
    evaluation = look([asks("09-07 12:00")], promised)

    assert [clock_rule(promised, reading) for reading in evaluation.clocks] == list(promised.clocks)
    assert clock_rule(rule("none"), evaluation.clocks[0]) is None


# --- Sums ---


def random_calendar(seed: random.Random) -> Calendar:
    hours = seed.choice(["09:00-17:00", "00:00-24:00", "08:30-12:00 13:15-18:00", "00:00-06:00 18:00-24:00"])
    return week(hours, holidays=[f"{seed.choice(['03', '10'])}-{day:02}" for day in seed.sample(range(1, 29), 5)])


@pytest.mark.parametrize("number", range(60))
def test_what_was_counted_adds_up_to_the_target(number: int) -> None:
    seed = random.Random(number)
    month = seed.choice(["03", "10"])
    day, hour, minute, second = (seed.randint(low, high) for low, high in ((1, 30), (0, 23), (0, 59), (0, 59)))
    start = f"{month}-{day:02} {hour:02}:{minute:02}:{second:02}"
    texts = [f"{seed.randint(1, 40)}{seed.choice(['h', 'wh', 'm', 'wm'])}" for _ in range(seed.randint(1, 3))]
    begin = from_epoch(seconds(start) + seed.randint(0, 90_000))
    away = begin + timedelta(seconds=seed.randint(1, 200_000))
    paused = [_at(parks("09-07 12:00"), begin), _at(unparks("09-07 12:00"), away)] if seed.random() < 0.7 else []
    promised = clock(
        ClockName.FIRST_RESPONSE,
        " ".join(texts),
        random_calendar(seed),
        pauses=(RESUME,),
        convention=seed.choice(list(Convention)),
    )
    reading, traces = traced(promised, asks(start), *paused)

    assert [trace.counted for trace in traces] == [parse_step(text).amount for text in texts]
    assert [trace.start for trace in traces[1:]] == [trace.end for trace in traces[:-1]]
    assert (traces[0].start, traces[-1].end) == (reading.start, reading.due)
    for trace in traces:
        edges = [(segment.start, segment.end) for segment in trace.segments]
        assert [edge[0] for edge in edges] == [trace.start, *(edge[1] for edge in edges[:-1])]
        assert edges[-1][1] == trace.end


def _at(event: Event, instant: datetime) -> Event:
    return replace(event, at=instant, seen_at=instant)
