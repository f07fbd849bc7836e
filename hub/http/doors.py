"""The door to the web: what `Tools.open_api` is, in the hub and in tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.core.ports import Clock
from hub.http.api import Api, ApiClient, ApiDoor
from hub.http.budgets import Ledger, MemoryLedger
from hub.http.exchange import Answering, Recorder
from hub.http.spending import Surroundings
from hub.http.waiting import Pause, pause_of


@dataclass(frozen=True)
class _Door:
    around: Surroundings

    def __call__(self, api: Api) -> ApiClient:
        from hub.http.client import HttpApiClient  # noqa: PLC0415  channels of mail do without

        return HttpApiClient(api, self.around)


def api_door(
    clock: Clock,
    ledger: Ledger | None = None,
    *,
    pause: Pause | None = None,
    transport: Answering | None = None,
    recorder: Recorder | None = None,
    reads_only: bool = False,
    about_to_send: Callable[[], None] | None = None,
) -> ApiDoor:
    """A door whose clients tell the time by this clock and keep their budgets in this ledger (None: one of their own).

    Without a `pause` they sleep where they have to wait, except by a clock that goes only when it is told to: that is
    moved on instead. `transport` answers in the place of the network, and `recorder` is shown every exchange.
    With `reads_only` every write is Unsupported; `about_to_send` is called before the first byte of a write leaves.
    """
    ledger, pause = ledger or MemoryLedger(clock), pause or pause_of(clock)
    return _Door(Surroundings(clock, ledger, pause, transport, recorder, reads_only, about_to_send))
