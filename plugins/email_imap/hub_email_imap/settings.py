"""What an operator says about a mailbox in hub.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from hub.http import is_loopback

Security = Literal["tls", "starttls", "none"]
# A star stands for the first part only, and never for all servers under a top-level domain.
ServerName = Annotated[
    str, StringConstraints(pattern=r"^((\*\.[\w-]+\.)?[\w-]+(\.[\w-]+)*)?$", strip_whitespace=True, to_lower=True)
]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s<>]+@[^@\s<>]+$", strip_whitespace=True)]


class EmailSettings(BaseModel):
    """The settings of one mailbox."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    address: MailAddress = Field(description="the address customers write to; replies come from it")
    imap_host: str = Field(description="the server the mail is read from", min_length=1)
    smtp_host: str = Field(description="the server replies are handed to", min_length=1)
    password: SecretStr = Field(description="the mailbox's password, often an app password")

    name: str = Field("", description="the sender's name customers see on replies")
    username: str = Field("", description="the sign-in name; the address if empty")
    aliases: tuple[MailAddress, ...] = Field((), description="further addresses that reach this mailbox")
    imap_port: int = Field(993, ge=1, le=65535, description="993 for tls, usually 143 for starttls")
    imap_security: Security = Field("tls", description="tls, starttls, or none (only to this computer)")
    smtp_port: int = Field(465, ge=1, le=65535, description="465 for tls, usually 587 for starttls")
    smtp_security: Security = Field("tls", description="tls, starttls, or none (only to this computer)")
    smtp_username: str = Field("", description="the sign-in name for sending, if it is another one")
    smtp_password: SecretStr | None = Field(None, description="the password for sending, if it is another one")
    smtp_sign_in: bool = Field(True, description="false for a server that takes mail without signing in")
    ca_file: Path | None = Field(None, description="certificates to trust besides the system's, as a PEM file")
    folders: tuple[str, ...] = Field(("INBOX",), description="the folders customers' mail lies in", min_length=1)
    sent_folder: str = Field("", description="where sent mail lies; found by its \\Sent mark if empty")
    save_sent: bool = Field(True, description="put a copy into the sent folder; false where the provider does")
    watch_sent: bool = Field(True, description="count answers that were written in another mail program")
    start: str = Field("now", description='where to begin: "now", "all", or days back such as "14d"')
    largest_mail_mb: int = Field(25, ge=1, le=100, description="larger mails are shown without their content")
    reply_to_senders: tuple[str, ...] = Field(
        (), description="senders (address or @domain) such as a web shop's form whose Reply-To is the customer"
    )
    behind_a_list: bool = Field(
        False, description="true if the address is a group or mailing list, such as a Google Group"
    )
    trusted_authserv: ServerName = Field(
        "",
        description="the server whose Authentication-Results in your mail are believed, such as mx.shop.example; "
        "without it no mail of a marketplace counts as proven",
    )
    answer_platforms: tuple[str, ...] = Field(
        (), description='marketplaces (adapter keys) whose customers are answered by mail, such as "bolcom"'
    )
    reference_line: bool = Field(True, description="end replies with a signed reference that finds the case again")
    sub_address: bool = Field(False, description="let answers come to address+case-token@; the server must allow it")
    signature: str = Field("", description="text below every reply")
    timeout: int = Field(60, ge=5, le=600, description="seconds to wait for the server")

    @field_validator("start")
    @classmethod
    def _start_is_known(cls, start: str) -> str:
        days = start[:-1]
        if start in ("now", "all") or (start.endswith("d") and days.isdecimal() and int(days) > 0):
            return start
        raise ValueError('say "now", "all", or days back such as "14d"')

    @model_validator(mode="after")
    def _clear_text_stays_at_home(self) -> EmailSettings:
        for what, security, host in (
            ("imap_security", self.imap_security, self.imap_host),
            ("smtp_security", self.smtp_security, self.smtp_host),
        ):
            if security == "none" and not is_loopback(host):
                raise ValueError(f'{what} = "none" would send the password readable for anyone; use "tls"')
        return self

    @model_validator(mode="after")
    def _only_proven_mail_is_answered(self) -> EmailSettings:
        if self.answer_platforms and not self.trusted_authserv:
            raise ValueError("answer_platforms needs trusted_authserv: only mail that is proven is answered by mail")
        return self

    @property
    def sign_in_name(self) -> str:
        """The name to sign in with for reading."""
        return self.username or self.address

    @property
    def start_days(self) -> int | None:
        """How many days back to begin; None for now and all."""
        return int(self.start[:-1]) if self.start.endswith("d") else None
