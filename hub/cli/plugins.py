"""`casehub plugins`: what is installed, what each plugin can do, and why one is broken."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import configure_log, console, echo_json, json_option, options
from hub.errors import NotFound

if TYPE_CHECKING:
    from hub.describe import SettingInWords
    from hub.plugins import AdapterInfo, BrokenPlugin, Plugins

_MORE = "`casehub --debug plugins {}` shows where."


@click.command(short_help="List the plugins, or tell all about one.")
@click.argument("name", required=False)
@json_option
def plugins(name: str | None, as_json: bool) -> None:
    """List the installed plugins with their adapters and state, or tell all about the plugin NAME and its settings.

    Example: casehub plugins email_imap
    """
    configure_log()
    found = _installed()
    described = _described(found)
    if name is not None:
        described = [plugin for plugin in described if plugin["name"] == name]
        if not described:
            raise NotFound(f"there is no plugin {name!r}; `casehub plugins` lists what is installed")
    if as_json:
        echo_json({"plugins": described})
    elif name is None:
        _tell_all(described)
    else:
        _tell_one(described[0], found)


def _installed() -> Plugins:
    """The plugins under the settings there are; without a settings file none but the environment disables any."""
    from hub.plugins import disabled_by, load_plugins
    from hub.settings import config_file, load_settings

    file = config_file(options().config)
    disabled = load_settings(file).plugins.disabled if file else ()
    return load_plugins(disabled_by(disabled, os.environ))


def _described(found: Plugins) -> list[dict[str, Any]]:
    working: dict[str, list[AdapterInfo]] = {}
    for info in found.adapters.values():
        working.setdefault(info.plugin, []).append(info)
    described = [_working(name, infos) for name, infos in working.items()]
    described += [_broken(plugin) for plugin in found.broken]
    described += [_plugin(name, "disabled") for name in found.disabled]
    return sorted(described, key=lambda plugin: str(plugin["name"]))


def _plugin(name: str, state: str, distribution: str = "", version: str = "") -> dict[str, Any]:
    return {"name": name, "distribution": distribution, "version": version, "state": state, "adapters": []}


def _working(name: str, infos: list[AdapterInfo]) -> dict[str, Any]:
    plugin = _plugin(name, "ready", infos[0].distribution, infos[0].version)
    return plugin | {"adapters": [_adapter(info) for info in infos]}


def _broken(plugin: BrokenPlugin) -> dict[str, Any]:
    return _plugin(plugin.name, "broken", plugin.distribution, plugin.version) | {"error": plugin.error}


def _adapter(info: AdapterInfo) -> dict[str, Any]:
    from hub.describe import settings_in_words

    return {
        "key": info.adapter.key,
        "title": info.adapter.title,
        "capabilities": sorted(info.adapter.capabilities),
        "limits": list(info.adapter.limits),
        "settings": settings_in_words(info.adapter.Settings),
    }


def _tell_all(described: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table("plugin", "version", "adapters", "state", box=None, pad_edge=False, header_style="bold")
    for plugin in described:
        adapters = ", ".join(adapter["key"] for adapter in plugin["adapters"])
        reason = str(plugin.get("error", "")).strip().splitlines()[-1:]
        table.add_row(plugin["name"], plugin["version"], adapters, ": ".join([plugin["state"], *reason]))
    console().print(table if described else "No plugins are installed.")


def _tell_one(plugin: dict[str, Any], found: Plugins) -> None:
    click.echo(f"{plugin['name']} ({plugin['distribution']} {plugin['version']}): {plugin['state']}")
    for broken in found.broken:
        if broken.name == plugin["name"]:
            click.echo(broken.trace if options().debug else f"{broken.error}\n{_MORE.format(broken.name)}")
    for adapter in plugin["adapters"]:
        click.echo(f"\n{adapter['key']}: {adapter['title']}")
        click.echo(f"can: {', '.join(adapter['capabilities'])}")
        for limit in adapter["limits"]:
            click.echo(f"limit: {limit}")
        _tell_settings(adapter["settings"])


def _tell_settings(settings: list[SettingInWords]) -> None:
    from rich.table import Table

    table = Table("setting", "type", "default", "what for", box=None, pad_edge=False, header_style="bold")
    for setting in settings:
        default = "" if setting.default is None else json.dumps(setting.default, ensure_ascii=False)
        table.add_row(setting.key, setting.type, "required" if setting.required else default, setting.description)
    click.echo()
    console().print(table)
