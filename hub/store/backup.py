"""Copies a whole store into a new folder while others go on writing."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from hub.core.ports import Clock
from hub.errors import Refused, StoreError
from hub.store.blobs import Blobs, disk_errors, make_private
from hub.store.connection import Connection
from hub.store.writing import save_fact

CHANNELS = "channels"
"""The folder of what adapters keep themselves, one folder a channel."""
_KEY = "secret.key"
_PRIVATE = 0o600


def back_up(connection: Connection, blobs: Blobs, folder: Path, clock: Clock) -> None:
    """Copy rows first and contents after, so that every content a row names is in the copy."""
    with disk_errors(folder):
        _refuse_unless_empty(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Its name stays provisional to the end: a copy that was cut short does not look like a store.
        part = folder / f"{connection.file.name}.part"
        make_private(part)
        copy = Connection(part)
        try:
            _copy_rows(connection, copy, clock)
            missing = _copy_contents(copy, blobs, Blobs(folder / blobs.folder.name))
        finally:
            copy.close()
        _copy_channels(connection.file.parent / CHANNELS, folder / CHANNELS)
        _copy_key(connection.file.parent / _KEY, folder / _KEY)
        part.rename(folder / connection.file.name)
        # One call for all files and folders; syncing each by itself takes minutes for a large store.
        os.sync()
    if missing:
        raise StoreError(
            f"the backup in {folder} lacks {missing} contents that are missing here too; run `casehub db check`"
        )


def _refuse_unless_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not empty; name a new folder for the backup")


def _copy_rows(source: Connection, copy: Connection, clock: Clock) -> None:
    with source.translated(), copy.translated():
        source.raw.backup(copy.raw)
    copy.run("PRAGMA journal_mode = DELETE")
    # Replies may have gone out after the copy was made: whoever works with it reads the platforms back first.
    save_fact(copy, "restored_from_backup", clock.now().isoformat())


def _copy_contents(copy: Connection, source: Blobs, target: Blobs) -> int:
    """Copy every content that the rows name; how many are missing in the source."""
    target.folder.mkdir(mode=0o700)
    missing = 0
    for (digest,) in copy.rows("SELECT digest FROM contents"):
        if source.size(digest) is None:
            missing += 1
            continue
        file = target.path(digest)
        file.parent.mkdir(mode=0o700, exist_ok=True)
        _link_or_copy(source.path(digest), file)
    return missing


def _copy_channels(source: Path, target: Path) -> None:
    """Copy what adapters keep, after the rows that tell how far it was read; a file of a moment may be gone by then."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        with suppress(FileNotFoundError):
            if path.is_dir():
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
            else:
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _link_or_copy(path, place)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        # A content is never changed in place, so both stores may share the file.
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _copy_key(source: Path, target: Path) -> None:
    if source.exists():
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(descriptor, "wb") as out:
            out.write(source.read_bytes())
