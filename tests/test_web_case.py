"""A case's page: what it shows, and that nothing a stranger wrote does anything on it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hub.core.attachments import Attachment
from hub.core.model import Author, Direction, Message, Order, OrderLine, Party
from hub.core.people import Role
from hub.core.shipments import Shipment
from hub.web.case_text import framed
from tests.deciding_desk import AnyClock
from tests.web_fixtures import served
from tests.web_world import WebWorld

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>{{7*7}}"
REMOTE = re.compile(
    r"""(?:src|href|action|poster|data|srcset|background)\s*=\s*["']?\s*(?:https?:)?//""", re.IGNORECASE
)


@dataclass
class Seen(HTMLParser):
    """What a browser would make of a page."""

    tags: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, text: str) -> Seen:
        seen = cls()
        seen.feed(text)
        return seen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith(("on", "hx-on")) or name == "style"]
        self.scripts += [dict(attrs).get("src") or "inline"] if tag == "script" else []
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[WebWorld]:
    with served(tmp_path, clock, monkeypatch, install_plugin) as made:
        yield made


def test_a_case_shows_who_wrote_what_it_is_about_and_by_when_it_is_due(world: WebWorld) -> None:
    world.desktop.opens()

    page = world.signed_in().page("/cases/CH-1001")

    for told in (
        "CH-1001",
        "Trasig vas",
        "Den kom trasig 漢字",
        "Åsa Öberg",
        "asa@kund.example",
        "4711",
        "SEK",
        "Return",
    ):
        assert told in page
    assert "left" in page


def test_a_case_that_does_not_exist_is_not_found(world: WebWorld) -> None:
    assert world.signed_in().get("/cases/CH-9").status_code == 404


@pytest.mark.parametrize("name", ["head", "conversation", "clocks", "side", "outbox", "tasks", "decide", "acts"])
def test_each_part_of_the_page_is_fetched_by_itself(world: WebWorld, name: str) -> None:
    world.desktop.opens()
    answer = world.signed_in().get(f"/cases/CH-1001/parts/{name}", hx_request="true")

    assert answer.status_code == 200
    assert "<html" not in answer.text


def test_a_part_that_no_page_has_is_not_found(world: WebWorld) -> None:
    world.desktop.opens()

    assert world.signed_in().get("/cases/CH-1001/parts/..%2Fbase").status_code == 404


