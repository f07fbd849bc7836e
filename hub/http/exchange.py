"""A request and its answer as data: what auth flows, simulators and recordings speak of, without a library."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hub.errors import Misunderstood


class Headers(Mapping[str, str]):
    """Header fields by name, whatever the letters' case; of a field that came twice the last one counts."""

    def __init__(self, fields: Mapping[str, str] | Sequence[tuple[str, str]] = ()) -> None:
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        self._fields = {name.lower(): value for name, value in pairs}

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Any:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({sorted(self._fields)})"  # the names alone: a value may be a secret


@dataclass(frozen=True)
class Request:
    """A request; its address and headers may hold secrets, so its repr names the host and the path alone."""

    method: str
    url: str
    headers: Headers = field(default_factory=Headers, repr=False)
    body: bytes = field(default=b"", repr=False)

    @cached_property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return urlsplit(self.url).path or "/"

    @cached_property
    def host(self) -> str:
        """The host's name, in small letters."""
        return urlsplit(self.url).hostname or ""

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters of the address; of one given twice the last."""
        return {name: values[-1] for name, values in self.parameters.items()}

    @cached_property
    def parameters(self) -> Mapping[str, Sequence[str]]:
        """The parameters of the address with all their values."""
        return parse_qs(urlsplit(self.url).query, keep_blank_values=True)

    @cached_property
    def form(self) -> Mapping[str, str]:
        """The fields of a form that is sent as application/x-www-form-urlencoded."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    def json(self) -> Any:
        """The body as JSON; ValueError if it is none."""
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"Request({self.method} {self.host}{self.path})"


@dataclass(frozen=True)
class Response:
    """An answer: the status, the headers and the whole body."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Headers = field(default_factory=Headers)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """An answer with this value as JSON."""
        own = {"content-type": "application/json; charset=utf-8", **(headers or {})}
        return cls(status, json.dumps(value, ensure_ascii=False).encode(), Headers(own))

    @classmethod
    def of_text(cls, text: str, status: int = 200, media_type: str = "text/plain") -> Response:
        """An answer with this text."""
        return cls(status, text.encode(), Headers({"content-type": f"{media_type}; charset=utf-8"}))

    @property
    def ok(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON, whatever its media type says; Misunderstood, without the body's words, if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            # From None: the error would keep the whole body.
            told = f"an answer (HTTP {self.status}, {len(self.body):,} bytes) is not JSON that can be read"
            raise Misunderstood(told) from None

    @property
    def text(self) -> str:
        """The body as text, with what cannot be read replaced."""
        return self.body.decode("utf-8", "replace")


class ConnectionLost(Exception):
    """A pretended server lets the connection break; `sent` tells whether the request had left before."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__("the pretended connection was lost")
        self.sent = sent


Answering = Callable[[Request], Response]
"""A pretended server: answers a request, or raises ConnectionLost."""

Recorder = Callable[[Request, Response, frozenset[str]], None]
"""Is shown each request with its answer, and the secrets that may stand in them."""
