"""The e-mail channel against the pretended mail server: reading, answering, and everything that can go wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from hub import (
    Act,
    ActKind,
    Attachment,
    AuthenticationFailed,
    Capability,
    CaseState,
    CaseType,
    Direction,
    IncomingMessage,
    StoreError,
    Uncertain,
    Unsupported,
)
from hub.core.events import MessageArrived
from hub.core.outbox import SETTLE, ReplyState
from hub.core.ports import Store
from hub.runs.outbox_of_channel import MOST_TRIES_TO_FINISH
from hub_email_imap import reading
from hub_email_imap.adapter import EmailAdapter, EmailConnection
from hub_email_imap.mailbox import Mailbox
from hub_email_imap.parsed import Address
from hub_email_imap.simulator import MailPlatform, MailServers
from hub_email_imap.worker import ParseFailure, ParseWorker
from tests.fakes import MONDAY_NOON, MovableClock
from tests.shop import ADDRESS, PASSWORD, Shop, mail, options_of


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def platform(clock: MovableClock) -> MailPlatform:
    pretended = MailPlatform(clock.now)
    pretended.add_user(ADDRESS, PASSWORD)
    return pretended


@pytest.fixture
def servers(platform: MailPlatform) -> Iterator[MailServers]:
    with MailServers(platform, require_auth=True) as running:
        yield running


@pytest.fixture
def shop(store: Store, clock: MovableClock, servers: MailServers) -> Shop:
    return Shop(store, clock, options_of(servers))


def put(platform: MailPlatform, raw: bytes, folder: str = "INBOX", **at: Any) -> int:
    return platform.put(ADDRESS, raw, folder, **at)


def copies(platform: MailPlatform) -> list[str]:
    """The ids of the mails in the folder for sent mail."""
    kept = platform.messages(ADDRESS, "Sent")
    return [message_from_bytes(mail.raw, policy=policy.default)["Message-ID"] for mail in kept]


def received(platform: MailPlatform, number: int = -1) -> EmailMessage:
    """A mail as the customer got it."""
    return message_from_bytes(platform.sent[number].raw, policy=policy.default)


def subjects(shop: Shop) -> list[str]:
    return [case.subject for case in shop.cases()]


# Reading


def test_a_mail_becomes_a_case_with_its_customer_text_and_deadline(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("Order ORD-1042", "Hej, paketet har inte kommit. 🙂"))

    result = shop.read()

    assert result.ok
    case = shop.case()
    assert (case.subject, case.customer.name, case.customer.email) == (
        "Order ORD-1042",
        "Åsa Öberg",
        "asa@kund.example",
    )
    assert case.messages[0].text.strip() == "Hej, paketet har inte kommit. 🙂"
    assert case.order is not None
    assert case.order.number == "ORD-1042"
    deadline = shop.store.summary(case.number).deadline
    assert deadline is not None
    assert deadline.due == MONDAY_NOON + timedelta(days=1)


def test_reading_and_checking_change_nothing_in_the_mailbox(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("one"))
    put(platform, mail("two"))

    shop.read()
    with shop.connect() as connection:
        proofs = list(connection.check())

    assert [proof.ok for proof in proofs] == [True] * len(proofs)
    assert platform.changes == []
    assert [stored.flags for stored in platform.messages(ADDRESS)] == [frozenset(), frozenset()]
    assert platform.sent == []


def test_the_second_reading_fetches_nothing(shop: Shop, platform: MailPlatform) -> None:
    for number in range(5):
        put(platform, mail(f"mail {number}"))
    shop.read()

    again = shop.read()

    assert (again.new_messages, again.batches) == (0, 0)
    assert len(shop.cases()) == 5


def test_the_last_mail_that_a_server_always_names_is_not_taken_for_a_new_one(
    shop: Shop, platform: MailPlatform
) -> None:
    for number in range(2):
        put(platform, mail(f"mail {number}"))

    with Mailbox(shop.settings()) as mailbox:
        mailbox.examine("INBOX")
        new = [mailbox.uids_above(last) for last in range(4)]

    assert new == [[1, 2], [2], [], []]


def test_mail_that_somebody_else_has_read_is_found_all_the_same(shop: Shop, platform: MailPlatform) -> None:
    uid = put(platform, mail("read on a phone"))
    platform.folder(ADDRESS).set_flags(uid, frozenset({"\\Seen"}))

    shop.read()

    assert subjects(shop) == ["read on a phone"]


def test_from_now_leaves_older_mail_alone_and_takes_all_newer(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("older"))
    shop.read(start="now")
    put(platform, mail("newer"))

    shop.read(start="now")

    assert subjects(shop) == ["newer"]


def test_some_days_back_means_to_the_instant(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("too old"), at=MONDAY_NOON - timedelta(days=3, seconds=1))
    put(platform, mail("just young enough"), at=MONDAY_NOON - timedelta(days=3))
    put(platform, mail("today"), at=MONDAY_NOON)

    shop.read(start="3d")

    assert sorted(subjects(shop)) == ["just young enough", "today"]


def test_old_mail_that_is_rescued_from_the_junk_folder_is_taken(shop: Shop, platform: MailPlatform) -> None:
    shop.read(start="now")
    put(platform, mail("rescued"), at=MONDAY_NOON - timedelta(days=30))

    shop.read(start="now")

    assert subjects(shop) == ["rescued"]


def test_renumbered_mail_is_known_again_and_said_aloud(shop: Shop, platform: MailPlatform) -> None:
    for number in range(3):
        put(platform, mail(f"mail {number}"))
    shop.read()
    platform.renumber(ADDRESS)
    put(platform, mail("new since"))

    result = shop.read()

    assert sorted(subjects(shop)) == ["mail 0", "mail 1", "mail 2", "new since"]
    assert result.new_messages == 1
    assert any("renumbered" in notice for notice in result.notices)
    assert shop.read().notices == ()


def test_after_renumbering_mail_from_before_the_start_stays_out(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    put(platform, mail("before we began"), at=MONDAY_NOON - timedelta(days=1))
    shop.read(start="now")
    clock.advance(timedelta(hours=1))
    put(platform, mail("after"))
    platform.renumber(ADDRESS)

    shop.read(start="now")

    assert subjects(shop) == ["after"]


def test_a_reused_message_id_with_other_content_is_another_mail(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("parcel 1", "Your parcel 1", message_id="<reused@dhl.example>"))
    put(platform, mail("parcel 2", "Your parcel 2", message_id="<reused@dhl.example>"))

    shop.read()

    assert sum(len(case.messages) for case in shop.cases()) == 2


def test_a_copy_of_the_same_mail_is_one_message(shop: Shop, platform: MailPlatform) -> None:
    raw = mail("twice")
    put(platform, raw)
    put(platform, b"Received: from elsewhere\r\n" + raw)

    shop.read()

    assert len(shop.case().messages) == 1


def test_a_mail_without_message_id_is_the_same_at_every_reading(shop: Shop, platform: MailPlatform) -> None:
    put(platform, b"From: a@kund.example\r\nTo: support@shop.example\r\nSubject: no id\r\n\r\nHej\r\n")
    shop.read()
    platform.renumber(ADDRESS)

    shop.read()

    assert len(shop.case().messages) == 1


def test_several_folders_are_read_and_names_outside_ascii_work(shop: Shop, platform: MailPlatform) -> None:
    platform.add_folder(ADDRESS, "Kundtjänst/Förfrågningar")
    put(platform, mail("in the inbox"))
    put(platform, mail("in the other"), "Kundtjänst/Förfrågningar")

    shop.read(folders=("INBOX", "Kundtjänst/Förfrågningar"))

    assert sorted(subjects(shop)) == ["in the inbox", "in the other"]


def test_a_missing_folder_is_named_with_those_there_are(shop: Shop) -> None:
    result = shop.read(folders=("Kunder",))

    assert result.failure is not None
    assert "'Kunder'" in result.failure.text
    assert "INBOX" in result.failure.text


def test_a_mail_over_the_limit_is_a_case_that_says_so_and_stays_where_it_is(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(platform, mail("huge", "x" * 70 + "\n") + b"y" * 30_000_000)
    put(platform, mail("small"))
    fetched: list[int] = []
    bodies = Mailbox.bodies

    def noted(mailbox: Mailbox, uids: Sequence[int]) -> dict[int, bytes | None]:
        fetched.extend(uids)
        return bodies(mailbox, uids)

    monkeypatch.setattr(Mailbox, "bodies", noted)

    shop.read()

    assert fetched == [2]
    huge = next(case for case in shop.cases() if case.subject == "huge")
    assert "30.0 MB" in huge.messages[0].text
    assert "too-large" in huge.messages[0].labels
    assert huge.customer.email == "asa@kund.example"
    assert len(platform.messages(ADDRESS)) == 2
    assert "small" in subjects(shop)


def test_more_mails_than_one_step_holds_arrive_in_order_and_once(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STEP_MAILS", 4)
    for number in range(11):
        put(platform, mail(f"mail {number:02}"))

    result = shop.read()

    assert subjects(shop) == [f"mail {number:02}" for number in range(11)]
    assert result.new_messages == 11


def test_attachments_and_the_original_are_kept_byte_for_byte(shop: Shop, platform: MailPlatform) -> None:
    message = message_from_bytes(mail("with a file"), policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    message.add_attachment(b"%PDF-1.4 \x00\xff", maintype="application", subtype="pdf", filename="kvitto åäö.pdf")
    put(platform, message.as_bytes())

    shop.read()

    [stored] = shop.case().messages
    [file] = stored.attachments
    assert (file.name, file.media_type) == ("kvitto åäö.pdf", "application/pdf")
    assert shop.store.content(file.digest) == b"%PDF-1.4 \x00\xff"
    assert shop.store.content(stored.raw) == platform.messages(ADDRESS)[0].raw


def test_an_auto_reply_is_shown_labelled_and_owed_no_answer(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("Out of office", Auto_Submitted="auto-replied"))

    shop.read()

    [message] = shop.case().messages
    assert message.automatic
    assert "auto-reply" in message.labels
    assert shop.store.summary(shop.case().number).deadline is None


# Mails that cannot be read


class _Unable(ParseWorker):
    """A child that fails at every mail that says so."""

    def finish(self) -> Any:
        return [
            ParseFailure("it took longer than 30 s", "evil", Address("", "evil@kund.example"), "")
            if getattr(outcome, "subject", "") == "evil"
            else outcome
            for outcome in super().finish()
        ]


def test_a_mail_that_cannot_be_read_is_a_visible_case_and_stops_nothing(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(platform, mail("before"))
    put(platform, mail("evil"))
    put(platform, mail("after"))
    monkeypatch.setattr(reading, "ParseWorker", _Unable)

    result = shop.read()

    assert result.ok
    assert subjects(shop) == ["before", "evil", "after"]
    unreadable = shop.cases()[1]
    assert unreadable.type is CaseType.UNREADABLE
    assert unreadable.messages[0].problem == "it took longer than 30 s"
    assert shop.store.summary(unreadable.number).deadline is not None
    assert shop.store.unreadable() == [(unreadable.number, unreadable.messages[0].ref)]


def test_an_unreadable_mail_is_read_again_from_its_kept_original(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(platform, mail("evil", "Now you can read me."))
    with monkeypatch.context() as patch:
        patch.setattr(reading, "ParseWorker", _Unable)
        shop.read()
    [message] = shop.case().messages

    with shop.connect() as connection:
        again = connection.reread(message)
    assert isinstance(again, IncomingMessage)

    assert again.message.ref == message.ref
    assert again.message.text.strip() == "Now you can read me."
    assert again.message.problem == ""


@pytest.mark.parametrize("refused", [b"BODY[]", b"BODY[HEADER]"])
def test_a_mail_that_the_server_withholds_is_a_visible_case_and_keeps_no_other_back(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch, refused: bytes
) -> None:
    put(platform, mail("before"))
    bad = put(platform, mail("withheld"))
    put(platform, mail("after"))
    fetch = IMAPClient.fetch

    def refusing(client: IMAPClient, uids: list[int], what: list[str]) -> Any:
        if bad in uids and (what == ["BODY.PEEK[]"] or (refused != b"BODY[]" and what == ["BODY.PEEK[HEADER]"])):
            raise IMAPClientError("FETCH failed: cannot read message")
        return fetch(client, uids, what)

    monkeypatch.setattr(IMAPClient, "fetch", refusing)
    first, second = shop.read(), shop.read()

    assert first.failure is None
    assert (first.new_messages, second.new_messages) == (3, 0)
    texts = [case.messages[0].text for case in shop.cases()]
    assert sum("would not hand this mail over" in text for text in texts) == 1
    assert {"before", "after"} <= set(subjects(shop))
    assert ("withheld" in subjects(shop)) is (refused == b"BODY[]")


def test_a_server_that_withholds_every_mail_stops_the_channel(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(platform, mail("one"))
    put(platform, mail("two"))
    fetch = IMAPClient.fetch

    def refusing(client: IMAPClient, uids: list[int], what: list[str]) -> Any:
        if what != ["RFC822.SIZE", "INTERNALDATE"]:
            raise IMAPClientError("FETCH failed: permission denied")
        return fetch(client, uids, what)

    with monkeypatch.context() as patch:
        patch.setattr(IMAPClient, "fetch", refusing)
        refused = shop.read()
    shop.read()

    assert refused.failure is not None
    assert refused.failure.stops
    assert sorted(subjects(shop)) == ["one", "two"]


# Trouble with the server


@pytest.mark.parametrize("password", ["lösenord 漢字 🙂", 'with "quotes" and \\ too'])
def test_any_password_signs_in(shop: Shop, platform: MailPlatform, password: str) -> None:
    platform.add_user(ADDRESS, password)

    result = shop.read(password=password)

    assert result.failure is None


def test_a_host_that_is_none_is_named_without_the_password(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_the_system_does(host: str, *_: object, **__: object) -> None:
        host.encode("idna")

    monkeypatch.setattr(socket, "getaddrinfo", as_the_system_does)
    result = shop.read(imap_host="imap.ö..se", imap_security="tls", password="lösenord")

    assert result.failure is not None
    assert result.failure.text == "imap_host 'imap.ö..se' is not the name of a host"


def test_a_wrong_password_stops_the_channel_and_never_shows_the_password(shop: Shop) -> None:
    result = shop.read(password="wrong hunter2")

    assert result.failure is not None
    assert (result.failure.kind, result.failure.stops) == ("AuthenticationFailed", True)
    assert "hunter2" not in repr(result)
    assert "hunter2" not in repr(shop.settings(password="wrong hunter2"))


def test_a_server_that_is_away_is_told_from_a_wrong_password(shop: Shop, platform: MailPlatform) -> None:
    platform.imap_faults.refuse_connections()

    result = shop.read()

    assert result.failure is not None
    assert (result.failure.kind, result.failure.stops) == ("Unavailable", False)


@pytest.mark.parametrize("command", ["LOGIN", "EXAMINE", "SEARCH", "FETCH", "LIST"])
def test_a_connection_lost_at_any_command_is_an_outage_and_never_a_wrong_password(
    shop: Shop, platform: MailPlatform, command: str
) -> None:
    put(platform, mail("one"))
    platform.imap_faults.drop_at(command)

    lost = shop.read()
    shop.read()

    assert lost.failure is not None
    assert (lost.failure.kind, lost.failure.stops) == ("Unavailable", False)
    assert subjects(shop) == ["one"]


@pytest.mark.parametrize("amount", [0, 50, 3000])
def test_a_server_gone_in_the_middle_of_a_fetch_loses_and_doubles_nothing(
    shop: Shop, platform: MailPlatform, amount: int
) -> None:
    for number in range(10):
        put(platform, mail(f"mail {number}"))
    platform.imap_faults.drop_after_bytes(amount)

    failed = shop.read()
    shop.read()

    assert failed.failure is not None
    assert failed.failure.kind == "Unavailable"
    assert platform.imap_faults.left == []
    assert subjects(shop) == [f"mail {number}" for number in range(10)]


def test_an_answer_that_is_no_imap_stops_the_channel_instead_of_guessing(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("one"))
    platform.imap_faults.garble_next_fetch()

    failed = shop.read()
    shop.read()

    assert failed.failure is not None
    assert failed.failure.kind in ("Misunderstood", "Unavailable")
    assert subjects(shop) == ["one"]


def test_a_full_disk_while_keeping_an_original_loses_nothing(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        put(platform, mail(f"mail {number}"))

    def no_space(_content: bytes) -> str:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(shop.store, "keep", no_space)
        failed = shop.read()
    shop.read()

    assert failed.failure is not None
    assert failed.failure.text == "the disk is full"
    assert subjects(shop) == ["mail 0", "mail 1", "mail 2"]


def test_no_thread_and_no_connection_survives_a_reading(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("one"))
    before = set(threading.enumerate())

    shop.read()

    started = {thread.name for thread in set(threading.enumerate()) - before}
    assert [name for name in started if name.startswith("sync-") or "feeder" in name] == []


# Check


def test_check_tells_a_wrong_password_from_an_unreachable_server_from_a_missing_folder(shop: Shop) -> None:
    with shop.connect(password="wrong") as connection:
        wrong = {proof.what: proof for proof in connection.check()}
    with shop.connect(imap_port=1) as connection:
        away = {proof.what: proof for proof in connection.check()}
    with shop.connect(folders=("Kunder",)) as connection:
        missing = {proof.what: proof for proof in connection.check()}

    assert wrong["sign-in at 127.0.0.1"].detail == "wrong name or password"
    assert "password" in wrong["sign-in at 127.0.0.1"].advice
    assert not away["sign-in at 127.0.0.1"].ok
    assert "cannot reach 127.0.0.1:1" in away["sign-in at 127.0.0.1"].advice
    assert not missing["folder Kunder"].ok
    assert missing["sign-in at 127.0.0.1"].ok


def test_check_names_a_wrong_port_for_what_it_is(shop: Shop, servers: MailServers) -> None:
    with shop.connect(imap_port=servers.smtp_port, smtp_port=servers.imap_port) as connection:
        crossed = {proof.what: proof.advice for proof in connection.check()}
    with shop.connect(imap_security="tls", smtp_security="tls") as connection:
        clear = {proof.what: proof.advice for proof in connection.check()}

    assert crossed["sign-in at 127.0.0.1"].endswith("what answers there is no IMAP server; check imap_port")
    assert crossed["sending through 127.0.0.1"].endswith("what answers there is no SMTP server; check smtp_port")
    assert all("does not speak TLS on this port" in advice for advice in clear.values())


def test_check_proves_sending_without_sending(shop: Shop, platform: MailPlatform) -> None:
    with shop.connect(smtp_password="wrong") as connection:
        proofs = {proof.what: proof for proof in connection.check()}

    assert not proofs["sending through 127.0.0.1"].ok
    assert platform.sent == []


# Answering


def test_the_customer_finds_the_answer_in_the_right_thread(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("Var är min order?", message_id="<question@kund.example>"))
    shop.read()
    shop.answer(shop.case())

    result = shop.send()

    assert result.delivered == ["k1"]
    answer = received(platform)
    assert answer["In-Reply-To"] == "<question@kund.example>"
    assert answer["References"] == "<question@kund.example>"
    assert answer["Subject"] == f"Re: [{shop.case().number}] Var är min order?"
    assert answer["From"].addresses[0].addr_spec == ADDRESS
    assert answer["To"].addresses[0].addr_spec == "asa@kund.example"
    body = answer.get_body(("plain",))
    assert body is not None
    assert "Det kommer i morgon. 漢字 🙂" in body.get_content()


def test_a_copy_lies_in_sent_as_read_and_is_never_taken_for_a_message(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail())
    shop.read()
    shop.answer(shop.case())
    shop.send()

    shop.read()

    [copy] = platform.messages(ADDRESS, "Sent")
    assert copy.flags == {"\\Seen"}
    assert [message.direction for message in shop.case().messages] == [Direction.INBOUND, Direction.OUTBOUND]
    assert shop.case().state is CaseState.WAITING


def test_the_customers_next_mail_comes_into_the_same_case_and_says_why(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    put(platform, mail())
    shop.read()
    shop.answer(shop.case())
    shop.send()
    own_id = received(platform)["Message-ID"]
    clock.advance(timedelta(hours=2))
    put(platform, mail("Re: whatever", "Tack! Men när?", message_id="<2@kund.example>", In_Reply_To=own_id))

    shop.read()

    assert len(shop.case().messages) == 3
    assert shop.case().state is CaseState.OPEN
    arrived = [e.what for e in shop.store.history(shop.case().number) if isinstance(e.what, MessageArrived)]
    assert arrived[-1].reason == "it answers a message we signed for this case"


def test_a_stranger_with_a_forged_token_or_a_guessed_number_opens_a_case_of_his_own(
    shop: Shop, platform: MailPlatform
) -> None:
    put(platform, mail())
    shop.read()
    shop.answer(shop.case())
    shop.send()
    own_id = received(platform)["Message-ID"]
    forged = own_id[:-20] + "a" * 5 + own_id[-15:]
    number = shop.case().number
    put(platform, mail(f"[{number}] hello", "let me in", sender="mallory@evil.example", In_Reply_To=forged))

    shop.read()

    assert len(shop.cases()) == 2
    assert len(shop.cases()[0].messages) == 2


def test_a_forged_sender_with_a_guessed_number_leads_no_answer_astray(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    put(platform, mail())
    shop.read()
    clock.advance(minutes=5)
    put(platform, mail("[CH-1001] my address?", "Where to?", Cc="mallory@evil.example", Reply_To="m@evil.example"))
    shop.read()

    shop.answer(shop.case())
    shop.send()

    assert platform.sent[0].recipients == ("asa@kund.example",)
    assert shop.case().addresses == {"asa@kund.example"}


def test_a_mail_passed_on_from_another_program_is_a_note_of_its_case(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail(message_id="<question@kund.example>"))
    shop.read()
    passed_on = mail("Fwd: Var är min order?", "Lagret, kolla!", ADDRESS, "<fwd@shop.example>", "stock@partner.example",
                     In_Reply_To="<question@kund.example>")  # fmt: skip
    put(platform, passed_on, "Sent")

    shop.read()

    assert [m.direction for m in shop.case().messages] == [Direction.INBOUND, Direction.NOTE]
    assert shop.case().waiting_since == MONDAY_NOON


def test_an_answer_written_in_another_mail_program_stops_the_clock(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    put(platform, mail(message_id="<question@kund.example>"))
    shop.read()
    clock.advance(timedelta(hours=1))
    own = mail("Re: Var är min order?", "Svar från telefonen", ADDRESS, "<phone@shop.example>", "asa@kund.example",
               In_Reply_To="<question@kund.example>")  # fmt: skip
    put(platform, own, "Sent")

    shop.read()

    assert [message.text.strip() for message in shop.case().messages][1:] == ["Svar från telefonen"]
    assert shop.case().state is CaseState.WAITING
    assert shop.store.summary(shop.case().number).deadline is None


def test_sent_mail_that_answers_no_case_opens_none(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail("Newsletter", sender=ADDRESS, to="everybody@list.example"), "Sent")

    shop.read()

    assert shop.cases() == []


def test_attachments_go_out_as_they_are(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail())
    shop.read()
    content = b"\x89PNG\r\n\x1a\n label"
    file = Attachment("retursedel.png", "image/png", len(content), shop.store.keep(content))
    shop.answer(shop.case(), files=(file,))

    shop.send()

    [part] = received(platform).iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("retursedel.png", content)


# Faults of sending: never twice, never silently lost


def asked(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail())
    shop.read()
    shop.answer(shop.case())


def later(shop: Shop, clock: MovableClock) -> None:
    clock.advance(SETTLE + timedelta(hours=2))
    shop.send()


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_server_gone_before_the_mail_is_complete_is_tried_again_and_arrives_once(
    shop: Shop, platform: MailPlatform, clock: MovableClock, stage: str
) -> None:
    asked(shop, platform)
    platform.smtp_faults.drop_at(stage)

    shop.send()
    waiting = shop.state_of()
    later(shop, clock)

    assert waiting is ReplyState.QUEUED
    assert shop.state_of() is ReplyState.DELIVERED
    assert len(platform.sent) == 1


def test_a_server_gone_in_the_middle_of_the_mail_has_surely_not_taken_it(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    platform.smtp_faults.drop_in_data()

    shop.send()
    after = shop.state_of()
    clock.advance(timedelta(hours=3))
    for _ in range(4):
        shop.send()
        clock.advance(timedelta(hours=3))

    assert after in (ReplyState.QUEUED, ReplyState.UNCERTAIN)
    assert len(platform.sent) <= 1


def test_an_answer_lost_after_the_mail_is_uncertain_and_never_sent_again_by_itself(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    platform.smtp_faults.lose_answer()

    shop.send()
    after = shop.state_of()
    for _ in range(6):
        later(shop, clock)

    assert after is ReplyState.UNCERTAIN
    assert shop.state_of() is ReplyState.UNCERTAIN
    assert shop.store.replies()[0].needs_a_person
    assert len(platform.sent) == 1


def test_an_uncertain_answer_is_looked_up_in_sent_and_found_there(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    platform.smtp_faults.lose_answer()
    shop.send()
    put(platform, platform.sent[0].raw, "Sent")

    later(shop, clock)

    assert shop.state_of() is ReplyState.DELIVERED
    assert len(platform.sent) == 1
    assert shop.case().state is CaseState.WAITING


def test_where_the_provider_files_sent_mail_itself_its_absence_proves_that_nothing_was_sent(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    with shop.connect(save_sent=False) as connection, pytest.raises(Uncertain, match="does not prove"):
        connection.find(shop.store.replies()[0], shop.case())  # nobody knows yet that the provider does
    shop.send(save_sent=False)
    put(platform, platform.sent[0].raw, "Sent")
    shop.answer(shop.case(), "Och en sak till", key="k2")

    with shop.connect(save_sent=False) as connection:
        found = connection.find(shop.store.replies()[1], shop.case())

    assert found is None


def test_where_the_provider_files_no_copies_a_mail_whose_answer_was_lost_is_not_sent_again(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    platform.smtp_faults.lose_answer()
    shop.send(save_sent=False)
    for _ in range(6):
        clock.advance(timedelta(hours=3))
        shop.send(save_sent=False)

    assert len(platform.sent) == 1
    assert shop.store.replies()[0].needs_a_person


def test_without_a_copy_in_sent_nobody_can_tell(shop: Shop, platform: MailPlatform) -> None:
    asked(shop, platform)

    with shop.connect() as connection, pytest.raises(Uncertain, match="does not prove"):
        connection.find(shop.store.replies()[0], shop.case())


@pytest.mark.parametrize(
    ("stage", "code", "state"),
    [
        ("MAIL", 450, ReplyState.QUEUED),
        ("RCPT", 450, ReplyState.QUEUED),
        ("RCPT", 550, ReplyState.REJECTED),
        ("DATA", 451, ReplyState.QUEUED),
        ("END", 452, ReplyState.QUEUED),
        ("END", 554, ReplyState.REJECTED),
    ],
)
def test_what_the_server_says_decides_between_later_and_never(
    shop: Shop, platform: MailPlatform, stage: str, code: int, state: ReplyState
) -> None:
    asked(shop, platform)
    platform.smtp_faults.answer(stage, code, "because we say so")

    shop.send()

    assert shop.state_of() is state
    assert "because we say so" in shop.store.replies()[0].reason
    assert platform.sent == []


def test_a_copy_that_cannot_be_saved_never_leads_to_a_second_mail(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    platform.imap_faults.fail_next("NO", "APPEND", "over quota")

    result = shop.send()
    without_copy = copies(platform)
    again = shop.send()
    later(shop, clock)

    assert result.delivered == ["k1"]
    assert "the copy for the sent folder of reply k1 is tried again with the next run" in result.warnings[0]
    assert (again.delivered, again.warnings) == ([], [])
    assert (without_copy, copies(platform)) == ([], [received(platform)["Message-ID"]])
    assert len(platform.sent) == 1


def test_a_copy_that_got_there_although_its_answer_was_lost_is_not_made_twice(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    platform.imap_faults.fail_next("NO", "APPEND", "over quota")
    shop.send()
    put(platform, platform.sent[0].raw, "Sent")

    later(shop, clock)

    assert len(copies(platform)) == 1


def test_a_copy_that_nobody_can_make_is_given_up_with_a_word(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    platform.imap_faults.fail_next("NO", "APPEND", "over quota", times=100)

    told = [shop.send().warnings for _ in range(MOST_TRIES_TO_FINISH + 2)]

    assert ["is tried again" in " ".join(said) for said in told[:-3]] == [True] * (MOST_TRIES_TO_FINISH - 1)
    assert "is given up: " in told[-3][0]
    assert told[-2:] == [[], []]
    assert shop.state_of() is ReplyState.DELIVERED
    assert len(platform.sent) == 1


def test_a_wrong_password_for_sending_holds_the_reply_back(shop: Shop, platform: MailPlatform) -> None:
    asked(shop, platform)

    result = shop.send(smtp_password="wrong")

    assert result.failure is not None
    assert result.failure.kind == AuthenticationFailed.__name__
    assert shop.state_of() is ReplyState.HELD


def test_a_server_that_no_longer_offers_starttls_gets_neither_password_nor_mail(
    shop: Shop, platform: MailPlatform
) -> None:
    asked(shop, platform)
    put(platform, mail("not to be read in clear"))

    read = shop.read(imap_security="starttls")
    sent = shop.send(smtp_security="starttls")

    assert read.failure is not None
    assert sent.failure is not None
    assert "does not offer STARTTLS" in sent.failure.text
    assert (read.new_messages, platform.sent, shop.state_of()) == (0, [], ReplyState.QUEUED)


def test_a_password_outside_ascii_signs_in_for_sending(shop: Shop, platform: MailPlatform) -> None:
    platform.add_user("utskick", "lösen 漢字 🙂")
    asked(shop, platform)

    wrong = shop.send(smtp_username="utskick", smtp_password="lösen")
    shop.clock.advance(hours=1)
    right = shop.send(smtp_username="utskick", smtp_password="lösen 漢字 🙂")

    assert wrong.failure is not None
    assert wrong.failure.kind == AuthenticationFailed.__name__
    assert right.delivered == ["k1"]


def test_our_own_answer_in_the_inbox_proves_that_it_was_delivered(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    asked(shop, platform)
    platform.smtp_faults.lose_answer()
    shop.send()
    put(platform, platform.sent[0].raw)

    shop.read()

    assert shop.state_of() is ReplyState.DELIVERED
    assert [message.direction for message in shop.case().messages] == [Direction.INBOUND, Direction.OUTBOUND]


@pytest.mark.parametrize("code", ["[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]"])
def test_a_folder_that_cannot_be_opened_now_is_not_said_to_be_missing(
    shop: Shop, platform: MailPlatform, code: str
) -> None:
    put(platform, mail())
    platform.imap_faults.fail_next("NO", "EXAMINE", f"{code} Try again later.")

    failed, again = shop.read(), shop.read()

    assert failed.failure is not None
    assert failed.failure.kind == "Unavailable"
    assert "has no folder" not in failed.failure.text
    assert again.new_messages == 1


@pytest.mark.parametrize("kind", list(ActKind))
def test_what_a_mailbox_cannot_do_is_unsupported_and_says_what_to_do_instead(
    shop: Shop, platform: MailPlatform, kind: ActKind
) -> None:
    put(platform, mail())
    shop.read()
    reply = replace(shop.answer(shop.case()), act=Act(kind))

    with shop.connect() as connection, pytest.raises(Unsupported) as refused:
        connection.perform(reply, shop.case())

    assert refused.value.portal_step == EmailAdapter.portal_steps[Capability(kind)]


def test_mails_taken_from_the_beginning_come_with_the_first_batch(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail())
    with shop.connect() as connection:
        [batch] = connection.fetch(None, [])

    assert len(batch.items) == 1


# Settings


def test_clear_text_is_refused_beyond_this_computer(shop: Shop) -> None:
    with pytest.raises(ValueError, match="readable for anyone"):
        shop.settings(imap_host="imap.example.com")


@pytest.mark.parametrize("start", ["yesterday", "0d", "-3d", "d", "3 d", ""])
def test_a_start_nobody_understands_is_refused(shop: Shop, start: str) -> None:
    with pytest.raises(ValueError, match="14d"):
        shop.settings(start=start)


def test_every_capability_is_a_method_of_the_connection_and_no_other_is() -> None:
    methods = {Capability.FETCH: "fetch", Capability.REPLY: "deliver", Capability.READ_BACK: "find"}
    methods[Capability.REREAD] = "reread"

    offered = {what for what, name in methods.items() if name in vars(EmailConnection)}
    # To acknowledge is to deliver a reply that is marked as automatic, to attach to deliver one with files.
    delivering = {Capability.ACKNOWLEDGE, Capability.ATTACH}
    assert offered == EmailAdapter.capabilities - delivering
    assert EmailAdapter.capabilities >= delivering
    assert "look_up_order" not in vars(EmailConnection)


# Each setting changes what it says


def test_an_alias_is_an_address_of_ours_and_answers_come_from_it(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail(to="sales@shop.example"))
    shop.read(aliases=("sales@shop.example",))
    shop.answer(shop.case())

    shop.send(aliases=("sales@shop.example",))

    assert received(platform)["From"].addresses[0].addr_spec == "sales@shop.example"


def test_name_signature_and_reference_line_are_what_the_customer_reads(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail())
    shop.read()
    for key, with_reference in (("k1", True), ("k2", False)):
        shop.answer(shop.case(), key=key)
        shop.send(name="Åsas butik", signature="Öppet 9-17", reference_line=with_reference)

    texts = [received(platform, number).get_body(("plain",)) for number in (0, 1)]
    bodies = [text.get_content() for text in texts if text is not None]
    assert received(platform)["From"].addresses[0].display_name == "Åsas butik"
    assert ["Öppet 9-17" in body for body in bodies] == [True, True]
    assert ["[ref:CH-1001." in body for body in bodies] == [True, False]


@pytest.mark.parametrize("sub_address", [True, False])
def test_with_a_sub_address_the_case_stands_in_the_address_that_answers_go_to(
    shop: Shop, platform: MailPlatform, sub_address: bool
) -> None:
    put(platform, mail())
    shop.read()
    shop.answer(shop.case())

    shop.send(sub_address=sub_address)

    assert ("support+ch-1001." in str(received(platform)["Reply-To"])) is sub_address


@pytest.mark.parametrize(("listed", "customer"), [(True, "asa@kund.example"), (False, "form@webform.example")])
def test_the_customer_of_a_listed_form_is_whom_its_reply_to_names(
    shop: Shop, platform: MailPlatform, listed: bool, customer: str
) -> None:
    put(platform, mail(sender="form@webform.example", Reply_To="asa@kund.example"))

    shop.read(reply_to_senders=("@webform.example",) if listed else ())

    assert shop.case().customer.email == customer


@pytest.mark.parametrize("behind_a_list", [True, False])
def test_behind_a_list_people_are_heard_though_the_list_signs_their_mail(
    shop: Shop, platform: MailPlatform, behind_a_list: bool
) -> None:
    put(platform, mail(List_Id="<support.shop.example>"))

    shop.read(behind_a_list=behind_a_list)

    assert shop.case().messages[0].automatic is not behind_a_list


def test_the_largest_mail_is_as_large_as_the_setting_says(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail() + b"y" * 1_500_000)

    shop.read(largest_mail_mb=1)

    assert "too-large" in shop.case().messages[0].labels


def test_sent_mail_is_watched_and_copied_only_if_wanted(shop: Shop, platform: MailPlatform) -> None:
    put(platform, mail(message_id="<question@kund.example>"))
    shop.read()
    answer = mail("Re", "Svar", ADDRESS, "<a@shop.example>", "asa@kund.example", In_Reply_To="<question@kund.example>")
    put(platform, answer, "Sent")
    shop.read(watch_sent=False)
    shop.answer(shop.case())
    shop.send(save_sent=False)

    assert len(platform.messages(ADDRESS, "Sent")) == 1
    assert [message.text.strip() for message in shop.case().messages if message.raw] == [
        "Hej, paketet har inte kommit. 🙂"
    ]


def test_the_folder_for_sent_mail_can_be_named(shop: Shop, platform: MailPlatform) -> None:
    platform.add_folder(ADDRESS, "Skickat")
    put(platform, mail())
    shop.read()
    shop.answer(shop.case())

    shop.send(sent_folder="Skickat")

    assert [len(platform.messages(ADDRESS, name)) for name in ("Skickat", "Sent")] == [1, 0]


def test_sending_may_have_a_name_and_a_password_of_its_own(shop: Shop, platform: MailPlatform) -> None:
    platform.add_user("relay@shop.example", "another")
    put(platform, mail())
    shop.read()
    shop.answer(shop.case())

    result = shop.send(smtp_username="relay@shop.example", smtp_password="another")
    wrong = shop.read(username="nobody@shop.example")

    assert result.delivered == ["k1"]
    assert wrong.failure is not None
    assert wrong.failure.kind == "AuthenticationFailed"


def test_the_server_may_take_as_long_as_the_setting_says(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def note_and_refuse(_address: object, timeout: float, *_: object, **__: object) -> socket.socket:
        asked.append(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", note_and_refuse)
    with shop.connect(timeout=7) as connection:
        proofs = list(connection.check())

    assert [proof.ok for proof in proofs] == [False, False]
    assert asked == [7, 7]
