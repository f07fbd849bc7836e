"""How text is folded for searching."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.search import fold, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("  \t\n", []),
        ("Åsa Öberg", ["asa", "oberg"]),
        ("ÅSA ÖBERG", ["asa", "oberg"]),
        ("A\u030asa", ["asa"]),  # the ring as a mark of its own, as macOS writes it
        ("Příliš žluťoučký kůň", ["prilis", "zlutoucky", "kun"]),
        ("STRASSE Straße ẞ", ["strasse", "strasse", "ss"]),
        ("Øresund łódź Ærø Þór Œuvre ıI İ", ["oresund", "lodz", "aero", "thor", "oeuvre", "ii", "i"]),
        ("漢字", ["漢", "字"]),
        ("ABC漢字123", ["abc", "漢", "字", "123"]),
        ("ガッコウ", ["ガ", "ッ", "コ", "ウ"]),
        ("ｶﾞｯｺｳ", ["ガ", "ッ", "コ", "ウ"]),  # half-width, its voicing mark a sign of its own
        ("か\u3099", ["が"]),  # a voicing mark is no diacritic: ga is not ka
        ("ＡＢＣ１２３", ["abc123"]),
        ("🙂 order-12_34/A", ["order", "12", "34", "a"]),
        ("ﬁn №5 Brand™", ["fin", "no5", "brandtm"]),
        ("Ёлка й", ["елка", "и"]),
        ("Ελλάδα ΣΊΣΥΦΟΣ", ["ελλαδα", "σισυφοσ"]),
        ("한국어", ["한국어"]),
    ],
)
def test_words_are_found_however_they_are_written(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text())
def test_folded_words_fold_to_themselves(text: str) -> None:
    found = words(text)

    assert words(" ".join(found)) == found


@given(st.text())
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert words(unicodedata.normalize("NFC", text)) == words(unicodedata.normalize("NFD", text))


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x24F)))
def test_capital_and_small_latin_letters_fold_alike(text: str) -> None:
    assert words(text.upper()) == words(text.lower())


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_only_becomes_small(text: str) -> None:
    assert fold(text) == text.lower()


def plainly_folded(text: str) -> str:
    """What fold gives, step by step, without any of its short cuts."""
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text.casefold())
    special: dict[str, str | int | None] = dict(
        zip("øłđðþæœıŧħ", ("o", "l", "d", "d", "th", "ae", "oe", "i", "t", "h"), strict=True)
    )
    plain = re.sub("[\u0300-\u036f]", "", text).translate(str.maketrans(special))
    signs = "([\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff])"
    return re.sub(signs, r" \1 ", unicodedata.normalize("NFC", plain))


@pytest.mark.parametrize("around", ["{}", "e{}\u0301", "か{}\u3099"])
def test_no_short_cut_folds_any_sign_otherwise(around: str) -> None:
    signs = (around.format(chr(code)) for code in range(0x20000))

    assert [text for text in signs if fold(text) != plainly_folded(text)] == []


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\u0301\u0345\u037aſ™№ĲẞøŁæ漢か\u3099ｶﾞAÅ")))
def test_no_short_cut_folds_any_text_otherwise(text: str) -> None:
    assert fold(text) == plainly_folded(text)
