"""Mistakes put into the clocks on purpose, each with the tests that must notice: `python -m tests.mutants [FILE ...]`.

The hub and its tests are copied into a folder of their own, one mistake at a time is made there, and the named tests
are run. A mistake that survives, or a text that is no longer there, ends the run with 1: a test has gone blind.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("hub", "tests", "conftest.py", "pyproject.toml")
NO_TEST_FOUND = 5
"""What pytest answers when the arguments name no test at all."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: in which file of hub/core, what stands there, what is put there, and which tests must fail."""

    file: str
    old: str
    new: str
    tests: str


EDGE = "tests/test_edge_cases.py -k"
EVALUATION = "tests/test_evaluation.py -k"
TIMELINE = "tests/test_timeline.py -k"
LADDER = "tests/test_ladder.py -k"
ESCALATION = "tests/test_escalation.py -k"
CONDITIONS = "tests/test_conditions.py -k"
WORKTIME = "tests/test_worktime.py -k"
PAUSES = "tests/test_pauses.py -k"
TARGETS = "tests/test_targets.py -k"
ANSWERS = "tests/test_settling.py tests/test_portal_acts.py tests/test_events.py tests/test_acts.py"
JOINING = "tests/test_joining.py"

STATES = (
    Mutant("readings", ".ended) > self.due", ".ended) >= self.due", f"{EDGE} test_05"),
    Mutant("readings", "ended is not None and not late:", "ended is not None:", f"{EDGE} test_26"),
    Mutant("readings", "and not self.cancelled:", "and True:", f"{EDGE} 'test_19 or test_26'"),
    Mutant("readings", "pause.start <= now and (", "pause.start < now and (", f"{EVALUATION} ends_at_its_cap"),
    Mutant(
        "readings", "return paused and self.due_by is DueBy.RULE", "return paused", f"{EVALUATION} stands_in_a_pause"
    ),
    Mutant(
        "readings", "if not waiting or evaluation.at_rest", "if not waiting", f"{EVALUATION} runs_on_for_the_reports"
    ),
)
PAUSED = (
    Mutant("evaluation", "since >= reading.due", "since > reading.due", f"{EDGE} test_29"),
    Mutant("evaluation", "if pause.cap:", "if pause.cap and ends:", f"{EVALUATION} ends_at_its_cap"),
    Mutant("evaluation", "end = min(ends", "end = max(ends", f"{EVALUATION} leaves_a_capped_pause_early"),
    Mutant(
        "evaluation",
        "if pause.then is AfterPause.RESTART:\n        # A new clock",
        "if pause.then is None:\n        # A new clock",
        f"{EVALUATION} what_the_end_of_a_pause_does",
    ),
    Mutant("evaluation", 'head=f"{reading.head}@{until}", ', "", f"{ESCALATION} begins_anew_after_a_pause_warns_anew"),
    Mutant(
        "evaluation",
        "start=until, pauses=pauses",
        "start=until, pauses=()",
        f"{EVALUATION} began_anew_is_still_a_pause",
    ),
    Mutant("evaluation", "done = reading.start", "pass", f"{EVALUATION} has_all_of_its_time_left"),
    Mutant("evaluation", "done = max(since, reading.start)", "done = since", f"{EVALUATION} counts_from_its_start"),
    Mutant(
        "evaluation",
        "PauseReading(since, ended, pause.status), AfterPause.RESUME",
        "PauseReading(since, ended, pause.status), pause.then",
        f"{EVALUATION} an_answer_in_a_pause_ends_it",
    ),
    Mutant(
        "timeline", "status in (turn.state, turn.raw)", "status == turn.state", f"{TIMELINE} our_state_or_the_platforms"
    ),
)
GIVEN = (
    Mutant(
        "evaluation",
        "(case.due_by_platform, DueBy.PLATFORM), (case.due_by_person, DueBy.PERSON)",
        "(case.due_by_person, DueBy.PERSON), (case.due_by_platform, DueBy.PLATFORM)",
        f"{EVALUATION} beats_the_platforms",
    ),
    Mutant("evaluation", "run.end is None or run.end >= at", "run.end is None", f"{EVALUATION} is_not_the_next_ones"),
    Mutant("evaluation", 'remaining=None, problem=""', "problem=reading.problem", f"{EVALUATION} stands_in_a_pause"),
    Mutant("evaluation", "and _ran(o, run.start)", "and o.is_open", f"{EVALUATION} stays_marked_as_too_late"),
    Mutant(
        "evaluation",
        "if clock.out_of_hours and not clock",
        "if clock.out_of_hours and clock",
        f"{EVALUATION} extra_steps",
    ),
)
AHEAD = (
    Mutant("evaluation", "[reading.due + 1]", "[reading.due]", f"{EVALUATION} 'wakes_up or until_the_wake_up'"),
    Mutant("evaluation", "[stage.at for stage in reading.stages]", "[]", f"{EVALUATION} wakes_up_for_each_rung"),
    Mutant(
        "evaluation", "[pause.end for pause in reading.pauses if pause.end is not None]", "[]", f"{EVALUATION} its_cap"
    ),
    Mutant("evaluation", "(1 if future.microsecond else 0)", "0", f"{EVALUATION} what_comes_within_a_second"),
    Mutant(
        "asof",
        "m for m in case.messages if m.sent_at <= now",
        "m for m in case.messages",
        f"{EVALUATION} later_instant",
    ),
    Mutant("asof", "if settlement.at <= now", "if settlement", f"{EDGE} test_43"),
    Mutant("asof", "if handover.at <= now", "if handover", f"{EVALUATION} what_lies_ahead"),
    Mutant("asof", "if given.at <= now", "if given", f"{EVALUATION} what_lies_ahead"),
    Mutant("asof", "if len(turns) == len(case.turns) else", "if True else", f"{EVALUATION} what_lies_ahead"),
)
RUNS = (
    Mutant("timeline", "if on_close is OnClose.MEET:", "if on_close is not OnClose.RUN_ON:", f"{TIMELINE} closing"),
    Mutant("timeline", "if on_close is OnClose.RUN_ON:", "if on_close is None:", f"{TIMELINE} closing"),
    Mutant("timeline", "    for handover in case.handovers:", "    for handover in ():", f"{EDGE} test_26"),
    Mutant("timeline", "at <= run.start or (", "at < run.start or (", f"{TIMELINE} sent_on_as_it_was_asked"),
    Mutant("timeline", 'head=f"{run.head}@{at}", start=at', "start=at", f"{TIMELINE} has_a_new_clock_from_then"),
    Mutant("timeline", "= Run(message.ref, ", '= Run(f"cycle {len(runs)}", ', f"{TIMELINE} starts_a_new_cycle"),
    Mutant("timeline", "epoch(settlement.at) <= end", "epoch(settlement.at) < end", f"{TIMELINE} one_answer_to_two"),
    Mutant("timeline", "follows=answered)", "follows=bool(runs))", f"{TIMELINE} whatever_closing_means"),
    Mutant("timeline", "and settlement.how is Ending.ANSWERED)", "and False)", f"{TIMELINE} had_not_seen_the_newest"),
    Mutant(
        "timeline", "other.end is not None and other.end <= run.end", "other.start < run.end", f"{TIMELINE} waits_on"
    ),
    Mutant("timeline", "if covered or by_us:", "if by_us:", f"{TIMELINE} starts_nothing_new"),
    Mutant("timeline", "if covered or by_us:", "if covered:", f"{EDGE} test_25"),
    Mutant(
        "timeline",
        "if turn.state == CaseState.CLOSED.value and since",
        "if turn.state in _AT_REST and since",
        f"{TIMELINE} went_on_as_another",
    ),
    Mutant("timeline", "if until is not None))]", "if not until))]", f"{EDGE} test_34"),
    Mutant("timeline", "end=rests[0][0] if rests", "end=rests[-1][0] if rests", f"{TIMELINE} opening_a_case_again"),
    Mutant("timeline", " and m.ref not in own)", ")", f"{TIMELINE} not_by_the_message_that_made_it"),
    Mutant("timeline", "            answers.remove(kept)\n", "", f"{EDGE} test_49"),
    Mutant(
        "timeline", "Direction.OUTBOUND and m.sent_at >= asked", "Direction.OUTBOUND", f"{TIMELINE} automatic_answer"
    ),
    Mutant("timeline", "if m.automatic and m.direction", "if m.direction", f"{TIMELINE} human_answer"),
)
CHOSEN = (
    Mutant("conditions", "Verdict.UNKNOWN if Verdict.UNKNOWN in found else", "", f"{EDGE} test_38"),
    Mutant(
        "conditions",
        "return None if rate is None else fact.amount * rate",
        "return fact.amount * (rate or 1)",
        f"{EDGE} test_39",
    ),
    Mutant("conditions", '"gt": gt', '"gt": ge', f"{EDGE} test_39"),
    Mutant(
        "conditions",
        "rates.get(fact.currency + limit.currency)",
        "rates.get(limit.currency + fact.currency)",
        f"{CONDITIONS} one_to_one",
    ),
    Mutant(
        "conditions", "if Verdict.FALSE in found:", "if found == {Verdict.FALSE}:", f"{CONDITIONS} one_false_decides"
    ),
    Mutant("policy", "option.default) for option", '"") for option', f"{CONDITIONS} default_stands_in"),
)
RUNGS = (
    Mutant(
        "ladder",
        "int(whole * (stage.moment.share or 0)), spans)",
        "int(whole * (stage.moment.share or 0)), [])",
        f"{LADDER} stood_still",
    ),
    Mutant("ladder", "all(step.unit is Unit.OPEN_TIME", "any(step.unit is Unit.OPEN_TIME", f"{LADDER} share"),
    Mutant("ladder", "stage.during.last_open(at)", "stage.during.next_open(at)", f"{EDGE} test_45"),
    Mutant("ladder", "stage.during and at < due", "stage.during", f"{LADDER} breach_itself"),
    Mutant("ladder", "moved if moved >= reading.start else min(reading.start, due)", "moved", f"{LADDER} moves_back"),
    Mutant("ladder", "max(whole - step.amount, 0)", "abs(whole - step.amount)", f"{LADDER} never_before_the_start"),
    Mutant("ladder", "certain=fits is Verdict.TRUE", "certain=True", f"{LADDER} uncertain"),
    Mutant("ladder", "if fits is Verdict.FALSE:", "if fits is not Verdict.TRUE:", f"{LADDER} uncertain"),
    Mutant("ladder", "at > reading.ended", "at >= reading.ended", f"{LADDER} had_come_by_then"),
    Mutant("ladder", "else (None, True)", "else (None, False)", f"{LADDER} fixed_cost"),
    Mutant("ladder", 'yield f"{stage.name}-{time}", at', "yield stage.name, at", f"{LADDER} name_for_each_time"),
)
TOLD = (
    Mutant("escalation", "read_until <= reading.due", "read_until < reading.due", f"{EDGE} test_44"),
    Mutant("escalation", "read_until is None or ", "read_until is not None and ", f"{ESCALATION} never_read"),
    Mutant("escalation", "late = stage.at >= reading.due", "late = stage.at > reading.due", f"{EDGE} test_44"),
    Mutant("escalation", "if not (late and deed is Deed.WARN):", "if True:", f"{ESCALATION} from_its_instant_on"),
    Mutant(
        "escalation",
        "(stage.do, stage.audience): stage",
        "(stage.name, stage.audience): stage",
        f"{ESCALATION} newest_of_each_deed",
    ),
    Mutant("escalation", "stage.at <= now", "stage.at < now", f"{ESCALATION} from_its_instant_on"),
    Mutant("escalation", " or reading.state(now) is ClockState.PAUSED:", ":", f"{ESCALATION} whose_end_is_known"),
    Mutant("escalation", "if not reading.is_open or ", "if ", f"{ESCALATION} what_has_ended"),
    Mutant(
        "readings",
        "{ClockState.BREACHED, ClockState.MET_LATE}",
        "{ClockState.BREACHED}",
        f"{ESCALATION} takes_nothing_back",
    ),
    Mutant("escalation", "record.do is not Deed.BREACH or ", "", f"{ESCALATION} takes_the_breach_back"),
)
TIME = (
    Mutant(
        "worktime", "bisect_left(index.cum, wanted) - 1", "bisect_left(index.cum, wanted + 1) - 1", f"{EDGE} test_04"
    ),
    Mutant(
        "worktime",
        "index.worked(instant + 1) > index.worked(instant)",
        "index.worked(instant) > index.worked(instant - 1)",
        f"{WORKTIME} closing_time_is_closed",
    ),
    Mutant(
        "worktime",
        "return min(self.cum[latest] + instant - self.starts[latest], self.cum[latest + 1])",
        "return self.cum[latest] + instant - self.starts[latest]",
        f"{EDGE} test_01",
    ),
    Mutant(
        "worktime",
        "else self.next_open(due)",
        "else due",
        f"{WORKTIME} used_up_at_closing",
    ),
    Mutant(
        "worktime",
        "return min(instant, index.starts[latest]",
        "return max(instant, index.starts[latest]",
        f"{WORKTIME} moves_back",
    ),
    Mutant(
        "worktime",
        "if instant > self._until:",
        "if instant >= self._until:",
        f"{WORKTIME} 'last_second or last_instant'",
    ),
    Mutant(
        "zones",
        "if (_offset(zone, probe) if probe % DAY else _offset_at_day(zone, probe)) != offset:",
        "if False:",
        f"{EDGE} 'test_08 or test_09 or test_10'",
    ),
    Mutant("zones", "range((start // DAY + 1) * DAY, end, DAY)", "()", f"{WORKTIME} 'gap or ambiguous or midnight'"),
    Mutant("zones", "max(start, opens - offset)", "opens - offset", f"{WORKTIME} 'gap or ambiguous'"),
    Mutant(
        "zones",
        "min(start for start, _ in real_spans",
        "max(start for start, _ in real_spans",
        f"{TARGETS} meant_the_first_time",
    ),
    Mutant(
        "openings",
        "if day in self.special:\n            return self.special",
        "if day in self.special and day not in self.holidays:\n            return self.special",
        f"{EDGE} test_12",
    ),
    Mutant("openings", "if day in self.holidays or not", "if not", f"{EDGE} 'test_12 or test_13'"),
    Mutant("openings", "closes if closes > opens else closes + DAY", "closes", f"{EDGE} test_09"),
    Mutant("pauses", "if max(begin, start) >= due:", "if max(begin, start) > due:", f"{PAUSES} moves_a_deadline"),
    Mutant(
        "pauses",
        "for begin, end in merged(pauses):\n            if max",
        "for begin, end in sorted(pauses):\n            if max",
        f"{PAUSES} moves_a_deadline",
    ),
    Mutant(
        "pauses",
        "seconds += self.between(max(begin, start), end)",
        "seconds += self.between(begin, end)",
        f"{PAUSES} unpaused_working_time_until",
    ),
    Mutant(
        "pauses",
        "seconds += self.between(max(begin, start), end)",
        "seconds += end - max(begin, start)",
        f"{PAUSES} moves_a_deadline",
    ),
    Mutant("pauses", "start <= joined[-1][1]", "start < joined[-1][1]", f"{PAUSES} neither_overlap_nor_touch"),
    Mutant("pauses", "max(joined[-1][1], end)", "end", f"{PAUSES} neither_overlap_nor_touch"),
    Mutant(
        "targets",
        "return first_showing(zone, wall + step.amount * DAY)",
        "return start + step.amount * DAY",
        f"{TARGETS} four_different_ones",
    ),
    Mutant("targets", "        start = end\n", "", f"{TARGETS} left_to_right"),
    Mutant("targets", "if paused and not step.pausable:", "if paused and False:", f"{TARGETS} days_cannot_be_paused"),
    Mutant(
        "targets",
        "return calendar.next_open(same_time) if step.landing is Landing.OPENING else same_time",
        "return same_time",
        f"{TARGETS} four_different_ones",
    ),
)
FEARED = (
    Mutant("readings", "if reading.is_open for stage", "for stage", f"{ESCALATION} soonest_certain"),
    Mutant("readings", "if stage.certain)", "if stage.expect)", f"{ESCALATION} soonest_certain"),
    Mutant("readings", "s.costs is None and not s.costs_unknown, ", "", ESCALATION.removesuffix(" -k")),
    Mutant("readings", "s.at <= now, s.at)", "s.at)", f"{LADDER} once_one_has_stayed_away"),
)
SETTLED = (
    Mutant("settling", "settlement.at < before.at", "settlement.at > before.at", ANSWERS),
    Mutant("settling", "case.messages[: place + 1]", "case.messages", ANSWERS),
    Mutant("settling", "if m.sent_at <= message.sent_at)", "if m)", ANSWERS),
    Mutant("settling", "if m.answers and not m.from_outbox)", "if m.answers)", ANSWERS),
    Mutant("settling", "case.messages[last + 1 :]", "case.messages", ANSWERS),
)
JOINED = (
    Mutant("joining", "if any(key in message.thread_keys for message in case.messages) else", "if key else", JOINING),
    Mutant("joining", "tuple(as_note(message) for message in", "tuple(message for message in", JOINING),
    Mutant("joining", "if other.classified and not case.classified:", "if other.classified:", JOINING),
    Mutant("joining", "if case.order is None and other.order is not None:", "if other.order is not None:", JOINING),
    Mutant("joining", "if other.assignee and not case.assignee:", "if other.assignee:", JOINING),
    Mutant("acted", "return not waiting <= seen", "return bool(seen) and not waiting <= seen", "tests/test_acting.py"),
    Mutant(
        "model", 'f"{self.platform}: {self.ref}"', 'f"{self.platform}:{self.ref}"', "tests/test_model.py -k mark_of"
    ),
)
MUTANTS = (*FEARED, *SETTLED, *JOINED, *STATES, *PAUSED, *GIVEN, *AHEAD, *RUNS, *CHOSEN, *RUNGS, *TOLD, *TIME)


