"""The pretended SMTP server, its delivery, and TLS on both servers."""

from __future__ import annotations

import shutil
import smtplib
import socket
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from hub_email_imap.simulator import MailPlatform, MailServers, SentMail

USER = "kundtjanst@shop.example"
PASSWORD = "hemligt-Åsa-漢字"
NOON = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
RAW = b"Subject: Svar\r\n\r\n.dotted\r\n..twice\r\nlast \xe5\r\n"
OPENSSL = shutil.which("openssl") or ""


@pytest.fixture
def platform() -> MailPlatform:
    platform = MailPlatform(lambda: NOON)
    platform.add_user(USER, PASSWORD)
    return platform


@pytest.fixture
def client(platform: MailPlatform) -> Iterator[smtplib.SMTP]:
    with (
        MailServers(platform) as servers,
        smtplib.SMTP(servers.host, servers.smtp_port, local_hostname="test") as client,
    ):
        yield client


@pytest.fixture
def plain(platform: MailPlatform) -> Iterator[socket.socket]:
    with (
        MailServers(platform) as servers,
        socket.create_connection((servers.host, servers.smtp_port), timeout=5) as connection,
    ):
        assert connection.recv(4096).startswith(b"220 ")
        yield connection


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not OPENSSL:
        pytest.skip("making a certificate needs openssl")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = f"{OPENSSL} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {path} -out {path}.crt"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True, timeout=60
    )
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def client_side(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def say(connection: socket.socket, line: bytes) -> bytes:
    connection.sendall(line + b"\r\n")
    return connection.recv(4096)


def test_a_mail_for_someone_outside_is_what_the_customer_received(platform: MailPlatform, client: smtplib.SMTP) -> None:
    refused = client.sendmail(USER, ["asa@post.example", "bo@post.example"], RAW)

    assert refused == {}
    assert platform.sent == [SentMail(NOON, USER, ("asa@post.example", "bo@post.example"), RAW)]
    assert platform.messages(USER) == []


def test_a_mail_for_a_user_here_is_delivered_with_its_envelope_written_on_it(
    platform: MailPlatform, client: smtplib.SMTP
) -> None:
    client.sendmail("", ["Kundtjanst+case-7.ab@Shop.example", "asa@post.example"], RAW)
    (delivered,) = platform.messages(USER)

    assert delivered.raw == b"Return-Path: <>\r\nDelivered-To: Kundtjanst+case-7.ab@Shop.example\r\n" + RAW
    assert delivered.at == NOON
    assert [sent.recipients for sent in platform.sent] == [("asa@post.example",)]


def test_an_address_beyond_ascii_is_taken_when_the_client_says_so(platform: MailPlatform, client: smtplib.SMTP) -> None:
    client.sendmail(USER, ["åsa@öberg.example"], RAW, mail_options=["SMTPUTF8", "BODY=8BITMIME"])

    assert platform.sent[0].recipients == ("åsa@öberg.example",)


def test_sign_in_by_plain_and_by_login(platform: MailPlatform) -> None:
    outcomes = []
    for mechanism in ("auth_plain", "auth_login"):
        with MailServers(platform) as servers, smtplib.SMTP(servers.host, servers.smtp_port) as client:
            client.ehlo("test")
            outcomes.append(_authenticate(client, mechanism))

    assert outcomes == [235, 235]


def _authenticate(client: smtplib.SMTP, mechanism: str) -> int:
    """Sign in as smtplib does, but with the password's UTF-8 bytes: smtplib itself only sends ASCII."""
    if mechanism == "auth_plain":
        return client.docmd("AUTH PLAIN", b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode())[0]
    client.docmd("AUTH LOGIN")
    client.docmd(b64encode(USER.encode()).decode())
    return client.docmd(b64encode(PASSWORD.encode()).decode())[0]


def test_smtplib_signs_in_and_a_wrong_password_is_refused(platform: MailPlatform, client: smtplib.SMTP) -> None:
    platform.add_user("plain@shop.example", "ascii")
    with pytest.raises(smtplib.SMTPAuthenticationError, match="535"):
        client.login("plain@shop.example", "wrong")

    assert client.login("plain@shop.example", "ascii")[0] == 235


def test_mail_is_refused_without_sign_in_when_it_is_required(platform: MailPlatform) -> None:
    with (
        MailServers(platform, require_auth=True) as servers,
        smtplib.SMTP(servers.host, servers.smtp_port) as client,
        pytest.raises(smtplib.SMTPSenderRefused, match="530"),
    ):
        client.sendmail(USER, ["asa@post.example"], RAW)

    assert platform.sent == []


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ((b"MAIL FROM:<a@x.example>",), b"503 5.5.1 Say EHLO first"),
        ((b"HELO me", b"RCPT TO:<a@x.example>"), b"503 5.5.1 Need MAIL before RCPT"),
        ((b"HELO me", b"MAIL FROM:<a@x.example>", b"DATA"), b"503 5.5.1 Need RCPT before DATA"),
        ((b"HELO me", b"MAIL FROM:a@x.example"), b"501 5.5.4 Syntax: FROM:<address>"),
        ((b"HELO me", b"MAIL FROM:<>", b"RCPT TO:<nobody>"), b"501 5.1.3 Bad recipient address syntax"),
        ((b"HELO me", b"MAIL FROM:<> SIZE=99999999"), b"552 5.3.4 Message size exceeds fixed limit"),
        ((b"HELO me", b"MAIL FROM:<>", b"RSET", b"DATA"), b"503 5.5.1 Need RCPT before DATA"),
        ((b"VRFY asa",), b"252 2.0.0 Send some mail, it will be tried"),
        ((b"FROBNICATE",), b"500 5.5.2 Command not recognized"),
        ((b"NOOP " + b"x" * 9000,), b"500 5.5.2 Line too long"),
        ((b"AUTH PLAIN !!",), b"501 5.5.2 Invalid authentication data"),
        ((b"AUTH LOGIN", b"*"), b"501 5.7.0 Authentication cancelled"),
        ((b"STARTTLS",), b"502 5.5.1 TLS is not available now"),
        ((b"QUIT",), b"221 2.0.0 Bye"),
    ],
    ids=lambda value: value[-1][:24].decode() if isinstance(value, tuple) else "",
)
def test_every_command_has_its_answer(plain: socket.socket, lines: tuple[bytes, ...], answer: bytes) -> None:
    answers = [say(plain, line) for line in lines]

    assert answers[-1] == answer + b"\r\n"


