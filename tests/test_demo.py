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


def test_it_reads_answers_delivers_and_reads_again_with_nothing_new(played: tuple[Path, str]) -> None:
    _, screen = played

    told = [
        "✓ mail: 13 new messages, 12 new cases",
        "Queued as",
        "✓ mail: 1 reply delivered",
        "In-Reply-To: <",
        "✓ mail: nothing new",
        "Go on with the same commands",
    ]
    places = [screen.find(words) for words in told]
    assert -1 not in places
    assert places == sorted(places)


def test_the_answer_stands_in_the_thread_after_it_was_delivered(played: tuple[Path, str]) -> None:
    _, screen = played

    before, _, after = screen.partition("1 reply delivered")

    assert "Vi har letat upp ditt paket" not in before
    assert after.count("Vi har letat upp ditt paket") == 2


def test_its_folder_goes_on_working_with_the_same_commands(played: tuple[Path, str]) -> None:
    folder, _ = played
    home = folder / "casehub-demo"

    found = casehub(home, "search", "oberg")
    shown = casehub(home, "show", "CH-1001")
    status = casehub(home, "status")

    assert "Åsa Öberg" in found.stdout
    assert "waiting" in shown.stdout
    assert "✓ mail" in status.stdout


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

    printed = screen.splitlines()
    rows = [line for line in shown[1].splitlines() if re.match(r"CH-\d+ {2}", line)]
    others = [line for line in shown[1].splitlines() if line and line not in rows and not depends_on_the_day(line)]
    assert len(rows) >= 12
    assert [line for line in others if line not in printed] == []
    assert [row for row in rows if not any(tells_the_same(row, line) for line in printed)] == []


def depends_on_the_day(line: str) -> bool:
    """Whether a line counts hours, names days, or is as wide as another such line."""
    return line.startswith(("number ", "Answer ", "          counted")) or " late" in line


def tells_the_same(row: str, line: str) -> bool:
    """Whether two rows are of one case, customer and order; how long is left depends on the day."""
    words = [column for column in re.split(r" {2,}", row) if not re.search("late|due|…|^–$", column)]
    return line.startswith(words[0]) and all(word in line for word in words)
