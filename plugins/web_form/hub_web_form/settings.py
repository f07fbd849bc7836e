"""What an operator says about a contact page in hub.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from hub.core.acknowledging import is_deaf
from hub.http import is_loopback

Language = Literal["en", "sv", "nl", "de", "ja", "cs"]
LANGUAGES: tuple[Language, ...] = ("en", "sv", "nl", "de", "ja", "cs")
MailAddress = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,255}$", strip_whitespace=True)]
Origin = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+(:[0-9]{1,5})?$")]
Address = Annotated[str, StringConstraints(pattern=r"^(https?://[^\s\"'<>]+)?$", strip_whitespace=True)]


class WebFormSettings(BaseModel):
    """The settings of one shop's contact page."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    shop: str = Field(description="the shop's name, as customers know it", min_length=1, max_length=80)

    language: Language = Field("en", description="the page's language where the visitor's is none of its own")
    page_languages: tuple[Language, ...] = Field(LANGUAGES, description="the languages of the page", min_length=1)
    topics: Path | None = Field(
        None,
        description="a file of your own topics and answers, such as front.toml; it lies beside hub.toml",
    )
    public_url: Address = Field("", description="the page's address as customers reach it; mails then lead to it")
    privacy_url: Address = Field("", description="the address of your privacy notice, which every page then leads to")
    frame_ancestors: tuple[Origin, ...] = Field(
        (), description='sites that may show the page in a frame, such as "https://shop.example"'
    )
    return_instructions: dict[Language, str] = Field(
        default_factory=dict, description="how and where customers send something back, by language"
    )
    longest_text: int = Field(10_000, ge=500, le=2_000_000, description="letters a message may have")
    most_files: int = Field(5, ge=0, le=20, description="files that may come with a message")
    largest_file_mb: int = Field(10, ge=1, le=50, description="how large each of them may be")
    per_hour: int = Field(10, ge=1, le=1000, description="messages an hour from one network address")

    address: MailAddress | None = Field(None, description="the address mails to customers come from")
    reply_to: MailAddress | None = Field(None, description="where answers to them go, if to another mailbox")
    smtp_host: str = Field("", description="the server mails are handed to; without it no customer gets a mail")
    smtp_port: int = Field(465, ge=1, le=65535, description="465 for tls, usually 587 for starttls")
    smtp_security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="tls, starttls, or none (only to this computer)"
    )
    smtp_username: str = Field("", description="the sign-in name; the address if empty")
    smtp_password: SecretStr | None = Field(None, description="the password for sending, often an app password")
    smtp_sign_in: bool = Field(True, description="false for a server that takes mail without signing in")
    ca_file: Path | None = Field(None, description="certificates to trust besides the system's, as a PEM file")
    timeout: int = Field(30, ge=5, le=600, description="seconds to wait for the mail server")

    @field_validator("address", "reply_to")
    @classmethod
    def _somebody_reads(cls, address: str | None) -> str | None:
        if address is not None and is_deaf(address):
            raise ValueError("is an address that nobody reads; customers answer these mails, so name one that is read")
        return address

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if not self.smtp_host:
            return self
        if self.address is None:
            raise ValueError("smtp_host needs address: say which address the mails come from")
        if self.smtp_security == "none" and not is_loopback(self.smtp_host):
            raise ValueError('smtp_security = "none" would send the password readable for anyone; use "tls"')
        if self.smtp_sign_in and self.smtp_password is None:
            raise ValueError("smtp_password is missing; a server that asks for none is set with smtp_sign_in = false")
        return self

    @property
    def sends_mail(self) -> bool:
        """Whether customers get mails."""
        return bool(self.smtp_host)

    @property
    def languages_shown(self) -> tuple[Language, ...]:
        """The languages of the page, its own among them."""
        return tuple(dict.fromkeys((*self.page_languages, self.language)))
