"""A decision on a return is made once, and what bol.com makes of it later is found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub import (
    Act,
    ActKind,
    Attachment,
    Capability,
    Case,
    Need,
    Receipt,
    Rejected,
    Reply,
    Tracking,
    Unavailable,
    Uncertain,
    Unsupported,
)
from hub.http import Request, Response
from hub.testing import Desk, Fault, SimulatedClock
from hub_bolcom.adapter import BolAdapter
from hub_bolcom.processes import Stage
from hub_bolcom.simulator import BolSimulator

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Shop:
    """A desk with one return on it, and what its seller decides."""

    def __init__(self, bol: BolSimulator, **about: Any) -> None:
        self.bol, self.desk = bol, Desk(bol)
        self.ref = bol.customer_writes("Het deksel past niet.", **about)
        self.desk.read()

    @property
    def case(self) -> Case:
        return self.desk.case(self.ref)

    @property
    def rma(self) -> str:
        return self.case.messages[0].extra["rma"]

    def decision(self, word: str = "RETURN_RECEIVED", text: str = "", **act: Any) -> Reply:
        return self.desk.reply(self.case, text, Act(ActKind.DECIDE, word, **({"item": self.rma} | act)))

    def problems(self, reply: Reply) -> list[str]:
        return list(self.desk.adapter.problems_with(reply, self.case, self.desk.settings))

    def puts(self) -> list[Request]:
        return [request for request in self.bol.requests if request.method == "PUT"]


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


@pytest.fixture
def shop(clock: SimulatedClock) -> Shop:
    return Shop(BolSimulator(clock), title="Theepot", expected=2)


# What is offered


def test_an_open_item_has_five_decisions_each_with_what_it_means_and_does(shop: Shop) -> None:
    offers = shop.desk.adapter.offers(shop.case, shop.desk.settings)

    assert [offer.word for offer in offers] == [
        "RETURN_RECEIVED",
        "EXCHANGE_PRODUCT",
        "REPAIR_PRODUCT",
        "RETURN_DOES_NOT_MEET_CONDITIONS",
        "CUSTOMER_KEEPS_PRODUCT_PAID",
    ]
    assert {offer.item for offer in offers} == {shop.rma}
    assert {offer.most for offer in offers} == {2}
    assert {offer.needs for offer in offers} == {frozenset({Need.QUANTITY})}
    assert all(offer.title.startswith("Theepot: ") and "(" in offer.title for offer in offers)
    assert [offer.word for offer in offers if offer.moves_money and offer.irreversible] == [
        "RETURN_RECEIVED",
        "CUSTOMER_KEEPS_PRODUCT_PAID",
    ]


@pytest.mark.parametrize(
    ("decided", "offered"),
    [
        ("EXCHANGE_PRODUCT", ["STILL_APPROVED"]),
        ("REPAIR_PRODUCT", ["STILL_APPROVED"]),
        ("RETURN_DOES_NOT_MEET_CONDITIONS", ["STILL_APPROVED"]),
        ("RETURN_RECEIVED", []),
        ("CUSTOMER_KEEPS_PRODUCT_PAID", []),
        ("EXPIRED", []),
    ],
)
def test_what_was_exchanged_repaired_or_refused_can_be_approved_still(
    shop: Shop, decided: str, offered: list[str]
) -> None:
    item = shop.bol.account.item(shop.rma)
    assert item is not None
    shop.bol.account.handle(item, decided, 2, shop.bol.now())
    shop.desk.read()

    assert [offer.word for offer in shop.desk.adapter.offers(shop.case, shop.desk.settings)] == offered


def test_of_a_return_of_logistics_via_bol_nothing_is_offered_and_every_decision_is_refused(
    clock: SimulatedClock,
) -> None:
    shop = Shop(BolSimulator(clock), fulfilment="FBB")

    assert shop.desk.adapter.offers(shop.case, shop.desk.settings) == ()
    with pytest.raises(Rejected, match="logistics via bol"):
        shop.desk.send(shop.decision(), shop.case)
    assert shop.puts() == []


# What stands against a decision


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ({"word": "REFUND"}, "knows no decision 'REFUND'"),
        ({"word": ""}, "RETURN_RECEIVED"),
        ({"item": "999"}, "which item"),
        ({"quantity": 0}, "1 to 2"),
        ({"quantity": 3}, "1 to 2"),
        ({"percent": 50}, "no percentage"),
        ({"tracking": (Tracking("PostNL", "3S1"),)}, "no percentage, parcel"),
        ({"evidence": (Attachment("a.png", "image/png", 1, "digest"),)}, "or file"),
        ({"word": "STILL_APPROVED"}, "not decided yet"),
        ({"text": "Tot ziens"}, "takes no message together with a decision"),
    ],
)
def test_what_bol_com_would_refuse_is_said_before_and_never_sent(shop: Shop, act: Mapping[str, Any], why: str) -> None:
    reply = shop.decision(**act)

    [problem] = shop.problems(reply)
    with pytest.raises(Rejected) as refused:
        shop.desk.send(reply, shop.case)

    assert why in problem
    assert "https://" in problem
    assert problem in str(refused.value)
    assert shop.puts() == []


def test_an_item_need_not_be_named_where_there_is_only_one(shop: Shop) -> None:
    reply = shop.decision(item="")

    assert shop.problems(reply) == []
    assert isinstance(shop.desk.send(reply, shop.case), Receipt)


def test_of_two_open_items_one_must_be_named(clock: SimulatedClock) -> None:
    bol = BolSimulator(clock)
    found = bol.account.register(bol.now())
    items = [bol.account.add_item(found, "Stuk", title=title) for title in ("Kop", "Schotel")]
    desk = Desk(bol)
    desk.read()
    case = desk.case(f"return:{found.id}")

    with pytest.raises(Rejected, match=r"Kop.*Schotel"):
        desk.send(desk.reply(case, "", Act(ActKind.DECIDE, "RETURN_RECEIVED")), case)
    desk.send(desk.reply(case, "", Act(ActKind.DECIDE, "RETURN_RECEIVED", items[1].rma)), case)
    clock.advance(2 * MINUTE)
    bol.tick()

    assert bol.received() == ["Schotel: RETURN_RECEIVED (1)"]


@pytest.mark.parametrize("kind", [kind for kind in ActKind if kind is not ActKind.DECIDE])
def test_everything_else_is_done_in_the_seller_account(shop: Shop, kind: ActKind) -> None:
    with pytest.raises(Unsupported) as refused:
        shop.desk.send(shop.desk.reply(shop.case, "", Act(kind)), shop.case)

    assert refused.value.portal_step == BolAdapter.portal_steps[Capability(kind)]


# What is sent, and what becomes of it


def test_a_decision_is_sent_in_bol_coms_words_and_done_when_bol_com_says_so(shop: Shop, clock: SimulatedClock) -> None:
    reply = shop.decision("EXCHANGE_PRODUCT", quantity=1)
    receipt = shop.desk.send(reply, shop.case)
    early = shop.desk.find(replace(reply, receipt_ref=receipt.ref), shop.case)
    clock.advance(2 * MINUTE)
    late = shop.desk.find(replace(reply, receipt_ref=receipt.ref), shop.case)
    shop.desk.read()

    [put] = shop.puts()
    assert (put.path, put.json()) == (
        f"/retailer/returns/{shop.rma}",
        {"handlingResult": "EXCHANGE_PRODUCT", "quantityReturned": 1},
    )
    assert put.headers["content-type"] == put.headers["accept"] == "application/vnd.retailer.v10+json"
    assert (receipt.final, early and early.final, late and late.final) == (False, False, True)
    assert receipt.until is not None
    assert receipt.until - receipt.at == timedelta(hours=3, minutes=30)
    assert {receipt.ref, early and early.ref, late and late.ref} == {receipt.ref}
    assert shop.case.state_raw == "handled"


def test_without_a_quantity_all_that_is_expected_is_meant(shop: Shop) -> None:
    shop.desk.send(shop.decision(), shop.case)

    assert shop.puts()[0].json()["quantityReturned"] == 2


def test_what_is_decided_so_already_is_not_decided_again(shop: Shop) -> None:
    reply = shop.decision()
    shop.bol.seller_writes(shop.ref, "")

    receipt = shop.desk.send(reply, shop.case)

    assert (receipt.final, receipt.at) == (True, shop.bol.now())
    assert shop.puts() == []


def test_a_decision_may_be_changed_after_all(shop: Shop, clock: SimulatedClock) -> None:
    shop.desk.send(shop.decision("EXCHANGE_PRODUCT"), shop.case)
    clock.advance(2 * MINUTE)
    shop.desk.read()

    shop.desk.send(shop.decision("STILL_APPROVED"), shop.case)
    clock.advance(2 * MINUTE)
    shop.bol.tick()

    assert shop.bol.received(shop.ref) == ["Theepot: EXCHANGE_PRODUCT (2)", "Theepot: STILL_APPROVED (2)"]


def test_a_decision_that_fails_two_hours_later_is_rejected_with_bol_coms_words(
    shop: Shop, clock: SimulatedClock
) -> None:
    shop.bol.inject(Fault.FAILED_LATER, after=2 * HOUR)
    reply = shop.decision()
    taken = replace(reply, receipt_ref=shop.desk.send(reply, shop.case).ref)
    clock.advance(HOUR)
    meanwhile = shop.desk.find(taken, shop.case)
    clock.advance(HOUR)

    with pytest.raises(Rejected, match=shop.bol.refusal):
        shop.desk.find(taken, shop.case)
    assert meanwhile is not None
    assert not meanwhile.final


def test_a_process_that_timed_out_is_judged_by_the_return(shop: Shop, clock: SimulatedClock) -> None:
    shop.bol.account.next_ends.append((Stage.TIMEOUT, "", MINUTE))
    reply = shop.decision()
    taken = replace(reply, receipt_ref=shop.desk.send(reply, shop.case).ref)
    clock.advance(2 * MINUTE)

    with pytest.raises(Rejected, match="decide again"):
        shop.desk.find(taken, shop.case)
    shop.bol.seller_writes(shop.ref, "")
    done = shop.desk.find(taken, shop.case)

    assert done is not None
    assert done.final


def test_a_process_that_bol_com_has_forgotten_is_judged_by_the_return(shop: Shop) -> None:
    reply = shop.decision()
    taken = replace(reply, receipt_ref=shop.desk.send(reply, shop.case).ref)
    shop.bol.account.processes.clear()

    with pytest.raises(Uncertain, match=r"partner\.bol\.com"):
        shop.desk.find(taken, shop.case)
    shop.bol.seller_writes(shop.ref, "")
    done = shop.desk.find(taken, shop.case)

    assert done is not None
    assert done.final


# When the answer is lost


def test_after_a_lost_answer_the_process_is_found_and_nothing_sent_again(shop: Shop, clock: SimulatedClock) -> None:
    shop.bol.inject(Fault.LOST_ANSWER)
    reply = shop.decision()
    with pytest.raises(Uncertain):
        shop.desk.send(reply, shop.case)
    pending = shop.desk.find(reply, shop.case)
    clock.advance(2 * MINUTE)

    done = shop.desk.find(reply, shop.case)

    assert len(shop.puts()) == 1
    assert pending is not None
    assert done is not None
    assert (pending.final, done.final, pending.ref == done.ref) == (False, True, True)


def test_after_a_lost_request_it_is_surely_not_there(shop: Shop) -> None:
    shop.bol.inject(Fault.LOST_REQUEST)
    reply = shop.decision()
    with pytest.raises(Uncertain):
        shop.desk.send(reply, shop.case)

    assert shop.desk.find(reply, shop.case) is None


def test_an_older_decision_on_the_same_item_is_not_taken_for_this_one(shop: Shop, clock: SimulatedClock) -> None:
    shop.desk.send(shop.decision("EXCHANGE_PRODUCT"), shop.case)
    clock.advance(HOUR)
    shop.desk.read()
    shop.bol.inject(Fault.LOST_REQUEST)
    reply = shop.decision("STILL_APPROVED")
    with pytest.raises(Uncertain):
        shop.desk.send(reply, shop.case)

    assert shop.desk.find(reply, shop.case) is None


def test_a_decision_of_a_moment_ago_is_not_taken_for_this_one_either(shop: Shop, clock: SimulatedClock) -> None:
    shop.desk.send(shop.decision("EXCHANGE_PRODUCT"), shop.case)
    clock.advance(2 * MINUTE)
    shop.desk.read()
    shop.bol.inject(Fault.LOST_REQUEST)
    reply = shop.decision("STILL_APPROVED")
    with pytest.raises(Uncertain):
        shop.desk.send(reply, shop.case)

    with pytest.raises(Uncertain, match="not this decision"):
        shop.desk.find(reply, shop.case)


def test_a_server_in_trouble_leaves_a_doubt_that_is_then_cleared(shop: Shop) -> None:
    reply = shop.decision()
    answer = shop.bol.answer

    def breaks(request: Request) -> Response:
        return Response.of_text("<html>", 500, "text/html") if request.method == "PUT" else answer(request)

    shop.bol.answer = breaks  # type: ignore[method-assign]
    with pytest.raises(Uncertain):
        shop.desk.send(reply, shop.case)

    assert shop.desk.find(reply, shop.case) is None


def test_an_answer_to_a_decision_that_nobody_can_read_leaves_a_doubt(shop: Shop) -> None:
    reply = shop.decision()
    answer = shop.bol.answer

    def surprises(request: Request) -> Response:
        answered = answer(request)
        return Response.of_json({"surprise": 1}, 202) if request.method == "PUT" else answered

    shop.bol.answer = surprises  # type: ignore[method-assign]
    with pytest.raises(Uncertain, match="cannot be read"):
        shop.desk.send(reply, shop.case)
    found = shop.desk.find(reply, shop.case)

    assert found is not None
    assert len(shop.puts()) == 1


def test_what_cannot_be_reached_has_taken_nothing(shop: Shop) -> None:
    shop.bol.inject(Fault.UNREACHABLE, None)

    with pytest.raises(Unavailable):
        shop.desk.send(shop.decision(), shop.case)


def test_a_refusal_is_final_and_told_field_by_field(shop: Shop) -> None:
    shop.bol.inject(Fault.REFUSED_REPLY)

    with pytest.raises(Rejected, match=f"handlingResult: {shop.bol.refusal}"):
        shop.desk.send(shop.decision(), shop.case)


def test_a_return_that_is_gone_cannot_be_decided(shop: Shop) -> None:
    reply = shop.decision()
    shop.bol.account.returns.clear()

    with pytest.raises(Rejected, match="knows no return"):
        shop.desk.send(reply, shop.case)


def test_a_link_to_http_is_never_followed(shop: Shop, clock: SimulatedClock) -> None:
    reply = shop.decision()
    receipt = shop.desk.send(reply, shop.case)
    clock.advance(2 * MINUTE)
    shop.desk.find(replace(reply, receipt_ref=receipt.ref), shop.case)

    assert {request.url.partition("://")[0] for request in shop.bol.requests} == {"https"}
