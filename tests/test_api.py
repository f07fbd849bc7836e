"""Programs read and work cases as people do, and are told in one sentence why something was not done."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.core.model import Attachment
from hub.core.people import Permission, Role
from tests.api_world import ADDRESS, ApiWorld, Program, api_world
from tests.deciding_desk import AnyClock


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[ApiWorld]:
    with api_world(tmp_path, clock, monkeypatch, install_plugin) as made:
        yield made


@pytest.fixture
def eva(world: ApiWorld) -> Program:
    world.desktop.opens()
    return world.program()


# Who asks


def test_whoever_sends_no_token_is_told_how_to(world: ApiWorld) -> None:
    answer = world.stranger().ask("GET", "/cases")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="casehub"')
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["Bearer chub_wrong", "Bearer", "Basic ZXZhOmV2YQ==", "chub_eva"])
def test_a_token_that_is_none_opens_nothing_even_beside_a_session(world: ApiWorld, header: str) -> None:
    visitor = world.web.signed_in()

    answer = visitor.client.get(f"{ADDRESS}/cases", headers={"authorization": header})

    assert answer.status_code == 401


def test_a_token_may_do_what_both_it_and_its_person_may(world: ApiWorld) -> None:
    world.desktop.opens()
    reader = world.program("eva", Role.ADMIN, Permission.SEE)
    agent = world.program("kim", Role.AGENT, Permission.SEE, Permission.LEAD)

    assert reader.ask("GET", "/cases").status_code == 200
    assert reader.refused("POST", "/cases/CH-1001/notes", {"text": "x"})[:2] == (403, "forbidden")
    assert agent.refused("GET", "/people")[:2] == (403, "forbidden")


def test_who_asks_is_looked_at_before_what_is_asked(world: ApiWorld) -> None:
    sent = world.stranger().client.post(f"{ADDRESS}/cases/nonsense/notes", content=b"{no json")

    assert sent.status_code == 401


def test_the_session_of_a_browser_reads_and_writes_only_with_its_pages_token(world: ApiWorld) -> None:
    world.desktop.opens()
    visitor = world.web.signed_in()
    visitor.get("/sign-in?next=/nowhere")
    visitor.get("/nowhere")
    address, note = f"{ADDRESS}/cases/CH-1001/notes", {"text": "by hand"}

    assert visitor.client.get(f"{ADDRESS}/cases").status_code == 200
    assert visitor.client.post(address, json=note).status_code == 403
    assert visitor.client.post(address, json=note, headers={"x-csrf-token": visitor.csrf}).status_code == 201


def test_whoever_asks_too_often_is_told_when_to_come_again(world: ApiWorld, eva: Program) -> None:
    statuses = [eva.ask("GET", "/me").status_code for _ in range(301)]
    answer = eva.ask("GET", "/me")
    world.desktop.clock.advance(seconds=1)

    assert (set(statuses[:300]), statuses[300]) == ({200}, 429)
    assert answer.headers["retry-after"] == "1"
    assert eva.ask("GET", "/me").status_code == 200


# Reading


def test_the_list_is_turned_page_by_page_and_every_case_is_met_once(world: ApiWorld) -> None:
    for place in range(5):
        world.desktop.opens(ref=f"s{place}")
    program, met = world.program(), list[str]()
    answer = program.ask("GET", "/cases?limit=2&order=newest")
    while True:
        met += [case["number"] for case in answer.json()["cases"]]
        if answer.json()["next"] is None:
            break
        link = re.fullmatch(r'<(/api/v1.*)>; rel="next"', answer.headers["link"])
        assert link is not None
        answer = program.ask("GET", link[1].removeprefix(ADDRESS))

    assert sorted(met) == [f"CH-{number}" for number in range(1001, 1006)]
    assert "link" not in answer.headers


def test_a_case_has_its_messages_history_and_clocks(eva: Program) -> None:
    case = eva.get("/cases/CH-1001")
    clocks = eva.get("/cases/CH-1001/deadlines")["clocks"]

    assert case["messages"] == eva.get("/cases/CH-1001/messages")["messages"]
    assert case["messages"][0]["text"] == "Den kom trasig 漢字"
    assert eva.get("/cases/CH-1001/events")["events"][0]["event"] == "Opened"
    assert [clock["due"] for clock in clocks if clock["clock"] == "first_response"] == [case["deadline"]["due"]]
    assert clocks[0]["steps"]


def test_half_a_letter_of_a_mangled_mail_is_still_json(world: ApiWorld) -> None:
    world.desktop.opens(subject="half \udce5 letter")

    assert world.program().get("/cases")["cases"][0]["subject"]


def test_a_file_is_downloaded_as_a_file_and_only_from_its_own_case(world: ApiWorld) -> None:
    content = b"<script>alert(1)</script>"
    digest = world.web.hub.store.keep(content)
    file = Attachment('å"/../x.html', "text/html", len(content), digest)
    world.desktop.opens(messages=(world.desktop.letter("m1", attachments=(file,)),))
    world.desktop.opens(ref="s2")
    program = world.program()

    listed = program.get("/cases/CH-1001/attachments")["attachments"][0]
    answer = program.ask("GET", f"/cases/CH-1001/attachments/{digest}")

    assert (listed["digest"], listed["message"], listed["kept"]) == (digest, "m1", True)
    assert (answer.content, answer.headers["content-type"]) == (content, "application/octet-stream")
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert program.refused("GET", f"/cases/CH-1002/attachments/{digest}")[:2] == (404, "not-found")


def test_search_finds_words_in_messages(eva: Program) -> None:
    assert [case["number"] for case in eva.get("/search?q=trasig")["cases"]] == ["CH-1001"]


def test_events_are_followed_from_a_place_on_and_none_is_missed(world: ApiWorld, eva: Program) -> None:
    place = eva.get("/events")["after"]
    eva.post("/cases/CH-1001/notes", {"text": "one"})
    eva.post("/cases/CH-1001/assign", {"to": "eva"})

    first = eva.get(f"/events?after={place}&limit=1")
    second = eva.get(f"/events?after={first['after']}")

    assert [event["event"] for event in (*first["events"], *second["events"])] == ["MessageArrived", "Assigned"]
    assert eva.get(f"/events?after={second['after']}") == {"events": [], "after": second["after"]}


def test_channels_tell_what_can_be_done_and_what_a_person_does(eva: Program) -> None:
    shop, portal = eva.get("/channels")["channels"]

    assert "decide" in shop["capabilities"]
    assert portal["portal_steps"]["reply"].startswith("Open the question")
    assert eva.get("/scores")["channels"][0]["channel"] == "shop"
    assert eva.get("/status")["cases"] == {"open": 1}


def test_templates_are_listed_and_filled_in_for_a_case(eva: Program) -> None:
    names = [template["name"] for template in eva.get("/templates?case=CH-1001")["templates"]]
    made = eva.post("/templates/return/render", {"case": "CH-1001"})

    assert "return" in names
    assert "return" in eva.get("/templates/return")["name"]
    assert (made["language"], "Åsa Öberg" in made["text"]) == ("en", True)


# Working


def test_a_reply_goes_into_the_outbox_once_and_is_shown_as_it_stands(world: ApiWorld, eva: Program) -> None:
    body = {"text": "Hej, en ny är på väg.", "after": "s1-m1"}

    first = eva.ask("POST", "/cases/CH-1001/replies", body, idempotency_key="k1")
    again = eva.ask("POST", "/cases/CH-1001/replies", body, idempotency_key="k1")
    other = eva.refused("POST", "/cases/CH-1001/replies", {**body, "text": "Nej."}, idempotency_key="k1")

    key = first.json()["reply"]["key"]
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (201, 200, "true")
    assert again.json()["reply"]["key"] == key
    assert first.headers["location"] == f"{ADDRESS}/replies/{key}"
    assert other[:2] == (422, "refused")
    assert [reply["by"] for reply in eva.get("/outbox")["replies"]] == ["eva"]


def test_a_reply_is_refused_when_the_customer_has_written_since(world: ApiWorld, eva: Program) -> None:
    world.desktop.clock.advance(minutes=5)
    world.desktop.opens(messages=(world.desktop.letter("s1-m1", hours=1), world.desktop.letter("s1-m2")))

    status, kind, detail = eva.refused("POST", "/cases/CH-1001/replies", {"text": "Hej.", "after": "s1-m1"})

    assert (status, kind) == (422, "refused")
    assert "wrote again" in detail


def test_a_reply_says_what_its_writer_has_read(eva: Program) -> None:
    unsaid = eva.refused("POST", "/cases/CH-1001/replies", {"text": "Hej.", "after": ""})
    unknown = eva.refused("POST", "/cases/CH-1001/replies", {"text": "Hej.", "after": "another"})

    assert (unsaid[:2], unknown[:2]) == ((422, "refused"), (422, "refused"))
    assert "'s1-m1'" in unsaid[2]


def test_a_text_is_held_against_the_rules_of_its_platform(eva: Program) -> None:
    checked = eva.post("/cases/CH-1001/check", {"text": "Se http://spam.example"})
    refused = eva.refused("POST", "/cases/CH-1001/replies", {"text": "Se http://spam.example", "after": "s1-m1"})

    assert (checked["ok"], checked["findings"][0]["weight"]) == (False, "refused")
    assert refused[0] == 422
    assert eva.get("/outbox")["replies"] == []


def test_a_waiting_reply_is_edited_held_released_and_cancelled(eva: Program) -> None:
    key = eva.post("/cases/CH-1001/replies", {"text": "Hej.", "after": "s1-m1"})["reply"]["key"]
    edit = {"text": "Hej hej.", "after": "s1-m1", "begun": "Hej."}

    assert eva.ask("PUT", f"/replies/{key}", edit).json()["text"] == "Hej hej."
    assert eva.refused("PUT", f"/replies/{key}", edit)[:2] == (422, "refused")
    assert eva.post(f"/replies/{key}/hold", {"why": "the price"})["state"] == "held"
    assert eva.post(f"/replies/{key}/release")["state"] == "queued"
    assert eva.post(f"/replies/{key}/cancel", {"why": "no"})["state"] == "cancelled"
    assert eva.get(f"/replies/{key}")["state"] == "cancelled"
    assert eva.refused("POST", f"/replies/{key}/retry")[:2] == (422, "refused")


def test_where_only_a_person_can_answer_the_text_becomes_a_task(world: ApiWorld) -> None:
    world.desktop.opens("portal", "p1")
    eva = world.program()

    told = eva.post("/cases/CH-1001/replies", {"text": "Hej.", "after": "p1-m1"})
    task = eva.get("/tasks")["tasks"][0]
    left = eva.post(f"/cases/CH-1001/tasks/{task['key']}/done", {"comment": "sent"})

    assert (told["reply"], told["task"]["key"]) == (None, task["key"])
    assert task["step"].startswith("Open the question")
    assert left["tasks"] == []
    assert eva.get("/cases/CH-1001")["messages"][-1]["direction"] == "outbound"


def test_what_moves_money_is_told_and_done_only_when_it_is_confirmed(world: ApiWorld, eva: Program) -> None:
    offers = eva.get("/cases/CH-1001/offers")["offers"]
    wish = {"word": "refund_partly", "percent": 80, "text": "Du får en del tillbaka."}

    problem = eva.ask("POST", "/cases/CH-1001/decisions", wish)
    done = eva.post("/cases/CH-1001/decisions", {**wish, "confirmed": True}, idempotency_key="d1")
    again = eva.post("/cases/CH-1001/decisions", {**wish, "confirmed": True}, idempotency_key="d1")

    assert offers[0]["moves_money"]
    assert (problem.status_code, problem.json()["type"]) == (409, "docs/api.md#problem-confirm")
    assert problem.json()["cost"]["amount"] == {"amount": "250.00", "currency": "SEK"}
    assert problem.json()["effect"] == "The buyer gets the rest of the price back."
    assert done["queued"]["key"] == again["queued"]["key"]
    assert world.desktop.kinds_waiting() == ["decide"]


def test_a_program_that_leads_gives_cases_to_others_and_stops_the_sending(world: ApiWorld, eva: Program) -> None:
    lead = world.program("lea", Role.LEAD)

    assert eva.refused("POST", "/cases/CH-1001/assign", {"to": "lea"})[:2] == (403, "forbidden")
    assert lead.post("/cases/CH-1001/assign", {"to": "lea"})["assignee"] == "lea"
    assert eva.refused("POST", "/cases/CH-1001/assign", {"to": ""})[:2] == (403, "forbidden")
    assert lead.post("/cases/CH-1001/assign", {"to": "eva"})["assignee"] == "eva"
    assert eva.post("/cases/CH-1001/assign", {"to": ""})["assignee"] == ""
    assert lead.refused("POST", "/cases/CH-1001/assign", {"to": "nobody"})[:2] == (404, "not-found")
    world.web.person("gone", active=False)
    assert lead.refused("POST", "/cases/CH-1001/assign", {"to": "gone"})[:2] == (404, "not-found")
    assert lead.post("/outbox/stop", {"channel": "shop", "why": "wrong prices"})["by"] == "lea"
    assert eva.get("/outbox")["stopped"][0]["why"] == "wrong prices"
    assert lead.post("/outbox/resume", {"channel": "shop"})["channel"] == "shop"
    assert [person["name"] for person in lead.get("/people")["people"]] == ["eva", "gone", "lea"]


def test_a_case_is_noted_on_classified_closed_and_opened_again(eva: Program) -> None:
    assert eva.post("/cases/CH-1001/notes", {"text": "Ring på tisdag"})["state"] == "open"
    assert eva.post("/cases/CH-1001/classify", {"type": "missing_item"})["deadline"]["due"]
    assert eva.post("/cases/CH-1001/close", {"here": True, "reason": "by phone"})["state"] == "closed"
    assert eva.post("/cases/CH-1001/reopen", {"here": True})["state"] == "open"
    assert eva.post("/cases/CH-1001/no-reply", {"why": "thanks"})["deadline"] is None
    assert eva.get("/cases/CH-1001")["type"] == "missing_item"


def test_a_due_instant_is_set_by_hand_and_taken_back(world: ApiWorld, eva: Program) -> None:
    before = eva.get("/cases/CH-1001")["deadline"]["due"]
    due = (world.desktop.clock.now() + timedelta(days=9)).isoformat()
    path = "/cases/CH-1001/deadlines/first_response"

    moved = eva.ask("PUT", path, {"due": due, "why": "agreed by phone"}).json()

    assert moved["deadline"]["due"] != before
    assert eva.ask("DELETE", path).json()["deadline"]["due"] == before
    assert eva.refused("PUT", path, {"due": "2001-01-01T00:00:00Z", "why": "x"})[:2] == (422, "refused")


def test_a_merge_has_to_be_confirmed(world: ApiWorld, eva: Program) -> None:
    world.desktop.opens(ref="s2")

    assert eva.refused("POST", "/cases/CH-1002/merge", {"into": "CH-1001"})[:2] == (409, "confirm")
    assert eva.post("/cases/CH-1002/merge", {"into": "CH-1001", "confirmed": True})["case"] == "CH-1001"
    assert eva.get("/cases/CH-1002")["merged_into"] == "CH-1001"


def test_a_file_that_was_sent_goes_with_evidence_and_decisions(world: ApiWorld, eva: Program) -> None:
    headers = {"authorization": f"Bearer {eva.token}", "content-type": "image/png"}
    sent = eva.client.post(f"{ADDRESS}/files?name=..%2Fbox.png", content=b"\x89PNG", headers=headers).json()
    file = {"digest": sent["digest"], "name": sent["name"], "media_type": "image/png"}

    kept = eva.post("/cases/CH-1001/evidence", {"given": [{"kind": "photos", "files": [file]}]})
    wish = {"word": "refuse", "text": "Tyvärr.", "evidence": [file]}
    decision = eva.post("/cases/CH-1001/decisions", wish)["queued"]
    unknown = {**file, "digest": hashlib.sha256(b"never sent").hexdigest()}
    refused = eva.refused("POST", "/cases/CH-1001/replies", {"text": "x", "after": "s1-m1", "attachments": [unknown]})

    assert sent["name"] == "box.png"
    assert {one["kind"]: one["presence"] for one in kept["evidence"]}["photos"] == "present"
    assert [proof["name"] for proof in decision["act"]["evidence"]] == ["box.png"]
    assert refused[:2] == (404, "not-found")


# What was done, and what was not


def test_every_write_stands_in_the_log_of_acts_with_its_door(world: ApiWorld, eva: Program) -> None:
    eva.post("/cases/CH-1001/notes", {"text": "a secret of the customer"})
    eva.post("/cases/CH-1001/check", {"text": "nothing is kept of it"})
    eva.refused("POST", "/cases/CH-9999/notes", {"text": "x"})

    assert world.acts() == [("eva", "write_note", "CH-1001")]
    assert world.web.site.people.audit()[0].door == "api"


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("GET", "/nowhere", None, (404, "not-found")),
        ("GET", "/cases/CH-1001%0A/evidence", None, (404, "not-found")),
        ("GET", "/cases/CH-9999", None, (404, "not-found")),
        ("GET", "/cases/nonsense", None, (422, "invalid")),
        ("PUT", "/cases", {}, (405, "method-not-allowed")),
        ("GET", "/cases?limit=1000", None, (422, "invalid")),
        ("GET", "/cases?chanel=shop", None, (422, "invalid")),
        ("POST", "/cases/CH-1001/notes", {"text": "x", "secret_field": "s3cret"}, (422, "invalid")),
        ("POST", "/cases/CH-1001/notes", {"text": "x" * 3_000_000}, (413, "too-large")),
    ],
)
def test_a_mistake_is_told_as_a_problem(eva: Program, method: str, path: str, body: Any, told: tuple[int, str]) -> None:
    status, kind, detail = eva.refused(method, path, body)

    assert (status, kind) == told
    assert detail
    assert "s3cret" not in eva.ask(method, path, body).text


def test_a_body_that_is_no_json_is_told_apart_from_one_of_another_type(eva: Program) -> None:
    def send(content: bytes, kind: str) -> int:
        headers = {"authorization": f"Bearer {eva.token}", "content-type": kind}
        return int(eva.client.post(f"{ADDRESS}/cases/CH-1001/notes", content=content, headers=headers).status_code)

    assert (send(b"{no", "application/json"), send(b"text=x", "application/x-www-form-urlencoded")) == (400, 415)


def test_what_is_too_large_to_be_looked_at_is_a_problem_too(eva: Program) -> None:
    headers = {"authorization": f"Bearer {eva.token}", "content-length": str(99 * 1024**2)}
    answer = eva.client.post(f"{ADDRESS}/files?name=x", content=b"x", headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_a_method_that_is_not_there_names_those_that_are(eva: Program) -> None:
    path = "/cases/CH-1001/deadlines/first_response"

    assert eva.ask("POST", path, {}).headers["allow"] == "DELETE, PUT"


def test_a_mistake_of_ours_is_told_without_what_it_was(
    world: ApiWorld, eva: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a secret of the house")

    monkeypatch.setattr("hub.store.sqlite.SqliteStore.counts", broken)

    status, kind, detail = eva.refused("GET", "/status")

    assert (status, kind) == (500, "error")
    assert "secret" not in detail
