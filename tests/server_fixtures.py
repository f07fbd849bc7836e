"""The real servers the e-mail plugin is tested against; see tests/servers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import servers

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def dovecot() -> Iterator[servers.Dovecot]:
    """A real Dovecot for the whole run; every test takes a `mail_user` of its own."""
    _require("Dovecot", servers.Dovecot.programs, "apt-get install dovecot-imapd dovecot-lmtpd openssl")
    with servers.Dovecot() as running:
        yield running


@pytest.fixture(scope="session")
def postfix(dovecot: servers.Dovecot) -> Iterator[servers.Postfix]:
    """A real Postfix for the whole run that delivers to `dovecot`."""
    _require("Postfix", servers.Postfix.programs, "apt-get install postfix")
    if os.getuid() != 0:
        _lacking("a real Postfix can only be run by root")
    with servers.Postfix(dovecot) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium for one file of tests: what drives it holds this thread's event loop while it is open."""
    from tests.browser import PROGRAM, running_chromium  # noqa: PLC0415  most runs open none

    if not Path(PROGRAM).exists():
        _lacking("a browser needs Chromium: apt-get install chromium")
    with running_chromium() as running:
        yield running


@pytest.fixture
def mail_user(dovecot: servers.Dovecot) -> servers.MailUser:
    """Somebody new with an empty mailbox on a Dovecot that runs, whatever an earlier test did to it."""
    dovecot.start()
    return dovecot.add_user()


@pytest.fixture(scope="session")
def tls_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, its key beside it."""
    _require("openssl", ["openssl"], "apt-get install openssl")
    return servers.make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def faulty_smtp() -> Iterator[servers.FaultySmtp]:
    """An SMTP server in clear text without a sign-in, that fails as a test asks."""
    with servers.FaultySmtp() as running:
        yield running


@pytest.fixture
def secure_smtp(tls_certificate: Path) -> Iterator[servers.FaultySmtp]:
    """The same with STARTTLS and a sign-in: `support` with the password `secret`."""
    with servers.FaultySmtp(tls=servers.show(tls_certificate), sign_in=("support", "secret")) as running:
        yield running


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool], str], None]:
    """Looks again until something is so; a test that waits for a server's work names what it waits for."""
    return servers.wait_until


def _require(what: str, programs: Sequence[str], way_out: str) -> None:
    if missing := servers.missing_programs(programs):
        _lacking(f"{what} needs {', '.join(missing)}: {way_out}")


def _lacking(reason: str) -> None:
    if os.environ.get("CASEHUB_REQUIRE_SERVERS") == "1":
        pytest.fail(f"CASEHUB_REQUIRE_SERVERS=1, but {reason}", pytrace=False)
    pytest.skip(reason)
