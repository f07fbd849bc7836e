"""The commands about clocks: why a case is due, who was told, and what a person sets, at a Monday at nine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from hub.app import Hub, open_hub
from hub.cli import main
from hub.core.escalation import StepKey, StepRecord, StepState
from hub.core.events import Event, Merged, Opened, OutcomeLearnt
from hub.core.merge import Change
from hub.core.model import Author, CaseType, Money, Order
from hub.core.policy import Audience, Deed
from hub.core.ports import ChannelRecord
from hub.core.replay import apply, replay
from hub.core.turns import Owner
from hub.http import HttpClient
from hub.runs.health import ALARMING_TRIES
from tests.clocks import answers, asks, at, closes, event, given, hands, parks, promises, unparks
from tests.fakes import MovableClock

Install = Callable[..., None]
HUB_TOML = """
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2027-06-30

[channels.support]
adapter = "shop"
shop = "Öberg"
password = "env:SHOP_PASSWORD"

[channels.fyndiq]
adapter = "fyndiq_reclaimit"
enabled = false
"""
BELL = """
import hub
from pydantic import BaseModel


class Bell(hub.Notifier):
    key = "bell"
    title = "A bell"
    leaves_the_house = True

    class Settings(BaseModel):
        trouble: str = ""

    def notify(self, settings, notification, tools):
        if settings.trouble == "down":
            raise hub.Unavailable("connection refused")
        if settings.trouble == "refused":
            raise hub.Rejected("550 no such user")
        tools.echo(f"DING {notification.total}")


@hub.hookimpl
def hub_register_notifiers(register):
    register(Bell)
