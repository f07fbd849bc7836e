"""Recorded exchanges as readable files: one for each, with its body laid out as the JSON, XML or text that it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from hub.http.exchange import Headers, Request, Response
from hub.http.markup import charset_of, decoded

Exchange = tuple[Request, Response]
_LONGEST_NAME = 60


@dataclass
class Tape:
    """A Recorder that keeps everything in memory, also what must be redacted before anybody sees it."""

    exchanges: list[Exchange] = field(default_factory=list, repr=False)
    secrets: set[str] = field(default_factory=set, repr=False)

    def __call__(self, request: Request, response: Response, secrets: frozenset[str]) -> None:
        """Keep an exchange."""
        self.exchanges.append((request, response))
        self.secrets |= secrets


def file_name(number: int, request: Request) -> str:
    """The name of an exchange's file, by which the files sort as they were made."""
    slug = re.sub(r"[^a-zA-Z0-9]+", "-", f"{request.method}{request.path}").strip("-").lower()
    return f"{number:04}-{slug[:_LONGEST_NAME].rstrip('-')}.json"


def as_text(exchange: Exchange) -> str:
    """An exchange as a file holds it."""
    request, response = exchange
    parts = urlsplit(request.url)
    told = {
        "request": {
            "method": request.method,
            "host": f"{parts.scheme}://{parts.netloc}",
            "path": request.path,
            "query": [list(pair) for pair in parse_qsl(parts.query, keep_blank_values=True)],
            "headers": dict(sorted(request.headers.items())),
            **_body(request.body, request.headers),
        },
        "response": {
            "status": response.status,
            "headers": dict(sorted(response.headers.items())),
            **_body(response.body, response.headers),
        },
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def from_text(text: str) -> Exchange:
    """The exchange in a file; ValueError or KeyError if it is none."""
    told = json.loads(text)
    asked, answered = told["request"], told["response"]
    query = f"?{urlencode([tuple(pair) for pair in asked['query']])}" if asked["query"] else ""
    request = Request(asked["method"], asked["host"] + asked["path"] + query, Headers(asked["headers"]), _bytes(asked))
    return request, Response(answered["status"], _bytes(answered), Headers(answered["headers"]))


def _body(body: bytes, headers: Headers) -> dict[str, Any]:
    if not body:
        return {}
    try:
        return {"json": json.loads(body)}
    except (ValueError, RecursionError):
        text, _ = decoded(body, headers.get("content-type", "").lower())
        return {"text": (text if text is not None else body.decode("utf-8", "replace")).split("\n")}


def _bytes(told: Mapping[str, Any]) -> bytes:
    """The body, in the charset in which its server sent it."""
    if "json" in told:
        return json.dumps(told["json"], ensure_ascii=False).encode("utf-8", "replace")
    text = "\n".join(told.get("text", ()))
    media_type = str(told["headers"].get("content-type", "")).lower()
    return text.encode(charset_of(text.encode("utf-8", "replace"), media_type), "replace")
