"""A shop with a mailbox: the hub's runs over the e-mail plugin, without a command line."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import structlog

from hub import Case, Connection, Mail, MailReading, Reply, Tools
from hub.core.acts import queue_reply
from hub.core.outbox import ReplyState
from hub.core.ports import CaseFilter, Store
from hub.runs.channel import Source
from hub.runs.delivery import DeliveryPorts, DeliveryResult, deliver
from hub.runs.sync import ChannelResult, SyncPorts, sync
from hub_email_imap.adapter import EmailAdapter
from hub_email_imap.settings import EmailSettings
from hub_email_imap.simulator import MailServers
from tests.fakes import MovableClock, a_day_later

ADDRESS = "support@shop.example"
PASSWORD = "a secret password"
CUSTOMER = "Åsa Öberg <asa@kund.example>"


def mail(
    subject: str = "Var är min order?",
    text: str = "Hej, paketet har inte kommit. 🙂",
    sender: str = CUSTOMER,
    message_id: str | None = None,
    to: str = ADDRESS,
    **headers: str,
) -> bytes:
    """A customer's mail as bytes; header names are written with underscores."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Mon, 02 Mar 2026 12:00:00 +0000"
    identity = hashlib.sha256(f"{subject}{text}{sender}".encode()).hexdigest()[:12]
    message["Message-ID"] = message_id or f"<{identity}@kund.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def options_of(servers: MailServers) -> dict[str, Any]:
    """The settings that reach the shop's mailbox on the pretended servers, from the oldest mail on."""
    return {
        "address": ADDRESS,
        "password": PASSWORD,
        "imap_host": servers.host,
        "imap_port": servers.imap_port,
        "imap_security": "none",
        "smtp_host": servers.host,
        "smtp_port": servers.smtp_port,
        "smtp_security": "none",
        "start": "all",
    }


def nobody_reads(mail: Mail) -> MailReading | None:
    """No plugin knows this mail."""
    del mail
    return None


def tools_of(
    store: Store, clock: MovableClock, read_mail: Callable[[Mail], MailReading | None] = nobody_reads
) -> Tools:
    """What a hub with this store, and with plugins that read mails so, would lend a connection."""
    return Tools(
        channel="support",
        clock=clock,
        log=structlog.get_logger(),
        keep=store.keep,
        content=store.content,
        sign=lambda text: hmac.new(b"the shop's key", text.encode(), "sha256").hexdigest(),
        read_mail=read_mail,
    )


@dataclass
class Shop:
    """One channel of e-mail over a store; `options` are the settings of its mailbox."""

    store: Store
    clock: MovableClock
    options: dict[str, Any]
    read_mail: Callable[[Mail], MailReading | None] = nobody_reads

    def settings(self, **changed: Any) -> EmailSettings:
        """The mailbox's settings, some of them changed."""
        return EmailSettings(**{**self.options, **changed})

    def tools(self) -> Tools:
        """What the hub would lend the connection."""
        return tools_of(self.store, self.clock, self.read_mail)

    def connect(self, **changed: Any) -> Connection:
        """A connection to the mailbox."""
        return EmailAdapter().open(self.settings(**changed), self.tools())

    def read(self, **changed: Any) -> ChannelResult:
        """One reading of the mailbox."""
        ports = SyncPorts(self.store, self.clock, a_day_later)
        return sync([Source("support", lambda: self.connect(**changed))], ports)[0]

    def send(self, **changed: Any) -> DeliveryResult:
        """One delivery of the outbox."""
        ports = DeliveryPorts(self.store, self.clock, a_day_later, jitter=lambda: 0.0)
        return deliver([Source("support", lambda: self.connect(**changed))], ports)[0]

    def cases(self) -> list[Case]:
        """Every case, oldest first."""
        everything = CaseFilter(states=frozenset())
        return sorted((self.store.case(c.number) for c in self.store.cases(everything)), key=lambda case: case.number)

    def case(self) -> Case:
        """The only case."""
        [case] = self.cases()
        return case

    def answer(self, case: Case, text: str = "Det kommer i morgon. 漢字 🙂", key: str = "k1", files: Any = ()) -> Reply:
        """Queue a reply to the newest message of a case."""
        seen = case.last_inbound
        after = seen.ref if seen else ""
        change, reply = queue_reply(case, text, files, key, after, "eva", self.clock.now())
        with self.store.writing() as writer:
            writer.save(change, a_day_later(change.case))
            writer.save_reply(reply)
        return reply

    def state_of(self, key: str = "k1") -> ReplyState:
        """Where a reply stands."""
        return {reply.key: reply.state for reply in self.store.replies()}[key]

    def reasons(self, case: Case) -> Sequence[str]:
        """Why each message is in the case."""
        return [getattr(event.what, "reason", "") for event in self.store.history(case.number)]
