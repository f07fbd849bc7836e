"""The states of a reply, the ways between them, and the pauses on the way."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.model import Attachment, Author, Case, Direction, Message
from hub.core.outbox import (
    FINAL,
    MOST_READ_BACKS,
    SETTLE,
    WAITING,
    Receipt,
    Reply,
    ReplyState,
    WrongWayError,
    as_message,
    become_uncertain,
    has_grown,
    move,
    retry_later,
    start_sending,
    still_uncertain,
    with_receipt,
)

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
REPLY = Reply("k1", "CH-1001", "mail", "Hej Åsa 🙂", NOON, by="Öberg", after="in-0")
ALLOWED = {
    "queued": "sending held cancelled delivered uncertain",
    "held": "queued cancelled delivered uncertain",
    "sending": "accepted delivered uncertain rejected queued held",
    "accepted": "delivered rejected failed uncertain",
    "uncertain": "delivered queued held failed cancelled",
    "rejected": "delivered cancelled",
    "failed": "queued delivered cancelled",
    "delivered": "",
    "cancelled": "delivered",
}
EVERY_WAY = list(itertools.product(ReplyState, repeat=2))


def reply(state: ReplyState, attempts: int = 0) -> Reply:
    return replace(REPLY, state=state, attempts=attempts)


@pytest.mark.parametrize(("start", "end"), EVERY_WAY, ids=[f"{start}-{end}" for start, end in EVERY_WAY])
def test_a_reply_goes_the_ways_that_exist_and_no_other(start: ReplyState, end: ReplyState) -> None:
    if end in ALLOWED[start].split():
        assert move(reply(start), end, "why", NOON) == replace(REPLY, state=end, reason="why", not_before=NOON)
    else:
        with pytest.raises(WrongWayError, match=f"a reply that is {start} cannot become {end}"):
            move(reply(start), end)


def test_nothing_is_sent_twice_by_itself() -> None:
    ways_to_sending = [start for start in ReplyState if "sending" in ALLOWED[start].split()]

    assert ways_to_sending == [ReplyState.QUEUED]
    assert not any("queued" in ALLOWED[state].split() for state in (*FINAL - {ReplyState.FAILED}, ReplyState.ACCEPTED))


def test_every_state_is_final_or_waits() -> None:
    assert set(ReplyState) == FINAL | WAITING
    assert not FINAL & WAITING


def test_a_move_forgets_the_last_reason_and_pause() -> None:
    paused = replace(REPLY, reason="no answer", not_before=NOON)

    assert start_sending(paused) == replace(REPLY, state=ReplyState.SENDING, attempts=1)


def test_a_new_attempt_goes_by_no_word_on_an_older_one() -> None:
    first = with_receipt(start_sending(REPLY), Receipt("process-1", NOON, final=False), NOON)
    until = NOON + timedelta(hours=3)

    second = start_sending(move(move(first, ReplyState.UNCERTAIN), ReplyState.QUEUED))
    taken = with_receipt(second, Receipt("process-2", NOON, final=False, until=until), NOON)

    assert second.receipt_ref == ""
    assert (taken.receipt_ref, taken.until) == ("process-2", until)


@pytest.mark.parametrize(
    ("attempts", "shortest"),
    [(1, 15), (2, 30), (3, 60), (4, 120), (8, 1800), (9, 1800), (10_000, 1800)],
)
def test_the_pauses_between_attempts_grow_to_an_hour(attempts: int, shortest: int) -> None:
    sending = reply(ReplyState.SENDING, attempts)

    earliest = retry_later(sending, "no answer", NOON, 0)
    latest = retry_later(sending, "no answer", NOON, 1)

    assert earliest.not_before == NOON + timedelta(seconds=shortest)
    assert latest.not_before == NOON + timedelta(seconds=2 * shortest)
    assert (earliest.state, earliest.reason, earliest.attempts) == (ReplyState.QUEUED, "no answer", attempts)


@given(st.integers(0, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_never_longer_than_an_hour(attempts: int, jitter: float) -> None:
    later = retry_later(reply(ReplyState.SENDING, attempts), "", NOON, jitter).not_before

    assert later is not None
    assert NOON < later <= NOON + timedelta(hours=1)


def test_a_platform_that_asks_us_to_wait_decides_the_pause_and_costs_no_attempt() -> None:
    after = NOON + timedelta(minutes=7)

    waiting = retry_later(reply(ReplyState.SENDING, 3), "too many", NOON, 0.5, after)
    past = retry_later(reply(ReplyState.SENDING, 0), "too many", NOON, 0.5, NOON - timedelta(days=1))

    assert (waiting.not_before, waiting.attempts) == (after, 2)
    assert (past.not_before, past.attempts) == (NOON, 0)


def test_an_uncertain_reply_rests_before_it_is_read_back() -> None:
    uncertain = become_uncertain(reply(ReplyState.SENDING, 1), "lost after DATA", NOON)

    assert (uncertain.state, uncertain.reason) == (ReplyState.UNCERTAIN, "lost after DATA")
    assert uncertain.not_before == NOON + SETTLE
    assert not uncertain.needs_a_person


def test_a_person_is_asked_after_the_last_read_back_that_could_not_tell() -> None:
    uncertain = become_uncertain(reply(ReplyState.SENDING), "lost", NOON)
    pauses = []
    for _ in range(MOST_READ_BACKS):
        assert not uncertain.needs_a_person
        uncertain = still_uncertain(uncertain, "cannot tell", NOON)
        pauses.append(uncertain.not_before)

    assert pauses == [NOON + SETTLE * factor for factor in (2, 4, 8)]
    assert uncertain.needs_a_person


def test_read_backs_are_counted_anew_for_every_uncertain_send() -> None:
    doubtful = still_uncertain(become_uncertain(reply(ReplyState.SENDING), "lost", NOON), "cannot tell", NOON)

    again = become_uncertain(start_sending(move(doubtful, ReplyState.QUEUED)), "lost again", NOON)

    assert (doubtful.read_backs, again.read_backs) == (1, 0)


@pytest.mark.parametrize("state", sorted(set(ReplyState) - {ReplyState.UNCERTAIN}))
def test_only_an_uncertain_reply_is_read_back(state: ReplyState) -> None:
    with pytest.raises(WrongWayError, match=f"a reply that is {state} is not read back"):
        still_uncertain(reply(state), "cannot tell", NOON)


def test_held_and_rejected_replies_need_a_person_and_others_do_not() -> None:
    assert {state for state in ReplyState if reply(state).needs_a_person} == {
        ReplyState.HELD,
        ReplyState.REJECTED,
        ReplyState.FAILED,
    }


def test_naive_instants_are_refused() -> None:
    naive = datetime(2026, 11, 16)  # noqa: DTZ001  naive on purpose

    with pytest.raises(ValueError, match="time zone"):
        Reply("k", "CH-1001", "mail", "Hej", naive)
    with pytest.raises(ValueError, match="time zone"):
        Receipt("<1@butik.se>", naive)


def _message(minutes: int, ref: str = "", automatic: bool = False, outbound: bool = False) -> Message:
    author, direction = (Author.SELLER, Direction.OUTBOUND) if outbound else (Author.CUSTOMER, Direction.INBOUND)
    sent_at = NOON + timedelta(minutes=minutes)
    return Message(ref or f"in-{minutes}", author, direction, sent_at, automatic=automatic)


def _case(*messages: Message) -> Case:
    return Case("CH-1001", "mail", "r1", NOON, NOON, messages=messages)


@pytest.mark.parametrize(
    ("messages", "after", "newer"),
    [
        ([_message(0)], "in-0", None),
        ([_message(0), _message(5)], "in-0", "in-5"),
        ([_message(0), _message(0, "same instant")], "in-0", "same instant"),
        ([_message(0), _message(5)], "in-5", None),
        ([_message(0), _message(5, automatic=True)], "in-0", None),  # an out-of-office reply is no news
        ([_message(0), _message(5, outbound=True)], "in-0", "in-5"),  # a colleague has answered elsewhere
        ([_message(0), _message(-1, outbound=True)], "in-0", None),
        ([_message(0), _message(5, outbound=True, automatic=True)], "in-0", None),
        ([_message(0), _message(5, "out", outbound=True), _message(9)], "out", "in-9"),
        ([_message(0), _message(5, "out", outbound=True)], "out", None),
        ([_message(0)], "", None),  # nobody says what its writer saw
        ([_message(0)], "gone", "in-0"),  # what its writer saw is not here any more
        ([_message(0, automatic=True)], "gone", None),
        ([], "in-0", None),
    ],
)
def test_a_reply_is_stopped_by_what_its_writer_had_not_seen(
    messages: list[Message], after: str, newer: str | None
) -> None:
    found = has_grown(_case(*messages), replace(REPLY, after=after))

    assert (found.ref if found else None) == newer


def test_a_delivered_reply_becomes_a_message_that_answers_can_point_at() -> None:
    picture = Attachment("å.png", "image/png", 3, "ab" * 32)

    message = as_message(replace(REPLY, attachments=(picture,)), NOON, "<1@butik.se>")

    assert (message.ref, message.text, message.sender.name) == ("reply:k1", "Hej Åsa 🙂", "Öberg")
    assert (message.thread_keys, message.attachments, message.sent_at) == (("<1@butik.se>",), (picture,), NOON)
    assert message.answers
    assert as_message(REPLY, NOON).thread_keys == ()
