"""Promises 10, 11 and 12: writing, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.adapter import Capability
from hub.core.model import Case
from hub.core.outbox import SETTLE, Receipt, Reply
from hub.errors import Rejected, StoreError, Unavailable, Uncertain, Unsupported
from hub.testing.contract.support import a_write, goes_wrong, has_got, let_pass, writes
from hub.testing.desk import Desk
from hub.testing.platform import Fault, Platform
from hub.testing.simulator import Simulator


class WritingPromises:
    """What an adapter promises of replies and acts; where there is none of them, that it takes none."""

    def test_promise_10_a_write_arrives_once(self, platform: Platform) -> None:
        """When nothing goes wrong."""
        if takes_nothing(platform):
            return
        desk = Desk(platform)
        reply, case, ref = a_write(desk)
        before = platform.writes
        receipt = desk.send(reply, case)

        assert isinstance(receipt, Receipt)
        assert platform.writes > before, "there is a receipt, and the platform has nothing"
        assert not reply.text or has_got(platform, ref, reply.text) == 1

    def test_promise_10_a_write_whose_answer_is_lost_is_found_again_or_uncertain(self, platform: Platform) -> None:
        """The platform has it: to send it again would tell the customer twice."""
        if takes_nothing(platform):
            return
        desk = Desk(platform)
        usual = _writes_of_one(desk)
        reply, case, ref = a_write(desk)
        before = platform.writes
        goes_wrong(platform, Fault.LOST_ANSWER)
        try:
            desk.send(reply, case)
        except Uncertain:
            let_pass(platform, SETTLE)
            found = _read_back(desk, reply, case)
            assert found is not None, "the platform has it, and the hub would send it again"

        assert platform.writes - before <= usual, "it was sent again blindly"
        assert not reply.text or has_got(platform, ref, reply.text) == 1

    def test_promise_10_a_write_that_was_lost_on_its_way_is_not_taken_for_sent(self, platform: Platform) -> None:
        """The platform does not have it: who says so may send it again, who cannot tell says that."""
        if takes_nothing(platform):
            return
        desk = Desk(platform)
        reply, case, ref = a_write(desk)
        before = platform.writes
        if goes_wrong(platform, Fault.LOST_REQUEST):
            with pytest.raises((Uncertain, Unavailable)):
                desk.send(reply, case)
            assert platform.writes == before, "it was sent again blindly"
            let_pass(platform, SETTLE)
            found = _read_back(desk, reply, case)
            assert not isinstance(found, Receipt), "there is a receipt for what nobody has"
            if found is None:
                desk.send(reply, case)
                assert not reply.text or has_got(platform, ref, reply.text) == 1

    def test_promise_10_what_leaves_is_announced_before_the_platform_can_take_it(self, platform: Platform) -> None:
        """Declared is that a reply which nobody announced was surely not sent; where it is not, nobody relies on it."""
        if takes_nothing(platform) or not platform.adapter.tells_when_it_sends:
            return
        desk = Desk(platform)
        reply, case, ref = a_write(desk)
        before = platform.writes
        desk.lent.forbids_sending = StoreError("the disk is full, so nothing may leave")
        with pytest.raises(StoreError, match="nothing may leave"):
            desk.send(reply, case)

        assert platform.writes == before, "it was sent before it was announced"
        assert not reply.text or has_got(platform, ref, reply.text) == 0

    def test_promise_10_an_older_answer_is_not_taken_for_a_reply_that_was_lost(self, platform: Platform) -> None:
        """By its key or its words a reply is known again, and not by being the seller's."""
        if Capability.REPLY not in platform.adapter.capabilities:
            return
        desk = Desk(platform)
        first, case, ref = a_write(desk)
        desk.deliver(first, case)
        let_pass(platform, timedelta(minutes=1))
        desk.read()
        second, before = desk.reply(desk.case(ref), "Your parcel has left by now."), platform.writes
        if goes_wrong(platform, Fault.LOST_REQUEST):
            with pytest.raises((Uncertain, Unavailable)):
                desk.send(second, desk.case(ref))
        let_pass(platform, SETTLE)
        found = _read_back(desk, second, desk.case(ref))

        assert platform.writes == before
        assert not isinstance(found, Receipt), "nobody has this reply: `find` took an older answer for it"

    def test_promise_10_a_write_into_trouble_is_not_repeated(self, platform: Platform) -> None:
        """Reads are asked again, writes are not: a server in trouble may have taken them."""
        if takes_nothing(platform):
            return
        desk = Desk(platform)
        reply, case, ref = a_write(desk)
        before = platform.writes
        if goes_wrong(platform, Fault.TROUBLE):
            asked = _requests(platform)
            try:
                desk.send(reply, case)
            except (Uncertain, Unavailable):
                assert platform.writes == before, "it was sent again blindly"
                assert not reply.text or has_got(platform, ref, reply.text) == 0
            else:
                assert _began_with_a_read(platform, asked), "it was sent again blindly"

    def test_promise_10_what_cannot_be_reached_has_surely_taken_nothing(self, platform: Platform) -> None:
        """So the hub sends it later, without asking anybody."""
        if takes_nothing(platform):
            return
        desk = Desk(platform)
        reply, case, ref = a_write(desk)
        goes_wrong(platform, Fault.UNREACHABLE, None)
        with pytest.raises(Unavailable):
            desk.send(reply, case)
        platform.mend()
        desk.send(reply, case)

        assert not reply.text or has_got(platform, ref, reply.text) == 1

    def test_promise_11_a_refused_write_is_rejected_in_the_platforms_words(self, platform: Platform) -> None:
        """The seller has to know why, and it must not be tried again."""
        if takes_nothing(platform):
            return
        desk = Desk(platform)
        reply, case, ref = a_write(desk)
        before = platform.writes
        goes_wrong(platform, Fault.REFUSED_REPLY)
        with pytest.raises(Rejected) as refused:
            desk.send(reply, case)

        assert platform.refusal in str(refused.value), "the seller is not told the platform's reason"
        assert platform.writes == before, "what was refused was sent again"
        assert not reply.text or has_got(platform, ref, reply.text) == 0

    def test_promise_12_a_receipt_is_final_when_the_platform_has_decided(self, platform: Platform) -> None:
        """And not before; what was accepted is confirmed when it was worked on."""
        if takes_nothing(platform):
            return
        desk = Desk(platform)
        reply, case, _ = a_write(desk)
        receipt = desk.send(reply, case)

        assert receipt.final is (platform.works_for is None)
        if platform.works_for is not None:
            early = desk.find(reply, case)
            assert early is not None, "the platform works on it, and the hub would send it again"
            assert not early.final, "it is said to be done while the platform works on it"
            let_pass(platform, platform.works_for + timedelta(minutes=1))
            late = desk.find(reply, case)
            assert late is not None
            assert late.final, "the platform has done it, and the hub goes on asking"

    def test_promise_12_an_accepted_write_that_fails_is_rejected_later(self, platform: Platform) -> None:
        """With the platform's reason; where every answer is the last word, it is refused at once."""
        if takes_nothing(platform):
            return
        desk = Desk(platform)
        reply, case, _ = a_write(desk)
        if goes_wrong(platform, Fault.FAILED_LATER):
            if platform.works_for is None:
                with pytest.raises(Rejected):
                    desk.send(reply, case)
                return
            assert not desk.send(reply, case).final
            let_pass(platform, platform.works_for + timedelta(minutes=1))
            with pytest.raises(Rejected, match=platform.refusal):
                desk.find(reply, case)


