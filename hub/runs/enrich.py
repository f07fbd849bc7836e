"""Looks up the orders of cases whose value is unknown: rules of platforms, and what a miss costs, go by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from threading import Event as Flag

from hub.adapter import Connection
from hub.core.acts import changed
from hub.core.enriching import due_at, found, numbers
from hub.core.events import FactsLearnt, Happening, OrderSought
from hub.core.model import Case, Order
from hub.core.ports import Clock, EvaluationOf, Store
from hub.errors import AuthenticationFailed, ConfigurationError, Unavailable, Unsupported
from hub.runs.channel import Source, explain

MOST_ORDERS = 200
"""After so many questions to one platform a run begins with no further case."""

MOST_ODD_ORDERS = 3
"""After so many orders at which its plugin broke an account is asked no more; fewer keep no other order from coming."""


@dataclass(frozen=True)
class EnrichPorts:
    """What looking orders up needs from the shell."""

    store: Store
    clock: Clock
    evaluation_of: EvaluationOf
    stop: Flag = field(default_factory=Flag)


@dataclass(frozen=True)
class OrderSource:
    """A platform's accounts that can be asked for orders now; `complete` says that these are all that are set."""

    platform: str
    accounts: tuple[Source, ...]
    complete: bool = True


def order_sources(can_look_up: Sequence[Source], read: Iterable[str]) -> list[OrderSource]:
    """The accounts that were just read, by their platform; of the others nobody knows whether they have an order."""
    names = frozenset(read)
    by_platform = groupby(sorted(can_look_up, key=lambda source: source.adapter), key=lambda source: source.adapter)
    sources = []
    for platform, accounts in by_platform:
        every = tuple(accounts)
        asked = tuple(account for account in every if account.name in names)
        if asked:
            sources.append(OrderSource(platform, asked, complete=len(asked) == len(every)))
    return sources


def enrich(ports: EnrichPorts, sources: Sequence[OrderSource]) -> dict[str, str]:
    """Let cases learn of their orders what these platforms tell; by channel, why its account could not be asked."""
    silent: dict[str, str] = {}
    for source in sources:
        silent |= _Enriching(ports, source).run()
    return silent


class _Enriching:
    """The looking up on one platform: its accounts are opened when they are first needed."""

    def __init__(self, ports: EnrichPorts, source: OrderSource) -> None:
        self._ports, self._source = ports, source
        self._silent: dict[str, str] = {}
        self._odd: dict[str, list[str]] = {}
        self._open: dict[str, Connection] = {}
        self._asked = 0

    def run(self) -> dict[str, str]:
        """Look up what is wanted; the accounts that could not be asked, and why."""
        names = [account.name for account in self._source.accounts]
        now = self._ports.clock.now()
        wanted = self._ports.store.orders_to_look_up(names, self._source.platform, now, MOST_ORDERS)
        with ExitStack() as stack:
            for number in wanted:
                if self._ports.stop.is_set() or self._is_over():
                    break
                self._look_up(self._ports.store.case(number), stack.enter_context)
        odd = {name: texts[0] for name, texts in self._odd.items()}
        return odd | {name: why for name, why in self._silent.items() if why}

    def _is_over(self) -> bool:
        return self._asked >= MOST_ORDERS or len(self._silent) == len(self._source.accounts)

    def _look_up(self, case: Case, opened: Callable[[Connection], Connection]) -> None:
        accounts = self._accounts_of(case)
        if case.order is None or not accounts:
            return
        odd_before = sum(map(len, self._odd.values()))
        for number in numbers(case.order):
            for account in accounts:
                order = self._ask(account, number, opened)
                if order is not None:
                    self._learn(case, FactsLearnt(order=found(case.order, number, order)))
                    return
        own = any(account.name == case.channel for account in accounts)
        every = odd_before == sum(map(len, self._odd.values())) and not any(a.name in self._silent for a in accounts)
        if every and (own or self._source.complete):
            self._learn(case, OrderSought(numbers(case.order)))

    def _accounts_of(self, case: Case) -> tuple[Source, ...]:
        """The account that a case came by, or all of them for one that came elsewhere."""
        own = tuple(account for account in self._source.accounts if account.name == case.channel)
        return own or self._source.accounts

    def _ask(self, account: Source, number: str, opened: Callable[[Connection], Connection]) -> Order | None:
        if account.name in self._silent:
            return None
        try:
            if account.name not in self._open:
                self._open[account.name] = opened(account.connect())
            self._asked += 1
            return self._open[account.name].look_up_order(number)
        except Unsupported:  # as it is set up, this account can tell of no orders, and that is nobody's trouble
            self._silent[account.name] = ""
        except (Unavailable, AuthenticationFailed, ConfigurationError) as error:
            self._silent[account.name] = explain(error).text
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes; what was read stays read
            odd = self._odd.setdefault(account.name, [])
            odd.append(explain(error).text)
            if len(odd) >= MOST_ODD_ORDERS:
                self._silent[account.name] = odd[0]
        return None

    def _learn(self, before: Case, what: Happening) -> None:
        with self._ports.store.writing() as writer:
            case, now = writer.case(before.number), self._ports.clock.now()
            # Somebody may have closed it meanwhile, or its platform told of another order.
            if due_at(case) is None or case.order != before.order:
                return
            change = changed(case, now, what)
            writer.save(change, self._ports.evaluation_of(change.case))
