"""`casehub serve` as an operator starts it: a process of its own, spoken with over loopback."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from hub.app import open_hub
from hub.cli.serve import _warning_of
from hub.core.incoming import CaseUpdate
from hub.core.merge import keys_of, merge_batch
from hub.core.model import Author, Direction, Message
from hub.web.serving import Serving, bound_socket
from tests.conftest import OFFICE

COMMAND = [sys.executable, "-c", "from hub.cli import main; main(prog_name='casehub')"]


@contextmanager
def served(config: Path, *options: str) -> Iterator[tuple[str, str]]:
    """A served hub: its address, and the link that signs in; it must end in order when it is asked to."""
    words = ["--config", str(config), "serve", "--port", "0", "--every", "never", "--as", "eva", *options]
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[3]
        link = process.stdout.readline().split()[-1]
        yield address, link
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hub.toml"
    file.write_text(OFFICE, encoding="utf-8")
    return file


class Browser:
    """Cookies and forms, spoken by hand; each request has a connection of its own."""

    def __init__(self, address: str) -> None:
        self.place = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        with closing(HTTPConnection(self.place, timeout=30)) as line:
            line.request(method, path, urlencode(form) if form else None, {"Cookie": cookies, **kind, **headers})
            response = line.getresponse()
            for cookie in response.headers.get_all("set-cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.read().decode()

    def sign_in(self, link: str) -> None:
        path = urlsplit(link).path
        _, page = self.ask("GET", path)
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found is not None
        status, _ = self.ask("POST", path, {"csrf": found[1]})
        assert status == 303


def test_the_link_that_serve_prints_signs_in_and_the_pages_are_there(config: Path) -> None:
    with served(config) as (address, link):
        browser = Browser(address)
        browser.sign_in(link)

        status, page = browser.ask("GET", "/cases")

    assert (status, "No cases yet" in page) == (200, True)


def test_another_host_name_gets_nothing(config: Path) -> None:
    with served(config) as (address, _):
        status, _ = Browser(address).ask("GET", "/sign-in", Host="evil.example")

    assert status == 400


def test_an_open_page_is_told_of_what_another_process_wrote(config: Path) -> None:
    with served(config) as (address, link):
        browser = Browser(address)
        browser.sign_in(link)
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        with closing(HTTPConnection(browser.place, timeout=30)) as line:
            line.request("GET", "/live", headers={"Cookie": cookies})
            with line.getresponse() as stream:
                assert stream.readline() == b"retry: 2000\n"

                case_arrives(config)
                told = [stream.readline() for _ in range(3)]

    assert told[1:] == [b"event: changed\n", b'data: ["CH-1001"]\n']


def case_arrives(config: Path) -> None:
    with open_hub(config) as hub, hub.store.writing() as writer:
        now = hub.clock.now()
        message = Message("m1", Author.CUSTOMER, Direction.INBOUND, now, "Where is it?")
        items = [CaseUpdate("c1", now, (message,), subject="Late")]
        known = writer.known("support", keys_of(items))
        for change in merge_batch(items, known, "support", now, writer.next_number).changes:
            writer.save(change, hub.evaluation_of(change.case))


@pytest.mark.parametrize(
    ("host", "public_url", "told"),
    [
        ("0.0.0.0", "", "answered by no name but localhost; say by `public_url`"),
        ("", "", "reaches every address unencrypted"),
        ("0.0.0.0", "http://hub.lan", "passwords too"),
        ("192.168.1.5", "", "passwords too"),
        ("0.0.0.0", "https://hub.example", ""),
        ("127.0.0.1", "", ""),
        ("::1", "", ""),
        ("localhost", "", ""),
    ],
)
def test_whoever_opens_the_pages_to_the_network_is_told_what_that_means(host: str, public_url: str, told: str) -> None:
    warning = _warning_of(Serving(host, 8321, public_url))

    assert told in warning
    assert bool(warning) is bool(told)


def test_a_port_that_is_taken_is_named_with_the_way_out(config: Path) -> None:
    with served(config) as (address, _):
        port = str(urlsplit(address).port)
        again = subprocess.run(
            [*COMMAND, "--config", str(config), "serve", "--port", port], capture_output=True, text=True, check=False
        )

    assert again.returncode == 2
    assert "--port" in again.stderr
    assert "Traceback" not in again.stderr


def test_no_answer_waits_for_its_last_packet() -> None:
    async def look() -> list[int]:
        asked: list[int] = []

        async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        at = bound_socket("127.0.0.1", 0)
        async with await asyncio.start_server(accept, sock=at):
            reader, writer = await asyncio.open_connection(*at.getsockname())
            await reader.read()
            writer.close()
            await writer.wait_closed()
        return asked

    assert asyncio.run(look()) != [0]
