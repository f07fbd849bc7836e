"""Who is told of events by webhook, and what becomes of a message on its way: pure data and the rules between."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.uptime import Rest, Uptime, rest_of

TEXT = "text"
"""What an endpoint includes that is also told what people wrote."""

BOTH_SECRETS = timedelta(hours=24)
"""For so long after a secret was replaced messages carry a signature of the old one as well."""

GIVEN_UP_AFTER = timedelta(days=5)
"""An endpoint that took nothing for so long is switched off, and `casehub status` says so."""

RESTS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""The pauses after each failure, as Standard Webhooks advises; together they last about three days."""

LONGEST = sum(RESTS, timedelta())
"""An endpoint that fails for so long gets no more tries for what is as old, however seldom there was one."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
_GONE = 410
_JITTER = 0.2


class DeliveryState(StrEnum):
    """What became of one message to one endpoint."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up; a person may replay it


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that is told of events; without types it is told of all, without channels of those of all channels.

    No secret is kept: it follows from the hub's own key, this id and the `generation`. Until `both_until` that of the
    generation before signs as well. The address may hold a key in its path, so that no repr shows it.
    """

    id: str
    url: str = field(repr=False)
    created_at: datetime
    by: str = ""
    types: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    include: frozenset[str] = frozenset()
    generation: int = 1
    both_until: datetime | None = None

    def wants(self, kind: str, channel: str) -> bool:
        """Whether it is told of an event of this type on this channel."""
        return (not self.types or kind in self.types) and (not self.channels or channel in self.channels)

    def generations(self, now: datetime) -> tuple[int, ...]:
        """The generations of its secret that sign now, the newest first."""
        both = self.both_until is not None and now < self.both_until
        return (self.generation, self.generation - 1) if both else (self.generation,)


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint has been doing; it rests for longer after each failure that is about all of it."""

    failures: int = 0
    failing_since: datetime | None = None
    taken_at: datetime | None = None
    trouble: str = ""
    not_before: datetime | None = None
    rest: Rest | None = None

    def has_rested(self, now: datetime, uptime: Uptime) -> bool:
        """Whether it may be tried."""
        return _over(self.not_before, self.rest, now, uptime)


@dataclass(frozen=True, slots=True)
class Standing:
    """An endpoint as it stands: why it is switched off (empty: it is on), and its health."""

    endpoint: Endpoint
    off: str = ""
    health: Health = Health()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one endpoint: of which event of which origin, and what became of it.

    `since` is when it was made, or was to be sent afresh; `tries` counts from then on, `attempts` from the beginning.
    """

    id: int
    endpoint: str
    origin: str
    event: str
    type: str
    case_number: str
    since: datetime
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    attempts: int = 0
    status: int = 0
    trouble: str = ""
    tried_at: datetime | None = None
    not_before: datetime | None = None
    rest: Rest | None = None

    @property
    def attempt_id(self) -> str:
        """The name of the next attempt, which no other attempt has."""
        return f"dlv_{self.id}_{self.attempts + 1}"

    def may_go(self, now: datetime, uptime: Uptime) -> bool:
        """Whether its pause is over."""
        return _over(self.not_before, self.rest, now, uptime)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: the status of the answer, or why there is none; `after` is until when to wait."""

    status: int = 0
    trouble: str = ""
    after: datetime | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == _GONE

    @property
    def about_the_endpoint(self) -> bool:
        """Whether the next message would fare no better; a plain refusal is about the one that was sent."""
        return not self.taken and (not 400 <= self.status < 500 or self.status in (401, 403, 404, 408, 429))

    def __str__(self) -> str:
        return self.trouble or f"HTTP {self.status}"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, by both clocks, and a number in [0, 1) that spreads what would come at once."""

    now: datetime
    uptime: Uptime
    jitter: float = 0.5


def after_attempt(standing: Standing, delivery: Delivery, outcome: Outcome, at: Moment) -> tuple[Standing, Delivery]:
    """The endpoint and the message after an attempt."""
    tried = replace(
        delivery,
        tries=delivery.tries + 1,
        attempts=delivery.attempts + 1,
        status=outcome.status,
        trouble="" if outcome.taken else str(outcome),
        tried_at=at.now,
        not_before=None,
        rest=None,
    )
    if outcome.taken:
        well = Health(taken_at=at.now)
        return replace(standing, health=well), replace(tried, state=DeliveryState.DELIVERED)
    if outcome.gone:
        off = "it answered 410 (gone): it wants nothing any more"
        return replace(standing, off=off), replace(tried, state=DeliveryState.DEAD)
    failed = _failed(standing, outcome, at)
    return failed, _again(tried, outcome, at, hopeless_before(failed, at.now))


def hopeless_before(standing: Standing, now: datetime) -> datetime | None:
    """What was made before this instant is given up; None unless the endpoint has been failing for long."""
    since = standing.health.failing_since
    return None if since is None or now - since < LONGEST else now - LONGEST


def afresh(delivery: Delivery, now: datetime) -> Delivery:
    """The message as it is sent from the first try on; its attempts are counted on, so each keeps a name of its own."""
    return replace(
        delivery, state=DeliveryState.PENDING, since=now, tries=0, status=0, trouble="", not_before=None, rest=None
    )


def _again(tried: Delivery, outcome: Outcome, at: Moment, hopeless: datetime | None) -> Delivery:
    """The message with its next pause, or given up."""
    if tried.tries > len(RESTS) or (hopeless is not None and tried.since <= hopeless):
        return replace(tried, state=DeliveryState.DEAD)
    pause = _spread(RESTS[tried.tries - 1], at)
    if outcome.after is not None:
        pause = max(pause, outcome.after - at.now)
    return replace(tried, not_before=at.now + pause, rest=rest_of(pause, at.uptime))


def _failed(standing: Standing, outcome: Outcome, at: Moment) -> Standing:
    """The endpoint after a failure: it rests where that is about all of it, and is switched off at last."""
    health, since = standing.health, standing.health.failing_since or at.now
    failed = replace(health, failing_since=since, trouble=str(outcome))
    if outcome.about_the_endpoint:
        pause = _spread(min(_FIRST_PAUSE * 2 ** min(health.failures, 16), _LONGEST_PAUSE), at)
        if outcome.after is not None:
            pause = max(pause, outcome.after - at.now)
        rest = rest_of(pause, at.uptime)
        failed = replace(failed, failures=health.failures + 1, not_before=at.now + pause, rest=rest)
    off = f"it took nothing for {GIVEN_UP_AFTER.days} days: {outcome}" if at.now - since >= GIVEN_UP_AFTER else ""
    return replace(standing, off=off, health=failed)


def rotated(endpoint: Endpoint, now: datetime, *, at_once: bool = False) -> Endpoint:
    """The endpoint with its next secret; unless `at_once`, the one before goes on signing beside it for a day."""
    both = None if at_once else now + BOTH_SECRETS
    return replace(endpoint, generation=endpoint.generation + 1, both_until=both)


def _spread(pause: timedelta, at: Moment) -> timedelta:
    return pause * (1 - _JITTER / 2 + _JITTER * at.jitter)


def _over(not_before: datetime | None, rest: Rest | None, now: datetime, uptime: Uptime) -> bool:
    """Whether a pause is over; where the machine was started anew meanwhile, the clock on the wall decides."""
    over = rest.is_over(uptime) if rest is not None else None
    return (not_before is None or not_before <= now) if over is None else over
