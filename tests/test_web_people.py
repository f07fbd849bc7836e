"""One's account, the people and the log of acts in the browser: rights, secrets, guessing, and what strangers wrote."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.people import Actor, AuditEntry, Door, HouseAct, Permission, Person, Role
from hub.web.words import LANGUAGES, texts
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.staff import ANOTHER, HASHED, PASSWORD, QUICK
from tests.web_world import Visitor, WebWorld, web_world, words_of

EVIL = """"><script>alert('x')</script><img src=x onerror=alert(1)>{{ 7*191 }}"""
TOKEN = re.compile(r"chub_[0-9a-f]{8}_[\w-]{20,}")
LINK = re.compile(r"http://[^\"]*/sign-in/([\w-]{20,})")


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[WebWorld]:
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    with web_world(Desktop(config, state, clock)) as made:
        quick = replace(made.site.doorkeeper.signing_in, passwords=QUICK)
        made.site.doorkeeper = replace(made.site.doorkeeper, signing_in=quick)
        yield made


@pytest.fixture
def admin(world: WebWorld) -> Visitor:
    return world.signed_in("asa", Role.ADMIN)


@pytest.fixture
def bo(world: WebWorld) -> Person:
    person = world.person("bo", full_name="Bo Ek 漢字")
    world.site.people.set_password("bo", HASHED)
    return person


def log(world: WebWorld) -> str:
    return str(world.site.people.audit(limit=1000))


def sign_in(world: WebWorld, name: str, password: str, visitor: Visitor | None = None) -> tuple[int, str]:
    visitor = visitor or world.stranger()
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", {"name": name, "password": password})
    return answer.status_code, words_of(answer.text)


# Signing in


def test_a_person_signs_in_with_a_password_and_is_known_by_name(world: WebWorld, bo: Person) -> None:
    visitor = world.stranger()

    assert sign_in(world, "bo", PASSWORD, visitor)[0] == 303
    assert "Bo Ek 漢字" in visitor.page("/account")


def test_an_unknown_name_is_answered_as_a_wrong_password_is(world: WebWorld, bo: Person) -> None:
    unknown, wrong = sign_in(world, "nobody", PASSWORD), sign_in(world, "bo", ANOTHER)

    assert unknown == wrong
    assert unknown[0] == 401
    assert "The name or the password is wrong." in unknown[1]


@pytest.mark.parametrize("name", ["bo", "nobody"])
def test_after_five_wrong_passwords_the_next_guess_waits(world: WebWorld, bo: Person, name: str) -> None:
    assert [sign_in(world, name, ANOTHER)[0] for _ in range(5)] == [401] * 5
    visitor = world.stranger()
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", {"name": name, "password": PASSWORD})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert "too many wrong passwords. Try again in 2 seconds." in words_of(answer.text)


def test_no_password_is_in_the_answer_or_in_the_log(world: WebWorld, bo: Person) -> None:
    for name, password in (("bo", "a very wrong password"), (PASSWORD, ANOTHER)):
        visitor = world.stranger()
        visitor.get("/sign-in")
        answer = visitor.post("/sign-in", {"name": name, "password": password})
        assert password not in answer.text

    assert PASSWORD not in log(world)
    assert "a very wrong password" not in log(world)


def test_signing_out_ends_the_session_on_the_server_as_well(world: WebWorld, bo: Person) -> None:
    visitor = world.stranger()
    sign_in(world, "bo", PASSWORD, visitor)
    raw = visitor.client.cookies[world.site.doorkeeper.cookie]
    visitor.get("/account")
    visitor.post("/sign-out")

    assert world.site.doorkeeper.signing_in.caller_of_session(raw) is None
    assert "signed_out" in log(world)


# One's own account


