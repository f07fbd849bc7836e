"""What clocks cost: evaluating a case as it grows, all cases after a change of policy, and looking for what is due.

Run by hand: python -m benchmarks.clocks. The floor is to read and replay the same events, which nothing that derives
deadlines from events can do without. Trust the ratios: another machine has other microseconds.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from hub.core.escalation import Step
from hub.core.evaluation import evaluate
from hub.core.events import Event, MessageArrived, Opened, StateChanged
from hub.core.merge import Change
from hub.core.model import Author, Case, CaseState, Direction, Message, Money, Order, Party, epoch
from hub.core.policy import Audience, Policy
from hub.core.ports import CaseFilter, ChannelRecord, EvaluationOf, Store
from hub.core.readings import Evaluation
from hub.core.replay import replay
from hub.core.targets import parse_step
from hub.core.worktime import Calendar
from hub.policies.holiday_sets import holiday_set
from hub.policies.reading import read_file
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile
from hub.refreshing import refresh_evaluations
from hub.runs.escalation import escalate
from hub.runs.telling import EscalationPorts
from hub.store import open_store

ROOT = Path(__file__).parents[1]
PROMISE = ROOT / "hub/policies/office.toml"
FYNDIQ = ROOT / "plugins/fyndiq_reclaimit/hub_fyndiq_reclaimit/fyndiq.toml"
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
STEP = timedelta(hours=5)
LENGTHS = (1, 1, 1, 2, 3, 3, 5, 8)  # messages of an open case; three on average
CHANNEL, ROUNDS, BATCH, DUE = "fyndiq", 7, 500, 500
TEXT = "Hej, paketet har inte kommit än. Åsa Öberg 漢字 🙂\n" * 6


class StandingClock:
    """Shows the same instant at every run."""

    def now(self) -> datetime:
        """That instant."""
        return NOW


class Evaluator:
    """The clocks of any case under one policy file."""

    def __init__(self, file: Path) -> None:
        holidays = holiday_set("SE")
        self._office = Calendar(
            "Europe/Stockholm", WEEK, holidays.days, valid_from=holidays.first, valid_to=holidays.last
        )
        around = Surroundings(self._office, (parse_step("8wh"),))
        read = read_file(PolicyFile(file.name, file.read_text(encoding="utf-8")), around, NOW.date())
        self.policy: Policy = read.policy

    def __call__(self, case: Case) -> Evaluation:
        """What its clocks show now."""
        return evaluate(case, self.policy, {}, NOW, self._office)


@dataclass(slots=True)
class Silent:
    """A notifier that wants every step and tells nobody, so that only the hub's own work is measured."""

    name: str = "silent"

    def wants(self, _step: Step) -> bool:
        """Always."""
        return True

    def tell(self, notification: str, audience: Audience, steps: Sequence[Step], now: datetime) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step took in a process of its own: seconds by the clock and of the processor, MB; and what came of it."""

    seconds: float
    processor: float
    memory: float
    result: int


def main() -> None:
    """Measure one case of each size, then a store of many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5_000, help="how many open cases the store has (5000)")
    parser.add_argument(
        "--messages", type=int, nargs="*", default=[2, 5, 20, 100, 500], help="sizes of one case (2 5 20 100 500)"
    )
    wanted = parser.parse_args()
    print_growth(wanted.messages)
    with tempfile.TemporaryDirectory() as folder:
        print_store(Path(folder), wanted.cases)


def print_growth(sizes: Sequence[int]) -> None:
    """Print what evaluating a case takes as it grows, beside replaying it."""
    evaluator = Evaluator(FYNDIQ)
    print(
        f"{'microseconds, fastest round':<28}{'evaluated':>12}{'an event':>10}{'replayed':>12}{'ratio':>8}{'runs':>7}"
    )
    for size in sizes:
        events = list(story("CH-1001", size, NOW - size * STEP))
        case = replay(events)
        runs = len(evaluator(case).clocks)
        evaluated, replayed = turn_about(partial(evaluator, case), partial(replay, events), size)
        print(
            f"  {f'{size} messages, {len(events)} events':<26}{evaluated * 1e6:>12,.0f}"
            f"{evaluated / len(events) * 1e6:>10.1f}{replayed * 1e6:>12,.0f}{evaluated / replayed:>8.1f}{runs:>7}"
        )


