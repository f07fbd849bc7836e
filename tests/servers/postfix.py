"""A real Postfix for one test run."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from .daemon import HOST, Daemon, Throwaway, fill, free_ports, run
from .dovecot import Dovecot


class Postfix(Throwaway):
    """A throw-away Postfix before a running Dovecot: submission with STARTTLS and AUTH, delivery, real bounces.

    Only root can run it. Mail for example.se is handed to Dovecot, anything else comes back with a report.
    """

    programs = ("postfix", "postconf", "setpriv")

    def __init__(self, dovecot: Dovecot) -> None:
        self.host = HOST
        self.certificate = dovecot.certificate
        self.folder = Path(mkdtemp(prefix="postfix-", dir="/tmp"))
        [self.port] = free_ports(1)
        self._dovecot = dovecot
        self._daemon = Daemon(self._command(), self.folder, [self.port])

    def _command(self) -> list[str]:
        # Not `postfix start-fg`: its master leaves the process group. And master loses a death signal of its own when
        # it changes its user, so a shell waits for it: the signal ends the shell, and the shell ends master.
        master = Path(run("postconf", "-dh", "daemon_directory").strip()) / "master"
        wait = '"$@" & trap "kill $!" TERM; wait; wait'
        return [
            "setpriv",
            "--pdeathsig=TERM",
            "sh",
            "-c",
            wait,
            "sh",
            str(master),
            "-d",
            "-c",
            str(self.folder / "etc"),
        ]

    def _prepare(self) -> None:
        self.folder.chmod(0o755)
        for name in ("etc", "spool", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        ports = {"port": self.port, "lmtp_port": self._dovecot.lmtp_port}
        values = {"folder": self.folder, "certificate_folder": self._dovecot.folder, **ports}
        for name in ("main.cf", "master.cf"):
            (self.folder / "etc" / name).write_text(fill(name, values))
        # Makes the folders of the queue and sets their owners.
        run("postfix", "-c", str(self.folder / "etc"), "check")
