"""The pretended mail server as the demo uses it: a shop's mailbox to which customers have written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from types import TracebackType
from typing import Self

from hub import Clock
from hub_email_imap.simulator import demo_mails
from hub_email_imap.simulator.shop import MailSimulator

_SHOWN_HEADERS = ("From", "To", "Subject", "Auto-Submitted", "In-Reply-To", "Message-ID")


class PretendedMailServer:
    """IMAP and SMTP on loopback with the demo's mails in the mailbox; `casehub simulate` controls its `platform`."""

    channel = "mail"
    sample_reply = (
        "Goedemorgen,\n\nDat spijt ons. We sturen vandaag nog na wat er ontbreekt; vanmiddag krijgt u een mail om het "
        "pakket te volgen.\n\nMet vriendelijke groet,\nEva, de winkel"
    )

    def __init__(self, clock: Clock) -> None:
        self.platform = MailSimulator(clock)
        for mail in demo_mails(clock.now()):
            self.platform.adopt(mail.raw, mail.at)

    def __enter__(self) -> Self:
        self.platform.serve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.platform.stop()

    def settings(self) -> Mapping[str, str | int | bool]:
        """The settings that reach this server; clear text, because it never leaves this computer."""
        return self.platform.settings()

    def secrets(self) -> Mapping[str, str]:
        """The mailbox's password."""
        return self.platform.secrets()

    def received(self) -> Sequence[str]:
        """The mails that customers got, with the headers that put them into the right thread."""
        return [_readable(mail.raw) for mail in self.platform.mail.sent]


def _readable(raw: bytes) -> str:
    mail = message_from_bytes(raw, policy=policy.default)
    headers = [f"{name}: {mail[name]}" for name in _SHOWN_HEADERS if mail[name]]
    body = mail.get_body(("plain",))
    return "\n".join([*headers, "", body.get_content().strip() if body is not None else ""])
