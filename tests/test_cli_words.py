"""What the desk says of a reply that is not there yet, and of an editor that does not come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from hub.cli.case_text import CaseText
from hub.cli.editor import written_in_editor
from hub.cli.outbox_text import OutboxText
from hub.cli.reply_preview import preview
from hub.core.model import Case, Party
from hub.core.outbox import MOST_READ_BACKS, Reply, ReplyState
from hub.core.outbox_alarms import Limits
from hub.core.uptime import Uptime
from hub.errors import Refused

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
REPLY = Reply("3f2a", "CH-1001", "support", "Hej Åsa 漢字 🙂", NINE, by="Eva")
CASE = Case("CH-1001", "support", "m1", NINE, NINE, customer=Party("Åsa Öberg", "asa@kund.example"))


def screen(reply: Reply) -> str:
    """What `casehub show` prints of this reply."""
    page = Console(width=100)
    with page.capture() as captured:
        for part in CaseText(NINE, "Europe/Stockholm").replies([reply]):
            page.print(part)
    return captured.get()


@pytest.mark.parametrize(
    ("state", "wait", "told"),
    [
        (ReplyState.QUEUED, timedelta(minutes=5), ", sent in 300 s unless `casehub undo` takes it back"),
        (ReplyState.HELD, None, "on support"),
        (ReplyState.UNCERTAIN, timedelta(), ", next try with the next run"),
        (ReplyState.QUEUED, None, "on support"),
        (ReplyState.REJECTED, timedelta(minutes=5), "on support"),
        (ReplyState.DELIVERED, timedelta(minutes=5), "on support"),
    ],
)
def test_the_outbox_says_when_a_reply_is_tried_again(state: ReplyState, wait: timedelta | None, told: str) -> None:
    reply = replace(REPLY, state=state, not_before=None if wait is None else NINE + wait)

    text = OutboxText(NINE, Uptime("", 0), "Europe/Stockholm", Limits())
    second = next(iter(text.lines(reply, 80))).plain.splitlines()[1]

    assert second.endswith(told)


def test_a_person_is_asked_about_an_uncertain_reply_only_when_casehub_cannot_tell() -> None:
    uncertain = replace(REPLY, state=ReplyState.UNCERTAIN)

    assert "`casehub deliver` looks it up before anything else" in screen(uncertain)
    assert "look on the platform, then `casehub outbox sent`" in screen(replace(uncertain, read_backs=MOST_READ_BACKS))


def test_a_reply_to_a_case_without_subject_says_so_before_it_is_queued() -> None:
    assert preview(CASE, "Hej", (), ())[2] == "Subject:  (no subject)"


def test_an_editor_that_does_not_start_is_told_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(tmp_path / "no-editor"))

    with (
        pytest.raises(Refused, match="name another in EDITOR, or give the text with -m"),
        written_in_editor(tmp_path / "draft.md", CASE, str),
    ):
        pass

    assert list(tmp_path.iterdir()) == []
