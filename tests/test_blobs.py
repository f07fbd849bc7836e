"""Contents as files: whole or not there, synced in time, and honest about a disk that refuses."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.errors import StoreError
from hub.store.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    folder = tmp_path / "contents"
    folder.mkdir()
    return Blobs(folder)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files and folders that were synced."""
    names: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        names.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return names


def refuse(code: int) -> Callable[..., int]:
    def fail(*_arguments: object) -> int:
        raise OSError(code, os.strerror(code))

    return fail


def files(blobs: Blobs) -> list[str]:
    return sorted(path.name for path in blobs.folder.rglob("*") if path.is_file())


def test_a_content_lies_under_the_beginning_of_its_digest_and_for_its_owner_only(blobs: Blobs) -> None:
    digest = blobs.keep("Åsa 漢字 🙂".encode())
    path = blobs.folder / digest[:2] / digest

    assert digest == hashlib.sha256("Åsa 漢字 🙂".encode()).hexdigest()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_same_content_is_written_once(blobs: Blobs) -> None:
    digest = blobs.keep(b"same")
    written = blobs.path(digest).stat().st_ino

    blobs.keep(b"same")

    assert (blobs.path(digest).stat().st_ino, files(blobs)) == (written, [digest])


def test_a_file_that_a_crash_cut_short_is_written_again(blobs: Blobs) -> None:
    digest = blobs.keep(b"whole")
    blobs.path(digest).write_bytes(b"")

    blobs.keep(b"whole")

    assert blobs.content(digest) == b"whole"


def test_a_damaged_file_says_so(blobs: Blobs) -> None:
    digest = blobs.keep(b"whole")
    blobs.path(digest).write_bytes(b"whope")

    with pytest.raises(StoreError, match=r"is damaged; restore"):
        blobs.content(digest)


def test_sync_syncs_files_and_the_folders_that_name_them_once(blobs: Blobs, synced: list[str]) -> None:
    digests = [blobs.keep(bytes([n])) for n in range(30)]
    before = list(synced)

    blobs.sync()
    first = sorted(synced)
    blobs.sync()

    assert before == []
    assert first == sorted([*digests, *{digest[:2] for digest in digests}, "contents"])
    assert sorted(synced) == first


def test_a_content_that_another_process_wrote_is_synced_too(blobs: Blobs, synced: list[str]) -> None:
    digest = blobs.keep(b"same")
    other = Blobs(blobs.folder)

    other.keep(b"same")
    other.sync()

    assert digest in synced


def test_after_a_failed_sync_the_content_is_written_again(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = blobs.keep(b"content")
    first = blobs.path(digest).stat().st_ino
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse(errno.EIO))
        with pytest.raises(StoreError, match="refused: Input/output error"):
            blobs.sync()

    blobs.keep(b"content")
    blobs.sync()

    assert blobs.path(digest).stat().st_ino != first
    assert blobs.content(digest) == b"content"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "is full; free some space"),
        (errno.EDQUOT, "is full; free some space"),
        (errno.EROFS, "cannot be written; check who owns it"),
        (errno.EIO, "refused: Input/output error"),
    ],
)
def test_a_disk_that_refuses_is_named_and_nothing_half_written_stays(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    monkeypatch.setattr(os, "write", refuse(code))

    with pytest.raises(StoreError) as caught:
        blobs.keep(b"content")

    assert words in str(caught.value)
    assert str(blobs.folder) in str(caught.value)
    assert files(blobs) == []


def test_a_disk_that_takes_a_little_at_a_time_gets_the_whole(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:3])))

    digest = blobs.keep(b"0123456789")

    assert blobs.content(digest) == b"0123456789"


def test_a_contents_folder_that_is_gone_is_named(blobs: Blobs) -> None:
    blobs.folder.rmdir()

    with pytest.raises(StoreError, match="no longer where it was"):
        blobs.keep(b"content")


_TOO_LARGE = """
import resource, signal, sys
from pathlib import Path
from hub.errors import StoreError
from hub.store.blobs import Blobs
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    Blobs(Path(sys.argv[1])).keep(bytes(20_000))
except StoreError as error:
    print(error)
"""


def test_a_real_limit_of_the_system_leaves_nothing_half_written(blobs: Blobs) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _TOO_LARGE, str(blobs.folder)], capture_output=True, text=True, check=True
    )

    assert "may not hold files this large" in ran.stdout
    assert files(blobs) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] != 10_000
