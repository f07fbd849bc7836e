"""What pytest gets from casehub: fixtures for the tests of a plugin, and a way to keep them off the real network.

Nothing here is loaded before a test asks for it, so that the tests of other projects are as quick as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hub.adapter import Tools
    from hub.testing.clock import SimulatedClock
    from hub.testing.desk import Desk
    from hub.testing.guard import NetworkGuard
    from hub.testing.platform import Platform

_ONLY_LOOPBACK = "casehub_only_loopback"
_GUARD = pytest.StashKey["NetworkGuard"]()

pytest.register_assert_rewrite("hub.testing.contract")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting that keeps all tests of a project off the real network."""
    parser.addini(_ONLY_LOOPBACK, "Let no test reach further than this computer.", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Close the way to the network, where the project's settings say so."""
    if config.getini(_ONLY_LOOPBACK):
        from hub.testing.guard import no_network  # noqa: PLC0415  see above

        closed = ExitStack()
        config.stash[_GUARD] = closed.enter_context(no_network())
        config.add_cleanup(closed.close)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test of the contract that is marked to be skipped: a promise is kept, or is seen to be broken."""
    if "hub.testing.contract" not in sys.modules:
        return
    from hub.testing.contract import AdapterContract  # noqa: PLC0415  see above
    from hub.testing.contract.replacing import hides  # noqa: PLC0415  the same

    for item in items:
        owner = getattr(item, "cls", None)
        is_promise = isinstance(owner, type) and issubclass(owner, AdapterContract)
        if is_promise and hasattr(AdapterContract, item.name.partition("[")[0]):
            problem = hides(list(item.iter_markers()))
            if problem:
                raise pytest.UsageError(f"{item.nodeid} {problem}: a promise of the contract is tried, always")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test whose code went for the real network, also where that code swallowed the refusal."""
    guard = item.config.stash.get(_GUARD, None)
    if guard is not None:
        guard.attempts.clear()
    outcome = yield
    if guard is not None and guard.attempts:
        pytest.fail(f"the test {guard.attempts[0]}", pytrace=False)
    return outcome


@pytest.fixture
def no_real_network() -> Iterator[NetworkGuard]:
    """Let one test, `@pytest.mark.usefixtures("no_real_network")`, reach no further than this computer."""
    from hub.testing.guard import no_network  # noqa: PLC0415  see above

    with no_network() as guard:
        yield guard
    assert guard.attempts == []  # noqa: S101  a fixture asserts


@pytest.fixture
def simulated_clock() -> SimulatedClock:
    """A clock that stands at a Monday noon until it is told to go on."""
    from hub.testing.clock import SimulatedClock  # noqa: PLC0415  see above

    return SimulatedClock()


@pytest.fixture
def desk(platform: Platform) -> Desk:
    """A small hub at work on the pretended platform of the fixture `platform`."""
    from hub.testing.desk import Desk  # noqa: PLC0415  see above

    return Desk(platform)


@pytest.fixture
def tools(desk: Desk) -> Tools:
    """What a connection to the platform of the fixture `platform` is lent."""
    return desk.tools