def takes_nothing(platform: Platform) -> bool:
    """Whether a program can write nothing there; then a reply is asserted to be Unsupported, in the place of more."""
    if writes(platform.adapter):
        return False
    desk = Desk(platform)
    ref = platform.customer_writes("Hello?")
    desk.read()
    before = platform.state
    with pytest.raises(Unsupported):
        desk.send(desk.reply(desk.case(ref)), desk.case(ref))
    assert platform.state == before
    return True


def _writes_of_one(desk: Desk) -> int:
    """How many writes the platform takes for one reply or act: some take two requests."""
    reply, case, _ = a_write(desk)
    before = desk.platform.writes
    desk.send(reply, case)
    return desk.platform.writes - before


def _requests(platform: Platform) -> int:
    return len(platform.requests) if isinstance(platform, Simulator) else 0


def _began_with_a_read(platform: Platform, asked: int) -> bool:
    """Whether the trouble met a question that the adapter asks before it writes, and which it may ask again."""
    return isinstance(platform, Simulator) and not platform.is_write(platform.requests[asked])


def _read_back(desk: Desk, reply: Reply, case: Case) -> Receipt | str | None:
    """What the platform says of a reply; in words where it cannot tell."""
    try:
        return desk.find(reply, case)
    except Uncertain:
        return "uncertain"
    except Unsupported:
        return "unsupported"
