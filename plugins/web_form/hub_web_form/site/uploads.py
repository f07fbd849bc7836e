"""Files of strangers: what they are is read from their bytes, and their names are made harmless."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from hub.core.plain_text import one_line

ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
}
"""The types that are taken, each with the ending that its files get."""
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What a browser shows in a page."""
ACCEPT = ",".join([*ENDINGS, ".heic"])
_LONGEST_NAME = 80
_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
_UNFIT = re.compile(r"[^\w .()+,-]|^\.+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it."""

    name: str
    content: bytes


def type_of(content: bytes) -> str:
    """The media type that the bytes show, empty for any that is not taken."""
    for beginning, media_type in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
    ):
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _BRANDS:
        return "image/heic"
    return ""


def clean_name(name: str, media_type: str, number: int) -> str:
    """The name without folders and odd signs, with the ending of what the file is."""
    last = one_line(unicodedata.normalize("NFC", name)).replace("\\", "/").rpartition("/")[2]
    stem = _UNFIT.sub("_", last.rpartition(".")[0] or last).strip(" ._")[:_LONGEST_NAME]
    return (stem or f"file-{number}") + ENDINGS[media_type]
