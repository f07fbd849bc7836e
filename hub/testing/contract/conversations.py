"""Promises 3, 4 and 5: references, instants and texts, and who wrote."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hub.adapter import Capability
from hub.core.model import Author, CaseState, Direction
from hub.errors import Misunderstood
from hub.testing.contract.support import FOLLOW_UP, QUESTION, cases_on, has_got, let_pass, plain
from hub.testing.desk import Desk
from hub.testing.platform import Platform

_SIGNS = "Grüße, ä 中国 🙂 <b>not bold</b> & “quoted”"
_LINES = "one line\r\n\r\nand another\r\n"
_LONG = "A long story. " * 75_000


class ConversationPromises:
    """What an adapter promises of cases and their messages."""

    def test_promise_03_references_are_the_same_in_another_run(self, platform: Platform) -> None:
        """A hub that lost its database finds the same cases again."""
        refs = cases_on(platform, 3)
        first, second = Desk(platform), Desk(platform)
        first.read()
        let_pass(platform, timedelta(hours=1))
        second.read()

        assert sorted(case.ref for case in first.inbox.cases) == sorted(case.ref for case in second.inbox.cases)
        for ref in refs:
            assert _message_refs(first, ref) == _message_refs(second, ref)

    def test_promise_03_references_stay_when_the_case_goes_on(self, platform: Platform) -> None:
        """What is new has a new reference, what was there keeps its own."""
        ref, *others = cases_on(platform, 3)
        desk = Desk(platform)
        desk.read()
        before = _message_refs(desk, ref)
        platform.seller_writes(others[0], "It is on its way.")
        platform.seller_writes(ref, "It is on its way.")
        let_pass(platform, timedelta(hours=1))
        again = Desk(platform)
        again.read()

        assert _message_refs(again, ref)[: len(before)] == before

    def test_promise_03_every_reference_is_given_once(self, platform: Platform) -> None:
        """Two messages under one reference would be one."""
        refs = cases_on(platform, 3)
        desk = Desk(platform)
        desk.read()

        counted = Counter(message.ref for message in desk.inbox.messages)
        assert [ref for ref, count in counted.items() if count > 1] == []
        assert len({desk.case(ref).number for ref in refs}) == 3, "two cases became one"

    def test_promise_04_an_instant_is_the_platforms_own(self, platform: Platform) -> None:
        """It is when the customer wrote, not when somebody read it."""
        ref = platform.customer_writes(QUESTION)
        written = platform.now()
        let_pass(platform, timedelta(days=3))
        desk = Desk(platform)
        desk.read()
        case = desk.case(ref)

        for instant in (case.opened_at, *(message.sent_at for message in case.messages[:1])):
            assert instant.tzinfo is not None
            assert abs(instant - written) <= timedelta(minutes=1), f"{instant} is not when it was written, {written}"

    def test_promise_04_every_sign_of_a_text_survives(self, platform: Platform) -> None:
        """Letters of any script, signs that HTML means, and the ends of lines."""
        for text in (_SIGNS, _LINES):
            ref = platform.customer_writes(text)
            desk = Desk(platform)
            desk.read()
            assert plain(text) in map(plain, _texts(desk, ref))

    def test_promise_04_a_text_may_be_empty_or_very_long(self, platform: Platform) -> None:
        """An empty message is one, and a long one is whole."""
        empty, long = platform.customer_writes(""), platform.customer_writes(_LONG)
        desk = Desk(platform)
        desk.read()

        assert desk.case(empty).messages[0].asks_for_an_answer
        assert plain(_LONG) in map(plain, _texts(desk, long))

    def test_promise_04_every_sign_of_a_reply_survives(self, platform: Platform) -> None:
        """What the seller wrote is what the customer gets, unless the adapter says beforehand what is not allowed."""
        desk = Desk(platform)
        if Capability.REPLY not in desk.adapter.capabilities:
            return  # promise 16 asserts what it answers instead
        ref = platform.customer_writes(QUESTION)
        desk.read()
        case = desk.case(ref)
        reply = desk.reply(case, f"{_SIGNS}\n\nAnd a second paragraph.")
        if desk.problems_with(reply, case):
            reply = desk.reply(case, "It comes tomorrow.\n\nAnd a second paragraph.")
        desk.send(reply, case)

        assert has_got(platform, ref, reply.text) == 1

    def test_promise_05_a_customers_message_is_told_from_the_sellers(self, platform: Platform) -> None:
        """The first starts a clock, the second stops it."""
        ref = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        asked = desk.case(ref)
        let_pass(platform, timedelta(hours=1))
        platform.seller_writes(ref, "It is on its way.")
        desk.read()
        answered = desk.case(ref)

        assert [(m.author, m.direction) for m in asked.messages[:1]] == [(Author.CUSTOMER, Direction.INBOUND)]
        assert asked.waiting_since is not None
        by_seller = [m for m in answered.messages if m.author is Author.SELLER and m.direction is Direction.OUTBOUND]
        assert by_seller or answered.state is CaseState.CLOSED, "what the seller did on the platform is not seen"
        assert answered.waiting_since is None, "the case still waits although the seller has answered it there"

    def test_promise_05_an_unknown_author_is_an_error_and_not_a_guess(self, platform: Platform) -> None:
        """It stops the channel, or it is kept as what could not be read; it is nobody's message."""
        ref = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        let_pass(platform, timedelta(hours=1))
        platform.stranger_writes(ref, FOLLOW_UP)
        known = {message.ref for message in desk.inbox.messages}
        try:
            desk.read()
        except Misunderstood:
            return
        guessed = [m for m in desk.inbox.messages if m.ref not in known and not m.problem]
        assert guessed == [], "somebody unknown was taken for somebody known"
        assert len(desk.inbox.messages) > len(known), "a message of somebody unknown was dropped"


def _message_refs(desk: Desk, ref: str) -> list[tuple[str, str]]:
    """Each message of a case with its text: a reference that wanders to another message is not the same."""
    return [(message.ref, plain(message.text)) for message in desk.case(ref).messages]


def _texts(desk: Desk, ref: str) -> list[str]:
    return [message.text for message in desk.case(ref).messages]
