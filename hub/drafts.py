"""Drafts: what people are writing just now, so that nothing typed is lost and no two write without knowing."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from hub.app import Hub

SCISSORS = "# ------------------------ >8 ------------------------"
"""The line of a draft below which an editor shows the conversation."""
_ENDING = ".md"  # editors know it and wrap its lines
_BETWEEN = "~"
_LONGEST_NAME = 60
_WRITTEN_HERE: set[Path] = set()
_IN_BROWSER = 0
"""Stands for the process of a draft that is typed in a browser: no process dies when its writer goes away."""
RESTS_AFTER = timedelta(seconds=90)
"""So long after the last letter a draft in a browser still counts as being written."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of one person for one case; somebody `is_written` now, or it was left by a run that ended."""

    path: Path
    case_number: str
    who: str
    since: datetime
    is_written: bool
    in_browser: bool = False


class Drafts:
    """The drafts in a folder, each in a file that only its owner reads."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder, self._now = folder, now

    def of(self, number: str) -> Iterator[Draft]:
        """The drafts for a case."""
        for path in sorted(self._folder.glob(f"{number}{_BETWEEN}*{_ENDING}")):
            draft = _read_name(path, self._now)
            if draft is not None:
                yield draft

    def others(self, number: str, who: str) -> list[Draft]:
        """What other people are writing for a case just now."""
        return [draft for draft in self.of(number) if draft.is_written and draft.who != who[:_LONGEST_NAME]]

    def kept(self, number: str, who: str) -> str:
        """What this person has typed for a case and not sent, in a browser or left by an editor; empty for nothing."""
        own = self._resting(number, who)
        return _own_text(own[-1].path) if own else ""

    def keep(self, number: str, who: str, text: str) -> bool:
        """Keep what this person types in a browser, whole or not at all; whether they have only begun to write.

        It takes the place of what they left before, and an empty text lets it go.
        """
        before = self._resting(number, who)
        if not text.strip():
            self.drop(number, who)
            return False
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        typed = [draft for draft in before if draft.in_browser]
        since = int(self._now.timestamp())
        path = typed[-1].path if typed else self._path(number, who, _IN_BROWSER, since)
        beside = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        beside.touch(mode=0o600)
        beside.write_text(text + "\n", encoding="utf-8")
        os.utime(beside, (since, since))
        beside.replace(path)
        for other in before:
            if other.path != path:
                other.path.unlink(missing_ok=True)
        return not any(draft.is_written for draft in typed)

    def drop(self, number: str, who: str) -> None:
        """Forget what this person has typed for a case, as it is in the outbox now or nobody wants it."""
        for draft in self._resting(number, who):
            draft.path.unlink(missing_ok=True)

    def _resting(self, number: str, who: str) -> list[Draft]:
        """The drafts of this person for a case that no editor is open on."""
        own = [draft for draft in self.of(number) if draft.who == who[:_LONGEST_NAME]]
        return [draft for draft in own if draft.in_browser or not draft.is_written]

    def _path(self, number: str, who: str, pid: int, since: int) -> Path:
        parts = (number, who[:_LONGEST_NAME], socket.gethostname(), str(pid), str(since))
        return self._folder / (_BETWEEN.join(quote(part, safe="") for part in parts) + _ENDING)

    @contextmanager
    def writing(self, number: str, who: str, *, anew: bool = False) -> Iterator[Path]:
        """The file for a draft that is written within the block.

        One that this person left for the case is gone on with, unless `anew`. The block takes the file away when the
        text is in the outbox; if it does not come to that, the draft is left.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(number, who, os.getpid(), int(self._now.timestamp()))
        own = self._resting(number, who)
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


def _read_name(path: Path, now: datetime) -> Draft | None:
    parts = [unquote(part) for part in path.name.removesuffix(_ENDING).split(_BETWEEN)]
    if len(parts) != 5 or not (parts[3].isdigit() and parts[4].isdigit()):
        return None
    number, who, host, pid, since = parts
    begun, in_browser = datetime.fromtimestamp(int(since), UTC), int(pid) == _IN_BROWSER
    return Draft(path, number, who, begun, _is_written(path, host, int(pid), now), in_browser)


def _is_written(path: Path, host: str, pid: int, now: datetime) -> bool:
    if pid == _IN_BROWSER:
        return now - _changed_at(path) < RESTS_AFTER
    return path in _WRITTEN_HERE if pid == os.getpid() else _is_alive(host, pid)


def _changed_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # it was sent while the folder was looked through
        return datetime.fromtimestamp(0, UTC)


def _own_text(path: Path) -> str:
    """What stands in a draft above the conversation that an editor shows below it; nothing if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").replace("\r\n", "\n").partition(SCISSORS)[0].strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


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
