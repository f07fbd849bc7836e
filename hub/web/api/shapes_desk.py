"""What the answers about work on cases look like: replies, acts, evidence, templates, channels and people."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.web.api.shapes import Amount, Deadline, File, Instant, State, Task

ReplyState = Literal[
    "queued", "held", "sending", "accepted", "delivered", "uncertain", "rejected", "failed", "cancelled"
]


class Reply(BaseModel):
    """One reply or act on its way; `key` is its name."""

    key: str
    case: str
    channel: str
    state: ReplyState
    hold: Literal["grown", "approval", "person", "channel"] | None
    needs_a_person: bool
    reason: str
    text: str
    attachments: list[File]
    by: str
    after: str
    written_at: Instant
    not_before: Instant | None
    send_at: Instant | None
    attempts: int
    approval: str | None
    approved_by: str | None
    client_key: str | None
    automatic: bool
    promise: Instant | None
    act: dict[str, Any] | None
    until: Instant | None


class Replies(BaseModel):
    """The replies of a case, oldest first."""

    replies: list[Reply]


class Finding(BaseModel):
    """What stands against a text: refused it is not queued, doubted it may be accepted, warned it is only told."""

    rule: str
    weight: Literal["refused", "doubted", "warned"]
    says: str
    platform: str
    source: dict[str, str] | None


class Checked(BaseModel):
    """Whether a text could be queued, and what stands against it."""

    case: str
    ok: bool
    findings: list[Finding]


class Answered(BaseModel):
    """What came of a reply: it is in the outbox, or it is the task of a person where no program can send it.

    `closing` is the task to close the case in a portal. `findings` did not keep it from being queued.
    """

    reply: Reply | None
    task: Task | None
    closing: Task | None
    findings: list[Finding]


class Waiting(Reply):
    """A reply in the outbox, and whether it waits for longer than it should."""

    overdue: bool


class Stop(BaseModel):
    """That somebody stopped the sending on a channel, or (null) on all."""

    channel: str | None
    by: str
    at: Instant
    why: str


class Outbox(BaseModel):
    """What is not settled yet, and what is stopped."""

    replies: list[Waiting]
    stopped: list[Stop]


class Acted(BaseModel):
    """How a case stands after an act, and what now waits for the platform or for a person."""

    case: str
    state: State
    assignee: str
    queued: Reply | None
    task: Task | None


class Standing(BaseModel):
    """How a case stands after an act that is done here."""

    case: str
    state: State
    assignee: str
    deadline: Deadline | None


class Cost(BaseModel):
    """What an act costs; the amount is null where nobody told what the order was worth."""

    amount: Amount | None
    at_most: bool


class Offer(BaseModel):
    """What the platform takes for a case as it stands; what moves money or cannot be undone has to be confirmed."""

    kind: str
    word: str
    title: str
    effect: str
    item: str
    needs: list[Literal["message", "percent", "quantity", "tracking", "evidence"]]
    most: int | None
    moves_money: bool
    irreversible: bool
    cost: Cost | None
    evidence: dict[str, Any] | None


class Offers(BaseModel):
    """What may be decided, or what a person does in the portal instead, and the goodwill that is suggested."""

    case: str
    offers: list[Offer]
    portal_step: str | None
    goodwill: dict[str, Any] | None


class Tasks(BaseModel):
    """What only a person can do on the platforms, oldest first."""

    tasks: list[Task]


class TasksLeft(BaseModel):
    """How a case stands, and the tasks that are left in it."""

    case: str
    state: State
    tasks: list[Task]


class Evidence(BaseModel):
    """Every kind of evidence of a case, and the checklists of the acts that want some."""

    case: str
    evidence: list[dict[str, Any]]
    checklists: list[dict[str, Any]]


class Template(BaseModel):
    """A template for replies."""

    name: str
    title: str
    what_for: str
    types: list[str]
    stage: str | None
    languages: list[str]
    origin: str
    problems: list[str]


class Templates(BaseModel):
    """The templates, or those that fit a case."""

    templates: list[Template]


class WholeTemplate(Template):
    """A template with its texts and with what it asks for."""

    values: list[dict[str, Any]]
    texts: dict[str, str]


class Rendered(BaseModel):
    """The text that a template gives for a case; `refused` says why the platform would not take it."""

    template: str
    case: str
    language: str
    why: str
    text: str
    filled: dict[str, str]
    refused: str | None


class Channel(BaseModel):
    """One channel: how it is doing, what a program can do by it, and what a person does in its portal."""

    name: str
    adapter: str
    title: str
    enabled: bool
    capabilities: list[str]
    portal_steps: dict[str, str]
    health: dict[str, Any] | None


class Channels(BaseModel):
    """The channels in the order of hub.toml."""

    channels: list[Channel]


class Scores(BaseModel):
    """The platforms' own measures, counted here and as they are reported."""

    channels: list[dict[str, Any]]


class Statistics(BaseModel):
    """Figures over a range of days, a table each; docs/overview.md tells what stands in their columns."""

    model_config = ConfigDict(extra="allow")

    first: str = Field(alias="from")
    to: str
    timezone: str
    grain: str
    channel: str | None
    as_of: str


class Status(BaseModel):
    """How many cases there are in each state, and whether every channel is well."""

    ok: bool
    cases: dict[str, int]


class Me(BaseModel):
    """Who asks, and what they may do by this token or session."""

    name: str
    full_name: str
    role: Literal["agent", "lead", "admin"]
    permissions: list[Literal["see", "work", "lead", "manage"]]


class Person(BaseModel):
    """Somebody who works here, as a case may be given to them."""

    name: str
    full_name: str
    role: Literal["agent", "lead", "admin"]
    active: bool
    takes_cases: bool


class People(BaseModel):
    """Everybody, by name."""

    people: list[Person]
