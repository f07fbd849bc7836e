"""The way to strangers' programs: bounded in time, pinned to the address that was judged, never sent on."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.core.webhooks import Outcome
from hub.http import TellingDoor, problem_with_address
from hub.http.public_addresses import Address
from tests.fakes import MONDAY_NOON, MovableClock
from tests.receiver import Receiver, asks_to_wait, hangs_up, sends_on

Post = Callable[..., Outcome]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def post() -> Post:
    def once(url: str, *, timeout: float = 10, allow_private: bool = True, **more: object) -> Outcome:
        door = TellingDoor(MovableClock(), allow_private=allow_private, timeout=timeout, **more)  # type: ignore[arg-type]
        with door:
            return door.post(url, b'{"a":1}', {"webhook-id": "evt_1", "content-type": "application/json"})

    return once


def leading_to(*addresses: str) -> Callable[[str, int], Sequence[Address]]:
    return lambda _host, _port: tuple(map(ip_address, addresses))


def test_a_message_arrives_whole(receiver: Receiver, post: Post) -> None:
    assert post(receiver.url) == Outcome(204)
    [got] = receiver.got
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/hook", b'{"a":1}', "evt_1")
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"


def test_one_connection_carries_many_messages(receiver: Receiver) -> None:
    with TellingDoor(MovableClock(), allow_private=True) as door:
        found = [door.post(receiver.url, b"{}", {}).status for _ in range(3)]

    assert found == [204, 204, 204]


@pytest.mark.parametrize("status", [200, 400, 410, 500])
def test_the_status_is_told(receiver: Receiver, post: Post, status: int) -> None:
    receiver.answers = [status]

    assert post(receiver.url) == Outcome(status)


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/", "/other"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_followed_who_sends_on(receiver: Receiver, post: Post, to: str, status: int) -> None:
    receiver.answers = [sends_on(to, status)]

    outcome = post(receiver.url)

    assert (outcome.status, outcome.taken, len(receiver.got)) == (status, False, 1)
    assert str(outcome) == f"HTTP {status}: it sends on to another address, which is not followed"


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_to_wait_says_until_when(receiver: Receiver, post: Post, status: int) -> None:
    receiver.answers = [asks_to_wait(90, status)]

    assert post(receiver.url).after == MONDAY_NOON + timedelta(seconds=90)


@pytest.mark.parametrize("fault", ["never", "drip"])
def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_that(
    receiver: Receiver, post: Post, fault: str
) -> None:
    receiver.answers = [getattr(receiver, fault)]
    began = time.monotonic()

    outcome = post(receiver.url, timeout=0.4)

    assert outcome == Outcome(trouble="it did not answer within 0.4 seconds")
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("fault", ["slow_body", "endless_body"])
def test_an_answer_that_does_not_end_is_heard_and_cut_short(receiver: Receiver, post: Post, fault: str) -> None:
    receiver.answers = [getattr(receiver, fault)]
    began = time.monotonic()

    assert post(receiver.url, timeout=0.4) == Outcome(200)
    assert time.monotonic() - began < 3
    assert getattr(receiver, "sent", 0) < 50_000_000


def test_a_connection_that_breaks_is_told(receiver: Receiver, post: Post) -> None:
    receiver.answers = [hangs_up]

    assert post(receiver.url) == Outcome(trouble="the connection was lost before it answered")


def test_a_port_where_nobody_listens_is_told(post: Post) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))

        outcome = post(f"http://127.0.0.1:{taken.getsockname()[1]}/")

    assert outcome == Outcome(trouble="it cannot be reached (the connection was refused)")


def test_a_name_that_is_not_known_is_told(post: Post) -> None:
    def unknown(_host: str, _port: int) -> Sequence[Address]:
        raise socket.gaierror(-2, "Name or service not known")

    assert post("https://nobody.example/", resolve=unknown) == Outcome(trouble="its name is not known")


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"], ["fe80::1"], []],
)
def test_a_name_that_leads_into_our_own_network_is_not_told(
    receiver: Receiver, post: Post, addresses: list[str]
) -> None:
    url = f"https://hooks.stranger.example:{receiver.port}/"

    outcome = post(url, allow_private=False, resolve=leading_to(*addresses))

    assert outcome == Outcome(trouble="its name leads to an address that is not on the public internet")
    assert receiver.got == []


def test_one_bad_address_among_good_ones_is_enough(post: Post) -> None:
    outcome = post("https://two.example/", allow_private=False, resolve=leading_to("1.1.1.1", "10.0.0.7"))

    assert "not on the public internet" in str(outcome)


def test_metadata_is_not_told_even_where_own_machines_are(post: Post) -> None:
    outcome = post("https://cloud.example/", resolve=leading_to("169.254.169.254"))

    assert "not on the public internet" in str(outcome)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of hooks.stranger.example shows, and what a client trusts it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pretended")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.stranger.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(secret + made.public_bytes(encoding))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cadata=made.public_bytes(encoding).decode())


def test_the_name_is_looked_up_once_and_the_certificate_is_held_against_it(
    post: Post, authority: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[Address]:
        asked.append(host)
        return (ip_address("127.0.0.1" if len(asked) == 1 else "127.0.0.2"),)

    with Receiver(tls=authority[0]) as receiver:
        url = f"https://hooks.stranger.example:{receiver.port}/hook"

        outcome = post(url, resolve=rebinding, trusted=authority[1])

        assert outcome == Outcome(204)
        assert asked == ["hooks.stranger.example"]
        assert receiver.got[0].headers["host"] == f"hooks.stranger.example:{receiver.port}"


@pytest.mark.parametrize("host", ["other.example", "hooks.stranger.example"])
def test_a_server_that_cannot_prove_its_name_gets_nothing(
    post: Post, authority: tuple[ssl.SSLContext, ssl.SSLContext], host: str
) -> None:
    with Receiver(tls=authority[0]) as receiver:
        trusted = authority[1] if host == "other.example" else None

        outcome = post(f"https://{host}:{receiver.port}/", resolve=leading_to("127.0.0.1"), trusted=trusted)

        assert str(outcome).startswith("it cannot be reached (its certificate is not good: ")
        assert receiver.got == []


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert post(receiver.url) == Outcome(204)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://hooks.example/", "should begin with https://"),
        ("http://127.0.0.1/", "should begin with https://"),
        ("https://user:pass@hooks.example/", "should hold no name and no password"),
        ("https://127.0.0.1/", "should be one on the public internet"),
        ("https://[::ffff:10.0.0.1]/", "should be one on the public internet"),
        ("https://169.254.169.254/", "should be one on the public internet"),
        ("https://hooks.example/#x", "should hold no #"),
        ("ftp://hooks.example/", "should be one such as https://"),
        ("https://hooks.example\\@10.0.0.1/", "holds signs that no address has"),
    ],
)
def test_an_address_that_no_message_may_go_to_is_refused_at_once(post: Post, url: str, problem: str) -> None:
    assert problem_with_address(url).startswith(problem)
    assert str(post(url, allow_private=False)).startswith(f"its address {problem}")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001"])
def test_odd_ways_to_write_this_computer_lead_nowhere(receiver: Receiver, post: Post, host: str) -> None:
    def as_the_system_does(host: str, _port: int) -> Sequence[Address]:
        return (ip_address(socket.inet_ntoa(socket.inet_aton(host))),)

    outcome = post(f"https://{host}:{receiver.port}/", allow_private=False, resolve=as_the_system_does)

    assert "not on the public internet" in str(outcome)
    assert receiver.got == []


def test_the_name_of_this_computer_leads_nowhere(receiver: Receiver, post: Post) -> None:
    assert "not on the public internet" in str(post(f"https://localhost:{receiver.port}/", allow_private=False))
    assert receiver.got == []


def test_no_thread_is_left(receiver: Receiver, post: Post) -> None:
    before = threading.active_count()
    post(receiver.url)

    assert threading.active_count() <= before + 1  # the receiver's own
