"""What strangers write is text on every page: a corpus of hostile strings through every field of a case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from hub.core.model import Attachment, CaseType, Money, Order, OrderLine, Party
from hub.core.people import Role
from hub.core.shipments import Shipment
from hub.web.app import rules_of
from tests.web_world import Visitor, WebWorld

MARK = "h0st1le"
CORPUS = (
    f"<script>{MARK}</script>",
    f'"><img src=x onerror={MARK}>',
    f"'><svg onload={MARK}>",
    f"<a href=javascript:{MARK}>x</a>",
    f"javascript:{MARK}//",
    f'" onmouseover="{MARK}" x="',
    f"' onfocus='{MARK}' autofocus x='",
    f"</textarea><script>{MARK}</script>",
    f"</title></style><script>{MARK}</script>",
    f"<iframe src=javascript:{MARK}></iframe>",
    f"<style>*{{background:url(//{MARK})}}</style>",
    f"<form action=//{MARK}><input name=csrf>",
    f"<base href=//{MARK}/>",
    f"<meta http-equiv=refresh content=0;url=//{MARK}>",
    "{{7*'7'}}{% raw %}${7*7}<%= 7*7 %>" + MARK,
    f"\u202e{MARK}\u2066\ufeff\x00\x1b[31m",
    f"<!--{MARK}--><![CDATA[<script>{MARK}</script>]]>",
    f'<math><mtext></p><img title="--&gt;<img src=1 onerror={MARK}>">',
    f"<div hx-get=//{MARK} hx-trigger=load data-key=j data-confirm={MARK}>",
)
_HARMLESS = frozenset({"http", "https", "mailto", ""})


class Watching(HTMLParser):
    """Reads a page as a browser does, and notes what could run or lead somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "link") and not (given.get("src") or given.get("href", "")).startswith("/static/"):
            self.found.append(f"<{tag} {given}>")
        if tag in ("base", "object", "embed", "style", "math") or (tag == "iframe" and given.get("sandbox") != ""):
            self.found.append(f"<{tag} {given}>")
        if tag == "meta" and "http-equiv" in given:
            self.found.append(f"<meta {given}>")
        for name, value in given.items():
            if name.startswith(("on", "hx-on")) or name == "style":
                self.found.append(f"{name}={value}")
            if name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
                scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", value, re.IGNORECASE)
                if scheme and scheme[1].lower() not in _HARMLESS:
                    self.found.append(f"{name}={value}")
                ours = value.startswith("/") and not value.startswith(("//", "/\\"))
                if name != "href" and MARK in value and not ours:
                    self.found.append(f"{name}={value}")


def dangers_of(page: str) -> list[str]:
    watching = Watching()
    watching.feed(page)
    return watching.found


def arrive(world: WebWorld, bad: str, ref: str) -> None:
    """A case whose every field is hostile comes from a platform."""
    now = world.hub.clock.now()
    line = OrderLine(bad, bad, 1, Money(Decimal(5), "SEK"))
    order = Order(
        bad, (line,), Money(Decimal(9), "SEK"), fulfilment=bad, shipments=(Shipment(bad, bad, bad),), candidates=(bad,)
    )
    file = Attachment(bad, bad, 3, world.hub.store.keep(b"abc"))
    who = Party(bad, f"{bad}@x.example", bad, "sv")
    message = world.desktop.letter(
        f"{ref}-m1",
        hours=1,
        text=f"{bad}\n\n> {bad}\n-- \n{bad} https://x.example/{bad}",
        html=f"<p>{bad}</p>",
        subject=bad,
        sender=who,
        recipients=(bad,),
        labels=(bad,),
        attachments=(file,),
        problem=bad,
        extra={"doubt": bad, bad: bad},
    )
    world.desktop.opens(
        ref=ref,
        subject=bad,
        customer=who,
        order=order,
        url=f"javascript:{bad}",
        messages=(message,),
        type=CaseType.COMPLAINT,
        type_raw=bad,
        state_raw=bad,
        opened_at=now - timedelta(hours=2),
    )


def pages(world: WebWorld, number: str, bad: str) -> Iterator[str]:
    """Every page there is, for one case and with the hostile text as what is asked for."""
    hostile = quote(bad, safe="")
    for method, path, _ in rules_of(world.app):
        if method == "GET" and not path.startswith(("/static", "/live", "/api/", "*")):
            filled = path.replace("{number}", number)
            filled = re.sub(r"\{(place|index|i|n)(:int)?\}", "1", filled)
            yield re.sub(r"\{[^}]*\}", hostile, filled)
    for path in ("/cases", "/overview", "/policies", "/audit", "/sign-in"):
        yield f"{path}?q={hostile}&view={hostile}&channel={hostile}&next={hostile}&list={hostile}&who={hostile}"


@pytest.mark.parametrize("bad", CORPUS, ids=lambda bad: bad[:24].encode("ascii", "replace").decode())
def test_what_strangers_write_is_text_on_every_page(world: WebWorld, bad: str) -> None:
    visitor = world.signed_in("eva", Role.ADMIN)
    arrive(world, bad, "s1")
    number = "CH-1001"
    visitor.get(f"/cases/{number}")
    visitor.post(f"/cases/{number}/note", {"text": bad})

    for address in pages(world, number, bad):
        for headers in ({}, {"hx_request": "true"}):
            check(visitor, address, headers)


def check(visitor: Visitor, address: str, headers: dict[str, str]) -> None:
    answer = visitor.get(address, **headers)

    assert answer.status_code < 500, address
    kind = answer.headers.get("content-type", "")
    if "html" in kind:
        assert dangers_of(answer.text) == [], address
    elif MARK in answer.text:
        assert answer.headers["x-content-type-options"] == "nosniff", address


def test_the_watcher_sees_what_it_is_there_for() -> None:
    seen = [bad for bad in CORPUS if dangers_of(f'<p title="x">{bad}</p>')]

    assert len(seen) >= 12
