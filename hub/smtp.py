"""Handing a mail to an SMTP server, knowing at every step whether it can have been accepted (RFC 5321 §6.1).

smtplib's own `sendmail` says only that the connection was lost, not when. So the steps are taken one by one: until the
final dot has left, nothing can have been accepted (§4.1.1.4); from then on, until the answer is read, nobody knows.
"""

from __future__ import annotations

import base64
import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hub import tls
from hub.errors import AdapterError, AuthenticationFailed, Rejected, Unavailable, Uncertain

if TYPE_CHECKING:
    from pydantic import SecretStr

_Answer = tuple[int, bytes]


class MailServer(Protocol):
    """The settings of a server that takes mail, as a plugin has them under these names; `address` is who sends.

    It is signed in with `smtp_username` or else `sign_in_name`, and with `smtp_password` or else `password`.
    """

    @property
    def address(self) -> str:
        """The address that mail is sent from."""
        ...

    @property
    def smtp_host(self) -> str:
        """The name of the server."""
        ...

    @property
    def smtp_port(self) -> int:
        """Its port."""
        ...

    @property
    def smtp_security(self) -> str:
        """`tls`, `starttls` or `none`."""
        ...

    @property
    def smtp_sign_in(self) -> bool:
        """Whether it asks for a name and a password."""
        ...

    @property
    def smtp_username(self) -> str:
        """The name, if it is another one than `sign_in_name`."""
        ...

    @property
    def sign_in_name(self) -> str:
        """The name to sign in with."""
        ...

    @property
    def smtp_password(self) -> SecretStr | None:
        """The password for sending, if it is another one than `password`."""
        ...

    @property
    def password(self) -> SecretStr:
        """The password."""
        ...

    @property
    def ca_file(self) -> Path | None:
        """Certificates to trust besides the system's."""
        ...

    @property
    def timeout(self) -> int:
        """How many seconds it may take."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """A recipient the server would not take, and its words."""

    address: str
    code: int
    text: str


def _nobody_listens() -> None:
    """Nothing is noted."""


def prove(settings: MailServer) -> None:
    """Sign in and name ourselves as sender, then take it back: proves sending without sending."""
    with _session(settings) as smtp:
        _expect(smtp.mail(settings.address), "the sender", settings)
        smtp.rset()


def send(
    settings: MailServer,
    envelope_from: str,
    recipients: Sequence[str],
    data: bytes,
    about_to_send: Callable[[], None] = _nobody_listens,
) -> tuple[Refusal, ...]:
    """Send one mail and return the recipients that were refused while others were taken.

    An empty `envelope_from` is the null sender, to which nothing is ever returned (RFC 5321 §4.5.5). `about_to_send` is
    called before the final dot, without which no server takes the mail.

    Raises Unavailable (surely not accepted), Rejected (refused for good), Uncertain (the answer was lost after the end
    of the mail), AuthenticationFailed.
    """
    with _session(settings) as smtp:
        options = _options(smtp, data, settings)
        with _nothing_accepted_yet(settings):
            named = "the sender" if envelope_from else "the empty sender that an automatic mail has"
            _expect(smtp.mail(envelope_from, options), named, settings)
            refused = _name_recipients(smtp, recipients, settings)
            _expect(smtp.docmd("DATA"), "the mail", settings, good=354)
            body, end = _dotted(data)
            smtp.send(body)
        try:
            about_to_send()
        except BaseException:
            smtp.close()  # a QUIT would be written into the mail
            raise
        _finish(smtp, end, settings)
    return refused


def _finish(smtp: smtplib.SMTP, end: bytes, settings: MailServer) -> None:
    """Send the final dot and read the answer: the one moment in which an outcome can be lost."""
    try:
        smtp.send(end)
        code, text = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Uncertain(
            f"the connection to {settings.smtp_host} was lost after the whole mail had been sent, before its answer"
        ) from error
    if code // 100 not in (2, 4, 5):
        raise Uncertain(f"{settings.smtp_host} answered the whole mail with something that is no SMTP")
    if code // 100 != 2:
        _expect((code, text), "the mail", settings)


def _name_recipients(smtp: smtplib.SMTP, recipients: Sequence[str], settings: MailServer) -> tuple[Refusal, ...]:
    refused = []
    for recipient in recipients:
        code, text = smtp.rcpt(recipient)
        if code not in (250, 251):
            refused.append(Refusal(recipient, code, _words(text)))
    if len(refused) == len(recipients):
        # One passing refusal among them is reason enough to try again later (RFC 5321 §4.2.1).
        worst = min(refused, key=lambda refusal: refusal.code)
        _expect((worst.code, worst.text.encode()), worst.address, settings)
    return tuple(refused)


def _options(smtp: smtplib.SMTP, data: bytes, settings: MailServer) -> list[str]:
    """What to tell the server about the mail, as far as it understands (RFC 1870)."""
    if not smtp.has_extn("size"):
        return []
    limit = smtp.esmtp_features.get("size", "").strip()
    if limit.isdecimal() and 0 < int(limit) < len(data):
        raise Rejected(
            f"the mail has {len(data) / 1e6:.1f} MB and {settings.smtp_host} takes {int(limit) / 1e6:.1f} MB; "
            "send smaller files"
        )
    return [f"SIZE={len(data)}"]


def _dotted(data: bytes) -> tuple[bytes, bytes]:
    """The mail with its dots doubled (RFC 5321 §4.5.2), and the end that completes it."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    stuffed = [b"." + line if line.startswith(b".") else line for line in lines]
    if stuffed and not stuffed[-1]:
        stuffed.pop()
    return b"\r\n".join(stuffed) + b"\r\n", b".\r\n"


