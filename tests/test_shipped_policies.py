"""Every policy that comes along does what its own tests say."""

from __future__ import annotations

import pytest

from hub.policies.reading import ReadPolicy
from hub.policies.vector_tables import Vector
from hub.policies.vectors import run
from tests.shipped import PACKAGES, SURROUNDINGS, lying_in, policies_of, shipped

POLICIES = [read for package in PACKAGES for read in policies_of(package).values()]
VECTORS = [(read, vector) for read in POLICIES for vector in read.vectors]


def name_of(value: ReadPolicy | Vector) -> str:
    return value.policy.id if isinstance(value, ReadPolicy) else value.name


@pytest.mark.parametrize(("read", "vector"), VECTORS, ids=name_of)
def test_a_policy_does_what_its_own_tests_say(read: ReadPolicy, vector: Vector) -> None:
    failures = run(vector, read, SURROUNDINGS)

    assert failures == ()


@pytest.mark.parametrize("read", POLICIES, ids=name_of)
def test_every_rule_has_a_test(read: ReadPolicy) -> None:
    assert {vector.rule for vector in read.vectors} == {rule.id for rule in read.policy.rules}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_policy_file_is_offered(package: str) -> None:
    assert sorted(file.where for file in shipped(package)) == lying_in(package)
