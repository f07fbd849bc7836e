"""A real Dovecot for one test run."""

from __future__ import annotations

import grp
import os
import pwd
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from .certificate import make_certificate
from .daemon import HOST, Daemon, Throwaway, fill, free_ports, run, wait_until


@dataclass(frozen=True, slots=True)
class MailUser:
    """Somebody with a mailbox."""

    name: str
    password: str

    @property
    def address(self) -> str:
        """Where mail reaches this user through Postfix, LMTP or any other server of the tests."""
        return f"{self.name}@example.se"


class Dovecot(Throwaway):
    """A throw-away Dovecot: IMAP, IMAP over TLS, LMTP; started by root it steps down to `nobody`."""

    programs = ("dovecot", "doveadm", "lmtp", "openssl", "setpriv")

    def __init__(self) -> None:
        self.host = HOST
        self.folder = Path(mkdtemp(prefix="dovecot-", dir="/tmp"))
        self.certificate = self.folder / "cert.pem"
        self.imap_port, self.imaps_port, self.lmtp_port = free_ports(3)
        self._owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._numbers = count(1)
        self._daemon = Daemon(
            self._as_owner("dovecot", "-F", "-c", str(self._configuration)),
            self.folder,
            [self.imap_port, self.lmtp_port],
        )

    def add_user(self, name: str = "", password: str = "secret") -> MailUser:
        """A new user with an empty mailbox; without a name, one nobody had before."""
        user = MailUser(name or f"user{next(self._numbers)}", password)
        self._write(self.folder / "users" / user.name, f"{user.name}:{{PLAIN}}{password}\n".encode())
        return user

    def mailbox(self, user: str, folder: str = "INBOX") -> Path:
        """The Maildir of a user's folder; other folders than INBOX lie in it under their names."""
        root = self.folder / "mail" / user
        return root if folder == "INBOX" else root / folder

    def deliver_raw(self, user: str, raw: bytes, folder: str = "INBOX") -> Path:
        """Put a mail into the mailbox byte for byte, as no transport would leave it."""
        maildir = self._maildir(user, folder)
        name = f"{time.time():.6f}.{next(self._numbers)}.test"
        self._write(maildir / "tmp" / name, raw)
        return (maildir / "tmp" / name).rename(maildir / "new" / name)

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in the mailbox, byte for byte, oldest first, read past IMAP."""
        maildir = self.mailbox(user, folder)
        files = [path for part in ("new", "cur") for path in (maildir / part).glob("*")]
        return [path.read_bytes() for path in sorted(files, key=lambda path: path.name)]

    def wait_for_mail(self, user: str, number: int = 1) -> list[bytes]:
        """The mails in the user's INBOX as soon as there are so many."""
        wait_until(lambda: len(self.mails(user)) >= number, f"mail number {number} for {user}")
        return self.mails(user)

    def forget_uids(self, user: str) -> None:
        """Lose the user's indexes, so that UIDVALIDITY changes and the UIDs begin anew; nobody may be signed in."""
        # dovecot-uidvalidity stays: from it Dovecot takes a number it has not given before, even in the same second.
        for pattern in ("dovecot-uidlist", "dovecot.index*"):
            for path in self.mailbox(user).rglob(pattern):
                path.unlink()

    def kick(self, user: str) -> None:
        """End the user's sessions from the server's side, as an operator would."""
        run(*self._as_owner("doveadm", "-c", str(self._configuration), "kick", user))

    @property
    def _configuration(self) -> Path:
        return self.folder / "dovecot.conf"

    def _as_owner(self, *command: str) -> list[str]:
        # setpriv stands in util-linux; the death signal stops the server even when the test run is killed.
        rights = [f"--reuid={self._owner.pw_uid}", f"--regid={self._owner.pw_gid}", "--clear-groups"]
        return ["setpriv", "--pdeathsig=TERM", *(rights if os.getuid() == 0 else []), *command]

    def _prepare(self) -> None:
        # Postfix reaches the socket inside as another user.
        self.folder.chmod(0o755)
        make_certificate(self.folder)
        self._configuration.write_text(fill("dovecot.conf", self._values()))
        for name in ("run", "state", "mail", "users"):
            (self.folder / name).mkdir()
        for path in (self.folder, *self.folder.iterdir()):
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def _values(self) -> dict[str, object]:
        ports = {"imap_port": self.imap_port, "imaps_port": self.imaps_port, "lmtp_port": self.lmtp_port}
        group = grp.getgrgid(self._owner.pw_gid).gr_name
        ids = {"uid": self._owner.pw_uid, "gid": self._owner.pw_gid}
        return {"folder": self.folder, "user": self._owner.pw_name, "group": group, **ids, **ports}

    def _maildir(self, user: str, folder: str) -> Path:
        maildir = self.mailbox(user, folder)
        for path in (self.mailbox(user), maildir, *(maildir / part for part in ("cur", "new", "tmp"))):
            if not path.exists():
                path.mkdir()
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
        return maildir

    def _write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
