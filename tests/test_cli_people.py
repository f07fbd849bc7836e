"""`casehub people`, `token` and `audit` as whoever runs the house meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.app import open_hub
from hub.cli import people as people_command
from hub.core.people import Permission
from hub.signing_in import SigningIn, WrongSignIn
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.staff import ANOTHER, PASSWORD


@pytest.fixture
def desktop(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Desktop:
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    return Desktop(config, state, clock)


@pytest.fixture
def house(desktop: Desktop) -> Desktop:
    """A desktop at which an admin and an agent work."""
    desktop.told("people", "add", "asa", "--role", "admin", text=f"{PASSWORD}\n")
    desktop.told("people", "add", "bo", "--full-name", "Bo Ek 漢字", "--email", "bo@shop.example", text=f"{PASSWORD}\n")
    return desktop


def signs_in(desktop: Desktop, name: str, password: str) -> bool:
    with open_hub(desktop.config) as hub:
        try:
            return bool(SigningIn(hub.store.people, hub.clock).sign_in(name, password, "203.0.113.9"))
        except WrongSignIn:
            return False


def acts(desktop: Desktop) -> list[str]:
    entries = desktop.data("audit")["entries"]
    return [f"{one['who']} {one['act']} {one['about']}" for one in reversed(entries)]


def test_nobody_works_here_at_first_and_the_way_in_is_told(desktop: Desktop) -> None:
    assert "casehub people add NAME --role admin" in desktop.told("people", "list")
    assert desktop.data("people", "list") == {"people": []}
    assert "no tokens" in desktop.told("token", "list")
    assert "Nothing of that" in desktop.told("audit")


def test_somebody_is_let_in_with_a_password_from_standard_input(house: Desktop) -> None:
    assert signs_in(house, "bo", PASSWORD)
    assert not signs_in(house, "bo", ANOTHER)
    assert acts(house)[:4] == [
        "Eva person_added asa",
        "Eva password_set asa",
        "Eva person_added bo",
        "Eva password_set bo",
    ]


def test_a_password_is_never_an_argument(house: Desktop) -> None:
    options = [
        name for command in people_command.people.commands.values() for one in command.params for name in one.opts
    ]

    assert not {"--password", "--secret"} & set(options)


@pytest.mark.parametrize("text", ["", "\n", "short\n", "Password-1234\n", "bo-bo-bo-bo-bo\n"])
def test_a_bad_password_is_refused_before_anything_is_kept(desktop: Desktop, text: str) -> None:
    result = desktop.run("people", "add", "bo", text=text)

    assert result.exit_code == 2
    assert (text.strip() or "no password") in result.stderr if not text.strip() else text.strip() not in result.stderr
    assert desktop.data("people", "list") == {"people": []}


def test_a_terminal_is_asked_twice(house: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.people.is_terminal", lambda: True)
    result = house.run("people", "password", "bo", text=f"{ANOTHER}\n{ANOTHER}\n")

    assert (result.exit_code, ANOTHER in result.output) == (0, False)
    assert signs_in(house, "bo", ANOTHER)


def test_a_link_is_handed_over_in_the_place_of_a_password(house: Desktop) -> None:
    link = house.data("people", "add", "eva", "--role", "lead", "--link")["link"]
    told = house.told("people", "password", "bo", "--link")

    assert link.startswith("/sign-in/")
    assert "within a day: http://127.0.0.1:8321/sign-in/" in told
    with open_hub(house.config) as hub:
        door = SigningIn(hub.store.people, hub.clock)
        for path in (link, told.split(":8321")[1].strip()):
            assert door.sign_in_by_link(path.removeprefix("/sign-in/"))
    assert link.rsplit("/", 1)[1] not in house.told("audit")


def test_the_list_tells_role_load_and_who_is_away(house: Desktop) -> None:
    house.opens()
    house.told("assign", "1001", "bo")
    house.told("people", "away", "bo", "--until", "2026-12-07", "--cover", "asa")
    told, data = house.told("people", "list"), house.data("people", "list")["people"]

    assert "Bo Ek 漢字" in told
    assert "covered by asa" in told
    assert data[1] | {"since": "", "away": ""} == {
        "name": "bo",
        "full_name": "Bo Ek 漢字",
        "email": "bo@shop.example",
        "language": "",
        "role": "agent",
        "may": ["see", "work"],
        "active": True,
        "takes_cases": True,
        "since": "",
        "open_cases": 1,
        "away": "",
    }
    assert data[1]["away"]["until"] == "2026-12-06T23:00:00Z"
    assert data[0]["away"] is None


def test_a_role_changes_and_the_last_admin_stays(house: Desktop) -> None:
    assert house.data("people", "role", "bo", "lead") == {"name": "bo", "role": "lead", "active": True}
    assert "last admin" in house.refused("people", "role", "asa", "agent")
    assert "last admin" in house.refused("people", "deactivate", "asa")


def test_somebody_deactivated_cannot_sign_in_until_activated(house: Desktop) -> None:
    house.opens()
    house.told("assign", "1001", "bo")
    told = house.told("people", "deactivate", "bo")
    assert "1 open cases are with them" in told
    assert not signs_in(house, "bo", PASSWORD)
    assert "cannot sign in" in house.told("people", "list")
    house.told("people", "activate", "bo")

    assert signs_in(house, "bo", PASSWORD)
    assert acts(house)[-4:-1] == ["Eva deactivated bo", "bo sign_in_failed bo", "Eva activated bo"]


def test_somebody_goes_away_and_comes_back(house: Desktop) -> None:
    told = house.told("people", "away", "bo", "--since", "2026-12-01", "--until", "2026-12-07 12:00", "--cover", "asa")
    assert "asa has the cases that cannot wait" in told
    assert "[sharing] is switched off" in told
    assert "already" in house.refused("people", "away", "bo", "--until", "2026-12-02")
    assert house.data("people", "back", "bo") == {"name": "bo", "absences": 1}
    assert "not away" in house.refused("people", "back", "bo")
    assert "nobody called 'carl'" in house.refused("people", "away", "bo", "--until", "2026-12-07", "--cover", "carl")
    assert "--until" in house.refused("people", "away", "bo", "--until", "soon")


def test_a_token_is_shown_once_and_revoked_by_its_id(house: Desktop) -> None:
    result = house.run("token", "make", "bo", "--label", "the till", "--scope", "see", "--scope", "work")
    text = result.stdout.strip()
    assert "shown once" in result.stderr
    with open_hub(house.config) as hub:
        caller = SigningIn(hub.store.people, hub.clock).caller_of_token(text)
    assert caller is not None
    assert caller.permissions == {Permission.SEE, Permission.WORK}
    [listed] = house.data("token", "list")["tokens"]
    told = house.told("token", "list")

    assert (listed["of"], listed["label"], listed["scopes"], listed["valid"]) == (
        "bo",
        "the till",
        ["see", "work"],
        True,
    )
    secret = text.rsplit("_", 1)[-1]
    assert secret not in told + json.dumps(house.data("token", "list")) + house.told("audit")
    assert "opens nothing more" in house.told("token", "revoke", listed["id"])
    assert house.data("token", "list") == {"tokens": []}
    assert "no such token" in house.refused("token", "revoke", listed["id"])


def test_a_token_sees_unless_more_is_said_and_never_more_than_its_person(house: Desktop) -> None:
    made = house.data("token", "make", "bo", "--label", "board", "--until", "2026-12-24")

    assert (made["scopes"], made["until"]) == (["see"], "2026-12-23T23:00:00Z")
    assert made["token"].startswith(f"chub_{made['id']}_")
    assert "bo may not manage" in house.refused("token", "make", "bo", "--label", "x", "--scope", "manage")
    assert house.data("token", "list", "--of", "asa") == {"tokens": []}


def test_the_log_of_acts_is_filtered_and_gone_on_with(house: Desktop) -> None:
    house.run("people", "role", "bo", "lead", "--as", "asa")
    entries = house.data("audit")["entries"]

    assert [one["act"] for one in house.data("audit", "--who", "asa")["entries"]] == ["role_changed"]
    assert [one["act"] for one in house.data("audit", "--about", "bo", "--limit", "2")["entries"]] == [
        "role_changed",
        "password_set",
    ]
    assert house.data("audit", "--before", str(entries[1]["id"]))["entries"] == entries[2:]
    assert entries[0]["door"] == "command"
    assert "role changed bo: agent to lead" in " ".join(house.told("audit").split())
    assert PASSWORD not in house.told("audit")


def test_what_a_stranger_typed_draws_nothing_on_the_terminal(house: Desktop) -> None:
    house.told("people", "add", "eve", "--full-name", "\x1b[31mred\x1b[0m\nline", text=f"{PASSWORD}\n")

    assert "\x1b" not in house.told("people", "list")
