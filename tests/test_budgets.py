"""Budgets: no stretch of time ever holds more requests than declared, whoever makes them and whatever clocks do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from hub.errors import RateLimited, StoreError
from hub.http import (
    Api,
    Budget,
    BudgetNews,
    ClientCredentials,
    Headers,
    Ledger,
    MemoryLedger,
    Request,
    Response,
    api_door,
)
from hub.store.budgets import FILE, SqliteLedger
from hub.testing import SimulatedClock

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PER = 10 * SECOND
MakeLedger = Callable[[SimulatedClock], Ledger]
BASE = "https://api.platform.example/v1"


@pytest.fixture(params=["memory", "sqlite"])
def make_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeLedger]:
    """Makes ledgers of one kind, each of which is empty."""
    made: list[SqliteLedger] = []

    def make(clock: SimulatedClock) -> Ledger:
        if request.param == "memory":
            return MemoryLedger(clock)
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(SqliteLedger(folder, clock))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


def take(ledger: Ledger, requests: int = 3) -> int | datetime:
    return ledger.take("us", "all", requests, PER)


def granted(ledger: Ledger, requests: int = 3, most: int = 100) -> int:
    """How many requests are granted now, one after another."""
    return next(count for count in range(most) if not isinstance(take(ledger, requests), int))


def test_a_budget_is_spent_and_comes_back_with_time(make_ledger: MakeLedger) -> None:
    clock = SimulatedClock(NOW)
    ledger = make_ledger(clock)
    take(ledger)
    clock.advance(4 * SECOND)

    at_first = granted(ledger)
    again_at = take(ledger)
    clock.set(NOW + PER - timedelta(microseconds=1))
    too_early = granted(ledger)
    clock.set(NOW + PER)
    later = granted(ledger)

    assert (at_first, again_at, too_early, later) == (2, NOW + PER, 0, 1)


def test_accounts_and_budgets_are_kept_apart(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(SimulatedClock(NOW))

    assert granted(ledger) == 3
    assert isinstance(ledger.take("others", "all", 3, PER), int)
    assert isinstance(ledger.take("us", "orders", 3, PER), int)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    requests=st.integers(1, 5),
    steps=st.lists(st.tuples(st.integers(0, 6_000_000), st.integers(1, 7)), max_size=30),
)
def test_no_stretch_of_time_holds_more_than_the_budget(
    make_ledger: MakeLedger, requests: int, steps: list[tuple[int, int]]
) -> None:
    clock, grants = SimulatedClock(NOW), list[datetime]()
    ledger = make_ledger(clock)

    for micros, tries in steps:
        clock.advance(timedelta(microseconds=micros))
        for _ in range(tries):
            answer = take(ledger, requests)
            if isinstance(answer, int):
                grants.append(clock.now())
            else:
                assert clock.now() < answer <= clock.now() + PER
                assert sum(at > clock.now() - PER for at in grants) == requests

    assert all(late - early >= PER for early, late in zip(grants, grants[requests:], strict=False))


def test_what_the_platform_says_is_left_counts_until_the_budget_is_whole(make_ledger: MakeLedger) -> None:
    clock = SimulatedClock(NOW)
    ledger = make_ledger(clock)
    serial = take(ledger, 100)
    assert isinstance(serial, int)

    ledger.correct("us", "all", serial, 2, NOW + 5 * SECOND)

    assert granted(ledger, 100) == 2
    assert take(ledger, 100) == NOW + 5 * SECOND
    clock.advance(5 * SECOND)
    assert granted(ledger, 100) == 97


def test_what_was_granted_after_the_answered_request_is_taken_off(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(SimulatedClock(NOW))
    first, _, _ = (take(ledger, 100) for _ in range(3))
    assert isinstance(first, int)

    ledger.correct("us", "all", first, 3, NOW + 5 * SECOND)

    assert granted(ledger, 100) == 1


def test_no_platform_allows_more_than_is_declared(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(SimulatedClock(NOW))
    serial = take(ledger)
    assert isinstance(serial, int)

    ledger.correct("us", "all", serial, 1000, NOW + 5 * SECOND)

    assert granted(ledger) == 2


def test_a_clock_that_jumps_back_costs_one_period_at_most(make_ledger: MakeLedger) -> None:
    clock = SimulatedClock(NOW)
    ledger = make_ledger(clock)
    serial = take(ledger)
    assert isinstance(serial, int)
    ledger.correct("us", "all", serial, 0, NOW + 7 * SECOND)

    clock.set(NOW - timedelta(days=400))

    assert take(ledger) == clock.now() + 7 * SECOND
    clock.advance(7 * SECOND)
    assert granted(ledger) == 2
    assert take(ledger) == NOW - timedelta(days=400) + PER
    clock.advance(3 * SECOND)
    assert granted(ledger) == 1


def test_threads_share_a_ledger(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(SimulatedClock(NOW))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: take(ledger, 50), range(200)))

    serials = [answer for answer in answers if isinstance(answer, int)]
    assert len(serials) == len(set(serials)) == 50


@pytest.mark.parametrize(("requests", "per"), [(0, PER), (-1, PER), (1, timedelta()), (1, -PER)])
def test_a_budget_that_allows_nothing_is_a_mistake(requests: int, per: timedelta) -> None:
    with pytest.raises(ValueError, match="allows nothing"):
        Budget("all", requests, per)


# The file that processes share

TAKING = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from hub.store.budgets import SqliteLedger

class Uptime:
    # The same for all processes, and nobody sets it.
    def now(self):
        self.last = datetime.fromtimestamp(1_000_000_000 + time.monotonic(), UTC)
        return self.last

clock, grants = Uptime(), []
ledger = SqliteLedger(Path(sys.argv[1]), clock)
ledger.take("another", "all", 1, timedelta(seconds=1))
print("ready", flush=True)
sys.stdin.readline()
while len(grants) < 30:
    if isinstance(ledger.take("us", "all", 20, timedelta(seconds=0.4)), int):
        grants.append(round(clock.last.timestamp() * 1_000_000))
    else:
        time.sleep(0.005)
print(*grants)
"""


