"""Pretended plugins with late orders: one that takes replies, one whose customers are told in its portal."""

LATE = """
from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

import hub
from hub import Capability

STATE = Path({state!r})


class LateConnection(hub.Connection):
    def __init__(self, channel):
        self._channel = channel

    def check(self):
        yield hub.Proof("sign-in", ok=True)

    def deliver(self, reply, case):
        return hub.Receipt("r-" + reply.key, reply.written_at)

    def late_orders(self, now, since):
        listed = json.loads(STATE.read_text(encoding="utf-8"))[self._channel]
        if listed == "down":
            raise hub.Unavailable("the platform does not answer")
        if listed == "bare":
            raise hub.Unsupported("the channel has no credentials", "Set them.")
        if listed == "broken":
            raise KeyError("a secret of the plugin")
        if listed == "odd":
            yield "4711"
        for told in listed:
            order = hub.LateOrder(
                told["number"],
                hub.LateOrder.end_of(date.fromisoformat(told["due"]), ZoneInfo("Europe/Stockholm")),
                hub.Promised(told.get("promised", "arrival")),
                told_as="ship_by",
                customer=hub.Party(told.get("name", ""), told.get("email", ""), language=told.get("language", "")),
                lines=(hub.OrderLine(told.get("product", "Lampa")),),
                url="https://portal.example/orders/" + told["number"],
            )
            yield order


class Shop(hub.Adapter):
    key = "shop"
    title = "The shop"
    capabilities = frozenset(
        {{Capability.FETCH, Capability.REPLY, Capability.ATTACH, Capability.LIST_LATE_ORDERS}}
    )
    writes_first = "Open the order in the seller account and write there."

    class Settings(BaseModel):
        region: str = "se"

    def open(self, settings, tools):
        return LateConnection(tools.channel)

    def problems_with(self, reply, case, settings):
        if case.subject == "blocked":
            yield "nobody may write here any more (rule 7, https://shop.example/rules)."

    def speaks_as(self, settings):
        return hub.Party("Lampor AB", "shop@shop.example")


class Portal(Shop):
    key = "portal"
    title = "The portal"
    capabilities = frozenset({{Capability.FETCH, Capability.LIST_LATE_ORDERS}})
    writes_first = "Press Write to customer on the order's page."


class Mute(hub.Adapter):
    key = "mute"
    title = "The mute shop"
    capabilities = frozenset({{Capability.FETCH, Capability.REPLY}})
    portal_steps = {{Capability.LIST_LATE_ORDERS: "Save the list of late orders there."}}

    class Settings(BaseModel):
        region: str = "se"

    def open(self, settings, tools):
        return type("Connection", (hub.Connection,), {{"check": lambda self: iter(())}})()


@hub.hookimpl
def hub_register_adapters(register):
    register(Shop)
    register(Portal)
    register(Mute)
"""

HUB_TOML = """
data = "data"
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2027-12-31

[channels.shop]
adapter = "shop"
acknowledge_language = "sv"
return_label = "labels/{order}.pdf"

[channels.portal]
adapter = "portal"

[channels.mute]
adapter = "mute"
"""
