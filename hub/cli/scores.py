"""`casehub scores`: how the platforms' own measures stand, counted here and as the platforms report them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hub.cli.clock_words import percent
from hub.cli.common import console, echo_json, json_option, no_channels, with_hub
from hub.cli.safe_text import one_line
from hub.core.incoming import Figure
from hub.core.model import epoch
from hub.core.policy import Objective, Satisfaction
from hub.core.scores import Compared, ObjectiveScore, SatisfactionScore, Satisfied, budget_sentence
from hub.rounds import require_channel
from hub.runs.published import publish
from hub.scores_json import channel_scores_json
from hub.scoring import ChannelScores, gather

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from hub.app import Hub

_DIFFERS = "≠"
_WORDS = frozenset({"period", ""})  # headings of columns that hold no numbers


@click.command(short_help="Show the platforms' scores and what is left of them.")
@click.option("--channel", default="", metavar="NAME", help="Only this channel.")
@click.option(
    "--weeks", default=4, show_default=True, type=click.IntRange(1, 53), help="This week and those before it, in all."
)
@json_option
@with_hub
def scores(hub: Hub, channel: str, weeks: int, as_json: bool) -> None:
    """Show how each platform's measures stand, counted here, beside the figures that it reports itself.

    Questions that were answered or are past due count; open ones that are not due yet count for nothing so far. Shares
    are cut, never rounded up: 89.99 % is not 90 %. Ratings are counted for each month that the weeks touch. A figure of
    the platform that differs from ours is marked with ≠. A week that is over and was shown keeps its numbers in mind:
    if late news changes them, that is its next revision.

    With --json: {"channels": [{"channel", "policy", "version", "objectives": [{"id", "title", "clock", "share",
    "late_limit", "scores": [{"period", "ended", "met", "late", "undecided", "cancelled", "share", "reached",
    "still_reachable", "misses_left", "late_left", "warnings", "revision", "figure", "differs"}]}], "satisfaction":
    {"title", "target", "floor", "least_ratings", "scores": [{"period", "up", "down", "share", "state", "figure",
    "differs"}]}
    or null, "figures": [{"figure", "read_at"}]}]}. Shares are text between 0 and 1, null while nothing is decided. A
    "figure" is null or {"name", "period", "value", "numerator", "denominator", "norm", "conforms"}, as the platform
    sent it; "figures" has the newest of each name that casehub does not count itself.

    Example: casehub scores --channel bol_nl --weeks 8
    """
    now = epoch(hub.clock.now())
    found = [
        gather(hub.store, name, hub.policy_of(name), now, weeks, partial(publish, hub.store, name))
        for name in _chosen(hub, channel)
    ]
    if as_json:
        echo_json({"channels": [channel_scores_json(one) for one in found]})
    elif not hub.settings.channels:
        click.echo(no_channels(hub))
    else:
        _tell([one for one in found if not one.is_empty])


def _chosen(hub: Hub, channel: str) -> Sequence[str]:
    names = list(hub.settings.channels)
    if channel:
        require_channel(channel, names)
    return [channel] if channel else names


def _tell(found: Sequence[ChannelScores]) -> None:
    screen = console()
    for one in found:
        screen.print(one_line(f"{one.channel}: {one.policy.title}"), style="bold")
        for objective, lines in one.objectives:
            _tell_objective(screen, objective, lines)
        if one.policy.satisfaction:
            _tell_satisfaction(screen, one.policy.satisfaction, one.months)
        for row in one.others:
            screen.print(f"The platform's {one_line(f'{row.figure.name} {row.figure.period}')}: {_told(row.figure)}")
        screen.print()
    if any(one.differs for one in found):
        click.echo(f"{_DIFFERS} marks a figure of the platform that differs from what was counted here.")
    if not found:
        click.echo(
            "Nothing is scored here: no policy of these channels has an objective, and no platform sent a figure."
        )


def _tell_objective(screen: Console, objective: Objective, lines: Sequence[Compared[ObjectiveScore]]) -> None:
    wanted = f", at least {percent(objective.share)}" if objective.share is not None else ""
    screen.print(one_line(f"{objective.title}{wanted}"))
    rows = [
        (s.period, str(s.met), str(s.late), str(s.undecided), _share_text(s.share), _verdict(s))
        for s in (line.ours for line in lines)
    ]
    screen.print(_table(("period", "met", "late", "open", "share", ""), rows, objective.figure, lines))
    for line in lines:
        if budget := budget_sentence(line.ours):
            screen.print(f"  {budget[0].upper()}{budget[1:]}.")
        for warning in line.ours.warnings:
            screen.print(f"  ! {warning}.", style="bold red")


def _tell_satisfaction(screen: Console, rule: Satisfaction, lines: Sequence[Compared[SatisfactionScore]]) -> None:
    screen.print(one_line(f"{rule.title}, at least {percent(rule.target)} from {rule.least_ratings} ratings on"))
    states = {
        Satisfied.GOOD: "good",
        Satisfied.BELOW_TARGET: f"below {percent(rule.target)}",
        Satisfied.BELOW_FLOOR: f"below {percent(rule.floor)}",
        Satisfied.TOO_FEW: "too few",
    }
    rows = [
        (s.period, str(s.up), str(s.down), _share_text(s.share), states[s.state]) for s in (line.ours for line in lines)
    ]
    screen.print(_table(("period", "up", "down", "share", ""), rows, rule.figure, lines))


def _table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], figure: str, lines: Sequence[Compared[Any]]
) -> Table:
    """The scores, and beside them the platform's figures under the platform's name for them, if it sent any."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in _WORDS else "right", no_wrap=True)
    beside = any(line.figure for line in lines)
    if beside:
        table.add_column(Text(one_line(figure)), overflow="fold")
    for row, line in zip(rows, lines, strict=True):
        mark = f"{_DIFFERS} " if line.differs else ""
        theirs = (f"{mark}{_told(line.figure)}" if line.figure else "",) if beside else ()
        table.add_row(*map(Text, (*row, *theirs)))
    return table


def _verdict(score: ObjectiveScore) -> str:
    """What has come of the share, or may still come of it."""
    if score.reached is None:
        return ""
    if score.ended and not score.undecided:
        verdict = "reached" if score.reached else "missed"
        return f"{verdict} (revision {score.revision})" if score.revision else verdict
    if score.reached:
        return "reached so far"
    return "below so far" if score.still_reachable else "out of reach"


def _share_text(share: Decimal | None) -> str:
    """A share in per cent, cut and not rounded: 89.99 % must not look like 90 %."""
    return "–" if share is None else f"{(share * 100).quantize(Decimal('0.01'), ROUND_DOWN)} %"


def _told(figure: Figure) -> str:
    """A figure as the platform sent it."""
    counts = f"{figure.numerator}/{figure.denominator}" if None not in {figure.numerator, figure.denominator} else ""
    verdict = {True: "reached", False: "missed", None: ""}[figure.conforms]
    norm = f"norm {figure.norm}" if figure.norm else ""
    return one_line(", ".join(part for part in (figure.value, counts, norm, verdict) if part)) or "–"
