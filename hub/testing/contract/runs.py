"""Promises 6 and 7: one reading after another, and readings that break off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.adapter import Capability
from hub.core.model import Case, Direction
from hub.core.outbox import Reply
from hub.errors import Rejected, Unsupported
from hub.testing.contract.support import (
    FOLLOW_UP,
    QUESTION,
    WITH_A_TEXT,
    a_write,
    an_act,
    cases_on,
    let_pass,
    offered,
    plain,
    texts,
)
from hub.testing.desk import ANSWER, Desk
from hub.testing.inbox import Inbox
from hub.testing.platform import Platform

_OLD = timedelta(days=45)


class RunPromises:
    """What an adapter promises of one reading after another."""

    def test_promise_06_a_second_reading_brings_nothing_twice(self, platform: Platform) -> None:
        """Nothing was written, so nothing has happened."""
        cases_on(platform, 3)
        desk = Desk(platform)
        first = desk.read()
        let_pass(platform, timedelta(minutes=5))
        second = desk.read()

        assert first >= 3, "the first reading brought less than was there"
        assert second == 0, f"the second reading brought {desk.inbox.events[first:]}"

    def test_promise_06_a_second_reading_brings_what_is_new(self, platform: Platform) -> None:
        """A new case, and nothing else."""
        cases_on(platform, 3)
        desk = Desk(platform)
        desk.read()
        [new] = cases_on(platform, 1)
        desk.read()

        assert desk.case(new).ref
        assert len(desk.inbox.cases) == 4

    def test_promise_06_what_is_written_in_the_instant_of_the_reading_is_not_missed(self, platform: Platform) -> None:
        """The clock of a platform is coarse, and a reading takes no time in it."""
        platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        ref = platform.customer_writes(f"{QUESTION} So do I.")
        desk.read()

        assert len(desk.inbox.cases) == 2
        assert desk.case(ref).messages

    def test_promise_06_a_follow_up_to_an_old_case_is_not_missed(self, platform: Platform) -> None:
        """An old case hides behind date filters and on late pages."""
        old = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        for _ in range(3):
            let_pass(platform, _OLD / 3)
            cases_on(platform, 1)
            desk.read()
        if not platform.follow_ups:
            with pytest.raises(Unsupported):
                platform.customer_writes(FOLLOW_UP, old)
            return
        platform.customer_writes(FOLLOW_UP, old)
        desk.read()

        assert plain(FOLLOW_UP) in texts(desk.inbox.messages), "a customer wrote again, and nobody was told"
        assert len([text for text in texts(desk.inbox.messages) if text == plain(FOLLOW_UP)]) == 1

    def test_promise_06_what_the_seller_does_on_the_platform_is_not_missed(self, platform: Platform) -> None:
        """Somebody may answer there, past the hub, also in an old case."""
        old = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        let_pass(platform, timedelta(hours=20))
        platform.seller_writes(old, "It is on its way.")

        assert desk.read() > 0

    def test_promise_06_a_reply_that_was_delivered_stands_in_its_case_once(self, platform: Platform) -> None:
        """The hub keeps it under the receipt's `ref`, by which it knows the message that `fetch` tells."""
        for desk, reply, case, ref in _with_a_text(platform):
            with suppress(Rejected):
                desk.deliver(reply, case)
                let_pass(platform, timedelta(minutes=1))
                desk.read()
                ours = [said for said in desk.case(ref).messages if said.direction is not Direction.INBOUND]
                stands = sum(plain(reply.text) in text for text in texts(ours))
                assert stands == 1, (
                    f"{desk.adapter.title} has the reply once, and the case has it {stands} times: `Receipt.ref` is "
                    "the ref under which `fetch` tells that message; else yield an OwnEcho with the reply's key"
                )

    def test_promise_07_a_crash_after_any_batch_loses_nothing(self, platform: Platform) -> None:
        """What is stored is stored, with the checkpoint; the rest comes with the next run."""
        refs = cases_on(platform, 2 * platform.page_size + 2)
        whole = Desk(platform)
        steps = sum(1 for _ in whole.batches())
        for stored in range(steps + 1):
            desk = Desk(platform)
            if stored:
                desk.read(most=stored)
            desk.read()
            assert _contents(desk.inbox) == _contents(whole.inbox), f"a crash after batch {stored} of {steps}"

        assert len(whole.inbox.cases) == len(refs)

    def test_promise_07_reading_again_from_an_older_checkpoint_is_harmless(self, platform: Platform) -> None:
        """A database that was put back from a backup asks for what it has had."""
        cases_on(platform, platform.page_size + 2)
        desk = Desk(platform)
        checkpoints = [desk.inbox.checkpoint for _ in desk.batches()]
        before = _contents(desk.inbox)
        for checkpoint in checkpoints:
            desk.inbox.checkpoint = checkpoint
            assert desk.read() == 0, "what was known already has happened again"

        assert _contents(desk.inbox) == before

    def test_promise_07_what_is_written_after_a_crash_comes_with_the_next_run(self, platform: Platform) -> None:
        """A reading that broke off must not remember that it has read everything."""
        cases_on(platform, platform.page_size + 1)
        desk = Desk(platform)
        desk.read(most=1)
        let_pass(platform, timedelta(minutes=5))
        [new] = cases_on(platform, 1)
        desk.read()

        assert len(desk.inbox.cases) == platform.page_size + 2
        assert desk.case(new).messages


def _contents(inbox: Inbox) -> dict[str, list[str]]:
    return {case.ref: texts(case.messages) for case in inbox.cases}


def _with_a_text(platform: Platform) -> Iterator[tuple[Desk, Reply, Case, str]]:
    """A reply, and each act that takes a text for the customer, on a new case each."""
    declared = platform.adapter.capabilities
    if Capability.REPLY in declared:
        desk = Desk(platform)
        yield desk, *a_write(desk)
    for kind in [kind for kind in WITH_A_TEXT if Capability(kind) in declared]:
        desk = Desk(platform)
        if not offered(desk, kind)[1]:
            continue  # promise 16 asks for it
        reply, case, ref = an_act(desk, kind)
        spoken = replace(reply, text=ANSWER)
        if not desk.problems_with(spoken, case):
            yield desk, spoken, case, ref