"""


@dataclass
class Desktop:
    """The commands on one database, and the door through which cases come into it."""

    config: Path
    clock: MovableClock

    def run(self, *words: str, width: int | None = 80) -> Result:
        """Run a command as from a script; without a width as into a file."""
        environment = {"CASEHUB_USER": "Bo Ek", "COLUMNS": str(width) if width else None}
        return CliRunner().invoke(main, ["--config", str(self.config), *words], env=environment)

    def told(self, *words: str, width: int | None = 80) -> str:
        """What a command that must succeed prints."""
        result = self.run(*words, width=width)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return result.stdout

    def data(self, *words: str) -> Any:
        """What a command that must succeed prints for programs."""
        return json.loads(self.told(*words, "--json"))

    def refused(self, *words: str) -> str:
        """What a command that must fail says."""
        result = self.run(*words)
        assert result.exit_code != 0
        assert "Traceback" not in result.output
        assert isinstance(result.exception, SystemExit)
        return result.stderr

    def opens(self, when: str, channel: str = "support", number: str = "CH-1001", **facts: Any) -> None:
        """A customer asks."""
        opened = event(when, Opened(number, channel, f"E-{number}", "Var är paketet? 🙂", **facts))
        events = (opened, asks(when, f"m-{number}"))
        with self.hub() as hub, hub.store.writing() as writer:
            case = replay(events)
            writer.save(Change(case, events, is_new=True), hub.evaluation_of(case))

    def learns(self, *events: Event, number: str = "CH-1001") -> None:
        """Something more becomes known of a case."""
        with self.hub() as hub, hub.store.writing() as writer:
            case = writer.case(number)
            for happened in events:
                case = apply(case, happened)
            writer.save(Change(case, events), hub.evaluation_of(case))

    def reads(self, channel: str = "support") -> None:
        """A channel is read up to now."""
        with self.hub() as hub, hub.store.writing() as writer:
            now = self.clock.now()
            writer.record_channel(ChannelRecord(channel, read_until=now, started_at=now, succeeded_at=now))

    def adds(self, text: str) -> None:
        """Write more into hub.toml."""
        self.config.write_text(self.config.read_text("utf-8") + text, encoding="utf-8")

    def hub(self) -> Hub:
        return open_hub(self.config)


@pytest.fixture
def desktop(tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Install) -> Desktop:
    config = tmp_path / "hub.toml"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    monkeypatch.setenv("SHOP_PASSWORD", "Åsa 漢字")
    install_plugin("shop")
    install_plugin("bell", BELL)
    return Desktop(config, clock)


def fits(text: str, width: int = 80) -> bool:
    return all(cell_len(line) <= width for line in text.splitlines())


# --- explain ---


def test_a_deadline_is_explained_interval_by_interval(desktop: Desktop) -> None:
    desktop.opens("11-20 13:00")

    assert desktop.told("explain", "1001") == (
        "CH-1001  Var är paketet? 🙂\n"
        "Case    support, unknown, E-CH-1001\n"
        "Policy  The office's own promise\n"
        f"        {_version(desktop)}\n"
        "Rule    An answer within the office's own promise (promise)\n"
        "        documented, checked 2026-11-22: Lars Toftefors (Indicia, eTrack1),\n"
        "        ecommerce.org 2012-09-03: “En tumregel är att ett ärende skall besvaras\n"
        "        inom åtta arbetstimmar.”\n"
        "        Reading: A rule of thumb, and the default of answer_within; the seller's\n"
        "        own promise stands in its place.\n"
        f"Times   in Europe/Stockholm, by the time zone data {desktop.data('explain', '1001')['policy']['tzdata']}\n"
        "\n"
        "first_response  running  due Mon 23 Nov 13:00\n"
        "  started Fri 20 Nov 13:00 with a message of Åsa Öberg 漢字\n"
        "  Target 8wh in calendar office (Europe/Stockholm)\n"
        "  8wh: Fri 20 Nov 13:00 to Mon 23 Nov 13:00 (open time, 8 h counted)\n"
        "    counted  4 h   Fri 20 Nov 13:00 - Fri 20 Nov 17:00  fri open\n"
        "    skipped  7 h   Fri 20 Nov 17:00 - Sat 21 Nov 00:00  fri closed\n"
        "    skipped  24 h  Sat 21 Nov 00:00 - Sun 22 Nov 00:00  sat closed\n"
        "    skipped  24 h  Sun 22 Nov 00:00 - Mon 23 Nov 00:00  sun closed\n"
        "    skipped  9 h   Mon 23 Nov 00:00 - Mon 23 Nov 09:00  mon closed\n"
        "    counted  4 h   Mon 23 Nov 09:00 - Mon 23 Nov 13:00  mon open\n"
        "  Ladder, as long as nobody has answered\n"
        "  Mon 23 Nov 11:00  warning to the owner\n"
        "  Mon 23 Nov 13:00  late notice to the queue\n"
    )


def _version(desktop: Desktop) -> str:
    policy = desktop.data("explain", "1001")["policy"]
    return f"{policy['id']} {policy['version']}, in force from {policy['effective_from']}, digest {policy['digest']}"


def test_what_is_put_before_a_platform_is_all_there(desktop: Desktop) -> None:
    order = Order("Ö-77", value=Money(Decimal("1250.00"), "SEK"))
    desktop.opens("11-20 13:00", "fyndiq", order=order, type=CaseType.RETURN, marketplace="fyndiq")

    text = desktop.told("explain", "1001", "--clock", "first_response")
    told = desktop.data("explain", "1001", "--clock", "first_response")

    [clock] = told["clocks"]
    assert fits(text)
    for word in ("fyndiq, return, order Ö-77, E-CH-1001", "Fyndiq: 24 hours on working days", "digest", "Reading: "):
        assert word in text
    assert (told["policy"]["id"], told["case"], clock["clock"]) == ("fyndiq", "CH-1001", "first_response")
    assert told["rule"]["mark"] in {"documented", "inferred", "assumed"}
    assert "https://support.fyndiq.se" in told["rule"]["source"]
    assert {test["rule"] for test in told["tests"]} >= {"high-value", told["rule"]["id"]}
    assert all(step["counted_seconds"] == 24 * 3600 for step in clock["steps"])
    assert "refunds the customer by itself (1,250.00 SEK)" in " ".join(text.split())


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("channel", ["support", "fyndiq"])
def test_an_explanation_fits_the_terminal(desktop: Desktop, width: int, channel: str) -> None:
    desktop.opens("11-20 13:00", channel, order=Order("Ö-77" * 30))
    desktop.learns(given("11-20 14:00", "11-26 12:00", Author.PLATFORM))

    assert fits(desktop.told("explain", "1001", "--all", width=width), width)


def test_a_paused_clock_says_how_much_is_left_and_what_paused_it(desktop: Desktop) -> None:
    desktop.opens("11-18 12:00", "fyndiq", type_raw="COMPLAINT")
    desktop.learns(parks("11-18 18:00"))

    text = desktop.told("explain", "1001", "--clock", "first_response")
    [clock] = desktop.data("explain", "1001", "--clock", "first_response")["clocks"]

    assert "first_response  paused  stands still with 18 h left\n" in text
    assert "24wh: Wed 18 Nov 12:00 to Wed 18 Nov 18:00 (open time, 6 h counted)" in text
    assert (clock["due"], clock["remaining_seconds"], clock["state"]) == (None, 18 * 3600, "paused")


def test_a_pause_that_is_over_is_named_in_the_trace(desktop: Desktop) -> None:
    desktop.opens("11-18 12:00", "fyndiq", type_raw="COMPLAINT")
    desktop.learns(parks("11-18 18:00"), unparks("11-19 18:00"))

    assert "skipped  24 h  Wed 18 Nov 18:00 - Thu 19 Nov 18:00  paused: PARKED" in desktop.told("explain", "1001")


def test_a_given_deadline_says_who_gave_it_and_what_the_rule_says(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")
    desktop.told("set-due", "1001", "--at", "2026-11-25 12:00", "--why", "agreed by phone 🙂")

    text = desktop.told("explain", "1001")

    assert "first_response  running  due Wed 25 Nov 12:00\n" in text
    assert "  set by Bo Ek: agreed by phone 🙂; the rule says Mon 23 Nov 17:00\n" in text


def test_days_are_explained_as_days(desktop: Desktop) -> None:
    (desktop.config.parent / "policies.toml").write_text(
        'schema = 1\n[override.office]\nbecause = "our own"\n'
        '[override.office.rule.promise.clock.first_response]\ntarget = ["2wd"]\n',
        encoding="utf-8",
    )
    desktop.opens("11-20 13:00")

    text = desktop.told("explain", "1001")
    [step] = desktop.data("explain", "1001")["clocks"][0]["steps"]

    assert "2wd: Fri 20 Nov 13:00 to Tue 24 Nov 13:00 (working days, 2 counted)" in text
    assert "    counted  Tue 24 Nov 00:00 - Tue 24 Nov 13:00  tue open\n" in text
    assert (step["counted_days"], step["counted_seconds"]) == (2, None)


def test_a_case_of_the_platforms_own_says_so(desktop: Desktop) -> None:
    desktop.opens("11-20 13:00")
    desktop.learns(hands("11-20 14:00", Owner.PLATFORM))

    assert "ended Fri 20 Nov 14:00" in desktop.told("explain", "1001")
    assert "the platform deals with it" in desktop.told("explain", "1001")


def test_a_merged_case_is_explained_as_the_one_it_went_on_as(desktop: Desktop) -> None:
    desktop.opens("11-20 13:00")
    desktop.opens("11-23 08:00", number="CH-1002")
    desktop.learns(event("11-23 08:30", Merged("CH-1002", "eva")))

    text = desktop.told("explain", "1001")

    assert text.startswith("CH-1001 went on as CH-1002, which is explained here.\nCH-1002  ")
    assert desktop.data("explain", "1001")["case"] == "CH-1002"


def test_a_deadline_beyond_the_calendar_is_unknown_and_says_why(desktop: Desktop, clock: MovableClock) -> None:
    clock.instant = at("2027-06-30 16:30")
    desktop.opens("2027-06-30 16:00")

    text = desktop.told("explain", "1001")

    assert "due unknown: the calendar is known until 2027-06-30 only" in " ".join(text.split())
    assert fits(text)
    assert desktop.data("explain", "1001")["clocks"][0]["due"] is None


def test_a_promise_is_explained_without_a_target(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")
    desktop.learns(promises("11-23 08:05", "11-24 12:00"))

    text = desktop.told("explain", "1001", "--clock", "promise")

    assert "promise  running  due Tue 24 Nov 12:00" in text
    assert "with the promise of an answer" in text
    assert "Target" not in text


def test_what_is_over_is_left_out_unless_all_is_asked_for(desktop: Desktop) -> None:
    desktop.opens("11-20 13:00")
    desktop.learns(answers("11-20 14:00"), asks("11-20 15:00", "m2"))

    shown = [clock["clock"] for clock in desktop.data("explain", "1001")["clocks"]]
    everything = [clock["state"] for clock in desktop.data("explain", "1001", "--all")["clocks"]]

    assert (shown, everything) == (["next_response"], ["met", "running"])
    assert "answered Fri 20 Nov 14:00" in desktop.told("explain", "1001", "--all")


def test_a_clock_that_never_ran_and_a_case_that_is_not_there_are_named(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")

    assert "No resolution clock has run in this case; there is first_response." in desktop.refused(
        "explain", "1001", "--clock", "resolution"
    )
    assert "There is no case CH-7; the newest is CH-1001." in desktop.refused("explain", "7")


def test_what_the_platform_has_done_itself_is_told(desktop: Desktop) -> None:
    desktop.opens("11-20 10:00", channel="fyndiq")
    desktop.learns(event("11-23 08:00", OutcomeLearnt("auto_refund")))

    assert "Outcome  auto_refund, Mon 23 Nov 08:00: the platform has done so\n" in desktop.told("explain", "1001")
    assert desktop.data("explain", "1001")["outcomes"] == [{"at": "2026-11-23T07:00:00Z", "what": "auto_refund"}]


# --- classify, no-reply ---


def test_a_case_is_classified_and_its_deadline_is_told(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")

    assert (
        desktop.told("classify", "1001", "--type", "missing_item")
        == "CH-1001: first response due in 8 h (Mon 23 Nov 17:00).\n"
    )
    assert desktop.data("show", "1001")["case"]["type"] == "missing_item"
    assert desktop.data("classify", "1001", "--priority", "vip")["deadline"]["due"] == "2026-11-23T16:00:00Z"
    assert "give --type, --priority or both" in desktop.refused("classify", "1001")


def test_a_word_of_thanks_ends_the_waiting(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")

    assert desktop.told("no-reply", "1001", "--why", "said thanks") == "CH-1001: no answer owed.\n"
    assert desktop.data("due")["cases"] == []
    assert "Nobody waits for an answer in CH-1001" in desktop.refused("no-reply", "1001")
    assert "no reply needed, says Bo Ek: said thanks" in desktop.told("show", "1001", "--history", width=120)


# --- set-due ---


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-11-25 12:00", "2026-11-25T11:00:00Z"),  # in the zone of the office
        ("2026-11-25T12:00", "2026-11-25T11:00:00Z"),
        ("2026-11-25 12:00Z", "2026-11-25T12:00:00Z"),
        ("2026-11-25 12:00+09:00", "2026-11-25T03:00:00Z"),
        ("2027-03-28 02:30+01:00", "2027-03-28T01:30:00Z"),
    ],
)
def test_a_deadline_is_set_in_the_zone_of_the_office_or_the_one_that_is_named(
    desktop: Desktop, text: str, due: str
) -> None:
    desktop.opens("11-23 08:00")

    assert desktop.data("set-due", "1001", "--at", text, "--why", "agreed")["deadline"]["due"] == due


@pytest.mark.parametrize("night", ["2027-03-28 02:30", "2026-10-25 02:30"])
def test_a_time_in_a_dst_night_needs_its_offset(desktop: Desktop, night: str) -> None:
    desktop.opens("11-23 08:00")

    assert "changes its clocks; add the offset, such as +01:00" in desktop.refused(
        "set-due", "1001", "--at", night, "--why", "x"
    )


@pytest.mark.parametrize("text", ["tomorrow", "0001-01-01 00:00", "9999-12-31 23:59-05:00", "2026-13-01 12:00"])
def test_what_is_no_instant_is_refused_in_a_sentence(desktop: Desktop, text: str) -> None:
    desktop.opens("11-23 08:00")

    told = desktop.refused("set-due", "1001", "--at", text, "--why", "x")

    assert "is no instant of 2000 to 2099; write it as 2026-11-25 12:00." in " ".join(told.split())


@pytest.mark.parametrize("text", ["2026-11-25", "20261125"])
def test_a_date_without_a_time_is_no_instant(desktop: Desktop, text: str) -> None:
    desktop.opens("11-23 08:00")

    told = desktop.refused("set-due", "1001", "--at", text, "--why", "x")

    assert f"'{text}' says no time of the day; write it as 2026-11-25 12:00." in " ".join(told.split())


def test_nothing_is_due_before_its_case_was_opened(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")

    told = desktop.refused("set-due", "1001", "--at", "2025-11-25 12:00", "--why", "a slip of the year")

    assert "'2025-11-25 12:00' is not after the opening of the case, 2026-11-23 08:00." in " ".join(told.split())


def test_setting_a_clock_that_is_not_due_next_says_so(desktop: Desktop) -> None:
    desktop.opens("11-20 10:00", channel="fyndiq")

    told = desktop.told("set-due", "1001", "--at", "2026-11-25 12:00", "--why", "agreed by phone")

    assert told == (
        "CH-1001: first response target 1 d 23 h late (since Sat 21 Nov 10:00); first response comes later.\n"
    )


def test_a_deadline_set_by_hand_is_taken_back_and_history_tells_both(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")
    desktop.told("set-due", "1001", "--at", "2026-11-25 12:00", "--why", "agreed by phone")

    assert desktop.told("set-due", "1001", "--clear", "--why", "no longer") == (
        "CH-1001: first response due in 8 h (Mon 23 Nov 17:00).\n"
    )
    history = desktop.told("show", "1001", "--history", width=160)
    assert "first_response due 2026-11-25 11:00 UTC, set by Bo Ek: agreed by phone" in history
    assert "first_response due as the rule says again, by Bo Ek: no longer" in history
    assert "Nobody set the first_response deadline" in desktop.refused("set-due", "1001", "--clear")


def test_a_deadline_needs_a_reason_a_running_clock_and_one_wish_at_a_time(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")
    at_noon = ("--at", "2026-11-25 12:00")

    assert "give --why" in desktop.refused("set-due", "1001", *at_noon)
    resolution = desktop.refused("set-due", "1001", *at_noon, "--why", "x", "--clock", "resolution")
    assert "No clock resolution is running in CH-1001; there is first_response." in resolution
    assert "Give either --at or --clear." in desktop.refused("set-due", "1001", *at_noon, "--clear")
    assert "Give either --at or --clear." in desktop.refused("set-due", "1001")
    assert "is not one of" in desktop.refused("set-due", "1001", *at_noon, "--why", "x", "--clock", "first")


# --- escalations ---


def test_nobody_had_to_be_told(desktop: Desktop) -> None:
    nothing = (
        "Nobody was told of anything in the last 7 days. `casehub run` looks for what is due; --tell does it now.\n"
    )
    assert desktop.told("escalations") == nothing
    assert desktop.told("escalations", "--state", "failed") == "No step of the last 7 days is in the state failed.\n"
    assert desktop.data("escalations") == {"steps": []}
    assert desktop.told("escalations", "--tell") == "0 steps told.\n"


def test_people_are_told_once_and_the_list_says_so(desktop: Desktop) -> None:
    desktop.opens("11-20 10:00")
    desktop.clock.advance(timedelta(hours=2.5))
    desktop.reads()

    told, again = desktop.told("escalations", "--tell"), desktop.told("escalations", "--tell")

    assert told.startswith("CH-1001: ")
    assert "1 step told.\n\nterminal: told (1)\nCH-1001  " in told
    assert again.startswith("0 steps told.\n\nterminal: told (1)\n")


def test_what_is_held_and_what_was_told_is_listed_apart(desktop: Desktop, clock: MovableClock) -> None:
    desktop.opens("11-20 10:00")
    desktop.opens("11-20 11:00", number="CH-1002")
    clock.advance(timedelta(hours=2.5))  # 11:30, and both are late

    assert desktop.told("escalations", "--tell") == (
        "0 steps told, 2 waiting.\n"
        "\n"
        "terminal: waiting for channel support to be read past the due instant (2)\n"
        "CH-1002  Mon 23 Nov 11:00  late notice to the queue  first_response\n"
        "CH-1001  Mon 23 Nov 10:00  late notice to the queue  first_response\n"
    )


def test_telling_speaks_to_programs_without_a_word_between(desktop: Desktop) -> None:
    desktop.opens("11-20 10:00")
    desktop.clock.advance(timedelta(hours=2.5))
    desktop.reads()

    result = desktop.run("escalations", "--tell", "--json")
    told = json.loads(result.stdout)

    assert "CH-1001" in result.stderr  # what the terminal tells people
    assert [(step["step"], step["do"], step["due"]) for step in told["told"]] == [
        ("breach", "breach", "2026-11-23T09:00:00Z")
    ]
    assert (told["waiting"], told["withdrawn"], told["failures"], told["skipped"]) == ([], 0, [], None)
    assert [(step["state"], step["notifier"], step["tries"]) for step in told["steps"]] == [("told", "terminal", 1)]


def test_a_failure_is_told_and_ends_with_1(desktop: Desktop) -> None:
    desktop.adds('[notifiers.team]\nnotifier = "bell"\ntrouble = "down"\n')
    desktop.opens("11-20 10:00")
    desktop.clock.advance(timedelta(hours=2.5))
    desktop.reads()

    result = desktop.run("escalations", "--tell")

    assert result.exit_code == 1
    assert result.stdout.startswith(
        "0 steps told.\n✗ team: connection refused\n\nteam: failed: connection refused (1)\n"
    )
    assert desktop.data("escalations", "--state", "failed")["steps"][0]["reason"] == "connection refused"
    assert desktop.data("escalations", "--state", "told")["steps"] == []


def test_a_broken_notifier_is_a_failure_that_stops_no_other(desktop: Desktop) -> None:
    desktop.adds('[notifiers.team]\nnotifier = "bell"\n[notifiers.lost]\nnotifier = "bel"\n')
    desktop.opens("11-20 10:00")
    desktop.clock.advance(timedelta(hours=2.5))
    desktop.reads()

    result = desktop.run("escalations", "--tell", width=200)

    assert result.exit_code == 1
    assert result.stdout.startswith("DING 1\n1 step told.\n✗ ")
    assert "notifiers.lost.notifier: there is no notifier 'bel'; did you mean bell?" in result.stdout


@pytest.mark.parametrize("width", [80, None])
def test_the_list_fits_the_terminal_and_holds_no_colours(desktop: Desktop, width: int | None) -> None:
    desktop.opens("11-20 10:00")
    now, clock = desktop.clock.now(), "first_response_target"
    fates = enumerate((state, reason) for state in StepState for reason in ("", "漢字 " * 30))
    records = [
        StepRecord(
            StepKey("CH-1001", clock, f"m{number}", "warn", "mail"),
            at("2025-11-20 10:00"),
            state,
            Deed.WARN,
            Audience.QUEUE,
            now,
            reason=reason,
        )
        for number, (state, reason) in fates
    ]
    with desktop.hub() as hub, hub.store.writing() as writer:
        writer.save_steps(records)

    text = desktop.told("escalations", width=width)

    assert fits(text, width or 200)
    assert "\x1b" not in text
    assert [line.split()[1].strip(":") for line in text.splitlines() if line.startswith("mail:")][::2] == [
        *("failed", "refused", "uncertain", "telling", "waiting", "told", "withdrawn")
    ]


# --- due, run, status, check ---


def test_an_instant_far_ahead_and_a_duration_that_is_none(desktop: Desktop) -> None:
    assert "'soon' is not a duration" in desktop.refused("due", "--within", "soon")


def test_a_round_tells_people_and_reports_it(desktop: Desktop) -> None:
    desktop.adds('[notifiers.team]\nnotifier = "bell"\n')
    desktop.opens("11-20 13:00", "fyndiq")
    desktop.clock.advance(timedelta(hours=2.5))
    desktop.reads("fyndiq")

    result = desktop.run("run", "--once", "--json")
    round_ = json.loads(result.stdout)

    assert len(round_["told"]["told"]) > 0
    assert (round_["told"]["failures"], round_["told"]["skipped"]) == ([], None)
    assert "DING" in result.stderr


def status(desktop: Desktop) -> tuple[int, list[dict[str, Any]]]:
    result = desktop.run("status", "--json")
    return result.exit_code, json.loads(result.stdout)["remarks"]


def test_status_is_well_when_people_are_told(desktop: Desktop) -> None:
    desktop.opens("11-23 08:00")
    desktop.reads()

    assert status(desktop) == (0, [])


def test_status_names_broken_notifiers_and_hours(desktop: Desktop) -> None:
    desktop.adds('[notifiers.lost]\nnotifier = "bel"\n[notify]\nhours = { mon = ["8-20"] }\n')
    desktop.reads()
    code, [notifier, hours] = status(desktop)

    assert (code, notifier["alarm"], hours["alarm"]) == (1, True, True)
    assert "notifiers.lost.notifier: there is no notifier 'bel'" in notifier["text"]
    assert "notify.hours: " in hours["text"]


@pytest.mark.parametrize(
    ("trouble", "runs", "told"),
    [
        ("down", ALARMING_TRIES - 1, ""),
        (
            "down",
            ALARMING_TRIES,
            "1 step not told in 6 tries or more: connection refused (`casehub escalations --state failed`)",
        ),
        ("refused", 1, "1 step refused for good: 550 no such user (`casehub escalations --state refused`)"),
    ],
)
def test_status_names_what_nobody_could_be_told_of(desktop: Desktop, trouble: str, runs: int, told: str) -> None:
    desktop.adds(f'[notifiers.team]\nnotifier = "bell"\ntrouble = "{trouble}"\n')
    desktop.opens("11-20 10:00")
    desktop.clock.advance(timedelta(hours=2.5))
    desktop.reads()
    for _ in range(runs):
        desktop.run("escalations", "--tell")
    code, remarks = status(desktop)

    assert [remark["text"] for remark in remarks] == ([f"notifier team: {told}"] if told else [])
    assert code == (1 if told else 0)
    desktop.learns(closes("11-23 11:30"))
    assert status(desktop) == (0, [])


def test_status_names_steps_that_are_held_for_too_long(desktop: Desktop) -> None:
    desktop.opens("11-20 10:00")
    desktop.clock.advance(timedelta(hours=2.5))
    desktop.told("escalations", "--tell")
    held = status(desktop)
    desktop.clock.advance(timedelta(hours=2))
    code, [remark] = status(desktop)

    assert held[1] == []
    assert code == 1
    assert remark["text"] == "1 step not told for 2 h, waiting for channel support to be read past the due instant"


def test_steps_that_wait_for_the_morning_are_no_alarm(desktop: Desktop, clock: MovableClock) -> None:
    clock.instant = at("11-23 18:00")
    desktop.opens("11-20 10:00")
    desktop.reads()
    desktop.told("escalations", "--tell")
    clock.instant = at("11-24 08:00")
    desktop.reads()

    assert status(desktop) == (0, [])


@pytest.mark.parametrize(
    ("today", "code", "sign"), [("2027-05-10", 0, ""), ("2027-05-20", 0, "note: "), ("2027-06-25", 1, "✗ ")]
)
def test_status_tells_in_time_that_the_working_hours_end(
    desktop: Desktop, clock: MovableClock, today: str, code: int, sign: str
) -> None:
    clock.instant = at(f"{today} 12:00")
    desktop.reads()

    result = desktop.run("status")

    assert result.exit_code == code
    assert (f"{sign}working hours are known until 2027-06-30 only" in result.stdout) == bool(sign)


def test_status_tells_in_time_that_the_calendar_of_a_policy_ends(desktop: Desktop) -> None:
    (desktop.config.parent / "policies.toml").write_text(
        """
