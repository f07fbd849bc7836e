"""What every store must do, said in the words of its port; tests/clocks_contract.py has what it must do with clocks.

Subclass StoreContract where three fixtures are at hand: `store`, an opened store; `reopen`, which opens one more handle
on the same data; `fresh`, which opens a new and empty store. The first two are closed by the fixtures.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.events import (
    Absorbed,
    Acted,
    Assigned,
    Event,
    FactsLearnt,
    Happening,
    Merged,
    MessageReread,
    Opened,
    PortalTaskDone,
    PortalTaskGiven,
    ReplyDelivered,
    StateChanged,
)
from hub.core.incoming import CaseUpdate, Clue, ClueKind, Incoming, IncomingMessage
from hub.core.merge import Change, Keys, keys_of, merge_batch
from hub.core.model import Attachment, Author, Case, CaseState, CaseType, Direction, Message, Order, Party, epoch
from hub.core.outbox import Reply, ReplyState, as_message, start_sending
from hub.core.platform_acts import Act, ActKind
from hub.core.policy import ClockName, Deed
from hub.core.ports import CaseFilter, ChannelRecord, ListOrder, Store, Writer
from hub.core.readings import Deadline, Evaluation, Reading, StageReading, headline
from hub.core.replay import apply, replay
from hub.errors import Busy, HubError, NotFound

NOON = datetime(2026, 3, 2, 12, 0, 0, 123457, tzinfo=UTC)
EVERY = CaseFilter(states=frozenset())
DAY = 86_400
EARLY, LATE = NOON - timedelta(days=400), NOON + timedelta(days=400)
NOTHING_OWED = Evaluation("office", "1", "digest", "a-day", ())
Opener = Callable[[], Store]


def mail(
    ref: str,
    text: str = "Hej 🙂",
    *,
    after: int = 0,
    answers: str = "",
    sender: Party | None = None,
    subject: str = "",
    order_number: str = "",
    attachments: tuple[Attachment, ...] = (),
    problem: str = "",
    raw: str = "",
) -> IncomingMessage:
    """A customer's mail some minutes after noon; `answers` names the ref of the mail it answers."""
    message = Message(
        ref=ref,
        author=Author.CUSTOMER,
        direction=Direction.INBOUND,
        sent_at=NOON + timedelta(minutes=after),
        text=text,
        subject=subject or f"Ärende {ref}",
        sender=sender or Party("Åsa Öberg 漢字", "asa@kund.example"),
        thread_keys=(f"<{ref}>",),
        attachments=attachments,
        problem=problem,
        raw=raw,
    )
    clues = (Clue(ClueKind.MESSAGE_ID, f"<{answers}>"),) if answers else ()
    return IncomingMessage(message, clues, order_number=order_number)


def take(store: Store, *items: Incoming, channel: str = "shop") -> list[str]:
    """Merge a batch as a run does, with a deadline for whoever waits; the numbers of the cases it changed."""
    with store.writing() as writer:
        return take_within(writer, items, channel)


def take_within(writer: Writer, items: Sequence[Incoming], channel: str = "shop") -> list[str]:
    known = writer.known(channel, keys_of(items))
    merged = merge_batch(items, known, channel, NOON + timedelta(hours=1), writer.next_number)
    for change in merged.changes:
        writer.save(change, due_in_a_day(change.case))
    return [change.case.number for change in merged.changes]


def due_in_a_day(case: Case) -> Evaluation:
    """A day for each message of the customer, whatever was said before it."""
    asked = [message for message in case.messages if message.asks_for_an_answer]
    clocks = tuple(_a_day_for(case, message, cycle) for cycle, message in enumerate(asked))
    wakeup = min((reading.stages[0].at for reading in clocks if reading.is_open), default=None)
    return replace(NOTHING_OWED, clocks=clocks, wakeup=wakeup)


def _a_day_for(case: Case, message: Message, cycle: int) -> Reading:
    start, settled = epoch(message.sent_at), case.settled.get(message.ref)
    due = start + DAY
    stages = (StageReading("warn", due - 3600, Deed.WARN), StageReading("refund", due, expect="refunds it"))
    reading = Reading(ClockName.NEXT_RESPONSE, cycle, message.ref, "24h", start, due, due, stages=stages)
    if settled is not None:
        return replace(reading, ended=epoch(settled.at))
    return reading if case.is_open else replace(reading, ended=start, cancelled=True)


def owed(start: datetime, due: datetime | None, problem: str = "") -> Evaluation:
    """One clock that runs from an instant to another one."""
    ends = None if due is None else epoch(due)
    reading = Reading(ClockName.FIRST_RESPONSE, 0, "a", "office", epoch(start), ends, ends, problem=problem)
    return replace(NOTHING_OWED, clocks=(reading,))


def evaluate(store: Store, number: str, evaluation: Evaluation) -> None:
    with store.writing() as writer:
        writer.set_evaluation(number, evaluation)


