"""How quickly `casehub serve` answers many people at once on a large store, and in how much memory.

Run by hand: python -m benchmarks.web FOLDER, with a folder that benchmarks.big_store filled. The floor is an answer of
the same server that holds no page. Each page is asked for by one person alone, by many who read and think between two
pages, and by as many without a pause, which is as much as the server can do. Absolute figures move with the machine,
which server and clients share here; the ratios, and what one answer takes of the processor, hardly do.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from hub.app import open_hub
from hub.core.people import Person, Role
from hub.core.ports import CaseFilter
from hub.errors import NotFound

WHO = "benchmark"
WORDS = ("order", "kund77", "hej", "h", "tent nordlys", "返金", "eva", "FY-8", "bestelling", "karin wikström", "zzz")
_LINK = re.compile(r"http://127\.0\.0\.1:(\d+)(/sign-in/\S+)")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
LIMIT = 150_000


@dataclass(frozen=True, slots=True)
class Server:
    """A served hub, and a signed-in session on it."""

    port: int
    pid: int
    cookies: str

    @property
    def processor(self) -> float:
        """How many seconds of the processor it has had."""
        figures = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(figures[11]) + int(figures[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> str:
        """Its memory now and at its peak, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        now, peak = (int(status.partition(f"{name}:")[2].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return f"{now:.0f} MB, at most {peak:.0f} MB"


@dataclass
class Asked:
    """What came of asking for a kind of page many times."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    elapsed: float = 0.0
    processor: float = 0.0

    def share(self, part: float) -> float:
        """So many milliseconds this share of the answers took at most."""
        ordered = sorted(self.seconds)
        return ordered[min(int(part * len(ordered)), len(ordered) - 1)] * 1e3

    def line(self, title: str, floor: float) -> str:
        """These figures in one line, with how many times the floor half of the answers took."""
        rate, half = len(self.seconds) / self.elapsed, self.share(0.5)
        shares = "".join(f"{self.share(part):>9.1f}" for part in (0.5, 0.95, 0.99))
        of_each = self.processor / len(self.seconds) * 1e3
        failed = f"  {self.failed} failed" if self.failed else ""
        return f"  {title:<34}{of_each:>10.1f}{shares}{rate:>10.1f}{half / floor:>9.1f}{failed}"


def main() -> None:
    """Serve the store, ask for its pages and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder that benchmarks.big_store filled")
    parser.add_argument("--users", type=int, default=50, help="how many people there are (50)")
    parser.add_argument("--pages", type=int, default=6, help="how many pages each of them asks for in a row (6)")
    parser.add_argument("--think", type=float, default=4.0, help="how many seconds each of them reads a page (4)")
    wanted = parser.parse_args()
    numbers = prepare(wanted.folder)
    with served(wanted.folder) as server:
        print(f"memory before the first page: {server.memory}")
        print_sizes(server, numbers)
        print(f"{'milliseconds':<36}{'processor':>10}{'p50':>9}{'p95':>9}{'p99':>9}{'a second':>10}{'x floor':>9}")
        for users, pages, think in (
            (1, 40, 0.0),
            (wanted.users, wanted.pages, wanted.think),
            (wanted.users, wanted.pages, 0.0),
        ):
            pause = f"{think:g} s to read each page" if think else "without a pause"
            print(f"{users} at once, {pause}")
            floor = ask(server, ["/health"], users, pages, think)
            print(floor.line("floor: an answer without a page", floor.share(0.5)))
            for title, addresses in kinds(numbers).items():
                print(ask(server, addresses, users, pages, think).line(title, floor.share(0.5)), flush=True)
        print(f"memory at the end: {server.memory}")


def kinds(numbers: Sequence[str]) -> dict[str, list[str]]:
    """The pages that are asked for, by what they are."""
    views = ("", "?view=unassigned", "?view=late", "?view=due_soon", "?view=tasks", "?channel=rakuten")
    return {
        "the list": [f"/cases{view}" for view in views],
        "the search": [f"/cases?q={quote(word)}" for word in WORDS],
        "a case": [f"/cases/{number}" for number in numbers],
    }


def prepare(folder: Path) -> list[str]:
    """Let somebody sign in, and choose cases with 10 to 40 messages."""
    with open_hub(folder / "hub.toml") as hub:
        try:
            hub.store.people.person(WHO)
        except NotFound:
            hub.store.people.save_person(Person(WHO, Role.ADMIN, hub.clock.now()))
        listed = hub.store.cases(CaseFilter(limit=20_000))
    long = [case.number for case in listed if 10 <= case.messages <= 40]
    return random.Random(1).sample(long, min(200, len(long)))


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Serve the store in a process of its own and sign in."""
    command = [sys.executable, "-c", "from hub.cli import main; main()", "--config", str(folder / "hub.toml")]
    command += ["serve", "--port", "0", "--every", "never", "--as", WHO]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = next(match for line in process.stdout if (match := _LINK.search(line)))
        port = int(found[1])
        yield Server(port, process.pid, sign_in(port, found[2]))
    finally:
        process.terminate()
        process.wait(timeout=30)


def sign_in(port: int, link: str) -> str:
    """Follow the link, press its button, and return the cookies that say who we are."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", link)
        answer = connection.getresponse()
        page, cookies = answer.read().decode(), cookies_of(answer)
        csrf = _CSRF.search(page)
        if csrf is None:
            raise SystemExit(f"no button at {link}: {answer.status}")
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", link, f"csrf={quote(csrf[1])}", headers)
        answer = connection.getresponse()
        answer.read()
    return f"{cookies}; {cookies_of(answer)}"


def cookies_of(answer: http.client.HTTPResponse) -> str:
    """The cookies that an answer sets, as a request sends them back."""
    return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.get_all("Set-Cookie") or ())


