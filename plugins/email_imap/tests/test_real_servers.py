"""The e-mail channel against a real Dovecot, a real Postfix and a real SMTP server with faults."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hub import CaseState, Direction
from hub.core.events import MessageArrived
from hub.core.outbox import SETTLE, ReplyState
from hub.core.ports import Store
from tests.fakes import MovableClock
from tests.shop import Shop, mail

if TYPE_CHECKING:
    from tests.servers import Dovecot, FaultySmtp, MailUser, Postfix

pytestmark = pytest.mark.dovecot


@pytest.fixture
def clock() -> MovableClock:
    """A clock that begins at the real instant, as the real servers' clocks do, and then moves as a test says."""
    return MovableClock(datetime.now(UTC))


@pytest.fixture
def shop(store: Store, clock: MovableClock, dovecot: Dovecot, mail_user: MailUser, faulty_smtp: FaultySmtp) -> Shop:
    options: dict[str, Any] = {
        "address": mail_user.address,
        "username": mail_user.name,
        "password": mail_user.password,
        "imap_host": dovecot.host,
        "imap_port": dovecot.imaps_port,
        "ca_file": dovecot.certificate,
        "smtp_host": faulty_smtp.host,
        "smtp_port": faulty_smtp.port,
        "smtp_security": "none",
        "smtp_sign_in": False,
        "start": "all",
    }
    return Shop(store, clock, options)


def through(postfix: Postfix) -> dict[str, Any]:
    """The settings that send through Postfix with STARTTLS."""
    return {
        "smtp_host": postfix.host,
        "smtp_port": postfix.port,
        "smtp_security": "starttls",
        "smtp_sign_in": True,
    }


def subjects(shop: Shop) -> list[str]:
    return sorted(case.subject for case in shop.cases())


def read_as_mail(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def test_mail_arrives_over_tls_and_a_second_reading_brings_nothing(
    shop: Shop, dovecot: Dovecot, mail_user: MailUser
) -> None:
    for number in range(120):
        dovecot.deliver_raw(mail_user.name, mail(f"mail {number:03}"))

    first, second = shop.read(), shop.read()

    assert first.failure is None
    assert (first.new_cases, second.new_messages, second.batches) == (120, 0, 0)
    assert subjects(shop) == [f"mail {number:03}" for number in range(120)]


def test_reading_leaves_mails_as_unread_as_they_were(shop: Shop, dovecot: Dovecot, mail_user: MailUser) -> None:
    dovecot.deliver_raw(mail_user.name, mail())

    shop.read()

    names = [path.name for path in dovecot.mailbox(mail_user.name).glob("cur/*")]
    assert all(not name.endswith("S") for name in names)


def test_lost_indexes_change_every_uid_and_bring_nothing_twice(
    shop: Shop, dovecot: Dovecot, mail_user: MailUser
) -> None:
    for number in range(5):
        dovecot.deliver_raw(mail_user.name, mail(f"mail {number}"))
    shop.read()
    dovecot.forget_uids(mail_user.name)
    dovecot.deliver_raw(mail_user.name, mail("new since"))

    result = shop.read()

    assert result.new_messages == 1
    assert any("renumbered" in notice for notice in result.notices)
    assert len(shop.cases()) == 6


def test_a_server_that_is_stopped_and_started_costs_nothing(shop: Shop, dovecot: Dovecot, mail_user: MailUser) -> None:
    dovecot.deliver_raw(mail_user.name, mail("before"))
    shop.read()
    dovecot.stop()
    away = shop.read()
    dovecot.start()
    dovecot.deliver_raw(mail_user.name, mail("after"))

    back = shop.read()

    assert away.failure is not None
    assert away.failure.kind == "Unavailable"
    assert back.ok
    assert subjects(shop) == ["after", "before"]


def test_a_session_that_the_operator_ends_is_an_outage_and_nothing_more(
    shop: Shop, dovecot: Dovecot, mail_user: MailUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub_email_imap.mailbox import Mailbox  # noqa: PLC0415  patched in this test only

    for number in range(3):
        dovecot.deliver_raw(mail_user.name, mail(f"mail {number}"))
    bodies = Mailbox.bodies

    def kicked(self: Mailbox, uids: list[int]) -> dict[int, bytes | None]:
        dovecot.kick(mail_user.name)
        return bodies(self, uids)

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "bodies", kicked)
        cut = shop.read()
    shop.read()

    assert cut.failure is not None
    assert cut.failure.kind == "Unavailable"
    assert subjects(shop) == ["mail 0", "mail 1", "mail 2"]


def test_a_wrong_password_is_told_from_an_untrusted_certificate(shop: Shop, tmp_path: Path) -> None:
    wrong = shop.read(password="wrong")
    untrusted = shop.read(ca_file=None)

    assert wrong.failure is not None
    assert wrong.failure.kind == "AuthenticationFailed"
    assert untrusted.failure is not None
    assert untrusted.failure.kind == "Unavailable"
    assert "ca_file" in untrusted.failure.text


def test_a_folder_outside_ascii_is_read(shop: Shop, dovecot: Dovecot, mail_user: MailUser) -> None:
    import imaplib  # noqa: PLC0415  used here only

    trusted = ssl.create_default_context(cafile=str(dovecot.certificate))
    with imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps_port, ssl_context=trusted, timeout=10) as client:
        client.login(mail_user.name, mail_user.password)
        client.create('"Kundtj&AOQ-nst"')
        client.append('"Kundtj&AOQ-nst"', "", "", mail("in the folder"))

    shop.read(folders=("Kundtjänst",))

    assert subjects(shop) == ["in the folder"]


