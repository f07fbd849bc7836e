"""Events as JSON and back, without loss."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.codec import dump_happening, dumps, from_plain, load_happening, loads, to_plain
from hub.core.events import (
    Absorbed,
    DeadlineGiven,
    FactsLearnt,
    Happening,
    MessageArrived,
    Opened,
    PromiseMade,
    StateChanged,
)
from hub.core.model import Author, CaseState, Direction, Message, Money, Order, OrderLine, Party
from hub.core.outbox import Receipt, Reply
from hub.core.platform_acts import Act
from hub.core.portal import Decision, PortalTask
from hub.core.turns import GivenPromise, Settlement

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)

instants = st.datetimes(timezones=st.just(UTC))
st.register_type_strategy(datetime, st.datetimes(timezones=st.timezones()))
st.register_type_strategy(
    Money,
    st.builds(Money, st.decimals(allow_nan=False, allow_infinity=False), st.text("ABCXYZ", min_size=3, max_size=3)),
)
# Left to themselves, annotations such as Mapping[str, str] are built as many odd types of mapping.
st.register_type_strategy(Mapping, lambda _: st.dictionaries(st.text(), st.text()))
happenings = st.one_of([st.from_type(kind) for kind in typing.get_args(Happening)])


@given(happenings)
def test_every_happening_survives_the_way_there_and_back(what: Happening) -> None:
    kind, body = dump_happening(what)

    assert load_happening(kind, body) == what


@pytest.mark.parametrize("fold", [0, 1])
def test_an_instant_in_the_hour_that_comes_twice_survives_whoever_tells_it(fold: int) -> None:
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Stockholm"), fold=fold)
    absorbed = Absorbed(
        "CH-1001",
        settlements=(Settlement("m1", twice),),
        promises=(GivenPromise("k1", twice, twice),),
        decisions=(Decision("k2", twice, "refund"),),
        portal_tasks=(PortalTask("k3", "close", "", "", twice, done_at=twice),),
    )

    for what in (absorbed, PromiseMade("k1", twice), DeadlineGiven("resolution", twice, Author.PLATFORM)):
        assert load_happening(*dump_happening(what)) == what


@given(happenings)
def test_what_is_written_is_one_line_of_json(what: Happening) -> None:
    _, body = dump_happening(what)

    assert isinstance(json.loads(body), dict)
    assert "\n" not in body


@given(st.builds(Reply, written_at=instants, not_before=st.none() | instants) | st.builds(Receipt, at=instants))
def test_replies_and_receipts_survive_too(value: Reply | Receipt) -> None:
    assert loads(type(value), dumps(value)) == value


@given(st.builds(Reply, written_at=instants, until=st.none() | instants, act=st.from_type(Act)))
def test_the_act_of_a_reply_survives_the_way_into_the_store(reply: Reply) -> None:
    assert loads(Reply, dumps(reply)) == reply


def test_what_holds_its_default_is_left_out_and_letters_stay_readable() -> None:
    opened = Opened("CH-1001", "mail", "r1", subject="Åsa 漢字 🙂", customer=Party(name="Öberg"))

    assert dump_happening(opened) == (
        "Opened",
        '{"number":"CH-1001","channel":"mail","ref":"r1","subject":"Åsa 漢字 🙂","customer":{"name":"Öberg"}}',
    )


def test_a_fact_that_is_told_as_empty_is_not_one_that_is_not_told() -> None:
    told = FactsLearnt(subject="", order=None)

    kind, body = dump_happening(told)

    assert body == '{"subject":""}'
    assert load_happening(kind, body) == told


def test_an_amount_keeps_its_digits() -> None:
    order = Order("1", (OrderLine("Hög stol", quantity=2, price=Money(Decimal("10.500"), "SEK")),))

    kept = loads(Order, dumps(order)).lines[0].price

    assert kept is not None
    assert str(kept.amount) == "10.500"


def test_an_instant_keeps_its_offset_and_its_microseconds() -> None:
    text = "2026-11-16T12:00:00.000001+05:45"
    message = Message("r", Author.CUSTOMER, Direction.INBOUND, datetime.fromisoformat(text))

    kept = loads(MessageArrived, dumps(MessageArrived(message))).message

    assert kept.sent_at.isoformat() == text
    assert kept.sent_at.utcoffset() == timedelta(hours=5, minutes=45)


def test_an_unknown_kind_of_event_points_at_a_newer_casehub() -> None:
    with pytest.raises(ValueError, match=r"unknown kind of event 'Teleported': .* newer casehub\?"):
        load_happening("Teleported", "{}")


def test_an_unknown_field_points_at_a_newer_casehub() -> None:
    with pytest.raises(ValueError, match=r"unknown field 'mood' of Party: .* newer casehub\?"):
        load_happening("Opened", '{"number":"1","channel":"m","ref":"r","customer":{"mood":"glad"}}')


def test_an_unknown_word_of_an_enumeration_is_refused() -> None:
    with pytest.raises(ValueError, match="asleep"):
        load_happening("StateChanged", '{"state":"asleep","by":"seller"}')


def test_a_list_in_the_place_of_an_object_is_refused() -> None:
    with pytest.raises(TypeError, match="a Money is written as an object, not as list"):
        loads(Money, "[]")


def test_a_naive_instant_does_not_come_back() -> None:
    body = '{"message":{"ref":"r","author":"customer","direction":"inbound","sent_at":"2026-11-16T12:00:00"}}'

    with pytest.raises(ValueError, match="time zone"):
        load_happening("MessageArrived", body)


@dataclass(frozen=True)
class Bag:
    names: frozenset[str] = frozenset()
    states: tuple[CaseState, ...] = ()


def test_sets_are_written_in_order_and_read_as_sets() -> None:
    bag = Bag(frozenset({"ö", "a", "z"}), (CaseState.OPEN, CaseState.CLOSED))

    assert dumps(bag) == '{"names":["a","z","ö"],"states":["open","closed"]}'
    assert loads(Bag, dumps(bag)) == bag


def test_a_mapping_is_read_as_it_was_written() -> None:
    checkpoint = {"uid": 7, "folders": ["Åt"], "deep": {"a": None}}

    assert from_plain(Mapping[str, object], to_plain(checkpoint)) == checkpoint


@pytest.mark.parametrize("value", [b"bytes", object(), StateChanged, {1, 2}])
def test_what_is_no_core_data_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="core data holds no"):
        dumps(value)


def test_a_field_of_two_types_is_refused() -> None:
    with pytest.raises(TypeError, match="more than one type or nothing"):
        from_plain(int | str, 1)
