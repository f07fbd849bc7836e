"""Customers' text on a terminal and as names of files."""

from __future__ import annotations

import pytest

from hub.cli.safe_text import clean, fold_quotes, one_line, safe_name, size_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Åsa 漢字 🙂", "Åsa 漢字 🙂"),
        ("a\r\nb\rc\x0bd\x85e\u2028f", "a\nb\nc\nd\ne\nf"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]8;;http://evil\x07x", "␛]8;;http://evil␇x"),
        ("\x9b2J\x90q\x9c", "\ufffd2J\ufffdq\ufffd"),
        ("a\x00\x08\x7fb", "a␀␈␡b"),
        ("pay \u202e001 SEK\u2066", "pay 001 SEK"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("a\tb", "a   b"),
    ],
)
def test_text_for_a_terminal_holds_nothing_that_drives_it(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_one_line_is_one_line() -> None:
    assert one_line(" a\r\n\tb\x1b ") == "a b␛"


def test_short_quotes_stay_and_long_ones_are_folded() -> None:
    assert fold_quotes("a\n> 1\n> 2\n> 3\nb") == "a\n> 1\n> 2\n> 3\nb"
    assert fold_quotes("a\n> 1\n>> 2\n > 3\n>\nb") == "a\n… 4 quoted lines\nb"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kvitto Å漢.pdf", "kvitto Å漢.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\x.exe", "x.exe"),
        (".bashrc", "bashrc"),
        ("..", "otherwise"),
        ("", "otherwise"),
        ("nul", "otherwise"),
        ("LPT1.txt", "otherwise"),
        ('a<b>:"|?*\x1b\x00.txt', "a_b________.txt"),
        ("x\u202egnp.exe", "xgnp.exe"),
        ("漢" * 100 + ".pdf", "漢" * 38 + ".pdf"),
        ("a" * 200, "a" * 120),
    ],
)
def test_a_file_name_cannot_leave_hide_or_lie(name: str, expected: str) -> None:
    assert safe_name(name, "otherwise") == expected


@pytest.mark.parametrize(
    ("size", "expected"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB")]
)
def test_sizes_are_told_for_people(size: int, expected: str) -> None:
    assert size_text(size) == expected
