"""The servers the plugin is tested against do what its tests rely on."""

from __future__ import annotations

import email
import imaplib
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.servers import Dovecot, FaultySmtp, MailUser, Postfix

CUSTOMER = "kund@elsewhere.example"
WaitUntil = Callable[[Callable[[], bool], str], None]
UGLY = "Subject: Åsa Öberg 漢字 🙂\r\n\r\n.\r\nFrom here\nbare line feed\r\n".encode() + b"\xff\x80"


@contextmanager
def signed_in(dovecot: Dovecot, user: MailUser) -> Iterator[imaplib.IMAP4_SSL]:
    trusted = ssl.create_default_context(cafile=str(dovecot.certificate))
    with imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps_port, ssl_context=trusted, timeout=10) as client:
        client.login(user.name, user.password)
        yield client


def uid_validity(dovecot: Dovecot, user: MailUser) -> str:
    with signed_in(dovecot, user) as client:
        client.select(readonly=True)
        return str(client.response("UIDVALIDITY")[1][0])


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def letter(to: str, subject: str = "Ärende ett") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = CUSTOMER, to, subject
    mail["Message-ID"] = "<one@elsewhere.example>"
    mail.set_content("Hej, var är min order? 漢字 🙂\n")
    return mail


@pytest.mark.dovecot
def test_a_user_signs_in_over_tls_and_reads_a_mail_byte_for_byte(dovecot: Dovecot, mail_user: MailUser) -> None:
    dovecot.deliver_raw(mail_user.name, UGLY)
    with signed_in(dovecot, mail_user) as client:
        client.select(readonly=True)
        fetched = client.fetch("1", "(BODY.PEEK[])")[1][0]

    # IMAP speaks CRLF only: Dovecot completes the bare line feed on the way out, and nothing else.
    assert isinstance(fetched, tuple)
    assert fetched[1] == UGLY.replace(b"here\nbare", b"here\r\nbare")


@pytest.mark.dovecot
def test_a_wrong_password_is_refused_at_once(dovecot: Dovecot, mail_user: MailUser) -> None:
    with (
        imaplib.IMAP4(dovecot.host, dovecot.imap_port, timeout=10) as client,
        pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"),
    ):
        client.login(mail_user.name, "not the password")


@pytest.mark.dovecot
def test_each_user_is_somebody_else(dovecot: Dovecot, mail_user: MailUser) -> None:
    dovecot.deliver_raw(mail_user.name, UGLY)
    stranger = dovecot.add_user()

    assert stranger.name != mail_user.name
    assert dovecot.mails(stranger.name) == []


@pytest.mark.dovecot
def test_lmtp_delivers_a_plus_address_to_its_user_and_keeps_the_tag(dovecot: Dovecot, mail_user: MailUser) -> None:
    address = f"{mail_user.name}+ch-1042@example.se"
    with smtplib.LMTP(dovecot.host, dovecot.lmtp_port, timeout=10) as client:
        client.send_message(letter(address), CUSTOMER, [address])
    [raw] = dovecot.mails(mail_user.name)

    assert email.message_from_bytes(raw)["Delivered-To"] == address


@pytest.mark.dovecot
def test_forgotten_uids_change_uidvalidity_every_time(dovecot: Dovecot, mail_user: MailUser) -> None:
    dovecot.deliver_raw(mail_user.name, UGLY)
    seen = [uid_validity(dovecot, mail_user)]
    for _ in range(3):
        dovecot.forget_uids(mail_user.name)
        seen.append(uid_validity(dovecot, mail_user))

    assert len(set(seen)) == 4


@pytest.mark.dovecot
def test_a_stopped_dovecot_refuses_connections_and_comes_back_with_its_mail(
    dovecot: Dovecot, mail_user: MailUser
) -> None:
    dovecot.deliver_raw(mail_user.name, UGLY)
    before = uid_validity(dovecot, mail_user)
    dovecot.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((dovecot.host, dovecot.imaps_port))
    dovecot.start()

    assert uid_validity(dovecot, mail_user) == before
    assert dovecot.mails(mail_user.name) == [UGLY]


