"""What a good reply has, whatever the platform: a next step, a time, a friendly tone, and no placeholder left open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from itertools import groupby

from hub.core.courtesy_words import OFFERS_NOTHING
from hub.core.languages import SMALL_WORDS, guessed_of_reply
from hub.core.phrases import Phrases
from hub.core.policy import Mark
from hub.core.text_rules import Finding, RuleSource, Weight
from hub.core.tone_words import NEXT_STEPS, TIMES, UNFRIENDLY


class SoftChecks(StrEnum):
    """What a channel does with what the soft checks find."""

    WARN = "warn"
    REFUSE = "refuse"
    OFF = "off"


NO_NEXT_STEP = "no-next-step"
NO_DATE = "no-date"
UNFRIENDLY_TONE = "unfriendly"
PLACEHOLDER = "placeholder-left"

_FYNDIQ = "https://support.fyndiq.se/hc/en-se/articles/360037568172-Customer-contact"
_OURS = "casehub's own advice"
SOURCES: Mapping[str, RuleSource] = {
    NO_NEXT_STEP: RuleSource(_FYNDIQ, Mark.INFERRED),
    NO_DATE: RuleSource(_OURS, Mark.ASSUMED),
    UNFRIENDLY_TONE: RuleSource(_FYNDIQ, Mark.INFERRED),
    PLACEHOLDER: RuleSource(_OURS, Mark.ASSUMED),
}
"""Where each soft check comes from; the lists of words are casehub's own."""

_MOST_LOOKED_AT = 20_000
_WITHOUT_BLANKS = frozenset({"ja"})
# 24/12, 12:30, 2026-12-24, but no price.
_TIME_IN_FIGURES = re.compile(
    r"\d{1,4}[./:-]\d{1,2}(?!\d| ?(?:€|%|EUR|SEK|DKK|CZK|JPY|kr|Kč|円))|\d+ ?(?:h|u|tim|hod|std)\b|\bkl\.? ?\d",
    re.IGNORECASE,
)
_PLACEHOLDERS = (
    r"\{\{.{0,60}?\}\}|\{%.{0,60}?%\}|\{[^{}\n]{0,40}\}",
    r"\[[A-ZÅÄÖÜÉ][A-ZÅÄÖÜÉ0-9 _/-]{1,30}\]",
    r"\[(?i:your|ditt|uw|ihr|votre|vaše|name|namn|naam|datum|date|nom) ?\w{0,20}\]",
    r"<<?[A-Za-zÀ-ž][\w -]{0,30}>?>",
    r"(?<![\w-])X{3,}(?![\w-])",
    r"\b(?:TODO|TBD|FIXME)\b|(?i:\blorem ipsum\b)",
    r"_{3,}",
    r"(?<!\d)(?<!\d )%(?:\(\w+\))?[sd]\b",
    r"[○〇◯●]{2,}",
)
_PLACEHOLDER = re.compile("|".join(_PLACEHOLDERS))
_MARKS = re.compile(r"[!！]{3,}|[?？]{3,}|(?:[?？][!！]){2,}")
_WORD = re.compile(r"[^\W\d_]+[,!]?")
_SHORTEST_SHOUT = 3  # words
_SENTENCE_END = re.compile(r"[.!?。！？;]+|\n+")
_FEWEST_WORDS_OF_SENTENCE = 4
_FEWEST_LETTERS_OF_SENTENCE = 8
_FEWEST_WORDS = 6
_FEWEST_LETTERS = 20  # in a language without blanks between words
_SHOWN = 40


def soft_findings(text: str, *, time_expected: bool = True, weight: Weight = Weight.WARNED) -> tuple[Finding, ...]:
    """What a text lacks as a good reply.

    What depends on a language is looked for only where the text's words tell which it is. `time_expected` is false for
    a case in which nothing is on its way, such as a question about a product.
    """
    if not text.strip():
        return ()
    text = text[:_MOST_LOOKED_AT]
    found = [*_open_placeholders(text), *_unfriendly(text)]
    language = guessed_of_reply(text)
    if language and _is_an_answer(text, language):
        found += _promises(text, language, time_expected=time_expected)
    return tuple(Finding(rule, says, weight, SOURCES[rule]) for rule, says in found)


def _is_an_answer(text: str, language: str) -> bool:
    """Whether there is enough of it to say that something is missing; "Thank you!" needs nothing more."""
    if language in _WITHOUT_BLANKS:
        return len("".join(text.split())) >= _FEWEST_LETTERS
    return len(_WORD.findall(text)) >= _FEWEST_WORDS


def _promises(text: str, language: str, *, time_expected: bool) -> Iterator[tuple[str, str]]:
    if not _has(NEXT_STEPS, language, text) and _is_courtesy(text, language):
        yield NO_NEXT_STEP, "it offers no solution and does not say what happens next"
    if time_expected and not _TIME_IN_FIGURES.search(text) and not _has(TIMES, language, text):
        yield NO_DATE, "it says no date, time or period by which something happens"


def _is_courtesy(text: str, language: str) -> bool:
    """Whether each of its sentences thanks, apologises, greets or refuses, or is too short to say anything."""
    sentences = (sentence for sentence in _SENTENCE_END.split(text) if _is_sentence_of(sentence, language))
    return all(_has(OFFERS_NOTHING, language, sentence) for sentence in sentences)


def _is_sentence_of(text: str, language: str) -> bool:
    if language in _WITHOUT_BLANKS:
        return len("".join(text.split())) >= _FEWEST_LETTERS_OF_SENTENCE
    return len(_WORD.findall(text)) >= _FEWEST_WORDS_OF_SENTENCE


def _unfriendly(text: str) -> Iterator[tuple[str, str]]:
    language = guessed_of_reply(text)
    words = _has(UNFRIENDLY, language, text) if language else ""
    if words:
        yield UNFRIENDLY_TONE, f"it sounds unfriendly: {_shown(words)!r}"
    if loud := _shouted(text):
        yield UNFRIENDLY_TONE, f"it shouts: {_shown(loud)!r}"


def _shouted(text: str) -> str:
    """Words in capitals that are a sentence and no name, or a heap of marks."""
    for are_capitals, run in groupby(_WORD.findall(text), key=str.isupper):
        words = list(run)
        if are_capitals and len(words) >= _SHORTEST_SHOUT and _is_sentence(words):
            return " ".join(words)
    marks = _MARKS.search(text)
    return marks.group() if marks else ""


def _is_sentence(words: Sequence[str]) -> bool:
    small = sum(word.strip(",!").casefold() in SMALL_WORDS for word in words)
    return small > 1 or any(word.endswith("!") for word in words)


def _open_placeholders(text: str) -> Iterator[tuple[str, str]]:
    if found := _PLACEHOLDER.search(text):
        yield PLACEHOLDER, f"a placeholder is still open: {_shown(found.group())!r}"


def _has(words: Mapping[str, str], language: str, text: str) -> str:
    return _phrases(words[language], language in _WITHOUT_BLANKS).first_in(text)


@cache
def _phrases(listed: str, anywhere: bool) -> Phrases:
    return Phrases(listed.split("|"), anywhere=anywhere)


def _shown(words: str) -> str:
    whole = " ".join(words.split())
    return whole if len(whole) <= _SHOWN else f"{whole[: _SHOWN - 1]}…"
