"""Joins what came by mail with the case that its platform's own API brought, whichever came first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.core.joining import join, named_case
from hub.core.merge import Change, Keys
from hub.core.model import Case, PlatformCase
from hub.core.outbox import WAITING
from hub.core.ports import EvaluationOf, Store, Writer


@dataclass(frozen=True)
class Joining:
    """The joining within one transaction; `adapters` has the key of every channel's adapter."""

    store: Store
    writer: Writer
    evaluation_of: EvaluationOf
    adapters: Mapping[str, str]

    def join(self, channel: str, changes: Iterable[Change], now: datetime) -> None:
        """Join what the changes of a channel, which are saved already, have to do with other channels' cases."""
        changed = tuple(changes)
        told = [change.case.number for change in changed if named_case(change.case)]
        refs = [change.case.ref for change in changed if not change.case.about]
        for number in dict.fromkeys((*told, *self._told_by_mail(channel, refs))):
            self._join(self.writer.case(number), now)

    def _told_by_mail(self, channel: str, refs: Sequence[str]) -> list[str]:
        """The cases of other channels that mails tell of and that are these of this one."""
        platform = self.adapters.get(channel, "")
        if not platform or not refs:
            return []
        keys = Keys(thread_keys=frozenset(PlatformCase(platform, ref).key for ref in refs) - {""})
        found: list[str] = []
        for other, adapter in self.adapters.items():
            if adapter != platform:
                found += self.writer.known(other, keys).threads.by_thread_key.values()
        return found

    def _join(self, other: Case, now: datetime) -> None:
        target = self._target(other)
        if target is None or other.merged_into or target.channel == other.channel:
            return
        if any(reply.state in WAITING for reply in self.store.replies(case_number=other.number)):
            return  # a reply on its way belongs to the case it was written in; the next news of it joins them
        taken, gone = join(target, other, now)
        # The lookups of the messages must be free before the other case takes them.
        for change in (gone, taken):
            self.writer.save(change, self.evaluation_of(change.case))

    def _target(self, other: Case) -> Case | None:
        """The one case that a mail's case is on its platform's own channels, merges followed; None if not one."""
        about = other.about
        if about is None or not named_case(other):
            return None
        keys = Keys(case_refs=frozenset({about.ref}))
        channels = [name for name, adapter in self.adapters.items() if adapter == about.platform]
        found = [
            known.threads.current(number)
            for known in (self.writer.known(name, keys) for name in channels)
            for number in known.by_ref.values()
        ]
        return found[0] if len(found) == 1 else None
