"""`casehub scores` as a person and a program meet it, over a pretended hub."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from hub import cli
from hub.core.counting import EndedRuns, Outcome
from hub.core.incoming import Figure
from hub.core.model import epoch
from hub.core.policy import ClockName, Mark, Objective, Period, Policy, Satisfaction, Source
from hub.core.readings import ClockState, Reading
from hub.core.records import ClockRow, FigureRow, Rating
from hub.core.zones import Span
from tests.fakes import MovableClock

THURSDAY = datetime(2026, 11, 19, 12, tzinfo=UTC)  # in 2026-W47
HOUR = 3600
SOURCE = Source("seed 002", date(2026, 11, 22), Mark.DOCUMENTED)
OBJECTIVE = Objective(
    id="response-time",
    title="Questions answered in time, by the week of their arrival",
    clock=ClockName.FIRST_RESPONSE,
    period=Period.ISO_WEEK,
    tz="Europe/Amsterdam",
    source=SOURCE,
    share=Decimal("0.9"),
    late_limit=10,
    figure="RESPONSE_TIME",
)
CSS = Satisfaction(
    "Customer Satisfaction Score", "Europe/Stockholm", Decimal("0.85"), Decimal("0.8"), 10, SOURCE, "CSS"
)
HOUSE = Policy("office", "Our own promise", "2026-11-22", date(2026, 1, 1), "d", ())
BOL = replace(HOUSE, id="bolcom", title="bol.com: 8 working hours", objectives=(OBJECTIVE,))
FYNDIQ = replace(HOUSE, id="fyndiq", title="Fyndiq: Åsa 漢字 🙂", satisfaction=CSS)


_OUTCOMES = {
    ClockState.MET: Outcome.MET,
    ClockState.MET_LATE: Outcome.LATE,
    ClockState.BREACHED: Outcome.LATE,
    ClockState.RUNNING: Outcome.UNDECIDED,
}


@dataclass
class PretendedStore:
    """What the store tells of clocks, ratings and figures, from lists."""

    runs: list[ClockRow] = field(default_factory=list)
    thumbs: list[Rating] = field(default_factory=list)
    told: list[FigureRow] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    def fact(self, name: str) -> str:
        return self.facts.get(name, "")

    @contextmanager
    def writing(self) -> Iterator[PretendedStore]:
        yield self

    def set_fact(self, name: str, value: str) -> None:
        self.facts[name] = value

    @property
    def counting(self) -> PretendedStore:
        return self

    def ended(self, clocks: Collection[str], spans: Sequence[Span], now: int, channel: str = "") -> Sequence[EndedRuns]:
        found = []
        for place, (first, end) in enumerate(spans):
            for row in self.runs:
                run = row.reading
                if channel in {"", row.channel} and run.clock in clocks and first <= run.start < end:
                    found.append(EndedRuns(place, row.channel, run.clock, run.rule, _OUTCOMES[run.state(now)], 1))
        return found

    def ratings(self, since: datetime, until: datetime, channel: str = "") -> Sequence[Rating]:
        ours = [rating for rating in self.thumbs if channel in {"", rating.channel}]
        return [rating for rating in ours if since <= rating.rated_at < until]

    def figures(self, channel: str = "") -> Sequence[FigureRow]:
        ours = [row for row in self.told if channel in {"", row.channel}]
        return sorted(ours, key=lambda row: row.figure.period, reverse=True)


@dataclass
class PretendedSettings:
    """Only the channels of the settings."""

    channels: Mapping[str, object]
    file: Path = Path("hub.toml")


@dataclass
class PretendedHub:
    """A hub with these policies by channel, which is opened by the command."""

    policies: dict[str, Policy] = field(default_factory=dict)
    store: PretendedStore = field(default_factory=PretendedStore)
    clock: MovableClock = field(default_factory=lambda: MovableClock(THURSDAY))

    @property
    def settings(self) -> PretendedSettings:
        return PretendedSettings(self.policies)

    def policy_of(self, channel: str) -> Policy:
        return self.policies[channel]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def asked(
        self, *, weeks_ago: int = 0, met: int = 0, late: int = 0, waiting: int = 0, channel: str = "bol_nl"
    ) -> None:
        """Let questions arrive on Monday, so many of which are answered in time, late, or not yet."""
        start = epoch(THURSDAY - timedelta(days=3, weeks=weeks_ago))
        due = epoch(THURSDAY) + HOUR
        ends = [*[(start + HOUR, start)] * met, *[(start + HOUR, start + HOUR + 1)] * late, *[(due, None)] * waiting]
        for number, (until, ended) in enumerate(ends):
            reading = Reading(ClockName.FIRST_RESPONSE, 0, f"m{number}", "question", start, until, ended=ended)
            self.store.runs.append(ClockRow(f"CH-{number}", channel, reading, "bolcom", "2026-11-22"))

    def rated(self, up: int, down: int, month: int = 11, channel: str = "reclaimit") -> None:
        """Let customers rate on the tenth of a month."""
        when = datetime(2026, month, 10, tzinfo=UTC)
        self.store.thumbs += [Rating("CH-1", channel, word, when) for word in ["up"] * up + ["down"] * down]

    def reported(
        self, name: str, period: str, value: str, *counts: int | None, channel: str = "bol_nl", **more: Any
    ) -> None:
        """Let the platform report a figure."""
        numerator, denominator = counts or (None, None)
        figure = Figure(name, period, value, numerator, denominator, **more)
        self.store.told.append(FigureRow(channel, figure, THURSDAY - timedelta(hours=1)))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> PretendedHub:
    pretended = PretendedHub()
    monkeypatch.setattr("hub.app.open_hub", lambda *_, **__: pretended)
    monkeypatch.setitem(cli.COMMANDS, "scores", cli.Entry("hub.cli.scores:scores", "Show the platforms' scores."))
    return pretended


def run(*words: str, width: int = 80) -> Result:
    return CliRunner().invoke(cli.main, ["scores", *words], env={"COLUMNS": str(width)})


def told(*words: str, width: int = 80) -> str:
    """What the command prints that must succeed."""
    result = run(*words, width=width)
    assert result.exit_code == 0, result.output
    return result.output


def data(*words: str) -> list[dict[str, Any]]:
    """The channels that the command prints for programs."""
    found: list[dict[str, Any]] = json.loads(told("--json", *words))["channels"]
    return found


def test_a_person_sees_the_weeks_what_is_left_and_the_platforms_figure(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL}
    hub.asked(met=36, late=3, waiting=2)
    hub.asked(weeks_ago=1, met=30, late=10)
    hub.asked(weeks_ago=2, met=10)
    hub.reported("RESPONSE_TIME", "2026-W46", "76.92", 30, 39, norm=">= 90", conforms=False)
    hub.reported("RESPONSE_TIME", "2026-W45", "100", 10, 10)

    assert told("--weeks", "4").splitlines() == [
        "bol_nl: bol.com: 8 working hours",
        "Questions answered in time, by the week of their arrival, at least 90 %",
        "period    met  late  open     share                  RESPONSE_TIME",
        "2026-W47   36     3     2   92.30 %  reached so far",
        "2026-W46   30    10     0   75.00 %  missed          ≠ 76.92, 30/39, norm >= 90,",
        " " * 53 + "missed",
        "2026-W45   10     0     0  100.00 %  reached         100, 10/10",
        "2026-W44    0     0     0         –",
        "  1 more may be late this week.",
        "  ! 10 late in 2026-W46: from 10 on the platform acts.",
        "",
        "≠ marks a figure of the platform that differs from what was counted here.",
    ]


def test_a_person_sees_the_months_of_satisfaction(hub: PretendedHub) -> None:
    hub.policies = {"reclaimit": FYNDIQ}
    hub.rated(16, 4)
    hub.rated(9, 0, month=10)
    hub.reported("CSS", "2026-11", "80 %", channel="reclaimit")

    assert told().splitlines() == [
        "reclaimit: Fyndiq: Åsa 漢字 🙂",
        "Customer Satisfaction Score, at least 85 % from 10 ratings on",
        "period   up  down     share              CSS",
        "2026-11  16     4   80.00 %  below 85 %  80 %",
        "2026-10   9     0  100.00 %  too few",
        "",
    ]


@pytest.mark.parametrize(
    ("up", "down", "state"), [(17, 3, "good"), (16, 4, "below 85 %"), (15, 5, "below 80 %"), (5, 4, "too few")]
)
def test_each_state_of_satisfaction_has_its_words(hub: PretendedHub, up: int, down: int, state: str) -> None:
    hub.policies = {"reclaimit": FYNDIQ}
    hub.rated(up, down)

    [line] = [line for line in told().splitlines() if line.startswith("2026-11")]
    assert line.endswith(f" %  {state}")


@pytest.mark.parametrize(
    ("numbers", "weeks_ago", "words"),
    [
        ({"met": 9, "late": 1}, 0, "90.00 %  reached so far"),
        ({"met": 8, "late": 1, "waiting": 1}, 0, "88.88 %  below so far"),
        ({"met": 8, "late": 2}, 0, "80.00 %  out of reach"),
        ({"met": 9, "late": 1}, 1, "90.00 %  reached"),
        ({"met": 8999, "late": 1001}, 1, "89.99 %  missed"),  # and not 90 %
        ({"met": 9, "late": 1, "waiting": 1}, 1, "90.00 %  reached so far"),
        ({"waiting": 3}, 0, "–"),
    ],
)
def test_a_week_says_what_has_come_of_it(
    hub: PretendedHub, numbers: dict[str, Any], weeks_ago: int, words: str
) -> None:
    hub.policies = {"bol_nl": BOL}
    hub.asked(weeks_ago=weeks_ago, **numbers)

    [line] = [line for line in told().splitlines() if line.startswith(f"2026-W{47 - weeks_ago}")]
    assert line.endswith(f"  {words}")


def test_what_casehub_does_not_count_is_told_in_the_platforms_words(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL}
    hub.reported("PHONE_AVAILABILITY", "2026-W45", "88", 44, 50, norm=">= 90", conforms=False)
    hub.reported("PHONE_AVAILABILITY", "2026-W46", "96", 48, 50, norm=">= 90", conforms=True)
    hub.reported("CASE\x1b[2J_RATIO", "2026-W46", "")

    assert told().splitlines()[7:9] == [
        "The platform's CASE␛[2J_RATIO 2026-W46: –",
        "The platform's PHONE_AVAILABILITY 2026-W46: 96, 48/50, norm >= 90, reached",
    ]


def test_nothing_a_platform_sends_drives_the_terminal_or_breaks_the_lines(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": replace(BOL, title="bol\x1b[31m\nÅsa", objectives=(replace(OBJECTIVE, title="T\x07"),))}
    hub.reported("RESPONSE_TIME", "2026-W47", "9\x1b]0;x\x07\n1 [bold]漢字[/bold] 🙂" + "x" * 200)

    text = told()

    assert "\x1b" not in text
    assert "\x07" not in text
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "[bold]漢字" in text


def test_every_line_fits_a_terminal_of_eighty_columns(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL, "reclaimit": FYNDIQ}
    hub.asked(met=12345, late=1234, waiting=1234)
    hub.rated(12345, 678)
    hub.reported("RESPONSE_TIME", "2026-W47", "90.000001", 123456, 1234567, norm=">= 90.00", conforms=False)
    hub.reported("CSS", "2026-11", "94.79 %", 12345, 13023, channel="reclaimit")

    lines = told().splitlines()

    assert max(map(cell_len, lines)) <= 80
    assert [line.split()[:4] for line in lines if line.startswith("2026-W47")] == [
        ["2026-W47", "12345", "1234", "1234"]
    ]


def test_a_program_gets_stable_keys_and_exact_shares(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL, "reclaimit": FYNDIQ}
    hub.asked(met=9, late=1, waiting=1)
    hub.rated(17, 3)
    hub.reported("RESPONSE_TIME", "2026-W47", "90.0", 9, 10, norm=">= 90", conforms=True)
    hub.reported("PHONE_AVAILABILITY", "2026-W46", "96")
    theirs = {
        "name": "RESPONSE_TIME",
        "period": "2026-W47",
        "value": "90.0",
        "numerator": 9,
        "denominator": 10,
        "norm": ">= 90",
        "conforms": True,
    }
    phone = {**dict.fromkeys(theirs), "name": "PHONE_AVAILABILITY", "period": "2026-W46", "value": "96", "norm": ""}
    score = {
        "period": "2026-W47",
        "ended": False,
        "met": 9,
        "late": 1,
        "undecided": 1,
        "cancelled": 0,
        "share": "0.9",
        "reached": True,
        "still_reachable": True,
        "misses_left": 0,
        "late_left": 8,
        "warnings": [],
        "revision": 0,
        "figure": theirs,
        "differs": False,
    }
    lines = {"title": CSS.title, "target": "0.85", "floor": "0.8", "least_ratings": 10}
    november = {"up": 17, "down": 3, "share": "0.85", "state": "good", "figure": None, "differs": False}

    bol, reclaimit = data("--weeks", "1")

    assert bol == {
        "channel": "bol_nl",
        "policy": "bolcom",
        "version": "2026-11-22",
        "objectives": [
            {
                "id": "response-time",
                "title": OBJECTIVE.title,
                "clock": "first_response",
                "share": "0.9",
                "late_limit": 10,
                "scores": [score],
            }
        ],
        "satisfaction": None,
        "figures": [{"figure": phone, "read_at": "2026-11-19T11:00:00Z"}],
    }
    assert list(bol["objectives"][0]["scores"][0]) == list(score)
    assert reclaimit["objectives"] == []
    assert reclaimit["satisfaction"] == {**lines, "scores": [{"period": "2026-11", **november}]}


def test_the_help_names_every_key_that_a_program_gets(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL, "reclaimit": FYNDIQ}
    hub.reported("RESPONSE_TIME", "2026-W47", "90")
    hub.reported("PHONE_AVAILABILITY", "2026-W46", "96")
    text = told("--help", width=120)

    missing = {key for key in keys_of(data()) if f'"{key}"' not in text}

    assert missing == set()


def keys_of(value: object) -> set[str]:
    """Every key in JSON, however deep."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def test_the_warning_of_a_week_is_told_to_programs_too(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL}
    hub.asked(met=200, late=10)

    [score] = data("--weeks", "1")[0]["objectives"][0]["scores"]

    assert score["warnings"] == ["10 late this week: from 10 on the platform acts"]
    assert (score["reached"], score["late_left"]) == (True, -1)


