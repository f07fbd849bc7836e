"""How the commands tell of what casehub found out by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.app import open_hub
from hub.core.acts import changed
from hub.core.events import OrderSought
from hub.core.incoming import CaseUpdate
from hub.core.model import CaseState, CaseType, Order
from tests.fakes import MovableClock
from tests.test_cli_desk import HUB_TOML, NINE, Desktop, letter


@pytest.fixture
def office(tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    config = tmp_path / "hub.toml"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    return Desktop(config)


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_missing_item_is_shown_with_its_reason_and_a_way_to_say_better(office: Desktop) -> None:
    office.arrive(CaseUpdate("c1", NINE, (letter("m1", text="Det saknas en skruv"),), type=CaseType.QUESTION))

    shown, history = words(office.told("show", "1001")), words(office.told("show", "1001", "--history", width=160))

    assert "Channel support, missing item" in shown
    assert (
        "taken for a missing item: the word 'saknas' (sv, rule 'missing') in the message of Mon 23 Nov 09:00" in shown
    )
    assert "`casehub classify CH-1001 --type question`" in shown
    assert "taken for a missing item: the word 'saknas' (sv, rule 'missing')" in history
    case = office.data("show", "1001")["case"]
    assert (case["type"], case["type_told"]) == ("missing_item", "question")
    assert case["detected"] == {"rule": "missing", "language": "sv", "words": "saknas", "message": "m1"}


def test_what_a_person_says_of_it_stays(office: Desktop) -> None:
    told = CaseUpdate("c1", NINE, (letter("m1", text="Det saknas en skruv"),), type=CaseType.QUESTION)
    office.arrive(told)

    office.told("classify", "1001", "--type", "question")
    office.arrive(replace(told, messages=(letter("m2", text="Det saknas två"),)))

    case = office.data("show", "1001")["case"]
    assert (case["type"], case["detected"]) == ("question", None)
    assert "taken for" not in office.told("show", "1001")


def test_missing_items_come_first_among_equals(office: Desktop) -> None:
    office.arrive(
        CaseUpdate("c1", NINE, (letter("m1"),)), CaseUpdate("c2", NINE, (letter("m2", text="Kabeln saknas"),))
    )

    assert [case["number"] for case in office.data("cases")["cases"]] == ["CH-1002", "CH-1001"]


def test_a_message_taken_back_is_marked_and_readable(office: Desktop) -> None:
    office.arrive(CaseUpdate("c1", NINE, (letter("m1", text="Var är den?"),)))
    office.arrive(CaseUpdate("c1", NINE, (letter("m1", text="", labels=("recalled",)),)))

    shown, history = words(office.told("show", "1001")), words(office.told("show", "1001", "--history", width=160))

    assert "[recalled] Var är den?" in shown
    assert "due in" not in shown
    assert "the platform took a message back, which stays readable here" in history
    assert "the platform took the message back" in words(office.told("explain", "1001", width=160))


def test_a_vanished_case_is_the_platforms_act(office: Desktop) -> None:
    office.arrive(CaseUpdate("c1", NINE, (letter("m1"),), state=CaseState.OPEN, state_raw="NEW", state_at=NINE))
    gone = NINE + timedelta(minutes=1)
    closed = CaseUpdate("c1", NINE, state=CaseState.CLOSED, state_raw="vanished", state_at=gone)
    assert CaseUpdate.vanished("c1", NINE, gone) == replace(closed, outcome="vanished", outcome_at=gone)
    office.arrive(CaseUpdate.vanished("c1", NINE, gone))

    shown, history = words(office.told("show", "1001")), words(office.told("show", "1001", "--history", width=160))

    assert "State closed by the platform: vanished from its list" in shown
    assert "closed by platform: vanished from its list" in history
    assert "Outcome vanished from its list" in words(office.told("explain", "1001", width=160))


def test_an_order_that_its_platform_does_not_know_says_so(office: Desktop) -> None:
    office.arrive(CaseUpdate("c1", NINE, (letter("m1"),), order=Order("7", candidates=("8",))))
    with open_hub(office.config) as hub, hub.store.writing() as writer:
        change = changed(writer.case("CH-1001"), NINE, OrderSought(("7", "8")))
        writer.save(change, hub.evaluation_of(change.case))

    assert "Order 7, or 8 (unknown to its platform, asked once)" in words(office.told("show", "1001"))
    assert "the platform knows no order 7 or 8" in words(office.told("show", "1001", "--history", width=160))
