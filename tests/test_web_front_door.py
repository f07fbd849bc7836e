"""The front door beside the pages of those who work here: a customer writes, and a seller sees the case."""

from __future__ import annotations

import re
from html import unescape

import pytest

from hub.core.people import Role
from hub.web.renewing import Renewal
from tests.web_world import Visitor, WebWorld, words_of

CONTACT = """
[channels.contact]
adapter = "web_form"
shop = "Butiken"
"""


@pytest.fixture
def shop(world: WebWorld) -> WebWorld:
    file = world.desktop.config
    renewal = Renewal(world.site)
    file.write_text(file.read_text("utf-8") + CONTACT, encoding="utf-8")
    renewal.look()
    return world


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def written(world: WebWorld, visitor: Visitor) -> str:
    """What the page says after a customer has filled in the form about an order."""
    page = visitor.get("/shop/contact/about/question?lang=en")
    assert page.status_code == 200, page.text
    world.desktop.clock.advance(minutes=1)
    form = {**fields_of(page.text), "name": "Åsa", "email": "asa@kund.example", "text": "Does it come in blue?"}
    action = unescape(re.findall(r'<form[^>]* action="([^"]*)"', page.text)[-1])
    answer = visitor.client.post(action, data=form, follow_redirects=True)
    assert answer.status_code == 200, words_of(answer.text)
    return words_of(answer.text)


def test_a_customer_needs_no_sign_in_and_the_seller_sees_the_case(shop: WebWorld) -> None:
    told = written(shop, shop.stranger())

    number = re.search(r"CH-\d+", told)
    assert number is not None
    assert "Does it come in blue?" in shop.signed_in().page(f"/cases/{number[0]}")


def test_the_page_of_a_shop_carries_its_own_policy(shop: WebWorld) -> None:
    headers = shop.stranger().get("/shop/contact/").headers

    assert "script-src" not in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_there_is_no_site_where_no_channel_has_one(shop: WebWorld) -> None:
    for address in ("/shop/", "/shop/shop/", "/shop/nowhere/", "/shop/../cases", "/shop/contact/../../cases"):
        assert shop.stranger().get(address).status_code in (303, 404), address


def test_a_customer_reaches_nothing_of_those_who_work_here(shop: WebWorld) -> None:
    visitor = shop.stranger()
    written(shop, visitor)

    assert visitor.get("/cases").headers["location"] == "/sign-in?next=%2Fcases"
    assert shop.signed_in("eva", Role.ADMIN).get("/shop/contact/case").status_code == 200
