"""Cases that a mail tells of and that lie on another platform than the mailbox it came by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hub.core.about import filled_in
from hub.core.acts import take_reread
from hub.core.incoming import Clue, ClueKind, IncomingMessage
from hub.core.joining import named_case
from hub.core.matching import KnownThreads
from hub.core.merge import Known, MergeResult, merge_batch
from hub.core.model import Author, CaseType, Direction, Message, Order, Party, PlatformCase
from hub.core.replay import replay

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
ABOUT = PlatformCase("bolcom", "C-7", "bol.com", "NL", "Niet ontvangen", "https://seller.bol.example/7")
NOTIFIED = IncomingMessage(
    Message(
        "m1",
        Author.PLATFORM,
        Direction.INBOUND,
        NOON,
        sender=Party("bol.com", "automail@bol.example"),
        automatic=True,
        labels=("stands_in",),
        thread_keys=(ABOUT.key,),
    ),
    clues=(Clue(ClueKind.PLATFORM_KEY, ABOUT.key),),
    type=CaseType.MISSING_ITEM,
    about=ABOUT,
)


def merged(*items: IncomingMessage) -> MergeResult:
    return merge_batch(items, Known(KnownThreads()), "mail", NOON, iter(("CH-1", "CH-2")).__next__)


def test_a_notification_opens_a_case_with_what_it_tells_and_without_a_customer() -> None:
    [change] = merged(NOTIFIED).changes

    case = change.case
    assert (case.about, case.type, case.type_raw) == (ABOUT, CaseType.MISSING_ITEM, "Niet ontvangen")
    assert (case.url, case.market, case.marketplace) == (ABOUT.url, "NL", "bol.com")
    assert case.customer == Party()


def test_a_customer_who_writes_by_way_of_a_platform_is_the_customer() -> None:
    anna = Party("Anna", "x7@klant.bol.example")
    written = replace(NOTIFIED.message, author=Author.CUSTOMER, automatic=False, labels=(), sender=anna)
    [change] = merged(replace(NOTIFIED, message=written)).changes

    assert change.case.customer == anna
    assert change.case.about == ABOUT


def test_a_notification_that_could_not_be_read_at_first_tells_all_of_it_when_read_again() -> None:
    unreadable = replace(NOTIFIED.message, problem="broken", author=Author.CUSTOMER, labels=(), thread_keys=())
    [opened] = merged(IncomingMessage(unreadable, type=CaseType.UNREADABLE)).changes
    told = replace(NOTIFIED, order_numbers=("4711", "4712"))

    change = take_reread(opened.case, told, NOON)

    case = change.case
    assert (case.about, case.type, case.type_raw, case.url) == (
        ABOUT,
        CaseType.MISSING_ITEM,
        "Niet ontvangen",
        ABOUT.url,
    )
    assert (case.market, case.marketplace, case.customer) == ("NL", "bol.com", Party())
    assert case.order == Order("4711", candidates=("4712",))
    assert named_case(case) == ABOUT.key
    assert replay((*opened.events, *change.events)) == case


def test_mails_with_one_mark_of_a_platform_are_one_case_and_others_are_not() -> None:
    reminder = replace(NOTIFIED, message=replace(NOTIFIED.message, ref="m2"))
    other = Clue(ClueKind.PLATFORM_KEY, replace(ABOUT, ref="C-8").key)
    another = replace(NOTIFIED, message=replace(NOTIFIED.message, ref="m3", thread_keys=(other.value,)), clues=(other,))

    assert [len(change.case.messages) for change in merged(NOTIFIED, reminder, another).changes] == [2, 1]


def test_a_later_mail_tells_what_nobody_had_told_and_changes_nothing_that_is_known() -> None:
    bare = replace(NOTIFIED, type=CaseType.UNKNOWN, about=PlatformCase("bolcom", "C-7", "bol.com"))
    anna = Party("Anna", "x7@klant.bol.example")
    words = replace(NOTIFIED.message, ref="m2", author=Author.CUSTOMER, automatic=False, labels=(), sender=anna)
    other = replace(ABOUT, marketplace="another", url="https://other.example")
    [change] = merged(
        bare,
        replace(NOTIFIED, message=words, order_number="A000E71TN6"),
        replace(NOTIFIED, message=replace(words, ref="m3", sender=Party("Bo")), about=other, order_number="B7"),
    ).changes

    case = change.case
    assert (case.customer, case.type, case.type_raw) == (anna, CaseType.MISSING_ITEM, "Niet ontvangen")
    assert (case.url, case.market, case.marketplace) == (ABOUT.url, "NL", "bol.com")
    assert case.order == Order("A000E71TN6")


def test_a_mail_that_joins_the_platforms_own_case_tells_it_nothing() -> None:
    [change] = merged(NOTIFIED).changes

    assert filled_in(replace(change.case, about=None, customer=Party()), NOTIFIED) is None
