"""Orders are looked up where their value is unknown: once each, with patience, and never at the cost of a reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.adapter import Connection, Proof
from hub.cli import main
from hub.core.acts import close
from hub.core.enriching import MOST_TRIES, due_at, found
from hub.core.evaluation import evaluate
from hub.core.events import FactsLearnt, OrderSought
from hub.core.incoming import CaseUpdate, Incoming
from hub.core.merge import keys_of, merge_batch
from hub.core.model import Author, Case, CaseType, Direction, Message, Money, Order, OrderLine, PlatformCase
from hub.core.policy import ClockName
from hub.core.ports import Store
from hub.errors import AuthenticationFailed, RateLimited, Unavailable, Unsupported
from hub.policies.book import load_book
from hub.runs.channel import Source
from hub.runs.enrich import MOST_ODD_ORDERS, EnrichPorts, OrderSource, enrich, order_sources
from tests.fakes import MONDAY_NOON, MovableClock, a_day_later, letter
from tests.shipped import SURROUNDINGS, shipped

LAMP = OrderLine("Lampa", price=Money(Decimal("875.00"), "SEK"))
WORTH = Money(Decimal("875.00"), "SEK")


@dataclass
class Accounts:
    """The accounts of a platform with the orders that each has, and what they were asked."""

    orders: dict[str, dict[str, Order]] = field(default_factory=dict)
    failing: dict[str, Exception] = field(default_factory=dict)
    breaking: dict[str, Exception] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0

    def source(self, name: str) -> Source:
        return Source(name, lambda: _Account(self, name), adapter="platform")


class _Account(Connection):
    def __init__(self, accounts: Accounts, name: str) -> None:
        self._accounts, self._name = accounts, name
        accounts.connections += 1

    def close(self) -> None:
        self._accounts.connections -= 1

    def check(self) -> Iterator[Proof]:
        yield Proof("sign-in", ok=True)

    def look_up_order(self, number: str) -> Order | None:
        self._accounts.asked.append((self._name, number))
        if self._name in self._accounts.failing:
            raise self._accounts.failing[self._name]
        if number in self._accounts.breaking:
            raise self._accounts.breaking[number]
        return self._accounts.orders.get(self._name, {}).get(number)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def ports(store: Store, clock: MovableClock) -> EnrichPorts:
    return EnrichPorts(store, clock, a_day_later)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts({"shop": {"7": Order("7", (LAMP,), WORTH, "FBB")}})


def arrive(store: Store, *items: Incoming, channel: str = "shop") -> list[Case]:
    with store.writing() as writer:
        merged = merge_batch(items, writer.known(channel, keys_of(items)), channel, MONDAY_NOON, writer.next_number)
        for change in merged.changes:
            writer.save(change, a_day_later(change.case))
    return [change.case for change in merged.changes]


def told(ref: str = "c1", order: Order | None = None) -> CaseUpdate:
    message = Message(f"{ref}/1", Author.CUSTOMER, Direction.INBOUND, MONDAY_NOON, "Hej")
    return CaseUpdate(ref, MONDAY_NOON, (message,), order=order or Order("7"))


def run(ports: EnrichPorts, accounts: Accounts, *names: str, complete: bool = True) -> dict[str, str]:
    sources = tuple(accounts.source(name) for name in names or ("shop",))
    return enrich(ports, [OrderSource("platform", sources, complete)])


def test_an_open_case_learns_its_order(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    [case] = arrive(store, told())

    silent = run(ports, accounts)

    learnt = store.case(case.number)
    assert silent == {}
    assert learnt.order == Order("7", (LAMP,), WORTH, "FBB", confirmed=True)
    assert accounts.connections == 0
    assert isinstance(store.history(case.number)[-1].what, FactsLearnt)


def test_what_is_known_is_never_asked_again(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    arrive(store, told())
    run(ports, accounts)
    arrive(store, told())

    run(ports, accounts)

    assert accounts.asked == [("shop", "7")]


def test_nobody_is_connected_to_where_nothing_is_wanted(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    arrive(store, told("c1", Order("7", (LAMP,), WORTH)))
    [ended] = arrive(store, told("c2"))
    with store.writing() as writer:
        change = close(writer.case(ended.number), "", "eva", MONDAY_NOON)
        writer.save(change, a_day_later(change.case))

    run(ports, accounts)

    assert accounts.asked == []


def test_what_the_case_was_told_stays(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    cheap = Money(Decimal(1), "SEK")
    [case] = arrive(store, told("c1", Order("7", value=cheap)))

    run(ports, accounts)

    assert store.case(case.number).order == Order("7", (LAMP,), cheap, "FBB", confirmed=True)


def test_the_first_number_that_the_platform_knows_wins(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    about = PlatformCase("platform", "e1")
    mail = replace(letter("m1"), order_number="5", order_numbers=("6", "7", "8"), about=about)
    [case] = arrive(store, mail, channel="mailbox")

    run(ports, accounts)

    assert accounts.asked == [("shop", "5"), ("shop", "6"), ("shop", "7")]
    assert store.case(case.number).order == Order("7", (LAMP,), WORTH, "FBB", confirmed=True)


def test_a_mail_that_is_about_another_platform_is_left_alone(
    store: Store, ports: EnrichPorts, accounts: Accounts
) -> None:
    arrive(store, replace(letter("m1"), order_number="7", about=PlatformCase("other", "e1")), channel="mailbox")
    arrive(store, replace(letter("m2"), order_number="7"), channel="mailbox")

    run(ports, accounts)

    assert accounts.asked == []


def test_all_accounts_of_a_platform_are_asked_for_a_mails_order(
    store: Store, ports: EnrichPorts, accounts: Accounts
) -> None:
    [case] = arrive(store, replace(letter("m1"), order_number="7", about=PlatformCase("platform")), channel="mailbox")

    run(ports, accounts, "other_shop", "shop")

    assert accounts.asked == [("other_shop", "7"), ("shop", "7")]
    order = store.case(case.number).order
    assert order is not None
    assert order.confirmed


def test_a_case_of_an_account_is_asked_for_there_only(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    [case] = arrive(store, told("c1", Order("99")))

    run(ports, accounts, "other_shop", "shop", complete=False)

    assert accounts.asked == [("shop", "99")]
    assert store.case(case.number).sought is not None


def test_an_unknown_order_is_asked_for_with_growing_patience_and_then_no_more(
    store: Store, ports: EnrichPorts, accounts: Accounts, clock: MovableClock
) -> None:
    [case] = arrive(store, told("c1", Order("99")))

    days = []
    for day in range(60):
        before = len(accounts.asked)
        run(ports, accounts)
        if len(accounts.asked) > before:
            days.append(day)
        clock.advance(days=1)

    assert days == [0, 1, 3, 7, 15]
    assert len(days) == MOST_TRIES
    sought = [event for event in store.history(case.number) if isinstance(event.what, OrderSought)]
    assert len(sought) == MOST_TRIES
    assert store.case(case.number).order == Order("99")


def test_another_number_is_asked_for_at_once(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    [case] = arrive(store, told("c1", Order("99")))
    run(ports, accounts)
    arrive(store, told("c1", Order("7")))

    run(ports, accounts)

    assert store.case(case.number).sought is None
    assert accounts.asked == [("shop", "99"), ("shop", "7")]


def test_an_account_that_was_not_asked_may_have_it(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    mail = replace(letter("m1"), order_number="99", about=PlatformCase("platform"))
    [case] = arrive(store, mail, channel="mailbox")

    run(ports, accounts, complete=False)

    assert store.case(case.number).sought is None


@pytest.mark.parametrize(
    "error", [RateLimited("wait", MONDAY_NOON), Unavailable("gone"), AuthenticationFailed("no")], ids=repr
)
def test_an_account_that_does_not_answer_is_asked_no_more_in_this_run(
    store: Store, ports: EnrichPorts, accounts: Accounts, error: Exception
) -> None:
    first, second = arrive(store, told("c1", Order("99")), told("c2"))
    accounts.failing["shop"] = error

    silent = run(ports, accounts)

    assert list(silent) == ["shop"]
    assert len(accounts.asked) == 1
    assert store.case(first.number).sought is None
    assert store.case(second.number).order == Order("7")
    assert accounts.connections == 0


def test_an_order_that_a_plugin_breaks_at_keeps_no_other_from_coming_and_is_told_without_secrets(
    store: Store, ports: EnrichPorts, accounts: Accounts
) -> None:
    odd, good = arrive(store, told("c1", Order("odd")), told("c2"))
    accounts.breaking["odd"] = KeyError("hunter2")

    silent = run(ports, accounts)

    learnt = store.case(good.number).order
    assert learnt is not None
    assert learnt.confirmed
    assert store.case(odd.number).sought is None
    assert list(silent) == ["shop"]
    assert "hunter2" not in silent["shop"]


def test_an_account_whose_plugin_breaks_again_and_again_is_asked_no_more_in_this_run(
    store: Store, ports: EnrichPorts, accounts: Accounts
) -> None:
    arrive(store, *(told(f"c{number}", Order(f"odd{number}")) for number in range(5)))
    accounts.failing["shop"] = KeyError("hunter2")

    assert list(run(ports, accounts)) == ["shop"]
    assert len(accounts.asked) == MOST_ODD_ORDERS


def test_an_account_that_is_not_set_up_to_tell_is_no_trouble(
    store: Store, ports: EnrichPorts, accounts: Accounts
) -> None:
    [change] = arrive(store, told("c1"))
    accounts.failing["shop"] = Unsupported("no credentials for orders")

    assert run(ports, accounts) == {}
    assert store.case(change.number).sought is None


def test_another_account_goes_on_and_what_one_could_not_say_is_no_answer(
    store: Store, ports: EnrichPorts, accounts: Accounts
) -> None:
    about = PlatformCase("platform")
    known, unknown = arrive(
        store,
        replace(letter("m1"), order_number="7", about=about),
        replace(letter("m2"), order_number="99", about=about),
        channel="mailbox",
    )
    accounts.failing["bad"] = Unavailable("gone")

    silent = run(ports, accounts, "bad", "shop")

    order = store.case(known.number).order
    assert order is not None
    assert order.confirmed
    assert store.case(unknown.number).sought is None
    assert list(silent) == ["bad"]
    assert [name for name, _ in accounts.asked] == ["bad", "shop", "shop"]


def test_at_most_so_many_are_asked_for_at_once_those_due_first(
    store: Store, ports: EnrichPorts, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.runs.enrich.MOST_ORDERS", 2)
    arrive(store, *(told(f"c{n}", Order(str(n))) for n in range(1, 5)))

    run(ports, accounts)
    run(ports, accounts)

    assert [number for _, number in accounts.asked] == ["1", "2", "3", "4"]


def test_a_run_begins_with_no_further_case_after_so_many_questions(
    store: Store, ports: EnrichPorts, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.runs.enrich.MOST_ORDERS", 2)
    arrive(store, *(told(f"c{n}", Order(f"{n}", candidates=(f"{n}b", f"{n}c"))) for n in range(1, 3)))

    run(ports, accounts)

    assert [number for _, number in accounts.asked] == ["1", "1b", "1c"]


def test_a_run_that_is_asked_to_stop_stops(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    arrive(store, told())
    ports.stop.set()

    run(ports, accounts)

    assert accounts.asked == []


def test_only_accounts_that_were_just_read_are_asked() -> None:
    accounts = Accounts()
    able = [accounts.source("b"), accounts.source("a"), replace(accounts.source("c"), adapter="another")]

    sources = order_sources(able, ["a"])

    assert [(s.platform, [a.name for a in s.accounts], s.complete) for s in sources] == [("platform", ["a"], False)]


def test_a_rebuild_knows_what_is_still_wanted(store: Store, ports: EnrichPorts, accounts: Accounts) -> None:
    arrive(store, told("c1"), told("c2", Order("99")), told("c3"))
    run(ports, replace(accounts, orders={}))
    arrive(store, told("c4"))

    before = store.orders_to_look_up(["shop"], "", MONDAY_NOON, 9)
    store.rebuild(a_day_later)

    assert before == ["CH-1004"]
    assert store.orders_to_look_up(["shop"], "", MONDAY_NOON, 9) == before
    assert len(store.orders_to_look_up(["shop"], "", MONDAY_NOON + timedelta(days=1), 9)) == 4


def test_what_was_told_of_another_number_belongs_to_another_order() -> None:
    assert found(Order("5", (LAMP,), candidates=("7",)), "7", Order("7")) == Order("7", confirmed=True)


def test_the_language_of_an_order_is_learnt_and_kept() -> None:
    told, known = Order("A1", language="fr-BE"), Order("A1", confirmed=True)

    assert found(known, "A1", told).language == "fr-BE"
    assert found(told, "A1", known).language == "fr-BE"
    assert found(told, "A2", Order("A2")).language == ""


def test_an_order_without_a_number_is_not_looked_up() -> None:
    case = Case("CH-1001", "shop", "c1", MONDAY_NOON, MONDAY_NOON, order=Order(""))

    assert due_at(case) is None


def test_an_order_of_over_800_sek_gives_fyndiqs_answer_a_day_more(
    store: Store, ports: EnrichPorts, accounts: Accounts
) -> None:
    book = load_book(
        shipped("hub_fyndiq_reclaimit"), None, SURROUNDINGS, {"shop": "fyndiq_reclaimit"}, date(2026, 3, 2)
    )
    [before] = arrive(store, replace(told(), type=CaseType.COMPLAINT, marketplace="fyndiq"))

    run(ports, accounts)

    due = []
    for case in (before, store.case(before.number)):
        chosen = book.chosen(case)
        evaluation = evaluate(case, chosen.policy, chosen.options, MONDAY_NOON)
        [first] = [reading for reading in evaluation.clocks if reading.clock is ClockName.FIRST_RESPONSE]
        due.append(first.due)
    assert due[0] is not None
    assert due[1] is not None
    assert timedelta(seconds=due[1] - due[0]) == timedelta(days=1)


def test_a_sync_asks_for_orders_and_an_account_that_cannot_say_is_a_note(
    install_plugin: Callable[..., None], write_settings: Callable[[str], Path]
) -> None:
    install_plugin("asked", PLUGIN)
    write_settings('[channels.shop]\nadapter = "asked"\n[channels.tired]\nadapter = "asked"\ntired = true\n')

    read = CliRunner().invoke(main, ["sync"])
    found = json.loads(CliRunner().invoke(main, ["cases", "--json"]).stdout)["cases"]
    worth = {}
    for case in found:
        shown = json.loads(CliRunner().invoke(main, ["show", case["number"], "--json"]).stdout)["case"]
        worth[shown["channel"]] = shown["order"]["value"]

    assert read.exit_code == 0
    assert "note: orders were not looked up: not now" in read.stdout
    assert worth == {"shop": {"amount": "875.00", "currency": "SEK"}, "tired": None}


PLUGIN = """
from datetime import UTC, datetime
from decimal import Decimal

import hub
from pydantic import BaseModel


class Connection(hub.Connection):
    def __init__(self, settings):
        self.settings = settings

    def check(self):
        yield hub.Proof("sign-in", ok=True)

    def fetch(self, checkpoint, open_cases):
        yield hub.Batch((hub.CaseUpdate("c1", datetime.now(UTC), order=hub.Order("7")),), {})

    def look_up_order(self, number):
        if self.settings.tired:
            raise hub.Unavailable("not now")
        return hub.Order(number, value=hub.Money(Decimal("875.00"), "SEK"))


class Adapter(hub.Adapter):
    key = "asked"
    title = "A platform that is asked"
    capabilities = frozenset({hub.Capability.FETCH, hub.Capability.LOOK_UP_ORDER})

    class Settings(BaseModel):
        tired: bool = False

    def open(self, settings, tools):
        return Connection(settings)


@hub.hookimpl
def hub_register_adapters(register):
    register(Adapter)
"""
