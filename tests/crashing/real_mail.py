"""Real mail servers as a platform of trials: each trial has a mailbox of its own on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from itertools import count
from typing import Any, ClassVar

from hub import ActKind, Adapter
from hub.testing import Fault
from hub_email_imap.adapter import EmailAdapter
from tests.fakes import MovableClock
from tests.servers import Dovecot, FaultySmtp, Postfix, wait_until
from tests.shop import mail

_QUEUES = ("maildrop", "incoming", "active", "deferred")
_number = count(1)


class RealMailbox:
    """A mailbox on a real Dovecot, from which mail leaves through a real SMTP server, to customers who have one too."""

    adapter: ClassVar[type[Adapter]] = EmailAdapter
    channel: ClassVar[str] = "mail"
    connections: ClassVar[int] = 0  # the operating system knows it, the server does not tell

    def __init__(self, clock: MovableClock, dovecot: Dovecot, smtp: Postfix | FaultySmtp) -> None:
        clock.instant = datetime.now(UTC)  # the real servers have no other clock
        self._dovecot, self._smtp = dovecot, smtp
        self._user, self._customer = dovecot.add_user(), dovecot.add_user()
        self._before = len(smtp.accepted) if isinstance(smtp, FaultySmtp) else 0

    def settings(self) -> Mapping[str, Any]:
        """Over TLS where the server has it."""
        signed = isinstance(self._smtp, Postfix)
        return {
            "address": self._user.address,
            "username": self._user.name,
            "imap_host": self._dovecot.host,
            "imap_port": self._dovecot.imaps_port,
            "ca_file": self._dovecot.certificate,
            "smtp_host": self._smtp.host,
            "smtp_port": self._smtp.port,
            "smtp_security": "starttls" if signed else "none",
            "smtp_sign_in": signed,
            "start": "all",
        }

    def secrets(self) -> Mapping[str, str]:
        """The mailbox's password."""
        return {"password": self._user.password}

    def serve(self, port: int = 0) -> str:
        """Nothing: the servers run."""
        del port
        return ""

    def stop(self) -> None:
        """Nothing: the next trial uses them too."""

    def case_for(self, kind: ActKind) -> str:
        """A customer's mail."""
        del kind
        identity = f"<{next(_number)}@kund.example>"
        sender = f"Åsa Öberg <{self._customer.address}>"
        self._dovecot.deliver_raw(self._user.name, mail(sender=sender, to=self._user.address, message_id=identity))
        return identity

    def received(self, case: str = "") -> Sequence[str]:
        """The texts of the mails that the customer got, or that the server has taken for him."""
        del case
        return [_text(raw) for raw in self._taken()]

    def inject(self, fault: Fault, times: int | None = 1, after: timedelta | None = None) -> None:
        """What an SMTP server can do wrong, where it does wrong what a test says."""
        del times, after
        smtp = self._smtp
        if not isinstance(smtp, FaultySmtp):
            raise ValueError(f"{fault} cannot be asked of a server that works")  # noqa: TRY004  as a platform says it
        ways = {Fault.LOST_ANSWER: smtp.lose_answer, Fault.LOST_REQUEST: smtp.drop_in_data}
        ways.get(fault, smtp.refuse_content)()

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        if isinstance(self._smtp, FaultySmtp):
            self._smtp.forget_faults()

    def _taken(self) -> Sequence[bytes]:
        if isinstance(self._smtp, FaultySmtp):
            return [one.content for one in self._smtp.accepted[self._before :]]
        spool = self._smtp.folder / "spool"
        wait_until(lambda: not any(path.is_file() for one in _QUEUES for path in (spool / one).rglob("*")), "delivery")
        return self._dovecot.mails(self._customer.name)


def _text(raw: bytes) -> str:
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""
