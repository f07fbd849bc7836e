"""The case model: what it refuses, and what it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.model import (
    Author,
    Case,
    CaseState,
    Direction,
    Message,
    Money,
    Party,
    PlatformCase,
    epoch,
    from_epoch,
    require_aware,
)
from hub.core.turns import Settlement

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def message(
    minutes: int,
    author: Author = Author.CUSTOMER,
    direction: Direction = Direction.INBOUND,
    automatic: bool = False,
    sender: str = "asa@exempel.se",
    labels: tuple[str, ...] = (),
    recipients: tuple[str, ...] = (),
) -> Message:
    return Message(
        ref=f"{author}-{minutes}",
        author=author,
        direction=direction,
        sent_at=NOON + timedelta(minutes=minutes),
        sender=Party(email=sender),
        automatic=automatic,
        labels=labels,
        recipients=recipients,
    )


def answer(minutes: int, automatic: bool = False) -> Message:
    return message(minutes, Author.SELLER, Direction.OUTBOUND, automatic, "shop@butik.se")


def case(*messages: Message, state: CaseState = CaseState.OPEN) -> Case:
    return Case("CH-1001", "mail", "r1", NOON, NOON, state=state, messages=messages)


def test_a_naive_instant_is_refused_everywhere() -> None:
    naive = datetime(2026, 11, 16, 12)  # noqa: DTZ001  naive on purpose

    for make in (require_aware, epoch, lambda at: Message("r", Author.CUSTOMER, Direction.INBOUND, at)):
        with pytest.raises(ValueError, match="an instant needs a time zone; give an aware datetime"):
            make(naive)


@pytest.mark.parametrize("currency", ["", "kr", "sek", "SEKK", "SE1", "SÉK", "S K", "SEK\n"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="three capital letters"):
        Money(Decimal(1), currency)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_an_amount_is_a_finite_number(amount: str) -> None:
    with pytest.raises(ValueError, match="finite number"):
        Money(Decimal(amount), "SEK")


def test_money_is_shown_with_all_its_digits() -> None:
    assert str(Money(Decimal("1234567.50"), "SEK")) == "1,234,567.50 SEK"
    assert str(Money(Decimal("-0.05"), "EUR")) == "-0.05 EUR"


@given(st.integers(-(10**10), 10**11))
def test_whole_seconds_survive_the_way_to_a_datetime_and_back(seconds: int) -> None:
    assert epoch(from_epoch(seconds)) == seconds


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001  as asked for
def test_an_instant_as_whole_seconds_is_rounded_down(instant: datetime) -> None:
    late_by = instant - from_epoch(epoch(instant))

    assert timedelta() <= late_by < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("author", "direction", "automatic", "asks", "answers"),
    [
        (Author.CUSTOMER, Direction.INBOUND, False, True, False),
        (Author.CUSTOMER, Direction.INBOUND, True, False, False),
        (Author.PLATFORM, Direction.INBOUND, False, False, False),
        (Author.SELLER, Direction.INBOUND, False, False, False),
        (Author.SELLER, Direction.OUTBOUND, False, False, True),
        (Author.SELLER, Direction.OUTBOUND, True, False, False),
        (Author.PLATFORM, Direction.OUTBOUND, False, False, True),
        (Author.SELLER, Direction.NOTE, False, False, False),
    ],
)
def test_who_wrote_which_way_decides_what_a_message_does(
    author: Author, direction: Direction, automatic: bool, asks: bool, answers: bool
) -> None:
    written = message(0, author, direction, automatic)

    assert (written.asks_for_an_answer, written.answers) == (asks, answers)


def test_the_oldest_message_that_is_not_settled_waits() -> None:
    first_settled = replace(
        case(message(0), answer(1), message(5), message(9)), settled={message(0).ref: Settlement(message(0).ref, NOON)}
    )

    assert case().waiting_since is None
    assert case(message(0), message(5)).waiting_since == NOON
    assert first_settled.waiting_since == NOON + timedelta(minutes=5)
    assert case(message(0), answer(1)).waiting_since == NOON


def test_nobody_waits_for_a_case_that_is_not_open() -> None:
    states = {state: case(message(0), state=state).waiting_since for state in CaseState}

    assert states == {
        CaseState.OPEN: NOON,
        CaseState.WAITING: NOON,
        CaseState.CLOSED: None,
        CaseState.MERGED: None,
    }


def test_a_settled_message_waits_no_more_but_others_do() -> None:
    settled = replace(case(message(0), message(5)), settled={message(0).ref: Settlement(message(0).ref, NOON)})

    assert settled.waiting_since == NOON + timedelta(minutes=5)


def test_a_persons_message_is_the_last_inbound_before_a_robots() -> None:
    human, robot = message(0), message(5, automatic=True)

    assert case(human, robot, answer(9)).last_inbound == human
    assert case(robot).last_inbound == robot
    assert case(answer(9)).last_inbound is None


def test_addresses_are_those_who_took_part_in_small_letters() -> None:
    talked = replace(
        case(
            message(0, sender="Asa@Exempel.SE", recipients=("Shop@butik.se",)),
            message(1, sender="stranger@x.example", labels=("unverified",), recipients=("cc@x.example",)),
            message(2, Author.SELLER, Direction.NOTE, sender="colleague@butik.se"),
            message(3, sender=""),
            # Reports join a case whoever sends them: a forged one must not make its sender a customer.
            message(4, sender="mailer-daemon@x.example", automatic=True, recipients=("evil@x.example",)),
        ),
        customer=Party(email="ÅSA@exempel.se"),
    )

    assert talked.addresses == {"asa@exempel.se", "shop@butik.se", "åsa@exempel.se"}


def test_messages_of_the_hour_that_comes_twice_compare_as_real_time() -> None:
    zone = ZoneInfo("Europe/Stockholm")
    first_pass = datetime(2026, 10, 25, 2, 50, tzinfo=zone)
    second_pass = datetime(2026, 10, 25, 2, 10, tzinfo=zone, fold=1)

    first, second = (Message("r", Author.CUSTOMER, Direction.INBOUND, at) for at in (first_pass, second_pass))

    assert first.sent_at < second.sent_at
    assert second.sent_at == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert second.sent_at.isoformat() == "2026-10-25T02:10:00+01:00"


def test_equal_instants_of_different_zones_are_one_second() -> None:
    there = NOON.astimezone(ZoneInfo("Asia/Kathmandu"))

    assert epoch(there) == epoch(NOON) == epoch(NOON.astimezone(timezone(timedelta(hours=-11))))


@given(st.text(min_size=1))
def test_the_mark_of_a_platforms_case_is_no_id_that_a_mail_could_bear(ref: str) -> None:
    mark = PlatformCase("bolcom", ref).key

    # The sender of a mail chooses its id; as it is compared, it has no white space.
    assert "".join(mark.split()) != mark
    assert PlatformCase("bolcom").key == ""
