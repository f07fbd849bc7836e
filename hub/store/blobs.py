"""Contents kept as files named by their SHA-256, so that the same content is kept once and damage shows."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from hub.errors import NotFound, StoreError

_DIGEST = re.compile("[0-9a-f]{64}")
_PART = ".part"
# A file system writes one journal entry for syncs that arrive together, so a few threads sync many files faster.
_SYNCING_THREADS = 8


class Blobs:
    """The contents folder of one store; any thread may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()
        self._unsynced: set[str] = set()
        self._doubtful: set[str] = set()

    def keep(self, content: bytes) -> str:
        """Keep a content and return its digest; `sync` makes it outlive a crash of the machine."""
        digest = hashlib.sha256(content).hexdigest()
        if self.size(digest) != len(content) or digest in self._doubtful:
            with disk_errors(self.folder):
                _write_whole(self.path(digest), content)
        # Also a file that was there already: the process that wrote it may not have synced it yet.
        with self._lock:
            self._unsynced.add(digest)
            self._doubtful.discard(digest)
        return digest

    def content(self, digest: str) -> bytes:
        """The content with this digest; NotFound if it was never kept, StoreError if it is not what it was."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound(f"{digest!r} does not name a content; a name is a SHA-256 in small hex digits")
        with disk_errors(self.folder):
            try:
                found = self.path(digest).read_bytes()
            except FileNotFoundError as error:
                raise NotFound(f"there is no content {digest}") from error
        if hashlib.sha256(found).hexdigest() != digest:
            raise StoreError(f"the file {self.path(digest)} is damaged; restore it from a backup")
        return found

    def size(self, digest: str) -> int | None:
        """How many bytes the content has on disk; None if it is not there."""
        if not _DIGEST.fullmatch(digest):
            return None
        with disk_errors(self.folder):
            try:
                return self.path(digest).stat().st_size
            except FileNotFoundError:
                return None

    def sync(self) -> None:
        """Make everything kept so far outlive a crash of the machine."""
        with self._lock:
            taken, self._unsynced = self._unsynced, set()
        if not taken:
            return
        try:
            with disk_errors(self.folder):
                self._sync_files(taken)
        except BaseException:
            # After a failed sync the system may call the next one a success though the bytes are gone: write again.
            with self._lock:
                self._unsynced |= taken
                self._doubtful |= taken
            raise

    def _sync_files(self, digests: Collection[str]) -> None:
        files = [self.path(digest) for digest in digests]
        folders = {file.parent for file in files} | {self.folder}
        with ThreadPoolExecutor(min(_SYNCING_THREADS, len(files))) as pool:
            list(pool.map(_sync_path, files))
            list(pool.map(_sync_path, folders))

    def digests(self) -> Iterator[str]:
        """The digest of every content on disk, in the order of the folders."""
        yield from (file.name for file in self._files() if _DIGEST.fullmatch(file.name))

    def leavings(self) -> Iterator[Path]:
        """The files that a process left behind when it died while it was writing them."""
        yield from (file for file in self._files() if file.name.endswith(_PART))

    def path(self, digest: str) -> Path:
        """Where the content with this digest lies."""
        return self.folder / digest[:2] / digest

    def _files(self) -> Iterator[Path]:
        for folder in sorted(self.folder.iterdir()):
            if folder.is_dir():
                yield from sorted(folder.iterdir())


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever sees half of it."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f"{file.name[:16]}-", suffix=_PART, dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as out:
            _write_all(out.fileno(), content)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_all(descriptor: int, content: bytes) -> None:
    # The system may take less than it is given, first of all when the disk is getting full.
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_path(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses in this folder into a StoreError."""
    try:
        yield
    except OSError as error:
        raise StoreError(_explain(error, folder)) from error


def _explain(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk that holds {folder} is full; free some space and run again"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"{folder} is not a folder; name another one"
    if error.errno == errno.ENOENT:
        return f"{folder} is no longer where it was; restore it and run again"
    if error.errno == errno.EFBIG:
        return f"{folder} may not hold files this large; raise the limit of this process and run again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"the folder {folder} cannot be written; check who owns it and its permissions"
    return f"the disk that holds {folder} refused: {os.strerror(error.errno or errno.EIO)}"
