"""What all tests share, those of the hub and those of the plugins: no real network, a clock, and a fixed hypothesis.

Tests marked `dovecot`, `postfix` or `chromium` are skipped where that is missing; with CASEHUB_REQUIRE_SERVERS=1 they
fail instead, so that nothing passes unseen.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from hub.core.ports import Store
from hub.store import open_store
from tests.fakes import MovableClock

pytest_plugins = ("tests.server_fixtures", "pytester")

_SERVERS = {
    "dovecot": "a real Dovecot: apt-get install dovecot-imapd dovecot-lmtpd",
    "postfix": "a real Postfix, and root: apt-get install postfix",
    "chromium": "a real Chromium: apt-get install chromium",
}


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands at Monday 2026-11-23, nine o'clock in Stockholm."""
    return MovableClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))


@pytest.fixture
def store(tmp_path: Path, clock: MovableClock) -> Iterator[Store]:
    """An empty store of the test's own, by the test's clock."""
    opened = open_store(tmp_path / "data", clock)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _no_settings_of_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no variable of the person who runs the tests decide what they find."""
    for name in [name for name in os.environ if name.startswith("CASEHUB_") and name != "CASEHUB_REQUIRE_SERVERS"]:
        monkeypatch.delenv(name)
    # Nor how wide his terminal is: those who run tests side by side set it too.
    monkeypatch.delenv("COLUMNS", raising=False)
    # No test waits ten seconds until a reply can no longer be undone; those of undoing set their own time.
    monkeypatch.setenv("CASEHUB_OUTBOX__UNDO", "0s")


def pytest_configure() -> None:
    """Make hypothesis the same everywhere."""
    settings.register_profile(
        "casehub",
        max_examples=int(os.environ.get("CASEHUB_EXAMPLES", "100")),
        deadline=None,  # a slow machine is no failure
        derandomize=True,  # what fails once fails again
        print_blob=True,  # what is found elsewhere can be found again here
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    settings.load_profile("casehub")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail, what needs a server that is not here."""
    for name, way_out in _SERVERS.items():
        if item.get_closest_marker(name) is None or _is_here(name):
            continue
        if os.environ.get("CASEHUB_REQUIRE_SERVERS") == "1":
            pytest.fail(f"needs {way_out}", pytrace=False)
        pytest.skip(f"needs {way_out}")


def _is_here(server: str) -> bool:
    # Debian keeps servers in sbin, which is not on everybody's path.
    path = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
    return shutil.which(server, path=path) is not None and (server != "postfix" or os.getuid() == 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests have counted: each line that one recorded as `told`."""
    reports = [one for some in terminalreporter.stats.values() for one in some if getattr(one, "when", "") == "call"]
    told = [text for one in reports for name, text in one.user_properties if name == "told"]
    if told:
        terminalreporter.section("counted")
    for line in told:
        terminalreporter.write_line(str(line))