def test_one_keeps_a_name_a_language_and_a_theme(world: WebWorld) -> None:
    eva = world.signed_in("eva")
    form = {"full_name": "Eva\nÅkesson", "email": "eva@shop.example", "language": "sv", "theme": "dark"}

    assert eva.post("/account", form).headers["location"] == "/account?done=saved"
    person = world.site.people.person("eva")
    assert (person.full_name, person.email, person.language) == ("Eva Åkesson", "eva@shop.example", "sv")
    assert person.role is Role.AGENT
    page = eva.get("/account?done=saved").text
    assert 'lang="sv" data-theme="dark"' in page
    assert "Ditt konto" in page
    eva.post("/account", {"language": ""})
    assert 'lang="en"' in eva.get("/account").text


def test_one_cannot_make_oneself_more_than_one_is(world: WebWorld) -> None:
    eva = world.signed_in("eva")
    eva.post("/account", {"role": "admin", "active": "yes", "name": "asa", "full_name": "x", "takes_cases": ""})

    person = world.site.people.person("eva")
    assert (person.role, person.takes_cases) == (Role.AGENT, True)


def test_a_password_is_changed_by_the_old_one_and_other_browsers_are_signed_out(world: WebWorld, bo: Person) -> None:
    here, there = world.stranger(), world.stranger()
    for visitor in (here, there):
        sign_in(world, "bo", PASSWORD, visitor)
    here.get("/account")
    answer = here.post("/account/password", {"old": PASSWORD, "new": ANOTHER, "again": ANOTHER})

    assert answer.headers["location"] == "/account?done=password"
    assert here.get("/account").status_code == 200
    assert there.get("/account").headers["location"].startswith("/sign-in")
    assert sign_in(world, "bo", ANOTHER)[0] == 303
    assert ANOTHER not in log(world)


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        (ANOTHER, ANOTHER, ANOTHER, "not the password you have now"),
        (PASSWORD, ANOTHER, ANOTHER + " ", "same way twice"),
        (PASSWORD, "short", "short", "at least 12 characters"),
        (PASSWORD, "x" * 300, "x" * 300, "at most 256"),
        (PASSWORD, "123456789012", "123456789012", "tried first"),
        (PASSWORD, "Bo-Ek-漢字-2026", "Bo-Ek-漢字-2026", "little more than a name"),
    ],
)
def test_a_password_that_is_refused_says_why_and_changes_nothing(
    world: WebWorld, bo: Person, old: str, new: str, again: str, words: str
) -> None:
    visitor = world.stranger()
    sign_in(world, "bo", PASSWORD, visitor)
    visitor.get("/account")
    answer = visitor.post("/account/password", {"old": old, "new": new, "again": again})

    assert answer.status_code == 422
    assert words in words_of(answer.text)
    assert new not in answer.text or new == "short"
    assert world.site.people.password("bo") == HASHED


def test_guessing_the_old_password_is_paused_as_signing_in_is(world: WebWorld, bo: Person) -> None:
    visitor = world.stranger()
    sign_in(world, "bo", PASSWORD, visitor)
    visitor.get("/account")
    form = {"old": "wrong wrong wrong", "new": ANOTHER, "again": ANOTHER}

    assert [visitor.post("/account/password", form).status_code for _ in range(6)] == [422] * 5 + [429]


def test_whoever_came_by_a_link_chooses_a_password_without_an_old_one(world: WebWorld) -> None:
    eva = world.signed_in("eva")
    assert "Choose a password" in eva.page("/account")
    eva.post("/account/password", {"new": ANOTHER, "again": ANOTHER})

    assert sign_in(world, "eva", ANOTHER)[0] == 303
    assert "Change your password" in world.signed_in("eva").page("/account")


def test_sessions_are_listed_and_ended_but_only_one_s_own(world: WebWorld, bo: Person) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    here, there = world.stranger(), world.stranger()
    there.client.headers["user-agent"] = firefox
    for visitor in (here, there):
        sign_in(world, "bo", PASSWORD, visitor)
    other = world.signed_in("eva")
    page = here.page("/account")
    keys = [one.key for one in world.site.people.sessions("bo")]
    [foreign] = [one.key for one in world.site.people.sessions("eva")]

    assert "Firefox, Linux" in page
    assert page.count("this browser") == 1
    assert here.post(f"/account/sessions/{foreign}/end").status_code == 404
    assert other.get("/account").status_code == 200
    here.post("/account/sessions/end")
    assert len(world.site.people.sessions("bo")) == 1
    assert here.get("/account").status_code == 200
    mine = [one.key for one in world.site.people.sessions("bo")]
    assert set(mine) < set(keys)
    here.post(f"/account/sessions/{mine[0]}/end")
    assert here.get("/account").status_code == 303


