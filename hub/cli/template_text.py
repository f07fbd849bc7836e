"""Templates on the screen and for machines: the list, one with its text, a trial with a case, and what lint found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hub.cli.safe_text import clean, one_line
from hub.templates.lint import Finding
from hub.templates.model import Template, Value

if TYPE_CHECKING:
    from rich.table import Table

    from hub.templating import Rendering

Json = dict[str, Any]


def linted_json(template: Template, findings: Sequence[Finding], platforms: Sequence[str]) -> Json:
    """What was found in a template, and on which platforms it can be used, for machines."""
    found = [
        {"where": one.problem.where, "line": one.problem.line or None, "text": one.problem.text, "error": one.error}
        for one in findings
    ]
    return {"name": template.name, "platforms": list(platforms), "findings": found}


def template_table(templates: Sequence[Template]) -> Table:
    """The list of templates for a person."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("template", "title", "fits", "languages", "whose"):
        table.add_column(title, no_wrap=title in ("template", "languages"))
    for one in templates:
        name = Text(one_line(one.name), style="bold red" if one.all_problems else "bold")
        table.add_row(name, one_line(one.title), _fits(one), " ".join(one.languages), one.origin)
    return table


def shown_lines(template: Template, language: str) -> Iterator[str]:
    """A template as a person reads it, with the text of one language."""
    yield f"{template.name}: {one_line(template.title)}"
    if template.what_for:
        yield one_line(template.what_for)
    yield ""
    yield f"Fits:       {_fits(template) or 'no type of case'}"
    yield f"Languages:  {', '.join(template.languages) or 'none'}"
    yield f"Whose:      {template.origin}"
    for value in template.values.values():
        yield f"Asks for:   {_asked(value)}"
    for problem in template.all_problems:
        yield f"✗ {problem}"
    if language:
        yield f"\n{template.variants[language].where}:\n"
        yield from (f"  {line}".rstrip() for line in clean(template.variants[language].text).rstrip().split("\n"))


def tried_lines(made: Rendering, *, greet: bool) -> Iterator[str]:
    """A trial as a person reads it: what was filled in, and the text."""
    yield f"{made.template} in {made.language}: {made.why}"
    longest = max(map(len, made.filled), default=0)
    for name, text in made.filled.items():
        yield f"  {name.ljust(longest)}  {one_line(text)}"
    if not greet:
        yield "Without salutation and closing: the platform writes its own."
    yield ""
    yield from clean(made.text).split("\n")


def finding_line(finding: Finding) -> str:
    """What was found, in one line."""
    return f"{'✗' if finding.error else 'note:'} {finding.problem}"


def _fits(template: Template) -> str:
    types = ", ".join(kind.value.replace("_", " ") for kind in template.types)
    return f"{types} ({template.stage})" if template.stage else types


def _asked(value: Value) -> str:
    example = f'"{value.example}"' if " " in value.example else value.example or "…"
    given = f"--set {value.name}={example}"
    left_out = "may be left out" if value.optional else f"else {value.otherwise}" if value.otherwise else "needed"
    return f"{value.name} ({left_out}): {one_line(value.question)} {one_line(given)}"
