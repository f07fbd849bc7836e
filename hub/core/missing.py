"""Whether a customer's words say that something he paid for is not there: a guess, which is kept with its reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from hub.core.matching import plain_subject
from hub.core.missing_words import LANGUAGES
from hub.core.model import RECALLED, Author, Case, CaseType, Direction, Message
from hub.core.turns import Detection

_MOST = 10_000
"""So many characters of a message are looked at."""
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_ORIGINAL = re.compile(r"^[ \t]*(?:-{4,}|_{8,})[^\n]*$", re.MULTILINE)
_KANA, _HAN = re.compile("[\u3041-\u30ff]"), re.compile("[\u4e00-\u9fff]")
_NOT_LOOKED_AT = frozenset({CaseType.MISSING_ITEM, CaseType.UNREADABLE})


def detect(case: Case, message: Message) -> Detection | None:
    """What a message makes of a case: nothing where a person, the platform or an earlier message said enough."""
    if case.classified or case.detected or case.type in _NOT_LOOKED_AT or not _is_a_customers(message):
        return None
    # The subject of an answer was written by somebody else, perhaps by us.
    own_subject = plain_subject(message.subject) == " ".join(message.subject.casefold().split())
    found = find_missing(f"{message.subject}. {own_words(message.text)}" if own_subject else own_words(message.text))
    return replace(found, message=message.ref) if found else None


def own_words(text: str) -> str:
    """A text without the older mail that it quotes."""
    start = _ORIGINAL.search(text)
    return _QUOTED.sub("", text[: start.start()] if start and text[: start.start()].strip() else text)


def find_missing(text: str) -> Detection | None:
    """The first rule by which a text says that something is missing, in the languages whose script it uses."""
    plain = _plain(text[:_MOST])
    hits = list(_hits(plain))
    if not hits:
        return None
    _, rule, words = hits[0]
    # Danish and Norwegian share most of these words: what both say is said of both.
    languages = [language for language, _, others in hits if others == words]
    return Detection(CaseType.MISSING_ITEM.value, rule, " or ".join(languages), words)


def _is_a_customers(message: Message) -> bool:
    return (
        message.author is Author.CUSTOMER
        and message.direction is Direction.INBOUND
        and not message.automatic
        and not message.problem
        and RECALLED not in message.labels
    )


def _hits(text: str) -> Iterator[tuple[str, str, str]]:
    for language in _languages_of(text):
        rules, harmless = _compiled(language)
        found = rules.search(text)
        if found and harmless:
            found = rules.search(harmless.sub(" … ", text))
        if found and found.lastgroup:
            yield language, _rule_names(language)[found.lastgroup], found.group().strip()


def _languages_of(text: str) -> list[str]:
    """The languages to look in; kana tell Japanese from Chinese."""
    if _KANA.search(text):
        return ["ja"]
    return ["zh"] if _HAN.search(text) else [language for language in LANGUAGES if language not in {"ja", "zh"}]


def _plain(text: str) -> str:
    """The text in small letters and one form of each sign, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold().split())


@cache
def _compiled(language: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """One expression for all rules of a language, each a named group, and one for what only sounds like them."""
    words = LANGUAGES[language]
    names = {rule: name for name, rule in _rule_names(language).items()}
    rules = "|".join(f"(?P<{names[rule]}>{'|'.join(patterns)})" for rule, patterns in words.rules.items())
    return re.compile(rules), re.compile("|".join(words.harmless)) if words.harmless else None


@cache
def _rule_names(language: str) -> dict[str, str]:
    """The rules of a language by the names of their groups, which may hold no spaces."""
    return {rule.replace(" ", "_"): rule for rule in LANGUAGES[language].rules}
