"""The desk on the real store: every act is kept whole or not at all, and looks at the case as it stands."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from hub.core.events import ReplyStopped
from hub.core.incoming import CaseUpdate, Clue, ClueKind, IncomingMessage, OwnEcho
from hub.core.matching import MatchingRules
from hub.core.merge import keys_of, merge_batch
from hub.core.model import Author, CaseState, CaseType, Direction, Message, Party
from hub.core.outbox import ReplyState, become_uncertain, move, start_sending
from hub.core.ports import Clock, Store
from hub.core.replay import replay
from hub.errors import NotFound, Refused
from hub.runs import desk as desk_module
from hub.runs.desk import Desk, Reread, keep_files
from hub.store import open_store
from tests.fakes import a_day_later

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ASA = Party("Åsa Öberg", "asa@kund.example")


class AnyClock(Clock, Protocol):
    def advance(self, *by: timedelta, **more: float) -> datetime: ...


def letter(ref: str, *, minutes: int = 0, sender: Party = ASA, clues: tuple[Clue, ...] = ()) -> IncomingMessage:
    at = NINE + timedelta(minutes=minutes)
    message = Message(
        ref, Author.CUSTOMER, Direction.INBOUND, at, "Var är paketet? 漢字 🙂", sender=sender, subject="Paket"
    )
    return IncomingMessage(replace(message, thread_keys=(f"<{ref}>",)), clues)


def unreadable(ref: str) -> IncomingMessage:
    message = Message(ref, Author.CUSTOMER, Direction.INBOUND, NINE, raw="0" * 64, problem="too deeply nested")
    return IncomingMessage(message, type=CaseType.UNREADABLE)


Arrive = Callable[[IncomingMessage], None]


@pytest.fixture
def store(tmp_path: Path, clock: AnyClock) -> Iterator[Store]:
    opened = open_store(tmp_path / "data", clock)
    yield opened
    opened.close()


@pytest.fixture
def desk(store: Store, clock: AnyClock) -> Desk:
    keys = (f"{number:016x}" for number in itertools.count(1))
    return Desk(store, clock, a_day_later, lambda: next(keys), "Bo Ek")


@pytest.fixture
def arrive(store: Store, clock: AnyClock) -> Arrive:
    def take(item: IncomingMessage) -> None:
        with store.writing() as writer:
            known = writer.known("support", keys_of([item]))
            for change in merge_batch([item], known, "support", clock.now(), writer.next_number).changes:
                writer.save(change, a_day_later(change.case))

    return take


def is_whole(store: Store, number: str) -> bool:
    return replay(store.history(number)) == store.case(number)


def test_each_act_is_kept_with_its_deadline(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))

    desk.note("CH-1001", "Ring henne 漢字")
    desk.assign("CH-1001", "Anna-Karin")
    desk.close("CH-1001", "refunded")
    closed = store.summary("CH-1001")
    desk.reopen("CH-1001")

    assert (closed.state, closed.assignee, closed.deadline) == (CaseState.CLOSED, "Anna-Karin", None)
    assert store.summary("CH-1001").state is CaseState.OPEN
    assert store.case("CH-1001").messages[-1].text == "Ring henne 漢字"
    assert is_whole(store, "CH-1001")


def test_a_refused_act_leaves_no_trace(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    before = store.history("CH-1001")

    with pytest.raises(Refused):
        desk.reply("CH-1001", "  ", after="m1")

    assert store.history("CH-1001") == before
    assert store.replies() == []


def test_an_unknown_case_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.note("CH-9999", "x")


def test_a_reply_is_queued_with_its_files_and_its_case_stays_owed(
    desk: Desk, store: Store, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(letter("m1"))
    path = tmp_path / "kvitto Å漢.pdf"
    path.write_bytes(b"%PDF-1.7")

    reply = desk.reply("CH-1001", "Hej Åsa!", after="m1", files=keep_files(store, [path]))

    (kept,) = store.replies()
    assert kept == reply
    assert (kept.key, kept.by, kept.after) == ("0000000000000001", "Bo Ek", "m1")
    assert (kept.attachments[0].name, kept.attachments[0].media_type) == ("kvitto Å漢.pdf", "application/pdf")
    assert store.content(kept.attachments[0].digest) == b"%PDF-1.7"
    assert store.summary("CH-1001").deadline is not None


def test_the_same_text_twice_is_two_replies(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))

    keys = [desk.reply("CH-1001", "Hej!", after="m1").key for _ in range(2)]

    assert [reply.key for reply in store.replies()] == keys
    assert len(set(keys)) == 2


def test_a_reply_written_before_the_customers_next_message_is_refused(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    seen = store.case("CH-1001").last_inbound
    arrive(letter("m2", minutes=5, clues=(Clue(ClueKind.MESSAGE_ID, "<m1>"),)))

    with pytest.raises(Refused, match="Åsa Öberg wrote again"):
        desk.reply("CH-1001", "Hej!", after=seen.ref if seen else "")

    assert store.replies() == []


def test_a_merge_leads_every_later_message_to_the_case_that_remains(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    arrive(letter("m2", minutes=1))

    desk.merge("CH-1002", into="CH-1001")
    arrive(letter("m3", minutes=2, clues=(Clue(ClueKind.MESSAGE_ID, "<m2>"),)))

    assert [message.ref for message in store.case("CH-1001").messages] == ["m1", "m2", "m3"]
    assert store.case("CH-1002").merged_into == "CH-1001"
    assert store.summary("CH-1002").deadline is None
    assert is_whole(store, "CH-1001")
    assert is_whole(store, "CH-1002")
    assert store.inspect() == []


def test_a_case_with_a_reply_on_its_way_is_not_merged(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    arrive(letter("m2", minutes=1))
    reply = desk.reply("CH-1002", "Hej!", after="m2")

    with pytest.raises(Refused, match=rf"CH-1002 has a reply in the outbox that is queued \({reply.key}\)"):
        desk.merge("CH-1002", into="CH-1001")

    assert store.case("CH-1002").merged_into == ""


def test_a_held_reply_is_released_to_answer_the_newest_message(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    reply = desk.reply("CH-1001", "Hej!", after="m1")
    with store.writing() as writer:
        writer.save_reply(move(reply, ReplyState.HELD, "the customer wrote again"))
    arrive(letter("m2", minutes=5, clues=(Clue(ClueKind.MESSAGE_ID, "<m1>"),)))

    released = desk.release(reply.key)

    assert (released.state, released.after) == (ReplyState.QUEUED, "m2")
    assert store.replies() == [released]


def test_an_uncertain_reply_is_settled_either_way(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    first, second = (desk.reply("CH-1001", text, after="m1") for text in ("ett", "två"))
    with store.writing() as writer:
        for reply in (first, second):
            writer.save_reply(become_uncertain(start_sending(reply), "no answer", NINE))

    retried, settled = desk.retry(first.key), desk.mark_delivered(second.key)

    assert (retried.state, settled.state) == (ReplyState.QUEUED, ReplyState.DELIVERED)
    assert store.case("CH-1001").messages[-1].text == "två"
    assert store.summary("CH-1001").deadline is None
    assert is_whole(store, "CH-1001")


def test_a_reply_that_is_being_sent_cannot_be_taken_back(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    reply = desk.reply("CH-1001", "Hej!", after="m1")
    with store.writing() as writer:
        writer.save_reply(start_sending(reply))

    for act in (desk.cancel, desk.mark_delivered, desk.retry, desk.release):
        with pytest.raises(Refused, match="is sending and cannot be"):
            act(reply.key)

    assert store.replies()[0].state is ReplyState.SENDING


def test_a_cancelled_reply_is_told_to_its_case(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    reply = desk.reply("CH-1001", "Hej!", after="m1")

    desk.cancel(reply.key)

    assert store.history("CH-1001")[-1].what == ReplyStopped(reply.key, "cancelled", "cancelled by Bo Ek")


def test_a_refused_reply_that_did_arrive_is_told_to_the_case_that_took_its_own_up(
    desk: Desk, store: Store, arrive: Arrive
) -> None:
    arrive(letter("m1"))
    arrive(letter("m2", minutes=1))
    reply = desk.reply("CH-1002", "Hej!", after="m2")
    with store.writing() as writer:
        writer.save_reply(move(start_sending(reply), ReplyState.REJECTED, "550"))
    desk.merge("CH-1002", into="CH-1001")

    desk.mark_delivered(reply.key)

    assert f"reply:{reply.key}" in {message.ref for message in store.case("CH-1001").messages}


def test_a_key_is_found_by_its_beginning(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(letter("m1"))
    reply = desk.reply("CH-1001", "Hej!", after="m1")
    with store.writing() as writer:
        writer.save_reply(replace(reply, key="00ab000000000000"))

    assert desk.named("00A").key == "00ab000000000000"
    assert desk.named("0000000000000001").key == "0000000000000001"
    with pytest.raises(Refused, match="2 replies have keys that begin with '00'"):
        desk.named("00")
    with pytest.raises(NotFound, match="begins with 'ff'"):
        desk.named("ff")


def test_a_whole_key_names_its_reply_although_that_of_what_follows_it_begins_so(
    desk: Desk, store: Store, arrive: Arrive
) -> None:
    arrive(letter("m1"))
    reply = desk.reply("CH-1001", "Hej!", after="m1", then_close=True, there=True)
    desk.mark_delivered(reply.key)

    assert [known.key for known in store.replies()] == [reply.key, f"{reply.key}-close"]
    assert desk.named(reply.key).key == reply.key


def test_an_unreadable_message_is_read_again_and_names_its_case(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(unreadable("m1"))

    result = desk.take_reread("CH-1001", "m1", letter("m1"), MatchingRules())

    assert result == Reread("CH-1001", "m1", readable=True)
    assert store.unreadable() == []
    assert store.summary("CH-1001").customer_name == "Åsa Öberg"
    assert [case.number for case in store.search("oberg")] == ["CH-1001"]
    assert is_whole(store, "CH-1001")


def test_a_message_read_again_says_to_which_case_it_belongs(desk: Desk, arrive: Arrive) -> None:
    arrive(letter("m1"))
    arrive(unreadable("m2"))
    read_again = letter("m2", clues=(Clue(ClueKind.MESSAGE_ID, "<m1>"),))

    result = desk.take_reread("CH-1002", "m2", read_again, MatchingRules())

    assert result.remark == "it belongs to CH-1001: `casehub merge CH-1002 CH-1001`"


@pytest.mark.parametrize(
    ("item", "remark"),
    [
        (unreadable("m1"), "too deeply nested"),
        (OwnEcho("k", "CH-1001", NINE), "its channel now reads it as something else"),
        (CaseUpdate("c1", NINE), "its channel now reads it as something else"),
        (letter("m2"), "its channel now reads it as something else"),
    ],
)
def test_what_is_still_unreadable_changes_nothing(
    desk: Desk, store: Store, arrive: Arrive, item: IncomingMessage | OwnEcho | CaseUpdate, remark: str
) -> None:
    arrive(unreadable("m1"))
    before = store.history("CH-1001")

    result = desk.take_reread("CH-1001", "m1", item, MatchingRules())

    assert result == Reread("CH-1001", "m1", readable=False, remark=remark)
    assert store.history("CH-1001") == before


def test_a_platforms_message_is_found_in_its_case_when_read_again(desk: Desk, store: Store, arrive: Arrive) -> None:
    arrive(unreadable("m1"))
    update = CaseUpdate("c1", NINE, messages=(letter("m0").message, letter("m1").message))

    desk.take_reread("CH-1001", "m1", update, MatchingRules())

    assert store.case("CH-1001").messages[0].text == "Var är paketet? 漢字 🙂"


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda path: None, "There is no file"),
        (lambda path: path.mkdir(), "is not a file that can be attached"),
        (lambda path: path.write_bytes(b"x" * 21), "a reply takes 0 MB; send fewer"),
    ],
)
def test_a_file_that_cannot_go_with_a_reply_is_refused(
    store: Store, tmp_path: Path, prepare: Callable[[Path], None], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "LARGEST_REPLY", 20)
    path = tmp_path / "漢字 Å.bin"
    prepare(path)

    with pytest.raises(Refused, match=sentence):
        keep_files(store, [path])


def test_files_are_weighed_together(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "LARGEST_REPLY", 20)
    path = tmp_path / "a"
    path.write_bytes(b"x" * 11)

    assert keep_files(store, [path])[0].media_type == "application/octet-stream"
    with pytest.raises(Refused, match="send fewer"):
        keep_files(store, [path, path])
