"""What is built and installed is what stands in the repository."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points, metadata, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def plugin_folders() -> set[str]:
    return {
        path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and not path.name.startswith((".", "_"))
    }


def requirements() -> Iterator[Requirement]:
    yield from map(Requirement, PROJECT["project"]["dependencies"])
    for extra in PROJECT["project"]["optional-dependencies"].values():
        yield from (Requirement(line) for line in extra if not line.startswith("casehub["))


def locked() -> dict[str, Version]:
    lines = (ROOT / "requirements.lock").read_text(encoding="ascii").splitlines()
    return {canonicalize_name(name): Version(exact) for name, exact in (line.split("==") for line in lines)}


def test_every_plugin_folder_is_an_entry_point() -> None:
    declared = PROJECT["project"]["entry-points"]["casehub"]

    assert declared == {name: f"hub_{name}" for name in plugin_folders()}


def test_every_plugin_folder_is_in_the_wheel() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert sorted(packages) == sorted(["hub", *(f"plugins/{name}/hub_{name}" for name in plugin_folders())])


def test_every_plugin_folder_is_where_the_checkers_look() -> None:
    folders = sorted(f"plugins/{name}" for name in plugin_folders())

    assert sorted(PROJECT["tool"]["mypy"]["mypy_path"]) == folders
    assert sorted(PROJECT["tool"]["ruff"]["src"]) == sorted([".", *folders])


def test_what_is_installed_declares_the_same_plugins() -> None:
    installed = {point.name: point.value for point in entry_points(group="casehub") if point.dist.name == "casehub"}  # type: ignore[union-attr]  # a point of an installed distribution has one

    assert installed == PROJECT["project"]["entry-points"]["casehub"]


def test_what_is_installed_has_the_version_and_the_licence_of_the_project() -> None:
    assert version("casehub") == PROJECT["project"]["version"]
    assert metadata("casehub")["License-Expression"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("package", ["hub", *sorted(f"hub_{name}" for name in plugin_folders())])
def test_every_package_tells_type_checkers_that_it_is_typed(package: str) -> None:
    spec = find_spec(package)

    assert spec is not None
    assert [(Path(folder) / "py.typed").is_file() for folder in spec.submodule_search_locations or ()] == [True]


def test_the_command_is_there() -> None:
    [command] = entry_points(group="console_scripts", name="casehub")

    assert callable(command.load())


def test_the_lock_holds_names_and_versions_only() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="ascii").splitlines()

    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9][\w.-]*==[\w.!+-]+", line)] == []
    assert len(lines) == len(locked())


@pytest.mark.parametrize("wanted", list(requirements()), ids=str)
def test_every_dependency_is_in_the_lock_within_its_range(wanted: Requirement) -> None:
    pinned = locked().get(canonicalize_name(wanted.name))

    assert pinned is not None, f"{wanted.name} is not in requirements.lock: run `make lock`"
    assert wanted.specifier.contains(pinned, prereleases=True), f"{wanted} is pinned at {pinned}: run `make lock`"


def test_every_dependency_has_an_upper_bound_but_the_time_zones() -> None:
    unbounded = {
        wanted.name for wanted in requirements() if not any(part.operator in ("<", "==") for part in wanted.specifier)
    }

    # Their versions are years: whoever holds them back has yesterday's zones.
    assert unbounded == {"tzdata"}
