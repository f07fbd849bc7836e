"""What becomes of a message on its way: when it is tried again, given up, and signed with which secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hub.core.standard_webhooks import as_secret, signed_headers, signing_key
from hub.core.uptime import Uptime
from hub.core.webhooks import (
    GIVEN_UP_AFTER,
    LONGEST,
    RESTS,
    Delivery,
    DeliveryState,
    Endpoint,
    Health,
    Moment,
    Outcome,
    Standing,
    after_attempt,
    rotated,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ENDPOINT = Endpoint("ep_1", "https://erp.shop.example/hooks/k3y", NOON)
MESSAGE = Delivery(7, "ep_1", "event:1", "evt_a", "case.opened", "CH-1001", NOON)
TAKEN, FAILED, REFUSED, GONE = Outcome(204), Outcome(500), Outcome(422), Outcome(410)


def at(now: datetime = NOON, boot: str = "b1", jitter: float = 0.5) -> Moment:
    return Moment(now, Uptime(boot, round(now.timestamp() * 1000)), jitter)


def tried(outcomes: Sequence[Outcome], jitter: float = 0.5) -> tuple[Standing, Delivery, datetime]:
    """The endpoint and the message after these attempts, each made as soon as the message's own pause is over."""
    standing, delivery, now = Standing(ENDPOINT), MESSAGE, NOON
    for outcome in outcomes:
        now = delivery.not_before or now
        standing, delivery = after_attempt(standing, delivery, outcome, at(now, jitter=jitter))
    return standing, delivery, now


def test_what_was_taken_is_delivered_and_the_endpoint_is_well() -> None:
    failing, waiting, now = tried([FAILED, FAILED])

    standing, delivery = after_attempt(failing, waiting, TAKEN, at(now))

    assert (delivery.state, delivery.attempts, delivery.status, delivery.trouble) == ("delivered", 3, 204, "")
    assert (standing.health.failures, standing.health.failing_since, standing.health.taken_at) == (0, None, now)


def test_the_pauses_grow_over_about_three_days_and_then_it_is_given_up() -> None:
    standing, delivery, now = tried([FAILED] * len(RESTS))

    assert delivery.state is DeliveryState.PENDING
    assert timedelta(days=2) < now - NOON < timedelta(days=4)

    _, given_up = after_attempt(standing, delivery, FAILED, at(delivery.not_before or now))

    assert (given_up.state, given_up.attempts, given_up.trouble) == ("dead", len(RESTS) + 1, "HTTP 500")


@given(st.integers(0, len(RESTS) - 1), st.floats(0, 1, exclude_max=True))
def test_every_pause_is_spread_by_a_fifth_around_its_own(tries: int, jitter: float) -> None:
    _, delivery = after_attempt(Standing(ENDPOINT), replace(MESSAGE, tries=tries), REFUSED, at(jitter=jitter))

    assert delivery.not_before is not None
    assert RESTS[tries] * 0.9 <= delivery.not_before - NOON <= RESTS[tries] * 1.1


def test_a_message_that_was_rarely_tried_is_given_up_once_its_endpoint_failed_for_three_days() -> None:
    failing = Standing(ENDPOINT, health=Health(failing_since=NOON))

    _, old = after_attempt(failing, MESSAGE, FAILED, at(NOON + LONGEST))
    _, younger = after_attempt(failing, replace(MESSAGE, since=NOON + timedelta(hours=1)), FAILED, at(NOON + LONGEST))
    _, first = after_attempt(Standing(ENDPOINT), MESSAGE, FAILED, at(NOON + LONGEST))

    assert (old.state, old.attempts) == (DeliveryState.DEAD, 1)
    assert (younger.state, first.state) == (DeliveryState.PENDING, DeliveryState.PENDING)


def test_a_server_that_is_gone_is_told_nothing_any_more() -> None:
    standing, delivery, _ = tried([GONE])

    assert (delivery.state, standing.off) == (DeliveryState.DEAD, "it answered 410 (gone): it wants nothing any more")


