"""Late orders: which there are, into which open case each belongs, and telling a customer of one once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice

from hub.adapter import Capability, Connection
from hub.core.acknowledgement_text import language_of
from hub.core.acts import require_answerable
from hub.core.delay_text import delay_text
from hub.core.late_orders import LateOrder, Told, digest_of, name_of, numbers_in, once_each
from hub.core.model import Case, Direction
from hub.core.outbox import Reply
from hub.core.ports import CaseFilter, CaseSummary, Clock, Store
from hub.core.turns import Owner
from hub.errors import HubError, Unsupported
from hub.runs.channel import Source, explain
from hub.runs.desk import Desk
from hub.runs.reach import Reach

MOST_ORDERS = 1000
"""So many late orders of one channel are looked at."""

LEASE = "notices"
"""Under which name a list of notices is worked on: two at once could tell a customer twice."""

_SEEN = "late_orders"
_NO_CASE = "no case about it is open"


@dataclass(slots=True)
class Look:
    """The late orders of some channels, the channels that were `asked`, and why others told nothing."""

    orders: list[LateOrder] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    silent: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DelayNotice:
    """What the customer of a late order shall read, and how it can reach him.

    It goes into the open `case`, of which `after` is the newest message, or, where that cannot be, a person writes
    it on the platform: `why` says what speaks against the case. `unanswered` warns that it would count as the answer
    to what the customer wrote there. `told` says that somebody was told already.
    """

    order: LateOrder
    language: str
    text: str
    case: str = ""
    after: str = ""
    unanswered: bool = False
    why: str = ""
    expected_on: date | None = None
    told: Told | None = None

    @property
    def can_be_sent(self) -> bool:
        """Whether it can go into a case and did not yet."""
        return bool(self.case) and self.told is None

    @property
    def to_export(self) -> bool:
        """Whether only a person can tell the customer, and nobody was asked to yet."""
        return not self.case and self.told is None


@dataclass(frozen=True)
class NoticePorts:
    """What notices need from the shell: of a case what can be done with it, of a channel the key of its adapter, the
    language in which customers are written to where theirs is unknown, and the name of the shop.
    """

    store: Store
    clock: Clock
    reach_of: Callable[[Case], Reach]
    platform_of: Callable[[str], str]
    language_of: Callable[[str], str]
    shop_of: Callable[[str], str]


def look(sources: Sequence[Source], now: datetime, since: datetime) -> Look:
    """Ask each source for its late orders; one failing channel never stops another."""
    found = Look()
    for source in sources:
        try:
            with source.connect() as connection:
                listed = list(islice(_late_in(connection, source.name, now, since), MOST_ORDERS))
        except Unsupported as error:
            found.silent[source.name] = f"{error}. {error.portal_step}".strip()
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes
            found.failed[source.name] = explain(error).text
        else:
            found.asked.append(source.name)
            found.orders += listed
    found.orders = once_each(found.orders)
    return found


def draft(orders: Iterable[LateOrder], ports: NoticePorts, expected_on: date | None = None) -> list[DelayNotice]:
    """A notice for each order, with the case into which it can go."""
    about: dict[str, list[CaseSummary]] = {}
    for summary in ports.store.cases(CaseFilter()):
        for number in numbers_in(summary.order_number):
            about.setdefault(number, []).append(summary)
    return [_draft(order, about.get(order.number, ()), ports, expected_on) for order in once_each(orders)]


def send(notice: DelayNotice, desk: Desk, store: Store, clock: Clock) -> Reply:
    """Queue a notice as a reply into its case, and remember it.

    That it is about to be queued is kept first: a run that dies in between is told apart by the outbox.
    """
    told = Told(clock.now(), notice.case, digest_of(notice.text))
    _remember(notice.order, told, store)
    reply = desk.reply(notice.case, notice.text, after=notice.after)
    _remember(notice.order, replace(told, key=reply.key), store)
    return reply


def exported(notices: Iterable[DelayNotice], store: Store, clock: Clock) -> None:
    """Remember that a person has these notices now."""
    for notice in notices:
        _remember(notice.order, Told(clock.now()), store)


def keep_count(notices: Iterable[DelayNotice], asked: Iterable[str], store: Store, clock: Clock) -> None:
    """Keep, for the channels that were asked, how many late orders nobody was told of."""
    untold = [notice.order.channel for notice in notices if notice.told is None]
    counts = {**_counts(store), **{name: untold.count(name) for name in asked}}
    kept = {"at": clock.now().isoformat(), "channels": {name: count for name, count in counts.items() if count}}
    with store.writing() as writer:
        writer.set_fact(_SEEN, json.dumps(kept))


def last_count(store: Store) -> tuple[int, datetime] | None:
    """How many late orders nobody had been told of when they were last looked at, and when; None for never."""
    kept = store.fact(_SEEN)
    return (sum(_counts(store).values()), datetime.fromisoformat(json.loads(kept)["at"])) if kept else None


def _late_in(connection: Connection, channel: str, now: datetime, since: datetime) -> Iterator[LateOrder]:
    """What the channel's platform lists; that it is late now is not left to the plugin."""
    listed = connection.late_orders(now, since)
    return (replace(order, channel=channel) for order in listed if order.is_late(now, since))


