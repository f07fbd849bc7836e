"""What a seller's own file changes of a shipped policy: each value before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.policies.tables import shown

_NAMES = ("id", "name")
_LEFT_OUT = frozenset({"test", "source"})
"""Tests prove what was shipped, and every source of a change is the seller's word."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One value of a policy, as it was shipped and as it is; empty where there is none."""

    path: str
    before: str
    after: str


def changed(base: Mapping[str, object], now: Mapping[str, object]) -> tuple[Changed, ...]:
    """Every value that differs between two tables of a policy, in the order of the second."""
    before, after = dict(_leaves(base, "")), dict(_leaves(now, ""))
    paths = (*after, *(path for path in before if path not in after))
    found = (Changed(path, before.get(path, ""), after.get(path, "")) for path in paths)
    return tuple(change for change in found if change.before != change.after)


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _LEFT_OUT:
                yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for place, item in enumerate(value):
            name = next((str(item[key]) for key in _NAMES if key in item), str(place + 1))
            yield from _leaves(item, f"{path}.{name}")
    else:
        yield path, written(value)


def written(value: object) -> str:
    """A value as a policy file has it."""
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    return shown(value)
