"""One reading of a seller account: new and changed returns, those that are gone from the list, and the scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from hub import (
    Batch,
    CaseUpdate,
    Clock,
    Figure,
    Misunderstood,
    Notice,
    OpenCase,
    Progress,
    Unavailable,
)
from hub_bolcom.api import words_of
from hub_bolcom.figures import read_figures, today, weeks
from hub_bolcom.position import Position
from hub_bolcom.retailer import FOUND, Retailer
from hub_bolcom.returns import Return, id_of
from hub_bolcom.settings import BolSettings
from hub_bolcom.wire import case_of, news_of, told_again

_AT_ONCE = 20
"""Of so many returns the details are read before they are stored: what bol.com lets us read in a minute."""

_MOST_WALKS = 3
_HANDLED_EVERY = timedelta(hours=1)

Thing = TypeVar("Thing")


class Reading:
    """What is read, and how far."""

    def __init__(
        self,
        retailer: Retailer,
        settings: BolSettings,
        clock: Clock,
        position: Position,
        open_cases: Sequence[OpenCase],
    ) -> None:
        self._retailer, self._settings, self._clock = retailer, settings, clock
        self._changed_at = {found: case.changed_at for case in open_cases if (found := id_of(case.ref))}
        self._position = position
        self._position.told &= self._changed_at.keys()
        self._known = position.open.keys() | self._changed_at.keys()
        self._listed: set[str] = set()
        self._done = 0

    def batches(self) -> Iterator[Batch]:
        """Everything that is new, in batches that are stored one by one."""
        for page in self._pages():
            for some in _by(_AT_ONCE, self._news(page)):
                yield self._batch([update for found in some if (update := self._looked_at(found))])
        gone = self._known - self._listed - self._position.told
        if gone or self._is_time_for_handled():
            yield from self._from_handled(gone)
            yield from self._ended(sorted(gone - self._position.told))
        if self._position.moved:
            yield self._batch([])
        if self._position.scores_on != today(self._clock.now()).isoformat():
            yield self._scores()

    def _pages(self) -> Iterator[tuple[Return, ...]]:
        """Every page of open returns.

        They are listed by their age: when one is handled while we turn the pages, those behind it move up, and one
        slips by. So after a walk of several pages that met other returns than expected, we walk again.
        """
        expected = set(self._position.open)
        for _ in range(_MOST_WALKS):
            turned = False
            for fulfilment in self._settings.fulfilment:
                for number, page in enumerate(self._retailer.pages(fulfilment, handled=False)):
                    turned = turned or number > 0
                    yield page
            if not turned or self._listed == expected:
                return
            expected = set(self._listed)

    def _news(self, page: Iterable[Return]) -> Iterator[Return]:
        """What a page has that is new or changed; what was met before, on another page or walk, is not."""
        for found in page:
            if found.id not in self._listed:
                self._listed.add(found.id)
                if self._position.open.get(found.id) != found.fingerprint:
                    yield found

    def _looked_at(self, listed: Return) -> CaseUpdate | None:
        """The case of a return of the list; None if it went away meanwhile."""
        found = self._retailer.return_with(listed.id)
        self._done += 1
        if found is None:
            self._listed.discard(listed.id)
            return None
        return self._told(found, listed.fingerprint)

    def _told(self, found: Return, fingerprint: str) -> CaseUpdate:
        now = self._clock.now()
        if found.is_handled:
            self._position.end(found.id)
        else:
            self._position.take(found.id, fingerprint)
        return told_again(found, now) if found.id in self._known else case_of(found, now)

    def _is_time_for_handled(self) -> bool:
        last, now = self._position.handled_at, self._clock.now()
        return last is None or last > now or now - last >= _HANDLED_EVERY  # later than now: a clock was set back

    def _from_handled(self, gone: Set[str]) -> Iterator[Batch]:
        """What was handled elsewhere, as the newest pages of handled returns tell: one request for fifty.

        The first page also has those that came and were handled between two readings.
        """
        left, newest = set(gone), set[str]()
        for fulfilment in self._settings.fulfilment:
            for number, page in enumerate(self._retailer.pages(fulfilment, handled=True)):
                ended = [found for found in page if found.id in left and all(item.results for item in found.items)]
                unmet = [found for found in page if self._is_unmet(found)] if number == 0 else []
                newest |= {found.id for found in page} if number == 0 else set()
                yield from self._handled(ended, unmet)
                left -= {found.id for found in ended}
                if not ended or not left:
                    break
        self._position.saw_handled(newest, self._clock.now())

    def _is_unmet(self, found: Return) -> bool:
        position = self._position
        return not any(found.id in met for met in (position.handled, position.told, self._known, self._listed))

    def _handled(self, ended: Sequence[Return], unmet: Sequence[Return]) -> Iterator[Batch]:
        if ended:
            for found in ended:
                self._position.end(found.id)
            yield self._batch([news_of(found, self._clock.now()) for found in ended])
        if self._position.handled_at is None and unmet:
            # At the very first reading they are history: what the list tells of them is enough.
            yield self._batch([case_of(found, found.registered_at) for found in unmet])
            return
        for some in _by(_AT_ONCE, unmet):
            whole = [self._retailer.return_with(found.id) for found in some]
            yield self._batch([case_of(found, self._clock.now()) for found in whole if found])

    def _ended(self, gone: Sequence[str]) -> Iterator[Batch]:
        """What became of returns that are in no list, one by one."""
        for some in _by(_AT_ONCE, gone):
            updates = {return_id: self._asked_after(return_id) for return_id in some}
            if not self._listed and len(updates) > 1 and all(not update for update in updates.values()):
                raise Misunderstood(
                    "bol.com lists no return and knows none of those that were open: "
                    "do the API credentials belong to this account?"
                )
            yield self._batch([update or self._vanish(return_id) for return_id, update in updates.items()])

    def _asked_after(self, return_id: str) -> CaseUpdate | None:
        found = self._retailer.return_with(return_id)
        if found is None:
            return None
        is_wanted = found.fulfilment in self._settings.fulfilment
        if not self._listed and is_wanted and not found.is_handled:
            raise Misunderstood(f"bol.com lists no return that waits to be handled, but {found.ref} still does")
        return self._told(found, found.fingerprint)

    def _vanish(self, return_id: str) -> CaseUpdate:
        self._position.end(return_id)
        now = self._clock.now()
        return CaseUpdate.vanished(f"return:{return_id}", self._changed_at.get(return_id, now), now)

    def _scores(self) -> Batch:
        """bol.com's own figures; where they cannot be read now, the returns are read all the same."""
        day = today(self._clock.now())
        figures: list[Figure] = []
        notices: list[Notice] = []
        try:
            for year, week in weeks(day, self._settings.indicator_weeks):
                for name in self._settings.indicators:
                    answer = self._retailer.indicator(name, year, week)
                    if answer.status == FOUND:
                        figures += read_figures(answer.json())
                    else:
                        notices.append(Notice(f"bol.com gives no {name} for {year}-W{week:02}: {words_of(answer)}"))
        except Unavailable as error:
            notices.append(Notice(f"bol.com's scores are asked for again at the next reading: {error}"))
        else:
            self._position.scores_on = day.isoformat()
        return self._batch([], figures, notices)

    def _batch(
        self, updates: Sequence[CaseUpdate], figures: Sequence[Figure] = (), notices: Sequence[Notice] = ()
    ) -> Batch:
        checkpoint = self._position.write_down()
        return Batch(tuple(updates), checkpoint, tuple(notices), Progress(self._done), tuple(figures))


def _by(size: int, things: Iterable[Thing]) -> Iterator[list[Thing]]:
    walking = iter(things)
    while some := list(islice(walking, size)):
        yield some
