"""The texts of the pages, in every language casehub speaks with people in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "sv": "Svenska",
    "nl": "Nederlands",
    "de": "Deutsch",
    "ja": "日本語",
    "cs": "Čeština",
}
"""The languages of the pages, each by its own name."""

Text = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Words:
    """The texts in one language; a text is called by its room and its name: `words("inbox.title")`."""

    language: str

    def __call__(self, name: str, /, **values: object) -> str:
        """The text, with what stands in its braces filled in; one with a count `n` in the form that the number takes.

        KeyError if no room has such a text: that is a mistake in a page, and a test looks for it.
        """
        text = texts()[name][self.language]
        if not isinstance(text, str):
            count = values.get("n", 0)
            text = text[min(plural_form(self.language, count if isinstance(count, int) else 0), len(text) - 1)]
        return text.format_map(values) if values else text

    def maybe(self, name: str, instead: str) -> str:
        """The text if there is one, else `instead`: a platform may have words of its own."""
        return self(name) if name in texts() else instead


@cache
def texts() -> Mapping[str, Mapping[str, Text]]:
    """Every text by room and name, in every language."""
    found: dict[str, Mapping[str, Text]] = {}
    for file in sorted(files("hub.web").joinpath("texts").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            room = file.name.removesuffix(".toml")
            read = tomllib.loads(file.read_text(encoding="utf-8"))
            found.update({f"{room}.{name}": text for name, text in read.items()})
    return found


def plural_form(language: str, count: int) -> int:
    """Which form of a noun goes with a number (https://www.unicode.org/cldr/charts/latest/supplemental/)."""
    if language == "ja":
        return 0
    if language == "cs":
        return 0 if count == 1 else 1 if 2 <= count <= 4 else 2
    return 0 if count == 1 else 1


def language_for(wished: Iterable[str], accepted: str = "") -> str:
    """The first language wished for that the pages speak, then that of an Accept-Language header, else English."""
    for code in (*wished, *_accepted(accepted)):
        if code[:2].lower() in LANGUAGES:
            return code[:2].lower()
    return "en"


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the dearest first."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        code, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, code.strip()))
        except ValueError:
            continue
    return [code for _, _, code in sorted(weighed)]