@pytest.mark.dovecot
def test_a_kicked_user_loses_the_connection(dovecot: Dovecot, mail_user: MailUser) -> None:
    trusted = ssl.create_default_context(cafile=str(dovecot.certificate))
    client = imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps_port, ssl_context=trusted, timeout=10)
    try:
        client.login(mail_user.name, mail_user.password)
        dovecot.kick(mail_user.name)
        farewell = client.readline()

        assert farewell.startswith(b"* BYE")
        with pytest.raises(imaplib.IMAP4.abort):
            client.select()
    finally:
        client.shutdown()


def killed_while_they_run(servers: str, ports: str) -> list[str]:
    """What a test run that is killed in the middle of this `with` printed before."""
    program = (
        "import sys; from importlib import import_module; sys.path.insert(0, sys.argv[1])\n"
        "servers = import_module('servers')\n"
        f"with {servers}:\n"
        f"    print({ports}, dovecot.folder, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    folder = str(Path(__file__).parents[3] / "tests")
    command = [sys.executable, "-c", program, folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        printed = run.stdout.readline().split()
        run.send_signal(signal.SIGKILL)
    return printed


@pytest.mark.dovecot
def test_a_killed_test_run_leaves_no_dovecot_behind(wait_until: WaitUntil) -> None:
    port, folder = killed_while_they_run("servers.Dovecot() as dovecot", "dovecot.imap_port")

    wait_until(lambda: not listens(int(port)), "the end of the orphaned Dovecot")
    shutil.rmtree(folder)


@pytest.mark.dovecot
@pytest.mark.postfix
def test_a_killed_test_run_leaves_no_postfix_behind(wait_until: WaitUntil) -> None:
    port, spool, folder = killed_while_they_run(
        "servers.Dovecot() as dovecot, servers.Postfix(dovecot) as postfix", "postfix.port, postfix.folder"
    )

    wait_until(lambda: not listens(int(port)), "the end of the orphaned Postfix")
    shutil.rmtree(spool, ignore_errors=True)  # its last process may still be tidying up
    shutil.rmtree(folder)


@pytest.mark.dovecot
@pytest.mark.postfix
def test_a_stopped_postfix_comes_back_on_its_port(postfix: Postfix) -> None:
    postfix.stop()
    stopped = listens(postfix.port)
    postfix.start()

    assert (stopped, listens(postfix.port)) == (False, True)


@pytest.mark.dovecot
@pytest.mark.postfix
def test_a_mail_travels_through_postfix_to_the_mailbox(dovecot: Dovecot, postfix: Postfix, mail_user: MailUser) -> None:
    with smtplib.SMTP(postfix.host, postfix.port, timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(postfix.certificate)))
        client.login(mail_user.name, mail_user.password)
        client.send_message(letter(mail_user.address), CUSTOMER, [mail_user.address])
    [raw] = dovecot.wait_for_mail(mail_user.name)

    assert email.message_from_bytes(raw)["Message-ID"] == "<one@elsewhere.example>"


@pytest.mark.dovecot
@pytest.mark.postfix
def test_postfix_refuses_a_wrong_password(postfix: Postfix, mail_user: MailUser) -> None:
    with smtplib.SMTP(postfix.host, postfix.port, timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(postfix.certificate)))

        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(mail_user.name, "not the password")


@pytest.mark.dovecot
@pytest.mark.postfix
@pytest.mark.parametrize(
    ("lost", "status"), [("nobody-here@example.se", "5.1.1"), ("somebody@elsewhere.example", "5.1.2")]
)
def test_a_real_bounce_comes_back_to_the_sender(
    dovecot: Dovecot, postfix: Postfix, mail_user: MailUser, lost: str, status: str
) -> None:
    with smtplib.SMTP(postfix.host, postfix.port, timeout=10) as client:
        client.send_message(letter(lost), mail_user.address, [lost])
    [raw] = dovecot.wait_for_mail(mail_user.name)
    bounce = email.message_from_bytes(raw)
    [report] = [part for part in bounce.walk() if part.get_content_type() == "message/delivery-status"]

    assert bounce.get_content_type() == "multipart/report"
    assert bounce["Return-Path"] == "<>"
    assert f"Status: {status}" in report.as_string()
    assert f"Final-Recipient: rfc822; {lost}" in report.as_string()


