"""Customers' text made fit for a terminal and for file names: pure functions, shared by everything that prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from hub.core.plain_text import clean, one_line

__all__ = ["clean", "fold_quotes", "one_line", "safe_name", "size_text"]

_UNSAFE_IN_NAMES = re.compile(r'[<>:"/\\|?*\u2400-\u2421]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_LONGEST_NAME = 120
_FEWEST_FOLDED = 4


def fold_quotes(text: str) -> str:
    """The text with each long run of quoted lines (`>`) folded into one line that says how many there were."""
    return "\n".join(_folded(text.split("\n"))).strip("\n")


def safe_name(name: str, otherwise: str) -> str:
    """A file name for any system, which cannot leave its folder, hide, or be taken for a device."""
    last = one_line(name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = _UNSAFE_IN_NAMES.sub("_", last).strip(" .")
    if not plain or _RESERVED.match(plain):
        return otherwise
    return plain if len(plain.encode()) <= _LONGEST_NAME else _shortened(plain)


def size_text(size: int) -> str:
    """A number of bytes for people."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.1f} kB" if size < 999_950 else f"{size / 1_000_000:.1f} MB"


def _folded(lines: list[str]) -> Iterator[str]:
    for quoted, run in groupby(lines, key=lambda line: line.lstrip().startswith(">")):
        block = list(run)
        if quoted and len(block) >= _FEWEST_FOLDED:
            yield f"… {len(block)} quoted lines"
        else:
            yield from block


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    tail = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
    head = name.removesuffix(tail)
    return head.encode()[: _LONGEST_NAME - len(tail.encode())].decode(errors="ignore").rstrip(" .") + tail
