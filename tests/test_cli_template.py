"""`casehub template` and `casehub reply --template` as a person and a program meet them, on a real database."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.app import open_hub
from hub.cli import main
from hub.cli.editor import template
from hub.core.incoming import CaseUpdate
from hub.core.merge import keys_of, merge_batch
from hub.core.model import Author, Case, CaseType, Direction, Message, Order, OrderLine, Party, PlatformCase
from hub.core.shipments import Shipment
from hub.drafts import SCISSORS
from hub.plugins import load_plugins
from hub.templates.library import starter_set
from hub.templates.model import Stage
from hub.templates.parsing import FILTERS, PARTS
from hub.templates.placeholders import PLACEHOLDERS
from hub.templating import library_of, render, source_of, stage_of, suggested, writes_greeting
from tests import test_cli_desk
from tests.fakes import MovableClock

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ASA = Party("Åsa Öberg", "asa@kund.example", language="sv")
HUB_TOML = """
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2026-12-31

[channels.support]
adapter = "email_imap"
address = "help@shop.example"
name = "Lampbutiken"
imap_host = "127.0.0.1"
smtp_host = "127.0.0.1"
password = "env:SHOP_PASSWORD"
languages = ["nl", "en"]

[channels.ichiba]
adapter = "rakuten"
shop_id = 1
service_secret = "env:SHOP_PASSWORD"
license_key = "env:SHOP_PASSWORD"

[channels.bol]
adapter = "bolcom"
client_id = "a"
client_secret = "env:SHOP_PASSWORD"
"""
OWN = 'title = "Follow it"\ntypes = ["delay"]\n[values.place]\nquestion = "Where is it now?"\nexample = "Malmö"\n'


@dataclass
class Desktop:
    """The commands on one database, beside a folder for templates of one's own."""

    config: Path

    def run(self, *words: str, text: str = "") -> Result:
        arguments = ["--config", str(self.config), *words]
        return CliRunner().invoke(main, arguments, input=text, env={"COLUMNS": "140"})

    def told(self, *words: str, **more: Any) -> str:
        """What a command that must succeed prints."""
        result = self.run(*words, **more)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def data(self, *words: str) -> Any:
        return json.loads(self.told(*words, "--json"))

    def refused(self, *words: str, code: int = 2) -> str:
        """What a command says that must refuse."""
        result = self.run(*words)
        assert result.exit_code == code
        return " ".join(result.stderr.split())

    def opens(self, ref: str, channel: str = "support", **facts: Any) -> None:
        """A case comes, written an hour ago."""
        at = NINE - timedelta(hours=1)
        message = Message(
            f"{ref}-m", Author.CUSTOMER, Direction.INBOUND, at, "4711?", sender=facts.get("customer", ASA)
        )
        update = replace(CaseUpdate(ref, at, (message,), subject="4711", customer=ASA), **facts)
        with open_hub(self.config) as hub, hub.store.writing() as writer:
            known = writer.known(channel, keys_of([update]))
            for change in merge_batch([update], known, channel, hub.clock.now(), writer.next_number).changes:
                writer.save(change, hub.evaluation_of(change.case))

    def writes(self, name: str, **files: str) -> None:
        """A template of one's own."""
        folder = self.config.parent / "templates" / name
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file.replace("_", ".")).write_text(text, encoding="utf-8")

    def waiting(self) -> list[str]:
        with open_hub(self.config) as hub:
            return [reply.text for reply in hub.store.replies()]

    def case(self, number: str = "CH-1001") -> Case:
        with open_hub(self.config) as hub:
            return hub.store.case(number)