def test_a_dot_after_a_lone_line_feed_does_not_end_a_mail(platform: MailPlatform, plain: socket.socket) -> None:
    smuggled = b"innocent\n.\r\nMAIL FROM:<boss@shop.example>\r\n"
    plain.sendall(b"HELO me\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n")
    say(plain, smuggled + b".\r\nQUIT")
    while plain.recv(4096):
        pass

    assert [sent.sender for sent in platform.sent] == ["a@x.example"]
    assert b"boss@shop.example" in platform.sent[0].raw


def test_both_servers_speak_tls_from_the_first_byte(
    platform: MailPlatform, server_side: ssl.SSLContext, client_side: ssl.SSLContext
) -> None:
    platform.put(USER, b"x" * 300_000)
    with MailServers(platform, server_side, require_auth=True) as servers:
        with smtplib.SMTP_SSL(servers.host, servers.smtp_port, context=client_side) as sender:
            sender.ehlo("test")
            _authenticate(sender, "auth_plain")
            sender.sendmail(USER, ["asa@post.example"], RAW)
        with IMAPClient(servers.host, servers.imap_port, ssl=True, ssl_context=client_side) as reader:
            reader.plain_login(USER, PASSWORD)
            reader.select_folder("INBOX", readonly=True)
            fetched = reader.fetch([1], ["BODY.PEEK[]"])

    assert len(platform.sent) == 1
    assert len(fetched[1][b"BODY[]"]) == 300_000


def test_starttls_is_asked_of_everybody_before_sign_in(
    platform: MailPlatform, server_side: ssl.SSLContext, client_side: ssl.SSLContext
) -> None:
    platform.add_user("plain@shop.example", "ascii")
    with MailServers(platform, server_side, starttls=True) as servers:
        with smtplib.SMTP(servers.host, servers.smtp_port) as sender:
            sender.ehlo("test")
            offered_in_clear = sender.has_extn("auth")
            in_clear = _authenticate(sender, "auth_plain")
            sender.starttls(context=client_side)
            sender.login("plain@shop.example", "ascii")
        with IMAPClient(servers.host, servers.imap_port, ssl=False) as reader:
            with pytest.raises(LoginError, match="PRIVACYREQUIRED"):
                reader.login("plain@shop.example", "ascii")
            reader.starttls(client_side)
            reader.login("plain@shop.example", "ascii")

    assert (offered_in_clear, in_clear) == (False, 538)


def test_a_client_that_does_not_trust_the_certificate_leaves_the_server_working(
    platform: MailPlatform, server_side: ssl.SSLContext, client_side: ssl.SSLContext
) -> None:
    with MailServers(platform, server_side) as servers:
        with pytest.raises(ssl.SSLCertVerificationError):
            smtplib.SMTP_SSL(servers.host, servers.smtp_port, context=ssl.create_default_context())
        with smtplib.SMTP_SSL(servers.host, servers.smtp_port, context=client_side) as sender:
            answer = sender.noop()

    assert answer[0] == 250


def test_starttls_without_a_certificate_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="give it as `tls`"):
        MailServers(MailPlatform(), starttls=True)
