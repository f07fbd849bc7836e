"""Adapters of Acme that are wrong about what they declare: promise 16."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import hub
from hub.scaffold.acme.adapter import AcmeConnection
from tests.contract_bases import ReadOnly, WithDecisions, WithOrders


class FalseSuccess(AcmeConnection):
    def perform(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        if reply.act is not None and reply.act.kind is hub.ActKind.CLOSE:
            return hub.Receipt("closed", self._tools.clock.now())
        return super().perform(reply, case)


class ForgetsThePortal(AcmeConnection):
    def perform(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        try:
            return super().perform(reply, case)
        except hub.Unsupported as error:
            raise hub.Unsupported(str(error)) from None


class DecidesNothing(AcmeConnection):
    def perform(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        if reply.act is not None and reply.act.kind is hub.ActKind.DECIDE:
            return hub.Receipt("decided", self._tools.clock.now())
        return super().perform(reply, case)


class DropsTheText(AcmeConnection):
    def perform(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        return super().perform(replace(reply, text=""), case)


class RefusesAfterwards(AcmeConnection):
    def perform(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        done = super().perform(replace(reply, text=""), case)
        if reply.text:
            raise hub.Rejected("Acme takes no message together with a decision")
        return done


class AlwaysTheFirstWord(WithDecisions):
    def told(self, act: hub.Act) -> dict[str, Any]:
        return {**super().told(act), "decision": "refund"}


class WithoutTheItem(WithDecisions):
    def told(self, act: hub.Act) -> dict[str, Any]:
        return {**super().told(act), "item": ""}


class WithoutThePercent(WithDecisions):
    def told(self, act: hub.Act) -> dict[str, Any]:
        return {**super().told(act), "percent": None}


class WithoutTheQuantity(WithDecisions):
    def told(self, act: hub.Act) -> dict[str, Any]:
        return {**super().told(act), "quantity": None}


class WithoutTheParcel(WithDecisions):
    def told(self, act: hub.Act) -> dict[str, Any]:
        return {**super().told(act), "parcels": []}


class DeclaresToFind(AcmeConnection):
    find = hub.Connection.find


class InventsOrders(WithOrders):
    def look_up_order(self, number: str) -> hub.Order | None:
        return hub.Order(number)


class HasNoOrders(AcmeConnection):
    def look_up_order(self, number: str) -> hub.Order | None:
        return None


class EverythingIsLate(WithOrders):
    def late_orders(self, now: datetime, since: datetime) -> Iterator[hub.LateOrder]:
        far = timedelta(days=1000)
        return super().late_orders(now + far, since - far)


class NothingIsLate(AcmeConnection):
    def late_orders(self, now: datetime, since: datetime) -> Iterator[hub.LateOrder]:
        return iter(())


class SendsNoFiles(WithOrders):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        if reply.attachments:
            raise hub.Unsupported("Acme takes no files")
        return super().deliver(reply, case)


class KeepsAutomaticOnes(WithOrders):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        return hub.Receipt("M-0", reply.written_at) if reply.automatic else super().deliver(reply, case)


class RereadsAsAnother(WithOrders):
    def reread(self, message: hub.Message) -> hub.Incoming:
        return hub.IncomingMessage(replace(message, ref="again"))


class FindsWithoutAsking(ReadOnly):
    def find(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt | None:
        return None
