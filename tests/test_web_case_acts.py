"""Every act on a case through its page does what the command does, is noted, and is refused to whoever may not."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from hub.core.model import CaseState, CaseType
from hub.core.outbox import ReplyState
from hub.core.people import Role
from hub.core.platform_acts import ActKind
from tests.deciding_desk import AnyClock
from tests.test_web_compose import TEXT, waiting, writes
from tests.web_fixtures import served
from tests.web_world import Visitor, WebWorld, words_of

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[WebWorld]:
    with served(tmp_path, clock, monkeypatch, install_plugin) as made:
        yield made


def acts(visitor: Visitor, path: str, **form: Any) -> Any:
    """Send the form of an act; it must be done."""
    visitor.get("/cases/CH-1001")
    answer = visitor.post(f"/cases/CH-1001/{path}", form)
    assert answer.status_code == 303, answer.text
    return answer


def refused(visitor: Visitor, path: str, **form: Any) -> str:
    visitor.get("/cases/CH-1001")
    answer = visitor.post(f"/cases/CH-1001/{path}", form)
    assert answer.status_code in (403, 404, 422), answer.text
    return words_of(answer.text)


def says_yes(visitor: Visitor, question: str, **more: Any) -> Any:
    """Answer the question whether it shall be done."""
    form = question[question.index('id="question-head"') :]
    action = re.search(r'action="([^"]+)"', form)
    assert action
    hidden = {name: unescape(value) for name, value in HIDDEN.findall(form)}
    return visitor.post(action[1], {**hidden, **more})


def audited(world: WebWorld) -> list[tuple[str, str, str]]:
    return [(entry.who, entry.act, entry.about) for entry in world.site.people.audit()]


def test_a_note_stays_in_the_house(world: WebWorld) -> None:
    world.desktop.opens()
    acts(world.signed_in(), "note", text="ring imorgon")

    assert world.case().messages[-1].text == "ring imorgon"
    assert audited(world) == [("eva", "note", "CH-1001")]
    assert "imorgon" not in str(world.site.people.audit())


def test_a_note_may_go_to_the_platform(world: WebWorld) -> None:
    world.desktop.opens()
    acts(world.signed_in(), "note", text="Vi väntar på speditören", to_platform="1")

    assert [reply.kind for reply in waiting(world)] == [ActKind.NOTE]


def test_an_act_by_a_script_is_told_without_a_page(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    visitor.get("/cases/CH-1001")
    answer = visitor.post("/cases/CH-1001/note", {"text": "åäö"}, hx_request="true")

    assert answer.status_code == 204
    assert json.loads(answer.headers["hx-trigger"]) == {"casehub:acted": {"said": "Noted", "act": "note"}}


def test_a_case_is_taken_and_given_back(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    acts(visitor, "assign", to="eva")
    assert world.case().assignee == "eva"

    acts(visitor, "assign", to="")
    assert world.case().assignee == ""


def test_only_a_lead_gives_a_case_to_somebody_else(world: WebWorld) -> None:
    world.desktop.opens()
    world.person("bo")
    agent, lead = world.signed_in("eva"), world.signed_in("lea", Role.LEAD)

    assert "Only a lead" in refused(agent, "assign", to="bo")
    assert "Nobody called carl" in refused(lead, "assign", to="carl")
    acts(lead, "assign", to="bo")
    assert world.case().assignee == "bo"
    assert "Only a lead" in refused(agent, "assign", to="")


def test_a_type_said_by_hand_counts(world: WebWorld) -> None:
    world.desktop.opens()
    acts(world.signed_in(), "classify", type="missing_item", priority="hög")

    assert (world.case().type, world.case().priority) == (CaseType.MISSING_ITEM, "hög")


def test_no_reply_needed_ends_the_clock(world: WebWorld) -> None:
    world.desktop.opens()
    acts(world.signed_in(), "no-reply", why="tackade")

    assert world.hub.deadline_of(world.case()) is None or world.case().waiting_since is None


def test_a_due_instant_is_set_by_hand_and_taken_back(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    acts(visitor, "due", clock="first_response", at="2026-11-25T12:00", why="avtalat")

    assert "Set by eva: avtalat" in visitor.page("/cases/CH-1001")
    acts(visitor, "due", clock="first_response", clear="1")
    assert world.case().due_by_person.get("first_response") is None or "Set by eva" not in visitor.page(
        "/cases/CH-1001"
    )


@pytest.mark.parametrize("at", ["", "2025-01-01T12:00", "2026-11-25", "x", "2026-10-25T02:30"])
def test_a_due_instant_that_cannot_be_meant_is_refused(world: WebWorld, at: str) -> None:
    world.desktop.opens()

    refused(world.signed_in(), "due", clock="first_response", at=at)

    assert world.case().due_by_person == {}


def test_what_was_answered_on_the_platform_stops_the_clock(world: WebWorld) -> None:
    world.desktop.opens()
    acts(world.signed_in(), "answered", at="", text="Ny vas skickad")

    assert world.case().waiting_since is None


def test_closing_goes_to_the_platform_or_stays_here(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    acts(visitor, "close", reason="klart")
    assert [reply.kind for reply in waiting(world)] == [ActKind.CLOSE]

    acts(visitor, f"outbox/{waiting(world)[0].key}/cancel", why="ändå inte")
    acts(visitor, "close", here="1")
    assert world.case().state is CaseState.CLOSED
    acts(visitor, "reopen", here="1")
    assert world.case().state is CaseState.OPEN


def test_where_only_a_person_closes_it_becomes_a_task_that_is_ticked_off(world: WebWorld) -> None:
    world.desktop.opens("portal", "p1")
    visitor = world.signed_in()
    acts(visitor, "close")
    (task,) = world.case().open_tasks

    assert "Press Solved in the seller account." in visitor.page("/cases/CH-1001")
    acts(visitor, f"tasks/{task.key}", at="", comment="gjort")
    assert world.case().portal_tasks[0].comment == "gjort"
    assert world.case().portal_tasks[0].done_by == "eva"


def test_a_task_that_nobody_needs_is_dropped(world: WebWorld) -> None:
    world.desktop.opens("portal", "p1")
    visitor = world.signed_in()
    acts(visitor, "close")
    acts(visitor, f"tasks/{world.case().open_tasks[0].key}", drop="1")

    assert world.case().portal_tasks[0].dropped


def test_an_unreadable_message_is_read_again_and_it_is_told_when_it_stays_so(world: WebWorld) -> None:
    letter = world.desktop.letter("s1-m1", problem="its charset is unknown", raw=world.hub.store.keep(b"raw"))
    world.desktop.opens(messages=(letter,))
    visitor = world.signed_in()

    assert "Read it again" in visitor.page("/cases/CH-1001")
    assert "It still cannot be read" in refused(visitor, "reread")


def test_merging_wants_a_second_yes(world: WebWorld) -> None:
    world.desktop.opens(ref="s1")
    world.desktop.opens(ref="s2")
    visitor = world.signed_in()

    assert "cannot be undone" in refused(visitor, "merge", into="CH-1002")
    assert acts(visitor, "merge", into="1002", sure="1").headers["location"] == "/cases/CH-1002?was=CH-1001"
    assert world.case().merged_into == "CH-1002"


def test_handing_over_is_asked_about_and_done_once(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    visitor.get("/cases/CH-1001")
    question = visitor.post("/cases/CH-1001/hand-over", {"text": "De vill ha mer"})

    assert "The shop decides from then on." in words_of(question.text)
    assert waiting(world) == []
    assert says_yes(visitor, question.text).status_code == 303
    assert [(reply.kind, reply.text) for reply in waiting(world)] == [(ActKind.HAND_OVER, "De vill ha mer")]


class TestDecisions:
    """Deciding a case on its platform."""

    PARTLY = "decide|refund_partly|"

    def asks(self, visitor: Visitor, **form: Any) -> Any:
        visitor.get("/cases/CH-1001")
        return visitor.post("/cases/CH-1001/decide", form)

    def test_the_offers_are_listed_with_what_they_do_need_and_cost(self, world: WebWorld) -> None:
        world.desktop.opens()
        page = world.signed_in().page("/cases/CH-1001")

        assert "Partial refund moves money cannot be undone at most" in page
        assert "The buyer gets the rest of the price back." in page

    def test_what_moves_money_is_done_only_after_a_second_yes(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        question = self.asks(visitor, offer=self.PARTLY, percent="80", text="En femtedel tillbaka")

        assert "250.00" in question.text
        assert waiting(world) == []
        says_yes(visitor, question.text)
        (reply,) = waiting(world)
        assert reply.act is not None
        assert (reply.act.word, reply.act.percent, reply.text) == ("refund_partly", 80, "En femtedel tillbaka")

    def test_a_yes_to_something_else_is_no_yes(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        question = self.asks(visitor, offer=self.PARTLY, percent="80", text="En femtedel tillbaka")
        again = says_yes(visitor, question.text, percent="1")

        assert "question-head" in again.text
        assert waiting(world) == []

    @pytest.mark.parametrize("form", [{"percent": ""}, {"percent": "x"}, {"percent": "100"}, {"percent": "80"}])
    def test_what_it_needs_is_asked_for(self, world: WebWorld, form: dict[str, str]) -> None:
        world.desktop.opens()

        assert self.asks(world.signed_in(), offer=self.PARTLY, **form).status_code == 422
        assert waiting(world) == []

    def test_files_go_with_it_also_through_the_question(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        visitor.get("/cases/CH-1001")
        files = {"files": ("bevis.png", b"\x89PNG", "image/png")}
        form = {"offer": "decide|refuse|", "text": "Nej tack"}
        answer = visitor.post("/cases/CH-1001/decide", form, files=files)

        assert answer.status_code == 303
        assert [file.name for reply in waiting(world) if reply.act for file in reply.act.evidence] == ["bevis.png"]

    def test_a_parcel_goes_with_it(self, world: WebWorld) -> None:
        world.desktop.opens()
        form = {"offer": "decide|resend|item-1", "quantity": "1", "carrier": "PostNord", "number": "7"}
        answer = self.asks(world.signed_in(), **form, parcels="DHL:8\nUPS: 9")

        assert answer.status_code == 303
        parcels = [f"{p.carrier}:{p.number}" for r in waiting(world) if r.act for p in r.act.tracking]
        assert parcels == ["PostNord:7", "DHL:8", "UPS:9"]

    def test_an_offer_that_is_gone_is_not_found(self, world: WebWorld) -> None:
        world.desktop.opens()

        assert self.asks(world.signed_in(), offer="decide|nonsense|").status_code == 404

    def test_where_only_a_portal_decides_it_becomes_a_task(self, world: WebWorld) -> None:
        world.desktop.opens("portal", "p1")
        acts(world.signed_in(), "decide", word="refund", text="Pengarna är på väg")

        (task,) = world.case().open_tasks
        assert (task.word, task.text) == ("refund", "Pengarna är på väg")

    def test_a_plugin_that_breaks_keeps_nobody_from_reading(self, world: WebWorld) -> None:
        world.desktop.opens(subject="break")
        page = world.signed_in().page("/cases/CH-1001")

        assert "What the platform takes is unknown" in page
        assert "a secret of the plugin" not in page

    def test_it_is_decided_twice_only_when_that_is_meant(self, world: WebWorld) -> None:
        world.desktop.opens()
        world.desktop.run("decide", "CH-1001", "slow", "--yes")
        visitor = world.signed_in()

        assert self.asks(visitor, offer="decide|refused|").status_code == 422


class TestEvidence:
    """What stands behind a decision."""

    def test_a_file_a_word_and_a_parcel_are_kept_and_taken_back(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        visitor.get("/cases/CH-1001")
        files = {"files": ("lada.jpg", b"\xff\xd8\xff", "image/jpeg")}
        visitor.post("/cases/CH-1001/evidence", {"kind": "photos", "what": "give"}, files=files)
        acts(visitor, "evidence", kind="solution_offered", text="ny vas", what="give")
        acts(visitor, "evidence", kind="tracking", carrier="PostNord", number="7", what="give")
        acts(visitor, "evidence", kind="delivery_proof", text="aldrig levererat", what="waive")

        kept = {exhibit.kind.value: exhibit for exhibit in world.case().evidence}
        assert sorted(kept) == ["delivery_proof", "photos", "solution_offered", "tracking"]
        assert kept["delivery_proof"].waived
        acts(visitor, "evidence", kind="photos", what="take_back")
        assert "photos" not in {exhibit.kind.value for exhibit in world.case().evidence}

    def test_it_is_downloaded_as_a_bundle(self, world: WebWorld) -> None:
        world.desktop.opens()
        answer = world.signed_in().get("/cases/CH-1001/evidence.zip")

        assert any(name.endswith("index.html") for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist())


class TestOutbox:
    """What is done with a reply on its way."""

    @pytest.fixture(autouse=True)
    def _ten_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CASEHUB_OUTBOX__UNDO", "10s")

    def test_it_is_undone_and_the_text_is_there_again(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        writes(visitor)
        (reply,) = waiting(world)

        assert "Sent in 10 s" in visitor.page("/cases/CH-1001")
        acts(visitor, f"outbox/{reply.key}/undo")
        assert waiting(world)[0].state is ReplyState.CANCELLED
        assert visitor.get("/cases/CH-1001/draft").text == TEXT

    def test_the_time_to_undo_ends_and_nobody_undoes_what_somebody_else_wrote(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor, other = world.signed_in(), world.signed_in("bo")
        writes(visitor)
        (reply,) = waiting(world)

        assert "can still be cancelled" in refused(other, f"outbox/{reply.key}/undo")
        world.desktop.clock.advance(seconds=11)
        assert "can still be cancelled" in refused(visitor, f"outbox/{reply.key}/undo")
        assert waiting(world)[0].state is ReplyState.QUEUED

    def test_it_is_held_let_go_and_cancelled(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        writes(visitor)
        key = waiting(world)[0].key
        assert "cannot be done" in refused(visitor, f"outbox/{key}/sent")
        assert "cannot be done" in refused(visitor, f"outbox/{key}/retry")
        acts(visitor, f"outbox/{key}/hold", why="fel pris")
        assert waiting(world)[0].reason == "held by eva: fel pris"

        acts(visitor, f"outbox/{key}/release")
        assert waiting(world)[0].state is ReplyState.QUEUED
        acts(visitor, f"outbox/{key}/cancel")
        assert waiting(world)[0].state is ReplyState.CANCELLED

    def test_it_is_written_anew_unless_somebody_else_did(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        writes(visitor)
        (reply,) = waiting(world)
        path = f"outbox/{reply.key}/edit"
        acts(visitor, path, text="Hej! Vi skickar två vaser i morgon.", begun=TEXT, after="s1-m1")
        late = visitor.post(f"/cases/CH-1001/{path}", {"text": "Mitt i morgon", "begun": TEXT, "after": "s1-m1"})

        assert waiting(world)[0].text == "Hej! Vi skickar två vaser i morgon."
        assert late.status_code == 422
        assert "Somebody wrote reply" in late.text
        assert ">Mitt i morgon</textarea>" in late.text

    def test_a_text_that_ends_in_blank_lines_is_the_one_that_was_read(self, world: WebWorld) -> None:
        world.desktop.opens()
        world.desktop.run("reply", "CH-1001", "--yes", text="Hej! Vi skickar\nen ny i morgon.\n\n")
        visitor = world.signed_in()
        (reply,) = waiting(world)
        begun = reply.text.replace("\n", "\r\n")
        acts(visitor, f"outbox/{reply.key}/edit", text="Hej! Den kommer i morgon.", begun=begun, after="s1-m1")

        assert waiting(world)[0].text == "Hej! Den kommer i morgon."

    def test_other_files_take_the_place_of_those_it_had(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        writes(visitor)
        path = f"/cases/CH-1001/outbox/{waiting(world)[0].key}/edit"
        files = {"files": ("ny.txt", b"ny", "text/plain")}
        form = {"text": "Hej! Den kommer i morgon.", "begun": TEXT, "after": "s1-m1"}
        refused_by_rule = visitor.post(path, form, files=files)

        assert "takes no files from a program" in refused_by_rule.text
        assert 'name="kept_files"' in refused_by_rule.text

    def test_a_platforms_rule_holds_for_a_text_written_anew(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        writes(visitor)
        form = {"text": "Se http://kund.example i morgon", "begun": TEXT, "after": "s1-m1"}
        answer = visitor.post(f"/cases/CH-1001/outbox/{waiting(world)[0].key}/edit", form)

        assert (answer.status_code, "A text has no links (rule 8)" in answer.text) == (422, True)
        assert waiting(world)[0].text == TEXT

    def test_the_reply_of_another_case_is_not_touched(self, world: WebWorld) -> None:
        world.desktop.opens(ref="s1")
        world.desktop.opens(ref="s2")
        visitor = world.signed_in()
        writes(visitor, number="CH-1002")
        key = waiting(world, "CH-1002")[0].key

        assert "has no reply" in refused(visitor, f"outbox/{key}/cancel")
        assert visitor.get(f"/cases/CH-1001/outbox/{key}").status_code == 404

    def test_nothing_else_can_be_done_with_one(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        writes(visitor)

        assert "can be done with a reply" in refused(visitor, f"outbox/{waiting(world)[0].key}/take_back")


def test_a_second_person_approves_and_the_writer_cannot(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> None:
    rule = '\n[approval.all]\nchannels = ["shop"]\n'
    with served(tmp_path, clock, monkeypatch, install_plugin, rule) as world:
        world.desktop.opens()
        eva, bo = world.signed_in("eva"), world.signed_in("bo")
        writes(eva)
        path = f"outbox/{waiting(world)[0].key}/approve"

        assert "cannot approve" in refused(eva, path, read=TEXT)
        assert "written anew since you read it" in refused(bo, path, read="another text")
        acts(bo, path, read=TEXT)
        assert waiting(world)[0].approved_by == "bo"


def test_every_act_is_noted_with_who_and_from_where(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    acts(visitor, "note", text="x")
    acts(visitor, "assign", to="eva")
    acts(visitor, "classify", type="complaint")
    acts(visitor, "no-reply")

    entries = world.site.people.audit()
    assert [entry.act for entry in entries] == ["no_reply", "classify", "assign", "note"]
    assert {(entry.who, entry.door.value, entry.about, bool(entry.address)) for entry in entries} == {
        ("eva", "web", "CH-1001", True)
    }
