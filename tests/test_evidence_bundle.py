"""The bundle of evidence: a page that asks nobody for anything, the same for programs, and every file beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.events import Acted
from hub.core.evidence import checklist
from hub.core.exhibits import EvidenceKind, Exhibit
from hub.core.model import (
    Attachment,
    Author,
    Case,
    CaseType,
    Direction,
    Message,
    Money,
    Order,
    OrderLine,
    Party,
    epoch,
)
from hub.core.platform_acts import Act, ActKind, Mark, Offer, Wanted
from hub.core.policy import ClockName
from hub.core.portal import Decision
from hub.core.readings import Reading
from hub.core.shipments import Shipment
from hub.dossier import Dossier
from hub.dossier_page import page
from hub.errors import NotFound, Refused
from hub.evidence_bundle import write_bundle

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ASA = Party("Åsa Öberg", "asa@kund.example")
CONTENTS = {sha256(content).hexdigest(): content for content in (b"a picture", b"<script>", b"a receipt")}
PICTURE, PAGE, RECEIPT = CONTENTS
PHOTO = Attachment("vas 漢字 #1.jpg", "image/jpeg", 9, PICTURE)
EVIL = "<img src=https://evil.example/x.png onerror=alert(1)> & <b>trasig</b> 漢字 🙂 \ud800"
REFUSE = Offer(
    ActKind.DECIDE,
    "Refuse",
    "Nothing is paid",
    "refuse",
    wants=(Wanted(EvidenceKind.TRACKING, True, "https://shop.example/<rules>", Mark.DOCUMENTED, "Traceable."),),
    rejects=True,
)


def content(digest: str) -> bytes:
    if digest not in CONTENTS:
        raise NotFound(f"there is no content {digest[:4]}")
    return CONTENTS[digest]


def a_case(**facts: Any) -> Case:
    asked = Message(
        "m1",
        Author.CUSTOMER,
        Direction.INBOUND,
        NOON,
        EVIL,
        sender=ASA,
        attachments=(PHOTO, Attachment("gone.pdf", "application/pdf", 7, "0" * 64)),
    )
    note = Message("n1", Author.SELLER, Direction.NOTE, NOON, "besvärlig kund", sender=Party("Eva"))
    answer = Message("reply:k1", Author.SELLER, Direction.OUTBOUND, NOON + timedelta(hours=1), html="<p>Ny vas</p>")
    case = Case(
        "CH-1001",
        "shop",
        "r1",
        NOON,
        NOON,
        subject=EVIL,
        type=CaseType.COMPLAINT,
        customer=ASA,
        order=Order(
            "4711",
            (OrderLine("Vas", "v1", 2, Money(Decimal("99.50"), "SEK")),),
            Money(Decimal("199.00"), "SEK"),
            shipments=(Shipment("DHL", "", "SENT", NOON),),
        ),
        messages=(asked, note, answer),
        url="https://portal.example/r1",
        decisions=(Decision("k1", NOON, "renew", "renew", who="Eva"),),
        evidence=(
            Exhibit(EvidenceKind.PHOTOS, NOON, "Eva", (PHOTO,)),
            Exhibit(
                EvidenceKind.DISPATCH_PROOF, NOON, "Eva", (Attachment("vas 漢字 #1.jpg", "image/jpeg", 9, RECEIPT),)
            ),
            Exhibit(EvidenceKind.DELIVERY_PROOF, NOON, "Eva", text="hämtat själv", waived=True),
        ),
    )
    return replace(case, **facts)


def a_dossier(**facts: Any) -> Dossier:
    case = a_case()
    sent = Acted("k1", Act(ActKind.DECIDE, "renew", evidence=(Attachment("x.html", "text/html", 8, PAGE),)), "Eva")
    clock = Reading(ClockName.FIRST_RESPONSE, 0, "m1", "a-day", epoch(NOON), epoch(NOON + timedelta(days=1)))
    dossier = Dossier(
        case,
        (checklist(case, REFUSE),),
        NOON + timedelta(days=2),
        "Europe/Stockholm",
        "The shop",
        (clock,),
        ((NOON, sent),),
    )
    return replace(dossier, **facts)


class Reader(HTMLParser):
    """What a browser would find in the page: its tags, its addresses, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "action", "data")]
        assert not any(name.startswith("on") for name, _ in attributes)

    def handle_data(self, data: str) -> None:
        self.text += data


