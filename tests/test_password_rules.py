"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import threading
import unicodedata

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from hub.core.common_passwords import COMMON
from hub.core.password_rules import LONGEST, SHORTEST, require_good
from hub.errors import Refused
from hub.passwords import Passwords

QUICK = Passwords(memory_kib=8, rounds=1)


@pytest.mark.parametrize(
    "password",
    [
        "blue lamp seven tram",
        "kaffe på bordet nu",
        "q8#fLw2!zPx9",
        "パスワード置き場の青い猫と傘",
        "correct staple tram 7",
    ],
)
def test_a_long_password_of_ones_own_is_taken(password: str) -> None:
    require_good(password, "asa", "Åsa Öberg", "asa@shop.example")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * 257, "at most 256"),
        ("aaaaaaaaaaaaaaa", "tried first"),
        ("abababababab12", "tried first"),
        ("123456789012", "tried first"),
        ("Password-1234", "tried first"),
        ("QWERTYUIOP123!", "tried first"),
        ("correct horse battery staple", "tried first"),
        ("cdefghijklmn", "tried first"),
        ("9876543210987", "tried first"),
        ("asa.asa.asa.öberg", "little more than a name"),
        ("Åsa-Öberg-2026", "little more than a name"),
        ("asa@shop.example", "little more than a name"),
        ("casehub-admin-1", "little more than a name"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused_with_a_way_out(password: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        require_good(password, "asa", "Åsa Öberg", "asa@shop.example")

    assert not password or password not in str(caught.value)


def test_the_common_passwords_are_long_enough_to_be_asked_for_and_written_as_they_are_compared() -> None:
    assert [word for word in COMMON if len(word) < SHORTEST and len(set(word)) >= 5] == []
    assert [word for word in COMMON if word != "".join(c for c in word.casefold() if c.isalnum())] == []
    assert len(COMMON) > 100


@given(st.text(min_size=0, max_size=300))
def test_what_is_too_short_or_too_long_is_never_taken(password: str) -> None:
    if SHORTEST <= len(unicodedata.normalize("NFKC", password)) <= LONGEST:
        return
    with pytest.raises(Refused):
        require_good(password)


def test_a_hash_is_argon2id_with_what_owasp_asks_for_and_never_twice_the_same() -> None:
    passwords = Passwords()
    first, second = passwords.hashed("blue lamp seven tram"), passwords.hashed("blue lamp seven tram")

    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert passwords.fits(first, "blue lamp seven tram")


def test_another_password_fits_nothing_and_nothing_fits_no_hash() -> None:
    hashed = QUICK.hashed("blue lamp seven tram")

    assert not QUICK.fits(hashed, "blue lamp seven tran")
    assert not QUICK.fits("", "")
    assert not QUICK.fits("", "somebody's guess")
    assert not QUICK.fits("no hash at all", "blue lamp seven tram")


def test_letters_are_the_same_whichever_keyboard_wrote_them() -> None:
    hashed = QUICK.hashed(unicodedata.normalize("NFD", "kaffe på bordet nu"))

    assert QUICK.fits(hashed, unicodedata.normalize("NFC", "kaffe på bordet nu"))


def test_a_password_as_long_as_a_book_is_not_worked_on() -> None:
    assert not QUICK.fits(QUICK.hashed("a" * 1000), "a" * 1000)


def test_a_hash_with_weaker_parameters_is_outdated() -> None:
    assert Passwords().is_outdated(QUICK.hashed("blue lamp seven tram"))
    assert not QUICK.is_outdated(QUICK.hashed("blue lamp seven tram"))


def test_somebody_who_is_not_there_costs_a_verification_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords, seen = Passwords(memory_kib=8, rounds=1), list[str]()
    hashed = passwords.hashed("blue lamp seven tram")
    verify = PasswordHasher.verify

    def watched(self: PasswordHasher, held: str, password: str) -> bool:
        seen.append(held.rsplit("$", 2)[0])
        return verify(self, held, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    passwords.fits(hashed, "wrong")
    passwords.fits("", "wrong")

    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_only_two_passwords_are_worked_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(memory_kib=8, rounds=1)
    hashed, at_once, most = passwords.hashed("blue lamp seven tram"), set[int](), list[int]()
    meeting = threading.Barrier(2, timeout=10)

    def watched(_: PasswordHasher, held: str, password: str) -> bool:
        at_once.add(threading.get_ident())
        most.append(len(at_once))
        meeting.wait()
        at_once.discard(threading.get_ident())
        return True

    passwords.fits("", "")
    monkeypatch.setattr(PasswordHasher, "verify", watched)
    threads = [threading.Thread(target=passwords.fits, args=(hashed, "x")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) == 2
