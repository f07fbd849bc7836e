"""A plugin that breaks over night: its cases keep the deadlines of its policy, and everybody is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from hub.policies.book import PolicyBook, load_book
from hub.policies.kept import with_last_good
from hub.policies.tables import PolicyFile
from tests.shipped import SURROUNDINGS

POLICY = """
schema = 1
id = "acme"
title = "Acme: 24 hours 漢字"
version = "1"
effective_from = 2026-01-01
adapters = ["acme"]

[source]
where = "https://acme.example/terms"
checked_on = 2026-11-22
mark = "documented"

[[rule]]
id = "question"
title = "Any question"

[rule.clock.first_response]
calendar = "office"
target = ["{hours}h"]
"""
Load = Callable[[Sequence[PolicyFile]], PolicyBook]


def policy(hours: int = 24, where: str = "acme: policy.toml") -> PolicyFile:
    return PolicyFile(where, POLICY.format(hours=hours) if hours else "targets =")


def load(files: Sequence[PolicyFile]) -> PolicyBook:
    return load_book(files, None, SURROUNDINGS, {"shop": "acme"}, date(2026, 11, 22))


def hours_of(book: PolicyBook) -> list[str]:
    acme = [found for found in book.policies if found.id == "acme"]
    return [step.text for found in acme for step in found.rules[0].clocks[0].target]


def test_a_file_that_cannot_be_read_any_more_is_followed_as_it_was(tmp_path: Path) -> None:
    with_last_good([policy(24)], load, tmp_path, ())

    book = with_last_good([policy(0)], load, tmp_path, ())

    assert hours_of(book) == ["24h"]
    assert [where for where, _ in book.broken] == ["acme: policy.toml"]
    assert "acme: policy.toml is followed as it was when it could be read last" in book.warnings


def test_so_are_all_files_of_a_plugin_that_cannot_be_loaded(tmp_path: Path) -> None:
    with_last_good([policy(24), policy(0, "other: policy.toml")], load, tmp_path, ())

    assert hours_of(with_last_good([], load, tmp_path, {"acme"})) == ["24h"]
    assert hours_of(with_last_good([], load, tmp_path, {"acm", "other"})) == []


def test_a_plugin_that_was_taken_out_is_not_missed(tmp_path: Path) -> None:
    with_last_good([policy(24)], load, tmp_path, ())

    assert hours_of(with_last_good([], load, tmp_path, ())) == []


def test_the_newest_text_that_could_be_read_is_kept(tmp_path: Path) -> None:
    for hours in (24, 48, 0):
        book = with_last_good([policy(hours)], load, tmp_path, ())

    assert hours_of(book) == ["48h"]
    assert len(list(tmp_path.iterdir())) == 1


def test_what_never_could_be_read_has_no_stand_in(tmp_path: Path) -> None:
    book = with_last_good([policy(0)], load, tmp_path, ())

    assert hours_of(book) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage", ["", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "not TOML at all ="]
)
def test_a_kept_file_that_is_damaged_does_no_harm(tmp_path: Path, damage: str) -> None:
    with_last_good([policy(24)], load, tmp_path, ())
    [kept] = tmp_path.iterdir()
    kept.write_text(f"# acme: policy.toml\n{damage}", encoding="utf-8")

    assert hours_of(with_last_good([policy(0)], load, tmp_path, ())) == []
    assert hours_of(with_last_good([policy(24)], load, tmp_path, ())) == ["24h"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_nobody_may_write_to_costs_the_safety_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    assert hours_of(with_last_good([policy(24)], load, tmp_path / "policies", ())) == ["24h"]


def test_a_path_that_is_a_file_costs_the_safety_alone(tmp_path: Path) -> None:
    (tmp_path / "policies").touch()

    assert hours_of(with_last_good([policy(24)], load, tmp_path / "policies", ())) == ["24h"]
