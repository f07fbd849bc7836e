"""`casehub record`: what a platform answers becomes files, and nothing else is kept or changed."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

import hub
from hub.cli import main
from hub.errors import ConfigurationError
from hub.http import Request, Response
from hub.store.budgets import FILE
from hub.testing import Fault, SimulatedClock, Simulator, recordings

PLUGIN = """
from datetime import datetime, timedelta, UTC

from pydantic import BaseModel, SecretStr

import hub
from hub.http import Api, Budget, HeaderAuth


class DeskConnection(hub.Connection):
    def __init__(self, settings, tools):
        auth = HeaderAuth("x-key", settings.key)
        budgets = (Budget("all", 1000, timedelta(seconds=1)),)
        self.client = tools.open_api(Api(settings.base_url, auth, budgets=budgets))
        self.settings, self.tools = settings, tools

    def close(self):
        self.client.close()

    def check(self):
        yield hub.Proof("sign-in", ok=True)

    def fetch(self, checkpoint, open_cases):
        page = checkpoint["page"] if checkpoint else 1
        while page:
            told = self.client.read("/cases", {"page": page}).json()
            self.tools.keep(b"an original")
            page = told["next"]
            yield hub.Batch((), {"page": page or 3})
            if self.settings.marks:
                self.client.write("POST", "/cases/read")


class Desk(hub.Adapter):
    key = "desk"
    title = "A pretended desk"
    capabilities = frozenset({hub.Capability.FETCH})
    personal_fields = frozenset({"gift"})

    class Settings(BaseModel):
        base_url: str
        key: SecretStr
        marks: bool = False

    def open(self, settings, tools):
        return DeskConnection(settings, tools)


class Letters(hub.Adapter):
    key = "letters"
    title = "A pretended mailbox"
    capabilities = frozenset({hub.Capability.FETCH})

    class Settings(BaseModel):
        pass

    def open(self, settings, tools):
        return LettersConnection()


class LettersConnection(hub.Connection):
    def check(self):
        yield hub.Proof("sign-in", ok=True)

    def fetch(self, checkpoint, open_cases):
        yield hub.Batch((), {})
        raise AssertionError("a mailbox must not be read on")


@hub.hookimpl
def hub_register_adapters(register):
    register(Desk)
    register(Letters)
