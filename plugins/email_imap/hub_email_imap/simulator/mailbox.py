"""The state of a pretended mail provider: its users, their folders and mails, and what left the house."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from functools import cached_property
from itertools import count
from threading import RLock

from hub.core.model import require_aware
from hub.errors import NotFound
from hub_email_imap.simulator.faults import ImapFaults, SmtpFaults

USUAL_FOLDERS = {"INBOX": "", "Drafts": "\\Drafts", "Sent": "\\Sent", "Trash": "\\Trash", "Junk": "\\Junk"}
SEPARATOR = "/"


@dataclass(frozen=True)
class StoredMail:
    """One mail in a folder; a change of its flags makes a new one."""

    uid: int
    at: datetime
    raw: bytes
    flags: frozenset[str] = frozenset()

    @cached_property
    def headers(self) -> Message:
        """The header fields, parsed once, however often a client searches."""
        return BytesHeaderParser().parsebytes(self.raw)

    def header_texts(self, name: str) -> list[str]:
        """Every field of this name, unfolded and decoded; what cannot be decoded stays as it is written."""
        return [_readable(value) for value in self.headers.get_all(name, [])]


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that was accepted over SMTP for people outside: the envelope and the bytes they received."""

    at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class Folder:
    """One folder of one user. Any thread may use it; its mails are in the order of their UIDs.

    Who holds `lock` sees several things as they were at one instant.
    """

    def __init__(self, name: str, uidvalidity: int, special_use: str, lock: RLock) -> None:
        self.name = name
        self.uidvalidity = uidvalidity
        self.special_use = special_use
        self.uidnext = 1
        self.removed = False
        self._mails: dict[int, StoredMail] = {}
        self._watchers: list[Callable[[], None]] = []
        self.lock = lock

    def uids(self) -> list[int]:
        """The UIDs of all mails, rising."""
        with self.lock:
            return list(self._mails)

    def mails(self) -> list[StoredMail]:
        """All mails, oldest UID first."""
        with self.lock:
            return list(self._mails.values())

    def mail(self, uid: int) -> StoredMail | None:
        """The mail with this UID, or None if it is gone."""
        return self._mails.get(uid)

    def add(self, raw: bytes, at: datetime, flags: frozenset[str] = frozenset()) -> int:
        """Store a mail under the next UID and tell the clients that wait for mail."""
        with self.lock:
            uid = self.uidnext
            self.uidnext += 1
            self._mails[uid] = StoredMail(uid, require_aware(at), with_crlf(raw), flags)
            self._tell_watchers()
            return uid

    def set_flags(self, uid: int, flags: frozenset[str]) -> None:
        """Replace the flags of a mail, as a colleague's mail program would."""
        self.change_flags(uid, lambda _before: flags)

    def change_flags(self, uid: int, change: Callable[[frozenset[str]], frozenset[str]]) -> StoredMail | None:
        """Make new flags from the old ones and return the changed mail, or None if it is gone."""
        with self.lock:
            if mail := self._mails.get(uid):
                self._mails[uid] = StoredMail(uid, mail.at, mail.raw, change(mail.flags))
            return self._mails.get(uid)

    def expunge(self, uids: Sequence[int]) -> None:
        """Remove these mails for good."""
        with self.lock:
            for uid in uids:
                self._mails.pop(uid, None)
            self._tell_watchers()

    def renumber(self, uidvalidity: int) -> None:
        """Give every mail a new UID, from 1, in the same order, under a new UIDVALIDITY (RFC 3501 section 2.3.1.1)."""
        with self.lock:
            mails = self.mails()
            self.uidvalidity, self.uidnext = uidvalidity, len(mails) + 1
            self._mails = {n: StoredMail(n, mail.at, mail.raw, mail.flags) for n, mail in enumerate(mails, start=1)}

    @contextmanager
    def watched(self, watcher: Callable[[], None]) -> Iterator[None]:
        """Call `watcher` now and after every change, until the block ends."""
        with self.lock:
            self._watchers.append(watcher)
            watcher()
        try:
            yield
        finally:
            with self.lock:
                self._watchers.remove(watcher)

    def _tell_watchers(self) -> None:
        for watcher in self._watchers:
            watcher()


