"""The reply box: what is sent, what is asked before, what is kept, and who is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from hub.core.model import Author, Direction
from hub.core.outbox import Reply, ReplyState
from hub.drafts import RESTS_AFTER, drafts_of
from tests.deciding_desk import AnyClock
from tests.web_fixtures import served
from tests.web_world import Visitor, WebWorld, words_of

FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
TEXT = "Hej! Vi skickar en ny vas i morgon."


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[WebWorld]:
    with served(tmp_path, clock, monkeypatch, install_plugin) as made:
        yield made


def fields(page: str) -> dict[str, str]:
    """What the reply box sends along by itself."""
    box = page[page.index('id="said"') :]
    return {name: unescape(value) for name, value in FIELD.findall(box) if name != "csrf"}


def writes(visitor: Visitor, text: str = TEXT, number: str = "CH-1001", script: bool = False, **more: Any) -> Any:
    """Open a case, write, and send."""
    told = fields(visitor.get(f"/cases/{number}").text)
    headers = {"hx_request": "true"} if script else {}
    return visitor.post(f"/cases/{number}/reply", {**told, "text": text, "step": "send", **more}, **headers)


def waiting(world: WebWorld, number: str = "CH-1001") -> list[Reply]:
    return [reply for reply in world.hub.store.replies(case_number=number) if not reply.is_quiet]


def test_a_reply_is_put_into_the_outbox_as_the_command_does(world: WebWorld) -> None:
    world.desktop.opens()
    answer = writes(world.signed_in())

    (reply,) = waiting(world)
    assert answer.headers["location"] == "/cases/CH-1001#outbox"
    assert (reply.text, reply.by, reply.after, reply.state) == (TEXT, "eva", "s1-m1", ReplyState.QUEUED)
    assert world.site.people.audit()[0].act == "reply"
    assert TEXT not in str(world.site.people.audit())


def test_to_a_script_the_box_comes_back_fresh(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    before = fields(visitor.get("/cases/CH-1001").text)
    answer = visitor.post("/cases/CH-1001/reply", {**before, "text": TEXT}, hx_request="true")

    assert json.loads(answer.headers["hx-trigger"])["casehub:acted"]["act"] == "reply"
    assert fields(answer.text)["client_key"] != before["client_key"]


def test_the_same_form_sent_twice_is_one_reply(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    form = {**fields(visitor.get("/cases/CH-1001").text), "text": TEXT}
    visitor.post("/cases/CH-1001/reply", form)
    visitor.post("/cases/CH-1001/reply", form)

    assert len(waiting(world)) == 1


@pytest.mark.parametrize("script", [False, True])
def test_when_the_customer_wrote_meanwhile_both_are_shown_and_nothing_is_sent(world: WebWorld, script: bool) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    form = {**fields(visitor.get("/cases/CH-1001").text), "text": TEXT}
    world.desktop.clock.advance(minutes=5)
    world.desktop.opens(
        messages=(world.desktop.letter("s1-m1", hours=1), world.desktop.letter("s1-m2", text="Glöm det!"))
    )
    headers = {"hx_request": "true"} if script else {}

    first = visitor.post("/cases/CH-1001/reply", form, **headers)

    assert "Glöm det!" in first.text
    assert "The conversation went on while you were writing" in first.text
    assert script or f">{TEXT}</textarea>" in first.text
    assert waiting(world) == []
    second = visitor.post("/cases/CH-1001/reply", {**fields(first.text), "text": TEXT}, **headers)
    assert second.status_code in (200, 303)
    assert [reply.after for reply in waiting(world)] == ["s1-m2"]


def test_an_answer_given_elsewhere_meanwhile_is_shown_first(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    form = {**fields(visitor.get("/cases/CH-1001").text), "text": TEXT}
    world.desktop.clock.advance(minutes=5)
    ours = world.desktop.letter("s1-m2", author=Author.SELLER, direction=Direction.OUTBOUND, text="Redan svarat")
    world.desktop.opens(messages=(world.desktop.letter("s1-m1", hours=1), ours))

    assert "Redan svarat" in visitor.post("/cases/CH-1001/reply", form, hx_request="true").text
    assert waiting(world) == []


def test_a_colleagues_reply_that_came_in_between_is_shown_first(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    form = {**fields(visitor.get("/cases/CH-1001").text), "text": TEXT}
    world.desktop.run("reply", "CH-1001", "-m", "Vi återkommer på tisdag.", "--yes", "--as", "bo")

    first = visitor.post("/cases/CH-1001/reply", form)

    assert "bo wrote a reply meanwhile" in words_of(first.text)
    assert len(waiting(world)) == 1
    visitor.post("/cases/CH-1001/reply", {**fields(first.text), "text": TEXT})
    assert len(waiting(world)) == 2


def test_what_a_platform_refuses_is_named_with_its_rule_and_the_text_stays(world: WebWorld) -> None:
    world.desktop.opens()
    answer = writes(world.signed_in(), "Se http://kund.example i morgon")

    assert answer.status_code == 422
    assert "A text has no links (rule 8)" in answer.text
    assert ">Se http://kund.example i morgon</textarea>" in answer.text
    assert waiting(world) == []


def test_what_stands_against_a_text_is_told_while_it_is_typed(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()

    told = visitor.post("/cases/CH-1001/check", {"text": "Hej [NAMN], " + "x" * 100})

    assert "at most 100 characters" in told.text
    assert "placeholder-left" in told.text
    assert "Refused:" in told.text
    assert waiting(world) == []


def test_an_empty_text_is_not_sent(world: WebWorld) -> None:
    world.desktop.opens()
    answer = writes(world.signed_in(), "")

    assert answer.status_code == 422
    assert waiting(world) == []


def test_it_is_sent_later_when_that_is_asked_for(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    writes(visitor, send_at="2026-11-24T10:30")
    over = writes(visitor, send_at="2026-11-20T10:30")

    (reply,) = waiting(world)
    assert reply.send_at is not None
    assert reply.send_at.isoformat() == "2026-11-24T10:30:00+01:00"
    assert "That instant is over" in over.text


def test_then_the_case_is_closed(world: WebWorld) -> None:
    world.desktop.opens()
    writes(world.signed_in(), then_close="1")

    assert waiting(world)[0].extra == {"then": "close"}


def test_files_go_with_it_and_are_kept_while_its_writer_is_asked(world: WebWorld) -> None:
    world.desktop.opens("portal", "p1")
    visitor = world.signed_in()
    told = fields(visitor.get("/cases/CH-1001").text)
    files = [("files", ("bild.png", b"\x89PNG", "image/png")), ("files", ("b.txt", b"x", "text/plain"))]
    first = visitor.post("/cases/CH-1001/reply", {**told, "text": TEXT, "step": "preview"}, files=files)
    kept = [unescape(value) for value in re.findall(r'name="kept_files" value="([^"]*)"', first.text)]

    visitor.post("/cases/CH-1001/reply", {**fields(first.text), "text": TEXT, "kept_files": kept})

    assert len(kept) == 2
    assert world.case().open_tasks[0].what == "answer the customer, with bild.png, b.txt"


def test_a_file_that_this_server_did_not_keep_cannot_be_named(world: WebWorld) -> None:
    world.desktop.opens()
    forged = json.dumps(["geheim.txt", "text/plain", 3, world.hub.store.keep(b"abc")]) + ".00"
    answer = writes(world.signed_in(), kept_files=forged)

    assert "The files have to be chosen again" in answer.text
    assert waiting(world) == []


def test_where_only_a_person_can_answer_the_text_becomes_a_task(world: WebWorld) -> None:
    world.desktop.opens("portal", "p1")
    visitor = world.signed_in()
    writes(visitor)

    (task,) = world.case().open_tasks
    assert (task.text, task.step) == (TEXT, "Open the question in the seller account and write the answer there.")
    assert "Open the question in the seller account" in visitor.page("/cases/CH-1001")


def test_an_answer_that_goes_to_somebody_else_is_shown_once_more(world: WebWorld) -> None:
    letter = world.desktop.letter("s1-m1", hours=1, extra={"reply_to": "other@kund.example"})
    world.desktop.opens(messages=(letter,))
    visitor = world.signed_in()
    first = writes(visitor)

    assert "wants the answer sent to other@kund.example" in words_of(first.text)
    assert waiting(world) == []
    visitor.post("/cases/CH-1001/reply", {**fields(first.text), "text": TEXT})
    assert len(waiting(world)) == 1


def test_a_rule_that_wants_a_second_person_is_told_before_and_holds_the_reply(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> None:
    rule = '\n[approval.new_people]\nwriters = ["eva"]\n'
    with served(tmp_path, clock, monkeypatch, install_plugin, rule) as world:
        world.desktop.opens()
        visitor = world.signed_in()
        told = visitor.post("/cases/CH-1001/check", {"text": TEXT}).text
        writes(visitor)

        assert "new_people" in told
        assert waiting(world)[0].state is ReplyState.HELD


class TestDrafts:
    """What is typed and not sent."""

    def test_a_draft_is_there_again_when_the_case_is_opened_again(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        visitor.get("/cases/CH-1001")
        visitor.post("/cases/CH-1001/draft", {"text": "Hej, <b>halvfärdig"})

        assert ">Hej, &lt;b&gt;halvfärdig</textarea>" in visitor.get("/cases/CH-1001").text
        assert visitor.get("/cases/CH-1001/draft").text == "Hej, <b>halvfärdig"

    def test_it_is_gone_once_it_is_in_the_outbox(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        visitor.get("/cases/CH-1001")
        visitor.post("/cases/CH-1001/draft", {"text": TEXT})
        writes(visitor)

        assert visitor.get("/cases/CH-1001/draft").text == ""

    def test_nobody_else_gets_it_and_everybody_sees_that_it_is_written(self, world: WebWorld) -> None:
        world.desktop.opens()
        eva, bo = world.signed_in("eva"), world.signed_in("bo")
        eva.get("/cases/CH-1001")
        eva.post("/cases/CH-1001/draft", {"text": "hemligt utkast"})

        page = bo.page("/cases/CH-1001")

        assert "eva is writing since" in page
        assert "hemligt utkast" not in page
        assert "eva" in world.desktop.run("show", "CH-1001", "--json").stdout.split('"writing"')[1][:60]

    def test_who_types_no_more_writes_no_more(self, world: WebWorld) -> None:
        world.desktop.opens()
        drafts_of(world.hub).keep("CH-1001", "eva", "Hej")
        world.desktop.clock.advance(seconds=RESTS_AFTER.total_seconds() + 1)

        assert drafts_of(world.hub).others("CH-1001", "bo") == []
        assert drafts_of(world.hub).kept("CH-1001", "eva") == "Hej"

    def test_an_empty_box_leaves_no_draft(self, world: WebWorld) -> None:
        drafts = drafts_of(world.hub)
        begun, again = drafts.keep("CH-1001", "eva", "Hej"), drafts.keep("CH-1001", "eva", "Hej du")
        drafts.keep("CH-1001", "eva", "  ")

        assert (begun, again) == (True, False)
        assert list(drafts.of("CH-1001")) == []

    def test_what_an_editor_left_is_gone_on_with_in_the_browser(self, world: WebWorld) -> None:
        world.desktop.opens()
        with drafts_of(world.hub).writing("CH-1001", "eva") as path:
            path.write_text("Från terminalen\n", encoding="utf-8")

        assert ">Från terminalen</textarea>" in world.signed_in().get("/cases/CH-1001").text
        drafts_of(world.hub).keep("CH-1001", "eva", "Från terminalen, och mer")
        assert len(list(drafts_of(world.hub).of("CH-1001"))) == 1

    def test_a_refused_reply_is_kept_as_a_draft(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        writes(visitor, TEXT, send_at="nonsense")

        assert visitor.get("/cases/CH-1001/draft").text == TEXT


class TestTemplates:
    """Texts that are filled in."""

    def test_a_template_is_filled_in_and_put_into_the_box_without_a_script(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()
        form = {"template": "delay", "language": "sv", "value:by_when": "2026-12-04", "insert": "1"}

        page = visitor.post("/cases/CH-1001/template", form).text

        assert re.search(r"<textarea[^>]*>[^<]*4 december", page)

    def test_what_is_missing_is_named_and_asked_for(self, world: WebWorld) -> None:
        world.desktop.opens()
        visitor = world.signed_in()

        piece = visitor.post("/cases/CH-1001/template", {"template": "stage-confirmed"}, hx_request="true").text

        assert 'name="value:' in piece
        assert "lacks" in piece

    def test_one_that_does_not_exist_is_not_found(self, world: WebWorld) -> None:
        world.desktop.opens()

        assert world.signed_in().post("/cases/CH-1001/template", {"template": "../x"}).status_code == 404


class TestPresence:
    """Who else is there."""

    def test_who_looks_is_told_to_the_others_until_they_leave(self, world: WebWorld) -> None:
        world.desktop.opens()
        eva, bo = world.signed_in("eva"), world.signed_in("bo")
        eva.page("/cases/CH-1001")

        assert "eva is looking" in bo.page("/cases/CH-1001")
        assert "bo is looking" in words_of(eva.post("/cases/CH-1001/looking").text)
        eva.post("/cases/CH-1001/looking", {"leaves": "1"})
        assert "eva is looking" not in words_of(bo.post("/cases/CH-1001/looking").text)

    def test_every_open_page_is_told_when_somebody_comes_or_begins_to_write(
        self, world: WebWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[tuple[str, object]] = []
        monkeypatch.setattr(world.site.live, "say", lambda kind, data: told.append((kind, data)))
        world.desktop.opens()
        eva, bo = world.signed_in("eva"), world.signed_in("bo")
        eva.page("/cases/CH-1001")
        assert told == []
        bo.page("/cases/CH-1001")
        bo.page("/cases/CH-1001")
        assert told == [("changed", ["CH-1001"])]
        for text in ("H", "He", "Hej"):
            bo.post("/cases/CH-1001/draft", {"text": text})
        assert told == [("changed", ["CH-1001"])] * 2

    def test_who_says_nothing_any_more_is_forgotten(self, world: WebWorld) -> None:
        world.desktop.opens()
        world.signed_in("eva").page("/cases/CH-1001")
        world.desktop.clock.advance(timedelta(seconds=46))

        assert world.site.presence.others("CH-1001", "bo", world.hub.clock.now()) == []


def test_a_form_that_is_sent_several_times_at_once_is_one_letter(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    form = {**fields(visitor.get("/cases/CH-1001").text), "csrf": visitor.csrf, "text": TEXT, "step": "send"}

    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(lambda _: visitor.client.post("/cases/CH-1001/reply", data=form), range(4)))

    assert [answer.status_code for answer in answers] == [303] * 4
    assert len(waiting(world)) == 1


def test_what_was_taken_back_can_be_sent_again_from_the_same_page(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    form = {**fields(visitor.get("/cases/CH-1001").text), "text": TEXT, "step": "send"}
    visitor.post("/cases/CH-1001/reply", form)
    visitor.post(f"/cases/CH-1001/outbox/{waiting(world)[0].key}/cancel", {})

    visitor.post("/cases/CH-1001/reply", form)

    assert sorted(reply.state for reply in waiting(world)) == [ReplyState.CANCELLED, ReplyState.QUEUED]


def test_another_text_from_the_same_page_shows_the_one_that_is_on_its_way_and_then_goes_too(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    form = {**fields(visitor.get("/cases/CH-1001").text), "text": TEXT, "step": "send"}
    visitor.post("/cases/CH-1001/reply", form)

    asked = visitor.post("/cases/CH-1001/reply", {**form, "text": "Ett tillägg."})
    assert (asked.status_code, TEXT in asked.text, "another reply to" in asked.text) == (422, True, False)
    visitor.post("/cases/CH-1001/reply", {**fields(asked.text), "text": "Ett tillägg.", "step": "send"})

    assert [reply.text for reply in waiting(world)] == [TEXT, "Ett tillägg."]
