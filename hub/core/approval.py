"""Four eyes: which replies and acts go out only once a second person has agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hub.core.acting import Wish
from hub.core.cost import cost_of
from hub.core.model import Case, CaseType, Money
from hub.core.outbox import Hold, Reply, hold

REPLY = "reply"
"""What a rule calls a reply without an act; acts go by the names of their kinds."""


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """What wants a second person: everything that fits all that the rule names; what it leaves empty fits all.

    With `moves_money` it is for acts that move money, with `above` for those that cost that amount or more in their
    currency; a cost that nobody knows, or in a currency that is not named, is taken for more. `approvers` may agree,
    without any everybody but the writer.
    """

    name: str
    channels: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()
    types: frozenset[CaseType] = frozenset()
    writers: frozenset[str] = frozenset()
    approvers: tuple[str, ...] = ()
    moves_money: bool = False
    above: Mapping[str, Decimal] = field(default_factory=dict)

    def wants(self, reply: Reply, case: Case, wish: Wish | None = None) -> bool:
        """Whether this reply, or the act that a person wished for, waits for a second person."""
        kind = REPLY if reply.act is None else reply.act.kind.value
        fits = (
            (self.channels, case.channel in self.channels),
            (self.acts, kind in self.acts),
            (self.types, case.type in self.types),
            (self.writers, _among(reply.by, self.writers)),
            (self.moves_money, wish is not None and wish.offer.moves_money),
            (self.above, wish is not None and self._costs_enough(case, wish)),
        )
        return all(true for named, true in fits if named)

    def _costs_enough(self, case: Case, wish: Wish) -> bool:
        cost = cost_of(case, wish)
        return cost is not None and self._is_reached(cost.amount)

    def _is_reached(self, amount: Money | None) -> bool:
        least = None if amount is None else self.above.get(amount.currency)
        return amount is None or least is None or amount.amount >= least


def rule_for(rules: Sequence[ApprovalRule], reply: Reply, case: Case, wish: Wish | None = None) -> ApprovalRule | None:
    """The first rule by which this waits for a second person; what nobody wrote waits for none."""
    if reply.automatic:
        return None
    return next((rule for rule in rules if rule.wants(reply, case, wish)), None)


def admitted(reply: Reply, case: Case, rules: Sequence[ApprovalRule], wish: Wish | None = None) -> Reply:
    """The reply as it goes into the outbox: held where a rule wants a second person, else as it is."""
    rule = rule_for(rules, reply, case, wish)
    if rule is None:
        return replace(reply, approval="", approvers=())
    asked = " or ".join(rule.approvers) or "a second person"
    named = replace(reply, approval=rule.name, approvers=rule.approvers)
    return hold(named, Hold.APPROVAL, f"waits for {asked} to approve it, by the rule {rule.name!r}")


def may_approve(reply: Reply, who: str) -> bool:
    """Whether this person may agree to it: not its writer, and one of those that its rule names."""
    return not _among(who, (reply.by,)) and (not reply.approvers or _among(who, reply.approvers))


def _among(who: str, names: Iterable[str]) -> bool:
    return who.casefold() in {name.casefold() for name in names}
