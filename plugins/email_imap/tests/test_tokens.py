"""Signed marks: what we sign is known again, and nothing else is."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import ConfigurationError
from hub_email_imap.tokens import OwnId, Tokens, bare_id, pruned_references


def _sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _tokens(secret: str = "shop_mail", domain: str = "shop.example") -> Tokens:
    return Tokens(lambda text: _sign(secret, text), domain)


TOKENS = _tokens()
NUMBERS = st.integers(1, 999_999_999).map(lambda n: f"CH-{n}")
KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=36)


def _changes_more_than_case(old: str, new: str) -> bool:
    return old != new and not (new.isascii() and old.lower() == new.lower())


@given(NUMBERS, KEYS)
def test_a_message_id_of_ours_names_its_reply(number: str, key: str) -> None:
    message_id = TOKENS.message_id(number, key)

    assert TOKENS.read_message_id(message_id) == OwnId(number, key)
    assert TOKENS.message_id(number, key) == message_id
    assert len(message_id) <= 120
    assert message_id.isascii()
    assert message_id.isprintable()
    assert " " not in message_id


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        str.title,
        lambda text: text.strip("<>"),
        lambda text: f" {text}\r\n ",
        lambda t: t[:30] + "\n " + t[30:],
    ],
)
def test_a_message_id_survives_what_mail_programs_do_to_it(change: object) -> None:
    assert callable(change)
    message_id = change(TOKENS.message_id("CH-1042", "a1b2"))

    assert TOKENS.read_message_id(message_id) == OwnId("CH-1042", "a1b2")


@given(st.integers(1, 200), st.characters())
def test_a_message_id_with_any_character_changed_is_not_ours(place: int, other: str) -> None:
    whole = bare_id(TOKENS.message_id("CH-1042", "a1b2-c3"))
    place %= len(whole)
    changed = whole[:place] + other + whole[place + 1 :]
    if not _changes_more_than_case(whole, changed):
        return

    assert TOKENS.read_message_id(changed) is None


@pytest.mark.parametrize("length", [0, 1, 10, 20, 30, 40, 44])
def test_a_truncated_message_id_is_not_ours(length: int) -> None:
    assert TOKENS.read_message_id(TOKENS.message_id("CH-1042", "a1b2")[:length]) is None


@pytest.mark.parametrize(
    "text", ["", "<>", "<ch-1042.a.b@shop.example>", "漢字 🙂", "<" * 5000, "ch-1." * 5000, "\udc80"]
)
def test_what_is_no_message_id_of_ours_is_read_as_nothing(text: str) -> None:
    assert TOKENS.read_message_id(text) is None


def test_another_channel_or_domain_does_not_know_our_marks() -> None:
    other = _tokens("other_mail")

    assert other.read_message_id(TOKENS.message_id("CH-1042", "a1b2")) is None
    assert _tokens(domain="else.example").read_message_id(TOKENS.message_id("CH-1042", "a1b2")) is None
    assert other.read_recipient(TOKENS.sub_address("support@shop.example", "CH-1042")) is None
    assert other.find_marker(TOKENS.marker("CH-1042")) is None
    assert not other.is_own_loop(TOKENS.loop_value())


def test_the_signature_of_one_case_does_not_open_another() -> None:
    message_id = TOKENS.message_id("CH-1042", "a1b2").replace("1042", "1043")
    address = TOKENS.sub_address("support@shop.example", "CH-1042").replace("1042", "1043")

    assert TOKENS.read_message_id(message_id) is None
    assert TOKENS.read_recipient(address) is None
    assert TOKENS.find_marker(TOKENS.marker("CH-1042").replace("1042", "1043")) is None


def test_a_mark_of_one_kind_is_none_of_another() -> None:
    inside = TOKENS.marker("CH-1042").removeprefix("[ref:").removesuffix("]")

    assert TOKENS.read_recipient(f"support+{inside}@shop.example") is None


@pytest.mark.parametrize("key", ["", "UPPER", "a b", "a.b", "a\r\nBcc: x", "é", "k" * 37])
def test_a_key_that_a_message_id_cannot_carry_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        TOKENS.message_id("CH-1042", key)


@pytest.mark.parametrize(
    "domain", ["sub." * 40 + "shop.example", "x" * 63 + ".example", "Åsa.example", "SHOP.example "]
)
def test_a_message_id_stays_short_and_ascii_under_any_domain(domain: str) -> None:
    tokens = _tokens(domain=domain)
    message_id = tokens.message_id("CH-999999999", "k" * 36)

    assert len(message_id) <= 120
    assert message_id.isascii()
    assert tokens.read_message_id(message_id) == OwnId("CH-999999999", "k" * 36)


@pytest.mark.parametrize("domain", ["", "shop example", "shop.example\r\nBcc: x", "-shop", "ß.example"])
def test_a_domain_that_is_no_host_name_is_a_configuration_error(domain: str) -> None:
    with pytest.raises(ConfigurationError, match="not a host name"):
        _tokens(domain=domain)


@pytest.mark.parametrize("address", ["support@shop.example", "support+old@shop.example", "Åsa@shop.example"])
def test_a_sub_address_carries_the_case_and_comes_back_in_any_case(address: str) -> None:
    tagged = TOKENS.sub_address(address, "CH-1042")

    assert tagged.count("+") == 1
    assert tagged.endswith("@shop.example")
    assert TOKENS.read_recipient(tagged.upper()) == "CH-1042"
    assert TOKENS.read_recipient(f"<{tagged}>") == "CH-1042"


def test_an_address_too_long_for_a_tag_stays_as_it_is() -> None:
    address = "s" * 40 + "@shop.example"

    assert TOKENS.sub_address(address, "CH-1042") == address


@given(st.integers(0, 200), st.characters())
def test_a_tag_with_any_character_changed_is_not_ours(place: int, other: str) -> None:
    tag = TOKENS.sub_address("s@shop.example", "CH-1042").removeprefix("s+").removesuffix("@shop.example")
    place %= len(tag)
    changed = tag[:place] + other + tag[place + 1 :]
    if not _changes_more_than_case(tag, changed):
        return

    assert TOKENS.read_recipient(f"s+{changed}@shop.example") is None


@pytest.mark.parametrize(
    "address", ["", "support@shop.example", "support+ch-1042@shop.example", "+@", "@", "🙂+ch-1.x@y"]
)
def test_an_address_without_a_genuine_tag_names_no_case(address: str) -> None:
    assert TOKENS.read_recipient(address) is None


def test_the_first_genuine_marker_of_a_text_decides() -> None:
    forged = "[ref:CH-7.aaaaaaaaaaaaaaaaaaaa]"
    text = f"Hej 漢字 🙂 {forged}\n> {TOKENS.marker('CH-1042').lower()}\n> {TOKENS.marker('CH-1043')}"

    assert TOKENS.find_marker(text) == "CH-1042"


@given(st.integers(0, 200), st.characters())
def test_a_marker_with_any_character_changed_is_not_ours(place: int, other: str) -> None:
    marker = TOKENS.marker("CH-1042")
    place %= len(marker)
    changed = marker[:place] + other + marker[place + 1 :]
    if not _changes_more_than_case(marker, changed):
        return

    assert TOKENS.find_marker(changed) is None


def test_a_text_full_of_forged_markers_costs_few_signatures() -> None:
    asked: list[str] = []

    def counting(text: str) -> str:
        asked.append(text)
        return _sign("shop_mail", text)

    found = Tokens(counting, "shop.example").find_marker("[ref:CH-7.aaaaaaaaaaaaaaaaaaaa]" * 20_000)

    assert found is None
    assert len(asked) == 100


def test_a_loop_header_names_the_reply_even_where_the_provider_replaced_its_id() -> None:
    value = TOKENS.loop_value(TOKENS.message_id("CH-1042", "a1b2"))

    assert TOKENS.is_own_loop(value)
    assert TOKENS.read_loop(value) == OwnId("CH-1042", "a1b2")
    assert TOKENS.is_own_loop(TOKENS.loop_value())
    assert TOKENS.read_loop(TOKENS.loop_value()) is None


@pytest.mark.parametrize("text", ["", "support@shop.example", "é", "a" * 20, "Ångström 🙂"])
def test_the_loop_header_of_somebody_else_is_not_ours(text: str) -> None:
    assert not TOKENS.is_own_loop(text)
    assert TOKENS.read_loop(f"{text} {TOKENS.message_id('CH-1042', 'a1b2')}") is None


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        (" <A.b@C>\r\n", "A.b@C"),
        ("a@b", "a@b"),
        ("<a\r\n b@c>", "ab@c"),
        ("", ""),
        ("<>", ""),
        ("a\x00b", ""),
        ("x" * 491, ""),
    ],
)
def test_a_bare_id_has_no_brackets_and_no_white_space(text: str, bare: str) -> None:
    assert bare_id(text) == bare


def test_references_keep_the_first_and_the_newest_within_a_thousand_bytes() -> None:
    chain = [f"{n:04}-{'x' * 40}@shop.example" for n in range(100)]

    kept = pruned_references(chain)

    assert kept[0] == chain[0]
    assert list(kept[1:]) == chain[-len(kept) + 1 :]
    assert 900 < len(" ".join(f"<{i}>" for i in kept)) <= 1000


def test_references_hold_each_id_once_at_its_newest_place_and_nothing_unlawful() -> None:
    assert pruned_references(["a@x", "b@x", "å@x", "c><d", "b@x", "a@x"]) == ("b@x", "a@x")
    assert pruned_references([]) == ()


def test_the_parent_is_kept_even_if_the_first_id_is_as_long_as_an_id_may_be() -> None:
    first, parent = "f" * 490, "p" * 490

    assert pruned_references([first, "middle@shop.example", parent]) == (first, parent)
