"""Days, instants and amounts as a customer reads them in a language."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.core.acknowledgement_text import LANGUAGES, day_written_out, written_out
from hub.core.model import Money

_NARROW = "\N{NO-BREAK SPACE}"  # an amount is never broken over two lines
_SEPARATORS = {
    "sv": (_NARROW, ","),
    "fr": (_NARROW, ","),
    "cs": (_NARROW, ","),
    "nl": (".", ","),
    "de": (".", ","),
}


def instant_words(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """Day and time in words; in figures that everybody reads where casehub does not speak the language."""
    if language in LANGUAGES:
        return written_out(instant, zone, language)
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"


def day_words(day: date, language: str, *, with_year: bool = False) -> str:
    """A day in words, or in figures as above."""
    return day_written_out(day, language, with_year=with_year) if language in LANGUAGES else day.isoformat()


def money_words(money: Money, language: str) -> str:
    """An amount with the separators of the language, and the currency's code."""
    thousands, point = _SEPARATORS.get(language, (",", "."))
    figures = f"{money.amount:,}".replace(",", "\0").replace(".", point).replace("\0", thousands)
    return f"{figures}{_NARROW}{money.currency}"
