"""What moves money or cannot be undone is done only once a program has said that it knows."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from hub.acting import queue_act
from hub.as_json import money_json
from hub.core.acting import Wish, needs_a_yes
from hub.core.cost import cost_of
from hub.on_platform import Platform
from hub.web.api.problems import Kind, Problem

if TYPE_CHECKING:
    from hub.acting import Confirm
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.runs.reach import Reach
    from hub.web.api.calls import Call


def unconfirmed(effect: str, *, irreversible: bool, moves_money: bool = False, cost: Any = None) -> Problem:
    """That something is not done yet, what it would do, and what it would cost."""
    words = (("moves money", moves_money), ("cannot be undone", irreversible))
    weight = " and ".join(word for word, true in words if true)
    detail = f"{effect.rstrip('.')}. This {weight}: send it again with `confirmed: true`."
    more = {"effect": effect, "cost": cost, "moves_money": moves_money, "irreversible": irreversible}
    return Problem(Kind.CONFIRM, detail, {}, more)


def asked_of(case: Case, *, confirmed: bool) -> Confirm:
    """The yes of a program: it was in what it sent, or it is told what it would be a yes to."""

    def confirm(wish: Wish, given: Wish) -> bool:
        del given
        offer, cost = wish.offer, cost_of(case, wish)
        if needs_a_yes(offer) and not confirmed:
            told = None if cost is None else {"amount": money_json(cost.amount), "at_most": cost.at_most}
            raise unconfirmed(offer.effect, irreversible=offer.irreversible, moves_money=offer.moves_money, cost=told)
        return confirmed

    return confirm


def platform_of(call: Call, *, confirmed: bool, accepted: Collection[str] = ()) -> Platform:
    """Where the caller acts on the platforms of cases."""
    desk = call.desk

    def queue(reach: Reach, case: Case, wish: Wish) -> Reply:
        return queue_act(call.hub, reach, case, wish, desk, asked_of(case, confirmed=confirmed), accepted=accepted)

    return Platform(call.hub, desk, queue)
