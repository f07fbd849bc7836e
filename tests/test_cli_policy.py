"""`casehub policy` as a seller uses it: what is promised, what is doubtful, and what another policy would change."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from hub import app
from hub.app import open_hub
from hub.cli import main
from hub.core.events import Event, Opened
from hub.core.merge import Change
from hub.core.replay import replay
from hub.policies.book import load_book
from hub.policies.tables import PolicyFile
from tests.clocks import answers, asks, at, closes, event
from tests.fakes import MovableClock

HUB_TOML = """
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2027-06-30

[channels.support]
adapter = "shop"
"""
STRICTER = """
schema = 1
[override.office]
because = "a stricter promise, Åsa 漢字"
[override.office.rule.promise.clock.first_response]
target = ["1wh"]
"""
OVERLAPPING = """
schema = 1
[channels.support]
policy = "own"
[[policy]]
id = "own"
title = "Our own"
version = "1"
effective_from = 2026-01-01
[policy.source]
where = "our terms"
checked_on = 2026-11-22
mark = "documented"
[[policy.rule]]
id = "vip"
title = "A friend"
when = [{ field = "priority", is = "vip" }]
clock.first_response = { calendar = "office", target = ["1wh"] }
[[policy.rule]]
id = "return"
title = "A return"
when = [{ field = "case_type", is = "return" }]
clock.first_response = { calendar = "office", target = ["2wh"] }
[[policy.rule]]
id = "any"
title = "Every case"
clock.first_response = { calendar = "office", target = ["8wh"] }
"""


@dataclass
class Desk:
    """The commands in one folder."""

    folder: Path
    clock: MovableClock

    def run(self, *words: str, width: int | None = 80) -> Result:
        """Run `casehub policy …`."""
        arguments = ["--config", str(self.folder / "hub.toml"), "policy", *words]
        return CliRunner().invoke(main, arguments, env={"COLUMNS": str(width) if width else None})

    def told(self, *words: str, width: int | None = 80) -> str:
        """What a command that must succeed prints."""
        result = self.run(*words, width=width)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return result.stdout

    def data(self, *words: str) -> Any:
        """What a command that must succeed prints for programs."""
        return json.loads(self.told(*words, "--json"))

    def writes(self, text: str, name: str = "policies.toml") -> str:
        """Write a file of policies."""
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return str(file)

    def opens(self, number: str, when: str, *later: Event) -> None:
        """A customer asks, and more happens."""
        opened = event(when, Opened(number, "support", f"E-{number}", "Var är paketet? 🙂"))
        events = (opened, asks(when, f"m-{number}"), *later)
        with open_hub(self.folder / "hub.toml") as hub, hub.store.writing() as writer:
            case = replay(events)
            writer.save(Change(case, events, is_new=True), hub.evaluation_of(case))

    def dump(self) -> list[str]:
        """All that the database holds."""
        with closing(sqlite3.connect(self.folder / "data" / "casehub.sqlite")) as raw:
            return list(raw.iterdump())


@pytest.fixture
def desk(tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "hub.toml").write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    return Desk(tmp_path, clock)


def fits(text: str, width: int = 80) -> bool:
    return all(cell_len(line) <= width for line in text.splitlines())


# --- list, show ---


def test_the_list_names_each_policy_and_the_channels_it_binds(desk: Desk) -> None:
    table, rows = desk.told("list"), desk.data("list")["policies"]
    house = next(row for row in rows if row["id"] == "office")

    assert fits(table)
    assert house["channels"] == ["support"]
    assert (house["rules"], house["effective_from"]) == (["promise"], "2012-01-01")
    assert {"fyndiq", "bolcom", "rakuten-ichiba"} <= {row["id"] for row in rows}
    assert desk.data("list")["broken"] == []


@pytest.mark.parametrize("name", ["office", "fyndiq", "cdon", "bolcom", "bolcom-24h", "rakuten-france"])
@pytest.mark.parametrize("width", [80, 120])
def test_a_policy_is_shown_with_its_rules_ladders_and_sources(desk: Desk, name: str, width: int) -> None:
    text, data = desk.told("show", name, width=width), desk.data("show", name)
    flat = " ".join(text.split())

    assert fits(text, width)
    assert "\x1b" not in text
    assert f"{data['id']} {data['version']}, in force from {data['effective_from']}, digest {data['digest']}" in flat
    for rule in data["rules"]:
        assert f"({rule['id']})" in flat
        assert all(stage["text"] in flat for clock in rule["clocks"] for stage in clock["stages"])
    assert "50.0 %" not in text


def test_from_when_a_clock_runs_is_told_in_words(desk: Desk) -> None:
    told = desk.told("show", "fyndiq")

    assert "    begins with the opening where no message is known\n" in told
    assert "    begins anew whenever the case comes back to you\n" in told


def test_a_share_is_told_as_people_write_it(desk: Desk) -> None:
    stages = [s["text"] for r in desk.data("show", "fyndiq")["rules"] for c in r["clocks"] for s in c["stages"]]

    assert {"at 50 %: warning to the owner", "at 75 %: warning to the owner"} <= set(stages)


@pytest.mark.parametrize("words", [("show", "fyndik"), ("test", "fyndik"), ("calendar", "fyndik")])
def test_a_policy_that_is_not_there_is_named_with_its_nearest(desk: Desk, words: tuple[str, ...]) -> None:
    result = desk.run(*words)

    assert result.exit_code != 0
    assert "did you mean fyndiq?" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_version_that_is_not_there_is_named(desk: Desk) -> None:
    assert "has no version" in desk.run("show", "fyndiq", "--version", "1999").stderr


# --- check ---


def test_what_is_for_the_authors_of_shipped_policies_is_told_with_all_only(desk: Desk) -> None:
    few, everything = desk.told("check"), desk.told("check", "--all")
    data, all_data = desk.data("check"), desk.data("check", "--all")

    assert "can both fit a case" not in few
    assert "for the authors of shipped policies left out; --all shows them." in few
    assert "can both fit a case" in everything
    assert len(all_data["warnings"]) == len(data["warnings"]) + data["left_out"]
    assert (data["ok"], all_data["left_out"], data["left_out"] > 0) == (True, 0, True)


def test_how_the_rules_of_policies_toml_overlap_is_always_told(desk: Desk) -> None:
    desk.writes(OVERLAPPING)

    assert 'rules "vip" and "return" can both fit a case' in desk.told("check")


def test_a_shipped_policy_that_was_changed_here_is_ours(desk: Desk) -> None:
    desk.writes(
        'schema = 1\n[override.bolcom]\nbecause = "x"\n[override.bolcom.calendars.nl-office]\nadd = ["2026-12-24"]\n'
    )
    mine = desk.data("check")["warnings"]

    assert any("overridden in policies.toml" in warning and "can both fit" in warning for warning in mine)


def test_a_calendar_that_ends_soon_is_told_whosever_it_is(desk: Desk, clock: MovableClock) -> None:
    clock.instant = at("2028-10-01 12:00")
    hub_toml = desk.folder / "hub.toml"
    hub_toml.write_text(HUB_TOML.replace("2027-06-30", "2029-12-31"), encoding="utf-8")

    assert any("is known until 2028-12-31 only" in warning for warning in desk.data("check")["warnings"])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (STRICTER.replace("1wh", "1 hour"), 'override.office.rule "promise".clock.first_response.target[0]'),
        (STRICTER.replace("target", "targt"), "targt"),
        ("schema = 1\n[channels.suport]\npolicy = 'office'\n", "channels.suport"),
        ("schema = ", "policies.toml"),
    ],
)
@pytest.mark.parametrize("words", [("check",), ("check", "--json"), ("list",), ("test",)])
def test_a_broken_policies_toml_ends_with_2_and_names_file_and_key(
    desk: Desk, text: str, named: str, words: tuple[str, ...]
) -> None:
    desk.writes(text)
    result = desk.run(*words, width=300)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "policies.toml" in result.stderr
    assert named in result.stderr


def test_a_broken_policy_of_a_plugin_ends_with_1_and_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = load_book
    odd = PolicyFile("odd: odd.toml", 'schema = 1\nid = "odd"\n')
    monkeypatch.setattr(app, "load_book", lambda files, *rest, **more: load([*files, odd], *rest, **more))
    result, listed = desk.run("check"), desk.run("list")
    told = json.loads(desk.run("check", "--json").stdout)

    assert (result.exit_code, listed.exit_code, told["ok"]) == (1, 0, False)
    assert result.stdout.splitlines()[0].startswith("✗ odd: odd.toml has ")
    assert [broken["where"] for broken in told["broken"]] == ["odd: odd.toml"]
    assert "policies can be used" not in result.stdout


# --- test, calendar ---


def test_the_tests_of_the_policies_pass_and_count(desk: Desk) -> None:
    told = desk.data("test", "fyndiq", "office")

    assert told["ok"]
    assert [(result["id"], result["tests"] > 0, result["failures"]) for result in told["policies"]] == [
        ("fyndiq", True, []),
        ("office", True, []),
    ]
    assert desk.told("test", "office").startswith("✓ office ")


def test_a_test_that_fails_is_told_and_ends_with_1(desk: Desk) -> None:
    desk.writes(
        OVERLAPPING
        + '[[policy.test]]\nname = "Too late"\ntz = "Europe/Stockholm"\nreceived = 2026-06-08T12:00:00\n'
        + "due = { first_response = 2026-06-08T13:00:00 }\n"
    )
    result = desk.run("test", "own")

    assert result.exit_code == 1
    assert result.stdout.startswith("✗ own 1: 1 test\n    ")
    assert "Too late" in result.stdout
    assert not json.loads(desk.run("test", "own", "--json").stdout)["ok"]


def test_a_calendar_is_shown_day_by_day_with_its_holidays(desk: Desk) -> None:
    text = desk.told("calendar", "fyndiq", "se-platform", "--from", "2026-12-24", "--days", "3")

    assert text.splitlines()[0].startswith("se-platform (Europe/Stockholm), known from ")
    assert [line.split()[:3] for line in text.splitlines()[2:]] == [
        ["2026-12-24", "thu", "00:00-24:00"],
        ["2026-12-25", "fri", "closed"],
        ["2026-12-26", "sat", "closed"],
    ]


def test_a_calendar_in_json_ends_where_it_is_known(desk: Desk) -> None:
    told = desk.data("calendar", "office", "--from", "2027-06-29", "--days", "10")

    assert [(day["date"], day["hours"]) for day in told["days"]] == [
        ("2027-06-29", ["09:00-17:00"]),
        ("2027-06-30", ["09:00-17:00"]),
    ]
    assert "has no calendar 'moon'" in desk.run("calendar", "office", "moon").stderr


# --- what-if ---


@pytest.fixture
def history(desk: Desk) -> Desk:
    """One case answered in time and closed, one open and not late yet, and one opened long ago."""
    desk.opens("CH-1001", "11-18 10:00", answers("11-18 14:00"), closes("11-18 15:00"))
    desk.opens("CH-1002", "11-20 16:30")
    desk.opens("CH-1003", "06-01 10:00", answers("06-01 12:00"))
    return desk


def test_another_policy_is_tried_out_on_answered_and_closed_cases(history: Desk) -> None:
    file = history.writes(STRICTER, "new.toml")
    told = history.data("what-if", file)

    assert (told["cases"], told["runs"], told["moved"]) == (2, 2, 2)
    assert (told["become_late"], told["no_longer_late"]) == (1, 0)
    assert [(d["case"], d["due"], d["due_then"], d["was_late"], d["is_late"]) for d in told["differences"]] == [
        ("CH-1002", "2026-11-23T15:30:00Z", "2026-11-23T08:30:00Z", False, False),
        ("CH-1001", "2026-11-19T09:00:00Z", "2026-11-18T10:00:00Z", False, True),
    ]


def test_what_would_become_late_stands_first(history: Desk) -> None:
    text = history.told("what-if", history.writes(STRICTER, "new.toml"))

    assert fits(text)
    assert text.splitlines()[:2] == [
        "2 deadlines in 2 cases: 2 would move, 1 would be late, 0 late no longer.",
        "Nothing was changed.",
    ]
    assert [line.split()[0] for line in text.splitlines() if line.startswith("CH-")] == ["CH-1001", "CH-1002"]
    assert "becomes late" in text
    assert "7 h earlier" in text


def test_older_cases_are_tried_with_more_days_and_a_list_that_is_cut_says_so(history: Desk) -> None:
    file = history.writes(STRICTER, "new.toml")

    assert history.data("what-if", file, "--days", "365")["cases"] == 3
    assert "1 of 2 are shown; --limit 0 shows all." in history.told("what-if", file, "--limit", "1")


def test_trying_out_changes_nothing_in_the_database(history: Desk) -> None:
    file = history.writes(STRICTER, "new.toml")
    history.told("list")
    before = history.dump()
    history.told("what-if", file, "--days", "365")

    assert history.dump() == before
    assert any("1001" in line for line in before)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (STRICTER.replace("1wh", "1 hour"), 'override.office.rule "promise".clock.first_response.target[0]'),
        ("[[", "not valid TOML"),
        (STRICTER.replace("override.office", "override.offic"), "did you mean office"),
    ],
)
def test_a_broken_file_is_named_with_its_key(history: Desk, text: str, named: str) -> None:
    result = history.run("what-if", history.writes(text, "new.toml"), width=300)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "new.toml" in result.stderr
    assert named in result.stderr


def test_a_file_that_is_not_there_is_named(history: Desk) -> None:
    result = history.run("what-if", str(history.folder / "nö.toml"))

    assert result.exit_code == 2
    assert "nö.toml" in result.stderr
