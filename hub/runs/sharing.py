"""Gives new cases to people, and the cases of those who are away to whoever covers for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub.core.events import Event
from hub.core.model import CaseState
from hub.core.outbox import WAITING
from hub.core.people import Absence, Person
from hub.core.ports import CaseFilter, CaseSummary
from hub.core.sharing import (
    Sharing,
    after_turn,
    chosen,
    cover_of,
    covered,
    goes_over,
    is_there,
    takers,
    was_given_back,
)
from hub.errors import Busy
from hub.runs.desk import Desk

FACT = "sharing"
"""Under which name the store remembers whose turn it is, and which absences were seen to have ended."""
_LEASE = "sharing"
_LOOK_BACK = timedelta(days=60)
_OWED = frozenset({CaseState.OPEN})
_MOST_LOOKED_AT = 5000
MOST_AT_ONCE = 200
"""So many new cases at most are given out in one round, and so many of each person covered, the ones due first."""


@dataclass(frozen=True, slots=True)
class Given:
    """That a case was given to somebody, in the place of whoever had it."""

    case_number: str
    to: str
    instead_of: str = ""


@dataclass(slots=True)
class Shared:
    """What a round of sharing did, and what stands in its way, a sentence each."""

    given: list[Given] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def share(desk: Desk, sharing: Sharing, is_written: Callable[[str], bool]) -> Shared:
    """Give out what is to be given out now; `is_written` says that somebody is writing on a case.

    One process at a time does so; where another one is at it, nothing is done here.
    """
    try:
        with desk.store.lease(_LEASE):
            return _Round(desk, sharing, is_written).run()
    except Busy:
        return Shared()


class _Round:
    def __init__(self, desk: Desk, sharing: Sharing, is_written: Callable[[str], bool]) -> None:
        self.desk, self.sharing, self.is_written = desk, sharing, is_written
        self.now: datetime = desk.clock.now()
        self.people: Sequence[Person] = desk.store.people.people()
        recent = desk.store.people.absences(self.now - _LOOK_BACK)
        self.absences: list[Absence] = [one for one in recent if one.until > self.now]
        self.ended: list[Absence] = [one for one in recent if one.until <= self.now]
        self.load = dict(desk.store.people.open_cases())
        memory = json.loads(desk.store.fact(FACT) or "{}")
        self.turns: dict[str, tuple[str, ...]] = {name: tuple(them) for name, them in memory.get("turns", {}).items()}
        self.seen: set[str] = set(memory.get("seen", ()))
        self.before = memory
        self.shared = Shared(troubles=list(self._mistakes()))

    def run(self) -> Shared:
        for absence in self.ended:
            if absence.key not in self.seen:
                self._take_back(absence)
        for absence in self.absences:
            if absence.covers(self.now):
                self._cover(absence)
        for person in self.people:
            if not person.active:
                self._give_out(CaseFilter(states=_OWED, assignee=person.name))
        self._give_out(CaseFilter(states=_OWED, unassigned=True))
        self._remember()
        return self.shared

    def _take_back(self, absence: Absence) -> None:
        """What nobody has worked on goes back to whoever is there again; the rest stays where it is, once for all."""
        back = next((one for one in self.people if one.name == absence.who), None)
        if back is None or not is_there(back, self.absences, self.now):
            return
        for name in {one.cover for one in (*self.ended, *self.absences)} - {"", absence.who}:
            # All of them, however many: this is looked at once.
            for case in self.desk.store.cases(CaseFilter(assignee=name)):
                if absence.who in covered(self._history(case)):
                    self._move(case, absence.who)
        self.seen.add(absence.key)

    def _cover(self, absence: Absence) -> None:
        cover = cover_of(absence.who, self.people, self.absences, self.now)
        if not cover:
            return
        for case in self.desk.store.cases(CaseFilter(states=_OWED, assignee=absence.who, limit=MOST_AT_ONCE)):
            if goes_over(case, absence):
                self._move(case, cover)

    def _give_out(self, wanted: CaseFilter) -> None:
        """Give out the first so many that can be; those that nobody shall have stand in nobody's way."""
        given = 0
        for case in self.desk.store.cases(replace(wanted, limit=_MOST_LOOKED_AT)):
            group = self.sharing.group_of(case)
            turns = self.turns.get(group.name, ()) if group else ()
            names = takers(group, self.people, self.absences, self.now) if group else ()
            to = chosen(names, turns, self.load, self.sharing.order)
            if not to or group is None or (not case.assignee and was_given_back(self._history(case))):
                continue
            if self._move(case, to):
                self.turns[group.name] = after_turn(turns, to)
                given += 1
            if given >= MOST_AT_ONCE:
                return

    def _history(self, case: CaseSummary) -> Sequence[Event]:
        return self.desk.store.history(case.number)

    def _move(self, case: CaseSummary, to: str) -> bool:
        """Give a case to somebody unless somebody is at work on it."""
        replies = self.desk.store.replies(case_number=case.number)
        waiting = any(reply.state in WAITING and not reply.automatic for reply in replies)
        if waiting or self.is_written(case.number) or not self.desk.give(case.number, to, case.assignee):
            return False
        self.shared.given.append(Given(case.number, to, case.assignee))
        self.load[to] = self.load.get(to, 0) + 1
        if case.assignee:
            self.load[case.assignee] = self.load.get(case.assignee, 0) - 1
        return True

    def _remember(self) -> None:
        still = sorted(self.seen & {one.key for one in self.ended})
        memory = {"turns": {name: list(them) for name, them in self.turns.items()}, "seen": still}
        if memory != self.before and (self.before or self.shared.given or still):
            with self.desk.store.writing() as writer:
                writer.set_fact(FACT, json.dumps(memory, sort_keys=True))

    def _mistakes(self) -> Iterator[str]:
        known = {one.name for one in self.people}
        for group in self.sharing.groups:
            for name in sorted(group.people - known):
                yield f"sharing.groups.{group.name} names {name}, but `casehub people list` knows nobody called so"
