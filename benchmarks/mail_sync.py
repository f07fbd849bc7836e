"""How quickly, and in how much memory, `casehub sync` reads a mailbox, beside fetching the same mails for nothing.

Needs Dovecot (apt-get install dovecot-imapd dovecot-lmtpd openssl); everything happens on loopback.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from benchmarks.mails import made_up_mails
from tests.servers import Dovecot, MailUser, trust

BATCH = 100
GROWTH_ALLOWED = 1.2  # memory shall not grow with the mailbox
SETTINGS = """\
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2028-12-31

[channels.mail]
adapter = "email_imap"
address = "{address}"
username = "{name}"
password = "file:password"
imap_host = "127.0.0.1"
imap_port = {port}
ca_file = "{certificate}"
smtp_host = "127.0.0.1"
start = "all"
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of casehub took; memory in MB, of its largest process and of all together."""

    seconds: float
    largest: float
    together: float
    new_messages: int


def main() -> None:
    """Measure mailboxes of each size and compare their memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mails", nargs="*", type=int, default=[1_000, 5_000], help="sizes of the mailboxes (1000 5000)")
    sizes = parser.parse_args().mails
    with Dovecot() as dovecot:
        firsts = [measure(dovecot, size) for size in sizes]
    if len(firsts) > 1:
        growth = firsts[-1].together / firsts[0].together
        verdict = "within 20 %" if growth <= GROWTH_ALLOWED else "IT GROWS WITH THE MAILBOX"
        print(f"memory at {sizes[-1]:,} mails is {growth:.2f} of that at {sizes[0]:,}: {verdict}")


def measure(dovecot: Dovecot, size: int) -> Run:
    """Fill a new mailbox and print what the floor, the first sync and the second take; gives the first sync."""
    user = dovecot.add_user()
    for mail in made_up_mails(size, user.address):
        dovecot.deliver_raw(user.name, mail)
    cold, floor = fetch_for_nothing(dovecot, user), fetch_for_nothing(dovecot, user)
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder), dovecot, user)
        first, second = sync(Path(folder)), sync(Path(folder))
    if (first.new_messages, second.new_messages) != (size, 0):
        sys.exit(f"casehub read {first.new_messages} and then {second.new_messages} new messages of {size}")
    rate, times = size / first.seconds, first.seconds / floor
    print(f"{size:,} mails")
    print(f"  floor: fetched, thrown away    {size / floor:8,.0f} mails/s   ({size / cold:,.0f} cold)")
    print(f"  first sync                     {rate:8,.0f} mails/s   {times:.1f} times the floor")
    print(f"  second sync, nothing new       {second.seconds:8.2f} s")
    print(f"  memory of the first            {first.largest:8.1f} MB        {first.together:.1f} MB with its helpers")
    return first


def fetch_for_nothing(dovecot: Dovecot, user: MailUser) -> float:
    """The seconds a plain client needs to fetch every mail."""
    began = time.perf_counter()
    with IMAPClient(dovecot.host, dovecot.imaps_port, ssl_context=trust(dovecot.certificate)) as client:
        client.login(user.name, user.password)
        client.select_folder("INBOX", readonly=True)
        uids = client.search("ALL")
        for start in range(0, len(uids), BATCH):
            client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
    return time.perf_counter() - began


def set_up(folder: Path, dovecot: Dovecot, user: MailUser) -> None:
    """A hub.toml with this mailbox."""
    values = {"address": user.address, "name": user.name, "port": dovecot.imaps_port}
    certificate = shutil.copy(dovecot.certificate, folder / "authority.pem")
    (folder / "hub.toml").write_text(SETTINGS.format(**values, certificate=certificate), encoding="utf-8")
    (folder / "password").touch(0o600)
    (folder / "password").write_text(user.password, encoding="utf-8")


def sync(folder: Path) -> Run:
    """One `casehub sync` as a person would start it."""
    command = [str(Path(sys.executable).with_name("casehub")), "--config", "hub.toml", "sync", "--json"]
    began = time.perf_counter()
    with (folder / "report").open("w+b") as report:
        process = subprocess.Popen(command, cwd=folder, stdout=report, start_new_session=True)
        largest, together = watched_memory(process)
        seconds = time.perf_counter() - began
        report.seek(0)
        if process.returncode:
            sys.exit(f"casehub sync failed:\n{report.read().decode()}")
        messages = sum(channel["new_messages"] for channel in json.load(report)["channels"])
    return Run(seconds, largest, together, messages)


def watched_memory(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """The peaks until a process ends: of the largest process among it and its descendants, and of all added up.

    The peaks need not fall together and shared pages count for each process, so that the sum is never too low.
    """
    peaks: dict[int, int] = {}
    while process.poll() is None:
        peaks |= dict(peak_sizes(process.pid))
        time.sleep(0.1)
    return max(peaks.values(), default=0) / 1024, sum(peaks.values()) / 1024


def peak_sizes(root: int) -> Iterator[tuple[int, int]]:
    """A process and its descendants, each with the most kB it has had in memory."""
    for pid in (root, *descendants(root)):
        with suppress(OSError, IndexError):  # it has just ended
            yield pid, int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0])


def descendants(root: int) -> Iterator[int]:
    """The children of a process, of any of its threads, and theirs."""
    for children in Path(f"/proc/{root}/task").glob("*/children"):
        with suppress(OSError):
            for pid in map(int, children.read_text().split()):
                yield pid
                yield from descendants(pid)


if __name__ == "__main__":
    main()
