"""From a case and a policy to what its clocks show; a deadline depends on events and policy, never on the present."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.core.asof import as_of
from hub.core.conditions import Facts, Verdict, all_of, facts_of, judge
from hub.core.ladder import own_timeline, spans_of, stage_readings
from hub.core.model import Case, epoch
from hub.core.openings import CalendarError
from hub.core.policy import AfterPause, ClockName, ClockRule, Pause, Policy, Rule
from hub.core.readings import DueBy, Evaluation, PauseReading, Reading, RuleTest
from hub.core.targets import TargetError, reach
from hub.core.timeline import Run, pause_spans, promise_runs, resolution_runs, response_runs, robots_answering
from hub.core.turns import GivenDeadline, Owner
from hub.core.worktime import Calendar

_Stood = Sequence[tuple[Pause, Sequence[tuple[int, int | None]]]]
"""Each pause of a clock with the times in which the case stood in its state; the last may have no end yet."""
_FIRST = frozenset({ClockName.FIRST_RESPONSE, ClockName.FIRST_RESPONSE_TARGET})


def evaluate(
    case: Case, policy: Policy, options: Mapping[str, str], now: datetime, office: Calendar | None = None
) -> Evaluation:
    """Everything the policy says of a case; `now` only leaves out what bears a later instant, and sets the wake-up."""
    seen, future = as_of(case, now)
    facts = facts_of(seen, policy.settled(options), _hour_class(seen, office))
    rule, tests = choose(policy, facts)
    clocks = tuple(_readings(seen, rule, facts, policy))
    return Evaluation(
        policy=policy.id,
        version=policy.version,
        digest=policy.digest,
        rule=rule.id,
        tests=tests,
        owner=rule.owner,
        clocks=clocks,
        wakeup=_wakeup(clocks if seen.is_open else (), epoch(now), future),
        at=epoch(now),
        at_rest=not seen.is_open,
        remarks=(f"something bears the instant {future.isoformat()}, which has not come",) if future else (),
    )


def begun_at(rule: Rule, clock: ClockRule, start: int) -> Reading:
    """What a clock of a rule would show of a case of which nothing else is known, had it begun at an instant."""
    reading = _timed(Reading(clock.name, 0, "", rule.id, start, None), Run("", start), clock, ())
    return stage_readings(reading, clock, {}, {})


def choose(policy: Policy, facts: Facts) -> tuple[Rule, tuple[RuleTest, ...]]:
    """The first rule whose conditions are all true, and what each rule up to it said; unknown is not true."""
    tried: list[RuleTest] = []
    for rule in policy.rules:
        tests = tuple((condition, judge(condition, facts, policy.rates)) for condition in rule.when)
        tried.append(RuleTest(rule.id, all_of(found for _, found in tests), tests))
        if tried[-1].verdict is Verdict.TRUE:
            return rule, tuple(tried)
    raise ValueError(f"policy {policy.id} {policy.version} has no rule without conditions at its end")


def _hour_class(case: Case, office: Calendar | None) -> str:
    if office is None:
        return ""
    try:
        return "open" if office.is_open(epoch(case.opened_at)) else "closed"
    except CalendarError:
        return ""


def _readings(case: Case, rule: Rule, facts: Facts, policy: Policy) -> Iterator[Reading]:
    if rule.owner is Owner.PLATFORM:
        return
    found: list[Reading] = []
    for clock in rule.clocks:
        if clock.name is not ClockName.PROMISE:
            found += _clock_readings(case, clock, rule, facts, policy)
    yield from found
    yield from _promises(case, rule, found, facts, policy)


def _clock_readings(case: Case, clock: ClockRule, rule: Rule, facts: Facts, policy: Policy) -> Iterator[Reading]:
    """What each run of a clock shows, with the deadline that somebody gave for it."""
    runs = _runs(case, clock)
    given = _given(case, clock.name, runs)
    stood = [(pause, tuple(pause_spans(case.turns, pause.status))) for pause in clock.pauses]
    for cycle, run in enumerate(runs):
        reading = _timed(_begun(run, cycle, clock.name, rule), run, clock, stood)
        if cycle in given:
            reading = _as_given(reading, *given[cycle])
        yield stage_readings(reading, clock, facts, policy.rates)


def _runs(case: Case, clock: ClockRule) -> list[Run]:
    if clock.name is ClockName.RESOLUTION:
        return resolution_runs(case, clock.anchor, clock.reopen)
    seen = robots_answering(case) if clock.auto_counts else case
    runs = response_runs(seen, clock.anchor, clock.on_close)
    return [run for run in runs if run.follows is not (clock.name in _FIRST)]


def _begun(run: Run, cycle: int, name: ClockName, rule: Rule) -> Reading:
    return Reading(
        clock=name,
        cycle=cycle,
        head=run.head,
        rule=rule.id,
        start=run.start,
        due=None,
        ended=run.end,
        cancelled=run.cancelled,
        why=run.why,
        pauses=tuple(PauseReading(since, until, "closed") for since, until in run.still),
    )


def _timed(reading: Reading, run: Run, clock: ClockRule, stood: _Stood) -> Reading:
    """The reading with its due instant, or with the reason why nobody can tell."""
    try:
        reading = _reached(reading, clock)
        for pause in sorted(_pauses(stood, clock, run), key=lambda found: found.span.start):
            reading = _paused(reading, pause, clock)
    except (CalendarError, TargetError) as error:
        return replace(reading, due=None, computed=None, problem=str(error))
    return reading


def _reached(reading: Reading, clock: ClockRule) -> Reading:
    start, spans = reading.start, spans_of(reading.pauses)
    target = clock.target
    if clock.out_of_hours and not clock.calendar.is_open(start):
        target = (*target, *clock.out_of_hours)
    legs = reach(start, target, clock.calendar, spans, clock.convention)
    return replace(reading, due=legs[-1].end, computed=legs[-1].end, legs=legs)


@dataclass(frozen=True, slots=True)
class _Pause:
    span: PauseReading
    then: AfterPause


def _paused(reading: Reading, pause: _Pause, clock: ClockRule) -> Reading:
    """The reading with one more pause: taken out of the clock's time if it began before the due instant."""
    since, until = pause.span.start, pause.span.end
    if reading.due is None or since >= reading.due or (until is not None and until <= reading.start):
        return reading
    if until is None:
        done = max(since, reading.start)
        if pause.then is AfterPause.RESTART:
            done = reading.start
        left = own_timeline(clock).between_paused(done, reading.due, spans_of(reading.pauses))
        return replace(reading, due=None, computed=None, remaining=left, pauses=(*reading.pauses, pause.span))
    pauses = (*reading.pauses, pause.span)
    if pause.then is AfterPause.RESTART:
        # A new clock: whoever was warned of the old one is warned again.
        return _reached(replace(reading, head=f"{reading.head}@{until}", start=until, pauses=pauses), clock)
    return _reached(replace(reading, pauses=pauses), clock)