def test_what_is_typed_in_lies_in_no_part_that_is_fetched_again_by_itself(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()

    for name in ("head", "conversation", "clocks", "side", "outbox"):
        text = visitor.get(f"/cases/CH-1001/parts/{name}").text
        assert "data-live" in text
        assert not re.search(r"<(textarea|select|input (?!type=\"hidden\"))", text)


def test_a_merged_case_leads_to_the_one_it_went_on_as(world: WebWorld) -> None:
    world.desktop.opens(ref="s1")
    world.desktop.opens(ref="s2", subject="Samma vas")
    world.desktop.told("merge", "CH-1002", "CH-1001")

    visitor = world.signed_in()
    answer = visitor.get("/cases/CH-1002")

    assert answer.headers["location"] == "/cases/CH-1001?was=CH-1002"
    assert "CH-1002 went on as CH-1001" in visitor.page("/cases/CH-1001?was=CH-1002")


def test_the_customers_other_cases_are_told_and_those_of_others_are_not(world: WebWorld) -> None:
    world.desktop.opens(ref="s1")
    world.desktop.opens(ref="s2", subject="Annat paket", order=None)
    stranger = Party("Bo", "bo@kund.example")
    world.desktop.opens(ref="s3", subject="Något helt annat", order=None, customer=stranger)

    side = world.signed_in().get("/cases/CH-1001/parts/side").text

    assert "Annat paket" in side
    assert "Något helt annat" not in side


def test_notes_messages_and_the_platforms_words_are_told_apart_by_words(world: WebWorld) -> None:
    world.desktop.opens()
    world.desktop.told("note", "CH-1001", "-m", "ring imorgon")
    said = world.desktop.letter("s1-m2", author=Author.PLATFORM, text="Vi tittar")
    world.desktop.opens(messages=(world.desktop.letter("s1-m1", hours=1), said))

    page = world.signed_in().page("/cases/CH-1001")

    assert "Note, stays in the house Eva" in page
    assert re.search(r"Platform Åsa Öberg .* Vi tittar", page)


def test_quotes_and_long_texts_are_folded(world: WebWorld) -> None:
    quote = "\n".join(f"> rad {n}" for n in range(6))
    long = "\n".join(f"line {n}" for n in range(200))
    world.desktop.opens(
        messages=(
            world.desktop.letter("s1-m1", hours=1, text=f"Hej\n{quote}\nHälsningar"),
            world.desktop.letter("s1-m2", text=long),
        )
    )

    page = world.signed_in().page("/cases/CH-1001")

    assert "6 quoted lines" in page
    assert "160 more lines" in page


def test_of_a_long_conversation_the_newest_messages_are_shown_and_the_rest_when_asked_for(world: WebWorld) -> None:
    letters = tuple(world.desktop.letter(f"s1-m{n}", hours=40 - n, text=f"brev {n:02}") for n in range(30))
    world.desktop.opens(messages=letters)
    visitor = world.signed_in()

    short, whole = visitor.page("/cases/CH-1001"), visitor.page("/cases/CH-1001?all=1")

    assert "Show 18 earlier messages" in short
    assert ("brev 29" in short, "brev 00" in short, "brev 00" in whole) == (True, False, True)


def test_links_are_clickable_show_where_they_lead_and_lead_nowhere_else(world: WebWorld) -> None:
    text = "Se https://kund.example/a?b=1&c=2. Or javascript:alert(1) or data:text/html,x or https://"
    world.desktop.opens(messages=(world.desktop.letter("s1-m1", text=text),))

    page = world.signed_in().get("/cases/CH-1001/parts/conversation").text

    found = re.findall(r'<a href="([^"]*)" rel="noopener noreferrer nofollow" target="_blank">([^<]*)</a>', page)
    assert found == [("https://kund.example/a?b=1&amp;c=2", "https://kund.example/a?b=1&amp;c=2")]


def test_no_field_of_a_case_can_put_markup_onto_any_of_its_pages(world: WebWorld) -> None:
    evil = Party(EVIL, '"><script>@x.example', EVIL)
    file = Attachment(f"{EVIL}.png", "image/png", 10, world.hub.store.keep(PNG))
    letter = world.desktop.letter(
        "s1-m1", text=EVIL, subject=EVIL, sender=evil, attachments=(file,), labels=(EVIL,), problem=EVIL
    )
    letter = replace(letter, extra={"doubt": EVIL, "reply_to": EVIL})
    order = Order(EVIL, (OrderLine(EVIL, EVIL),), None, shipments=(Shipment(EVIL, EVIL, EVIL),), candidates=(EVIL,))
    world.desktop.opens(
        messages=(letter,), subject=EVIL, customer=evil, order=order, url="javascript:alert(1)", type_raw=EVIL
    )
    world.desktop.run("note", "CH-1001", "-m", EVIL)
    world.desktop.run("classify", "CH-1001", "--priority", EVIL)
    world.desktop.run("reply", "CH-1001", "-m", f"Hej {EVIL} imorgon", "--yes")
    world.desktop.run("reply", "CH-1001", "-m", f"{EVIL}"[:90], "--yes")
    visitor = world.signed_in(role=Role.ADMIN)
    pages = ["", "/explain", "/history", *(f"/parts/{name}" for name in ("tasks", "decide", "acts", "outbox"))]

    for path in pages:
        seen = Seen.of(visitor.get(f"/cases/CH-1001{path}").text)
        assert seen.handlers == [], path
        assert {tag for tag in seen.tags if tag in ("svg", "object", "embed", "base", "style")} == set(), path
        assert all(source.startswith("/static/") for source in seen.scripts), path
        assert not [link for link in seen.links if not link.startswith(("/", "#", "mailto:"))], path


def test_the_original_layout_is_framed_and_cleaned_and_loads_nothing(world: WebWorld) -> None:
    html = (
        '<p style="x:url(https://t.example/1)" onclick="a()">Hej <b>du</b></p><img src="https://t.example/p.gif">'
        '<script src="//t.example/x.js"></script><a href="https://t.example/">länk</a><form action="//t.example">'
        '<input name=a></form><meta http-equiv=refresh content="0;url=//t.example"><iframe src="//t.example"></iframe>'
        '<link rel=stylesheet href="https://t.example/a.css"><svg><image href="//t.example/i"/></svg>'
        '<td background="//t.example/b.png"><video poster="//t.example/v"></video><base href="//t.example/">'
    )
    world.desktop.opens(messages=(world.desktop.letter("s1-m1", html=html),))
    visitor = world.signed_in()

    page = visitor.get("/cases/CH-1001").text
    frame = visitor.get("/cases/CH-1001/messages/1/html")

    assert re.search(r'<iframe sandbox loading="lazy" src="/cases/CH-1001/messages/1/html"', page)
    assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Hej <b>du</b>" in frame.text
    assert not REMOTE.search(frame.text)
    assert not re.search(r"script|onclick|style=|<form|<input|refresh|iframe|<link|<base|poster", frame.text)


def test_pictures_within_a_layout_come_from_the_mail_itself(world: WebWorld) -> None:
    logo = Attachment("logo.png", "image/png", len(PNG), world.hub.store.keep(PNG), "logo@mail")
    letter = world.desktop.letter("s1-m1", html='<img src="cid:logo@mail"><img src="cid:other">', attachments=(logo,))
    world.desktop.opens(messages=(letter,))

    frame = world.signed_in().get("/cases/CH-1001/messages/1/html").text

    assert frame.count("data:image/png;base64,") == 1
    assert "cid:" not in frame


def test_a_huge_layout_is_shown_as_its_text(world: WebWorld) -> None:
    world.desktop.opens(messages=(world.desktop.letter("s1-m1", html="<div>" * 30_000 + "innerst"),))

    frame = world.signed_in().get("/cases/CH-1001/messages/1/html").text

    assert "innerst" in frame
    assert frame.count("<div>") == 0


@pytest.mark.parametrize(
    "html",
    ["&" * 1_900_000, "&amp;" * 390_000, "<p " + " ".join(f"a{n}=1" for n in range(150_000)) + ">" + "&lt;b&gt;"],
    ids=["ampersands", "entities", "attributes"],
)
def test_a_layout_that_would_take_minutes_to_clean_is_shown_as_its_text_at_once(html: str) -> None:
    begun = time.perf_counter()
    frame = framed(Message("r", Author.CUSTOMER, Direction.INBOUND, datetime(2026, 11, 20, tzinfo=UTC), "", html=html))

    assert time.perf_counter() - begun < 3
    assert frame.startswith("<!doctype html>")
    assert ("<p" in frame.replace("<pre>", ""), "<b>" in frame) == (False, False)


def test_no_page_of_a_case_names_an_address_outside(world: WebWorld) -> None:
    world.desktop.opens(url="")
    visitor = world.signed_in(role=Role.ADMIN)

    for path in ("", "/explain", "/history"):
        assert not REMOTE.search(visitor.get(f"/cases/CH-1001{path}").text), path


def test_the_traces_of_the_clocks_are_unfolded_and_stand_on_a_page_of_their_own(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()

    trace, page = visitor.page("/cases/CH-1001/clocks/first_response/0"), visitor.page("/cases/CH-1001/explain")

    assert "counted" in trace
    assert "Why this rule" in page
    assert visitor.get("/cases/CH-1001/clocks/first_response/99").status_code == 404


def test_the_history_tells_every_event_in_words(world: WebWorld) -> None:
    world.desktop.opens()
    world.desktop.told("assign", "CH-1001", "Bo")

    assert "given to Bo by Eva" in world.signed_in().page("/cases/CH-1001/history")


def test_opening_a_case_tells_its_platform_that_it_was_read(world: WebWorld) -> None:
    world.desktop.opens()
    world.signed_in().page("/cases/CH-1001")

    assert world.desktop.kinds_waiting() == ["mark_read"]


@pytest.mark.parametrize("language", ["sv", "nl", "de", "ja", "cs"])
def test_the_page_speaks_every_language(world: WebWorld, language: str) -> None:
    world.desktop.opens()
    visitor = world.signed_in(language=language)

    for path in ("", "/explain", "/history"):
        answer = visitor.get(f"/cases/CH-1001{path}")
        assert answer.status_code == 200
        assert f'lang="{language}"' in answer.text


class TestFiles:
    """What is fetched of a case's files."""

    def opens(self, world: WebWorld, name: str, content: bytes, kind: str = "image/png") -> str:
        digest = world.hub.store.keep(content)
        file = Attachment(name, kind, len(content), digest)
        world.desktop.opens(messages=(world.desktop.letter("s1-m1", attachments=(file,)),))
        return digest

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (PNG, "image/png"),
            (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
            (b"GIF89a...", "image/gif"),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ],
    )
    def test_a_picture_is_shown_by_what_it_is(self, world: WebWorld, content: bytes, kind: str) -> None:
        digest = self.opens(world, "foto.html", content, "text/html")
        answer = world.signed_in().get(f"/files/CH-1001/{digest}/foto.html")

        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"].startswith("inline")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cache-control"].startswith("private")

    @pytest.mark.parametrize(
        "content", [b"<svg onload=alert(1)>", b"<html><script>1</script>", b"%PDF-1.7", b"", b"RIFF1234WAVE"]
    )
    def test_anything_else_is_saved_and_never_shown(self, world: WebWorld, content: bytes) -> None:
        digest = self.opens(world, "foto.png", content)
        answer = world.signed_in().get(f"/files/CH-1001/{digest}/foto.png")

        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")

    def test_its_name_cannot_say_anything_else(self, world: WebWorld) -> None:
        digest = self.opens(world, 'å"\r\nSet-Cookie: x=1;/../..\\evil.exe', b"x", "")
        answer = world.signed_in().get(f"/files/CH-1001/{digest}/whatever")

        assert answer.headers["content-disposition"] == "attachment; filename=\"evil.exe\"; filename*=UTF-8''evil.exe"
        assert "set-cookie" not in answer.headers

    def test_a_name_in_another_script_is_told_to_new_browsers(self, world: WebWorld) -> None:
        digest = self.opens(world, "請求書.pdf", b"%PDF")
        told = world.signed_in().get(f"/files/CH-1001/{digest}/x").headers["content-disposition"]

        assert told == "attachment; filename=\"___.pdf\"; filename*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.pdf"

    def test_a_file_that_the_case_does_not_name_is_not_found(self, world: WebWorld) -> None:
        self.opens(world, "foto.png", PNG)
        other = world.hub.store.keep(b"of another case")
        visitor = world.signed_in()

        assert visitor.get(f"/files/CH-1001/{other}/foto.png").status_code == 404
        assert visitor.get("/files/CH-1001/..%2f..%2fhub.toml/x").status_code == 404
        assert visitor.get(f"/files/CH-9/{other}/foto.png").status_code == 404

    def test_it_is_sent_once(self, world: WebWorld) -> None:
        digest = self.opens(world, "foto.png", PNG)
        visitor = world.signed_in()
        first = visitor.get(f"/files/CH-1001/{digest}/foto.png")

        assert visitor.get(f"/files/CH-1001/{digest}/foto.png", if_none_match=first.headers["etag"]).status_code == 304
        # Whoever signed out sees nothing that the browser has kept: it asks each time.
        assert first.headers["cache-control"] == "private, no-cache"

    def test_the_original_of_a_message_is_saved(self, world: WebWorld) -> None:
        raw = world.hub.store.keep(b"Subject: <script>\r\n\r\nHej")
        world.desktop.opens(messages=(world.desktop.letter("s1-m1", raw=raw),))
        visitor = world.signed_in()
        answer = visitor.get("/cases/CH-1001/messages/1/original")

        assert answer.content == b"Subject: <script>\r\n\r\nHej"
        assert answer.headers["content-disposition"].startswith('attachment; filename="CH-1001-1.eml"')
        for place in ("0", "2", "x", "99999999999"):
            assert visitor.get(f"/cases/CH-1001/messages/{place}/original").status_code == 404

    def test_a_file_that_is_not_kept_is_told_of_with_the_way_to_it(self, world: WebWorld) -> None:
        file = Attachment("stor.zip", "application/zip", 10**9, "")
        world.desktop.opens(messages=(world.desktop.letter("s1-m1", attachments=(file,)),))

        page = world.signed_in().page("/cases/CH-1001")

        assert "stor.zip not kept here; open it in the mailbox or portal it came from" in page

    def test_nobody_fetches_anything_without_signing_in(self, world: WebWorld) -> None:
        digest = self.opens(world, "foto.png", PNG)

        assert world.stranger().get(f"/files/CH-1001/{digest}/foto.png").status_code == 303


def test_the_way_back_leads_to_the_list_one_came_from_and_nowhere_else(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    listed = visitor.get('/cases/CH-1001?list=view%3Dlate%26q%3D"><script>').text

    assert 'href="/cases?view=late&amp;q=&#34;&gt;&lt;script&gt;"' in listed
    assert 'href="/cases?//evil.example"' in visitor.get("/cases/CH-1001?list=//evil.example").text


def test_a_mail_address_cannot_add_anything_to_the_mail_it_opens(world: WebWorld) -> None:
    world.desktop.opens(customer=Party("Å", "a@b.example?bcc=c@d.example&body=x"))

    side = world.signed_in().get("/cases/CH-1001/parts/side").text

    assert 'href="mailto:a@b.example%3Fbcc%3Dc@d.example%26body%3Dx"' in side


def test_an_automatic_answer_is_marked(world: WebWorld) -> None:
    world.desktop.opens(messages=(world.desktop.letter("s1-m1", automatic=True, direction=Direction.INBOUND),))

    assert "automatic" in world.signed_in().page("/cases/CH-1001")
