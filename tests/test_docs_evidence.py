"""What docs/evidence.md says is what the code does."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.core.exhibits import EvidenceKind
from hub.core.model import Case, CaseType
from hub.core.platform_acts import ActKind, Wanted
from hub.dossier import Dossier
from hub.dossier_json import dossier_json
from hub.plugins import load_plugins

TEXT = (Path(__file__).parents[1] / "docs" / "evidence.md").read_text(encoding="utf-8")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORDS = ("", "REJECTED", "ESCALATED", "RETURN_DOES_NOT_MEET_CONDITIONS")


def declared() -> dict[str, list[Wanted]]:
    """Everything that each adapter that comes along wants, of whatever case and act."""
    bare = Case("CH-1", "channel", "r1", NOON, NOON)
    cases = [replace(bare, type=kind, type_raw=raw) for kind in CaseType for raw in ("", "MISSING")]
    found = {}
    for key, info in load_plugins().adapters.items():
        adapter = info.create()
        asked = (adapter.wants(case, kind, word) for case in cases for kind in ActKind for word in WORDS)
        found[key] = [wanted for some in asked for wanted in some]
    return {key: wants for key, wants in found.items() if wants}


def test_the_marketplaces_that_come_along_all_say_what_they_want() -> None:
    assert declared().keys() == {"bolcom", "fyndiq_reclaimit", "rakuten", "rakuten_france"}


@pytest.mark.parametrize("adapter", sorted(declared()))
def test_every_source_that_a_plugin_names_stands_in_the_document(adapter: str) -> None:
    assert [wanted.source for wanted in declared()[adapter] if wanted.source not in TEXT] == []
    assert [wanted for wanted in declared()[adapter] if not wanted.source or not wanted.why] == []


def test_every_kind_of_evidence_is_explained_with_what_counts() -> None:
    assert [kind for kind in EvidenceKind if f"| `{kind}` |" not in TEXT] == []


def test_every_key_of_the_data_is_explained() -> None:
    data = dossier_json(Dossier(Case("CH-1", "c", "r", NOON, NOON), (), NOON, "UTC"), ())
    explained = {
        key for row in re.findall(r"^\| (`[^|]+) \|", TEXT, re.MULTILINE) for key in re.findall("`([^`]+)`", row)
    }

    assert data["schema"] in TEXT
    assert [key for key in data if key not in explained] == []
