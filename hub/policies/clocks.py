"""The clocks of a rule: from when to when they run, in which calendar, and what makes them stand still."""

from __future__ import annotations

from collections.abc import Mapping

from hub.core.policy import AfterPause, Anchor, ClockName, ClockRule, OnClose, Pause, Reopen, Source
from hub.core.targets import Step
from hub.core.worktime import Convention
from hub.policies.sources import read_source
from hub.policies.stages import read_stages
from hub.policies.tables import Table, nearest, repeated, shown
from hub.policies.vocabulary import Vocabulary

_OF_ANSWERS = ("on_close", "auto_counts")
_IDLE: Mapping[ClockName, tuple[str, ...]] = {
    ClockName.FIRST_RESPONSE: ("reopen",),
    ClockName.FIRST_RESPONSE_TARGET: ("reopen",),
    ClockName.NEXT_RESPONSE: ("reopen",),
    ClockName.RESOLUTION: _OF_ANSWERS,
    ClockName.PROMISE: ("reopen", *_OF_ANSWERS, "anchor", "convention", "out_of_hours", "pause_on", "pauses"),
}
"""What may stand at other clocks and changes nothing at this one."""


def read_clocks(rule: Table, words: Vocabulary, source: Source) -> tuple[ClockRule, ...]:
    """The clocks of a rule, in the order of the file."""
    clocks = []
    for name, table in rule.named_tables("clock"):
        if name in set(ClockName):
            clocks.append(_clock(ClockName(name), table, words, source))
        else:
            table.problems.add(table.path, f"is no clock; {nearest(name, ClockName)}")
    names = {clock.name for clock in clocks}
    if ClockName.FIRST_RESPONSE_TARGET in names and ClockName.FIRST_RESPONSE not in names:
        rule.wrong("clock", "first_response_target needs a first_response, whose stricter target it is")
    return tuple(clocks)


def _clock(name: ClockName, table: Table, words: Vocabulary, source: Source) -> ClockRule:
    calendar_name, calendar = words.calendar(table, "calendar")
    for key in _IDLE[name]:
        if key in table:
            table.wrong(key, f"changes nothing at a {name} clock; leave it out")
    clock = ClockRule(
        name=name,
        calendar_name=calendar_name,
        calendar=calendar,
        target=_target(name, table, words),
        source=read_source(table, source),
        out_of_hours=words.steps(table, "out_of_hours") if "out_of_hours" in table else (),
        convention=table.word("convention", Convention, Convention.CLOSING),
        anchor=table.word("anchor", Anchor, Anchor.MESSAGE),
        pauses=_pauses(table, words),
        reopen=table.word("reopen", Reopen, Reopen.RESUME),
        on_close=table.word("on_close", OnClose, OnClose.CANCEL),
        auto_counts=table.flag("auto_counts"),
        stages=read_stages(table, words),
    )
    table.finish()
    _refuse_paused_days(table, clock)
    return clock


def _target(name: ClockName, table: Table, words: Vocabulary) -> tuple[Step, ...]:
    """The steps of the target; a promise has none, since it runs to the instant that was promised."""
    if name is ClockName.PROMISE:
        if "target" in table:
            table.wrong("target", "should be left out: a promise runs to the instant that was promised")
        return ()
    if "target" not in table:
        table.wrong("target", "is missing; write steps such as 24h, 8wh, 2d or 1wd")
        return ()
    return words.steps(table, "target")


def _pauses(table: Table, words: Vocabulary) -> tuple[Pause, ...]:
    """The states in which the clock stands still: always, or for so long at most."""
    pauses = [Pause(status) for status in table.texts("pause_on")]
    for item in table.tables("pauses"):
        status = item.text("status")
        cap = words.steps(item, "cap") if "cap" in item else ()
        pauses.append(Pause(status, cap, item.word("then", AfterPause, AfterPause.RESUME)))
        item.finish()
    for status in repeated(pause.status for pause in pauses):
        table.wrong("pauses", f"{shown(status)} is listed twice")
    return tuple(pauses)


def _refuse_paused_days(table: Table, clock: ClockRule) -> None:
    """Complain of a day that would have to be cut: part of a day is no day."""
    closed_is_a_pause = clock.name is ClockName.RESOLUTION and clock.reopen is Reopen.RESUME
    for key, steps in (("target", clock.target), ("out_of_hours", clock.out_of_hours)):
        for step in steps:
            if step.pausable:
                continue
            if clock.pauses:
                table.wrong(key, f"{shown(step.text)} counts days and cannot be paused; count in h or wh")
            elif closed_is_a_pause:
                # A case that is opened again would have its closed time taken out of the days.
                wrong = "counts days, from which no closed time can be taken; set reopen to restart, continue or ignore"
                table.wrong(key, f"{shown(step.text)} {wrong}")
