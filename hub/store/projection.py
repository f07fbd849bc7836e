"""What the tables hold of a case besides its events: everything here can be made again from them."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from hub.core.enriching import due_at
from hub.core.events import Absorbed, Acted, Event, MessageArrived, MessageReread
from hub.core.evidence_events import EvidenceGiven
from hub.core.model import Attachment, Case, Direction, Message
from hub.core.readings import Evaluation
from hub.core.search import lookup_key
from hub.store.blobs import Blobs
from hub.store.clocks import EVALUATION_COLUMNS, evaluation_values
from hub.store.connection import Connection, Row
from hub.store.origins import save_origin
from hub.store.search import arrived
from hub.store.values import id_of, marks, optional_micros, storable, to_micros

CASE_COLUMNS = (
    "channel, ref, type, type_raw, state, subject, customer_name, customer_email, order_number, assignee, "
    "opened, changed, messages, unreadable, rating, rated, open_tasks, tasks, customer_key, order_key"
)
ORDER_COLUMNS = "about, order_due"
_NAMES = f"{CASE_COLUMNS}, {ORDER_COLUMNS}, {EVALUATION_COLUMNS}".split(", ")
_SAVE_CASE = (
    f"INSERT INTO cases (id, documents, {', '.join(_NAMES)}) VALUES (?, 0, {marks(_NAMES)}) "
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _NAMES)}"
)
_SAVE_MESSAGE = "INSERT OR IGNORE INTO messages (channel, ref, case_id, sent, inbound, unreadable) VALUES (?,?,?,?,?,?)"
_SAVE_KEY = "INSERT OR IGNORE INTO thread_keys (channel, key, case_id) VALUES (?, ?, ?)"
_SAVE_REREAD = "UPDATE messages SET sent = ?, inbound = ?, unreadable = ? WHERE case_id = ? AND ref = ?"


def case_values(case: Case) -> Row:
    """What the list holds of a case, in the order of CASE_COLUMNS."""
    texts = (
        *(case.channel, case.ref, case.type, case.type_raw, case.state, case.subject),
        *(case.customer.name, case.customer.email, case.order.number if case.order else "", case.assignee),
    )
    unreadable = sum(1 for message in case.messages if message.problem)
    instants = (to_micros(case.opened_at), to_micros(case.changed_at))
    rating = (storable(case.rating), optional_micros(case.rated_at))
    tasks = (len(case.open_tasks), len(case.portal_tasks))
    keys = (lookup_key(case.customer.email), lookup_key(case.order.number if case.order else ""))
    return (*map(storable, texts), *instants, len(case.messages), unreadable, *rating, *tasks, *map(storable, keys))


def order_values(case: Case) -> Row:
    """By what a case is found whose order is to be looked up, in the order of ORDER_COLUMNS."""
    return storable(case.about.platform if case.about else ""), optional_micros(due_at(case))


def save_case(connection: Connection, case: Case, evaluation: Evaluation, events: int) -> None:
    """Bring the row of a case up to date, which has so many events, and what figures count of it."""
    values = (*case_values(case), *order_values(case), *evaluation_values(evaluation, events))
    connection.run(_SAVE_CASE, (id_of(case.number), *values))
    save_origin(connection, case)


class Lookups:
    """Notes by which keys new events of cases are found and which contents they name; `write` writes it all at once.

    One statement for many rows takes half the time of one for each.
    """

    def __init__(self, connection: Connection, blobs: Blobs) -> None:
        self._connection, self._blobs = connection, blobs
        self._messages: list[Row] = []
        self._keys: list[Row] = []
        self._contents: set[str] = set()

    def add(self, number: str, channel: str, events: Sequence[Event]) -> None:
        """Note what new events of a case bring."""
        case_id = id_of(number)
        for event in events:
            what = event.what
            if isinstance(what, MessageReread):
                values = (*_message_values(what.message), case_id, storable(what.message.ref))
                self._change(_SAVE_REREAD, values)
            elif isinstance(what, Absorbed):
                # The keys of threads stay with the absorbed case: whoever looks one up follows the merge.
                self._change("UPDATE messages SET case_id = ? WHERE case_id = ?", (case_id, id_of(what.number)))
            else:
                came_by = what.channel if isinstance(what, MessageArrived) else ""
                self._add_messages(case_id, storable(came_by or channel), arrived(what))
        self._contents |= named_contents(events)

    def write(self) -> None:
        """Write what was noted."""
        self._connection.run_many(_SAVE_MESSAGE, self._messages)
        self._connection.run_many(_SAVE_KEY, self._keys)
        sizes = [(digest, self._blobs.size(digest)) for digest in sorted(self._contents)]
        self._connection.run_many("INSERT OR IGNORE INTO contents (digest, size) VALUES (?, ?)", sizes)
        self._messages.clear()
        self._keys.clear()
        self._contents.clear()

    def _add_messages(self, case_id: int, channel: str, messages: Iterable[Message]) -> None:
        for message in messages:
            self._messages.append((channel, storable(message.ref), case_id, *_message_values(message)))
            self._keys += [(channel, storable(key), case_id) for key in message.lookup_keys]

    def _change(self, statement: str, values: Row) -> None:
        """Change messages that may have been noted only just now."""
        self.write()
        self._connection.run(statement, values)


def _message_values(message: Message) -> tuple[int, bool, bool]:
    return to_micros(message.sent_at), message.direction is Direction.INBOUND, bool(message.problem)


def named_contents(events: Sequence[Event]) -> set[str]:
    """The digests of the attachments, originals and pieces of evidence that these events name."""
    named: set[str] = set()
    for message in chain.from_iterable(_messages(event) for event in events):
        named.update(storable(digest) for digest in (message.raw, *(a.digest for a in message.attachments)))
    acts = (event.what.act for event in events if isinstance(event.what, Acted))
    named.update(storable(file.digest) for act in acts for file in act.evidence)
    named.update(storable(file.digest) for event in events for file in _evidence(event))
    return named - {""}


def _evidence(event: Event) -> Iterable[Attachment]:
    """The files that a person gave as evidence, also on a case that was absorbed."""
    what = event.what
    if isinstance(what, Absorbed):
        return chain.from_iterable(exhibit.files for exhibit in what.evidence)
    return what.files if isinstance(what, EvidenceGiven) else ()


def _messages(event: Event) -> tuple[Message, ...]:
    what = event.what
    return (what.message,) if isinstance(what, MessageReread) else arrived(what)
