"""Promises 13 and 14: answers that cannot be right, and reading that leaves no trace."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from datetime import timedelta

import pytest

from hub.core.model import CaseState
from hub.errors import Misunderstood, Unavailable
from hub.testing.contract.support import QUESTION, cases_on, goes_wrong, let_pass
from hub.testing.desk import Desk
from hub.testing.platform import Fault, Platform


class SilencePromises:
    """What an adapter promises when a platform says nothing, or nothing that makes sense."""

    def test_promise_13_a_channel_that_is_suddenly_empty_closes_no_case(self, platform: Platform) -> None:
        """And what is written meanwhile is read once the platform lists again."""
        cases_on(platform, 3)
        desk = Desk(platform)
        desk.read()
        before = _standing(desk)
        if goes_wrong(platform, Fault.EMPTY, None):
            for _ in range(2):
                let_pass(platform, timedelta(minutes=10))
                with suppress(Misunderstood, Unavailable):
                    desk.read()
            new = platform.customer_writes(f"{QUESTION} Written meanwhile.")
            with suppress(Misunderstood, Unavailable):
                desk.read()
            assert _standing(desk)[: len(before)] == before, "a case was changed because nothing was listed"
            platform.mend()
            desk.read()
            assert desk.case(new).state is CaseState.OPEN

    def test_promise_13_a_shape_that_nobody_knows_stops_the_channel(self, platform: Platform) -> None:
        """As Misunderstood, with nothing changed, at the first reading and at any later one."""
        cases_on(platform, 3)
        desk = Desk(platform)
        for _ in range(2):
            before, checkpoint = _standing(desk), desk.inbox.checkpoint
            goes_wrong(platform, Fault.GARBLED, None)
            with pytest.raises(Misunderstood):
                desk.read()
            assert (_standing(desk), desk.inbox.checkpoint) == (before, checkpoint)
            platform.mend()
            desk.read()

    def test_promise_13_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(self, platform: Platform) -> None:
        """Half a list is no list."""
        refs = cases_on(platform, 3)
        desk = Desk(platform)
        if goes_wrong(platform, Fault.TRUNCATED, None):
            with pytest.raises((Misunderstood, Unavailable)):
                desk.read()
            platform.mend()
        desk.read()

        assert len(desk.inbox.cases) == len(refs)

    def test_promise_13_a_state_that_nobody_knows_closes_no_case(self, platform: Platform) -> None:
        """It is shown as it is (`state_raw`), or stops the channel; the case waits on."""
        ref = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        if platform.strange_state(ref):
            with suppress(Misunderstood):
                desk.read()
        assert desk.case(ref).is_open, "an unknown word is no end: close a case only for the words that mean it"

    def test_promise_14_a_fetch_that_is_not_resumed_has_changed_nothing(self, platform: Platform) -> None:
        """To be resumed is to know that the batch before is stored; until then everything could be lost."""
        cases_on(platform, platform.page_size + 1)
        desk, before = Desk(platform), platform.state
        with desk.connect() as connection:
            fetched = connection.fetch(None, ())
            first = next(iter(fetched))
            untouched = platform.state == before
            if isinstance(fetched, Generator):
                fetched.close()

        # A platform that forgets what was read has its work list stored first: a batch of a checkpoint alone.
        assert first.items or first.checkpoint
        assert untouched, "the platform was changed before the hub had stored what was read"
        assert platform.state == before, "the platform was changed although the hub never stored what was read"


def _standing(desk: Desk) -> list[tuple[str, CaseState, int, tuple[object, ...]]]:
    return [(case.ref, case.state, len(case.messages), case.outcomes) for case in desk.inbox.cases]
