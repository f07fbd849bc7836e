"""A run every so often."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from hub import ConfigurationError
from hub.runs.schedule import every, read_interval


class CountingStop(threading.Event):
    """An event that is set after so many waits, and remembers how long each would have been."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self._rounds = rounds
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if len(self.waits) >= self._rounds:
            self.set()
        return self.is_set()


def test_it_works_at_once_and_then_every_interval() -> None:
    stop, outcomes = CountingStop(3), iter([True, True, True])

    went_well = every(timedelta(minutes=5), lambda: next(outcomes), stop, monotonic=lambda: 0.0)

    assert went_well
    assert next(outcomes, None) is None
    assert stop.waits == [300.0, 300.0, 300.0]


def test_the_time_a_round_takes_is_part_of_the_interval() -> None:
    stop, ticks = CountingStop(1), iter([0.0, 40.0])

    every(timedelta(seconds=60), lambda: True, stop, monotonic=lambda: next(ticks))

    assert stop.waits == [20.0]


def test_a_round_longer_than_the_interval_is_followed_by_one_round_at_once() -> None:
    stop, ticks = CountingStop(1), iter([0.0, 400.0])

    every(timedelta(seconds=60), lambda: True, stop, monotonic=lambda: next(ticks))

    assert stop.waits == [0.0]


def test_the_last_round_decides_how_it_went() -> None:
    outcomes = iter([True, False])

    assert not every(timedelta(seconds=1), lambda: next(outcomes), CountingStop(2), monotonic=lambda: 0.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
    ],
)
def test_an_interval_is_made_of_numbers_with_units(text: str, expected: timedelta) -> None:
    assert read_interval(text) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "0m", "-5m", "5 minutes", "five m", "1.5h", "9" * 30 + "d", "٣m"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match="30s, 5m, 1h30m or 1d"):
        read_interval(text)
