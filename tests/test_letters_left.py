"""How many letters a reply may still have, by the platform that allows least."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.adapter import Adapter, Connection, Tools
from hub.core.model import Case
from hub.core.policy import Mark
from hub.core.text_rules import Counted, Limit, RuleSource, TextRules
from hub.runs.reach import Reach
from hub.web.case_compose_view import letters_left

SOURCE = RuleSource("https://platform.example/rules", Mark.DOCUMENTED)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CASE = Case("CH-1001", "shop", "s1", NOW, NOW)


class Short(Adapter):
    """A platform with short replies."""

    key, title = "short", "Short"

    def open(self, settings: object, tools: Tools) -> Connection:
        raise NotImplementedError  # nobody asks it for anything but its rules

    def text_rules(self, case: Case, settings: object) -> TextRules:
        return TextRules(longest_text=Limit(100, SOURCE))


class Shorter(Short):
    """One with shorter ones."""

    def text_rules(self, case: Case, settings: object) -> TextRules:
        return TextRules(longest_text=Limit(10, SOURCE, Counted.UTF16))


class Endless(Short):
    """One that limits nothing."""

    def text_rules(self, case: Case, settings: object) -> TextRules:
        return TextRules()


@pytest.mark.parametrize(
    ("adapter", "about", "most"),
    [(Short(), None, 100), (Short(), Shorter(), 10), (Endless(), None, None), (None, None, None), (None, Short(), 100)],
)
def test_the_shortest_limit_counts(adapter: Adapter | None, about: Adapter | None, most: int | None) -> None:
    limit = Reach("shop", adapter=adapter, about=about).longest_text(CASE)

    assert (limit and limit.most) == most


def test_letters_are_counted_as_the_platform_counts_them() -> None:
    assert letters_left(Limit(10, SOURCE, Counted.UTF16), "🙂🙂") == 6
    assert letters_left(Limit(3, SOURCE), "fyra") == -1
    assert letters_left(None, "x" * 1000) is None
