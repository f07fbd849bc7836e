"""One reading of R-Messe: every inquiry of the look-back, and every open case that is older."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub import (
    Attachment,
    Batch,
    CaseUpdate,
    Checkpoint,
    HubError,
    Misunderstood,
    Notice,
    OpenCase,
    Progress,
    RateLimited,
    StoreError,
    Tools,
    Unavailable,
)
from hub_rakuten.ichiba import wire
from hub_rakuten.ichiba.licence import looked_at
from hub_rakuten.ichiba.position import Position
from hub_rakuten.ichiba.rms import Rms
from hub_rakuten.ichiba.settings import IchibaSettings
from hub_rakuten.ichiba.times import Slice, slices

FILES_LIVE = timedelta(days=90)
MOST_ROWS = 10_000
"""RMS refuses pages beyond this many rows."""

_REMEMBERED = timedelta(days=90)  # so long a completed inquiry is watched for being taken up again
_STEP = 20
_EDGE = timedelta(minutes=1)


class Reading:
    """One reading, from the position where the last one ended."""

    def __init__(self, settings: IchibaSettings, tools: Tools, rms: Rms, checkpoint: Checkpoint | None) -> None:
        self._settings, self._tools, self._rms = settings, tools, rms
        self._before = Position.of(checkpoint)
        self._now = tools.clock.now()
        self._days = self._before.look_back(self._now)
        self._seen: set[str] = set()
        self._completed = set(self._before.completed)

    def batches(self, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """Everything, the oldest first; the new position comes with the last batch alone."""
        for span in reversed(list(slices(self._now, self._days))):
            yield from self._slice(span)
        left_out = [case for case in open_cases if case.ref not in self._seen]
        vanished: list[OpenCase] = []
        for start in range(0, len(left_out), _STEP):
            yield self._batch(self._one_by_one(left_out[start : start + _STEP], vanished))
        yield self._last(vanished)

    def _slice(self, span: Slice) -> Iterator[Batch]:
        """A slice, whole: where pages shifted while they were read, it is read once more, and then given up.

        A row that went away moves all others up, so that one slips by though the last count is met: all must agree.
        """
        there, totals = set[str](), set[int]()
        for _attempt in range(2):
            there, totals = set(), set()
            for page in self._pages(span):
                if page.total > MOST_ROWS:
                    yield from self._halves(span)
                    return
                there |= {inquiry.number for inquiry in page.inquiries}
                totals.add(page.total)
                if page.inquiries:
                    yield self._batch(self._update(one) for one in reversed(page.inquiries))
            if totals == {len(there)}:
                return
        raise Unavailable(
            f"the list of inquiries changed twice while it was read: it has {max(totals)} by its own count, and "
            f"{len(there)} were found. The next reading tries again"
        )

    def _pages(self, span: Slice) -> Iterator[wire.Page]:
        """As many pages as the list says; one with nothing new is the last, whatever it says."""
        there = set[str]()
        number = pages = 1
        while number <= pages:
            page = self._rms.page(span, number)
            yield page
            new = {inquiry.number for inquiry in page.inquiries} - there
            if not new:
                return
            there |= new
            number, pages = number + 1, page.pages

    def _halves(self, span: Slice) -> Iterator[Batch]:
        if span.end - span.begin < timedelta(minutes=1):
            raise Misunderstood(f"RMS lists more than {MOST_ROWS:,} inquiries of one minute")
        middle = (span.begin + (span.end - span.begin) / 2).replace(microsecond=0)
        for half in (Slice(span.begin, middle), Slice(middle, span.end)):
            yield from self._slice(half)

    def _one_by_one(self, cases: Sequence[OpenCase], vanished: list[OpenCase]) -> Iterator[CaseUpdate]:
        """Open cases that no list had: older than the look-back, or gone."""
        for case in cases:
            inquiry = self._rms.inquiry(case.ref)
            if inquiry is None:
                vanished.append(case)
                continue
            if self._whole().holds(inquiry.opened_at):
                raise Misunderstood(
                    f"RMS leaves inquiry {case.ref} out of its list, though it is there; nothing was closed"
                )
            yield self._update(inquiry)

    def _whole(self) -> Slice:
        """What the lists surely have: whether their very ends count is not said."""
        return Slice(self._now - timedelta(days=self._days) + _EDGE, self._now - _EDGE)

    def _last(self, vanished: Sequence[OpenCase]) -> Batch:
        if len(vanished) > 1 and not self._seen:
            raise Misunderstood(
                f"RMS lists no inquiry at all and knows none of the {len(vanished)} open ones: is this still the same "
                "shop? Nothing was closed"
            )
        licence = looked_at(self._before.licence, self._settings.fingerprint, self._rms, self._now)
        warning = licence.warning(self._now) if licence else ""
        after = replace(self._before.after(self._days, self._now), completed=self._kept(), licence=licence)
        return Batch(
            items=tuple(CaseUpdate.vanished(case.ref, case.changed_at, self._now) for case in vanished),
            checkpoint=after.plain(),
            notices=(Notice(warning),) if warning else (),
        )

    def _update(self, inquiry: wire.Inquiry) -> CaseUpdate:
        if inquiry.shop != str(self._settings.shop_id):
            raise Misunderstood(
                f"inquiry {inquiry.number} is of shop {inquiry.shop or '(none)'}, not of {self._settings.shop_id}: "
                "shop_id is wrong, or the licence key is another shop's"
            )
        self._seen.add(inquiry.number)
        update = wire.update_of(inquiry, self._kept_files)
        taken_up = wire.reopened(inquiry) if inquiry.number in self._completed else None
        if inquiry.is_closed and self._now - inquiry.opened_at < _REMEMBERED:
            self._completed.add(inquiry.number)
        else:
            self._completed.discard(inquiry.number)
        if taken_up is None:
            return update
        state, raw, at = taken_up
        return replace(update, state=state, state_raw=raw, state_at=at)

    def _kept(self) -> frozenset[str]:
        """The completed inquiries worth remembering: what this reading did not reach may still be read by the next."""
        return frozenset(self._completed)

    def _batch(self, updates: Iterator[CaseUpdate]) -> Batch:
        items = tuple(updates)
        return Batch(items, self._before.plain(), progress=Progress(len(self._seen)))

    def _kept_files(self, inquiry: wire.Inquiry, said: wire.Said) -> tuple[Sequence[Attachment], str]:
        """A new message's files, fetched now because they live for ninety days only; and which could not be had."""
        if said.is_deleted or not said.files or self._before.has_seen(inquiry.opened_at, said.at):
            return (), ""
        until = said.at + FILES_LIVE
        if until < self._now:
            return (), f"{len(said.files)} file(s) were sent along, which Rakuten kept for 90 days only"
        kept: list[Attachment] = []
        problems: list[str] = []
        for file in said.files:
            try:
                kept.append(self._fetched(file))
            except (RateLimited, StoreError):  # neither is the file's fault: the reading goes on here next time
                raise
            except HubError as error:
                problems.append(_lost(file, error, until))
        return kept, "; ".join(problems)

    def _fetched(self, file: wire.File) -> Attachment:
        content = self._rms.file(file)
        media_type = mimetypes.guess_type(file.label)[0] or "application/octet-stream"
        return Attachment(file.label, media_type, len(content), self._tools.keep(content))


def _lost(file: wire.File, error: HubError, until: datetime) -> str:
    return f"{file.label or 'a file'} could not be fetched ({error}); look in R-Messe before {until:%Y-%m-%d}"
