"""What bol.com asks for is what its documents say, over every arrival."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import ANY
from zoneinfo import ZoneInfo

import pytest

from hub.core.evaluation import evaluate
from hub.core.events import Event, Opened, OwnerChanged
from hub.core.model import Author, Case, epoch
from hub.core.policy import ClockRule, Deed, Moment
from hub.core.replay import replay
from hub.core.turns import Owner
from hub.policies.book import load_book
from tests.shipped import ALWAYS, SURROUNDINGS, TODAY, policies_of, shipped

POLICIES = policies_of("hub_bolcom")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LONG_OPEN = [
    ("2026-06-01 09:00", "2026-06-02 03:00"),
    ("2026-06-01 10:00", "2026-06-02 04:00"),
    ("2026-06-01 08:15", "2026-06-02 02:15"),
    ("2026-06-01 17:00", "2026-06-02 11:00"),
    ("2026-06-05 16:30", "2026-06-08 10:30"),
    ("2026-06-06 11:00", "2026-06-08 18:00"),
    ("2026-04-24 15:00", "2026-04-28 09:00"),
    ("2026-04-02 14:00", "2026-04-03 08:00"),
    ("2026-05-13 12:00", "2026-05-15 06:00"),
    ("2026-05-04 12:00", "2026-05-05 06:00"),
    ("2025-05-02 12:00", "2025-05-06 06:00"),
    ("2025-04-25 15:00", "2025-04-28 09:00"),
    ("2026-12-24 13:00", "2026-12-28 07:00"),
    ("2026-12-31 16:00", "2027-01-04 10:00"),
    ("2026-03-27 16:00", "2026-03-30 10:00"),
    ("2026-10-23 16:00", "2026-10-26 10:00"),
    ("2026-05-22 16:00", "2026-05-26 10:00"),
]
"""When a question arrives, and when bol.com flags it as open for long, both in Amsterdam."""
ALL_DOUBTFUL_DAYS_FREE = [
    ("2026-06-01 09:00", "2026-06-01 17:00"),
    ("2026-06-01 10:00", "2026-06-02 10:00"),
    ("2026-06-01 08:15", "2026-06-01 17:00"),
    ("2026-06-01 17:00", "2026-06-02 17:00"),
    ("2026-06-05 16:30", "2026-06-08 16:30"),
    ("2026-06-06 11:00", "2026-06-08 17:00"),
    ("2026-04-24 15:00", "2026-04-28 15:00"),
    ("2026-04-02 14:00", "2026-04-07 14:00"),
    ("2026-05-13 12:00", "2026-05-15 12:00"),
    ("2026-05-04 12:00", "2026-05-06 12:00"),
    ("2025-05-02 12:00", "2025-05-06 12:00"),
    ("2025-04-25 15:00", "2025-04-28 15:00"),
    ("2026-12-24 13:00", "2026-12-28 13:00"),
    ("2026-12-31 16:00", "2027-01-04 16:00"),
    ("2026-03-27 16:00", "2026-03-30 16:00"),
    ("2026-10-23 16:00", "2026-10-26 16:00"),
    ("2026-05-22 16:00", "2026-05-26 16:00"),
]
"""The same arrivals, and when they are due for an office that is closed on Goede vrijdag and on 5 May of every year."""


def test_a_channel_that_chooses_nothing_has_the_eight_working_hours() -> None:
    book = load_book(shipped("hub_bolcom"), None, SURROUNDINGS, {"shop": "bolcom"}, TODAY)
    opened = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
    case = Case("CH-1", "shop", "Åsa 漢字 🙂", opened, opened)

    assert book.chosen(case).policy.id == "bolcom"


@pytest.mark.parametrize(("received", "flagged"), LONG_OPEN)
def test_a_question_is_flagged_as_open_for_long_after_eighteen_hours_of_working_days(
    received: str, flagged: str
) -> None:
    at = datetime.fromisoformat(received).replace(tzinfo=AMSTERDAM)
    case = replay([Event(Opened("CH-1", "shop", "case"), at, at)])

    [first] = evaluate(case, POLICIES["bolcom-24h"].policy, {}, at, ALWAYS).clocks
    [flag] = [stage.at for stage in first.stages if stage.name == "long-open"]

    assert flag == epoch(datetime.fromisoformat(flagged).replace(tzinfo=AMSTERDAM))


@pytest.mark.parametrize("country", ["nl", "be"])
def test_who_keeps_the_eight_working_hours_keeps_the_twenty_four_too(country: str) -> None:
    office = POLICIES["bolcom"].policy.calendars[f"{country}-office"]
    weekdays = POLICIES["bolcom-24h"].policy.calendars[f"{country}-weekdays"]
    since, until = (int(datetime(year, 12, 20, tzinfo=UTC).timestamp()) for year in (2025, 2026))

    later = [start for start in range(since, until, 900) if office.add(start, 28800) > weekdays.add(start, 86400)]

    assert later == []


def clocks_of(policy: str, rule: str) -> list[ClockRule]:
    [chosen] = [known for known in POLICIES[policy].policy.rules if known.id == rule]
    return [replace(clock, source=ANY, calendar_name="", calendar=ALWAYS) for clock in chosen.clocks]


@pytest.mark.parametrize("policy", ["bolcom", "bolcom-24h"])
def test_a_belgian_seller_differs_by_the_holidays_alone(policy: str) -> None:
    assert clocks_of(policy, "question-be") == clocks_of(policy, "question")


def test_both_readings_of_the_norm_expect_the_same_of_bol_com() -> None:
    eight, day = clocks_of("bolcom", "question"), clocks_of("bolcom-24h", "question")

    assert [[s for s in clock.stages if s.expect] for clock in day] == [
        [s for s in clock.stages if s.expect] for clock in eight
    ]


@pytest.mark.parametrize(("received", "due"), ALL_DOUBTFUL_DAYS_FREE)
def test_with_all_doubtful_days_made_free_the_deadlines_are_those_of_an_office_that_rests(
    received: str, due: str, tmp_path: Path
) -> None:
    doubtful = ", ".join(f'"{year}-05-05"' for year in (2026, 2027, 2028))
    calendar = f'[override.bolcom.calendars.nl-office]\nholidays = "NL-good-friday"\nadd = [{doubtful}]\n'
    own = tmp_path / "policies.toml"
    own.write_text(f'schema = 1\n[override.bolcom]\nbecause = "asked"\n{calendar}', "utf-8")
    book = load_book(shipped("hub_bolcom"), own, SURROUNDINGS, {"shop": "bolcom"}, TODAY)
    at = datetime.fromisoformat(received).replace(tzinfo=AMSTERDAM)
    case = replay([Event(Opened("CH-1", "shop", "case"), at, at)])

    [first] = evaluate(case, book.chosen(case).policy, {}, at, ALWAYS).clocks

    assert first.due == epoch(datetime.fromisoformat(due).replace(tzinfo=AMSTERDAM))


@pytest.mark.parametrize("policy", ["bolcom", "bolcom-24h"])
def test_of_a_question_that_bol_com_sent_on_somebody_is_warned_after_a_day(policy: str) -> None:
    at = datetime(2026, 5, 27, 16, 0, tzinfo=AMSTERDAM)  # Wednesday
    sent_on = Event(OwnerChanged(Owner.SELLER, Author.PLATFORM), at, at)
    asked = Event(Opened("CH-1", "shop", "case"), at - timedelta(days=1), at - timedelta(days=1))

    def names(case: Case) -> list[str]:
        first = evaluate(case, POLICIES[policy].policy, {}, at, ALWAYS).clocks[-1]
        return [stage.name for stage in first.stages if stage.at in {epoch(at) + 24 * 3600, epoch(at) + 48 * 3600}]

    assert {"sent-on", "taken_back"} <= set(names(replay([asked, sent_on])))
    assert not {"sent-on", "taken_back"} & set(names(replay([asked])))


def test_what_a_platform_punishes_is_told_here_at_the_due_instant() -> None:
    punished = [
        clock
        for read in POLICIES.values()
        for rule in read.policy.rules
        for clock in rule.clocks
        if any(stage.expect for stage in clock.stages)
    ]

    assert punished
    assert all((Deed.BREACH, Moment(after=())) in [(s.do, s.moment) for s in clock.stages] for clock in punished)