def written(target: Path, **facts: Any) -> tuple[Any, Reader]:
    write_bundle(target, a_dossier(**facts), content)
    data = json.loads((target / "case.json").read_text(encoding="utf-8"))
    return data, Reader((target / "index.html").read_text(encoding="utf-8"))


def test_a_bundle_has_a_page_data_and_every_file_under_a_safe_name_of_its_own(tmp_path: Path) -> None:
    data, _ = written(tmp_path / "out")

    there = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert there == [
        "case.json",
        "files/001-vas 漢字 #1.jpg",
        "files/003-vas 漢字 #1.jpg",
        "files/004-x.html.txt",
        "index.html",
    ]
    for file in data["files"]:
        if file["path"]:
            body = (tmp_path / "out" / file["path"]).read_bytes()
            assert (file["sha256"], file["size"]) == (sha256(body).hexdigest(), len(body))


def test_a_file_that_stands_in_several_places_is_kept_once_and_names_them_all(tmp_path: Path) -> None:
    data, _ = written(tmp_path / "out")

    assert data["files"][0]["from"] == ["message 1", "given as photos by Eva"]
    assert data["files"][0]["evidence"] == ["photos"]


def test_a_file_that_cannot_be_read_is_named_and_nothing_else_fails(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "out", a_dossier(), content)
    data = json.loads((tmp_path / "out" / "case.json").read_text(encoding="utf-8"))

    assert bundle.problems == ("gone.pdf: its content cannot be read: there is no content 0000",)
    assert (data["files"][1]["path"], data["files"][1]["sha256"]) == (None, None)
    assert "there is no content 0000" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_the_page_asks_nobody_for_anything_and_shows_what_people_wrote_as_text(tmp_path: Path) -> None:
    _, page_read = written(tmp_path / "out")

    assert not {"script", "link", "iframe", "form", "object", "base", "b>"} & set(page_read.tags)
    assert page_read.addresses
    for address in page_read.addresses:
        assert address.startswith("files/00")
    assert "<img src=https://evil.example/x.png onerror=alert(1)> & <b>trasig</b> 漢字 🙂" in page_read.text
    assert "<p>Ny vas</p>" in page_read.text
    assert "default-src 'none'" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_the_page_tells_gaps_times_in_both_zones_order_decisions_and_deadlines(tmp_path: Path) -> None:
    _, read = written(tmp_path / "out")

    for told in (
        "refuse: required and missing: tracking.",
        "missing (required)",
        "Traceable. documented: https://shop.example/<rules>",
        "hämtat själv (says Eva)",
        "2026-03-02 13:00:00 Europe/Stockholm (2026-03-02 12:00:00 UTC)",
        "2 x Vas v1, 99.50 SEK",
        "199.00 SEK",
        "renew, by Eva",
        "due 2026-03-03 13:00:00 Europe/Stockholm (2026-03-03 12:00:00 UTC)",
        f"SHA-256 {PICTURE}",
    ):
        assert told in read.text


def test_the_data_has_a_stable_shape(tmp_path: Path) -> None:
    data, _ = written(tmp_path / "out")

    assert list(data) == [
        "schema",
        "exported_at",
        "case",
        "order",
        "checklists",
        "conversation",
        "decisions",
        "acts",
        "deadlines",
        "files",
    ]
    assert (data["schema"], data["exported_at"]) == ("casehub-evidence/1", "2026-03-04T12:00:00Z")
    assert data["checklists"][0]["for"] == {"kind": "decide", "word": "refuse", "title": "Refuse"}
    assert data["checklists"][0]["gaps"] == ["tracking"]
    items = {item["kind"]: item for item in data["checklists"][0]["items"]}
    assert list(items) == list(EvidenceKind)
    assert (items["photos"]["presence"], items["delivery_proof"]["presence"]) == ("present", "not_applicable")
    assert items["photos"]["stands"][1] == {
        "what": "vas 漢字 #1.jpg",
        "at": "2026-03-02T12:00:00Z",
        "by": "Eva",
        "message": None,
        "file": "files/001-vas 漢字 #1.jpg",
        "parcel": None,
    }
    assert data["acts"] == [
        {
            "kind": "decide",
            "word": "renew",
            "at": "2026-03-02T12:00:00Z",
            "by": "Eva",
            "files": ["files/004-x.html.txt"],
        }
    ]
    assert data["conversation"][1]["text"] == "<p>Ny vas</p>"
    assert data["order"]["value"] == {"amount": "199.00", "currency": "SEK"}


