"""What every store must count; see tests/store_contract.py."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.counting import Claim, Concern, Exposure, OpenedCases, Outcome, PausedRun
from hub.core.events import Event, FactsLearnt, Happening, MessageArrived
from hub.core.incoming import CaseUpdate
from hub.core.merge import Change
from hub.core.model import Author, CaseType, Direction, Message, Money, Order, OrderLine, Party, epoch
from hub.core.policy import ClockName
from hub.core.ports import Store
from hub.core.readings import ClockState, Evaluation, PauseReading, Reading, StageReading
from hub.core.replay import apply
from tests.store_contract import (
    DAY,
    EVERY,
    NOON,
    NOTHING_OWED,
    Opener,
    due_in_a_day,
    evaluate,
    fill,
    mail,
    take,
)

BEGAN = epoch(NOON)
EVER = (BEGAN - 400 * DAY, BEGAN + 400 * DAY)
HORN = OrderLine("Högtalare 漢字", "SP-1")
CABLE = OrderLine("Kabel")
CLOCKS = frozenset(ClockName)
CLAIMS = {CaseType.COMPLAINT, CaseType.RETURN}
_AS_SCORES_COUNT = {
    ClockState.MET: Outcome.MET,
    ClockState.MET_LATE: Outcome.LATE,
    ClockState.BREACHED: Outcome.LATE,
    ClockState.CANCELLED: Outcome.CANCELLED,
}


def claim(
    ref: str, *lines: OrderLine, days: int = 0, reason: str = "", type_: CaseType = CaseType.COMPLAINT
) -> CaseUpdate:
    """A customer's claim on what was ordered, so many days after noon."""
    asked = mail(ref).message
    if reason:
        asked = replace(asked, extra={"reason": reason})
    order = Order(f"O-{ref}", lines, placed_at=NOON - timedelta(days=3)) if lines else None
    opened = NOON + timedelta(days=days)
    return CaseUpdate(ref, opened, (replace(asked, sent_at=opened),), type=type_, type_raw="RETURN", order=order)


def noted(store: Store, number: str, text: str, ref: str = "note:1") -> None:
    """Let a person write a note."""
    note = Message(ref, Author.SELLER, Direction.NOTE, NOON + timedelta(hours=1), text, sender=Party("eva"))
    learn(store, number, MessageArrived(note))


def learn(store: Store, number: str, what: Happening) -> None:
    """Let something happen to a case."""
    with store.writing() as writer:
        event = Event(what, NOON + timedelta(hours=1), NOON + timedelta(hours=1))
        case = apply(writer.case(number), event)
        writer.save(Change(case, (event,)), due_in_a_day(case))


def run_of(cycle: int = 0, **about: object) -> Reading:
    """A run of the clock of the first answer that began at noon."""
    given = {"head": f"m{cycle}", "rule": "office", "start": BEGAN, "due": BEGAN + DAY, **about}
    return Reading(ClockName.FIRST_RESPONSE, cycle, **given)  # type: ignore[arg-type]  # the fields that a test names


def shown(*readings: Reading) -> Evaluation:
    """The evaluation of these runs."""
    return replace(NOTHING_OWED, clocks=readings)


seconds = st.integers(-10, 10).map(lambda hours: BEGAN + hours * 3600)
runs = st.lists(
    st.builds(run_of, start=seconds, due=st.none() | seconds, ended=st.none() | seconds, cancelled=st.booleans()),
    max_size=8,
)


