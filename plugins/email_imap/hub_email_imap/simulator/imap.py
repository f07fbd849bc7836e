"""The pretended IMAP server: one conversation from greeting to sign-out (IMAP4rev1, RFC 3501)."""

from __future__ import annotations

import re

from hub.errors import NotFound
from hub_email_imap.simulator import imap_folders, imap_mails, imap_sign_in
from hub_email_imap.simulator.connection import LONGEST_LINE, LineTooLong
from hub_email_imap.simulator.imap_session import Handler, ImapSession
from hub_email_imap.simulator.syntax import ArgumentReader, BadCommand, Command, Refusal

BIGGEST_LITERAL = 64 * 1024 * 1024
_LITERAL_AHEAD = re.compile(rb"\{(\d{1,10})(\+?)\}$")
_TAG = re.compile(rb"([!#-'*,-\[\]-z|-~]+) ")
# While these run by message number, the numbers must hold still (RFC 3501 section 7.4.1).
_NUMBERS_HOLD_STILL = ("FETCH", "STORE", "SEARCH")


class ImapConversation(ImapSession):
    """Reads commands, has them obeyed, and tells how it went."""

    def converse(self) -> None:
        """Greet, then obey command after command until the client signs out."""
        if self.faults.meet("refuse connection"):
            return
        self.send_line(f"* OK [CAPABILITY {self.capabilities}] Pretended mail server ready.")
        while not self.leaving:
            self.flush()
            if self.starting_tls:
                self.starting_tls = False
                self.start_tls()
            self._obey_next()

    def _obey_next(self) -> None:
        line = b""
        try:
            line = self.read_line()
            outcome = self._obey(self._command(line))
        except LineTooLong as error:
            line = line or error.start
            outcome = "BAD Error in IMAP command: Too long argument."
        except BadCommand as error:
            outcome = f"BAD Error in IMAP command: {error}"
        except Refusal as error:
            outcome = f"NO {error}"
        except NotFound:
            outcome = "NO [NONEXISTENT] Mailbox doesn't exist."
        self.send_line(f"{_tag(line) or '*'} {outcome}")

    def _command(self, line: bytes) -> Command:
        """Read a command to its end, with the literals it announces."""
        tag, reader, length = _tag(line), ArgumentReader(), len(line)
        line = line[len(tag) :]
        while ahead := _LITERAL_AHEAD.search(line):
            reader.line(line[: ahead.start()])
            reader.literal(self._literal(int(ahead[1]), announced=not ahead[2]))
            line = self.read_line()
            length += len(line)
            if length > LONGEST_LINE:
                raise BadCommand("Too long argument.")
        reader.line(line)
        if not tag:
            raise BadCommand("Missing tag.")
        arguments = reader.finished()
        name = arguments.text().upper()
        return Command(f"UID {arguments.text().upper()}" if name == "UID" else name, arguments)

    def _literal(self, size: int, announced: bool) -> bytes:
        """Take a literal; a client that only announced it waits for our word (RFC 7888 spares it the wait)."""
        if size > BIGGEST_LITERAL:
            self.send_line("* BYE [TOOBIG] Literal is too big.")
            self.drop()
        if announced:
            self.send_line("+ OK")
            self.flush()
        return self.read_exactly(size)

    def _obey(self, command: Command) -> str:
        handler = self._handler(command)
        if self.faults.meet("drop at", command.bare_name):
            self.drop()
        if fault := self.faults.meet("fail", command.bare_name):
            return fault.answer
        text = handler(self, command)
        if command.name not in _NUMBERS_HOLD_STILL:
            self.tell_news()
        return f"OK {text}"

    def _handler(self, command: Command) -> Handler:
        if handler := imap_sign_in.COMMANDS.get(command.name):
            return handler
        if not self.user:
            raise BadCommand("Unknown command, or please sign in first.")
        if handler := imap_folders.COMMANDS.get(command.name):
            return handler
        if handler := imap_mails.COMMANDS.get(command.name):
            self._require_selected()
            return handler
        raise BadCommand(f"Unknown command {command.name}.")

    def _require_selected(self) -> None:
        """As Dovecot does, end a conversation about a folder that was removed or renumbered meanwhile."""
        if self.selected.is_gone:
            self.send_line("* BYE IMAP session state is inconsistent, please relogin.")
            self.drop()


def _tag(line: bytes) -> str:
    found = _TAG.match(line)
    return found[1].decode() if found else ""
