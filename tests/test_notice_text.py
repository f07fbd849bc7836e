"""What people read of steps that are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub.core.escalation import Step
from hub.core.model import CaseType, Money
from hub.core.notice_text import make_text
from hub.core.policy import Audience, Deed

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
STOCKHOLM = "Europe/Stockholm"
WARNING = Step(
    case_number="CH-1042",
    channel="fyndiq",
    clock="first_response",
    head="message-1",
    name="warn",
    do=Deed.WARN,
    audience=Audience.OWNER,
    at=NOW,
    due=DUE,
)
FULL = replace(
    WARNING,
    subject="Var är min order?",
    case_type="missing_item",
    customer="Åsa Öberg 漢字 🙂",
    order_number="4711",
    assignee="eva",
    what="three quarters of the time are gone",
    consequence="refunded by the platform",
    consequence_at=DUE,
    at_risk=Money(Decimal("875.00"), "SEK"),
    url="https://fyndiq.example/errand/1",
)


def told(*steps: Step, total: int = 0, tz: str = STOCKHOLM, **more: Any) -> tuple[str, str]:
    return make_text(steps, total or len(steps), NOW, tz, **more)


def several(count: int, **changed: Any) -> list[Step]:
    """So many steps of different cases, due an hour apart, the last one first."""
    return [
        replace(WARNING, case_number=f"CH-{number}", due=DUE + timedelta(hours=number), **changed)
        for number in reversed(range(count))
    ]


def numbers_in(text: str) -> Sequence[str]:
    """The case numbers of a list, in its order."""
    return [line.removeprefix("- ").partition(" ")[0] for line in text.splitlines() if line.startswith("- ")]


# One


def test_one_step_is_a_paragraph_with_all_that_is_needed_to_act() -> None:
    title, text = told(FULL)

    assert title == "CH-1042: the first answer is due Tue 24 Nov 12:00"
    assert text == (
        "CH-1042 (fyndiq, missing item) Åsa Öberg 漢字 🙂: “Var är min order?”. "
        "The first answer is due Tue 24 Nov 12:00, in 1 h 30 min. Three quarters of the time are gone. Order 4711. "
        "Assigned to eva. 875.00 SEK: refunded by the platform at Tue 24 Nov 12:00 unless answered. "
        "https://fyndiq.example/errand/1"
    )


def test_a_step_of_which_little_is_known_says_no_more_than_that() -> None:
    title, text = told(WARNING)

    assert title == "CH-1042: the first answer is due Tue 24 Nov 12:00"
    assert text == "CH-1042 (fyndiq). The first answer is due Tue 24 Nov 12:00, in 1 h 30 min."


def test_what_is_late_says_since_when() -> None:
    title, text = told(replace(FULL, do=Deed.BREACH, due=NOW - timedelta(hours=2), consequence_at=NOW))

    assert title == "CH-1042: the first answer was due Tue 24 Nov 08:30"
    assert "was due Tue 24 Nov 08:30, 2 h ago." in text
    assert "875.00 SEK: refunded by the platform, expected since Tue 24 Nov 10:30." in text


def test_at_its_very_instant_an_answer_is_not_late() -> None:
    assert "is due Tue 24 Nov 10:30, in less than 1 min." in told(replace(WARNING, due=NOW))[1]


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("first_response_target", "the first answer by the stricter target is due"),
        ("next_response", "the next answer is due"),
        ("resolution", "the solution is due"),
        ("promise", "the promised answer is due"),
        ("something_new", "the answer is due"),
    ],
)
def test_every_clock_says_what_is_owed(clock: str, words: str) -> None:
    assert words in told(replace(WARNING, clock=clock))[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"at_risk": None, "risk_unknown": True},
            " Amount unknown: refunded by the platform at Tue 24 Nov 12:00 unless",
        ),
        ({"at_risk": None}, " refunded by the platform at Tue 24 Nov 12:00 unless answered. "),
        ({"consequence": "auto_refund"}, "875.00 SEK: auto refund at Tue 24 Nov 12:00 unless answered. "),
        ({"consequence": "Fyndiq refunds."}, "875.00 SEK: Fyndiq refunds at Tue 24 Nov 12:00 unless answered. "),
        ({"consequence_at": None}, "875.00 SEK: refunded by the platform. "),
        ({"consequence": ""}, "Assigned to eva. 875.00 SEK. "),
    ],
)
def test_what_follows_is_told_as_far_as_it_is_known(changed: dict[str, Any], words: str) -> None:
    assert words in told(replace(FULL, **changed))[1]


def test_times_are_those_of_the_zone_with_the_year_where_it_is_another_one() -> None:
    assert told(WARNING, tz="Asia/Tokyo")[0].endswith("is due Tue 24 Nov 20:00")
    assert told(replace(WARNING, due=DUE.replace(year=2027)))[0].endswith("is due Wed 24 Nov 2027 12:00")


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="an instant needs a time zone"):
        make_text([WARNING], 1, NOW.replace(tzinfo=None), STOCKHOLM)


# What customers write


@pytest.mark.parametrize("field", ["subject", "customer", "order_number", "what", "consequence", "assignee", "url"])
def test_no_text_of_others_drives_a_screen_or_begins_a_line(field: str) -> None:
    evil = "A\r\nBcc: evil@x.example\n- CH-1 (fyndiq)\x1b[2J\x9b\u202e\u2028\x00 half \ud83d"
    changed: dict[str, Any] = {field: evil}

    title, text = told(replace(FULL, **changed))

    assert title == "CH-1042: the first answer is due Tue 24 Nov 12:00"
    assert text.isprintable()
    assert "A Bcc: evil@x.example - CH-1 (fyndiq)␛[2J" in text


def test_a_customer_cannot_end_the_quotation_and_go_on_in_our_voice() -> None:
    _, text = told(replace(WARNING, subject="x”. The answer was sent. “y"))

    assert "“x'. The answer was sent. 'y”." in text


def test_long_texts_are_cut() -> None:
    _, text = told(replace(WARNING, subject="漢" * 10_000, customer="å " * 10_000, what="x" * 10_000))

    assert f"“{'漢' * 119}…”" in text
    assert len(text) < 900


# A few


def test_a_few_steps_are_a_list_soonest_first() -> None:
    late = replace(WARNING, case_number="CH-9", do=Deed.BREACH, due=NOW - timedelta(minutes=5))

    title, text = told(*several(2), late)

    assert title == "3 deadlines: 1 late, 2 due soon"
    assert numbers_in(text) == ["CH-9", "CH-0", "CH-1"]
    assert len(text.splitlines()) == 3


def test_of_several_due_at_once_the_missing_items_come_first() -> None:
    question = replace(WARNING, case_number="CH-1", case_type=CaseType.QUESTION.value)
    missing = replace(WARNING, case_number="CH-2", case_type=CaseType.MISSING_ITEM.value)
    sooner = replace(WARNING, case_number="CH-3", due=DUE - timedelta(seconds=1))

    assert numbers_in(told(question, missing, sooner)[1]) == ["CH-3", "CH-2", "CH-1"]


def test_what_is_not_at_hand_is_counted() -> None:
    title, text = told(*several(2), total=5)

    assert title == "5 deadlines"
    assert text.splitlines()[-1] == "… and 3 more"


# Many


def test_from_six_on_it_is_a_digest_unless_another_number_is_set() -> None:
    assert "need attention" not in told(*several(5))[1]
    assert "need attention" in told(*several(6))[1]
    assert "need attention" in told(*several(3), digest_from=3)[1]
    assert "need attention" not in told(*several(6), digest_from=7)[1]


def test_a_digest_counts_and_adds_up_and_lists_the_ten_soonest() -> None:
    steps = [
        *several(8, at_risk=Money(Decimal("100.50"), "SEK")),
        *(replace(step, case_number=f"E-{step.case_number}", channel="bol_nl", do=Deed.LEAD) for step in several(3)),
        replace(FULL, case_number="CH-90", at_risk=Money(Decimal(1200), "EUR"), do=Deed.BREACH),
        replace(FULL, case_number="CH-91", at_risk=None, risk_unknown=True, do=Deed.REMIND),
    ]

    title, text = told(*steps)

    assert title == "13 deadlines: 1 late, 1 still unanswered, 3 for the lead, 8 due soon"
    assert text.splitlines()[:6] == [
        "13 deadlines need attention at Tue 24 Nov 10:30.",
        "1 late, 1 still unanswered, 3 for the lead, 8 due soon.",
        "3 in bol_nl, 10 in fyndiq.",
        "At risk: 1,200 EUR, 804.00 SEK, an unknown amount in 1 case.",
        "",
        "The soonest:",
    ]
    assert numbers_in(text)[:4] == ["CH-90", "CH-91", "CH-0", "E-CH-0"]
    assert len(numbers_in(text)) == 10
    assert text.splitlines()[-1] == "… and 3 more"


def test_a_case_with_several_deadlines_loses_its_money_once() -> None:
    both = [FULL, replace(FULL, clock="resolution"), replace(FULL, do=Deed.LEAD, at_risk=None, risk_unknown=True)]

    assert "At risk: 875.00 SEK." in told(*both, *several(4))[1].splitlines()


def test_a_digest_without_money_at_risk_says_nothing_of_it() -> None:
    assert "risk" not in told(*several(6))[1]


def test_a_digest_of_which_not_all_is_at_hand_says_of_what_it_counts() -> None:
    title, text = told(*several(6), FULL, total=500)

    assert title == "500 deadlines"
    assert text.splitlines()[:4] == [
        "500 deadlines need attention at Tue 24 Nov 10:30.",
        "Of the first 7: 7 due soon.",
        "Of the first 7: 7 in fyndiq.",
        "Of the first 7: at risk: 875.00 SEK.",
    ]
    assert text.splitlines()[-1] == "… and 493 more"
