"""One write transaction of the store, as a protocol whose docstrings are its contract."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from hub.core.escalation import StepRecord
from hub.core.incoming import Checkpoint, Figure
from hub.core.merge import Change, Keys, Known
from hub.core.model import Case
from hub.core.outbox import Reply
from hub.core.readings import Evaluation
from hub.core.records import ChannelRecord


class Writer(Protocol):
    """One transaction: everything written through it is kept, or, if an exception leaves the block, nothing is."""

    def known(self, channel: str, keys: Keys) -> Known:
        """What the store holds of these keys on this channel.

        `threads.cases` has every case any key leads to, by number, with the cases those were merged into;
        `by_ref` and `message_refs` hold only keys of this channel; `replies` holds replies of any state.
        """
        ...

    def next_number(self) -> str:
        """A case number that no case has had or will have, also after a rollback of later work: CH-1001, CH-1002 …"""
        ...

    def case(self, number: str) -> Case:
        """The case as it stands within this transaction; NotFound if there is none."""
        ...

    def save(self, change: Change, evaluation: Evaluation) -> None:
        """Append the events of the change and bring list, clocks, search index and lookups up to date.

        A case of which people were told a step wakes at once: news may make untrue what they were told. Saving many
        changes and indexing them once, when the transaction ends, is the store's business.
        """
        ...

    def set_evaluation(self, number: str, evaluation: Evaluation) -> None:
        """Replace the stored evaluation of a case that is as it was: its clocks, its wake-up, what the list shows."""
        ...

    def save_steps(self, steps: Iterable[StepRecord]) -> None:
        """Insert the records, or replace the stored ones that have their keys."""
        ...

    def save_figures(self, channel: str, figures: Iterable[Figure], read_at: datetime) -> None:
        """Keep what a platform reports of a channel, in the place of what it reported earlier of the same periods."""
        ...

    def set_checkpoint(self, channel: str, checkpoint: Checkpoint) -> None:
        """Remember where reading this channel goes on."""
        ...

    def save_reply(self, reply: Reply) -> None:
        """Insert the reply, or replace the stored one that has its key."""
        ...

    def reply(self, key: str) -> Reply:
        """The reply with this key; NotFound if there is none."""
        ...

    def record_channel(self, record: ChannelRecord) -> None:
        """Replace what is remembered of a channel, its checkpoint excepted."""
        ...

    def set_fact(self, name: str, value: str) -> None:
        """Remember a small fact about the whole hub, such as the digest of the policies behind the deadlines."""
        ...
