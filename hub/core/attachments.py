"""Files that belong to a case: on a message, or given as evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on a message or among the evidence; its content lies in the blob store under `digest` (SHA-256, hex)."""

    name: str
    media_type: str
    size: int
    digest: str
    content_id: str = ""