def test_a_token_is_shown_once_and_is_in_no_page_or_log_after(world: WebWorld) -> None:
    eva = world.signed_in("eva")
    answer = eva.post("/account/tokens", {"label": "the till", "scope": ["see", "work"], "days": "90"})
    [text] = TOKEN.findall(answer.text)
    caller = world.site.doorkeeper.signing_in.caller_of_token(text)

    assert answer.headers["cache-control"] == "no-store"
    assert caller is not None
    assert caller.permissions == {Permission.SEE, Permission.WORK}
    page = eva.get("/account").text
    assert "the till" in page
    secret = text.split("_", 2)[2]
    assert secret not in page + log(world) + str(world.site.people.tokens())
    [token] = world.site.people.tokens("eva")
    assert token.until == world.hub.clock.now() + timedelta(days=90)
    eva.post(f"/account/tokens/{token.key[:8]}/revoke")
    assert world.site.doorkeeper.signing_in.caller_of_token(text) is None


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"label": "x", "scope": "manage", "days": "90"}, 422),
        ({"label": "x", "scope": "fly", "days": "90"}, 422),
        ({"label": "x", "scope": "see", "days": "12345"}, 422),
        ({"label": "", "scope": "see", "days": "90"}, 422),
        ({"label": "x", "days": "90"}, 422),
    ],
)
def test_a_token_beyond_its_person_or_without_sense_is_refused(
    world: WebWorld, form: dict[str, str], status: int
) -> None:
    assert world.signed_in("eva").post("/account/tokens", form).status_code == status
    assert world.site.people.tokens() == []


def test_nobody_revokes_the_token_of_somebody_else_on_the_account_page(world: WebWorld, admin: Visitor) -> None:
    world.signed_in("eva").post("/account/tokens", {"label": "x", "scope": "see", "days": "0"})
    [token] = world.site.people.tokens("eva")

    assert admin.post(f"/account/tokens/{token.key[:8]}/revoke").status_code == 404
    assert admin.post(f"/people/eva/tokens/{token.key[:8]}/revoke").status_code == 303
    assert world.site.people.tokens() == []


# People


def test_somebody_is_let_in_by_a_link_that_is_shown_once(world: WebWorld, admin: Visitor) -> None:
    form = {"name": "lena", "full_name": "Lena Ek", "role": "lead", "language": "sv", "takes_cases": "yes"}
    answer = admin.post("/people", form)
    [secret] = LINK.findall(answer.text)
    visitor = world.stranger()
    visitor.get(f"/sign-in/{secret}")

    assert "Lena Ek works here now" in words_of(answer.text)
    assert secret not in admin.get("/people").text + log(world)
    assert visitor.post(f"/sign-in/{secret}").status_code == 303
    person = world.site.people.person("lena")
    assert (person.role, person.language, person.takes_cases) == (Role.LEAD, "sv", True)
    assert "Ditt konto" in visitor.get("/account").text


@pytest.mark.parametrize(
    "form",
    [
        {"name": "Å B", "role": "agent"},
        {"name": "eva", "role": "owner"},
        {"name": "asa", "role": "agent"},
        {"name": ""},
    ],
)
def test_nobody_is_let_in_twice_with_a_wrong_name_or_an_unknown_role(
    world: WebWorld, admin: Visitor, form: dict[str, str]
) -> None:
    assert admin.post("/people", form).status_code == 422
    assert [one.name for one in world.site.people.people()] == ["asa"]


