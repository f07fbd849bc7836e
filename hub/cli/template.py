"""`casehub template`: the texts that replies are written from, looked at, tried with a case, and checked."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub, with_hub_as_it_is
from hub.cli.desk_options import case_number, known_case, who_option
from hub.cli.template_options import language_option, set_option

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.templates.model import Template

_NAME = click.argument("name", metavar="TEMPLATE")


@click.group(short_help="Show, try and check the texts that replies are written from.")
def template() -> None:
    """Show, try and check templates: texts for replies, which `casehub reply CASE --template NAME` fills in.

    A starter set in seven languages comes along; your own lie in the folder templates beside hub.toml.
    """


@template.command("list", short_help="List the templates, or those that fit a case.")
@click.option("--for", "number", metavar="CASE", type=case_number, help="Only those that fit this case.")
@json_option
@with_hub_as_it_is
def list_(hub: Hub, number: str | None, as_json: bool) -> None:
    """List the templates with their languages, the cases they fit, and whose they are.

    With --json: {"templates": [{"name", "title", "what_for", "types", "stage", "languages", "origin", "problems"}]}.

    Example: casehub template list --for CH-1042
    """
    from hub.cli.template_text import template_table
    from hub.templates.as_json import listed_json
    from hub.templating import library_of, suggested

    library = library_of(hub)
    names = list(library.templates)
    if number is not None:
        known_case(hub, number)
        names = list(suggested(hub, hub.store.case(number)))
    chosen = [library.templates[name] for name in names]
    if as_json:
        echo_json({"templates": [listed_json(one) for one in chosen]})
        return
    if not chosen:
        click.echo(f"No template is made for a case like {number}; `casehub template list` has all of them.")
        return
    console().print(template_table(chosen))
    for problem in (problem for one in chosen for problem in one.all_problems):
        click.echo(f"✗ {problem}")


@template.command(short_help="Show a template: what it needs, and its text.")
@_NAME
@language_option
@json_option
@with_hub_as_it_is
def show(hub: Hub, name: str, language: str, as_json: bool) -> None:
    """Show what a template is for, what it needs a person to give, and its text as it is written.

    With --json: {"name", "title", "what_for", "types", "stage", "languages", "origin", "problems", "values": [{"name",
    "question", "example", "kind", "otherwise", "optional"}], "texts": {language: text}}.

    Example: casehub template show return --language nl
    """
    from hub.cli.template_text import shown_lines
    from hub.errors import NotFound
    from hub.templates.as_json import shown_json
    from hub.templates.languages import choose, primary
    from hub.templating import languages_wanted, library_of

    found = library_of(hub).named(name)
    if language and primary(language) not in found.variants:
        raise NotFound(f"The template {name} has no text in {language!r}; there is {', '.join(found.languages)}.")
    if as_json:
        echo_json(shown_json(found, primary(language)))
        return
    chosen = choose(found.variants, language, "", languages_wanted(hub) or ("en",))
    for line in shown_lines(found, chosen.language if chosen else ""):
        click.echo(line)


@template.command("try", short_help="Fill a template in for a case, sending nothing.")
@_NAME
@click.argument("number", metavar="CASE", type=case_number)
@language_option
@set_option
@who_option
@json_option
@with_hub
def try_(
    hub: Hub, name: str, number: str, language: str, given: Mapping[str, str], who: str | None, as_json: bool
) -> None:
    """Show the text that a template gives for a case, in which language and why, and what was filled in.

    Nothing is kept and nothing is sent. What is not known is named, with what to type; the text is held against the
    rules of the case's platform, and the exit code is 1 where it would be refused there.

    With --json: {"template", "case", "language", "why", "text", "filled": {placeholder: text}, "refused"}.

    Example: casehub template try delay CH-1042 --set by_when=2026-12-04
    """
    from hub.cli.template_text import tried_lines
    from hub.templating import refusal_of, render, writes_greeting

    known_case(hub, number)
    case = hub.store.case(number)
    greet = not writes_greeting(hub, case)
    made = render(hub, case, name, language=language, values=given, greet=greet, who=who or "")
    refused = refusal_of(hub, case, made.text)
    if as_json:
        told = {"language": made.language, "why": made.why, "text": made.text, "filled": made.filled}
        echo_json({"template": name, "case": number, **told, "refused": refused or None})
    else:
        for line in tried_lines(made, greet=greet):
            click.echo(line)
        if refused:
            click.echo(f"✗ {refused}", err=True)
    if refused:
        sys.exit(1)


@template.command(short_help="Check templates: all, or those named.")
@click.argument("names", metavar="[TEMPLATE|FILE]...", nargs=-1)
@json_option
@with_hub_as_it_is
def lint(hub: Hub, names: tuple[str, ...], as_json: bool) -> None:
    """Check templates by name, or a folder or text that is not in use yet: syntax, placeholders, languages, parts, and
    on which platforms they can be used.

    The exit code is 1 when one has an error; notes are for you to look at.

    With --json: {"ok", "templates": [{"name", "platforms": [...], "findings": [{"where", "line", "text", "error"}]}]}.

    Example: casehub template lint templates/our-return
    """
    from hub.cli.template_text import finding_line, linted_json
    from hub.templates.lint import lint as look_through
    from hub.templates.lint import usable_on
    from hub.templating import languages_wanted, platforms

    known, languages = platforms(hub), languages_wanted(hub)
    found = {one.name: (one, look_through(one, known, languages)) for one in _named(hub, names)}
    failed = any(finding.error for _, findings in found.values() for finding in findings)
    if as_json:
        rows = [
            linted_json(one, findings, [platform.title for platform in known if usable_on(one, platform)])
            for one, findings in found.values()
        ]
        echo_json({"ok": not failed, "templates": rows})
    else:
        for _, findings in found.values():
            for finding in findings:
                click.echo(finding_line(finding))
        usable = sum(not any(finding.error for finding in findings) for _, findings in found.values())
        click.echo(f"{'✗' if failed else '✓'} {usable} of {len(found)} templates can be used.")
    if failed:
        sys.exit(1)


def _named(hub: Hub, names: tuple[str, ...]) -> list[Template]:
    """The templates that are meant: those of the library by name, others by their place."""
    from hub.templating import library_of, template_at

    if not names:
        return list(library_of(hub).templates.values())
    found = []
    for name in names:
        place = Path(name)
        if place.is_file():
            found.append(template_at(place.absolute().parent))
        elif place.is_dir() or len(place.parts) > 1:
            found.append(template_at(place.absolute()))
        else:
            found.append(library_of(hub).named(name))
    return found