def _pauses(stood: _Stood, clock: ClockRule, run: Run) -> Iterator[_Pause]:
    """The times in which the clock stands still, none longer than its cap, none beyond what ended the run."""
    ended = run.end
    for pause, spans in stood:
        for since, until in spans:
            if (until is not None and until <= run.start) or (ended is not None and since >= ended):
                continue
            ends = [until] if until is not None else []
            if pause.cap:
                ends.append(reach(since, pause.cap, clock.calendar)[-1].end)
            end = min(ends, default=None)
            if ended is not None and (end is None or end > ended):
                yield _Pause(PauseReading(since, ended, pause.status), AfterPause.RESUME)
            else:
                yield _Pause(PauseReading(since, end, pause.status), pause.then)


def _given(case: Case, clock: ClockName, runs: Sequence[Run]) -> Mapping[int, tuple[GivenDeadline, DueBy]]:
    """The deadlines that somebody set for runs of a clock: a person's word beats the platform's, and that the rule."""
    found: dict[int, tuple[GivenDeadline, DueBy]] = {}
    for given, by in ((case.due_by_platform, DueBy.PLATFORM), (case.due_by_person, DueBy.PERSON)):
        if clock.value in given:
            found[_meant(given[clock.value], runs)] = given[clock.value], by
    return found


def _meant(given: GivenDeadline, runs: Sequence[Run]) -> int:
    """The run that a deadline was given for: the one that ran then, else the next one, else the newest.

    A deadline that outlived its run would have the next question late before it was asked.
    """
    at = epoch(given.at)
    return next((cycle for cycle, run in enumerate(runs) if run.end is None or run.end >= at), len(runs) - 1)


def _as_given(reading: Reading, given: GivenDeadline, by: DueBy) -> Reading:
    return replace(
        reading, due=epoch(given.due), remaining=None, problem="", due_by=by, given_by=given.who, given_why=given.why
    )


def _promises(case: Case, rule: Rule, others: Sequence[Reading], facts: Facts, policy: Policy) -> Iterator[Reading]:
    clock = next((clock for clock in rule.clocks if clock.name is ClockName.PROMISE), None)
    for cycle, (run, due) in enumerate(promise_runs(case)):
        reading = _begun(run, cycle, ClockName.PROMISE, rule)
        late = next(
            (o for o in others if o.start <= run.start and o.due is not None and o.due < due and _ran(o, run.start)),
            None,
        )
        too_late = f"promised for later than the {late.clock} clock allows" if late else ""
        reading = replace(reading, due=due, computed=due, why="; ".join(filter(None, (too_late, run.why))))
        yield stage_readings(reading, clock, facts, policy.rates) if clock else reading


def _ran(reading: Reading, at: int) -> bool:
    return reading.ended is None or reading.ended >= at


def _wakeup(clocks: Iterable[Reading], now: int, future: datetime | None) -> int | None:
    """The next instant at which something changes of which no event tells."""
    instants = [] if future is None else [epoch(future) + (1 if future.microsecond else 0)]
    for reading in clocks:
        if reading.is_open:
            instants += [stage.at for stage in reading.stages]
            instants += [pause.end for pause in reading.pauses if pause.end is not None]
            instants += [] if reading.due is None else [reading.due + 1]
    return min((at for at in instants if at > now), default=None)
