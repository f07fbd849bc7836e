"""What signs somebody in: secrets that only their holder keeps, of which the hub knows a digest, and for how long."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import datetime, timedelta

from hub.core.people import Session, Token

IDLE = timedelta(hours=12)
"""How long a session lasts that nobody uses."""
LONGEST = timedelta(days=7)
"""How long a session lasts at most."""
TOUCHED_EVERY = timedelta(minutes=5)
"""How often it is written down at most that a session or token is used: a page asks many times a minute."""
LINK_LASTS = timedelta(hours=24)
"""How long a link signs somebody in, once, that is handed over."""
LINK_AT_HAND_LASTS = timedelta(minutes=15)
"""The same of one that is printed where it is used."""
_LONGEST_NOTE = 200
_ID = 8
_TOKEN = re.compile(rf"chub_([0-9a-f]{{{_ID}}})_([A-Za-z0-9_-]{{20,100}})")


def digest(secret: str) -> str:
    """What is kept of a secret; of one as long as ours nobody finds it again, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def token_text(secret: str) -> str:
    """How a token is handed over, once: its id is in it, so that a person can tell which one a program holds."""
    return f"chub_{token_id(digest(secret))}_{secret}"


def token_id(key: str) -> str:
    """By what a token is called without its secret: the beginning of its key."""
    return key[:_ID]


def token_key(text: str) -> str:
    """The key of a token that was handed over; empty if this is no token, or one that was copied wrongly."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return ""
    key = digest(found[2])
    return key if hmac.compare_digest(token_id(key), found[1]) else ""


def begun(key: str, who: str, now: datetime, address: str = "", agent: str = "") -> Session:
    """A session that begins now; of what a browser says of itself only so much is kept."""
    return Session(key, who, now, now, now + IDLE, address[:_LONGEST_NOTE], agent[:_LONGEST_NOTE])


def used(session: Session, now: datetime) -> Session:
    """The session after it was used: the same where that was written down a moment ago."""
    if now - session.seen_at < TOUCHED_EVERY:
        return session
    return replace(session, seen_at=now, until=min(now + IDLE, session.began_at + LONGEST))


def is_worth_noting(token: Token, now: datetime) -> bool:
    """Whether the use of a token is written down again."""
    return token.seen_at is None or now - token.seen_at >= TOUCHED_EVERY
