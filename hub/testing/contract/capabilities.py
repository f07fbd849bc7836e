"""Promise 16: what is declared works, and what is not is refused in a way that helps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest

from hub.adapter import Adapter, Capability
from hub.core.outbox import Receipt
from hub.core.platform_acts import Act, ActKind
from hub.errors import Rejected, Uncertain, Unsupported
from hub.http.exchange import Request
from hub.testing.contract.support import QUESTION, WITH_A_TEXT, a_write, an_act, has_got, offered, require_offer, writes
from hub.testing.desk import ANSWER, Desk
from hub.testing.platform import Platform
from hub.testing.simulator import Simulator

_WITH_PORTAL_STEP = (Capability.REPLY, *(Capability(kind) for kind in ActKind))


class CapabilityPromises:
    """What an adapter promises of its capabilities."""

    def test_promise_16_an_adapter_reads(self, platform: Platform) -> None:
        """All other promises rest on it."""
        assert Capability.FETCH in platform.adapter.capabilities

    def test_promise_16_every_declared_act_is_offered_and_done(self, platform: Platform) -> None:
        """An offer says what it costs; what is done shows on the platform."""
        declared = platform.adapter.capabilities
        for kind in [kind for kind in ActKind if Capability(kind) in declared]:
            _, offers = offered(Desk(platform), kind)
            require_offer(offers, kind)
            for place in range(len(offers)):
                _is_done(Desk(platform), kind, place)

    def test_promise_16_a_text_with_an_act_reaches_the_customer_or_is_refused(self, platform: Platform) -> None:
        """The hub tells the case that the customer has it: it may not be dropped on the way."""
        declared = platform.adapter.capabilities
        for kind in [kind for kind in WITH_A_TEXT if Capability(kind) in declared]:
            desk = Desk(platform)
            reply, case, ref = an_act(desk, kind)
            reply, before = replace(reply, text=ANSWER), platform.state
            if desk.problems_with(reply, case):
                with pytest.raises(Rejected):
                    desk.send(reply, case)
                assert platform.state == before, f"{kind} was refused and done all the same"
            else:
                desk.send(reply, case)
                assert has_got(platform, ref, ANSWER) == 1, f"{kind} was done, and its text reached nobody"

    def test_promise_16_an_offer_says_what_it_does(self, platform: Platform) -> None:
        """A person decides by it, so it is never empty, and only what is declared is offered."""
        ref = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()

        for offer in desk.adapter.offers(desk.case(ref), desk.settings):
            assert Capability(offer.kind) in desk.adapter.capabilities, f"{offer.kind} is offered and not declared"
            assert offer.title
            assert offer.effect

    def test_promise_16_what_is_not_declared_has_a_portal_step(self, platform: Platform) -> None:
        """For replies and acts: a person has to do them there."""
        missing = _missing(platform.adapter)

        without = [capability for capability in missing if not platform.adapter.portal_steps.get(capability)]
        assert without == [], (
            "not declared, and nobody is told what to do instead: "
            f"name the step of a person in {platform.adapter.__name__}.portal_steps"
        )

    def test_promise_16_what_is_not_declared_is_unsupported_and_changes_nothing(self, platform: Platform) -> None:
        """It is never a false success; whoever asked is told what a person does instead."""
        ref = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        case, before = desk.case(ref), platform.state
        for capability in _missing(platform.adapter):
            act = None if capability is Capability.REPLY else Act(ActKind(capability))
            with pytest.raises(Unsupported) as refused:
                desk.send(desk.reply(case, act=act), case)
            assert refused.value.portal_step == desk.adapter.portal_steps.get(capability), (
                f"{capability} is refused without its step from `portal_steps`: raise Adapter.refusal(capability)"
            )

        assert platform.state == before

    def test_promise_16_an_order_is_looked_up_or_not_at_all(self, platform: Platform) -> None:
        """Where it can be: the one asked for, and None for a number that nobody has."""
        ref = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        order = desk.case(ref).order
        with desk.connect() as connection:
            if Capability.LOOK_UP_ORDER not in desk.adapter.capabilities:
                with pytest.raises(Unsupported):
                    connection.look_up_order("A-1")
                return
            assert order is not None, "a case on a simulator that has orders is about one"
            found = connection.look_up_order(order.number)
            assert found is not None
            assert found.number == order.number
            assert connection.look_up_order(platform.unknown_order) is None

    def test_promise_16_late_orders_are_listed_or_not_at_all(self, platform: Platform) -> None:
        """Where they can be: those whose date passed lately, each once, and nothing is changed by asking."""
        desk = Desk(platform)
        now = platform.now()
        since = now - timedelta(days=30)
        with desk.connect() as connection:
            if Capability.LIST_LATE_ORDERS not in desk.adapter.capabilities:
                with pytest.raises(Unsupported):
                    list(connection.late_orders(now, since))
                return
            late = [platform.late_order(days) for days in (3, 9)]
            for days in (-3, 90):
                platform.late_order(days)
            before = platform.state
            found = list(connection.late_orders(now, since))
        assert sorted(order.number for order in found) == sorted(late), "late are those with a date in the last 30 days"
        assert [order.number for order in found if not order.is_late(now, since)] == []
        assert [order.number for order in found if not order.told_as] == [], "say what the platform calls the date"
        assert platform.state == before, "asking for late orders changed the platform"

    def test_promise_16_files_and_automatic_replies_are_sent_where_they_are_declared(self, platform: Platform) -> None:
        """A file goes along with a reply, and a reply that nobody wrote goes out as one."""
        for capability in (Capability.ATTACH, Capability.ACKNOWLEDGE):
            if capability not in platform.adapter.capabilities:
                continue  # the hub does not ask for it
            desk = Desk(platform)
            reply, case, ref = a_write(desk)
            if capability is Capability.ATTACH:
                reply = replace(reply, attachments=(desk.photograph(),))
            else:
                reply = replace(reply, automatic=True)
            taken = platform.writes
            assert isinstance(desk.send(reply, case), Receipt)
            assert platform.writes > taken, f"{capability} is declared, and nothing was sent"
            assert has_got(platform, ref, reply.text) == 1

    def test_promise_16_reading_back_and_rereading_answer_as_declared(self, platform: Platform) -> None:
        """Who cannot says so, and does not say that nothing is there."""
        ref = platform.customer_writes(QUESTION)
        desk = Desk(platform)
        desk.read()
        case = desk.case(ref)
        with desk.connect() as connection:
            if Capability.READ_BACK not in desk.adapter.capabilities:
                with pytest.raises(Unsupported):
                    connection.find(desk.reply(case), case)
            message = case.messages[0]
            if Capability.REREAD in desk.adapter.capabilities:
                again = connection.reread(message)
                assert getattr(again, "message", message).ref == message.ref
            else:
                with pytest.raises(Unsupported):
                    connection.reread(message)

    def test_promise_16_what_was_written_can_be_read_back_where_that_is_declared(self, platform: Platform) -> None:
        """A hub that is told so asks `find` before it asks a person."""
        if Capability.READ_BACK not in platform.adapter.capabilities or not writes(platform.adapter):
            return
        desk = Desk(platform)
        reply, case, _ = a_write(desk)
        desk.send(reply, case)
        try:
            with suppress(Uncertain):
                desk.find(reply, case)
        except Unsupported:
            pytest.fail("READ_BACK is declared, and `find` is Unsupported: implement it, or declare it no more")


def _missing(adapter: type[Adapter]) -> list[Capability]:
    return [capability for capability in _WITH_PORTAL_STEP if capability not in adapter.capabilities]


def _is_done(desk: Desk, kind: ActKind, place: int) -> None:
    """Take up one offer of a new case, with all that it needs: it changes the platform, and goes along whole."""
    platform = desk.platform
    case, offers = offered(desk, kind)
    offer = offers[place]
    act, text = desk.accept(offer)
    before, taken = platform.state, platform.writes
    asked = len(platform.requests) if isinstance(platform, Simulator) else 0
    receipt = desk.send(desk.reply(case, text, act), case)
    assert isinstance(receipt, Receipt)
    assert platform.state != before, f"{offer.title!r} has a receipt and changed nothing"
    assert platform.writes > taken, f"{offer.title!r} has a receipt and nothing was written"
    if isinstance(platform, Simulator):
        written = "\n".join(_written(request) for request in platform.requests[asked:] if platform.is_write(request))
        missing = [f"{what} {value!r}" for what, value in _told(act) if not _stands_in(value, written)]
        assert missing == [], f"{offer.title!r} was written without the act's {', '.join(missing)}: pass it on"


def _told(act: Act) -> Iterator[tuple[str, str]]:
    """What an act tells the platform: its own word for it, and what a person gave for it."""
    yield "word", act.word
    yield "item", act.item
    yield "percent", "" if act.percent is None else str(act.percent)
    yield "quantity", "" if act.quantity is None else str(act.quantity)
    for parcel in act.tracking:
        yield "tracking number", parcel.number


def _written(request: Request) -> str:
    """The address and the body of a request, readable."""
    try:
        body = json.dumps(request.json(), ensure_ascii=False)
    except ValueError:
        body = request.body.decode("utf-8", "replace")
    return f"{unquote_plus(request.url)}\n{body}\n{unquote_plus(body)}"


def _stands_in(value: str, written: str) -> bool:
    beside = r"[\w-]" if value.isdigit() else r"\w"  # a number is no part of a key such as ch-1001-1
    return re.search(rf"(?<!{beside}){re.escape(value)}(?!{beside})", written) is not None
