"""Rules for texts as a person and a program meet them: refused, accepted, warned of, and looked up beforehand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.core.incoming import IncomingMessage
from hub.core.model import STANDS_IN, CaseType, PlatformCase
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL

STRICT = """
from __future__ import annotations

from pydantic import BaseModel

import hub
from hub import ActKind, Capability, Offer

GUIDE = hub.RuleSource("https://shop.example/rules", hub.Mark.DOCUMENTED)
GUESS = hub.RuleSource("the shop's forum", hub.Mark.ASSUMED)


class Shop(hub.Adapter):
    key = "shop"
    title = "The shop"
    capabilities = frozenset(
        {Capability.FETCH, Capability.REPLY, Capability.DECIDE, Capability.CLOSE, Capability.NOTE,
         Capability.HAND_OVER, Capability.ATTACH}
    )

    class Settings(BaseModel):
        longest: int = 60

    def open(self, settings, tools):
        return hub.Connection()

    def offers(self, case, settings):
        return (Offer(ActKind.DECIDE, "Refuse", "The buyer gets nothing back.", "refuse"),)

    def text_rules(self, case, settings):
        if case.subject == "break":
            raise KeyError("a secret of the plugin")
        if case.subject == "nonsense":
            return {"longest_text": 3}
        return hub.TextRules(
            longest_text=hub.Limit(settings.longest, GUIDE),
            languages=hub.Languages(("sv",), GUESS),
            largest_file=hub.Limit(5, GUIDE),
        )


@hub.hookimpl
def hub_register_adapters(register):
    register(Shop)
