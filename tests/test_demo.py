"""The demo, as a newcomer runs it: no server, no account, and a folder to go on with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub.demo.stage import fresh_folder
from hub.errors import Refused

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from hub.cli import main; main(prog_name='casehub')"]


def casehub(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100", "HOME": str(folder), "TZ": "UTC", "PYTHONUTF8": "1"}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the demo was played, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = casehub(folder, "demo")
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


def test_four_channels_bring_cases_two_are_answered_one_is_handed_over_and_one_refunded(
    played: tuple[Path, str],
) -> None:
    _, screen = played

    told = [
        "4 pretended platforms run on this computer",
        "$ casehub sync",
        "$ casehub due --within 24h",
        "refunded by the platform in the next 24 h unless answered",
        "We answer CH-",
        "$ casehub reply CH-",
        "We answer CH-",
        "$ casehub reply CH-",
        "is beyond us: the platform takes it over. That cannot be undone.",
        "$ casehub hand-over CH-",
        "$ casehub deliver",
        "This is what the customer received:",
        "and the platform acts by itself:",
        "$ casehub sync",
        "auto refund, by the platform",
        "Reading again brings nothing new:",
        "$ casehub sync",
        "$ casehub summary --since 1d",
        "Go on with the same commands",
    ]
    place = 0
    for words in told:
        place = screen.find(words, place)
        assert place >= 0, words
        place += len(words)


def test_the_last_reading_brings_nothing_new(played: tuple[Path, str]) -> None:
    _, screen = played

    last = screen.partition("Reading again brings nothing new:")[2].partition("Due next:")[0]

    assert re.findall(r"✓ (\w+): (.*)", last) == [
        ("bol_nl", "nothing new"),
        ("mail", "nothing new"),
        ("fyndiq", "nothing new"),
        ("ichiba", "nothing new"),
    ]


def test_the_summary_says_what_was_saved_and_what_was_lost(played: tuple[Path, str]) -> None:
    _, screen = played
    refunded = re.search(r"Nobody answers (CH-\d+)", screen)
    dearest = re.search(r"We answer (CH-\d+)", screen)
    assert refunded is not None
    assert dearest is not None

    summary = screen.partition("$ casehub summary")[2]

    assert "Answered    2 in time, 0 late" in summary
    assert "Handed over 1" in summary
    assert re.search(rf"Saved +1,299.00 SEK in 1 case\n +{dearest[1]}  1,299.00 SEK", summary)
    assert re.search(rf"Lost +349.00 SEK in 1 case\n +{refunded[1]}  349.00 SEK", summary)


def test_the_answer_stands_in_the_case_and_reached_the_customer(played: tuple[Path, str]) -> None:
    _, screen = played

    after = screen.partition("This is what the customer received:")[2]

    assert "Vi skickar en ny redan i dag" in after.partition("Nobody answers")[0]


def test_its_folder_goes_on_working_with_the_same_commands(played: tuple[Path, str]) -> None:
    folder, _ = played
    home = folder / "casehub-demo"

    found = casehub(home, "search", "oberg")
    shown = casehub(home, "show", "CH-1001")
    status = casehub(home, "status")

    assert "Åsa Öberg" in found.stdout
    assert "CH-1001" in shown.stdout
    assert "mail: last read" in status.stdout


def test_reading_on_says_that_the_pretended_server_is_gone(played: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = played
    # What fails stays in the status, which another test reads.
    home = Path(shutil.copytree(folder / "casehub-demo", tmp_path / "casehub-demo"))

    gone = casehub(home, "sync")

    assert gone.returncode == 1
    assert "cannot reach 127.0.0.1" in gone.stdout
    assert "Traceback" not in gone.stdout + gone.stderr


def test_it_can_be_played_again_and_leaves_a_strangers_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("precious", encoding="utf-8")

    refused = casehub(tmp_path, "demo", "--folder", "mine")
    first, second = (casehub(tmp_path, "demo", "--folder", "play") for _ in range(2))

    assert refused.returncode == 2
    assert "not empty" in refused.stderr
    assert (tmp_path / "mine" / "letter.txt").read_text(encoding="utf-8") == "precious"
    assert (first.returncode, second.returncode) == (0, 0)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Refused, match="file/demo cannot be made"):
        fresh_folder(tmp_path / "file" / "demo")


def test_the_screen_of_the_readme_is_what_the_demo_prints(played: tuple[Path, str]) -> None:
    _, screen = played
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- screen: begin -->\n```\n(.*?)```", readme, re.DOTALL)
    assert shown is not None

    printed = {told_alike(line) for line in screen.splitlines()}
    lines = [line for line in shown[1].splitlines() if line and line != "…"]
    assert len([line for line in lines if re.match(r"CH-\d+ {2}", line)]) >= 12
    assert [line for line in lines if told_alike(line) not in printed] == []


def told_alike(line: str) -> str:
    """A line without what depends on the day or on chance: numbers of cases, keys, dates, and widths of columns."""
    line = re.sub(r"CH-\d+", "CH-N", line)
    line = re.sub(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ [A-Z][a-z]{2}", "DAY", line)
    line = re.sub(r"\d{4}-\d\d-\d\d", "DATE", re.sub(r"[0-9a-f]{16}", "KEY", line))
    return re.sub(r" {2,}", "  ", line)
