"""`casehub evidence` and what it stands for in the other commands, as a person and a program meet them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from hub.app import open_hub
from hub.core.exhibits import EvidenceKind
from hub.core.incoming import CaseUpdate
from hub.core.model import (
    Attachment,
    CaseType,
    Money,
    Order,
    OrderLine,
    PlatformCase,
)
from hub.reaching import reach_of
from tests import deciding_desk
from tests.deciding_desk import ASA, AnyClock
from tests.proving_shop import HUB_TOML, PORTAL, SHOP


class Desktop(deciding_desk.Desktop):
    """The commands on one database with a shop and a portal that want evidence, and a folder of the seller's files."""

    columns = 200

    @property
    def folder(self) -> Path:
        return self.config.parent

    def file(self, name: str, content: bytes = b"a picture") -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def opens(self, channel: str = "shop", ref: str = "s1", **facts: Any) -> None:
        """A case with a picture of the customer comes from a platform, written an hour ago."""
        with open_hub(self.config) as hub:
            photo = Attachment("kundens.jpg", "image/jpeg", 3, hub.store.keep(b"abc"))
        asked = self.letter(f"{ref}-m1", hours=1, text="Trasig 漢字", attachments=(photo,))
        line = OrderLine("Vas", "v1", 1, Money(Decimal("79.00"), "SEK"))
        update = CaseUpdate(
            ref,
            asked.sent_at,
            (asked,),
            subject="Trasig vas",
            type=CaseType.COMPLAINT,
            customer=ASA,
            order=Order("4711", (line,), Money(Decimal("79.00"), "SEK")),
        )
        self.arrives(channel, replace(update, **facts))

    def done(self) -> Any:
        """What was done last on the shop's side."""
        return json.loads(self.state.read_text("utf-8"))


@pytest.fixture
def desktop(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Desktop:
    (tmp_path / "hub.toml").write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(tmp_path / "state.json")))
    install_plugin("portal", PORTAL)
    return Desktop(tmp_path / "hub.toml", tmp_path / "state.json", clock)


# Looking


def test_the_evidence_of_a_case_is_shown_with_what_each_act_wants_of_it(desktop: Desktop) -> None:
    desktop.opens()

    lines = [line.rstrip() for line in desktop.told("evidence", "1001").splitlines()]

    assert lines[0] == "Evidence of CH-1001"
    assert "  order             present  order 4711, 79.00 SEK: 1 x Vas" in lines
    assert "  photos            present  kundens.jpg" in lines
    assert "  delivery_proof    missing  nobody gave what proves that it arrived" in lines
    assert lines.count("refuse  cannot be asked for yet") == 1  # of two items, told once
    assert "  photos, required: missing" in lines
    text = "\n".join(lines)
    assert "There is neither a picture nor a film of yours. Show it. (documented, https://shop.example/rules)" in text
    assert "`casehub evidence CH-1001 --add photos=FILE` gives it" in text
    assert "Hand over  cannot be asked for yet" in lines


