"""Where in a policy file a key stands, so that a mistake told by its path can be shown with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Path = tuple[str, ...]
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_-]+)|\[(\d+)\]')
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_NAMES = frozenset({"id", "name"})
_LONG = ('"""', "'''")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a file, and the line it stands in as far as that can be told."""

    text: str
    line: int | None = None


def mistakes(error: str, text: str) -> tuple[Mistake, ...]:
    """What an error about a file says, each problem with its line."""
    first, *listed = error.split("\n  - ")
    return tuple(Mistake(problem, line_of(problem, text)) for problem in (listed or [first]))


def line_of(problem: str, text: str) -> int | None:
    """The line that a problem of a text is about, told as `file: key path: what is wrong`; None if nobody can tell."""
    told = _AT_LINE.search(problem)
    if told:
        return int(told[1])
    path = problem.split(": ")[1] if problem.count(": ") > 1 else ""
    return _Places(text.splitlines()).line_of(tuple(part[1] or part[2] or part[3] for part in _PART.finditer(path)))


@dataclass(slots=True)
class _Places:
    """Where each table and key of a text stands; a table of a list is a part of the path by its number."""

    lines: Sequence[str]
    found: list[tuple[Path, int]] = field(default_factory=list)
    _lists: dict[Path, int] = field(default_factory=dict)
    _names: dict[tuple[Path, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        within: Path = ()
        for number, line in self._outside_of_texts():
            if header := _HEADER.fullmatch(line):
                within = self._entered(_keys(header[2]), is_list=header[1] == "[[")
                self.found.append((within, number))
            elif key := _KEY.match(line):
                self.found.append((within + _keys(key[1]), number))
                if key[1].strip() in _NAMES and within[:-1] in self._lists:
                    self._names[within[:-1], _text_of(line)] = within[-1]

    def line_of(self, told: Path) -> int | None:
        """The line of what shares the most with a path, in which tables of lists are called by number or name."""
        wanted: Path = ()
        for part in told:
            wanted += (self._names.get((wanted, part), part) if wanted in self._lists else part,)
        best, line = 0, None
        for known, number in self.found:
            shared = min(len(known), len(wanted))
            if shared > best and known[:shared] == wanted[:shared]:
                best, line = shared, number
        return line

    def _entered(self, keys: Path, *, is_list: bool) -> Path:
        """The whole path of a table, with the numbers of the lists that it lies in."""
        path: Path = ()
        for place, key in enumerate(keys):
            path += (key,)
            if is_list and place == len(keys) - 1:
                self._lists[path] = self._lists.get(path, -1) + 1
            if path in self._lists:
                path += (str(self._lists[path]),)
        return path

    def _outside_of_texts(self) -> Iterator[tuple[int, str]]:
        """The lines with their numbers, but for those in the middle of a long text."""
        closing = ""
        for number, line in enumerate(self.lines, 1):
            if not closing:
                yield number, line
                closing = next((quotes for quotes in _LONG if line.count(quotes) % 2), "")
            elif line.count(closing) % 2:
                closing = ""


def _text_of(line: str) -> str:
    """The value of a key that stands in one line, as text; empty where it is none."""
    try:
        return str(next(iter(tomllib.loads(line).values())))
    except (ValueError, RecursionError, StopIteration):
        return ""


def _keys(written: str) -> Path:
    """The parts of a dotted key; as it is written where it is none."""
    try:
        table: object = tomllib.loads(f"{written} = 0")
    except (ValueError, RecursionError):
        return (written,)
    parts = []
    while isinstance(table, dict):
        [(key, table)] = table.items()
        parts.append(key)
    return tuple(parts)