def story(number: str, messages: int, began: datetime) -> Iterator[Event]:
    """A case in which customer and seller take turns, parked for some hours now and then; the customer wrote last."""
    order = Order(f"SE-{number}", value=Money(Decimal(875), "SEK"))
    customer = Party("Åsa Öberg", f"{number}@customer.example".lower())
    opened = Opened(
        number, CHANNEL, f"errand-{number}", "Var är paketet?", customer=customer, order=order, marketplace=CHANNEL
    )
    yield Event(opened, began, began)
    at = began
    for place in range(messages):
        if place and place % 5 == 0:
            yield Event(StateChanged(CaseState.WAITING, Author.PLATFORM, raw="PARKED"), at, at)
            at += STEP / 2
            yield Event(StateChanged(CaseState.OPEN, Author.PLATFORM, raw="ACTIVE"), at, at)
        asks = place == 0 or (messages - place) % 2 == 1
        who, way = (Author.CUSTOMER, Direction.INBOUND) if asks else (Author.SELLER, Direction.OUTBOUND)
        yield Event(MessageArrived(Message(f"{number}-{place}", who, way, at, TEXT)), at, at)
        at += STEP


def turn_about(one: Callable[[], object], other: Callable[[], object], size: int) -> tuple[float, float]:
    """The processor's seconds of two calls, each in its fastest round; a small case is taken many times a round."""
    calls = max(200 // size, 1)
    rounds = [(seconds_a_call(one, calls), seconds_a_call(other, calls)) for _ in range(ROUNDS)]
    return min(first for first, _ in rounds), min(second for _, second in rounds)


def seconds_a_call(call: Callable[[], object], calls: int) -> float:
    """The processor's seconds that a call takes."""
    began = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - began) / calls


def print_store(folder: Path, cases: int) -> None:
    """Fill a store under the office's promise and print what another policy and the looks after it take."""
    filled = alone(fill, folder, cases)
    print(f"\n{cases:,} open cases, {filled.result:,} events, written in {filled.seconds:.1f} s")
    print(f"{'':<42}{'seconds':>9}{'processor':>11}{'cases/s':>9}{'ratio':>7}{'MB':>6}")
    floor = alone(only_replay, folder)
    print_cost("floor: read and replayed", floor, floor, cases)
    for title, step in (
        ("read, replayed and evaluated", only_evaluate),
        ("every deadline moved by another policy", partial(refresh, digest="other")),
        ("evaluated again, nothing moved", partial(refresh, digest="same")),
        ("rebuilt from the events", rebuild),
    ):
        print_cost(title, alone(step, folder), floor, cases)
    for due in (0, min(DUE, cases)):
        print_look(folder, due)


def print_cost(title: str, cost: Cost, floor: Cost, cases: int) -> None:
    """Print what a step took for all cases; rate and ratio are the processor's, which others on a machine move less."""
    rate, times = cases / cost.processor, cost.processor / floor.processor
    print(
        f"  {title:<40}{cost.seconds:>9.2f}{cost.processor:>11.2f}{rate:>9,.0f}{times:>7.1f}{cost.memory:>6.0f}",
        flush=True,
    )


def print_look(folder: Path, due: int) -> None:
    """Print what a look takes that finds so many cases."""
    wake(folder, due)
    asked, looked = alone(only_awake, folder), alone(look, folder)
    if (asked.result, looked.result) != (due, due):
        raise SystemExit(f"{asked.result} cases were awake and {looked.result} looked at, but {due} are due")
    title, question = f"a look that finds {due} cases due", f"the question alone {asked.processor * 1e3:.3f} ms"
    print(f"  {title:<40}{looked.seconds:>9.3f}{looked.processor:>11.3f}   {question}", flush=True)


