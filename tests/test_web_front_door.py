"""The front door beside the pages of those who work here: a customer writes, and a seller sees the case."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from hub.core.people import Role
from hub.web.app import customers_hosts, make_app
from hub.web.renewing import Renewal
from tests.web_world import Visitor, WebWorld, words_of

CONTACT = """
[channels.contact]
adapter = "web_form"
shop = "Butiken"
public_url = "https://help.shop.example/shop/contact"
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


def test_customers_come_by_the_shops_own_name_which_leads_to_their_pages_alone(shop: WebWorld) -> None:
    app = make_app(shop.site, ["127.0.0.1"], customers_hosts(shop.site.hub))
    with TestClient(app, base_url="http://help.shop.example", follow_redirects=False) as customer:
        found = [customer.get(path).status_code for path in ("/shop/contact/", "/sign-in", "/api/v1/me", "/health")]
    with TestClient(app, base_url="http://evil.example") as stranger:
        assert stranger.get("/shop/contact/").status_code == 400

    assert found == [200, 400, 400, 400]


def test_as_many_photos_as_a_shop_takes_are_more_than_a_form_of_those_who_work_here(shop: WebWorld) -> None:
    photos = [("photos", (f"{n}.jpg", b"\xff\xd8\xff" + bytes(7 * 1024 * 1024), "image/jpeg")) for n in range(4)]
    page = shop.stranger()
    form = fields_of(page.get("/shop/contact/about/question?lang=en").text)

    answer = page.client.post("/shop/contact/about/question?lang=en", data=form, files=photos)

    assert answer.status_code == 422, answer.text[:200]
