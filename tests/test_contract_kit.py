"""The contract finds what it is there to find: each promise is broken by a mutant, and only that promise fails."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import cache

import pytest

from hub.testing import PROMISES, AdapterContract, no_network
from hub.testing.contract import support
from tests.contract_bases import BASES, Make
from tests.contract_mutants import MUTANTS, Mutant

TESTS = sorted(name for name in dir(AdapterContract) if name.startswith("test_"))


def broken(make: Make) -> dict[str, BaseException]:
    """What goes wrong, by the name of the test; each test has a platform of its own."""
    return dict(_failures(make))


def _failures(make: Make) -> Iterator[tuple[str, BaseException]]:
    for name in TESTS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # a mutant leaves things behind
            try:
                getattr(AdapterContract(), name)(make())
            except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  a mutant may break in any way
                yield name, error


@cache
def broken_by(name: str) -> dict[str, BaseException]:
    mutant = MUTANTS[name]
    try:
        with no_network():  # where one that goes for the network is stopped, and the tests of this repository go on
            return broken(mutant.make)
    finally:
        mutant.clean_up()


def promise_of(test: str) -> int:
    found = re.match(r"test_promise_(\d\d)_", test)
    assert found is not None, f"{test} says in its name which promise it tries"
    return int(found[1])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "PATIENCE", 0.05)  # what a mutant leaves behind stays anyway


@pytest.mark.parametrize("base", BASES)
def test_an_adapter_that_keeps_the_contract_passes_it(base: str) -> None:
    assert broken(BASES[base]) == {}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_fails_its_promise_and_no_other(name: str) -> None:
    mutant: Mutant = MUTANTS[name]
    failed = broken_by(name)

    assert mutant.promise in {promise_of(test) for test in failed}, "the mutant lives"
    assert {promise_of(test) for test in failed} <= {mutant.promise, *mutant.also}, failed


def test_every_promise_has_a_mutant_that_breaks_exactly_it() -> None:
    exact = {mutant.promise for mutant in MUTANTS.values() if not mutant.also}

    assert exact == set(PROMISES)


def test_every_test_of_the_contract_is_failed_by_a_mutant() -> None:
    failed = {test for name in MUTANTS for test in broken_by(name)}

    assert [test for test in TESTS if test not in failed] == []


def test_every_test_of_the_contract_belongs_to_a_promise_and_every_promise_has_one() -> None:
    assert {promise_of(test) for test in TESTS} == set(PROMISES)
