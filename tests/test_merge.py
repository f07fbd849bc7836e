"""What a channel brings becomes events, once, however it is cut into batches."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import events
from hub.core.events import (
    Absorbed,
    Event,
    Merged,
    MessageArrived,
    OwnerChanged,
    ReplyDelivered,
    StateChanged,
)
from hub.core.incoming import Batch, CaseUpdate, Clue, ClueKind, Incoming, IncomingMessage, Notice, OwnEcho
from hub.core.matching import KnownThreads
from hub.core.merge import Change, Keys, Known, MergeResult, keys_of, merge_batch
from hub.core.model import Author, Case, CaseState, CaseType, Direction, Message, Order, Party
from hub.core.outbox import Reply, ReplyState
from hub.core.replay import apply, replay
from hub.core.turns import Owner

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
NOW = NOON + timedelta(days=1)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@dataclass
class Shelf:
    """A store in memory that answers, as the real one does, only what is asked for by key."""

    histories: dict[str, list[Event]] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    messages: dict[tuple[str, str], str] = field(default_factory=dict)
    threads: dict[tuple[str, str], str] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    last: int = 1000

    def next_number(self) -> str:
        self.last += 1
        return f"CH-{self.last}"

    def known(self, channel: str, keys: Keys) -> Known:
        by_ref = {c.ref: c.number for c in self.cases.values() if c.channel == channel and c.ref in keys.case_refs}
        threads = {key: number for (on, key), number in self.threads.items() if on == channel}
        threads = {key: number for key, number in threads.items() if key in keys.thread_keys}
        replies = {key: reply for key, reply in self.replies.items() if key in keys.reply_keys}
        numbers = {*by_ref.values(), *threads.values(), *keys.case_numbers, *(r.case_number for r in replies.values())}
        numbers |= {number for (on, ref), number in self.messages.items() if on == channel and ref in keys.message_refs}
        cases = {number: self.cases[number] for number in self._with_merged(numbers)}
        refs = {ref for on, ref in self.messages if on == channel and ref in keys.message_refs}
        return Known(KnownThreads(cases, threads), by_ref, refs, replies)

    def _with_merged(self, numbers: Iterable[str]) -> set[str]:
        found = {number for number in numbers if number in self.cases}
        while more := {self.cases[n].merged_into for n in found} - found - {""}:
            found |= more
        return found

    def save(self, change: Change) -> None:
        number, channel = change.case.number, change.case.channel
        history = self.histories.setdefault(number, [])
        assert change.is_new == (not history)
        history.extend(change.events)
        self.cases[number] = change.case
        for event in change.events:
            if isinstance(event.what, MessageArrived | ReplyDelivered):
                came_by = getattr(event.what, "channel", "") or channel
                self.messages.setdefault((came_by, event.what.message.ref), number)
                for key in event.what.message.lookup_keys:
                    self.threads.setdefault((came_by, key), number)

    def take(self, *items: Incoming, channel: str = "mail") -> MergeResult:
        """Merge one batch and keep what it brings."""
        result = merge_batch(items, self.known(channel, keys_of(items)), channel, NOW, self.next_number)
        for change in result.changes:
            self.save(change)
        for key in result.delivered:
            self.replies[key] = replace(self.replies[key], state=ReplyState.DELIVERED)
        return result

    def act(self, number: str, what: events.Happening, minute: float) -> None:
        event = Event(what, at(minute), at(minute))
        self.save(Change(apply(self.cases[number], event), (event,)))


def mail(
    minutes: int, *clues: Clue, sender: str = "asa@exempel.se", may_open: bool = True, order: str = "", keys: str = ""
) -> IncomingMessage:
    message = Message(
        ref=f"uid-{minutes}",
        author=Author.CUSTOMER,
        direction=Direction.INBOUND,
        sent_at=at(minutes),
        text="Var är mitt 漢字-paket? 🙂",
        subject="Paket",
        sender=Party("Åsa Öberg", sender),
        thread_keys=(keys or f"<{minutes}@exempel.se>",),
    )
    return IncomingMessage(message, clues, may_open=may_open, order_number=order)


def answering(minutes: int) -> Clue:
    return Clue(ClueKind.MESSAGE_ID, f"<{minutes}@exempel.se>")


def told(
    ref: str, *minutes: int, state: CaseState | None = None, since: float = 0, raw: str = "", subject: str | None = None
) -> CaseUpdate:
    messages = tuple(
        Message(f"{ref}/{minute}", Author.CUSTOMER, Direction.INBOUND, at(minute), "Hej") for minute in minutes
    )
    state_at = None if state is None else at(since)
    return CaseUpdate(ref, NOON, messages, subject=subject, state=state, state_raw=raw, state_at=state_at)


def test_a_mail_that_points_nowhere_opens_a_case_of_its_own() -> None:
    shelf = Shelf()

    result = shelf.take(mail(0, order="4711"))

    case = shelf.cases["CH-1001"]
    assert (case.ref, case.subject, case.type, case.channel) == ("uid-0", "Paket", CaseType.QUESTION, "mail")
    assert (case.customer, case.order) == (Party("Åsa Öberg", "asa@exempel.se"), Order("4711"))
    assert (case.opened_at, case.waiting_since) == (at(0), at(0))
    assert (result.new_messages, [change.is_new for change in result.changes]) == (1, [True])
    opened, arrived = shelf.histories["CH-1001"]
    assert opened.what.reason == "nothing in it points at a case we know"  # type: ignore[union-attr]
    assert (opened.seen_at, arrived.seen_at, arrived.at) == (NOW, NOW, at(0))


def test_an_answer_finds_its_case_within_the_batch_and_after_it() -> None:
    shelf = Shelf()

    shelf.take(mail(0), mail(5, answering(0)))
    shelf.take(mail(9, answering(5)))

    assert [m.ref for m in shelf.cases["CH-1001"].messages] == ["uid-0", "uid-5", "uid-9"]
    assert list(shelf.cases) == ["CH-1001"]


def test_an_original_that_another_version_read_under_another_ref_is_known() -> None:
    asked = mail(0)
    first, second, third = (
        replace(asked, message=replace(asked.message, ref=ref, raw=raw))
        for ref, raw in (("v1", "a" * 64), ("v2", "a" * 64), ("v3", "b" * 64))
    )
    shelf = Shelf()

    in_one_batch = shelf.take(first, second)
    in_the_next = shelf.take(second)
    other = shelf.take(third)

    assert (in_one_batch.new_messages, in_the_next.new_messages, other.new_messages) == (1, 0, 1)


def test_a_stranger_with_the_token_joins_and_is_marked_unverified() -> None:
    shelf = Shelf()
    shelf.take(mail(0))

    shelf.take(mail(5, Clue(ClueKind.RECIPIENT_TOKEN, "CH-1001"), sender="stranger@x.example"))

    assert [m.labels for m in shelf.cases["CH-1001"].messages] == [(), ("unverified",)]
    assert shelf.cases["CH-1001"].addresses == {"asa@exempel.se"}


def test_a_stranger_without_one_gets_a_linked_case() -> None:
    shelf = Shelf()
    shelf.take(mail(0))

    shelf.take(mail(5, answering(0), sender="stranger@x.example"))

    assert shelf.cases["CH-1002"].linked == ("CH-1001",)
    assert shelf.cases["CH-1001"].messages == (shelf.cases["CH-1001"].messages[0],)


def test_a_mail_that_only_names_the_number_leads_no_answer_to_a_stranger() -> None:
    shelf = Shelf()
    shelf.take(mail(0))
    asked = mail(5, Clue(ClueKind.SUBJECT_NUMBER, "CH-1001"))
    elsewhere = {"reply_to": "evil@x.example", "date": "2026-11-16"}
    forged = replace(asked.message, extra=elsewhere, recipients=("Asa@exempel.se", "evil@x.example"))

    shelf.take(replace(asked, message=forged))

    came = shelf.cases["CH-1001"].messages[-1]
    assert came.extra == {"reply_to_refused": "evil@x.example", "date": "2026-11-16"}
    assert came.recipients == ("Asa@exempel.se",)
    assert shelf.cases["CH-1001"].addresses == {"asa@exempel.se"}


@pytest.mark.parametrize(
    ("clue", "reply_to"),
    [
        (Clue(ClueKind.SUBJECT_NUMBER, "CH-1001"), "asa@exempel.se"),  # it is on the case already
        (Clue(ClueKind.REFERENCE_TOKEN, "CH-1001"), "asa@private.example"),  # our signature cannot be guessed
        (Clue(ClueKind.MESSAGE_ID, "<0@exempel.se>"), "asa@private.example"),  # nor can a Message-ID
    ],
)
def test_a_customer_who_belongs_to_the_case_says_where_the_answer_goes(clue: Clue, reply_to: str) -> None:
    shelf = Shelf()
    shelf.take(mail(0))
    asked = mail(5, clue)

    shelf.take(replace(asked, message=replace(asked.message, extra={"reply_to": reply_to}, recipients=(reply_to,))))

    came = shelf.cases["CH-1001"].messages[-1]
    assert (came.extra, came.recipients) == ({"reply_to": reply_to}, (reply_to,))


@pytest.mark.parametrize(
    ("recipients", "direction"),
    [
        (("stock@partner.example",), Direction.NOTE),
        (("stock@partner.example", "Asa@Exempel.se"), Direction.OUTBOUND),
        ((), Direction.OUTBOUND),  # a platform names nobody
    ],
)
def test_what_the_seller_writes_answers_only_if_somebody_of_the_case_gets_it(
    recipients: tuple[str, ...], direction: Direction
) -> None:
    shelf = Shelf()
    shelf.take(mail(0))
    asked = mail(5, answering(0), sender="shop@butik.se")
    written = replace(asked.message, author=Author.SELLER, direction=Direction.OUTBOUND, recipients=recipients)

    shelf.take(replace(asked, message=written))

    case = shelf.cases["CH-1001"]
    assert case.messages[-1].direction is direction
    assert (case.waiting_since is None) == (direction is Direction.OUTBOUND)
    assert ("stock@partner.example" in case.addresses) == (len(recipients) == 2)


def test_a_message_that_may_not_open_a_case_and_finds_none_is_left_out() -> None:
    shelf = Shelf()

    result = shelf.take(mail(0, may_open=False))

    assert result == MergeResult(())
    assert shelf.cases == {}


def test_mail_to_a_merged_case_goes_to_the_one_it_went_on_as() -> None:
    shelf = Shelf()
    shelf.take(mail(0), mail(1, keys="<other@x>"))
    shelf.act("CH-1002", Absorbed("CH-1001", shelf.cases["CH-1001"].messages), 2)
    shelf.act("CH-1001", Merged("CH-1002"), 2)

    shelf.take(mail(5, answering(0)))

    assert [m.ref for m in shelf.cases["CH-1002"].messages] == ["uid-0", "uid-1", "uid-5"]


def test_the_number_of_a_case_of_another_channel_links_and_does_not_mix() -> None:
    shelf = Shelf()
    shelf.take(mail(0), channel="info")
    by_subject = mail(5, Clue(ClueKind.SUBJECT_NUMBER, "CH-1001"))

    shelf.take(by_subject)
    again = shelf.take(by_subject)

    assert again == MergeResult(())
    assert len(shelf.cases["CH-1001"].messages) == 1
    assert (shelf.cases["CH-1002"].channel, shelf.cases["CH-1002"].linked) == ("mail", ("CH-1001",))
    opened = shelf.histories["CH-1002"][0].what
    assert opened.reason == "it belongs to CH-1001, which came by another channel"  # type: ignore[union-attr]


def test_the_same_ref_on_another_channel_is_another_message() -> None:
    shelf = Shelf()
    shelf.take(mail(0))

    shelf.take(mail(0), channel="info")

    assert [case.channel for case in shelf.cases.values()] == ["mail", "info"]


def _with_reply(state: ReplyState) -> Shelf:
    shelf = Shelf()
    shelf.take(mail(0))
    shelf.replies["k1"] = Reply("k1", "CH-1001", "mail", "Det kommer i dag.", at(1), state=state)
    return shelf


ECHO = OwnEcho("k1", "CH-1001", at(7), "<k1@butik.se>")
UNDELIVERED = sorted(set(ReplyState) - {ReplyState.DELIVERED})


@pytest.mark.parametrize("state", UNDELIVERED)
def test_our_reply_met_on_the_platform_is_delivered_whatever_we_believed(state: ReplyState) -> None:
    shelf = _with_reply(state)

    first, second = shelf.take(ECHO), shelf.take(ECHO)

    assert (first.delivered, second) == (("k1",), MergeResult(()))
    assert shelf.cases["CH-1001"].state is CaseState.WAITING
    assert shelf.cases["CH-1001"].messages[-1].ref == "reply:k1"
    assert first.new_messages == 0


def test_an_echo_twice_in_one_batch_counts_once() -> None:
    assert _with_reply(ReplyState.UNCERTAIN).take(ECHO, ECHO).delivered == ("k1",)


@pytest.mark.parametrize("echo", [OwnEcho("unknown", "CH-1001", at(7)), OwnEcho("unknown", "CH-9999", at(7))])
def test_an_echo_of_a_reply_nobody_knows_changes_nothing(echo: OwnEcho) -> None:
    assert _with_reply(ReplyState.SENDING).take(echo) == MergeResult(())


def test_the_echo_of_a_reply_that_was_delivered_changes_nothing() -> None:
    assert _with_reply(ReplyState.DELIVERED).take(ECHO) == MergeResult(())


def test_an_answer_to_an_echo_finds_its_case_within_the_batch() -> None:
    shelf = _with_reply(ReplyState.UNCERTAIN)
    answer = mail(9, Clue(ClueKind.MESSAGE_ID, "<k1@butik.se>"))

    shelf.take(ECHO, answer)

    assert [m.ref for m in shelf.cases["CH-1001"].messages] == ["uid-0", "reply:k1", "uid-9"]


def test_an_echo_answers_the_case_that_its_own_was_merged_into() -> None:
    shelf = _with_reply(ReplyState.UNCERTAIN)
    shelf.take(mail(1, keys="<other@x>"))
    shelf.act("CH-1002", Absorbed("CH-1001", shelf.cases["CH-1001"].messages), 2)
    shelf.act("CH-1001", Merged("CH-1002"), 2)

    shelf.take(ECHO)

    assert shelf.cases["CH-1002"].waiting_since is None
    assert shelf.cases["CH-1002"].state is CaseState.WAITING


def test_a_platforms_case_is_opened_and_kept_up_to_date() -> None:
    shelf = Shelf()
    opened = replace(told("P-1", 0, state=CaseState.OPEN, raw="NEW"), customer=Party("Åsa"), type_raw="RETOUR")

    shelf.take(opened)
    shelf.take(replace(opened, type=CaseType.RETURN), told("P-1", 5))

    case = shelf.cases["CH-1001"]
    assert (case.ref, case.type, case.type_raw, case.state_raw) == ("P-1", CaseType.RETURN, "RETOUR", "NEW")
    assert (case.customer, [m.ref for m in case.messages]) == (Party("Åsa"), ["P-1/0", "P-1/5"])


def ours_as_the_platform_has_it(minute: int) -> CaseUpdate:
    theirs = Message("P-1/r:7", Author.SELLER, Direction.OUTBOUND, at(minute), "Skickas i dag")
    return replace(told("P-1", 0), messages=(*told("P-1", 0).messages, theirs))


def delivered_as(minute: int, ref: str) -> ReplyDelivered:
    sent = Message("reply:key-1", Author.SELLER, Direction.OUTBOUND, at(minute), "Skickas i dag", thread_keys=(ref,))
    return ReplyDelivered("key-1", sent, after="P-1/0")


def test_our_reply_that_the_platform_lists_is_not_told_twice() -> None:
    shelf = Shelf()
    shelf.take(told("P-1", 0))
    shelf.act("CH-1001", delivered_as(5, "P-1/r:7"), 5)

    assert shelf.take(ours_as_the_platform_has_it(5)).changes == ()
    assert [m.ref for m in shelf.cases["CH-1001"].messages] == ["P-1/0", "reply:key-1"]


def test_our_note_to_the_platform_that_it_lists_is_not_told_twice() -> None:
    shelf = Shelf()
    shelf.take(told("P-1", 0))
    note = Message("reply:key-2", Author.SELLER, Direction.NOTE, at(5), "Bitte prüfen", thread_keys=("P-1/n:1",))
    shelf.act("CH-1001", MessageArrived(note), 5)
    listed = replace(note, ref="P-1/n:1", thread_keys=())

    assert shelf.take(replace(told("P-1", 0), messages=(listed,))).changes == ()


def test_our_reply_that_was_read_before_its_receipt_came_is_one_message() -> None:
    shelf = Shelf()
    shelf.take(ours_as_the_platform_has_it(5))
    shelf.act("CH-1001", delivered_as(5, "P-1/r:7"), 9)
    shelf.take(ours_as_the_platform_has_it(5))

    case = shelf.cases["CH-1001"]
    assert [m.ref for m in case.messages] == ["P-1/0", "P-1/r:7"]
    assert (case.state, case.waiting_since) == (CaseState.WAITING, None)


def test_a_sellers_message_that_only_looks_like_ours_is_another_one() -> None:
    shelf = Shelf()
    shelf.take(told("P-1", 0))
    shelf.act("CH-1001", delivered_as(5, "P-1/r:6"), 5)
    shelf.take(ours_as_the_platform_has_it(7))

    assert [m.ref for m in shelf.cases["CH-1001"].messages] == ["P-1/0", "reply:key-1", "P-1/r:7"]


def test_a_platform_that_closes_a_case_settles_it() -> None:
    shelf = Shelf()

    shelf.take(told("P-1", 0, state=CaseState.CLOSED, since=5, raw="DONE"))

    case = shelf.cases["CH-1001"]
    assert (case.state, case.closed_at, case.waiting_since) == (CaseState.CLOSED, at(5), None)


def test_a_platforms_older_word_does_not_undo_what_happened_since() -> None:
    shelf = Shelf()
    still_open = told("P-1", 0, state=CaseState.OPEN, raw="OPEN")
    shelf.take(still_open)
    shelf.act("CH-1001", StateChanged(CaseState.CLOSED, Author.SELLER, "Åsa"), 5)

    assert shelf.take(still_open) == MergeResult(())
    assert shelf.cases["CH-1001"].state is CaseState.CLOSED


def test_a_late_question_makes_no_older_word_of_a_platform_a_new_one() -> None:
    """Else the closing of minute 5 would settle the question of minute 9, which waits."""
    shelf = Shelf()
    shelf.take(told("P-1", 0, 9))
    shelf.take(told("P-1", 3))

    shelf.take(told("P-1", state=CaseState.CLOSED, since=5))

    assert (shelf.cases["CH-1001"].state, shelf.cases["CH-1001"].settled) == (CaseState.OPEN, {})


def test_a_handover_that_a_later_one_undid_is_learnt_once() -> None:
    shelf = Shelf()
    shelf.take(told("P-1", 0))
    shelf.act("CH-1001", OwnerChanged(Owner.PLATFORM, Author.SELLER), 9)
    older = replace(told("P-1"), owner=Owner.SELLER, owner_at=at(5))
    shelf.take(older)

    assert shelf.take(older) == MergeResult(())
    assert [handover.at for handover in shelf.cases["CH-1001"].handovers] == [at(5), at(9)]


@pytest.mark.parametrize("never", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_an_instant_at_the_end_of_all_calendars_is_no_deadline(never: datetime) -> None:
    shelf = Shelf()
    given = replace(told("P-1", 0), deadlines={"first_response": at(60), "resolution": never})
    shelf.take(given)
    first = shelf.cases["CH-1001"].due_by_platform
    shelf.take(replace(given, deadlines={"first_response": never}))

    assert (list(first), shelf.cases["CH-1001"].due_by_platform) == (["first_response"], {})


def test_a_deadline_in_the_hour_that_comes_twice_is_learnt_once() -> None:
    """A datetime of such an hour equals none of another zone, whatever it means (PEP 495)."""
    shelf = Shelf()
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    given = replace(told("P-1", 0), deadlines={"first_response": twice})
    shelf.take(given)

    assert shelf.take(given) == MergeResult(())


NAIVE = NOON.replace(tzinfo=None)


@pytest.mark.parametrize(
    "more",
    [
        {"state": CaseState.CLOSED, "state_at": NAIVE},
        {"owner": Owner.PLATFORM, "owner_at": NAIVE},
        {"outcome": "refunded", "outcome_at": NAIVE},
        {"rating": "up", "rated_at": NAIVE},
        {"deadlines": {"first_response": NAIVE}},
    ],
)
def test_an_instant_of_a_platform_without_a_zone_is_refused(more: Any) -> None:
    with pytest.raises(ValueError, match="aware datetime"):
        CaseUpdate("P-1", NOON, **more)


def test_a_platforms_closing_does_not_silence_a_later_question() -> None:
    shelf = Shelf()
    shelf.take(told("P-1", 0, state=CaseState.CLOSED, since=5))

    shelf.take(told("P-1", 0, 9, state=CaseState.CLOSED, since=5))

    assert (shelf.cases["CH-1001"].state, shelf.cases["CH-1001"].waiting_since) == (CaseState.OPEN, at(9))


def test_a_platform_that_reopens_a_case_is_followed() -> None:
    shelf = Shelf()
    shelf.take(told("P-1", 0, state=CaseState.CLOSED, since=5))

    shelf.take(told("P-1", 0, state=CaseState.OPEN, since=9))

    assert shelf.cases["CH-1001"].state is CaseState.OPEN


def test_a_message_on_a_platforms_merged_case_reaches_the_one_it_went_on_as() -> None:
    shelf = Shelf()
    shelf.take(told("P-1", 0, subject="ett"), told("P-2", 1, subject="två"))
    shelf.act("CH-1002", Absorbed("CH-1001", shelf.cases["CH-1001"].messages), 2)
    shelf.act("CH-1001", Merged("CH-1002"), 2)

    shelf.take(told("P-1", 0, 5, state=CaseState.CLOSED, since=9))

    assert [m.ref for m in shelf.cases["CH-1002"].messages] == ["P-1/0", "P-2/1", "P-1/5"]
    assert (shelf.cases["CH-1002"].state, shelf.cases["CH-1002"].subject) == (CaseState.OPEN, "två")
    assert shelf.cases["CH-1001"].state is CaseState.MERGED


def test_keys_name_everything_that_a_batch_could_point_at() -> None:
    found = keys_of([mail(0, answering(7), Clue(ClueKind.RECIPIENT_TOKEN, "CH-1")), told("P-1", 3), ECHO])

    assert found == Keys(
        case_refs=frozenset({"uid-0", "P-1"}),
        message_refs=frozenset({"uid-0", "P-1/3"}),
        thread_keys=frozenset({"<7@exempel.se>", "CH-1"}),
        case_numbers=frozenset({"<7@exempel.se>", "CH-1", "CH-1001"}),
        reply_keys=frozenset({"k1"}),
    )


def test_a_platform_cannot_merge_a_case() -> None:
    with pytest.raises(ValueError, match="merged by people here only"):
        CaseUpdate("P-1", NOON, state=CaseState.MERGED, state_at=NOON)


def test_items_that_come_as_a_generator_are_kept_for_every_look() -> None:
    def once(items: Iterable[Any]) -> Any:
        yield from items

    batch = Batch(once([mail(0), mail(1)]), {}, notices=once([Notice("a")]))

    assert (batch.items, batch.notices) == ((mail(0), mail(1)), (Notice("a"),))


def test_a_state_without_its_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="state_at"):
        CaseUpdate("P-1", NOON, state=CaseState.CLOSED)


# --- However a channel's items are cut, and however often they are read ---

CLUES = [ClueKind.RECIPIENT_TOKEN, ClueKind.MESSAGE_ID, ClueKind.SAME_PARENT, ClueKind.SUBJECT_NUMBER]


def _random_item(rng: random.Random, minute: int) -> Incoming:
    """A mail that points at earlier ones, a platform's word on one of its cases, or our own reply."""
    sort = rng.randrange(10)
    if sort == 0:
        return OwnEcho(f"k{rng.randrange(3)}", "CH-1001", at(minute), "<k@butik.se>")
    if sort <= 3:
        state = rng.choice([None, CaseState.OPEN, CaseState.CLOSED])
        case = rng.randrange(3)
        # A platform lists all of a case: what it shows later was written later.
        return told(f"P-{case}", *range(case, minute + 1, 3), state=state, since=minute + 0.5)
    clues = [_random_clue(rng, minute) for _ in range(rng.randrange(3))]
    sender = rng.choice(["asa@exempel.se", "Åke@exempel.se", "stranger@x.example"])
    return mail(minute, *clues, sender=sender, may_open=rng.random() < 0.9)


