"""Every text that a visitor reads, in each language of the page."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from hub_web_form.settings import LANGUAGES

Words = Mapping[str, str]
"""A text by language."""


@cache
def texts() -> Mapping[str, Words]:
    """The texts of all pages and mails, by name."""
    room = files("hub_web_form") / "texts"
    return {
        name: words
        for file in room.iterdir()
        if file.name.endswith(".toml")
        for name, words in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


def say(name: str, language: str, /, **values: object) -> str:
    """A text in a language, with what belongs into it."""
    return in_language(texts()[name], language).format(**values)


def in_language(words: Words, language: str, default: str = "en") -> str:
    """The words in this language, else in the default one, else in any."""
    for wanted in (language, default, "en"):
        if words.get(wanted):
            return words[wanted]
    return next((word for word in words.values() if word), "")


def chosen(asked: str, accepted: str, shown: tuple[str, ...], default: str) -> str:
    """The language for a visitor: the one asked for in the address, else the first that the browser accepts."""
    if asked in shown:
        return asked
    for language in _by_weight(accepted):
        if language in shown:
            return language
    return default


def _by_weight(accepted: str) -> list[str]:
    """The two letters of each language that a browser accepts, the best first (RFC 9110, section 12.5.4)."""
    found: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        code, _, weight = part.partition(";")
        try:
            q = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            q = 0.0
        if q > 0:
            found.append((-q, place, code.strip().lower()[:2]))
    return [code for _, _, code in sorted(found)]


NAMES: Words = {
    "en": "English",
    "sv": "Svenska",
    "nl": "Nederlands",
    "de": "Deutsch",
    "ja": "日本語",
    "cs": "Čeština",
}
"""What each language calls itself."""

assert set(NAMES) == set(LANGUAGES)  # noqa: S101  a language that has no name cannot be chosen
