"""Pretended plugins for the commands that act on a platform: one takes every act, one has a portal only."""

SHOP = """
from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

import hub
from hub import ActKind, Capability, Need, Offer

# Where the platform's own state lies, so that tests can look at what was done there.
STATE = Path({state!r})


def _log(what):
    done = json.loads(STATE.read_text()) if STATE.exists() else []
    STATE.write_text(json.dumps([*done, what]))


class ShopConnection(hub.Connection):
    def check(self):
        yield hub.Proof("sign-in", ok=True)

    def deliver(self, reply, case):
        _log({{"deliver": reply.text}})
        return hub.Receipt("r1", reply.written_at)

    def perform(self, reply, case):
        act = reply.act
        if act.word == "slow":
            _log({{"accepted": act.word}})
            return hub.Receipt("p1", reply.written_at, final=False, until=reply.written_at + timedelta(hours=3))
        if act.word == "refused":
            raise hub.Rejected("The order is refunded already")
        _log({{"perform": act.kind.value, "word": act.word, "percent": act.percent, "quantity": act.quantity,
              "item": act.item, "text": reply.text, "after": reply.after, "files": [f.name for f in act.evidence],
              "parcels": [f"{{p.carrier}}:{{p.number}}" for p in act.tracking]}})
        return hub.Receipt("a1", reply.written_at)

    def find(self, reply, case):
        raise hub.Rejected("It failed in the end")


class Shop(hub.Adapter):
    key = "shop"
    title = "The shop"
    capabilities = frozenset(
        {{Capability.FETCH, Capability.REPLY, Capability.DECIDE, Capability.CLOSE, Capability.REOPEN,
         Capability.HAND_OVER, Capability.NOTE, Capability.MARK_READ, Capability.READ_BACK}}
    )

    class Settings(BaseModel):
        region: str = "se"

    def open(self, settings, tools):
        return ShopConnection()

    def offers(self, case, settings):
        if case.subject == "break":
            raise KeyError("a secret of the plugin")
        if not case.is_open:
            return ()
        money = frozenset({{Need.MESSAGE, Need.PERCENT}})
        return (
            Offer(ActKind.DECIDE, "Partial refund", "The buyer gets the rest of the price back.",
                  "refund_partly", needs=money, moves_money=True, irreversible=True),
            Offer(ActKind.DECIDE, "Refuse", "The buyer gets nothing back.", "refuse",
                  needs=frozenset({{Need.MESSAGE, Need.EVIDENCE}})),
            Offer(ActKind.DECIDE, "Send anew", "A new one goes out.", "resend", item="item-1", most=2,
                  needs=frozenset({{Need.QUANTITY, Need.TRACKING}})),
            Offer(ActKind.DECIDE, "Send anew", "A new one goes out.", "resend", item="item-2"),
            Offer(ActKind.DECIDE, "Slow", "It takes its time.", "slow"),
            Offer(ActKind.DECIDE, "Refused", "It fails.", "refused"),
            Offer(ActKind.HAND_OVER, "Hand over", "The shop decides from then on.", irreversible=True),
        )

    def problems_with(self, reply, case, settings):
        if len(reply.text) > 100:
            yield "A text has at most 100 characters (rule 7, https://shop.example/rules)."
        if "http" in reply.text:
            yield "A text has no links (rule 8)"


@hub.hookimpl
def hub_register_adapters(register):
    register(Shop)
"""

PORTAL = """
from __future__ import annotations

from pydantic import BaseModel

import hub
from hub import Capability


class Portal(hub.Adapter):
    key = "portal"
    title = "The portal"
    capabilities = frozenset({Capability.FETCH})
    limits = ("a program may only read here",)
    portal_steps = {
        Capability.REPLY: "Open the question in the seller account and write the answer there.",
        Capability.CLOSE: "Press Solved in the seller account.",
        Capability.REOPEN: "Press Open again in the seller account.",
        Capability.HAND_OVER: "Press Ask for help in the seller account.",
        Capability.NOTE: "Write it into the field for the staff.",
        Capability.DECIDE: "Choose it under Decision in the seller account.",
    }

    class Settings(BaseModel):
        region: str = "nl"

    def open(self, settings, tools):
        return hub.Connection()


@hub.hookimpl
def hub_register_adapters(register):
    register(Portal)
"""

HUB_TOML = """
data = "data"
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2026-12-31

[channels.shop]
adapter = "shop"
mark_read = true

[channels.portal]
adapter = "portal"
"""
