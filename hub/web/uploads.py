"""Files that a browser sends: kept beside the database, and carried along while a person is asked once more."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import UploadFile

from hub.core.attachments import Attachment
from hub.core.plain_text import safe_name
from hub.errors import Refused
from hub.runs.desk import LARGEST_REPLY, keep_contents
from hub.web.site import Here

# Whoever could name any digest could send a file of another case to a customer: what is carried along is sealed. A new
# server makes a new seal, and the files are then chosen again.
_SEAL = secrets.token_bytes(32)


def sent_files(here: Here, field: str = "files") -> tuple[Attachment, ...]:
    """The files of a form: those chosen now, kept, and those that were carried along from the step before."""
    chosen = [file for file in here.form.getlist(field) if isinstance(file, UploadFile) and file.filename]
    contents = [(safe_name(file.filename or "", "file"), file.file.read(LARGEST_REPLY + 1)) for file in chosen]
    carried = tuple(opened(sealed) for sealed in here.all_said(f"kept_{field}"))
    return (*carried, *keep_contents(here.hub.store, contents))


def told_files(here: Here) -> tuple[Attachment, ...]:
    """Files that are only told of so far, by size and name, for what stands against them."""
    found = []
    for told in here.all_said("told"):
        size, _, name = told.partition(":")
        if size.isascii() and size.isdigit() and name:
            found.append(Attachment(safe_name(name, "file"), "", int(size[:15]), ""))
    return tuple(found)


def sealed(files: Sequence[Attachment]) -> list[tuple[str, str]]:
    """Each file as a hidden field carries it along, with its name."""
    return [(_sealed(file), file.name) for file in files]


def opened(text: str) -> Attachment:
    """The file that was carried along; Refused for what this server did not seal."""
    data, _, mark = text.rpartition(".")
    if not hmac.compare_digest(_mark(data), mark.encode("ascii", "replace").decode()):
        raise Refused("The files have to be chosen again: the server was started anew since.")
    told: Any = json.loads(data)
    return Attachment(str(told[0]), str(told[1]), int(told[2]), str(told[3]))


def _sealed(file: Attachment) -> str:
    data = json.dumps([file.name, file.media_type, file.size, file.digest])
    return f"{data}.{_mark(data)}"


def _mark(data: str) -> str:
    return hmac.new(_SEAL, data.encode(), hashlib.sha256).hexdigest()
