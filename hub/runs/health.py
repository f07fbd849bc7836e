"""How the channels are doing: what last worked, what is behind and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

from hub.core.escalation import StepRecord, StepState
from hub.core.outbox import FINAL, WAITING, Hold, Reply, ReplyState
from hub.core.outbox_alarms import ALARMING, OUTBOX, Limits
from hub.core.ports import ChannelRecord, Clock, Store
from hub.core.worktime import Calendar
from hub.runs.telling import NOTIFICATION_HOURS

IDLE = "it is switched off, or not in hub.toml any more: switch it on, or `casehub outbox cancel` them"
"""Why nobody sends the replies of a channel that no run works on."""

_SOON = timedelta(days=45)
_ALARM = KEY_ALARM = timedelta(days=7)
"""Before a calendar ends it is a note, and then an alarm: deadlines beyond its end are unknown."""
KEY_SOON = timedelta(days=14)
"""Before a key ends it is a note so early; a week before it is an alarm."""

ALARMING_TRIES = 6
"""A notifier that failed so often, for about half an hour, is an alarm; it is tried on meanwhile."""

_UNTOLD = frozenset({StepState.WAITING, StepState.FAILED, StepState.REFUSED, StepState.UNCERTAIN})
_FATES: Mapping[StepState, str] = {
    StepState.FAILED: f"not told in {ALARMING_TRIES} tries or more",
    StepState.REFUSED: "refused for good",
    StepState.UNCERTAIN: "perhaps told to nobody",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the hub as a whole that a person should know; an `alarm` needs somebody now."""

    text: str
    alarm: bool = True


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """One channel's health; `troubles` is empty when all is well, `notes` are what a person should know all the same.

    `key_expires` is the last day of its key or token, as far as somebody wrote it down.
    """

    name: str
    record: ChannelRecord
    replies_waiting: int = 0
    replies_for_a_person: int = 0
    unreadable: int = 0
    troubles: tuple[str, ...] = field(default=())
    silent_after: timedelta | None = None
    key_expires: date | None = None
    notes: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles

    def lag(self, now: datetime) -> timedelta | None:
        """For how long nothing that was written on the platform is surely known; None if it was never read."""
        # A reading began before it came to its end, also where somebody has set the clock of the machine meanwhile.
        known = [at for at in (self.record.read_until, self.record.succeeded_at) if at is not None]
        return max(now - min(known), timedelta()) if known else None


def examine(
    store: Store,
    clock: Clock,
    silent_after: dict[str, timedelta],
    broken: dict[str, str],
    limits: Limits = Limits(),  # noqa: B008  frozen
    keys: Mapping[str, date] = MappingProxyType({}),
) -> list[ChannelHealth]:
    """The health of every enabled channel (with its allowed silence), of every broken one (with its error), and of
    every other one that still has replies to send; `keys` has the last days of the keys of channels.
    """
    now = clock.now()
    unreadable = [store.summary(number).channel for number, _ in store.unreadable()]
    found = []
    sending = {reply.channel for reply in store.replies(WAITING) if not reply.is_quiet}
    for name in sorted({*silent_after, *broken, *sending}):
        record = store.channel(name)
        replies = [reply for reply in store.replies(ALARMING, channel=name) if not reply.is_quiet]
        troubles = [broken[name]] if name in broken else [f"its replies wait, but {IDLE}"]
        if name in silent_after:
            troubles = _reading_troubles(record, silent_after[name], now)
        troubles += _reply_troubles(replies, limits, now)
        waiting = [reply for reply in replies if reply.state not in FINAL and not reply.needs_a_person]
        person = [reply for reply in replies if reply.needs_a_person]
        ending = [_ending(keys[name], now.date())] if name in keys else []
        troubles += [remark.text for remark in ending if remark and remark.alarm]
        notes = [remark.text for remark in ending if remark and not remark.alarm]
        counts = (len(waiting), len(person), unreadable.count(name))
        silence, last = silent_after.get(name), keys.get(name)
        found.append(ChannelHealth(name, record, *counts, tuple(troubles), silence, last, (*record.notices, *notes)))
    return found


def _ending(last: date, today: date) -> Remark | None:
    """That a key soon ends, or has ended; it is a note first, and then an alarm."""
    left = (last - today).days
    if left > KEY_SOON.days:
        return None
    days = "today" if left == 0 else f"in {left} day{'s' * (left != 1)}"
    when = f"expired on {last}" if left < 0 else f"expires {days}, on {last}"
    way_out = "put a new one in its place, then write its last day into key_expires"
    return Remark(f"its key {when}: {way_out}", alarm=last - today <= KEY_ALARM)


