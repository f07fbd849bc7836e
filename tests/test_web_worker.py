"""What a served hub does beside its pages: it sends what may go, reads, and follows the settings."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from hub.core.outbox import ReplyState
from hub.desks import desk_of
from hub.web.renewing import Renewal
from hub.web.worker import Worker, one_round, ready_channels
from tests.web_world import WebWorld


def queued(world: WebWorld) -> None:
    world.desktop.opens()
    case = world.case()
    seen = case.last_inbound.ref if case.last_inbound else ""
    desk = replace(desk_of(world.hub, "eva"), undo=timedelta(seconds=10))
    desk.reply(case.number, "Vi skickar en ny vas i dag.", after=seen)


def state(world: WebWorld) -> ReplyState:
    return world.hub.store.replies(case_number="CH-1001")[0].state


def test_a_reply_goes_as_soon_as_nobody_can_undo_it_any_more(world: WebWorld) -> None:
    queued(world)
    worker = Worker(world.site, None)

    worker._send()
    assert (state(world), ready_channels(world.hub)) == (ReplyState.QUEUED, set())

    world.desktop.clock.advance(timedelta(seconds=11))
    worker._send()
    assert (state(world), world.desktop.done()) == (ReplyState.DELIVERED, [{"deliver": "Vi skickar en ny vas i dag."}])


def test_nothing_goes_while_the_sending_is_stopped(world: WebWorld) -> None:
    queued(world)
    world.desktop.told("outbox", "stop")
    world.desktop.clock.advance(timedelta(minutes=1))

    Worker(world.site, None)._send()

    assert (state(world), world.desktop.done()) == (ReplyState.QUEUED, [])


def test_a_round_sends_too(world: WebWorld) -> None:
    queued(world)
    world.desktop.clock.advance(timedelta(minutes=1))

    one_round(world.hub, threading.Event())

    assert state(world) is ReplyState.DELIVERED


def test_changed_settings_are_taken_up_and_mistakes_leave_all_as_it_was(world: WebWorld) -> None:
    renewal, file = Renewal(world.site), world.desktop.config
    before, text = world.site.hub, file.read_text("utf-8")

    renewal.look()
    assert world.site.hub is before

    file.write_text("this is no TOML", encoding="utf-8")
    renewal.look()
    assert world.site.hub is before

    file.write_text(text.replace("Europe/Stockholm", "Asia/Tokyo"), encoding="utf-8")
    renewal.look()
    assert world.site.hub.settings.office.timezone == "Asia/Tokyo"
    assert world.site.hub.store is before.store
    assert world.signed_in().get("/cases").status_code == 200
