"""One inbox, one clock: every name the author of a plugin may import, and nothing else.

A name is looked up when it is first asked for, so that `casehub --help` need not load what it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.adapter import Adapter, Capability, Connection, Proof, Tools
    from hub.core.escalation import Step
    from hub.core.incoming import (
        Batch,
        CaseUpdate,
        Checkpoint,
        Clue,
        ClueKind,
        Figure,
        Incoming,
        IncomingMessage,
        Notice,
        OpenCase,
        OwnEcho,
        Progress,
    )
    from hub.core.late_orders import LateOrder, Promised
    from hub.core.mail import Mail, MailKind, MailReading
    from hub.core.model import (
        RECALLED,
        STANDS_IN,
        UNDELIVERED,
        VANISHED,
        Attachment,
        Author,
        Case,
        CaseState,
        CaseType,
        Direction,
        Message,
        Money,
        Order,
        OrderLine,
        Party,
        PlatformCase,
    )
    from hub.core.outbox import Receipt, Reply
    from hub.core.platform_acts import Act, ActKind, EvidenceKind, Need, Offer, Tracking, Wanted
    from hub.core.policy import Audience, Deed, Mark
    from hub.core.ports import Clock
    from hub.core.pushes import Push, Pushes, PushRequest, PushSubscription
    from hub.core.shipments import Shipment
    from hub.core.text_checks import refusals
    from hub.core.text_rules import (
        AddedGreeting,
        Counted,
        FileTypes,
        Finding,
        ForbiddenLetters,
        ForbiddenWords,
        Languages,
        Limit,
        Links,
        Needed,
        RuleSource,
        TextRules,
        Weight,
    )
    from hub.core.turns import Owner
    from hub.errors import (
        AdapterError,
        AuthenticationFailed,
        Busy,
        ConfigurationError,
        HubError,
        Misunderstood,
        NotFound,
        RateLimited,
        Refused,
        Rejected,
        StoreError,
        Unavailable,
        Uncertain,
        UnknownKey,
        Unsupported,
    )
    from hub.front import FrontDesk, Site
    from hub.hookspecs import hookimpl
    from hub.notifier import Notification, Notifier, NotifierTools
    from hub.pretended import PretendedPlatform

    __version__: str

__all__ = [
    "RECALLED",
    "STANDS_IN",
    "UNDELIVERED",
    "VANISHED",
    "Act",
    "ActKind",
    "Adapter",
    "AdapterError",
    "AddedGreeting",
    "Attachment",
    "Audience",
    "AuthenticationFailed",
    "Author",
    "Batch",
    "Busy",
    "Capability",
    "Case",
    "CaseState",
    "CaseType",
    "CaseUpdate",
    "Checkpoint",
    "Clock",
    "Clue",
    "ClueKind",
    "ConfigurationError",
    "Connection",
    "Counted",
    "Deed",
    "Direction",
    "EvidenceKind",
    "Figure",
    "FileTypes",
    "Finding",
    "ForbiddenLetters",
    "ForbiddenWords",
    "FrontDesk",
    "HubError",
    "Incoming",
    "IncomingMessage",
    "Languages",
    "LateOrder",
    "Limit",
    "Links",
    "Mail",
    "MailKind",
    "MailReading",
    "Mark",
    "Message",
    "Misunderstood",
    "Money",
    "Need",
    "Needed",
    "NotFound",
    "Notice",
    "Notification",
    "Notifier",
    "NotifierTools",
    "Offer",
    "OpenCase",
    "Order",
    "OrderLine",
    "OwnEcho",
    "Owner",
    "Party",
    "PlatformCase",
    "PretendedPlatform",
    "Progress",
    "Promised",
    "Proof",
    "Push",
    "PushRequest",
    "PushSubscription",
    "Pushes",
    "RateLimited",
    "Receipt",
    "Refused",
    "Rejected",
    "Reply",
    "RuleSource",
    "Shipment",
    "Site",
    "Step",
    "StoreError",
    "TextRules",
    "Tools",
    "Tracking",
    "Unavailable",
    "Uncertain",
    "UnknownKey",
    "Unsupported",
    "Wanted",
    "Weight",
    "__version__",
    "hookimpl",
    "refusals",
]

_ROOMS = (
    "hub.errors",
    "hub.core.model",
    "hub.core.incoming",
    "hub.core.mail",
    "hub.core.late_orders",
    "hub.core.shipments",
    "hub.core.platform_acts",
    "hub.core.text_rules",
    "hub.core.text_checks",
    "hub.core.outbox",
    "hub.core.pushes",
    "hub.adapter",
    "hub.pretended",
    "hub.front",
    "hub.hookspecs",
    "hub.core.escalation",  # before hub.notifier, and its Step before that of hub.core.policy
    "hub.notifier",
)


if not TYPE_CHECKING:  # a checker that saw this would let every misspelt name pass

    def __getattr__(name: str) -> object:
        if name == "__version__":
            return import_module("importlib.metadata").version("casehub")
        if name in __all__:
            for room in map(import_module, _ROOMS):
                if name in vars(room):
                    return vars(room)[name]
        raise AttributeError(f"module 'hub' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
