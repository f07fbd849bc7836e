"""The files of a mail: names that are safe to save, types that are seen in the content and not believed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hub_email_imap.mime import Leaf
from hub_email_imap.parsed import ParsedFile
from hub_email_imap.text import one_line

_LONGEST_NAME = 200
_LONGEST_ENDING = 20
_ANYTHING = "application/octet-stream"
_MAIL = frozenset({"message/rfc822", "message/global"})
_FORBIDDEN = re.compile(r'[<>:"|?*/\\]')
_SAFE_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
)
# A file that carries one of these types must look it.
_SEEN_TYPES = frozenset(media_type for _, media_type in _MAGIC) | {"image/webp"}
# Formats that are a zip archive or an OLE file inside keep their own, more telling type.
_CONTAINERS = {
    "application/zip": ("application/vnd.", "application/epub+zip", "application/java-archive", "application/x-zip"),
    "application/x-ole-storage": ("application/msword", "application/vnd.ms-", "application/x-msi"),
}
_LOOKS_LIKE_HTML = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<iframe")
_ENDINGS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.microsoft.portable-executable": ".exe",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
}


def read_files(leaves: Sequence[Leaf], html: str) -> tuple[ParsedFile, ...]:
    """The files among these leaves; a nameless part without content is none."""
    kept = [leaf for leaf in leaves if leaf.content or leaf.filename]
    return tuple(_read_file(leaf, number, html) for number, leaf in enumerate(kept, start=1))


def _read_file(leaf: Leaf, number: int, html: str) -> ParsedFile:
    content_id = one_line(leaf.fields.first("content-id")).strip("<> ")
    media_type = sniff(leaf.content, leaf.media_type)
    return ParsedFile(
        name=clean_name(_given_name(leaf), number, media_type),
        media_type=media_type,
        content=leaf.content,
        content_id=content_id,
        declared_type=leaf.media_type,
        inline=leaf.disposition == "inline" or bool(content_id and f"cid:{content_id}" in html),
    )


def _given_name(leaf: Leaf) -> str:
    name = leaf.filename
    return f"{name}.eml" if name and leaf.media_type in _MAIL and not name.lower().endswith(".eml") else name


def clean_name(name: str, number: int, media_type: str) -> str:
    """A file name without path, control signs or tricks, at most 200 bytes long and never empty."""
    base = one_line(name).replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    tidy = _FORBIDDEN.sub("_", base).strip(". ")
    return _shorten(tidy) if tidy else f"attachment-{number}{_ending(media_type)}"


def sniff(content: bytes, declared: str) -> str:
    """The type that the content shows; the declared one where the content does not speak against it."""
    seen = _seen(content)
    if not seen:
        believable = _SAFE_TYPE.fullmatch(declared) and declared not in _SEEN_TYPES
        return declared if believable else _ANYTHING
    return declared if declared.startswith(_CONTAINERS.get(seen, ("\0",))) else seen


def _seen(content: bytes) -> str:
    for start, media_type in _MAGIC:
        if content.startswith(start):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "text/html" if content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_LOOKS_LIKE_HTML) else ""


def _ending(media_type: str) -> str:
    readable = media_type.startswith(("text/", "message/"))
    return _ENDINGS.get(media_type, ".txt" if readable else ".bin")


def _shorten(name: str) -> str:
    """The name within 200 bytes, its ending kept."""
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = f".{ending}".encode() if dot and len(ending.encode()) <= _LONGEST_ENDING else b""
    head = (stem if tail else name).encode()[: _LONGEST_NAME - len(tail)]
    return head.decode("utf-8", "ignore").rstrip(". ") + tail.decode()
