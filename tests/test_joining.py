"""What came by mail and what the platform's API brought are one case, whichever came first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import acts, reply_acts
from hub.core.clock_acts import classify
from hub.core.events import Absorbed, Merged, MessageArrived
from hub.core.incoming import Batch, CaseUpdate, Clue, ClueKind, Incoming, IncomingMessage
from hub.core.merge import Change
from hub.core.model import Author, Case, CaseState, CaseType, Direction, Message, Order, Party, PlatformCase
from hub.core.policy import Anchor, OnClose
from hub.core.ports import CaseFilter, Store
from hub.core.timeline import response_runs
from hub.policies.book import load_book
from hub.runs.channel import Source
from hub.runs.sync import SyncPorts, store_batch
from hub.store import open_store
from tests.fakes import MONDAY_NOON, MovableClock, a_day_later
from tests.shipped import PACKAGES, SURROUNDINGS, shipped

ADAPTERS = {"mailbox": "email", "second_mailbox": "email", "api": "platform"}
ERRAND = PlatformCase("platform", "77")


def at(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def notice(ref: str, minutes: float, *, about: PlatformCase = ERRAND, proven: bool = True) -> IncomingMessage:
    """A platform's mail that somebody wrote there."""
    message = Message(
        ref,
        Author.PLATFORM,
        Direction.INBOUND,
        MONDAY_NOON + at(minutes),
        "There is a message for you",
        sender=Party("Platform", "noreply@platform.example"),
        automatic=True,
        labels=("stands_in",),
    )
    return IncomingMessage(message, (Clue(ClueKind.PLATFORM_KEY, about.key),) if proven else (), about=about)


def listed(*messages: Message, ref: str = "77", order: Order | None = None) -> CaseUpdate:
    """The case as the platform's API has it."""
    state_at = max((message.sent_at for message in messages), default=MONDAY_NOON)
    return CaseUpdate(
        ref, MONDAY_NOON, messages, state=CaseState.OPEN, state_raw="OPEN", state_at=state_at, order=order
    )


def asked(ref: str, minutes: float) -> Message:
    return Message(ref, Author.CUSTOMER, Direction.INBOUND, MONDAY_NOON + at(minutes), "Var är den?")


def stated(minutes: float) -> Message:
    """What a person says that he answered on the platform."""
    sent_at = MONDAY_NOON + at(minutes)
    return Message("stated:k", Author.SELLER, Direction.OUTBOUND, sent_at, "Det kommer", labels=("stated",))


@dataclass
class Intake:
    """Batches as channels bring them, each into the store."""

    store: Store
    adapters: dict[str, str] = field(default_factory=lambda: dict(ADAPTERS))

    def take(self, channel: str, *items: Incoming) -> None:
        ports = SyncPorts(
            self.store, MovableClock(MONDAY_NOON + timedelta(days=1)), a_day_later, adapters=self.adapters
        )
        source = Source(channel, NotImplemented, adapter=self.adapters.get(channel, ""))
        store_batch(source, Batch(items, {}), ports)

    def state(self, minutes: float) -> None:
        """A person says on whichever case there is that he answered on the platform."""
        [case] = self.open()
        self.change(acts.changed(case, MONDAY_NOON + at(minutes), MessageArrived(stated(minutes), "says eva")))

    def change(self, change: Change) -> None:
        with self.store.writing() as writer:
            writer.save(change, a_day_later(change.case))

    def cases(self) -> list[Case]:
        every = self.store.cases(CaseFilter(states=frozenset()))
        return sorted((self.store.case(summary.number) for summary in every), key=lambda case: case.number)

    def open(self) -> list[Case]:
        return [case for case in self.cases() if not case.merged_into]


@pytest.fixture
def intake(store: Store) -> Intake:
    return Intake(store)


def runs(case: Case) -> list[tuple[str, int, int | None]]:
    return [(run.head, run.start, run.end) for run in response_runs(case, Anchor.MESSAGE, OnClose.MEET)]


