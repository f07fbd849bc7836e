"""Finds plugins, loads them one by one, and answers for the broken ones; a typed front over pluggy."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points

import pluggy
from pydantic import BaseModel

from hub import hookspecs
from hub.adapter import Adapter, Capability
from hub.errors import ConfigurationError, HubError

GROUP = "casehub"
OWN_KEYS = frozenset({"adapter", "enabled", "silent_after", "new_case_after_days", "new_subject_after_days"})
"""The keys of a channel's table that are casehub's own; no adapter may have a setting of such a name."""

_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class AdapterInfo:
    """An adapter that can be used, and where it comes from."""

    adapter: type[Adapter]
    plugin: str
    distribution: str = ""
    version: str = ""

    def create(self) -> Adapter:
        """The adapter itself; ConfigurationError if it cannot even be made."""
        try:
            return self.adapter()
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes
            reason = _in_words(error)
        raise ConfigurationError(f"the adapter {self.adapter.key} of plugin {self.plugin} cannot be used: {reason}")


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that could not be loaded, and why; `trace` is for its author."""

    name: str
    error: str
    trace: str = field(default="", repr=False)
    distribution: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Plugins:
    """What was found: adapters by key, broken plugins, and the names of the disabled ones."""

    adapters: Mapping[str, AdapterInfo]
    broken: tuple[BrokenPlugin, ...] = ()
    disabled: tuple[str, ...] = ()

    def adapter(self, key: str) -> AdapterInfo:
        """The adapter with this key; ConfigurationError says why there is none, or which ones there are."""
        if key in self.adapters:
            return self.adapters[key]
        for plugin in self.broken:
            if plugin.name == key:
                raise ConfigurationError(f"the plugin {key} is broken: {plugin.error}")
        if key in self.disabled:
            raise ConfigurationError(
                f"the plugin {key} is disabled: take it out of plugins.disabled in hub.toml "
                "or of the environment variable CASEHUB_DISABLE_PLUGINS"
            )
        raise ConfigurationError(f"there is no adapter {key!r}; {self._offer(key)}")

    def _offer(self, key: str) -> str:
        near = get_close_matches(key, self.adapters, n=1)
        if near:
            return f"did you mean {near[0]}?"
        return f"there is {', '.join(sorted(self.adapters)) or 'none at all'}: see `casehub plugins`"


class _MalformedPlugin(HubError):
    """A plugin was imported, but what it offers cannot be used."""


def load_plugins(disabled: Iterable[str] = (), found: Iterable[EntryPoint] | None = None) -> Plugins:
    """Load every installed plugin that is not disabled, by name; one that fails is listed and stops no other."""
    off = frozenset(disabled)
    points = sorted(entry_points(group=GROUP) if found is None else found, key=_name_and_origin)
    adapters: dict[str, AdapterInfo] = {}
    loaded: set[str] = set()
    broken = []
    for point in points:
        if point.name in off:
            continue
        try:
            adapters.update(_load(point, adapters, loaded))
            loaded.add(point.name)
        except KeyboardInterrupt:  # the person at the keyboard means casehub, not the plugin
            raise
        except BaseException as error:  # noqa: BLE001  a plugin may fail in any way it likes, SystemExit included
            broken.append(_broken(point, error))
    return Plugins(adapters, tuple(broken), tuple(sorted({point.name for point in points} & off)))


def disabled_by(names: Iterable[str], environment: Mapping[str, str]) -> frozenset[str]:
    """The names of the plugins to leave alone: those given and those of CASEHUB_DISABLE_PLUGINS (a,b)."""
    listed = environment.get("CASEHUB_DISABLE_PLUGINS", "").split(",")
    return frozenset(names) | {name.strip() for name in listed if name.strip()}


def _load(point: EntryPoint, taken: Mapping[str, AdapterInfo], loaded: set[str]) -> dict[str, AdapterInfo]:
    """The adapters of one plugin.

    Each plugin has a manager of its own: one that raises ends no other's turn, and a misspelt hook has a culprit.
    """
    if point.name in loaded:
        raise _MalformedPlugin("another installed distribution has a plugin of this name: uninstall one of them")
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    plugin = point.load()
    manager.register(plugin, name=point.name)
    manager.check_pending()
    if not manager.get_hookcallers(plugin):
        raise _MalformedPlugin("it implements no hook of casehub: is its function marked with @hub.hookimpl?")
    registered: list[type[Adapter]] = []
    manager.hook.hub_register_adapters(register=registered.append)
    return _checked(registered, point, taken)


def _checked(
    registered: Iterable[type[Adapter]], point: EntryPoint, taken: Mapping[str, AdapterInfo]
) -> dict[str, AdapterInfo]:
    distribution, version = _origin(point)
    own: dict[str, AdapterInfo] = {}
    for adapter in registered:
        problem = _problem_with(adapter)
        if problem:
            raise _MalformedPlugin(f"the adapter {getattr(adapter, '__name__', adapter)} {problem}")
        if adapter.key in own:
            raise _MalformedPlugin(f"it registers two adapters with the key {adapter.key}")
        if adapter.key in taken:
            owner = taken[adapter.key].plugin
            raise _MalformedPlugin(f"the adapter key {adapter.key} is taken by the plugin {owner}: disable one of them")
        own[adapter.key] = AdapterInfo(adapter, point.name, distribution, version)
    return own


def _problem_with(adapter: object) -> str:
    """What makes this unusable as an adapter, or nothing."""
    if not (isinstance(adapter, type) and issubclass(adapter, Adapter)):
        return "is not a subclass of hub.Adapter"
    if inspect.isabstract(adapter):
        return f"does not implement {', '.join(sorted(adapter.__abstractmethods__))}"
    key = getattr(adapter, "key", None)
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        return "has no key of small letters, digits and _"
    title = getattr(adapter, "title", None)
    if not isinstance(title, str) or not title:
        return "has no title"
    return _problem_with_capabilities(adapter) or _problem_with_settings(adapter)


def _problem_with_capabilities(adapter: type[Adapter]) -> str:
    capabilities = getattr(adapter, "capabilities", None)
    right = isinstance(capabilities, frozenset) and all(isinstance(one, Capability) for one in capabilities)
    return "" if right else "has no capabilities, a frozenset of hub.Capability"


def _problem_with_settings(adapter: type[Adapter]) -> str:
    settings = getattr(adapter, "Settings", None)
    if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
        return "has no Settings, a subclass of pydantic.BaseModel"
    clash = sorted(OWN_KEYS & settings.model_fields.keys())
    return f"has the setting {clash[0]}, which is casehub's own: give it another name" if clash else ""


def _broken(point: EntryPoint, error: BaseException) -> BrokenPlugin:
    trace = "".join(traceback.format_exception(error))
    return BrokenPlugin(point.name, _in_words(error), trace, *_origin(point))


def _in_words(error: BaseException) -> str:
    if isinstance(error, HubError):
        return str(error)
    # Written by the traceback module, which also copes with an exception whose own text cannot be had.
    return "".join(traceback.format_exception_only(error)).strip()


def _name_and_origin(point: EntryPoint) -> tuple[str, str]:
    return point.name, _origin(point)[0]


def _origin(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("", "")
