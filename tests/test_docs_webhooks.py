"""docs/webhooks.md tells what the code has: every type, every pause, every limit."""

from __future__ import annotations

import re
from pathlib import Path

from hub.core.webhook_events import TEST, TYPES
from hub.core.webhooks import BOTH_SECRETS, GIVEN_UP_AFTER, RESTS
from hub.runs.webhooks import DELIVERY_ID, KEPT_FOR

TEXT = (Path(__file__).parents[1] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def test_every_type_is_explained_as_the_code_does() -> None:
    told = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+) \|$", TEXT, re.MULTILINE))

    assert {name: words for name, words in told.items() if name != TEST} == dict(TYPES)
    assert TEST in told


def test_the_times_are_those_of_the_code() -> None:
    names = [_words(pause.total_seconds()) for pause in RESTS]

    assert f"after {', '.join(names[:-1])} and {names[-1]}" in TEXT
    assert f"took nothing for {GIVEN_UP_AFTER.days} days" in TEXT
    assert f"listed for {KEPT_FOR.days} days" in TEXT
    assert f"For {BOTH_SECRETS.total_seconds() / 3600:.0f} hours" in TEXT


def test_every_header_is_explained() -> None:
    for header in ("webhook-id", "webhook-timestamp", "webhook-signature", DELIVERY_ID):
        assert f"| `{header}` |" in TEXT


def _words(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.0f} h"
