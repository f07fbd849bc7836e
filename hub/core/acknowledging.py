"""Who is told at once by when an answer comes, and who is not: one to a case, and never to a machine or a list."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.core.model import Case, CaseState, Direction, Message, Party, epoch, from_epoch
from hub.core.outbox import WAITING, Reply
from hub.core.policy import ClockName
from hub.core.readings import Evaluation, Reading

OLDEST = timedelta(hours=1)
"""Mail that came earlier than this is a back-fill, and gets no acknowledgement."""

BETWEEN = timedelta(hours=1)
"""How long an address gets no second automatic mail (https://www.rfc-editor.org/rfc/rfc3834#section-2)."""

MOST_A_DAY = 3
"""How many automatic mails a case brings forth in a day."""

_DAY = timedelta(days=1)
_OWN_CONTACT = "it is a marketplace's case, which has the contact with the customer itself"
_LISTS = frozenset({"list", "bulk"})
_DEAF = (
    *("noreply", "donotreply", "dontreply", "neverreply", "mailerdaemon", "postmaster", "bounce", "listserv"),
    *("majordomo", "nichtantworten", "svaraej", "svarainte", "geenantwoord", "nepasrepondre", "neodpovidat"),
)
_LISTS_OWN = re.compile(r"owner-|.*-(?:owner|request|bounces?|return)(?:$|-)")
_SIGNS = re.compile(r"[-_.]")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """That the writer of the message `ref` may be told to have an answer by an instant, in whole minutes."""

    ref: str
    to: Party
    promise: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    """That nobody gets an acknowledgement, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Lately:
    """To which addresses automatic mails went within the last hour: the newest to each, by its key and its instant.

    It is kept as a text beside the cases, because a limit that forgets when the program ends is none.
    """

    newest: Mapping[str, tuple[str, datetime]]

    @classmethod
    def read(cls, text: str, now: datetime) -> Lately:
        """What `text` gave, without what lies too far back to matter."""
        kept = {to: (key, datetime.fromisoformat(at)) for to, (key, at) in json.loads(text or "{}").items()}
        return cls({to: (key, at) for to, (key, at) in kept.items() if now - at < BETWEEN})

    def text(self) -> str:
        """All of it as a text."""
        return json.dumps({to: (key, at.isoformat()) for to, (key, at) in self.newest.items()}, ensure_ascii=False)

    def forbids(self, address: str, key: str) -> bool:
        """Whether another automatic mail than the one with this key went to the address."""
        return self.newest.get(mailbox(address), (key,))[0] != key

    def noting(self, address: str, key: str, now: datetime) -> Lately:
        """The same with one more."""
        return Lately({**self.newest, mailbox(address): (key, now)})


def acknowledge(
    case: Case, reading: Reading | None, now: datetime, lately: Lately, own: Collection[str] = ()
) -> Acknowledgement | Declined:
    """Whether the writer of a case's first message is told by when the answer comes; `reading` is of that clock.

    `own` are the addresses of the seller's mailboxes.
    """
    first = next((m for m in case.messages if m.direction is not Direction.NOTE), None)
    if first is None:
        return Declined("nobody has written anything")
    why = _not_to(first, now, own) or _not_in(case, first, now) or _not_by(reading, now)
    if why or reading is None or reading.due is None:
        return Declined(why)
    if lately.forbids(first.sender.email, key_of(case.number)):
        return Declined("the address got an automatic mail within the last hour")
    return Acknowledgement(first.ref, first.sender, from_epoch(_minute(reading.due)))


def key_of(number: str) -> str:
    """The key of the acknowledgement of a case: always the same, so that there is never a second one."""
    return f"ack-{number.lower()}"


def first_response(evaluation: Evaluation) -> Reading | None:
    """The clock by which a case's first message must be answered, while it is open."""
    found = (r for r in evaluation.clocks if r.clock is ClockName.FIRST_RESPONSE and r.is_open)
    return next(found, None)


def pointless(reply: Reply, case: Case, others: Iterable[Reply], now: datetime) -> str:
    """Why an automatic reply that is about to be sent should not be, if it should not; `others` are of its case."""
    if reply.promise is not None and reply.promise <= now:
        return "the instant it promises has passed"
    if case.about is not None:
        return _OWN_CONTACT
    if case.state is not CaseState.OPEN or reply.after in case.settled:
        return "the customer was answered, or nobody waits any more"
    if any(not other.automatic and other.state in WAITING for other in others):
        return "an answer is on its way already"
    return ""


def addressee(reply: Reply, case: Case) -> str:
    """The address of the writer whom an acknowledgement is for; empty if the message is not in the case."""
    return next((m.sender.email for m in case.messages if m.ref == reply.after), "")


def mailbox(address: str) -> str:
    """The address as two writings of it are compared: in small letters and without a plus-tag."""
    local, at, domain = address.strip().lower().rpartition("@")
    return (local.partition("+")[0] or local) + at + domain


def is_deaf(address: str) -> bool:
    """Whether an address says itself that no person reads what is sent there (RFC 3834, section 2)."""
    local = address.strip().lower().rpartition("@")[0].partition("+")[0]
    return _SIGNS.sub("", local).startswith(_DEAF) or _LISTS_OWN.match(local) is not None


def _not_to(first: Message, now: datetime, own: Collection[str]) -> str:
    """Why the writer of this message is not written to."""
    address = first.sender.email
    if first.direction is not Direction.INBOUND or mailbox(address) in set(map(mailbox, own)):
        return "we wrote first"
    if not first.asks_for_an_answer or first.automatic or "unverified" in first.labels:
        return "no person is known to have written it"
    # Whoever writes through a shop's form wants a confirmation, whatever the form's software calls its mails.
    if _LISTS & set(first.labels) and "via-form" not in first.labels:
        return "it came over a list"
    if "@" not in address.strip("@") or is_deaf(address):
        return "there is no address that a person reads"
    return "it came more than an hour ago" if now - first.sent_at > OLDEST else ""


def _not_in(case: Case, first: Message, now: datetime) -> str:
    """Why the case, as it stands, calls for no acknowledgement."""
    if case.about is not None:
        return _OWN_CONTACT
    if case.state is not CaseState.OPEN or first.ref in case.settled:
        return "nobody waits for an answer any more"
    sent = (m for m in case.messages if m.automatic and m.direction is Direction.OUTBOUND)
    if sum(now - m.sent_at < _DAY for m in sent) >= MOST_A_DAY:
        return f"the case had {MOST_A_DAY} automatic mails within a day"
    return ""


def _not_by(reading: Reading | None, now: datetime) -> str:
    """Why there is no instant to promise."""
    if reading is None:
        return "no clock says by when an answer comes"
    if reading.due is None:
        return reading.problem or "its clock stands still"
    return "its answer is due already" if _minute(reading.due) <= epoch(now) else ""


def _minute(seconds: int) -> int:
    """The whole minute an instant lies in: what is promised is what the customer reads, and never later than due."""
    return seconds - seconds % 60
