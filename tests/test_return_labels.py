"""The return label of a channel: where it lies, and sending it along in one step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hub import ConfigurationError, Order, Refused
from hub.app import open_hub
from hub.core.model import CaseType
from hub.return_labels import return_label_of
from hub.settings import read_settings
from tests.conftest import OFFICE
from tests.deciding_desk import Desktop
from tests.fakes import MovableClock
from tests.late_shop import HUB_TOML, LATE

Install = Callable[..., None]


@pytest.fixture
def desk(tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Install) -> Desktop:
    config, state = tmp_path / "hub.toml", tmp_path / "late.json"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("late", LATE.format(state=str(state)))
    (tmp_path / "labels").mkdir()
    return Desktop(config, state, clock)


def put(desk: Desktop, name: str) -> Path:
    file = desk.config.parent / name
    file.write_bytes(b"%PDF-1.4 label")
    return file


def label_of(desk: Desktop, template: str = "") -> Path:
    if template:
        text = HUB_TOML.replace("labels/{order}.pdf", template)
        desk.config.write_text(text, encoding="utf-8")
    with open_hub(desk.config) as hub:
        return return_label_of(hub, hub.store.case("CH-1001"))


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("labels/{order}.pdf", "labels/A-4711.pdf"),
        ("labels/{case}.pdf", "labels/CH-1001.pdf"),
        ("labels/{case} {order}.pdf", "labels/CH-1001 A-4711.pdf"),
        ("return.pdf", "return.pdf"),
    ],
)
def test_a_label_lies_where_the_setting_says(desk: Desktop, template: str, name: str) -> None:
    desk.opens(order=Order("A-4711"))
    file = put(desk, name)

    assert label_of(desk, template) == file


def test_a_label_may_lie_anywhere_that_the_operator_names(desk: Desktop, tmp_path: Path) -> None:
    desk.opens(order=Order("A-4711"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "label.pdf").write_bytes(b"x")

    assert label_of(desk, str(elsewhere / "label.pdf")) == elsewhere / "label.pdf"


@pytest.mark.parametrize("number", ["../../etc/passwd", "..", ".hidden", "a/b", "a\\b", "4711, 4712", "å", "~", "a\n"])
def test_an_order_number_leads_to_no_other_folder(desk: Desktop, number: str) -> None:
    desk.opens(order=Order(number))

    with pytest.raises(Refused, match="cannot be part of a file's name; send the label with --attach"):
        label_of(desk)


def test_a_case_without_an_order_says_so(desk: Desktop) -> None:
    desk.opens(order=None)

    with pytest.raises(Refused, match="CH-1001 names no order"):
        label_of(desk)


def test_a_label_that_is_not_there_names_the_file_and_the_setting(desk: Desktop) -> None:
    desk.opens(order=Order("A-4711"))

    with pytest.raises(Refused, match=r"labels/A-4711\.pdf, which channels\.shop\.return_label names for CH-1001"):
        label_of(desk)


def test_a_folder_is_no_label(desk: Desktop) -> None:
    desk.opens(order=Order("A-4711"))

    with pytest.raises(Refused, match="There is no return label"):
        label_of(desk, "labels")


@pytest.mark.parametrize("template", ["{customer}.pdf", "{order", "{}.pdf", "{order.x}", "{{order}}", "{0}"])
def test_a_placeholder_that_nobody_fills_is_a_wrong_setting(template: str) -> None:
    text = f'{OFFICE}\n[channels.shop]\nadapter = "shop"\nreturn_label = "{template}"\n'

    with pytest.raises(ConfigurationError, match=r"channels\.shop\.return_label") as refused:
        read_settings(text, Path("hub.toml"))

    assert "should be the path of a file, in which" in str(refused.value)


# In one step


def test_the_label_goes_along_with_a_reply_beside_other_files(desk: Desktop) -> None:
    desk.opens(order=Order("A-4711"))
    put(desk, "labels/A-4711.pdf")
    other = put(desk, "how-to.pdf")

    reply = desk.data("reply", "CH-1001", "--label", "--attach", str(other), "-m", "Här är din retursedel.")

    assert [file["name"] for file in reply["attachments"]] == ["how-to.pdf", "A-4711.pdf"]


def test_a_reply_without_a_label_that_was_asked_for_is_not_queued(desk: Desktop) -> None:
    desk.opens(order=Order("A-4711"))

    said = desk.refused("reply", "CH-1001", "--label", "-m", "Här är din retursedel.")

    assert "There is no return label" in said
    assert desk.kinds_waiting() == []


def test_a_channel_without_a_label_names_the_setting(desk: Desktop) -> None:
    desk.opens(channel="mute", order=Order("A-4711"))

    said = desk.refused("reply", "CH-1001", "--label", "-m", "Hej")

    assert "There is no return label for mute: set channels.mute.return_label in" in said


def test_a_platform_that_takes_no_files_refuses_the_label(desk: Desktop) -> None:
    text = HUB_TOML.replace('adapter = "mute"', 'adapter = "mute"\nreturn_label = "label.pdf"')
    desk.config.write_text(text, encoding="utf-8")
    put(desk, "label.pdf")
    desk.opens(channel="mute", order=Order("A-4711"))

    assert "takes no files from a program" in desk.refused("reply", "CH-1001", "--label", "-m", "Hej")


HINT = "`casehub reply CH-1001 --label` sends the return label along."


def test_a_return_says_how_its_label_is_sent(desk: Desktop) -> None:
    desk.opens(order=Order("A-4711"))

    assert HINT in desk.told("show", "CH-1001")


@pytest.mark.parametrize(
    ("channel", "kind", "closed"),
    [("shop", CaseType.QUESTION, False), ("shop", CaseType.RETURN, True), ("mute", CaseType.RETURN, False)],
    ids=["a question", "a closed return", "no label"],
)
def test_other_cases_say_nothing_of_a_label(desk: Desktop, channel: str, kind: CaseType, closed: bool) -> None:
    desk.opens(channel=channel, type=kind)
    if closed:
        desk.told("close", "CH-1001")

    assert HINT not in desk.told("show", "CH-1001")
