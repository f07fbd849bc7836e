"""SIGKILL anywhere: a reading loses and doubles nothing, and a reply is never sent twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from hub.store import open_store
from hub_email_imap.simulator import MailPlatform, MailServers
from tests.crashing.scenarios import MAIL
from tests.crashing.trials import SEED as DELIVERY_SEED
from tests.crashing.trials import TRIALS, Crashing
from tests.crashing.world import SOCKETS
from tests.fakes import MovableClock
from tests.shop import ADDRESS, PASSWORD, Shop, mail, options_of

pytestmark = pytest.mark.skipif(not SOCKETS.exists(), reason=f"{SOCKETS} tells when a server is done with the dead")

Told = Callable[[str, object], None]
ROOT = Path(__file__).parents[3]
SEED = 20260302
READINGS = int(os.environ.get("CASEHUB_CRASH_READINGS", "12"))
"""How many deaths of a reading are tried, each at a function call; raise it to search harder."""


class World:
    """A pretended provider, a folder for the hub's data, and a way to let a run die."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = MovableClock()
        self.platform = MailPlatform(self.clock.now)
        self.platform.add_user(ADDRESS, PASSWORD)

    def run(self, servers: MailServers, kill_at: int) -> subprocess.CompletedProcess[str]:
        plan = {"data": str(self.data), "now": self.clock.now().isoformat(), "options": options_of(servers)}
        file = self.folder / "plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        command = [sys.executable, "-m", "tests.dying", str(file), str(kill_at)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def with_shop(self, servers: MailServers, act: Callable[[Shop], Any]) -> Any:
        store = open_store(self.data, self.clock)
        try:
            return act(Shop(store, self.clock, options_of(servers)))
        finally:
            store.close()


@pytest.fixture
def worlds(tmp_path: Path) -> Callable[[], World]:
    def make() -> World:
        return World(Path(mkdtemp(dir=tmp_path)))

    return make


def fill(world: World) -> None:
    for number in range(7):
        world.platform.put(ADDRESS, mail(f"mail {number}", message_id=f"<{number}@kund.example>"))
    for number in range(3):
        answer = mail(
            "Re", f"more of {number}", message_id=f"<r{number}@kund.example>", In_Reply_To=f"<{number}@kund.example>"
        )
        world.platform.put(ADDRESS, answer)


def everything(shop: Shop) -> list[tuple[str, str, list[str]]]:
    return [(case.subject, case.customer.email, [m.text for m in case.messages]) for case in shop.cases()]


def instants(total: int, trials: int) -> list[int]:
    print(f"seed {SEED}, {trials} of {total} calls")  # noqa: T201  shown when a test fails
    return sorted(random.Random(SEED).sample(range(1, total + 1), min(trials, total)))


def test_a_reading_that_is_killed_anywhere_is_made_good_by_the_next_one(worlds: Callable[[], World]) -> None:
    whole = worlds()
    fill(whole)
    with MailServers(whole.platform) as servers:
        counted = whole.run(servers, 0)
        expected = whole.with_shop(servers, everything)
    assert counted.returncode == 0, counted.stderr
    assert len(expected) == 7

    def die_and_go_on(kill_at: int) -> tuple[int, Any, Any]:
        world = worlds()
        fill(world)
        with MailServers(world.platform) as servers:
            dead = world.run(servers, kill_at)
            world.with_shop(servers, lambda shop: shop.read())
            return (
                dead.returncode,
                world.with_shop(servers, everything),
                world.with_shop(servers, lambda s: s.store.inspect()),
            )

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(die_and_go_on, instants(int(counted.stdout), READINGS)))

    assert [code for code, _, _ in outcomes].count(-signal.SIGKILL) >= len(outcomes) * 3 // 4
    assert [cases for _, cases, _ in outcomes] == [expected] * len(outcomes)
    assert [[f.what for f in found if not f.harmless] for _, _, found in outcomes] == [[]] * len(outcomes)


def test_two_readings_at_once_bring_everything_once(worlds: Callable[[], World]) -> None:
    world = worlds()
    fill(world)
    with MailServers(world.platform) as servers:
        with ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(lambda _: world.run(servers, 0), range(2)))
        world.with_shop(servers, lambda shop: shop.read())
        found = world.with_shop(servers, everything)

    assert [run.returncode for run in runs] == [0, 0]
    assert len(found) == 7
    assert sum(len(texts) for _, _, texts in found) == 10


@pytest.fixture(scope="module")
def crashing() -> Iterator[Crashing]:
    with Crashing() as opened:
        yield opened


def test_a_mail_whose_delivery_is_killed_anywhere_leaves_once(crashing: Crashing, record_property: Told) -> None:
    tally = crashing.run(MAIL, TRIALS * 39 // 100)
    for line in tally.lines():
        record_property("told", f"killed (seed {DELIVERY_SEED}) {line}")

    assert tally.wrong == []
    assert not tally.is_whole or tally.missed == set()
