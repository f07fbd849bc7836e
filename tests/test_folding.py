"""Which part of a text is its writer's own, and which is folded away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.folding import LONGEST_OPEN, Fold, parts

QUOTE = "\n".join("> rad" for _ in range(5))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hej", [("Hej", False)]),
        ("", []),
        (f"Hej\n{QUOTE}", [("Hej", False), (QUOTE, True)]),
        (f"Hej\n{QUOTE}\nDå", [("Hej", False), (QUOTE, True), ("Då", False)]),
        ("Hej\n> en\n> två\nDå", [("Hej\n> en\n> två\nDå", False)]),
        (
            "Hej\n-----Original Message-----\nFrån: oss\nText",
            [("Hej", False), ("-----Original Message-----\nFrån: oss\nText", True)],
        ),
        ("Hej\n-- \nEva\nButiken", [("Hej", False), ("-- \nEva\nButiken", True)]),
        ("-- \nEva", [("-- \nEva", False)]),
        ("Hej\n--\n" + "\n".join(["rad"] * 20), [("Hej\n--\n" + "\n".join(["rad"] * 20), False)]),
    ],
)
def test_what_is_quoted_or_a_signature_is_folded(text: str, expected: list[tuple[str, bool]]) -> None:
    assert [(part.text, part.folded) for part in parts(text)] == expected


def test_a_signature_is_called_one() -> None:
    assert [part.fold for part in parts(f"Hej\n{QUOTE}\n-- \nEva")] == [Fold.OPEN, Fold.QUOTED, Fold.SIGNATURE]


@pytest.mark.parametrize("text", ["\n".join(["rad"] * 200), "\n".join(["lång " * 100] * 30)])
def test_of_a_long_text_the_rest_is_folded(text: str) -> None:
    first, rest = parts(text)

    assert (first.fold, rest.fold) == (Fold.OPEN, Fold.REST)
    assert first.lines <= LONGEST_OPEN


@given(st.text(alphabet="ab> \n-", max_size=400))
def test_nothing_is_lost_and_nothing_changes_its_place(text: str) -> None:
    def letters(of: str) -> str:
        return "".join(of.split())

    assert letters("".join(part.text for part in parts(text))) == letters(text)
