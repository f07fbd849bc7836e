"""A deadline explained on the screen: the rule and why, each interval counted or not, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hub.cli.clock_words import deed_words
from hub.cli.due_text import elapsed, local_time
from hub.cli.safe_text import one_line
from hub.core.explaining import Trace, explain
from hub.core.model import epoch, from_epoch
from hub.core.policy import ClockRule, Policy, Rule, Source
from hub.core.readings import ClockState, DueBy, Evaluation, Reading, StageReading
from hub.core.targets import Unit

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

    def head(self, evaluation: Evaluation, policy: Policy, rule: Rule, tzdata: str) -> Iterator[Printable]:
        """Which policy and which rule, where they come from, and why not the rules before."""
        yield Text.assemble(
            ("Policy  ", "bold"),
            f"{policy.title}\n        {policy.id} {policy.version}, in force from ",
            f"{policy.effective_from}, digest {policy.digest}, tzdata {tzdata}",
        )
        yield Text.assemble(("Rule    ", "bold"), f"{rule.title} ({rule.id})")
        yield from self._source(rule.source)
        if len(evaluation.tests) > 1 or evaluation.tests[0].tests:
            yield Text("\nWhy this rule", style="bold")
            yield self._tests(evaluation)
        for remark in evaluation.remarks:
            yield Text(f"Note: {remark}", style="yellow")

    def clock(self, reading: Reading, rule: ClockRule | None) -> Iterator[Printable]:
        """One run of a clock: its instants, its trace and its ladder."""
        state = reading.state(epoch(self.now))
        title = Text.assemble("\n", (reading.clock.value, "bold"), "  ", (state.value, _STYLES[state]))
        title.append(f"  {self._outcome(reading)}")
        yield title
        for line in self._remarks(reading):
            yield _indented(Text(line, style="yellow"))
        if rule is not None:
            yield _indented(Text(f"Target {' then '.join(s.text for s in rule.target)} in {_calendar(rule)}", "dim"))
            if rule.source.reading:
                yield _indented(Text(f"Reading: {rule.source.reading}", style="dim"))
            for trace in explain(reading, rule):
                yield from self._trace(trace)
        yield from self._ladder(reading.stages)

    def _tests(self, evaluation: Evaluation) -> Padding:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for test in evaluation.tests:
            taken = test.rule == evaluation.rule
            verdict = "taken" if taken else f"not taken: {test.verdict}"
            told = "; ".join(f"{condition} is {verdict}" for condition, verdict in test.tests) or "every other case"
            table.add_row(Text(test.rule, style="bold" if taken else ""), Text(verdict), Text(told, style="dim"))
        return _indented(table)

    def _source(self, source: Source) -> Iterator[Printable]:
        yield Text(f"        {source.mark}, checked {source.checked_on}: {one_line(source.where)}", style="dim")
        if source.reading:
            yield Text(f"        Reading: {one_line(source.reading)}", style="dim")

    def _outcome(self, reading: Reading) -> str:
        if reading.due is None:
            if reading.remaining is None:
                return f"due unknown: {one_line(reading.problem)}"
            return f"stands still with {_length(reading.remaining)} left"
        due = f"due {self._time(reading.due)}"
        if reading.ended is None:
            return due
        return f"{due}, {'ended' if reading.cancelled else 'answered'} {self._time(reading.ended)}"

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
        days = trace.unit in (Unit.CALENDAR_DAYS, Unit.WORKING_DAYS)
        unit = "" if days else f", {_length(trace.counted)} counted"
        yield _indented(
            Text(f"{trace.step}: {self._time(trace.start)} to {self._time(trace.end)} ({trace.unit}{unit})")
        )
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for segment in trace.segments:
            style = "" if segment.open else "dim"
            mark = "counted" if segment.open else "skipped"
            span = f"{self._time(segment.start)} - {self._time(segment.end)}"
            table.add_row(
                Text(mark, style),
                Text(_length(segment.end - segment.start), style),
                Text(span, style),
                Text(segment.name, style),
            )
        yield _indented(table, 4)

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


def _calendar(rule: ClockRule) -> str:
    return f"calendar {rule.calendar_name} ({rule.calendar.tz})"


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
