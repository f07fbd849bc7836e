"""The tests that a policy file brings along: how they are read, run, and what a failure says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from hub.core.model import Case, CaseState, Money
from hub.core.policy import ClockName, Policy
from hub.core.readings import ClockState, Evaluation
from hub.core.replay import replay
from hub.core.targets import parse_step
from hub.core.turns import Ending, Owner
from hub.core.worktime import Calendar
from hub.errors import ConfigurationError
from hub.policies.book import house_file
from hub.policies.reading import ReadPolicy, read_file
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile
from hub.policies.vectors import Consequence, Vector, run

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))
OFFICE = Calendar("Europe/Stockholm", WEEK, valid_from=date(2024, 1, 1), valid_to=date(2028, 12, 31))
HERE = Surroundings(OFFICE, (parse_step("8wh"),))
TODAY = date(2026, 11, 22)
POLICY = """
schema = 1
id = "shop"
title = "A shop"
version = "1"
effective_from = 2026-01-01
source = { where = "the terms", checked_on = 2026-11-22, mark = "documented" }
fx = { EURSEK = "11.20" }

[option.country]
values = ["NL", "BE"]
default = "NL"
about = "Where the shop is."

[[rule]]
id = "large"
title = "Large"
when = [{ field = "order.gross", gt = "800 SEK" }]
[rule.clock.first_response]
calendar = "office"
target = ["16wh"]

[[rule]]
id = "belgian"
title = "Belgian"
when = [{ field = "option.country", is = "BE" }]
[rule.clock.first_response]
calendar = "office"
target = ["4wh"]

