"""In which words each event of a case is told to other programs, and which are not told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from hub.core import events as e
from hub.core.evidence_events import EvidenceGiven, EvidenceTakenBack, EvidenceWaived
from hub.core.model import CaseState, Message
from hub.core.outbox import ReplyState
from hub.core.platform_acts import ActKind

CASE_TYPES: Mapping[str, str] = {
    "case.opened": "A case began.",
    "case.updated": "The platform told something new about the case; `facts` names what.",
    "case.classified": "The case was taken for another type, or another urgency, by a person or by casehub.",
    "case.assigned": "Somebody took the case, or (empty `to`) it was given back.",
    "case.closed": "The case was closed.",
    "case.reopened": "The case was opened again.",
    "case.waiting": "The case was set waiting.",
    "case.merged": "The case went on as another one.",
    "case.owner_changed": "The platform took the case over or sent it on to the seller, or the seller handed it over.",
    "case.no_reply_needed": "A person said that messages need no answer.",
    "case.rated": "The customer rated the case, or (empty `rating`) took the rating back.",
    "case.outcome": "The platform told what it did of its own accord, such as a refund.",
    "message.arrived": "Somebody wrote something, also the seller elsewhere (`author`, `direction`).",
    "message.recalled": "The platform took a message back.",
    "reply.queued": "A person approved a reply, or an act on the platform; it waits in the outbox.",
    "reply.edited": "A waiting reply was written anew.",
    "reply.approval_wanted": "A reply or an act waits for a second person.",
    "reply.approved": "A second person agreed.",
    "reply.delivered": "The platform took a reply for good.",
    "reply.failed": "The platform refused a reply, or took it and failed at it (`state`).",
    "reply.uncertain": "A reply may or may not have been sent; casehub reads the platform back.",
    "reply.held": "A reply waits for a person.",
    "reply.cancelled": "A reply was taken back or given up.",
    "reply.bounced": "A message of ours did not arrive.",
    "decision.made": "The platform did what was decided on the case (`word`).",
    "act.done": "The platform did another act: handed over, closed, reopened, noted.",
    "portal_task.given": "Something is to be done in the platform's portal, which only a person can do.",
    "portal_task.done": "It was done, or (`dropped`) needs nobody any more.",
    "promise.made": "The customer was told by when an answer comes.",
    "deadline.given": "The platform or a person set another due instant, or (empty `due`) took it back.",
    "evidence.changed": "Evidence was given, said not to apply, or taken back.",
}
"""The types that events of cases are told under."""

UNTOLD: frozenset[type] = frozenset({e.MessageReread, e.OrderSought, e.Absorbed})
"""What only casehub itself has to know; of a merge the case that went on tells nothing, the other one does."""

_STATES = {
    CaseState.OPEN: "case.reopened",
    CaseState.WAITING: "case.waiting",
    CaseState.CLOSED: "case.closed",
    CaseState.MERGED: "case.merged",
}
_STOPPED = {
    ReplyState.REJECTED: "reply.failed",
    ReplyState.FAILED: "reply.failed",
    ReplyState.UNCERTAIN: "reply.uncertain",
    ReplyState.CANCELLED: "reply.cancelled",
}


@dataclass(frozen=True, slots=True)
class Told:
    """How an event is told: what anybody may know, and what only who asks for `text` does."""

    type: str
    details: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)


def words_of_event(what: e.Happening) -> Told | None:
    """How an event is told; None for what is told nobody."""
    if type(what) in UNTOLD:
        return None
    return _WORDS[type(what)](what)


def _opened(what: e.Opened) -> Told:
    order = what.order.number if what.order is not None else None
    details = {"case_type": what.type, "order": order, "market": what.market, "priority": what.priority}
    return Told("case.opened", details, {"subject": what.subject, "customer": what.customer.name})


def _message(message: Message) -> dict[str, Any]:
    return {
        "message": message.ref,
        "author": message.author,
        "direction": message.direction,
        "automatic": message.automatic,
        "sent_at": message.sent_at,
        "attachments": len(message.attachments),
    }


def _arrived(what: e.MessageArrived) -> Told:
    texts = {"subject": what.message.subject, "text": what.message.text}
    return Told("message.arrived", _message(what.message), texts)


def _learnt(what: e.FactsLearnt) -> Told:
    known = [fact.name for fact in fields(what) if getattr(what, fact.name) is not None]
    return Told("case.updated", {"facts": known})


def _changed(what: e.StateChanged) -> Told:
    return Told(_STATES[what.state], {"by": what.by, "who": what.who}, {"reason": what.reason})


def _stopped(what: e.ReplyStopped) -> Told:
    known = {state.value: kind for state, kind in _STOPPED.items()}
    details = {"reply": what.key, "state": what.state, "act": what.act}
    return Told(known.get(what.state, "reply.held"), details, {"reason": what.reason})


def _delivered(what: e.ReplyDelivered) -> Told:
    details = {"reply": what.key, **_message(what.message)}
    return Told("reply.delivered", details, {"text": what.message.text})


def _acted(what: e.Acted) -> Told:
    act = what.act
    kind = "decision.made" if act.kind is ActKind.DECIDE else "act.done"
    details = {"reply": what.key, "act": act.kind, "word": act.word, "item": act.item, "who": what.who}
    return Told(kind, {**details, "stated": what.stated}, {"reason": what.reason})


def _deadline(what: e.DeadlineGiven) -> Told:
    details = {"clock": what.clock, "due": what.due, "by": what.by, "who": what.who}
    return Told("deadline.given", details, {"reason": what.why})


def _task(what: e.PortalTaskGiven) -> Told:
    details = {"task": what.key, "kind": what.kind, "word": what.word, "url": what.url, "who": what.who}
    return Told("portal_task.given", details, {"what": what.what, "step": what.step, "text": what.text})


def _evidence(how: str) -> Callable[[Any], Told]:
    return lambda what: Told("evidence.changed", {"kind": what.kind, "how": how, "who": what.who})


def _of(kind: str, *names: str, texts: tuple[str, ...] = (), **renamed: str) -> Callable[[Any], Told]:
    """Words that are the event's own fields, some under another name."""
    shown = {name: name for name in names} | renamed
    return lambda what: Told(
        kind,
        {name: getattr(what, own) for name, own in shown.items()},
        {name: getattr(what, name) for name in texts},
    )


