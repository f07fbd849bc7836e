"""Nobody gets anywhere without a rule that allows it: every address, every method, every role."""

from __future__ import annotations

import pytest

from hub.core.people import Permission, Role
from hub.web.app import rules_of
from hub.web.routing import Public
from hub.web.words import LANGUAGES, texts
from tests.web_world import WebWorld

PUBLIC = {
    ("*", "/shop"): Public.FRONT_DOOR,
    ("GET", "/static/{digest}/{name}"): Public.STATIC,
    ("GET", "/favicon.ico"): Public.STATIC,
    ("GET", "/health"): Public.HEALTH,
    ("GET", "/sign-in"): Public.SIGN_IN,
    ("POST", "/sign-in"): Public.SIGN_IN,
    ("GET", "/sign-in/{secret}"): Public.SIGN_IN,
    ("POST", "/sign-in/{secret}"): Public.SIGN_IN,
    ("POST", "/sign-out"): Public.SIGN_IN,
    ("POST", "/looks"): Public.SIGN_IN,
    ("POST", "/push/{channel}"): Public.SIGNED,
}


def test_every_address_has_a_rule_and_only_these_are_public(world: WebWorld) -> None:
    rules = {(method, path): rule for method, path, rule in rules_of(world.app)}

    assert [place for place, rule in rules.items() if rule is None] == []
    assert {place: rule for place, rule in rules.items() if isinstance(rule, Public)} == PUBLIC


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_changes_nothing(world: WebWorld) -> None:
    for method, path, rule in rules_of(world.app):
        if isinstance(rule, Permission):
            answer = world.stranger().client.request(method, path)

            assert answer.status_code in (303, 401), (method, path)
            assert answer.headers.get("location", "/sign-in").startswith("/sign-in")


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_nothing_beyond_its_permissions(world: WebWorld, role: Role) -> None:
    visitor = world.signed_in("eva", role)
    allowed = world.site.people.person("eva").permissions
    visitor.get("/sign-in")

    for method, path, rule in rules_of(world.app):
        if isinstance(rule, Permission) and rule not in allowed:
            answer = visitor.post(path) if method == "POST" else visitor.client.request(method, path)

            assert answer.status_code == 403, (method, path)


def test_a_form_without_its_pages_token_changes_nothing(world: WebWorld) -> None:
    visitor = world.signed_in("eva", Role.ADMIN)

    for method, path, rule in rules_of(world.app):
        if method == "POST" and rule is not Public.SIGNED and not path.startswith("/api/"):
            answer = visitor.client.post(path, data={"csrf": "bm90IHRoZSB0b2tlbiBvZiBhbnkgcGFnZSBoZXJl"})

            assert answer.status_code == 403, path


def test_a_form_from_another_site_changes_nothing_even_with_the_token(world: WebWorld) -> None:
    visitor = world.signed_in()
    visitor.get("/sign-in")

    assert visitor.post("/looks", {"theme": "dark"}, origin="https://evil.example").status_code == 403
    assert visitor.post("/looks", {"theme": "dark"}, sec_fetch_site="cross-site").status_code == 403


def test_a_link_signs_in_once(world: WebWorld) -> None:
    link = world.site.doorkeeper.signing_in.link_for("eva")
    visitor = world.stranger()
    visitor.get(f"/sign-in/{link}")

    first, second = visitor.post(f"/sign-in/{link}"), world.stranger()
    second.get(f"/sign-in/{link}")

    assert first.status_code == 303
    assert "HttpOnly; Max-Age=604800; Path=/; SameSite=strict" in first.headers["set-cookie"]
    assert second.post(f"/sign-in/{link}").status_code == 422


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(world: WebWorld, elsewhere: str) -> None:
    visitor = world.signed_in()

    assert visitor.get(f"/sign-in?next={elsewhere}").headers["location"] == "/"


def test_every_answer_carries_the_headers_that_keep_it_to_itself(world: WebWorld) -> None:
    visitor = world.signed_in()

    for address in ("/sign-in", "/nowhere", "/static/x/casehub.css", "/health"):
        headers = visitor.get(address).headers
        assert "script-src 'self'; style-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_too_large_a_request_is_refused_before_it_is_read(world: WebWorld) -> None:
    answer = world.signed_in().post("/looks", files={"file": b"x" * (26 * 1024 * 1024)})

    assert (answer.status_code, "25 MB" in answer.text) == (413, True)


def test_every_text_is_there_in_every_language() -> None:
    lacking = {name: sorted(LANGUAGES.keys() - text.keys()) for name, text in texts().items()}
    empty = [name for name, text in texts().items() if not all(text.values())]

    assert {name: codes for name, codes in lacking.items() if codes} == {}
    assert empty == []
