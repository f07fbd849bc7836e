"""What a template is, as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.core.model import CaseType


class Stage(StrEnum):
    """How far an order has come."""

    CONFIRMED = "confirmed"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"


class ValueKind(StrEnum):
    """What a person gives: words, which stay as they are, or a day, which is written out in the language."""

    TEXT = "text"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a template, in which file and line; line 0 is the whole file."""

    where: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {self.text}" if self.line else f"{self.where}: {self.text}"


@dataclass(frozen=True, slots=True)
class Value:
    """What a person gives that no data tells; `otherwise` names the placeholder that stands in where nobody does."""

    name: str
    question: str
    example: str
    kind: ValueKind = ValueKind.TEXT
    otherwise: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """The text of a template in one language."""

    language: str
    text: str
    where: str
    own: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A text for replies in several languages; `types` are the cases it fits, `problems` why nothing of it is used."""

    name: str
    title: str = ""
    what_for: str = ""
    types: tuple[CaseType, ...] = ()
    stage: Stage | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    variants: Mapping[str, Variant] = field(default_factory=dict)
    own: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there is a text in."""
        return tuple(self.variants)

    @property
    def origin(self) -> str:
        """Whose it is: of the starter set, the seller's own, or some of both."""
        own = {variant.own for variant in self.variants.values()} | ({True} if self.own else set())
        return "starter" if own <= {False} else "own" if own == {True} else "both"

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """What is wrong with it or with one of its texts."""
        return (*self.problems, *(problem for variant in self.variants.values() for problem in variant.problems))
