"""Whether a subclass of the contract replaces a promise without saying so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_OUT_OF_SIGHT = frozenset({"skip", "skipif", "xfail"})


def refuse_silent_replacements(contract: type, base: type) -> None:
    """TypeError for a class that hides a test of the contract: a promise is kept, or is seen to be broken."""
    problems = [f"{name} {problem}" for name, problem in _problems(contract, base)]
    if problems:
        raise TypeError(
            f"{contract.__name__} hides what an adapter promises: {'; '.join(problems)}. "
            "Replace a test only by one that is marked @pytest.mark.xfail(strict=True, reason='...')"
        )


def hides(marks: Sequence[Any]) -> str:
    """What is wrong with the marks that a test of the contract carries, or nothing."""
    for mark in marks:
        if mark.name in ("skip", "skipif"):
            return f"is marked {mark.name}"
        if mark.name == "xfail" and not _is_honest(mark):
            return "is marked xfail without strict=True and a reason, or with a condition, or with run=False"
    return ""


def _problems(contract: type, base: type) -> Iterator[tuple[str, str]]:
    whole = getattr(contract, "__dict__", {}).get("pytestmark", [])
    if any(mark.name in _OUT_OF_SIGHT for mark in (whole if isinstance(whole, list) else [whole])):
        yield "the whole class", "is marked to be skipped or to fail"
    for name, found in vars(contract).items():
        if name.startswith("test_") and hasattr(base, name):
            marks = getattr(found, "pytestmark", [])
            if not callable(found) or not any(mark.name == "xfail" for mark in marks):
                yield name, "is replaced by another test, or by none"
            elif problem := hides(marks):
                yield name, problem


def _is_honest(mark: Any) -> bool:
    told = mark.kwargs
    return bool(
        told.get("strict") is True and told.get("reason") and not mark.args and "condition" not in told
    ) and told.get("run", True)
