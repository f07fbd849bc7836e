"""In which language a customer is written to."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chosen:
    """A language, and why it was chosen."""

    language: str
    why: str


def primary(language: str) -> str:
    """The two letters of a language without its region: nl of nl-BE."""
    return re.split("[-_]", language.strip().lower(), maxsplit=1)[0]


def choose(there: Collection[str], told: str, guessed: str, fallback: Sequence[str]) -> Chosen | None:
    """The customer's language as it was told, else as they write, else the first of the fallback, else any there is.

    A language that was told and that there is no text in is not guessed anew. None if there is no text at all.
    """
    if told and primary(told) in there:
        return Chosen(primary(told), "it is the customer's language")
    lacking = f"the customer's language, {primary(told)}, is not there; " if told else ""
    if not told and guessed in there:
        return Chosen(guessed, "the customer writes in it")
    for language in fallback:
        if language in there:
            return Chosen(language, f"{lacking}it is the first of the channel's languages that is there")
    return Chosen(min(there), f"{lacking}it is the first that the template has") if there else None
