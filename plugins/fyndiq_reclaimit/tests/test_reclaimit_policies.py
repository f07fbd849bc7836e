"""What Fyndiq and CDON ask for is what their documents say, over every arrival."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

import pytest

from hub.core.model import Case
from hub.core.policy import ClockName
from hub.core.targets import parse_step, reach
from hub.core.worktime import DAYS, Calendar
from hub.policies.book import load_book
from hub.policies.reading import ReadPolicy, read_file
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile
from hub.policies.vector_tables import Vector
from hub.policies.vectors import run
from hub_fyndiq_reclaimit import hub_register_policies

ALWAYS = Calendar(
    "UTC", dict.fromkeys(DAYS, ("00:00-24:00",)), valid_from=date(2012, 1, 1), valid_to=date(2028, 12, 31)
)
SURROUNDINGS = Surroundings(ALWAYS, (parse_step("8wh"),))
TODAY = date(2026, 11, 22)


def shipped() -> list[PolicyFile]:
    found: list[Traversable] = []
    hub_register_policies(found.append)
    return [PolicyFile(file.name, file.read_text("utf-8")) for file in found]


POLICIES = {read.policy.id: read for read in (read_file(file, SURROUNDINGS, TODAY) for file in shipped())}
VECTORS = [(read, vector) for read in POLICIES.values() for vector in read.vectors]


def name_of(value: ReadPolicy | Vector) -> str:
    return value.policy.id if isinstance(value, ReadPolicy) else value.name


@pytest.mark.parametrize(("read", "vector"), VECTORS, ids=name_of)
def test_the_policy_does_what_its_own_tests_say(read: ReadPolicy, vector: Vector) -> None:
    failures = run(vector, read, SURROUNDINGS)

    assert failures == ()


def test_every_rule_has_a_test() -> None:
    rules = {(name, rule.id) for name, read in POLICIES.items() for rule in read.policy.rules}

    assert {(read.policy.id, vector.rule) for read, vector in VECTORS} == rules


def test_every_policy_file_is_offered() -> None:
    lying_there = [file.name for file in files("hub_fyndiq_reclaimit").iterdir() if file.name.endswith(".toml")]

    assert sorted(file.where for file in shipped()) == sorted(lying_there)


@pytest.mark.parametrize(
    ("marketplace", "policy"), [("fyndiq", "fyndiq"), ("cdon", "cdon"), ("", "cdon"), ("Ö", "cdon")]
)
def test_only_fyndiq_has_the_longer_deadline(marketplace: str, policy: str) -> None:
    book = load_book(shipped(), None, SURROUNDINGS, {"shop": "fyndiq_reclaimit"}, TODAY)
    opened = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
    case = Case("CH-1", "shop", "Åsa 漢字 🙂", opened, opened, marketplace=marketplace)

    assert book.chosen(case).policy.id == policy


def targets_later_than_the_deadline(policy: str, rule: str) -> list[datetime]:
    [chosen] = [known for known in POLICIES[policy].policy.rules if known.id == rule]
    clocks = {clock.name: clock for clock in chosen.clocks}
    first, target = clocks[ClockName.FIRST_RESPONSE], clocks[ClockName.FIRST_RESPONSE_TARGET]
    since, until = (int(datetime(year, 12, 15, tzinfo=UTC).timestamp()) for year in (2025, 2026))
    return [
        datetime.fromtimestamp(start, ZoneInfo("Europe/Stockholm"))
        for start in range(since, until, 1800)
        if reach(start, target.target, target.calendar)[-1].end > reach(start, first.target, first.calendar)[-1].end
    ]


@pytest.mark.parametrize("policy", ["fyndiq", "cdon"])
def test_the_plain_reading_is_never_later_than_the_documented_one(policy: str) -> None:
    assert targets_later_than_the_deadline(policy, "errand") == []


def test_with_the_extra_day_it_is_later_at_midnight_sharp_only() -> None:
    later = targets_later_than_the_deadline("fyndiq", "high-value")

    # 48 working hours from Thursday 00:00 are over as the week is; the working day after Friday 00:00 is Monday.
    assert {at.strftime("%H:%M") for at in later} == {"00:00"}
