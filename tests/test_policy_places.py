"""The line in which a mistake of a policy file stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.policies.places import Mistake, line_of, mistakes

TEXT = '''schema = 1

[channels.shop]
policy = "own"  # [not.a.table]

[override.fyndiq]
because = """
[override.other]
target = 1
"""

[override.fyndiq.rule.errand.clock.first_response]
target = [
  "24wh",
]
"a key" = 1

[[policy]]
id = "own"
version = "1"
[policy.source]
where = "x"
[[policy.rule]]
id = "first"
clock.first_response = { calendar = "office", target = ["1wh"] }
[[policy.rule]]
id = "second"
when = []

[[policy]]
id = "other"
[policy.calendars.ours]
tz = "Mars"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("schema", 1),
        ("channels.shop.policy", 4),
        ("channels.shop.options", 3),
        ("override.fyndiq", 6),
        ("override.fyndiq.because", 7),
        ('override.fyndiq.rule "errand".clock.first_response.target[0]', 13),
        ('override.fyndiq.rule."errand".clock.first_response."a key"', 16),
        ('policy "own".version', 20),
        ('policy "own".source.where', 22),
        ('policy "own".rule "first".clock.first_response.target[0]', 25),
        ('policy "own".rule "second".when', 28),
        ('policy "other".calendars.ours.tz', 33),
        ("policy[1].calendars.ours.tz", 33),
        ("nowhere", None),
    ],
)
def test_a_key_is_found_by_its_path(path: str, line: int | None) -> None:
    assert line_of(f"policies.toml: {path}: is wrong", TEXT) == line


def test_a_mistake_of_the_notation_names_its_line_itself() -> None:
    error = "policies.toml: is not valid TOML: Invalid value (at line 7, column 3)"

    assert mistakes(error, "x") == (Mistake(error, 7),)


def test_several_problems_are_told_one_by_one() -> None:
    error = "policies.toml has 2 problems:\n  - policies.toml: schema: is missing\n  - policies.toml: nowhere: is wrong"

    assert [(found.text, found.line) for found in mistakes(error, TEXT)] == [
        ("policies.toml: schema: is missing", 1),
        ("policies.toml: nowhere: is wrong", None),
    ]


@pytest.mark.parametrize("text", ["", "[", "[[", "[]", "= 1", '"', "a.b.", '"""', "[[policy]]\nid = ", "[a]]\n[[b]"])
def test_a_text_that_is_no_toml_has_no_lines_and_does_no_harm(text: str) -> None:
    assert line_of("policies.toml: policy.rule: is wrong", text) in {None, 1}


def test_every_key_of_the_example_file_is_found() -> None:
    text = (Path(__file__).parent.parent / "config" / "policies.example.toml").read_text("utf-8")
    path = 'policy "web-shop".rule "large-order".clock.first_response.pause_on[0]'
    found = line_of(f"policies.toml: {path}: is wrong", text)

    assert text.splitlines()[(found or 0) - 1].startswith("pause_on =")
