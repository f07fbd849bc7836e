"""A mail whose delivery over real servers is killed anywhere leaves once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.crashing.real_mail import RealMailbox
from tests.crashing.scenarios import Scenario, mails, reply
from tests.crashing.trials import SEED, TRIALS, Crashing
from tests.crashing.world import SOCKETS
from tests.servers import Dovecot, FaultySmtp, Postfix

pytestmark = pytest.mark.skipif(not SOCKETS.exists(), reason=f"{SOCKETS} tells when a server is done with the dead")

Told = Callable[[str, object], None]
REAL = max(2, TRIALS // 50)
"""How many deaths are tried at each pair of real servers."""


@pytest.fixture(scope="module")
def crashing() -> Iterator[Crashing]:
    with Crashing() as opened:
        yield opened


@pytest.mark.dovecot
def test_a_mail_to_an_smtp_server_beside_a_real_dovecot_leaves_once(
    crashing: Crashing, dovecot: Dovecot, faulty_smtp: FaultySmtp, record_property: Told
) -> None:
    scenario = Scenario("Dovecot, SMTP", partial(RealMailbox, dovecot=dovecot, smtp=faulty_smtp), reply, mails)
    tally = crashing.run([scenario], REAL)
    record_property("told", f"killed (seed {SEED}) {tally.line('Dovecot, SMTP')}")

    assert tally.wrong == []


@pytest.mark.dovecot
@pytest.mark.postfix
def test_a_mail_through_a_real_postfix_leaves_once(
    crashing: Crashing, dovecot: Dovecot, postfix: Postfix, record_property: Told
) -> None:
    scenario = Scenario("Dovecot, Postfix", partial(RealMailbox, dovecot=dovecot, smtp=postfix), reply, mails)
    tally = crashing.run([scenario], REAL)
    record_property("told", f"killed (seed {SEED}) {tally.line('Dovecot, Postfix')}")

    assert tally.wrong == []
