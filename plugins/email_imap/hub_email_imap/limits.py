"""How much of a mail is read, and what the reader notes about it on the way."""

from __future__ import annotations

from dataclasses import dataclass

Notes = set[str]
"""The labels collected while one mail is read; each reader adds what it had to do."""

GUESSED = "charset-guessed"
TRUNCATED = "truncated"
REMOTE_IMAGES = "remote-images"


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read of one mail; what goes beyond is cut and labelled `truncated`, the raw mail stays whole."""

    parts: int = 100
    depth: int = 20
    header_fields: int = 200
    header_bytes: int = 65_536
    head_bytes: int = 4_194_304
    recipients: int = 1_000
    references: int = 100
    text_chars: int = 2_000_000


STANDARD = Limits()
