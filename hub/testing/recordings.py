"""What `casehub record` wrote, given back: as exchanges to look at, and as answers for a simulator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from hub.errors import ConfigurationError
from hub.http.exchange import Request, Response
from hub.http.recording import Exchange, from_text

__all__ = ["Exchange", "Replay", "read"]


def read(folder: Path) -> Sequence[Exchange]:
    """The recorded requests with their answers, in the order in which they were made."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise ConfigurationError(f"{folder} holds no recording; `casehub record` makes one")
    return [_exchange(file) for file in files]


class Replay:
    """Answers a request as it was answered before; of several times in their order, and then as the last time."""

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self._answers: dict[object, list[tuple[str, Response]]] = {}
        for request, response in exchanges:
            self._answers.setdefault(_key(request), []).append((_origin(request), response))

    def __call__(self, request: Request) -> Response | None:
        """The answer, whose links lead to where the request went; None for a request that was not recorded."""
        answers = self._answers.get(_key(request))
        if not answers:
            return None
        origin, answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return replace(answer, body=answer.body.replace(origin.encode(), _origin(request).encode()))


def _exchange(file: Path) -> Exchange:
    try:
        return from_text(file.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{file} is no file of a recording; leave in its folder what was recorded") from error


def _key(request: Request) -> object:
    parameters = sorted((name, tuple(values)) for name, values in request.parameters.items())
    return request.method, request.path, tuple(parameters), request.body


def _origin(request: Request) -> str:
    parts = urlsplit(request.url)
    return f"{parts.scheme}://{parts.netloc}"
