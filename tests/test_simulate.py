"""A pretended platform to play with: what is told it in the terminal and on its page, and the command that runs it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.cli.simulate import settings_of
from hub.errors import Refused
from hub.scaffold.acme.simulator import AcmeSimulator, with_buyers
from hub.testing import Desk, Fault, SimulatedClock, recordings
from hub.testing.control import Control
from hub.testing.control_page import ControlPage
from hub.testing.serving import LoopbackServer

PLUGIN = """
import hub
from hub.scaffold.acme.adapter import AcmeAdapter

@hub.hookimpl
def hub_register_adapters(register):
    register(AcmeAdapter)
"""


@pytest.fixture
def acme() -> AcmeSimulator:
    return with_buyers(SimulatedClock())


@pytest.fixture
def control(acme: AcmeSimulator) -> Control:
    control = Control(acme)
    control.learn()
    return control


def test_the_cases_that_were_there_are_known_and_nobody_has_asked(control: Control, acme: AcmeSimulator) -> None:
    lines = control.tell("cases").splitlines()

    assert [line.split()[:2] for line in lines] == [["1", "T-2"], ["2", "T-5"], ["3", "T-8"]]
    assert lines[1].endswith("Does the lamp come in blue as well?")
    assert control.tell("requests") == "nothing was asked yet"
    assert acme.requests == []


def test_what_customers_and_the_seller_do_is_done_on_the_platform(control: Control, acme: AcmeSimulator) -> None:
    said = [
        control.tell(line) for line in ("new Is it open today?", "write T-2 I still wait", "answer T-5 Yes, in blue")
    ]

    assert said == ["T-11 is a new case", "the customer has written into T-2", "T-5 is answered on the platform"]
    assert [message["body"] for message in acme.tickets["T-2"].messages][1:] == ["I still wait"]
    assert control.tell("received") == control.tell("received T-5") == "Yes, in blue"
    assert control.tell("received T-2") == "no customer has got anything yet"
    assert control.tell("write 1 Hello?") == "the customer has written into T-2"
    assert control.tell("cases").splitlines()[-1].split() == ["4", "T-11", "Is", "it", "open", "today?"]


def test_the_clock_is_moved_and_the_platform_acts(control: Control, acme: AcmeSimulator) -> None:
    assert control.tell("clock 2d1h") == "it is 2026-03-04 13:00 UTC on the platform"
    assert acme.tickets["T-2"].status == "refunded"


def test_what_goes_wrong_is_told_beforehand(control: Control, acme: AcmeSimulator) -> None:
    assert control.tell("fail rate_limited 1 20m") == "rate_limited happens 1 time(s)"
    assert control.tell("fail trouble always") == "trouble happens from now on, until `mend`"
    assert [(p.fault, p.times, p.after) for p in acme._pending] == [
        (Fault.RATE_LIMITED, 1, timedelta(minutes=20)),
        (Fault.TROUBLE, None, None),
    ]
    assert control.tell("mend") == "nothing goes wrong any more"
    assert acme._pending == []


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("dance", "'dance' is none of new, write, answer"),
        ("new", "something is missing: `new TEXT`"),
        ("write T-2", "something is missing: `write CASE TEXT`"),
        ("write 4 hello", "there is no case '4'; `cases` lists them"),
        ("write T-99 hello", "there is no case 'T-99'; `cases` lists them"),
        ("clock soon", "'soon' should be a duration such as 30m"),
        ("fail", "what can go wrong here: empty, expired_token"),
        ("fail gremlins", "what can go wrong here: "),
        ("fail trouble never", "'never' is no number of times"),
        ("fail trouble 0", "'0' is no number of times"),
        ("fail trouble 1 soon", "'soon' should be a duration"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_can(control: Control, line: str, answer: str) -> None:
    with pytest.raises(Refused, match=re.escape(answer)):
        control.tell(line)


def test_help_explains_every_deed_and_what_can_go_wrong_here(control: Control, acme: AcmeSimulator) -> None:
    assert [line.split()[0] for line in control.tell("help").splitlines()] == list(control.deeds)
    assert {fault for fault in Fault if f" {fault}" in control.tell("help").replace(",", "")} == acme.faults


@pytest.fixture
def page(control: Control) -> Iterator[str]:
    page = ControlPage(control)
    server = LoopbackServer(page)
    yield page.address(server.url)
    server.stop()


def sent(page: str, **fields: str) -> str:
    answer = httpx.post(page, data=fields)
    assert answer.status_code == 303
    return httpx.get(page).text


def test_the_page_does_what_the_terminal_does(page: str, acme: AcmeSimulator) -> None:
    shown = sent(page, deed="write", case="T-2", text="I  still wait & wait <b>")

    assert "the customer has written into T-2" in shown
    assert acme.tickets["T-2"].messages[-1]["body"] == "I still wait & wait <b>"
    assert "trouble happens 3 time(s)" in sent(page, deed="fail", fault="trouble", times="3")
    assert "something is missing: `new TEXT`" in sent(page, deed="new", text="")
    assert "should be a duration" in sent(page, deed="clock", text="<i>soon</i>")


def test_a_form_is_one_line_whatever_is_written_into_it(page: str, acme: AcmeSimulator) -> None:
    sent(page, deed="new", text="one\nmend")

    assert [message["body"] for message in list(acme.tickets.values())[-1].messages] == ["one mend"]


def test_what_a_customer_wrote_is_shown_as_text_and_never_as_a_page(page: str) -> None:
    shown = sent(page, deed="new", text="<script>alert(1)</script>")
    policy = httpx.get(page).headers["content-security-policy"]

    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy


def test_nobody_without_its_address_reaches_the_page(page: str, acme: AcmeSimulator) -> None:
    before, root = acme.state, page[: page.index("/", 8)]
    answers = [
        httpx.get(root),
        httpx.post(f"{root}/guessed/", data={"deed": "new", "text": "x"}),
        httpx.post(page, data={"deed": "new", "text": "x"}, headers={"host": "evil.example"}),
        httpx.get(page, headers={"host": "evil.example:80"}),
        httpx.put(page),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 421, 421, 405]
    assert acme.state == before


def test_a_simulator_that_breaks_is_told_on_the_page(page: str, acme: AcmeSimulator) -> None:
    acme.customer_writes = lambda *given, **about: 1 / 0  # type: ignore[method-assign,assignment]

    assert "the simulator broke: ZeroDivisionError" in sent(page, deed="new", text="x")


def simulated(*arguments: str, lines: str = "stop\n") -> Result:
    return CliRunner().invoke(main, ["simulate", *arguments], input=lines)


def test_the_command_prints_what_to_paste_and_does_what_it_is_told(install_plugin: Callable[..., None]) -> None:
    install_plugin("acme", PLUGIN)

    result = simulated("acme", lines="new Hello?\nfly\ncases\nstop\n")

    table = tomllib.loads(result.output.split("# In hub.toml:")[1].split("It starts afresh")[0])["channels"]["acme"]
    assert result.exit_code == 0
    assert table["adapter"] == "acme"
    assert table["token"] == "env:CASEHUB_ACME_TOKEN"
    assert table["base_url"].startswith("http://127.0.0.1:")
    assert "export CASEHUB_ACME_TOKEN=pretended-token-of-acme" in result.output
    assert re.search(r"The control page: http://127\.0\.0\.1:\d+/[\w-]{20,}/", result.output)
    assert "T-11 is a new case" in result.output
    assert "'fly' is none of new, write" in result.output


def test_what_the_command_prints_makes_a_channel(
    install_plugin: Callable[..., None], write_settings: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin("acme", PLUGIN)
    with with_buyers(SimulatedClock()) as acme:
        printed = settings_of("acme", acme)
        write_settings(printed.split("# In hub.toml:")[1])
        for name, value in re.findall(r"^export (\w+)=(.*)$", printed, re.MULTILINE):
            monkeypatch.setenv(name, value)
        results = [CliRunner().invoke(main, list(words)) for words in (("check",), ("sync",), ("cases",))]

    assert [result.exit_code for result in results] == [0, 0, 0], [result.output for result in results]
    assert "Does the lamp come in blue as well?" in results[2].output


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("nobody",), "there is no adapter 'nobody'; there are: "),
        (("shop",), "the adapter shop brings no pretended platform"),
    ],
)
def test_what_cannot_be_simulated_is_said(
    install_plugin: Callable[..., None], arguments: tuple[str, ...], answer: str
) -> None:
    install_plugin("shop")

    result = simulated(*arguments)

    assert result.exit_code == 2
    assert answer in result.output


def test_a_port_that_is_taken_is_said(install_plugin: Callable[..., None]) -> None:
    install_plugin("acme", PLUGIN)
    with AcmeSimulator(SimulatedClock()) as other:
        port = other.url.rpartition(":")[2]
        results = [simulated("acme", "--port", port), simulated("acme", "--control-port", port)]

    assert [result.exit_code for result in results] == [2, 2]
    assert f"port {port} cannot be used" in results[0].output
    assert "name another with --control-port" in results[1].output


def test_a_recording_answers_what_is_read(
    install_plugin: Callable[..., None], write_settings: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin("acme", PLUGIN)
    with with_buyers(SimulatedClock()) as acme:
        monkeypatch.setenv("CASEHUB_ACME_TOKEN", acme.secrets()["token"])
        write_settings(settings_of("acme", acme).split("# In hub.toml:")[1])
        recorded = CliRunner().invoke(main, ["record", "acme", "tape"])
    assert recorded.exit_code == 0, recorded.output
    seeded = AcmeSimulator(SimulatedClock())
    seeded.seed(recordings.read(Path("tape")))
    control = Control(seeded)
    control.learn()

    assert [line.split()[1] for line in control.tell("cases").splitlines()] == ["T-2", "T-5", "T-8"]
    assert simulated("acme", "--from", "tape", lines="cases\nstop\n").exit_code == 0


def test_a_mailbox_is_simulated_as_well() -> None:
    result = simulated("email_imap", lines="answer 1 It is on its way\nwrite 5 I still wait\nreceived 1\nstop\n")

    assert result.exit_code == 0
    assert "the simulator broke" not in result.output
    assert "It is on its way" in result.output
    assert 'adapter = "email_imap"' in result.output
    assert "env:CASEHUB_MAIL_PASSWORD" in result.output


def test_the_platform_in_the_process_and_on_loopback_are_the_same(acme: AcmeSimulator) -> None:
    near, far = Desk(acme), Desk(acme)
    near.read()
    with acme:
        far.read()

    assert near.inbox.cases == far.inbox.cases
    assert acme.connections == 0
