"""The calendar's page: months, years, what a clock makes of an instant, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.core.evaluation import begun_at
from hub.core.model import epoch, from_epoch
from hub.web.words import LANGUAGES
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.web_world import WebWorld, web_world, words_of

OWN = """schema = 1
[[policy]]
id = "round-the-clock"
title = "Always"
version = "1"
effective_from = 2026-01-01
[policy.source]
where = "us"
checked_on = 2026-11-22
mark = "assumed"
[policy.calendars.always]
tz = "Europe/Stockholm"
valid = [2026-01-01, 2028-12-31]
holidays = { "2026-12-24" = "Julafton & <i>jul</i>" }
special = { "2026-12-23" = ["00:00-12:00"] }
hours = { mon = ["00:00-24:00"], wed = ["00:00-24:00"], thu = ["00:00-24:00"], sun = ["00:00-24:00"] }
[[policy.rule]]
id = "any"
title = "Every case"
clock.first_response = { calendar = "always", target = ["24wh"] }
"""
ALWAYS = "/policies/calendar?calendar=round-the-clock/always"


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[WebWorld]:
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML, encoding="utf-8")
    (tmp_path / "policies.toml").write_text(OWN, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    with web_world(Desktop(config, state, clock)) as made:
        yield made


def cell(page: str, day: str) -> str:
    """What a day of the month shows."""
    found = re.search(rf'<td(?:(?!</td>).)*<time datetime="{day}">.*?</td>', page, re.DOTALL)
    assert found, day
    return words_of(found[0])


def test_a_month_shows_hours_holidays_and_short_days(world: WebWorld) -> None:
    page = world.signed_in().get(f"{ALWAYS}&month=2026-12").text

    assert cell(page, "2026-12-21") == "Monday 21 00:00–24:00"
    assert cell(page, "2026-12-22") == "Tuesday 22 closed"
    assert cell(page, "2026-12-23") == "Wednesday 23 00:00–12:00 short day"
    assert cell(page, "2026-12-24") == "Thursday 24 closed Julafton & <i>jul</i>"
    assert "<i>jul" not in page
    assert "round-the-clock · always, December 2026 17 working days with 396 h" in words_of(page)


def test_the_month_of_the_change_of_summer_time_says_so(world: WebWorld) -> None:
    page = world.signed_in().get(f"{ALWAYS}&month=2026-03").text

    assert cell(page, "2026-03-29") == "Sunday 29 00:00–24:00 clocks change: 23 h in all"
    assert "clocks change" not in cell(page, "2026-03-22")


def test_a_leap_day_is_there_and_what_is_beyond_the_calendar_is_not_known(world: WebWorld) -> None:
    visitor = world.signed_in()

    assert "Tuesday 29" in cell(visitor.get(f"{ALWAYS}&month=2028-02").text, "2028-02-29")
    assert "1 not known" in visitor.page(f"{ALWAYS}&month=2031-01")


def test_a_table_for_whoever_hears_the_page(world: WebWorld) -> None:
    page = world.signed_in().get(f"{ALWAYS}&month=2026-12").text
    month = page[page.index('<table class="month"') :].split("</table>")[0]

    assert "<caption>round-the-clock · always, December 2026" in month
    assert len(re.findall(r'<th scope="col"', month)) == 8
    assert len(re.findall(r'<th scope="row"', month)) == 5
    assert re.findall(r'abbr="(\w+)"', month)[:2] == ["Monday", "Tuesday"]


def test_months_are_turned_over_the_year(world: WebWorld) -> None:
    page = world.signed_in().get(f"{ALWAYS}&month=2026-12").text

    assert 'rel="prev" data-key="k" href="/policies/calendar?calendar=round-the-clock/always&amp;month=2026-11"' in page
    assert 'rel="next" data-key="j" href="/policies/calendar?calendar=round-the-clock/always&amp;month=2027-01"' in page


def test_without_a_choice_it_is_the_office_this_month(world: WebWorld) -> None:
    page = world.signed_in().get("/policies/calendar").text
    now = world.hub.clock.now()

    assert f"Your office, {now:%B} {now.year}" in words_of(page)
    assert 'aria-current="date"' in page
    assert "Today" in cell(page, f"{now:%Y-%m-%d}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_and_months_are_named_in_each_language(world: WebWorld, language: str) -> None:
    text = world.signed_in(language=language).page(f"{ALWAYS}&month=2026-12")
    monday, december = {
        "en": ("Monday", "December 2026"),
        "sv": ("måndag", "december 2026"),
        "nl": ("maandag", "december 2026"),
        "de": ("Montag", "Dezember 2026"),
        "ja": ("月曜日", "2026年12月"),
        "cs": ("pondělí", "prosinec 2026"),
    }[language]

    assert monday in text
    assert december in text


def test_a_clock_that_started_now_is_due_when_the_core_says(world: WebWorld) -> None:
    visitor = world.signed_in()
    policy = world.hub.book.named("round-the-clock")
    [rule] = policy.rules
    reading = begun_at(rule, rule.clocks[0], epoch(world.hub.clock.now()))
    page = visitor.get(ALWAYS).text

    assert reading.due is not None
    local = from_epoch(reading.due).astimezone(ZoneInfo("Europe/Stockholm"))
    assert f'<time datetime="{local.isoformat(timespec="seconds")}">' in page


def test_a_deadline_is_worked_out_with_its_way(world: WebWorld) -> None:
    address = f"{ALWAYS}&clock=round-the-clock/any/first_response&at=2026-12-23T06:00"
    text = world.signed_in().page(address)

    assert "Due Mon 28 Dec 2026 00:00 CET" not in text
    assert "Due Sun 27 Dec 2026 18:00 CET" in text
    assert "24 working hours: 24 h counted" in text
    assert "Wed 23 Dec 2026 06:00 CET Wed 23 Dec 2026 12:00 CET 6 h counts 23 Dec 2026 special hours" in text
    assert "24 h does not count 24 Dec 2026 Julafton & <i>jul</i>" in text


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2026-03-29T02:30", "Mon 30 Mar 2026 03:00"),  # skipped: the instant after the gap
        ("2026-10-25T02:30", "Mon 26 Oct 2026 01:30"),  # comes twice: the first time
        ("2026-10-25T00:30:00+00:00", "Mon 26 Oct 2026 01:30"),
    ],
)
def test_an_instant_of_a_night_that_changes_its_clocks(world: WebWorld, written: str, due: str) -> None:
    written = written.replace("+", "%2B")
    text = world.signed_in().page(f"{ALWAYS}&clock=round-the-clock/any/first_response&at={written}")

    assert f"Due {due}" in text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("calendar=moon", 404),
        ("month=2026-13", 200),
        ("month=<script>", 200),
        ("clock=a/b/c&at=2026-01-01T00:00", 404),
        ("clock=round-the-clock/any/first_response&at=soon", 422),
        ("clock=round-the-clock/any/first_response&at=9999-12-31T23:59", 422),
        ("clock=round-the-clock/any/first_response&at=2031-01-01T00:00", 200),
        ("clock=round-the-clock/any/first_response&at=1950-01-01T00:00", 200),
        ("clock=round-the-clock/any/first_response&at=0001-01-01T00:00%2B14:00", 422),
    ],
)
def test_what_is_asked_wrongly_is_told(world: WebWorld, query: str, status: int) -> None:
    answer = world.signed_in().get(f"/policies/calendar?{query}")

    assert answer.status_code == status
    assert "<script>" not in answer.text.split("</head>")[1]


def test_what_the_calendar_does_not_know_is_never_guessed(world: WebWorld) -> None:
    text = world.signed_in().page(f"{ALWAYS}&clock=round-the-clock/any/first_response&at=2031-01-01T00:00")

    assert "Nobody can say: the calendar is known until 2028-12-31 only" in text