def run_of(head: str, start: float, end: float | None = None) -> tuple[str, int, int | None]:
    def instant(minutes: float) -> int:
        return int((MONDAY_NOON + at(minutes)).timestamp())

    return head, instant(start), None if end is None else instant(end)


def test_a_mail_before_its_case(intake: Intake) -> None:
    intake.take("mailbox", notice("n1", 2))
    alone = intake.open()

    intake.take("api", listed(asked("c1", 0)))

    assert runs(alone[0]) == [run_of("n1", 2)]
    gone, case = intake.cases()
    assert (gone.state, gone.merged_into) == (CaseState.MERGED, case.number)
    assert (case.channel, case.ref, case.linked) == ("api", "77", (gone.number,))
    assert [(m.ref, m.direction) for m in case.messages] == [("c1", Direction.INBOUND), ("n1", Direction.NOTE)]
    assert runs(case) == [run_of("c1", 0)]
    taken = [event.what for event in intake.store.history(case.number) if isinstance(event.what, Absorbed)]
    assert (taken[0].who, taken[0].reason) == ("casehub", "both are 77 of platform")
    ended = intake.store.history(gone.number)[-1].what
    assert ended == Merged(case.number, "casehub", "both are 77 of platform")


def test_a_case_before_its_mail_and_a_later_mail_about_it(intake: Intake) -> None:
    intake.take("api", listed(asked("c1", 0)))

    intake.take("mailbox", notice("n1", 2))
    intake.take("mailbox", notice("n2", 60))
    intake.take("mailbox", notice("n1", 2), notice("n2", 60))

    case, _ = intake.cases()
    assert [(m.ref, m.direction) for m in case.messages][1:] == [("n1", Direction.NOTE), ("n2", Direction.NOTE)]
    assert runs(case) == [run_of("c1", 0)]
    arrived = [event.what for event in intake.store.history(case.number) if isinstance(event.what, MessageArrived)]
    assert [(what.message.ref, what.reason, what.channel) for what in arrived][-1] == (
        "n2",
        "its platform names the case",
        "mailbox",
    )


def test_a_rebuild_finds_the_later_mail_where_it_came_from(intake: Intake) -> None:
    intake.take("api", listed(asked("c1", 0)))
    intake.take("mailbox", notice("n1", 2))
    intake.take("mailbox", notice("n2", 60))
    before = intake.cases()

    intake.store.rebuild(a_day_later)
    intake.take("mailbox", notice("n1", 2), notice("n2", 60))

    assert intake.cases() == before
    assert list(intake.store.inspect()) == []


@pytest.mark.parametrize("first", ["mailbox", "api"])
def test_an_answer_that_a_person_gave_on_the_platform_moves_along(intake: Intake, first: str) -> None:
    items: dict[str, Incoming] = {"mailbox": notice("n1", 2), "api": listed(asked("c1", 0))}
    second = "api" if first == "mailbox" else "mailbox"

    intake.take(first, items[first])
    intake.state(30)
    intake.take(second, items[second])

    [case] = intake.open()
    assert runs(case) == [run_of("c1", 0, 30)]
    assert case.waiting_since is None


def test_what_is_asked_after_that_waits(intake: Intake) -> None:
    intake.take("mailbox", notice("n1", 2))
    intake.state(30)

    intake.take("api", listed(asked("c1", 0), asked("c2", 60)))

    [case] = intake.open()
    assert runs(case) == [run_of("c1", 0, 30), run_of("c2", 60)]


def test_a_mail_without_proof_joins_nothing(intake: Intake) -> None:
    intake.take("api", listed(asked("c1", 0)))
    intake.take("mailbox", notice("n1", 2, proven=False))

    assert len(intake.open()) == 2

    intake.take("api", listed(asked("c1", 0), ref="78"))
    assert len(intake.open()) == 3


def test_a_ref_that_two_accounts_have_joins_nothing(store: Store) -> None:
    intake = Intake(store, ADAPTERS | {"second_api": "platform"})
    intake.take("api", listed(asked("c1", 0)))
    intake.take("second_api", listed(asked("c1", 0)))

    intake.take("mailbox", notice("n1", 2))

    assert len(intake.open()) == 3


