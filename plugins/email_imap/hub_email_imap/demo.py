"""The pretended mail server as the demo uses it: a shop's mailbox to which customers have written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from types import TracebackType
from typing import Self

from hub import Clock
from hub_email_imap.simulator import MailPlatform, MailServers, demo_mails

_ADDRESS = "kundtjanst@shop.example"
_PASSWORD = "pretended-password"  # noqa: S105  it opens nothing but the pretended server
_SHOWN_HEADERS = ("From", "To", "Subject", "Auto-Submitted", "In-Reply-To", "Message-ID")


class PretendedMailServer:
    """IMAP and SMTP on loopback, with the demo's mails in the mailbox."""

    channel = "mail"
    sample_reply = (
        "Hej!\n\nTack för att du hör av dig. Vi har letat upp ditt paket: det ligger hos utlämningsstället och du får "
        "ett sms i eftermiddag. Har det inte kommit i morgon så skickar vi ett nytt samma dag."
        "\n\nVänliga hälsningar\nEva, Butiken"
    )

    def __init__(self, clock: Clock) -> None:
        self._platform = MailPlatform(clock.now)
        self._platform.add_user(_ADDRESS, _PASSWORD)
        for mail in demo_mails(clock.now()):
            self._platform.put(_ADDRESS, mail.raw, at=mail.at)
        self._servers = MailServers(self._platform, require_auth=True)

    def __enter__(self) -> Self:
        self._servers.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._servers.__exit__(kind, error, trace)

    def settings(self) -> Mapping[str, str | int | bool]:
        """The settings that reach this server; clear text, because it never leaves this computer."""
        return {
            "address": _ADDRESS,
            "name": "Butiken",
            "imap_host": self._servers.host,
            "imap_port": self._servers.imap_port,
            "imap_security": "none",
            "smtp_host": self._servers.host,
            "smtp_port": self._servers.smtp_port,
            "smtp_security": "none",
            "start": "all",
        }

    def secrets(self) -> Mapping[str, str]:
        """The mailbox's password."""
        return {"password": _PASSWORD}

    def received(self) -> Sequence[str]:
        """The mails that customers got, with the headers that put them into the right thread."""
        return [_readable(mail.raw) for mail in self._platform.sent]


def _readable(raw: bytes) -> str:
    mail = message_from_bytes(raw, policy=policy.default)
    headers = [f"{name}: {mail[name]}" for name in _SHOWN_HEADERS if mail[name]]
    body = mail.get_body(("plain",))
    return "\n".join([*headers, "", body.get_content().strip() if body is not None else ""])
