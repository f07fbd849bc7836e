"""Spending budgets: before a request is sent a grant is taken, and its answer corrects what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.core.ports import Clock
from hub.errors import RateLimited
from hub.http.addresses import Addresses
from hub.http.answers import news_of, wait_until
from hub.http.api import Api, Budget, BudgetNews
from hub.http.budgets import Ledger, budget_for
from hub.http.exchange import Answering, Recorder, Request, Response
from hub.http.waiting import Pause, within_reason

_LONGEST_WAIT = 60.0
_SHORTEST_WAIT = 0.001


@dataclass(frozen=True)
class Surroundings:
    """What all clients of a door share."""

    clock: Clock
    ledger: Ledger
    pause: Pause
    transport: Answering | None = None
    recorder: Recorder | None = None
    reads_only: bool = False
    about_to_send: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """That a request may be made, out of a budget."""

    budget: Budget
    serial: int


class Spending:
    """Spends the budgets of one API's account, together with whoever else has the same ledger."""

    def __init__(self, api: Api, addresses: Addresses, around: Surroundings) -> None:
        self._api, self._addresses, self._around = api, addresses, around
        # Accounts of two platforms may have the same name.
        self._account = f"{addresses.netloc} {api.account}"

    def take(self, request: Request) -> Grant | None:
        """Wait until the request is within its budget, but not for long: RateLimited says until when it lasts."""
        budget = self._budget(request)
        if budget is None:
            return None
        waited = 0.0
        while True:
            taken = self._around.ledger.take(self._account, budget.name, budget.requests, budget.per)
            if isinstance(taken, int):
                return Grant(budget, taken)
            seconds = max((taken - self._around.clock.now()).total_seconds(), _SHORTEST_WAIT)
            waited += seconds
            if waited > _LONGEST_WAIT:
                raise RateLimited(
                    f"{self._addresses.host} takes no more requests of the budget {budget.name!r} before "
                    f"{taken:%Y-%m-%d %H:%M:%S} UTC",
                    taken,
                )
            self._around.pause(seconds)

    def learn(self, grant: Grant | None, response: Response) -> None:
        """Let the ledger know what the platform says is left."""
        news = self._news(response) if grant else None
        if grant is None or news is None:
            return
        until = within_reason(news.whole_at, self._around.clock.now())
        self._around.ledger.correct(self._account, grant.budget.name, grant.serial, news.left, until)

    def _budget(self, request: Request) -> Budget | None:
        if not self._api.budgets or not self._addresses.is_counted(request):
            return None
        return budget_for(self._api.budgets, request.method, self._addresses.inner_path(request))

    def _news(self, response: Response) -> BudgetNews | None:
        now = self._around.clock.now()
        if response.status == 429 and "retry-after" in response.headers:
            return BudgetNews(0, wait_until(response, None, now))
        return news_of(self._api, response, now)