def test_an_admin_changes_roles_and_ends_and_gives_back_access(world: WebWorld, admin: Visitor, bo: Person) -> None:
    visitor = world.stranger()
    sign_in(world, "bo", PASSWORD, visitor)
    assert admin.post("/people/bo/role", {"role": "lead"}).headers["location"] == "/people/bo?done=role"
    assert visitor.get("/account").status_code == 303
    assert "The role is changed." in admin.page("/people/bo?done=role")
    sign_in(world, "bo", PASSWORD, visitor)
    assert visitor.get("/people").status_code == 200
    admin.post("/people/bo/deactivate")
    assert visitor.get("/account").status_code == 303
    assert sign_in(world, "bo", PASSWORD)[0] == 401
    assert "cannot sign in" in admin.page("/people")
    admin.post("/people/bo/activate")
    assert sign_in(world, "bo", PASSWORD)[0] == 303


def test_the_last_admin_stays(world: WebWorld, admin: Visitor) -> None:
    assert admin.post("/people/asa/deactivate").status_code == 422
    answer = admin.post("/people/asa/role", {"role": "agent"})

    assert "last admin" in words_of(answer.text)
    assert admin.get("/people").status_code == 200


def test_a_lead_says_who_is_away_and_sees_no_ways_in(world: WebWorld, bo: Person) -> None:
    lead = world.signed_in("lena", Role.LEAD)
    form = {"since": "", "until": "2026-12-07", "cover": "lena"}

    assert lead.post("/people/bo/away", form).headers["location"] == "/people/bo?done=away"
    [absence] = world.site.people.absences(world.hub.clock.now())
    assert (absence.who, absence.cover, absence.until.isoformat()) == ("bo", "lena", "2026-12-06T23:00:00+00:00")
    assert "away until 7 Dec 2026 covered by lena" in lead.page("/people")
    page = lead.page("/people/bo")
    assert "Ways in" not in page
    assert "Let in no more" not in page
    lead.post("/people/bo/back", {"absence": absence.key})
    assert world.site.people.absences(world.hub.clock.now()) == []


@pytest.mark.parametrize(
    "form",
    [
        {"until": ""},
        {"until": "soon"},
        {"until": "2026-11-01"},
        {"until": "2026-12-07", "since": "x"},
        {"until": "2026-12-07", "cover": "nobody"},
        {"until": "2026-12-07", "cover": "bo"},
    ],
)
def test_an_absence_that_cannot_be_is_refused(world: WebWorld, bo: Person, form: dict[str, str]) -> None:
    lead = world.signed_in("lena", Role.LEAD)

    assert lead.post("/people/bo/away", form).status_code in (404, 422)
    assert world.site.people.absences(world.hub.clock.now()) == []


def test_somebody_is_described_without_changing_what_they_may(world: WebWorld, admin: Visitor, bo: Person) -> None:
    admin.post("/people/bo/describe", {"full_name": "Bo", "email": "b@shop.example", "role": "admin"})

    person = world.site.people.person("bo")
    assert (person.full_name, person.takes_cases, person.role) == ("Bo", False, Role.AGENT)
    assert admin.post("/people/nobody/describe", {}).status_code == 404
    assert admin.get("/people/nobody").status_code == 404


def test_a_new_link_and_the_end_of_sessions_are_an_admin_s(world: WebWorld, admin: Visitor, bo: Person) -> None:
    visitor = world.stranger()
    sign_in(world, "bo", PASSWORD, visitor)
    [secret] = LINK.findall(admin.post("/people/bo/link").text)
    admin.post("/people/bo/sessions/end")

    assert visitor.get("/account").status_code == 303
    assert secret not in log(world) + admin.get("/people/bo").text
    assert world.site.doorkeeper.signing_in.sign_in_by_link(secret)


# The log of acts


def test_the_log_tells_who_when_from_where_and_what(world: WebWorld, admin: Visitor, bo: Person) -> None:
    sign_in(world, "bo", ANOTHER)
    sign_in(world, "bo", PASSWORD)
    page = admin.page("/audit")

    assert "signed in bo by password Pages, testclient" in page
    assert "wrong password" in page
    assert admin.page("/audit?who=bo&about=bo").count("wrong password") == 1
    assert "Nothing of that was done yet." in admin.page("/audit?who=nobody")


