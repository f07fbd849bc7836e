"""Telling people by e-mail of steps that are due."""

from __future__ import annotations

import textwrap
from email.charset import QP, Charset
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from hub import Notification, Notifier, NotifierTools
from hub.http import is_loopback
from hub_email_imap.recipients import ascii_domain, encoded, for_header, is_plain
from hub_email_imap.settings import EmailSettings, MailAddress, Security
from hub_email_imap.text import one_line, several_lines

_LONGEST_SUBJECT = 200
_LINE, _LONGEST_LINE = 66, 998
_QUOTED = Charset("utf-8")
_QUOTED.body_encoding = QP  # people look into raw mails, and filters distrust a text in base64


class MailNotifierSettings(BaseModel):
    """Whom to write to, and the server that takes the mail; these keys are those of a mailbox."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    to: tuple[MailAddress, ...] = Field(
        description="who is told; never an address that a channel reads, or every notification becomes a case",
        min_length=1,
        max_length=50,
    )
    address: MailAddress = Field(description="the address the mail comes from")
    smtp_host: str = Field(description="the server the mail is handed to", min_length=1)
    name: str = Field("casehub", description="the sender's name")
    smtp_port: int = Field(465, ge=1, le=65535, description="465 for tls, usually 587 for starttls")
    smtp_security: Security = Field("tls", description="tls, starttls, or none (only to this computer)")
    smtp_username: str = Field("", description="the sign-in name; the address if empty")
    smtp_password: SecretStr | None = Field(None, description="the password for sending, often an app password")
    smtp_sign_in: bool = Field(True, description="false for a server that takes mail without signing in")
    ca_file: Path | None = Field(None, description="certificates to trust besides the system's, as a PEM file")
    timeout: int = Field(60, ge=5, le=600, description="seconds to wait for the server")

    @field_validator("to")
    @classmethod
    def _to_can_be_written_to(cls, to: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_in_ascii, to))

    @field_validator("address")
    @classmethod
    def _address_can_be_written_from(cls, address: str) -> str:
        return _in_ascii(address)

    @model_validator(mode="after")
    def _clear_text_stays_at_home(self) -> Self:
        if self.smtp_security == "none" and not is_loopback(self.smtp_host):
            raise ValueError('smtp_security = "none" would send the password readable for anyone; use "tls"')
        if self.smtp_sign_in and self.smtp_password is None:
            raise ValueError("smtp_password is missing; a server that asks for none is set with smtp_sign_in = false")
        return self

    def as_mailbox(self) -> EmailSettings:
        """The settings of a mailbox that sends in the same way; nothing is ever read from it."""
        shared = self.model_dump(exclude={"to", "smtp_password"})
        return EmailSettings(imap_host=self.smtp_host, password=self.smtp_password or SecretStr(""), **shared)


class MailNotifier(Notifier):
    """Writes notifications as mails in plain text."""

    key = "email"
    title = "E-mail (SMTP)"
    leaves_the_house: ClassVar[bool] = True
    Settings = MailNotifierSettings

    def notify(self, settings: MailNotifierSettings, notification: Notification, tools: NotifierTools) -> None:
        """Send one mail to everybody; its Message-ID is made of the notification's id, the same at every try."""
        from hub import smtp  # noqa: PLC0415  most runs tell nobody

        mail = compose_notification(notification, settings)
        refused = smtp.send(settings.as_mailbox(), settings.address, settings.to, mail)
        for recipient in refused:
            tools.log.warning(
                "a recipient of notifications was refused", address=recipient.address, code=recipient.code
            )


def compose_notification(notification: Notification, settings: MailNotifierSettings) -> bytes:
    """The mail, which no machine answers; nothing in the title can end the subject and begin another header.

    The older of Python's two policies writes it, because the newer one breaks long Message-IDs
    (https://github.com/python/cpython/issues/79986).
    """
    mail = Message()
    mail.set_payload(several_lines(notification.text).rstrip() + "\n", _QUOTED)
    mail["From"] = _folded(for_header(settings.name, settings.address))
    mail["To"] = _folded(", ".join(settings.to))
    mail["Subject"] = _folded(encoded(one_line(notification.title)[:_LONGEST_SUBJECT]))
    mail["Date"] = format_datetime(notification.at)
    mail["Message-ID"] = f"<{notification.id}.notification@{settings.address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"  # Exchange looks at nothing else
    # Left to itself it would put a long Message-ID on a second line, below an empty one.
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n", max_line_length=_LONGEST_LINE))


def _folded(value: str) -> str:
    return "\n ".join(textwrap.wrap(value, _LINE, break_long_words=False, break_on_hyphens=False))


def _in_ascii(address: str) -> str:
    """The address as any server takes it, its domain in ASCII."""
    local, _, domain = address.rpartition("@")
    host = ascii_domain(domain)
    if not is_plain(address) or not local.isascii() or not host:
        raise ValueError("should be a plain address, with no letters beyond ASCII before the @: team@shop.example")
    return f"{local}@{host}"
