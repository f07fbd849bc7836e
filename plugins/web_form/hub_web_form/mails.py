"""The mails that customers get: the copy of what stands on the page, and the code that opens it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from pydantic import SecretStr

from hub import Attachment
from hub.core.plain_text import one_line
from hub_web_form.settings import WebFormSettings
from hub_web_form.texts import say

_POLICY = SMTP.clone(cte_type="7bit")
_LONGEST_SUBJECT = 150
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The mail server of a channel, as `hub.smtp` wants it."""

    address: str
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_sign_in: bool
    smtp_username: str
    smtp_password: SecretStr | None
    ca_file: Path | None
    timeout: int

    @property
    def sign_in_name(self) -> str:
        """The address."""
        return self.address

    @property
    def password(self) -> SecretStr:
        """The only one there is."""
        return self.smtp_password or SecretStr("")


def outgoing(settings: WebFormSettings) -> Outgoing:
    """The channel's mail server; asked only where it sends mail."""
    return Outgoing(
        settings.address or "",
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_sign_in,
        settings.smtp_username,
        settings.smtp_password,
        settings.ca_file,
        settings.timeout,
    )


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says, and to whom."""

    to: str
    subject: str
    text: str
    at: datetime
    id: str
    thread: str = ""
    automatic: bool = False
    files: tuple[tuple[Attachment, bytes], ...] = ()


def reply_letter(
    settings: WebFormSettings,
    language: str,
    number: str,
    about: str,
    text: str,
) -> tuple[str, str]:
    """The subject and the text of the mail with a reply: the reply itself, and below it where it stands as well."""
    footer = say("mail_footer", language, number=number, shop=settings.shop)
    if settings.public_url:
        footer += " " + say("mail_footer_page", language, url=f"{settings.public_url.rstrip('/')}/case")
    subject = f"[{number}] {one_line(about)}"[:_LONGEST_SUBJECT].rstrip()
    return subject, f"{text.rstrip()}\n\n{footer}\n"


def code_letter(settings: WebFormSettings, language: str, code: str) -> tuple[str, str]:
    """The subject and the text of the mail with a code."""
    return say("code_subject", language, shop=settings.shop), say("code_text", language, code=code, shop=settings.shop)


def composed(letter: Letter, settings: WebFormSettings) -> bytes:
    """The mail as bytes; nothing that a stranger wrote can end a header and begin another."""
    mail = EmailMessage(policy=_POLICY)
    sender = settings.address or ""
    host = sender.rpartition("@")[2]
    mail["From"] = Address(one_line(settings.shop)[:_LONGEST_NAME], addr_spec=sender)
    mail["To"] = Address("", addr_spec=letter.to)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.id}@{host}>"
    if settings.reply_to:
        mail["Reply-To"] = Address("", addr_spec=settings.reply_to)
    if letter.thread:
        mail["References"] = f"<{letter.thread}@{host}>"
    if letter.automatic:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    for file, content in letter.files:
        main, _, sub = file.media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=one_line(file.name))
    return mail.as_bytes()
