"""`casehub init`: write a first hub.toml."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import configure_log, options
from hub.errors import HubError, Refused

if TYPE_CHECKING:
    from hub.cli.first_file import FirstFile
    from hub.describe import SettingInWords
    from hub.plugins import AdapterInfo

_PLAIN = {"ignore_unknown_options": True, "allow_extra_args": True}


@click.command(short_help="Write a first hub.toml.", context_settings=_PLAIN)
@click.option("--adapter", metavar="KEY", help="The kind of channel; `casehub plugins` lists them.")
@click.option("--name", metavar="NAME", help="Your name for the channel, such as support.")
@click.option("--country", metavar="CODE", help="Whose public holidays to propose, such as SE; empty for none.")
@click.option("--timezone", metavar="ZONE", help="Where the office is, such as Europe/Stockholm; else this computer's.")
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
@click.pass_context
def init(
    ctx: click.Context, adapter: str | None, name: str | None, country: str | None, timezone: str | None, force: bool
) -> None:
    """Write a commented hub.toml for one channel, and nothing else. What is not given is asked for on a terminal.

    Every setting of the adapter is an option too: --address, --imap-host … (`casehub plugins email_imap` lists them).
    A secret is never given here: the file names the environment variable that will hold it.

    Example: casehub init --name support --address help@shop.example --imap-host imap.shop.example
    --smtp-host smtp.shop.example --country SE
    """
    configure_log()
    file = options().config or Path(os.environ.get("CASEHUB_CONFIG") or "hub.toml")
    if file.exists() and not force:
        raise Refused(f"{file} is there already: use --force to replace it, or --config FILE to write another one")
    info = _adapter(adapter)
    channel = _channel_name(name) if name else ""
    given = _given(ctx.args, info)
    channel = channel or _ask("A name for the channel, in small letters", "support", _channel_name)
    first = _first_file(info, channel, given, country, timezone)
    _prove(first.text(), file)
    _write(file, first.text())
    _tell_next_steps(file, first)


def _adapter(key: str | None) -> AdapterInfo:
    from hub.plugins import disabled_by, load_plugins

    plugins = load_plugins(disabled_by((), os.environ))
    keys = sorted(plugins.adapters)
    if key is None and len(keys) == 1:
        key = keys[0]
    return plugins.adapter(key or _ask(f"Which adapter ({', '.join(keys)})", "email_imap"))


def _given(words: Sequence[str], info: AdapterInfo) -> dict[str, Any]:
    """The adapter's settings among the options, and the required ones that a person was asked for, both proven."""
    from hub.describe import settings_in_words

    settings = {setting.key: setting for setting in settings_in_words(info.adapter.Settings)}
    texts = _options(words, settings)
    _refuse_secrets({key: text for key, text in texts.items() if settings[key].secret})
    for setting in settings.values():
        if setting.required and not setting.secret and setting.key not in texts:
            judged = partial(_judged_alone, settings=settings, info=info, key=setting.key)
            texts[setting.key] = _ask(f"{setting.key} ({setting.description})", None, judged)
    return _judged(texts, settings, info)


def _options(words: Sequence[str], settings: Mapping[str, SettingInWords]) -> dict[str, str]:
    """`--imap-host HOST` and `--imap-host=HOST` as texts by the setting's key."""
    from hub.complaints import unknown_key

    texts: dict[str, str] = {}
    rest = list(words)
    while rest:
        option, equals, text = rest.pop(0).partition("=")
        key = option.removeprefix("--").replace("-", "_")
        if not option.startswith("--") or key not in settings:
            raise click.UsageError(unknown_key((key,), settings, lambda _path: "an option"))
        if not equals and not rest:
            raise click.UsageError(f"{option} needs a value")
        texts[key] = text if equals else rest.pop(0)
    return texts


def _judged_alone(text: str, settings: Mapping[str, SettingInWords], info: AdapterInfo, key: str) -> str:
    """One answer as it was typed; a ConfigurationError says what is wrong with it."""
    _judged({key: text}, settings, info, only=key)
    return text