"""
TOO_LONG = "x" * 61
ENGLISH = "We will send you a new one tomorrow."
KIND_ONLY = "Hej! Tack för ditt meddelande. Vi beklagar. Hej då, Eva"
TWO_LINES = [
    "? language: the customer is answered in Swedish, and this text seems to be English.",
    "    The shop: the shop's forum, assumed",
]


@pytest.fixture
def desktop(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Desktop:
    config = tmp_path / "hub.toml"
    config.write_text(HUB_TOML.replace("mark_read = true", ""), encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", STRICT)
    install_plugin("portal", PORTAL)
    return Desktop(config, tmp_path / "state.json", clock)


def sets(desktop: Desktop, soft_checks: str) -> None:
    text = desktop.config.read_text("utf-8")
    desktop.config.write_text(
        text.replace('adapter = "shop"', f'adapter = "shop"\nsoft_checks = "{soft_checks}"'), encoding="utf-8"
    )


def checked(desktop: Desktop, *words: str) -> tuple[int, dict[str, Any]]:
    result = desktop.run("reply", "1001", *words, "--check", "--json")
    return result.exit_code, json.loads(result.stdout)


def test_a_text_that_breaks_a_rule_is_refused_with_the_rule_its_source_and_its_mark(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.refused("reply", "1001", "-m", TOO_LONG, "--accept", "text-too-long")

    assert told == (
        "Error: The shop would refuse this: the text has 61 characters, and 60 are allowed "
        "(text-too-long: https://shop.example/rules, documented)."
    )
    assert desktop.kinds_waiting() == []


def test_what_a_guess_decides_is_queued_when_a_person_accepts_it_by_its_name(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.refused("reply", "1001", "-m", ENGLISH)
    accepted = desktop.run("reply", "1001", "-m", ENGLISH, "--accept", "language")

    assert "this text seems to be English (language: the shop's forum, assumed)." in told
    assert told.endswith("A guess decides that; if you are sure, add --accept language.")
    assert accepted.exit_code == 0
    assert accepted.stderr.splitlines() == TWO_LINES
    assert desktop.kinds_waiting() == ["None"]


def test_a_rule_that_does_not_exist_cannot_be_accepted(desktop: Desktop) -> None:
    desktop.opens()

    assert "there is no rule 'languge'; did you mean language?" in desktop.refused(
        "reply", "1001", "-m", "Hej", "--accept", "languge"
    )
    assert "there are file-empty, " in desktop.refused("decide", "1001", "refuse", "--accept", "漢字")


def test_what_a_reply_lacks_is_told_and_the_reply_is_queued(desktop: Desktop) -> None:
    desktop.opens()

    result = desktop.run("reply", "1001", "-m", KIND_ONLY)

    assert result.exit_code == 0
    assert result.stdout.startswith("Queued as ")
    assert [line.split(":")[0] for line in result.stderr.splitlines() if line.startswith("!")] == [
        "! no-next-step",
        "! no-date",
    ]
    assert desktop.kinds_waiting() == ["None"]


def test_a_person_reads_the_warnings_before_saying_yes(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    desktop.opens()
    monkeypatch.setattr("hub.cli.reply_preview.is_terminal", lambda: True)
    monkeypatch.setattr("hub.cli.desk_options.is_terminal", lambda: True)

    no = desktop.run("reply", "1001", "-m", "Hej {name}!", text="n\n")

    assert no.exit_code == 1
    assert no.stderr.index("placeholder is still open: '{name}'") < no.stderr.index("Put it into the outbox?")
    assert desktop.kinds_waiting() == []


def test_the_question_about_a_date_is_not_asked_where_nothing_is_on_its_way(desktop: Desktop) -> None:
    desktop.opens(type=CaseType.QUESTION, order=None)

    assert desktop.told("reply", "1001", "-m", "Hej! Ja, vasen är av glas och du kan diska den.").startswith("Queued")


@pytest.mark.parametrize(
    ("setting", "exit_code", "told"), [("warn", 0, "! no-date"), ("refuse", 2, "--accept no-next-step"), ("off", 0, "")]
)
def test_a_channel_says_whether_soft_checks_warn_refuse_or_are_off(
    desktop: Desktop, setting: str, exit_code: int, told: str
) -> None:
    sets(desktop, setting)
    desktop.opens()

    result = desktop.run("reply", "1001", "-m", KIND_ONLY)

    assert result.exit_code == exit_code
    assert told in result.stderr
    assert bool(told) is bool(result.stderr)


def test_soft_checks_that_refuse_can_be_accepted_each_by_its_name(desktop: Desktop) -> None:
    sets(desktop, "refuse")
    desktop.opens()
    words = ("reply", "1001", "-m", KIND_ONLY, "--accept", "no-next-step")

    assert "This is no good reply yet: it says no date" in desktop.refused(*words)
    assert desktop.run(*words, "--accept", "no-date").exit_code == 0


def test_a_setting_that_is_none_of_the_three_is_a_mistake(desktop: Desktop) -> None:
    sets(desktop, "loud")

    result = desktop.run("cases")

    assert result.exit_code == 2
    assert "channels.shop.soft_checks" in result.stderr


# Looking before


def test_a_text_can_be_checked_and_nothing_is_kept(desktop: Desktop) -> None:
    desktop.opens()

    wrong = desktop.run("reply", "1001", "-m", ENGLISH, "--check")
    right = desktop.run("reply", "1001", "-m", "Hej", "--check")

    assert (wrong.exit_code, wrong.stdout.splitlines(), wrong.stderr) == (1, TWO_LINES, "")
    assert (right.exit_code, right.stdout) == (0, "Nothing stands against it.\n")
    assert desktop.kinds_waiting() == []


def test_programs_get_each_finding_with_its_weight_and_source(desktop: Desktop, tmp_path: Path) -> None:
    desktop.opens()
    file = tmp_path / "foto 漢字.jpg"
    file.write_bytes(b"123456")

    code, told = checked(desktop, "-m", f"{ENGLISH} ___", "--attach", str(file))

    assert (code, told["case"], told["ok"]) == (1, "CH-1001", False)
    assert [(one["rule"], one["weight"], one["platform"]) for one in told["findings"]] == [
        ("language", "doubted", "The shop"),
        ("file-too-large", "refused", "The shop"),
        ("placeholder-left", "warned", ""),
    ]
    assert told["findings"][1] == {
        "rule": "file-too-large",
        "weight": "refused",
        "says": "foto 漢字.jpg has 6 bytes, and 5 are allowed",
        "platform": "The shop",
        "source": {"where": "https://shop.example/rules", "mark": "documented"},
    }


def test_a_check_is_fine_where_what_is_left_was_accepted(desktop: Desktop) -> None:
    desktop.opens()

    code, told = checked(desktop, "-m", ENGLISH, "--accept", "language")

    assert (code, told["ok"], len(told["findings"])) == (0, True, 1)


def test_a_file_that_is_not_there_is_no_reason_to_say_yes(desktop: Desktop) -> None:
    desktop.opens()

    words = ("reply", "1001", "-m", "Hej", "--attach", "nowhere.jpg", "--check")

    assert "no file nowhere.jpg to attach" in desktop.refused(*words)


def test_nothing_is_no_text_to_check(desktop: Desktop) -> None:
    desktop.opens()

    assert "There is no text to check" in desktop.refused("reply", "1001", "-m", " ", "--check")


def test_a_name_of_a_file_drives_no_terminal(desktop: Desktop, tmp_path: Path) -> None:
    desktop.opens()
    file = tmp_path / "a\x1b[31m.jpg"
    file.write_bytes(b"123456")

    words = ("reply", "1001", "-m", "Hej", "--attach", str(file))
    told = desktop.run(*words, "--check").stdout

    assert "\x1b" not in told + desktop.run(*words).stderr
    assert "a␛[31m.jpg has 6 bytes" in told


# Acts


def test_a_text_beside_a_decision_is_checked_as_a_reply_is(desktop: Desktop) -> None:
    desktop.opens()
    words = ("decide", "1001", "refuse", "--yes")

    assert "text-too-long" in desktop.refused(*words, "-m", TOO_LONG)
    assert "--accept language" in desktop.refused(*words, "-m", ENGLISH)
    assert desktop.run(*words, "-m", ENGLISH, "--accept", "language").exit_code == 0
    assert desktop.kinds_waiting() == ["decide"]


def test_a_text_with_which_a_case_is_closed_is_checked_too(desktop: Desktop) -> None:
    desktop.opens()

    assert "--accept language" in desktop.refused("close", "1001", "-m", ENGLISH)
    assert desktop.run("close", "1001", "-m", ENGLISH, "--accept", "language").exit_code == 0


def test_what_the_customer_never_reads_is_not_checked(desktop: Desktop) -> None:
    desktop.opens()
    desktop.opens(ref="s2")

    assert desktop.told("note", "1001", "-m", TOO_LONG)
    assert desktop.told("note", "1001", "--to-platform", "-m", f"{ENGLISH} {TOO_LONG}")
    assert desktop.told("hand-over", "1002", "-m", f"{ENGLISH} {TOO_LONG}", "--yes")


# Two platforms, and portals


def about_bol(desktop: Desktop, *, only_told: bool) -> None:
    """A question at bol.com that came by another channel, in the customer's words or as a mere notification."""
    text = "Goedendag, mijn bestelling is nog niet binnen. Waar blijft het pakket?"
    asked = desktop.letter("m1", hours=1, text=text, labels=(STANDS_IN,) if only_told else ())
    desktop.arrives("shop", IncomingMessage(asked, about=PlatformCase("bolcom", "Q1")))


