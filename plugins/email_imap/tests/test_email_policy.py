"""The promise for mail is the office's own, as the text that it comes from has it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files

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

ALWAYS = Calendar(
    "UTC", dict.fromkeys(DAYS, ("00:00-24:00",)), valid_from=date(2012, 1, 1), valid_to=date(2028, 12, 31)
)
SURROUNDINGS = Surroundings(ALWAYS, (parse_step("8wh"),))
TODAY = date(2026, 11, 22)


def shipped() -> list[PolicyFile]:
    file = files("hub_email_imap").joinpath("policy.toml")
    return [PolicyFile(file.name, file.read_text("utf-8"))]


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


def test_a_mailbox_follows_the_promise_for_mail() -> None:
    book = load_book(shipped(), None, SURROUNDINGS, {"shop": "email_imap"}, TODAY)
    opened = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
    case = Case("CH-1", "shop", "Åsa 漢字 🙂", opened, opened)

    assert book.chosen(case).policy.id == "email"
