"""The pretended mail server on loopback, for as long as a block lasts."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from hub_email_imap.simulator.connection import HOST, Listener, Terms
from hub_email_imap.simulator.imap import ImapConversation
from hub_email_imap.simulator.mailbox import MailPlatform
from hub_email_imap.simulator.smtp import SmtpConversation


class MailServers:
    """An IMAP and an SMTP server in front of a MailPlatform, on free ports of 127.0.0.1.

    With `tls` both speak TLS from the first byte; with `starttls` as well they begin in the clear, offer STARTTLS and
    let nobody sign in before it. `require_auth` makes SMTP refuse mail from clients that have not signed in.
    """

    host = HOST

    def __init__(
        self,
        platform: MailPlatform,
        tls: ssl.SSLContext | None = None,
        *,
        starttls: bool = False,
        require_auth: bool = False,
    ) -> None:
        if starttls and tls is None:
            raise ValueError("STARTTLS needs an SSLContext with a certificate; give it as `tls`")
        self.platform = platform
        self.imap_port = 0
        self.smtp_port = 0
        self._terms = Terms(tls, starttls, require_auth)
        self._running = ExitStack()
        self._listeners: tuple[Listener, ...] = ()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, imap_port: int = 0, smtp_port: int = 0) -> None:
        """Begin to serve on these ports (0: any that is free)."""
        with ExitStack() as started:
            imap = started.enter_context(Listener(ImapConversation, self.platform, self._terms, imap_port).running())
            smtp = started.enter_context(Listener(SmtpConversation, self.platform, self._terms, smtp_port).running())
            self._listeners = (imap, smtp)
            self.imap_port, self.smtp_port = imap.port, smtp.port
            self._running = started.pop_all()

    def stop(self) -> None:
        """Hang up on everybody and stop serving."""
        self._running.close()
        self._listeners = ()

    @property
    def connections(self) -> int:
        """How many clients are at the line."""
        return sum(listener.connections for listener in self._listeners)