def print_sizes(server: Server, numbers: Sequence[str]) -> None:
    """Print how large each page is with all that it loads but images, and as it travels."""
    print(f"{'bytes of a first page':<36}{'page':>9}{'travels':>9}{'all':>9}{'travels':>9}")
    for title, addresses in kinds(numbers).items():
        page = fetch(server, addresses[0])
        loaded = sorted(set(re.findall(rb'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page)))
        parts = [page, *(fetch(server, path.decode()) for path in loaded)]
        plain, packed = sum(map(len, parts)), sum(len(gzip.compress(part, 5)) for part in parts)
        verdict = "" if plain < LIMIT else f"  more than {LIMIT:,}"
        print(f"  {title:<34}{len(page):>9,}{len(gzip.compress(page, 5)):>9,}{plain:>9,}{packed:>9,}{verdict}")


def fetch(server: Server, address: str) -> bytes:
    """What lies at an address, unpacked."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("GET", address, headers={"Cookie": server.cookies})
        return connection.getresponse().read()


def ask(server: Server, addresses: Sequence[str], users: int, pages: int, think: float) -> Asked:
    """Let so many people ask for so many pages each, all at once."""
    asked, lock = Asked(), threading.Lock()
    start = threading.Barrier(users + 1)

    def ask_as(user: int) -> None:
        chance = random.Random(user)
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
            connection.connect()
            start.wait()
            for _ in range(pages):
                # Nobody begins at the same moment as everybody else, and nobody reads for just as long.
                time.sleep(chance.uniform(0, 2 * think))
                took, well = ask_once(connection, chance.choice(addresses), server.cookies)
                with lock:
                    asked.seconds.append(took)
                    asked.failed += not well

    threads = [threading.Thread(target=ask_as, args=(user,)) for user in range(users)]
    for thread in threads:
        thread.start()
    start.wait()
    began, busy = time.perf_counter(), server.processor
    for thread in threads:
        thread.join()
    asked.elapsed, asked.processor = time.perf_counter() - began, server.processor - busy
    return asked


def ask_once(connection: http.client.HTTPConnection, address: str, cookies: str) -> tuple[float, bool]:
    """How long one answer took until its last byte, and whether it was the page."""
    began = time.perf_counter()
    connection.request("GET", address, headers={"Cookie": cookies, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    return time.perf_counter() - began, answer.status == http.client.OK


if __name__ == "__main__":
    main()
