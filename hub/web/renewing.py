"""Following hub.toml and policies.toml while the pages are served."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hub import log
from hub.app import Hub, open_hub
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.web.site import Site

Written = tuple[tuple[str, int, int], ...]
"""What tells whether files were written: of each its path, the time and its size."""


@dataclass
class Renewal:
    """Gives a site a hub of the present settings: with policies of yesterday it would tell wrong deadlines."""

    site: Site
    _read: Written = field(init=False)

    def __post_init__(self) -> None:
        self._read = _written(self.site.hub)

    def look(self) -> None:
        """Take up what was written since the last look; a mistake is told once, and all goes on as before."""
        now = _written(self.site.hub)
        if now == self._read:
            return
        self._read = now
        try:
            self.site.hub = renewed(self.site.hub)
        except HubError as error:
            log.logger().error("settings not taken up", error=str(error))
        else:
            log.logger().warning("settings taken up", file=str(self.site.hub.settings.file))


def renewed(hub: Hub) -> Hub:
    """A hub of the present settings on the same opened store, which pages are being read from meanwhile."""
    fresh = open_hub(hub.settings.file, hub.clock)
    if fresh.settings.data_folder != hub.settings.data_folder:
        log.logger().warning(
            "another data folder counts from the next start on", folder=str(fresh.settings.data_folder)
        )
    elif fresh.settings.web != hub.settings.web:
        log.logger().warning("what changed under [web] counts from the next start on")
    fresh.close()
    return replace(fresh, store=hub.store)


def _written(hub: Hub) -> Written:
    files = [hub.settings.file, hub.settings.file.parent / hub.settings.policies.expanduser()]
    return tuple((str(file), *_stamp(file)) for file in files)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size
