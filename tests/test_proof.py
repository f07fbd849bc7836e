"""How a check tells what came of asking: a wrong password, no answer, a wrong setting and odd words apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub import AuthenticationFailed, ConfigurationError, HubError, Misunderstood, Proof, RateLimited, Unavailable


def test_what_was_answered_is_the_detail() -> None:
    assert Proof.of("orders", lambda: "12 of them") == Proof("orders", ok=True, detail="12 of them")
    assert Proof.of("orders", lambda: None) == Proof("orders", ok=True)


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (AuthenticationFailed("401"), "wrong key"),
        (Unavailable("no route"), "cannot be used now"),
        (RateLimited("too many", datetime(2026, 11, 23, tzinfo=UTC)), "cannot be used now"),
        (ConfigurationError("no such folder"), "is not set rightly"),
        (Misunderstood("not JSON"), "answers in a way that is not expected"),
    ],
)
def test_each_trouble_is_told_apart_and_advised_in_its_own_words(error: HubError, detail: str) -> None:
    def fail() -> str:
        raise error

    assert Proof.of("orders", fail, "wrong key") == Proof("orders", ok=False, detail=detail, advice=str(error))


def test_a_mistake_in_the_plugin_itself_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        Proof.of("orders", lambda: {"y": ""}["x"])
