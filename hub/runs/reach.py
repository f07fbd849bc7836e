"""How far a program reaches on a case's platform, and what only a person can do there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.adapter import Adapter, Capability
from hub.core.evidence import wanted_for
from hub.core.model import STANDS_IN, Case, Direction
from hub.core.outbox import Reply
from hub.core.platform_acts import ActKind, Offer, Wanted
from hub.core.portal import PortalTask
from hub.core.portal_acts import REPLY
from hub.core.soft_checks import SoftChecks
from hub.core.text_rules import Finding, Limit, refusal, stands_against
from hub.core.turns import Owner
from hub.errors import HubError, Misunderstood, Refused
from hub.runs.channel import explain
from hub.runs.checking import Asked, findings_of, rules_of

_EFFECTS = {
    ActKind.CLOSE: "The platform shows the case as closed",
    ActKind.REOPEN: "The platform shows the case as open again",
    ActKind.HAND_OVER: "The platform deals with the case from then on, and the seller no more",
    ActKind.NOTE: "The platform's staff reads it, the customer does not",
}
_DOING: Mapping[str, str] = {
    REPLY: "replies",
    ActKind.CLOSE: "closing",
    ActKind.REOPEN: "reopening",
    ActKind.HAND_OVER: "hand-overs",
    ActKind.NOTE: "notes for its staff",
    ActKind.DECIDE: "decisions",
    ActKind.MARK_READ: "marks of reading",
}


def _no_settings() -> object:
    return None


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be done with a case: by the hub through the adapter of its channel, or by a person in a portal.

    `adapter` is None where the channel is not set, or its plugin not there. `settings` gives the channel's own, secrets
    looked up, or raises ConfigurationError. `steps` are the portal steps that count: those of
    the platform that the case is about, whose adapter `portal` makes; `about` is that adapter where the case came by
    another platform's channel.
    """

    channel: str
    adapter: Adapter | None = None
    settings: Callable[[], object] = _no_settings
    steps: Mapping[Capability, str] = field(default_factory=dict)
    about: Adapter | None = None
    soft_checks: SoftChecks = SoftChecks.WARN
    portal: Callable[[], Adapter] | None = None

    @property
    def title(self) -> str:
        """What the platform is called whose rules count: that which the case is about, else that of its channel."""
        adapter = self.portal() if self.portal else self.adapter
        return adapter.title if adapter is not None else ""

    def can(self, capability: Capability, case: Case) -> bool:
        """Whether the hub can do this itself for this case."""
        if self.adapter is None:
            # Whether a reply can be sent is known when the channel is set right again; it waits in the outbox.
            return capability is Capability.REPLY
        if capability is Capability.REPLY and _only_stands_in(case, self.adapter.key):
            return False
        return capability in self.adapter.capabilities

    def step(self, capability: Capability) -> str:
        """What a person does in the portal instead; empty where nobody says."""
        return self.steps.get(capability, "")

    def offers(self, case: Case) -> tuple[Offer, ...]:
        """What the platform takes for the case as it stands; Misunderstood if the plugin breaks at it."""
        if self.adapter is None or type(self.adapter).offers is Adapter.offers:
            return ()
        settings = self.settings()
        try:
            return tuple(self.adapter.offers(case, settings))
        except HubError:
            raise
        except Exception as error:  # a plugin may fail in any way it likes
            raise Misunderstood(explain(error).text) from error

    def offer_of(self, kind: ActKind, case: Case) -> Offer:
        """The offer of this kind, or the plain act where the platform's plugin names none."""
        found = next((offer for offer in self.offers(case) if offer.kind is kind), None)
        if found is not None:
            return found
        title, wants = kind.value.replace("_", " ").capitalize(), self.wants(case, kind)
        return Offer(kind, title, _EFFECTS[kind], irreversible=kind is ActKind.HAND_OVER, wants=wants)

    def in_portal(self, kind: ActKind, case: Case, word: str = "") -> Offer:
        """An act that only a person can do, in the portal, with the evidence that it wants there."""
        title = word or kind.value.replace("_", " ").capitalize()
        return Offer(kind, title, self.step(Capability(kind)), word, wants=self.wants(case, kind, word))

    def wanting(self, case: Case, offers: Sequence[Offer] | None = None) -> tuple[Offer, ...]:
        """What may be done that wants evidence: each decision once, whatever the item, and handing over.

        `offers` are those of the case, where they are known already.
        """
        known = self.offers(case) if offers is None else offers
        first = {(offer.kind, offer.word): offer for offer in reversed(known) if wanted_for(offer)}
        found = tuple(reversed(first.values()))
        in_portal = case.owner is Owner.SELLER and not self.can(Capability.HAND_OVER, case)
        if in_portal and (self.step(Capability.HAND_OVER) or self.wants(case, ActKind.HAND_OVER)):
            return (*found, self.in_portal(ActKind.HAND_OVER, case))
        return found

    def wants(self, case: Case, kind: ActKind, word: str = "") -> tuple[Wanted, ...]:
        """The evidence that the platform asks for before an act; Misunderstood if the plugin breaks at it."""
        adapter = self.portal() if self.portal else self.adapter
        if adapter is None:
            return ()
        try:
            return tuple(adapter.wants(case, kind, word))
        except HubError:
            raise
        except Exception as error:  # the same
            raise Misunderstood(explain(error).text) from error

    def findings(self, reply: Reply, case: Case) -> tuple[Finding, ...]:
        """What stands against a reply or an act: the rules of its platforms that it breaks, and what it lacks.

        What a program cannot do is written by a person in the portal: then the portal's rules hold, and no channel's.
        """
        in_portal = not self.can(Capability(reply.kind or Capability.REPLY), case)
        own = None if self.adapter is None else Asked(self.adapter, self.settings)
        about = None if self.about is None else Asked(self.about, _no_settings)
        asked = [about or own] if in_portal else [own, about]
        platforms = [platform for platform in asked if platform is not None]
        sender = None if in_portal else own
        return findings_of(reply, case, sender, platforms, self.soft_checks, in_portal=in_portal)

    def longest_text(self, case: Case) -> Limit | None:
        """How long a reply to the case may be, by the platform that allows least; None where none says so."""
        adapters = [] if self.about is None else [Asked(self.about, _no_settings)]
        adapters += [] if self.adapter is None else [Asked(self.adapter, self.settings)]
        rules = (rules_of(asked, case) for asked in adapters)
        limits = (one.longest_text for one in rules if one is not None and one.longest_text is not None)
        return min(limits, key=lambda limit: limit.most, default=None)

    def require_acceptable(self, reply: Reply, case: Case, accepted: Collection[str] = ()) -> tuple[Finding, ...]:
        """Refuse what a platform would refuse, naming each rule, before it is in the outbox; what is left is told.

        `accepted` has the ids of rules that a guess decides and a person does not mind.
        """
        found = self.findings(reply, case)
        if against := stands_against(found, accepted):
            raise Refused(refusal(against))
        return found

    def task(self, kind: Capability, case: Case, what: str, now: datetime) -> PortalTask:
        """What a person shall do in the portal instead of the hub; Refused where nobody says how."""
        step = self.require_step(kind, case)
        url = case.about.url if case.about and case.about.url else case.url
        return PortalTask("", kind.value, what, step, now, url)

    def require_step(self, kind: Capability | ActKind, case: Case) -> str:
        """What a person does in the portal; Refused where nobody says how."""
        step = self.step(Capability(kind))
        if not step:
            raise Refused(self.refusal(Capability(kind), case))
        return step

    def refusal(self, kind: Capability, case: Case) -> str:
        """That neither the hub nor, as far as it knows, a portal can do this."""
        if self.adapter is None:
            return (
                f"The channel {self.channel} of {case.number} cannot be used as it is set; `casehub check` tells why."
            )
        if kind == REPLY and case.about is not None and _only_stands_in(case, self.adapter.key):
            return (
                f"An answer to this mail reaches nobody: it only tells of a case on {case.about.platform}. "
                f"Answer there, then `casehub answered {case.number}`."
            )
        instead = f"answer there, then `casehub answered {case.number}`" if kind == REPLY else "do it there"
        title = self.adapter.title
        return f"{title} takes no {_DOING[kind]} from a program and names no way in a portal; {instead}."


def _only_stands_in(case: Case, adapter: str) -> bool:
    """Whether the case came by the mail of a platform that is no channel here, and nobody reads an answer to it."""
    if case.about is None or case.about.platform == adapter:
        return False
    inbound = [message for message in case.messages if message.direction is Direction.INBOUND]
    return bool(inbound) and STANDS_IN in inbound[-1].labels


def offers_in_short(offers: Sequence[Offer]) -> str:
    """The words of what may be decided, and the titles of the rest, in one line."""
    return ", ".join(dict.fromkeys(offer.word or offer.title[:1].lower() + offer.title[1:] for offer in offers))
