"""Who gets an acknowledgement and who does not, what it says, and that it answers nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.core import reply_acts
from hub.core.acknowledgement_text import LANGUAGES, acknowledgement_text, language_of, written_out
from hub.core.acknowledging import (
    Acknowledgement,
    Declined,
    Lately,
    acknowledge,
    addressee,
    first_response,
    is_deaf,
    key_of,
    pointless,
)
from hub.core.codec import dumps, loads
from hub.core.events import (
    Event,
    Happening,
    MessageArrived,
    NoReplyNeeded,
    Opened,
    PromiseMade,
    ReplyDelivered,
    ReplyQueued,
    StateChanged,
)
from hub.core.incoming import OwnEcho
from hub.core.matching import KnownThreads
from hub.core.merge import Known, merge_batch
from hub.core.model import Author, Case, CaseState, Direction, Message, Party, PlatformCase, epoch
from hub.core.outbox import MOST_READ_BACKS, Reply, ReplyState, as_message, delivered, without_asking
from hub.core.policy import ClockName
from hub.core.readings import Evaluation, Reading
from hub.core.replay import apply, replay
from hub.core.turns import GivenPromise

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
DUE = NOON + timedelta(days=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
ASA = Party("Åsa Öberg 漢字", "asa@kund.example", language="sv")
NOBODY = Lately({})
QUESTION = Message(
    "m1", Author.CUSTOMER, Direction.INBOUND, NOON, "Var är min order? 🙂", subject="Min order", sender=ASA
)
ANSWER = Message("s1", Author.SELLER, Direction.OUTBOUND, NOON + timedelta(minutes=5), "I morgon.")
AGAIN = replace(QUESTION, ref="m2", sent_at=NOON + timedelta(minutes=9))
ROBOT = replace(ANSWER, automatic=True)
READING = Reading(ClockName.FIRST_RESPONSE, 0, "m1", "office", epoch(NOON), epoch(DUE))
ACK = Reply("ack-ch-1001", "CH-1001", "mail", "Tack!", NOON, "Butiken", after="m1", automatic=True, promise=DUE)


def a_case(*happened: Happening | Message, question: Message = QUESTION) -> Case:
    """A case of one question, and what happened after it."""
    events = [Event(Opened("CH-1001", "mail", "m1", customer=ASA), NOON, NOON)]
    for what in (question, *happened):
        known = MessageArrived(what) if isinstance(what, Message) else what
        at = what.sent_at if isinstance(what, Message) else NOON + timedelta(minutes=1)
        events.append(Event(known, at, at))
    return replay(events)


def decided(
    case: Case, reading: Reading | None = READING, now: datetime = NOON, lately: Lately = NOBODY
) -> Acknowledgement | Declined:
    return acknowledge(case, reading, now, lately, {"support@shop.example"})


def asked(**changed: Any) -> Case:
    return a_case(question=replace(QUESTION, **changed))


def test_the_writer_of_a_first_message_is_promised_the_instant_by_which_it_is_due() -> None:
    assert decided(a_case()) == Acknowledgement("m1", ASA, DUE)


def test_no_customer_of_a_marketplace_gets_an_acknowledgement() -> None:
    theirs = replace(a_case(), about=PlatformCase("bolcom", "C-7"))
    why = "it is a marketplace's case, which has the contact with the customer itself"

    assert decided(theirs) == Declined(why)
    assert pointless(ACK, theirs, [ACK], NOON) == why


def test_what_is_promised_is_what_the_customer_reads_and_never_later_than_due() -> None:
    found = decided(a_case(), replace(READING, due=epoch(DUE) + 59))

    assert isinstance(found, Acknowledgement)
    assert found.promise == DUE


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (asked(automatic=True), "no person is known to have written it"),
        (asked(labels=("unverified",)), "no person is known to have written it"),
        (asked(author=Author.PLATFORM), "no person is known to have written it"),
        (asked(direction=Direction.OUTBOUND, author=Author.SELLER), "we wrote first"),
        (asked(sender=Party("Eva", "Support+eva@shop.example")), "we wrote first"),
        (asked(labels=("list",)), "it came over a list"),
        (asked(labels=("bulk",)), "it came over a list"),
        (asked(sender=Party("Åsa")), "there is no address that a person reads"),
        (asked(sender=Party("Åsa", "@")), "there is no address that a person reads"),
        (asked(sender=Party("Shop", "No-Reply@kund.example")), "there is no address that a person reads"),
        (asked(sent_at=NOON - timedelta(hours=1, seconds=1)), "it came more than an hour ago"),
        (a_case(StateChanged(CaseState.CLOSED, Author.SELLER)), "nobody waits for an answer any more"),
        (a_case(StateChanged(CaseState.WAITING, Author.PLATFORM)), "nobody waits for an answer any more"),
        (a_case(ANSWER, AGAIN), "nobody waits for an answer any more"),
        (a_case(NoReplyNeeded(("m1",))), "nobody waits for an answer any more"),
        (a_case(ANSWER), "nobody waits for an answer any more"),
        (a_case(replace(ANSWER, sent_at=NOON - timedelta(minutes=1))), "we wrote first"),
    ],
)
def test_who_gets_none_is_told_why(case: Case, why: str) -> None:
    assert decided(case) == Declined(why)


@pytest.mark.parametrize(
    ("reading", "why"),
    [
        (None, "no clock says by when an answer comes"),
        (replace(READING, due=None, remaining=60), "its clock stands still"),
        (replace(READING, due=None, problem="the calendar ends 2026-12-31"), "the calendar ends 2026-12-31"),
        (replace(READING, due=epoch(NOON)), "its answer is due already"),
        (replace(READING, due=epoch(NOON) + 59), "its answer is due already"),
    ],
)
def test_without_an_instant_to_come_nothing_is_promised(reading: Reading | None, why: str) -> None:
    assert decided(a_case(), reading) == Declined(why)


def test_a_case_without_messages_gets_none() -> None:
    opened = replay([Event(Opened("CH-1001", "mail", "m1"), NOON, NOON)])

    assert decided(opened) == Declined("nobody has written anything")


def test_an_hour_old_to_the_second_is_young_enough() -> None:
    assert isinstance(decided(a_case(), now=NOON + timedelta(hours=1)), Acknowledgement)


def test_a_shops_form_counts_as_its_customer_whatever_its_software_calls_the_mail() -> None:
    assert isinstance(decided(asked(labels=("bulk", "via-form"))), Acknowledgement)


def test_the_second_question_of_a_case_does_not_keep_the_first_from_being_acknowledged() -> None:
    more = replace(QUESTION, ref="m2", sent_at=NOON + timedelta(minutes=1))

    assert decided(a_case(more)) == Acknowledgement("m1", ASA, DUE)


def test_a_note_is_no_first_message() -> None:
    note = replace(ANSWER, direction=Direction.NOTE, sent_at=NOON - timedelta(minutes=1))

    assert decided(a_case(note)) == Acknowledgement("m1", ASA, DUE)


def test_a_case_brings_forth_three_automatic_mails_a_day_at_most() -> None:
    robots = [replace(ROBOT, ref=f"s{n}") for n in range(3)]

    assert isinstance(decided(a_case(*robots[:2])), Acknowledgement)
    assert decided(a_case(*robots)) == Declined("the case had 3 automatic mails within a day")


@pytest.mark.parametrize(
    "address",
    [
        *("no-reply@x.example", "NoReply+1@x.example", "do_not_reply@x.example", "MAILER-DAEMON@x.example"),
        *("postmaster@x.example", "bounces+12=asa@x.example", "bounce-77@x.example", "owner-news@x.example"),
        *("news-request@x.example", "shop-bounces@x.example", "noreply-order@x.example", "svara.ej@x.example"),
    ],
)
def test_an_address_that_nobody_reads_says_so(address: str) -> None:
    assert is_deaf(address)


@pytest.mark.parametrize(
    "address", ["asa@kund.example", "owner@kund.example", "request@kund.example", "å.öberg@kund.example", "", "@"]
)
def test_an_address_of_a_person_is_no_deaf_one(address: str) -> None:
    assert not is_deaf(address)


def test_an_address_gets_one_automatic_mail_an_hour_however_it_is_written() -> None:
    lately = NOBODY.noting("ÅSA+shop@Kund.example", "ack-ch-1000", NOON)
    kept = Lately.read(lately.text(), NOON + timedelta(minutes=59))
    forgotten = Lately.read(lately.text(), NOON + timedelta(hours=1))

    assert kept.forbids("åsa@kund.example", "ack-ch-1001")
    assert not kept.forbids("åsa@kund.example", "ack-ch-1000")
    assert not kept.forbids("bo@kund.example", "ack-ch-1001")
    assert not forgotten.forbids("åsa@kund.example", "ack-ch-1001")
    assert Lately.read("", NOON) == NOBODY


def test_the_limit_of_an_address_declines() -> None:
    lately = NOBODY.noting("asa@kund.example", "ack-ch-1000", NOON)

    assert decided(a_case(), lately=lately) == Declined("the address got an automatic mail within the last hour")


def test_the_clock_of_the_first_response_is_the_open_one() -> None:
    ended = replace(READING, ended=epoch(NOON))
    target = replace(READING, clock=ClockName.FIRST_RESPONSE_TARGET)
    evaluation = Evaluation("p", "1", "d", "r", (), clocks=(target, ended, READING))

    assert first_response(evaluation) == READING
    assert first_response(replace(evaluation, clocks=(target, ended))) is None


# About to be sent


def test_an_acknowledgement_is_sent_while_somebody_waits() -> None:
    assert pointless(ACK, a_case(), [ACK], NOON) == ""
    assert addressee(ACK, a_case()) == "asa@kund.example"


@pytest.mark.parametrize(
    ("case", "others", "now", "why"),
    [
        (a_case(), [], DUE, "the instant it promises has passed"),
        (a_case(ANSWER), [], NOON, "the customer was answered, or nobody waits any more"),
        (a_case(ANSWER, AGAIN), [], NOON, "the customer was answered, or nobody waits any more"),
        (a_case(NoReplyNeeded(("m1",))), [], NOON, "the customer was answered, or nobody waits any more"),
        (
            a_case(StateChanged(CaseState.CLOSED, Author.SELLER)),
            [],
            NOON,
            "the customer was answered, or nobody waits any more",
        ),
        (a_case(), [replace(ACK, key="k1", automatic=False)], NOON, "an answer is on its way already"),
    ],
)
def test_an_acknowledgement_that_came_to_nothing_is_not_sent(
    case: Case, others: Sequence[Reply], now: datetime, why: str
) -> None:
    assert pointless(ACK, case, others, now) == why


def test_an_answer_that_was_taken_back_stands_in_nobodys_way() -> None:
    cancelled = replace(ACK, key="k1", automatic=False, state=ReplyState.CANCELLED)

    assert pointless(ACK, a_case(), [cancelled], NOON) == ""


@pytest.mark.parametrize("state", [ReplyState.HELD, ReplyState.REJECTED, ReplyState.UNCERTAIN])
def test_nobody_is_asked_about_what_nobody_wrote(state: ReplyState) -> None:
    asks = replace(ACK, state=state, read_backs=MOST_READ_BACKS, reason="550 漢字")
    persons = replace(asks, automatic=False)

    assert without_asking(asks) == replace(asks, state=ReplyState.CANCELLED)
    assert without_asking(persons) is persons


def test_an_acknowledgement_that_may_still_be_read_back_is_not_given_up() -> None:
    uncertain = replace(ACK, state=ReplyState.UNCERTAIN)

    assert without_asking(uncertain) is uncertain


# Delivered


def test_a_delivered_acknowledgement_is_an_automatic_message_and_a_promise() -> None:
    message = as_message(ACK, NOON, "id@shop.example")

    happened = delivered(ACK, NOON, "id@shop.example")

    assert happened == (ReplyDelivered("ack-ch-1001", message), PromiseMade("ack-ch-1001", DUE, "casehub"))
    assert message.automatic


def test_a_persons_reply_makes_no_promise_by_itself() -> None:
    reply = replace(ACK, automatic=False, promise=None, then_close=True)

    assert delivered(reply, NOON) == (ReplyDelivered(ACK.key, as_message(reply, NOON), "", "m1", then_close=True),)
    assert not as_message(reply, NOON).automatic


def test_an_acknowledgement_settles_nothing_and_leaves_the_case_open() -> None:
    case = a_case(ReplyQueued("ack-ch-1001", "casehub"))
    at = NOON + timedelta(minutes=2)

    after = reduce(apply, (Event(what, at, at) for what in delivered(replace(ACK, then_close=True), at)), case)

    assert (after.settled, after.state, after.waiting_since) == ({}, CaseState.OPEN, NOON)
    assert (after.turns, after.approved) == (case.turns, {})
    assert after.promises == (GivenPromise("ack-ch-1001", at, DUE),)


def test_an_answer_after_the_acknowledgement_settles_the_question() -> None:
    case = a_case(*delivered(ACK, NOON), ANSWER)

    assert (set(case.settled), case.state) == ({"m1"}, CaseState.WAITING)


def test_an_acknowledgement_met_again_on_the_platform_makes_the_promise_too() -> None:
    at = NOON + timedelta(minutes=3)
    known = Known(KnownThreads({"CH-1001": a_case()}), replies={ACK.key: replace(ACK, state=ReplyState.SENDING)})

    echo = OwnEcho(ACK.key, "CH-1001", at, "id@shop.example")
    [change] = merge_batch([echo, echo], known, "mail", at, lambda: "CH-1002").changes

    assert [type(event.what) for event in change.events] == [ReplyDelivered, PromiseMade]
    assert change.case.promises == (GivenPromise(ACK.key, at, DUE),)
    assert change.case.waiting_since == NOON


def test_an_acknowledgement_that_a_person_saw_makes_the_promise_too() -> None:
    uncertain = replace(ACK, state=ReplyState.UNCERTAIN)

    change, reply = reply_acts.mark_delivered(a_case(), uncertain, "Bo", NOON + timedelta(hours=2))

    assert reply.state is ReplyState.DELIVERED
    assert change.case.promises == (GivenPromise(ACK.key, NOON, DUE),)
    assert change.case.waiting_since == NOON


def test_a_reply_keeps_what_is_automatic_and_promised_in_the_store() -> None:
    assert loads(Reply, dumps(ACK)) == ACK
    assert "automatic" not in dumps(replace(ACK, automatic=False, promise=None))


def test_a_promise_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(ACK, promise=datetime(2026, 11, 24, 12))  # noqa: DTZ001  that it is naive is the point


def test_a_case_has_one_key_for_ever_that_a_message_id_can_carry() -> None:
    assert key_of("CH-1001") == "ack-ch-1001"


# What it says


def text(language: str = "sv", name: str = ASA.name, subject: str = "Min order") -> str:
    return acknowledgement_text(
        language, name=name, subject=subject, number="CH-1001", promise=DUE, zone=STOCKHOLM, shop="Butiken 漢字"
    )


def test_the_whole_text_in_swedish() -> None:
    assert text() == (
        "Hej Åsa Öberg 漢字!\n\n"
        "Tack för ditt meddelande. Vi har tagit emot det, och ditt ärende har fått numret CH-1001.\n\n"
        "Du skrev om: ”Min order”\n\n"
        "Du får ett svar av oss senast tisdag 24 november kl. 12:00 (Europe/Stockholm).\n\n"
        "Vill du lägga till något kan du svara på det här mejlet, så kommer det till samma ärende."
        " Det här är ett automatiskt mejl, men det är en människa som läser och besvarar ditt.\n\n"
        "Vänliga hälsningar\nButiken 漢字"
    )


@pytest.mark.parametrize(
    ("language", "moment"),
    [
        ("sv", "tisdag 24 november kl. 12:00 (Europe/Stockholm)"),
        ("nl", "dinsdag 24 november om 12:00 uur (Europe/Stockholm)"),
        ("de", "Dienstag, 24. November, um 12:00 Uhr (Europe/Stockholm)"),
        ("fr", "mardi 24 novembre à 12:00 (Europe/Stockholm)"),
        ("ja", "11月24日(火) 12:00(Europe/Stockholm)"),
        ("cs", "v úterý 24. listopadu do 12:00 (Europe/Stockholm)"),
        ("en", "Tuesday 24 November, 12:00 (Europe/Stockholm)"),
    ],
)
def test_day_and_time_are_written_out_in_the_language(language: str, moment: str) -> None:
    assert written_out(DUE, STOCKHOLM, language) == moment
    assert moment in text(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_own_name_for_each_day_and_month(language: str) -> None:
    # In one year each: the 15th of every month, and the same date of seven Novembers on seven days of the week.
    months = {written_out(datetime(2026, month, 15, tzinfo=UTC), STOCKHOLM, language) for month in range(1, 13)}
    novembers = [datetime(year, 11, 15, tzinfo=UTC) for year in (2020, 2021, 2022, 2023, 2024, 2025, 2029)]
    days = {written_out(day, STOCKHOLM, language) for day in novembers}

    assert {day.weekday() for day in novembers} == set(range(7))
    assert (len(days), len(months)) == (7, 12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_case_subject_and_shop(language: str) -> None:
    said = text(language)

    assert all(part in said for part in ("CH-1001", "Min order", "Åsa Öberg 漢字", "Butiken 漢字"))
    assert "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_name_subject_and_shop_nothing_empty_is_left(language: str) -> None:
    said = acknowledgement_text(
        language, name="", subject=" \r\n", number="CH-1001", promise=DUE, zone=STOCKHOLM, shop=""
    )

    assert len(said.split("\n\n")) == 5
    assert not any(mark in said for mark in ("””", "“”", "„“", "« »", "「」", "  ", " ,", " !"))
    assert said == said.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_an_answer_comes_into_another_channel_it_is_not_promised_to_join_the_case(language: str) -> None:
    told = {"name": "", "subject": "", "number": "CH-1001", "promise": DUE, "zone": STOCKHOLM, "shop": "Butiken"}
    joining = acknowledgement_text(language, **told).split("\n\n")  # type: ignore[arg-type]  # by their names
    elsewhere = acknowledgement_text(language, **told, joins=False).split("\n\n")  # type: ignore[arg-type]  # the same

    assert [a == b for a, b in zip(joining, elsewhere, strict=True)] == [True, True, True, False, True]
    assert "  " not in elsewhere[3]


def test_the_first_of_a_month_is_premier_in_french() -> None:
    assert written_out(datetime(2026, 12, 1, 9, tzinfo=UTC), STOCKHOLM, "fr").startswith("mardi 1er décembre")


def test_the_clock_of_the_zone_counts_in_summer_and_winter() -> None:
    assert "14:00" in written_out(datetime(2026, 7, 1, 12, tzinfo=UTC), STOCKHOLM, "en")
    assert "07:00 (America/New_York)" in written_out(
        datetime(2026, 12, 1, 12, tzinfo=UTC), ZoneInfo("America/New_York"), "en"
    )


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Öberg, Åsa", "Hej Åsa Öberg!"),
        ("J. R. R. Tolkien", "Hej J. R. R. Tolkien!"),
        ("  Åsa\r\nÖberg ", "Hej Åsa Öberg!"),
        ("asa@kund.example", "Hej!"),
        ("Vinn på evil.example", "Hej!"),
        ("http://evil", "Hej!"),
        ("Kund 4711", "Hej!"),
        ("x" * 61, "Hej!"),
        ("", "Hej!"),
    ],
)
def test_one_is_greeted_by_what_can_be_a_name(name: str, greeting: str) -> None:
    assert text(name=name).split("\n")[0] == greeting


@pytest.mark.parametrize(
    ("subject", "quoted"),
    [
        ("Order {number} 🙂", "”Order {number} 🙂”"),
        ("Köp nu https://evil.example/x på www.evil.example!", "”Köp nu … på …”"),
        ("Maila vinst@evil.example", "”Maila …”"),
        ("två\r\nrader\u2028Bcc: x", "”två rader Bcc: x”"),
        ("fel\u202ehåll", "”felhåll”"),
        ("å" * 101, "”" + "å" * 99 + "…”"),
    ],
)
def test_a_subject_is_quoted_short_on_one_line_and_without_links(subject: str, quoted: str) -> None:
    assert f"Du skrev om: {quoted}\n" in text(subject=subject)


def test_an_endless_subject_without_blanks_is_cut() -> None:
    assert len(text(subject="漢" * 1_000_000)) < 600


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Hej, paketet har inte kommit. Var är min order?", "sv"),
        ("Goedendag, mijn bestelling is nog niet binnen.", "nl"),
        ("Guten Tag, meine Bestellung ist noch nicht da.", "de"),
        ("Bonjour, je n'ai pas reçu ma commande.", "fr"),
        ("注文した商品がまだ届きません。", "ja"),
        ("Dobrý den, zásilka ještě nepřišla a není v systému.", "cs"),
        ("Dobrý den, zboží přišlo poškozené a chtěl bych ho reklamovat.", "cs"),
        ("Hello, where is my parcel? It has not arrived.", "en"),
    ],
)
def test_the_language_is_told_by_the_words_of_the_message(words: str, language: str) -> None:
    assert language_of("", words, "xx") == language


@pytest.mark.parametrize(
    "words",
    [
        "",
        "???",
        "Order 4711",
        "Hvor er min pakke? Jeg har ikke modtaget den endnu.",
        "Hvor er pakken min? Jeg har ikke fått den ennå.",
        "¿Dónde está mi pedido? Todavía no lo he recibido.",
        "Dzień dobry, gdzie jest moja paczka?",
        "Dobrý deň, kde je moja objednávka? Prosím o odpoveď.",
        "我的包裹在哪里?",
        "och jag the and",
    ],
)
def test_where_the_words_leave_it_open_the_channels_language_is_taken(words: str) -> None:
    assert language_of("", words, "nl") == "nl"


@pytest.mark.parametrize(
    ("told", "language"), [("de", "de"), ("sv-SE", "sv"), ("FR_ca", "fr"), ("da", "nl"), ("漢字", "nl")]
)
def test_a_language_that_was_told_beats_the_words(told: str, language: str) -> None:
    assert language_of(told, "Hello, where is my parcel? It has not arrived.", "nl") == language
