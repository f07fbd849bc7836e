"""What every keeper of people must do, said in the words of its port.

Subclass PeopleContract where a fixture `people` opens one that is empty, and `again` one more handle on the same data.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from hub.core.people import Absence, AuditEntry, Door, Permission, Person, Role, Session, Token
from hub.core.people_port import People
from hub.errors import NotFound

NOON = datetime(2026, 3, 2, 12, 0, 0, 123457, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASA = Person("asa", Role.ADMIN, NOON, "Åsa Öberg 漢字", "asa@shop.example", "sv")
BO = Person("bo", Role.AGENT, NOON + DAY, active=False, takes_cases=False)
AgainOpener = Callable[[], People]


def session(key: str, who: str = "asa", *, seen: datetime = NOON) -> Session:
    return Session(key, who, NOON, seen, seen + 12 * HOUR, "203.0.113.9", "Firefox 🙂")


def token(key: str, who: str = "asa", *, made: datetime = NOON) -> Token:
    return Token(key, who, "the till", frozenset({Permission.SEE, Permission.WORK}), made)


def entry(act: str, *, who: str = "asa", about: str = "") -> AuditEntry:
    return AuditEntry(NOON, who, Door.WEB, act, about, "203.0.113.9", "från Åsa")


class PeopleContract:
    """The promises of hub.core.people_port.People."""

    @pytest.fixture(autouse=True)
    def somebody(self, people: People) -> None:
        people.save_person(ASA)
        people.save_person(BO)

    def test_a_person_is_kept_as_they_are(self, people: People, again: AgainOpener) -> None:
        assert (again().person("asa"), again().person("bo")) == (ASA, BO)
        assert again().people() == [ASA, BO]

    def test_a_person_is_replaced_by_name_and_keeps_the_password(self, people: People) -> None:
        people.set_password("asa", "$argon2id$hash")
        changed = replace(ASA, role=Role.AGENT, full_name="", email="", language="", active=False, takes_cases=False)
        people.save_person(changed)

        assert people.person("asa") == changed
        assert people.password("asa") == "$argon2id$hash"

    @pytest.mark.parametrize("name", ["Asa", "asa ", "as", "", "åsa", "as\udc80a", "'; --"])
    def test_names_are_compared_exactly(self, people: People, name: str) -> None:
        people.set_password("asa", "hash")

        with pytest.raises(NotFound, match="casehub people list"):
            people.person(name)
        with pytest.raises(NotFound):
            people.set_password(name, "other")
        assert people.password(name) == ""
        assert (people.sessions(name), people.tokens(name or "nobody")) == ([], [])

    def test_nobody_has_a_password_before_one_is_set(self, people: People) -> None:
        assert people.password("asa") == ""

    def test_a_hash_is_replaced_only_where_it_is_the_one_that_was_meant(self, people: People) -> None:
        people.set_password("asa", "second", instead_of="")
        people.set_password("asa", "third", instead_of="first")

        assert people.password("asa") == "second"

    @pytest.mark.parametrize("save", ["session", "token", "link", "absence"])
    def test_nothing_is_kept_for_nobody(self, people: People, save: str) -> None:
        acts: dict[str, Callable[[], None]] = {
            "session": lambda: people.save_session(session("s", "carl")),
            "token": lambda: people.save_token(token("t", "carl")),
            "link": lambda: people.save_link("l", "carl", NOON + HOUR),
            "absence": lambda: people.save_absence(Absence("a", "carl", NOON, NOON + DAY)),
        }
        with pytest.raises(NotFound, match="carl"):
            acts[save]()

    def test_a_session_is_kept_by_its_key_and_listed_by_when_it_was_seen(self, people: People) -> None:
        first, second = session("first"), session("second", seen=NOON + HOUR)
        for one in (first, second, session("other", "bo")):
            people.save_session(one)

        assert people.session("first") == first
        assert people.session("FIRST") is None
        assert people.sessions("asa") == [second, first]
        people.save_session(replace(first, seen_at=NOON + DAY))
        assert [one.key for one in people.sessions("asa")] == ["first", "second"]

    def test_a_session_that_is_used_lasts_longer_and_one_that_was_ended_stays_ended(self, people: People) -> None:
        people.save_session(session("used"))
        people.see_session("used", NOON + HOUR, NOON + DAY)
        people.see_session("ended", NOON + HOUR, NOON + DAY)

        assert people.session("used") == replace(session("used"), seen_at=NOON + HOUR, until=NOON + DAY)
        assert people.session("ended") is None

    def test_sessions_end_one_by_one_and_all_but_one(self, people: People) -> None:
        for key in ("one", "two", "three"):
            people.save_session(session(key))
        people.save_session(session("other", "bo"))
        people.end_session("one")
        people.end_session("unknown")

        assert sorted(one.key for one in people.sessions("asa")) == ["three", "two"]
        people.end_sessions("asa", but="two")
        assert [one.key for one in people.sessions("asa")] == ["two"]
        people.end_sessions("asa")
        assert (people.sessions("asa"), people.session("other")) == ([], session("other", "bo"))

    def test_what_has_ended_is_dropped_at_its_instant_and_not_before(self, people: People) -> None:
        people.save_session(session("s"))
        people.save_link("l", "asa", NOON + 12 * HOUR)
        people.drop_ended(NOON + 12 * HOUR - timedelta(microseconds=1))
        assert people.session("s") is not None

        people.drop_ended(NOON + 12 * HOUR)
        assert people.session("s") is None
        assert people.take_link("l", NOON) == ""

    def test_a_link_signs_in_once(self, people: People, again: AgainOpener) -> None:
        people.save_link("l", "asa", NOON + HOUR)

        assert again().take_link("l", NOON) == "asa"
        assert people.take_link("l", NOON) == ""

    def test_a_link_whose_time_is_over_signs_nobody_in_and_is_gone(self, people: People) -> None:
        people.save_link("l", "asa", NOON + HOUR)

        assert people.take_link("l", NOON + HOUR) == ""
        assert people.take_link("l", NOON) == ""

    def test_the_links_of_a_person_are_dropped_and_nobody_else_s(self, people: People) -> None:
        people.save_link("l", "asa", NOON + HOUR)
        people.save_link("m", "bo", NOON + HOUR)
        people.drop_links("asa")

        assert (people.take_link("l", NOON), people.take_link("m", NOON)) == ("", "bo")

    def test_of_many_that_follow_one_link_at_once_one_is_signed_in(self, people: People) -> None:
        people.save_link("l", "asa", NOON + HOUR)
        taken: list[str] = []
        threads = [threading.Thread(target=lambda: taken.append(people.take_link("l", NOON))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(taken) == [""] * 7 + ["asa"]

    def test_a_token_is_kept_and_the_newest_is_listed_first(self, people: People) -> None:
        old, new = token("old"), token("new", made=NOON + DAY)
        other = replace(token("other", "bo", made=NOON - DAY), until=NOON + DAY, seen_at=NOON)
        for one in (old, new, other):
            people.save_token(one)

        assert (people.token("old"), people.token("other"), people.token("")) == (old, other, None)
        assert people.tokens("asa") == [new, old]
        assert people.tokens() == [new, old, other]

    def test_a_token_that_is_used_says_when_and_one_that_was_revoked_stays_revoked(self, people: People) -> None:
        people.save_token(token("used"))
        people.save_token(token("revoked"))
        people.drop_token("revoked")
        people.drop_token("unknown")
        people.see_token("used", NOON + HOUR)
        people.see_token("revoked", NOON + HOUR)

        assert people.tokens() == [replace(token("used"), seen_at=NOON + HOUR)]

    def test_a_token_is_replaced_by_its_key(self, people: People) -> None:
        people.save_token(token("t"))
        people.save_token(replace(token("t"), label="", permissions=frozenset()))

        assert people.tokens() == [replace(token("t"), label="", permissions=frozenset())]

    def test_absences_that_are_over_are_not_listed(self, people: People) -> None:
        week, day = Absence("w", "asa", NOON, NOON + 7 * DAY, "bo"), Absence("d", "bo", NOON - DAY, NOON + DAY)
        for one in (week, day):
            people.save_absence(one)

        assert people.absences(NOON) == [day, week]
        assert people.absences(NOON + DAY) == [week]
        assert people.absences(NOON + 7 * DAY) == []
        people.save_absence(replace(week, until=NOON + DAY))
        people.drop_absence("d")
        people.drop_absence("unknown")
        assert people.absences(NOON) == [replace(week, until=NOON + DAY)]

    def test_the_log_of_acts_is_read_newest_first_and_goes_on_from_an_entry(self, people: People) -> None:
        for number in range(5):
            people.note(entry(f"act {number}"))
        newest = people.audit(limit=2)
        older = people.audit(before=newest[-1].id, limit=2)

        assert [one.act for one in (*newest, *older)] == ["act 4", "act 3", "act 2", "act 1"]
        assert replace(newest[0], id=0) == entry("act 4")
        assert people.audit(before=people.audit()[-1].id) == []

    def test_the_log_of_acts_is_asked_for_one_person_or_one_thing(self, people: People) -> None:
        people.note(entry("read", about="CH-1001"))
        people.note(entry("read", who="bo", about="CH-1001"))
        people.note(entry("closed", who="bo"))

        assert [one.who for one in people.audit(about="CH-1001")] == ["bo", "asa"]
        assert [one.act for one in people.audit(who="bo")] == ["closed", "read"]
        assert [one.act for one in people.audit(who="bo", about="CH-1001")] == ["read"]
        assert people.audit(who="Bo") == []

    def test_an_instant_of_any_zone_comes_back_as_the_same_instant(self, people: People) -> None:
        elsewhere = NOON.astimezone(timezone(timedelta(hours=9)))
        people.save_person(Person("cid", Role.LEAD, elsewhere))
        people.note(replace(entry("read"), at=elsewhere))

        assert (people.person("cid").since, people.audit()[0].at) == (NOON, NOON)

    def test_any_text_survives(self, people: People) -> None:
        people.save_person(replace(ASA, full_name="Å\udc80 \r\n\x00 🙂"))
        people.note(replace(entry("read"), detail="\udc80'; DROP TABLE audit; --"))

        assert people.person("asa").full_name == "Å\\udc80 \r\n\x00 🙂"
        assert people.audit()[0].detail == "\\udc80'; DROP TABLE audit; --"
