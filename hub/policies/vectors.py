"""Runs the tests that a policy file brings along, and says in local time what is not as expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.core.evaluation import evaluate
from hub.core.model import Case, Money, epoch, from_epoch
from hub.core.policy import ClockName, Policy
from hub.core.readings import Evaluation, Reading, StageReading, next_consequence
from hub.core.replay import replay
from hub.core.worktime import Calendar
from hub.errors import ConfigurationError
from hub.policies.reading import ReadPolicy, read_policy
from hub.policies.surroundings import Surroundings
from hub.policies.vector_tables import NONE, PAUSED, UNKNOWN, Consequence, Vector

__all__ = ["Consequence", "Evaluate", "Vector", "run"]

Evaluate = Callable[[Case, Policy, Mapping[str, str], datetime, Calendar | None], Evaluation]
"""What works out the clocks of a case under a policy."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def run(vector: Vector, read: ReadPolicy, surroundings: Surroundings, judge: Evaluate = evaluate) -> tuple[str, ...]:
    """What is not as the test expects, a line each; nothing if it passed."""
    policy = read.policy
    if vector.office is not None:
        surroundings = vector.office
        try:
            policy = _under(surroundings, read, vector)
        except ConfigurationError as error:
            return (f"{vector.name}: the policy cannot be read under the office of this test: {error}",)
    case = replay(event for event in vector.events if event.at <= vector.at)
    found = judge(case, policy, vector.options, vector.at, surroundings.office)
    return tuple(f"{vector.name}: {failure}" for failure in _failures(vector, found))


def _under(office: Surroundings, read: ReadPolicy, vector: Vector) -> Policy:
    table = {key: value for key, value in read.table.items() if key != "test"}
    return read_policy(table, read.where, office, vector.at.date()).policy


def _failures(vector: Vector, found: Evaluation) -> Iterator[str]:
    now, zone = epoch(vector.at), ZoneInfo(vector.tz)
    if vector.rule and vector.rule != found.rule:
        yield _differs("the rule", vector.rule, found.rule)
    newest = {reading.clock: reading for reading in sorted(found.clocks, key=lambda reading: reading.cycle)}
    for clock, expected_due in vector.due.items():
        yield from _due_failures(clock, expected_due, newest.get(clock), zone)
    for clock, state in vector.state.items():
        reading = newest.get(clock)
        actual = reading.state(now) if reading else NONE
        if actual != state:
            yield _differs(f"the state of {clock}", state, actual)
    if vector.consequence is not None:
        yield from _consequence_failures(vector.consequence, next_consequence(found.clocks, now), zone)


def _due_failures(clock: ClockName, expected: datetime | str, reading: Reading | None, zone: ZoneInfo) -> Iterator[str]:
    wanted = expected if isinstance(expected, str) else _local(epoch(expected), zone)
    actual = _due(reading, zone)
    if wanted != actual:
        yield _differs(f"{clock} is due", wanted, actual)


def _due(reading: Reading | None, zone: ZoneInfo) -> str:
    if reading is None:
        return NONE
    if reading.due is not None:
        return _local(reading.due, zone)
    return f"{UNKNOWN} ({reading.problem})" if reading.problem else PAUSED


def _consequence_failures(expected: Consequence, found: StageReading | None, zone: ZoneInfo) -> Iterator[str]:
    actual = found.expect if found else ""
    if expected.expect != actual:
        yield _differs("the consequence", expected.expect or NONE, actual or NONE)
    elif found is not None:
        if expected.at is not None and epoch(expected.at) != found.at:
            yield _differs(f"{actual} comes", _local(epoch(expected.at), zone), _local(found.at, zone))
        if expected.costs is not None and expected.costs != _costs(found):
            yield _differs(f"{actual} costs", str(expected.costs), str(_costs(found)))


def _costs(stage: StageReading) -> Money | str:
    return UNKNOWN if stage.costs_unknown else stage.costs or NONE


def _differs(what: str, expected: str, actual: str) -> str:
    return f"{what}: expected {expected}, found {actual}"


def _local(instant: int, zone: ZoneInfo) -> str:
    local = from_epoch(instant).astimezone(zone)
    return f"{_WEEKDAYS[local.weekday()]} {local.isoformat(sep=' ')}"