@pytest.fixture
def desktop(tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    config = tmp_path / "hub.toml"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    monkeypatch.setenv("SHOP_PASSWORD", "hemligt")
    return Desktop(config)


PARCEL = Order("4711", shipments=(Shipment("PostNord", "0037", "AT_TRANSPORTER"),))


# Lists


def test_the_list_has_the_starter_set_with_what_each_fits(desktop: Desktop) -> None:
    lines = desktop.told("template", "list").splitlines()

    assert lines[0].split() == ["template", "title", "fits", "languages", "whose"]
    assert lines[1].split() == [
        "complaint",
        "Complaint",
        "complaint",
        "cs",
        "de",
        "en",
        "fr",
        "ja",
        "nl",
        "sv",
        "starter",
    ]
    assert len(lines) == 9


def test_the_list_for_programs_has_ones_own_and_what_is_broken(desktop: Desktop) -> None:
    desktop.writes("follow", template_toml=OWN, en_txt="At {{ plaice }}.")
    rows = {row["name"]: row for row in desktop.data("template", "list")["templates"]}

    assert rows["follow"]["origin"] == "own"
    assert rows["follow"]["languages"] == ["en"]
    assert "did you mean place?" in rows["follow"]["problems"][0]
    assert rows["return"]["problems"] == []
    assert "templates/follow/en.txt:1: there is no placeholder plaice" in desktop.told("template", "list")


def test_only_what_fits_a_case_is_listed_for_it(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.RETURN)
    desktop.opens("c2", type=CaseType.QUESTION, order=PARCEL)

    assert [row["name"] for row in desktop.data("template", "list", "--for", "1001")["templates"]] == ["return"]
    assert "stage-dispatched" in desktop.told("template", "list", "--for", "1002")
    assert "There is no case CH-1009" in desktop.refused("template", "list", "--for", "1009")


def test_a_case_that_no_template_is_made_for_is_told(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.UNREADABLE)

    assert desktop.told("template", "list", "--for", "1001").startswith("No template is made for a case like CH-1001")


@pytest.mark.parametrize(
    ("order", "stage"),
    [
        (None, None),
        (Order("1"), Stage.CONFIRMED),
        (Order("1", shipments=(Shipment(state="PRE_ANNOUNCED"),)), Stage.CONFIRMED),
        (Order("1", shipments=(Shipment(state="shipped"), Shipment())), Stage.DISPATCHED),
        (
            Order("1", shipments=(Shipment(state="DELIVERED_AT_CUSTOMER"), Shipment(state="IN_TRANSIT"))),
            Stage.DISPATCHED,
        ),
        (Order("1", shipments=(Shipment(state="DELIVERED_AT_CUSTOMER"),)), Stage.DELIVERED),
        (Order("1", shipments=(Shipment(state="PICKED_UP_AT_PICK_UP_POINT"),)), Stage.DELIVERED),
    ],
)
def test_how_far_an_order_has_come_is_told_by_its_parcels(order: Order | None, stage: Stage | None) -> None:
    assert stage_of(Case("CH-1", "support", "c1", NINE, NINE, order=order)) is stage


# One template


def test_a_template_is_shown_with_what_it_asks_for_and_its_text(desktop: Desktop) -> None:
    shown = desktop.told("template", "show", "return", "--language", "sv")

    assert "Asks for:   by_when (else promise.on)" in shown
    assert "instructions (may be left out): How does the customer send it back" in shown
    assert "starter set/return/sv.txt:" in shown
    assert "  Hej {{ customer.name }}!" in shown


def test_without_a_language_the_text_in_the_channels_first_is_shown(desktop: Desktop) -> None:
    assert "starter set/return/nl.txt:" in desktop.told("template", "show", "return")


def test_a_template_for_programs_has_its_values_and_texts(desktop: Desktop) -> None:
    everything, one = (
        desktop.data("template", "show", "delay"),
        desktop.data("template", "show", "delay", "--language", "ja"),
    )

    assert [value["name"] for value in everything["values"]] == ["by_when", "arrives_on"]
    assert everything["values"][0]["otherwise"] == "promise.on"
    assert len(everything["texts"]) == 7
    assert list(one["texts"]) == ["ja"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("template", "show", "retrun"), "There is no template 'retrun'; did you mean return?"),
        (("template", "show", "return", "--language", "fi"), "has no text in 'fi'; there is cs, de, en"),
        (("template", "try", "delay", "1001", "--language", "fi"), "has no text in 'fi'; there is cs, de, en"),
        (("template", "try", "delay", "1001", "--set", "by_when"), "'by_when' is no KEY=VALUE"),
        (("template", "try", "delay", "1001", "--set", "by_wen=1"), "has no value 'by_wen'; did you mean by_when?"),
        (("template", "try", "delay", "1001", "--set", "by_when=2026-11-01"), "which has passed"),
        (("template", "try", "delay", "1009"), "There is no case CH-1009"),
        (("template", "lint", "retrun"), "There is no template 'retrun'"),
        (("template", "lint", "nowhere/return"), "There is no folder"),
        (("reply", "1001", "--language", "sv", "-m", "Hej"), "name it with --template"),
        (("reply", "1001", "--template", "delay", "-m", "Hej"), "comes from -m or from --template"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way_out(desktop: Desktop, words: tuple[str, ...], said: str) -> None:
    desktop.opens("c1", type=CaseType.DELAY)

    assert said in desktop.refused(*words)


# A trial


def test_a_trial_shows_the_text_the_language_and_what_was_filled_in(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.DELAY, order=PARCEL)

    told = desktop.told("template", "try", "delay", "1001", "--as", "Bo Ek")

    assert told.splitlines()[0] == "delay in sv: it is the customer's language"
    assert re.search(r"^  tracking.carrier +PostNord$", told, re.MULTILINE)
    assert re.search(r"^  by_when +måndag 23 november$", told, re.MULTILINE)
    assert "\nHej Åsa Öberg!\n" in told
    assert "Ditt paket fraktas av PostNord och har nummer 0037." in told
    assert told.endswith("Vänliga hälsningar\nBo Ek\nLampbutiken\n")
    assert desktop.waiting() == []


def test_a_trial_for_programs_says_the_same(desktop: Desktop) -> None:
    desktop.opens("c1", customer=Party("Jan", "jan@kund.example"))

    made = desktop.data(
        "template",
        "try",
        "stage-confirmed",
        "1001",
        "--set",
        "arrives_on=2026-12-04",
        "--set",
        "change_until=2026-12-01",
    )

    assert (made["case"], made["language"], made["refused"]) == ("CH-1001", "nl", None)
    assert made["why"] == "it is the first of the channel's languages that is there"
    assert made["filled"]["arrives_on"] == "vrijdag 4 december"
    assert "verwacht op vrijdag 4 december" in made["text"]


def test_everything_that_a_text_lacks_is_said_at_once_with_how_to_give_it(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.QUESTION)

    said = desktop.refused("template", "try", "stage-dispatched", "1001")

    assert "stage-dispatched (sv) lacks tracking.parcels" in said
    assert '--set tracking.carrier="…" --set tracking.number="…"' in said
    assert '--set arrives_on="2026-12-04"' in said
    given = ("--set", "tracking.carrier=DHL", "--set", "tracking.number=7", "--set", "arrives_on=i morgon")
    assert "Fraktbolag: DHL\nKollinummer: 7\n" in desktop.told("template", "try", "stage-dispatched", "1001", *given)


def test_beyond_the_known_hours_of_the_office_nothing_is_promised(desktop: Desktop, clock: MovableClock) -> None:
    desktop.opens("c1", type=CaseType.RETURN)
    clock.advance(days=38, hours=2)

    assert 'give it with --set by_when="2026-12-04"' in desktop.refused("template", "try", "return", "1001")


def test_a_text_that_the_platform_would_refuse_is_told(desktop: Desktop) -> None:
    desktop.opens("c1", "ichiba", type=CaseType.COMPLAINT)
    made = desktop.run("template", "try", "complaint", "1001", "--set", f"solution={'x' * 301}")

    assert made.exit_code == 1
    assert "301 characters, and 300 are allowed" in made.stderr


def test_a_broken_text_of_ones_own_is_refused_by_file_and_line_and_the_others_go_on(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.RETURN)
    desktop.writes("return", sv_txt="Hej!\n{{ custmer.name }}")

    assert "templates/return/sv.txt:2: there is no placeholder custmer.name" in desktop.refused(
        "template", "try", "return", "1001"
    )
    assert "Beste Åsa" in desktop.told("template", "try", "return", "1001", "--language", "nl")
    assert "Hej Åsa" in desktop.told("template", "try", "delay", "1001")


# Platforms


LINKED = "By {{ promise.on }}: {{ tracking.url }}"


def test_what_a_platform_forbids_is_refused_there_with_its_reason(desktop: Desktop) -> None:
    desktop.writes("follow", template_toml=OWN, sv_txt=LINKED)
    desktop.opens("c1", "ichiba")
    desktop.opens("c2")
    given = ("--set", "tracking.url=https://tracking.example/7")

    assert "tracking.url cannot be used here: Rakuten Ichiba (R-Messe): R-Messe refuses links" in desktop.refused(
        "template", "try", "follow", "1001", *given
    )
    assert "tracking.url cannot be used here: Rakuten Ichiba" in desktop.refused("template", "try", "follow", "1001")
    assert "https://tracking.example/7" in desktop.told("template", "try", "follow", "1002", *given)


def test_where_the_platform_writes_the_salutation_the_text_has_none(desktop: Desktop) -> None:
    desktop.opens("c1", "bol", type=CaseType.RETURN, customer=Party("Jan de Vries", language="nl-BE"))

    told = desktop.told("template", "try", "return", "1001")

    assert "Without salutation and closing: the platform writes its own." in told
    assert "Jan de Vries" not in told
    assert "Bedankt voor uw bericht." in told
    assert "Met vriendelijke groet" not in told


def test_the_draft_of_a_task_in_a_portal_has_no_salutation_either(desktop: Desktop) -> None:
    desktop.opens("c1", "bol", type=CaseType.RETURN, customer=Party("Jan de Vries", language="nl-BE"))
    desktop.run("reply", "1001", "--template", "return")

    [task] = desktop.case().open_tasks
    assert task.text.startswith("Bedankt voor uw bericht.")
    assert task.text.endswith("wat de volgende stap is.")


def test_a_bol_case_that_is_answered_by_mail_is_greeted(desktop: Desktop) -> None:
    desktop.opens("c1")
    about = replace(desktop.case(), about=PlatformCase("bolcom", "7"))

    with open_hub(desktop.config) as hub:
        assert not writes_greeting(hub, about)


def test_every_placeholder_that_a_platform_forbids_is_one(desktop: Desktop) -> None:
    adapters = [info.adapter for info in load_plugins().adapters.values()]

    assert {name for adapter in adapters for name in adapter.forbidden_placeholders} <= set(PLACEHOLDERS)
    assert [adapter.key for adapter in adapters if adapter.forbidden_placeholders] == ["rakuten"]
    assert [adapter.key for adapter in adapters if adapter.writes_greeting] == ["bolcom"]


# Checks


def test_the_starter_set_passes_the_check(desktop: Desktop) -> None:
    assert desktop.told("template", "lint") == "✓ 8 of 8 templates can be used.\n"


def test_the_check_names_what_is_wrong_and_what_deserves_a_look(desktop: Desktop) -> None:
    desktop.writes("follow", template_toml=OWN, en_txt=LINKED, nl_txt="{{ plaice }}")
    result = desktop.run("template", "lint", "follow")

    assert result.exit_code == 1
    assert "templates/follow/nl.txt:1: there is no placeholder plaice; did you mean place?" in result.stdout
    assert "note: follow: the value place is asked for, and no text has a place for it" in result.stdout
    assert "cannot be used on Rakuten Ichiba (R-Messe) because of tracking.url" in result.stdout
    assert result.stdout.endswith("✗ 0 of 1 templates can be used.\n")


def test_the_check_for_programs_says_on_which_platforms_a_template_can_be_used(desktop: Desktop) -> None:
    desktop.writes("follow", template_toml=OWN, en_txt=LINKED)
    rows = {row["name"]: row for row in desktop.data("template", "lint")["templates"]}

    assert "Rakuten Ichiba (R-Messe)" in rows["return"]["platforms"]
    assert "Rakuten Ichiba (R-Messe)" not in rows["follow"]["platforms"]
    assert len(rows["follow"]["platforms"]) == len(rows["return"]["platforms"]) - 1
    assert all(not finding["error"] for finding in rows["follow"]["findings"])


def test_a_template_that_is_not_in_use_yet_is_checked_by_its_place(desktop: Desktop, tmp_path: Path) -> None:
    place = tmp_path / "drafts" / "return"
    place.mkdir(parents=True)
    (place / "nl.txt").write_text("{% if %}", encoding="utf-8")

    for named in (place, place / "nl.txt"):
        result = desktop.run("template", "lint", str(named))
        assert result.exit_code == 1
        assert "return/nl.txt:1: Expected an expression" in result.stdout


def test_a_folder_of_templates_that_is_named_and_not_there_is_told(desktop: Desktop) -> None:
    desktop.config.write_text(f'templates = "texts"\n{HUB_TOML}', encoding="utf-8")

    assert "templates (" in desktop.refused("template", "list")
    assert "but there is no such folder" in desktop.refused("template", "list")


# Replies


def test_a_reply_from_a_template_is_queued_as_it_was_filled_in(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.RETURN)
    done = desktop.run("reply", "1001", "--template", "return", "--set", "by_when=2026-11-30", "--as", "Bo Ek")

    assert done.exit_code == 0
    assert "From the template return in sv: it is the customer's language." in done.stderr
    [text] = desktop.waiting()
    assert "Senast måndag 30 november" in text
    assert text.endswith("Vänliga hälsningar\nBo Ek\nLampbutiken")


def test_a_reply_whose_template_lacks_something_is_not_queued(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.QUESTION)

    assert "lacks arrives_on" in desktop.refused("reply", "1001", "--template", "stage-confirmed")
    assert desktop.waiting() == []


def test_a_template_reads_nothing_from_standard_input(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.RETURN)
    desktop.run("reply", "1001", "--template", "return", "--language", "en", text="something else")

    [text] = desktop.waiting()
    assert "something else" not in text
    assert text.startswith("Hello Åsa Öberg,")


def test_the_editor_opens_with_the_text_of_the_template_above_the_conversation() -> None:
    case = Case("CH-1", "support", "c1", NINE, NINE, subject="Hej")

    assert template(case, lambda message: "", "Hej Åsa!").startswith(f"Hej Åsa!\n\n{SCISSORS}\n")


def test_on_a_terminal_the_text_of_a_template_is_finished_in_the_editor(desktop: Desktop, tmp_path: Path) -> None:

    desktop.opens("c1", type=CaseType.RETURN)
    script = tmp_path / "editor.py"
    code = (
        "import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text('utf-8').replace('Hej', 'Tjena'))"
    )
    script.write_text(code, encoding="utf-8")

    done = test_cli_desk.on_a_terminal(
        test_cli_desk.Desktop(desktop.config),
        "reply",
        "1001",
        "--template",
        "return",
        typed="y\n",
        editor=shlex.join([sys.executable, str(script)]),
    )

    assert done.returncode == 0
    assert desktop.waiting()[0].startswith("Tjena Åsa Öberg!")


# For others


def test_the_functions_for_others_answer_the_same(desktop: Desktop) -> None:
    desktop.opens("c1", type=CaseType.RETURN)
    case = desktop.case()
    values: Mapping[str, str] = {"by_when": "2026-11-30"}

    with open_hub(desktop.config) as hub:
        made = render(hub, case, "return", language="nl-BE", values=values, greet=False)
        assert suggested(hub, case) == ("return",)
        assert library_of(hub).folder is None
        assert source_of(hub, case).due == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
        assert source_of(hub, case).promise == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)

    assert (made.language, made.why, made.template) == ("nl", "as you asked", "return")
    assert made.text.startswith("Bedankt")


# The document


def document() -> str:
    return (Path(__file__).parents[1] / "docs" / "templates.md").read_text(encoding="utf-8")


def rows_below(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its own heading."""
    table = document().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip("`") for cell in row] for row in rows[1:]]


def test_the_document_has_every_placeholder_as_the_code_has_it() -> None:
    told = {
        name: (placeholder.meaning, ", ".join(f"{key} {value}" for key, value in (placeholder.items or {}).items()))
        for name, placeholder in PLACEHOLDERS.items()
    }

    assert {row[0]: row[1] for row in rows_below("Placeholders")} == {name: words for name, (words, _) in told.items()}
    assert [row[2] for row in rows_below("Placeholders")] == [
        listed or PLACEHOLDERS[name].example for name, (_, listed) in told.items()
    ]


def test_the_document_has_every_starter_template_with_what_it_asks_for() -> None:
    asked = {row[0]: set(re.findall(r"`(\w+)`", f"`{row[2]}`")) for row in rows_below("The starter set")}

    assert asked == {name: set(one.values) for name, one in starter_set().items()}


def test_the_document_has_every_placeholder_that_a_platform_forbids_with_its_mark() -> None:
    forbidden = {
        (adapter.title, name, reason)
        for adapter in (info.adapter for info in load_plugins().adapters.values())
        for name, reason in adapter.forbidden_placeholders.items()
    }

    assert {
        (row[0], row[1], f"{row[2].removesuffix(')')}, {row[3]})") for row in rows_below("What platforms forbid")
    } == (forbidden)


def test_the_document_names_every_part_and_filter() -> None:
    words = set(re.findall(r"`(\w+)`", document()))

    assert set(PARTS) | set(FILTERS) <= words


def test_the_example_of_the_document_is_a_good_template(desktop: Desktop) -> None:
    [table] = re.findall(r"```toml\n(.*?)```", document(), re.DOTALL)
    [text] = [text for text in re.findall(r"```text\n(.*?)```", document(), re.DOTALL) if "{% block" in text]
    desktop.writes("pick-up", template_toml=table, en_txt=text)
    desktop.opens("c1", type=CaseType.DELAY, order=replace(PARCEL, lines=(OrderLine("Vas"),)))

    assert desktop.told("template", "lint", "pick-up").splitlines()[-1] == "✓ 1 of 1 templates can be used."
    told = desktop.told("template", "try", "pick-up", "1001", "--set", "place=Coop, Storgatan 5")
    assert (
        "Your order 4711 waits for you at Coop, Storgatan 5.\nPlease pick it up by Monday 23 November.\n- 1 x Vas\n"
        in told
    )
