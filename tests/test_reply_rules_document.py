"""The page for sellers about what platforms accept as a reply says what the code does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hub.core.soft_checks import SOURCES, SoftChecks
from hub.core.text_rules import RULE_IDS, declared, in_words
from hub.plugins import load_plugins
from tests.test_text_rules import all_rules

DOCUMENT = (Path(__file__).parents[1] / "docs" / "reply-rules.md").read_text(encoding="utf-8")


def sections() -> dict[str, str]:
    """The text under each heading."""
    parts = re.split(r"^#+ (.+)$", DOCUMENT, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| `")]


def expected() -> Iterator[tuple[str, list[str]]]:
    """The rows of each platform that comes along, under the platform's title."""
    titles = {key: info.adapter.title for key, info in load_plugins().adapters.items()}
    for key, rules in all_rules().items():
        if key in titles:
            yield (
                titles[key],
                [
                    f"| `{name}` | {in_words(name, rule)} | {rule.weight} | {rule.source.where} | {rule.source.mark} |"
                    for name, rule in declared(rules).items()
                ],
            )


def test_every_rule_of_every_platform_stands_in_its_table() -> None:
    tables = {title: rows_of(text) for title, text in sections().items()}

    assert {title: tables.get(title) for title, _ in expected()} == dict(expected())


def test_the_tables_name_no_rule_that_does_not_exist() -> None:
    named = set(re.findall(r"^\| `([a-z-]+)`", DOCUMENT, re.MULTILINE))

    assert named == set(RULE_IDS.values()) | set(SOURCES)


def test_every_soft_check_and_every_value_of_its_setting_is_explained() -> None:
    text = sections()["What a good reply has"]

    assert [row.split("`")[1] for row in rows_of(text) if row.count("|") == 5] == list(SOURCES)
    assert all(f"| {source.where} | {source.mark} |" in text for source in SOURCES.values())
    assert [value for value in SoftChecks if f'`"{value}"`' not in text] == []