@pytest.mark.parametrize("weeks", [1, 4, 53])
def test_as_many_weeks_are_shown_as_asked_for(hub: PretendedHub, weeks: int) -> None:
    hub.policies = {"bol_nl": BOL}
    hub.asked(weeks_ago=weeks - 1, met=3)
    hub.asked(weeks_ago=weeks, met=5)

    scores = data("--weeks", str(weeks))[0]["objectives"][0]["scores"]

    assert len(scores) == weeks
    assert scores[-1]["met"] == 3


def test_each_channel_has_its_own_numbers(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL, "bol_be": BOL}
    hub.asked(met=3)
    hub.asked(met=5, channel="bol_be")
    hub.reported("RESPONSE_TIME", "2026-W47", "100", channel="bol_be")

    scores = [channel["objectives"][0]["scores"][0] for channel in data()]

    assert [score["met"] for score in scores] == [3, 5]
    assert [score["figure"] is None for score in scores] == [True, False]


def test_one_channel_can_be_chosen(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL, "bol_be": BOL}

    assert [channel["channel"] for channel in data("--channel", "bol_be")] == ["bol_be"]
    assert "bol_nl" not in told("--channel", "bol_be")


def test_an_unknown_channel_is_answered_with_those_that_there_are(hub: PretendedHub) -> None:
    hub.policies = {"bol_nl": BOL, "bol_be": BOL}

    result = run("--channel", "Åsa")

    assert result.exit_code == 2
    assert "There is no channel 'Åsa'; the channels are: bol_be, bol_nl." in result.output


def test_a_channel_without_scores_is_left_out_for_people(hub: PretendedHub) -> None:
    hub.policies = {"support": HOUSE, "bol_nl": BOL}

    assert "support" not in told()
    assert [channel["channel"] for channel in data()] == ["support", "bol_nl"]


def test_where_nothing_is_scored_a_sentence_says_so(hub: PretendedHub) -> None:
    hub.policies = {"support": HOUSE}

    assert told().startswith("Nothing is scored here: ")


def test_without_channels_the_way_to_one_is_told(hub: PretendedHub) -> None:
    assert told() == "There are no channels yet. Write one into hub.toml: `casehub init` makes a start.\n"
    assert data() == []


@pytest.mark.parametrize("weeks", ["0", "54", "-1", "many"])
def test_a_number_of_weeks_that_cannot_be_meant_is_refused(hub: PretendedHub, weeks: str) -> None:
    assert run("--weeks", weeks).exit_code == 2
