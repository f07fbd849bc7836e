"""The overview as a person meets it: every figure with its chart, its table and its downloads."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from hub.core.model import CaseType, Order, OrderLine
from hub.core.people import Role
from hub.statistics import TABLES, ScoreFigure, read_days, statistics_of
from hub.web.overview import PRESETS
from hub.web.words import LANGUAGES, Words
from tests.test_cli_statistics import claimed
from tests.web_world import WebWorld


def charts_in(page: str) -> list[ET.Element]:
    """The charts of a page as a browser reads them."""
    found = re.findall(r'<svg class="chart".*?</svg>(?=</figure>)', page, re.DOTALL)
    return [ET.fromstring(svg) for svg in found]


def test_every_figure_stands_there_with_its_table_and_its_downloads(world: WebWorld) -> None:
    claimed(world)

    page = world.signed_in().get("/overview").text

    for table in TABLES:
        assert '<section class="card board' in page
        assert f'id="{table}"' in page
        assert re.search(rf'href="/overview/{table}\.csv\?from=[\d-]+&amp;to=[\d-]+"', page)
    titles = {found.attrib.get("id", "") for chart in charts_in(page) for found in chart}
    assert {f"chart-{key}-title" for key in ("opened", "answers", "share", "products", "types")} <= titles


def test_a_product_of_which_several_complain_is_the_first_thing_said(world: WebWorld) -> None:
    claimed(world)

    words = world.signed_in().page("/overview")

    assert "Stock to look at 1 product" in words
    assert "Vas 漢字 3 3 Look at the stock" in words
    assert "inferred: orders of one week" in words


def test_a_chart_is_left_out_where_there_is_nothing_and_the_page_says_so(world: WebWorld) -> None:
    page = world.signed_in().get("/overview").text

    assert charts_in(page) == []
    assert "Nothing is at risk." in page
    assert "Nothing in this range." in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_every_language(world: WebWorld, language: str) -> None:
    claimed(world)
    visitor = world.signed_in(language=language)

    page = visitor.get("/overview").text

    assert f'<html lang="{language}"' in page
    assert Words(language)("overview.table_risk") in page
    assert [chart for chart in charts_in(page) if chart.attrib["role"] != "img"] == []


def test_what_customers_and_platforms_wrote_is_text_in_charts_and_tables(world: WebWorld) -> None:
    hostile = '<script>alert("x")</script>'
    order = Order("47", (OrderLine(hostile, hostile),))
    claimed(world, order=order, type_raw=hostile)

    page = world.signed_in().get("/overview").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert " style=" not in page


def test_a_range_a_channel_and_a_click_choose_what_is_shown(world: WebWorld) -> None:
    claimed(world)
    world.desktop.opens("portal", "p1")
    today = world.desktop.clock.now().date()
    visitor = world.signed_in()

    narrowed = visitor.page(f"/overview?from={today}&to={today}&channel=portal")
    before = visitor.page(f"/overview?from={today - timedelta(days=9)}&to={today - timedelta(days=8)}")
    page = visitor.get("/overview").text

    assert "Cases opened 1" in narrowed
    assert "Cases opened 0" in before
    assert [f"Last {days} days" in page for days in PRESETS] == [True] * len(PRESETS)
    assert page.count('aria-current="true"') == 1


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("from=nonsense", 422, "there is no day"),
        ("from=2026-03-02&to=2026-03-01", 422, "change the two days"),
        ("channel=nope", 404, "no channel"),
    ],
)
def test_what_cannot_be_shown_says_why(world: WebWorld, query: str, status: int, told: str) -> None:
    answer = world.signed_in().get(f"/overview?{query}")

    assert (answer.status_code, told in answer.text) == (status, True)


def test_a_table_is_downloaded_as_csv_and_json(world: WebWorld) -> None:
    claimed(world)
    visitor = world.signed_in()

    for table in TABLES:
        as_csv, as_json = visitor.get(f"/overview/{table}.csv"), visitor.get(f"/overview/{table}.json")

        assert as_csv.headers["content-disposition"] == f'attachment; filename="casehub-{table}.csv"'
        assert as_csv.content.startswith(b"\xef\xbb\xbf")
        lines = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
        assert [line.keys() for line in lines] == [line.keys() for line in as_json.json()]
    assert visitor.get("/overview.json").json()["products"][0]["title"] == "Vas 漢字"
    assert visitor.get("/overview/x.csv").status_code == 404


def test_everybody_who_is_signed_in_may_look(world: WebWorld) -> None:
    for role in Role:
        assert world.signed_in(role.value, role).get("/overview").status_code == 200


def test_what_was_just_counted_is_not_counted_again_until_something_is_written(world: WebWorld) -> None:
    recent, days = world.site.statistics, read_days(world.hub)

    first, again, narrowed = (recent.of(world.hub, days, channel) for channel in ("", "", "shop"))
    claimed(world, 1)
    after_news = recent.of(world.hub, days)
    world.desktop.clock.advance(minutes=1)
    later = recent.of(world.hub, days)

    assert first is again
    assert narrowed.channel == "shop"
    assert [len(found.types) for found in (first, after_news)] == [0, 1]
    assert later is not after_news


def test_a_case_is_a_click_away(world: WebWorld) -> None:
    claimed(world)

    page = world.signed_in().get("/overview").text

    assert 'href="/cases/CH-1003"' in page
    assert 'href="/cases?channel=shop&amp;type=complaint"' in page


class _Ids(HTMLParser):
    """Gathers every id of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]