def _judged(
    texts: Mapping[str, str], settings: Mapping[str, SettingInWords], info: AdapterInfo, only: str = ""
) -> dict[str, Any]:
    """The values as they will stand in the file, judged by the adapter, or `only` one of them; secrets by reference."""
    from pydantic import ValidationError
    from pydantic_core import to_jsonable_python

    from hub.complaints import complaint, problems_of

    model = info.adapter.Settings
    references = {key: text for key, text in texts.items() if settings[key].secret}
    values = {key: _read(text, settings[key]) for key, text in texts.items() if key not in references}
    pretended = {key: "pretended" for key, setting in settings.items() if setting.secret and setting.required}
    try:
        made = model.model_validate(values | pretended)
    except ValidationError as error:
        details = [one for one in error.errors(include_url=False) if only in ("", *one["loc"][:1])]
        if only and not details:
            return {}
        problems = problems_of(details, model, lambda path: "--" + str(path[0]).replace("_", "-"))
    else:
        return {key: to_jsonable_python(getattr(made, key)) for key in values} | references
    raise complaint("these options cannot be used", problems)


def _refuse_secrets(references: Mapping[str, str]) -> None:
    from hub.secrets import is_reference

    for key, text in references.items():
        if not is_reference(text):
            raise Refused(f"the {key} itself does not belong on a command line: leave it out, or name env:NAME")


def _read(text: str, setting: SettingInWords) -> object:
    """A list or table is given as JSON, a list of texts also as its only item."""
    if not setting.type.startswith(("list", "table")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return [text]


def _first_file(
    info: AdapterInfo, channel: str, given: Mapping[str, Any], country: str | None, timezone: str | None
) -> FirstFile:
    from hub.cli.first_file import FirstFile
    from hub.clock import present_clock
    from hub.describe import settings_in_words
    from hub.office import local_timezone, propose_holidays

    # From last year on: a case that came in before New Year has its deadline too.
    year = present_clock().now().year
    years = (year - 1, year + 2)
    zone = timezone or _ask("The office's time zone", local_timezone(), _time_zone)
    land = country
    if land is None:
        question = "The country whose public holidays you keep, such as SE (empty: none)"
        land = _ask(question, "", lambda code: _country(code, year))
    return FirstFile(
        channel=channel,
        adapter=info.adapter.key,
        settings=settings_in_words(info.adapter.Settings),
        given=given,
        timezone=zone,
        years=years,
        country=land.upper(),
        holidays=propose_holidays(land, *years) if land else (),
    )


def _channel_name(name: str) -> str:
    from hub.settings import channel_name

    try:
        return channel_name(name)
    except ValueError as error:
        raise Refused(f"channels.{name} {error}") from error


def _country(code: str, year: int) -> str:
    from hub.office import propose_holidays

    if code:
        propose_holidays(code, year, year)
    return code


def _time_zone(name: str) -> str:
    from hub.office import is_zone

    if not is_zone(name):
        raise Refused(f"the time zone {name!r} is unknown: use a name such as Europe/Stockholm")
    return name


def _ask(question: str, proposal: str | None, judged: Callable[[str], str] = str) -> str:
    """A person's answer, asked for again until it can be used; where nobody can be asked, the proposal."""

    def answer(text: str) -> str:
        try:
            return judged(text)
        except HubError as error:
            raise click.UsageError(str(error)) from error

    if is_terminal():
        return str(click.prompt(question, default=proposal, value_proc=answer, show_default=bool(proposal)))
    if proposal is None:
        option = question.split(" ", 1)[0].replace("_", "-")
        raise click.UsageError(f"--{option} is missing, and there is no terminal to ask on")
    return proposal


def is_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _prove(text: str, file: Path) -> None:
    """Refuse to write what could not be read again: a wrong channel name, an unknown time zone."""
    from hub.app import office_hours
    from hub.office import surroundings
    from hub.settings import read_settings

    surroundings(office_hours(read_settings(text, file).office))


def _write(file: Path, text: str) -> None:
    from hub.errors import ConfigurationError

    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _tell_next_steps(file: Path, first: FirstFile) -> None:
    from hub.cli.first_file import secret_variable

    click.echo(f"Wrote {file}. Next:")
    named = [s.key for s in first.settings if s.secret and s.required and s.key not in first.given]
    steps = [f"export {secret_variable(first.channel, key)}=…   (the {key.replace('_', ' ')})" for key in named]
    for number, step in enumerate([*(steps or ["look through the file"]), "casehub check"], start=1):
        click.echo(f"  {number}. {step}")