def happen(store: Store, number: str, *happenings: Happening, after: int = 60) -> Case:
    """Record that something happened to a case, so many minutes after noon."""
    with store.writing() as writer:
        before = case = writer.case(number)
        events = tuple(Event(what, NOON + timedelta(minutes=after), NOON + timedelta(hours=2)) for what in happenings)
        for event in events:
            case = apply(case, event)
        assert case.number == before.number
        writer.save(Change(case, events), due_in_a_day(case))
        return case


def merge_cases(store: Store, kept: str, gone: str) -> None:
    """Let one case go on as another."""
    happen(store, kept, Absorbed(gone, store.case(gone).messages))
    happen(store, gone, Merged(kept))


def found(store: Store, text: str) -> list[str]:
    return [case.number for case in store.search(text)]


def known_keys(store: Store, keys: Keys, channel: str = "shop") -> tuple[set[str], dict[str, str], set[str]]:
    """The cases, refs and message refs that the store knows of these keys."""
    with store.writing() as writer:
        known = writer.known(channel, keys)
    return set(known.threads.cases), known.by_ref, known.message_refs


def reply_to(number: str, key: str = "k1", **more: object) -> Reply:
    values: dict[str, object] = {"text": "Tack! 🙂", "written_at": NOON, "channel": "shop"} | more
    return Reply(key=key, case_number=number, **values)  # type: ignore[arg-type]  # the values of the test's own choice


def save_replies(store: Store, *replies: Reply) -> None:
    with store.writing() as writer:
        for reply in replies:
            writer.save_reply(reply)