def test_mails_in_two_mailboxes_go_into_one_case(intake: Intake) -> None:
    intake.take("mailbox", notice("n1", 2))
    intake.take("second_mailbox", notice("n1b", 2))

    intake.take("api", listed(asked("c1", 0)))

    [case] = intake.open()
    assert [m.ref for m in case.messages] == ["c1", "n1", "n1b"]


def test_a_case_of_another_platform_with_the_same_ref_is_another_matter(store: Store) -> None:
    intake = Intake(store, ADAPTERS | {"other": "other"})
    intake.take("mailbox", notice("n1", 2))

    intake.take("other", listed(asked("c1", 0)))

    assert len(intake.open()) == 2


def test_what_a_person_said_of_the_mail_goes_along(intake: Intake) -> None:
    mail = replace(notice("n1", 2), order_number="4711", order_numbers=("4712",))
    intake.take("mailbox", mail)
    [case] = intake.open()
    now = MONDAY_NOON + at(5)
    intake.change(classify(case, CaseType.COMPLAINT, "high", "eva", now))
    intake.change(acts.assign(intake.store.case(case.number), "eva", "eva", now))

    intake.take("api", listed(asked("c1", 0)))

    [joined] = intake.open()
    assert (joined.type, joined.priority, joined.classified) == (CaseType.COMPLAINT, "high", True)
    assert joined.assignee == "eva"
    assert joined.order == Order("4711", candidates=("4712",))


def test_what_is_known_of_the_platforms_case_is_not_undone_by_the_mails(intake: Intake) -> None:
    intake.take("mailbox", replace(notice("n1", 2), order_number="of the mail"))
    [by_mail] = intake.open()
    intake.change(classify(by_mail, CaseType.QUESTION, "low", "bo", MONDAY_NOON))
    intake.change(acts.assign(intake.cases()[0], "bo", "bo", MONDAY_NOON))
    adapters, intake.adapters = intake.adapters, {}
    intake.take("api", listed(asked("c1", 0), order=Order("of the platform")))
    theirs = next(case for case in intake.open() if case.channel == "api")
    intake.change(classify(theirs, CaseType.COMPLAINT, "high", "eva", MONDAY_NOON))
    intake.change(acts.assign(intake.cases()[1], "eva", "eva", MONDAY_NOON))

    intake.adapters = adapters
    intake.take("mailbox", notice("n2", 60))

    [case] = intake.open()
    assert (case.type, case.priority, case.assignee) == (CaseType.COMPLAINT, "high", "eva")
    assert case.order == Order("of the platform")
    assert {message.ref for message in case.messages} == {"c1", "n1", "n2"}


def test_a_missing_item_that_only_the_mail_told_of_goes_along(intake: Intake) -> None:
    written = replace(asked("m1", 2), text="Det saknas en skruv")
    intake.take("mailbox", replace(notice("n1", 2), message=written))

    intake.take("api", listed(asked("c1", 0)))

    [case] = intake.open()
    assert case.type is CaseType.MISSING_ITEM
    assert case.detected is not None
    assert case.detected.message == "m1"


def test_a_case_that_a_person_merged_takes_the_mail_where_it_went(intake: Intake) -> None:
    intake.take("api", listed(asked("c1", 0)), listed(asked("d1", 1), ref="78"))
    one, two = intake.cases()
    taken, gone = acts.absorb(two, one, (), "eva", MONDAY_NOON)
    intake.change(gone)
    intake.change(taken)

    intake.take("mailbox", notice("n1", 2))

    [case] = intake.open()
    assert case.number == two.number
    assert [m.ref for m in case.messages] == ["c1", "d1", "n1"]


