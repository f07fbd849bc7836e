"""The staff: letting in, roles, tokens and absences, what is refused, and that each act is in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.people import ALLOWED, Door, Permission, Person, Role
from hub.errors import NotFound, Refused
from hub.store import open_store
from tests.fakes import MONDAY_NOON, MovableClock
from tests.staff import ANOTHER, BOSS, QUICK, TERMINAL, House

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW = Person("asa2", Role.AGENT, MONDAY_NOON, "Åsa den andra", "asa2@shop.example", "sv")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with closing(open_store(tmp_path / "data", MovableClock())) as store:
        yield House(store.people)


def test_somebody_is_let_in_once(house: House) -> None:
    house.staff.add(NEW, BOSS)

    assert house.people.person("asa2") == NEW
    with pytest.raises(Refused, match="There is a asa2 already"):
        house.staff.add(NEW, BOSS)
    assert house.acts() == ["asa person_added asa2 as agent"]


@pytest.mark.parametrize("name", ["", "Asa", "åsa", "a b", "-a", "a" * 41, "asa\n", "../asa", "asa@shop"])
def test_a_name_that_would_confuse_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="no name to sign in with"):
        Person(name, Role.AGENT, MONDAY_NOON)


def test_a_description_changes_what_it_may_and_never_the_role(house: House) -> None:
    bo = house.people.person("bo")
    house.staff.describe(replace(bo, full_name="Bo Ek", takes_cases=False, role=Role.ADMIN, active=False), BOSS)
    house.staff.describe(house.people.person("bo"), BOSS)

    assert house.people.person("bo") == replace(bo, full_name="Bo Ek", takes_cases=False)
    assert house.acts() == ["asa person_changed bo full_name, takes_cases"]


def test_a_role_changes_what_somebody_may(house: House) -> None:
    house.staff.change_role("bo", Role.LEAD, TERMINAL)

    assert house.people.person("bo").permissions == ALLOWED[Role.LEAD]
    assert house.acts() == ["root role_changed bo agent to lead"]
    assert house.people.audit()[0].door is Door.COMMAND


def test_somebody_deactivated_may_nothing_and_comes_back_with_what_they_were(house: House) -> None:
    house.staff.deactivate("lena", BOSS)
    assert house.people.person("lena").permissions == frozenset()
    house.staff.activate("lena", BOSS)

    assert house.people.person("lena").permissions == ALLOWED[Role.LEAD]
    assert house.acts() == ["asa deactivated lena", "asa activated lena"]


@pytest.mark.parametrize(
    "act",
    [
        lambda house: house.staff.deactivate("asa", BOSS),
        lambda house: house.staff.change_role("asa", Role.LEAD, TERMINAL),
    ],
)
def test_the_last_admin_stays(house: House, act: Callable[[House], object]) -> None:
    house.staff.change_role("bo", Role.ADMIN, BOSS)
    house.staff.deactivate("bo", BOSS)

    with pytest.raises(Refused, match="asa is the last admin who can sign in; make somebody else an admin first"):
        act(house)
    assert house.people.person("asa").permissions == ALLOWED[Role.ADMIN]


REFUSED: dict[str, tuple[Callable[[House], object], str]] = {
    "the role that is there": (lambda h: h.staff.change_role("asa", Role.ADMIN, BOSS), "asa is an admin already"),
    "active already": (lambda h: h.staff.activate("bo", BOSS), "can sign in already"),
    "a short password": (lambda h: h.staff.set_password("bo", "short", BOSS), "at least 12"),
    "a password that is the name": (
        lambda h: h.staff.set_password("lena", "lena-lena-lena", BOSS),
        "tried first|little more than a name",
    ),
    "a token without a label": (lambda h: h.staff.make_token("bo", " ", {Permission.SEE}, None, BOSS), "a label"),
    "a token for nothing": (lambda h: h.staff.make_token("bo", "x", (), None, BOSS), "see, work, lead, manage"),
    "a token of the past": (
        lambda h: h.staff.make_token("bo", "x", {Permission.SEE}, MONDAY_NOON, BOSS),
        "in the future",
    ),
    "a token with more than its person": (
        lambda h: h.staff.make_token("bo", "x", {Permission.SEE, Permission.MANAGE}, None, BOSS),
        "bo may not manage and neither may a token of theirs; an agent may see, work",
    ),
    "away before the beginning": (
        lambda h: h.staff.set_away("bo", MONDAY_NOON + DAY, MONDAY_NOON + HOUR, "", BOSS),
        "ends after it began",
    ),
    "away in the past": (
        lambda h: h.staff.set_away("bo", MONDAY_NOON - DAY, MONDAY_NOON - HOUR, "", BOSS),
        "in the future",
    ),
    "covered by oneself": (
        lambda h: h.staff.set_away("bo", MONDAY_NOON, MONDAY_NOON + DAY, "bo", BOSS),
        "bo cannot cover for bo",
    ),
    "back without having been away": (lambda h: h.staff.set_back("bo", BOSS), "bo is not away"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_with_the_way_out_and_not_logged(house: House, what: str) -> None:
    act, words = REFUSED[what]
    with pytest.raises(Refused, match=words):
        act(house)

    assert house.acts() == []


def test_somebody_who_left_cannot_cover_and_gets_no_link(house: House) -> None:
    house.staff.deactivate("bo", BOSS)

    with pytest.raises(Refused, match="bo cannot sign in, and so cannot cover"):
        house.staff.set_away("lena", MONDAY_NOON, MONDAY_NOON + DAY, "bo", BOSS)
    with pytest.raises(Refused, match="casehub people activate bo"):
        house.staff.make_link("bo", BOSS)
    with pytest.raises(Refused, match="they cannot sign in"):
        house.staff.make_token("bo", "x", {Permission.SEE}, None, BOSS)


@pytest.mark.parametrize(
    "act",
    [
        lambda staff: staff.change_role("nobody", Role.LEAD, BOSS),
        lambda staff: staff.deactivate("nobody", BOSS),
        lambda staff: staff.activate("nobody", BOSS),
        lambda staff: staff.set_password("nobody", ANOTHER, BOSS),
        lambda staff: staff.make_link("nobody", BOSS),
        lambda staff: staff.make_token("nobody", "x", {Permission.SEE}, None, BOSS),
        lambda staff: staff.set_away("nobody", MONDAY_NOON, MONDAY_NOON + DAY, "", BOSS),
        lambda staff: staff.set_away("bo", MONDAY_NOON, MONDAY_NOON + DAY, "nobody", BOSS),
        lambda staff: staff.describe(replace(NEW, name="nobody"), BOSS),
    ],
)
def test_nobody_is_changed_who_is_not_there(house: House, act: Callable[[object], object]) -> None:
    with pytest.raises(NotFound, match="nobody"):
        act(house.staff)
    assert house.acts() == []


def test_a_password_is_kept_as_a_hash_and_not_in_the_log(house: House) -> None:
    house.staff.set_password("bo", ANOTHER, BOSS)

    assert QUICK.fits(house.people.password("bo"), ANOTHER)
    assert ANOTHER not in str(house.people.audit())
    assert house.acts() == ["asa password_set bo"]


def test_a_token_is_found_by_its_id_and_by_its_text(house: House) -> None:
    text, token = house.staff.make_token("bo", "  the till ", {Permission.SEE, Permission.WORK}, None, BOSS)

    for named in (text, token.key[:8], f"chub_{token.key[:8]}", token.key):
        assert house.staff.find_token(named) == token
    for named in ("", "chub_", "00000000", token.key[:7]):
        with pytest.raises(NotFound, match="casehub token list"):
            house.staff.find_token(named)
    with pytest.raises(NotFound):
        house.staff.find_token(text, of="lena")
    house.staff.revoke_token(token, BOSS)
    assert house.acts() == [
        f"asa token_made bo {token.key[:8]} the till (see, work)",
        f"asa token_revoked bo {token.key[:8]} the till",
    ]


def test_sessions_are_ended_one_by_one_and_all(house: House) -> None:
    for _ in range(3):
        house.door.sign_in("bo", "blue lamp seven tram")
    key = house.people.sessions("bo")[0].key
    house.staff.end_session("bo", key, BOSS)

    assert len(house.people.sessions("bo")) == 2
    with pytest.raises(NotFound, match="ended already"):
        house.staff.end_session("bo", key, BOSS)
    with pytest.raises(NotFound, match="ended already"):
        house.staff.end_session("lena", house.people.sessions("bo")[0].key, BOSS)
    house.staff.end_session("bo", "", BOSS)
    assert house.people.sessions("bo") == []


def test_somebody_goes_away_and_comes_back(house: House) -> None:
    now = MONDAY_NOON
    house.staff.set_away("bo", now, now + 5 * DAY, "lena", BOSS)
    house.staff.set_away("bo", now + 30 * DAY, now + 40 * DAY, "", BOSS)
    assert [(one.who, one.cover) for one in house.people.absences(now) if one.covers(now)] == [("bo", "lena")]
    house.clock.advance(days=2)
    house.staff.set_back("bo", BOSS)

    assert house.people.absences(house.clock.now()) == []
    assert house.acts() == [
        "asa away bo 2026-03-02 12:00 to 2026-03-07 12:00 UTC, covered by lena",
        "asa away bo 2026-04-01 12:00 to 2026-04-11 12:00 UTC",
        "asa back bo 2026-03-02 12:00 to 2026-03-07 12:00 UTC, covered by lena",
        "asa back bo 2026-04-01 12:00 to 2026-04-11 12:00 UTC",
    ]


@pytest.mark.parametrize(("first", "last"), [(-1, 1), (1, 2), (4, 9), (-1, 9)])
def test_nobody_is_away_twice_at_once(house: House, first: int, last: int) -> None:
    now = MONDAY_NOON
    house.staff.set_away("bo", now, now + 5 * DAY, "", BOSS)
    house.staff.set_away("lena", now, now + 5 * DAY, "", BOSS)

    with pytest.raises(Refused, match="bo is away from 2026-03-02 until 2026-03-07 already; `casehub people back bo`"):
        house.staff.set_away("bo", now + first * DAY, now + last * DAY, "", BOSS)
    house.staff.set_away("bo", now + 5 * DAY, now + 6 * DAY, "", BOSS)
