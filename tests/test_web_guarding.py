"""What strangers, other sites and broken browsers send does no harm, and is answered as everything is."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from starlette.formparsers import MultiPartParser

from hub.core.people import Role
from hub.signing_in import SigningIn
from hub.web.app import hosts_of
from tests.web_world import WebWorld

MEGABYTE = 1024 * 1024
MULTIPART = {"content-type": "multipart/form-data; boundary=x"}


def test_the_token_of_a_browser_without_cookies_is_no_token(world: WebWorld) -> None:
    # Anybody can work it out, and a strict cookie does not come along from another site.
    token = urlsafe_b64encode(bytes(16) + sha256(b"csrf:").digest()[:16]).decode()
    link = world.site.doorkeeper.signing_in.link_for("eva")

    answer = world.stranger().client.post(f"/sign-in/{link}", data={"csrf": token})

    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("origin", ["http://[::1", "null", "http://127.0.0.1.evil.example", "127.0.0.1", "://"])
def test_an_origin_that_is_not_ours_is_refused_however_it_is_written(world: WebWorld, origin: str) -> None:
    visitor = world.signed_in()
    visitor.get("/cases")

    assert visitor.post("/looks", {"theme": "dark"}, origin=origin).status_code == 403
    assert visitor.post("/looks", {"theme": "dark"}, origin="http://127.0.0.1").status_code == 303


@pytest.mark.parametrize("back", ["/a\nSet-Cookie: x=y", "/\t/evil.example", "//evil.example", "/\\evil.example"])
def test_no_address_to_go_back_to_leads_to_another_site_or_writes_a_header(world: WebWorld, back: str) -> None:
    visitor = world.signed_in()
    visitor.get("/cases")

    assert visitor.post("/looks", {"back": back}).headers["location"] == "/"
    assert visitor.post("/looks", {"back": back}, hx_request="true").headers["hx-location"] == "/"


def test_an_address_in_any_letters_is_gone_back_to(world: WebWorld) -> None:
    visitor = world.signed_in()
    visitor.get("/cases")

    answer = visitor.post("/looks", {"back": "/cases?q=花瓶"}, hx_request="true")

    assert answer.headers["hx-location"] == "/cases?q=%E8%8A%B1%E7%93%B6"


def test_nobody_makes_us_read_a_form_who_may_not_send_it(world: WebWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[MultiPartParser] = []

    async def parse(parser: MultiPartParser) -> Any:
        read.append(parser)
        raise AssertionError("it was read")

    monkeypatch.setattr(MultiPartParser, "parse", parse)
    agent = world.signed_in("eva", Role.AGENT)

    assert world.stranger().client.post("/cases/CH-1001/reply", files={"files": b"x"}).status_code == 303
    assert agent.client.post("/people", files={"files": b"x"}).status_code == 403
    assert read == []


def test_a_form_of_thousands_of_fields_is_refused(world: WebWorld) -> None:
    answer = world.stranger().client.post(
        "/sign-in", content=b"a&" * 2000, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == 400


def test_a_request_that_goes_on_for_ever_is_refused_without_a_fault_in_the_log(
    world: WebWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
        for _ in range(26):
            yield bytes(MEGABYTE)

    visitor = world.signed_in()
    visitor.get("/cases")
    capsys.readouterr()
    answer = visitor.client.post("/looks", content=endless(), headers={**MULTIPART, "x-csrf-token": visitor.csrf})

    assert (answer.status_code, "25 MB" in answer.text) == (413, True)
    assert "failed" not in capsys.readouterr().err


def test_a_mistake_of_ours_is_answered_like_everything_and_no_secret_of_the_address_is_in_the_log(
    world: WebWorld,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any) -> str:
        raise RuntimeError("of all things")

    link = world.site.doorkeeper.signing_in.link_for("eva")
    visitor = world.stranger()
    visitor.get(f"/sign-in/{link}")
    monkeypatch.setattr(SigningIn, "sign_in_by_link", broken)
    answer = visitor.post(f"/sign-in/{link}")

    told = capsys.readouterr().err
    assert (answer.status_code, "of all things" in answer.text) == (500, False)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ("of all things" in told, "page=take_link" in told, link in told) == (True, True, False)


@pytest.mark.parametrize(
    ("public_url", "bound", "named"),
    [
        ("", "127.0.0.1", {"127.0.0.1", "localhost", "[::1]"}),
        ("https://Hub.example:8443/", "0.0.0.0", {"127.0.0.1", "localhost", "[::1]", "hub.example", "0.0.0.0"}),
        ("http://[fd00::2]:8321", "fd00::1", {"127.0.0.1", "localhost", "[::1]", "[fd00::1]", "[fd00::2]"}),
    ],
)
def test_the_pages_answer_to_the_names_they_have_and_to_no_other(public_url: str, bound: str, named: set[str]) -> None:
    assert set(hosts_of(public_url, bound)) == named
