"""`casehub explain`: why a case is due when it is, to be put before a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, known_case
from hub.core.model import Case
from hub.core.policy import ClockName, Policy, Rule
from hub.core.readings import Evaluation, Reading
from hub.core.turns import Owner
from hub.errors import NotFound

if TYPE_CHECKING:
    from hub.app import Hub


@click.command(short_help="Explain why a case is due when it is.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--clock", type=click.Choice([name.value for name in ClockName]), help="Only this clock.")
@click.option("--all", "everything", is_flag=True, help="Also the runs of clocks that are over.")
@json_option
@with_hub
def explain(hub: Hub, number: str, clock: str | None, everything: bool, as_json: bool) -> None:
    """Explain every deadline of a case: the rule and why not the others, what was counted and what was not, by name.

    Without --all the runs that are over are left out, as long as one is not. Instants are in the zone of the office.

    With --json: {"case", "policy": {"id", "version", "effective_from", "digest", "tzdata"}, "rule": {"id", "title",
    "source", "checked_on", "mark", "reading"}, "tests": [{"rule", "verdict", "conditions": [...]}], "owner",
    "outcomes": [{"at", "what"}], "remarks", "clocks": [{"clock", "cycle", "head", "state", "started_at", "due",
    "computed_due", "due_by", "by", "why", "remark", "ended_at", "remaining_seconds", "problem", "pauses", "steps":
    [{"step", "unit", "start", "end", "counted_seconds", "counted_days", "segments": [...]}], "stages": [{"name", "at",
    "do", "expect", "what", "audience", "certain", "costs"}]}]}.

    Example: casehub explain CH-1042 --clock first_response
    """
    known_case(hub, number)
    from hub.opening import case_to_read

    case = case_to_read(hub, number)
    chosen = hub.book.chosen(case)
    evaluation = hub.evaluate(case)
    rule = next(rule for rule in chosen.policy.rules if rule.id == evaluation.rule)
    readings = _wanted(evaluation, clock, everything=everything)
    if as_json:
        from hub.explained_json import explained_json

        echo_json(explained_json(hub, case, evaluation, readings))
        return
    if case.number != number:
        click.echo(f"{number} went on as {case.number}, which is explained here.")
    _print(hub, case, evaluation, chosen.policy, rule, readings)


def _wanted(evaluation: Evaluation, clock: str | None, *, everything: bool) -> list[Reading]:
    named = [reading for reading in evaluation.clocks if clock in (None, reading.clock.value)]
    if clock and not named:
        there_are = ", ".join(sorted({reading.clock.value for reading in evaluation.clocks})) or "none"
        raise NotFound(f"No {clock} clock has run in this case; there is {there_are}.")
    running = [reading for reading in named if reading.is_open]
    return named if everything or not running else running


def _print(hub: Hub, case: Case, evaluation: Evaluation, policy: Policy, rule: Rule, readings: list[Reading]) -> None:
    from hub.cli.explain_text import ExplainText
    from hub.policies.versions import tzdata_version

    screen = console()
    text = ExplainText(hub.clock.now(), hub.settings.office.timezone)
    for part in text.head(case, evaluation, policy, rule, tzdata_version()):
        screen.print(part)
    for reading in readings:
        for part in text.clock(case, reading, rule):
            screen.print(part)
    if not readings:
        owner = "The platform deals with this case" if evaluation.owner is Owner.PLATFORM else "Nobody has to answer"
        screen.print(f"\n{owner}; no clock runs.")
