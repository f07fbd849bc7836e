"""Writing a dossier as a bundle that stands by itself: a folder or a zip with a page, its data and every file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from hub.dossier import FILES, Dossier, Filed, filed
from hub.dossier_json import dossier_json
from hub.dossier_page import page
from hub.errors import Refused

Write = Callable[[str, bytes], None]
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first instant that a zip knows: a bundle's bytes must not tell when it was made


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was written: where, and its files."""

    path: Path
    files: tuple[Filed, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be put into it, and why."""
        return tuple(f"{one.file.name}: {one.problem}" for one in self.files if one.problem)


def write_bundle(target: Path, dossier: Dossier, content: Callable[[str], bytes]) -> Bundle:
    """Write a dossier into a new or empty folder, or, where the name ends in .zip, into a new file.

    `content` gives the bytes with a digest. The same dossier makes the same bytes.
    """
    try:
        with _zip(target) if target.suffix.lower() == ".zip" else _folder(target) as write:
            files = filed(dossier, content, write)
            data = json.dumps(dossier_json(dossier, files), ensure_ascii=False, indent=2)
            write("case.json", f"{data}\n".encode("utf-8", "backslashreplace"))
            write("index.html", page(dossier, files).encode("utf-8", "xmlcharrefreplace"))
    except OSError as error:
        raise Refused(f"{target} cannot be written ({error.strerror}); name another place.") from error
    return Bundle(target, files)


@contextmanager
def _folder(target: Path) -> Iterator[Write]:
    if target.is_dir() and any(target.iterdir()):
        raise Refused(f"The folder {target} is not empty, and nothing in it is overwritten; name another one.")
    if target.exists() and not target.is_dir():
        raise Refused(f"{target} is a file; name a folder, or a file that ends in .zip.")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    (target / FILES).mkdir()

    def write(name: str, body: bytes) -> None:
        with (target / name).open("xb") as file:
            file.write(body)

    try:
        yield write
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)  # it was empty: what lies there now is part of a bundle, not one
        raise


@contextmanager
def _zip(target: Path) -> Iterator[Write]:
    try:
        file = target.open("xb")
    except FileExistsError as error:
        raise Refused(f"{target} exists, and is not overwritten; name another file.") from error
    try:
        with file, ZipFile(file, "w", ZIP_DEFLATED) as archive:

            def write(name: str, body: bytes) -> None:
                archive.writestr(_entry(name), body)

            yield write
    except BaseException:
        target.unlink(missing_ok=True)  # half a zip looks like a whole one
        raise


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _LONG_AGO)
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
    return entry