def test_the_log_is_paged_without_gap_or_doubling(world: WebWorld, admin: Visitor) -> None:
    by = Actor("asa", Door.API, "203.0.113.9")
    for number in range(120):
        world.site.people.note(by.did(world.hub.clock.now(), f"act_number_{number}", "CH-1001"))
    address, seen = "/audit?about=CH-1001", list[str]()
    while address:
        text = admin.get(address).text
        seen += re.findall(r"act number (\d+)", text)
        found = re.search(r'href="(/audit\?[^"]*before=\d+)"', text)
        address = found[1].replace("&amp;", "&") if found else ""

    assert seen == [str(number) for number in reversed(range(120))]


def test_the_log_as_csv_is_whole_and_no_cell_is_a_formula(world: WebWorld, admin: Visitor) -> None:
    now = world.hub.clock.now()
    for number in range(2500):
        world.site.people.note(AuditEntry(now, "asa", Door.WEB, "noted", f"CH-{number}"))
    world.site.people.note(AuditEntry(now, "asa", Door.WEB, "noted", "=1+1", "@x", '-2+3,"quoted"\nline'))
    answer = admin.get("/audit.csv?who=asa")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(rows) == 2501
    assert (rows[0]["about"], rows[0]["address"], rows[0]["detail"]) == ("'=1+1", "'@x", '\'-2+3,"quoted"\nline')


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣", "1 OR 1=1", ""])
def test_a_made_up_place_in_the_log_is_the_beginning(world: WebWorld, admin: Visitor, before: str) -> None:
    assert admin.get(f"/audit?before={before}").status_code == 200


def test_what_somebody_wrote_is_text_wherever_it_is_shown(world: WebWorld, admin: Visitor) -> None:
    world.person("eve", full_name=EVIL, email=EVIL)
    eve = world.signed_in("eve", full_name=EVIL[:100])
    eve.client.headers["user-agent"] = EVIL
    world.site.people.set_password("eve", HASHED)
    sign_in(world, "eve", PASSWORD, eve)
    eve.get("/account")
    eve.post("/account/tokens", {"label": EVIL, "scope": "see", "days": "0"})
    world.site.people.note(AuditEntry(world.hub.clock.now(), EVIL, Door.WEB, EVIL, EVIL, EVIL, EVIL))
    pages = [eve.get("/account").text] + [
        admin.get(address).text for address in ("/people", "/people/eve", "/audit", f"/audit?who={EVIL}")
    ]

    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "1337" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language(world: WebWorld, bo: Person, language: str) -> None:
    admin = world.signed_in("asa", Role.ADMIN, language=language)
    admin.post("/people/bo/away", {"until": "2026-12-07", "cover": "asa"})
    for address in ("/account", "/people", "/people/bo", "/audit"):
        text = admin.get(address).text
        assert f'<html lang="{language}"' in text, address


@pytest.mark.parametrize(
    ("address", "page"),
    [("/account/tokens", "/account"), ("/account/password", "/account"), ("/people/bo/link", "/people/bo")],
)
def test_an_address_that_a_form_was_sent_to_can_be_loaded_anew(
    admin: Visitor, bo: Person, address: str, page: str
) -> None:
    assert admin.get(address).headers["location"] == page


def test_every_act_of_the_house_has_words() -> None:
    assert [act for act in HouseAct if f"audit.act_{act}" not in texts()] == []


def test_nothing_stands_in_a_page_that_the_browser_is_forbidden(world: WebWorld, admin: Visitor, bo: Person) -> None:
    for address in ("/account", "/people", "/people/bo", "/audit"):
        text = admin.get(address).text
        assert not re.search(r"<[^>]+\s(style|on\w+)=", text)
        assert not re.search(r"<script(?![^>]*\ssrc=)", text)
