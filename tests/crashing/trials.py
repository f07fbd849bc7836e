"""A trial: a run dies at one place, the next runs recover, and the outcome is judged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import chain, cycle, zip_longest
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory, mkdtemp
from types import TracebackType
from typing import Self

from hub import ActKind
from hub.testing import Platform
from tests.crashing.judging import Outcome, Tally, Trial, judge
from tests.crashing.office import Hub
from tests.crashing.points import kind_of
from tests.crashing.scenarios import FAULTS, Scenario
from tests.crashing.world import Front, World
from tests.crashing.zygote import Plan, Zygote

SEED = 20261122
TRIALS = int(os.environ.get("CASEHUB_CRASH_TRIALS", "100"))
"""How many deaths are tried in all; so many that every place is met are 1,200."""

FOLDER = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
"""Where the trials' data lies: what a killed process has written is not lost, on whatever disk it is."""

_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 60, 240, 240, 480, 480, 960, 960, 960))
_WITH_A_FAULT, _AGAIN = 10, 5  # one trial in so many has a platform that fails too, or a second death


def choose(places: Mapping[Scenario, Sequence[str]], trials: int, seed: int = SEED) -> list[Trial]:
    """So many trials: every kind of place of every scenario, while there are enough; faults come on top of that."""
    random = Random(seed)
    deaths = _deaths(places, random)
    plain = trials - trials // _WITH_A_FAULT
    return [
        Trial(
            scenario=scenario,
            wanted=wanted,
            seed=random.randrange(1 << 30),
            again=random.choice(places[scenario]) if number % _AGAIN == 0 else "",
            fault=random.choice(FAULTS) if number >= plain else None,
        )
        for number, (scenario, wanted) in zip(range(trials), cycle(deaths), strict=False)
    ]


def _deaths(places: Mapping[Scenario, Sequence[str]], random: Random) -> list[tuple[Scenario, str]]:
    """One place of each kind, the scenarios by turns, each in an order of its own."""
    every = []
    for scenario, names in places.items():
        alike: dict[str, list[str]] = {}
        for name in names:
            alike.setdefault(kind_of(name), []).append(name)
        # The pieces of an answer are not the same number each time: the first one always is.
        chosen = [some[0] if " an answer to " in kind else random.choice(some) for kind, some in alike.items()]
        deaths = [(scenario, name) for name in chosen]
        every.append(random.sample(deaths, len(deaths)))
    return [death for death in chain.from_iterable(zip_longest(*every)) if death is not None]


class Crashing:
    """The zygote, the front and the folder of many trials; a context manager that leaves nothing behind."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._templates: dict[Scenario, Path] = {}

    def __enter__(self) -> Self:
        self._folder = Path(self._opened.enter_context(TemporaryDirectory(prefix="casehub-crash-", dir=FOLDER)))
        self.zygote = self._opened.enter_context(Zygote())
        self.front = self._opened.enter_context(Front())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    @contextmanager
    def begun(self, scenario: Scenario) -> Iterator[World]:
        """A platform with a case that the hub has read, and with what the scenario queues in it."""
        world = World.make(scenario.pretend, Path(mkdtemp(dir=self._folder)), self.front)
        try:
            world.platform.case_for(ActKind.DECIDE)
            self._read(world, scenario)
            with world.office.open() as hub:
                scenario.queue(world, hub)
                hub.begin()
                if scenario.begun:
                    _work_on(world, hub, scenario)
            yield world
        finally:
            world.stop()

    def places(self, scenario: Scenario) -> Sequence[str]:
        """The places that a run of the scenario passes when nothing goes wrong."""
        with self.begun(scenario) as world:
            ended = self.zygote.run(_plan(world, scenario))
        assert ended.status == 0, ended.broke
        return ended.passed

    def run(self, scenarios: Sequence[Scenario], trials: int) -> Tally:
        """Choose so many trials, and try out all of them; what passed its place by, which may happen, once more."""
        places = {scenario: self.places(scenario) for scenario in scenarios}
        outcomes = [self.try_out(trial) for trial in choose(places, trials)]
        alive = [one.trial for one in outcomes if not one.died_at and one.trial.fault is None]
        outcomes += [self.try_out(trial) for trial in alive]
        return Tally({scenario: {kind_of(name) for name in names} for scenario, names in places.items()}, outcomes)

    def try_out(self, trial: Trial) -> Outcome:
        """Let a run die, recover, and judge."""
        scenario = trial.scenario
        with self.begun(scenario) as world:
            if trial.fault is not None:
                world.break_with(trial.fault)
            ended = self.zygote.run(_plan(world, scenario, trial.wanted, trial.seed))
            if ended.broke:
                return Outcome(trial, "", (), (ended.broke,))
            world.wait_for_quiet()
            if trial.again:
                world.clock.advance(_PAUSES[0])
                self.zygote.run(_plan(world, scenario, trial.again, trial.seed))
                world.wait_for_quiet()
            return self.recover(world, trial, ended.at)

    def recover(self, world: World, trial: Trial, died_at: str) -> Outcome:
        """Let the next runs make good what a death left, and judge."""
        with world.office.open() as hub:
            recover(world, hub, trial.scenario, Random(trial.seed))
            return Outcome(trial, died_at, *judge(world, hub, trial.scenario))

    def _read(self, world: World, scenario: Scenario) -> None:
        """Let the hub read the case, or copy what it kept when it read the same case of the same scenario."""
        data, template = world.office.data, self._templates.get(scenario)
        if template is not None:
            shutil.copytree(template, data)
            return
        with world.office.open() as hub:
            [read] = hub.sync()
            assert read.failure is None, read.failure
        if isinstance(world.platform, Platform) and not world.platform.adapter.forgets_what_is_read:
            self._templates[scenario] = self._folder / f"template-{len(self._templates)}"
            shutil.copytree(data, self._templates[scenario])


def _work_on(world: World, hub: Hub, scenario: Scenario) -> None:
    """Let a run work on the outbox that meets what the scenario says."""
    if scenario.fault is not None:
        world.break_with(scenario.fault)
    hub.deliver()
    world.wait_for_quiet()
    world.clock.advance(timedelta(minutes=10))


def _plan(world: World, scenario: Scenario, wanted: str = "", seed: int = SEED) -> Plan:
    return Plan(world.office, scenario.steps, world.folder / "report", wanted, seed)


def recover(world: World, hub: Hub, scenario: Scenario, random: Random) -> None:
    """Let the hours pass with the runs that a schedule starts, until nothing is left for them, and read once more."""
    by_itself = [step for step in scenario.steps if step == "acknowledge"]
    for pause in _PAUSES:
        world.clock.advance(pause)
        for step in (*by_itself, *random.sample(["deliver", "sync"], 2)):
            getattr(hub, step)()
        if hub.needs_nobody():
            break
    world.mend()
    world.clock.advance(_PAUSES[0])
    [read] = hub.sync()
    assert read.failure is None, read.failure
