"""Text made safe to store and to show: no NUL, no stray control signs, no half characters."""

from __future__ import annotations

import re

# Everything of C0 and C1 but tab and newline; a terminal or a page must never obey a mail.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Signs that turn the reading direction or are not seen: with U+202E, `gpj.exe` reads as `exe.jpg` (CVE-2021-42574).
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def several_lines(text: str) -> str:
    """The text of a body: line ends are newlines, control signs are gone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return storable(_CONTROLS.sub("", text))


def one_line(text: str) -> str:
    """The text of a header, a name or a title: one line, single blanks, nothing that hides or turns what is read."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    return storable(_INVISIBLE.sub("", _CONTROLS.sub("", line))).strip()


def storable(text: str) -> str:
    """The text with the replacement sign for each half character, so that it can be written as UTF-8."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
