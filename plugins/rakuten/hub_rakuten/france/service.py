"""The actions of Rakuten France's web service: all are GET, and what went wrong stands in the answer's root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NoReturn
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from xml.etree.ElementTree import Element

from pydantic import SecretStr

from hub import (
    AuthenticationFailed,
    Clock,
    Misunderstood,
    RateLimited,
    Rejected,
    Tools,
    Unavailable,
    Uncertain,
)
from hub.http import Api, ApiClient, Auth, AuthFlow, Budget, BudgetNews, Request, Response
from hub_rakuten.france.answers import Refusal, name_of, refusal_in, root_of, text
from hub_rakuten.france.settings import FranceSettings

PATH = "/sales_ws"
VERSIONS = {
    "getitemtodolist": "2011-09-01",
    "getiteminfos": "2017-08-07",
    "contactuseraboutitem": "2011-02-02",
    "contactusaboutitem": "2011-09-01",
    "cancelitem": "2011-02-02",
}
"""Each action in the version whose answers are known; Rakuten tells in each answer which one is the last."""

QUOTA = timedelta(hours=1)

# The root of an answer says what went wrong, whatever the status; a server in trouble is asked again by the client.
_ANSWERED = frozenset({200, *range(400, 500)} - {429})


@dataclass(frozen=True)
class QueryAuth(Auth):
    """The login and the token in the address of each request, put there at the last moment.

    Whoever handles the request before holds an address that may be logged, and so do all errors.
    """

    login: str
    token: SecretStr = field(repr=False)

    def flow(self, request: Request, clock: Clock) -> AuthFlow:
        """Add both to the address."""
        del clock
        parts = urlsplit(request.url)
        own = [("login", self.login), ("pwd", self.token.get_secret_value())]
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *own])
        yield replace(request, url=urlunsplit(parts._replace(query=query)))

    def secrets(self) -> frozenset[str]:
        """The token, and the login, which is half of what signs in."""
        return frozenset({self.login, self.token.get_secret_value()})


def api_of(settings: FranceSettings) -> Api:
    """The service as this account speaks with it."""
    return Api(
        base_url=settings.base_url,
        auth=QueryAuth(settings.login, settings.token),
        account=f"rakuten_france:{settings.fingerprint}",
        budgets=(Budget("hourly", settings.requests_per_hour, timedelta(hours=1)),),
        headers={"accept": "application/xml"},
        words_of=words_of,
        budget_news=budget_news,
    )


def words_of(answer: Response) -> str:
    """What Rakuten says of an error."""
    refusal = _refusal(answer)
    return refusal.words if refusal else ""


def budget_news(answer: Response, now: datetime) -> BudgetNews | None:
    """That this hour's requests are used up, so that nobody of this account asks again before the next one."""
    refusal = _refusal(answer)
    return BudgetNews(0, now + QUOTA) if refusal is not None and refusal.is_quota else None


def _refusal(answer: Response) -> Refusal | None:
    if b"errorresponse" not in answer.body.lower():  # most are none, and reading XML takes its time
        return None
    try:
        return refusal_in(root_of(answer.body))
    except Misunderstood:
        return None


class ItemRefused(Misunderstood):
    """Rakuten France does not take the parameters of a question; about one item this stops no other."""


class Service:
    """The web service for one account; opens its client when something is first asked."""

    def __init__(self, settings: FranceSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._client: ApiClient | None = None
        self.drifted: dict[str, str] = {}
        """The last version of each action that Rakuten has another one of than is spoken here."""

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()

    def read(self, action: str, **parameters: str) -> Element:
        """Ask; the answer's root. RateLimited when the quota is used up, which lasts for an hour."""
        answer = self._api.read(PATH, self._parameters(action, parameters), expected=_ANSWERED)
        refusal = _refusal(answer)
        if refusal is not None:
            self._refuse_read(action, refusal, self._fit_to_repeat(refusal))
        return self._result(action, answer)

    def write(self, action: str, **parameters: str) -> str:
        """Do something, once; Rakuten's word for what became of it."""
        answer = self._api.write("GET", PATH, self._parameters(action, parameters), expected=_ANSWERED)
        refusal = _refusal(answer)
        if refusal is not None:
            self._refuse_write(action, refusal, self._fit_to_repeat(refusal))
        try:
            return _status(self._result(action, answer))
        except Misunderstood as error:
            raise Uncertain(f"it may have been done: {error}") from error

    def _parameters(self, action: str, parameters: Mapping[str, str]) -> dict[str, str]:
        return {"action": action, "version": VERSIONS[action], **parameters}

    def _result(self, action: str, answer: Response) -> Element:
        if answer.status != 200:
            raise Misunderstood(f"Rakuten France answers {action} with HTTP {answer.status}, and not in its own way")
        root = root_of(answer.body)
        if name_of(root) != f"{action}result":
            raise Misunderstood(f"Rakuten France answers {action} with {name_of(root)[:40]!r}")
        self._watch_version(action, root)
        return root

    def _watch_version(self, action: str, root: Element) -> None:
        last = text(root, "response", "lastversion") or text(root, "lastversion")
        if last and last != VERSIONS[action]:
            self.drifted[action] = last[:20]

    def _fit_to_repeat(self, refusal: Refusal) -> str:
        """Rakuten's words in one short line, without what signs in, should they repeat that."""
        words = " ".join(refusal.words.split())
        for secret in QueryAuth(self._settings.login, self._settings.token).secrets():
            words = words.replace(secret, "***").replace(quote(secret), "***")
        return words[:300]

    def _refuse_read(self, action: str, refusal: Refusal, words: str) -> NoReturn:
        self._refuse_either(action, refusal, words)
        if refusal.code.lower() in ("servererror", "unknown error"):
            raise Unavailable(f"Rakuten France cannot answer {action} now: {words}")
        kind = ItemRefused if refusal.code.lower() == "parametererror" else Misunderstood
        raise kind(f"Rakuten France refuses {action}: {words}")

    def _refuse_write(self, action: str, refusal: Refusal, words: str) -> NoReturn:
        self._refuse_either(action, refusal, words)
        if refusal.code.lower() == "parametererror":
            raise Rejected(f"Rakuten France refuses {action}: {words}")
        raise Uncertain(f"Rakuten France answers {action} with an error, and may have done it: {words}")

    def _refuse_either(self, action: str, refusal: Refusal, words: str) -> None:
        if refusal.is_quota:
            after = self._tools.clock.now() + QUOTA
            raise RateLimited(f"Rakuten France: this hour's requests are used up, says {action}", after)
        if refusal.code.lower() == "invaliduserconnection":
            raise AuthenticationFailed(
                f"Rakuten France does not accept the login and the token ({words}): make a new token for web "
                "services in the seller account, and put it into token"
            )
        if refusal.code.lower() == "invaliduserrights":
            raise AuthenticationFailed(
                f"Rakuten France does not let this account do that ({words}): look in the seller account "
                "whether web services are switched on and the account is active"
            )

    @property
    def _api(self) -> ApiClient:
        if self._client is None:
            self._client = self._tools.open_api(api_of(self._settings))
        return self._client


def _status(root: Element) -> str:
    """The word that an action's answer has for what became of it, wherever it stands."""
    found = [text(element) for element in root.iter() if name_of(element) == "status"]
    return next(filter(None, found), "").upper()
