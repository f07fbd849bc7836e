"""What a hub keeps of a channel, in memory: batches merged as the hub merges them, by the hub's own rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime

from hub.core.events import Event
from hub.core.incoming import Batch, Checkpoint, Figure, Incoming, OpenCase
from hub.core.matching import KnownThreads, MatchingRules
from hub.core.merge import Known, MergeResult, merge_batch
from hub.core.model import Case, Message
from hub.core.outbox import Receipt, Reply, ReplyState, as_message, delivered
from hub.core.replay import apply


class Inbox:
    """The cases of one channel, and where its reading goes on."""

    def __init__(self, channel: str, rules: MatchingRules | None = None) -> None:
        self.channel, self._rules = channel, rules or MatchingRules()
        self.checkpoint: Checkpoint | None = None
        self.items: list[Incoming] = []
        self.events: list[Event] = []
        self.notices: list[str] = []
        self.figures: list[Figure] = []
        self.known = Known()

    def take(self, batch: Batch, now: datetime) -> MergeResult:
        """Merge a batch and remember its checkpoint as the store does: as JSON."""
        merged = merge_batch(batch.items, self.known, self.channel, now, self._next_number, self._rules)
        self.items += batch.items
        self.events += [event for change in merged.changes for event in change.events]
        self.notices += [notice.text for notice in batch.notices]
        self.figures += batch.figures
        self.checkpoint = json.loads(json.dumps(dict(batch.checkpoint)))
        return merged

    def keep(self, reply: Reply, receipt: Receipt, now: datetime) -> None:
        """Remember a reply that the platform took, under the receipt's ref, as the hub does."""
        for what in delivered(reply, receipt.at, receipt.ref):
            event = Event(what, receipt.at, now)
            cases = self.known.threads.cases
            cases[reply.case_number] = apply(cases[reply.case_number], event)
            self.events.append(event)
        if reply.writes_to_the_customer:
            message = as_message(reply, receipt.at, receipt.ref)
            self.known.message_refs.add(message.ref)
            for key in message.lookup_keys:
                self.known.threads.by_thread_key.setdefault(key, reply.case_number)
        self.known.replies[reply.key] = replace(reply, state=ReplyState.DELIVERED)

    @property
    def cases(self) -> Sequence[Case]:
        """Every case, oldest first."""
        return tuple(self.known.threads.cases.values())

    @property
    def refs(self) -> Sequence[str]:
        """The ref of every case, oldest first."""
        return [case.ref for case in self.cases]

    @property
    def messages(self) -> Sequence[Message]:
        """Every message of every case."""
        return [message for case in self.cases for message in case.messages]

    def case(self, ref: str) -> Case:
        """The case with this ref, or the one that has a message with it; KeyError names those that there are."""
        number = self.known.by_ref.get(ref)
        if number is not None:
            return self.known.threads.cases[number]
        for case in self.cases:
            if any(message.ref == ref for message in case.messages):
                return case
        raise KeyError(f"the channel brought no case {ref!r}, only {', '.join(map(repr, self.refs)) or 'none at all'}")

    def open_cases(self) -> Sequence[OpenCase]:
        """What the hub holds open, as it tells it to `fetch`."""
        return [OpenCase(case.ref, case.changed_at) for case in self.cases if case.is_open]

    def copy(self) -> Inbox:
        """The same inbox, which goes on by itself: what a hub that died at this moment would find."""
        twin = copy(self)
        twin.items, twin.events = list(self.items), list(self.events)
        twin.notices, twin.figures = list(self.notices), list(self.figures)
        threads = KnownThreads(dict(self.known.threads.cases), dict(self.known.threads.by_thread_key))
        known = self.known
        twin.known = Known(threads, dict(known.by_ref), set(known.message_refs), dict(known.replies))
        return twin

    def _next_number(self) -> str:
        return f"CH-{1001 + len(self.known.threads.cases)}"
