"""What a template's text may hold, checked before anything is filled in.

A template is text with placeholders, conditions, loops over what was ordered, parts, and a few filters. Nothing can be
called or computed in it, so that no text can hang, or reach what it was not given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hub.templates.placeholders import GROUPS, PLACEHOLDERS, unknown_placeholder

if TYPE_CHECKING:
    from jinja2 import nodes

LONGEST_SOURCE = 10_000
"""How many letters a template's text may have."""

PARTS = ("greeting", "understanding", "next", "closing")
"""The parts of a text, each a block: salutation and closing are left out where the platform writes its own."""

FILTERS = ("capitalize", "default", "length", "lower", "title", "trim", "upper")
"""The filters a template may use."""

_DEEPEST = 40  # what Python itself could not compile any more lies far beyond
_TESTS = ("defined", "undefined")
_OF_A_LOOP = ("first", "index", "last", "length")
_ALLOWED = (
    "placeholders, {% if %}, {% for %} over a list, {% block %} and the filters " + ", ".join(FILTERS) + " are allowed"
)

Finding = tuple[int, str]


@dataclass(slots=True)
class Parsed:
    """What stands in a text: the placeholders with the lines they stand on, the parts, and what is wrong with it."""

    uses: dict[str, int] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    used_in: dict[str, set[str]] = field(default_factory=dict)