def main(arguments: Sequence[str]) -> int:
    """Try every mutant of the wanted files (none: all of them), or every Nth, and say what became of it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("files", nargs="*", metavar="FILE")
    chosen = parser.parse_args(arguments)
    mutants = [one for one in MUTANTS if not chosen.files or one.file in chosen.files][:: chosen.every]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = _copied(Path(folder))
        blind = list(_blind_tests(mutants, root))
        survived = [mutant for mutant in mutants if not _killed(mutant, root)] if not blind else []
    for text in blind:
        print(f"fails without any mutant: {text}")  # noqa: T201  a report for a person
    print(f"{len(mutants) - len(survived)} of {len(mutants)} killed")  # noqa: T201  a report for a person
    return 1 if blind or survived else 0


def _copied(folder: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def _blind_tests(mutants: Sequence[Mutant], root: Path) -> Iterator[str]:
    """The arguments whose tests do not pass as they are, so that a failure would prove nothing."""
    for tests in sorted({mutant.tests for mutant in mutants}):
        if _pytest(tests, root) != 0:
            yield tests


def _killed(mutant: Mutant, root: Path) -> bool:
    path = root / "hub" / "core" / f"{mutant.file}.py"
    before = path.read_text(encoding="utf-8")
    there = before.count(mutant.old) == 1
    path.write_text(before.replace(mutant.old, mutant.new), encoding="utf-8")
    failed = there and _pytest(mutant.tests, root) not in (0, NO_TEST_FOUND)
    path.write_text(before, encoding="utf-8")
    word = "killed" if failed else "SURVIVED" if there else "NOT FOUND (or more than once)"
    print(f"{word}: {mutant.file}: {mutant.old!r} -> {mutant.new!r}", flush=True)  # noqa: T201  a report for a person
    return failed


def _pytest(arguments: str, root: Path) -> int:
    """What pytest answers to these arguments in a folder; what it says is of no interest."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *shlex.split(arguments)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
