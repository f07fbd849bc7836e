"""What the answers about cases look like; their words are those of hub/as_json.py, and a test holds them together."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

State = Literal["open", "waiting", "closed", "merged"]
Type = Literal["question", "return", "missing_item", "complaint", "delay", "order_change", "unreadable", "unknown"]
Instant = str


class Amount(BaseModel):
    """An amount as text, so that nobody rounds it, in a currency (ISO 4217)."""

    amount: str
    currency: str


class Deadline(BaseModel):
    """By when somebody has to answer, by which rule, and what a miss costs."""

    rule: str
    started_at: Instant
    due: Instant | None
    problem: str
    clock: str
    remaining_seconds: int | None
    consequence: str | None
    consequence_at: Instant | None
    at_risk: Amount | None
    risk_unknown: bool


class Customer(BaseModel):
    """Who wrote, as a list shows it."""

    name: str
    email: str


class CaseLine(BaseModel):
    """One case in a list."""

    number: str
    channel: str
    type: Type
    type_raw: str
    state: State
    subject: str
    customer: Customer
    order: str | None
    assignee: str
    opened_at: Instant
    changed_at: Instant
    messages: int
    unreadable: int
    deadline: Deadline | None


class Cases(BaseModel):
    """One page of a list; `next` is the cursor of the next one, null on the last."""

    cases: list[CaseLine]
    next: str | None


class Found(BaseModel):
    """The cases in which every word occurs, the newest first."""

    cases: list[CaseLine]


class Party(BaseModel):
    """A person on a case, as far as the platform tells."""

    name: str
    email: str
    customer_number: str


class OrderLine(BaseModel):
    """One product of an order."""

    title: str
    sku: str
    quantity: int
    price: Amount | None


class Order(BaseModel):
    """The order a case is about; a number out of a mail is a guess until its platform `confirmed` it."""

    number: str
    confirmed: bool
    placed_at: Instant | None
    candidates: list[str]
    value: Amount | None
    lines: list[OrderLine]
    shipments: list[dict[str, Any]]


class File(BaseModel):
    """A file; `digest` is the SHA-256 of its content."""

    name: str
    media_type: str
    size: int
    digest: str


class Message(BaseModel):
    """One thing that was written on a case."""

    ref: str
    author: Literal["customer", "seller", "platform"]
    direction: Literal["inbound", "outbound", "note"]
    sent_at: Instant
    subject: str
    sender: Party
    recipients: list[str]
    text: str
    automatic: bool
    labels: list[str]
    attachments: list[File]
    raw: str
    problem: str
    doubt: str


class Decision(BaseModel):
    """What was decided on the platform, or is said to have been."""

    word: str
    what: str
    item: str
    at: Instant
    by: str
    stated: bool


class Task(BaseModel):
    """What only a person can do on the platform."""

    case: str
    key: str
    kind: str
    what: str
    step: str
    url: str
    text: str
    word: str
    given_at: Instant
    by: str
    done_at: Instant | None
    done_by: str
    comment: str
    dropped: bool


class Exhibit(BaseModel):
    """What a person gave as evidence, or said not to apply."""

    kind: str
    at: Instant
    by: str
    files: list[File]
    text: str
    parcels: list[dict[str, str]]
    not_applicable: bool


class Case(BaseModel):
    """A whole case with its messages; a reply names `last_inbound` as the newest message its writer saw."""

    number: str
    channel: str
    ref: str
    type: Type
    type_raw: str
    type_told: Type
    detected: dict[str, Any] | None
    state: State
    state_raw: str
    subject: str
    customer: Party
    order: Order | None
    assignee: str
    opened_at: Instant
    changed_at: Instant
    closed_at: Instant | None
    url: str
    linked: list[str]
    merged_into: str | None
    deadline: Deadline | None
    last_inbound: str | None
    decisions: list[Decision]
    tasks: list[Task]
    evidence: list[Exhibit]
    messages: list[Message]


class Messages(BaseModel):
    """The conversation, oldest first."""

    messages: list[Message]


class Attached(File):
    """A file of a message, and whether its content is kept here."""

    message: str
    kept: bool


class Attachments(BaseModel):
    """Every file of a case, in the order of its messages."""

    attachments: list[Attached]


class Event(BaseModel):
    """One thing that happened to a case; messages are named by their refs."""

    event: str
    at: Instant
    seen_at: Instant
    data: dict[str, Any]


class History(BaseModel):
    """Everything that happened to a case, in the order in which it was learnt."""

    events: list[Event]


class PlacedEvent(Event):
    """An event with its case, and its place among all events."""

    place: int
    case: str
    channel: str


class Events(BaseModel):
    """The events after a place; `after` is where to go on."""

    events: list[PlacedEvent]
    after: int


class Explained(BaseModel):
    """Why a case is due when it is: the policy, the rule and why not the others, and every clock with its trace."""

    case: str
    policy: dict[str, Any]
    rule: dict[str, Any]
    tests: list[dict[str, Any]]
    owner: str
    outcomes: list[dict[str, Any]]
    remarks: list[str]
    clocks: list[dict[str, Any]]
