"""What became of each reply in the end: the platform's own state is asked, and then what the hub says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from hub import Direction, Reply
from hub.core.outbox import ReplyState, follow_up
from hub.core.ports import CaseFilter
from hub.testing import Fault
from tests.crashing.office import Hub, is_settled
from tests.crashing.points import kind_of
from tests.crashing.scenarios import Scenario
from tests.crashing.world import World


class Verdict(StrEnum):
    """What became of one reply."""

    DELIVERED = "delivered"
    ASKED = "asked a person"
    GIVEN_UP = "given up"  # of what nobody wrote, nobody is asked
    LOST = "lost"
    DOUBLED = "doubled"
    STUCK = "stuck"


WRONG = (Verdict.LOST, Verdict.DOUBLED, Verdict.STUCK)


@dataclass(frozen=True, slots=True)
class Trial:
    """Where a run of a scenario dies (`again`: and the run after it), and what goes wrong on the platform besides."""

    scenario: Scenario
    wanted: str
    seed: int
    again: str = ""
    fault: Fault | str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial showed: where the run died ("" if it did not), the verdicts, and what else is not as it must be."""

    trial: Trial
    died_at: str
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost, doubled, stuck or otherwise wrong."""
        return bool(self.verdicts) and not self.remarks and not any(one in WRONG for one in self.verdicts)


@dataclass
class Tally:
    """The kinds of places of each scenario, and the outcomes of many trials, counted."""

    kinds: Mapping[Scenario, AbstractSet[str]]
    outcomes: Sequence[Outcome]

    @property
    def missed(self) -> set[tuple[str, str]]:
        """The kinds of places, each after its scenario, at which nobody died."""
        met = {(one.trial.scenario.name, kind_of(one.died_at)) for one in self.outcomes}
        return {(scenario.name, kind) for scenario, kinds in self.kinds.items() for kind in kinds} - met

    @property
    def is_whole(self) -> bool:
        """Whether there were trials enough to die at every kind of place on a platform that does nothing wrong."""
        plain = [one for one in self.outcomes if one.trial.fault is None]
        return len(plain) >= sum(map(len, self.kinds.values()))

    @property
    def wrong(self) -> list[Outcome]:
        """The outcomes that may not be."""
        return [one for one in self.outcomes if not one.is_right]

    def count(self, verdict: Verdict, scenario: str = "") -> int:
        """How many replies met this."""
        return sum(Counter(one.verdicts)[verdict] for one in self._of(scenario))

    def line(self, scenario: str = "") -> str:
        """What came of a scenario, or of all."""
        deaths = sum(bool(one.died_at) for one in self._of(scenario))
        counted = ", ".join(f"{self.count(verdict, scenario)} {verdict}" for verdict in Verdict)
        return f"{scenario or 'together'}: {len(self._of(scenario))} trials, {deaths} deaths: {counted}"

    def lines(self) -> Iterator[str]:
        """The same for all, and for each scenario where the search was a whole one."""
        if self.is_whole:
            yield from map(self.line, dict.fromkeys(one.trial.scenario.name for one in self.outcomes))
        kinds = sum(map(len, self.kinds.values()))
        yield f"{self.line()}; {kinds - len(self.missed)} of {kinds} kinds of places met"

    def _of(self, scenario: str) -> list[Outcome]:
        return [one for one in self.outcomes if scenario in ("", one.trial.scenario.name)]


def judge(world: World, hub: Hub, scenario: Scenario) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
    """The verdict on each reply, and what else is wrong."""
    replies = hub.replies()
    verdicts = tuple(verdict_on(reply, scenario.copies(world, reply)) for reply in replies)
    return verdicts, tuple(_remarks(world, hub, scenario, replies))


def verdict_on(reply: Reply, copies: tuple[int, ...]) -> Verdict:
    """What became of a reply of which the platform has so many copies of each part."""
    if max(copies) > 1:
        return Verdict.DOUBLED
    if not is_settled(reply):
        return Verdict.STUCK
    if reply.state is ReplyState.DELIVERED:
        return Verdict.DELIVERED if min(copies) else Verdict.LOST
    if reply.needs_a_person:
        return Verdict.ASKED
    return Verdict.GIVEN_UP if reply.automatic else Verdict.LOST


def _remarks(world: World, hub: Hub, scenario: Scenario, replies: list[Reply]) -> Iterator[str]:
    cases = [hub.store.case(one.number) for one in hub.store.cases(CaseFilter(states=frozenset()))]
    said = [m.text for case in cases for m in case.messages if m.direction is Direction.OUTBOUND]
    for reply in replies:
        follows = follow_up(reply, hub.clock.now())
        if follows is not None and follows.key not in {one.key for one in replies}:
            yield f"{reply.key} was delivered, and what follows it was never queued"
        if reply.state is ReplyState.REJECTED and max(scenario.copies(world, reply)):
            yield f"{reply.key} is told to be rejected, and the platform has it: {reply.reason}"
        shown = sum(" ".join(reply.text.split()) in " ".join(text.split()) for text in said) if reply.text else 0
        wanted = reply.state is ReplyState.DELIVERED and reply.writes_to_the_customer
        if reply.text and (shown > 1 or shown < wanted):
            yield f"{reply.key} stands {shown} times in its case, and is {reply.state}"
        promised = any(promise.key == reply.key for case in cases for promise in case.promises)
        if reply.promise is not None and promised is not (reply.state is ReplyState.DELIVERED):
            yield f"the promise of {reply.key} is kept as {promised}, and it is {reply.state}"
    yield from (finding.what for finding in hub.store.inspect() if not finding.harmless)
