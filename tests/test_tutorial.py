"""The tutorial for plugin authors: every block of code in it is run, or is a part of code that is."""

from __future__ import annotations

import pydoc
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import hub
import hub.scaffold.acme
import hub.testing
from hub.plugins import load_plugins
from hub.scaffold import create_plugin
from hub.scaffold.acme.simulator import AcmeSimulator, with_buyers
from hub.testing import PROMISES, Platform, SimulatedClock, Simulator
from hub.testing.control import Control
from tests.test_docs import code_of
from tests.test_pytest_plugin import CONTRACT, ran

TUTORIAL = (Path(__file__).parents[1] / "docs" / "writing-an-adapter.md").read_text(encoding="utf-8")
EXAMPLE = Path(hub.scaffold.acme.__file__).parent
RUN = {
    *("acme", "acme project", "acme channel", "acme xfail", "acme play"),
    *("acme policy", "acme hook", "acme notifier", "acme mails"),
}
"""The blocks that tests run, here and in test_docs."""


def blocks() -> Iterator[tuple[str, str, str]]:
    """Each block of code: how it is marked, what that names, and the code."""
    for mark, _, code in re.findall(r"(?:<!-- (.*?) -->\n)?```(\w+)\n(.*?)```", TUTORIAL, re.DOTALL):
        kind, _, name = mark.partition(": ")
        yield kind, name, code


def test_every_block_of_code_is_run_or_is_a_part_of_the_example() -> None:
    assert [code for kind, _, code in blocks() if kind not in ("code", "of")] == []
    assert {name for kind, name, _ in blocks() if kind == "code"} == RUN


def unspaced(code: str) -> str:
    """The code without what the formatter decides: a part of a function stands further left here, with longer lines."""
    return re.sub(r"\s+|,(?=\s*[)\]}])", "", code)


@pytest.mark.parametrize(("place", "code"), [(name, code) for kind, name, code in blocks() if kind == "of"])
def test_a_block_that_is_taken_from_the_example_stands_in_it(place: str, code: str) -> None:
    assert unspaced(code) in unspaced((EXAMPLE / place).read_text(encoding="utf-8"))


def test_the_table_of_promises_is_the_contracts_own() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", TUTORIAL, re.MULTILINE)

    assert {int(number): text for number, text in rows} == PROMISES


def test_every_file_that_the_tutorial_lists_is_in_a_new_package(tmp_path: Path) -> None:
    made = create_plugin("my_shop", tmp_path)
    listed = re.findall(r"^\| `([\w./]+\.(?:py|toml))` \|", TUTORIAL, re.MULTILINE)

    assert len(listed) == 5
    assert [name for name in listed if not list(made.rglob(name))] == []
    assert "cd casehub-my-shop" in TUTORIAL
    assert made.name == "casehub-my-shop"


def test_every_name_that_the_tutorial_gives_of_a_simulator_is_there() -> None:
    section = TUTORIAL.split("## The simulator")[1].split("## The contract")[0]
    named = {name for cell in re.findall(r"`([a-z_]+)(?:\([a-z]*\))?`", section) for name in [cell]}

    assert {"answer", "works_for", "case_for"} <= named
    assert [name for name in named if not hasattr(Simulator, name)] == []
    assert issubclass(Simulator, Platform)


def test_what_the_tutorial_says_in_the_terminal_of_a_simulator_is_understood() -> None:
    acme = with_buyers(SimulatedClock())
    control = Control(acme)
    control.learn()

    said = [control.tell(line) for line in code_of("acme play", "text").splitlines()]

    assert said[-1] == "It is on its way"
    assert "T-11 is a new case" in said


def test_the_test_that_must_fail_in_the_tutorial_is_seen(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CONTRACT + "\n" + code_of("acme xfail", "python"))

    result = ran(pytester, "-rx", "-k", "promise_08")

    result.assert_outcomes(passed=6, xfailed=1)


def test_the_project_of_the_tutorial_declares_its_plugin() -> None:
    project = tomllib.loads(code_of("acme project", "toml"))["project"]
    [group] = project["entry-points"]

    assert project["entry-points"][group] == {"acme": "hub_acme"}
    assert "email_imap" in {point.name for point in entry_points(group=group)}


def test_the_channel_of_the_tutorial_has_the_settings_of_its_adapter(install_plugin: Callable[..., None]) -> None:
    install_plugin("acme", code_of("acme", "python"))
    channel = tomllib.loads(code_of("acme channel", "toml"))["channels"]["acme"]

    info = load_plugins().adapters[channel.pop("adapter")]
    assert set(channel) == set(info.adapter.Settings.model_fields)


def test_the_policy_of_the_tutorial_is_registered_by_its_hook(
    install_plugin: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text(code_of("acme policy", "toml"), encoding="utf-8")
    hook = code_of("acme hook", "python").replace('files("hub_acme")', f"__import__('pathlib').Path({str(tmp_path)!r})")
    install_plugin("acme", code_of("acme", "python") + hook)

    found = load_plugins()

    assert [plugin.name for plugin in found.broken] == []
    assert [policy.where for policy in found.policies if policy.plugin == "acme"] == ["acme: policy.toml"]


def test_the_example_of_the_tutorial_is_a_simulator_that_serves() -> None:
    with AcmeSimulator(SimulatedClock()) as acme:
        assert acme.url.startswith("http://127.0.0.1:")


def test_every_attribute_of_a_simulator_is_explained() -> None:
    section = TUTORIAL.split("## The simulator")[1].split("## The contract")[0]
    own = {name for name in Platform.__annotations__ if name not in ("adapter", "channel")}

    assert {name for name in own if f"| `{name}` |" not in section} == set()


def test_what_the_tutorial_says_of_offers_is_there() -> None:
    section = TUTORIAL.split("### Acts")[1].split("### What your")[0]
    first_cells = re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE)

    assert {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)} == {
        field.name for field in fields(hub.Offer)
    }
    assert {need for need in hub.Need if need.name not in section} == set()


def test_every_rule_of_texts_is_explained_with_its_kind() -> None:
    section = TUTORIAL.split("### What your platform accepts")[1].split("## Speaking HTTP")[0]
    rows = re.findall(r"^\| (`[^|]*`) \| (`[^|]*`) \|", section, re.MULTILINE)
    named = {name: kinds for cell, kinds in rows for name in re.findall(r"`(\w+)`", cell)}
    kinds = {field.name: str(field.type).removesuffix(" | None") for field in fields(hub.TextRules)}

    assert {name for name, kind in kinds.items() if f"`hub.{kind}`" in named.get(name, "")} == set(kinds)
    assert set(named) == set(kinds)


def test_help_of_hub_testing_shows_every_public_name_with_a_line_of_its_own() -> None:
    told = hub.testing.__doc__ or ""

    assert [name for name in hub.testing.__all__ if name not in told] == []
    assert dir(hub.testing) == sorted(hub.testing.__all__)
    assert "class Simulator(" in pydoc.plain(pydoc.render_doc(hub.testing))
