"""The notifiers as the seller set them up: whom they tell, of what, in which hours, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, Field, SecretStr

from hub.core.escalation import Step
from hub.core.model import epoch
from hub.core.policy import Audience, Deed
from hub.core.worktime import Calendar
from hub.errors import ConfigurationError
from hub.notifier import Notification, Notifier, NotifierTools
from hub.outlets import (
    MOST_STEPS,
    BrokenOutlet,
    ConfiguredOutlet,
    broken_outlets,
    configured_outlets,
    notification_hours,
)
from hub.plugins import NotifierInfo, Plugins
from hub.settings import Settings, read_settings
from tests.clocks import OFFICE, at
from tests.fakes import MovableClock

OFFICE_TOML = """
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2026-12-31
"""
STEP = Step(
    "CH-1001",
    "fyndiq",
    "first_response",
    "m1",
    "breach",
    Deed.BREACH,
    Audience.QUEUE,
    at("09-08 12:00"),
    at("09-08 12:00"),
    subject="Var är paketet? 🙂",
)
TOLD: list[tuple[object, Notification]] = []


class Bell(Notifier):
    """Keeps what it was told."""

    key = "bell"
    title = "A bell"
    leaves_the_house = False

    class Settings(BaseModel):
        room: str = Field(description="where it rings")
        token: SecretStr | None = None

    def notify(self, settings: Any, notification: Notification, tools: NotifierTools) -> None:
        TOLD.append((settings.room, notification))
        tools.echo(f"{tools.name}: ding")


class Terminal(Notifier):
    """Stands for the terminal."""

    key = "terminal"
    title = "The terminal"
    leaves_the_house: ClassVar[bool] = False

    class Settings(BaseModel):
        pass

    def notify(self, settings: Any, notification: Notification, tools: NotifierTools) -> None:
        tools.echo(notification.title)


class Cracked(Bell):
    """Cannot even be made."""

    key = "cracked"

    def __init__(self) -> None:
        raise KeyError("no bell")


PLUGINS = Plugins(adapters={}, notifiers={n.key: NotifierInfo(n, "bells") for n in (Bell, Terminal, Cracked)})


def settings(text: str = "") -> Settings:
    return read_settings(OFFICE_TOML + text, Path("hub.toml"))


def outlets(text: str = "", echo: Callable[[str], None] = print) -> list[ConfiguredOutlet | BrokenOutlet]:
    return configured_outlets(settings(text), PLUGINS, MovableClock(), echo)


def only(text: str = "") -> ConfiguredOutlet:
    [outlet] = outlets(text)
    assert isinstance(outlet, ConfiguredOutlet)
    return outlet


@pytest.fixture(autouse=True)
def _nothing_told() -> None:
    TOLD.clear()


TEAM = '[notifiers.team]\nnotifier = "bell"\nroom = "köket 漢字"\n'
CHANNELS = '[channels.fyndiq]\nadapter = "x"\n[channels.bol]\nadapter = "x"\n'


# --- Which there are ---


def test_without_any_notifier_whoever_looks_at_the_run_is_told() -> None:
    heard: list[str] = []
    [terminal] = outlets(echo=heard.append)
    assert isinstance(terminal, ConfiguredOutlet)
    terminal.tell("n1", Audience.QUEUE, [STEP], at("09-08 12:30"))

    assert terminal.name == "terminal"
    assert [line.partition(":")[0] for line in heard] == ["CH-1001"]


def test_without_a_terminal_plugin_nobody_is_told() -> None:
    plugins = replace(PLUGINS, notifiers={"bell": PLUGINS.notifiers["bell"]})

    assert configured_outlets(settings(), plugins, MovableClock(), print) == []


def test_a_notifier_of_ones_own_stands_in_the_place_of_the_terminal() -> None:
    assert only(TEAM).name == "team"


def test_a_notifier_that_is_switched_off_is_left_out_and_brings_no_terminal_back() -> None:
    assert outlets(TEAM + "enabled = false\n") == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('[notifiers.team]\nnotifier = "bel"\n', ["notifiers.team", "bell"]),
        ('[notifiers.team]\nnotifier = "bell"\n', ["notifiers.team.room", "hub.toml"]),
        (TEAM + 'rom = "hall"\n', ["notifiers.team.rom", "did you mean room"]),
        ('[notifiers.team]\nnotifier = "cracked"\nroom = "x"\n', ["notifiers.team", "bells"]),
    ],
)
def test_a_broken_notifier_says_what_is_wrong_and_stops_no_other(text: str, problems: list[str]) -> None:
    well = TEAM.replace("team", "well")
    found = outlets(text + well)
    [broken] = [outlet for outlet in found if isinstance(outlet, BrokenOutlet)]

    assert [outlet.name for outlet in found] == ["team", "well"]
    assert all(problem in broken.error for problem in problems)
    assert broken_outlets(settings(text + well), PLUGINS, MovableClock()) == [broken]


def test_a_secret_that_cannot_be_had_breaks_its_notifier_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    [broken] = broken_outlets(settings(TEAM + 'token = "env:NO_SUCH_VARIABLE"\n'), PLUGINS, MovableClock())

    assert "notifiers.team.token" in broken.error


# --- Of what each is told ---


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("", True),
        ('audiences = ["lead", "queue"]', True),
        ('audiences = ["lead"]', False),
        ('deeds = ["breach"]', True),
        ('deeds = ["warn", "remind"]', False),
        ('channels = ["fyndiq"]', True),
        ('channels = ["bol"]', False),
    ],
)
def test_a_notifier_is_told_of_its_audiences_deeds_and_channels(keys: str, wanted: bool) -> None:
    assert only(f"{CHANNELS}{TEAM}{keys}\n").wants(STEP) is wanted


def test_what_is_told_has_its_settings_and_the_soonest_step_first() -> None:
    later = replace(STEP, case_number="CH-1002", due=STEP.due + timedelta(hours=1))
    only(TEAM).tell("n1", Audience.QUEUE, [later, STEP], at("09-08 14:00"))
    [(room, told)] = TOLD

    assert room == "köket 漢字"
    assert [step.case_number for step in told.steps] == ["CH-1001", "CH-1002"]
    assert (told.id, told.audience, told.total, told.at) == ("n1", Audience.QUEUE, 2, at("09-08 14:00"))
    assert "Var är paketet? 🙂" in told.text
    assert "🙂" not in told.title


def test_of_many_steps_the_text_is_a_digest_and_only_the_first_are_carried_one_by_one() -> None:
    many = [replace(STEP, case_number=f"CH-{1001 + number}") for number in range(500)]
    only(TEAM).tell("n1", Audience.QUEUE, many, at("09-08 14:00"))
    [(_, told)] = TOLD

    assert (len(told.steps), told.total) == (MOST_STEPS, 500)
    assert "500" in told.title
    assert len(told.text.splitlines()) < 40


def test_instants_are_told_in_the_zone_of_the_office() -> None:
    only(TEAM).tell("n1", Audience.QUEUE, [STEP], at("09-08 12:30"))
    [(_, told)] = TOLD

    assert "12:00" in told.title + told.text


def test_each_notifier_has_its_own_name_and_the_echo_of_the_run() -> None:
    heard: list[str] = []
    [team] = outlets(TEAM, heard.append)
    assert isinstance(team, ConfiguredOutlet)
    team.tell("n1", Audience.QUEUE, [STEP], at("09-08 12:30"))

    assert heard == ["team: ding"]


# --- When people are told ---


def is_open(hours: Calendar | None, when: str) -> bool:
    return hours is None or hours.is_open(epoch(at(when)))


@pytest.mark.parametrize(
    ("notify", "noon", "evening", "sunday"),
    [
        ("", True, False, False),
        ('[notify]\nhours = "office"', True, False, False),
        ('[notify]\nhours = "always"', True, True, True),
        ('[notify]\nhours = { mon = ["08:00-20:00"], sun = ["12:00-13:00"] }', True, True, True),
    ],
)
def test_people_are_told_in_the_office_hours_always_or_in_hours_of_their_own(
    notify: str, noon: bool, evening: bool, sunday: bool
) -> None:
    hours = notification_hours(settings(notify), OFFICE)

    assert [is_open(hours, when) for when in ("09-07 12:00", "09-07 19:00", "09-06 12:00")] == [noon, evening, sunday]


@pytest.mark.parametrize("hours", ['{ mon = ["08:00-99:00"] }', '{ mon = ["8-20"] }', "{ mon = [] }"])
def test_hours_that_cannot_be_meant_name_file_and_key(hours: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^hub\.toml: notify\.hours: "):
        notification_hours(settings(f"[notify]\nhours = {hours}"), OFFICE)