def test_the_faulty_smtp_server_takes_a_mail_with_its_envelope(faulty_smtp: FaultySmtp) -> None:
    with smtplib.SMTP(faulty_smtp.host, faulty_smtp.port, timeout=10) as client:
        client.sendmail("shop@example.se", [CUSTOMER], b"Subject: x\r\n\r\n..dot\r\n" + UGLY, ["BODY=8BITMIME"])
    [mail] = faulty_smtp.accepted

    assert (mail.sender, mail.recipients, mail.signed_in) == ("shop@example.se", (CUSTOMER,), "")
    assert mail.content.startswith(b"Subject: x\r\n\r\n..dot\r\n")


def test_a_refused_recipient_does_not_keep_the_mail_from_the_others(faulty_smtp: FaultySmtp) -> None:
    faulty_smtp.refuse_recipient("gone@example.org")
    faulty_smtp.refuse_recipient("full@example.org", "450 4.2.2 mailbox full")
    with smtplib.SMTP(faulty_smtp.host, faulty_smtp.port, timeout=10) as client:
        refused = client.sendmail("shop@example.se", [CUSTOMER, "gone@example.org", "full@example.org"], b"\r\nhej")

    assert refused == {
        "gone@example.org": (550, b"5.1.1 no such user"),
        "full@example.org": (450, b"4.2.2 mailbox full"),
    }
    assert [mail.recipients for mail in faulty_smtp.accepted] == [(CUSTOMER,)]


def test_data_and_content_are_refused_once_each_and_nothing_is_kept(faulty_smtp: FaultySmtp) -> None:
    faulty_smtp.refuse_data()
    faulty_smtp.refuse_content("554 5.7.1 looks like spam")
    codes = []
    with smtplib.SMTP(faulty_smtp.host, faulty_smtp.port, timeout=10) as client:
        for text in (b"\r\none", b"\r\ntwo"):
            with pytest.raises(smtplib.SMTPDataError) as refusal:
                client.sendmail("shop@example.se", [CUSTOMER], text)
            codes.append(refusal.value.smtp_code)
            client.rset()
        client.sendmail("shop@example.se", [CUSTOMER], b"\r\nthree")

    assert codes == [451, 554]
    assert [mail.content for mail in faulty_smtp.accepted] == [b"\r\nthree\r\n"]


@pytest.mark.parametrize(("fault", "kept"), [("drop_in_data", 0), ("lose_answer", 1)])
def test_a_connection_lost_in_data_may_or_may_not_have_kept_the_mail(
    faulty_smtp: FaultySmtp, fault: str, kept: int
) -> None:
    getattr(faulty_smtp, fault)()
    with (
        smtplib.SMTP(faulty_smtp.host, faulty_smtp.port, timeout=10) as client,
        pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)),
    ):
        client.sendmail("shop@example.se", [CUSTOMER], b"\r\n" + b"hej\r\n" * 20_000)

    assert len(faulty_smtp.accepted) == kept


def test_a_sign_in_is_asked_for_after_starttls(secure_smtp: FaultySmtp, tls_certificate: Path) -> None:
    with smtplib.SMTP(secure_smtp.host, secure_smtp.port, timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(tls_certificate)))
        with pytest.raises(smtplib.SMTPSenderRefused, match="authentication required"):
            client.sendmail("shop@example.se", [CUSTOMER], b"\r\nhej")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("support", "wrong")
        client.login("support", "secret")
        client.sendmail("shop@example.se", [CUSTOMER], b"\r\nhej")

    assert [mail.signed_in for mail in secure_smtp.accepted] == ["support"]


def test_a_stopped_smtp_server_refuses_connections_until_it_is_started_again(faulty_smtp: FaultySmtp) -> None:
    faulty_smtp.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((faulty_smtp.host, faulty_smtp.port))
    faulty_smtp.start()

    with smtplib.SMTP(faulty_smtp.host, faulty_smtp.port, timeout=10) as client:
        assert client.noop()[0] == 250
