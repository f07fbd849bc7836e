"""Deciding what becomes of an item of a return, once, and finding out later what bol.com made of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub import Act, ActKind, Case, Clock, Receipt, Rejected, Reply, Uncertain, Unsupported
from hub_bolcom.decisions import PORTAL, problems
from hub_bolcom.processes import Process, Stage
from hub_bolcom.retailer import Retailer
from hub_bolcom.returns import Return, ReturnItem, id_of, last_of

_CLOCKS_DIFFER = timedelta(minutes=5)
"""By so much bol.com's clock may be behind ours."""
_WORKS_FOR_AT_MOST = timedelta(hours=3, minutes=30)
"""bol.com tries five times where something goes wrong in its house, which takes up to three hours."""


class Deciding:
    """Decides on returns of one account."""

    def __init__(self, retailer: Retailer, clock: Clock) -> None:
        self._retailer, self._clock = retailer, clock

    def decide(self, reply: Reply, case: Case) -> Receipt:
        """Tell bol.com the decision, unless it stands already."""
        act = _decision_of(reply)
        if found := "; ".join(problems(reply, case)):
            raise Rejected(found)
        found_return = self._return_of(case)
        item = _item_of(act, found_return)
        if item.handled and item.has_result(act.word):
            return self._stands(item, act)
        quantity = act.quantity or item.expected
        if not 1 <= quantity <= item.expected:
            raise Rejected(f"bol.com expects {item.expected} of this item, not {quantity}")
        return self._receipt(self._retailer.handle(item.rma, act.word, quantity), act, case)

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """What became of a decision: by the process that bol.com named, else by what it remembers of the item."""
        act = _decision_of(reply)
        if reply.receipt_ref:
            process = self._retailer.process(reply.receipt_ref)
            return self._forgotten(act, case) if process is None else self._receipt(process, act, case)
        item = _item_of(act, self._return_of(case))
        since = reply.written_at - _CLOCKS_DIFFER
        known = [one for one in self._retailer.processes_of(item.rma) if one.created_at and one.created_at >= since]
        if known:
            newest = max(known, key=_created)
            if newest.stage is Stage.SUCCESS and _shows_another(item, act, since):
                raise Uncertain(f"bol.com did something with this item that is not this decision yet; look at {PORTAL}")
            return self._receipt(newest, act, case)
        return self._stands(item, act) if item.has_result(act.word) else None

    def _receipt(self, process: Process, act: Act, case: Case) -> Receipt:
        at = process.created_at or self._clock.now()
        if process.stage is Stage.FAILURE:
            raise Rejected(f"bol.com took the decision and could not carry it out: {process.error or 'it says no why'}")
        if process.stage is Stage.TIMEOUT:
            return self._timed_out(act, case)
        if process.stage is Stage.SUCCESS:
            return Receipt(process.id, at)
        return Receipt(process.id, at, final=False, until=at + _WORKS_FOR_AT_MOST)

    def _timed_out(self, act: Act, case: Case) -> Receipt:
        """bol.com gave up waiting for itself: only the return tells whether it was done."""
        item = _item_of(act, self._return_of(case))
        if item.has_result(act.word):
            return self._stands(item, act)
        raise Rejected("bol.com took the decision and did not carry it out in time; decide again")

    def _forgotten(self, act: Act, case: Case) -> Receipt:
        """bol.com forgets a process after a day or two: only the return tells what became of it."""
        item = _item_of(act, self._return_of(case))
        if item.has_result(act.word):
            return self._stands(item, act)
        raise Uncertain(
            f"bol.com no longer says what became of the decision, and the return does not show it; look at {PORTAL}"
        )

    def _stands(self, item: ReturnItem, act: Act) -> Receipt:
        at = max((one.at for one in item.results if one.word == act.word and one.at), default=self._clock.now())
        return Receipt(f"rma:{item.rma}:{act.word}", at)

    def _return_of(self, case: Case) -> Return:
        found = self._retailer.return_with(id_of(case.ref)) if id_of(case.ref) else None
        if found is None:
            raise Rejected(f"bol.com knows no return {id_of(case.ref) or case.ref} (any more); look at {PORTAL}")
        return found


def _decision_of(reply: Reply) -> Act:
    if reply.act is None or reply.act.kind is not ActKind.DECIDE:
        raise Unsupported("bol.com lets a program only decide on returns", f"do it in your seller account, {PORTAL}")
    return reply.act


def _item_of(act: Act, found: Return) -> ReturnItem:
    """The item that is meant, as bol.com has it now; where none is named, the only one that is left."""
    if act.item:
        meant = [item for item in found.items if item.rma == act.item]
    else:
        meant = [item for item in found.items if not item.handled] or list(found.items)
    if len(meant) != 1:
        raise Rejected(f"say which item of the return is meant: {', '.join(item.rma for item in found.items)}")
    return meant[0]


def _shows_another(item: ReturnItem, act: Act, since: datetime) -> bool:
    """Whether something else was decided since: a process tells the item alone, so it may be that decision's."""
    if not item.results or item.has_result(act.word):
        return False
    at = last_of(item.results).at
    return at is None or at >= since


def _created(process: Process) -> datetime:
    assert process.created_at is not None  # noqa: S101  only such ones are compared
    return process.created_at
