"""Live updates: one watcher looks at the store once a second, and tells every open page what changed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from hub import log
from hub.core.people import Permission
from hub.errors import HubError, Refused
from hub.web.routing import Room
from hub.web.site import Here

if TYPE_CHECKING:
    from hub.core.ports import Store, Version

room = Room()

LOOK_EVERY = 1.0
"""How many seconds pass between two looks at the store."""
_ALIVE_EVERY = 20.0
ASK_EVERY = 1.0
"""How many seconds pass at least before a page that is told something is asked again whether it may be."""
_MOST_WAITING = 64
_MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class News:
    """The cases to which something happened, or that `everything` may be other than it was."""

    numbers: Sequence[str] = ()
    everything: bool = False


class Watch:
    """Looks at the store again and again, and tells what was written since the look before."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: Version | None = None
        self._cursor = 0

    def look(self) -> News | None:
        """What is new; None where nothing was written, and at the first look."""
        version, seen = self._store.version(), self._seen
        if version == seen:
            return None
        news = None if seen is None else self._news()
        if news is None or news.everything:
            self._cursor = version.last_event
        self._seen = version
        return news

    def _news(self) -> News:
        try:
            told, self._cursor = self._store.events_since(self._cursor, _MOST_TOLD + 1)
        except Refused:  # a backup was put back: what the pages show may never have happened
            return News(everything=True)
        numbers = tuple(dict.fromkeys(one.case_number for one in told))
        return News(numbers) if len(told) <= _MOST_TOLD else News(everything=True)


class Live:
    """Whoever has a page open, and what they are told; all of it happens in one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[asyncio.Queue[str | None]] = set()

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        """Watch as long as the application serves."""
        del app
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            self.end()

    def end(self) -> None:
        """Let every open page go, so that the server can stop."""
        for listener in self._listeners:
            with suppress(asyncio.QueueFull):
                listener.put_nowait(None)

    def say(self, kind: str, data: object) -> None:
        """Tell every open page; one that does not keep up is told to look at everything again."""
        told = f"event: {kind}\ndata: {json.dumps(data)}\n\n"
        for listener in self._listeners:
            try:
                listener.put_nowait(told)
            except asyncio.QueueFull:
                _drain(listener)
                listener.put_nowait("event: everything\ndata: null\n\n")

    async def listen(self, may: Callable[[], bool]) -> AsyncIterator[str]:
        """What one open page is told, until the server stops or whoever has it open `may` listen no longer."""
        listener: asyncio.Queue[str | None] = asyncio.Queue(_MOST_WAITING)
        self._listeners.add(listener)
        asked = time.monotonic()
        try:
            yield "retry: 2000\n\n"
            while True:
                try:
                    told = await asyncio.wait_for(listener.get(), _ALIVE_EVERY)
                except TimeoutError:
                    told = ": still here\n\n"
                if told is None:
                    return
                if time.monotonic() - asked >= ASK_EVERY:
                    asked = time.monotonic()
                    if not await run_in_threadpool(may):
                        return
                yield told
        finally:
            self._listeners.discard(listener)

    async def _watch(self) -> None:
        watch = Watch(self._store)
        while True:
            try:
                news = await run_in_threadpool(watch.look)
                if news is not None:
                    self.say("everything" if news.everything else "changed", list(news.numbers))
            except HubError as error:  # a locked or full disk passes; the pages only learn of it later
                log.logger().warning("live updates pause", error=str(error))
            await asyncio.sleep(LOOK_EVERY)


def _drain(listener: asyncio.Queue[str | None]) -> None:
    while not listener.empty():
        listener.get_nowait()


@room.get("/live", Permission.SEE)
def live(here: Here) -> Response:
    """The stream that an open page listens to."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    caller, signing_in = here.caller, here.site.doorkeeper.signing_in

    def may() -> bool:
        try:
            return caller is not None and signing_in.is_still(caller)
        except HubError:  # who cannot be looked up now is not sent away for it
            return True

    return StreamingResponse(here.site.live.listen(may), media_type="text/event-stream", headers=headers)
