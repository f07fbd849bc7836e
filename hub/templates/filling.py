"""Filling a template in: in a sandbox, with what is known, and never with a hole where something is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.templates.placeholders import GROUPS, Facts

if TYPE_CHECKING:
    from jinja2 import nodes

LONGEST_TEXT = 20_000
"""How many letters may come of a template."""
UNSALUTED = frozenset({"greeting", "closing"})
"""The parts that are left out where the platform writes its own."""

_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)
_GAPS = re.compile(r"\n{3,}")


class Missing(HubError):
    """Some of what a text needs is not known; `names` are its placeholders."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"not known: {', '.join(names)}")
        self.names = tuple(names)


class Unfillable(HubError):
    """A text cannot be filled in as it is written: it compares what cannot be compared, or has no end."""


def fill_in(source: str, facts: Facts, values: Mapping[str, str], without: Collection[str] = ()) -> str:
    """The text with everything in its place, without the parts named; Missing names what is not known."""
    from hub.templates.sandbox import sandbox  # noqa: PLC0415  it imports jinja2, which few commands need

    missing: dict[str, None] = {}
    environment = sandbox(missing)
    tree = environment.parse(source)
    tree.body = _flat(tree.body, without)
    template = environment.from_string(tree)
    written = "".join(_bounded(template.generate(**_groups(facts), **values)))
    if missing:
        raise Missing(tuple(missing))
    return _GAPS.sub("\n\n", _BLANKS.sub("", written)).strip()


def _bounded(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces of a text, up to the most that anybody writes to a customer."""
    from jinja2 import TemplateError  # noqa: PLC0415  few commands need it

    length = 0
    try:
        for piece in pieces:
            length += len(piece)
            if length > LONGEST_TEXT:
                raise Unfillable(f"more than {LONGEST_TEXT:,} letters come of it")
            yield piece
    except (TemplateError, TypeError, ValueError, AttributeError, LookupError) as error:
        raise Unfillable(f"it cannot be filled in: {error}") from error


def _groups(facts: Facts) -> dict[str, object]:
    """The facts as a text asks for them: order.number is the number of the order."""
    from hub.templates.sandbox import Known  # noqa: PLC0415  the same

    found: dict[str, Any] = {name: {} for name in GROUPS}
    for name, fact in facts.items():
        group, dot, inner = name.partition(".")
        known = fact if isinstance(fact, str) else tuple(Known(name, item) for item in fact)
        if dot:
            found[group][inner] = known
        else:
            found[group] = known
    return {name: Known(name, known) if isinstance(known, dict) else known for name, known in found.items()}


def _flat(found: list[nodes.Node], without: Collection[str]) -> list[nodes.Node]:
    """The text with its parts in their places, but for those that are left out."""
    return list(_each(found, without))


def _each(found: list[nodes.Node], without: Collection[str]) -> Iterator[nodes.Node]:
    for node in found:
        if type(node).__name__ == "Block":
            if node.name not in without:  # type: ignore[attr-defined]  # a block has a name
                yield from _each(node.body, without)  # type: ignore[attr-defined]  # and a body
            continue
        for branch in ("body", "elif_", "else_"):
            if inner := getattr(node, branch, None):
                setattr(node, branch, _flat(inner, without))
        yield node