def test_the_rules_of_both_platforms_hold_for_a_case_of_one_by_a_channel_of_the_other(desktop: Desktop) -> None:
    about_bol(desktop, only_told=False)

    code, told = checked(desktop, "-m", f"Laat een review achter, wij sturen u morgen een nieuwe {TOO_LONG}")
    _, english = checked(desktop, "-m", ENGLISH)

    assert code == 1
    assert [(one["platform"], one["rule"]) for one in told["findings"]] == [
        ("The shop", "text-too-long"),
        ("The shop", "language"),
        ("bol.com (Retailer API v10)", "marketing"),
    ]
    assert [(one["says"].split(",")[0], one["source"]["mark"]) for one in english["findings"]] == [
        ("the customer is answered in Swedish", "assumed"),
        ("the customer is answered in Dutch", "documented"),
    ]


def test_one_acceptance_holds_for_the_rule_on_both_platforms(desktop: Desktop) -> None:
    about_bol(desktop, only_told=False)

    assert desktop.run("reply", "1001", "-m", ENGLISH, "--accept", "language").exit_code == 0


def test_the_draft_for_a_portal_is_checked_by_the_portals_rules_alone(desktop: Desktop) -> None:
    about_bol(desktop, only_told=True)
    words = ("reply", "1001", "-m", f"Beste Sanne,\n\nwij sturen u morgen een nieuwe. {TOO_LONG}")

    told = desktop.refused(*words)
    kept = desktop.run(*words, "--accept", "greeting-twice")

    assert "bol.com (Retailer API v10) may refuse this: the platform writes salutation and closing itself" in told
    assert "'Beste Sanne' twice (greeting-twice: https://partnerplatform.bol.com/" in told
    assert "text-too-long" not in told
    assert (kept.exit_code, desktop.case().open_tasks[0].kind) == (0, "reply")


def test_a_file_for_a_portal_is_checked_where_it_is_there(desktop: Desktop, tmp_path: Path) -> None:
    about_bol(desktop, only_told=True)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"1")
    words = ("reply", "1001", "-m", "Morgen.", "--attach")

    assert "film.mp4: only jpg, jpeg, png, pdf can be attached (file-type: " in desktop.refused(*words, str(film))
    assert desktop.told(*words, "kept elsewhere.mp4")


def test_a_decision_for_a_portal_is_checked_with_its_text(desktop: Desktop) -> None:
    desktop.opens("portal")
    words = ("decide", "1001", "refuse", "-m", "Hej {name}")

    assert "placeholder-left" in desktop.run(*words).stderr
    assert desktop.case().open_tasks[0].text == "Hej {name}"


# Plugins that break


def test_a_plugin_that_breaks_at_its_rules_queues_nothing_and_tells_no_secret(desktop: Desktop) -> None:
    desktop.opens(subject="break")

    result = desktop.run("reply", "1001", "-m", "Hej")

    assert result.exit_code == 1
    assert "mistake in the plugin" in result.stderr
    assert "a secret of the plugin" not in result.output
    assert desktop.kinds_waiting() == []


def test_a_plugin_that_answers_something_else_than_rules_queues_nothing(desktop: Desktop) -> None:
    desktop.opens(subject="nonsense")

    result = desktop.run("reply", "1001", "-m", "Hej")

    assert result.exit_code == 1
    assert "The shop tells no TextRules of CH-1001 but dict" in result.stderr
    assert desktop.kinds_waiting() == []


def test_a_channel_that_is_gone_keeps_nobody_from_writing(desktop: Desktop) -> None:
    desktop.opens()
    text = desktop.config.read_text("utf-8")
    desktop.config.write_text(text.replace("[channels.shop]", "[channels.other]"), encoding="utf-8")

    assert desktop.run("reply", "1001", "-m", f"{ENGLISH} {TOO_LONG}").exit_code == 0
