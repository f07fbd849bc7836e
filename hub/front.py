"""The front door: web sites that adapters bring for customers, and the desk at which those ask what they may tell."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from hub.core.model import Case, from_epoch
from hub.core.policy import ClockName
from hub.errors import HubError, NotFound, Refused, StoreError

if TYPE_CHECKING:
    from hub.app import Channel, Hub

Site = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]
"""A web application as any server runs it: ASGI (https://asgi.readthedocs.io)."""

PATIENCE = 3.0
"""For so many seconds a visitor waits for another reading of the channel to end; the next round takes it in then."""
_PAUSE = 0.1
_ANSWERS = (ClockName.PROMISE, ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE)


class FrontDesk(Protocol):
    """What a site may ask and have done about the cases of its channel, and of no other."""

    @property
    def zone(self) -> ZoneInfo:
        """Whose clocks the shop's customers are told instants by."""
        ...

    @property
    def confirms(self) -> bool:
        """Whether the channel sends its customers an acknowledgement of a new case."""
        ...

    def take_in(self) -> bool:
        """Read the channel now and queue acknowledgements; False where another reading took too long to wait for."""
        ...

    def send_out(self) -> None:
        """Send what waits on the channel, as the next round would; whatever goes wrong is noted there."""
        ...

    def case(self, ref: str) -> Case | None:
        """The case with this ref as it stands, or the one that it was merged into; None if it is not taken in yet."""
        ...

    def case_by_number(self, number: str) -> Case | None:
        """The case with this number, as it is, if it came by this channel."""
        ...

    def promised(self, case: Case) -> datetime | None:
        """By when the customer gets an answer, in whole minutes; None where nothing is owed, or nothing known."""
        ...

    def is_confirmed(self, case: Case) -> bool:
        """Whether an acknowledgement of this case was sent or is about to be."""
        ...

    def return_label(self, case: Case) -> Path | None:
        """The file of the return label for a case, where the channel has one."""
        ...


@dataclass(frozen=True)
class ChannelDesk:
    """The front desk of one channel of an opened hub."""

    hub: Hub
    channel: Channel
    patience: float = PATIENCE
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the office."""
        return ZoneInfo(self.hub.settings.office.timezone)

    @property
    def confirms(self) -> bool:
        """What `acknowledge` of the channel says."""
        return self.channel.acknowledges

    def take_in(self) -> bool:
        """Read under the channel's lease, as every round does."""
        until = time.monotonic() + self.patience
        while not self._read():
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        self._acknowledge()
        return True

    def send_out(self) -> None:
        """Deliver under the channel's lease; where another run holds it, that one sends."""
        from hub.rounds import chosen_sources, delivery_ports
        from hub.runs.delivery import deliver

        with suppress(HubError):
            deliver(chosen_sources(self.hub, [self.channel.name]), delivery_ports(self.hub, threading.Event()))

    def case(self, ref: str) -> Case | None:
        """Merges followed."""
        number = self.hub.store.number_with_ref(self.channel.name, ref)
        if not number:
            return None
        case = self.hub.store.case(number)
        while case.merged_into:
            case = self.hub.store.case(case.merged_into)
        return case

    def case_by_number(self, number: str) -> Case | None:
        """No merge is followed: whoever asks must prove to have written in the very case."""
        try:
            case = self.hub.store.case(number)
        except NotFound:
            return None
        return case if case.channel == self.channel.name else None

    def promised(self, case: Case) -> datetime | None:
        """What was promised already, else what the policy says."""
        due = {reading.clock: reading.due for reading in self.hub.evaluate(case).clocks if reading.is_open}
        instants = (due.get(clock) for clock in _ANSWERS)
        seconds = next((instant for instant in instants if instant is not None), None)
        return None if seconds is None else from_epoch(seconds - seconds % 60)

    def is_confirmed(self, case: Case) -> bool:
        """By the outbox; what was taken back or refused is none."""
        from hub.core.acknowledging import key_of
        from hub.core.outbox import WAITING, ReplyState

        wanted = {*WAITING, ReplyState.DELIVERED}
        replies = self.hub.store.replies(case_number=case.number)
        return any(reply.key == key_of(case.number) and reply.state in wanted for reply in replies)

    def return_label(self, case: Case) -> Path | None:
        """The one that `casehub reply --label` would send."""
        from hub.return_labels import return_label_of

        try:
            return return_label_of(self.hub, case)
        except Refused:
            return None

    def _read(self) -> bool:
        """Read the channel once; False where another process is at it."""
        from hub.rounds import chosen_sources, sync_ports
        from hub.runs.sync import Silent, sync

        if not self.one_at_a_time.acquire(timeout=self.patience):
            return False
        try:
            sources = chosen_sources(self.hub, [self.channel.name])
            results = sync(sources, sync_ports(self.hub, Silent(), threading.Event()))
        finally:
            self.one_at_a_time.release()
        return not any(result.skipped for result in results)

    def _acknowledge(self) -> None:
        from hub.rounds import acknowledge

        if self.confirms:
            acknowledge(self.hub)


def front_sites(hub: Hub) -> list[tuple[str, Site]]:
    """The site of every enabled channel that has one; one that breaks is left out, and the log says so."""
    from hub import log

    found: list[tuple[str, Site]] = []
    for channel in hub.channels():
        if not channel.enabled:
            continue
        try:
            site = channel.adapter.site(channel.adapter_settings, hub.tools(channel.name), ChannelDesk(hub, channel))
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes; the other sites go on
            why = str(error) if isinstance(error, HubError) else f"the plugin broke with {type(error).__name__}"
            log.logger(channel=channel.name).error("the channel's site cannot be shown", why=why)
            continue
        if site is not None:
            found.append((channel.name, site))
    return found


def folder_of(data: Path, channel: str) -> Path:
    """The folder beside the database that a channel's adapter keeps its own things in; StoreError if there is none."""
    from hub.store.backup import CHANNELS

    folder = data / CHANNELS / channel
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {folder} cannot be made ({error.strerror}); check its disk and rights") from error
    return folder
