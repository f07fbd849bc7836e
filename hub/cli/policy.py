"""`casehub policy`: what the platforms promise, where that stands, and what another policy would change."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import console, echo_json, json_option, with_hub, with_hub_as_it_is

if TYPE_CHECKING:
    from hub.app import Hub

_POLICY = click.argument("name", metavar="POLICY", required=True)


@click.group(short_help="Show, check, test and try out policies.")
def policy() -> None:
    """Show, check, test and try out the policies: what each platform promises, as dated and sourced data.

    Shipped policies lie in the plugins; your own words stand in policies.toml beside hub.toml.
    """


@policy.command("list", short_help="List the policies and the channels they bind.")
@json_option
@with_hub_as_it_is
def list_(hub: Hub, as_json: bool) -> None:
    """List the policies in force with their versions and channels.

    With --json: {"policies": [{"id", "version", "effective_from", "title", "where", "digest", "channels", "rules"}],
    "broken": [{"where", "error"}]}.

    Example: casehub policy list
    """
    from hub.cli.policy_text import listed, policy_table

    rows = listed(hub)
    broken = [{"where": where, "error": error} for where, error in hub.whole_book.broken]
    if as_json:
        echo_json({"policies": rows, "broken": broken})
        return
    console().print(policy_table(rows))
    for problem in broken:
        click.echo(f"✗ {problem['error']}")


@policy.command(short_help="Show a policy: rules, clocks, ladders, sources.")
@_POLICY
@click.option("--version", default="", help="Another version than the newest.")
@json_option
@with_hub_as_it_is
def show(hub: Hub, name: str, version: str, as_json: bool) -> None:
    """Show a policy rule by rule: to which cases it applies, its clocks, what follows, its source, and how sure it is.

    With --json: the policy as {"id", "title", "version", "effective_from", "digest", "options", "rules", "objectives",
    ...}.

    Example: casehub policy show fyndiq
    """
    from hub.cli.policy_text import PolicyText, policy_json

    found = hub.whole_book.named(name, version)
    if as_json:
        echo_json(policy_json(found))
        return
    screen = console()
    for part in PolicyText(found).parts():
        screen.print(part)


@policy.command(short_help="Check policies.toml and every policy.")
@click.option("--all", "everything", is_flag=True, help="Also what is for the authors of shipped policies.")
@json_option
@with_hub_as_it_is
def check(hub: Hub, everything: bool, as_json: bool) -> None:
    """Check every policy and policies.toml: what is wrong is an error, what deserves a look a note.

    How the rules of shipped policies overlap is for their authors: --all tells that too. The exit code is 1 when a
    plugin's policy cannot be used, 2 when policies.toml itself is wrong.

    With --json: {"ok", "warnings": [...], "left_out", "broken": [{"where", "error"}]}.

    Example: casehub policy check
    """
    from hub.in_force import InForce

    left_out = frozenset() if everything else InForce(hub, hub.clock.now().date()).notes_for_authors()
    warnings = [warning for warning in hub.whole_book.warnings if warning not in left_out]
    broken = [{"where": where, "error": error} for where, error in hub.whole_book.broken]
    if as_json:
        echo_json({"ok": not broken, "warnings": warnings, "left_out": len(left_out), "broken": broken})
    else:
        _tell_check(hub, warnings, left_out)
    if broken:
        sys.exit(1)


def _tests(count: int) -> str:
    return "1 test" if count == 1 else f"{count} tests"


def _tell_check(hub: Hub, warnings: Sequence[str], left_out: Collection[str]) -> None:
    for _, error in hub.whole_book.broken:
        click.echo(f"✗ {error}")
    for warning in warnings:
        click.echo(f"note: {warning}")
    if left_out:
        count = "1 note" if len(left_out) == 1 else f"{len(left_out)} notes"
        click.echo(f"{count} for the authors of shipped policies left out; --all shows them.")
    if not hub.whole_book.broken:
        click.echo(f"✓ {len(hub.whole_book.policies)} policies can be used.")


@policy.command(short_help="Run the tests that stand in the policies.")
@click.argument("names", metavar="[POLICY]...", nargs=-1)
@json_option
@with_hub_as_it_is
def test(hub: Hub, names: tuple[str, ...], as_json: bool) -> None:
    """Run the [[test]] tables of all policies, or of those named, and say what is not as expected.

    The exit code is 1 when a test failed.

    With --json: {"ok", "policies": [{"id", "version", "tests", "failures": [...]}]}.

    Example: casehub policy test fyndiq cdon
    """
    from hub.cli.policy_text import tested

    results = tested(hub, names)
    failed = any(result["failures"] for result in results)
    if as_json:
        echo_json({"ok": not failed, "policies": results})
    else:
        for result in results:
            sign = "✗" if result["failures"] else "✓"
            click.echo(f"{sign} {result['id']} {result['version']}: {_tests(result['tests'])}")
            for failure in result["failures"]:
                click.echo(f"    {failure}")
    if failed:
        sys.exit(1)


@policy.command(short_help="Show a policy's calendar day by day.")
@_POLICY
@click.argument("calendar", required=False)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="The first date; today without it.")
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 400), help="How many days.")
@json_option
@with_hub_as_it_is
def calendar(hub: Hub, name: str, calendar: str | None, first: Any, days: int, as_json: bool) -> None:
    """Show on which days and hours the clocks of a policy run, day by day, with the holidays by name.

    With --json: {"calendar", "timezone", "known_from", "known_until", "days": [{"date", "weekday", "hours", "why"}]}.

    Example: casehub policy calendar fyndiq se-platform --from 2026-12-21 --days 14
    """
    from hub.cli.policy_text import calendar_days, calendar_table
    from hub.policy_calendars import calendar_named

    found_name, found = calendar_named(hub, name, calendar)
    begin: date = first.date() if first else hub.clock.now().date()
    rows = calendar_days(found, begin, days)
    known = {"known_from": found.valid_from, "known_until": found.valid_to}
    if as_json:
        echo_json({"calendar": found_name, "timezone": found.tz, **known, "days": rows})
        return
    click.echo(f"{found_name} ({found.tz}), known from {found.valid_from} to {found.valid_to}")
    console().print(calendar_table(rows))


@policy.command("what-if", short_help="Try other policies out on the cases there are.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--days", default=90, show_default=True, type=click.IntRange(min=1), help="Cases opened so long ago.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=0), help="Cases to list; 0 for all.")
@json_option
@with_hub
def what_if(hub: Hub, file: Path, days: int, limit: int, as_json: bool) -> None:
    """Replay the cases of the last DAYS under FILE in the place of policies.toml, changing nothing.

    It says how many deadlines would move, which answers would have been late, and which no longer.

    With --json: {"cases", "runs", "moved", "become_late", "no_longer_late", "differences": [{"case", "clock", "due",
    "due_then", "was_late", "is_late"}]}.

    Example: casehub policy what-if new-policies.toml
    """
    from hub.cli.what_if_text import differences_json, print_trial
    from hub.trying import try_policies

    trial = try_policies(hub, file, timedelta(days=days))
    if as_json:
        echo_json(differences_json(trial))
    else:
        print_trial(hub, trial, limit)
