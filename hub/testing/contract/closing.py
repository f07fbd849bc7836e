"""Promise 15: nothing is left behind, and nothing leaves this computer."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hub.errors import AdapterError
from hub.testing.contract.support import a_write, becomes_true, cases_on, goes_wrong, writes
from hub.testing.desk import Desk
from hub.testing.guard import no_network
from hub.testing.platform import Fault, Platform


class ClosingPromises:
    """What an adapter promises of connections, threads and the network."""

    def test_promise_15_connections_are_closed_and_no_thread_survives(self, platform: Platform) -> None:
        """After a check, a reading and a delivery."""
        with _nothing_left(platform):
            _do_everything(platform)

    def test_promise_15_connections_are_closed_also_after_an_error(self, platform: Platform) -> None:
        """Those are the runs that are repeated most often."""
        cases_on(platform, platform.page_size + 1)
        for fault in (Fault.GARBLED, Fault.WRONG_CREDENTIALS):
            goes_wrong(platform, fault, None)
            with _nothing_left(platform), suppress(AdapterError):
                Desk(platform).read()
            platform.mend()

    def test_promise_15_connections_are_closed_when_a_reading_is_broken_off(self, platform: Platform) -> None:
        """As when somebody presses Ctrl-C between two batches."""
        cases_on(platform, platform.page_size + 1)
        with _nothing_left(platform):
            Desk(platform).read(most=1)

    def test_promise_15_no_real_network_is_touched(self, platform: Platform) -> None:
        """Everything that an adapter needs of the world it is lent by its tools."""
        with no_network() as guard:
            _do_everything(platform)

        assert guard.attempts == []


def _do_everything(platform: Platform) -> None:
    desk = Desk(platform)
    desk.check()
    cases_on(platform, 2)
    desk.read()
    if writes(platform.adapter):
        reply, case, _ = a_write(desk)
        desk.send(reply, case)
        with suppress(AdapterError):
            desk.find(reply, case)


@contextmanager
def _nothing_left(platform: Platform) -> Iterator[None]:
    threads, children = set(threading.enumerate()), set(multiprocessing.active_children())
    open_before = platform.connections
    yield
    assert becomes_true(lambda: platform.connections <= open_before), "a connection to the platform stays open"
    assert becomes_true(lambda: not _started_since(threads)), f"a thread goes on: {_started_since(threads)}"
    assert set(multiprocessing.active_children()) <= children, "a process goes on"


def _started_since(before: set[threading.Thread]) -> list[threading.Thread]:
    # The platform's own threads serve one connection each, and end a little after it.
    return [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