def test_broken_mails_arrive_as_they_are_and_stop_nothing(shop: Shop, dovecot: Dovecot, mail_user: MailUser) -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(200)
    )
    recipients = ", ".join(f"r{number}@list.example" for number in range(1000))
    for raw in (
        b"\xff\xfe garbage\r\n: nothing\r\nSubject: garbage header\r\n\r\nHej\r\n",
        b"Subject: unknown charset\r\nContent-Type: text/plain; charset=klingon\r\n\r\nHej \xe5\xe4\xf6\r\n",
        b"From: a@kund.example\r\nSubject: no id\r\n\r\nHej\r\n",
        b"Subject: NUL\x00 bytes\r\n\r\nHej\x00 du\r\n",
        b"Subject: nested\r\nMIME-Version: 1.0\r\n" + nested + b"\r\nHej\r\n",
        f"To: {recipients}\r\nSubject: many recipients\r\n\r\nHej\r\n".encode(),
        b"",
        mail("ordinary"),
    ):
        dovecot.deliver_raw(mail_user.name, raw)

    result = shop.read()

    assert result.failure is None
    assert result.new_messages == 8
    assert {"garbage header", "unknown charset", "no id", "nested", "many recipients", "ordinary"} <= set(
        subjects(shop)
    )
    nobody = [m.problem for case in shop.cases() for m in case.messages if not m.sender.email]
    assert nobody == ["it does not say who wrote it"] * 6
    assert len(shop.store.unreadable()) == 6


def test_check_proves_everything_over_tls_and_changes_nothing(
    shop: Shop, dovecot: Dovecot, mail_user: MailUser, faulty_smtp: FaultySmtp
) -> None:
    dovecot.deliver_raw(mail_user.name, mail())
    with shop.connect() as connection:
        proofs = list(connection.check())

    assert [proof for proof in proofs if not proof.ok] == []
    assert faulty_smtp.accepted == []
    assert len(dovecot.mails(mail_user.name)) == 1


def asked(shop: Shop, dovecot: Dovecot, user: MailUser) -> None:
    dovecot.deliver_raw(user.name, mail(message_id="<question@kund.example>"))
    shop.read()
    # The server's clock went on since the test's was set by it, and the server tells whole seconds.
    shop.clock.advance(seconds=10)
    shop.answer(shop.case())


def test_an_answer_arrives_and_its_copy_lies_in_sent(
    shop: Shop, dovecot: Dovecot, mail_user: MailUser, faulty_smtp: FaultySmtp
) -> None:
    asked(shop, dovecot, mail_user)

    result = shop.send()

    assert result.delivered == ["k1"]
    assert result.warnings == []
    [accepted] = faulty_smtp.accepted
    assert accepted.recipients == ("asa@kund.example",)
    assert read_as_mail(accepted.content)["In-Reply-To"] == "<question@kund.example>"
    [copy] = dovecot.mails(mail_user.name, "Sent")
    assert read_as_mail(copy)["Message-ID"] == read_as_mail(accepted.content)["Message-ID"]


def test_reading_after_an_answer_takes_the_copy_for_what_it_is(
    shop: Shop, dovecot: Dovecot, mail_user: MailUser
) -> None:
    asked(shop, dovecot, mail_user)
    shop.send()

    shop.read()

    assert [message.direction for message in shop.case().messages] == [Direction.INBOUND, Direction.OUTBOUND]


@pytest.mark.parametrize("fault", ["recipient 450", "data 451", "content 452"])
def test_what_was_surely_not_taken_is_sent_again_and_arrives_once(
    shop: Shop, clock: MovableClock, dovecot: Dovecot, mail_user: MailUser, faulty_smtp: FaultySmtp, fault: str
) -> None:
    asked(shop, dovecot, mail_user)
    if fault == "recipient 450":
        faulty_smtp.refuse_recipient("asa@kund.example", "450 4.2.1 greylisted")
    elif fault == "data 451":
        faulty_smtp.refuse_data("451 4.3.0 come back later")
    else:
        faulty_smtp.refuse_content("452 4.2.2 full")

    shop.send()
    waiting = shop.state_of()
    faulty_smtp.take_recipient("asa@kund.example")
    for _ in range(3):
        clock.advance(timedelta(hours=2))
        shop.send()

    assert waiting is ReplyState.QUEUED
    assert shop.state_of() is ReplyState.DELIVERED
    assert len(faulty_smtp.accepted) == 1


