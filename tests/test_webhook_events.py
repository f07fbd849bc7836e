"""Which events other programs are told of, and what of them."""

from __future__ import annotations

import json
import re
import typing
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub import Author, CaseState, CaseType, Direction, Message, Money, Party
from hub.core import events
from hub.core.escalation import Step
from hub.core.events import Event
from hub.core.exhibits import EvidenceKind
from hub.core.outbox import ReplyState
from hub.core.platform_acts import Act, ActKind
from hub.core.policy import Audience, Deed
from hub.core.turns import Detection, Owner
from hub.core.webhook_events import TYPES, UNTOLD, Happened, content_of, event_id, type_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SAID = "geheim: my address is Kerkstraat 1"
KINDS: tuple[type, ...] = typing.get_args(events.Happening)
MESSAGE = Message("m1", Author.CUSTOMER, Direction.INBOUND, NOON, text=SAID, subject=SAID, sender=Party(SAID, SAID))
# What a person or a platform may have written, or what a customer is called, by the names of the fields.
TEXTS = {"subject", "reason", "why", "comment", "what", "step", "text"}
VALUES: dict[str, Any] = {
    "message": MESSAGE,
    "detection": Detection("missing_item", "r", "nl", SAID, "m1"),
    "customer": Party(SAID, SAID),
    "state": CaseState.CLOSED,
    "by": Author.SELLER,
    "to": Owner.PLATFORM,
    "type": CaseType.RETURN,
    "act": Act(ActKind.DECIDE, "REJECTED"),
    "due": NOON,
    "kind": next(iter(EvidenceKind)),
}


def made(kind: type) -> Any:
    """One of this kind in which every text was written by somebody."""
    values: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in TEXTS:
            values[field.name] = SAID
        elif kind is events.ReplyStopped and field.name in ("state", "act"):
            values[field.name] = "rejected" if field.name == "state" else None
        elif kind is events.Assigned and field.name == "to":
            values[field.name] = "eva"
        elif field.name == "act" and kind is not events.Acted:
            values[field.name] = ActKind.DECIDE
        elif field.name == "kind" and kind is events.PortalTaskGiven:
            values[field.name] = "close"
        elif field.name in VALUES:
            values[field.name] = VALUES[field.name]
        elif str(field.type).startswith("tuple"):
            values[field.name] = ()
        elif field.type == "str":
            values[field.name] = f"the-{field.name}"
    return kind(**values)


def happened(what: Any, seq: int = 1, seen: datetime = NOON) -> Happened:
    return Happened("event:1", "CH-1042", "bol_nl", seq, Event(what, NOON, seen), seen)


def told(one: Happened, *include: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content_of(one, include, "https://hub.shop.example"))
    return found


STEP = Step(
    "CH-1042", "bol_nl", "first", "m1", "half", Deed.WARN, Audience.OWNER, NOON, NOON + timedelta(hours=1), SAID
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_is_told_under_a_type_that_is_documented_or_not_at_all(kind: type) -> None:
    assert is_dataclass(kind)
    assert (type_of(happened(made(kind))) is None) == (kind in UNTOLD)
    assert kind in UNTOLD or type_of(happened(made(kind))) in TYPES


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in UNTOLD], ids=lambda kind: kind.__name__)
def test_what_people_wrote_is_told_only_to_who_asks_for_it(kind: type) -> None:
    bare, full = told(happened(made(kind))), told(happened(made(kind)), "text")

    assert SAID not in json.dumps(bare)
    assert bare["data"].items() <= full["data"].items()


def test_every_type_is_told_of_something() -> None:
    found = {type_of(happened(made(kind))) for kind in KINDS}
    found |= {type_of(happened(events.StateChanged(state, Author.SELLER))) for state in CaseState}
    found |= {type_of(happened(events.ReplyStopped("k", state))) for state in ReplyState}
    found |= {type_of(happened(events.Acted("k", Act(ActKind.CLOSE))))}
    found |= {type_of(replace(happened(None), what=step)) for step in (STEP, replace(STEP, at=STEP.due))}

    assert found - {None} == set(TYPES)


def test_a_message_says_what_happened_to_which_case_and_where_it_lies() -> None:
    assert told(happened(events.MessageArrived(MESSAGE)), "text") == {
        "type": "message.arrived",
        "timestamp": "2026-03-02T12:00:00Z",
        "data": {
            "event": event_id(happened(events.MessageArrived(MESSAGE))),
            "case": "CH-1042",
            "channel": "bol_nl",
            "seen_at": "2026-03-02T12:00:00Z",
            "links": {
                "case": "https://hub.shop.example/api/v1/cases/CH-1042",
                "page": "https://hub.shop.example/cases/CH-1042",
            },
            "message": "m1",
            "author": "customer",
            "direction": "inbound",
            "automatic": False,
            "sent_at": "2026-03-02T12:00:00Z",
            "attachments": 0,
            "subject": SAID,
            "text": SAID,
        },
    }


def test_a_step_of_the_ladder_is_near_before_the_due_instant_and_late_from_then_on() -> None:
    late = replace(STEP, at=STEP.due, do=Deed.BREACH, at_risk=Money(Decimal("24.95"), "EUR"))
    bare = told(replace(happened(None), what=late))

    assert told(replace(happened(None), what=STEP))["type"] == "deadline.near"
    assert bare["type"] == "deadline.late"
    assert bare["data"]["due"] == "2026-03-02T13:00:00Z"
    assert SAID not in json.dumps(bare)


def test_the_id_of_an_event_is_the_same_at_every_asking_and_another_for_every_event() -> None:
    one = happened(events.Rated("up"))
    others = [
        replace(one, seq=2),
        replace(one, case_number="CH-1043"),
        happened(events.OutcomeLearnt("x")),
        happened(events.Rated("up"), seen=NOON + timedelta(microseconds=1)),
        replace(one, what=STEP),
        replace(one, what=replace(STEP, name="due")),
    ]

    assert event_id(one) == event_id(happened(events.Rated("up")))
    assert re.fullmatch("evt_[0-9a-f]{24}", event_id(one))
    assert len({event_id(other) for other in [one, *others]}) == 1 + len(others)


def test_half_a_character_of_a_mangled_mail_does_not_break_a_message() -> None:
    message = replace(MESSAGE, text="\ud83d broken")

    assert told(happened(events.MessageArrived(message)), "text")["data"]["text"] == "? broken"
