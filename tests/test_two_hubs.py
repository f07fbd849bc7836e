"""Several hubs on one database, some of them killed or frozen: nothing is delivered twice, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from hub.core.outbox import Reply
from hub.core.ports import CaseFilter
from hub.scaffold.acme.simulator import AcmeSimulator
from hub.testing import Platform
from hub_email_imap.simulator.shop import MailSimulator
from hub_rakuten.france.simulator import FranceSimulator
from hub_rakuten.ichiba.simulator import IchibaSimulator
from tests.crashing.judging import WRONG, Trial, Verdict, verdict_on
from tests.crashing.office import Hub, Office
from tests.crashing.scenarios import HTTP, MAIL, ForgetfulReclaimit, Scenario, mails, texts
from tests.crashing.trials import SEED, Crashing, choose
from tests.crashing.world import SOCKETS, Front, World
from tests.crashing.zygote import Plan, Zygote
from tests.fakes import MovableClock

pytestmark = pytest.mark.skipif(not SOCKETS.exists(), reason=f"{SOCKETS} tells when a server is done with the dead")

KINDS = (AcmeSimulator, ForgetfulReclaimit, IchibaSimulator, FranceSimulator, MailSimulator)
EACH = 40
ROUNDS = 12
PLACES = (
    "after COMMIT",
    "before COMMIT",
    "before sending a body",
    "all but a byte sent of a body",
    "after receiving an answer to a body",
    "after receiving an answer to the dot",
    "before connecting",
)


@dataclass
class Street:
    """Many customers on several platforms, and one office for all of them."""

    worlds: Mapping[str, World]
    clock: MovableClock
    folder: Path

    @property
    def office(self) -> Office:
        """The office, with a channel on each platform."""
        accounts = tuple(world.office.accounts[0] for world in self.worlds.values())
        return Office(self.folder / "data", self.clock, accounts)

    def plan(self, name: str, wanted: str = "") -> Plan:
        """What a process does: deliver whatever is due."""
        return Plan(self.office, ("deliver",), self.folder / f"report-{name}", wanted)

    def wait_for_quiet(self) -> None:
        """Wait until every platform has done with the dead."""
        for world in self.worlds.values():
            world.wait_for_quiet()

    def finish(self, hub: Hub) -> list[str]:
        """Let the runs of two days, of which none dies, settle what is left; what they delivered."""
        said = list[str]()
        for _ in range(12):
            if hub.needs_nobody():
                break
            self.clock.advance(timedelta(hours=4))
            said += [f"delivered {key}" for result in hub.deliver() for key in result.delivered]
        return said

    def verdicts(self, hub: Hub) -> dict[str, Verdict]:
        """What became of each reply."""
        return {reply.key: verdict_on(reply, self._copies(reply)) for reply in hub.replies()}

    def _copies(self, reply: Reply) -> tuple[int, ...]:
        world = self.worlds[reply.channel]
        return mails(world, reply) if isinstance(world.platform, MailSimulator) else texts(world, reply)


def by_the_clock(kind: type[Platform], clock: MovableClock) -> Callable[[MovableClock], Platform]:
    """A way to pretend a platform that goes by the clock of the whole street."""

    def pretend(_own: MovableClock) -> Platform:
        return kind(clock)

    return pretend


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Five platforms with forty questions each, of which every one has an answer in the outbox."""
    clock = MovableClock()
    with ExitStack() as opened:
        worlds: dict[str, World] = {}
        for kind in KINDS:
            front = opened.enter_context(Front())
            world = World.make(by_the_clock(kind, clock), tmp_path / kind.channel, front)
            opened.callback(world.stop)
            worlds[kind.channel] = world
            for number in range(EACH):
                platform = world.platform
                assert isinstance(platform, Platform)
                platform.customer_writes(f"Fråga {number} 漢字")
        street = Street(worlds, clock, tmp_path)
        with street.office.open() as hub:
            assert [result.failure for result in hub.sync()] == [None] * len(KINDS)
            for case in hub.store.cases(CaseFilter(states=frozenset())):
                seen = hub.store.case(case.number).last_inbound
                assert seen is not None
                hub.desk(f"k-{case.number}".lower()).reply(case.number, f"Svar i {case.number}. 🙂", after=seen.ref)
            hub.begin()
        yield street


