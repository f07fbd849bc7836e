"""Customers' text made fit for a terminal and for file names: pure functions, shared by everything that prints."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from hub.core.folding import FEWEST_FOLDED
from hub.core.plain_text import clean, one_line, safe_name

__all__ = ["clean", "fold_quotes", "one_line", "safe_name", "size_text"]


def fold_quotes(text: str) -> str:
    """The text with each long run of quoted lines (`>`) folded into one line that says how many there were."""
    return "\n".join(_folded(text.split("\n"))).strip("\n")


def size_text(size: int) -> str:
    """A number of bytes for people."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.1f} kB" if size < 999_950 else f"{size / 1_000_000:.1f} MB"


def _folded(lines: list[str]) -> Iterator[str]:
    for quoted, run in groupby(lines, key=lambda line: line.lstrip().startswith(">")):
        block = list(run)
        if quoted and len(block) >= FEWEST_FOLDED:
            yield f"… {len(block)} quoted lines"
        else:
            yield from block