"""


class Desk(ThreadingHTTPServer):
    """Three pages of one case each; there is no page `breaks`, and no page has a field `lacks`."""

    daemon_threads = False
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.breaks = 0
        self.lacks = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def page(self, number: int) -> Mapping[str, Any]:
        page = {
            "cases": [{"id": f"FQ-100{number}", "customer": {"name": "Åsa Öberg", "email": "asa@kund.example"}}],
            "gift": "Till mormor",
            "self": f"{self.url}/cases?page={number}",
            "next": number + 1 if number < 3 else 0,
        }
        return {name: value for name, value in page.items() if name != self.lacks}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    server: Desk

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path} {self.headers['x-key']}")
        number = int(self.path.rpartition("=")[2])
        body = json.dumps(self.server.page(number)).encode()
        self.send_response(404 if number == self.server.breaks else 200)
        self.send_header("content-type", "application/json")
        self.send_header("set-cookie", "session=hunter2")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  the name that http.server calls

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the same
        """Say nothing."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def office(
    desk: Desk,
    install_plugin: Callable[..., None],
    write_settings: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The folder of a hub with a channel at the pretended desk."""
    install_plugin("desk", PLUGIN)
    monkeypatch.setenv("DESK_KEY", "hunter2-hunter2")
    table = f'adapter = "desk"\nbase_url = "{desk.url}"\nkey = "env:DESK_KEY"\n'
    return write_settings(
        f'[channels.shop]\n{table}[channels.marking]\n{table}marks = true\n[channels.mail]\nadapter = "letters"\n'
    ).parent


def casehub(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def rows(office: Path) -> dict[str, int]:
    """How many rows each table of the database has."""
    with sqlite3.connect(office / "data" / "casehub.sqlite") as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    connection.close()
    return counts


def test_a_reading_becomes_redacted_files_and_nothing_else_is_kept(office: Path, desk: Desk) -> None:
    casehub("status")
    before = rows(office)

    ran = casehub("record", "shop", "tape")

    files = sorted((office / "tape").iterdir())
    told = "".join(file.read_text(encoding="utf-8") for file in files)
    assert (ran.exit_code, ran.output.splitlines()[0]) == (0, "✓ 3 exchanges with shop in tape")
    assert "Look through the files" in ran.output
    assert [file.name for file in files] == [f"000{number}-get-v1-cases.json" for number in (1, 2, 3)]
    for gone in ("Åsa", "Öberg", "kund.example", "FQ-1001", "hunter2", "mormor", "cookie", "x-key"):
        assert gone not in told
    assert rows(office) == before
    assert list((office / "data" / "contents").iterdir()) == []
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert desk.asked[0] == "GET /v1/cases?page=1 hunter2-hunter2"


def test_what_is_the_same_stays_the_same_and_a_simulator_answers_from_it(office: Path) -> None:
    casehub("record", "shop", "tape")

    exchanges = recordings.read(office / "tape")

    customers = [response.json()["cases"][0]["customer"] for _, response in exchanges]
    assert customers[0] == customers[1] == customers[2]
    assert len({response.json()["cases"][0]["id"] for _, response in exchanges}) == 3
    simulator = Seeded(SimulatedClock())
    simulator.seed(exchanges)
    page = simulator(Request("GET", "https://api.platform.example/v1/cases?page=2"))
    assert page.json()["cases"] == exchanges[1][1].json()["cases"]
    assert page.json()["self"] == "https://api.platform.example/v1/cases?page=2"


def test_the_next_reading_is_recorded_unless_it_is_to_begin_anew(office: Path, desk: Desk) -> None:
    casehub("sync", "shop")
    desk.asked.clear()

    assert casehub("record", "shop", "again").exit_code == 0
    after_sync = [line.split()[1] for line in desk.asked]
    desk.asked.clear()
    casehub("record", "shop", "anew", "--from-start", "--most", "2")

    assert after_sync == ["/v1/cases?page=3"]
    assert [line.split()[1] for line in desk.asked] == ["/v1/cases?page=1", "/v1/cases?page=2"]


def test_a_long_reading_ends_between_two_batches(office: Path) -> None:
    ran = casehub("record", "shop", "tape", "--most", "2", "--json")

    assert json.loads(ran.output) == {
        "channel": "shop",
        "folder": "tape",
        "files": ["0001-get-v1-cases.json", "0002-get-v1-cases.json"],
        "whole": False,
        "error": None,
    }


def test_a_failure_keeps_what_was_answered_until_then(office: Path, desk: Desk) -> None:
    desk.breaks = 2

    ran = casehub("record", "shop", "tape")

    assert ran.exit_code == 1
    assert "HTTP 404" in ran.output
    assert len(list((office / "tape").iterdir())) == 2


def test_a_plugin_that_breaks_keeps_what_it_was_answered(office: Path, desk: Desk) -> None:
    desk.lacks = "next"

    ran = casehub("record", "shop", "tape")

    assert ran.exit_code == 1
    assert "The plugin broke with KeyError" in ran.output
    assert len(list((office / "tape").iterdir())) == 1


def test_nothing_is_written_to_the_platform(office: Path, desk: Desk) -> None:
    ran = casehub("record", "marking", "tape")

    assert ran.exit_code == 1
    assert "127.0.0.1 is only read now; nothing was sent" in ran.output
    assert all(line.startswith("GET") for line in desk.asked)


def test_a_mailbox_is_not_recorded(office: Path) -> None:
    ran = casehub("record", "mail", "tape")

    assert ran.exit_code == 2
    assert "mail speaks no HTTP" in ran.output
    assert not (office / "tape").exists()


def test_a_folder_with_something_in_it_is_refused_before_anything_is_asked(office: Path, desk: Desk) -> None:
    casehub("record", "shop", "tape")
    desk.asked.clear()

    ran = casehub("record", "shop", "tape")

    assert ran.exit_code == 2
    assert "is not empty; name a new folder" in ran.output
    assert desk.asked == []


def test_an_unknown_channel_is_told_with_those_that_there_are(office: Path) -> None:
    ran = casehub("record", "shp", "tape")

    assert ran.exit_code == 2
    assert "there is no channel 'shp'" in ran.output
    assert "mail, marking, shop" in ran.output


def test_budgets_are_kept_in_the_data_folder_for_all_processes(office: Path) -> None:
    casehub("sync", "shop")

    with sqlite3.connect(office / "data" / FILE) as connection:
        grants = connection.execute("SELECT count(*) FROM grants").fetchone()
    connection.close()
    assert grants[0] >= 1


def test_a_folder_without_a_recording_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no recording"):
        recordings.read(tmp_path)
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"a\.json is no file of a recording"):
        recordings.read(tmp_path)


class Seeded(Simulator):
    """A simulator whose own answers are all the same."""

    adapter = hub.Adapter
    channel: ClassVar[str] = "seeded"

    def answer(self, request: Request) -> Response:
        return Response.of_json({"own": True})

    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        return Response.of_json([])

    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        return Response(422)

    def serve(self, port: int = 0) -> str:
        return ""

    def stop(self) -> None:
        """Nothing was begun."""

    def settings(self) -> Mapping[str, Any]:
        return {}

    def secrets(self) -> Mapping[str, str]:
        return {}

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        return ""

    def seller_writes(self, case: str, text: str) -> None:
        """Nobody reads it."""

    def stranger_writes(self, case: str, text: str) -> None:
        """Nobody reads it."""

    def received(self, case: str = "") -> list[str]:
        return []

    @property
    def state(self) -> object:
        return None

    def tick(self) -> None:
        """It does nothing by itself."""


def test_a_seeded_simulator_replays_in_order_and_answers_the_rest_itself() -> None:
    ask = Request("GET", "https://other.example/v1/cases?a=1&b=2")
    answers = [(ask, Response.of_json({"number": number})) for number in (1, 2)]
    simulator = Seeded(SimulatedClock())
    simulator.seed([*answers, (Request("POST", "https://other.example/v1/a"), Response(500))])

    again = Request("GET", "http://127.0.0.1:9/v1/cases?b=2&a=1")
    told = [simulator(again).json() for _ in range(3)]
    others = [simulator(Request(method, "https://x.example/v1/a")).json() for method in ("GET", "POST")]
    simulator.inject(Fault.TROUBLE)

    assert told == [{"number": 1}, {"number": 2}, {"number": 2}]
    assert others == [{"own": True}] * 2
    assert simulator(again).status == 500
