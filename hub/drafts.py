"""Drafts: what people are writing just now, so that nothing typed is lost and no two write without knowing."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from hub.app import Hub

_ENDING = ".md"  # editors know it and wrap its lines
_BETWEEN = "~"
_LONGEST_NAME = 60
_WRITTEN_HERE: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of one person for one case; somebody `is_written` now, or it was left by a run that ended."""

    path: Path
    case_number: str
    who: str
    since: datetime
    is_written: bool


class Drafts:
    """The drafts in a folder, each in a file that only its owner reads."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder, self._now = folder, now

    def of(self, number: str) -> Iterator[Draft]:
        """The drafts for a case."""
        for path in sorted(self._folder.glob(f"{number}{_BETWEEN}*{_ENDING}")):
            draft = _read_name(path)
            if draft is not None:
                yield draft

    def others(self, number: str, who: str) -> list[Draft]:
        """What other people are writing for a case just now."""
        return [draft for draft in self.of(number) if draft.is_written and draft.who != who[:_LONGEST_NAME]]

    @contextmanager
    def writing(self, number: str, who: str, *, anew: bool = False) -> Iterator[Path]:
        """The file for a draft that is written within the block.

        One that this person left for the case is gone on with, unless `anew`. The block takes the file away when the
        text is in the outbox; if it does not come to that, the draft is left.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        parts = (number, who[:_LONGEST_NAME], socket.gethostname(), str(os.getpid()), str(int(self._now.timestamp())))
        path = self._folder / (_BETWEEN.join(quote(part, safe="") for part in parts) + _ENDING)
        own = [draft for draft in self.of(number) if not draft.is_written and draft.who == who[:_LONGEST_NAME]]
        if own and not anew:
            own[-1].path.replace(path)
        path.touch(mode=0o600)
        _WRITTEN_HERE.add(path)
        try:
            yield path
        finally:
            _WRITTEN_HERE.discard(path)


def drafts_of(hub: Hub) -> Drafts:
    """The drafts of this hub."""
    return Drafts(hub.settings.data_folder / "drafts", hub.clock.now())


def _read_name(path: Path) -> Draft | None:
    parts = [unquote(part) for part in path.name.removesuffix(_ENDING).split(_BETWEEN)]
    if len(parts) != 5 or not (parts[3].isdigit() and parts[4].isdigit()):
        return None
    number, who, host, pid, since = parts
    is_written = path in _WRITTEN_HERE if int(pid) == os.getpid() else _is_alive(host, int(pid))
    return Draft(path, number, who, datetime.fromtimestamp(int(since), UTC), is_written)


def _is_alive(host: str, pid: int) -> bool:
    """Whether a process lives on this computer; of another computer's nobody can tell, so its draft is left alone."""
    if host != socket.gethostname():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's process
        pass
    return True
