"""What programs send: bodies and the parts of addresses, each with its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hub.core.attachments import Attachment
from hub.core.exhibits import EvidenceKind
from hub.core.model import CaseType
from hub.core.plain_text import safe_name
from hub.core.shipments import Tracking
from hub.errors import NotFound
from hub.web.api.calls import Call

CASE = r"^CH-[1-9][0-9]{0,11}$"
CaseNumber = Annotated[str, Path(pattern=CASE, description="The number of a case.", examples=["CH-1042"])]
ReplyKey = Annotated[str, Path(pattern="^[0-9a-z-]{1,64}$", description="The key of a reply.")]
TaskKey = Annotated[str, Path(pattern="^[0-9a-z-]{1,64}$", description="The key of a task.")]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The SHA-256 of a content.")]

Text = Annotated[str, Field(max_length=100_000)]
Line = Annotated[str, Field(max_length=500)]
Name = Annotated[str, Field(max_length=200)]
Rules = Annotated[tuple[Name, ...], Field(max_length=50, description="Rules that a guess decides and you do not mind.")]
Confirmed = Annotated[
    bool, Field(description="Needed for what moves money or cannot be undone; without it the answer says what it does.")
]
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
Instant = Annotated[AwareDatetime, Field(ge=_EARLIEST, lt=_LATEST)]


class Body(BaseModel):
    """A body in which nothing stands that is not known."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class FileGiven(Body):
    """A file that was sent before, see `send_file`."""

    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["label.pdf"])]
    media_type: Annotated[str, Field(max_length=100, pattern=r"^[\w.+-]+/[\w.+-]+$")] = "application/octet-stream"


Files = Annotated[tuple[FileGiven, ...], Field(max_length=20)]


class Parcel(Body):
    """A parcel on its way."""

    carrier: Annotated[str, Field(min_length=1, max_length=100)]
    number: Annotated[str, Field(min_length=1, max_length=100)]


class NoteGiven(Body):
    """A note that stays in the house, or one for the platform's staff."""

    text: Annotated[Text, Field(min_length=1, examples=["The carrier says Tuesday."])]
    to_platform: bool = False


class Assignment(Body):
    """To whom a case is given; empty gives it back."""

    to: Annotated[Name, Field(examples=["eva"])]


class Classification(Body):
    """What a case is about, or how urgent it is; what is null stays as it is."""

    type: CaseType | None = None
    priority: Annotated[str, Field(max_length=50)] | None = None


class ClosingGiven(Body):
    """Why a case is closed or opened again, with which text for the customer, and whether only here."""

    reason: Line = ""
    text: Text = ""
    here: bool = False
    accept: Rules = ()
    confirmed: Confirmed = False


class HandOverGiven(Body):
    """Why a case is handed over; `keep_task` keeps the task of a person though evidence is missing."""

    text: Text = ""
    keep_task: bool = False
    confirmed: Confirmed = False


class MergerGiven(Body):
    """As which case this one goes on; it cannot be undone."""

    into: Annotated[str, Field(pattern=CASE, examples=["CH-1042"])]
    confirmed: Confirmed = False


class Why(Body):
    """Why, for the history."""

    why: Line = ""


class DueGiven(Body):
    """By when a clock is due, and why; it is shown wherever the deadline is."""

    due: Instant
    why: Annotated[Line, Field(min_length=1)]


class AnsweredGiven(Body):
    """That the customer was answered on the platform itself; the instant is now where it is left out."""

    text: Text = ""
    at: Instant | None = None


class ReplyGiven(Body):
    """A reply; `after` is the newest message that its writer saw, `last_inbound` of the case (empty where null).

    If the customer has written since, the reply is refused: read what came, and write anew.
    """

    text: Annotated[Text, Field(min_length=1, examples=["Your parcel arrives on Tuesday."])]
    after: Annotated[str, Field(max_length=1000)]
    attachments: Files = ()
    then_close: bool = False
    send_at: Instant | None = None
    accept: Rules = ()


class TextGiven(Body):
    """A text that is held against the rules; nothing is kept."""

    text: Annotated[Text, Field(min_length=1)]
    attachments: Files = ()
    accept: Rules = ()


class EditGiven(Body):
    """A reply written anew; `begun` is the text that its writer began with, so that nobody else's is overwritten."""

    text: Annotated[Text, Field(min_length=1)]
    after: Annotated[str, Field(max_length=1000)]
    begun: Text | None = None
    attachments: Files | None = None
    accept: Rules = ()


class Reading(Body):
    """The text that the second person has read: another one they have not agreed to."""

    read: Text


class ActGiven(Body):
    """One of the offers of a case, with what it needs."""

    word: Annotated[Name, Field(min_length=1, examples=["refund"])]
    item: Name = ""
    text: Text = ""
    percent: Annotated[int, Field(ge=1, le=99)] | None = None
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    tracking: Annotated[tuple[Parcel, ...], Field(max_length=20)] = ()
    evidence: Files = ()
    after: Annotated[str, Field(max_length=1000)] | None = None
    again: bool = False
    keep_task: bool = False
    accept: Rules = ()
    confirmed: Confirmed = False


class TaskDone(Body):
    """When a task was done, now where it is left out, and what is worth knowing of it."""

    at: Instant | None = None
    comment: Line = ""


class Comment(Body):
    """What is worth knowing, for the history."""

    comment: Line = ""


class EvidenceGiven(Body):
    """Evidence of a kind: files, a text, parcels."""

    kind: EvidenceKind
    files: Files = ()
    text: Text = ""
    parcels: Annotated[tuple[Parcel, ...], Field(max_length=20)] = ()


class EvidenceWaived(Body):
    """That a kind of evidence does not apply, and why."""

    kind: EvidenceKind
    why: Annotated[Line, Field(min_length=1)]


class EvidenceChange(Body):
    """What is taken back, given and waived, in this order: all of it, or, where a part is refused, nothing."""

    taken_back: Annotated[tuple[EvidenceKind, ...], Field(max_length=20)] = ()
    given: Annotated[tuple[EvidenceGiven, ...], Field(max_length=20)] = ()
    waived: Annotated[tuple[EvidenceWaived, ...], Field(max_length=20)] = ()


class StopGiven(Body):
    """On which channel nothing is sent any more (empty: on none), and why."""

    channel: Name = ""
    why: Line = ""


class ResumeGiven(Body):
    """Which stop is taken back: that of a channel, or (empty) of all."""

    channel: Name = ""


class RenderGiven(Body):
    """For which case a template is filled in, in which language, and what it asks for."""

    case: Annotated[str, Field(pattern=CASE)]
    language: Annotated[str, Field(max_length=20)] = ""
    values: Annotated[dict[str, Text], Field(max_length=50)] = Field(default_factory=dict)


def files_of(call: Call, given: Sequence[FileGiven]) -> tuple[Attachment, ...]:
    """The files with these digests; NotFound where one was never sent here."""
    return tuple(_file_of(call, file) for file in given)


def _file_of(call: Call, file: FileGiven) -> Attachment:
    try:
        size = len(call.hub.store.content(file.digest))
    except NotFound as error:
        raise NotFound(f"No file {file.digest[:12]}… was sent here; send it to /files first.") from error
    return Attachment(safe_name(file.name, "file"), file.media_type, size, file.digest)


def parcels_of(given: Sequence[Parcel]) -> tuple[Tracking, ...]:
    """The parcels."""
    return tuple(Tracking(parcel.carrier.strip(), parcel.number.strip()) for parcel in given)
