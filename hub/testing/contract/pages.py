"""Promise 8: listings of any length, also of one that changes while it is read."""

from __future__ import annotations

from datetime import timedelta

from hub.testing.contract.support import QUESTION, cases_on, let_pass
from hub.testing.desk import Desk
from hub.testing.platform import Platform

_SHIFTS = (
    "a page-numbered list shifts when something changes while it is read. "
    "Ask again from the last instant on, page 1, rather than for the next page"
)


class PagePromises:
    """What an adapter promises of pages."""

    def test_promise_08_an_empty_platform_has_no_cases(self, platform: Platform) -> None:
        """It is no error to have no customers yet."""
        desk = Desk(platform)

        assert desk.read() == 0
        assert desk.inbox.cases == ()

    def test_promise_08_one_case_is_read(self, platform: Platform) -> None:
        """The shortest page there is."""
        assert _read_of(platform, 1) == 1

    def test_promise_08_a_full_page_is_read(self, platform: Platform) -> None:
        """Behind a full page may lie another, or nothing."""
        assert _read_of(platform, platform.page_size) == platform.page_size

    def test_promise_08_one_more_than_a_page_is_read(self, platform: Platform) -> None:
        """The second page has one case."""
        assert _read_of(platform, platform.page_size + 1) == platform.page_size + 1

    def test_promise_08_many_cases_of_one_instant_are_read(self, platform: Platform) -> None:
        """A page may end between cases that no instant tells apart."""
        for number in range(platform.page_size + 1):
            platform.customer_writes(f"{QUESTION} ({number + 1})")
        desk = Desk(platform)
        desk.read()

        assert len(desk.inbox.cases) == platform.page_size + 1

    def test_promise_08_what_is_inserted_while_pages_are_read_moves_nothing_out_of_sight(
        self, platform: Platform
    ) -> None:
        """A page shifts when a case comes in before it."""
        refs = cases_on(platform, 2 * platform.page_size + 1)
        desk = Desk(platform)
        for number, _ in enumerate(desk.batches()):
            if number == 0:
                refs += cases_on(platform, 1)
        desk.read()

        assert [ref for ref in refs if not _is_there(desk, ref)] == [], f"cases were missed: {_SHIFTS}"
        assert len(desk.inbox.cases) == len(refs), "a case was read twice"

    def test_promise_08_what_is_answered_while_pages_are_read_moves_nothing_out_of_sight(
        self, platform: Platform
    ) -> None:
        """A page shifts the other way when a case leaves the listing."""
        refs = cases_on(platform, 2 * platform.page_size + 1)
        desk = Desk(platform)
        for number, _ in enumerate(desk.batches()):
            if number == 0:
                for ref in (refs[0], refs[-1]):
                    platform.seller_writes(ref, "It is on its way.")
        desk.read()
        let_pass(platform, timedelta(minutes=1))
        desk.read()

        assert [ref for ref in refs[1:-1] if not _is_there(desk, ref)] == [], f"cases were missed: {_SHIFTS}"


def _read_of(platform: Platform, count: int) -> int:
    cases_on(platform, count)
    desk = Desk(platform)
    desk.read()
    desk.read()
    return len(desk.inbox.cases)


def _is_there(desk: Desk, ref: str) -> bool:
    try:
        return bool(desk.case(ref))
    except KeyError:
        return False
