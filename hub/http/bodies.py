"""The bodies of requests: JSON, a form, or a form with files."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from hub.http.api import Upload

_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})  # as browsers write names in multipart/form-data


def body_of(value: Any, form: Mapping[str, str] | None, uploads: Sequence[Upload]) -> tuple[bytes, str]:
    """The body and its media type; nothing of both where nothing is sent along."""
    if value is not None and (form is not None or uploads):
        raise ValueError("a request is sent with JSON or with a form, not with both")
    if uploads:
        return _multipart(form or {}, uploads)
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    if value is not None:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), "application/json"
    return b"", ""


def _multipart(form: Mapping[str, str], uploads: Sequence[Upload]) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    parts = [(f'name="{name.translate(_ESCAPED)}"', value.encode()) for name, value in form.items()]
    for upload in uploads:
        names = f'name="{upload.part.translate(_ESCAPED)}"; filename="{upload.name.translate(_ESCAPED)}"'
        media_type = "".join(upload.media_type.splitlines())
        parts.append((f"{names}\r\nContent-Type: {media_type}", upload.content))
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
