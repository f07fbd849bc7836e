"""What the pretended IMAP server knows of one client, and what every command may do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from hub_email_imap.simulator import folder_names
from hub_email_imap.simulator.connection import Conversation, Hangup
from hub_email_imap.simulator.mailbox import Folder
from hub_email_imap.simulator.selected import SelectedFolder
from hub_email_imap.simulator.syntax import BadCommand, Command

ALWAYS = "IMAP4rev1 LITERAL+ SASL-IR ID ENABLE IDLE"
SIGNED_IN = f"{ALWAYS} NAMESPACE SPECIAL-USE CHILDREN UNSELECT UIDPLUS MOVE"


class ImapSession(Conversation):
    """One IMAP client: who has signed in, and which folder is open."""

    def setup(self) -> None:
        """Begin with nobody signed in and no folder open."""
        super().setup()
        self.faults = self.platform.imap_faults
        self.user = ""
        self.opened: SelectedFolder | None = None
        self.leaving = False
        self.starting_tls = False
        self.bytes_until_drop: int | None = None

    @property
    def capabilities(self) -> str:
        """What the client may use now; it has to ask again after STARTTLS and after signing in."""
        if self.user:
            return SIGNED_IN
        return f"{ALWAYS} STARTTLS LOGINDISABLED" if self.offers_starttls else f"{ALWAYS} AUTH=PLAIN"

    @property
    def selected(self) -> SelectedFolder:
        """The folder that is open."""
        if self.opened is None:
            raise BadCommand("No mailbox selected.")
        return self.opened

    def folder(self, wire_name: bytes) -> Folder:
        """The user's folder of this name; NotFound is answered with NO [NONEXISTENT]."""
        return self.platform.folder(self.user, folder_names.decode(wire_name))

    def changing(self, command: str) -> None:
        """Note that the client changes a mailbox."""
        self.platform.changes.append(command)

    def tell_news(self) -> None:
        """Tell the client what came and went in the open folder."""
        if self.opened is not None:
            for line in self.opened.news():
                self.send_line(line)

    def tell_news_at_once(self) -> None:
        """Tell the news to a client that idles; that it is gone is found out by who reads from it."""
        with suppress(OSError):
            self.tell_news()
            self.flush()

    def send(self, data: bytes) -> None:
        """Answer, unless the connection is to be lost within this answer."""
        if self.bytes_until_drop is None:
            super().send(data)
            return
        super().send(data[: self.bytes_until_drop])
        self.bytes_until_drop -= len(data)
        if self.bytes_until_drop <= 0:
            self.drop()

    def drop(self) -> None:
        """Lose the connection, after what was answered so far."""
        self.flush()
        raise Hangup


Handler = Callable[[ImapSession, Command], str]
