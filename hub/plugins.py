"""Finds plugins, loads them one by one, and answers for the broken ones; a typed front over pluggy."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from importlib.resources.abc import Traversable
from typing import TypeVar

import pluggy

from hub import hookspecs
from hub.adapter import Adapter
from hub.core.mail import Mail
from hub.errors import ConfigurationError, HubError
from hub.mail_readers import MailReader
from hub.notifier import Notifier
from hub.plugin_checks import MalformedPlugin, policy_text, problem_with_adapter, problem_with_notifier

GROUP = "casehub"

_Kind = TypeVar("_Kind", Adapter, Notifier)


@dataclass(frozen=True, slots=True)
class AdapterInfo:
    """An adapter that can be used, and where it comes from."""

    adapter: type[Adapter]
    plugin: str
    distribution: str = ""
    version: str = ""

    def create(self) -> Adapter:
        """The adapter itself; ConfigurationError if it cannot even be made."""
        return _created(self.adapter, "adapter", self.plugin)


@dataclass(frozen=True, slots=True)
class NotifierInfo:
    """A notifier that can be used, and where it comes from."""

    notifier: type[Notifier]
    plugin: str
    distribution: str = ""
    version: str = ""

    def create(self) -> Notifier:
        """The notifier itself; ConfigurationError if it cannot even be made."""
        return _created(self.notifier, "notifier", self.plugin)


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A file of policies that a plugin brings, unread; `where` names it to people: `bolcom: bolcom.toml`."""

    where: str
    text: str
    plugin: str


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin that was loaded, and where it comes from."""

    name: str
    distribution: str = ""
    version: str = ""


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
    """What was found: adapters and notifiers by key, policies, mail readers, broken plugins, and the disabled ones."""

    adapters: Mapping[str, AdapterInfo]
    broken: tuple[BrokenPlugin, ...] = ()
    disabled: tuple[str, ...] = ()
    notifiers: Mapping[str, NotifierInfo] = field(default_factory=dict)
    policies: tuple[PolicyText, ...] = ()
    loaded: tuple[LoadedPlugin, ...] = ()
    mail_readers: tuple[MailReader, ...] = ()

    def adapter(self, key: str) -> AdapterInfo:
        """The adapter with this key; ConfigurationError says why there is none, or which ones there are."""
        if key not in self.adapters:
            raise self._lacking("adapter", key, self.adapters)
        return self.adapters[key]

    def notifier(self, key: str) -> NotifierInfo:
        """The notifier with this key; ConfigurationError says why there is none, or which ones there are."""
        if key not in self.notifiers:
            raise self._lacking("notifier", key, self.notifiers)
        return self.notifiers[key]

    def _lacking(self, what: str, key: str, there: Iterable[str]) -> ConfigurationError:
        for plugin in self.broken:
            if plugin.name == key:
                return ConfigurationError(f"the plugin {key} is broken: {plugin.error}")
        if key in self.disabled:
            return ConfigurationError(
                f"the plugin {key} is disabled: take it out of plugins.disabled in hub.toml "
                "or of the environment variable CASEHUB_DISABLE_PLUGINS"
            )
        return ConfigurationError(f"there is no {what} {key!r}; {_offer(key, sorted(there))}")


@dataclass(slots=True)
class _Found:
    """What the plugins that were loaded so far offer."""

    adapters: dict[str, AdapterInfo] = field(default_factory=dict)
    notifiers: dict[str, NotifierInfo] = field(default_factory=dict)
    policies: list[PolicyText] = field(default_factory=list)
    loaded: dict[str, LoadedPlugin] = field(default_factory=dict)
    reading: list[tuple[str, Callable[[Mail], object]]] = field(default_factory=list)

    def mail_readers(self) -> tuple[MailReader, ...]:
        """Who reads mails, each with the adapters of the others."""
        owners = {key: info.plugin for key, info in self.adapters.items()}
        return tuple(
            MailReader(name, read, frozenset(key for key, owner in owners.items() if owner != name))
            for name, read in self.reading
        )


def load_plugins(disabled: Iterable[str] = (), found: Iterable[EntryPoint] | None = None) -> Plugins:
    """Load every installed plugin that is not disabled, by name; one that fails is listed and stops no other."""
    off = frozenset(disabled)
    points = sorted(entry_points(group=GROUP) if found is None else found, key=_name_and_origin)
    found_so_far = _Found()
    broken = []
    for point in points:
        if point.name in off:
            continue
        try:
            _load(point, found_so_far)
        except KeyboardInterrupt:  # the person at the keyboard means casehub, not the plugin
            raise
        except BaseException as error:  # noqa: BLE001  a plugin may fail in any way it likes, SystemExit included
            broken.append(_broken(point, error))
    return Plugins(
        adapters=found_so_far.adapters,
        broken=tuple(broken),
        disabled=tuple(sorted({point.name for point in points} & off)),
        notifiers=found_so_far.notifiers,
        policies=tuple(found_so_far.policies),
        loaded=tuple(found_so_far.loaded.values()),
        mail_readers=found_so_far.mail_readers(),
    )


def disabled_by(names: Iterable[str], environment: Mapping[str, str]) -> frozenset[str]:
    """The names of the plugins to leave alone: those given and those of CASEHUB_DISABLE_PLUGINS (a,b)."""
    listed = environment.get("CASEHUB_DISABLE_PLUGINS", "").split(",")
    return frozenset(names) | {name.strip() for name in listed if name.strip()}


def _load(point: EntryPoint, found: _Found) -> None:
    """Add what one plugin offers: all of it, or nothing.

    Each plugin has a manager of its own: one that raises ends no other's turn, and a misspelt hook has a culprit.
    """
    if point.name in found.loaded:
        raise MalformedPlugin("another installed distribution has a plugin of this name: uninstall one of them")
    hook = _hooks_of(point)
    adapters: list[type[Adapter]] = []
    notifiers: list[type[Notifier]] = []
    files: list[Traversable] = []
    hook.hub_register_adapters(register=adapters.append)
    hook.hub_register_notifiers(register=notifiers.append)
    hook.hub_register_policies(register=files.append)
    origin = (point.name, *_origin(point))
    own_adapters = _checked("adapter", adapters, problem_with_adapter, found.adapters)
    own_notifiers = _checked("notifier", notifiers, problem_with_notifier, found.notifiers)
    policies = [PolicyText(f"{point.name}: {name}", text, point.name) for name, text in map(policy_text, files)]
    found.adapters.update({key: AdapterInfo(adapter, *origin) for key, adapter in own_adapters.items()})
    found.notifiers.update({key: NotifierInfo(notifier, *origin) for key, notifier in own_notifiers.items()})
    found.policies += policies
    if hook.hub_read_mail.get_hookimpls():
        found.reading.append((point.name, lambda mail: hook.hub_read_mail(mail=mail)))
    found.loaded[point.name] = LoadedPlugin(*origin)


def _hooks_of(point: EntryPoint) -> pluggy.HookRelay:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    plugin = point.load()
    manager.register(plugin, name=point.name)
    manager.check_pending()
    if not manager.get_hookcallers(plugin):
        raise MalformedPlugin("it implements no hook of casehub: is its function marked with @hub.hookimpl?")
    return manager.hook


def _checked(
    what: str,
    registered: Iterable[type[_Kind]],
    problem_with: Callable[[object], str],
    taken: Mapping[str, AdapterInfo] | Mapping[str, NotifierInfo],
) -> dict[str, type[_Kind]]:
    """What a plugin registered of one kind, by key."""
    own: dict[str, type[_Kind]] = {}
    for kind in registered:
        if problem := problem_with(kind):
            raise MalformedPlugin(f"the {what} {getattr(kind, '__name__', kind)} {problem}")
        if kind.key in own:
            raise MalformedPlugin(f"it registers two {what}s with the key {kind.key}")
        if kind.key in taken:
            owner = taken[kind.key].plugin
            raise MalformedPlugin(f"the {what} key {kind.key} is taken by the plugin {owner}: disable one of them")
        own[kind.key] = kind
    return own


def _created(kind: type[_Kind], what: str, plugin: str) -> _Kind:
    try:
        return kind()
    except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes
        reason = _in_words(error)
    raise ConfigurationError(f"the {what} {kind.key} of plugin {plugin} cannot be used: {reason}")


def _offer(key: str, there: list[str]) -> str:
    if near := get_close_matches(key, there, n=1):
        return f"did you mean {near[0]}?"
    return f"there is {', '.join(there) or 'none at all'}: see `casehub plugins`"


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
    return _name_and_version(point.dist) if point.dist else ("", "")


@lru_cache(maxsize=64)
def _name_and_version(distribution: Distribution) -> tuple[str, str]:
    # Each look at a distribution's metadata reads and parses the whole file anew, its description included.
    metadata = distribution.metadata
    return metadata["Name"], metadata["Version"]
