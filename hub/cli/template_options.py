"""The options with which a reply is written from a template, and the text they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """Which template was asked for, in which language, and what a person gave for it."""

    name: str = ""
    language: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def language_option(command: Command) -> Command:
    """Give the command `language`, empty where nobody says one."""
    told = "In this language, such as nl; without it the customer's."
    return click.option("--language", default="", metavar="LANGUAGE", help=told)(command)


def set_option(command: Command) -> Command:
    """Give the command `given`: what a person says for a template, by name."""
    told = 'Say what the template needs: --set by_when=2026-12-04, --set change="Blue instead of red".'
    return click.option("--set", "given", multiple=True, metavar="KEY=VALUE", callback=_by_name, help=told)(command)


def template_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command `chosen`, the template that the text is made from, if one is named."""

    @wraps(command)
    def with_choice(*args: Any, template: str, language: str, given: Mapping[str, str], **more: Any) -> Any:
        if not template and (language or given):
            raise click.UsageError("--language and --set belong to a template; name it with --template.")
        return command(*args, chosen=TemplateChoice(template, language, given), **more)

    told = "Write it from a template; `casehub template list` has their names."
    named = click.option("--template", default="", metavar="NAME", help=told)
    return named(language_option(set_option(with_choice)))


def text_from(hub: Hub, case: Case, chosen: TemplateChoice, message: str | None, who: str | None) -> str:
    """The text of the template that was asked for, or none; what was filled in is told on standard error."""
    if not chosen.name:
        return ""
    if message is not None:
        raise Refused("The text comes from -m or from --template; give one of them.")
    from hub.templating import render, writes_greeting

    greet = not writes_greeting(hub, case)
    made = render(hub, case, chosen.name, language=chosen.language, values=chosen.values, greet=greet, who=who or "")
    click.echo(f"From the template {made.template} in {made.language}: {made.why}.", err=True)
    return made.text


def _by_name(context: click.Context, option: click.Parameter, given: Sequence[str]) -> Mapping[str, str]:
    del context, option
    found: dict[str, str] = {}
    for one in given:
        name, sign, text = one.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{one!r} is no KEY=VALUE, such as by_when=2026-12-04.")
        found[name.strip()] = text
    return found
