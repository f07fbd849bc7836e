"""Signing in by password, link, session and token; guessing; and that no secret is kept or told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.credentials import digest, token_key, token_text
from hub.core.people import Caller, Door, Permission, Person, Role
from hub.errors import NotFound, Refused, StoreError
from hub.passwords import Passwords
from hub.signing_in import Guard, SigningIn, SignInPaused, WrongSignIn
from hub.store import SqliteStore, open_store
from tests.fakes import MONDAY_NOON, MovableClock
from tests.staff import ANOTHER, BOSS, PASSWORD, QUICK, House, secret

HERE, THERE = "203.0.113.9", "198.51.100.7"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(open_store(tmp_path / "data", MovableClock())) as opened:
        yield opened


@pytest.fixture
def house(store: SqliteStore) -> House:
    return House(store.people)


def caller(house: House, raw: str) -> Caller:
    found = house.door.caller_of_session(raw, HERE)
    assert found is not None
    return found


def is_open(house: House, raw: str) -> bool:
    return house.door.caller_of_session(raw, HERE) is not None


# By password


def test_whoever_knows_the_password_gets_a_session_that_says_who_they_are(house: House) -> None:
    raw = house.door.sign_in("bo", PASSWORD, HERE, "Firefox")

    found = caller(house, raw)
    assert (found.person.name, found.door, found.address) == ("bo", Door.WEB, HERE)
    assert found.permissions == {Permission.SEE, Permission.WORK}
    [session] = house.people.sessions("bo")
    assert (session.key, session.address, session.agent) == (digest(raw), HERE, "Firefox")
    assert house.acts() == ["bo signed_in bo by password"]


@pytest.mark.parametrize("name", [" bo ", "Bo", "BO"])
def test_a_telephone_may_write_the_name_with_a_capital_letter(house: House, name: str) -> None:
    assert caller(house, house.door.sign_in(name, PASSWORD, HERE)).person.name == "bo"


@pytest.mark.parametrize(
    ("name", "password"),
    [("bo", ANOTHER), ("bo", ""), ("nobody", PASSWORD), ("", PASSWORD), ("'; --", "x"), ("bo\udc80", PASSWORD)],
)
def test_an_unknown_name_and_a_wrong_password_are_answered_alike(house: House, name: str, password: str) -> None:
    with pytest.raises(WrongSignIn) as caught:
        house.door.sign_in(name, password, HERE)

    assert str(caught.value) == "The name or the password is wrong."
    assert house.people.sessions("bo") == []


def test_somebody_who_was_deactivated_is_answered_like_somebody_unknown(house: House) -> None:
    house.people.save_person(replace(house.people.person("bo"), active=False))

    with pytest.raises(WrongSignIn, match=r"^The name or the password is wrong\.$"):
        house.door.sign_in("bo", PASSWORD, HERE)


def test_somebody_without_a_password_cannot_sign_in_with_none(house: House) -> None:
    house.people.save_person(Person("new", Role.AGENT, MONDAY_NOON))

    with pytest.raises(WrongSignIn):
        house.door.sign_in("new", "", HERE)


def test_an_unknown_name_costs_as_many_verifications_as_a_known_one(house: House) -> None:
    asked: list[str] = []

    class Watched(Passwords):
        def fits(self, hashed: str, password: str) -> bool:
            asked.append("a hash" if hashed else "none")
            return super().fits(hashed, password)

    door = replace(house.door, passwords=Watched(memory_kib=8, rounds=1))
    for name in ("bo", "nobody"):
        with pytest.raises(WrongSignIn):
            door.sign_in(name, ANOTHER, HERE)

    assert asked == ["a hash", "none"]


def test_what_was_typed_into_the_wrong_field_is_not_written_down(house: House) -> None:
    for name in (PASSWORD, "bo"):
        with pytest.raises(WrongSignIn):
            house.door.sign_in(name, ANOTHER, HERE)

    assert house.acts() == ["? sign_in_failed", "bo sign_in_failed bo"]
    assert PASSWORD not in str(house.people.audit())


def test_an_outdated_hash_is_made_anew_at_sign_in(house: House) -> None:
    door = replace(house.door, passwords=Passwords(memory_kib=16, rounds=1))
    door.sign_in("bo", PASSWORD, HERE)

    assert "m=16," in house.people.password("bo")
    assert door.sign_in("bo", PASSWORD, HERE)


def test_a_password_that_is_changed_during_a_sign_in_with_the_old_one_wins(house: House) -> None:
    class Slow(Passwords):
        def fits(self, hashed: str, password: str) -> bool:
            right = super().fits(hashed, password)
            house.staff.set_password("bo", ANOTHER, BOSS)
            return right

    with pytest.raises(WrongSignIn):
        replace(house.door, passwords=Slow(memory_kib=8, rounds=1)).sign_in("bo", PASSWORD, HERE)
    with pytest.raises(WrongSignIn):
        replace(house.door, passwords=Slow(memory_kib=16, rounds=1)).sign_in("bo", PASSWORD, HERE)

    assert house.people.sessions("bo") == []
    assert QUICK.fits(house.people.password("bo"), ANOTHER)


# Guessing


def wrong(house: House, times: int, name: str = "bo", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(WrongSignIn):
            house.door.sign_in(name, ANOTHER, address)


def test_after_five_wrong_passwords_even_the_right_one_waits(house: House) -> None:
    wrong(house, 5)

    with pytest.raises(SignInPaused, match="Try again in 2 seconds") as caught:
        house.door.sign_in("bo", PASSWORD, HERE)
    assert caught.value.seconds == 2
    house.clock.advance(seconds=1.5)
    with pytest.raises(SignInPaused, match="Try again in 1 seconds"):
        house.door.sign_in("bo", PASSWORD, HERE)
    house.clock.advance(seconds=0.5)
    assert house.door.sign_in("bo", PASSWORD, HERE)


@pytest.mark.parametrize("name", ["bo", "nobody"])
def test_a_name_is_paused_whether_it_is_known_or_not_and_from_wherever(house: House, name: str) -> None:
    for number in range(5):
        wrong(house, 1, name, f"198.51.100.{number}")

    with pytest.raises(SignInPaused):
        house.door.sign_in(name, PASSWORD, HERE)
    assert house.door.sign_in("lena", PASSWORD, HERE)


def test_an_address_is_paused_that_tries_many_names(house: House) -> None:
    for number in range(20):
        wrong(house, 1, f"name{number}")

    with pytest.raises(SignInPaused, match="5 seconds"):
        house.door.sign_in("bo", PASSWORD, HERE)
    assert house.door.sign_in("bo", PASSWORD, THERE)


def test_what_is_not_heard_makes_no_pause_longer_and_is_not_logged(house: House) -> None:
    wrong(house, 5)
    for _ in range(50):
        with pytest.raises(SignInPaused, match="2 seconds"):
            house.door.sign_in("bo", PASSWORD, HERE)

    assert len(house.acts()) == 5


def test_the_right_password_forgives_the_name_and_not_the_address(house: House) -> None:
    for number in range(19):
        wrong(house, 1, f"name{number}")
    wrong(house, 1)
    house.clock.advance(seconds=5)
    house.door.sign_in("bo", PASSWORD, HERE)
    house.clock.advance(seconds=5)
    wrong(house, 1)

    with pytest.raises(SignInPaused, match="10 seconds"):
        house.door.sign_in("lena", PASSWORD, HERE)


def test_many_guesses_at_once_gain_nothing(house: House) -> None:
    """Each counts before it is looked at: here all are still being looked at."""
    for _ in range(5):
        house.guard.admit("bo", HERE, MONDAY_NOON)

    with pytest.raises(SignInPaused):
        house.guard.admit("bo", THERE, MONDAY_NOON)


def test_what_the_guard_remembers_is_bounded_and_who_guesses_hardest_is_not_forgotten() -> None:
    guard, now = Guard(most=100), MONDAY_NOON
    for _ in range(5):
        guard.admit("bo", "203.0.113.9", now)
    for number in range(1000):
        guard.admit(f"name{number}", f"2001:db8:{number:x}::1", now)

    assert len(guard._names.tries) <= 100
    assert len(guard._addresses.tries) <= 100
    with pytest.raises(SignInPaused):
        guard.admit("bo", "198.51.100.1", now)


# By session


def test_a_session_ends_after_twelve_hours_without_use(house: House) -> None:
    raw = house.door.sign_in("bo", PASSWORD, HERE)
    house.clock.advance(hours=12, microseconds=-1)
    assert is_open(house, raw)
    house.clock.advance(hours=12, microseconds=-1)
    assert is_open(house, raw)
    house.clock.advance(hours=12)

    assert house.door.caller_of_session(raw, HERE) is None


def test_a_session_ends_after_seven_days_however_much_it_is_used(house: House) -> None:
    raw = house.door.sign_in("bo", PASSWORD, HERE)
    used = 0
    while house.door.caller_of_session(raw, HERE):
        house.clock.advance(hours=1)
        used += 1

    assert used == 7 * 24


def test_a_session_is_written_down_once_in_five_minutes(house: House) -> None:
    raw = house.door.sign_in("bo", PASSWORD, HERE)
    house.clock.advance(minutes=4, seconds=59)
    caller(house, raw)
    assert house.people.sessions("bo")[0].seen_at == MONDAY_NOON
    house.clock.advance(seconds=1)
    caller(house, raw)

    assert house.people.sessions("bo")[0].seen_at == house.clock.now()


def test_a_page_can_be_read_while_nobody_can_write(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = house.door.sign_in("bo", PASSWORD, HERE)
    house.clock.advance(hours=1)

    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(house.people), "see_session", full)
    assert caller(house, raw).person.name == "bo"


@pytest.mark.parametrize("raw", ["", "x", "a" * 10_000, "\udc80"])
def test_a_made_up_session_is_nobody(house: House, raw: str) -> None:
    house.door.sign_in("bo", PASSWORD, HERE)

    assert house.door.caller_of_session(raw, HERE) is None


def test_what_is_kept_of_a_session_opens_nothing(house: House) -> None:
    raw = house.door.sign_in("bo", PASSWORD, HERE)

    assert house.door.caller_of_session(house.people.sessions("bo")[0].key, HERE) is None
    assert raw not in str(house.people.sessions("bo"))


def test_signing_out_ends_the_session_and_no_other(house: House) -> None:
    raw, other = (house.door.sign_in("bo", PASSWORD, HERE) for _ in range(2))
    house.door.sign_out(caller(house, raw))

    assert house.door.caller_of_session(raw, HERE) is None
    assert is_open(house, other)
    assert house.acts()[2:] == ["bo signed_out bo"]


def test_ended_sessions_are_dropped_when_somebody_signs_in(house: House) -> None:
    house.door.sign_in("bo", PASSWORD, HERE)
    house.clock.advance(hours=13)
    house.door.sign_in("lena", PASSWORD, HERE)

    assert house.people.sessions("bo") == []


ENDS: dict[str, Callable[[House], object]] = {
    "another role": lambda house: house.staff.change_role("bo", Role.LEAD, BOSS),
    "deactivated": lambda house: house.staff.deactivate("bo", BOSS),
    "another password": lambda house: house.staff.set_password("bo", ANOTHER, BOSS),
}


@pytest.mark.parametrize("what", ENDS)
def test_what_changes_who_somebody_is_ends_their_sessions_and_links(house: House, what: str) -> None:
    raw, link = house.door.sign_in("bo", PASSWORD, HERE), house.staff.make_link("bo", BOSS)
    other = house.door.sign_in("lena", PASSWORD, HERE)
    ENDS[what](house)

    assert house.door.caller_of_session(raw, HERE) is None
    assert is_open(house, other)
    if what != "another role":
        with pytest.raises(WrongSignIn):
            house.door.sign_in_by_link(link, HERE)


# By link


def test_a_link_signs_in_once_within_a_day(house: House) -> None:
    link = house.staff.make_link("bo", BOSS)
    house.clock.advance(hours=23)

    assert caller(house, house.door.sign_in_by_link(link, HERE)).person.name == "bo"
    with pytest.raises(WrongSignIn, match="used already or its time is over; ask for another"):
        house.door.sign_in_by_link(link, HERE)
    assert house.acts() == ["asa link_made bo", "bo signed_in bo by link"]


@pytest.mark.parametrize("made_up", ["", "x", "\udc80"])
def test_a_link_that_is_old_made_up_or_replaced_signs_nobody_in(house: House, made_up: str) -> None:
    replaced = house.staff.make_link("bo", BOSS)
    old = house.staff.make_link("bo", BOSS)
    house.clock.advance(hours=24)

    for link in (replaced, old, made_up, digest(old)):
        with pytest.raises(WrongSignIn):
            house.door.sign_in_by_link(link, HERE)


def test_the_first_person_ever_is_an_admin_and_signs_in_by_a_link_at_hand(store: SqliteStore) -> None:
    clock = MovableClock()
    door = SigningIn(store.people, clock, QUICK)
    link = door.link_for("Root")
    clock.advance(minutes=15)
    with pytest.raises(WrongSignIn):
        door.sign_in_by_link(link, HERE)

    assert store.people.person("root").role is Role.ADMIN
    found = door.caller_of_session(door.sign_in_by_link(door.link_for("root"), HERE))
    assert found is not None
    assert found.may(Permission.MANAGE)
    with pytest.raises(NotFound, match="nobody called 'eva'"):
        door.link_for("eva")


# By token


def test_a_token_opens_what_it_may_and_says_when_it_was_used(house: House) -> None:
    text, token = house.staff.make_token("bo", "the till", {Permission.SEE}, None, BOSS)
    house.clock.advance(hours=1)
    found = house.door.caller_of_token(text, HERE)

    assert found is not None
    assert (found.person.name, found.door, found.permissions) == ("bo", Door.API, frozenset({Permission.SEE}))
    assert house.people.tokens("bo")[0].seen_at == house.clock.now()
    assert text not in str(house.people.tokens()) + str(house.people.audit())
    assert token_text("x" * 40).startswith("chub_")
    assert text.split("_")[1] == token.key[:8]


def test_a_token_may_no_more_than_its_person_may_now(house: House) -> None:
    text, _ = house.staff.make_token("lena", "board", {Permission.SEE, Permission.LEAD}, None, BOSS)
    house.staff.change_role("lena", Role.AGENT, BOSS)
    found = house.door.caller_of_token(text)

    assert found is not None
    assert found.permissions == {Permission.SEE}


def test_a_token_that_ended_or_was_revoked_or_whose_person_left_opens_nothing(house: House) -> None:
    ended, _ = house.staff.make_token("bo", "a", {Permission.SEE}, MONDAY_NOON + HOUR, BOSS)
    revoked, token = house.staff.make_token("bo", "b", {Permission.SEE}, None, BOSS)
    left, _ = house.staff.make_token("bo", "c", {Permission.SEE}, None, BOSS)
    house.staff.revoke_token(token, BOSS)
    assert house.door.caller_of_token(ended) is not None
    house.clock.advance(hours=1)
    house.staff.deactivate("bo", BOSS)
    house.staff.activate("bo", BOSS)

    assert [house.door.caller_of_token(text) for text in (ended, revoked, left)] == [None, None, None]


def test_a_token_that_was_copied_wrongly_is_no_token(house: House) -> None:
    text, token = house.staff.make_token("bo", "a", {Permission.SEE}, None, BOSS)
    changed = [text[:-1], text + "x", text.replace("chub_", "chub_0", 1), text.upper(), f" {text}", token.key, "chub__"]

    assert [one for one in changed if house.door.caller_of_token(one) is not None] == []
    assert token_key(text) == token.key


# One's own password


def test_one_s_own_password_is_changed_by_the_old_one_and_ends_the_other_sessions(house: House) -> None:
    mine, other = (house.door.sign_in("bo", PASSWORD, HERE) for _ in range(2))
    house.door.change_password(caller(house, mine), PASSWORD, ANOTHER)

    assert is_open(house, mine)
    assert house.door.caller_of_session(other, HERE) is None
    assert house.door.sign_in("bo", ANOTHER, HERE)
    assert house.acts()[2] == "bo password_set bo"


def test_a_wrong_old_password_changes_nothing_and_counts_as_a_guess(house: House) -> None:
    who = caller(house, house.door.sign_in("bo", PASSWORD, HERE))
    for _ in range(5):
        with pytest.raises(WrongSignIn, match="not the password you have now"):
            house.door.change_password(who, ANOTHER, ANOTHER)

    with pytest.raises(SignInPaused):
        house.door.change_password(who, PASSWORD, ANOTHER)
    assert QUICK.fits(house.people.password("bo"), PASSWORD)


def test_whoever_came_by_a_link_and_has_no_password_chooses_one(house: House) -> None:
    house.staff.add(Person("new", Role.AGENT, MONDAY_NOON), BOSS)
    who = caller(house, house.door.sign_in_by_link(house.staff.make_link("new", BOSS), HERE))
    with pytest.raises(Refused, match="at least 12"):
        house.door.change_password(who, "", "short")
    house.door.change_password(who, "", ANOTHER)

    assert house.door.sign_in("new", ANOTHER, HERE)


def test_the_secrets_that_are_made_are_long_and_different(house: House) -> None:
    door = SigningIn(house.people, house.clock, QUICK, Guard())
    made = {door.new_secret() for _ in range(100)}

    assert len(made) == 100
    assert min(map(len, made)) >= 43
    assert secret() != secret()


def test_no_secret_is_in_the_database(house: House, store: SqliteStore) -> None:
    secrets = [house.door.sign_in("bo", PASSWORD, HERE, "Firefox"), house.staff.make_link("bo", BOSS)]
    text, _ = house.staff.make_token("bo", "a", {Permission.SEE}, None, BOSS)
    secrets += [text, text.rsplit("_", 1)[1], PASSWORD, ANOTHER]
    house.staff.set_password("lena", ANOTHER, BOSS)

    raw = b"".join(path.read_bytes() for path in store.folder.glob("casehub.sqlite*"))
    assert [one for one in secrets if one.encode() in raw] == []
