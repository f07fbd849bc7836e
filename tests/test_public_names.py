"""The public list of names, and how little is loaded for it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields

import pytest

import hub
from hub import errors
from hub.core import escalation

HEAVY = {
    "pydantic",
    "pydantic_settings",
    "rich",
    "sqlite_utils",
    "structlog",
    "holidays",
    "imapclient",
    "httpx",
    "apprise",
    "jinja2",
}


@pytest.mark.parametrize("name", hub.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(hub, name) is not None


def test_the_public_names_are_sorted_and_listed_by_dir() -> None:
    assert dir(hub) == sorted(hub.__all__)
    assert len(set(hub.__all__)) == len(hub.__all__)


def test_every_error_is_public() -> None:
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}

    assert kinds <= set(hub.__all__)


@pytest.mark.parametrize("kind", [hub.CaseUpdate, hub.Batch, hub.Message, hub.Order, hub.Notification, hub.Proof])
def test_whatever_a_plugin_fills_in_is_public(kind: type) -> None:
    named = {word for field in fields(kind) for word in re.findall(r"[A-Z][A-Za-z]+", str(field.type))}

    assert named - {"None", "Mapping", "Any"} <= set(hub.__all__)


def test_a_step_is_one_of_the_ladder_and_not_one_of_a_target() -> None:
    assert hub.Step is escalation.Step


def test_a_name_that_is_not_public_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'hub' has no attribute 'deadline'"):
        hub.deadline  # type: ignore[attr-defined]  # noqa: B018  that it is missing is the point


def test_the_version_is_that_of_the_distribution() -> None:
    assert hub.__version__.count(".") >= 1


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    loaded = _modules_after("import hub.cli")

    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_help_loads_nothing_heavy_and_none_of_the_commands() -> None:
    loaded = _modules_after("import hub.cli; hub.cli.main(['--help'], standalone_mode=False)")

    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.startswith("hub.cli.")} == {"hub.cli.common"}


def test_importing_hub_loads_the_standard_library_only() -> None:
    before, after = _modules_after("pass"), _modules_after("import hub")

    assert {name for name in after - before if name.partition(".")[0] not in sys.stdlib_module_names} == {"hub"}


def _modules_after(code: str) -> set[str]:
    shown = "import sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{shown}"], capture_output=True, text=True, check=True)
    return set(done.stderr.split())
