"""Which case a message belongs to, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.incoming import Clue, ClueKind, IncomingMessage
from hub.core.matching import KnownThreads, Match, MatchingRules, match, plain_subject
from hub.core.model import Author, Case, CaseState, Direction, Message, Party

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
RULES = MatchingRules()
SIGNED = [ClueKind.RECIPIENT_TOKEN, ClueKind.REFERENCE_TOKEN, ClueKind.QUOTED_TOKEN]
UNSIGNED = [ClueKind.MESSAGE_ID, ClueKind.SAME_PARENT, ClueKind.SUBJECT_NUMBER]
BOUNCES = [ClueKind.BOUNCE_TOKEN, ClueKind.BOUNCED_MESSAGE_ID]
BY_KEY = {ClueKind.MESSAGE_ID, ClueKind.SAME_PARENT, ClueKind.BOUNCED_MESSAGE_ID, ClueKind.PLATFORM_KEY}
BY_KEY = {ClueKind.PLATFORM_KEY, ClueKind.MESSAGE_ID, ClueKind.SAME_PARENT, ClueKind.BOUNCED_MESSAGE_ID}


def message(
    sender: str = "asa@exempel.se",
    days: float = 0,
    ref: str = "new",
    subject: str = "Re: Var är mitt paket?",
    automatic: bool = False,
    outbound: bool = False,
    labels: tuple[str, ...] = (),
) -> Message:
    return Message(
        ref=ref,
        author=Author.SELLER if outbound else Author.CUSTOMER,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        sent_at=NOON + timedelta(days=days),
        subject=subject,
        sender=Party(email=sender),
        automatic=automatic,
        labels=labels,
    )


def case(number: str = "CH-1001", *messages: Message) -> Case:
    return Case(
        number=number,
        channel="mail",
        ref=f"first-{number}",
        opened_at=NOON,
        changed_at=NOON,
        subject="Var är mitt paket?",
        customer=Party("Åsa Öberg", "Asa@Exempel.se"),
        messages=messages or (message(ref=f"first-{number}"),),
    )


def known(*cases: Case, **keys: str) -> KnownThreads:
    return KnownThreads({c.number: c for c in cases}, {"<1@exempel.se>": "CH-1001", **keys})


def clue(kind: ClueKind, number: str = "CH-1001") -> Clue:
    return Clue(kind, "<1@exempel.se>" if kind in BY_KEY else number)


def found(written: Message, *clues: Clue, threads: KnownThreads | None = None, rules: MatchingRules = RULES) -> Match:
    return match(IncomingMessage(written, clues), threads or known(case()), rules)


def test_a_message_that_points_nowhere_opens_a_case() -> None:
    nothing = Match("", "nothing in it points at a case we know")

    assert found(message()) == nothing
    assert found(message(), Clue(ClueKind.MESSAGE_ID, "<unknown@x>")) == nothing
    assert found(message(), Clue(ClueKind.SUBJECT_NUMBER, "CH-9999")) == nothing


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (ClueKind.RECIPIENT_TOKEN, "it was sent to the case's own address"),
        (ClueKind.REFERENCE_TOKEN, "it answers a message we signed for this case"),
        (ClueKind.MESSAGE_ID, "it answers a message of this case"),
        (ClueKind.SAME_PARENT, "the same sender answered the same earlier message before"),
        (ClueKind.BOUNCE_TOKEN, "it reports on a message we signed for this case"),
        (ClueKind.BOUNCED_MESSAGE_ID, "it reports on a message of this case"),
        (ClueKind.QUOTED_TOKEN, "it quotes the signed reference of this case"),
        (ClueKind.SUBJECT_NUMBER, "its subject names the case and its sender belongs to it"),
    ],
)
def test_every_clue_brings_the_customers_message_home_and_says_why(kind: ClueKind, reason: str) -> None:
    assert found(message(), clue(kind)) == Match("CH-1001", reason, guessable=kind is ClueKind.SUBJECT_NUMBER)


def test_every_kind_of_clue_is_tested() -> None:
    assert {*SIGNED, *UNSIGNED, *BOUNCES, ClueKind.PLATFORM_KEY} == set(ClueKind)


def test_a_platforms_own_mark_decides_whoever_writes_whatever_after_however_long() -> None:
    notice = message("noreply@platform.example", days=400, subject="Something else")

    told = found(notice, clue(ClueKind.PLATFORM_KEY))

    assert told == Match("CH-1001", "its platform names the case", by_platform=True)


def test_the_first_clue_that_holds_decides() -> None:
    threads = known(case(), case("CH-1002"))
    first, second = clue(ClueKind.RECIPIENT_TOKEN, "CH-1002"), clue(ClueKind.MESSAGE_ID)

    assert found(message(), first, second, threads=threads).number == "CH-1002"
    assert found(message(), second, first, threads=threads).number == "CH-1001"
    assert found(message(), Clue(ClueKind.RECIPIENT_TOKEN, "CH-9999"), second, threads=threads).number == "CH-1001"


def test_an_address_is_the_same_in_capitals() -> None:
    assert found(message("ASA@EXEMPEL.SE"), clue(ClueKind.SUBJECT_NUMBER)).number == "CH-1001"


@pytest.mark.parametrize("kind", SIGNED)
def test_a_stranger_with_our_signature_joins_unverified(kind: ClueKind) -> None:
    joined = found(message("stranger@x.example"), clue(kind))

    assert (joined.number, joined.unverified) == ("CH-1001", True)
    assert joined.reason.endswith(", from an address that is new to it")


@pytest.mark.parametrize("kind", UNSIGNED)
@pytest.mark.parametrize("sender", ["stranger@x.example", ""])
def test_a_stranger_without_our_signature_gets_a_case_of_his_own(kind: ClueKind, sender: str) -> None:
    turned_away = found(message(sender), clue(kind))

    reason = "it points at CH-1001, but its sender does not belong there"
    assert turned_away == Match("", reason, linked=("CH-1001",))


@pytest.mark.parametrize("kind", BOUNCES)
def test_a_bounce_needs_no_known_sender(kind: ClueKind) -> None:
    bounce = message("mailer-daemon@mx.example", automatic=True, subject="Undelivered Mail", days=90)

    assert found(bounce, clue(kind)).number == "CH-1001"


def test_a_stranger_who_is_turned_away_by_one_clue_may_be_let_in_by_the_next() -> None:
    stranger = message("stranger@x.example")

    assert found(stranger, clue(ClueKind.MESSAGE_ID), clue(ClueKind.QUOTED_TOKEN)).number == "CH-1001"
    assert found(stranger, clue(ClueKind.MESSAGE_ID), Clue(ClueKind.QUOTED_TOKEN, "CH-9999")).linked == ("CH-1001",)


def test_the_first_reason_to_be_turned_away_is_the_one_that_is_told() -> None:
    threads = known(case(), case("CH-1002"))
    turned_away = found(
        message("stranger@x.example"),
        clue(ClueKind.MESSAGE_ID),
        clue(ClueKind.SUBJECT_NUMBER, "CH-1002"),
        threads=threads,
    )

    assert turned_away.linked == ("CH-1001",)


def _with_strangers(count: int) -> Case:
    strangers = (message(f"s{n}@x.example", ref=f"s{n}", labels=("unverified",)) for n in range(count))
    return case("CH-1001", message(ref="first-CH-1001"), *strangers)


def test_many_strangers_with_one_signature_get_a_case_each() -> None:
    crowded = known(_with_strangers(3))

    newcomer = found(message("new@x.example"), clue(ClueKind.RECIPIENT_TOKEN), threads=crowded)
    returning = found(message("S1@x.example"), clue(ClueKind.RECIPIENT_TOKEN), threads=crowded)

    assert newcomer == Match("", "many unknown senders answer CH-1001: each gets a case", linked=("CH-1001",))
    assert (returning.number, returning.unverified) == ("CH-1001", True)
    assert found(message("new@x.example"), clue(ClueKind.RECIPIENT_TOKEN), threads=known(_with_strangers(2))).number


def test_an_unverified_writer_does_not_open_the_case_to_unsigned_mail() -> None:
    again = found(message("s0@x.example"), clue(ClueKind.MESSAGE_ID), threads=known(_with_strangers(1)))

    assert again.number == ""


def test_our_own_answer_from_another_program_joins_its_case_verified() -> None:
    sent_elsewhere = message("shop@butik.se", outbound=True)

    joined = found(sent_elsewhere, clue(ClueKind.MESSAGE_ID))

    assert joined == Match("CH-1001", "it answers a message of this case")
    assert not found(sent_elsewhere, clue(ClueKind.SUBJECT_NUMBER)).guessable


def test_a_mail_that_the_seller_passed_on_stays_a_note_of_its_case() -> None:
    passed_on = replace(message("shop@butik.se", outbound=True), direction=Direction.NOTE)

    assert found(passed_on, clue(ClueKind.MESSAGE_ID)).number == "CH-1001"


def test_a_merge_is_followed_to_its_end() -> None:
    threads = known(
        replace(case("CH-1001"), state=CaseState.MERGED, merged_into="CH-1002"),
        replace(case("CH-1002"), state=CaseState.MERGED, merged_into="CH-1003"),
        case("CH-1003"),
    )

    assert found(message(), clue(ClueKind.MESSAGE_ID), threads=threads).number == "CH-1003"
    assert found(message(), clue(ClueKind.RECIPIENT_TOKEN), threads=threads).number == "CH-1003"


def test_merges_that_lead_nowhere_or_in_circles_point_at_nothing() -> None:
    circle = known(
        replace(case("CH-1001"), merged_into="CH-1002"),
        replace(case("CH-1002"), merged_into="CH-1001"),
    )
    nowhere = known(replace(case("CH-1001"), merged_into="CH-1002"))

    for threads in (circle, nowhere):
        assert found(message(), clue(ClueKind.MESSAGE_ID), threads=threads).reason.startswith("nothing in it")


def _closed(days_ago: float) -> KnownThreads:
    return known(replace(case(), state=CaseState.CLOSED, closed_at=NOON - timedelta(days=days_ago)))


def test_a_message_to_a_case_that_was_closed_long_ago_opens_a_linked_one() -> None:
    late = found(message(), clue(ClueKind.RECIPIENT_TOKEN), threads=_closed(61))

    assert late == Match("", "CH-1001 was closed 61 days before", linked=("CH-1001",))
    assert found(message(), clue(ClueKind.RECIPIENT_TOKEN), threads=_closed(60)).number == "CH-1001"
    rules = MatchingRules(new_case_after=timedelta(days=1))
    assert found(message(), clue(ClueKind.RECIPIENT_TOKEN), threads=_closed(2), rules=rules).number == ""


def test_a_robots_message_stays_with_its_case_however_old() -> None:
    robot = message(automatic=True, subject="Out of office", days=100)

    assert found(robot, clue(ClueKind.MESSAGE_ID), threads=_closed(100)).number == "CH-1001"


def test_our_own_answer_stays_with_its_case_however_late_and_whatever_its_subject() -> None:
    late = message("shop@butik.se", days=100, subject="Your refund", outbound=True)

    assert found(late, clue(ClueKind.MESSAGE_ID)).number == "CH-1001"
    assert found(late, clue(ClueKind.MESSAGE_ID), threads=_closed(100)).number == "CH-1001"


@pytest.mark.parametrize(
    ("subject", "days", "number"),
    [
        ("Another matter", 15, ""),
        ("Another matter", 14, "CH-1001"),
        ("SV: re[2]: [EXT] VAR  är mitt paket?", 15, "CH-1001"),
        ("", 15, ""),
    ],
)
def test_another_subject_after_a_long_silence_is_another_matter(subject: str, days: int, number: str) -> None:
    later = found(message(subject=subject, days=days), clue(ClueKind.MESSAGE_ID))

    assert later.number == number
    if not number:
        assert later == Match("", "it has another subject and CH-1001 was silent for 15 days", linked=("CH-1001",))


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("Re: Fwd: AW: SV: VS: Odp: Antw: VB: WG: TR: Paket", "paket"),
        ("Re[12]: Paket", "paket"),
        ("[Ticket 7] Re： Paket", "paket"),  # the full-width colon of Chinese programs
        ("  PAKET \t nr  5 ", "paket nr 5"),
        ("Return: Paket", "return: paket"),
        ("Re:", ""),
        ("", ""),
        ("Straße 漢字 🙂", "strasse 漢字 🙂"),
        ("Re: " * 12 + "Paket", "re: re: paket"),  # an end to it: hostile subjects are long
    ],
)
def test_a_plain_subject_has_no_marks_of_replies(subject: str, plain: str) -> None:
    assert plain_subject(subject) == plain


@given(st.text())
def test_a_reply_has_the_plain_subject_of_what_it_answers(subject: str) -> None:
    assert plain_subject(f"Re: {subject}") == plain_subject(subject)
