"""`casehub statistics` as a person and a program meet it, over a real database."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.core.model import Author, CaseType, Direction, Message, Money, Order, OrderLine, epoch
from hub.core.policy import ClockName
from hub.core.readings import Evaluation, Reading
from hub.statistics import TABLES, read_days, statistics_of
from tests.web_world import WebWorld

DOCUMENT = Path(__file__).parents[1] / "docs" / "overview.md"
VASE = OrderLine("Vas 漢字", "V-1", 1, Money(Decimal("899.00"), "SEK"))


def claimed(world: WebWorld, count: int = 3, **facts: Any) -> None:
    """Let so many customers complain of the vase, which they ordered in one week."""
    for number in range(count):
        placed = world.desktop.clock.now() - timedelta(days=9)
        order = Order(f"47{number}", (VASE,), Money(Decimal("1250.00"), "SEK"), placed_at=placed)
        told = {"order": order, "type": CaseType.COMPLAINT, "type_raw": "defekt", **facts}
        world.desktop.opens(ref=f"s{number}", **told)


def test_several_claims_on_a_product_are_marked_for_a_person(world: WebWorld) -> None:
    claimed(world)

    text = world.desktop.told("statistics")

    assert re.search(r"Claims by product\n.*\nVas 漢字 +V-1 +3 +3 +! ", text)
    assert re.search(r"Claims by batch\n.*\n\d{4}-W\d\d +inferred +Vas 漢字 +3 +3 +!", text)
    assert re.search(r"Causes\n.*\ndefekt +complaint +shop +3", text)


def test_a_batch_that_a_note_names_is_counted(world: WebWorld) -> None:
    claimed(world, 2)
    world.desktop.told("note", "1001", "-m", "Same as yesterday.\nBatch: L2041")

    batches = world.desktop.data("statistics")["batches"]

    assert [(line["batch"], line["inferred"], line["numbers"]) for line in batches if not line["inferred"]] == [
        ("L2041", False, ["CH-1001"])
    ]


def test_programs_get_every_table_with_the_columns_that_are_documented(world: WebWorld) -> None:
    claimed(world)

    told = world.desktop.data("statistics")

    assert list(told) == ["from", "to", "timezone", "grain", "channel", "as_of", *TABLES]
    assert (told["grain"], told["channel"], told["timezone"]) == ("day", None, "Europe/Stockholm")
    assert len(told["over_time"]) == 30
    assert told["over_time"][-1]["opened"] == 3
    assert told["health"][0].keys() == {column.name for column in fields(TABLES["health"])}
    rows = re.findall(r"^\| `(\w+)` \| .* \| ((?:`\w+` ?)+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    documented = {table: re.findall(r"\w+", columns) for table, columns in rows}
    assert documented == {name: [column.name for column in fields(row)] for name, row in TABLES.items()}


def test_what_a_spreadsheet_would_run_is_kept_from_it_and_numbers_are_left_alone(world: WebWorld) -> None:
    claimed(world, order=Order("47", (OrderLine('=HYPERLINK("x")', "-1+2"),)), type_raw="@cause")

    lines = list(csv.DictReader(io.StringIO(world.desktop.told("statistics", "--csv", "products"))))
    causes = list(csv.DictReader(io.StringIO(world.desktop.told("statistics", "--csv", "causes"))))
    scores = world.desktop.told("statistics", "--csv", "scores")

    assert [(line["title"], line["sku"]) for line in lines] == [('\'=HYPERLINK("x")', "'-1+2")]
    assert [line["cause"] for line in causes] == ["'@cause"]
    assert "'-" not in scores


def test_a_csv_has_its_heading_where_there_is_nothing_to_tell(world: WebWorld) -> None:
    for name, row in TABLES.items():
        with_heading = world.desktop.told("statistics", "--csv", name).splitlines()

        assert with_heading[0] == ",".join(column.name for column in fields(row))


def test_a_range_and_a_channel_hold_for_what_they_are_about(world: WebWorld) -> None:
    claimed(world)
    before = (world.desktop.clock.now() - timedelta(days=9)).date().isoformat()
    world.desktop.opens("portal", "p1")

    here = world.desktop.data("statistics", "--channel", "portal")
    earlier = world.desktop.data("statistics", "--from", before, "--to", before)

    assert [line["channel"] for line in here["channels"]] == ["portal"]
    assert [line["channel"] for line in here["health"]] == ["portal"]
    assert (earlier["channels"], earlier["products"], len(earlier["over_time"])) == ([], [], 1)
    assert earlier["health"] != []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--channel", "nope"), "There is no channel 'nope'"),
        (("--from", "2026-13-01"), "there is no day '2026-13-01'"),
        (("--from", "2026-03-02", "--to", "2026-03-01"), "change the two days"),
        (("--csv", "x"), "there is no table 'x'; the tables are: risk, answer_times"),
        (("--csv", "risk", "--json"), "give one of the two"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_the_way_out(world: WebWorld, words: tuple[str, ...], told: str) -> None:
    assert told in world.desktop.refused("statistics", *words)


def test_answer_times_are_told_in_the_time_of_the_clock_as_well(world: WebWorld) -> None:
    claimed(world, 1)
    began = world.desktop.clock.now() - timedelta(hours=1)
    world.desktop.clock.advance(hours=30)
    answer = replace(world.desktop.letter("a1"), author=Author.SELLER, direction=Direction.OUTBOUND)
    world.desktop.opens(ref="s0", messages=(answer,))

    [whole, shop] = statistics_of(world.hub, read_days(world.hub)).answer_times

    worked = world.hub.office.between(epoch(began), epoch(answer.sent_at))
    assert (shop.channel, shop.answers, shop.median, shop.p90) == ("shop", 1, 31 * 3600, 31 * 3600)
    assert (shop.counted, shop.counted_median) == (1, worked)
    assert 0 < worked < 31 * 3600
    assert replace(shop, channel="") == whole


def test_answers_of_a_policy_that_is_not_known_any_more_are_told_without_working_time(world: WebWorld) -> None:
    claimed(world, 1)
    with world.hub.store.writing() as writer:
        case = writer.case("CH-1001")
        start = epoch(case.opened_at)
        run = Reading(ClockName.FIRST_RESPONSE, 0, "m", "gone", start, start + 60, ended=start + 30)
        writer.set_evaluation("CH-1001", Evaluation("forgotten", "1", "d", "gone", (), clocks=(run,)))

    [_, shop] = statistics_of(world.hub, read_days(world.hub)).answer_times

    assert (shop.answers, shop.median, shop.counted, shop.counted_median) == (1, 30, 0, None)


def test_answers_beyond_what_the_calendar_knows_are_told_without_working_time(world: WebWorld) -> None:
    long_ago = datetime(2024, 3, 4, 10, tzinfo=UTC)
    answer = Message("a1", Author.SELLER, Direction.OUTBOUND, long_ago + timedelta(hours=2), "Hej")
    for place, began in enumerate((long_ago, world.desktop.clock.now() - timedelta(hours=1))):
        asked = replace(world.desktop.letter(f"m{place}"), sent_at=began)
        told = replace(answer, ref=f"a{place}", sent_at=began + timedelta(minutes=30))
        world.desktop.opens(ref=f"s{place}", opened_at=began, messages=(asked, told))

    [_, shop] = statistics_of(world.hub, read_days(world.hub, "2024-01-01")).answer_times

    assert (shop.answers, shop.median, shop.counted) == (2, 1800, 1)