def _counts(store: Store) -> dict[str, int]:
    kept: dict[str, int] = json.loads(store.fact(_SEEN) or '{"channels": {}}')["channels"]
    return kept


def _remember(order: LateOrder, told: Told, store: Store) -> None:
    with store.writing() as writer:
        writer.set_fact(name_of(order), told.text())


def _told(order: LateOrder, store: Store) -> Told | None:
    told = Told.read(store.fact(name_of(order)))
    if told is None:
        return None
    return told if told.holds(store.replies(case_number=told.case) if told.case else ()) else None


def _draft(order: LateOrder, about: Sequence[CaseSummary], ports: NoticePorts, expected_on: date | None) -> DelayNotice:
    newest_first = sorted(about, key=lambda summary: summary.changed_at, reverse=True)
    cases = [ports.store.case(summary.number) for summary in newest_first]
    told = _told(order, ports.store)
    why = ""
    for case in cases:
        if case.channel != order.channel:
            continue
        found = replace(_worded(order, case, ports, expected_on), told=told)
        against = _against(found, case, ports)
        if not against:
            newest = case.last_inbound
            after = newest.ref if newest else ""
            unanswered = case.waiting_since is not None
            written = told or _written_in(case, found.text)
            return replace(found, case=case.number, after=after, unanswered=unanswered, told=written)
        why = why or against
    order, instead = _in_the_portal(order, cases, ports)
    return replace(_worded(order, None, ports, expected_on), told=told, why=why or instead)


def _written_in(case: Case, text: str) -> Told | None:
    """That the very text stands in the case: after an old backup was put back nothing else may tell of it."""
    sent = (message for message in case.messages if message.direction is Direction.OUTBOUND)
    same = next((message for message in sent if digest_of(message.text) == digest_of(text)), None)
    return None if same is None else Told(same.sent_at, case.number, digest_of(text))


def _in_the_portal(order: LateOrder, cases: Sequence[Case], ports: NoticePorts) -> tuple[LateOrder, str]:
    """The order with the link to its case on the platform, where a mail told of one, and why a person writes there."""
    platform = ports.platform_of(order.channel)
    for case in cases:
        if case.about is not None and case.about.platform == platform:
            linked = replace(order, url=order.url or case.about.url)
            return linked, f"{case.number} is about it, and is answered on the platform itself"
    return order, _NO_CASE


def _worded(order: LateOrder, case: Case | None, ports: NoticePorts, expected_on: date | None) -> DelayNotice:
    """The notice in the customer's language, as the order or else the case tells it."""
    customer = order.customer
    wrote = ""
    if case is not None:
        known = case.customer
        customer = replace(customer, name=customer.name or known.name, language=customer.language or known.language)
        wrote = case.last_inbound.text if case.last_inbound else ""
    language = language_of(customer.language, wrote, ports.language_of(order.channel))
    named = replace(order, customer=customer)
    new_day = order.expected_on or expected_on
    text = delay_text(named, language, new_day, ports.shop_of(order.channel))
    return DelayNotice(named, language, text, expected_on=new_day)


def _against(notice: DelayNotice, case: Case, ports: NoticePorts) -> str:
    """What speaks against sending a notice into a case, empty where nothing does."""
    reach, email = ports.reach_of(case), notice.order.customer.email.lower()
    if reach.adapter is None:
        return f"the channel {case.channel} cannot be used as it is set"
    if case.about is not None and case.about.platform != reach.adapter.key:
        return f"{case.number} is a case on {case.about.platform} that came by mail"
    if not reach.can(Capability.REPLY, case):
        return f"{reach.adapter.title} takes no replies from a program"
    if case.owner is not Owner.SELLER:
        return f"{case.number} is with the {case.owner}"
    if email and case.addresses and email not in case.addresses:
        return f"{case.number} is a case of somebody else"
    seen = case.last_inbound.ref if case.last_inbound else ""
    reply = Reply("", case.number, case.channel, notice.text, ports.clock.now(), after=seen)
    try:
        require_answerable(case)
        reach.require_acceptable(reply, case)
    except HubError as error:
        return str(error).rstrip(".")
    return ""
