"""Which part of a text is its writer's own, and which is quoted from an earlier message: for folding it away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

FEWEST_FOLDED = 4
"""Shorter quotations are left open: they are what somebody answers point by point."""
LONGEST_OPEN = 60
"""Of a longer text the lines beyond the first ones are folded too."""
_OPEN_OF_LONG = 40
_LETTERS_A_LINE = 160

# What mail programs put above the whole message that they quote below, without marking its lines.
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(Original Message|Ursprungligt meddelande|Oprindelig meddelelse|Oorspronkelijk bericht|"
    r"Ursprüngliche Nachricht|Message d.origine|Původní zpráva|元のメッセージ|転送メッセージ)\s*-{2,}\s*",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"--\s?")
_LONGEST_SIGNATURE = 15


class Fold(StrEnum):
    """Whether a part of a text is shown at once, and if not, what it is."""

    OPEN = "open"
    QUOTED = "quoted"
    REST = "rest"  # it goes on with the writer's own words, which are many
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a text that belong together."""

    text: str
    fold: Fold = Fold.OPEN

    @property
    def folded(self) -> bool:
        """Whether it is shown only when it is asked for."""
        return self.fold is not Fold.OPEN

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n") + 1


def parts(text: str) -> tuple[Part, ...]:
    """The text in parts: long quotations, the message below a divider and a signature below `--` are folded."""
    lines = text.strip("\n").split("\n")
    end = _end_of_own(lines)
    found = [part for run in _runs(lines[:end]) for part in _shortened(run)]
    rest = "\n".join(lines[end:]).strip("\n")
    return tuple(part for part in (*found, *([Part(rest, _fold_of(rest))] if rest else [])) if part.text.strip())


def _shortened(part: Part) -> Iterator[Part]:
    """A long part in two, of which the second is folded; one endless line counts as many."""
    lines = part.text.split("\n")
    if part.folded or sum(1 + len(line) // _LETTERS_A_LINE for line in lines) <= LONGEST_OPEN:
        yield part
        return
    place = shown = 0
    while place < len(lines) and shown < _OPEN_OF_LONG:
        shown += 1 + len(lines[place]) // _LETTERS_A_LINE
        place += 1
    yield Part("\n".join(lines[:place]))
    if place < len(lines):
        yield Part("\n".join(lines[place:]), Fold.REST)


def _end_of_own(lines: Sequence[str]) -> int:
    """Where the writer's own text ends: at a divider, or at a signature that runs to the end; never at the top."""
    for place, line in enumerate(lines):
        if place and _ORIGINAL.fullmatch(line):
            return place
        if place and _SIGNATURE.fullmatch(line) and len(lines) - place <= _LONGEST_SIGNATURE:
            return place
    return len(lines)


def _fold_of(rest: str) -> Fold:
    return Fold.SIGNATURE if _SIGNATURE.fullmatch(rest.split("\n", 1)[0]) else Fold.QUOTED


def _runs(lines: Sequence[str]) -> Iterator[Part]:
    own: list[str] = []
    for quoted, run in groupby(lines, key=lambda line: line.lstrip().startswith(">")):
        block = list(run)
        if quoted and len(block) >= FEWEST_FOLDED:
            if own:
                yield Part("\n".join(own).strip("\n"))
                own = []
            yield Part("\n".join(block), Fold.QUOTED)
        else:
            own += block
    if own:
        yield Part("\n".join(own).strip("\n"))
