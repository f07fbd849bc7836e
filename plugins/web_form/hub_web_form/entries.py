"""What is written down at the front door, one entry for each thing that happened, as data and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub import Misunderstood

VERSION = 1
_SAFE = re.compile(r"[a-z0-9]{8,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Kind(StrEnum):
    """What an entry tells."""

    OPENED = "opened"
    ADDED = "added"
    RETURN = "return"
    SOLVED = "solved"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies beside the journal under its SHA-256; its name is cleaned, its type was found in its bytes."""

    name: str
    media_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened in a conversation; `id` is the same whoever tells it again, `case` is the case's ref.

    `details` has the answers to the topic's questions, each with its question, and `subject` what it is about, as the
    visitor reads them; `answers` and `title` say the same in the shop's own language. `suspicions` say why a machine
    may have written it. `key` is that of the reply. `lost` names files that are not there any more; it is not written.
    """

    id: str
    case: str
    kind: Kind
    at: datetime
    opened_at: datetime
    by: str = "customer"
    topic: str = ""
    type: str = ""
    language: str = ""
    name: str = ""
    email: str = ""
    order: str = ""
    subject: str = ""
    title: str = ""
    text: str = ""
    details: tuple[tuple[str, str], ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    files: tuple[StoredFile, ...] = ()
    suspicions: tuple[str, ...] = ()
    key: str = ""
    automatic: bool = False
    lost: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Both become names of files.
        if not (_SAFE.fullmatch(self.id) and _SAFE.fullmatch(self.case)):
            raise ValueError("an entry has an id and a case of 8 to 64 small letters and digits")
        if self.at.tzinfo is None or self.opened_at.tzinfo is None:
            raise ValueError("an entry's instants have an offset")


def is_safe(ref: str) -> bool:
    """Whether a text can be the ref of a case or the id of an entry."""
    return _SAFE.fullmatch(ref) is not None


def as_bytes(entry: Entry) -> bytes:
    """The entry as it is written."""
    fields = {name: value for name, value in asdict(entry).items() if name != "lost"}
    told = {"version": VERSION, **fields, "at": entry.at.isoformat(), "opened_at": entry.opened_at.isoformat()}
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def from_bytes(raw: bytes, where: str) -> Entry:
    """The entry that was written; Misunderstood names the file if it is damaged or of a newer casehub."""
    try:
        told = json.loads(raw)
        return _entry(told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Misunderstood(
            f"{where} cannot be read ({type(error).__name__}): it is damaged or was written by a newer casehub; "
            "put it back from a backup"
        ) from error


def _entry(told: Mapping[str, Any]) -> Entry:
    if told["version"] != VERSION:
        raise ValueError("another version")
    plain = {key: value for key, value in told.items() if key not in _CONVERTED}
    if wrong := [key for key, value in plain.items() if not isinstance(value, bool if key == "automatic" else str)]:
        raise ValueError(f"{wrong[0]} is of another type")
    return Entry(
        kind=Kind(told["kind"]),
        at=datetime.fromisoformat(told["at"]),
        opened_at=datetime.fromisoformat(told["opened_at"]),
        details=_pairs(told["details"]),
        answers=_pairs(told["answers"]),
        files=tuple(_file(file) for file in told["files"]),
        suspicions=tuple(map(str, told["suspicions"])),
        **plain,
    )


_CONVERTED = frozenset({"version", "kind", "at", "opened_at", "details", "answers", "files", "suspicions"})


def _pairs(told: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(question), str(answer)) for question, answer in told)


def _file(told: Mapping[str, Any]) -> StoredFile:
    file = StoredFile(str(told["name"]), str(told["media_type"]), int(told["size"]), told["digest"])
    if not _DIGEST.fullmatch(file.digest):
        raise ValueError("a file has the SHA-256 of its bytes")
    return file
