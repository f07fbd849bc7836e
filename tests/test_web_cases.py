"""The list of cases as a seller works it: what is due next, views, search, and acts on many at once."""

from __future__ import annotations

import re
from datetime import timedelta

from hub.core.model import CaseState, CaseType, Party
from hub.core.people import Role
from tests.web_world import WebWorld, words_of


def numbers_on(page: str) -> list[str]:
    return re.findall(r'<li class="case [a-z]+" id="(CH-\d+)"', page)


def test_what_is_due_next_comes_first_and_a_missing_item_first_among_equals(world: WebWorld) -> None:
    world.desktop.opens(ref="s1", type=CaseType.QUESTION)
    world.desktop.opens(ref="s2", type=CaseType.MISSING_ITEM)

    page = world.signed_in().get("/cases").text

    assert numbers_on(page) == ["CH-1002", "CH-1001"]
    assert "left" in words_of(page)


def test_a_line_tells_subject_customer_order_channel_and_type(world: WebWorld) -> None:
    world.desktop.opens()

    page = world.signed_in().page("/cases")

    for told in ("Trasig vas", "Åsa Öberg · 4711", "shop", "CH-1001", "Return", "nobody"):
        assert told in page


def test_a_page_speaks_the_language_of_whoever_reads(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in(language="sv")

    assert "Tilldela" in visitor.page("/cases")


def test_views_show_and_count_what_they_say(world: WebWorld) -> None:
    world.desktop.opens(ref="s1")
    world.desktop.opens(ref="s2")
    visitor = world.signed_in()
    visitor.get("/cases")
    visitor.post("/cases/bulk", {"act": "take", "number": "CH-1001"})

    mine, unassigned = visitor.get("/cases?view=mine").text, visitor.get("/cases?view=unassigned").text

    assert (numbers_on(mine), numbers_on(unassigned)) == (["CH-1001"], ["CH-1002"])
    assert "Mine 1" in words_of(mine)
    assert "Unassigned 1" in words_of(mine)


def test_a_search_finds_closed_cases_too(world: WebWorld) -> None:
    world.desktop.opens(ref="s1", customer=Party("Björn Ek", "bjorn@kund.example"))
    world.desktop.opens(ref="s2")
    world.signed_in().post("/cases/bulk", {"act": "close", "number": "CH-1001", "reason": "done"})

    page = world.signed_in().get("/cases?q=bjorn ek").text

    assert numbers_on(page) == ["CH-1001"]
    assert world.case().state is CaseState.CLOSED


def test_an_act_on_many_tells_which_refused_and_does_the_others(world: WebWorld) -> None:
    world.desktop.opens(ref="s1")
    visitor = world.signed_in()
    visitor.get("/cases")

    answer = visitor.post("/cases/bulk", {"act": "assign", "who": "eva", "number": ["CH-1001", "CH-9999"]})

    assert world.case().assignee == "eva"
    assert "Done to 1 case." in words_of(answer.text)
    assert "CH-9999" in answer.text
    assert [(entry.act, entry.detail) for entry in world.site.people.audit(who="eva")] == [("bulk_assign", "1 of 2")]


def test_cases_are_given_to_nobody_who_does_not_work_here(world: WebWorld) -> None:
    world.desktop.opens()
    visitor = world.signed_in()
    visitor.get("/cases")

    visitor.post("/cases/bulk", {"act": "assign", "who": "stranger", "number": "CH-1001"})

    assert world.case().assignee == ""


def test_many_cases_are_given_to_others_or_taken_from_them_by_a_lead_alone(world: WebWorld) -> None:
    world.desktop.opens()
    eva, lead = world.signed_in(), world.signed_in("lo", Role.LEAD)
    world.person("bo")
    world.person("gone", active=False)
    for visitor in (eva, lead):
        visitor.get("/cases")

    eva.post("/cases/bulk", {"act": "assign", "who": "bo", "number": "CH-1001"})
    assert world.case().assignee == ""
    lead.post("/cases/bulk", {"act": "assign", "who": "gone", "number": "CH-1001"})
    assert world.case().assignee == ""
    lead.post("/cases/bulk", {"act": "assign", "who": "bo", "number": "CH-1001"})
    assert world.case().assignee == "bo"
    answer = eva.post("/cases/bulk", {"act": "assign", "who": "", "number": "CH-1001"})
    assert (world.case().assignee, "Only a lead" in words_of(answer.text)) == ("bo", True)


def test_only_who_leads_gives_cases_to_others(world: WebWorld) -> None:
    world.desktop.opens()
    world.person("bo")
    eva, lea = world.signed_in(), world.signed_in("lea", Role.LEAD)
    for visitor, assignee in ((eva, ""), (lea, "bo")):
        visitor.get("/cases")
        visitor.post("/cases/bulk", {"act": "assign", "who": "bo", "number": "CH-1001"})

        assert world.case().assignee == assignee


def test_a_view_is_kept_for_its_person_alone(world: WebWorld) -> None:
    world.desktop.opens()
    eva, bo = world.signed_in(), world.signed_in("bo")
    eva.get("/cases")

    eva.post("/views", {"name": "Shop returns", "query": "channel=shop&type=return&evil=1"})

    assert "Shop returns" in eva.page("/cases")
    assert "Shop returns" not in bo.page("/cases")
    assert 'href="/cases?channel=shop&amp;type=return"' in eva.get("/cases").text


def test_only_the_list_comes_when_the_page_itself_asks(world: WebWorld) -> None:
    world.desktop.opens()

    piece = world.signed_in().get("/cases", hx_request="true").text

    assert numbers_on(piece) == ["CH-1001"]
    assert "<html" not in piece


def test_time_left_is_told_in_words_and_not_by_colour_alone(world: WebWorld) -> None:
    world.desktop.opens()
    world.desktop.clock.advance(timedelta(days=9))

    page = world.signed_in().get("/cases").text

    assert 'class="case late"' in page
    assert " late" in words_of(page)


def test_what_customers_write_is_never_markup(world: WebWorld) -> None:
    world.desktop.opens(
        subject="<script>alert(1)</script>", customer=Party('"><img src=x onerror=alert(1)>', "x@y.example")
    )

    page = (
        world.signed_in("eva", Role.LEAD).get("/cases?q=%22%3E%3Cscript%3E").text + world.signed_in().get("/cases").text
    )

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_case_leads_to_the_next_and_the_previous_of_the_list_one_came_from(world: WebWorld) -> None:
    for ref in ("s1", "s2", "s3"):
        world.desktop.opens(ref=ref)
    world.desktop.opens(channel="portal", ref="p1")
    visitor = world.signed_in()
    in_order = numbers_on(visitor.get("/cases?channel=shop").text)

    page = visitor.get(f"/cases/{in_order[1]}?list=channel%3Dshop").text

    assert f'href="/cases/{in_order[0]}?list=channel%3Dshop" data-key="k"' in page
    assert f'href="/cases/{in_order[2]}?list=channel%3Dshop" data-key="j"' in page
    assert 'href="/cases?channel=shop" data-key="l"' in page