def parse(source: str, values: Collection[str]) -> Parsed:
    """Look through a template's text, in which these values of a person may stand besides the placeholders."""
    from jinja2 import Environment, TemplateError, TemplateSyntaxError  # noqa: PLC0415  few commands need it

    if len(source) > LONGEST_SOURCE:
        return Parsed(findings=[(0, f"the text has {len(source):,} letters, and {LONGEST_SOURCE:,} are allowed")])
    try:
        # Only read here, and never run: what fills it in is a sandbox.
        tree = Environment(autoescape=False).parse(source)  # noqa: S701  a reply is plain text
    except TemplateSyntaxError as error:
        return Parsed(findings=[(error.lineno, (error.message or "it cannot be read").rstrip("."))])
    except (TemplateError, RecursionError) as error:
        return Parsed(findings=[(0, f"it cannot be read: {error}")])
    parsed = Parsed()
    _Reader(parsed, frozenset(values)).read_all(tree.body)
    parsed.findings.sort()
    return parsed


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walks over a text; `loops` are the names of things of a list here, each with the list's fields.

    `asks` tells that it is only asked whether something is known: a whole group, or a list, can be asked for and not
    be written.
    """

    parsed: Parsed
    values: frozenset[str]
    loops: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    part: str = ""
    asks: bool = False
    depth: int = 0

    def read_all(self, found: Collection[nodes.Node]) -> None:
        inside = replace(self, depth=self.depth + 1)
        for node in found:
            inside.read(node)

    def read(self, node: nodes.Node) -> None:
        kind = type(node).__name__
        if self.depth > _DEEPEST:
            self._say(node, "conditions and parts are nested too deeply here")
        elif kind in ("Name", "Getattr"):
            self._placeholder(node)
        elif kind in ("If", "CondExpr"):
            self._condition(node)
        elif kind in ("For", "Block", "Filter", "Test"):
            {"For": self._loop, "Block": self._block, "Filter": self._filter, "Test": self._test}[kind](node)
        elif kind in _THROUGH:
            self.read_all(list(node.iter_child_nodes()))
        elif kind in _HARMLESS:
            replace(self, asks=False).read_all(list(node.iter_child_nodes()))
        else:
            self._say(node, f"{_CALLED.get(kind, 'this')} cannot be used here: {_ALLOWED}")

    def _placeholder(self, node: nodes.Node) -> None:
        path = ".".join(_path(node))
        if not path:
            self._say(node, f"this cannot be used here: {_ALLOWED}")
        elif (group := path.partition(".")[0]) in self.loops:
            field_, known = path.partition(".")[2], self.loops[group]
            if field_ not in known:
                self._say(node, f"there is no {path}; it has {', '.join(f'{group}.{name}' for name in known)}")
        elif path in self.values or (path in PLACEHOLDERS and (self.asks or PLACEHOLDERS[path].items is None)):
            self._use(node, path)
        elif path in PLACEHOLDERS:
            self._say(node, f"{path} is a list: write {{% for one in {path} %}}")
        elif path not in GROUPS:
            self._say(node, unknown_placeholder(path, [*PLACEHOLDERS, *self.values]))
        elif not self.asks:
            inside = ", ".join(name for name in PLACEHOLDERS if name.startswith(f"{path}."))
            self._say(node, f"{path} can only be asked for, as in {{% if {path} %}}; to be written there are {inside}")

    def _condition(self, node: nodes.Node) -> None:
        """An {% if %}, or `a if b else c`: what it asks for, and then what it writes."""
        test: nodes.Node = node.test  # type: ignore[attr-defined]  # a condition has one
        replace(self, asks=True).read_all([test])
        replace(self, asks=False).read_all([child for child in node.iter_child_nodes() if child is not test])

    def _use(self, node: nodes.Node, path: str) -> None:
        self.parsed.uses.setdefault(path, node.lineno)
        self.parsed.used_in.setdefault(self.part, set()).add(path)

    def _loop(self, node: nodes.Node) -> None:
        loop: nodes.For = node  # type: ignore[assignment]  # known by its name
        listed = ".".join(_path(loop.iter))
        items = PLACEHOLDERS[listed].items if listed in PLACEHOLDERS else None
        name = getattr(loop.target, "name", "")
        if items is None or not name or name in (*GROUPS, *self.loops) or loop.test or loop.recursive or self.loops:
            lists = " or ".join(key for key, known in PLACEHOLDERS.items() if known.items is not None)
            self._say(node, f"a loop goes over {lists}, one at a time: {{% for line in order.lines %}}")
            return
        self._use(node, listed)
        inside = replace(self, loops={name: tuple(items), "loop": _OF_A_LOOP})
        inside.read_all(loop.body)
        self.read_all(loop.else_)

    def _block(self, node: nodes.Node) -> None:
        block: nodes.Block = node  # type: ignore[assignment]  # known by its name
        if block.name not in PARTS:
            self._say(node, f"there is no part {block.name}; the parts are {', '.join(PARTS)}")
        elif block.name in self.parsed.parts or self.part:
            self._say(node, f"the part {block.name} stands twice, or in another part")
        self.parsed.parts.append(block.name)
        replace(self, part=block.name).read_all(block.body)

    def _filter(self, node: nodes.Node) -> None:
        one: nodes.Filter = node  # type: ignore[assignment]  # known by its name
        if one.name not in FILTERS or one.node is None:
            self._say(node, f"the filter {one.name} cannot be used here: {_ALLOWED}")
        counted = one.name == "length"  # which a list has as well
        replace(self, asks=counted).read_all(list(node.iter_child_nodes()))

    def _test(self, node: nodes.Node) -> None:
        one: nodes.Test = node  # type: ignore[assignment]  # known by its name
        if one.name not in _TESTS:
            self._say(node, f"`is {one.name}` cannot be used here: {' and '.join(_TESTS)} can")
        replace(self, asks=True).read_all(list(node.iter_child_nodes()))

    def _say(self, node: nodes.Node, text: str) -> None:
        self.parsed.findings.append((node.lineno, text))


# What is looked into without a further thought; what is asked for below `not`, `and` and `or` is only asked for, too.
_THROUGH = frozenset({"And", "Or", "Not"})
_HARMLESS = frozenset({"Output", "TemplateData", "Const", "Compare", "Operand", "Concat", "Keyword", "Tuple", "List"})
_CALLED = {
    "Call": "calling something",
    "Getitem": "a place in brackets",
    "Include": "{% include %}",
    "Import": "{% import %}",
    "FromImport": "{% from %}",
    "Extends": "{% extends %}",
    "Macro": "{% macro %}",
    "CallBlock": "{% call %}",
    "FilterBlock": "{% filter %}",
    "Assign": "{% set %}",
    "AssignBlock": "{% set %}",
    "With": "{% with %}",
}


def _path(node: nodes.Node) -> tuple[str, ...]:
    """The words of a placeholder, such as order and number; none if it is something else."""
    words: list[str] = []
    while type(node).__name__ == "Getattr":
        words.append(node.attr)  # type: ignore[attr-defined]  # which one
        node = node.node  # type: ignore[attr-defined]  # of what
    return (node.name, *reversed(words)) if type(node).__name__ == "Name" else ()  # type: ignore[attr-defined]  # the first
