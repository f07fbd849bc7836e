"""What a connection on a pretended platform is lent: everything in memory, and pauses that only count."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hub.adapter import Tools
from hub.errors import NotFound
from hub.http.api import Api, ApiClient
from hub.testing.clock import SimulatedClock
from hub.testing.platform import Platform
from hub.testing.simulator import Simulator

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_LONGEST = timedelta(days=2)


@dataclass
class Lent:
    """What the tools were used for, to look at afterwards."""

    contents: dict[str, bytes] = field(default_factory=dict)
    log: list[Mapping[str, Any]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    announced: int = 0
    forbids_sending: Exception | None = None

    def about_to_send(self) -> None:
        """Count that something is about to leave, unless nothing may."""
        if self.forbids_sending is not None:
            raise self.forbids_sending
        self.announced += 1

    def keep(self, content: bytes) -> str:
        """Keep a content in memory; its digest."""
        digest = hashlib.sha256(content).hexdigest()
        self.contents[digest] = content
        return digest

    def content(self, digest: str) -> bytes:
        """A content that was kept; NotFound as in the hub if there is none."""
        if digest not in self.contents:
            raise NotFound(f"there is no content {digest}")
        return self.contents[digest]


def tools_for(platform: Platform, channel: str = "", lent: Lent | None = None) -> Tools:
    """The tools of a channel on this platform: its clock, and for one that speaks HTTP a door that needs no sockets."""
    own = lent or Lent()
    name = channel or platform.channel
    tools = Tools(
        channel=name,
        clock=platform.clock,
        log=_logger(own, name),
        keep=own.keep,
        content=own.content,
        sign=lambda text: hmac.new(name.encode(), text.encode(), "sha256").hexdigest(),
        about_to_send=own.about_to_send,
        folder=platform.folder,
    )
    return replace(tools, open_api=_Door(platform, own)) if isinstance(platform, Simulator) else tools


def _logger(lent: Lent, channel: str) -> FilteringBoundLogger:
    import structlog  # noqa: PLC0415  a simulator in the demo needs no log

    def remember(logger: object, method: str, event: Any) -> Any:
        del logger
        lent.log.append({"level": method, **event})
        raise structlog.DropEvent

    wrapper = structlog.make_filtering_bound_logger(0)
    logger: FilteringBoundLogger = structlog.wrap_logger(None, processors=[remember], wrapper_class=wrapper)
    return logger.bind(channel=channel)


class _Door:
    """Opens clients whose requests go straight to the simulator."""

    def __init__(self, platform: Simulator, lent: Lent) -> None:
        self._platform, self._lent = platform, lent

    def __call__(self, api: Api) -> ApiClient:
        from hub.http import api_door  # noqa: PLC0415  loads a large library

        platform = self._platform
        transport, tell = None if platform.served_at else platform, self._lent.about_to_send
        opened = api_door(platform.clock, pause=self._pause, transport=transport, about_to_send=tell)(api)
        return _Counted(opened, platform)

    def _pause(self, seconds: float) -> None:
        clock, paused = self._platform.clock, self._lent.pauses
        paused.append(seconds)
        if sum(paused) > _LONGEST.total_seconds():
            raise AssertionError(f"the adapter has waited for more than {_LONGEST} by now")
        if isinstance(clock, SimulatedClock):
            clock.advance(timedelta(seconds=seconds))
        else:
            time.sleep(seconds)


class _Counted:
    """A client that counts as a connection of the platform until it is closed."""

    def __init__(self, client: ApiClient, platform: Simulator) -> None:
        self._client, self._platform, self._is_open = client, platform, True
        self.read, self.write = client.read, client.write
        platform.client_opened()

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        if self._is_open:
            self._is_open = False
            self._client.close()
            self._platform.client_closed()