def test_a_connection_that_dies_around_the_mail_never_leads_to_two(
    shop: Shop, clock: MovableClock, dovecot: Dovecot, mail_user: MailUser, faulty_smtp: FaultySmtp
) -> None:
    asked(shop, dovecot, mail_user)
    faulty_smtp.drop_in_data()
    for _ in range(6):
        shop.send()
        clock.advance(timedelta(hours=6))

    # Where the network buffered the end of the mail, nobody here can know that the server never read it.
    assert (shop.state_of(), len(faulty_smtp.accepted)) in (
        (ReplyState.DELIVERED, 1),
        (ReplyState.UNCERTAIN, 0),
    )


def test_a_refused_recipient_is_never_tried_again(
    shop: Shop, clock: MovableClock, dovecot: Dovecot, mail_user: MailUser, faulty_smtp: FaultySmtp
) -> None:
    asked(shop, dovecot, mail_user)
    faulty_smtp.refuse_recipient("asa@kund.example")

    shop.send()
    clock.advance(timedelta(days=1))
    shop.send()

    assert shop.state_of() is ReplyState.REJECTED
    assert faulty_smtp.accepted == []


def test_an_answer_lost_after_data_is_looked_up_in_sent_before_anything_else(
    shop: Shop, clock: MovableClock, dovecot: Dovecot, mail_user: MailUser, faulty_smtp: FaultySmtp
) -> None:
    asked(shop, dovecot, mail_user)
    faulty_smtp.lose_answer()
    shop.send()
    lost = shop.state_of()
    [accepted] = faulty_smtp.accepted
    dovecot.deliver_raw(mail_user.name, accepted.content, "Sent")
    clock.advance(SETTLE)

    result = shop.send()

    assert lost is ReplyState.UNCERTAIN
    assert result.delivered == ["k1"]
    assert len(faulty_smtp.accepted) == 1


def test_a_lost_answer_that_is_nowhere_to_be_found_is_put_to_a_person(
    shop: Shop, clock: MovableClock, dovecot: Dovecot, mail_user: MailUser, faulty_smtp: FaultySmtp
) -> None:
    asked(shop, dovecot, mail_user)
    faulty_smtp.lose_answer()
    for _ in range(6):
        shop.send()
        clock.advance(timedelta(hours=6))

    [reply] = shop.store.replies()
    assert reply.needs_a_person
    assert len(faulty_smtp.accepted) == 1


@pytest.mark.postfix
def test_a_conversation_over_postfix_and_dovecot_stays_in_one_thread_on_both_sides(
    shop: Shop, dovecot: Dovecot, mail_user: MailUser, postfix: Postfix
) -> None:
    customer = dovecot.add_user()
    write(postfix, dovecot, mail("Var är paketet?", sender=customer.address, to=mail_user.address,
                                 message_id="<question@kund.example>"))  # fmt: skip
    dovecot.wait_for_mail(mail_user.name)
    shop.read()
    shop.answer(shop.case())

    sent = shop.send(**through(postfix))
    [answer] = [read_as_mail(raw) for raw in dovecot.wait_for_mail(customer.name)]
    write(postfix, dovecot, mail("Re: Var är paketet?", "Tack!", customer.address, "<thanks@kund.example>",
                                 mail_user.address, In_Reply_To=answer["Message-ID"]))  # fmt: skip
    dovecot.wait_for_mail(mail_user.name, 2)
    shop.read()

    assert sent.delivered == ["k1"]
    assert answer["In-Reply-To"] == "<question@kund.example>"
    assert "Det kommer i morgon. 漢字 🙂" in answer.get_content()
    assert len(shop.case().messages) == 3
    assert shop.case().state is CaseState.OPEN


@pytest.mark.postfix
def test_a_true_bounce_comes_into_the_case_of_the_mail_it_is_about(
    shop: Shop, clock: MovableClock, dovecot: Dovecot, mail_user: MailUser, postfix: Postfix
) -> None:
    dovecot.deliver_raw(mail_user.name, mail("Fråga", sender="nobody@nowhere.example"))
    shop.read()
    shop.answer(shop.case())
    sent = shop.send(**through(postfix))
    dovecot.wait_for_mail(mail_user.name, 2)
    clock.advance(timedelta(minutes=1))

    shop.read()

    assert sent.delivered == ["k1"]
    [bounce] = [message for message in shop.case().messages if "bounce" in message.labels]
    assert bounce.automatic
    assert len(shop.case().messages) == 3
    assert (shop.case().state, shop.case().waiting_since is None) == (CaseState.OPEN, False)
    arrived = [e.what for e in shop.store.history(shop.case().number) if isinstance(e.what, MessageArrived)]
    assert arrived[-1].reason == "it reports on a message we signed for this case"


def write(postfix: Postfix, dovecot: Dovecot, raw: bytes) -> None:
    """Send a customer's mail through Postfix."""
    message = read_as_mail(raw)
    with smtplib.SMTP(postfix.host, postfix.port, timeout=10) as smtp:
        smtp.starttls(context=ssl.create_default_context(cafile=str(dovecot.certificate)))
        smtp.send_message(message)