@contextlib.contextmanager
def _session(settings: MailServer) -> Iterator[smtplib.SMTP]:
    with _nothing_accepted_yet(settings):
        smtp = _connect(settings)
        try:
            tls.send_at_once(smtp.sock)
            _secure_and_sign_in(smtp, settings)
        except BaseException:
            smtp.close()
            raise
    try:
        yield smtp
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _connect(settings: MailServer) -> smtplib.SMTP:
    where, timeout = (settings.smtp_host, settings.smtp_port), float(settings.timeout)
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=timeout, context=tls.context(settings.ca_file))
    return smtplib.SMTP(*where, timeout=timeout)


def _secure_and_sign_in(smtp: smtplib.SMTP, settings: MailServer) -> None:
    smtp.ehlo()
    if settings.smtp_security == "starttls":
        # Raises when the server does not offer it: never fall back to clear text (RFC 3207 §4.1).
        smtp.starttls(context=tls.context(settings.ca_file))
        smtp.ehlo()
    if settings.smtp_sign_in:
        password = (settings.smtp_password or settings.password).get_secret_value()
        try:
            _sign_in(smtp, settings.smtp_username or settings.sign_in_name, password)
        except smtplib.SMTPAuthenticationError as error:
            raise _refused_sign_in(error.smtp_code, settings) from None


def _sign_in(smtp: smtplib.SMTP, name: str, password: str) -> None:
    """Sign in; smtplib knows only ASCII, and its error would hold the password (RFC 4616 says UTF-8)."""
    if name.isascii() and password.isascii():
        smtp.login(name, password)
        return
    plain = base64.b64encode(f"\0{name}\0{password}".encode())
    code, text = smtp.docmd("AUTH", f"PLAIN {plain.decode()}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def _refused_sign_in(code: int, settings: MailServer) -> AdapterError:
    who = settings.smtp_username or settings.sign_in_name
    if 400 <= code < 500:
        return Unavailable(f"{settings.smtp_host} cannot sign anybody in at the moment")
    return AuthenticationFailed(f"{settings.smtp_host} does not accept the name {who} with this password for sending")


@contextlib.contextmanager
def _nothing_accepted_yet(settings: MailServer) -> Iterator[None]:
    """Before the final dot every trouble means that the mail was surely not accepted."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        yield
    except smtplib.SMTPNotSupportedError as error:
        what = "STARTTLS" if settings.smtp_security == "starttls" else "signing in"
        raise Unavailable(f"{where} does not offer {what}; check smtp_port, smtp_security and smtp_sign_in") from error
    except ssl.SSLError as error:
        raise Unavailable(f"cannot send through {where}: {tls.advice(error, settings.smtp_host)}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(f"cannot send through {where}: {_short(error)}") from error


def _expect(answer: _Answer, what: str, settings: MailServer, good: int = 250) -> None:
    """Go on if the server agreed; else say whether to try again later (4xx) or never (5xx)."""
    code, text = answer
    if code == good:
        return
    said = f"{settings.smtp_host} refused {what}: {code} {_words(text)}"
    if 500 <= code < 600:
        raise Rejected(said)
    raise Unavailable(said)


def _words(text: bytes | str) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(c for c in plain if c.isprintable() or c.isspace()).split())[:300]


def _short(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        if error.smtp_code < 0:
            return "what answers there is no SMTP server; check smtp_port"
        return f"{error.smtp_code} {_words(error.smtp_error)}"
    said = error.strerror if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException) else ""
    return _words(said or str(error) or type(error).__name__)
