"""`casehub plugins`: what is installed, what each plugin can do, and why one is broken."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import configure_log, console, echo_json, json_option, options
from hub.errors import ConfigurationError, NotFound

if TYPE_CHECKING:
    from hub.adapter import Adapter
    from hub.describe import SettingInWords
    from hub.notifier import Notifier
    from hub.plugins import BrokenPlugin, LoadedPlugin, Plugins, PolicyText

_CAN = {
    "acknowledge": "tell new customers by when an answer comes",
    "attach": "send files with a reply",
    "close": "close cases on the platform",
    "decide": "decide cases, such as a refund",
    "fetch": "read cases and messages",
    "hand_over": "hand cases over to the platform",
    "list_late_orders": "list orders that are past their date",
    "look_up_order": "look up what an order was worth",
    "mark_read": "mark as read what a person has opened",
    "note": "leave notes for the platform's staff",
    "read_back": "look up whether a reply arrived",
    "reopen": "open closed cases again",
    "reply": "answer customers",
    "reread": "read kept originals again",
}
_MORE = "`casehub --debug plugins {}` shows where."


@click.command(short_help="List the plugins, or tell all about one.")
@click.argument("name", required=False)
@json_option
def plugins(name: str | None, as_json: bool) -> None:
    """List the installed plugins with what they bring (adapters, notifiers, policies) and their state.

    With NAME: all about that plugin: what it can do, what only a person can do in the platform's portal, its limits,
    and the settings of its adapters and notifiers.

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
    described = [_working(plugin, found) for plugin in found.loaded]
    described += [_broken(plugin) for plugin in found.broken]
    described += [_plugin(name, "disabled") for name in found.disabled]
    return sorted(described, key=lambda plugin: str(plugin["name"]))


def _plugin(name: str, state: str, distribution: str = "", version: str = "") -> dict[str, Any]:
    told = {"name": name, "distribution": distribution, "version": version, "state": state}
    return told | {"adapters": [], "notifiers": [], "policies": []}


def _working(plugin: LoadedPlugin, found: Plugins) -> dict[str, Any]:
    return _plugin(plugin.name, "ready", plugin.distribution, plugin.version) | {
        "adapters": [_adapter(info.adapter) for info in found.adapters.values() if info.plugin == plugin.name],
        "notifiers": [_notifier(info.notifier) for info in found.notifiers.values() if info.plugin == plugin.name],
        "policies": [_policy(text) for text in found.policies if text.plugin == plugin.name],
    }


def _broken(plugin: BrokenPlugin) -> dict[str, Any]:
    return _plugin(plugin.name, "broken", plugin.distribution, plugin.version) | {"error": plugin.error}


def _adapter(adapter: type[Adapter]) -> dict[str, Any]:
    from hub.describe import settings_in_words

    return {
        "key": adapter.key,
        "title": adapter.title,
        "capabilities": sorted(adapter.capabilities),
        "portal_steps": {capability.value: step for capability, step in sorted(adapter.portal_steps.items())},
        "writes_first": adapter.writes_first,
        "announces": adapter.tells_when_it_sends,
        "limits": list(adapter.limits),
        "settings": settings_in_words(adapter.Settings),
    }


def _notifier(notifier: type[Notifier]) -> dict[str, Any]:
    from hub.describe import settings_in_words

    return {
        "key": notifier.key,
        "title": notifier.title,
        "leaves_the_house": notifier.leaves_the_house,
        "settings": settings_in_words(notifier.Settings),
    }


def _policy(policy: PolicyText) -> dict[str, Any]:
    """What a policy says of itself; one that is not even TOML says nothing, and `casehub policy check` why."""
    from hub.policies.tables import PolicyFile, parsed

    table: Mapping[str, object] = {}
    with contextlib.suppress(ConfigurationError):
        table = parsed(PolicyFile(policy.where, policy.text))
    told = {key: table.get(key) for key in ("id", "version", "title")}
    words = {key: value if isinstance(value, str) else None for key, value in told.items()}
    return {"file": policy.where.removeprefix(f"{policy.plugin}: "), **words}


def _tell_all(described: list[dict[str, Any]]) -> None:
    from rich.table import Table

    columns = ("plugin", "version", "adapters", "notifiers", "policies", "state")
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for plugin in described:
        reason = str(plugin.get("error", "")).strip().splitlines()[-1:]
        policies = dict.fromkeys(policy["id"] or policy["file"] for policy in plugin["policies"])
        table.add_row(
            plugin["name"],
            plugin["version"],
            ", ".join(adapter["key"] for adapter in plugin["adapters"]),
            ", ".join(notifier["key"] for notifier in plugin["notifiers"]),
            ", ".join(policies),
            ": ".join([plugin["state"], *reason]),
        )
    console().print(table if described else "No plugins are installed.")


def _tell_one(plugin: dict[str, Any], found: Plugins) -> None:
    click.echo(f"{plugin['name']} ({plugin['distribution']} {plugin['version']}): {plugin['state']}")
    for broken in found.broken:
        if broken.name == plugin["name"]:
            click.echo(broken.trace if options().debug else f"{broken.error}\n{_MORE.format(broken.name)}")
    for adapter in plugin["adapters"]:
        _tell_adapter(adapter)
    for notifier in plugin["notifiers"]:
        where = "what it tells leaves the house" if notifier["leaves_the_house"] else "what it tells stays here"
        click.echo(f"\nnotifier {notifier['key']}: {notifier['title']}; {where}")
        _tell_settings(notifier["settings"])
    for policy in plugin["policies"]:
        click.echo(f"\n{_policy_line(policy)}")


def _tell_adapter(adapter: dict[str, Any]) -> None:
    click.echo(f"\nadapter {adapter['key']}: {adapter['title']}")
    for capability in adapter["capabilities"]:
        click.echo(f"can: {_CAN[capability]}")
    for capability, step in adapter["portal_steps"].items():
        click.echo(f"in the portal only: {_CAN[capability]}: {step}")
    if adapter["writes_first"]:
        click.echo(f"in the portal only: write to a customer who has not written: {adapter['writes_first']}")
    if adapter["announces"]:
        click.echo("announces what it sends: what a run died at before is sent again without asking")
    for limit in adapter["limits"]:
        click.echo(f"limit: {limit}")
    _tell_settings(adapter["settings"])


def _policy_line(policy: dict[str, Any]) -> str:
    if not policy["id"]:
        return f"policy {policy['file']}: cannot be read; `casehub policy check` tells why"
    return f"policy {policy['id']} {policy['version']} ({policy['file']}): {policy['title']}"


def _tell_settings(settings: list[SettingInWords]) -> None:
    from rich.table import Table

    if not settings:
        return
    table = Table("setting", "type", "default", "what for", box=None, pad_edge=False, header_style="bold")
    for setting in settings:
        default = "" if setting.default is None else json.dumps(setting.default, ensure_ascii=False)
        table.add_row(setting.key, setting.type, "required" if setting.required else default, setting.description)
    click.echo()
    console().print(table)
