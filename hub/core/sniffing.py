"""What a file is by its first bytes, whatever its name or its sender says."""

from __future__ import annotations

from collections.abc import Mapping

ANYTHING = "application/octet-stream"
"""What a file is called that is to be kept and not shown."""

_BEGINNINGS: Mapping[bytes, str] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
PICTURES = frozenset({*_BEGINNINGS.values(), "image/webp"})
"""What a page shows: pictures in which no program can hide, so neither SVG nor PDF."""


def picture_type(content: bytes) -> str:
    """The media type of a picture that a page may show; ANYTHING for every other file."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), ANYTHING)