def _reading_troubles(record: ChannelRecord, silent_after: timedelta, now: datetime) -> list[str]:
    troubles = []
    if record.error:
        since = f" (since {record.failing_since:%Y-%m-%d %H:%M} UTC)" if record.failing_since else ""
        troubles.append(record.error + since)
    if record.succeeded_at is None:
        troubles.append("was never read to its end")
    elif now - record.succeeded_at > silent_after:
        troubles.append(
            f"was last read {in_words(now - record.succeeded_at)} ago, and should be every {in_words(silent_after)}"
        )
    return troubles


def _reply_troubles(replies: Sequence[Reply], limits: Limits, now: datetime) -> list[str]:
    person = [reply for reply in replies if reply.needs_a_person]
    held = [reply for reply in replies if reply.hold is Hold.CHANNEL and reply.state is ReplyState.HELD]
    told = {reply.key for reply in (*person, *held)}
    old = [reply for reply in limits.overdue(replies, now) if reply.key not in told]
    troubles = []
    if person:
        troubles.append(f"{_count(person)} for you to decide on: `casehub outbox`")
    if held:
        troubles.append(f"{_count(held)} held until the channel works again: {held[0].reason}")
    if old:
        age = in_words(now - min(reply.written_at for reply in old))
        troubles.append(f"{_count(old)} unsent, the oldest for {age}: `casehub outbox`")
    return troubles


def _count(replies: Sequence[Reply]) -> str:
    return "1 reply is" if len(replies) == 1 else f"{len(replies)} replies are"


def untold(store: Store, clock: Clock, silent_after: Mapping[str, timedelta]) -> Iterator[Remark]:
    """The steps that nobody was told of, or will be soon, of cases that still wait.

    Those are the steps that failed again and again, and those that are held longer than their channel may be silent.
    """
    records = store.steps(_UNTOLD)
    owed = {number: _open_runs(number, store) for number in {record.key.case_number for record in records}}
    waiting = [r for r in records if (r.key.clock, r.key.head) in owed[r.key.case_number] or _still_waits(r, store)]
    given_up = [r for r in waiting if r.state is not StepState.FAILED or r.tries >= ALARMING_TRIES]
    lost = [record for record in given_up if record.state in _FATES]
    fates = Counter((record.state, record.key.notifier, record.reason) for record in lost)
    for (state, notifier, reason), count in sorted(fates.items()):
        how = f"`casehub escalations --state {state}`"
        yield Remark(f"notifier {notifier}: {_steps(count)} {_FATES[state]}: {reason} ({how})")
    yield from _held(waiting, store, clock.now(), silent_after)


def _held(
    records: Iterable[StepRecord], store: Store, now: datetime, silent_after: Mapping[str, timedelta]
) -> Iterator[Remark]:
    held: dict[str, list[datetime]] = {}
    for record in records:
        if record.state is StepState.WAITING and record.reason not in ("", NOTIFICATION_HOURS):
            silence = silent_after.get(store.summary(record.key.case_number).channel, timedelta())
            if now - record.changed_at > silence:
                held.setdefault(record.reason, []).append(record.changed_at)
    for reason, since in sorted(held.items()):
        yield Remark(f"{_steps(len(since))} not told for {in_words(now - min(since))}, waiting for {reason}")


def _still_waits(record: StepRecord, store: Store) -> bool:
    """Whether a step tells of a reply that still waits in the outbox."""
    if record.key.clock != OUTBOX:
        return False
    key = record.key.head.partition("@")[0]
    return any(reply.key == key and reply.state in ALARMING for reply in store.replies_named(key))


def _open_runs(number: str, store: Store) -> frozenset[tuple[str, str]]:
    """The clocks that still run in a case, each with what started it; none where nobody waits."""
    if store.summary(number).deadline is None:
        return frozenset()
    return frozenset((run.clock.value, run.head) for run in store.evaluated(number) if run.is_open)


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def ending(what: str, calendar: Calendar, advice: str, today: date) -> Iterator[Remark]:
    """That a calendar soon knows no more days, if it does."""
    known_for = calendar.valid_to - today
    if known_for <= _SOON:
        yield Remark(f"{what} known until {calendar.valid_to} only; {advice}", alarm=known_for <= _ALARM)


def in_words(span: timedelta) -> str:
    """A span of time in its largest fitting unit: 45 s, 12 min, 3 h, 2 days."""
    seconds = int(span.total_seconds())
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    if seconds < 48 * 3600:
        return f"{round(seconds / 3600)} h"
    return f"{round(seconds / 86400)} days"