@pytest.mark.parametrize("processes", [2, 4])
def test_several_hubs_on_one_database_deliver_everything_once_whoever_dies(
    street: Street, processes: int, record_property: Callable[[str, object], None]
) -> None:
    random, said, deaths = Random(SEED + processes), list[str](), 0
    with Zygote() as zygote:
        for number in range(ROUNDS):
            spared = random.randrange(processes)
            places = [f"{random.choice(PLACES)}, time {random.randrange(2, EACH // 3)}" for _ in range(processes)]
            if number > ROUNDS // 3:
                places[spared] = ""
            plans = [street.plan(str(name), place) for name, place in enumerate(places)]
            ended = [zygote.wait(pid) for pid in [zygote.start(plan) for plan in plans]]
            street.wait_for_quiet()
            assert [one.broke for one in ended] == [""] * processes
            said += [line for one in ended for line in one.done]
            deaths += sum(one.killed for one in ended)
            street.clock.advance(timedelta(minutes=random.choice([1, 5, 120])))
            with street.office.open() as hub:
                if hub.needs_nobody():
                    break
    with street.office.open() as hub:
        said += street.finish(hub)
        verdicts = street.verdicts(hub)

    counted = {verdict: list(verdicts.values()).count(verdict) for verdict in Verdict}
    summary = ", ".join(f"{number} {verdict}" for verdict, number in counted.items())
    record_property("told", f"{processes} hubs on one database, {deaths} killed: {summary}")
    assert len(verdicts) == EACH * len(KINDS)
    assert [key for key, verdict in verdicts.items() if verdict in WRONG] == []
    delivered = [line for line in said if line.startswith("delivered")]
    assert len(delivered) == len(set(delivered))
    assert deaths


# Frozen


@pytest.fixture(scope="module")
def crashing() -> Iterator[Crashing]:
    with Crashing() as opened:
        yield opened


def can_freeze(name: str) -> bool:
    """Whether a process that sleeps here keeps only its lease: not the database, and not half a packet."""
    on_the_way = any(word in name for word in ("sending", "receiving", "connecting", "after COMMIT"))
    return on_the_way and "budgets" not in name


@pytest.mark.parametrize("scenario", [HTTP[0], HTTP[3], HTTP[6], HTTP[8], MAIL[0]], ids=lambda one: one.name)
def test_a_hub_that_slept_past_everything_and_wakes_up_doubles_nothing(crashing: Crashing, scenario: Scenario) -> None:
    places = [name for name in crashing.places(scenario) if can_freeze(name)]

    for trial in choose({scenario: places}, 6):
        assert_woken_in_order(crashing, replace(trial, fault=None, again=""))


def assert_woken_in_order(crashing: Crashing, trial: Trial) -> None:
    with crashing.begun(trial.scenario) as world:
        plan = Plan(world.office, ("deliver",), world.folder / "report", trial.wanted, freeze=True)
        pid = crashing.zygote.start(plan)
        frozen = crashing.zygote.wait(pid)
        world.clock.advance(timedelta(hours=3))
        with world.office.open() as hub:
            [meanwhile] = hub.deliver()
        woken = crashing.zygote.wake(pid)
        world.wait_for_quiet()
        outcome = crashing.recover(world, trial, frozen.at)

    assert frozen.frozen, trial.wanted
    assert (meanwhile.delivered, bool(meanwhile.skipped)) == ([], True), trial.wanted
    assert woken.broke == ""
    assert outcome.is_right, outcome
