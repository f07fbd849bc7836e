"""Recorded exchanges without personal data: replaced consistently, so that what belongs together still does.

Two looks: the first learns every personal value from the fields that name it, the second replaces these values
wherever they stand. It is as good as the names of the fields are; a person looks before giving a recording away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from hub.http.exchange import Headers, Request, Response
from hub.http.markup import decoded, walk_markup
from hub.http.personal import INHERITED, ROLES, Kind, is_neutral, kind_of
from hub.http.pseudonyms import Pseudonyms, same_shape
from hub.http.traces import Traces

_KEPT_HEADERS = re.compile(r"accept|content-type|retry-after|(x-)?rate-?limit.*|link|content-language")
_ENUM = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?")
_TELLING_SEGMENT = re.compile(r"(?=.*\d.*\d.*\d.*\d)[\w.-]+|[0-9a-fA-F-]{32,36}|[^/]*@[^/]*")
_FEW_DIGITS = 4

Exchange = tuple[Request, Response]
Visit = Callable[[Kind | None, str], str]


@dataclass(frozen=True)
class Redaction:
    """How a recording is redacted; `own` are the personal fields of an adapter, `salt` makes it unlike any other."""

    secrets: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    salt: bytes = b""

    def of(self, exchanges: Sequence[Exchange]) -> list[Exchange]:
        """The exchanges with stand-ins."""
        hosts = frozenset(_owner(request.host) for request, _ in exchanges)
        traces = Traces(Pseudonyms(self.salt), self.secrets, hosts)
        learning = _Walk(traces.learn, self.own)
        for request, response in exchanges:
            learning.request(request)
            learning.response(response)
        traces.settle()
        replacing = _Walk(traces.replaced, self.own)
        return [(replacing.request(request), replacing.response(response)) for request, response in exchanges]


@dataclass(frozen=True)
class _Walk:
    """Shows every text of an exchange to `visit`, with what its field is likely to hold."""

    visit: Visit
    own: Collection[str]

    def request(self, request: Request) -> Request:
        parts = urlsplit(request.url)
        path = "/".join(self._segment(segment) for segment in parts.path.split("/"))
        query = urlencode(self._pairs(parse_qsl(parts.query, keep_blank_values=True)))
        kept = replace(request, url=urlunsplit((parts.scheme, parts.netloc, path, query, "")))
        body, headers = self._body(request.body, request.headers)
        return replace(kept, body=body, headers=headers)

    def response(self, response: Response) -> Response:
        body, headers = self._body(response.body, response.headers)
        return Response(response.status, body, headers)

    def _segment(self, segment: str) -> str:
        plain = unquote(segment)
        telling = _TELLING_SEGMENT.fullmatch(plain) and "@" not in plain
        return quote(self._text(plain, Kind.ID if telling else None), safe="@:,;=+$&!*()")

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, self._text(value, kind_of(name, own=self.own))) for name, value in pairs]

    def _body(self, body: bytes, headers: Headers) -> tuple[bytes, Headers]:
        told = {name: self.visit(None, value) for name, value in headers.items() if _KEPT_HEADERS.fullmatch(name)}
        return self._content(body, headers.get("content-type", "").lower()), Headers(told)

    def _content(self, body: bytes, media_type: str) -> bytes:
        if not body:
            return b""
        if "x-www-form-urlencoded" in media_type:
            return urlencode(self._pairs(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))).encode()
        try:
            return json.dumps(self.value(json.loads(body)), ensure_ascii=False).encode("utf-8", "replace")
        except (ValueError, RecursionError):
            return self._no_json(body, media_type)

    def _no_json(self, body: bytes, media_type: str) -> bytes:
        text, charset = decoded(body, media_type)
        if text is None:
            return f"({len(body):,} bytes that are no text)".encode()
        if "xml" in media_type or "html" in media_type or text.lstrip().startswith("<"):
            return walk_markup(text, self._of_element).encode(charset, "xmlcharrefreplace")
        return self.visit(Kind.TEXT, text).encode(charset, "replace")

    def _of_element(self, name: str, parent: str, text: str) -> str:
        kind = kind_of(name, parent, self.own)
        return self._text(text, Kind.TEXT if kind is None and name in ("p", "td", "body", "h1") else kind)

    def value(self, value: Any, kind: Kind | None = None, parent: str = "", beneath: Kind | None = None) -> Any:
        """A value of JSON; `kind` is what its own field tells, `beneath` what an outer one does."""
        if isinstance(value, Mapping):
            return {self._key(name): self._member(name, item, kind or beneath, parent) for name, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, kind, parent, beneath) for item in value]
        if isinstance(value, str):
            if kind is None and beneath in INHERITED:
                kind = beneath
            elif kind is None and beneath is Kind.TEXT and " " in value.strip():
                kind = Kind.TEXT
            return self._text(value, kind)
        if (
            kind is not None
            and kind is not Kind.TEXT
            and isinstance(value, int | float)
            and not isinstance(value, bool)
        ):
            return self._number(value, kind)
        return value

    def _key(self, name: str) -> str:
        """A name as it is, unless it is no name but a number or an address."""
        telling = _TELLING_SEGMENT.fullmatch(name) and kind_of(name, own=self.own) is None
        return self.visit(None if "@" in name else Kind.ID, name) if telling else name

    def _member(self, name: str, item: Any, beneath: Kind | None, parent: str) -> Any:
        kind = kind_of(name, parent, self.own)
        return self.value(item, kind, name, None if kind is None and is_neutral(name) else beneath)

    def _text(self, text: str, kind: Kind | None) -> str:
        if _DATE.fullmatch(text) and kind is not Kind.PLACE:
            return text
        if kind in (Kind.NAME, Kind.TEXT) and (_ENUM.fullmatch(text) or text.lower() in ROLES):
            return text
        return self.visit(kind, text)

    def _number(self, number: float, kind: Kind) -> float:
        """Digits for digits; short ones, which are counts as likely as not, stay where they are an id."""
        digits = str(abs(number))
        if isinstance(number, float):
            return number if not digits.replace(".", "").isdecimal() else float(self.visit(Kind.ID, digits))
        if kind is Kind.ID and len(digits) < _FEW_DIGITS:
            return number
        return same_shape(number, self.visit(Kind.ID, digits))


def _owner(host: str) -> str:
    """The last two parts of a host, which are the platform's."""
    return ".".join(host.split(".")[-2:])
