"""Each fault of the pretended mail server, as a client meets it; and that nothing is amiss afterwards."""

from __future__ import annotations

import imaplib
import smtplib
import socket
from collections.abc import Callable, Iterator

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError, ProtocolError

from hub_email_imap.simulator import ImapFaults, MailPlatform, MailServers, SmtpFaults

USER = "kundtjanst@shop.example"
PASSWORD = "hemligt"
RAW = b"Subject: Svar\r\n\r\nHej!\r\n"
LOST = (imaplib.IMAP4.abort, ConnectionError)


@pytest.fixture
def platform() -> MailPlatform:
    platform = MailPlatform()
    platform.add_user(USER, PASSWORD)
    platform.put(USER, b"Subject: x\r\n\r\n" + b"y" * 5000 + b"\r\n")
    return platform


@pytest.fixture
def servers(platform: MailPlatform) -> Iterator[MailServers]:
    with MailServers(platform) as running:
        yield running


def read(servers: MailServers) -> bytes:
    """Read the mail that lies in INBOX, as a client does that knows nothing of faults."""
    client = IMAPClient(servers.host, servers.imap_port, ssl=False, timeout=5)
    try:
        client.login(USER, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        fetched: bytes = client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"]
        return fetched
    finally:
        client.shutdown()


def send(servers: MailServers, *recipients: str) -> dict[str, tuple[int, bytes]]:
    """Send a mail and return the refused recipients."""
    with smtplib.SMTP(servers.host, servers.smtp_port, timeout=5) as client:
        client.login(USER, PASSWORD)
        return client.sendmail(USER, recipients or ["asa@post.example"], RAW)


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (lambda faults: faults.refuse_connections(), LOST),
        (lambda faults: faults.wrong_password(), (LoginError,)),
        (lambda faults: faults.drop_at("LOGIN"), (LoginError,)),  # IMAPClient calls every failure of LOGIN that
        (lambda faults: faults.drop_at("EXAMINE"), LOST),
        (lambda faults: faults.drop_at("fetch"), LOST),
        (lambda faults: faults.drop_after_bytes(0), LOST),
        (lambda faults: faults.drop_after_bytes(1000), LOST),
        (lambda faults: faults.drop_after_bytes(10**9), LOST),
        (lambda faults: faults.fail_next("NO", "EXAMINE", "[UNAVAILABLE] Planned."), (IMAPClientError,)),
        (lambda faults: faults.fail_next("BAD", "UID FETCH"), (IMAPClientError,)),
        (lambda faults: faults.garble_next_fetch(), (ProtocolError,)),
    ],
    ids=["refuse", "password", "login", "examine", "fetch", "at-once", "inside", "at-end", "no", "bad", "garble"],
)
def test_a_reading_fault_strikes_once_and_is_over(
    platform: MailPlatform,
    servers: MailServers,
    plan: Callable[[ImapFaults], None],
    error: tuple[type[Exception], ...],
) -> None:
    plan(platform.imap_faults)
    planned = platform.imap_faults.left
    with pytest.raises(error):
        read(servers)

    assert len(planned) == 1
    assert platform.imap_faults.left == []
    assert len(read(servers)) == 5016


def test_a_fault_strikes_as_often_as_it_was_planned(platform: MailPlatform, servers: MailServers) -> None:
    platform.imap_faults.wrong_password(times=2)
    outcomes = []
    for _ in range(3):
        try:
            outcomes.append(len(read(servers)))
        except LoginError:
            outcomes.append(0)

    assert outcomes == [0, 0, 5016]


def test_the_connection_is_lost_after_the_planned_number_of_bytes(platform: MailPlatform, servers: MailServers) -> None:
    platform.imap_faults.drop_after_bytes(40)
    with (
        socket.create_connection((servers.host, servers.imap_port), timeout=5) as client,
        client.makefile("rb") as answers,
    ):
        client.sendall(f"a LOGIN {USER} {PASSWORD}\r\nb EXAMINE INBOX\r\nc UID FETCH 1 BODY.PEEK[]\r\n".encode())
        before, fetched = answers.read().split(b"b OK [READ-ONLY] Examine completed.\r\n")

    assert b"a OK [CAPABILITY" in before
    assert fetched == b"* 1 FETCH (UID 1 BODY[] {5016}\r\nSubject:"


