"""`casehub status`: is everything working?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, no_channels, with_hub
from hub.core.model import epoch
from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.health import ChannelHealth, Remark


@click.command(short_help="Say how the channels are doing; made for monitors too.")
@json_option
@with_hub
def status(hub: Hub, as_json: bool) -> None:
    """Say for each channel when it was last read, what is behind, whether people are told of what is due.

    A channel that has been silent for longer than its `silent_after` is an alarm, and so are a notifier or a policy
    that cannot be used, steps that nobody could be told of, webhooks that nobody takes, replies that wait for longer
    than [outbox.limits] allows, sending that somebody stopped, and a calendar that is known for a week or less:
    deadlines beyond are unknown. A key whose last day stands in `key_expires` is warned of two weeks before, and is an
    alarm in its last week. The exit code is 0 when all is well and 1 when something needs attention, so that a
    monitor can call it.

    With --json: {"ok", "channels": [{"channel", "ok", "troubles", ...}], "remarks": [{"text", "alarm"}], "cases",
    "calendar_known_until"}.

    Example: casehub status --json
    """
    from hub.channel_health import health_of
    from hub.health_json import health_json

    found, remarks = health_of(hub), list(_remarks(hub))
    cases = {state.value: count for state, count in hub.store.counts().items()}
    well = all(channel.well for channel in found) and not any(remark.alarm for remark in remarks)
    if as_json:
        channels, until = [health_json(channel) for channel in found], hub.settings.office.known_until
        about = {"ok": well, "channels": channels, "remarks": remarks}
        echo_json({**about, "cases": cases, "calendar_known_until": until})
    else:
        _tell(hub, found, cases)
        for remark in remarks:
            click.echo(f"{'✗' if remark.alarm else 'note:'} {remark.text}")
    if not well:
        sys.exit(1)


def _remarks(hub: Hub) -> Iterator[Remark]:
    """What is to be said of notifiers, policies, untold steps and calendars."""
    from hub.outlets import broken_outlets, notification_hours
    from hub.rounds import stops
    from hub.runs.health import Remark, untold
    from hub.runs.webhook_health import webhook_remarks

    for outlet in broken_outlets(hub.settings, hub.plugins, hub.clock):
        yield Remark(outlet.error)
    try:
        notification_hours(hub.settings, hub.office)
    except ConfigurationError as error:
        yield Remark(str(error))
    for policy in hub.book.broken:
        yield Remark(f"a policy cannot be used: {policy.error}")
    yield from untold(hub.store, hub.clock, {channel.name: channel.silent_after for channel in hub.channels()})
    yield from _scored(hub)
    yield from _ending(hub)
    yield from _left_to_do(hub)
    for stop in stops(hub):
        yield Remark(f"{stop}: `{stop.way_back}` lets it go on")
    yield from _late_orders(hub)
    yield from webhook_remarks(hub.store.webhooks, hub.clock.now())


def _left_to_do(hub: Hub) -> Iterator[Remark]:
    """What only a person can do on the platforms."""
    from hub.runs.health import Remark

    if count := len(hub.store.with_tasks()):
        cases = "1 case has" if count == 1 else f"{count} cases have"
        yield Remark(f"{cases} something to do in a portal: `casehub tasks`", alarm=False)


def _late_orders(hub: Hub) -> Iterator[Remark]:
    """How many customers wait for a late order and were not told, by the last look at them."""
    from hub.runs.health import Remark, in_words
    from hub.runs.notices import last_count

    found = last_count(hub.store)
    if found and found[0]:
        orders = "1 order is" if found[0] == 1 else f"{found[0]} orders are"
        ago = in_words(hub.clock.now() - found[1])
        yield Remark(f"{orders} past the date, and nobody was told, as of {ago} ago: `casehub notices`", alarm=False)


def _scored(hub: Hub) -> Iterator[Remark]:
    """What the platforms' own lines say of this week, such as the tenth late answer."""
    from hub.runs.health import Remark
    from hub.scoring import gather

    now = epoch(hub.clock.now())
    for channel in hub.channels():
        found = gather(hub.store, channel.name, hub.policy_of(channel.name), now, weeks=1) if channel.enabled else None
        for _, scores in found.objectives if found else ():
            for warning in (warning for score in scores for warning in score.ours.warnings):
                yield Remark(f"{channel.name}: {warning}", alarm=False)


def _ending(hub: Hub) -> Iterator[Remark]:
    """The calendars by which deadlines are computed here and that soon end."""
    from hub.runs.health import ending

    today = hub.clock.now().date()
    yield from ending(
        "working hours are", hub.office, "add the holidays that follow and move office.known_until", today
    )
    policies = {policy.id: policy for policy in (hub.policy_of(c.name) for c in hub.channels() if c.enabled)}
    clocks = [(policy.id, clock) for policy in policies.values() for rule in policy.rules for clock in rule.clocks]
    theirs = {(name, clock.calendar_name): clock.calendar for name, clock in clocks if clock.calendar is not hub.office}
    for (name, calendar), known in theirs.items():
        advice = "update its plugin, or write the holidays that follow into policies.toml"
        yield from ending(f"the calendar {calendar} of policy {name} is", known, advice, today)


def _tell(hub: Hub, found: list[ChannelHealth], cases: dict[str, int]) -> None:
    from hub.runs.health import in_words

    now = hub.clock.now()
    for channel in found:
        read = channel.record.succeeded_at
        when = f"last read {in_words(now - read)} ago" if read else "never read"
        waiting = f", {channel.replies_waiting} waiting to be sent" if channel.replies_waiting else ""
        unreadable = f", {channel.unreadable} unreadable (`casehub reread --all`)" if channel.unreadable else ""
        click.echo(f"{'✓' if channel.well else '✗'} {channel.name}: {when}{waiting}{unreadable}")
        for trouble in channel.troubles:
            click.echo(f"    {trouble}")
        for notice in channel.notes:
            click.echo(f"    note: {notice}")
    if not found:
        click.echo(no_channels(hub))
    click.echo(_cases_line(cases))


def _cases_line(cases: dict[str, int]) -> str:
    if not cases:
        return "No cases yet."
    return "Cases: " + ", ".join(f"{count} {state}" for state, count in sorted(cases.items()))
