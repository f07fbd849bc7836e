"""Channels: how they are doing, what a program can do by them, and the platforms' own scores."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from hub.channel_health import health_of
from hub.core.model import epoch
from hub.core.people import Permission
from hub.health_json import health_json
from hub.reaching import adapter_of
from hub.rounds import require_channel
from hub.runs.published import publish
from hub.scores_json import channel_scores_json
from hub.scoring import gather
from hub.statistics import read_days, statistics_of
from hub.statistics_json import statistics_json
from hub.web.api.calls import Asked, Call
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Channels, Scores, Statistics, Status
from hub.web.api.told import Told

resource = Resource("channels")


@resource.get("/status", Permission.SEE, Status)
def show_status(call: Asked) -> Response:
    """Whether every channel is well, and how many cases there are in each state."""
    cases = {state.value: count for state, count in call.hub.store.counts().items()}
    return Told({"ok": all(channel.well for channel in health_of(call.hub)), "cases": cases})


@resource.get("/channels", Permission.SEE, Channels)
def list_channels(call: Asked) -> Response:
    """The channels with their health, their capabilities, and what only a person can do in their portals."""
    health = {channel.name: health_json(channel) for channel in health_of(call.hub)}
    return Told({"channels": [_channel(call, name, health.get(name)) for name in call.hub.settings.channels]})


@resource.get("/scores", Permission.SEE, Scores)
def show_scores(
    call: Asked,
    channel: Annotated[str, Query(max_length=200, description="Only this channel.")] = "",
    weeks: Annotated[int, Query(ge=1, le=53, description="This week and those before it, in all.")] = 4,
) -> Response:
    """How the platforms' measures stand, counted here, beside the figures that they report themselves."""
    hub, now = call.hub, epoch(call.now)
    names = list(hub.settings.channels)
    if channel:
        require_channel(channel, names)
        names = [channel]
    final = {name: partial(publish, hub.store, name) for name in names}
    found = (gather(hub.store, name, hub.policy_of(name), now, weeks, final[name]) for name in names)
    return Told({"channels": [channel_scores_json(one) for one in found]})


@resource.get("/statistics", Permission.SEE, Statistics)
def show_statistics(
    call: Asked,
    first: Annotated[
        date | None, Query(alias="from", description="The first day; without it, thirty days before the last.")
    ] = None,
    last: Annotated[date | None, Query(alias="to", description="The last day; today without it.")] = None,
    channel: Annotated[str, Query(max_length=200, description="Only this channel.")] = "",
) -> Response:
    """What the overview shows: money at risk, answer times, claims by product and batch, over a range of days."""
    if channel:
        require_channel(channel, call.hub.settings.channels)
    days = read_days(call.hub, first.isoformat() if first else "", last.isoformat() if last else "")
    return Told(statistics_json(statistics_of(call.hub, days, channel)))


def _channel(call: Call, name: str, health: dict[str, Any] | None) -> dict[str, Any]:
    table, info = call.hub.settings.channels[name], adapter_of(call.hub, name)
    adapter = info.adapter if info is not None else None
    return {
        "name": name,
        "adapter": table.adapter,
        "title": adapter.title if adapter else "",
        "enabled": table.enabled,
        "capabilities": sorted(adapter.capabilities) if adapter else [],
        "portal_steps": {kind.value: step for kind, step in adapter.portal_steps.items()} if adapter else {},
        "health": health,
    }
