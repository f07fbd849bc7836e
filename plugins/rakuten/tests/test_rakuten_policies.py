"""What Rakuten asks for is what its documents say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

import pytest

from hub.core.model import Case
from hub.core.targets import parse_step
from hub.core.worktime import DAYS, Calendar
from hub.policies.book import load_book
from hub.policies.reading import ReadPolicy, read_file
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile
from hub.policies.vector_tables import Vector
from hub.policies.vectors import run
from hub_rakuten import hub_register_policies

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
    lying_there = [file.name for file in files("hub_rakuten").iterdir() if file.name.endswith(".toml")]

    assert sorted(file.where for file in shipped()) == sorted(lying_there)


@pytest.mark.parametrize(
    ("market", "policy"), [("FR", "rakuten-france"), ("JP", "rakuten-ichiba"), ("", "rakuten-ichiba")]
)
def test_the_market_chooses_the_policy(market: str, policy: str) -> None:
    book = load_book(shipped(), None, SURROUNDINGS, {"shop": "rakuten"}, TODAY)
    opened = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
    case = Case("CH-1", "shop", "Åsa 漢字 🙂", opened, opened, market=market)

    assert book.chosen(case).policy.id == policy
