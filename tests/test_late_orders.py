"""Which orders are late, what is remembered of telling their customers, and what these read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.acknowledgement_text import LANGUAGES
from hub.core.delay_text import day_written_out, delay_text
from hub.core.late_orders import LateOrder, Promised, Told, digest_of, name_of, numbers_in, once_each
from hub.core.model import OrderLine, Party
from hub.core.outbox import Reply, ReplyState

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DUE = LateOrder.end_of(date(2026, 11, 20), STOCKHOLM)


def order(number: str = "4711", due: datetime = DUE, **more: object) -> LateOrder:
    return LateOrder(number, due, customer=Party("Åsa Öberg"), lines=(OrderLine("Lampa"),), **more)  # type: ignore[arg-type]


def test_a_day_that_was_promised_ends_with_its_last_second_there() -> None:
    assert datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC) == DUE
    assert order().due_on == date(2026, 11, 20)


@pytest.mark.parametrize("number", ["", "  "])
def test_an_order_without_a_number_is_none(number: str) -> None:
    with pytest.raises(ValueError, match="number"):
        order(number)


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        order(due=datetime(2026, 11, 20))  # noqa: DTZ001  that it is naive is the point


@pytest.mark.parametrize(
    ("now", "since", "late"),
    [
        (DUE, DUE - timedelta(days=1), False),
        (DUE + timedelta(seconds=1), DUE, True),
        (DUE + timedelta(days=9), DUE + timedelta(seconds=1), False),
    ],
)
def test_an_order_is_late_after_its_date_and_not_looked_at_for_ever(now: datetime, since: datetime, late: bool) -> None:
    assert order().is_late(now, since) is late


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), 1),  # 0:30 on the 21st in Stockholm
        (datetime(2026, 11, 20, 22, 30, tzinfo=UTC), 0),
        (NOW, 3),
    ],
)
def test_days_are_counted_by_the_calendar_of_the_customer(now: datetime, days: int) -> None:
    assert order().days_late(now) == days


def test_each_order_is_named_once_by_its_earliest_date_and_the_longest_late_comes_first() -> None:
    late, earlier = order("1"), order("1", DUE - timedelta(days=2))
    other, elsewhere = order("2", DUE - timedelta(days=1)), order("1", channel="shop")

    assert once_each([late, other, elsewhere, earlier]) == [earlier, other, elsewhere]


@pytest.mark.parametrize(
    ("number", "orders"),
    [
        ("4711", {"4711"}),
        ("4711, 4712", {"4711", "4712", "4711, 4712"}),
        ("4711,4712", {"4711,4712"}),
        ("", set()),
    ],
)
def test_a_case_is_about_the_order_whose_whole_number_it_has(number: str, orders: set[str]) -> None:
    assert numbers_in(number) == orders


def test_a_new_date_and_another_channel_make_a_new_notice() -> None:
    names = {name_of(order(channel="a")), name_of(order(channel="b")), name_of(order(due=DUE + timedelta(days=1)))}

    assert len(names) == 3
    assert name_of(order(channel="a")) == name_of(order(due=DUE - timedelta(hours=5), channel="a"))


@given(st.datetimes(timezones=st.timezones()), st.text(max_size=9), st.text("0123456789abcdef"), st.text(max_size=9))
def test_what_was_told_is_read_as_it_was_kept(at: datetime, case: str, digest: str, key: str) -> None:
    told = Told.read(Told(at, case, digest, key).text())

    assert told is not None
    assert (told.at.utctimetuple(), told.case, told.digest, told.key) == (at.utctimetuple(), case, digest, key)


def test_nothing_kept_is_nothing_told() -> None:
    assert Told.read("") is None


def reply(key: str = "k1", text: str = "Hej", state: ReplyState = ReplyState.QUEUED) -> Reply:
    return Reply(key, "CH-1001", "shop", text, NOW, state=state)


@pytest.mark.parametrize(
    ("told", "replies", "holds"),
    [
        (Told(NOW), [], True),  # exported
        (Told(NOW, "CH-1001", digest_of("Hej"), "k1"), [reply()], True),
        (Told(NOW, "CH-1001", digest_of("Hej"), "k1"), [reply(text="Hej igen")], True),  # it was edited
        (Told(NOW, "CH-1001", digest_of("Hej")), [reply()], True),  # the run died before it knew the key
        (Told(NOW, "CH-1001", digest_of("Hej")), [reply(text="Hej\n")], True),
        (Told(NOW, "CH-1001", digest_of("Hej")), [reply(text="annat")], False),
        (Told(NOW, "CH-1001", digest_of("Hej")), [], False),  # it died before the reply was in the outbox
        (Told(NOW, "CH-1001", digest_of("Hej"), "k1"), [reply(state=ReplyState.CANCELLED)], False),
        (Told(NOW, "CH-1001", digest_of("Hej"), "k1"), [reply(state=ReplyState.REJECTED)], False),
        (Told(NOW, "CH-1001", digest_of("Hej"), "k1"), [reply(state=ReplyState.UNCERTAIN)], True),
        (Told(NOW, "CH-1001", digest_of("Hej"), "k1"), [reply(state=ReplyState.DELIVERED)], True),
    ],
)
def test_a_customer_was_told_as_far_as_the_outbox_says_so(told: Told, replies: list[Reply], holds: bool) -> None:
    assert told.holds(replies) is holds


def test_an_order_number_that_cannot_be_written_down_can_be_kept() -> None:
    assert name_of(order("a\ud800", channel="shop")).encode() == b"notice:shop:a\\ud800:2026-11-20"


# What a customer reads


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("promised", Promised)
def test_a_notice_says_in_every_language_which_order_is_late_and_what_happens(
    language: str, promised: Promised
) -> None:
    without = delay_text(order(promised=promised), language)
    known = delay_text(order(promised=promised), language, date(2026, 12, 1), "Lampor AB")

    for text in (without, known):
        assert all(part in text for part in ("Åsa Öberg", "4711", "Lampa", day_written_out(DUE.date(), language)))
        assert "{" not in text
        assert len(text.split("\n\n")) == 6
    assert day_written_out(date(2026, 12, 1), language) in known
    assert known.endswith("\nLampor AB")
    assert known != without


def test_no_two_sentences_of_dispatch_and_arrival_are_the_same() -> None:
    texts = {delay_text(order(promised=promised), language) for promised in Promised for language in LANGUAGES}

    assert len(texts) == 2 * len(LANGUAGES)


def test_a_whole_notice() -> None:
    assert delay_text(order(promised=Promised.DISPATCH), "sv", date(2026, 12, 1), "Lampor AB") == (
        "Hej Åsa Öberg!\n\n"
        "Din order 4711 (Lampa) skulle ha skickats senast fredag 20 november."
        " Den är försenad, och det ber vi om ursäkt för.\n\n"
        "Vi räknar nu med att skicka den senast tisdag 1 december.\n\n"
        "Du behöver inte göra något: ordern ligger kvar och går till den adress som du angav.\n\n"
        "Vill du hellre inte vänta, svara på det här meddelandet så avbokar vi ordern,"
        " om den inte redan är på väg.\n\n"
        "Vänliga hälsningar\nLampor AB"
    )


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("sv", "fredag 1 maj"),
        ("nl", "vrijdag 1 mei"),
        ("de", "Freitag, 1. Mai"),
        ("fr", "vendredi 1er mai"),
        ("ja", "5月1日(金)"),
        ("cs", "v pátek 1. května"),
        ("en", "Friday 1 May"),
    ],
)
def test_a_day_is_written_as_its_language_has_it(language: str, written: str) -> None:
    assert day_written_out(date(2026, 5, 1), language) == written


def test_a_stranger_is_greeted_without_a_name_and_an_order_without_a_product_by_its_number() -> None:
    text = delay_text(LateOrder("4711", DUE), "en")

    assert text.startswith("Hello,\n\nYour order 4711 should have reached you")


@given(st.text(max_size=3000), st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_whatever_a_product_or_a_customer_is_called_a_notice_stays_short(
    product: str, name: str, language: str
) -> None:
    late = LateOrder("4711", DUE, customer=Party(name), lines=(OrderLine(product),))

    text = delay_text(late, language, shop="Lampor AB")

    assert len(text) < 1_200
    assert max(map(len, text.split("\n"))) < 300