def test_an_endpoint_that_fails_for_days_is_switched_off_with_the_reason() -> None:
    standing, delivery, _ = tried([FAILED])

    off, _ = after_attempt(standing, delivery, Outcome(trouble="it cannot be reached"), at(NOON + GIVEN_UP_AFTER))
    on, _ = after_attempt(standing, delivery, FAILED, at(NOON + GIVEN_UP_AFTER - timedelta(seconds=1)))

    assert (off.off, on.off) == ("it took nothing for 5 days: it cannot be reached", "")


@pytest.mark.parametrize("outcome", [FAILED, Outcome(302), Outcome(401), Outcome(404), Outcome(429), Outcome()])
def test_an_endpoint_rests_after_what_is_about_all_of_it(outcome: Outcome) -> None:
    standing, _, _ = tried([outcome])

    assert not standing.health.has_rested(NOON + timedelta(seconds=4), at().uptime)
    assert standing.health.has_rested(NOON, replace(at().uptime, milliseconds=at().uptime.milliseconds + 6000))


def test_a_refusal_of_one_message_does_not_hold_up_the_next() -> None:
    standing, delivery, _ = tried([REFUSED])

    assert standing.health.has_rested(NOON, at().uptime)
    assert not delivery.may_go(NOON, at().uptime)


@given(st.lists(st.sampled_from([FAILED, REFUSED, Outcome(429), Outcome(trouble="x")]), max_size=40))
def test_an_endpoint_rests_for_an_hour_at_most(outcomes: list[Outcome]) -> None:
    standing, _, now = tried(outcomes)

    assert (standing.health.not_before or now) - now <= timedelta(hours=1.1)


def test_who_asks_to_wait_is_left_alone_for_so_long() -> None:
    standing, delivery, _ = tried([Outcome(429, after=NOON + timedelta(hours=3))])

    assert standing.health.not_before == delivery.not_before == NOON + timedelta(hours=3)


def test_a_clock_that_is_set_back_or_forward_changes_no_pause() -> None:
    _, delivery, _ = tried([FAILED, FAILED])
    early, late = at(NOON + timedelta(seconds=10)).uptime, at(NOON + timedelta(minutes=9)).uptime

    assert not delivery.may_go(NOON + timedelta(days=400), early)
    assert delivery.may_go(NOON - timedelta(days=400), late)
    assert delivery.may_go(NOON + timedelta(days=1), replace(early, boot="b2"))


def test_each_attempt_has_a_name_of_its_own_and_the_event_one_for_all() -> None:
    _, delivery, _ = tried([FAILED])

    assert (MESSAGE.attempt_id, delivery.attempt_id) == ("dlv_7_1", "dlv_7_2")
    assert delivery.event == MESSAGE.event


def test_an_endpoint_wants_its_types_on_its_channels() -> None:
    some = replace(ENDPOINT, types=frozenset({"case.opened"}), channels=frozenset({"bol_nl"}))

    assert ENDPOINT.wants("case.closed", "support")
    assert some.wants("case.opened", "bol_nl")
    assert not some.wants("case.closed", "bol_nl")
    assert not some.wants("case.opened", "support")


def test_no_repr_shows_an_address() -> None:
    assert "k3y" not in repr(Standing(ENDPOINT))


def test_both_secrets_sign_for_a_day_after_one_was_replaced() -> None:
    replaced = rotated(ENDPOINT, NOON)

    assert replaced.generations(NOON + timedelta(hours=23)) == (2, 1)
    assert replaced.generations(NOON + timedelta(hours=24)) == (2,)
    assert rotated(ENDPOINT, NOON, at_once=True).generations(NOON) == (2,)


@given(st.binary(min_size=24, max_size=64), st.binary(min_size=24, max_size=64), st.text())
def test_a_receiver_that_knows_one_of_the_secrets_takes_it_and_no_other(old: bytes, new: bytes, text: str) -> None:
    content = f'{{"text": {len(text)}}}'.encode()
    headers = dict(signed_headers("evt_1", datetime.now(UTC), content, [new, old]))

    for key in (old, new):
        assert Webhook(as_secret(key)).verify(content.decode(), headers) == {"text": len(text)}
    with pytest.raises(WebhookVerificationError):
        Webhook(as_secret(old + b"x" if len(old) < 64 else old[:-1])).verify(content.decode(), headers)


@given(st.binary(min_size=24, max_size=64))
def test_a_secret_is_its_key_in_words(key: bytes) -> None:
    assert signing_key(as_secret(key)) == key
