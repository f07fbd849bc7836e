"""What may be repeated of an answer in an error: a platform's own words, without secrets, in one short line."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from hub.http.exchange import Request, Response

_LONGEST = 300
_LONGEST_PATH = 80
_SHORT_TEXT = 200
_DEEP = 4
_QUERY = re.compile(r"\?[^\s=?\"'<>]{1,100}=[^\s\"'<>]*")
_CHALLENGE = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
# Of problem details (RFC 9457), of OAuth (RFC 6749 5.2), and of what platforms make up themselves.
_SAYING = ("title", "detail", "description", "message", "error_description", "errordescription", "error", "reason")
_LISTING = ("violations", "errors", "error", "details", "messages")
_NAMING = ("name", "field", "code")


def usual_words(response: Response) -> str:
    """What an answer in JSON says of itself, or a short line of plain text; a page in HTML is never repeated."""
    media_type = response.headers.get("content-type", "").lower()
    if "html" in media_type or "xml" in media_type:
        return ""
    try:
        told = json.loads(response.body)
    except (ValueError, RecursionError):
        text = response.text.strip()
        plain = "text/plain" in media_type and len(text) <= _SHORT_TEXT and "<" not in text
        return text if plain else ""
    return "; ".join(dict.fromkeys(_sayings(told, _DEEP)))


def _sayings(told: Any, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(told, str):
        yield told.strip()
    elif isinstance(told, list):
        for item in told[:5]:
            yield from _sayings(item, depth - 1)
    elif isinstance(told, Mapping):
        yield from _of_table({str(name).lower(): value for name, value in told.items()}, depth)


def _of_table(table: Mapping[str, Any], depth: int) -> Iterator[str]:
    named = next((str(table[name]) for name in _NAMING if isinstance(table.get(name), str | int)), "")
    said = [table[name].strip() for name in _SAYING if isinstance(table.get(name), str) and table[name].strip()]
    if said:
        yield f"{named}: {': '.join(dict.fromkeys(said))}" if named else ": ".join(dict.fromkeys(said))
    for name in _LISTING:
        if isinstance(table.get(name), list | dict):
            yield from _sayings(table[name], depth - 1)


def scrubbed(text: str, secrets: Iterable[str], longest: int = _LONGEST) -> str:
    """The text in one line of reasonable length, without secrets, the parameters of addresses, and odd signs."""
    ordered = sorted(_spellings(secrets), key=len, reverse=True)
    for secret in ordered:
        text = text.replace(secret, "***")
    text = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in text[: 20 * longest])
    text = _CHALLENGE.sub(r"\1 ***", _QUERY.sub("?…", " ".join(text.split())))
    for secret in ordered:
        text = text.replace(secret, "***")
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def place(request: Request, secrets: Iterable[str]) -> str:
    """Host and path of a request, short and without its parameters, for an error."""
    return scrubbed(request.host + request.path, secrets, len(request.host) + _LONGEST_PATH)


def _spellings(secrets: Iterable[str]) -> set[str]:
    """Each secret as it is, and as it stands in an address or in JSON."""
    found = set()
    for secret in secrets:
        found |= {secret, secret.strip(), quote(secret), quote(secret, safe=""), quote_plus(secret)}
        found |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return found - {""}
