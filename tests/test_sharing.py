"""Who gets a new case, who covers for whom, and when a case goes back: the pure rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.events import Assigned, Classified, Event, FactsLearnt, Happening, MessageArrived, StateChanged
from hub.core.model import Author, CaseState, CaseType, Direction, Message
from hub.core.people import Absence, Person, Role
from hub.core.readings import Deadline
from hub.core.records import CaseSummary
from hub.core.reply_events import ReplyQueued
from hub.core.sharing import (
    ITSELF,
    Group,
    Sharing,
    SharingOrder,
    after_turn,
    chosen,
    cover_of,
    covered,
    goes_over,
    is_there,
    takers,
    was_given_back,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = ("asa", "bo", "cid", "dag", "eva")
TEAMS = st.sets(st.sampled_from(NAMES), min_size=1)
TURNS = st.permutations(NAMES).flatmap(lambda names: st.integers(0, 5).map(lambda count: tuple(names[:count])))
LOADS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 50))


def person(name: str, **facts: Any) -> Person:
    return replace(Person(name, Role.AGENT, NOON), **facts)


def dealt(team: set[str], turns: Sequence[str], load: dict[str, int], order: SharingOrder, count: int) -> list[str]:
    """To whom so many cases go, one after the other."""
    given_to, load = list[str](), dict(load)
    for _ in range(count):
        name = chosen(team, turns, load, order)
        turns, load[name] = after_turn(turns, name), load.get(name, 0) + 1
        given_to.append(name)
    return given_to


@given(TEAMS, TURNS, LOADS, st.integers(1, 60))
def test_in_turn_nobody_gets_two_more_than_another(
    team: set[str], turns: tuple[str, ...], load: dict[str, int], count: int
) -> None:
    shares = Counter(dict.fromkeys(team, 0))
    shares.update(dealt(team, turns, load, SharingOrder.TURN, count))

    assert max(shares.values()) - min(shares.values()) <= 1


@given(TEAMS, TURNS, LOADS)
def test_in_turn_everybody_has_had_one_before_anybody_gets_the_second(
    team: set[str], turns: tuple[str, ...], load: dict[str, int]
) -> None:
    assert set(dealt(team, turns, load, SharingOrder.TURN, len(team))) == team


@given(TEAMS, TURNS, LOADS, st.integers(1, 60))
def test_by_fewest_nobody_gets_a_case_who_has_more_than_another(
    team: set[str], turns: tuple[str, ...], load: dict[str, int], count: int
) -> None:
    have = {name: load.get(name, 0) for name in team}
    for name in dealt(team, turns, load, SharingOrder.FEWEST, count):
        assert have[name] == min(have.values())
        have[name] += 1


@given(TEAMS, TURNS, LOADS, st.sampled_from(SharingOrder))
def test_a_case_goes_to_one_of_those_who_are_there(
    team: set[str], turns: tuple[str, ...], load: dict[str, int], order: SharingOrder
) -> None:
    assert chosen(team, turns, load, order) in team


@given(TURNS, LOADS, st.sampled_from(SharingOrder))
def test_where_nobody_is_there_nobody_gets_it(
    turns: tuple[str, ...], load: dict[str, int], order: SharingOrder
) -> None:
    assert chosen((), turns, load, order) == ""


@given(TEAMS, st.sampled_from(NAMES), st.integers(1, 30))
def test_whoever_comes_back_gets_one_and_no_flood(team: set[str], away: str, count: int) -> None:
    if team == {away}:
        return
    turns: tuple[str, ...] = NAMES
    for _ in range(count):
        turns = after_turn(turns, chosen(team - {away}, turns, {}, SharingOrder.TURN))
    after = dealt(team | {away}, turns, {}, SharingOrder.TURN, len(team | {away}))

    assert Counter(after)[away] == 1


def test_a_new_colleague_and_an_equal_one_go_by_how_much_they_have() -> None:
    assert chosen(("asa", "bo"), (), {"asa": 2, "bo": 1}, SharingOrder.TURN) == "bo"
    assert chosen(("asa", "bo"), ("bo",), {"asa": 9}, SharingOrder.TURN) == "asa"
    assert chosen(("asa", "bo"), ("bo", "asa"), {}, SharingOrder.FEWEST) == "bo"
    assert chosen(("asa", "bo"), (), {}, SharingOrder.FEWEST) == "asa"


# Who is there


def test_only_who_is_active_takes_cases_and_is_not_away_can_be_given_one() -> None:
    people = [
        person("asa"),
        person("bo", active=False),
        person("cid", takes_cases=False),
        person("dag"),
        person("eva"),
    ]
    absences = [Absence("1", "dag", NOON, NOON + DAY), Absence("2", "eva", NOON + DAY, NOON + 2 * DAY)]

    assert takers(Group("g"), people, absences, NOON) == ["asa", "eva"]
    assert takers(Group("g", people=frozenset({"eva", "cid", "nobody"})), people, absences, NOON) == ["eva"]
    assert takers(Group("g"), people, absences, NOON + DAY) == ["asa", "dag"]


@pytest.mark.parametrize(("at", "there"), [(-HOUR, True), (0 * HOUR, False), (DAY - HOUR, False), (DAY, True)])
def test_an_absence_lasts_from_its_beginning_to_right_before_its_end(at: timedelta, there: bool) -> None:
    assert is_there(person("bo"), [Absence("1", "bo", NOON, NOON + DAY)], NOON + at) is there


def test_the_first_group_that_a_case_fits_has_it() -> None:
    returns = Group("returns", types=frozenset({CaseType.RETURN}))
    bol = Group("bol", channels=frozenset({"bol_nl"}))
    sharing = Sharing([returns, bol])

    assert sharing.group_of(line(channel="bol_nl", type=CaseType.RETURN)) is returns
    assert sharing.group_of(line(channel="bol_nl", type=CaseType.QUESTION)) is bol
    assert sharing.group_of(line(channel="mail", type=CaseType.QUESTION)) is None


# Cover


def away(who: str, cover: str, days: int = 5) -> Absence:
    return Absence(f"{who}-{cover}", who, NOON, NOON + days * DAY, cover)


@pytest.mark.parametrize(
    ("absences", "cover"),
    [
        ([away("asa", "bo")], "bo"),
        ([away("asa", "")], ""),
        ([away("asa", "bo"), away("bo", "cid")], "cid"),
        ([away("asa", "bo"), away("bo", "")], ""),
        ([away("asa", "bo"), away("bo", "asa")], ""),
        ([away("asa", "bo"), away("bo", "cid"), away("cid", "bo")], ""),
        ([away("asa", "gone")], ""),
        ([away("asa", "left")], ""),
        ([], ""),
    ],
)
def test_who_covers_is_there_themselves(absences: list[Absence], cover: str) -> None:
    people = [person(name) for name in NAMES] + [person("left", active=False)]

    assert cover_of("asa", people, absences, NOON) == cover


@given(st.lists(st.builds(away, st.sampled_from(NAMES), st.sampled_from(["", *NAMES])), max_size=8))
def test_a_cover_is_never_somebody_who_is_away(absences: list[Absence]) -> None:
    people = [person(name) for name in NAMES]
    for name in NAMES:
        cover = cover_of(name, people, absences, NOON)
        assert not cover or is_there(person(cover), absences, NOON)
        assert cover != name or not any(one.who == name for one in absences)


LINE = CaseSummary(
    number="CH-1001",
    channel="shop",
    ref="r",
    type=CaseType.QUESTION,
    type_raw="",
    state=CaseState.OPEN,
    subject="",
    customer_name="",
    customer_email="",
    order_number="",
    assignee="asa",
    opened_at=NOON,
    changed_at=NOON,
    messages=1,
    unreadable=0,
    urgent=False,
    rating="",
    deadline=None,
)


def line(**facts: Any) -> CaseSummary:
    return replace(LINE, **facts)


def owed(due: datetime | None) -> Deadline:
    return Deadline(rule="a day", started_at=NOON, due=due)


@pytest.mark.parametrize(
    ("case", "over"),
    [
        (line(deadline=owed(NOON + DAY)), True),
        (line(deadline=owed(NOON - DAY)), True),
        (line(deadline=owed(NOON + 5 * DAY)), True),
        (line(deadline=owed(NOON + 6 * DAY)), False),
        (line(deadline=owed(None)), True),
        (line(deadline=None), False),
        (line(deadline=owed(NOON + DAY), state=CaseState.WAITING), False),
        (line(deadline=owed(NOON + DAY), state=CaseState.CLOSED), False),
    ],
)
def test_a_case_goes_over_when_it_is_due_before_its_person_is_back(case: CaseSummary, over: bool) -> None:
    assert goes_over(case, away("asa", "bo")) is over


# And back


def wrote(direction: Direction, *, automatic: bool = False) -> MessageArrived:
    author = Author.CUSTOMER if direction is Direction.INBOUND else Author.SELLER
    return MessageArrived(Message("m", author, direction, NOON, "text", automatic=automatic))


def history(*happened: Happening) -> list[Event]:
    return [Event(what, NOON, NOON) for what in happened]


TO_ASA, TO_BO, TO_CID = (Assigned(name, ITSELF) for name in ("asa", "bo", "cid"))


@pytest.mark.parametrize(
    ("happened", "whom"),
    [
        ((), ()),
        ((TO_ASA,), ()),
        ((TO_ASA, TO_BO), ("asa",)),
        ((Assigned("asa", "asa"), TO_BO), ("asa",)),
        ((TO_ASA, TO_BO, TO_CID), ("asa", "bo")),
        ((TO_ASA, TO_BO, TO_CID, TO_BO), ("asa",)),
        ((TO_ASA, TO_BO, TO_ASA), ()),
        ((TO_ASA, TO_BO, wrote(Direction.INBOUND)), ("asa",)),
        ((TO_ASA, TO_BO, FactsLearnt(subject="x")), ("asa",)),
        ((TO_ASA, TO_BO, wrote(Direction.OUTBOUND, automatic=True)), ("asa",)),
        ((TO_ASA, TO_BO, StateChanged(CaseState.WAITING, Author.PLATFORM)), ("asa",)),
        ((TO_ASA, wrote(Direction.OUTBOUND), TO_BO), ("asa",)),
        ((TO_ASA, TO_BO, wrote(Direction.OUTBOUND)), ()),
        ((TO_ASA, TO_BO, wrote(Direction.NOTE)), ()),
        ((TO_ASA, TO_BO, ReplyQueued("k", "bo")), ()),
        ((TO_ASA, TO_BO, Classified(CaseType.RETURN, None, "bo")), ()),
        ((TO_ASA, TO_BO, Assigned("bo", "lena")), ()),
        ((TO_ASA, TO_BO, Assigned("cid", "bo")), ()),
        ((TO_ASA, TO_BO, Assigned("", "bo"), TO_CID), ()),
    ],
)
def test_a_case_is_covered_until_somebody_works_on_it(happened: tuple[Happening, ...], whom: tuple[str, ...]) -> None:
    assert covered(history(*happened)) == whom


@pytest.mark.parametrize(
    ("happened", "given_back"),
    [
        ((), False),
        ((TO_ASA,), False),
        ((TO_ASA, Assigned("", "asa")), True),
        ((TO_ASA, Assigned("", ITSELF)), False),
        ((TO_ASA, Assigned("", "asa"), TO_BO), False),
    ],
)
def test_what_a_person_gave_back_is_left_alone(happened: tuple[Happening, ...], given_back: bool) -> None:
    assert was_given_back(history(*happened)) is given_back
