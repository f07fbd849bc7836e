"""What the figures of the overview cost: each question to the database, and all of them, for ranges of several lengths.

Run by hand on a copy of a made-up store, as `benchmarks.big_store` makes one: python -m benchmarks.figures HUB.TOML.
The floor is to count the same runs in the same index without telling them apart. Trust the ratios.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hub.app import Hub, open_hub
from hub.core.claims import CLAIMS
from hub.core.model import epoch
from hub.core.ranges import DayRange
from hub.core.statistics import ANSWERS
from hub.statistics import HORIZON, read_days, statistics_of

ROUNDS = 3


def measured(ask: Callable[[], object]) -> tuple[float, float]:
    """The fastest of some rounds, in milliseconds as time passed and of the processor's time."""
    rounds = []
    for _ in range(ROUNDS):
        wall, own = time.perf_counter(), time.process_time()
        ask()
        rounds.append(((time.perf_counter() - wall) * 1000, (time.process_time() - own) * 1000))
    return min(rounds)


def questions(hub: Hub, days: DayRange) -> dict[str, Callable[[], object]]:
    """Every question that the overview asks, and the whole of it."""
    counting, now = hub.store.counting, epoch(hub.clock.now())
    spans = [bucket.span for bucket in days.buckets]
    soon = (now, now + int(HORIZON.total_seconds()))
    return {
        "floor: one span, one clock": lambda: counting.ended(["resolution"], [days.span], now),
        "cases opened": lambda: counting.opened(spans),
        "runs of clocks": lambda: counting.ended(ANSWERS, spans, now),
        "answers": lambda: counting.answered(days.span),
        "money at risk": lambda: counting.exposed(soon),
        "claims": lambda: counting.concerned(days.span, CLAIMS),
        "the whole overview": lambda: statistics_of(hub, days),
    }


def main() -> None:
    """Print what each question takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path, help="the hub.toml of a store; it is brought up to date: take a copy")
    parser.add_argument("--days", type=int, nargs="+", default=[1, 7, 30])
    chosen = parser.parse_args()
    with open_hub(chosen.config) as hub:
        today = read_days(hub).last
        for count in chosen.days:
            days = DayRange(today - timedelta(days=count - 1), today, hub.settings.office.timezone)
            found = statistics_of(hub, days)
            cases, runs = (sum(getattr(one, name) for one in found.channels) for name in ("opened", "met"))
            print(f"{count} days: {cases:,} cases opened, {runs:,} answers in time")
            for name, ask in questions(hub, days).items():
                wall, own = measured(ask)
                print(f"  {name:<28}{wall:>9.1f} ms{own:>9.1f} ms of the processor's")


if __name__ == "__main__":
    main()
