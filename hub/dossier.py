"""What is shown to somebody outside of a case: its evidence, its conversation, and every file that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath

from hub.core.events import Acted
from hub.core.evidence import Checklist
from hub.core.exhibits import EvidenceKind
from hub.core.model import Attachment, Case, Direction, Message
from hub.core.plain_text import safe_name
from hub.core.readings import Reading
from hub.errors import HubError

FILES = "files"
"""The folder of the files within a bundle."""

# A browser would run what these hold as if it were a page of whoever opens the bundle.
_ACTIVE = frozenset({".htm", ".html", ".xhtml", ".xht", ".shtml", ".mht", ".mhtml", ".svg", ".svgz", ".xml", ".xsl"})


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that goes into a bundle; `platform` is a name for people, `zone` that of the office.

    `acts` are those that the platform did, with what was sent to it. Notes stay in the house without `with_notes`.
    """

    case: Case
    checklists: tuple[Checklist, ...]
    exported_at: datetime
    zone: str
    platform: str = ""
    deadlines: tuple[Reading, ...] = ()
    acts: tuple[tuple[datetime, Acted], ...] = ()
    with_notes: bool = False

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation that is shown, oldest first."""
        return tuple(m for m in self.case.messages if self.with_notes or m.direction is not Direction.NOTE)


@dataclass(frozen=True, slots=True)
class Filed:
    """A file of a bundle, once however often it stands in the case; `problem` says why its content is not there."""

    path: str
    file: Attachment
    origins: tuple[str, ...]
    kinds: tuple[EvidenceKind, ...] = ()
    in_conversation: bool = False
    size: int = 0
    sha256: str = ""
    problem: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the bundle has its content."""
        return not self.problem


@dataclass
class _Place:
    file: Attachment
    origins: list[str] = field(default_factory=list)
    kinds: list[EvidenceKind] = field(default_factory=list)
    in_conversation: bool = False


def filed(dossier: Dossier, content: Callable[[str], bytes], write: Callable[[str, bytes], None]) -> tuple[Filed, ...]:
    """Write every file of a dossier under a name of its own; one that cannot be read is named with the reason."""
    places: dict[str, _Place] = {}
    for file, origin, kind in _files(dossier):
        place = places.setdefault(file.digest, _Place(file))
        place.origins.append(origin)
        if kind is not None and kind not in place.kinds:
            place.kinds.append(kind)
    for message in dossier.messages:
        for file in message.attachments:
            places[file.digest].in_conversation = True
    return tuple(_file(number, place, content, write) for number, place in enumerate(places.values(), 1))


def _file(number: int, place: _Place, content: Callable[[str], bytes], write: Callable[[str, bytes], None]) -> Filed:
    path = f"{FILES}/{number:03d}-{_name(place.file.name)}"
    named = Filed(path, place.file, tuple(place.origins), tuple(place.kinds), place.in_conversation)
    try:
        body = content(place.file.digest)
    except HubError as error:
        return replace(named, problem=f"its content cannot be read: {error}")
    write(path, body)
    return replace(named, size=len(body), sha256=sha256(body).hexdigest())


def _name(name: str) -> str:
    plain = safe_name(name, "file")
    return f"{plain}.txt" if PurePosixPath(plain).suffix.lower() in _ACTIVE else plain


def _files(dossier: Dossier) -> Iterator[tuple[Attachment, str, EvidenceKind | None]]:
    for place, message in enumerate(dossier.messages, 1):
        for file in message.attachments:
            yield file, f"message {place}", None
    for exhibit in dossier.case.evidence:
        for file in exhibit.files:
            yield file, f"given as {exhibit.kind} by {exhibit.who or 'somebody'}", exhibit.kind
    for _, done in dossier.acts:
        for file in done.act.evidence:
            yield file, f"sent with {done.act.word or done.act.kind.value}", None
