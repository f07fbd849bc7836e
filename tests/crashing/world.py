"""A platform with an office beside it, and a way to know when its servers have done with what the dead have sent."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from hub import ActKind, Adapter, Case
from hub.core.ports import CaseFilter
from hub.http import Request, Response
from hub.testing import Fault, Simulator
from hub.testing.serving import LoopbackServer
from tests.crashing.office import Account, Hub, Office
from tests.fakes import MovableClock

SOCKETS = Path("/proc/net/tcp")
_PATIENCE = 20.0
_LISTENING, _FORGOTTEN = "0A", "06"

TAKEN_WITH_500 = "taken, and answered with 500"
"""A fault that no simulator has by itself: the server breaks after it has done what it was asked for."""


class Front:
    """Serves one simulator after the other on the same port, and can break after it has taken a write."""

    def __init__(self) -> None:
        self.simulator: Simulator | None = None
        self.breaks_after_taking = 0
        self._server = LoopbackServer(self._answer)
        self.url = self._server.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def connections(self) -> int:
        """How many clients it still listens to."""
        return self._server.connections

    def _answer(self, request: Request) -> Response:
        simulator = self.simulator
        assert simulator is not None
        answer = simulator(request)
        writes = simulator.is_write(request) and not simulator.is_sign_in(request)
        if writes and answer.ok and self.breaks_after_taking:
            self.breaks_after_taking -= 1
            return simulator.be_in_trouble(request, None)
        return answer


class TrialPlatform(Protocol):
    """What a trial needs of a platform; a pretended one is one, and so are real mail servers."""

    @property
    def adapter(self) -> type[Adapter]:
        """Who speaks with it."""
        ...

    @property
    def channel(self) -> str:
        """What a channel on it is called."""
        ...

    @property
    def connections(self) -> int:
        """How many clients it still listens to, as far as it knows."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """The channel's settings; ports and addresses tell where it listens."""
        ...

    def secrets(self) -> Mapping[str, str]:
        """The channel's secret settings."""
        ...

    def serve(self, port: int = 0) -> str:
        """Begin to serve."""
        ...

    def stop(self) -> None:
        """Stop serving."""
        ...

    def case_for(self, kind: ActKind) -> str:
        """A new case."""
        ...

    def received(self, case: str = "") -> Sequence[str]:
        """The texts that customers have got."""
        ...

    def inject(self, fault: Fault, times: int | None = 1, after: timedelta | None = None) -> None:
        """Let this go wrong; a ValueError where it cannot."""
        ...

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        ...


@dataclass
class World:
    """A platform, its clock, and an office with a channel on it."""

    platform: TrialPlatform
    clock: MovableClock
    folder: Path
    front: Front | None

    @classmethod
    def make(cls, pretend: Callable[[MovableClock], TrialPlatform], folder: Path, front: Front) -> World:
        """A platform as it begins, served by the front if it speaks HTTP and by itself if not."""
        clock = MovableClock()
        platform = pretend(clock)
        if not isinstance(platform, Simulator):
            platform.serve()
            return cls(platform, clock, folder, None)
        front.simulator, front.breaks_after_taking, platform.served_at = platform, 0, front.url
        return cls(platform, clock, folder, front)

    def stop(self) -> None:
        """Stop serving, unless that is the front's business, and forget the data."""
        if self.front is None:
            self.platform.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def office(self) -> Office:
        """The office as it is now, to be opened here or in another process."""
        platform = self.platform
        settings = {**platform.settings(), **platform.secrets()}
        account = Account(platform.channel, platform.adapter.key, settings)
        return Office(self.folder / "data", self.clock, (account,))

    def break_with(self, fault: Fault | str) -> None:
        """Let this go wrong at the next occasion, where it can happen to this platform."""
        if fault == TAKEN_WITH_500 and self.front is not None:
            self.front.breaks_after_taking = 1
        elif isinstance(fault, Fault):
            with suppress(ValueError):
                self.platform.inject(fault)

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        self.platform.mend()
        if self.front is not None:
            self.front.breaks_after_taking = 0

    def wait_for_quiet(self) -> None:
        """Wait until the platform has done with all that the dead have sent: only then may hours pass."""
        clients = self.front or self.platform
        ports = _ports(self.platform)
        until = time.monotonic() + _PATIENCE
        while clients.connections or _open_connections(ports):
            if time.monotonic() > until:
                raise TimeoutError(f"a connection of a dead process is open after {_PATIENCE:.0f} seconds")
            time.sleep(0.001)


def only_case(hub: Hub) -> Case:
    """The one case of a world."""
    [found] = hub.store.cases(CaseFilter(states=frozenset()))
    return hub.store.case(found.number)


def _ports(platform: TrialPlatform) -> frozenset[int]:
    settings = platform.settings()
    named = {int(value) for name, value in settings.items() if name.endswith("_port")}
    addresses = [str(value) for name, value in settings.items() if name.endswith("url")]
    return frozenset(named | {int(url.partition("//")[2].partition("/")[0].partition(":")[2]) for url in addresses})


def _open_connections(ports: frozenset[int]) -> bool:
    """Whether a server on one of these ports has a connection that it has not let go of, be it still unaccepted."""
    for line in SOCKETS.read_text().splitlines()[1:]:
        _, own, _, state, *_ = line.split()
        if int(own.rpartition(":")[2], 16) in ports and state not in (_LISTENING, _FORGOTTEN):
            return True
    return False
