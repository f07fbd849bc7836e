"""Discovery: guarded, sorted, blockable, and always with a reason."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint

import pytest

from hub.errors import ConfigurationError
from hub.plugins import AdapterInfo, Plugins, disabled_by, load_plugins

Install = Callable[..., None]


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


def test_an_entry_point_without_a_distribution_is_taken_too(install_plugin: Install) -> None:
    install_plugin("shop")

    plugins = load_plugins(found=[EntryPoint("shop", "hub_casehub_shop_shop", "casehub")])

    assert isinstance(plugins.adapters["shop"], AdapterInfo)
    assert plugins.adapters["shop"].version == ""
