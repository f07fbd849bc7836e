"""Discovery: guarded, sorted, blockable, and always with a reason."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub.plugins import AdapterInfo, LoadedPlugin, Plugins, PolicyText, disabled_by, load_plugins

Install = Callable[..., None]

BELL = """
from pydantic import BaseModel

import hub


class Bell(hub.Notifier):
    key = "bell"
    title = "A bell"
    leaves_the_house = False

    class Settings(BaseModel):
        loud: bool = True

    def notify(self, settings, notification, tools):
        tools.echo("ding")


@hub.hookimpl
def hub_register_notifiers(register):
    register(Bell)
"""
POLICIES = """
from pathlib import Path

import hub


@hub.hookimpl
def hub_register_policies(register):
    for name in {names!r}:
        register(Path({folder!r}) / name)
"""


def broken(plugins: Plugins, name: str) -> str:
    """Why the plugin of this name is broken."""
    return next(plugin.error for plugin in plugins.broken if plugin.name == name)


def test_an_installed_plugin_is_found_with_its_origin(install_plugin: Install) -> None:
    install_plugin("shop")

    info = load_plugins().adapters["shop"]

    assert (info.plugin, info.distribution, info.version) == ("shop", "casehub_shop", "1.2")
    assert info.create().title == "A pretended shop"


def test_a_plugin_that_cannot_be_imported_stops_no_other(install_plugin: Install) -> None:
    install_plugin("aaa", "import a_module_nobody_has")
    install_plugin("shop")

    plugins = load_plugins()

    assert "shop" in plugins.adapters
    assert broken(plugins, "aaa") == "ModuleNotFoundError: No module named 'a_module_nobody_has'"
    assert "import a_module_nobody_has" in plugins.broken[0].trace


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("class Odd(BaseException): pass\nraise Odd('漢字')", "Odd: 漢字"),
        ("class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute", "<exception str() failed>"),
        ("def (", "SyntaxError"),
        ("", "implements no hook of casehub: is its function marked with @hub.hookimpl?"),
        (
            "import hub\n@hub.hookimpl\ndef hub_register_adaptors(register): pass",
            "unknown hook 'hub_register_adaptors'",
        ),
        ("import hub\n@hub.hookimpl\ndef hub_register_adapters(register, more): pass", "PluginValidationError"),
        ("import hub\n@hub.hookimpl\ndef hub_register_adapters(register): 1 / 0", "ZeroDivisionError"),
        (
            "import hub\n@hub.hookimpl\ndef hub_register_adapters(register): register(3)",
            "not a subclass of hub.Adapter",
        ),
    ],
)
def test_whatever_a_plugin_does_is_told_as_the_reason(install_plugin: Install, source: str, reason: str) -> None:
    install_plugin("odd", source)

    plugins = load_plugins()

    assert reason in broken(plugins, "odd")


def test_the_person_at_the_keyboard_ends_the_loading(install_plugin: Install) -> None:
    install_plugin("odd", "raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        load_plugins()


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ('key = "shop"', "", "has no key"),
        ('key = "shop"', 'key = "My Shop"', "has no key of small letters, digits and _"),
        ('title = "A pretended shop"', 'title = ""', "has no title"),
        ("frozenset({hub.Capability.FETCH})", '["fetch"]', "has no capabilities"),
        ("hub.Capability.FETCH}", 'hub.Capability.FETCH, "fech"}', "has 'fech' among its capabilities"),
        ("class Settings(BaseModel)", "class Settings", "has no Settings"),
        ("shop: str", "enabled: str", "has the setting enabled, which is casehub's own"),
        ("def open", "def opne", "does not implement open"),
        ("register(Shop)", "register(Shop)\n    register(Shop)", "two adapters with the key shop"),
    ],
)
def test_a_malformed_adapter_breaks_its_plugin(
    install_plugin: Install, shop_source: str, right: str, wrong: str, reason: str
) -> None:
    assert right in shop_source
    install_plugin("shop", shop_source.replace(right, wrong))

    plugins = load_plugins()

    assert reason in broken(plugins, "shop")
    assert "shop" not in plugins.adapters


def test_of_two_plugins_with_one_key_the_first_by_name_keeps_it(install_plugin: Install) -> None:
    install_plugin("zoo")
    install_plugin("ant")

    plugins = load_plugins()

    assert plugins.adapters["shop"].plugin == "ant"
    assert broken(plugins, "zoo") == "the adapter key shop is taken by the plugin ant: disable one of them"


def test_of_two_plugins_with_one_name_the_second_is_broken(install_plugin: Install) -> None:
    install_plugin("shop", distribution="first")
    install_plugin("shop", distribution="second")

    plugins = load_plugins()

    assert plugins.adapters["shop"].distribution == "first"
    assert "another installed distribution" in broken(plugins, "shop")


def test_a_disabled_plugin_is_never_imported(install_plugin: Install) -> None:
    install_plugin("shop")

    plugins = load_plugins(disabled=["shop", "not_installed"])

    assert plugins.disabled == ("shop",)
    assert "shop" not in plugins.adapters
    assert "hub_casehub_shop_shop" not in sys.modules


def test_plugins_are_disabled_by_settings_and_environment_together() -> None:
    assert disabled_by(["a"], {"CASEHUB_DISABLE_PLUGINS": " b, c,,"}) == {"a", "b", "c"}
    assert disabled_by((), {}) == frozenset()


def test_an_unknown_adapter_is_answered_with_the_nearest(install_plugin: Install) -> None:
    install_plugin("shop")

    with pytest.raises(ConfigurationError, match=r"there is no adapter 'shp'; did you mean shop\?"):
        load_plugins().adapter("shp")


def test_a_broken_or_disabled_plugin_says_so_when_its_adapter_is_asked_for(install_plugin: Install) -> None:
    install_plugin("odd", "1 / 0")
    install_plugin("shop")
    plugins = load_plugins(disabled=["shop"])

    with pytest.raises(ConfigurationError, match="the plugin odd is broken: ZeroDivisionError: division by zero"):
        plugins.adapter("odd")
    with pytest.raises(ConfigurationError, match=r"the plugin shop is disabled: take it out of plugins\.disabled"):
        plugins.adapter("shop")


def test_an_adapter_that_cannot_be_made_is_a_configuration_error(install_plugin: Install, shop_source: str) -> None:
    install_plugin(
        "shop", shop_source.replace("class Shop(hub.Adapter):", "class Shop(hub.Adapter):\n    __init__ = 3")
    )
    info = load_plugins().adapters["shop"]

    with pytest.raises(ConfigurationError, match="the adapter shop of plugin shop cannot be used: TypeError"):
        info.create()


def test_without_plugins_the_advice_says_that_there_is_none() -> None:
    with pytest.raises(ConfigurationError, match="there is none at all"):
        load_plugins(found=[]).adapter("shop")


def test_the_metadata_of_a_distribution_is_read_once_for_all_its_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    # The class is that of the backport where another library has loaded it: it takes over every search of its own.
    kinds = {type(point.dist) for point in entry_points(group="casehub")}
    read: list[Distribution] = []
    for kind in kinds:
        metadata = next(vars(base)["metadata"] for base in kind.__mro__ if "metadata" in vars(base))

        def counted(distribution: Distribution, metadata: property = metadata) -> object:
            read.append(distribution)
            return metadata.fget(distribution) if metadata.fget else None

        monkeypatch.setattr(kind, "metadata", property(counted))

    assert len(load_plugins().loaded) > len(read) > 0


def test_an_entry_point_without_a_distribution_is_taken_too(install_plugin: Install) -> None:
    install_plugin("shop")

    plugins = load_plugins(found=[EntryPoint("shop", "hub_casehub_shop_shop", "casehub")])

    assert isinstance(plugins.adapters["shop"], AdapterInfo)
    assert plugins.adapters["shop"].version == ""


# Notifiers


def test_a_plugin_with_notifiers_only_is_well_formed(install_plugin: Install) -> None:
    install_plugin("bell", BELL)

    plugins = load_plugins()

    info = plugins.notifier("bell")
    assert (info.plugin, info.distribution, info.version) == ("bell", "casehub_bell", "1.2")
    assert info.create().title == "A bell"
    assert "bell" not in plugins.adapters
    assert LoadedPlugin("bell", "casehub_bell", "1.2") in plugins.loaded


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("hub.Notifier", "object", "the notifier Bell is not a subclass of hub.Notifier"),
        ("register(Bell)", "register(3)", "the notifier 3 is not a subclass of hub.Notifier"),
        ('key = "bell"', 'key = "A bell"', "has no key of small letters, digits and _"),
        ('title = "A bell"', "title = 3", "has no title"),
        ("leaves_the_house = False", "", "does not say whether it leaves_the_house: True or False"),
        ("leaves_the_house = False", "leaves_the_house = 0", "does not say whether it leaves_the_house"),
        ("class Settings(BaseModel)", "class Settings", "has no Settings"),
        ("loud: bool", "audiences: bool", "has the setting audiences, which is casehub's own"),
        ("def notify", "def notfy", "does not implement notify"),
        ("register(Bell)", "register(Bell)\n    register(Bell)", "it registers two notifiers with the key bell"),
    ],
)
def test_a_malformed_notifier_breaks_its_plugin(install_plugin: Install, right: str, wrong: str, reason: str) -> None:
    assert right in BELL
    install_plugin("bell", BELL.replace(right, wrong))

    plugins = load_plugins()

    assert reason in broken(plugins, "bell")
    assert "bell" not in plugins.notifiers


def test_of_two_plugins_with_one_notifier_the_first_by_name_keeps_it(install_plugin: Install) -> None:
    install_plugin("zoo", BELL)
    install_plugin("ant", BELL)

    plugins = load_plugins()

    assert plugins.notifiers["bell"].plugin == "ant"
    assert broken(plugins, "zoo") == "the notifier key bell is taken by the plugin ant: disable one of them"


def test_an_adapter_and_a_notifier_may_have_one_key(install_plugin: Install, shop_source: str) -> None:
    install_plugin("shop", shop_source + BELL.replace('"bell"', '"shop"'))

    plugins = load_plugins()

    assert plugins.adapter("shop").plugin == plugins.notifier("shop").plugin == "shop"


def test_a_plugin_is_taken_whole_or_not_at_all(install_plugin: Install, shop_source: str) -> None:
    install_plugin("shop", shop_source + BELL.replace("leaves_the_house = False", ""))

    plugins = load_plugins()

    assert "leaves_the_house" in broken(plugins, "shop")
    assert "shop" not in plugins.adapters
    assert "shop" not in {plugin.name for plugin in plugins.loaded}


def test_an_unknown_notifier_is_answered_with_the_nearest(install_plugin: Install) -> None:
    install_plugin("bell", BELL)

    with pytest.raises(ConfigurationError, match=r"there is no notifier 'bel'; did you mean bell\?"):
        load_plugins().notifier("bel")
    with pytest.raises(ConfigurationError, match="there is none at all"):
        load_plugins(found=[]).notifier("bell")


def test_a_notifier_that_cannot_be_made_is_a_configuration_error(install_plugin: Install) -> None:
    install_plugin("bell", BELL.replace("leaves_the_house", "__init__ = 3\n    leaves_the_house"))

    with pytest.raises(ConfigurationError, match="the notifier bell of plugin bell cannot be used: TypeError"):
        load_plugins().notifiers["bell"].create()


# Policies


def test_the_policies_of_a_plugin_are_collected_unread(install_plugin: Install, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbf" + 'id = "Åsa 漢字 🙂"'.encode())
    (tmp_path / "b.toml").write_text("no TOML at all", encoding="utf-8")
    install_plugin("shop", POLICIES.format(folder=str(tmp_path), names=("a.toml", "b.toml")))

    found = [policy for policy in load_plugins().policies if policy.plugin == "shop"]

    assert found == [
        PolicyText("shop: a.toml", 'id = "Åsa 漢字 🙂"', "shop"),
        PolicyText("shop: b.toml", "no TOML at all", "shop"),
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone.toml", "its policy gone.toml cannot be read: No such file or directory"),
        (".", "cannot be read: Is a directory"),
        ("latin.toml", "its policy latin.toml is not text: byte 10 is not UTF-8"),
        ("huge.toml", "its policy huge.toml has more than 1,000,000 letters, as no policy has"),
    ],
)
def test_a_policy_that_cannot_be_read_breaks_its_plugin(
    install_plugin: Install, shop_source: str, tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe5"')
    (tmp_path / "huge.toml").write_bytes(b"#" * 1_000_001)
    install_plugin("shop", shop_source + POLICIES.format(folder=str(tmp_path), names=(name,)))

    plugins = load_plugins()

    assert reason in broken(plugins, "shop")
    assert "shop" not in plugins.adapters


def test_what_is_no_file_is_no_policy(install_plugin: Install) -> None:
    install_plugin("shop", "import hub\n@hub.hookimpl\ndef hub_register_policies(register): register('a.toml')")

    assert broken(load_plugins(), "shop") == (
        "it registers str as a policy, which is no file: importlib.resources.files() gives one"
    )
