"""Four eyes: what a rule fits, who may agree, and that nobody walks around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.core import reply_acts
from hub.core.acting import Wish
from hub.core.approval import ApprovalRule, admitted, may_approve, rule_for
from hub.core.events import ReplyApproved, ReplyEdited
from hub.core.model import Author, Case, CaseType, Direction, Message, Money, Order
from hub.core.outbox import Hold, Reply, ReplyState, hold, move
from hub.core.platform_acts import Act, ActKind, Offer
from hub.errors import Refused

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
CASE = Case(
    "CH-1001",
    "fyndiq",
    "E-1",
    NOON,
    NOON,
    type=CaseType.COMPLAINT,
    order=Order("4711", value=Money(Decimal(600), "SEK")),
    messages=(Message("m1", Author.CUSTOMER, Direction.INBOUND, NOON, "Var är paketet?"),),
)
REPLY = Reply("k1", "CH-1001", "fyndiq", "Hej", NOON, by="Eva", after="m1")
REFUND = Offer(ActKind.DECIDE, "Refund", "He gets it back.", "refund", moves_money=True)
NOTHING = Offer(ActKind.DECIDE, "Wait", "Nothing.", "wait")
RULE = ApprovalRule("r")


def asked(offer: Offer | None = None) -> tuple[Reply, Wish | None]:
    if offer is None:
        return REPLY, None
    return replace(REPLY, act=Act(offer.kind, offer.word)), Wish(offer)


@pytest.mark.parametrize(
    ("rule", "offer", "wanted"),
    [
        (RULE, None, True),
        (replace(RULE, channels=frozenset({"fyndiq"})), None, True),
        (replace(RULE, channels=frozenset({"bol"})), None, False),
        (replace(RULE, acts=frozenset({"reply"})), None, True),
        (replace(RULE, acts=frozenset({"decide"})), None, False),
        (replace(RULE, acts=frozenset({"decide"})), REFUND, True),
        (replace(RULE, types=frozenset({CaseType.COMPLAINT})), None, True),
        (replace(RULE, types=frozenset({CaseType.RETURN})), None, False),
        (replace(RULE, writers=frozenset({"EVA"})), None, True),
        (replace(RULE, writers=frozenset({"Bo"})), None, False),
        (replace(RULE, moves_money=True), None, False),
        (replace(RULE, moves_money=True), NOTHING, False),
        (replace(RULE, moves_money=True), REFUND, True),
        (replace(RULE, above={"SEK": Decimal(600)}), REFUND, True),
        (replace(RULE, above={"SEK": Decimal("600.01")}), REFUND, False),
        (replace(RULE, above={"EUR": Decimal(50)}), REFUND, True),  # in a currency that nobody named
        (replace(RULE, above={"SEK": Decimal(1)}), NOTHING, False),
        (replace(RULE, above={"SEK": Decimal(1)}, channels=frozenset({"bol"})), REFUND, False),
    ],
)
def test_a_rule_wants_what_fits_all_that_it_names(rule: ApprovalRule, offer: Offer | None, wanted: bool) -> None:
    reply, wish = asked(offer)

    assert rule.wants(reply, CASE, wish) is wanted


def test_a_cost_that_nobody_knows_counts_as_above() -> None:
    reply, wish = asked(REFUND)

    assert replace(RULE, above={"SEK": Decimal(9999)}).wants(reply, replace(CASE, order=None), wish)


def test_the_first_rule_decides_and_what_nobody_wrote_waits_for_nobody() -> None:
    other = replace(RULE, name="other", channels=frozenset({"bol"}))

    assert rule_for([other, RULE], REPLY, CASE) is RULE
    assert rule_for([RULE], replace(REPLY, automatic=True), CASE) is None
    assert admitted(REPLY, CASE, [other]) == REPLY


@pytest.mark.parametrize(
    ("approvers", "who", "may"),
    [((), "Bo", True), ((), "eva", False), (("Bo",), "BO", True), (("Bo",), "Kim", False), (("Eva",), "Eva", False)],
)
def test_nobody_agrees_to_what_he_wrote_himself(approvers: tuple[str, ...], who: str, may: bool) -> None:
    assert may_approve(replace(REPLY, approvers=approvers), who) is may


def held() -> Reply:
    return admitted(REPLY, CASE, [replace(RULE, approvers=("Bo",))])


def test_what_was_agreed_to_goes_and_the_history_says_by_whom() -> None:
    change, reply = reply_acts.approve(CASE, held(), "Bo", NOON)

    assert (reply.state, reply.hold, reply.approved_by) == (ReplyState.QUEUED, None, "Bo")
    assert change.events[-1].what == ReplyApproved("k1", "Bo", "r")


def test_what_is_written_anew_has_been_agreed_to_by_nobody() -> None:
    _, agreed = reply_acts.approve(CASE, held(), "Bo", NOON)

    change, anew = reply_acts.edit(CASE, agreed, "Eva", NOON, text="Nytt", after="m1")

    assert admitted(anew, CASE, [RULE]).wants_approval
    assert change.events[-1].what == ReplyEdited("k1", "Eva")


def test_a_writer_does_not_become_another_by_editing_somebody_elses() -> None:
    """Kim edits what Eva wrote: then Kim is the writer, and Eva may agree to it."""
    _, anew = reply_acts.edit(CASE, held(), "Kim", NOON, text="Nytt", after="m1")
    waiting = admitted(anew, CASE, [RULE])

    assert not may_approve(waiting, "Kim")
    assert may_approve(waiting, "Eva")


@pytest.mark.parametrize("who", ["Eva", "Kim"])
def test_a_second_person_is_wanted_again_after_the_customer_wrote(who: str) -> None:
    _, agreed = reply_acts.approve(CASE, held(), "Bo", NOON)
    grown = hold(replace(agreed, approved_by=""), Hold.GROWN, "the customer wrote again")

    with pytest.raises(Refused, match="has to let it go"):
        reply_acts.release(CASE, grown, who, NOON)
    _, released = reply_acts.release(CASE, grown, "Bo", NOON)

    assert (released.state, released.approved_by) == (ReplyState.QUEUED, "Bo")


def test_nothing_is_approved_that_waits_for_something_else() -> None:
    for reply in (REPLY, hold(REPLY, Hold.PERSON, "x"), move(REPLY, ReplyState.CANCELLED)):
        with pytest.raises(Refused, match="waits for nobody's approval"):
            reply_acts.approve(CASE, reply, "Bo", NOON)
