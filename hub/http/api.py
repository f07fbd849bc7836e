"""What an adapter declares of the API it speaks with, and the client that it is given for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self

from hub.http.auth import Auth
from hub.http.exchange import Headers, Response

_OK = frozenset({200})


@dataclass(frozen=True, slots=True)
class Budget:
    """How many requests an account may make in which time; `of` is a regular expression for `METHOD /path`.

    The path is that which is added to the base address, without parameters. A request spends from the first budget of
    the API that fits it wholly. `name` keeps the budgets of an account apart.
    """

    name: str
    requests: int
    per: timedelta
    of: str = ".*"

    def __post_init__(self) -> None:
        if self.requests < 1 or self.per <= timedelta():
            raise ValueError(f"the budget {self.name!r} allows nothing; give it at least one request in some time")


@dataclass(frozen=True, slots=True)
class BudgetNews:
    """What an answer's headers say of a budget: how many requests are left until it is whole again."""

    left: int
    whole_at: datetime


@dataclass(frozen=True)
class Api:
    """An API as an adapter declares it.

    Credentials go to the host of `base_url` and to `hosts` alone, over https or to this very computer. `account` names
    whose budgets are spent, and holds no secret. `words_of` gives the platform's own words for a refusal, and
    `budget_news` what an answer says of the budgets; both are given answers of any status and body.
    """

    base_url: str
    auth: Auth | None = None
    account: str = ""
    budgets: tuple[Budget, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    timeout: float = 20.0
    largest: int = 20_000_000
    words_of: Callable[[Response], str] | None = None
    budget_news: Callable[[Response, datetime], BudgetNews | None] | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent as a part of a multipart form, in the field `part`."""

    part: str
    name: str
    media_type: str
    content: bytes = field(repr=False)


class ApiClient(Protocol):
    """Speaks with one API within its budgets; a context manager that closes what it opened.

    `path` begins with / and is added to the base address; a whole address is taken where its host is one of the API's,
    and refused as Misunderstood where it is not. No redirect is followed.
    """

    def __enter__(self) -> Self:
        """Open nothing yet."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        ...

    def read(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        method: str = "GET",
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        expected: frozenset[int] = _OK,
    ) -> Response:
        """Ask for something that changes nothing; what fails in passing is asked again, a few times, with pauses.

        Raises AuthenticationFailed (401 after one renewal, 403), RateLimited, Unavailable, Misunderstood (another
        status than those expected, an answer too large, one sent on to another host), ConfigurationError.
        """
        ...

    def write(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        uploads: Sequence[Upload] = (),
        headers: Mapping[str, str] | None = None,
        expected: frozenset[int] = frozenset({200, 201, 202, 204}),
    ) -> Response:
        """Change something, once: it is sent again only after a 401, which is sure to have changed nothing.

        Raises Unavailable (surely not taken), RateLimited, AuthenticationFailed (the same), Rejected (any other 4xx,
        with the platform's words), Uncertain (5xx, another unexpected status, or the answer was lost).
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class ApiDoor(Protocol):
    """Opens clients: what `Tools.open_api` is."""

    def __call__(self, api: Api) -> ApiClient:
        """A client for this API; opens nothing before it is used. ConfigurationError for an unusable address."""
        ...


__all__ = ["Api", "ApiClient", "ApiDoor", "Budget", "BudgetNews", "Headers", "Upload"]
