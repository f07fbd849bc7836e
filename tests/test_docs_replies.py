"""docs/replies.md tells what the code has: every state, every platform, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.adapter import Capability
from hub.core.outbox import ReplyState
from hub.core.outbox_alarms import Limits
from hub.outbox_tables import OutboxTable
from hub.plugins import load_plugins

TEXT = (Path(__file__).parents[1] / "docs" / "replies.md").read_text(encoding="utf-8")


def rows(text: str) -> list[str]:
    """The first cells of a table that are written as code."""
    return re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)


def test_every_state_of_a_reply_is_told_once() -> None:
    assert rows(TEXT.partition("## What is guaranteed")[0]) == list(ReplyState)


def test_what_is_guaranteed_is_told_for_every_platform_that_anything_is_sent_to() -> None:
    told = TEXT.partition("guarantees: begin")[2].partition("guarantees: end")[0]
    found = load_plugins().adapters.values()
    written_to = {i.adapter.key for i in found if i.distribution == "casehub" and _is_written_to(i.adapter)}

    assert set(rows(told)) == written_to


def _is_written_to(adapter: type) -> bool:
    return bool({Capability.REPLY, Capability.DECIDE} & adapter.capabilities)  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", ["bolcom", "email_imap", "fyndiq_reclaimit", "rakuten", "rakuten_france", "web_form"])
def test_every_platform_announces_as_the_document_says(key: str) -> None:
    assert load_plugins().adapter(key).adapter.tells_when_it_sends


def test_the_times_in_the_document_are_those_of_the_code() -> None:
    assert f"`[outbox] undo` ({OutboxTable().undo.total_seconds():.0f} s, at most 10 min)" in TEXT
    assert f'queued = "{Limits().queued.total_seconds() / 60:.0f}m"' in TEXT
    assert f'held = "{Limits().held.total_seconds() / 3600:.0f}h"' in TEXT