@pytest.mark.parametrize("with_notes", [False, True])
def test_notes_stay_in_the_house_unless_they_are_asked_for(tmp_path: Path, with_notes: bool) -> None:
    data, read = written(tmp_path / "out", with_notes=with_notes)

    assert ("besvärlig" in read.text) is with_notes
    assert ("besvärlig" in json.dumps(data, ensure_ascii=False)) is with_notes
    assert len(data["conversation"]) == (3 if with_notes else 2)


def test_the_same_dossier_makes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        write_bundle(tmp_path / name, a_dossier(), content)
    later = a_dossier(exported_at=NOON + timedelta(days=9))
    write_bundle(tmp_path / "later.zip", later, content)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with ZipFile(tmp_path / "one.zip") as one, ZipFile(tmp_path / "later.zip") as other:
        changed = [name for name in one.namelist() if one.read(name) != other.read(name)]
        assert one.namelist() == other.namelist()
    assert changed == ["case.json", "index.html"]


def test_a_zip_and_a_folder_hold_the_same(tmp_path: Path) -> None:
    written(tmp_path / "out")
    write_bundle(tmp_path / "out.ZIP", a_dossier(), content)

    with ZipFile(tmp_path / "out.ZIP") as archive:
        for name in archive.namelist():
            assert archive.read(name) == (tmp_path / "out" / name).read_bytes()


@pytest.mark.parametrize(
    ("make", "name", "told"),
    [
        (lambda path: (path.mkdir(), (path / "x").write_text("")), "out", "is not empty, and nothing in it is overwri"),
        (lambda path: path.write_text("mine"), "out", "is a file; name a folder"),
        (lambda path: path.write_text("mine"), "out.zip", "exists, and is not overwritten"),
        (lambda _: None, "nowhere/out.zip", "cannot be written"),
    ],
)
def test_nothing_is_overwritten(tmp_path: Path, make: Callable[[Path], Any], name: str, told: str) -> None:
    make(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(Refused, match=told):
        write_bundle(tmp_path / name, a_dossier(), content)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_half_a_bundle_is_not_left_behind(tmp_path: Path, name: str) -> None:
    def breaks(digest: str) -> bytes:
        if digest == RECEIPT:
            raise KeyboardInterrupt
        return content(digest)

    with pytest.raises(KeyboardInterrupt):
        write_bundle(tmp_path / name, a_dossier(), breaks)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    assert written(tmp_path / "out")[0]["case"]["number"] == "CH-1001"


def test_a_case_of_which_nothing_is_known_has_a_page_too(tmp_path: Path) -> None:
    bare = Case("CH-1", "shop", "r1", NOON, NOON)
    data, read = written(tmp_path / "out", case=bare, checklists=(checklist(bare),), deadlines=(), acts=())

    assert (data["order"], data["conversation"], data["files"]) == (None, [], [])
    assert "Nobody has written anything." in read.text
    assert "Checklist: for anybody who asks" in read.text


@given(st.text(), st.text())
def test_no_text_breaks_out_of_the_page(text: str, name: str) -> None:
    case = a_case(
        subject=text,
        messages=(Message("m1", Author.CUSTOMER, Direction.INBOUND, NOON, text, sender=Party(name)),),
        evidence=(Exhibit(EvidenceKind.SOLUTION_OFFERED, NOON, name, text=text or "x"),),
    )
    said = Exhibit(EvidenceKind.SOLUTION_OFFERED, NOON, "y", text="x")
    harmless = replace(case.messages[0], text="x", sender=Party("y"))
    plain = replace(case, subject="", messages=(harmless,), evidence=(said,))

    html, other = (page(Dossier(one, (checklist(one),), NOON, "UTC"), ()) for one in (case, plain))

    assert Reader(html).tags == Reader(other).tags
    html.encode("utf-8")
