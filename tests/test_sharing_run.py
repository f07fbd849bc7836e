"""Cases are given to people, and go over and back, in a round on a real database."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.app import Hub, open_hub
from hub.core.events import Assigned
from hub.core.people import Absence, Person, Role
from hub.desks import desk_of
from hub.drafts import drafts_of
from hub.rounds import share_cases
from hub.runs.sharing import FACT, Given
from hub.web.worker import one_round
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP

SHARING = """
[sharing]
enabled = true
"""
GROUPS = """
[sharing.groups.portal]
channels = ["portal"]
people = ["lena", "nobody"]

[sharing.groups.questions]
types = ["return"]
people = ["bo"]
"""


@pytest.fixture
def desktop(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Desktop:
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML + SHARING, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    return Desktop(config, state, clock)


@pytest.fixture
def hub(desktop: Desktop) -> Iterator[Hub]:
    with open_hub(desktop.config) as opened:
        for name in ("asa", "bo", "lena"):
            opened.store.people.save_person(Person(name, Role.AGENT, opened.clock.now()))
        yield opened


def have(hub: Hub, desktop: Desktop, count: int) -> list[str]:
    """Who has each of the cases, oldest case first."""
    del desktop
    return [hub.store.summary(f"CH-{1001 + number}").assignee for number in range(count)]


def go_away(hub: Hub, who: str, cover: str, days: int = 5, key: str = "a") -> Absence:
    now = hub.clock.now()
    absence = Absence(key, who, now, now + timedelta(days=days), cover)
    hub.store.people.save_absence(absence)
    return absence


def test_new_cases_go_to_people_in_turn_and_the_turn_is_remembered(hub: Hub, desktop: Desktop) -> None:
    for number in range(4):
        desktop.opens(ref=f"s{number}")
    first = share_cases(hub)
    desktop.opens(ref="s4")
    desktop.opens(ref="s5")
    share_cases(hub)

    assert sorted(have(hub, desktop, 4)[:3]) == ["asa", "bo", "lena"]
    assert sorted(have(hub, desktop, 6)) == ["asa", "asa", "bo", "bo", "lena", "lena"]
    assert len(first.given) == 4
    assert first.troubles == []
    assert json.loads(hub.store.fact(FACT))["turns"].keys() == {"everybody"}
    assert [one.what.who for one in hub.store.history("CH-1001") if isinstance(one.what, Assigned)] == ["casehub"]


def test_sharing_is_off_unless_it_is_switched_on(desktop: Desktop) -> None:
    desktop.config.write_text(HUB_TOML, encoding="utf-8")
    with open_hub(desktop.config) as hub:
        hub.store.people.save_person(Person("asa", Role.AGENT, hub.clock.now()))
        desktop.opens()

        assert share_cases(hub).given == []
        assert hub.store.fact(FACT) == ""


def test_by_fewest_whoever_has_least_gets_the_next(desktop: Desktop) -> None:
    desktop.config.write_text(HUB_TOML + SHARING + 'order = "fewest"\n', encoding="utf-8")
    with open_hub(desktop.config) as hub:
        for name in ("asa", "bo"):
            hub.store.people.save_person(Person(name, Role.AGENT, hub.clock.now()))
        for number in range(3):
            desktop.opens(ref=f"s{number}")
        desktop.told("assign", "1001", "asa")
        desktop.told("assign", "1002", "asa")
        desktop.opens(ref="s9")
        share_cases(hub)

        assert have(hub, desktop, 4) == ["asa", "asa", "bo", "bo"]


def test_a_case_goes_to_the_group_that_it_fits_and_a_name_that_nobody_has_is_told(desktop: Desktop) -> None:
    desktop.config.write_text(HUB_TOML + SHARING + GROUPS, encoding="utf-8")
    with open_hub(desktop.config) as hub:
        for name in ("asa", "bo", "lena"):
            hub.store.people.save_person(Person(name, Role.AGENT, hub.clock.now()))
        desktop.opens("portal", "p1")
        desktop.opens("shop", "s1")
        shared = share_cases(hub)

        assert have(hub, desktop, 2) == ["lena", "bo"]
        assert shared.troubles == [
            "sharing.groups.portal names nobody, but `casehub people list` knows nobody called so"
        ]


def test_what_nobody_can_take_waits_for_somebody(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    for name in ("asa", "bo", "lena"):
        go_away(hub, name, "", days=1, key=name)
    assert share_cases(hub).given == []
    desktop.clock.advance(days=1)

    assert len(share_cases(hub).given) == 1


def test_a_case_that_a_person_has_or_gave_back_or_that_is_closed_is_left_alone(hub: Hub, desktop: Desktop) -> None:
    for number in range(3):
        desktop.opens(ref=f"s{number}")
    desktop.told("assign", "1001", "Anna")
    desktop.told("assign", "1002", "Anna")
    desktop.told("assign", "1002", "--none")
    desktop.told("close", "1003", "--here")

    assert share_cases(hub).given == []
    assert have(hub, desktop, 3) == ["Anna", "", ""]


def test_what_was_given_back_stands_in_nobody_s_way(
    hub: Hub, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.runs.sharing.MOST_AT_ONCE", 1)
    for number in range(3):
        desktop.opens(ref=f"s{number}")
        if number < 2:
            desktop.told("assign", str(1001 + number), "Anna")
            desktop.told("assign", str(1001 + number), "--none")

    assert [given.case_number for given in share_cases(hub).given] == ["CH-1003"]


def test_a_case_that_somebody_is_writing_on_is_given_to_nobody(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    with drafts_of(hub).writing("CH-1001", "Eva"):
        assert share_cases(hub).given == []

    assert len(share_cases(hub).given) == 1


def test_who_is_away_has_their_cases_covered_as_they_fall_due(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("assign", "1001", "asa")
    go_away(hub, "asa", "bo")

    assert share_cases(hub).given == [Given("CH-1001", "bo", "asa")]
    assert share_cases(hub).given == []


def test_a_case_that_is_answered_goes_over_when_its_customer_writes_again(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("assign", "1001", "asa")
    desktop.told("answered", "1001", "-m", "Vi skickar en ny vas.")
    go_away(hub, "asa", "bo")
    assert share_cases(hub).given == []
    desktop.clock.advance(hours=1)
    desktop.opens(messages=(desktop.letter("s1-m1", hours=3), desktop.letter("s1-m2")))

    assert share_cases(hub).given == [Given("CH-1001", "bo", "asa")]


def test_a_case_with_a_reply_on_its_way_stays(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("assign", "1001", "asa")
    desktop.run("reply", "1001", "-m", "Vi skickar en ny vas i morgon.")
    go_away(hub, "asa", "bo")

    assert share_cases(hub).given == []


def test_what_nobody_touched_goes_back_and_what_the_cover_worked_on_stays(hub: Hub, desktop: Desktop) -> None:
    for number in range(2):
        desktop.opens(ref=f"s{number}")
        desktop.told("assign", str(1001 + number), "asa")
    go_away(hub, "asa", "bo", days=2)
    share_cases(hub)
    desktop.told("note", "1002", "-m", "Ringde kunden.", "--as", "bo")
    desktop.clock.advance(days=2)

    assert share_cases(hub).given == [Given("CH-1001", "asa", "bo")]
    assert have(hub, desktop, 2) == ["asa", "bo"]
    assert share_cases(hub).given == []


def test_more_than_a_round_takes_goes_over_bit_by_bit_and_back_at_once(
    hub: Hub, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.runs.sharing.MOST_AT_ONCE", 1)
    for number in range(3):
        desktop.opens(ref=f"s{number}")
        desktop.told("assign", str(1001 + number), "asa")
    go_away(hub, "asa", "bo", days=2)

    assert [len(share_cases(hub).given) for _ in range(4)] == [1, 1, 1, 0]
    desktop.clock.advance(days=2)
    assert len(share_cases(hub).given) == 3
    assert have(hub, desktop, 3) == ["asa", "asa", "asa"]


def test_the_cover_s_own_cases_do_not_go_to_whoever_comes_back(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("assign", "1001", "bo")
    go_away(hub, "asa", "bo", days=2)
    desktop.clock.advance(days=2)

    assert share_cases(hub).given == []
    assert have(hub, desktop, 1) == ["bo"]


def test_the_cover_of_a_cover_hands_back_to_whoever_is_there_again(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("assign", "1001", "asa")
    go_away(hub, "asa", "bo", days=2, key="a")
    share_cases(hub)
    go_away(hub, "bo", "lena", days=9, key="b")
    share_cases(hub)
    assert have(hub, desktop, 1) == ["lena"]
    desktop.clock.advance(days=2)

    assert share_cases(hub).given == [Given("CH-1001", "asa", "lena")]


def test_the_cases_of_somebody_who_left_are_given_out_anew(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("assign", "1001", "asa")
    hub.store.people.save_person(Person("asa", Role.AGENT, hub.clock.now(), active=False))

    assert share_cases(hub).given == [Given("CH-1001", "bo", "asa")]


def test_two_rounds_at_once_share_nothing_twice(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    with hub.store.lease("sharing"):
        assert share_cases(hub).given == []

    assert len(share_cases(hub).given) == 1


def test_a_case_that_somebody_took_a_moment_ago_is_theirs(hub: Hub, desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("assign", "1001", "Anna")

    assert not desk_of(hub, "casehub").give("CH-1001", "bo", "")
    assert have(hub, desktop, 1) == ["Anna"]


def test_a_run_and_a_served_hub_share_in_their_rounds(hub: Hub, desktop: Desktop) -> None:
    desktop.opens(ref="s1")
    told = desktop.run("run", "--once")
    desktop.opens(ref="s2")
    data = desktop.run("run", "--once", "--json")
    desktop.opens(ref="s3")
    one_round(hub, threading.Event())

    assert "given: 1 to asa" in told.stdout
    assert json.loads(data.stdout)["given"] == [{"case": "CH-1002", "to": "bo", "instead_of": ""}]
    assert have(hub, desktop, 3) == ["asa", "bo", "lena"]


def test_how_many_open_cases_people_have_is_counted(hub: Hub, desktop: Desktop) -> None:
    for number in range(3):
        desktop.opens(ref=f"s{number}")
    desktop.told("assign", "1001", "asa")
    desktop.told("assign", "1002", "asa")
    desktop.told("close", "1002", "--here")

    assert hub.store.people.open_cases() == {"asa": 1}


def test_a_group_for_a_channel_that_is_not_there_is_refused(desktop: Desktop) -> None:
    wrong = '[sharing.groups.x]\nchannels = ["shopp"]\n'
    desktop.config.write_text(HUB_TOML + SHARING + wrong, encoding="utf-8")

    told = desktop.refused("cases")
    assert "sharing.groups.x.channels" in told
    assert "did you mean shop?" in told