[[rule]]
id = "any"
title = "Any"
[rule.clock.first_response]
calendar = "office"
target = ["office.answer_within"]
pause_on = ["PARKED"]
stage = [
  { after = "0s", expect = "auto_refund", costs = "order.gross", when = [{ field = "marketplace", is = "fyndiq" }] },
  { after = "1h", expect = "reminder" },
]
[rule.clock.next_response]
calendar = "office"
target = ["8wh"]
[rule.clock.promise]
calendar = "office"
"""
HEAD = """
[[test]]
name = "Friday Åsa 漢字 🙂"
tz = "Europe/Stockholm"
"""


def read(test: str, head: str = HEAD) -> ReadPolicy:
    return read_file(PolicyFile("policy.toml", POLICY + head + test), HERE, TODAY)


def vector(test: str) -> Vector:
    return read(test).vectors[0]


def failures(test: str) -> tuple[str, ...]:
    policy = read(test)
    return run(policy.vectors[0], policy, HERE)


def refusal(test: str, head: str = HEAD) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(test, head)
    return str(refused.value)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Stockholm"))


PASSING = {
    "working hours over a week-end": """
        received = 2026-06-05T16:30:00
        rule = "any"
        due = { first_response = 2026-06-08T16:30:00, next_response = "none" }
        state = { first_response = "running" }""",
    "a value by its pinned rate": """
        facts = { "order.gross" = "72 EUR" }
        received = 2026-06-05T09:00:00
        rule = "large"
        due = { first_response = 2026-06-08T17:00:00 }""",
    "a currency without a rate": """
        facts = { "order.gross" = "7200 DKK" }
        received = 2026-06-05T09:00:00
        rule = "any" """,
    "an option": """
        options = { country = "BE" }
        received = 2026-06-05T09:00:00
        rule = "belgian"
        due = { first_response = 2026-06-05T13:00:00 }""",
    "a reply exactly at the due instant": """
        received = 2026-06-05T16:30:00
        events = [{ at = 2026-06-08T16:30:00, what = "reply" }]
        state = { first_response = "met" }""",
    "a reply a second later": """
        received = 2026-06-05T16:30:00
        events = [{ at = 2026-06-08T16:30:01, what = "reply" }]
        state = { first_response = "met_late" }""",
    "what came after the look is not known": """
        received = 2026-06-05T16:30:00
        events = [{ at = 2026-06-08T16:30:01, what = "reply" }]
        at = 2026-06-08T16:30:01
        state = { first_response = "met_late" }""",
    "a look before the reply": """
        received = 2026-06-05T16:30:00
        events = [{ at = 2026-06-08T10:00:00, what = "reply" }]
        at = 2026-06-08T09:59:59
        state = { first_response = "running" }""",
    "neither a note nor a robot answers": """
        received = 2026-06-05T09:00:00
        events = [{ at = 2026-06-05T10:00:00, what = "note" }, { at = 2026-06-05T11:00:00, what = "auto_reply" }]
        at = 2026-06-09T09:00:00
        state = { first_response = "breached" }""",
    "the newest run of a clock": """
        received = 2026-06-05T09:00:00
        events = [
          { at = 2026-06-05T10:00:00, what = "reply" },
          { at = 2026-06-05T11:00:00, what = "customer" },
          { at = 2026-06-05T12:00:00, what = "reply" },
          { at = 2026-06-05T13:00:00, what = "customer" },
        ]
        due = { next_response = 2026-06-08T13:00:00 }
        state = { first_response = "met", next_response = "running" }""",
    "a pause without an end": """
        received = 2026-06-05T09:00:00
        events = [{ at = 2026-06-05T10:00:00, what = "state", raw = "PARKED" }]
        due = { first_response = "paused" }
        state = { first_response = "paused" }""",
    "a closed case, and one that is opened again": """
        received = 2026-06-05T09:00:00
        events = [{ at = 2026-06-05T10:00:00, what = "close" }, { at = 2026-06-05T11:00:00, what = "reopen" }]
        state = { first_response = "running" }""",
    "thanks that need no reply": """
        received = 2026-06-05T09:00:00
        events = [{ at = 2026-06-05T10:00:00, what = "no_reply_needed" }]
        state = { first_response = "cancelled" }""",
    "a case that was merged": """
        received = 2026-06-05T09:00:00
        events = [{ at = 2026-06-05T10:00:00, what = "merged" }]
        at = 2026-06-05T12:00:00
        rule = "any" """,
    "a case that the platform sent on": """
        received = 2026-06-05T09:00:00
        events = [{ at = 2026-06-05T10:00:00, what = "to_platform" }, { at = 2026-06-05T11:00:00, what = "to_seller" }]
        due = { first_response = 2026-06-08T11:00:00 }""",
    "deadlines that were given": """
        received = 2026-06-05T09:00:00
        events = [
          { at = 2026-06-05T09:10:00, what = "platform_due", clock = "first_response", due = 2026-06-07T10:00:00 },
          { at = 2026-06-05T09:20:00, what = "person_due", clock = "first_response", due = 2026-06-06T10:00:00 },
        ]
        due = { first_response = 2026-06-06T10:00:00 }""",
    "a promise": """
        received = 2026-06-05T09:00:00
        events = [{ at = 2026-06-05T10:00:00, what = "promise", due = 2026-06-11T10:00:00 }]
        due = { promise = 2026-06-11T10:00:00 }""",
    "a consequence": """
        facts = { "order.gross" = "100.00 SEK", marketplace = "fyndiq" }
        received = 2026-06-05T16:30:00
        consequence = { expect = "auto_refund", at = 2026-06-08T16:30:00, costs = "100 SEK" }""",
    "a consequence of unknown costs": """
        facts = { marketplace = "fyndiq" }
        received = 2026-06-05T16:30:00
        consequence = { expect = "auto_refund", costs = "unknown" }""",
    "an uncertain consequence is passed over": """
        received = 2026-06-05T16:30:00
        consequence = { expect = "reminder", at = 2026-06-08T17:30:00, costs = "none" }""",
    "no consequence": """
        facts = { "order.gross" = "900 SEK" }
        received = 2026-06-05T16:30:00
        consequence = "none" """,
    "another office": """
        received = 2026-06-05T09:00:00
        due = { first_response = 2026-06-05T11:00:00 }
        [test.office]
        tz = "Europe/Helsinki"
        hours = { fri = ["09:00-24:00"] }
        holidays = "SE-eves"
        answer_within = "2wh"
    """,
    "a case without a message": """
        opened = 2026-06-05T09:00:00
        due = { first_response = "none" }""",
    "an hour that comes twice": """
        received = 2026-10-25T02:30:00+01:00
        rule = "any" """,
}


@pytest.mark.parametrize("name", PASSING)
def test_a_test_that_is_right_passes(name: str) -> None:
    assert failures(PASSING[name]) == ()


FAILING = {
    'received = 2026-06-05T16:30:00\nrule = "large"': "the rule: expected large, found any",
    "received = 2026-06-05T16:30:00\ndue = { first_response = 2026-06-08T16:00:00 }": (
        "first_response is due: expected Mon 2026-06-08 16:00:00+02:00, found Mon 2026-06-08 16:30:00+02:00"
    ),
    'received = 2026-06-05T16:30:00\ndue = { first_response = "paused" }': (
        "first_response is due: expected paused, found Mon 2026-06-08 16:30:00+02:00"
    ),
    "received = 2026-06-05T16:30:00\ndue = { resolution = 2026-06-08T16:00:00 }": (
        "resolution is due: expected Mon 2026-06-08 16:00:00+02:00, found none"
    ),
    "received = 2028-12-29T16:30:00\ndue = { first_response = 2029-01-01T16:00:00 }": (
        "first_response is due: expected Mon 2029-01-01 16:00:00+01:00, found unknown (the calendar is known until "
        "2028-12-31 only: add the holidays after it and move its end)"
    ),
    'received = 2026-06-05T16:30:00\nstate = { first_response = "met" }': (
        "the state of first_response: expected met, found running"
    ),
    'received = 2026-06-05T16:30:00\nstate = { resolution = "met" }': (
        "the state of resolution: expected met, found none"
    ),
    'received = 2026-06-05T16:30:00\nconsequence = "none"': "the consequence: expected none, found reminder",
    'received = 2026-06-05T16:30:00\nconsequence = { expect = "auto_refund" }': (
        "the consequence: expected auto_refund, found reminder"
    ),
    'received = 2026-06-05T16:30:00\nconsequence = { expect = "reminder", at = 2026-06-08T17:00:00 }': (
        "reminder comes: expected Mon 2026-06-08 17:00:00+02:00, found Mon 2026-06-08 17:30:00+02:00"
    ),
    'received = 2026-06-05T16:30:00\nconsequence = { expect = "reminder", costs = "5 SEK" }': (
        "reminder costs: expected 5 SEK, found none"
    ),
}


@pytest.mark.parametrize("test", FAILING)
def test_a_test_that_is_wrong_says_what_was_expected_and_found_in_local_time(test: str) -> None:
    assert failures(test) == (f"Friday Åsa 漢字 🙂: {FAILING[test]}",)


def test_all_that_is_not_as_expected_is_told() -> None:
    found = failures(
        'received = 2026-06-05T16:30:00\nrule = "large"\n'
        'state = { first_response = "met" }\ndue = { promise = "paused" }'
    )

    assert len(found) == 3


def test_an_office_under_which_the_policy_cannot_be_read_is_a_failure() -> None:
    policy = read_file(PolicyFile("policy.toml", POLICY + HEAD + PASSING["another office"]), HERE, TODAY)
    table = {**policy.table, "version": ""}
    broken = ReadPolicy(policy.policy, policy.where, table, policy.vectors)

    found = run(policy.vectors[0], broken, HERE)

    told = "the policy cannot be read under the office of this test: policy.toml: version: is empty"
    assert found == (f"Friday Åsa 漢字 🙂: {told}",)


def test_the_judge_gets_the_case_the_options_and_the_office() -> None:
    asked: list[tuple[Case, str, Mapping[str, str], datetime, Calendar | None]] = []

    def judge(
        case: Case, policy: Policy, options: Mapping[str, str], now: datetime, office: Calendar | None
    ) -> Evaluation:
        asked.append((case, policy.id, options, now, office))
        return Evaluation(policy.id, policy.version, policy.digest, "any", ())

    policy = read('options = { country = "BE" }\nreceived = 2026-06-05T16:30:00\nrule = "any"')

    assert run(policy.vectors[0], policy, HERE, judge) == ()
    case, name, options, now, office = asked[0]
    assert (name, options, office) == ("shop", {"country": "BE"}, OFFICE)
    assert now == datetime(2026, 6, 5, 14, 30, 1, tzinfo=UTC)
    assert case.opened_at == case.messages[0].sent_at == datetime(2026, 6, 5, 14, 30, tzinfo=UTC)


def test_a_test_becomes_a_vector_with_all_it_says() -> None:
    found = vector("""
        received = 2026-06-05T16:30:00
        rule = "any"
        due = { first_response = 2026-06-08T16:30:00, promise = "none" }
        at = 2026-06-08T11:00:00
        state = { first_response = "running" }
        consequence = { expect = "auto_refund", at = 2026-06-08T16:30:00, costs = "875.00 SEK" }
    """)

    assert (found.name, found.tz, found.rule) == ("Friday Åsa 漢字 🙂", "Europe/Stockholm", "any")
    assert found.at == local("2026-06-08T11:00:00")
    assert found.due == {ClockName.FIRST_RESPONSE: local("2026-06-08T16:30:00"), ClockName.PROMISE: "none"}
    assert found.state == {ClockName.FIRST_RESPONSE: ClockState.RUNNING}
    cost = Money(Decimal(875), "SEK")
    assert found.consequence == Consequence("auto_refund", local("2026-06-08T16:30:00"), cost)


def test_the_facts_of_a_test_are_those_of_its_case() -> None:
    found = vector("""
        received = 2026-06-05T16:30:00
        rule = "any"
        [test.facts]
        case_type = "return"
        type_raw = "RETUR 漢字"
        priority = "high"
        market = "SE"
        marketplace = "cdon"
        channel = "shop_se"
        "order.gross" = "875.00 SEK"
        "order.fulfilment" = "FBB"
    """)
    case = replay(found.events)

    assert (case.type.value, case.type_raw, case.priority) == ("return", "RETUR 漢字", "high")
    assert (case.market, case.marketplace, case.channel) == ("SE", "cdon", "shop_se")
    assert case.order is not None
    assert (case.order.value, case.order.fulfilment) == (Money(Decimal(875), "SEK"), "FBB")


def test_what_a_test_leaves_out_is_unknown() -> None:
    case = replay(vector('received = 2026-06-05T16:30:00\nrule = "any"').events)

    assert (case.order, case.market, case.marketplace, case.priority, case.type_raw) == (None, "", "", "", "")


def test_the_events_of_a_test_happen_to_its_case() -> None:
    case = replay(
        vector("""
        received = 2026-06-05T08:00:00
        rule = "any"
        events = [
          { at = 2026-06-05T09:00:00, what = "reply" },
          { at = 2026-06-05T10:00:00, what = "customer" },
          { at = 2026-06-05T11:00:00, what = "no_reply_needed" },
          { at = 2026-06-05T12:00:00, what = "state", raw = "PARKED" },
          { at = 2026-06-05T13:00:00, what = "state", state = "open", raw = "NEW" },
          { at = 2026-06-05T14:00:00, what = "to_seller" },
          { at = 2026-06-05T15:00:00, what = "close" },
        ]
    """).events
    )

    assert [settlement.how for settlement in case.settled.values()] == [Ending.ANSWERED, Ending.NOT_NEEDED]
    assert [turn.raw for turn in case.turns] == ["", "", "", "", "PARKED", "NEW", ""]
    assert [turn.state for turn in case.turns[-3:]] == [CaseState.WAITING, CaseState.OPEN, CaseState.CLOSED]
    assert [handover.to for handover in case.handovers] == [Owner.SELLER]


ALONE = {
    "rule = 'any'": "needs either received or opened",
    "received = 2026-06-05T08:00:00\nopened = 2026-06-05T08:00:00\nrule = 'any'": "needs either received or opened",
    "received = 2026-06-05T08:00:00": "expects nothing; give at least one of rule, due, state, consequence",
    "received = 2026-06-05T08:00:00\ndue = {}": "expects nothing; give at least one of rule, due, state, consequence",
    "received = 2026-06-05\nrule = 'any'": "received: should be a time such as 2026-06-05T16:30:00",
    "received = 0001-01-01T00:00:00\nrule = 'any'": "received: lies outside of the years 1902 to 9000, which calend",
    "received = 2026-03-29T02:30:00\nrule = 'any'": "received: 2026-03-29 02:30:00 is a time that the clocks of Eur",
    "received = 2026-06-05T08:00:00\nrule = 'ani'": 'rule: there is no rule "ani"; did you mean any?',
}
BESIDE_THE_RULE = {
    "ruel = 'any'": "ruel: is no key here; did you mean rule?",
    "due = { first_respons = 'none' }": "due.first_respons: is no clock; did you mean first_response?",
    "due = { promise = 'never' }": "due.promise: should be a time such as 2026-06-08T16:30:00, or paused, or none",
    "state = { promise = 'done' }": 'state.promise: "done" is not known; possible are breached',
    "state = { first_respons = 'met' }": "state.first_respons: is no clock; did you mean first_response?",
    "at = 2026-06-05T07:00:00": "at: lies before the case began",
    "options = { land = 'BE' }": "options.land: is no option; possible are country",
    "options = { country = 'DE' }": 'options.country: "DE" cannot be chosen; possible are BE, NL',
    "facts = { value = 1 }": "facts.value: is no key here",
    "facts = { 'order.gross' = '8' }": 'facts."order.gross": "8" is no money; write an amount and a currency',
    "facts = { case_type = 'x' }": 'facts.case_type: "x" is not known',
    "events = [{ what = 'reply' }]": "events[0].at: is missing",
    "events = [{ at = 2026-06-05T09:00:00, what = 'answer' }]": 'events[0].what: "answer" is not known',
    "events = [{ at = 2026-06-05T09:00:00, what = 'promise' }]": "events[0].due: is missing",
    "events = [{ at = 2026-06-05T09:00:00, what = 'state' }]": "events[0]: needs state, raw, or both",
    "events = [{ at = 2026-06-05T09:00:00, what = 'note', raw = 'X' }]": "events[0].raw: is no key here",
    "consequence = { at = 2026-06-05T09:00:00 }": "consequence.expect: is missing",
    "consequence = { expect = 'x', costs = '8' }": 'consequence.costs: "8" is no money; write an amount',
    "consequence = 'nothing'": "consequence: should be a table",
    "office = { tz = 'UTC' }": "office.hours: is missing",
}
WRONG = ALONE | {f"received = 2026-06-05T08:00:00\nrule = 'any'\n{key}": told for key, told in BESIDE_THE_RULE.items()}


@pytest.mark.parametrize("test", WRONG)
def test_a_test_that_cannot_be_meant_is_refused_when_the_policy_is_read(test: str) -> None:
    told = refusal(test)

    assert 'policy.toml: test "Friday Åsa 漢字 🙂"' in told
    assert WRONG[test] in told


def test_a_test_needs_a_name_and_a_zone() -> None:
    told = refusal("received = 2026-06-05T08:00:00\nrule = 'any'", "[[test]]\n")

    assert "policy.toml: test[0].name: is missing" in told
    assert "policy.toml: test[0].tz: is missing" in told


def test_two_tests_have_two_names() -> None:
    told = refusal(f"received = 2026-06-05T08:00:00\nrule = 'any'\n{HEAD}received = 2026-06-05T08:00:00\nrule = 'any'")

    assert told == 'policy.toml: test: two tests are called "Friday Åsa 漢字 🙂"'


def test_the_house_policy_passes_its_own_tests() -> None:
    house = read_file(house_file(), HERE, TODAY)
    found = [failure for vector in house.vectors for failure in run(vector, house, HERE)]

    assert found == []
    assert len(house.vectors) == house_file().text.count("[[test]]") > 3