def test_no_id_stands_twice_on_the_page(world: WebWorld) -> None:
    claimed(world, type=CaseType.COMPLAINT)
    gathered = _Ids()

    gathered.feed(world.signed_in().get("/overview").text)

    assert len(gathered.ids) == len(set(gathered.ids))


@pytest.mark.parametrize(("days", "look"), [(30, ""), (14, "warn"), (7, "bad"), (-1, "bad")])
def test_the_health_of_a_channel_tells_of_its_lag_its_key_and_its_troubles(
    world: WebWorld, monkeypatch: pytest.MonkeyPatch, days: int, look: str
) -> None:
    now = world.hub.clock.now()
    last = now.date() + timedelta(days=days)
    found = statistics_of(world.hub, read_days(world.hub))
    ill = replace(
        found.health[0],
        ok=False,
        last_read=now - timedelta(minutes=3),
        lag_seconds=7200,
        stopped=True,
        key_expires=last,
        troubles=("<b>no</b> route",),
        notices=("It was slow.",),
    )
    monkeypatch.setattr(world.site.statistics, "of", lambda *_: replace(found, health=[ill]))
    visitor = world.signed_in()

    words, page = visitor.page("/overview"), visitor.get("/overview").text

    assert f"{ill.channel} needs you 3 min ago 2 h" in words
    assert "<b>no</b> route It was slow." in words
    shown = f"{last.day} {last:%b %Y}"
    assert (f'<span class="nowrap {look}">{shown}</span>' if look else f"<td>{shown}</td>") in page


def test_scores_of_weeks_and_months_are_told_with_what_may_still_be_late(
    world: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = statistics_of(world.hub, read_days(world.hub))
    line, half = Decimal("0.9"), Decimal("0.8999")
    week = ScoreFigure("shop", "Answered", "2026-W10", 5, 6, 1, half, line, False, -2, ("6 late",))
    month = ScoreFigure("shop", "Thumbs", "2026-03", 0, 0, 0, None, line, None, None, ())
    monkeypatch.setattr(world.site.statistics, "of", lambda *_: replace(found, scores=[week, month]))

    words = world.signed_in().page("/overview")

    assert "shop Answered 2026-W10 5 89.9% 90% -2" in words
    assert "shop Thumbs 2026-03 0 – 90% –" in words
