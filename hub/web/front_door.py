"""The front door: the sites for customers that channels bring, each below an address with the channel's name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from hub import log
from hub.front import front_sites
from hub.web.routing import Public

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.front import Site as FrontSite
    from hub.web.site import Site

ADDRESS = "/shop"


@dataclass
class FrontDoors:
    """Every channel's site; when the settings change they are opened anew."""

    site: Site
    allow: Public = Public.FRONT_DOOR
    _hub: Hub | None = None
    _sites: Mapping[str, FrontSite] = field(default_factory=dict)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the site of the channel that the address names answer."""
        root = scope.get("root_path", "")
        name, _, _ = scope["path"].removeprefix(root).lstrip("/").partition("/")
        async with self._opening:  # once: what a site remembers, such as codes, is in its memory
            if self._hub is not self.site.hub:
                hub = self.site.hub
                self._sites = dict(await run_in_threadpool(front_sites, hub))
                self._hub = hub
        found = self._sites.get(name)
        if found is None:
            await PlainTextResponse("There is no such page.\n", 404)(scope, receive, send)
            return
        try:
            await found({**scope, "root_path": f"{root}/{name}"}, receive, send)
        except Exception as error:  # a plugin may fail in any way it likes; the customer sees nothing of it
            log.logger(channel=name).error("the channel's site broke", error=type(error).__name__, exc_info=error)
            raise
