"""Writing the files of a case into a folder: safe names, and nothing that is there is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from hub.cli.safe_text import safe_name
from hub.core.model import Case
from hub.errors import Refused


def save_files(case: Case, folder: Path, content: Callable[[str], bytes]) -> list[Path]:
    """Write every attachment and original of a case; the names begin with the message's place in the case."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write_new(folder, name, content(digest)) for name, digest in _files(case)]
    except OSError as error:
        raise Refused(f"{folder} takes no files ({error.strerror}); name another folder.") from error


def _files(case: Case) -> Iterator[tuple[str, str]]:
    for place, message in enumerate(case.messages, 1):
        for item in message.attachments:
            yield f"{place:02d}-{safe_name(item.name, 'attachment')}", item.digest
        if message.raw:
            yield f"{place:02d}-original", message.raw


def _write_new(folder: Path, name: str, content: bytes) -> Path:
    plain = Path(name)
    if name.endswith("-original"):
        plain = plain.with_suffix(".json" if content.lstrip()[:1] in (b"{", b"[") else ".eml")
    for path in _names(folder, plain):
        try:
            # "x" also refuses to follow a link that somebody has put there.
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return path
    raise Refused(f"{folder} holds too many files named like {plain}; name another folder.")


def _names(folder: Path, plain: Path) -> Iterator[Path]:
    yield folder / plain
    for again in range(2, 1000):
        yield folder / f"{plain.stem} ({again}){plain.suffix}"