def test_a_failed_command_is_not_obeyed(platform: MailPlatform, servers: MailServers) -> None:
    platform.imap_faults.fail_next("NO", "APPEND", "[OVERQUOTA] Full.")
    with IMAPClient(servers.host, servers.imap_port, ssl=False) as client:
        client.login(USER, PASSWORD)
        with pytest.raises(IMAPClientError, match="OVERQUOTA"):
            client.append("Sent", RAW)

    assert platform.messages(USER, "Sent") == []


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (lambda faults: faults.refuse_connections(), "Connection unexpectedly closed"),
        (lambda faults: faults.answer("CONNECT", 421, "Too busy"), "421.*Too busy"),
        (lambda faults: faults.answer("AUTH", 535), "535"),
        (lambda faults: faults.answer("MAIL", 550, "Sender unknown", for_address=USER), "550.*Sender unknown"),
        (lambda faults: faults.answer("RCPT", 550, "No such user"), "550.*No such user"),
        (lambda faults: faults.answer("DATA", 451), "451"),
        (lambda faults: faults.answer("END", 554, "Looks like spam"), "554.*Looks like spam"),
        (lambda faults: faults.answer("END", 421, "Shutting down"), "421.*Shutting down"),
        (lambda faults: faults.drop_at("MAIL"), "onnection"),
        (lambda faults: faults.drop_at("RCPT"), "onnection"),
        (lambda faults: faults.drop_at("DATA"), "onnection"),
        (lambda faults: faults.drop_in_data(), "onnection"),
    ],
    ids=["refuse", "421", "auth", "mail", "rcpt", "data", "end", "end-421", "at-mail", "at-rcpt", "at-data", "in-data"],
)
def test_a_sending_fault_strikes_once_and_nothing_is_accepted(
    platform: MailPlatform, servers: MailServers, plan: Callable[[SmtpFaults], None], error: str
) -> None:
    plan(platform.smtp_faults)
    with pytest.raises(smtplib.SMTPException, match=error):
        send(servers)
    accepted = list(platform.sent)
    send(servers)

    assert platform.smtp_faults.left == []
    assert (len(accepted), len(platform.sent)) == (0, 1)


def test_a_lost_answer_leaves_an_accepted_mail_and_a_client_that_does_not_know(
    platform: MailPlatform, servers: MailServers
) -> None:
    platform.smtp_faults.lose_answer()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(servers)

    assert [sent.raw for sent in platform.sent] == [RAW]


def test_one_recipient_is_refused_and_the_other_gets_the_mail(platform: MailPlatform, servers: MailServers) -> None:
    platform.smtp_faults.answer("RCPT", 450, "Greylisted", for_address="Bo@post.example")
    refused = send(servers, "asa@post.example", "bo@post.example")

    assert refused == {"bo@post.example": (450, b"Greylisted")}
    assert platform.sent[0].recipients == ("asa@post.example",)


def test_what_has_not_happened_is_told_in_words_and_can_be_cleared() -> None:
    faults = SmtpFaults()
    faults.answer("RCPT", 550, "No such user", for_address="bo@post.example")
    faults.lose_answer(times=2)

    assert faults.left == ["answer RCPT 550 No such user bo@post.example", "lose the answer"]
    faults.clear()
    assert faults.left == []


@pytest.mark.parametrize(
    "plan",
    [
        lambda: SmtpFaults().answer("HELLO", 550),
        lambda: SmtpFaults().answer("RCPT", 250),
        lambda: SmtpFaults().drop_at("rcpt"),
        lambda: ImapFaults().fail_next("OK", "NOOP"),
        lambda: ImapFaults().wrong_password(times=0),
    ],
    ids=["stage", "code", "small-letters", "word", "never"],
)
def test_a_fault_that_could_never_happen_is_refused(plan: Callable[[], None]) -> None:
    with pytest.raises(ValueError, match="not "):
        plan()


def test_a_folder_is_told_of_in_a_shape_that_nobody_knows(platform: MailPlatform, servers: MailServers) -> None:
    platform.imap_faults.garble_folders()
    with IMAPClient(servers.host, servers.imap_port, ssl=False) as client:
        client.login(USER, PASSWORD)
        garbled, plain = (client.select_folder("INBOX", readonly=True) for _ in range(2))

    assert b"UIDVALIDITY" not in garbled
    assert plain[b"EXISTS"] == 1


def test_a_search_finds_nothing_once(platform: MailPlatform, servers: MailServers) -> None:
    platform.imap_faults.find_nothing()
    with IMAPClient(servers.host, servers.imap_port, ssl=False) as client:
        client.login(USER, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        found = [list(client.search(["ALL"])) for _ in range(2)]

    assert found == [[], [1]]


def test_both_servers_can_be_served_at_chosen_ports_again_and_again(platform: MailPlatform) -> None:
    servers = MailServers(platform)
    with servers:
        imap, smtp = servers.imap_port, servers.smtp_port
    for _ in range(2):
        servers.start(imap, smtp)
        try:
            assert (servers.imap_port, servers.smtp_port) == (imap, smtp)
            with IMAPClient(servers.host, imap, ssl=False):
                assert servers.connections == 1
        finally:
            servers.stop()
    assert servers.connections == 0
