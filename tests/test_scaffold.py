"""A new plugin is a package whose contract is green at once, made of an example that is a plugin like any other."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub import Case
from hub.cli import main
from hub.errors import Misunderstood, Refused
from hub.http import Response
from hub.office import OfficeHours, surroundings
from hub.policies.book import load_book
from hub.policies.tables import PolicyFile
from hub.policies.vectors import run
from hub.scaffold import create_plugin
from hub.scaffold.acme.simulator import AcmeSimulator
from hub.testing import AdapterContract, Desk, SimulatedClock
from tests.test_architecture import Module, plugins_use_public_names_only, the_wire_of_a_plugin_is_pure

PROMISED = sum(1 for name in dir(AdapterContract) if name.startswith("test_"))
MADE = "acme_and_sons"  # holds the example's own name, in several words


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return create_plugin(MADE, tmp_path_factory.mktemp("plugins"))


def files_of(package: Path) -> dict[str, str]:
    return {
        path.relative_to(package).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_new_plugin_has_all_that_a_package_needs(package: Path) -> None:
    assert package.name == "casehub-acme-and-sons"
    assert sorted(files_of(package)) == [
        "README.md",
        "pyproject.toml",
        "src/hub_acme_and_sons/__init__.py",
        "src/hub_acme_and_sons/adapter.py",
        "src/hub_acme_and_sons/policy.toml",
        "src/hub_acme_and_sons/py.typed",
        "src/hub_acme_and_sons/simulator.py",
        "src/hub_acme_and_sons/wire.py",
        "tests/test_acme_and_sons.py",
    ]


def test_the_new_name_stands_in_each_of_its_forms(package: Path) -> None:
    files = files_of(package)
    project = tomllib.loads(files["pyproject.toml"])["project"]
    adapter = files["src/hub_acme_and_sons/adapter.py"]

    assert project["name"] == "casehub-acme-and-sons"
    assert project["entry-points"] == {"casehub": {"acme_and_sons": "hub_acme_and_sons"}}
    assert 'key = "acme_and_sons"' in adapter
    assert 'title = "Acme And Sons"' in adapter
    assert "class AcmeAndSonsAdapter(hub.Adapter):" in adapter
    assert '"https://api.acme-and-sons.example"' in adapter
    assert '"x-acme-and-sons-token"' in adapter
    assert "casehub policy test acme-and-sons " in files["README.md"]
    assert not [place for place, text in files.items() if "hub.scaffold" in text]


def test_a_new_plugins_contract_is_green_at_once(package: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{PROMISED + 3} passed" in done.stdout


def test_a_new_plugin_is_installed_found_and_simulated(package: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, 'src')\n"
        "from importlib import metadata\n"
        "point = metadata.EntryPoint('acme_and_sons', 'hub_acme_and_sons', 'casehub')\n"
        "found = metadata.entry_points\n"
        "import hub.plugins as plugins\n"
        "plugins.entry_points = lambda **given: [*found(**given), point]\n"
        "from hub.cli import main; main(['simulate', 'acme_and_sons'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=package, input="cases\nstop\n", capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "export CASEHUB_ACME_AND_SONS_TOKEN=pretended-token-of-acme-and-sons" in done.stdout
    assert "The cup came in two pieces." in done.stdout


def test_a_new_plugins_policy_passes_its_own_test_and_is_that_of_its_channels(package: Path) -> None:
    around = surroundings(OfficeHours("Europe/Stockholm", date(2026, 1, 1), date(2026, 12, 31)))
    file = PolicyFile("policy.toml", files_of(package)[f"src/hub_{MADE}/policy.toml"])

    book = load_book([file], None, around, {"own": MADE}, date(2026, 11, 22), tests=True)

    [entry] = [entry for entry in book.entries if entry.policy.id == "acme-and-sons"]
    opened = datetime(2026, 11, 22, tzinfo=UTC)
    assert [text for vector in entry.vectors for text in run(vector, entry, around)] == []
    assert len(entry.vectors) == 2
    assert book.chosen(Case("CH-1", "own", "T-1", opened, opened)).policy.id == "acme-and-sons"


def test_a_new_plugin_keeps_to_the_public_names(package: Path) -> None:
    modules = [
        Module(f"hub_{MADE}.{Path(place).stem}", text)
        for place, text in files_of(package).items()
        if place.startswith("src/") and place.endswith(".py")
    ]

    assert len(modules) == 4
    for module in modules:
        ast.parse(module.source)
        assert list(plugins_use_public_names_only(module)) == []
        assert list(the_wire_of_a_plugin_is_pure(module)) == []


def test_a_new_plugin_is_linted_as_the_hub_is(tmp_path: Path) -> None:
    made = create_plugin("shop", tmp_path)
    rules = Path(__file__).parents[1] / "pyproject.toml"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--no-cache",
            "--config",
            str(rules),
            "--ignore",
            "I001,S101",
            str(made),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["Acme", "my-shop", "2shops", "", "a" * 31, "my__shop", "shop_", "../shop", "åshop"])
def test_a_name_that_cannot_be_a_module_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be the name of a plugin: give small letters"):
        create_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["acme", "hub", "casehub", "class", "tests"])
def test_a_name_that_means_something_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="means something else already"):
        create_plugin(name, tmp_path)


@pytest.mark.parametrize("name", ["email_imap", "bolcom", "webhook"])
def test_a_name_that_is_installed_already_is_refused(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["new-plugin", name, "--folder", str(tmp_path)])

    assert result.exit_code == 2
    assert f"a plugin '{name}' is installed already" in result.output
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    create_plugin("shop", tmp_path)

    with pytest.raises(Refused, match="casehub-shop exists already; choose another name"):
        create_plugin("shop", tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Refused, match=r"cannot be written .*--folder"):
        create_plugin("shop", tmp_path / "file")


def test_the_command_says_what_comes_next(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["new-plugin", "shop", "--folder", str(tmp_path)])
    again = CliRunner().invoke(main, ["new-plugin", "shop", "--folder", str(tmp_path)])

    assert result.exit_code == 0
    assert f"cd {tmp_path}/casehub-shop" in result.output
    assert "casehub simulate shop" in result.output
    assert again.exit_code == 2
    assert "exists already" in again.output


@pytest.mark.parametrize("ticket", [{}, {"id": "T-1"}, "T-1", None])
def test_a_ticket_of_another_shape_is_misunderstood_by_the_example(
    ticket: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = AcmeSimulator(SimulatedClock())
    monkeypatch.setattr(acme, "answer", lambda _: Response.of_json({"tickets": [ticket], "next": None}))

    with pytest.raises(Misunderstood, match="shape"):
        Desk(acme).read()
