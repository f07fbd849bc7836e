"""When the clocks of a case start and end: its events cut into runs, without any calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hub.core.model import FROM_OUTBOX, RECALLED, Case, CaseState, Direction, Message, epoch
from hub.core.policy import Anchor, OnClose, Reopen
from hub.core.turns import Ending, Handover, Owner, Settlement, Turn

_AT_REST = frozenset({CaseState.CLOSED.value, CaseState.MERGED.value})
_Rest = tuple[int, int | None]
"""From when to when a case was closed; None where it still is."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a clock, in UTC seconds: what started it, and what ended it, if anything has.

    `follows` says that the seller had answered before it began. `still` has the spans in which a resolution clock
    stands still because the case was closed.
    """

    head: str
    start: int
    end: int | None = None
    cancelled: bool = False
    why: str = ""
    follows: bool = False
    still: tuple[tuple[int, int], ...] = ()


def response_runs(case: Case, anchor: Anchor, on_close: OnClose) -> list[Run]:
    """The times during which somebody waited for an answer, each from the oldest unanswered message on."""
    runs = _message_runs(case, on_close)
    if anchor is not Anchor.MESSAGE:
        runs = _with_turns(case, runs, anchor, on_close)
    return [piece for run in runs for piece in _by_owner(run, case)]


def resolution_runs(case: Case, anchor: Anchor, reopen: Reopen) -> list[Run]:
    """The times from the opening of a case to its closing, as the policy sees a case that was opened again."""
    first = next((m for m in case.messages if m.asks_for_an_answer), None)
    start = epoch(first.sent_at if first is not None and anchor is Anchor.MESSAGE else case.opened_at)
    rests = list(_rests(case.turns))
    end = rests[-1][0] if rests and rests[-1][1] is None else None
    whole = Run("opened", start, end)
    if reopen is Reopen.RESTART:
        runs = [
            Run("opened" if head is None else f"reopened:{head}", start if head is None else head, rest)
            for head, rest in _restarts(rests)
        ]
    elif reopen is Reopen.IGNORE:
        runs = [replace(whole, end=rests[0][0] if rests else None)]
    elif reopen is Reopen.RESUME:
        runs = [replace(whole, still=tuple((since, until) for since, until in rests if until is not None))]
    else:
        runs = [whole]
    return [piece for run in runs for piece in _by_owner(run, case)]


def robots_answering(case: Case) -> Case:
    """The case as a clock sees it for which an automatic answer is one; what came before any question answers none."""
    asked = min((m.sent_at for m in case.messages if m.asks_for_an_answer), default=case.opened_at)
    robots = [m for m in case.messages if m.automatic and m.direction is Direction.OUTBOUND and m.sent_at >= asked]
    settled = dict(case.settled)
    for message in case.messages:
        first = next((robot for robot in robots if robot.sent_at >= message.sent_at), None)
        before = settled.get(message.ref)
        if first and message.asks_for_an_answer and (before is None or first.sent_at < before.at):
            settled[message.ref] = Settlement(message.ref, first.sent_at, Ending.ANSWERED, first.ref)
    messages = tuple(replace(m, automatic=False) if m in robots else m for m in case.messages)
    return replace(case, messages=messages, settled=settled)


def promise_runs(case: Case) -> Iterator[tuple[Run, int]]:
    """Each promise that the customer was given, with its due instant; an answer keeps the oldest one that is open."""
    answers = [m for m in case.messages if m.answers]
    closed = next((since for since, until in _rests(case.turns) if until is None), None)
    for promise in case.promises:
        made = epoch(promise.made_at)
        own = {promise.key, FROM_OUTBOX + promise.key}
        kept = next((m for m in answers if m.sent_at >= promise.made_at and m.ref not in own), None)
        run = Run(promise.key, made)
        if kept is not None:
            answers.remove(kept)
            run = replace(run, end=epoch(kept.sent_at))
        elif closed is not None:
            run = replace(run, end=max(closed, made), cancelled=True, why="the case was closed")
        yield _merged(run, case), epoch(promise.due)


def pause_spans(turns: Sequence[Turn], status: str) -> Iterator[tuple[int, int | None]]:
    """When a case stood in a state, ours or the platform's word for it; the end is None where it still does."""
    since: int | None = None
    for turn in turns:
        stands = status in (turn.state, turn.raw)
        if stands and since is None:
            since = epoch(turn.at)
        elif not stands and since is not None:
            yield since, epoch(turn.at)
            since = None
    if since is not None:
        yield since, None


def _message_runs(case: Case, on_close: OnClose) -> list[Run]:
    runs: list[Run] = []
    answered = False
    for message in case.messages:
        answered = answered or message.answers
        settlement = case.settled.get(message.ref)
        asked = message.asks_for_an_answer or (settlement is not None and RECALLED in message.labels)
        if asked and not _belongs(settlement, runs):
            run = Run(message.ref, epoch(message.sent_at), follows=answered)
            runs.append(_ended(run, settlement, case.messages, on_close))
        # The answer may be younger than the next message and yet not be for it: what is asked then follows an answer.
        answered = answered or (settlement is not None and settlement.how is Ending.ANSWERED)
    return runs


