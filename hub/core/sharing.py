"""Who gets a new case, who has the cases of somebody who is away, and when they go back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.core.events import Assigned, Event, MessageArrived
from hub.core.model import CaseState, CaseType, Direction
from hub.core.people import Absence, Permission, Person
from hub.core.records import CaseSummary

ITSELF = "casehub"
"""Who gives cases to people, as the history of a case has it."""


class SharingOrder(StrEnum):
    """To whom the next case goes: whose turn it is, or whoever has the fewest open ones."""

    TURN = "turn"
    FEWEST = "fewest"


@dataclass(frozen=True, slots=True)
class Group:
    """Which cases go to which people; an empty field fits everything, no people means everybody who takes cases."""

    name: str
    channels: frozenset[str] = frozenset()
    types: frozenset[CaseType] = frozenset()
    people: frozenset[str] = frozenset()

    def fits(self, case: CaseSummary) -> bool:
        """Whether a case goes to these people."""
        return (not self.channels or case.channel in self.channels) and (not self.types or case.type in self.types)


@dataclass(frozen=True, slots=True)
class Sharing:
    """How cases are given to people: each to the first group that it fits, and left alone where none does."""

    groups: Sequence[Group]
    order: SharingOrder = SharingOrder.TURN

    def group_of(self, case: CaseSummary) -> Group | None:
        """The people whom a case goes to."""
        return next((group for group in self.groups if group.fits(case)), None)


def is_there(person: Person, absences: Iterable[Absence], now: datetime) -> bool:
    """Whether somebody works now."""
    is_away = any(one.who == person.name and one.covers(now) for one in absences)
    return Permission.WORK in person.permissions and not is_away


def takers(group: Group, people: Iterable[Person], absences: Sequence[Absence], now: datetime) -> list[str]:
    """Who of a group can be given a case now, by name."""
    wanted = (one for one in people if one.takes_cases and (not group.people or one.name in group.people))
    return sorted(one.name for one in wanted if is_there(one, absences, now))


def chosen(names: Collection[str], turns: Sequence[str], load: Mapping[str, int], order: SharingOrder) -> str:
    """Who of these gets the next case; empty if there is nobody.

    `turns` has who was given one, the longest ago first. Whoever was never given any comes before them; with FEWEST the
    number of open cases (`load`) goes before all that. Equals go by the other measure, and then by name.
    """
    waited = {name: place + 1 for place, name in enumerate(turns)}

    def rank(name: str) -> tuple[int, int, str]:
        measures = waited.get(name, 0), load.get(name, 0)
        first, second = measures if order is SharingOrder.TURN else measures[::-1]
        return first, second, name

    return min(names, key=rank, default="")


def after_turn(turns: Sequence[str], name: str) -> tuple[str, ...]:
    """The turns once somebody had theirs."""
    return (*(one for one in turns if one != name), name)


def cover_of(who: str, people: Iterable[Person], absences: Sequence[Absence], now: datetime) -> str:
    """Who has the cases of somebody who is away: their cover, or the cover of that one; empty if nobody is there."""
    there = {one.name for one in people if is_there(one, absences, now)}
    covers = {one.who: one.cover for one in absences if one.covers(now)}
    seen = {who}
    cover = covers.get(who, "")
    while cover and cover not in there:
        if cover in seen:
            return ""
        seen.add(cover)
        cover = covers.get(cover, "")
    return cover


def goes_over(case: CaseSummary, absence: Absence) -> bool:
    """Whether a case cannot wait until its person is back: it owes an answer that is due before then, or by nobody
    knows when. A customer who writes meanwhile makes it so.
    """
    if case.state is not CaseState.OPEN or case.deadline is None:
        return False
    return case.deadline.due is None or case.deadline.due <= absence.until


def covered(history: Iterable[Event]) -> tuple[str, ...]:
    """For whom a case is covered, the first one first: they had it, and nobody has worked on it since it went over."""
    chain: list[str] = []
    assignee = ""
    for event in history:
        what = event.what
        if isinstance(what, Assigned):
            if what.who != ITSELF or not assignee:
                chain = []
            elif what.to in chain:
                chain = chain[: chain.index(what.to)]
            else:
                chain.append(assignee)
            assignee = what.to
        elif chain and _is_work(event):
            chain = []
    return tuple(chain)


def was_given_back(history: Iterable[Event]) -> bool:
    """Whether a person said that nobody shall have this case."""
    last = None
    for event in history:
        if isinstance(event.what, Assigned):
            last = event.what
    return last is not None and not last.to and last.who != ITSELF


def _is_work(event: Event) -> bool:
    """Whether a person of ours did something, such as answering or leaving a note."""
    if isinstance(event.what, MessageArrived):
        message = event.what.message
        return message.direction is not Direction.INBOUND and not message.automatic
    who = getattr(event.what, "who", "")
    return bool(who) and who != ITSELF
