"""Tables of a policy file: typed values out of TOML, and every mistake told with its file and key path."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from hub.complaints import complaint
from hub.errors import ConfigurationError

_Value = TypeVar("_Value")
_Word = TypeVar("_Word", bound=StrEnum)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST_SHOWN = 60
_TEST = re.compile(r"^\[\[test\]\]", re.MULTILINE)
_OTHER_TABLE = re.compile(r"^\s*\[+(?!\[?\s*test\b)", re.MULTILINE)
NAME = re.compile(r"[a-z][a-z0-9-]*")
"""How ids and names of calendars are written."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The text of a policy, and where it lies, in a person's words."""

    where: str
    text: str


class Problems:
    """All that is wrong in one file; reading goes on with stand-ins, so that a person mends it in one go."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._found: list[str] = []

    def __len__(self) -> int:
        return len(self._found)

    @property
    def lines(self) -> tuple[str, ...]:
        """What was found, each with the file and its key path."""
        return tuple(self._found)

    def add(self, path: str, text: str) -> None:
        """Note what is wrong at a key path; an empty path is the whole file."""
        self._found.append(f"{self.where}: {path}: {text}" if path else f"{self.where}: {text}")

    def raise_any(self) -> None:
        """Raise what was found as one ConfigurationError, if anything was."""
        if self._found:
            raise complaint(self.where, self._found)


class Table:
    """A table of a policy file. What is asked for is known; `finish` complains of every other key.

    A value that is missing or wrong is noted among the problems, and a stand-in of the right type is given back.
    """

    def __init__(self, values: Mapping[str, object], path: str, problems: Problems) -> None:
        self.values = values
        self.path = path
        self.problems = problems
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self.values

    def at(self, key: str, place: int | None = None) -> str:
        """The path of a key, or of one item of its list."""
        written = key if _BARE_KEY.fullmatch(key) else shown(key)
        path = f"{self.path}.{written}" if self.path else written
        return path if place is None else f"{path}[{place}]"

    def wrong(self, key: str, text: str) -> None:
        """Note what is wrong with a key."""
        self.problems.add(self.at(key), text)

    def value(self, key: str) -> object:
        """The value as TOML has it, None without one."""
        self._asked.add(key)
        return self.values.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; required without a default."""
        value = self._typed(key, str, "should be text in quotes", default)
        if value is not None and not value.strip() and key in self.values:
            self.wrong(key, "is empty")
        return value or ""

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        return bool(self._typed(key, bool, "should be true or false", default))

    def count(self, key: str, least: int, most: int) -> int:
        """A whole number between two others."""
        wording = f"should be a whole number from {least} to {most}"
        value = self._typed(key, int, wording, None)
        if value is not None and (isinstance(value, bool) or not least <= value <= most):
            self.wrong(key, wording)
        return least if value is None else value

    def day(self, key: str) -> date:
        """A date."""
        value = self.value(key)
        found = read_day(value)
        if found is None:
            self.wrong(key, "is missing" if value is None else "should be a date such as 2026-12-24")
        return found or date.min

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty without one."""
        value = self._typed(key, list, "should be a list of texts", [])
        found = []
        for place, item in enumerate(value or ()):
            if isinstance(item, str) and item.strip():
                found.append(item)
            else:
                self.problems.add(self.at(key, place), "should be text in quotes, and not empty")
        return tuple(found)

    def word(self, key: str, kind: type[_Word], default: _Word | None = None) -> _Word:
        """One of the words of an enumeration; required without a default."""
        stand_in = default or next(iter(kind))
        written = self.text(key, default)
        if not written or written in set(kind):
            return kind(written) if written else stand_in
        self.wrong(key, f"{shown(written)} is not known; {nearest(written, kind)}")
        return stand_in

    def table(self, key: str) -> Table | None:
        """A table within this one, None without one."""
        value = self.value(key)
        if isinstance(value, dict):
            return Table(value, self.at(key), self.problems)
        if value is not None:
            self.wrong(key, "should be a table")
        return None

    def named_tables(self, key: str) -> Iterator[tuple[str, Table]]:
        """The tables of a table of tables, by name."""
        outer = self.table(key)
        if outer is None:
            return
        for name in outer.values:
            inner = outer.table(name)
            if inner is not None:
                yield name, inner

    def tables(self, key: str, name_key: str = "") -> list[Table]:
        """The tables of a list; one that has a text under `name_key` is called by it in paths."""
        found = []
        for place, item in enumerate(self._typed(key, list, "should be a list of tables", []) or ()):
            path = self.at(key, place)
            if not isinstance(item, dict):
                self.problems.add(path, "should be a table")
                continue
            name = item.get(name_key)
            found.append(Table(item, f"{self.at(key)} {shown(name)}" if isinstance(name, str) else path, self.problems))
        return found

    def finish(self) -> None:
        """Complain of every key that nobody asked for."""
        for key in self.values:
            if key not in self._asked:
                self.wrong(key, f"is no key here; {nearest(key, self._asked)}")

    def _typed(self, key: str, kind: type[_Value], wording: str, default: _Value | None) -> _Value | None:
        value = self.value(key)
        if value is None:
            if default is None:
                self.wrong(key, "is missing")
            return default
        if isinstance(value, kind):
            return value
        self.wrong(key, wording)
        return default


def parsed(file: PolicyFile) -> dict[str, object]:
    """The table that a file's text is; a ConfigurationError names the line of a mistake."""
    try:
        return tomllib.loads(file.text)
    except (ValueError, RecursionError) as error:  # the parser lets through what endless numbers and nests raise
        raise ConfigurationError(f"{file.where}: is not valid TOML: {error}") from error


def without_tests(file: PolicyFile) -> PolicyFile:
    """The file without the tests at its end, which take longer to read than all the rest and decide nothing.

    Where something else follows them, or a long text may hold what looks like them, the file is left as it is.
    """
    first = _TEST.search(file.text)
    if first is None or _OTHER_TABLE.search(file.text, first.start()):
        return file
    rest = file.text[: first.start()]
    inside_a_text = any(rest.count(quotes) % 2 for quotes in ('"""', "'''"))
    return file if inside_a_text else PolicyFile(file.where, rest)


def read_day(value: object) -> date | None:
    """The date that TOML has as a date or as a text such as 2026-12-24."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def shown(value: object) -> str:
    """A value as a person wrote it, or its beginning."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def nearest(word: str, known: Iterable[str]) -> str:
    """Which of the known words was probably meant, or which there are."""
    names = sorted(map(str, known))
    near = get_close_matches(word, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"possible are {', '.join(names)}" if names else "there are none"


def repeated(names: Iterable[str]) -> Iterator[str]:
    """Each name that comes a second time."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)