def test_a_reply_on_its_way_keeps_its_case_until_the_next_mail(intake: Intake) -> None:
    written = replace(asked("m1", 2), sender=Party("Åsa", "asa@kund.example"))
    intake.take("mailbox", replace(notice("n1", 2), message=written))
    [case] = intake.open()
    change, reply = acts.queue_reply(case, "Hej", (), "k1", "m1", "eva", MONDAY_NOON)
    intake.change(change)
    with intake.store.writing() as writer:
        writer.save_reply(reply)

    intake.take("api", listed(asked("c1", 0)))
    apart = len(intake.open())
    with intake.store.writing() as writer:
        writer.save_reply(reply_acts.cancel(case, reply, "eva", MONDAY_NOON)[1])
    intake.take("mailbox", notice("n2", 60))

    assert apart == 2
    assert len(intake.open()) == 1


def test_a_case_that_a_reply_kept_apart_is_joined_with_the_next_news_of_the_platform(intake: Intake) -> None:
    written = replace(asked("m1", 2), sender=Party("Åsa", "asa@kund.example"))
    intake.take("mailbox", replace(notice("n1", 2), message=written))
    [case] = intake.open()
    _, reply = acts.queue_reply(case, "Hej", (), "k1", "m1", "eva", MONDAY_NOON)
    with intake.store.writing() as writer:
        writer.save_reply(reply)

    intake.take("api", listed(asked("c1", 0)))
    with intake.store.writing() as writer:
        writer.save_reply(reply_acts.cancel(case, reply, "eva", MONDAY_NOON)[1])
    intake.take("api", listed(asked("c1", 0), asked("c2", 60)))

    [joined] = intake.open()
    assert {message.ref for message in joined.messages} == {"c1", "c2", "m1"}


@pytest.mark.parametrize(
    ("about", "policy"),
    [
        (PlatformCase("fyndiq_reclaimit", "77", marketplace="fyndiq"), "fyndiq"),
        (PlatformCase("fyndiq_reclaimit", "77", marketplace="cdon"), "cdon"),
        (PlatformCase("bolcom"), "bolcom"),
        (PlatformCase("unheard_of", "77"), "email"),
        (None, "email"),
    ],
    ids=str,
)
def test_a_mails_case_follows_the_policy_of_the_platform_that_it_is_about(
    about: PlatformCase | None, policy: str
) -> None:
    files = [file for package in PACKAGES for file in shipped(package)]
    book = load_book(files, None, SURROUNDINGS, {"mailbox": "email_imap"}, MONDAY_NOON.date())
    case = Case("CH-1001", "mailbox", "n1", MONDAY_NOON, MONDAY_NOON, about=about)
    case = replace(case, marketplace=about.marketplace if about else "")

    assert book.chosen(case).policy.id == policy


Step = tuple[str, tuple[Incoming, ...]]

STEPS: Sequence[Step] = (
    ("mailbox", (notice("n1", 2),)),
    ("mailbox", (notice("n2", 62),)),
    ("second_mailbox", (notice("n1b", 2),)),
    ("api", (listed(asked("c1", 0)),)),
    ("api", (listed(asked("c1", 0), asked("c2", 60)),)),
    ("mailbox", (notice("n1", 2), notice("n2", 62))),
)


@given(st.permutations(STEPS), st.integers(min_value=0, max_value=5))
def test_any_order_of_arrival_ends_in_the_same_case(steps: list[Step], states_after: int) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder), MovableClock())
        intake = Intake(store)
        for place, (channel, items) in enumerate(steps):
            intake.take(channel, *items)
            if place == states_after and len(intake.open()) == 1:
                intake.state(30)
        [case] = intake.open()
        was_stated = any(m.ref == "stated:k" for m in case.messages)
        store.close()

    expected = {"c1", "c2", "n1", "n2", "n1b"} | ({"stated:k"} if was_stated else set())
    assert {m.ref for m in case.messages} == expected
    assert (case.channel, case.ref, case.state) == ("api", "77", CaseState.OPEN)
    waits = [run_of("c1", 0, 30), run_of("c2", 60)] if was_stated else [run_of("c1", 0)]
    assert runs(case) == waits
    assert {ref for ref in case.settled if ref.startswith("n")} == set()
