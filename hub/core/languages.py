"""The languages of customers and replies, and by which words a text's own language is known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

DEFAULT_LANGUAGE = "en"

NAMES: Mapping[str, str] = {
    "sv": "Swedish",
    "nl": "Dutch",
    "de": "German",
    "fr": "French",
    "ja": "Japanese",
    "cs": "Czech",
    "en": "English",
}
"""Each language that casehub knows, by its two letters (ISO 639-1), with its name."""

LANGUAGES = tuple(NAMES)

_MOST_LOOKED_AT = 5_000
_LEAST_SIGNS = 2
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+")

# Words that the neighbours of a language (Danish of Swedish, Slovak of Czech) do not have or write otherwise.
_SIGNS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "sv": "och jag inte är från när för att vad tack någon något också ännu",
        "nl": "ik het een niet mijn wanneer heb nog zijn voor graag geen maar bedankt",
        "de": "ich nicht und ist mein meine meiner wann habe noch bitte danke für keine",
        "fr": "pas est les des vous bonjour mon une avec reçu où merci suis",
        "cs": "jsem není že ještě nebo děkuji které která jsme když jestli kdy bylo mé"
        " bych chtěl chtěla zboží přišlo přišel přišla reklamovat můžete můj",
        "en": "the and my not you has been when where please with would",
    }.items()
}
# What sellers write and customers hardly do. A word of two languages stands with both, and decides nothing.
_SELLERS_SIGNS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "sv": "hej paket paketet beställning så får ert er ni skickar imorgon måndag vänliga hälsningar hälsning"
        " kvitto återkommer beklagar dig att vardagar pengarna",
        "nl": "wij we u uw je jouw jullie wordt worden bestelling pakket verzonden ontvangen morgen beste vriendelijke"
        " groet van naar dat kunt kunnen binnen werkdagen excuses bij hebben spijt",
        "de": "wir ihnen ihr ihre ihrer ihren sie sehr guten grüßen freundlichen bestellung paket wurde werden wird"
        " können innerhalb werktagen morgen entschuldigung leider",
        "fr": "nous votre vos colis commande cordialement jours sous désolés remboursement sera avons demain pour"
        " dans pouvez madame monsieur la le",
        "cs": "dobrý vám vás vaše vaši vaší vašeho balík objednávku objednávka zásilka zásilku pracovních dnů zítra"
        " omlouváme pozdravem peníze hned který posíláme pondělí máme chcete bohužel budeme kus",
        "en": "we your will our have this that it are to of on sorry order parcel hello dear regards kind tomorrow",
    }.items()
}
_OF_BOTH: Mapping[str, frozenset[str]] = {
    language: signs | _SELLERS_SIGNS.get(language, frozenset()) for language, signs in _SIGNS.items()
}

SMALL_WORDS: frozenset[str] = frozenset().union(*_OF_BOTH.values())
"""Every word of any of the languages that sentences have and names of products hardly do."""


def language_of(told: str, text: str, default: str) -> str:
    """The language to answer in: the one that was told, else the one whose words the text has, else the default.

    The default also stands in for a language that casehub does not know.
    """
    if told:
        return primary(told) or default
    return guessed(text) or default


def primary(told: str) -> str:
    """The language of a code such as nl-BE, empty where casehub does not know it."""
    code = re.split("[-_]", told.strip().lower(), maxsplit=1)[0]
    return code if code in NAMES else ""


def guessed(text: str) -> str:
    """The language of what a customer wrote, empty where its words leave that open."""
    return _ranked(text, _SIGNS)


def guessed_of_reply(text: str) -> str:
    """The language of what a seller wrote, empty where its words leave that open."""
    return _ranked(text, _OF_BOTH)


def _ranked(text: str, signs_of: Mapping[str, frozenset[str]]) -> str:
    text = text[:_MOST_LOOKED_AT]
    if len(_KANA.findall(text)) > _LEAST_SIGNS:
        return "ja"
    words = set(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))
    ranking = sorted(((len(words & signs), language) for language, signs in signs_of.items()), reverse=True)
    (most, language), (second, _) = ranking[:2]
    return language if most >= _LEAST_SIGNS and most > 2 * second else ""
