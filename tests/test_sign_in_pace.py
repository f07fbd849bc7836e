"""How quickly somebody may go on guessing: the pure rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.sign_in_pace import (
    OF_A_NAME,
    OF_AN_ADDRESS,
    Pace,
    Tries,
    is_forgotten,
    neighbourhood,
    pause,
    thinned,
    to_wait,
    tried,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
PACES = st.sampled_from([OF_A_NAME, OF_AN_ADDRESS, Pace(0, SECOND, 8 * SECOND, 60 * SECOND)])


@pytest.mark.parametrize(
    ("wrong", "seconds"), [(0, 0), (4, 0), (5, 2), (6, 4), (7, 8), (10, 64), (11, 120), (12, 120), (10_000, 120)]
)
def test_after_five_wrong_guesses_for_a_name_each_further_one_waits_twice_as_long(wrong: int, seconds: int) -> None:
    assert pause(wrong, OF_A_NAME) == seconds * SECOND


@given(PACES, st.integers(0, 10**9))
def test_a_pause_never_shrinks_with_more_wrong_guesses_and_is_never_longer_than_the_longest(
    pace: Pace, wrong: int
) -> None:
    assert pause(wrong, pace) <= pause(wrong + 1, pace) <= pace.longest


@given(PACES, st.lists(st.timedeltas(timedelta(0), timedelta(hours=4)), max_size=40))
def test_whoever_waits_as_long_as_told_may_guess_and_nobody_who_does_not(pace: Pace, waits: list[timedelta]) -> None:
    now, tries = NOON, None
    for passed in waits:
        now += passed
        wait = to_wait(tries, now, pace)
        if wait > timedelta(0):
            assert to_wait(tries, now + wait - timedelta(microseconds=1), pace) > timedelta(0)
            now += wait
        assert to_wait(tries, now, pace) == timedelta(0)
        tries = tried(tries, now, pace)


@given(PACES, st.integers(1, 60))
def test_in_an_hour_of_guessing_on_and_on_few_guesses_are_heard(pace: Pace, hours: int) -> None:
    now, tries, heard = NOON, None, 0
    while now < NOON + timedelta(hours=hours) and heard < 10_000:
        now += to_wait(tries, now, pace) or timedelta(microseconds=1)
        tries, heard = tried(tries, now, pace), heard + 1

    doublings = 32
    assert heard <= pace.free + doublings + timedelta(hours=hours) / pace.longest + 1


@given(PACES, st.integers(0, 100), st.timedeltas(-DAY, DAY))
def test_a_clock_that_is_set_back_makes_no_pause_longer(pace: Pace, wrong: int, moved: timedelta) -> None:
    assert to_wait(Tries(wrong, NOON), NOON + moved, pace) <= pause(wrong, pace)


def test_guesses_that_lie_far_back_count_no_more() -> None:
    tries = Tries(100, NOON)
    later = NOON + OF_A_NAME.forgotten_after

    assert to_wait(tries, later, OF_A_NAME) == timedelta(0)
    assert tried(tries, later, OF_A_NAME) == Tries(1, later)
    assert not is_forgotten(tries, later - timedelta(microseconds=1), OF_A_NAME)


TRIES = st.dictionaries(st.text(max_size=3), st.builds(Tries, st.integers(1, 50), st.datetimes().map(lambda _: NOON)))


@given(TRIES, st.integers(1, 20))
def test_too_many_are_thinned_to_those_who_guess_hardest(tries: dict[str, Tries], most: int) -> None:
    kept = thinned(tries, NOON, OF_A_NAME, most)
    gone = [one.wrong for key, one in tries.items() if key not in kept]

    assert len(kept) < most
    assert kept.items() <= tries.items()
    if gone and kept:
        assert max(gone) <= min(one.wrong for one in kept.values())


def test_the_forgotten_are_dropped_first() -> None:
    old, new = Tries(50, NOON - 2 * DAY), Tries(1, NOON)

    assert thinned({"old": old, "new": new}, NOON, OF_A_NAME, 2) == {"new": new}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
        ("x" * 500, "x" * 100),
    ],
)
def test_an_address_of_ipv6_counts_for_its_whole_network(address: str, network: str) -> None:
    assert neighbourhood(address) == network


@pytest.mark.parametrize(("first", "longest", "memory"), [(0, 1, 2), (2, 1, 3), (1, 3, 3)])
def test_a_pace_whose_pauses_outlast_the_memory_of_them_is_refused(first: int, longest: int, memory: int) -> None:
    with pytest.raises(ValueError, match="outlast no memory"):
        Pace(0, first * SECOND, longest * SECOND, memory * SECOND)
