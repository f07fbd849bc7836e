"""Pretended plugins that want evidence: one takes a refusal from a program, one takes decisions in its portal only."""

SHOP = """
from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

import hub
from hub import ActKind, Capability, EvidenceKind, Mark, Need, Offer, Wanted

STATE = Path({state!r})
RULES = "https://shop.example/rules"


class ShopConnection(hub.Connection):
    def check(self):
        yield hub.Proof("sign-in", ok=True)

    def perform(self, reply, case):
        act = reply.act
        STATE.write_text(json.dumps({{"word": act.word, "files": [f.name for f in act.evidence],
                                     "parcels": [p.number for p in act.tracking]}}))
        return hub.Receipt("a1", reply.written_at)


class Shop(hub.Adapter):
    key = "shop"
    title = "The shop"
    capabilities = frozenset({{Capability.FETCH, Capability.DECIDE, Capability.HAND_OVER}})

    class Settings(BaseModel):
        region: str = "se"

    def open(self, settings, tools):
        return ShopConnection()

    def wants(self, case, kind, word=""):
        if kind is ActKind.HAND_OVER:
            return (Wanted(EvidenceKind.SOLUTION_OFFERED, True, RULES, Mark.INFERRED, "Try first."),)
        if word == "refuse":
            photos = Wanted(EvidenceKind.PHOTOS, True, RULES, Mark.DOCUMENTED, "Show it.", ours=True)
            parcel = Wanted(EvidenceKind.TRACKING, False, RULES, Mark.DOCUMENTED, not_valid=("Varubrev",))
            return (photos, parcel)
        return ()

    def offers(self, case, settings):
        if case.subject == "break":
            raise KeyError("a secret of the plugin")
        if not case.is_open:
            return ()
        refuse = self.wants(case, ActKind.DECIDE, "refuse")
        return (
            Offer(ActKind.DECIDE, "Refund", "All is paid back.", "refund", moves_money=True, refunds=True),
            Offer(ActKind.DECIDE, "Refuse", "The buyer gets nothing.", "refuse", item="i1", wants=refuse, rejects=True,
                  needs=frozenset({{Need.EVIDENCE, Need.TRACKING}})),
            Offer(ActKind.DECIDE, "Refuse", "The buyer gets nothing.", "refuse", item="i2", wants=refuse, rejects=True),
            Offer(ActKind.HAND_OVER, "Hand over", "The shop decides.", wants=self.wants(case, ActKind.HAND_OVER)),
        )


@hub.hookimpl
def hub_register_adapters(register):
    register(Shop)
"""

PORTAL = """
from __future__ import annotations

from pydantic import BaseModel

import hub
from hub import ActKind, Capability, EvidenceKind, Mark, Wanted


class Portal(hub.Adapter):
    key = "portal"
    title = "The portal"
    capabilities = frozenset({Capability.FETCH})
    portal_steps = {
        Capability.HAND_OVER: "Press Ask for help in the seller account.",
        Capability.DECIDE: "Choose it under Decision in the seller account.",
    }

    class Settings(BaseModel):
        region: str = "nl"

    def wants(self, case, kind, word=""):
        if case.subject == "break":
            raise KeyError("a secret of the plugin")
        if kind is ActKind.HAND_OVER or word == "refuse":
            return (Wanted(EvidenceKind.DISPATCH_PROOF, True, "https://portal.example/help", Mark.DOCUMENTED),)
        return ()

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

[goodwill]
limits = { SEK = 100 }

[channels.shop]
adapter = "shop"

[channels.portal]
adapter = "portal"
"""
