"""What settles a customer's message, taken by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.core.model import Author, Case, Direction, Message
from hub.core.settling import settled_by_time, unanswered

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def asked(ref: str, minutes: float) -> Message:
    return Message(ref, Author.CUSTOMER, Direction.INBOUND, NOON + timedelta(minutes=minutes), "Var är den?")


def said(ref: str, minutes: float) -> Message:
    return Message(ref, Author.SELLER, Direction.OUTBOUND, NOON + timedelta(minutes=minutes), "På väg")


def a_case(*messages: Message) -> Case:
    return Case("CH-1001", "shop", "c1", NOON, NOON, messages=messages)


def test_a_question_that_becomes_known_late_is_not_settled_by_what_the_hub_sent_before_it_was_known() -> None:
    late = asked("m2", 5)

    assert settled_by_time(late, a_case(asked("m1", 0), said("reply:k1", 10))) == {}
    assert settled_by_time(late, a_case(asked("m1", 0), said("portal-1", 10)))["m2"].answer == "portal-1"
    assert settled_by_time(late, a_case(said("reply:k1", 10), said("portal-1", 20)))["m2"].answer == "portal-1"


def test_whoever_opens_a_case_again_takes_up_what_came_after_the_last_answer() -> None:
    case = a_case(asked("m1", 0), said("a1", 1), asked("m2", 2), said("a2", 3), asked("m3", 4), asked("m4", 5))

    assert unanswered(case) == {"m3", "m4"}
    assert unanswered(a_case(asked("m1", 0))) == {"m1"}