class CountingContract:
    """The promises of the counts of a store."""

    # Cases and causes

    def test_cases_are_counted_in_the_span_in_which_they_were_opened(self, store: Store) -> None:
        take(store, claim("a"), claim("b", days=1), claim("c", days=1))
        noon, later = (BEGAN, BEGAN + DAY), (BEGAN + DAY, BEGAN + 2 * DAY)

        counted = store.counting.opened([noon, later])

        assert [(row.span, row.cases) for row in counted] == [(0, 1), (1, 2)]
        assert store.counting.opened([]) == []

    def test_a_cause_is_the_reason_that_was_chosen_else_the_platforms_own_word(self, store: Store) -> None:
        take(store, claim("a", reason="Artikel är defekt 🙂"), claim("b"))

        assert sorted(store.counting.opened([EVER])) == [
            OpenedCases(0, "shop", "complaint", "Artikel är defekt 🙂", 1),
            OpenedCases(0, "shop", "complaint", "RETURN", 1),
        ]

    def test_more_spans_than_a_query_holds_are_counted_all_the_same(self, store: Store) -> None:
        take(store, claim("a", days=449), mail("b"))
        spans = [(BEGAN + day * DAY, BEGAN + (day + 1) * DAY) for day in range(450)]

        assert [row.span for row in store.counting.opened(spans)] == [0, 449]
        assert [row.span for row in store.counting.ended(CLOCKS, spans, BEGAN)] == [0, 449]

    def test_a_case_that_went_on_as_another_counts_for_nothing(self, store: Store) -> None:
        fill(store)

        counted = sum(row.cases for row in store.counting.opened([EVER]))

        assert counted == sum(1 for case in store.cases(EVERY) if case.state != "merged") < len(store.cases(EVERY))

    def test_every_count_can_be_asked_of_one_channel(self, store: Store) -> None:
        for channel in ("shop", "annan"):
            take(store, claim("a", HORN), channel=channel)

        counting = store.counting

        assert [row.channel for row in counting.opened([EVER], "annan")] == ["annan"]
        assert [row.channel for row in counting.ended(CLOCKS, [EVER], BEGAN, "annan")] == ["annan"]
        assert [row.channel for row in counting.concerned(EVER, CLAIMS, "annan")] == ["annan"]
        assert counting.opened([EVER], "nobody") == []

    # Runs of clocks

    @settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(readings=runs, now=seconds)
    def test_a_run_comes_out_as_its_reading_says(self, fresh: Opener, readings: list[Reading], now: int) -> None:
        store = fresh()
        [number] = take(store, mail("a"))
        known = [replace(reading, cycle=cycle) for cycle, reading in enumerate(readings)]
        evaluate(store, number, shown(*known))

        counted = store.counting.ended([ClockName.FIRST_RESPONSE], [EVER], now)

        expected: Counter[Outcome] = Counter()
        for reading in known:
            state = _AS_SCORES_COUNT.get(reading.state(now), Outcome.UNDECIDED)
            # Nobody can tell whether an answer without a due instant came in time.
            expected[Outcome.UNDECIDED if state is Outcome.MET and reading.due is None else state] += 1
        assert {row.outcome: row.runs for row in counted} == dict(expected)
        store.close()

    def test_answers_are_told_with_the_version_of_the_policy_they_were_counted_under(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        evaluate(
            store,
            number,
            shown(
                run_of(0, ended=BEGAN + 60),
                run_of(1, ended=BEGAN + 60, cancelled=True),
                run_of(2),
                run_of(3, start=BEGAN + 2 * DAY, due=None, ended=BEGAN + 2 * DAY),
                run_of(4, start=BEGAN + 1, ended=BEGAN + 90),
            ),
        )

        [answered] = store.counting.answered((BEGAN, BEGAN + DAY))

        assert answered[:4] == ("shop", "office", "1", "office")
        assert sorted(answered.runs) == [(BEGAN, BEGAN + 60), (BEGAN + 1, BEGAN + 90)]

    def test_what_stood_still_is_told_with_its_pauses(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        stood = (PauseReading(BEGAN + 5, BEGAN + 9, "parked"),)
        evaluate(store, number, shown(run_of(ended=BEGAN + 60, pauses=stood), run_of(1, ended=BEGAN + 60)))

        assert store.counting.paused(EVER) == [
            PausedRun("shop", "office", "1", "office", (BEGAN, BEGAN + 60), ((BEGAN + 5, BEGAN + 9),))
        ]
        assert store.counting.paused((BEGAN + 1, BEGAN + DAY)) == []

    # Money

    def test_what_is_at_risk_is_told_to_the_cent_and_the_unknown_apart(self, store: Store) -> None:
        cases = take(store, *(mail(ref) for ref in "abcd"))
        refund = StageReading("refund", BEGAN + DAY, expect="refund")
        stages = [
            replace(refund, costs=Money(Decimal("1234567.10"), "SEK")),
            replace(refund, costs_unknown=True),
            refund,
            replace(refund, at=BEGAN + 2 * DAY, costs=Money(Decimal(5), "EUR")),
        ]
        for number, stage in zip(cases, stages, strict=True):
            evaluate(store, number, shown(run_of(stages=(stage,))))

        assert store.counting.exposed((BEGAN, BEGAN + DAY)) == [
            Exposure("shop", BEGAN + DAY, Money(Decimal("1234567.10"), "SEK")),
            Exposure("shop", BEGAN + DAY, None),
        ]
        assert [row.costs for row in store.counting.exposed((BEGAN + DAY + 1, BEGAN + 2 * DAY), "shop")] == [
            Money(Decimal(5), "EUR")
        ]

    # Products and batches

    def test_the_products_of_claims_are_told_with_the_batch_that_a_person_named(self, store: Store) -> None:
        [number, _, third] = take(
            store, claim("a", HORN, CABLE), claim("b", HORN, type_=CaseType.QUESTION), claim("c", CABLE, days=1)
        )
        noted(store, number, "Rang kunden.\nBatch: L2041")
        ordered = BEGAN - 3 * DAY

        assert sorted(store.counting.concerned(EVER, CLAIMS)) == [
            Concern("shop", "", "Kabel", "", (Claim(BEGAN + DAY, third, ordered),)),
            Concern("shop", "", "Kabel", "L2041", (Claim(BEGAN, number, ordered),)),
            Concern("shop", "SP-1", "Högtalare 漢字", "L2041", (Claim(BEGAN, number, ordered),)),
        ]

    def test_an_order_that_is_told_anew_takes_the_place_of_the_old_one(self, store: Store) -> None:
        [number] = take(store, claim("a", HORN, CABLE))
        learn(store, number, FactsLearnt(order=Order("O-a", (CABLE,)), type=CaseType.RETURN))

        assert store.counting.concerned(EVER, {CaseType.COMPLAINT}) == []
        assert store.counting.concerned(EVER, {CaseType.RETURN}) == [
            Concern("shop", "", "Kabel", "", (Claim(BEGAN, number, None),))
        ]

    def test_a_batch_counts_also_where_no_product_is_known(self, store: Store) -> None:
        [number] = take(store, claim("a"))
        noted(store, number, "lot: 7")

        assert [row[1:4] for row in store.counting.concerned(EVER, CLAIMS)] == [("", "", "7")]

    def test_a_rebuild_counts_as_before(self, store: Store) -> None:
        fill(store)
        [number] = take(store, claim("h", HORN, reason="defekt"))
        noted(store, number, "lot: 7")

        def counted() -> list[object]:
            asked = store.counting
            return [asked.opened([EVER]), asked.ended(CLOCKS, [EVER], BEGAN), asked.concerned(EVER, CLAIMS)]

        before = counted()
        store.rebuild(due_in_a_day)

        assert counted() == before
        assert store.inspect() == []
