"""The pretended SMTP server: one conversation from greeting to QUIT (RFC 5321, RFC 4954)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable

from hub_email_imap.simulator.connection import Conversation, Hangup, LineTooLong

BIGGEST_MAIL = 25 * 1024 * 1024
_PATH = re.compile(r"(?:FROM|TO): ?<(?P<address>[^<>\s]*)>(?P<parameters>(?: \S+)*)", re.IGNORECASE)
_SIZE = re.compile(r" SIZE=(\d{1,20})(?: |$)", re.IGNORECASE)


class Answer(Exception):
    """The answer to a command, where it is not the usual one."""


class SmtpConversation(Conversation):
    """One SMTP client at the line, and the envelope it is filling in."""

    def setup(self) -> None:
        """Begin with a client that has not said who it is."""
        super().setup()
        self.faults = self.platform.smtp_faults
        self._greeted = False
        self._user = ""
        self._sign_in_refused = ""
        self._leaving = False
        self._starting_tls = False
        self._forget_envelope()

    def _forget_envelope(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []

    def converse(self) -> None:
        """Greet, then answer command after command until the client quits."""
        if self.faults.meet("refuse connection"):
            return
        self._answer(self._greeting)
        while not self._leaving:
            self.flush()
            if self._starting_tls:
                self._restart_with_tls()
            self._answer(self._obey_next)

    def _answer(self, work: Callable[[], str]) -> None:
        try:
            answer = work()
        except Answer as other:
            answer = str(other)
        except LineTooLong:
            answer = "500 5.5.2 Line too long"
        self.send_line(answer)
        if answer.startswith("421"):
            self._leaving = True

    def _greeting(self) -> str:
        self._meet_answer("CONNECT")
        return "220 mail.example ESMTP pretended mail server"

    def _restart_with_tls(self) -> None:
        """Go on encrypted, and forget what was said in the clear (RFC 3207 section 4.2)."""
        self.start_tls()
        self._starting_tls = self._greeted = False
        self._forget_envelope()

    def _obey_next(self) -> str:
        line = self.read_line().decode("utf-8", "replace")
        verb, _, rest = line.partition(" ")
        commands: dict[str, Callable[[str], str]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": lambda _rest: "250 2.0.0 Ok",
            "VRFY": lambda _rest: "252 2.0.0 Send some mail, it will be tried",
            "QUIT": self._quit,
        }
        if verb.upper() not in commands:
            return "500 5.5.2 Command not recognized"
        if self.faults.meet("drop at", verb.upper()):
            raise Hangup
        return commands[verb.upper()](rest.strip())

    def _meet_answer(self, stage: str, address: str = "") -> None:
        if fault := self.faults.meet("answer", stage, address):
            raise Answer(fault.answer)

    # Getting acquainted

    def _ehlo(self, _name: str) -> str:
        self._helo(_name)
        offers = ["mail.example", "PIPELINING", f"SIZE {BIGGEST_MAIL}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        offers.append("STARTTLS" if self.offers_starttls else "AUTH PLAIN LOGIN")
        return "\r\n".join([*(f"250-{offer}" for offer in offers[:-1]), f"250 {offers[-1]}"])

    def _helo(self, _name: str) -> str:
        self._greeted = True
        self._forget_envelope()
        return "250 mail.example"

    def _starttls(self, _rest: str) -> str:
        if not self.offers_starttls:
            return "502 5.5.1 TLS is not available now"
        self._starting_tls = True
        return "220 2.0.0 Ready to start TLS"

    def _auth(self, rest: str) -> str:
        if self.offers_starttls:
            return "538 5.7.11 Encryption is required before you sign in"
        if self._user:
            return "503 5.5.1 Already signed in"
        self._refuse_sign_in_as_planned()
        mechanism, _, response = rest.partition(" ")
        user, password = self._credentials(mechanism.upper(), response)
        if not self.platform.may_sign_in(user, password):
            return "535 5.7.8 Authentication credentials invalid"
        self._user = user
        return "235 2.7.0 Authentication successful"

    def _refuse_sign_in_as_planned(self) -> None:
        """Keep to the refusal on this connection: clients try one mechanism after the other."""
        if fault := self.faults.meet("answer", "AUTH"):
            self._sign_in_refused = fault.answer
        if self._sign_in_refused:
            raise Answer(self._sign_in_refused)

    def _credentials(self, mechanism: str, response: str) -> tuple[str, str]:
        if mechanism == "PLAIN":
            parts = _decoded(response or self._asked("")).split("\0")
            if len(parts) == 3:
                return parts[1], parts[2]
            raise Answer("501 5.5.2 Invalid authentication data")
        if mechanism == "LOGIN":
            user = _decoded(response or self._asked("VXNlcm5hbWU6"))
            return user, _decoded(self._asked("UGFzc3dvcmQ6"))
        raise Answer("504 5.5.4 Unrecognized authentication type")

    def _asked(self, challenge: str) -> str:
        self.send_line(f"334 {challenge}")
        self.flush()
        answer = self.read_line().decode("ascii", "replace")
        if answer == "*":
            raise Answer("501 5.7.0 Authentication cancelled")
        return answer

    # The envelope and the mail

    def _mail(self, rest: str) -> str:
        if not self._greeted:
            return "503 5.5.1 Say EHLO first"
        if self.server.terms.require_auth and not self._user:
            return "530 5.7.0 Authentication required"
        if self._sender is not None:
            return "503 5.5.1 Nested MAIL command"
        address, parameters = _path("FROM", rest)
        if (size := _SIZE.search(parameters)) and int(size[1]) > BIGGEST_MAIL:
            return "552 5.3.4 Message size exceeds fixed limit"
        self._meet_answer("MAIL", address)
        self._sender = address
        return "250 2.1.0 Ok"

    def _rcpt(self, rest: str) -> str:
        if self._sender is None:
            return "503 5.5.1 Need MAIL before RCPT"
        address, _ = _path("TO", rest)
        if "@" not in address.strip("@"):
            return "501 5.1.3 Bad recipient address syntax"
        self._meet_answer("RCPT", address)
        self._recipients.append(address)
        return "250 2.1.5 Ok"

    def _data(self, _rest: str) -> str:
        if self._sender is None or not self._recipients:
            return "503 5.5.1 Need RCPT before DATA"
        self._meet_answer("DATA")
        self.send_line("354 End data with <CR><LF>.<CR><LF>")
        self.flush()
        raw = self._body(drop_inside=self.faults.meet("drop in DATA") is not None)
        sender, recipients = self._sender, self._recipients
        self._forget_envelope()
        if len(raw) > BIGGEST_MAIL:
            return "552 5.3.4 Message size exceeds fixed limit"
        self._meet_answer("END")
        self.platform.deliver(sender, recipients, raw)
        if self.faults.meet("lose the answer"):
            raise Hangup
        return "250 2.0.0 Ok: queued"

    def _body(self, drop_inside: bool) -> bytes:
        """The mail up to the final dot, the added dots taken away (RFC 5321 section 4.5.2).

        Only a dot between two whole CRLFs ends it: anything laxer lets one mail smuggle another.
        """
        lines: list[bytes] = []
        after_crlf = True
        while (line := self.read_raw_line()) != b".\r\n" or not after_crlf:
            lines.append(line[1:] if after_crlf and line.startswith(b".") else line)
            after_crlf = line.endswith(b"\r\n")
            if drop_inside:
                raise Hangup
        return b"".join(lines)

    def _rset(self, _rest: str) -> str:
        self._forget_envelope()
        return "250 2.0.0 Ok"

    def _quit(self, _rest: str) -> str:
        self._leaving = True
        return "221 2.0.0 Bye"


def _path(word: str, rest: str) -> tuple[str, str]:
    """The address in FROM:<...> or TO:<...>, and the parameters behind it."""
    found = _PATH.fullmatch(rest)
    if not found or not rest.upper().startswith(word):
        raise Answer(f"501 5.5.4 Syntax: {word}:<address>")
    return found["address"], found["parameters"]


def _decoded(response: str) -> str:
    try:
        return "" if response == "=" else b64decode(response, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Answer("501 5.5.2 Invalid authentication data") from error