def alone(step: Callable[..., Cost], *values: object) -> Cost:
    """What a step takes in a fresh process, so that its memory is its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(step, *values).result()


def timed(work: Callable[[], int]) -> Cost:
    """What some work takes; the memory is the most that the process has had."""
    began, busy = time.perf_counter(), time.process_time()
    result = work()
    seconds, processor = time.perf_counter() - began, time.process_time() - busy
    peak = Path("/proc/self/status").read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]
    return Cost(seconds, processor, int(peak) / 1024, result)


def fill(folder: Path, cases: int) -> Cost:
    """Write open cases whose last message came within the last day; gives how many events they have."""
    chance, evaluation_of = random.Random(1), Evaluator(PROMISE)
    with closing(open_store(folder, StandingClock())) as store:
        sizes = [min(BATCH, cases - start) for start in range(0, cases, BATCH)]
        return timed(lambda: sum(write(store, size, chance, evaluation_of) for size in sizes))


def write(store: Store, cases: int, chance: random.Random, evaluation_of: EvaluationOf) -> int:
    """Write so many new cases in one transaction; gives how many events they have."""
    count = 0
    with store.writing() as writer:
        writer.record_channel(ChannelRecord(CHANNEL, read_until=NOW + timedelta(days=99)))
        for _ in range(cases):
            messages = chance.choice(LENGTHS)
            began = NOW - messages * STEP - timedelta(seconds=chance.randrange(20 * 3600))
            events = tuple(story(writer.next_number(), messages, began))
            case = replay(events)
            writer.save(Change(case, events, is_new=True), evaluation_of(case))
            count += len(events)
    return count


def only_replay(folder: Path) -> Cost:
    """Read every open case; gives how many messages they have."""
    with closing(open_store(folder, StandingClock())) as store:
        return timed(lambda: sum(len(store.case(found.number).messages) for found in store.cases(CaseFilter())))


def only_evaluate(folder: Path) -> Cost:
    """Read every open case and evaluate it; gives how many runs of clocks there are."""
    evaluation_of = Evaluator(FYNDIQ)
    with closing(open_store(folder, StandingClock())) as store:
        cases = (store.case(found.number) for found in store.cases(CaseFilter()))
        return timed(lambda: sum(len(evaluation_of(case).clocks) for case in cases))


def refresh(folder: Path, digest: str) -> Cost:
    """Evaluate every open case anew, as when casehub starts under policies that are not those of the last time."""
    evaluation_of = Evaluator(FYNDIQ)
    with closing(open_store(folder, StandingClock())) as store:
        return timed(lambda: refresh_evaluations(store, evaluation_of, digest))


def rebuild(folder: Path) -> Cost:
    """Make everything but the events anew, as `casehub db rebuild` does."""
    evaluation_of = Evaluator(FYNDIQ)
    with closing(open_store(folder, StandingClock())) as store:
        return timed(lambda: store.rebuild(evaluation_of))


def only_awake(folder: Path) -> Cost:
    """Ask which cases are awake."""
    with closing(open_store(folder, StandingClock())) as store:
        store.fact("policies")  # the connection is there before the clock runs
        return timed(lambda: len(store.awake(NOW)))


def look(folder: Path) -> Cost:
    """Look at what is due as `casehub run` does at each round, with a notifier that tells nobody."""
    clock, evaluation_of = StandingClock(), Evaluator(FYNDIQ)
    with closing(open_store(folder, clock)) as store:
        store.fact("policies")
        ports = EscalationPorts(store, clock, evaluation_of, [Silent()], lambda: "benchmark")
        return timed(lambda: escalate(ports).looked_at)


def wake(folder: Path, count: int) -> None:
    """Let so many cases be awake, as if something came due in each of them."""
    evaluation_of = Evaluator(FYNDIQ)
    with closing(open_store(folder, StandingClock())) as store, store.writing() as writer:
        for found in store.cases(CaseFilter(limit=count)):
            evaluation = evaluation_of(writer.case(found.number))
            writer.set_evaluation(found.number, replace(evaluation, wakeup=epoch(NOW)))


if __name__ == "__main__":
    main()