def _belongs(settlement: Settlement | None, runs: Sequence[Run]) -> bool:
    """Whether a message waited together with the one before it, and stopped waiting no later."""
    if not runs:
        return False
    end = runs[-1].end
    return end is None or (settlement is not None and epoch(settlement.at) <= end)


def _ended(run: Run, settlement: Settlement | None, messages: Iterable[Message], on_close: OnClose) -> Run:
    if settlement is None:
        return run
    at = epoch(settlement.at)
    if settlement.how is Ending.ANSWERED:
        return replace(run, end=at)
    if settlement.how is Ending.NOT_NEEDED:
        return replace(run, end=at, cancelled=True, why="it needs no reply")
    if settlement.how is Ending.RECALLED:
        return replace(run, end=at, cancelled=True, why="the platform took the message back")
    return _closed(run, at, messages, on_close)


def _closed(run: Run, at: int, messages: Iterable[Message], on_close: OnClose) -> Run:
    if on_close is OnClose.MEET:
        return replace(run, end=at, why="closing counts as an answer")
    if on_close is OnClose.RUN_ON:
        return replace(run, end=_answer_from(at, messages))
    return replace(run, end=at, cancelled=True, why="the case was closed")


def _answer_from(at: int, messages: Iterable[Message]) -> int | None:
    return next((epoch(m.sent_at) for m in messages if m.answers and epoch(m.sent_at) >= at), None)


def _with_turns(case: Case, runs: list[Run], anchor: Anchor, on_close: OnClose) -> list[Run]:
    """The runs, and one for each time the case came back to the seller while nobody had written."""
    first_answer = _answer_from(0, case.messages)
    for at in _comings(case.turns, anchor):
        by_us = first_answer is not None and first_answer <= at and at == epoch(case.opened_at)
        covered = any(run.start <= at and (run.end is None or at < run.end) for run in runs)
        if covered or by_us:
            continue
        follows = first_answer is not None and first_answer <= at
        run = Run(f"turn:{at}", at, _answer_from(at, case.messages), follows=follows)
        rest = next((since for since, _ in _rests(case.turns) if since >= at), None)
        if rest is not None and (run.end is None or rest < run.end):
            run = _closed(run, rest, case.messages, on_close)
        runs = [*(other for other in runs if not _waits_in(other, run)), run]
    return sorted(runs, key=lambda run: run.start)


def _waits_in(other: Run, run: Run) -> bool:
    """Whether a message that came later, while the case was already the seller's, starts no run of its own.

    It does start one if what ended this run did not answer it, as when its writer had not seen it.
    """
    if run.end is None:
        return other.start >= run.start
    return run.start <= other.start and other.end is not None and other.end <= run.end


def _comings(turns: Sequence[Turn], anchor: Anchor) -> Iterator[int]:
    """When the case was opened and, for a clock of what is ours, each time it became open again."""
    yield epoch(turns[0].at)
    if anchor is Anchor.OURS:
        for before, turn in pairwise(turns):
            if turn.state == CaseState.OPEN.value and before.state != CaseState.OPEN.value:
                yield epoch(turn.at)


def _rests(turns: Iterable[Turn]) -> Iterator[_Rest]:
    """When the case was closed, from when to when; one that goes on as another case rests only if it did before."""
    since: int | None = None
    for turn in turns:
        if turn.state == CaseState.CLOSED.value and since is None:
            since = epoch(turn.at)
        elif turn.state not in _AT_REST and since is not None:
            yield since, epoch(turn.at)
            since = None
    if since is not None:
        yield since, None


def _restarts(rests: Sequence[_Rest]) -> Iterator[tuple[int | None, int | None]]:
    """The beginning (None: the opening) and the end of each time that the case was not closed."""
    head: int | None = None
    for since, until in rests:
        yield head, since
        if until is None:
            return
        head = until
    yield head, None


def _by_owner(run: Run, case: Case) -> Iterator[Run]:
    """A run cut where the platform took the case over or sent it on: the seller's clock ends there and starts anew."""
    ours = _owner_at(case.handovers, run.start) is Owner.SELLER
    for handover in case.handovers:
        at = epoch(handover.at)
        if at <= run.start or (run.end is not None and at >= run.end):
            continue
        if ours:
            sent_on = handover.to is Owner.SELLER
            why = "the platform sent it on, which starts a new clock" if sent_on else "the platform deals with it"
            yield replace(run, end=at, cancelled=True, why=why)
        ours = handover.to is Owner.SELLER
        run = replace(run, head=f"{run.head}@{at}", start=at) if ours else run
    if ours:
        yield _merged(run, case)


def _merged(run: Run, case: Case) -> Run:
    """The run, cancelled where the case went on as another one: that one's clocks count."""
    if run.end is not None:
        return run
    at = next((epoch(turn.at) for turn in case.turns if turn.state == CaseState.MERGED.value), None)
    if at is None:
        return run
    return replace(run, end=max(at, run.start), cancelled=True, why=f"it went on as {case.merged_into}")


def _owner_at(handovers: Sequence[Handover], at: int) -> Owner:
    """Who had the case at an instant; whoever sends it on to the seller had it before."""
    before = [handover.to for handover in handovers if epoch(handover.at) <= at]
    if before:
        return before[-1]
    sent_on = bool(handovers) and handovers[0].to is Owner.SELLER
    return Owner.PLATFORM if sent_on else Owner.SELLER