_WORDS: Mapping[type, Callable[[Any], Told]] = {
    e.Opened: _opened,
    e.MessageArrived: _arrived,
    e.MessageRecalled: _of("message.recalled", message="ref"),
    e.Detected: lambda what: Told("case.classified", {"case_type": what.detection.type, "rule": what.detection.rule}),
    e.FactsLearnt: _learnt,
    e.Classified: _of("case.classified", "priority", "who", case_type="type"),
    e.StateChanged: _changed,
    e.OwnerChanged: _of("case.owner_changed", "to", "by", "who", texts=("reason",)),
    e.NoReplyNeeded: _of("case.no_reply_needed", "who", messages="refs", texts=("reason",)),
    e.PromiseMade: _of("promise.made", "due", "who", reply="key"),
    e.DeadlineGiven: _deadline,
    e.OutcomeLearnt: _of("case.outcome", texts=("what",)),
    e.Rated: _of("case.rated", "rating"),
    e.Assigned: _of("case.assigned", "to", "who"),
    e.ReplyQueued: _of("reply.queued", "who", "act", reply="key"),
    e.ReplyDelivered: _delivered,
    e.ReplyStopped: _stopped,
    e.ApprovalWanted: _of("reply.approval_wanted", "rule", "act", reply="key"),
    e.ReplyApproved: _of("reply.approved", "who", "rule", "act", reply="key"),
    e.ReplyEdited: _of("reply.edited", "who", reply="key"),
    e.ReplyBounced: _of("reply.bounced", "report", message="ref", texts=("reason",)),
    e.Merged: _of("case.merged", "into", "who", texts=("reason",)),
    e.Acted: _acted,
    e.PortalTaskGiven: _task,
    e.PortalTaskDone: _of("portal_task.done", "who", "dropped", task="key", texts=("comment",)),
    EvidenceGiven: _evidence("given"),
    EvidenceWaived: _evidence("not_applicable"),
    EvidenceTakenBack: _evidence("taken_back"),
}
