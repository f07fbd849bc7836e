"""Real mail servers for tests and benchmarks, on loopback: Dovecot, Postfix, and an SMTP server that fails on request.

Each lives in a short folder of its own under /tmp (a Unix socket's path must stay below 108 bytes), reads nothing
of /etc's mail configuration, and takes its children with it when it goes, even when the test run is killed.
"""

from __future__ import annotations

from .certificate import make_certificate, show, trust
from .daemon import HOST, free_ports, missing_programs, wait_until
from .dovecot import Dovecot, MailUser
from .faulty_smtp import Accepted, FaultySmtp
from .postfix import Postfix

__all__ = [
    "HOST",
    "Accepted",
    "Dovecot",
    "FaultySmtp",
    "MailUser",
    "Postfix",
    "free_ports",
    "make_certificate",
    "missing_programs",
    "show",
    "trust",
    "wait_until",
]
