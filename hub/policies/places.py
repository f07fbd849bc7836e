"""Where in a policy file a key stands, so that a mistake told by its path can be shown with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Path = tuple[str, ...]
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_-]+)|\[(\d+)\]')
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_NAMES = frozenset({"id", "name"})


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
    wanted = tuple(found[1] or found[2] or found[3] for found in _PART.finditer(path))
    best, line = 0, None
    for known, number in _places(text.splitlines()):
        alike = _alike(known, wanted)
        if alike > best:
            best, line = alike, number
    return line


def _alike(known: Path, wanted: Path) -> int:
    """How many parts of a path a known place has, if it has no others."""
    return len(known) if wanted[: len(known)] == known else 0


def _places(lines: Sequence[str]) -> Iterator[tuple[Path, int]]:
    """Each table and key with the number of its line; a table of a list counts by its place and by its name."""
    prefixes: list[Path] = [()]
    counted: dict[Path, int] = {}
    named: dict[Path, Path] = {}
    closing = ""
    for number, line in enumerate(lines, 1):
        if closing or _opens(line):
            starts, closing = not closing, _still_open(line, closing)
            if not starts:
                continue
        if header := _HEADER.fullmatch(line):
            plain = _keys(header[2])
            prefixes = [named.get(plain[:1], plain[:1]) + plain[1:], plain]
            if header[1] == "[[":
                counted[plain] = counted.get(plain, -1) + 1
                prefixes = [(*prefix, str(counted[plain])) for prefix in prefixes]
            yield from ((prefix, number) for prefix in prefixes)
        elif key := _KEY.match(line):
            keys = _keys(key[1])
            if keys[0] in _NAMES and prefixes[0][-1:] and prefixes[0][-1].isdigit():
                prefixes = [*prefixes, *_by_name(prefixes, line, number, named)]
                yield from ((prefix, number) for prefix in prefixes[-1:])
            yield from ((prefix + keys, number) for prefix in prefixes)


def _by_name(prefixes: Sequence[Path], line: str, number: int, named: dict[Path, Path]) -> list[Path]:  # noqa: ARG001
    """The paths of a table of a list by the name that this line gives it."""
    try:
        name = str(next(iter(tomllib.loads(line).values())))
    except (ValueError, StopIteration):
        return []
    found = [(*prefix[:-1], name) for prefix in prefixes[:1]]
    if len(prefixes[0]) == 2:
        named[prefixes[0][:1]] = found[0]
    return found


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


def _opens(line: str) -> str:
    return next((quotes for quotes in ('"""', "'''") if line.count(quotes) % 2), "")


def _still_open(line: str, closing: str) -> str:
    """The quotes that a long text still waits for after this line."""
    if not closing:
        return _opens(line)
    return "" if line.count(closing) % 2 else closing
