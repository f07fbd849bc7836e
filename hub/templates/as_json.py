"""Templates for programs."""

from __future__ import annotations

from typing import Any

from hub.templates.model import Template

Json = dict[str, Any]


def listed_json(template: Template) -> Json:
    """A template for machines, without its texts."""
    return {
        "name": template.name,
        "title": template.title,
        "what_for": template.what_for,
        "types": [kind.value for kind in template.types],
        "stage": template.stage.value if template.stage else None,
        "languages": list(template.languages),
        "origin": template.origin,
        "problems": [str(problem) for problem in template.all_problems],
    }


def shown_json(template: Template, language: str) -> Json:
    """A template for machines, with its texts, or that in one language."""
    texts = {known: one.text for known, one in template.variants.items() if language in ("", known)}
    values = [
        {
            "name": value.name,
            "question": value.question,
            "example": value.example,
            "kind": value.kind.value,
            "otherwise": value.otherwise or None,
            "optional": value.optional,
        }
        for value in template.values.values()
    ]
    return {**listed_json(template), "values": values, "texts": texts}
