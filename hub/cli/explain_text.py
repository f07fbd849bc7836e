"""A deadline explained on the screen: the rule and why, each interval counted or not, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from hub.cli.clock_words import deed_words
from hub.cli.due_text import elapsed, local_time
from hub.cli.safe_text import one_line
from hub.cli.view import type_text
from hub.core.explaining import Trace, clock_rule, explain
from hub.core.model import VANISHED, Case, epoch, from_epoch
from hub.core.pauses import Segment
from hub.core.policy import ClockName, ClockRule, Policy, Rule, Source
from hub.core.readings import ClockState, DueBy, Evaluation, Reading, StageReading

Printable = Text | Table | Padding
_STYLES = {
    ClockState.RUNNING: "bold green",
    ClockState.PAUSED: "cyan",
    ClockState.MET: "green",
    ClockState.MET_LATE: "red",
    ClockState.BREACHED: "bold red",
    ClockState.CANCELLED: "dim",
}


@dataclass(frozen=True, slots=True)
class ExplainText:
    """Writes an evaluation for a person, in the zone of the office."""

    now: datetime
    zone: str

    def head(self, case: Case, evaluation: Evaluation, policy: Policy, rule: Rule, tzdata: str) -> Iterator[Printable]:
        """Which case, policy and rule, where they come from, and why not the rules before."""
        yield Text.assemble((case.number, "bold"), f"  {one_line(case.subject)}")
        version = f"{policy.id} {policy.version}, in force from {policy.effective_from}"
        table = Table.grid(Column(), Column(overflow="fold"), padding=(0, 2, 0, 0))
        table.add_row(Text("Case", "bold"), Text(_names(case)))
        table.add_row(Text("Policy", "bold"), Text(f"{policy.title}\n{version}, digest {policy.digest}"))
        table.add_row(Text("Rule", "bold"), Text(f"{rule.title} ({rule.id})"))
        for line in _source_lines(rule.source):
            table.add_row("", Text(line, style="dim"))
        for outcome in case.outcomes:
            what = "vanished from its list" if outcome.what == VANISHED else one_line(outcome.what)
            told = f"{what}, {self._time(epoch(outcome.at))}: the platform has done so"
            table.add_row(Text("Outcome", "bold"), Text(told, "magenta"))
        table.add_row(Text("Times", "bold"), Text(f"in {self.zone}, by the time zone data {tzdata}"))
        yield table
        if len(evaluation.tests) > 1 or evaluation.tests[0].tests:
            yield Text("\nWhy this rule", style="bold")
            yield self._tests(evaluation)
        for remark in evaluation.remarks:
            yield Text(f"Note: {remark}", style="yellow")

    def clock(self, case: Case, reading: Reading, rule: Rule) -> Iterator[Printable]:
        """One run of a clock: its instants, its trace and its ladder."""
        state = reading.state(epoch(self.now))
        title = Text.assemble("\n", (reading.clock.value, "bold"), "  ", (state.value, _STYLES[state]))
        title.append(f"  {self._outcome(reading)}")
        yield title
        yield _indented(Text(f"started {self._time(reading.start)} {_beginning(case, reading.head)}"))
        for line in self._remarks(reading):
            yield _indented(Text(line, style="yellow"))
        clock = clock_rule(rule, reading)
        if clock is not None:
            yield from self._target(reading, clock, () if clock.source == rule.source else _source_lines(clock.source))
        if reading.stages:
            yield _indented(Text("Ladder, as long as nobody has answered" if reading.is_open else "Ladder", "dim"))
        yield from self._ladder(reading.stages)

    def _target(self, reading: Reading, clock: ClockRule, source: Iterable[str]) -> Iterator[Printable]:
        if clock.target:
            steps = " then ".join(step.text for step in clock.target)
            yield _indented(Text(f"Target {steps} in calendar {clock.calendar_name} ({clock.calendar.tz})", "dim"))
        for line in source:
            yield _indented(Text(line, style="dim"))
        for trace in explain(reading, clock):
            yield from self._trace(trace)

    def _tests(self, evaluation: Evaluation) -> Padding:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for test in evaluation.tests:
            taken = test.rule == evaluation.rule
            verdict = "taken" if taken else f"not taken: {test.verdict}"
            told = "; ".join(f"{condition}: {found}" for condition, found in test.tests) or "every other case"
            table.add_row(Text(test.rule, style="bold" if taken else ""), Text(verdict), Text(told, style="dim"))
        return _indented(table)

    def _outcome(self, reading: Reading) -> str:
        if reading.due is None:
            if reading.remaining is None:
                return f"due unknown: {one_line(reading.problem)}"
            return f"stands still with {_length(reading.remaining)} left"
        due = f"due {self._time(reading.due)}"
        if reading.ended is None:
            return due
        return f"{due}, {_ending(reading)} {self._time(reading.ended)}"

    def _remarks(self, reading: Reading) -> Iterator[str]:
        if reading.why:
            yield reading.why
        if reading.due_by is not DueBy.RULE:
            who = reading.given_by or f"the {reading.due_by}"
            why = f": {one_line(reading.given_why)}" if reading.given_why else ""
            rule = f"; the rule says {self._time(reading.computed)}" if reading.computed is not None else ""
            yield f"set by {who}{why}{rule}"
        if reading.problem and reading.due is not None:
            yield one_line(reading.problem)

    def _trace(self, trace: Trace) -> Iterator[Printable]:
        counted = f"{trace.counted} counted" if trace.in_days else f"{_length(trace.counted)} counted"
        span = f"{self._time(trace.start)} to {self._time(trace.end)}"
        yield _indented(Text(f"{trace.step}: {span} ({trace.unit}, {counted})"))
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for segment in trace.segments:
            length = [] if trace.in_days else [_length(segment.end - segment.start)]
            cells = ("counted" if segment.open else "skipped", *length, self._span(segment), one_line(segment.name))
            table.add_row(*(Text(cell, style="" if segment.open else "dim") for cell in cells))
        yield _indented(table, 4)

    def _span(self, segment: Segment) -> str:
        return f"{self._time(segment.start)} - {self._time(segment.end)}"

    def _ladder(self, stages: tuple[StageReading, ...]) -> Iterator[Printable]:
        for stage in stages:
            verb = f"expected of the platform: {stage.what or stage.expect}" if stage.expect else _ours(stage)
            cost = f" ({stage.costs})" if stage.costs else " (of unknown value)" if stage.costs_unknown else ""
            doubt = "" if stage.certain else " - if what is unknown of the order says so"
            style = "magenta" if stage.expect else ""
            yield _indented(Text(f"{self._time(stage.at)}  {verb}{cost}{doubt}", style=style))

    def _time(self, instant: int) -> str:
        return local_time(from_epoch(instant), self.now, self.zone)


def _ours(stage: StageReading) -> str:
    deed = deed_words(stage.do, stage.audience) if stage.do else stage.name
    return f"{deed}: {stage.what}" if stage.what else deed


def _names(case: Case) -> str:
    """By which names the case is known, here and to the platform."""
    order = f"order {one_line(case.order.number)}" if case.order and case.order.number else ""
    known = (case.channel, type_text(case.type, case.type_raw), order, one_line(case.ref))
    return ", ".join(filter(None, known))


def _source_lines(source: Source) -> Iterator[str]:
    yield f"{source.mark}, checked {source.checked_on}: {one_line(source.where)}"
    if source.reading:
        yield f"Reading: {one_line(source.reading)}"


def _beginning(case: Case, head: str) -> str:
    """What started a run, told by its head; what follows an @ says from when on it began anew."""
    message = next((m for m in case.messages if head == m.ref or head.startswith(f"{m.ref}@")), None)
    if message is not None:
        return f"with a message of {one_line(message.sender.name or message.sender.email or message.author)}"
    if head.startswith("opened"):
        return "with the opening of the case"
    if head.startswith("reopened"):
        return "when the case was opened again"
    return "when the case came to us" if head.startswith("turn:") else "with the promise of an answer"


def _ending(reading: Reading) -> str:
    if reading.cancelled:
        return "ended"
    return "solved" if reading.clock is ClockName.RESOLUTION else "answered"


def _length(seconds: int) -> str:
    """A length of time to the second, which `elapsed` would round."""
    if seconds % 60:
        return f"{seconds // 3600} h {seconds // 60 % 60} min {seconds % 60} s"
    hours, minutes = divmod(seconds // 60, 60)
    if not minutes:
        return f"{hours} h"
    return elapsed(timedelta(seconds=seconds)) if hours < 24 else f"{hours} h {minutes} min"


def _indented(part: Text | Table, by: int = 2) -> Padding:
    return Padding(part, (0, 0, 0, by), expand=False)
