"""An SMTP server that accepts mail, and fails in the way a test asks for."""

from __future__ import annotations

import ssl
from asyncio import WriteTransport
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .daemon import HOST, free_ports


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail the server took, with its envelope and with who had signed in."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    signed_in: str = ""


@dataclass(slots=True)
class _Script:
    """What goes wrong next; each but the refused recipients happens once."""

    recipients: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    drop_in_data: bool = False
    lose_answer: bool = False


class FaultySmtp:
    """A real SMTP server on loopback, with AUTH, STARTTLS or TLS from the first byte if told so.

    `sign_in` is the user and the password it insists on; `tls` the certificate it shows, after STARTTLS unless
    `tls_first`. Everything it accepted is in `accepted`, in order.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, tls_first: bool = False, sign_in: tuple[str, str] | None = None
    ) -> None:
        self.host = HOST
        [self.port] = free_ports(1)
        self.accepted: list[Accepted] = []
        self._tls, self._tls_first, self._sign_in = tls, tls_first, sign_in
        self._script = _Script()
        self._controller: _Controller | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, on the same port as before; nothing happens when it runs."""
        if self._controller is None:
            self._controller = self._new_controller()
            self._controller.start()

    def stop(self) -> None:
        """Stop it: connections are refused from now on; nothing happens when it does not run."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def refuse_recipient(self, address: str, reply: str = "550 5.1.1 no such user") -> None:
        """Answer so whenever this address is named as a recipient."""
        self._script.recipients[address] = reply

    def take_recipient(self, address: str) -> None:
        """Take this address as a recipient again."""
        self._script.recipients.pop(address, None)

    def refuse_data(self, reply: str = "451 4.3.0 come back later") -> None:
        """Answer the next DATA command so: not one byte of the mail has been sent."""
        self._script.data.append(reply)

    def refuse_content(self, reply: str = "451 4.3.0 come back later") -> None:
        """Answer so after the final dot of the next mail, which is not accepted."""
        self._script.content.append(reply)

    def drop_in_data(self) -> None:
        """Close the connection in the middle of the next mail, which is not accepted."""
        self._script.drop_in_data = True

    def lose_answer(self) -> None:
        """Accept the next mail, but close the connection before saying so."""
        self._script.lose_answer = True

    def forget_faults(self) -> None:
        """Do nothing wrong any more."""
        self._script = _Script()

    async def handle_MAIL(  # noqa: N802  aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Let only who has signed in send, when a sign-in is asked for."""
        if self._sign_in and not session.authenticated:
            return "530 5.7.0 authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse the recipients the script names."""
        if refusal := self._script.recipients.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, unless the script refuses it, and answer, unless the script drops the answer."""
        if self._script.content:
            return self._script.content.pop(0)
        self.accepted.append(_accepted(session, envelope))
        if self._script.lose_answer:
            self._script.lose_answer = False
            _hang_up(server)
        return "250 2.0.0 accepted"

    def _new_controller(self) -> _Controller:
        # A controller cannot be started again: its event loop is closed when it stops.
        return _Controller(
            self,
            hostname=self.host,
            port=self.port,
            ssl_context=self._tls if self._tls_first else None,
            tls_context=None if self._tls_first else self._tls,
            auth_require_tls=self._tls is not None and not self._tls_first,
            authenticator=self._authenticate if self._sign_in else None,
            # The default asks the resolver for the machine's own name.
            server_hostname="mx.example.se",
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: LoginPassword
    ) -> AuthResult:
        given = (auth_data.login.decode(), auth_data.password.decode())
        if given == self._sign_in:
            return AuthResult(success=True, auth_data=auth_data)
        # handled=False: only then does aiosmtpd answer itself; the client would wait for ever.
        return AuthResult(success=False, handled=False)


def _accepted(session: Session, envelope: Envelope) -> Accepted:
    login: LoginPassword | None = session.auth_data  # aiosmtpd declares it as always None
    user = login.login.decode() if login else ""
    sender, content = envelope.mail_from or "", envelope.original_content or b""
    return Accepted(sender, tuple(envelope.rcpt_tos), content, user)


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, WriteTransport)
    server.transport.abort()


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Session(self.handler, **self.SMTP_kwargs)


class _Session(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  the command's name
        script = self.event_handler._script
        if script.data:
            await self.push(script.data.pop(0))
        elif script.drop_in_data:
            script.drop_in_data = False
            await self.push("354 go on")
            _hang_up(self)
        else:
            await super().smtp_DATA(arg)
