"""All templates: the starter set that comes along, and over it the seller's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from pathlib import Path

from hub.core.model import CaseType
from hub.errors import NotFound
from hub.templates.model import Problem, Stage, Template
from hub.templates.reading import read_templates

STARTER = "starter set"
"""How the place of the texts that come along is named to people."""


@dataclass(frozen=True, slots=True)
class Library:
    """The templates by name; `folder` is where the seller's own lie, if there are any."""

    templates: Mapping[str, Template]
    folder: Path | None = None

    def named(self, name: str) -> Template:
        """The template of this name; NotFound names the nearest."""
        if name not in self.templates:
            near = get_close_matches(name, self.templates, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.templates)}"
            raise NotFound(f"There is no template {name!r}; {hint}")
        return self.templates[name]

    def fitting(self, kind: CaseType, stage: Stage | None) -> list[Template]:
        """The templates for a case of this type whose order has come so far, the most special first."""
        found = [
            template
            for template in self.templates.values()
            if kind in template.types and (template.stage is None or stage is None or template.stage is stage)
        ]
        return sorted(found, key=lambda template: template.stage is None)

    def problems(self) -> Iterator[Problem]:
        """What is wrong with any of them."""
        for template in self.templates.values():
            yield from template.all_problems


@cache
def starter_set() -> Mapping[str, Template]:
    """The templates that come with casehub."""
    folder = resources.files("hub.templates").joinpath("starter")
    found = read_templates(folder, STARTER, own=False, beneath={})
    return {template.name: template for template in found}


def load_library(folder: Path | None) -> Library:
    """The starter set with the seller's own templates of a folder over it, by name and by language."""
    starter = starter_set()
    if folder is None:
        return Library(starter)
    own = read_templates(folder, str(folder), own=True, beneath=starter)
    merged = {**starter, **{template.name: template for template in own}}
    return Library(dict(sorted(merged.items())), folder)
