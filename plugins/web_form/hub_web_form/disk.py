"""Files that are whole or not there, and on disk for good when a function returns."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub import Unavailable


@contextmanager
def disk_trouble(place: Path) -> Iterator[None]:
    """Tell an error of the disk as Unavailable: nothing was taken, and it is tried again."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Unavailable(f"the folder {place} cannot be used now ({why}); check its disk and its rights") from error


@contextmanager
def draft(folder: Path, content: bytes) -> Iterator[Path]:
    """A file with this content, on disk for good, that is gone when the block ends: give it its name by a link."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / secrets.token_hex(12)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        yield file
    finally:
        file.unlink(missing_ok=True)


def make_durable(*folders: Path) -> None:
    """Let the names in these folders survive a power cut."""
    for folder in dict.fromkeys(folders):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace(file: Path, content: bytes) -> None:
    """Write a file that may be there already, as a whole and for good."""
    with draft(file.parent, content) as written:
        written.replace(file)
    make_durable(file.parent)
