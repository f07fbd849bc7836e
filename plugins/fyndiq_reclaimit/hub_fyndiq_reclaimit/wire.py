"""Between the payloads of the errand contract (docs/fyndiq.md) and the hub's own data; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub import (
    STANDS_IN,
    Act,
    Attachment,
    Author,
    CaseState,
    CaseType,
    CaseUpdate,
    Direction,
    Figure,
    Incoming,
    Message,
    Misunderstood,
    Order,
    OrderLine,
    OwnEcho,
    Owner,
    Party,
)
from hub.core.plain_text import one_line
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.errand import Errand, ThreadMessage
from hub_fyndiq_reclaimit.money import decimal_of, gross_of
from hub_fyndiq_reclaimit.payload import an_object, instant, part, text, texts, word
from hub_fyndiq_reclaimit.references import REPLY, STATUS, TEXT, OwnReference, References

_FIRST, _NEXT = "first_response", "next_response"


def to_incoming(
    errand: Errand, thread: Sequence[ThreadMessage], kept: Mapping[str, Attachment], references: References
) -> list[Incoming]:
    """What the hub takes in of an errand: what stands in it, and each reply of ours that is met again.

    `kept` has the files that were fetched, by their id; one that is missing there is told of in its message.
    """
    messages = [_opening(errand)]
    echoes: list[Incoming] = []
    own = {message.id: references.read(message.client_reference) for message in thread}
    decided = {known.key for known in own.values() if known is not None and known.part == STATUS}
    for message in thread:
        known = own[message.id]
        if known is not None and _is_all(known, decided):
            echoes.append(OwnEcho(known.key, known.case_number, message.sent_at, f"{errand.ref}:{message.id}"))
        else:
            messages.append(_message(message, errand, kept))
    return [case_update(errand, tuple(messages)), *echoes]


def _is_all(own: OwnReference, decided: set[str]) -> bool:
    """Whether a message proves that a reply of ours was delivered.

    A text that goes before a decision proves nothing as long as the decision is not there: the platform may refuse it.
    """
    return own.part == REPLY or (own.part == TEXT and own.key in decided)


def _opening(errand: Errand) -> Message:
    """What the customer wrote when he opened the errand; where he wrote nothing, a note that stands for it."""
    stands_in = errand.fields.get("description") is None
    reason, written = word(errand.fields, "reason"), text(errand.fields, "description")
    return Message(
        ref=f"{errand.ref}:description",
        author=Author.PLATFORM if stands_in else Author.CUSTOMER,
        direction=Direction.INBOUND,
        sent_at=errand.created_at,
        text=f"The customer opened this errand without a text: {_about(errand)}." if stands_in else written,
        subject=_about(errand),
        sender=Party() if stands_in else _customer(errand),
        automatic=stands_in,
        labels=(STANDS_IN,) if stands_in else (),
        extra={"reason": reason} if reason else {},
    )


def _message(message: ThreadMessage, errand: Errand, kept: Mapping[str, Attachment]) -> Message:
    missing = [file.name for file in message.files if file.id not in kept]
    note = "".join(f"\n\n[{name} could not be fetched: open the errand in Reclaimit to see it]" for name in missing)
    from_customer = message.author is Author.CUSTOMER
    return Message(
        ref=f"{errand.ref}:{message.id}",
        author=message.author,
        direction=message.direction,
        sent_at=message.sent_at,
        text=(message.text + note).strip(),
        sender=_customer(errand) if from_customer else Party(),
        automatic=message.automatic,
        labels=("platform_note",) if message.author is Author.PLATFORM else (),
        attachments=tuple(kept[file.id] for file in message.files if file.id in kept),
        thread_keys=(message.id,),
    )


def case_update(errand: Errand, messages: tuple[Message, ...]) -> CaseUpdate:
    """An errand as the hub takes it in."""
    fields = errand.fields
    what = f"errand {errand.id}"
    type_raw = word(fields, "issue_type")
    state_at = _state_at(errand, what)
    owner, owner_at = _owner(errand, state_at, what)
    outcome, rating = word(fields, "outcome"), word(fields, "rating")
    return CaseUpdate(
        ref=errand.ref,
        opened_at=errand.created_at,
        messages=messages,
        subject=_about(errand),
        type=words.TYPES.get(type_raw, CaseType.UNKNOWN),
        type_raw=type_raw,
        # A state of a later version counts as open: its clocks run, and its word is shown.
        state=words.STATES.get(errand.state, CaseState.OPEN),
        state_raw=words.state_word(errand.state, errand.status),
        state_at=state_at,
        customer=_customer(errand),
        order=_order(errand),
        url=_url(errand),
        market=word(fields, "market"),
        marketplace=errand.marketplace,
        owner=owner,
        owner_at=owner_at,
        deadlines={_clock_now(errand): instant(fields, "respond_by", what)},
        outcome=words.OUTCOMES.get(outcome, outcome) or None,
        outcome_at=(instant(fields, "outcome_at", what) or errand.updated_at) if outcome else None,
        rating=words.RATINGS.get(rating, rating) or None,
        rated_at=(instant(fields, "rated_at", what) or errand.updated_at) if rating else None,
    )


def _state_at(errand: Errand, what: str) -> datetime:
    """Since when an errand stands where it stands; an open one since it was last opened, so never by a reply."""
    opened = instant(errand.fields, "opened_at", what) if errand.state == "OPEN" else None
    since = instant(errand.fields, "state_since", what) or opened
    return since or (errand.created_at if errand.state == "OPEN" else errand.updated_at)


def _owner(errand: Errand, state_at: datetime, what: str) -> tuple[Owner | None, datetime | None]:
    """Who has to deal with it, told only of an errand that the marketplace has or has had."""
    if errand.state == words.ESCALATED:
        return Owner.PLATFORM, instant(errand.fields, "escalated_at", what) or state_at
    if instant(errand.fields, "escalated_at", what) is not None:
        return Owner.SELLER, state_at
    return None, None


def _clock_now(errand: Errand) -> str:
    """The clock that runs: the platform has one for a first answer, and one for all that follow."""
    phase = word(errand.fields, "phase")
    if phase in ("NEW", "ONGOING"):
        return _FIRST if phase == "NEW" else _NEXT
    return _NEXT if errand.fields.get("first_reply_at") else _FIRST


def _about(errand: Errand) -> str:
    type_raw, reason = word(errand.fields, "issue_type"), word(errand.fields, "reason")
    title = one_line(text(part(errand.fields, "article"), "title"))
    kind = words.TYPE_TITLES.get(type_raw, type_raw) or "Errand"
    said = f"{kind}: {title}" if title else f"{kind} {errand.id}"
    return f"{said} ({words.REASONS.get(reason, reason)})" if reason else said


def _customer(errand: Errand) -> Party:
    customer = part(errand.fields, "customer")
    return Party(
        name=one_line(text(customer, "name") or text(customer, "full_name")),
        email=one_line(text(customer, "email")),
        customer_number=one_line(text(customer, "customer_number")),
    )


def _order(errand: Errand) -> Order | None:
    """The order, or several by all their numbers: of these no single one may be looked up for its value."""
    numbers = texts(errand.fields, "order_ids") or texts(errand.fields, "legacy_order_ids")
    if not numbers:
        return None
    value = gross_of(errand.fields.get("order_value"))
    article = part(errand.fields, "article")
    title = one_line(text(article, "title"))
    quantity = decimal_of(article.get("quantity"))
    line = OrderLine(title, one_line(text(article, "sku")), int(quantity or 1), value)
    return Order(", ".join(map(one_line, numbers)), (line,) if title else (), value)


def _url(errand: Errand) -> str | None:
    told = text(errand.fields, "url")
    return told if told.startswith("https://") and not any(c.isspace() for c in told) else None


def figure(payload: Any) -> Figure | None:
    """The thumbs of a month as the platform counts them, under the name that the policies ask for."""
    fields = an_object(payload, "the satisfaction of a month")
    up, down = (decimal_of(fields.get(name)) for name in ("thumbs_up", "thumbs_down"))
    month = word(fields, "month")
    if up is None or down is None or not month:
        raise Misunderstood("the satisfaction of a month has no thumbs or no month")
    return Figure("CSS", month, numerator=int(up), denominator=int(up + down))


def message_body(body: str, attachment_ids: Iterable[str], reference: str) -> dict[str, Any]:
    """What is sent to write to the customer."""
    return {"body_text": body, "attachment_ids": list(attachment_ids), "client_reference": reference}


def status_body(status: str, act: Act, evidence_ids: Iterable[str], reference: str) -> dict[str, Any]:
    """What is sent to decide."""
    body: dict[str, Any] = {"status": status, "client_reference": reference}
    if act.percent is not None:
        body["deduction_percent"] = act.percent
    if act.tracking:
        body["tracking_information"] = [
            {"carrier_name": parcel.carrier, "tracking_number": parcel.number} for parcel in act.tracking
        ]
    if evidence := list(evidence_ids):
        body["evidence_attachment_ids"] = evidence
    return body


def words_of_refusal(payload: Any) -> str:
    """The platform's own words for a refusal, with what it says of each field."""
    if not isinstance(payload, Mapping):
        return ""
    said = [one_line(text(payload, "description"))]
    for name, problems in part(payload, "errors").items():
        listed = problems if isinstance(problems, list) else [problems]
        said += [f"{one_line(str(name))}: {one_line(str(problem))}" for problem in listed]
    return "; ".join(filter(None, said))[:500]
