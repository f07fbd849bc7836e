"""Policies in words: what starts a clock, what ends it, how long it runs, and what follows, in each language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.core.conditions import OPTION, Condition, Fact
from hub.core.explaining import Trace
from hub.core.model import Money
from hub.core.policy import Anchor, ClockName, ClockRule, Cost, Moment, Pause, Stage
from hub.core.readings import StageReading
from hub.core.targets import Landing, Step, Unit
from hub.policies.tables import read_day
from hub.web.formats import Formats
from hub.web.words import Words

_SIGNS = {"is": "=", "in": "=", "gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
_UNITS = ((3600, "hours"), (60, "minutes"), (1, "seconds"))
_ANSWERS = frozenset({ClockName.FIRST_RESPONSE, ClockName.FIRST_RESPONSE_TARGET, ClockName.NEXT_RESPONSE})
_DATED = re.compile(r"(\d{4}-\d\d-\d\d) (holiday|special hours)(?: \((.*)\))?", re.DOTALL)
_WEEKLY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun) (open|closed)")
_SEGMENTS = {
    "elapsed time": "passing",
    "to the same time of day": "same_time",
    "the day of the start": "first_day",
}


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """Writes the rules of policies for a person; names and sources stay as the policies have them."""

    t: Words
    f: Formats

    def clock(self, name: str) -> str:
        """What a clock is called."""
        return self.t.maybe(f"policies.clock_{name}", name)

    def conditions(self, conditions: Iterable[Condition]) -> list[str]:
        """Each condition of a rule, as a comparison."""
        return [self._condition(condition) for condition in conditions]

    def _condition(self, condition: Condition) -> str:
        option = condition.field.startswith(OPTION)
        name = condition.field.removeprefix(OPTION)
        label = name if option else self.t.maybe(f"policies.field_{name.replace('.', '_')}", name)
        values = self.t("policies.or").join(map(self._value, condition.values))
        return f"{label} {_SIGNS.get(condition.test, condition.test)} {values}"

    def _value(self, value: Fact) -> str:
        if isinstance(value, Money):
            return self.f.money(value)
        return self.t("policies.yes" if value else "policies.no") if isinstance(value, bool) else str(value)

    def starts(self, clock: ClockRule) -> str:
        """From when on a clock runs."""
        if clock.name in _ANSWERS:
            begin = "next" if clock.name is ClockName.NEXT_RESPONSE else "message"
            also = {Anchor.OPENED: "opened", Anchor.OURS: "ours"}.get(clock.anchor, "")
            also = "" if (begin, also) == ("next", "opened") else also
            first = self.t(f"policies.starts_{begin}")
            return f"{first}{self.t(f'policies.starts_also_{also}')}" if also else first
        return self.t(f"policies.starts_{clock.name.value}")

    def ends(self, clock: ClockRule) -> list[str]:
        """What fulfils a clock, and what else ends it or does not."""
        if clock.name in _ANSWERS:
            found = [self.t("policies.ends_any_answer" if clock.auto_counts else "policies.ends_answer")]
            return [*found, self.t(f"policies.on_close_{clock.on_close.value}")]
        found = [self.t(f"policies.ends_{clock.name.value}")]
        if clock.name is ClockName.RESOLUTION:
            found.append(self.t(f"policies.reopen_{clock.reopen.value}"))
        return found

    def time(self, clock: ClockRule) -> str:
        """How long a clock runs."""
        if not clock.target:
            return self.t("policies.as_promised")
        told = self.steps(clock.target)
        if clock.out_of_hours:
            told = self.t("policies.out_of_hours", time=told, more=self.steps(clock.out_of_hours))
        return told

    def steps(self, steps: Sequence[Step]) -> str:
        """A target in words, from left to right."""
        return self.t("policies.then").join(map(self._step, steps))

    def _step(self, step: Step) -> str:
        if step.unit is Unit.CALENDAR_DAYS:
            return self.t("policies.days", n=step.amount)
        if step.unit is Unit.WORKING_DAYS:
            days = self.t("policies.working_days", n=step.amount)
            landings = {Landing.CLOSING: "to_closing", Landing.OPENING: "to_opening"}
            landing = landings.get(step.landing, "")
            return self.t(f"policies.{landing}", days=days) if landing else days
        size, unit = next((size, unit) for size, unit in _UNITS if step.amount % size == 0)
        kind = "open" if step.unit is Unit.OPEN_TIME else "elapsed"
        return self.t(f"policies.{unit}_{kind}", n=step.amount // size)

    def is_by_calendar(self, clock: ClockRule) -> bool:
        """Whether the hours of a calendar count, and not only time as it passes."""
        return any(step.unit is not Unit.ELAPSED_TIME for step in (*clock.target, *clock.out_of_hours))

    def pauses(self, clock: ClockRule) -> list[str]:
        """In which states a clock stands still."""
        return [self._pause(pause) for pause in clock.pauses]

    def _pause(self, pause: Pause) -> str:
        told = self.t("policies.pause", state=pause.status)
        if pause.cap:
            told = self.t("policies.pause_at_most", state=pause.status, time=self.steps(pause.cap))
        return f"{told}{self.t('policies.pause_restart')}" if pause.then == "restart" else told

    def consequences(self, clock: ClockRule) -> list[tuple[str, str, str]]:
        """What a miss brings: when, what the platform does, and what it costs."""
        return [(self.moment(s.moment), s.what or s.expect, self.cost(s.costs)) for s in clock.stages if s.expect]

    def cost(self, cost: Cost | None) -> str:
        """What a consequence costs; empty where nothing is said."""
        if cost is None:
            return ""
        return self.t("policies.costs_order") if cost.of_order else self.f.money(cost.fixed)

    def moment(self, moment: Moment) -> str:
        """When a stage comes."""
        if moment.share is not None:
            return self.t("policies.at_share", share=self.f.percent(float(moment.share)))
        if moment.before is not None:
            return self.t("policies.before_due", time=self._step(moment.before))
        if moment.from_start:
            return self.t("policies.after_start", time=self.steps(moment.from_start))
        if moment.after and any(step.amount for step in moment.after):
            return self.t("policies.after_due", time=self.steps(moment.after))
        return self.t("policies.at_due")

    def deed(self, stage: Stage | StageReading) -> str:
        """What casehub does at a stage, and whom it tells."""
        what = self.t(f"policies.do_{stage.do.value}") if stage.do else stage.name
        return f"{what} → {self.t(f'policies.to_{stage.audience.value}')}"

    def stage_notes(self, stage: Stage) -> Iterator[str]:
        """What else is to be known of a stage: its repetitions, its hours, and to which cases it is restricted."""
        if stage.times > 1:
            yield self.t("policies.repeats", time=self.steps(stage.every), n=stage.times - 1)
        if stage.during is not None:
            yield self.t("policies.in_office_hours")
        if stage.when:
            yield self.t("policies.only_if", what=self.t("policies.and").join(self.conditions(stage.when)))

    def segment(self, name: str) -> str:
        """Why a part of the time counts or does not."""
        if dated := _DATED.fullmatch(name):
            day = read_day(dated[1])
            what = self.t("policies.holiday" if dated[2] == "holiday" else "policies.special")
            return " ".join(filter(None, (self.f.day(day) if day else dated[1], dated[3] or what)))
        if weekly := _WEEKLY.fullmatch(name):
            return f"{self.f.weekday_of(weekly[1])}: {self.t(f'policies.{weekly[2]}')}"
        return self.t(f"policies.segment_{_SEGMENTS[name]}") if name in _SEGMENTS else name

    def counted(self, trace: Trace) -> str:
        """How much a step of a target counted."""
        if trace.unit is Unit.CALENDAR_DAYS:
            return self.t("policies.days", n=trace.counted)
        if trace.unit is Unit.WORKING_DAYS:
            return self.t("policies.working_days", n=trace.counted)
        return self.f.hours(trace.counted // 60)
