"""Contents kept as files named by their SHA-256, so that the same content is kept once and damage shows."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from hub.errors import NotFound, StoreError

_DIGEST = re.compile("[0-9a-f]{64}")
_PART = ".part"
# A file system writes one journal entry for syncs that arrive together, so a few threads sync many files faster.
_SYNCING_THREADS = 8
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


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
        name = self._name(digest)
        with disk_errors(self.folder):
            if digest in self._doubtful or _size(name) != len(content):
                _write_whole(name, content)
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
            return _size(self._name(digest))

    def sync(self) -> None:
        """Make everything kept so far outlive a crash of the machine."""
        # All at once and not each as it is kept: measured, one by one they cost a third more of the processor, and the
        # journal that each of them makes the file system write slows down the next file.
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
        folders = {str(self.path(digest).parent) for digest in digests}
        with ThreadPoolExecutor(min(_SYNCING_THREADS, len(digests))) as pool:
            _sync_in(pool, [self._name(digest) for digest in digests])
            _sync_in(pool, [*folders, str(self.folder)])

    def digests(self) -> Iterator[str]:
        """The digest of every content on disk, in the order of the folders."""
        yield from (file.name for file in self._files() if _DIGEST.fullmatch(file.name))

    def leavings(self) -> Iterator[Path]:
        """The files that a process left behind when it died while it was writing them."""
        yield from (file for file in self._files() if file.name.endswith(_PART))

    def path(self, digest: str) -> Path:
        """Where the content with this digest lies."""
        return self.folder / digest[:2] / digest

    def _name(self, digest: str) -> str:
        # `path` as a string: building Path objects took a third of the time of keeping a mail.
        return f"{self.folder}{os.sep}{digest[:2]}{os.sep}{digest}"

    def _files(self) -> Iterator[Path]:
        for folder in sorted(self.folder.iterdir()):
            if folder.is_dir():
                yield from sorted(folder.iterdir())


def _write_whole(name: str, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever sees half of it."""
    part = f"{name[:-48]}-{os.urandom(8).hex()}{_PART}"
    descriptor = _open_new(part)
    try:
        try:
            _write_all(descriptor, content)
        finally:
            os.close(descriptor)
        os.replace(part, name)  # noqa: PTH105  see _name
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _open_new(name: str) -> int:
    try:
        return os.open(name, _NEW, 0o600)
    except FileNotFoundError:
        Path(name).parent.mkdir(mode=0o700, exist_ok=True)
        return os.open(name, _NEW, 0o600)


def _size(name: str) -> int | None:
    try:
        return os.stat(name).st_size  # noqa: PTH116  see _name
    except FileNotFoundError:
        return None


def _write_all(descriptor: int, content: bytes) -> None:
    # The system may take less than it is given, first of all when the disk is getting full.
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_in(pool: ThreadPoolExecutor, names: Sequence[str]) -> None:
    # A task for each thread: one for each file takes more of the processor than the syncing itself.
    for _ in pool.map(_sync_all, [names[first::_SYNCING_THREADS] for first in range(_SYNCING_THREADS)]):
        pass


def _sync_all(names: Iterable[str]) -> None:
    for name in names:
        descriptor = os.open(name, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_private(file: Path) -> None:
    """Make an empty file that only its owner may read, unless it is there.

    Customers' mail is nobody else's business, also in a folder that others may look into; SQLite gives the files it
    adds the mode of the database.
    """
    with disk_errors(file.parent):
        if not file.exists():
            file.touch(mode=0o600)


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
