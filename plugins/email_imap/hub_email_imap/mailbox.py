"""Reading a mailbox over IMAP without changing anything in it."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient
from imapclient.exceptions import LoginError, ProtocolError

from hub import AdapterError, AuthenticationFailed, ConfigurationError, Misunderstood, Unavailable, tls
from hub_email_imap.settings import EmailSettings

# Dovecot refuses a command with thousands of UIDs in it ("Too long argument").
LISTING_STEP = 500

# Answers a server gives about its own trouble, not about our password (RFC 5530).
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]")


@dataclass(frozen=True, slots=True)
class FolderState:
    """What a folder says of itself when it is opened (RFC 3501 §2.3.1.1)."""

    name: str
    uidvalidity: int
    uidnext: int | None
    exists: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail as the server lists it, before its bytes are fetched."""

    uid: int
    size: int
    internal_date: datetime


class RefusedCommand(Misunderstood):
    """The server understood a command and would not obey it."""


class Mailbox:
    """One signed-in IMAP connection; every folder is opened read-only (EXAMINE) and every body is peeked at."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._client: IMAPClient | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self) -> None:
        """Connect and sign in, once."""
        if self._client is not None:
            return
        with self._translated("reach"):
            client = self._open()
        try:
            self._sign_in(client)
        except BaseException:
            _shut(client)
            raise
        self._client = client

    def close(self) -> None:
        """Sign out if the server still listens, and let the connection go."""
        if self._client is not None:
            client, self._client = self._client, None
            with contextlib.suppress(Exception):
                client.logout()
            _shut(client)

    def examine(self, folder: str) -> FolderState:
        """Open a folder read-only."""
        with self._translated("open"):
            try:
                answer = self._signed_in().select_folder(folder, readonly=True)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                if _is_passing(str(error)):
                    raise
                raise ConfigurationError(self._missing_folder(folder)) from error
        uidvalidity = answer.get(b"UIDVALIDITY")
        if uidvalidity is None:
            raise Misunderstood(f"{self._host} gives no UIDVALIDITY for {folder}, so mails cannot be told apart")
        return FolderState(folder, int(uidvalidity), answer.get(b"UIDNEXT"), int(answer.get(b"EXISTS", 0)))

    def uids_above(self, last: int) -> list[int]:
        """The UIDs of the open folder above `last`, ascending."""
        with self._translated("list"):
            found = self._signed_in().search(["UID", f"{last + 1}:*"])
        # `n:*` always answers the last mail, also when its UID is below n (RFC 3501 §6.4.8).
        return sorted(uid for uid in found if uid > last)

    def uids_since(self, day: date) -> list[int]:
        """The UIDs of mails that arrived on this day or later."""
        with self._translated("list"):
            return sorted(self._signed_in().search(["SINCE", day]))

    def listing(self, uids: Sequence[int]) -> Iterator[Listed]:
        """Size and arrival of these mails; those that vanished meanwhile are left out."""
        for start in range(0, len(uids), LISTING_STEP):
            step = list(uids[start : start + LISTING_STEP])
            with self._translated("list"):
                answer = self._signed_in().fetch(step, ["RFC822.SIZE", "INTERNALDATE"])
                listed = [_listed(uid, answer[uid]) for uid in step if uid in answer]
            yield from listed

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes | None]:
        """The raw bytes of these mails, None for what the server withholds; those that vanished are left out."""
        return self._fetch(uids, "BODY.PEEK[]", b"BODY[]")

    def headers(self, uids: Sequence[int]) -> dict[int, bytes | None]:
        """The raw headers of these mails, None for what the server withholds; those that vanished are left out."""
        return self._fetch(uids, "BODY.PEEK[HEADER]", b"BODY[HEADER]")

    def holds_message_id(self, folder: str, message_id: str) -> datetime | None:
        """When a mail with this Message-ID came into the folder, or None."""
        self.examine(folder)
        with self._translated("search"):
            found = self._signed_in().search(["HEADER", "Message-ID", f"<{message_id}>"])
        return next((mail.internal_date for mail in self.listing(found[:1])), None)

    def sent_folder(self) -> str | None:
        """The folder for sent mail: the one named in the settings, else the one marked \\Sent (RFC 6154)."""
        if self._settings.sent_folder:
            return self._settings.sent_folder
        with self._translated("list the folders of"):
            folders = self._signed_in().list_folders()
        marked = [name for flags, _, name in folders if b"\\Sent" in flags]
        named = [name for _, _, name in folders if name.lower() in ("sent", "inbox.sent", "inbox/sent", "sent items")]
        return next(iter(marked + named), None)

    def append_sent(self, folder: str, raw: bytes, at: datetime) -> None:
        """Put a copy of our own mail into the sent folder, marked as read."""
        with self._translated("save into"):
            self._signed_in().append(folder, raw, flags=[b"\\Seen"], msg_time=at)

    @property
    def _host(self) -> str:
        return self._settings.imap_host

    def _signed_in(self) -> IMAPClient:
        self.connect()
        if self._client is None:
            raise Unavailable(f"{self._host} is not connected")
        return self._client

    def _open(self) -> IMAPClient:
        chosen = self._settings
        secure = chosen.imap_security == "tls"
        checking = tls.context(chosen.ca_file) if chosen.imap_security != "none" else None
        client = IMAPClient(
            chosen.imap_host,
            chosen.imap_port,
            ssl=secure,
            ssl_context=checking if secure else None,
            timeout=chosen.timeout,
            use_uid=True,
        )
        tls.send_at_once(client.socket())
        client.normalise_times = False
        # IMAPClient sets 5, at which imaplib spells out every mail for a log that nobody reads: a tenth of a reading's
        # time, several times its memory, and customers' words in the log of whoever turns logging on.
        client._imap.debug = 0  # noqa: SLF001  there is no other way
        if chosen.imap_security == "starttls":
            try:
                client.starttls(checking)
            except BaseException:
                _shut(client)
                raise
        return client

    def _sign_in(self, client: IMAPClient) -> None:
        with self._translated("sign in to"):
            name, password = self._settings.sign_in_name, self._settings.password.get_secret_value()
            # LOGIN is for ASCII only (RFC 3501 §6.2.3); AUTHENTICATE PLAIN takes UTF-8 (RFC 4616 §2).
            sign_in = client.login if (name + password).isascii() else client.plain_login
            try:
                sign_in(name, password)
            except LoginError as error:
                # IMAPClient calls every failure of LOGIN so, a lost connection too; only `abort` tells them apart.
                if isinstance(error.__context__, imaplib.IMAP4.abort):
                    raise Unavailable(f"{self._host} closed the connection while signing in") from None
                raise _refused_sign_in(str(error), self._settings) from None

    def _fetch(self, uids: Sequence[int], what: str, key: bytes) -> dict[int, bytes | None]:
        try:
            with self._translated("read"):
                answer = self._signed_in().fetch(list(uids), [what])
        except RefusedCommand:
            if len(uids) == 1:
                return {uids[0]: None}
            # One mail that the server cannot read must not keep the others from us (zammad #2754).
            found = {uid: raw for one in uids for uid, raw in self._fetch([one], what, key).items()}
            if not any(found.values()):
                raise
            return found
        return {uid: answer[uid].get(key) for uid in uids if uid in answer}

    def _missing_folder(self, folder: str) -> str:
        try:
            names = ", ".join(sorted(name for _, _, name in self._signed_in().list_folders())[:20])
        except (imaplib.IMAP4.error, OSError):
            names = "unknown"
        return f"{self._settings.address} has no folder {folder!r} that can be opened; its folders are: {names}"

    @contextlib.contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        """Say in the hub's own errors what went wrong while talking to the server."""
        where = f"{self._host}:{self._settings.imap_port}"
        try:
            yield
        except ssl.SSLError as error:
            self._forget()
            raise Unavailable(f"cannot {doing} {where}: {tls.advice(error, self._host)}") from error
        except (OSError, imaplib.IMAP4.abort) as error:
            self._forget()
            raise Unavailable(f"cannot {doing} {where}: {_short(error)}") from error
        except ProtocolError as error:
            self._forget()
            raise Misunderstood(f"cannot {doing} {where}: the server's answer is no IMAP") from error
        except imaplib.IMAP4.error as error:
            said = f"cannot {doing} {where}: the server answered {_short(error)}"
            raise (Unavailable if _is_passing(str(error)) else RefusedCommand)(said) from error
        except UnicodeError:
            # From nothing: the error holds what could not be written, which may be a password.
            raise ConfigurationError(f"imap_host {self._host!r} is not the name of a host") from None
        except (ValueError, KeyError, IndexError, TypeError) as error:
            # IMAPClient's parser raises these when the answer is no IMAP.
            self._forget()
            raise Misunderstood(f"cannot {doing} {where}: the server's answer is no IMAP") from error

    def _forget(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            _shut(client)


def _listed(uid: int, answer: dict[bytes, Any]) -> Listed:
    arrived = answer[b"INTERNALDATE"]
    return Listed(uid, int(answer[b"RFC822.SIZE"]), arrived.astimezone(UTC))


def _refused_sign_in(answer: str, settings: EmailSettings) -> AdapterError:
    who, host = settings.sign_in_name, settings.imap_host
    if _is_passing(answer):
        return Unavailable(f"{host} cannot sign anybody in at the moment")
    return AuthenticationFailed(
        f"{host} does not accept the name {who} with this password; check both, "
        "and whether the provider wants an app password"
    )


def _is_passing(answer: str) -> bool:
    return any(code in answer.upper() for code in _PASSING)


def _short(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) else ""
    text = said or str(error) or type(error).__name__
    if text.startswith("unexpected response"):
        return "what answers there is no IMAP server; check imap_port"
    return " ".join(text.split())[:200]


def _shut(client: IMAPClient) -> None:
    with contextlib.suppress(Exception):
        client.shutdown()