class StoreContract:
    """Every promise of the Store and Writer ports."""

    # Cases and their events

    def test_a_saved_case_is_what_its_events_add_up_to(self, store: Store) -> None:
        [number] = take(store, mail("a", "rad 1\r\nrad 2 \x00 漢字 🙂"))
        happen(store, number, Assigned("åsa"), StateChanged(CaseState.CLOSED, Author.SELLER, "åsa"))

        assert store.case(number) == replay(store.history(number))
        assert [type(event.what).__name__ for event in store.history(number)] == [
            "Opened",
            "MessageArrived",
            "Assigned",
            "StateChanged",
        ]

    def test_instants_come_back_to_the_microsecond_and_in_their_own_zone(self, store: Store) -> None:
        tokyo = timezone(timedelta(hours=9))
        letter = mail("a")
        letter = replace(letter, message=replace(letter.message, sent_at=NOON.astimezone(tokyo)))

        [number] = take(store, letter)

        assert store.history(number)[0].at.isoformat() == NOON.astimezone(tokyo).isoformat()
        assert store.summary(number).opened_at == NOON

    def test_a_lone_surrogate_in_any_text_is_kept_and_not_fatal(self, store: Store) -> None:
        letter = mail("a\udc80", "text \ud800", subject="ämne \udcff")

        [number] = take(store, letter)

        assert store.case(number).messages[0] == letter.message
        assert take(store, letter) == []
        assert store.summary(number).number == number

    def test_a_case_that_does_not_exist_is_not_found_by_any_name(self, store: Store) -> None:
        take(store, mail("a"))
        for number in ("CH-1002", "CH-0", "CH-", "", "1001", "ch-1001", "CH-99999999999999999999", "CH-1001 "):
            for ask in (store.case, store.history, store.summary):
                with pytest.raises(NotFound, match="there is no case"):
                    ask(number)

    def test_a_case_is_found_by_its_ref_on_its_own_channel_also_when_it_was_merged(self, store: Store) -> None:
        [first], [second] = take(store, mail("ä 漢字")), take(store, mail("b"))
        merge_cases(store, second, first)
        ref = store.case(first).ref

        assert store.number_with_ref("shop", ref) == first
        assert store.number_with_ref("another", ref) == ""
        assert store.number_with_ref("shop", "nobody's") == ""

    def test_a_change_to_a_case_that_does_not_exist_is_refused(self, store: Store) -> None:
        case = replay([Event(Opened("CH-4711", "shop", "r"), NOON, NOON)])

        with pytest.raises(NotFound), store.writing() as writer:
            writer.save(Change(case, (Event(Assigned("x"), NOON, NOON),)), NOTHING_OWED)

        assert store.counts() == {}

    def test_a_block_left_by_an_exception_leaves_nothing(self, store: Store) -> None:
        def fail_midway() -> None:
            with store.writing() as writer:
                take_within(writer, [mail("a")])
                writer.set_checkpoint("shop", {"uid": 7})
                writer.set_fact("name", "value")
                writer.record_channel(ChannelRecord("shop", error="x"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_midway()

        assert (store.counts(), store.fact("name"), store.channel("shop")) == ({}, "", ChannelRecord("shop"))
        assert found(store, "hej") == []

    def test_a_transaction_reads_what_it_has_written(self, store: Store) -> None:
        with store.writing() as writer:
            [number] = take_within(writer, [mail("a")])
            again = take_within(writer, [mail("a"), mail("b", answers="a", after=5)])
            inside = writer.case(number)

        assert again == [number]
        assert inside == store.case(number)
        assert found(store, "hej") == [number]

    def test_what_a_transaction_brought_it_can_change(self, store: Store) -> None:
        with store.writing() as writer:
            [number] = take_within(writer, [mail("a", problem="kaputt"), mail("b", answers="a", after=5)])
            reread = Event(MessageReread(mail("a", "läsbart").message), NOON, NOON)
            writer.save(Change(apply(writer.case(number), reread), (reread,)), NOTHING_OWED)

        assert store.unreadable() == []
        assert store.inspect() == []

    def test_numbers_begin_at_1001_and_none_is_given_twice(self, store: Store, reopen: Opener) -> None:
        def take_a_number_and_fail() -> None:
            with store.writing() as writer:
                writer.next_number()
                raise ZeroDivisionError

        with store.writing() as writer:
            first, unused = writer.next_number(), writer.next_number()
        with pytest.raises(ZeroDivisionError):
            take_a_number_and_fail()
        [saved] = take(reopen(), mail("a"))

        assert (first, unused) == ("CH-1001", "CH-1002")
        assert saved not in (first, unused)

    def test_two_cases_with_one_ref_on_one_channel_are_refused(self, store: Store) -> None:
        take(store, mail("a"))
        twin = Event(Opened("CH-2000", "shop", "a"), NOON, NOON)

        with pytest.raises(HubError), store.writing() as writer:
            writer.save(Change(replay([twin]), (twin,), is_new=True), NOTHING_OWED)

        assert store.counts() == {CaseState.OPEN: 1}

    # What is known

    def test_known_finds_by_every_key_and_keeps_channels_apart(self, store: Store) -> None:
        [one] = take(store, mail("a"))
        [other] = take(store, mail("a"), channel="annan")

        keys = Keys(frozenset({"a", "x"}), frozenset({"a", "y"}), frozenset({"<a>", "z"}))

        assert known_keys(store, keys) == ({one}, {"a": one}, {"a"})
        assert known_keys(store, keys, "annan") == ({other}, {"a": other}, {"a"})
        assert known_keys(store, Keys(case_numbers=frozenset({one, other, "CH-9", "<a>", ""}))) == (
            {one, other},
            {},
            set(),
        )
        assert known_keys(store, Keys()) == (set(), {}, set())

    def test_known_brings_replies_of_any_state_with_their_cases(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        sent = start_sending(reply_to(number))
        save_replies(store, sent)

        with store.writing() as writer:
            known = writer.known("shop", Keys(reply_keys=frozenset({"k1", "k2"})))

        assert known.replies == {"k1": sent}
        assert set(known.threads.cases) == {number}

    def test_thousands_of_keys_are_looked_up_at_once(self, store: Store) -> None:
        numbers = take(store, *(mail(f"m{n}") for n in range(1200)))
        refs = frozenset(f"m{n}" for n in range(5000))

        cases, by_ref, messages = known_keys(store, Keys(case_refs=refs, message_refs=refs))

        assert cases == set(numbers)
        assert (len(by_ref), len(messages)) == (1200, 1200)

    def test_the_first_case_keeps_a_thread_key(self, store: Store) -> None:
        first = mail("a")
        second = replace(mail("b"), message=replace(mail("b").message, thread_keys=("<a>", "<b>")))
        [one] = take(store, first)
        [other] = take(store, second)

        with store.writing() as writer:
            known = writer.known("shop", Keys(thread_keys=frozenset({"<a>", "<b>"})))

        assert known.threads.by_thread_key == {"<a>": one, "<b>": other}

    def test_messages_of_an_absorbed_case_lead_to_the_case_it_went_on_as(self, store: Store) -> None:
        [kept] = take(store, mail("a"))
        [gone] = take(store, mail("b", problem="no charset"))
        [last] = take(store, mail("c"))
        merge_cases(store, kept, gone)
        merge_cases(store, last, kept)

        cases, _, messages = known_keys(store, Keys(message_refs=frozenset({"b"})))

        assert (cases, messages) == ({last}, {"b"})
        assert store.unreadable() == [(last, "b")]
        assert known_keys(store, Keys(thread_keys=frozenset({"<b>"})))[0] == {gone, kept, last}
        assert take(store, mail("d", answers="b", after=3)) == [last]

    def test_a_delivered_reply_is_known_as_a_message_and_its_own_ref_as_a_thread(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        reply = reply_to(number)
        happen(store, number, ReplyDelivered("k1", as_message(reply, NOON, "<out-1>")))

        assert take(store, mail("b", answers="out-1", after=70)) == [number]
        assert known_keys(store, Keys(message_refs=frozenset({"reply:k1"})))[2] == {"reply:k1"}

    # Lists

    def test_the_list_is_by_due_instant_with_undated_cases_last_and_newest_first(self, store: Store) -> None:
        late, early, answered, newer = (
            take(store, mail(ref, after=n))[0] for ref, n in (("a", 9), ("b", 1), ("c", 2), ("d", 3))
        )
        for number in (answered, newer):
            evaluate(store, number, NOTHING_OWED)

        assert [case.number for case in store.cases(CaseFilter())] == [early, late, newer, answered]
        assert [case.number for case in store.cases(CaseFilter(limit=1))] == [early]
        assert [case.number for case in store.cases(CaseFilter(limit=0))] == []
        newest = store.cases(CaseFilter(order=ListOrder.NEWEST))
        assert [case.number for case in newest] == [late, newer, answered, early]

    def test_of_equal_deadlines_who_has_waited_longest_comes_first(self, store: Store) -> None:
        numbers = [take(store, mail(ref, after=n))[0] for ref, n in (("a", 5), ("b", 1), ("c", 9), ("d", 3))]
        together = NOON + timedelta(days=3)
        for number, minutes in zip(numbers, (5, 1, 9, None), strict=True):
            began = NOON + timedelta(minutes=minutes or 0)
            unknown = owed(began, None, "the calendar ends")
            evaluate(store, number, unknown if minutes is None else owed(began, together))
        a, b, c, d = numbers

        assert [case.number for case in store.cases(CaseFilter())] == [b, a, c, d]

    def test_a_filter_restricts_by_each_of_its_fields(self, store: Store) -> None:
        [one] = take(store, mail("a"))
        [two] = take(store, replace(mail("b", after=5), type=CaseType.RETURN), channel="annan")
        happen(store, one, Assigned("åsa"))
        happen(store, two, StateChanged(CaseState.CLOSED, Author.SELLER), after=90)

        def numbers(**fields: object) -> list[str]:
            return [case.number for case in store.cases(replace(EVERY, **fields))]  # type: ignore[arg-type]  # names above

        assert numbers() == [one, two]
        assert numbers(states=frozenset({CaseState.CLOSED})) == [two]
        assert numbers(states=frozenset({CaseState.MERGED})) == []
        assert numbers(channel="annan") == [two]
        assert numbers(assignee="åsa") == [one]
        assert numbers(type=CaseType.RETURN) == [two]
        due = NOON.replace(microsecond=0) + timedelta(days=1)
        assert numbers(due_before=due) == numbers(risk_before=due) == []
        assert numbers(due_before=due + timedelta(microseconds=1)) == [one]
        assert numbers(risk_before=due + timedelta(microseconds=1)) == [one]
        closed = NOON + timedelta(minutes=90)
        assert numbers(changed_since=NOON) == [one, two]
        assert numbers(changed_since=closed) == [two]
        assert numbers(changed_since=closed + timedelta(microseconds=1)) == []

    def test_the_cases_with_something_to_do_in_a_portal_are_found_also_after_a_rebuild(self, store: Store) -> None:
        one, two, _ = (take(store, mail(ref))[0] for ref in ("a", "b", "c"))
        for number, key in ((one, "k1"), (two, "k2"), (two, "k3")):
            happen(store, number, PortalTaskGiven(key, "close", "close it", "Press the button 漢字"))
        happen(store, one, PortalTaskDone("k1", "åsa"))
        happen(store, two, PortalTaskDone("k2", "åsa"))
        happen(store, two, StateChanged(CaseState.CLOSED, Author.SELLER))

        before = (store.with_tasks(), store.with_tasks(done=True))
        store.rebuild(due_in_a_day)

        assert before == (store.with_tasks(), store.with_tasks(done=True)) == ([two], [one, two])
        assert store.inspect() == []

    def test_the_evidence_of_an_act_is_kept_with_its_case(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        evidence = Attachment("foto.jpg", "image/jpeg", 3, store.keep(b"jpg"))
        happen(store, number, Acted("k1", Act(ActKind.DECIDE, "reject", evidence=(evidence,)), "åsa"))

        assert store.inspect() == []
        store.rebuild(due_in_a_day)
        assert store.inspect() == []
        assert store.case(number).decisions[0].word == "reject"

    def test_a_summary_says_what_the_case_says(self, store: Store) -> None:
        [number] = take(store, mail("a", order_number="ORD-77/12", problem="no charset"))
        take(store, mail("b", answers="a", after=5))
        case, line = store.case(number), store.summary(number)

        assert (line.number, line.channel, line.ref, line.state) == (case.number, "shop", "a", CaseState.OPEN)
        assert (line.type, line.type_raw, line.assignee) == (case.type, case.type_raw, case.assignee)
        assert (line.subject, line.customer_name, line.customer_email) == (
            "Ärende a",
            "Åsa Öberg 漢字",
            "asa@kund.example",
        )
        assert (line.order_number, line.messages, line.unreadable) == ("ORD-77/12", 2, 1)
        assert (line.opened_at, line.changed_at) == (case.opened_at, case.changed_at)
        assert (line.urgent, line.rating) == (False, "")
        assert line.deadline == headline(due_in_a_day(case))
        assert list(store.cases(CaseFilter())) == [line] == list(store.search(number))

    def test_a_deadline_nobody_could_compute_keeps_its_reason(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        problem = "the calendar ends in 2025 åäö"
        evaluate(store, number, owed(NOON, None, problem))

        began = NOON.replace(microsecond=0)
        assert store.summary(number).deadline == Deadline("office", began, None, problem, clock="first_response")
        with pytest.raises(NotFound):
            evaluate(store, "CH-99", NOTHING_OWED)

    def test_states_are_counted_and_open_cases_listed(self, store: Store) -> None:
        one, two, three = take(store, mail("a"), mail("b"), mail("c"))
        take(store, mail("d"), channel="annan")
        happen(store, one, StateChanged(CaseState.CLOSED, Author.SELLER))
        happen(store, two, StateChanged(CaseState.WAITING, Author.SELLER))

        assert store.counts() == {CaseState.OPEN: 2, CaseState.WAITING: 1, CaseState.CLOSED: 1}
        assert [case.ref for case in store.open_cases("shop")] == ["b", "c"]
        assert store.open_cases("shop")[1].changed_at == store.case(three).changed_at
        assert list(store.open_cases("none")) == []
        assert list(store.numbers(frozenset({CaseState.OPEN, CaseState.CLOSED}))) == [one, three, "CH-1004"]
        assert list(store.numbers(frozenset())) == []

    def test_unreadable_messages_are_listed_oldest_first_until_they_are_reread(self, store: Store) -> None:
        [newer] = take(store, mail("a", after=9, problem="no charset"))
        [older] = take(store, mail("b", problem="cut short"))
        before = list(store.unreadable())
        happen(store, newer, MessageReread(mail("a", "läsbart nu", after=9).message))

        assert before == [(older, "b"), (newer, "a")]
        assert store.unreadable() == [(older, "b")]
        assert store.summary(newer).unreadable == 0

    # Search

    @pytest.mark.parametrize(
        "text",
        [
            "CH-1001",
            "ch-1001",
            "anna.larsson@example.se",
            "ORD-77/12",
            "ORD 77",
            "配送",
            "Öberg",
            "oberg",
            "oBERG anna",
            "K-4242",
            "strasse",
            "paketet order",
            "pake",
            "kom pake",
            '"paketet"',
            "paketet*",
            "NEAR(paketet kom)",
            "-paketet:",
            "subject:paketet",
            "(paketet AND",
            "^kom",
        ],
    )
    def test_a_case_is_found_by(self, store: Store, text: str) -> None:
        sender = Party("Anna Öberg", "anna.larsson@example.se")
        text_of_mail = "När kommer paketet? Straße 5. 明日までに配送してください。 Near, and subject."
        [number] = take(store, mail("a", text_of_mail, sender=sender, order_number="ORD-77/12", subject="Order"))
        take(store, mail("b", "något helt annat", sender=Party("Bo", "bo@x.example"), subject="Hej"))
        happen(store, number, FactsLearnt(customer=replace(sender, customer_number="K-4242")))
        take(store, mail("c", "den kom fram", sender=sender, answers="a", after=90))

        assert found(store, text) == [number]

    @pytest.mark.parametrize(
        "text", ["", "   ", '"', "*", "- : ( )", "🙂", "aket", "配達", "送配", "paketet finnsinte", "kom paketet finns"]
    )
    def test_nothing_is_found_by(self, store: Store, text: str) -> None:
        take(store, mail("a", "paketet kom 🙂 配送"))

        assert found(store, text) == []

    def test_words_may_stand_in_different_messages_of_one_case_only(self, store: Store) -> None:
        [one] = take(store, mail("a", "äpple"))
        take(store, mail("b", "päron", answers="a", after=5))
        take(store, mail("c", "äpple"), mail("d", "päron"))

        assert found(store, "äpple päron") == [one]
        assert found(store, "päron äpple ärende") == [one]

    def test_the_newest_change_is_found_first_whatever_the_state(self, store: Store) -> None:
        one, two, three = (take(store, mail(ref, "samma", after=n))[0] for n, ref in enumerate("abc"))
        happen(store, one, StateChanged(CaseState.CLOSED, Author.SELLER))

        assert found(store, "samma") == [one, three, two]
        assert [case.number for case in store.search("samma", limit=2)] == [one, three]

    def test_common_words_are_found_together_as_rare_ones_are(self, store: Store) -> None:
        take(store, *(mail(f"m{n}", f"gemensam vanlig ord{n % 2}") for n in range(1100)))
        [rare] = take(store, mail("z", "gemensam vanlig sällsynt"))

        assert len(store.search("gemensam vanlig", limit=5000)) == 1101
        assert len(store.search("vanlig ord1", limit=5000)) == 550
        assert found(store, "gemensam sällsynt vanlig") == [rare]
        assert found(store, "CH-1001")[0] == "CH-1001"

    def test_facts_that_changed_are_found_and_what_they_were_is_not(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        happen(store, number, FactsLearnt(order=Order("GAMMAL-77"), customer=Party("Bo")))
        happen(store, number, FactsLearnt(order=Order("NY-88")))

        assert found(store, "NY-88") == [number]
        assert found(store, "bo") == [number]
        assert found(store, "GAMMAL") == []
        assert found(store, "77") == []

    def test_a_reread_message_is_found_by_its_new_words_only(self, store: Store) -> None:
        [number] = take(store, mail("a", "krångel", problem="no charset"), mail("b", "annat", answers="a", after=1))
        happen(store, number, MessageReread(mail("a", "rättat").message))

        assert found(store, "rättat") == [number]
        assert found(store, "annat") == [number]
        assert found(store, "krångel") == []

    def test_a_case_is_found_by_the_words_it_absorbed(self, store: Store) -> None:
        [kept], [gone] = take(store, mail("a", "äpple")), take(store, mail("b", "päron"))
        merge_cases(store, kept, gone)

        assert found(store, "äpple päron") == [kept]

    def test_a_very_long_search_is_a_search(self, store: Store) -> None:
        text = " ".join(f"ord{n}" for n in range(2000))
        [number] = take(store, mail("a", text))

        assert found(store, text) == [number]

    # Replies, channels, facts

    def test_replies_come_back_whole_and_oldest_first(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        [other] = take(store, mail("b"), channel="annan")
        late = reply_to(number, "k1", written_at=NOON + timedelta(minutes=1), not_before=NOON, extra={"å": "🙂"})
        early = reply_to(number, "k2", attachments=(Attachment("å.pdf", "application/pdf", 3, "0" * 64),))
        held = reply_to(other, "k3", channel="annan", state=ReplyState.HELD)
        save_replies(store, late, early, held)

        assert list(store.replies()) == [early, held, late]
        assert list(store.replies(frozenset({ReplyState.HELD}))) == [held]
        assert list(store.replies(frozenset())) == []
        assert list(store.replies(case_number=number)) == [early, late]
        assert list(store.replies(frozenset({ReplyState.QUEUED, ReplyState.HELD}), channel="annan")) == [held]

    def test_replies_are_found_by_the_beginning_of_their_keys(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        keys = ("ab12", "ab1", "ab12-close", "ab2", "ac", "a%b", "ab12\U0010fffd")
        save_replies(store, *(reply_to(number, key) for key in keys))

        found = {beginning: [r.key for r in store.replies_named(beginning)] for beginning in ("ab12", "ac", "a%", "b")}

        assert found == {"ab12": ["ab12", "ab12-close", "ab12􏿽"], "ac": ["ac"], "a%": ["a%b"], "b": []}

    def test_a_saved_reply_replaces_the_one_with_its_key(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        save_replies(store, reply_to(number, "k1"), reply_to(number, "k2"), start_sending(reply_to(number, "k1")))

        with store.writing() as writer:
            assert writer.reply("k1").state is ReplyState.SENDING
            with pytest.raises(NotFound):
                writer.reply("k9")
        assert [reply.key for reply in store.replies()] == ["k1", "k2"]

    def test_a_reply_to_no_case_is_refused(self, store: Store) -> None:
        with pytest.raises(HubError):
            save_replies(store, reply_to("CH-1001"))

        assert list(store.replies()) == []

    def test_a_channel_that_never_ran_has_an_empty_record(self, store: Store) -> None:
        assert store.channel("ny") == ChannelRecord("ny")

    def test_a_channel_keeps_its_record_and_its_checkpoint_apart(self, store: Store) -> None:
        checkpoint = {"version": 1, "folders": {"INBOX å": {"uid": 7, "seen": ["a", None, 1.5, True]}}}
        record = ChannelRecord(
            name="shop",
            checkpoint={"not": "kept"},
            started_at=NOON,
            succeeded_at=NOON + timedelta(seconds=1),
            read_until=NOON - timedelta(seconds=1),
            failed_at=NOON,
            error="nej 🙂",
            failing_since=NOON,
            stopped=True,
            notices=("a", "b"),
        )
        with store.writing() as writer:
            writer.set_checkpoint("shop", checkpoint)
            writer.record_channel(record)
            writer.set_checkpoint("only", {})

        assert store.channel("shop") == replace(record, checkpoint=checkpoint)
        assert store.channel("only") == ChannelRecord("only", checkpoint={})

    def test_a_channel_tells_when_its_newest_message_was_written(self, store: Store) -> None:
        number, _ = take(store, mail("a", after=5), mail("b", after=2))
        take(store, mail("c", after=99), channel="annan")
        happen(store, number, ReplyDelivered("k", as_message(reply_to(number), NOON + timedelta(days=1))))
        with store.writing() as writer:
            writer.record_channel(ChannelRecord("shop", last_message_at=NOON))

        assert store.channel("shop").last_message_at == NOON + timedelta(minutes=5)

    def test_a_fact_is_kept_until_it_is_replaced(self, store: Store) -> None:
        for value in ("ett", "två 🙂"):
            with store.writing() as writer:
                writer.set_fact("löfte", value)

        assert (store.fact("löfte"), store.fact("annat")) == ("två 🙂", "")

    # Contents

    def test_a_content_comes_back_byte_for_byte(self, store: Store, reopen: Opener) -> None:
        for content in (b"", b"\x00\xff" * 70_000, "漢字 🙂".encode()):
            digest = store.keep(content)

            assert store.keep(content) == digest
            assert reopen().content(digest) == content

    @pytest.mark.parametrize("digest", ["0" * 64, "", "..", "../casehub.sqlite", "A" * 64, "0" * 63 + "\n"])
    def test_a_content_nobody_kept_is_not_found(self, store: Store, digest: str) -> None:
        with pytest.raises(NotFound):
            store.content(digest)

    def test_many_threads_keep_contents_at_once(self, store: Store) -> None:
        contents = [bytes([n]) * 1000 for n in range(20)]
        threads = [threading.Thread(target=lambda: [store.keep(content) for content in contents]) for _ in range(4)]
        with store.writing():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        assert [store.content(store.keep(content)) for content in contents] == contents

    # Several at once

    def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_it(self, store: Store, reopen: Opener) -> None:
        [number] = take(store, mail("a"))
        other = reopen()
        with store.writing() as writer:
            take_within(writer, [mail("b", answers="a", after=5), mail("c")])

            assert (len(store.case(number).messages), len(other.case(number).messages)) == (1, 1)
            assert (other.counts(), found(other, "hej")) == ({CaseState.OPEN: 1}, [number])

        assert (len(other.case(number).messages), other.counts()) == (2, {CaseState.OPEN: 2})

    def test_threads_that_write_at_once_lose_nothing(self, store: Store, reopen: Opener) -> None:
        handles = [store, store, reopen(), reopen()]

        def write(which: int) -> None:
            for n in range(10):
                take(handles[which], mail(f"{which}-{n}"), mail("shared", f"av {which}"))

        threads = [threading.Thread(target=write, args=(which,)) for which in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert store.counts() == {CaseState.OPEN: 41}
        assert store.inspect() == []

    def test_a_lease_is_held_by_one_at_a_time(self, store: Store, reopen: Opener) -> None:
        other = reopen()
        with store.lease("sync:shop / åäö"), other.lease("sync:annan"):
            for again in (store, other):
                with pytest.raises(Busy, match=r"sync:shop / åäö is .* process \d+ on .* since 12:00 UTC"):
                    again.lease("sync:shop / åäö").__enter__()

        with other.lease("sync:shop / åäö"):
            assert found(other, "x") == []

    def test_a_lease_excludes_other_threads(self, store: Store) -> None:
        outcomes: list[str] = []

        def try_it() -> None:
            try:
                with store.lease("name"):
                    outcomes.append("held")
            except Busy:
                outcomes.append("busy")

        with store.lease("name"):
            thread = threading.Thread(target=try_it)
            thread.start()
            thread.join()
        try_it()

        assert outcomes == ["busy", "held"]

    def test_a_lease_ends_with_its_block_also_after_an_error(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.lease("name"):
            raise ZeroDivisionError

        with store.lease("name"):
            assert store.counts() == {}

    # Upkeep

    def test_a_sound_store_has_no_findings(self, store: Store) -> None:
        digest = store.keep(b"pdf")
        file = Attachment("å.pdf", "application/pdf", 3, digest)
        [one], [two] = take(store, mail("a", attachments=(file,), raw=store.keep(b"raw"))), take(store, mail("b"))
        happen(store, one, MessageReread(mail("a", "nytt").message))
        merge_cases(store, two, one)

        assert store.inspect() == []

    def test_a_named_content_that_was_never_kept_is_a_finding(self, store: Store) -> None:
        take(store, mail("a", raw="0" * 64))

        [finding] = store.inspect()

        assert "0" * 64 in finding.what
        assert "restore" in finding.advice

    def test_a_content_that_nobody_names_is_harmless(self, store: Store) -> None:
        digest = store.keep(b"orphan")

        [finding] = store.inspect()

        assert digest in finding.what
        assert "harmless" in finding.advice

    def test_a_rebuild_changes_nothing_but_deadlines(self, store: Store) -> None:
        fill(store)
        before = everything(store)

        count = store.rebuild(due_in_a_day)

        assert everything(store) == before
        assert (count, store.inspect()) == (len(store.cases(EVERY)), [])
        store.rebuild(lambda case: NOTHING_OWED)
        assert {case.deadline for case in store.cases(EVERY)} == {None}

    def test_a_rebuild_that_fails_changes_nothing(self, store: Store) -> None:
        fill(store)
        before = everything(store)

        def fail(case: Case) -> Evaluation:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.rebuild(fail)
        assert everything(store) == before

    @settings(
        max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(data=st.data())
    def test_whatever_is_saved_history_case_list_and_rebuild_agree(self, fresh: Opener, data: st.DataObject) -> None:
        store = fresh()
        try:
            for batch in data.draw(st.lists(batches(), max_size=5)):
                take(store, *batch, channel=data.draw(st.sampled_from(["shop", "annan"])))
                _perhaps_merge(store, data)
            numbers = [case.number for case in store.cases(EVERY)]
            before = everything(store)

            assert all(store.case(number) == replay(store.history(number)) for number in numbers)
            assert store.inspect() == []
            assert store.rebuild(due_in_a_day) == len(numbers)
            assert everything(store) == before
            assert store.inspect() == []
        finally:
            store.close()


def fill(store: Store) -> None:
    """Something of everything that can happen to cases."""
    one, two, three = take(store, mail("a", "äpple"), mail("b", problem="x"), mail("c", order_number="O-1"))
    take(store, mail("d", answers="b", after=4), mail("e", raw=store.keep(b"raw")))
    # A case of its own and an older case, each with a thread key that another case had first.
    for letter, key in ((mail("f", after=9), "<a>"), (mail("g", after=9, answers="a"), "<b>")):
        take(store, replace(letter, message=replace(letter.message, thread_keys=(key, f"<{letter.message.ref}>"))))
    happen(store, two, MessageReread(mail("b", "läst").message))
    happen(store, three, StateChanged(CaseState.CLOSED, Author.SELLER))
    merge_cases(store, two, one)
    merge_cases(store, two, three)


def everything(store: Store) -> tuple[object, ...]:
    """All that can be asked of a store without changing it."""
    refs = frozenset("abcdefgh")
    keys = Keys(refs, refs, frozenset(f"<{ref}>" for ref in refs))
    with store.writing() as writer:
        known = [writer.known(channel, keys) for channel in ("shop", "annan")]
    lists = [list(store.cases(CaseFilter(states=states, order=order))) for states in _STATES for order in ListOrder]
    found = [list(store.search(text)) for text in ("hej", "äpple", "ärende a", "CH", "läst")]
    evaluated = {case.number: store.evaluated(case.number) for case in store.cases(EVERY)}
    runs = [list(store.clocks(clock, EARLY, LATE)) for clock in ClockName]
    woken = (list(store.awake(LATE)), evaluated, runs, list(store.ratings(EARLY, LATE)))
    told = (list(store.steps()), list(store.figures()), store.counts(), store.unreadable())
    return lists, found, known, woken, told, store.channel("shop"), store.open_cases("shop")


_STATES = (frozenset[CaseState](), frozenset({CaseState.OPEN, CaseState.WAITING}))


@st.composite
def batches(draw: st.DrawFn) -> list[Incoming]:
    """A few mails and case updates whose refs, threads and instants collide all the time."""
    return draw(st.lists(st.one_of(_mails(), _updates()), min_size=1, max_size=4))


_REFS = st.sampled_from("abcdefgh")
_MINUTES = st.integers(-60, 200)


@st.composite
def _mails(draw: st.DrawFn) -> IncomingMessage:
    answers = draw(st.sampled_from(["", *"abcdefgh"]))
    text = draw(st.sampled_from(["hej", "äpple", "漢字 🙂", ""]))
    problem = draw(st.sampled_from(["", "", "no charset"]))
    return mail(draw(_REFS), text, after=draw(_MINUTES), answers=answers, problem=problem)


@st.composite
def _updates(draw: st.DrawFn) -> CaseUpdate:
    state = draw(st.sampled_from([None, CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED]))
    return CaseUpdate(
        ref=draw(st.sampled_from(["p1", "p2"])),
        opened_at=NOON,
        messages=tuple(draw(_mails()).message for _ in range(draw(st.integers(0, 2)))),
        subject=draw(st.sampled_from([None, "Åter", "läst"])),
        state=state,
        state_at=None if state is None else NOON + timedelta(minutes=draw(_MINUTES)),
        order=draw(st.sampled_from([None, Order("O-1"), Order("O-2")])),
    )


def _perhaps_merge(store: Store, data: st.DataObject) -> None:
    shop = [case.number for case in store.cases(replace(EVERY, channel="shop")) if case.state is not CaseState.MERGED]
    if len(shop) >= 2 and data.draw(st.booleans()):
        kept, gone = data.draw(st.permutations(shop))[:2]
        merge_cases(store, kept, gone)
