"""The ladder of a clock: what casehub tells people and when, and what the platform is expected to do."""

from __future__ import annotations

import re

from hub.core.policy import Audience, Cost, Deed, Moment, Stage
from hub.core.targets import Step
from hub.core.worktime import Calendar
from hub.policies.tables import Table, repeated, shown
from hub.policies.vocabulary import Vocabulary, no_money, read_money, read_percent

_MOMENTS = ("at", "before", "after", "from_start")
_AT_ONCE = ("0s", "0m", "0h", ["0s"])
_ORDER = "order.gross"
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_MOST_TIMES = 1000
_TOLD = {Deed.LEAD: Audience.LEAD, Deed.BREACH: Audience.QUEUE}


def read_stages(table: Table, words: Vocabulary) -> tuple[Stage, ...]:
    """The stages of a clock, each with a name of its own."""
    stages = tuple(_stage(item, words) for item in table.tables("stage"))
    for name in repeated(name for stage in stages for name in _names(stage)):
        table.wrong("stage", f"two stages are called {shown(name)}; give one of them a name of its own")
    return stages


def _names(stage: Stage) -> list[str]:
    """What a stage and its repetitions are called, as an evaluation does."""
    repetitions = range(2, min(stage.times, _MOST_TIMES) + 1)
    return [stage.name, *(f"{stage.name}-{time}" for time in repetitions)] if stage.name else []


def _stage(table: Table, words: Vocabulary) -> Stage:
    do, expect = _deed(table)
    every, times = _repetition(table, words)
    _refuse_idle(table)
    stage = Stage(
        name=table.text("name", do or expect),
        moment=_moment(table, words),
        do=do,
        expect=expect,
        what=table.text("what", ""),
        audience=table.word("audience", Audience, _TOLD.get(do, Audience.OWNER) if do else Audience.OWNER),
        during=_calendar(table, "during", words),
        calendar=_calendar(table, "calendar", words),
        when=words.conditions(table, "when"),
        costs=_costs(table),
        every=every,
        times=times,
    )
    table.finish()
    return stage


def _deed(table: Table) -> tuple[Deed | None, str]:
    """What we do, or what the platform is expected to do."""
    ours, theirs = "do" in table, "expect" in table
    if ours == theirs:
        wrong = "cannot have both do and expect; make two stages of it" if ours else "needs either do or expect"
        table.problems.add(table.path, wrong)
    if ours:
        return table.word("do", Deed), ""
    word = table.text("expect") if theirs else ""
    if word and not _WORD.fullmatch(word):
        table.wrong("expect", f"{shown(word)} is no word such as auto_refund; say it to a person in what")
    return None, word


def _moment(table: Table, words: Vocabulary) -> Moment:
    given = [key for key in _MOMENTS if key in table]
    if len(given) != 1:
        table.problems.add(table.path, f"needs exactly one of {', '.join(_MOMENTS)}")
        return Moment()
    match given[0]:
        case "at":
            return Moment(share=read_percent(table, "at", whole=False))
        case "before":
            return Moment(before=_before(table, words))
        case "after":
            return Moment(after=() if table.value("after") in _AT_ONCE else words.steps(table, "after"))
        case _:
            return Moment(from_start=words.steps(table, "from_start"))


def _before(table: Table, words: Vocabulary) -> Step | None:
    steps = words.steps(table, "before")
    if len(steps) > 1:
        table.wrong("before", "should be one step, such as 1wh")
    elif steps and not steps[0].pausable:
        # A day back from a deadline may be one on which nobody is there.
        table.wrong("before", f"{shown(steps[0].text)} counts days; write hours, such as 8wh or 24h")
    return steps[0] if steps else None


def _refuse_idle(table: Table) -> None:
    """Complain of what would change nothing, or move what the platform does to when we are there."""
    for key in ("audience", "during"):
        if "expect" in table and key in table:
            table.wrong(key, "is for what casehub does; the platform acts when it acts")
    if "calendar" in table and ("at" in table or "before" in table) and "every" not in table:
        table.wrong("calendar", "changes nothing here: at and before count in the calendar of the clock")


def _repetition(table: Table, words: Vocabulary) -> tuple[tuple[Step, ...], int]:
    every, times = "every" in table, "times" in table
    if every and not times:
        table.wrong("every", "needs times, the number of repetitions, such as times = 5")
    if times and not every:
        table.wrong("times", 'needs every, such as every = "1wd"')
    return words.steps(table, "every") if every else (), table.count("times", 1, _MOST_TIMES) if times else 1


def _calendar(table: Table, key: str, words: Vocabulary) -> Calendar | None:
    return words.calendar(table, key)[1] if key in table else None


def _costs(table: Table) -> Cost | None:
    """What the customer paid for the order, or an amount."""
    if "costs" not in table:
        return None
    if "expect" not in table:
        table.wrong("costs", "belongs to what the platform does: write expect, or leave it out")
    value = table.value("costs")
    money = read_money(value)
    if money is None and value != _ORDER:
        table.wrong("costs", f"{no_money(value)}, or {_ORDER}")
    return Cost(fixed=money) if money else Cost(of_order=True)