@dataclass
class User:
    """One account: its name is its address."""

    name: str
    password: str = field(repr=False)
    folders: dict[str, Folder] = field(default_factory=dict)


def _real_now() -> datetime:
    return datetime.now(UTC)


class MailPlatform:
    """A pretended mail provider; `now` tells the INTERNALDATE of what arrives.

    `sent` is what people outside received. `changes` names, in order, every IMAP command that changed a mailbox or
    was meant to, so that a test can assert `platform.changes == []` after a check or a sync. `imap_faults` and
    `smtp_faults` say what shall go wrong next.
    """

    def __init__(self, now: Callable[[], datetime] = _real_now) -> None:
        self.now = now
        self.sent: list[SentMail] = []
        self.changes: list[str] = []
        self.imap_faults = ImapFaults()
        self.smtp_faults = SmtpFaults()
        self._users: dict[str, User] = {}
        self._validities = count(1001)
        self._lock = RLock()

    def add_user(self, name: str, password: str) -> None:
        """Open an account; its name is the address under which mail reaches it."""
        self._users[name.lower()] = User(name, password)
        for folder, special_use in USUAL_FOLDERS.items():
            self.add_folder(name, folder, special_use)

    def may_sign_in(self, name: str, password: str) -> bool:
        """Whether there is such a user with this password."""
        user = self._users.get(name.lower())
        return user is not None and user.password == password

    def add_folder(self, user: str, folder: str, special_use: str = "") -> None:
        """Make a folder, and those above it, unless they are there."""
        folders = self._user(user).folders
        parts = folder.split(SEPARATOR)
        with self._lock:
            for depth in range(1, len(parts) + 1):
                name = SEPARATOR.join(parts[:depth])
                use = special_use if depth == len(parts) else ""
                if name not in folders:
                    folders[name] = Folder(name, next(self._validities), use, self._lock)

    def remove_folder(self, user: str, folder: str) -> None:
        """Delete a folder with its mails; a new one of that name has another UIDVALIDITY."""
        with self._lock:
            self.folder(user, folder).removed = True
            del self._user(user).folders[folder]

    def folders(self, user: str) -> list[Folder]:
        """All folders of a user, sorted by name, INBOX first."""
        folders = self._user(user).folders
        with self._lock:
            return sorted(folders.values(), key=lambda folder: (folder.name != "INBOX", folder.name))

    def folder(self, user: str, folder: str = "INBOX") -> Folder:
        """One folder of a user; NotFound if there is none of that name."""
        folders = self._user(user).folders
        if folder not in folders:
            raise NotFound(f"{user} has no folder {folder!r}; make it with add_folder()")
        return folders[folder]

    def put(self, user: str, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> int:
        """Lay a mail into a folder and return its UID; line ends become CRLF, as on every server."""
        return self.folder(user, folder).add(raw, at or self.now())

    def messages(self, user: str, folder: str = "INBOX") -> list[StoredMail]:
        """The mails in a folder, oldest UID first."""
        return self.folder(user, folder).mails()

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY and its mails UIDs from 1, as a server does that lost its index."""
        self.folder(user, folder).renumber(next(self._validities))

    def deliver(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Hand a mail to everybody on its envelope: users here find it in INBOX, for others it is `sent`."""
        outside = []
        for recipient in recipients:
            if user := self._owner_of(recipient):
                trace = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n"
                self.put(user.name, trace.encode() + raw)
            else:
                outside.append(recipient)
        if outside:
            self.sent.append(SentMail(self.now(), sender, tuple(outside), with_crlf(raw)))

    def _owner_of(self, address: str) -> User | None:
        """The user whose address this is, perhaps with a sub-address (RFC 5233)."""
        local, _, domain = address.lower().rpartition("@")
        return self._users.get(f"{local.partition('+')[0]}@{domain}")

    def _user(self, name: str) -> User:
        if name.lower() not in self._users:
            raise NotFound(f"there is no user {name!r} at this mail provider; add one with add_user()")
        return self._users[name.lower()]


def with_crlf(raw: bytes) -> bytes:
    """The mail with every lone line feed made a CRLF."""
    return re.sub(rb"(?<!\r)\n", b"\r\n", raw)


def _readable(value: str | Header) -> str:
    text = re.sub(r"\r?\n(?=[ \t])", "", str(value))
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, ValueError, HeaderParseError):
        return text
