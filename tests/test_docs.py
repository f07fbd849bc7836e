"""The documents say what the code does."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from structlog import get_logger

from hub import Mail, MailKind, Party
from hub.cli import COMMANDS, main
from hub.core.acts import queue_reply
from hub.core.escalation import StepState
from hub.core.outbox import SETTLED, ReplyState
from hub.core.ports import CaseFilter
from hub.mail_readers import MailReaders
from hub.office import OfficeHours, surroundings
from hub.plugins import load_plugins
from hub.policies.book import load_book
from hub.policies.tables import PolicyFile
from hub.policies.vectors import run
from hub.runs.channel import Source
from hub.runs.delivery import DeliveryPorts, deliver
from hub.runs.sync import SyncPorts, sync
from hub.store import open_store
from tests.fakes import MovableClock, a_day_later
from tests.shop import tools_of

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def generated_reference() -> str:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.reference())


def test_the_reference_is_what_the_commands_say() -> None:
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")

    assert written == generated_reference(), "docs/reference.md is out of date: make docs"


def typed_commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line that a document tells people to type, with its document."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8").replace("\\\n", " ")
        indented = re.findall(r"^ {4,}(casehub [^\n]+)", text, re.MULTILINE)
        inline = re.findall(r"`(casehub [^`\n]+)`", text)
        for line in {*indented, *inline}:
            yield document.name, shlex.split(line, comments=True)[1:]


@pytest.mark.parametrize(("document", "arguments"), sorted(typed_commands()), ids=str)
def test_a_command_that_a_document_names_exists_with_its_options(document: str, arguments: list[str]) -> None:
    words = [word for word in arguments if word not in ("--config", "FILE")]
    if not words or words[0] in ("COMMAND", "--help", "--debug", "NAME"):
        return
    assert words[0] in COMMANDS, f"{document} names `casehub {' '.join(arguments)}`"
    command: click.Command | None = main.get_command(click.Context(main), words[0])
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        command = command.get_command(click.Context(command), rest.pop(0))
    assert command is not None, f"{document} names `casehub {' '.join(arguments)}`"
    known = {name for parameter in command.params for name in parameter.opts}
    if not command.context_settings.get("ignore_unknown_options"):
        assert {word.split("=")[0] for word in rest if word.startswith("-")} <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_link_to_a_file_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))

    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_state_of_a_reply_that_waits_or_went_wrong_is_explained_to_the_operator() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")

    assert [state for state in frozenset(ReplyState) - SETTLED if f"`{state}`" not in text] == []


def test_every_state_of_a_step_and_every_notifier_is_explained_to_the_operator() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")

    assert [state for state in StepState if f"| {state} |" not in text] == []
    assert [notifier for notifier in load_plugins().notifiers if f"| `{notifier}` |" not in text] == []


def code_of(name: str, kind: str) -> str:
    """A block of code of the tutorial for plugin authors."""
    text = (ROOT / "docs" / "writing-an-adapter.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- code: {name} -->\n```{kind}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_policy_of_the_tutorial_passes_its_own_test() -> None:
    around = surroundings(OfficeHours("Europe/Stockholm", date(2026, 1, 1), date(2026, 12, 31)))
    file = PolicyFile("acme: policy.toml", code_of("acme policy", "toml"))

    book = load_book([file], None, around, {"acme": "acme"}, date(2026, 11, 22), tests=True)

    [entry] = [entry for entry in book.entries if entry.policy.id == "acme"]
    assert [text for vector in entry.vectors for text in run(vector, entry, around)] == []
    assert len(entry.vectors) == 1


def test_the_notifier_of_the_tutorial_is_found_with_its_settings(install_plugin: Callable[..., None]) -> None:
    source = "import json\n" + code_of("acme", "python") + code_of("acme notifier", "python")
    install_plugin("acme", source)

    found = load_plugins()

    assert [plugin.name for plugin in found.broken] == []
    assert list(found.notifiers["acme_chat"].notifier.Settings.model_fields) == ["url"]


def test_the_plugin_of_the_tutorial_is_found_reads_and_answers(
    install_plugin: Callable[..., None], tmp_path: Path
) -> None:
    install_plugin("acme", code_of("acme", "python"))
    info = load_plugins().adapters["acme"]
    clock = MovableClock()
    store = open_store(tmp_path / "data", clock)
    adapter = info.create()
    settings = info.adapter.Settings(shop="my-shop", token="t")
    source = Source("acme", lambda: adapter.open(settings, tools_of(store, clock)))

    first, second = (sync([source], SyncPorts(store, clock, a_day_later))[0] for _ in range(2))
    [case, _] = sorted(store.cases(CaseFilter()), key=lambda found: found.number)
    with store.writing() as writer:
        change, reply = queue_reply(store.case(case.number), "Tomorrow.", (), "k1", "question-1", "eva", clock.now())
        writer.save(change, a_day_later(change.case))
        writer.save_reply(reply)
    sent = deliver([source], DeliveryPorts(store, clock, a_day_later))[0]
    store.close()

    assert (first.new_cases, second.new_messages) == (2, 0)
    assert sent.delivered == ["k1"]


@pytest.mark.parametrize(
    ("sender", "subject", "proven", "said"),
    [
        ("no-reply@acme.example", "About ticket T-7", True, (MailKind.NOTIFICATION, "T-7", False)),
        ("no-reply@acme.example", "About ticket T-7", False, (MailKind.NOTIFICATION, "T-7", True)),
        ("x7@relay.acme.example", "Hello?", True, (MailKind.CUSTOMER, "", False)),
        ("no-reply@acme.example", "Your invoice", True, (MailKind.NO_CASE, "", False)),
        ("asa@kund.example", "About ticket T-7", True, None),
    ],
)
def test_the_mail_reader_of_the_tutorial_knows_its_mails(
    install_plugin: Callable[..., None],
    sender: str,
    subject: str,
    proven: bool,
    said: tuple[MailKind, str, bool] | None,
) -> None:
    install_plugin("acme", "import re\n" + code_of("acme", "python") + code_of("acme mails", "python"))
    [reader] = [reader for reader in load_plugins().mail_readers if reader.plugin == "acme"]
    at = MovableClock().now()
    signers = frozenset({"acme.example"}) if proven else frozenset[str]()

    found = MailReaders([reader], get_logger())(
        Mail("1@x", Party(email=sender), (), (), subject, "", (), at, at, signers)
    )

    assert (found and (found.kind, found.ref, bool(found.doubt))) == said
