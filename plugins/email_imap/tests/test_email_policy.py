"""The promise for mail is the office's own, as the text that it comes from has it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.core.evaluation import evaluate
from hub.core.events import Event, MessageArrived, Opened
from hub.core.model import Author, Case, Direction, Message
from hub.core.replay import replay
from hub.core.targets import parse_step
from hub.core.worktime import DAYS, Calendar
from hub.policies.book import load_book
from hub.policies.reading import read_file
from hub.policies.surroundings import Surroundings
from tests.shipped import SURROUNDINGS, TODAY, policies_of, shipped

POLICIES = policies_of("hub_email_imap")


def test_a_mailbox_follows_the_promise_for_mail() -> None:
    book = load_book(shipped("hub_email_imap"), None, SURROUNDINGS, {"shop": "email_imap"}, TODAY)
    opened = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
    case = Case("CH-1", "shop", "Åsa 漢字 🙂", opened, opened)

    assert book.chosen(case).policy.id == "email"


@pytest.mark.parametrize(
    ("hours", "due"),
    [
        (["08:00-16:00"], "11 12:00"),
        (["08:30-16:30"], "11 12:00"),
        (["09:00-17:00"], "11 12:00"),
        (["10:00-18:00"], "11 12:00"),
        (["08:00-12:00", "13:00-17:00"], "11 12:00"),
        (["09:00-12:00", "13:00-18:00"], "11 12:00"),
        (["08:00-11:30", "12:30-17:00"], "11 11:30"),
        (["08:00-17:00"], "11 11:00"),
        (["09:00-18:00"], "11 11:00"),
        (["10:00-16:00"], "11 14:00"),
        (["08:00-20:00"], "10 20:00"),
        (["00:00-24:00"], "10 20:00"),
    ],
)
def test_eight_working_hours_from_monday_noon_end_by_the_hours_of_the_office(hours: list[str], due: str) -> None:
    week = dict.fromkeys(DAYS[:5], tuple(hours))
    office = Calendar("Europe/Stockholm", week, valid_from=date(2012, 1, 1), valid_to=date(2012, 12, 31))
    [file] = shipped("hub_email_imap")
    read = read_file(file, Surroundings(office, (parse_step("8wh"),)), TODAY)
    monday = datetime(2012, 9, 10, 12, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
    question = MessageArrived(Message("m-1", Author.CUSTOMER, Direction.INBOUND, monday, "Var är det?"))
    case = replay([Event(Opened("CH-1", "mail", "case"), monday, monday), Event(question, monday, monday)])

    [first] = evaluate(case, read.policy, {}, monday, office).clocks

    assert first.due is not None
    assert datetime.fromtimestamp(first.due, monday.tzinfo).strftime("%d %H:%M") == due
