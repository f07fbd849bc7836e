"""What the commands about clocks print for machines: instants in UTC with a Z, amounts as text, lengths in seconds."""

from __future__ import annotations

from typing import Any

from hub.as_json import instant, money_json
from hub.core.escalation import Step, StepRecord
from hub.core.explaining import Trace, explain
from hub.core.model import from_epoch
from hub.core.policy import ClockRule, Source
from hub.core.readings import Reading, StageReading
from hub.runs.telling import EscalationResult

Json = dict[str, Any]


def source_json(source: Source) -> Json:
    """Where a statement comes from."""
    return {
        "source": source.where,
        "checked_on": source.checked_on.isoformat(),
        "mark": source.mark.value,
        "reading": source.reading,
    }


def reading_json(reading: Reading, rule: ClockRule | None, now: int) -> Json:
    """One run of a clock as it stands now, with its trace and its ladder."""
    return {
        "clock": reading.clock.value,
        "cycle": reading.cycle,
        "head": reading.head,
        "state": reading.state(now).value,
        "rule": reading.rule,
        "calendar": rule.calendar_name if rule else "",
        "started_at": _at(reading.start),
        "due": _at(reading.due),
        "computed_due": _at(reading.computed),
        "due_by": reading.due_by.value,
        "by": reading.given_by,
        "why": reading.given_why,
        "remark": reading.why,
        "ended_at": _at(reading.ended),
        "cancelled": reading.cancelled,
        "remaining_seconds": reading.remaining,
        "problem": reading.problem,
        "pauses": [{"start": _at(p.start), "end": _at(p.end), "status": p.status} for p in reading.pauses],
        "steps": [_trace_json(trace) for trace in explain(reading, rule)] if rule else [],
        "stages": [_stage_json(stage) for stage in reading.stages],
    }


def step_json(step: Step) -> Json:
    """A rung of a ladder that is due."""
    return {
        "case": step.case_number,
        "channel": step.channel,
        "clock": step.clock,
        "step": step.name,
        "do": step.do.value,
        "audience": step.audience.value,
        "at": instant(step.at),
        "due": instant(step.due),
        "what": step.what,
        "consequence": step.consequence,
        "consequence_at": instant(step.consequence_at),
        "at_risk": money_json(step.at_risk),
    }


def told_json(result: EscalationResult) -> Json:
    """What came of one look at what is due."""
    waiting = [{**step_json(step), "waits_for": reason} for step, reason in result.waiting]
    told = [step_json(step) for step in result.told]
    return {
        "told": told,
        "waiting": waiting,
        "withdrawn": len(result.withdrawn),
        "failures": result.failures,
        "skipped": result.skipped or None,
    }


def record_json(record: StepRecord) -> Json:
    """What became of telling of a step."""
    return {
        "case": record.key.case_number,
        "clock": record.key.clock,
        "step": record.key.name,
        "notifier": record.key.notifier,
        "do": record.do.value,
        "audience": record.audience.value,
        "at": instant(record.at),
        "state": record.state.value,
        "changed_at": instant(record.changed_at),
        "tries": record.tries,
        "notification": record.notification,
        "reason": record.reason,
    }


def _trace_json(trace: Trace) -> Json:
    return {
        "step": trace.step,
        "unit": trace.unit.value,
        "start": _at(trace.start),
        "end": _at(trace.end),
        "counted_seconds": None if trace.in_days else trace.counted,
        "counted_days": trace.counted if trace.in_days else None,
        "segments": [
            {"start": _at(s.start), "end": _at(s.end), "counted": s.open, "name": s.name} for s in trace.segments
        ],
    }


def _stage_json(stage: StageReading) -> Json:
    return {
        "name": stage.name,
        "at": _at(stage.at),
        "do": stage.do.value if stage.do else None,
        "expect": stage.expect or None,
        "what": stage.what,
        "audience": stage.audience.value,
        "certain": stage.certain,
        "costs": money_json(stage.costs),
        "costs_unknown": stage.costs_unknown,
    }


def _at(instant_: int | None) -> str | None:
    return None if instant_ is None else instant(from_epoch(instant_))
