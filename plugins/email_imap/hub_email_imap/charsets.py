"""Bytes to text: as declared, else UTF-8, else what chardet says, else cp1252; a guess is always noted."""

from __future__ import annotations

import re
from collections.abc import Iterator

import chardet

from hub_email_imap.limits import GUESSED, Notes

# What mail programs write, and the wider charset they mean by it (https://encoding.spec.whatwg.org/#names-and-labels).
_ALIASES = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "gbk": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
}
# Declarations that say nothing.
_NOTHING = frozenset(
    {"", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "unknown", "8bit", "7bit", "binary", "default"}
)
# Codecs of Python that run escapes or host names; no mail means them.
_NOT_FOR_MAIL = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"})
_NAME = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,39}")
# For these, bytes of seven bits mean what they look like.
_SAME_AS_ASCII = frozenset({"", "utf-8", "utf8", "cp1252", "iso-8859-2", "iso-8859-15"})
_SAMPLE = 20_000


def decode(content: bytes, declared: str, notes: Notes) -> str:
    """The text of these bytes, tried as declared first; `charset-guessed` is noted when that did not hold."""
    meant = _codec(declared)
    if meant in _SAME_AS_ASCII and content.isascii() and not _has_escapes(content):
        return content.decode("ascii")
    text = _as_declared(content, meant)
    if text is None:
        notes.add(GUESSED)
        text = _guess(content, meant)
    return text.removeprefix("\ufeff")


def _codec(declared: str) -> str:
    """The Python codec that a declared charset means, or nothing if it means none."""
    # RFC 2231 allows a language after an asterisk.
    name = declared.strip(" \t\"'<>;").lower().partition("*")[0]
    if name in _NOTHING or not _NAME.fullmatch(name) or name.replace("-", "_") in _NOT_FOR_MAIL:
        return ""
    return _ALIASES.get(name, name)


def _as_declared(content: bytes, meant: str) -> str | None:
    if not meant:
        return None
    if _has_escapes(content) and meant in _SAME_AS_ASCII:
        return None
    if meant == "cp1252" and _try(content, "utf-8") is not None:
        # A program that declares its default and writes UTF-8: text in cp1252 is hardly ever valid UTF-8.
        return None
    if meant == "iso2022_jp_ext":
        return _japanese(content)
    return _try(content, meant)


def _japanese(content: bytes) -> str | None:
    """ISO-2022-JP as Microsoft and NEC write it: signs like ① stand in a row that only JIS X 0213 has."""
    text = _try(content, "iso2022_jp_ext")
    return text if text is not None else _try(content.replace(b"\x1b$B", b"\x1b$(Q"), "iso2022_jp_2004")


def _guess(content: bytes, meant: str) -> str:
    for attempt in _guesses(content, meant):
        if attempt is not None:
            return attempt
    return content.decode("cp1252", "replace")


def _guesses(content: bytes, meant: str) -> Iterator[str | None]:
    if _has_escapes(content):
        yield _japanese(content)
    yield _try(content, "utf-8")
    yield _nearly(content, meant or "utf-8")
    found = chardet.detect(content[:_SAMPLE]).get("encoding")
    yield _try(content, _codec(found) if found else "cp1252")


def _has_escapes(content: bytes) -> bool:
    """Whether the bytes switch charsets as ISO-2022 does, which otherwise looks like plain ASCII."""
    return b"\x1b$" in content or b"\x1b(" in content


def _nearly(content: bytes, meant: str) -> str | None:
    """The text if only a few of its signs are broken, as when a program cut it in the middle of a character."""
    try:
        text = content.decode(meant, "replace")
    except (LookupError, ValueError):
        return None
    broken, wide = text.count("\ufffd"), sum(1 for sign in text[:_SAMPLE] if sign > "\x7f")
    return text if broken * 20 <= wide else None


def _try(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except (LookupError, ValueError):  # an unknown codec, one that is not for text, or bytes that are not in it
        return None
