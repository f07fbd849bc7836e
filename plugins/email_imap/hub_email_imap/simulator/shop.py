"""A shop's mailbox to which customers write, pretended as the contract kit, `casehub simulate` and the demo want it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from hub import Clock, NotFound
from hub.testing import Fault, Platform
from hub_email_imap.adapter import EmailAdapter
from hub_email_imap.parse import parse
from hub_email_imap.reading import STEP_MAILS
from hub_email_imap.simulator.mailbox import MailPlatform, with_crlf
from hub_email_imap.simulator.servers import MailServers
from hub_email_imap.wire import ref_of

ADDRESS = "kundtjanst@shop.example"
PASSWORD = "pretended-password"  # noqa: S105  it opens nothing but the pretended server
_FOR_EVER = 1 << 30
_HALF_AN_ANSWER = 40  # bytes, less than any answer to a FETCH has


@dataclass
class _Conversation:
    """What a customer and the shop have written to one another, by Message-ID."""

    customer: str
    subject: str
    ids: list[str] = field(default_factory=list)


class MailSimulator(Platform):
    """IMAP and SMTP on loopback with one mailbox; what customers and the seller write lies in it as mail."""

    adapter = EmailAdapter
    channel = "mail"
    page_size = STEP_MAILS
    asks_again = False
    # A mailbox has no tokens, says nothing of how long to wait, and takes a mail for good or not at all.
    faults = frozenset(Fault) - {Fault.EXPIRED_TOKEN, Fault.SUSPENDED, Fault.RATE_LIMITED, Fault.FAILED_LATER}

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.mail = MailPlatform(clock.now)
        self.mail.add_user(ADDRESS, PASSWORD)
        self._servers = MailServers(self.mail, require_auth=True)
        self._conversations: dict[str, _Conversation] = {}
        self._written = 0
        self._by_hand = 0

    def serve(self, port: int = 0) -> str:
        """Serve IMAP on this port and SMTP on the next one (0: any that are free)."""
        self._servers.start(port, port + 1 if port else 0)
        return f"imap://{self._servers.host}:{self._servers.imap_port}"

    def stop(self) -> None:
        """Stop both servers."""
        self._servers.stop()

    def settings(self) -> Mapping[str, Any]:
        """The settings that reach it while it serves; in the clear, because it never leaves this computer."""
        return {
            "address": ADDRESS,
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
        return {"password": PASSWORD}

    # What people do.

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """A customer sends a mail, or answers in a conversation; `sender` and `subject` say more of a new one."""
        self._written += 1
        if not case:
            customer = str(about.get("sender", f"Åsa Öberg <kund{self._written}@kund.example>"))
            talk = _Conversation(customer, str(about.get("subject", f"Fråga {self._written}")))
        else:
            talk = self._talk(case)
        raw = self._mail(talk, text, talk.customer, ADDRESS)
        self.mail.put(ADDRESS, raw)
        if not case:
            case = _ref(with_crlf(raw))
            self._conversations[case] = talk
        return case

    def seller_writes(self, case: str, text: str) -> None:
        """Somebody answers in a mail program, which puts a copy into the sent folder."""
        self._written += 1
        talk = self._talk(case)
        raw = self._mail(talk, text, ADDRESS, talk.customer)
        self.mail.put(ADDRESS, raw, "Sent")
        self.mail.deliver(ADDRESS, [talk.customer.rpartition("<")[2].rstrip(">")], raw)
        self._by_hand += 1

    def stranger_writes(self, case: str, text: str) -> None:
        """A mail comes in that names nobody who wrote it."""
        self._written += 1
        self.mail.put(ADDRESS, self._mail(self._talk(case), text, "", ADDRESS))

    def received(self, case: str = "") -> Sequence[str]:
        """The texts of the mails that customers got."""
        mails = [message_from_bytes(sent.raw, policy=policy.default) for sent in self.mail.sent]
        ids = set(self._talk(case).ids) if case else set()
        return [_text(mail) for mail in mails if not case or ids & set(_ids(mail))]

    # What goes wrong.

    def inject(self, fault: Fault, times: int | None = 1, after: timedelta | None = None) -> None:
        """Plan the fault at the server that it can happen to, or at both."""
        del after  # neither IMAP nor SMTP has words for how long to wait
        imap, smtp, often = self.mail.imap_faults, self.mail.smtp_faults, times or _FOR_EVER
        ways: dict[Fault, Sequence[Callable[[], None]]] = {
            Fault.UNREACHABLE: [lambda: imap.refuse_connections(often), lambda: smtp.refuse_connections(often)],
            Fault.WRONG_CREDENTIALS: [
                lambda: imap.wrong_password(often),
                lambda: smtp.answer("AUTH", 535, "5.7.8 Authentication credentials invalid", times=often),
            ],
            Fault.TROUBLE: [
                lambda: imap.fail_next("NO", "EXAMINE", "[UNAVAILABLE] Try again later.", often),
                lambda: smtp.answer("END", 451, "4.3.0 Try again later", times=often),
            ],
            Fault.LOST_ANSWER: [lambda: smtp.lose_answer(often)],
            Fault.LOST_REQUEST: [lambda: smtp.drop_in_data(often)],
            Fault.EMPTY: [lambda: imap.find_nothing(often)],
            Fault.GARBLED: [lambda: imap.garble_folders(often)],
            Fault.TRUNCATED: [lambda: imap.drop_after_bytes(_HALF_AN_ANSWER, often)],
            Fault.REFUSED_REPLY: [lambda: smtp.answer("END", 554, f"5.7.1 {self.refusal}", times=often)],
        }
        if fault not in ways:
            raise ValueError(f"{fault} cannot happen to a mailbox")
        for plan in ways[fault]:
            plan()

    def mend(self) -> None:
        """Plan nothing any more."""
        self.mail.imap_faults.clear()
        self.mail.smtp_faults.clear()

    @property
    def connections(self) -> int:
        """How many clients are at the line, of both servers."""
        return self._servers.connections

    @property
    def writes(self) -> int:
        """How many mails were taken over SMTP, those of the seller's own mail program left out."""
        return len(self.mail.sent) - self._by_hand

    @property
    def state(self) -> object:
        """Every mail in every folder with its flags, and every mail that left the house."""
        folders = [
            (folder.name, folder.uidvalidity, [(mail.uid, mail.raw, mail.flags) for mail in folder.mails()])
            for folder in self.mail.folders(ADDRESS)
        ]
        return folders, list(self.mail.sent), list(self.mail.changes)

    def tick(self) -> None:
        """A mail server does nothing by itself that a mailbox would show."""

    def _talk(self, case: str) -> _Conversation:
        """The conversation with this ref, also one that began with a mail which somebody put into the mailbox."""
        for stored in self.mail.messages(ADDRESS) if case not in self._conversations else ():
            if _ref(stored.raw) == case:
                told = {name: next(iter(stored.header_texts(name)), "") for name in ("From", "Subject", "Message-ID")}
                began = _Conversation(told["From"], told["Subject"], [told["Message-ID"]])
                self._conversations[case] = began
        if case not in self._conversations:
            raise NotFound(f"nobody has written in the case {case!r}")
        return self._conversations[case]

    def _mail(self, talk: _Conversation, text: str, sender: str, to: str) -> bytes:
        mail = EmailMessage(policy=policy.SMTP)
        if sender:
            mail["From"] = sender
        mail["To"], mail["Date"] = to, self.now()
        mail["Subject"] = f"Re: {talk.subject}" if talk.ids else talk.subject
        mail["Message-ID"] = f"<{self._written}.{self.now():%Y%m%d%H%M%S}@{_host(sender)}>"
        if talk.ids:
            mail["In-Reply-To"], mail["References"] = talk.ids[-1], " ".join((talk.ids[0], talk.ids[-1]))
        talk.ids.append(mail["Message-ID"])
        mail.set_content(text, cte="base64")
        return mail.as_bytes()


def _ref(raw: bytes) -> str:
    return ref_of(parse(raw), hashlib.sha256(raw).hexdigest())


def _host(sender: str) -> str:
    return sender.rpartition("@")[2].rstrip(">") or "nowhere.example"


def _ids(mail: EmailMessage) -> list[str]:
    return [word for name in ("Message-ID", "In-Reply-To", "References") for word in str(mail[name] or "").split()]


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""