def _random_clue(rng: random.Random, minute: int) -> Clue:
    kind = rng.choice(CLUES)
    if kind in (ClueKind.RECIPIENT_TOKEN, ClueKind.SUBJECT_NUMBER):
        return Clue(kind, f"CH-{1001 + rng.randrange(2)}")
    return Clue(kind, rng.choice([f"<{rng.randrange(minute + 1)}@exempel.se>", "<k@butik.se>"]))


def _prepared() -> Shelf:
    """Two cases, one of them on another channel, and replies in several states."""
    shelf = Shelf()
    shelf.take(mail(-9))
    shelf.take(mail(-8), channel="info")
    for number, state in enumerate((ReplyState.UNCERTAIN, ReplyState.CANCELLED, ReplyState.DELIVERED)):
        shelf.replies[f"k{number}"] = Reply(f"k{number}", "CH-1001", "mail", "Hej", at(-1), state=state)
    return shelf


def _items(rng: random.Random, length: int) -> list[Incoming]:
    """Items that point at earlier ones only, as a channel brings them; our reply comes back first."""
    echo = OwnEcho("k0", "CH-1001", at(-1), "<k@butik.se>")
    return [echo, *(_random_item(rng, minute) for minute in range(length - 1))]


@given(st.randoms(use_true_random=False), st.integers(1, 12), st.lists(st.integers(0, 12), max_size=4))
def test_batches_that_are_cut_anywhere_give_the_same_cases(rng: random.Random, length: int, cuts: list[int]) -> None:
    items = _items(rng, length)
    whole, parts = _prepared(), _prepared()

    whole.take(*items)
    edges = [0, *sorted(cuts), length]
    for start, end in pairwise(edges):
        parts.take(*items[start:end])
    parts.take(*items[max(edges) :])

    assert parts.cases == whole.cases
    assert parts.histories == whole.histories
    assert parts.replies == whole.replies


@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_the_same_batch_twice_changes_nothing(rng: random.Random, length: int) -> None:
    items = _items(rng, length)
    shelf = _prepared()
    shelf.take(*items)

    assert shelf.take(*items) == MergeResult(())


@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_what_is_kept_replays_to_the_cases_that_were_merged(rng: random.Random, length: int) -> None:
    shelf = _prepared()
    shelf.take(*_items(rng, length))

    assert {number: replay(history) for number, history in shelf.histories.items()} == shelf.cases
    refs = [(c.channel, m.ref) for c in shelf.cases.values() for m in c.messages]
    assert len(refs) == len(set(refs))


def test_a_case_that_is_first_read_after_it_was_sent_on_was_handed_over() -> None:
    sent_on = CaseUpdate("Q-1", NOON, owner=Owner.SELLER, owner_at=NOON + timedelta(hours=3))
    ours = CaseUpdate("Q-2", NOON, owner=Owner.SELLER, owner_at=NOON)

    merged = merge_batch([sent_on, ours], Known(), "bol_nl", NOON, iter(("CH-1001", "CH-1002")).__next__)

    assert [[handover.to for handover in change.case.handovers] for change in merged.changes] == [[Owner.SELLER], []]
