"""What a person keeps for themselves: lists to look at again, and how the pages shall be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hub.errors import Refused

LONGEST_NAME = 60
MOST_VIEWS = 50


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list under a name of the person's own; `wanted` is what the page asks for, in its own words."""

    name: str
    wanted: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = " ".join(self.name.split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise Refused(f"A view has a name of 1 to {LONGEST_NAME} letters.")
        object.__setattr__(self, "name", name)


class Personal(Protocol):
    """Where that is kept. Names of people and of views are compared exactly; each call is on disk when it returns.

    A call must not stand within a `with store.writing()` block, whose lock it would wait for.
    """

    def saved_views(self, who: str) -> Sequence[SavedView]:
        """The views of this person, in the person's own order."""
        ...

    def save_view(self, who: str, view: SavedView) -> None:
        """Keep a view after the others, or in the place of the one with its name; Refused beyond MOST_VIEWS."""
        ...

    def drop_view(self, who: str, name: str) -> None:
        """Forget a view; NotFound if this person has none of that name."""
        ...

    def order_views(self, who: str, names: Sequence[str]) -> None:
        """Put the views named first, in this order; the others follow as they stood, and unknown names do nothing."""
        ...

    def preferences(self, who: str) -> Mapping[str, str]:
        """What this person has set, such as language, theme and density, by name."""
        ...

    def set_preferences(self, who: str, wanted: Mapping[str, str]) -> None:
        """Set these and leave the others as they are; an empty one is forgotten."""
        ...
