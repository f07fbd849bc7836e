"""How deadlines are told to people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.cli.due_text import DueText, Urgency, elapsed, time_left
from hub.core.readings import Deadline

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def told(due: str, now: str, tz: str = "Europe/Stockholm") -> DueText:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return time_left(Deadline("office", start, datetime.fromisoformat(due)), datetime.fromisoformat(now), tz)


@pytest.mark.parametrize(
    ("due", "now", "text", "urgency"),
    [
        ("2026-11-24T12:00+01:00", "2026-11-24T08:40+01:00", "due in 3 h 20 min (Tue 24 Nov 12:00)", Urgency.LATER),
        ("2026-11-23T17:00+01:00", "2026-11-23T18:05+01:00", "1 h 5 min late (since Mon 23 Nov 17:00)", Urgency.LATE),
        ("2026-11-26T12:00+01:00", "2026-11-24T12:00+01:00", "due Thu 26 Nov 12:00", Urgency.LATER),
        ("2026-11-24T12:00+01:00", "2026-11-23T12:00+01:00", "due Tue 24 Nov 12:00", Urgency.LATER),
        ("2026-11-24T12:00+01:00", "2026-11-23T12:01+01:00", "due in 23 h 59 min (Tue 24 Nov 12:00)", Urgency.LATER),
        ("2026-11-24T12:00+01:00", "2026-11-24T10:00+01:00", "due in 2 h (Tue 24 Nov 12:00)", Urgency.SOON),
        ("2026-11-24T12:00+01:00", "2026-11-24T09:59:59+01:00", "due in 2 h (Tue 24 Nov 12:00)", Urgency.LATER),
        ("2026-11-24T12:00+01:00", "2026-11-24T11:59:30+01:00", "due in less than 1 min (Tue 24 Nov 12:00)", "soon"),
        ("2026-11-24T12:00+01:00", "2026-11-24T12:00+01:00", "due in less than 1 min (Tue 24 Nov 12:00)", "soon"),
        (
            "2026-11-24T12:00+01:00",
            "2026-11-24T12:00:01+01:00",
            "less than 1 min late (since Tue 24 Nov 12:00)",
            "late",
        ),
        ("2026-11-20T17:00+01:00", "2026-11-23T09:30+01:00", "2 d 16 h late (since Fri 20 Nov 17:00)", Urgency.LATE),
        ("2027-01-04T12:00+01:00", "2026-12-30T12:00+01:00", "due Mon 4 Jan 2027 12:00", Urgency.LATER),
        ("2026-12-31T23:30+00:00", "2026-12-31T22:59+00:00", "due in 31 min (Fri 1 Jan 2027 00:30)", Urgency.SOON),
    ],
)
def test_a_deadline_is_told_with_its_local_date(due: str, now: str, text: str, urgency: str) -> None:
    assert told(due, now) == DueText(text, Urgency(urgency))


@pytest.mark.parametrize(
    ("due", "now", "text"),
    [
        # Saturday noon to Sunday noon: 23 hours in spring, 25 in autumn.
        ((2026, 3, 29, 12), (2026, 3, 28, 12), "due in 23 h (Sun 29 Mar 12:00)"),
        ((2026, 10, 25, 12), (2026, 10, 24, 12), "due Sun 25 Oct 12:00"),
        ((2026, 10, 25, 12), (2026, 10, 24, 13, 1), "due in 23 h 59 min (Sun 25 Oct 12:00)"),
        ((2026, 3, 29, 1, 30), (2026, 3, 29, 3, 30), "1 h late (since Sun 29 Mar 01:30)"),
        ((2026, 10, 25, 1, 30), (2026, 10, 25, 3, 30), "3 h late (since Sun 25 Oct 01:30)"),
    ],
)
def test_the_time_left_is_real_time_over_a_dst_night(due: tuple[int, ...], now: tuple[int, ...], text: str) -> None:
    # Both in the same zone object, whose plain difference Python takes by the wall clock.
    deadline = Deadline("office", datetime(2026, 1, 1, tzinfo=UTC), _stockholm(*due))

    assert time_left(deadline, _stockholm(*now), "Europe/Stockholm").text == text


def _stockholm(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


def test_an_hour_that_comes_twice_says_which_one_it_is() -> None:
    assert told("2026-10-25T00:30+00:00", "2026-10-25T00:00+00:00").text == "due in 30 min (Sun 25 Oct 02:30 CEST)"
    assert told("2026-10-25T01:30+00:00", "2026-10-25T01:00+00:00").text == "due in 30 min (Sun 25 Oct 02:30 CET)"
    assert told("2026-10-25T02:00+00:00", "2026-10-25T01:00+00:00").text == "due in 1 h (Sun 25 Oct 03:00)"
    assert told("2026-03-29T01:00+00:00", "2026-03-29T00:00+00:00").text == "due in 1 h (Sun 29 Mar 03:00)"


def test_the_zone_of_the_reader_decides_the_date() -> None:
    assert (
        told("2026-11-24T20:00+00:00", "2026-11-24T19:00+00:00", "Asia/Tokyo").text == "due in 1 h (Wed 25 Nov 05:00)"
    )


def test_no_deadline_means_that_no_answer_is_owed() -> None:
    assert time_left(None, datetime.now(UTC), "UTC") == DueText("no answer owed", Urgency.NONE)


def test_an_unknown_deadline_says_why() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    unknown = Deadline("office", start, None, "the calendar is known until 2026-12-31 only: add the holidays after it")

    assert time_left(unknown, start, "UTC") == DueText(
        "unknown: the calendar is known until 2026-12-31 only: add the holidays after it", Urgency.UNKNOWN
    )


def test_a_naive_present_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        told("2026-11-24T12:00+01:00", "2026-11-24T12:00")


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(), "less than 1 min"),
        (timedelta(seconds=59), "less than 1 min"),
        (timedelta(minutes=1, seconds=59), "1 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(hours=24, minutes=59), "1 d"),
        (timedelta(days=400, hours=5, minutes=7), "400 d 5 h"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(span: timedelta, text: str) -> None:
    assert elapsed(span) == text
