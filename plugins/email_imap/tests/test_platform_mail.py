"""Mails of a marketplace in a mailbox: what its plugin is shown, and what becomes of what it says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from hub import Author, CaseType, Direction, IncomingMessage, Mail, MailKind, MailReading, Order, PlatformCase
from hub.core.acts import take_reread
from hub.core.outbox import ReplyState
from hub.core.ports import Store
from hub_email_imap import adapter, reading
from hub_email_imap.parse import parse
from hub_email_imap.parsed import ParsedMail
from hub_email_imap.simulator import MailPlatform, MailServers
from hub_email_imap.worker import ParseFailure, ParseWorker
from tests.fakes import MONDAY_NOON, MovableClock
from tests.shop import ADDRESS, PASSWORD, Shop, mail, options_of

OURS = "mx.shop.example"
CUSTOMERS_ADDRESS = "27Zoytzc3crf2r6@relay.market.example"
NOTIFIED = MailReading(
    "market",
    MailKind.NOTIFICATION,
    ref="C-7",
    keys=("thread-1",),
    marketplace="Market",
    market="NL",
    type=CaseType.MISSING_ITEM,
    type_raw="Niet ontvangen",
    order_numbers=("A000E71TN6", "B7"),
    url="https://seller.market.example/cases/7",
    subject="Niet ontvangen: A000E71TN6",
)
WRITTEN = MailReading("market", MailKind.CUSTOMER, ref="C-7", answer_hosts=("relay.market.example",))
NO_CASE = MailReading("market", MailKind.NO_CASE, marketplace="Market")


def platform_mail(
    subject: str = "Nieuwe klantvraag",
    sender: str = "Market <automail@market.example>",
    html: str = "<p>Zie <a href='https://seller.market.example/cases/7?a=1&amp;b=2'>de vraag</a></p>",
    text: str = "",
    dkim: str = "pass header.d=market.example",
    date: datetime | None = MONDAY_NOON,
    **headers: str,
) -> bytes:
    """A mail of the marketplace as our own mail server hands it over."""
    message = EmailMessage()
    message["Authentication-Results"] = f"{OURS}; dkim={dkim}"
    message["Received"] = f"from out.market.example by {OURS} with ESMTPS id 1; Mon, 02 Mar 2026 12:00:00 +0000"
    message["From"], message["To"], message["Subject"] = sender, ADDRESS, subject
    if date is not None:
        message["Date"] = date
    identity = hashlib.sha256(f"{subject}{sender}{html}{text}".encode()).hexdigest()[:12]
    message["Message-ID"] = f"<{identity}@market.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text:
        message.set_content(text)
    else:
        message.set_content(html, subtype="html")
    return message.as_bytes()


@dataclass
class Reader:
    """A plugin that says what a test chose of mails from market.example, and keeps what it was shown."""

    says: MailReading | None = NOTIFIED
    seen: list[Mail] = field(default_factory=list)

    def __call__(self, shown: Mail) -> MailReading | None:
        self.seen.append(shown)
        return self.says if "market.example" in shown.sender.email else None


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
def reader() -> Reader:
    return Reader()


class ParsesHere(ParseWorker):
    """A worker that needs no child process, which would take most of these tests' time."""

    def start(self, raws: Sequence[bytes]) -> None:
        self._here = [parse(raw) for raw in raws]

    def finish(self) -> list[ParsedMail | ParseFailure]:
        done, self._here = self._here, []
        return [*done]

    _here: Sequence[ParsedMail] = ()


