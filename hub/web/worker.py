"""What a served hub does by itself: send what waits as soon as it may go, and read and tell every so often."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from hub import log
from hub.core.outbox import Reply, ReplyState
from hub.core.stopping import stopped
from hub.core.uptime import uptime_of
from hub.errors import HubError
from hub.outlets import ConfiguredOutlet, configured_outlets
from hub.rounds import (
    acknowledge,
    broken_channels,
    chosen_sources,
    delivery_ports,
    escalation_ports,
    hold_what_no_channel_sends,
    look_up_orders,
    share_cases,
    sync_ports,
)
from hub.runs.delivery import deliver
from hub.runs.escalation import escalate
from hub.runs.schedule import every
from hub.runs.sync import Silent, sync
from hub.web.renewing import Renewal
from hub.webhooks import tell_programs

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.web.site import Site

LOOK_EVERY = 1.0
"""How many seconds pass between two looks at the outbox, and at what other programs are to be told."""


def _say_nothing(text: str) -> None:
    """Where nobody looks at the terminal, the notifier that writes there tells nobody."""


@dataclass
class Worker:
    """The rounds beside the pages, in threads of their own; `every` is None where another run of casehub does them.

    `say` writes to the terminal, for the notifier that is used where none is set up.
    """

    site: Site
    every: timedelta | None
    say: Callable[[str], None] = _say_nothing
    stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        tasks: list[Callable[[], None]] = [self._follow_settings, self._send_what_may_go, self._tell_what_happened]
        if self.every is not None:
            tasks.append(self._rounds)
        for task in tasks:
            thread = threading.Thread(target=task, name=task.__name__.strip("_"), daemon=True)
            thread.start()
            self._threads.append(thread)

    def end(self) -> None:
        """Finish what is under way, and stop; a batch or a reply is never left half done."""
        self.stop.set()
        for thread in self._threads:
            thread.join(timeout=60)

    @property
    def hub(self) -> Hub:
        """The hub of the present settings."""
        return self.site.hub

    def _follow_settings(self) -> None:
        renewal = Renewal(self.site)
        while not self.stop.wait(LOOK_EVERY):
            _guarded(renewal.look, "following the settings")

    def _rounds(self) -> None:
        assert self.every is not None  # noqa: S101  it is not begun without
        every(self.every, lambda: _guarded(lambda: one_round(self.hub, self.stop, self.say), "a round"), self.stop)

    def _send_what_may_go(self) -> None:
        while not self.stop.wait(LOOK_EVERY):
            _guarded(self._send, "sending")

    def _tell_what_happened(self) -> None:
        while not self.stop.wait(LOOK_EVERY):
            _guarded(lambda: _tell_programs(self.hub, self.stop), "telling other programs")

    def _send(self) -> None:
        channels = ready_channels(self.hub)
        fact = self.hub.store.fact
        able = {c.name for c in self.hub.channels() if c.enabled and stopped(fact, c.name) is None}
        if channels & able:
            deliver(chosen_sources(self.hub, sorted(channels & able)), delivery_ports(self.hub, self.stop))


def ready_channels(hub: Hub) -> set[str]:
    """The channels on which a reply waits for nothing any more."""
    queued = hub.store.replies(frozenset({ReplyState.QUEUED}))
    return {reply.channel for reply in queued if _may_go(hub, reply)}


def _may_go(hub: Hub, reply: Reply) -> bool:
    now = hub.clock.now()
    if reply.waits_to_be_undone(now, uptime_of(hub.clock)) or (reply.send_at is not None and reply.send_at > now):
        return False
    return not reply.attempts and (reply.not_before is None or reply.not_before <= now)


def one_round(hub: Hub, stop: threading.Event, say: Callable[[str], None] = _say_nothing) -> None:
    """Read every channel, send what waits, and tell people of what is due, as `casehub run` does."""
    logger = log.logger()
    sources = chosen_sources(hub, ())
    read = sync(sources, sync_ports(hub, Silent(), stop), scheduled=True)
    look_up_orders(hub, read, stop)
    for trouble in acknowledge(hub):
        logger.warning("acknowledging failed", error=trouble)
    for trouble in share_cases(hub).troubles:
        logger.warning("giving cases to people", error=trouble)
    ports = delivery_ports(hub, stop)
    hold_what_no_channel_sends(hub, ports)
    if not stop.is_set():
        deliver(sources, ports)
    for channel in broken_channels(hub, ()):
        logger.warning("channel broken", channel=channel["channel"], error=channel["error"])
    if not stop.is_set():
        _tell_people(hub, stop, say)


def _tell_programs(hub: Hub, stop: threading.Event) -> None:
    for result in tell_programs(hub, stop):
        if not result.ok:
            log.logger().warning("webhook failed", endpoint=result.endpoint, error=result.trouble)


def _tell_people(hub: Hub, stop: threading.Event, say: Callable[[str], None]) -> None:
    logger = log.logger()
    outlets = configured_outlets(hub.settings, hub.plugins, hub.clock, say)
    working = [outlet for outlet in outlets if isinstance(outlet, ConfiguredOutlet)]
    result = escalate(escalation_ports(hub, working, stop, patient=True))
    for failure in (*result.failures, *(o.error for o in outlets if not isinstance(o, ConfiguredOutlet))):
        logger.warning("telling failed", error=failure)


def _guarded(work: Callable[[], None], what: str) -> bool:
    """Let the next look happen whatever this one met; pages are served on."""
    try:
        work()
    except HubError as error:
        log.logger().warning(f"{what} failed", error=str(error))
    except Exception as error:  # noqa: BLE001  a thread that dies silently would be worse
        log.logger().error(f"{what} failed", error=type(error).__name__, exc_info=error)
    else:
        return True
    return False