def test_programs_get_every_kind_with_its_source_and_the_gaps(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.data("evidence", "1001")

    assert [item["kind"] for item in told["evidence"]] == list(EvidenceKind)
    assert [(one["for"]["word"], one["gaps"]) for one in told["checklists"]] == [
        ("refuse", ["photos"]),
        ("", ["solution_offered"]),
    ]
    photos = next(item for item in told["checklists"][0]["items"] if item["kind"] == "photos")
    assert (photos["required"], photos["presence"], photos["mark"]) == (True, "missing", "documented")


@pytest.mark.parametrize(("word", "code"), [("REFUSE", 1), ("hand-over", 1), ("refund", 0)])
def test_a_script_learns_from_the_exit_code_whether_there_is_a_gap(desktop: Desktop, word: str, code: int) -> None:
    desktop.opens()

    assert desktop.run("evidence", "1001", "--for", word).exit_code == code


def test_a_word_that_the_platform_does_not_take_is_named_with_those_it_takes(desktop: Desktop) -> None:
    desktop.opens()

    assert "takes refuse, hand_over, refund" in desktop.refused("evidence", "1001", "--for", "repair")


# Giving


def test_what_is_given_is_kept_and_goes_with_the_act(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.told(
        "evidence",
        "1001",
        "--add",
        f"photos={desktop.file('låda 漢字.jpg')}",
        "--tracking",
        "DHL:77",
        "--for",
        "refuse",
    )
    desktop.told("decide", "1001", "refuse", "--item", "i1", "--yes")
    desktop.told("deliver")

    assert "refuse  has what it requires" in told
    assert desktop.done() == {"word": "refuse", "files": ["låda 漢字.jpg"], "parcels": ["77"]}
    assert desktop.case().decisions[0].rejects
    assert "evidence of photos given by Eva: låda 漢字.jpg" in desktop.told("show", "1001", "--history")


def test_a_person_at_a_terminal_sees_what_goes_along(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.acting.is_terminal", lambda: True)
    desktop.opens()
    desktop.told("evidence", "1001", "--add", f"photos={desktop.file('a.jpg')}", "--tracking", "DHL:77")

    result = desktop.run("decide", "1001", "refuse", "--item", "i1", text="y\n")
    by_hand = desktop.run("decide", "1001", "refuse", "--item", "i2", text="n\n")

    assert "Evidence: a.jpg, DHL:77, kept on the case, goes with it" in result.stderr
    assert "kept on the case" not in by_hand.stderr


def test_an_act_with_a_gap_is_refused_before_anything_is_queued(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.refused("decide", "1001", "refuse", "--item", "i2", "--yes")
    handing = desktop.refused("hand-over", "1001", "--yes")

    assert "'Refuse' wants evidence that CH-1001 does not have. photos: there is neither" in told
    assert "Show it (documented, https://shop.example/rules)." in told
    assert "solution_offered: nobody said which solution was offered" in handing
    assert desktop.told("outbox") == "The outbox is empty: every reply was delivered or taken back.\n"


def test_the_word_of_a_person_fills_a_gap_and_can_be_taken_back(desktop: Desktop) -> None:
    desktop.opens()

    desktop.told(
        "evidence", "1001", "--say", "solution_offered=ny vas <b>", "--not-applicable", "photos", "-m", "borta"
    )
    assert desktop.run("evidence", "1001", "--for", "hand_over").exit_code == 0
    assert "photos does not apply, says Eva: borta" in desktop.told("show", "1001", "--history")

    desktop.told("evidence", "1001", "--take-back", "solution-offered", "--take-back", "photos")

    assert desktop.case().evidence == ()
    assert "evidence of photos taken back by Eva" in desktop.told("show", "1001", "--history")


def test_of_several_things_that_are_said_at_once_either_all_are_kept_or_none(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.refused("evidence", "1001", "--say", "order=4711", "--not-applicable", "photos")

    assert "Say why photos does not apply to CH-1001, with -m." in told
    assert desktop.case().evidence == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--add", "photo=x"], "'photo' is no kind of evidence; there is order, dispatch_proof"),
        (["--add", "photos"], "is not written as KIND=FILE"),
        (["--say", "order= "], "is not written as KIND=TEXT"),
        (["--add", "photos=nowhere.jpg"], "There is no file nowhere.jpg"),
        (["--tracking", "DHL"], "CARRIER:NUMBER"),
    ],
)
def test_what_is_typed_wrongly_is_explained(desktop: Desktop, words: list[str], told: str) -> None:
    desktop.opens()

    assert told in desktop.refused("evidence", "1001", *words)


def test_kept_evidence_is_sound_in_the_database_and_survives_its_rebuilding(desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("evidence", "1001", "--add", f"photos={desktop.file('a.jpg')}", "--say", "order=4711")
    before = desktop.case()

    desktop.told("db", "rebuild")

    assert desktop.case() == before
    assert "is sound" in desktop.told("db", "check")


def test_a_merge_takes_evidence_along_and_its_files_stay_known(desktop: Desktop) -> None:
    desktop.opens()
    desktop.opens(ref="s2")
    desktop.told("evidence", "1002", "--add", f"photos={desktop.file('a.jpg')}")

    desktop.told("merge", "1002", "1001")

    assert [exhibit.kind for exhibit in desktop.case().evidence] == [EvidenceKind.PHOTOS]
    assert "is sound" in desktop.told("db", "check")
    assert "do this on CH-1001" in desktop.refused("evidence", "1002", "--say", "order=1")
    assert desktop.data("evidence", "1002")["case"] == "CH-1001"


# In other commands


def test_show_tells_gaps_and_goodwill_in_a_line_each(desktop: Desktop) -> None:
    desktop.opens()

    lines = [line.rstrip() for line in desktop.told("show", "1001").splitlines()]

    assert (
        "Evidence  refuse lacks photos; Hand over lacks solution_offered; `casehub evidence CH-1001` tells more"
        in lines
    )
    assert "Goodwill  refund costs 79.00 SEK, within your limit of 100 SEK. casehub never does it by itself." in lines
    desktop.told(
        "evidence",
        "1001",
        "--add",
        f"photos={desktop.file('a.jpg')}",
        "--say",
        "solution_offered=ny",
        "--say",
        "order=1",
    )
    assert "Evidence  " not in desktop.told("show", "1001")


def test_programs_are_told_of_evidence_and_goodwill(desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("evidence", "1001", "--say", "solution_offered=ny vas")

    shown, offered = desktop.data("show", "1001"), desktop.data("decide", "1001")

    assert shown["case"]["evidence"][0]["text"] == "ny vas"
    for told in (shown["goodwill"], offered["goodwill"]):
        assert told["word"] == "refund"
        assert told["limit"] == {"amount": "100", "currency": "SEK"}
    offers = {offer["word"]: offer["evidence"] for offer in offered["offers"]}
    assert offers["refund"] is None
    assert offers["refuse"]["gaps"] == ["photos"]


def test_decide_lists_what_is_missing_and_suggests_goodwill_without_doing_it(desktop: Desktop) -> None:
    desktop.opens()

    lines = [line.strip() for line in desktop.told("decide", "1001").splitlines()]

    assert "evidence required and missing: photos; missing, not required: tracking" in lines
    assert lines[-1].startswith("Goodwill: refund costs 79.00 SEK, within your limit of 100 SEK.")
    assert desktop.told("outbox") == "The outbox is empty: every reply was delivered or taken back.\n"
    assert "cannot" not in desktop.told("deliver")
    assert desktop.case().decisions == ()


def test_a_plugin_that_breaks_keeps_nobody_from_reading(desktop: Desktop) -> None:
    desktop.opens(subject="break")

    assert "Offers    unknown: " in desktop.told("show", "1001")
    assert desktop.data("show", "1001")["goodwill"] is None


# What only a person does in a portal


def test_a_task_for_a_portal_wants_its_evidence_too(desktop: Desktop) -> None:
    desktop.opens("portal")

    handing = desktop.refused("hand-over", "1001", "-m", "varför")
    refusing = desktop.refused("decide", "1001", "refuse")

    for told in (handing, refusing):
        assert (
            "dispatch_proof: nobody gave what proves that it was sent (documented, https://portal.example/help)."
            in told
        )
        assert "With --keep-task it becomes a task all the same." in told
    assert desktop.data("tasks")["tasks"] == []


def test_the_task_alone_can_be_kept_and_says_what_is_missing(desktop: Desktop) -> None:
    desktop.opens("portal")

    handed = desktop.data("hand-over", "1001", "--keep-task")
    decided = desktop.data("decide", "1001", "refuse", "--keep-task")

    assert handed["task"]["what"] == "hand the case over to the platform, missing evidence: dispatch_proof"
    assert decided["task"]["what"] == "decide refuse, missing evidence: dispatch_proof"


def test_a_task_whose_evidence_is_there_needs_no_word(desktop: Desktop) -> None:
    desktop.opens("portal")
    receipt = desktop.file("kvitto.pdf", b"%PDF")

    with_it = desktop.data("decide", "1001", "refuse", "--evidence", receipt)
    desktop.told("evidence", "1001", "--add", f"dispatch_proof={receipt}")
    handed = desktop.data("hand-over", "1001")

    assert with_it["task"]["what"] == "decide refuse, evidence kvitto.pdf"
    assert handed["task"]["what"] == "hand the case over to the platform"


def test_a_portal_has_a_checklist_for_handing_over_and_for_a_word_that_it_takes(desktop: Desktop) -> None:
    desktop.opens("portal")

    told = desktop.data("evidence", "1001")
    refusing = desktop.run("evidence", "1001", "--for", "refuse", "--json")

    assert [one["for"]["kind"] for one in told["checklists"]] == ["hand_over"]
    assert refusing.exit_code == 1
    assert json.loads(refusing.stdout)["checklists"][0]["gaps"] == ["dispatch_proof"]


def test_the_rules_of_the_platform_count_that_a_mailed_case_is_about(desktop: Desktop) -> None:
    desktop.opens("shop", subject="Trasig", ref="s1")
    with open_hub(desktop.config) as hub:
        case = replace(hub.store.case("CH-1001"), about=PlatformCase("portal", "p1"))
        reach = reach_of(hub, case)

    assert reach.title == "The portal"
    assert [wanted.kind for wanted in reach.wants(case, reach.offers(case)[-1].kind)] == [EvidenceKind.DISPATCH_PROOF]


def test_a_plugin_that_breaks_at_its_wants_is_told_as_one(desktop: Desktop) -> None:
    desktop.opens("portal", subject="break")

    result = desktop.run("hand-over", "1001")

    assert result.exit_code != 0
    assert "Traceback" not in result.output
    assert "a secret of the plugin" not in result.output


# Exporting


def test_a_bundle_is_written_for_what_is_asked_and_tells_what_is_missing(desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("note", "1001", "-m", "besvärlig kund", "--as", "Eva")
    folder, archive = desktop.folder / "out", desktop.folder / "out.zip"

    told = desktop.told("evidence", "1001", "--for", "refuse", "--export", str(folder))
    data = desktop.data("evidence", "1001", "--export", str(archive), "--with-notes")

    assert told.splitlines()[0] == f"The evidence of CH-1001 is in {folder}, with 1 file."
    missing = "dispatch_proof, tracking, delivery_proof, solution_offered"
    assert f"refuse: required and missing: photos; missing, not required: {missing}." in told
    assert "besvärlig" not in (folder / "index.html").read_text("utf-8")
    assert (data["exported"], data["files"], data["problems"]) == (str(archive), ["files/001-kundens.jpg"], [])
    with ZipFile(archive) as kept:
        assert "besvärlig" in kept.read("index.html").decode()
        assert len(json.loads(kept.read("case.json"))["checklists"]) == 2
    assert "is not empty" in desktop.refused("evidence", "1001", "--export", str(folder))


def test_a_file_that_is_lost_is_named(desktop: Desktop) -> None:
    desktop.opens()
    [digest] = [file.digest for message in desktop.case().messages for file in message.attachments]
    for path in (desktop.folder / "data").rglob(digest):
        path.unlink()

    told = desktop.told("evidence", "1001", "--export", str(desktop.folder / "out"))

    assert "! kundens.jpg: its content cannot be read" in told