def test_two_processes_together_stay_within_a_budget(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", TAKING, str(tmp_path)]
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate()[0].split() for process in processes]

    grants = sorted(int(micros) for output in outputs for micros in output)
    assert len(grants) == 60
    assert min(late - early for early, late in zip(grants, grants[20:], strict=False)) >= 400_000


def test_a_grant_survives_its_process_and_the_file_names_no_account(tmp_path: Path) -> None:
    clock = SimulatedClock(NOW)
    first, account = SqliteLedger(tmp_path, clock), "shop-4711@platform"
    assert isinstance(first.take(account, "all", 1, PER), int)
    first.close()

    second = SqliteLedger(tmp_path, clock)
    still = second.take(account, "all", 1, PER)
    second.close()

    assert still == NOW + PER
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert all(b"4711" not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_damaged_file_says_that_it_may_be_deleted(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1000)

    with pytest.raises(StoreError, match="may be deleted"):
        SqliteLedger(tmp_path, SimulatedClock()).take("us", "all", 1, PER)


# The client


class Counting:
    """A platform that answers all, and remembers when it was asked."""

    def __init__(self, clock: SimulatedClock, *answers: Response) -> None:
        self.clock, self.answers, self.asked = clock, list(answers), list[tuple[str, datetime]]()

    def __call__(self, request: Request) -> Response:
        self.asked.append((request.path, self.clock.now()))
        return self.answers.pop(0) if self.answers else Response(200)


def news(response: Response, now: datetime) -> BudgetNews | None:
    left = response.headers.get("x-left", "")
    return BudgetNews(int(left), now + int(response.headers["x-whole-in"]) * SECOND) if left else None


def test_a_client_waits_for_its_budget_by_the_clock_of_the_test() -> None:
    clock = SimulatedClock(NOW)
    platform = Counting(clock)
    api = Api(BASE, budgets=(Budget("orders", 2, PER, r"GET /orders.*"), Budget("rest", 1, 2 * PER)))

    with api_door(clock, transport=platform)(api) as client:
        for path in ("/orders", "/orders/1", "/orders/2?a=b", "/returns", "/orders-more", "/returns"):
            client.read(path)

    assert [at - NOW for _, at in platform.asked] == [0 * PER, 0 * PER, PER, PER, PER, 3 * PER]


def test_a_budget_that_is_spent_for_long_is_left_to_the_hub() -> None:
    clock = SimulatedClock(NOW)
    platform = Counting(clock)

    with api_door(clock, transport=platform)(Api(BASE, budgets=(Budget("all", 1, 61 * SECOND),))) as client:
        client.read("/orders")
        with pytest.raises(
            RateLimited, match=r"api\.platform\.example takes no more requests of the budget 'all'"
        ) as caught:
            client.write("POST", "/reply")

    assert caught.value.after == NOW + 61 * SECOND
    assert len(platform.asked) == 1


def test_what_an_answer_says_is_left_holds_for_the_other_clients_of_the_account() -> None:
    clock = SimulatedClock(NOW)
    told = Response(200, headers=Headers({"x-left": "0", "x-whole-in": "5"}))
    platform = Counting(clock, told)
    door = api_door(clock, transport=platform)
    api = Api(BASE, account="us", budgets=(Budget("all", 100, PER),), budget_news=news)
    others = Api(BASE, account="others", budgets=(Budget("all", 100, PER),), budget_news=news)

    for one in (api, others, api):
        with door(one) as client:
            client.read("/orders")

    assert [at - NOW for _, at in platform.asked] == [0 * SECOND, 0 * SECOND, 5 * SECOND]


def test_a_wait_that_one_client_is_told_holds_for_the_other_clients_of_the_account() -> None:
    clock = SimulatedClock(NOW)
    platform = Counting(clock, Response(429, headers=Headers({"retry-after": "20"})))
    door, api = api_door(clock, transport=platform), Api(BASE, budgets=(Budget("all", 100, PER),))

    with door(api) as client, pytest.raises(RateLimited):
        client.read("/orders")
    with door(api) as client:
        client.read("/orders")

    assert [at - NOW for _, at in platform.asked] == [0 * SECOND, 20 * SECOND]


def test_headers_that_cannot_be_read_cost_nothing() -> None:
    clock = SimulatedClock(NOW)
    platform = Counting(clock, Response(200, b"fine", Headers({"x-left": "many"})))
    api = Api(BASE, budgets=(Budget("all", 1, PER),), budget_news=news)

    with api_door(clock, transport=platform)(api) as client:
        assert client.read("/orders").body == b"fine"


def test_signing_in_elsewhere_spends_nothing() -> None:
    clock = SimulatedClock(NOW)
    tokens = Response.of_json({"access_token": "a", "token_type": "bearer", "expires_in": 300})
    platform = Counting(clock, tokens)
    auth = ClientCredentials("https://login.example/token", "us", SecretStr("hunter2"))

    with api_door(clock, transport=platform)(Api(BASE, auth, budgets=(Budget("all", 1, PER),))) as client:
        client.read("/orders")

    assert [at for _, at in platform.asked] == [NOW, NOW]
