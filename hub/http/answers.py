"""What an answer means: for a read whether to ask again, for a write whether it may have been done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from hub.errors import (
    AuthenticationFailed,
    Misunderstood,
    RateLimited,
    Rejected,
    Unavailable,
    Uncertain,
)
from hub.http.api import Api, BudgetNews
from hub.http.exchange import Request, Response
from hub.http.waiting import told_to_wait, within_reason
from hub.http.words import place, scrubbed, usual_words

_TRY_AGAIN = frozenset({408, 425})  # the request did not arrive whole, or came too early (RFC 9110 15.5.9, RFC 8470)
_MANY = 429


def asks_to_wait(response: Response) -> bool:
    """Whether the server was asked too much, and took nothing."""
    return response.status == _MANY or (response.status == 503 and "retry-after" in response.headers)


def wait_until(response: Response, news: BudgetNews | None, now: datetime) -> datetime:
    """Until when a server that was asked too much wants to be left alone."""
    told = response.headers.get("retry-after", "").strip()
    if not told and news is not None:
        return within_reason(news.whole_at, now)
    return told_to_wait(told, now)


def news_of(api: Api, response: Response, now: datetime) -> BudgetNews | None:
    """What an answer says of the budget that its request spent from."""
    if api.budget_news is None:
        return None
    try:
        return api.budget_news(response, now)
    except Exception:  # noqa: BLE001  headers that an adapter cannot read must not cost the answer
        return None


class Judge:
    """Turns the answers of one API into errors; none holds a secret or the parameters of an address."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.secrets: frozenset[str] = frozenset()

    def refuse_read(self, request: Request, response: Response, after: datetime) -> NoReturn:
        """Raise what an answer that was not expected means when nothing was changed."""
        self._refuse_either(request, response, after)
        status, told = response.status, self.told(request, response)
        if status >= 500 or status in _TRY_AGAIN:
            raise Unavailable(f"{told}; it is in trouble")
        if 300 <= status < 400:
            raise Misunderstood(f"{told}; it sends on to another address, which is not followed")
        raise Misunderstood(f"{told}; this was not expected")

    def refuse_write(self, request: Request, response: Response, after: datetime) -> NoReturn:
        """Raise what an answer that was not expected means when something may have been changed."""
        self._refuse_either(request, response, after)
        status, told = response.status, self.told(request, response)
        if status in _TRY_AGAIN:
            raise Unavailable(f"{told}; nothing was taken")
        if 400 <= status < 500:
            raise Rejected(told)
        raise Uncertain(f"{told}; whether it took what was sent is not known")

    def limited(self, request: Request, response: Response, after: datetime) -> RateLimited:
        """That the server wants to be left alone for a while."""
        return RateLimited(f"{self.told(request, response)}; it asks to wait", after)

    def told(self, request: Request, response: Response) -> str:
        """Who answered what, in its own words as far as they are fit to be repeated."""
        words = scrubbed(self._words(response), self.secrets)
        return f"{place(request, self.secrets)} answers HTTP {response.status}{f': {words}' if words else ''}"

    def said(self, request: Request, what: str) -> str:
        """A sentence on what became of a request."""
        return scrubbed(f"{place(request, self.secrets)}: {what}", self.secrets, 500)

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember what must never be repeated, also once it is no longer in use."""
        self.secrets = self.secrets.union(secrets)

    def _refuse_either(self, request: Request, response: Response, after: datetime) -> None:
        if response.status == _MANY:
            raise self.limited(request, response, after)
        if response.status == 401:
            raise AuthenticationFailed(
                f"{self.told(request, response)}; it does not accept our credentials: check them in hub.toml and "
                "in the seller account"
            )
        if response.status == 403:
            raise AuthenticationFailed(
                f"{self.told(request, response)}; this account may not do that: check its rights and whether it is "
                "suspended in the seller account"
            )

    def _words(self, response: Response) -> str:
        words_of = self._api.words_of or usual_words
        try:
            return str(words_of(response) or "")
        except Exception:  # noqa: BLE001  a body of an odd shape must not hide what the status says
            return ""