schema = 1
[channels.support]
policy = "web-shop"
[[policy]]
id = "web-shop"
title = "Our web shop"
version = "1"
effective_from = 2026-01-01
[policy.source]
where = "our terms"
checked_on = 2026-11-22
mark = "documented"
[policy.calendars.warehouse]
tz = "Europe/Stockholm"
hours = { mon = ["06:00-14:00"] }
holidays = []
valid = [2026-01-01, 2026-11-28]
[[policy.rule]]
id = "any"
title = "Every case"
[policy.rule.clock.first_response]
calendar = "warehouse"
target = ["4wh"]
""",
        encoding="utf-8",
    )
    desktop.reads()
    code, [remark] = status(desktop)

    assert (code, remark["alarm"]) == (1, True)
    assert remark["text"].startswith("the calendar warehouse of policy web-shop is known until 2026-11-28 only; ")


def test_check_proves_that_notifiers_can_be_used_and_sends_nothing(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HttpClient, "__init__", lambda *_: None)
    desktop.adds('[notifiers.team]\nnotifier = "bell"\n[notifiers.lost]\nnotifier = "bel"\n')

    result = desktop.run("check")
    [lost, team] = json.loads(desktop.run("check", "--json").stdout)["notifiers"]

    assert result.exit_code == 1
    assert "✓ notifier team: settings\n" in result.stdout
    assert "notifiers.lost.notifier: there is no notifier 'bel'" in result.stdout
    assert "DING" not in result.output
    assert (team, lost["ok"]) == ({"notifier": "team", "ok": True, "error": None}, False)
    assert desktop.run("check", "support").exit_code == 0


def test_check_proves_the_notification_hours(desktop: Desktop) -> None:
    desktop.adds('[notify]\nhours = { mon = ["8-20"] }\n')

    assert "✗ " in desktop.run("check").stdout
    assert "notify.hours: " in desktop.run("check").stdout


@pytest.mark.parametrize(
    ("late", "notes"), [(9, []), (10, ["support: 10 late this week: bol.com writes you a warning"])]
)
def test_status_tells_of_the_tenth_late_answer_of_a_week(desktop: Desktop, late: int, notes: list[str]) -> None:
    own = desktop.config.with_name("policies.toml")
    own.write_text('schema = 1\n[channels.support]\npolicy = "bolcom"\n', encoding="utf-8")
    for number in range(late):
        desktop.opens("11-23 09:00", number=f"CH-{1001 + number}", type=CaseType.QUESTION)
    desktop.clock.instant = at("11-24 12:00")
    desktop.reads()

    code, remarks = status(desktop)

    assert [remark["text"] for remark in remarks if "late this week" in remark["text"]] == notes
    assert code == 0
