"""The sandbox that templates are filled in by: it knows the facts it is given, and notes what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.templates.parsing import FILTERS


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one thing, such as the order; empty, and so false, where that is nothing."""

    name: str
    facts: Mapping[str, Any]

    def __bool__(self) -> bool:
        return bool(self.facts)


class Sandbox(ImmutableSandboxedEnvironment):
    """Knows the facts it is given, and nothing else: no function can be called in it."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What is known of a thing by this name."""
        if not isinstance(obj, Known):
            return super().getattr(obj, attribute)
        known = obj.facts.get(attribute)
        return self.undefined(name=f"{obj.name}.{attribute}") if known is None else known

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing is: what a text needs is given to it as data."""
        del obj
        return False


def sandbox(missing: dict[str, None]) -> Sandbox:
    """A sandbox for one text; the names of what it lacks are put into `missing`, in their order."""

    class Unknown(Undefined):
        """Something that is not known: false where it is asked for, noted where it would be written."""

        def __str__(self) -> str:
            missing[str(self._undefined_name)] = None
            return ""

        def __iter__(self) -> Iterator[Any]:
            missing[str(self._undefined_name)] = None
            return iter(())

    # Plain text: what a customer is called must not become &amp;.
    made = Sandbox(undefined=Unknown, autoescape=False, trim_blocks=True, lstrip_blocks=True, loader=None)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    return made
