"""The pictures in the documents are there, light enough to load, and say in words what they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
HEAVIEST = 200_000


def pictures() -> Iterator[tuple[str, Path, str]]:
    """Every picture that a document shows: the document, the file, and the words for who cannot see it."""
    for document in DOCUMENTS:
        for words, target in re.findall(r"!\[([^\]]*)\]\((?!https?:)([^)]+)\)", document.read_text(encoding="utf-8")):
            yield document.name, document.parent / target, words


@pytest.mark.parametrize(("document", "file", "words"), list(pictures()), ids=lambda one: getattr(one, "name", None))
def test_a_picture_is_there_and_light_and_told_in_words(document: str, file: Path, words: str) -> None:
    assert file.is_file(), f"{document} shows {file.name}: make screens"

    assert file.stat().st_size < HEAVIEST
    assert len(words) > 5


def test_the_readme_shows_the_list_and_a_case() -> None:
    shown = {file.stem for document, file, _ in pictures() if document == "README.md"}

    assert {"list-light", "case-light"} <= shown


def test_every_page_is_there_in_both_themes() -> None:
    names = {file.stem for file in (ROOT / "docs" / "screens").iterdir()}
    pages = {name.rpartition("-")[0] for name in names}

    assert {f"{page}-{theme}" for page in pages for theme in ("light", "dark")} <= names
    assert {"list-phone", "case-phone"} <= names
    assert len(pages) >= 11