@pytest.fixture
def shop(
    store: Store, clock: MovableClock, servers: MailServers, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    for module in (adapter, reading):
        monkeypatch.setattr(module, "ParseWorker", ParsesHere)
    options = {**options_of(servers), "trusted_authserv": OURS, "answer_platforms": ("market",)}
    return Shop(store, clock, options, reader)


Take = Callable[..., Any]


@pytest.fixture
def take(shop: Shop, platform: MailPlatform, reader: Reader) -> Take:
    """A function that lets a mail arrive of which the plugin says something, and reads the mailbox."""

    def taken(raw: bytes, says: MailReading | None = NOTIFIED, **changed: Any) -> Any:
        reader.says = says
        platform.put(ADDRESS, raw)
        return shop.read(**changed)

    return taken


# What a plugin is shown


def test_a_plugin_is_shown_the_mail_read_and_decoded_with_what_is_proven(
    take: Take, reader: Reader, clock: MovableClock
) -> None:
    sent = MONDAY_NOON - timedelta(minutes=3)
    raw = platform_mail(
        "Vråga 漢字 🙂", "Märket <Automail@Market.Example>", date=sent, Reply_To=CUSTOMERS_ADDRESS, List_Id="<a.b>"
    )

    take(raw)

    [shown] = reader.seen
    assert (shown.sender.name, shown.sender.email) == ("Märket", "automail@market.example")
    assert shown.reply_to == (CUSTOMERS_ADDRESS.lower(),)
    assert shown.recipients == (ADDRESS,)
    assert shown.subject == "Vråga 漢字 🙂"
    assert shown.text == "Zie de vraag (https://seller.market.example/cases/7?a=1&b=2)"
    assert shown.links == ("https://seller.market.example/cases/7?a=1&b=2",)
    assert (shown.sent_at, shown.received_at) == (sent, clock.now())
    assert shown.proven == {"market.example"}
    assert shown.headers["list-id"] == ("<a.b>",)
    assert shown.headers["message-id"] == (f"<{shown.message_id}>",)


def test_what_is_proven_comes_out_of_the_process_that_reads_mails(
    shop: Shop, platform: MailPlatform, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ParseWorker", ParseWorker)
    platform.put(ADDRESS, platform_mail(List_Id="<a.b>"))

    shop.read()

    assert reader.seen[0].proven == {"market.example"}
    assert reader.seen[0].headers["list-id"] == ("<a.b>",)
    assert reader.seen[0].links


@pytest.mark.parametrize(
    ("dkim", "trusted", "proven"),
    [
        ("pass header.d=market.example", "", set()),
        ("pass header.d=market.example", "mx.other.example", set()),
        ("fail header.d=market.example", OURS, set()),
        ("pass header.d=mailer.example", OURS, {"mailer.example"}),
    ],
)
def test_only_what_the_trusted_server_found_right_is_proven(
    take: Take, reader: Reader, dkim: str, trusted: str, proven: set[str]
) -> None:
    take(platform_mail(dkim=dkim), trusted_authserv=trusted, answer_platforms=())

    assert reader.seen[0].proven == proven


def test_links_of_a_mail_without_html_are_those_of_its_text(take: Take, reader: Reader) -> None:
    take(platform_mail(text="See https://seller.market.example/cases/7. (http://b.example/x) ftp://c.example\n"))

    assert reader.seen[0].links == ("https://seller.market.example/cases/7", "http://b.example/x")


def test_no_plugin_is_shown_our_own_mails_or_reports_on_them(
    shop: Shop, platform: MailPlatform, reader: Reader
) -> None:
    platform.put(ADDRESS, mail(sender=ADDRESS, to="asa@kund.example"), "Sent")
    platform.put(ADDRESS, mail("Our own", sender=ADDRESS, to="asa@kund.example"))
    report = 'multipart/report; report-type=delivery-status; boundary="x"'
    platform.put(ADDRESS, f"From: mailer-daemon@market.example\nContent-Type: {report}\n\n--x--\n".encode())

    shop.read()

    assert reader.seen == []


def test_a_mail_that_no_plugin_knows_is_an_ordinary_one(take: Take, shop: Shop) -> None:
    take(platform_mail(), None)

    assert shop.case().about is None
    assert shop.case().messages[0].author is Author.CUSTOMER


@pytest.mark.parametrize("name", ["", "mx.shop.example", " MX.Shop.Example ", "*.mail.example", "our-server"])
def test_the_name_of_a_server_may_be_trusted(shop: Shop, name: str) -> None:
    settings = shop.settings(trusted_authserv=name, answer_platforms=())

    assert settings.trusted_authserv == name.strip().lower()


@pytest.mark.parametrize("name", ["*", "*.com", "*.", "mx.*.example", "mx.shop.example; dkim=pass", "mx shop", ".com"])
def test_what_names_no_server_or_everybodys_is_refused(shop: Shop, name: str) -> None:
    with pytest.raises(ValueError, match="trusted_authserv"):
        shop.settings(trusted_authserv=name)


# Notifications


def test_a_notification_becomes_a_case_of_the_platform_with_a_message_that_stands_in(take: Take, shop: Shop) -> None:
    take(platform_mail())

    case, [message] = shop.case(), shop.case().messages
    about = PlatformCase("market", "C-7", "Market", "NL", "Niet ontvangen", "https://seller.market.example/cases/7")
    assert case.about == about
    assert (case.type, case.type_raw, case.subject) == (CaseType.MISSING_ITEM, "Niet ontvangen", NOTIFIED.subject)
    assert (case.marketplace, case.market, case.url) == ("Market", "NL", about.url)
    assert (case.customer.name, case.customer.email) == ("", "")
    assert case.order == Order("A000E71TN6", candidates=("B7",))
    assert (message.author, message.direction, message.automatic) == (Author.PLATFORM, Direction.INBOUND, True)
    assert "stands_in" in message.labels
    assert "doubtful" not in message.labels
    assert message.raw


def test_mails_about_one_case_of_the_platform_join_and_others_do_not(take: Take, shop: Shop) -> None:
    take(platform_mail("First"))
    take(platform_mail("Reminder"))
    take(platform_mail("By its key"), replace(NOTIFIED, ref=""))
    take(platform_mail("Another"), replace(NOTIFIED, ref="C-8", keys=()))
    take(platform_mail("Of another platform"), replace(NOTIFIED, platform="bazaar"))

    subjects = [[parsed.subject for parsed in case.messages] for case in shop.cases()]
    assert [len(names) for names in subjects] == [3, 1, 1]
    assert [case.about.ref for case in shop.cases() if case.about] == ["C-7", "C-8", "C-7"]


def test_a_notification_starts_the_clock_and_a_reminder_does_not_start_it_anew(
    take: Take, shop: Shop, clock: MovableClock
) -> None:
    take(platform_mail("First"))
    clock.advance(hours=5)
    take(platform_mail("Reminder", date=clock.now()))

    assert len(shop.case().messages) == 2
    assert shop.case().waiting_since == MONDAY_NOON


def test_reading_the_mailbox_again_brings_nothing_twice(take: Take, shop: Shop, platform: MailPlatform) -> None:
    take(platform_mail())
    platform.renumber(ADDRESS)

    shop.read()

    assert len(shop.case().messages) == 1


@pytest.mark.parametrize(
    ("opened_at", "minutes", "expected"),
    [
        (None, 3, -3),  # the mail's own instant
        (None, 10, -10),
        (None, 11, 0),  # a Date that is off counts for nothing
        (None, -3, 0),  # and none lies after the arrival
        (None, -30, 0),
        (MONDAY_NOON - timedelta(hours=5), 3, -300),
        (MONDAY_NOON + timedelta(hours=5), 3, 0),
    ],
)
def test_clocks_count_from_the_platforms_instant_and_never_from_one_after_the_arrival(
    take: Take, shop: Shop, opened_at: datetime | None, minutes: int, expected: int
) -> None:
    raw = platform_mail(date=MONDAY_NOON - timedelta(minutes=minutes))

    take(raw, replace(NOTIFIED, opened_at=opened_at))

    assert shop.case().messages[0].sent_at == MONDAY_NOON + timedelta(minutes=expected)
    assert shop.case().opened_at == MONDAY_NOON + timedelta(minutes=expected)


def test_a_mail_without_a_date_counts_from_its_arrival(take: Take, shop: Shop) -> None:
    take(platform_mail(date=None))

    assert shop.case().messages[0].sent_at == MONDAY_NOON


def test_a_type_nobody_knows_stays_unknown(take: Take, shop: Shop) -> None:
    take(platform_mail(), MailReading("market", MailKind.NOTIFICATION, type_raw="Iets nieuws"))

    assert (shop.case().type, shop.case().type_raw) == (CaseType.UNKNOWN, "Iets nieuws")
    assert shop.case().subject == "Nieuwe klantvraag"
    assert shop.case().order is None


def test_a_link_that_is_not_secure_is_left_out(take: Take, shop: Shop) -> None:
    take(platform_mail(), replace(NOTIFIED, url="http://seller.market.example/cases/7"))

    assert shop.case().url == ""


# Customers


def test_a_customers_own_words_by_way_of_the_platform_are_a_customers_message(take: Take, shop: Shop) -> None:
    raw = platform_mail(
        sender=f"Anna <{CUSTOMERS_ADDRESS}>", text="Waar is mijn pakket?\n", Auto_Submitted="auto-generated"
    )

    take(raw, WRITTEN)

    case, [message] = shop.case(), shop.case().messages
    assert message.asks_for_an_answer
    assert (message.author, message.text.strip()) == (Author.CUSTOMER, "Waar is mijn pakket?")
    assert case.customer.name == "Anna"
    assert case.about == PlatformCase("market", "C-7")
    assert message.extra["answer_to"] == CUSTOMERS_ADDRESS


def test_a_customers_mail_joins_the_case_that_a_notification_opened(take: Take, shop: Shop) -> None:
    take(platform_mail())
    take(platform_mail(sender=CUSTOMERS_ADDRESS, text="Waar is mijn pakket?\n"), WRITTEN)

    assert [message.author for message in shop.case().messages] == [Author.PLATFORM, Author.CUSTOMER]


def test_a_stranger_who_names_his_mail_like_a_case_of_the_platform_gets_nothing_of_it(take: Take, shop: Shop) -> None:
    named = re.sub(rb"Message-ID: <[^>]*>", b"Message-ID: <market:C-7>", platform_mail(sender="mallory@evil.example"))
    take(named, None)
    take(platform_mail())
    take(platform_mail(sender=CUSTOMERS_ADDRESS, text="Waar is mijn pakket?\n"), WRITTEN)

    strangers, genuine = shop.cases()
    assert [message.sender.email for message in strangers.messages] == ["mallory@evil.example"]
    assert len(genuine.messages) == 2


# No cases


def test_mails_that_are_no_cases_are_left_in_the_mailbox_and_counted(
    take: Take, shop: Shop, platform: MailPlatform, reader: Reader
) -> None:
    first = take(platform_mail("Nieuwe bestelling"), NO_CASE)
    platform.put(ADDRESS, platform_mail("Factuur"))
    platform.put(ADDRESS, platform_mail("Nieuwsbrief"))
    second = shop.read()
    third = shop.read()

    assert first.notices == ("A mail of Market is no case and was left in the mailbox.",)
    assert second.notices == ("2 mails of Market are no cases and were left in the mailbox.",)
    assert (third.notices, third.batches) == ((), 0)
    assert shop.cases() == []
    assert len(platform.messages(ADDRESS)) == 3
    assert platform.changes == []


@pytest.mark.parametrize("dkim", ["none", "fail header.d=market.example", "pass header.d=evil.example"])
def test_a_mail_that_only_pretends_to_be_no_case_is_not_overlooked(take: Take, shop: Shop, dkim: str) -> None:
    take(platform_mail("Factuur", dkim=dkim), NO_CASE)

    [message] = shop.case().messages
    assert "doubtful" in message.labels
    assert message.asks_for_an_answer
    assert shop.case().about is None


# Doubts


@pytest.mark.parametrize(
    ("dkim", "says"),
    [
        ("pass header.d=market.example", replace(NOTIFIED, doubt="it has no order number")),
        ("none", replace(NOTIFIED, doubt="it has no order number")),
        ("none", NOTIFIED),  # a plugin that forgot to ask
        ("pass header.d=evil.example", NOTIFIED),
        ("pass header.d=et.example", NOTIFIED),
        ("pass header.d=xmarket.example", NOTIFIED),
    ],
)
def test_a_doubtful_mail_is_a_case_of_its_own_that_says_why(
    take: Take, shop: Shop, dkim: str, says: MailReading
) -> None:
    take(platform_mail("Genuine"))
    take(platform_mail("Forged", dkim=dkim), says)
    take(platform_mail("Genuine again"))

    genuine, forged = shop.cases()
    [message] = forged.messages
    assert len(genuine.messages) == 2
    assert {"doubtful", "stands_in"} <= set(message.labels)
    assert message.extra["doubt"] == (says.doubt or message.extra["doubt"])
    assert says.doubt or message.extra["doubt"] == "nothing proves that it comes from the address it names"
    assert forged.about is not None
    assert (forged.about.platform, forged.about.ref, forged.url) == ("market", "", "")
    assert message.extra["claimed_ref"] == "C-7"


def test_where_no_server_is_trusted_every_doubt_says_how_to_end_it(take: Take, shop: Shop) -> None:
    take(platform_mail(), replace(NOTIFIED, doubt="it is not signed"), trusted_authserv="", answer_platforms=())

    doubt = "it is not signed; no mail is proven while trusted_authserv is not set for this channel"
    assert shop.case().messages[0].extra["doubt"] == doubt


def test_genuine_mails_do_not_join_what_a_forged_one_opened(take: Take, shop: Shop) -> None:
    take(platform_mail("Forged", dkim="none"))
    take(platform_mail("Genuine"))

    assert [len(case.messages) for case in shop.cases()] == [1, 1]


def test_a_signature_of_the_platform_counts_for_the_domains_below_it(take: Take, shop: Shop) -> None:
    take(platform_mail(sender=CUSTOMERS_ADDRESS, text="Hallo\n"), WRITTEN)

    assert "doubtful" not in shop.case().messages[0].labels


# Reading again


def test_a_mail_that_is_read_again_is_what_its_plugin_says_now(take: Take, shop: Shop, reader: Reader) -> None:
    take(platform_mail(date=MONDAY_NOON - timedelta(minutes=3)))
    before = shop.case()
    reader.says = replace(NOTIFIED, subject="With a better reader")

    with shop.connect() as connection:
        item = connection.reread(before.messages[0])
    assert isinstance(item, IncomingMessage)
    after = take_reread(before, item, MONDAY_NOON).case

    assert after.messages[0].subject == "With a better reader"
    assert after.messages[0].sent_at == before.messages[0].sent_at
    assert reader.seen[-1].received_at == reader.seen[0].received_at


def test_a_mail_that_is_in_a_case_stays_there_when_its_plugin_now_says_it_is_none(
    take: Take, shop: Shop, reader: Reader
) -> None:
    take(platform_mail(), None)
    reader.says = NO_CASE

    with shop.connect() as connection:
        item = connection.reread(shop.case().messages[0])

    assert item is not None


# Answers


def answered(shop: Shop, **changed: Any) -> str:
    """Answer the only case; the reason why it was rejected, or nothing."""
    shop.answer(shop.case())
    shop.send(**changed)
    [reply] = shop.store.replies()
    assert reply.state is (ReplyState.REJECTED if reply.reason else ReplyState.DELIVERED)
    return reply.reason


@pytest.fixture
def asked(take: Take, shop: Shop) -> Shop:
    """A shop whose only case is a customer's question by way of the platform."""
    raw = platform_mail(sender="Anna <anna@market.example>", text="Waar?\n", Reply_To=f"<{CUSTOMERS_ADDRESS}>")
    take(raw, replace(WRITTEN, marketplace="Market", url="https://seller.market.example/7"))
    return shop


def test_an_answer_goes_to_the_customers_address_letter_by_letter(asked: Shop, platform: MailPlatform) -> None:
    assert answered(asked) == ""

    [sent] = platform.sent
    assert sent.recipients == (CUSTOMERS_ADDRESS,)
    assert f"To: {CUSTOMERS_ADDRESS}".encode() in sent.raw
    assert b"Subject: Re: " in sent.raw


def test_a_notification_after_the_question_does_not_draw_the_answer_to_itself(
    asked: Shop, take: Take, platform: MailPlatform, clock: MovableClock
) -> None:
    clock.advance(hours=1)
    take(platform_mail("Reminder", date=clock.now()))

    assert answered(asked) == ""
    assert platform.sent[0].recipients == (CUSTOMERS_ADDRESS,)


def test_answering_by_mail_is_off_unless_it_is_asked_for(asked: Shop, platform: MailPlatform) -> None:
    number = asked.case().number

    assert answered(asked, answer_platforms=()) == (
        'answering Market by mail is off (answer_platforms has no "market"); '
        "answer in the seller account (https://seller.market.example/7) "
        f"and tick it off with `casehub answered {number}`"
    )
    assert platform.sent == []


def test_answering_by_mail_needs_a_server_that_proves_mails(shop: Shop) -> None:
    with pytest.raises(ValueError, match="answer_platforms needs trusted_authserv"):
        shop.settings(trusted_authserv="")


def test_an_answer_to_a_notification_would_reach_nobody(take: Take, shop: Shop, platform: MailPlatform) -> None:
    take(platform_mail())

    assert answered(shop).startswith("a mail would reach nobody: Market only told that the customer wrote; answer in")
    assert platform.sent == []


@pytest.mark.parametrize(
    ("sender", "says", "dkim"),
    [
        ("x@relay.market.example.evil.example", WRITTEN, "pass header.d=market.example"),
        ("x@other.market.example", WRITTEN, "pass header.d=market.example"),
        (CUSTOMERS_ADDRESS, replace(WRITTEN, answer_hosts=()), "pass header.d=market.example"),
        ("noreply@relay.market.example", WRITTEN, "pass header.d=market.example"),
        (CUSTOMERS_ADDRESS, replace(WRITTEN, doubt="odd"), "pass header.d=market.example"),
        (CUSTOMERS_ADDRESS, WRITTEN, "none"),
    ],
)
def test_an_answer_goes_to_no_address_that_the_platform_does_not_vouch_for(
    take: Take, shop: Shop, platform: MailPlatform, sender: str, says: MailReading, dkim: str
) -> None:
    take(platform_mail(sender=sender, text="Hallo\n", dkim=dkim), says)

    assert answered(shop).startswith("a mail would reach nobody: the customer's mail has no proven address")
    assert platform.sent == []


def test_after_its_last_day_a_conversation_is_not_answered(
    take: Take, shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    until = datetime(2026, 6, 2, 12, tzinfo=UTC)
    take(platform_mail(sender=CUSTOMERS_ADDRESS, text="Hallo\n"), replace(WRITTEN, answer_until=until))
    clock.instant = until

    assert answered(shop).startswith("market passes answers to this conversation on until 2026-06-02 only; answer in")
    assert platform.sent == []


def test_the_last_day_of_a_conversation_is_that_of_its_first_mail(
    take: Take, shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    until = datetime(2026, 6, 2, 12, tzinfo=UTC)
    take(platform_mail(sender=CUSTOMERS_ADDRESS, text="Hallo\n"), replace(WRITTEN, answer_until=until))
    clock.instant = until
    later = replace(WRITTEN, answer_until=until + timedelta(days=90))
    take(platform_mail(sender=CUSTOMERS_ADDRESS, text="Nog iets\n", date=until), later)

    assert "until 2026-06-02 only" in answered(shop)
    assert platform.sent == []


def test_until_its_last_day_a_conversation_is_answered(take: Take, shop: Shop, clock: MovableClock) -> None:
    until = datetime(2026, 6, 2, 12, tzinfo=UTC)
    take(platform_mail(sender=CUSTOMERS_ADDRESS, text="Hallo\n"), replace(WRITTEN, answer_until=until))
    clock.instant = until - timedelta(seconds=1)

    assert answered(shop) == ""


@pytest.mark.parametrize("extra", [{"cc": "boss@shop.example"}, {"bcc": "boss@shop.example"}])
def test_nobody_else_gets_an_answer_by_way_of_the_platform(
    asked: Shop, platform: MailPlatform, extra: dict[str, str]
) -> None:
    reply = replace(asked.answer(asked.case()), extra=extra)
    with asked.connect() as connection, pytest.raises(Exception, match="leave out cc and bcc"):
        connection.deliver(reply, asked.case())

    assert platform.sent == []


def test_no_automatic_mail_goes_to_a_platforms_customer(asked: Shop, platform: MailPlatform) -> None:
    reply = replace(asked.answer(asked.case()), automatic=True)
    with asked.connect() as connection, pytest.raises(Exception, match="so they get no automatic mail"):
        connection.deliver(reply, asked.case())

    assert platform.sent == []


def test_an_ordinary_case_is_answered_as_ever(shop: Shop, platform: MailPlatform) -> None:
    platform.put(ADDRESS, mail())
    shop.read()

    assert answered(shop) == ""
