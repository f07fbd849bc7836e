"""Reads the one file of a multipart form, as an upload brings it."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser

from hub_fyndiq_reclaimit.simulator.desk import StoredFile


def uploaded(content_type: str, body: bytes, part: str = "file") -> StoredFile | None:
    """The file in this part of a form; None if there is none."""
    form = BytesParser().parsebytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + body)
    if not form.is_multipart():
        return None
    for field in form.walk():
        if field.get_param("name", header="content-disposition") == part:
            return StoredFile(field.get_filename() or "", field.get_content_type(), _content(field))
    return None


def _content(field: Message) -> bytes:
    content = field.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
