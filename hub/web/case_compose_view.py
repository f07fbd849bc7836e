"""The reply box as it stands: what was written, what its writer had seen, and what stands against it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.acting import seen_of
from hub.addressing import waiting_of
from hub.core.approval import rule_for
from hub.core.attachments import Attachment
from hub.core.model import Message
from hub.core.outbox import Reply
from hub.core.text_checks import length
from hub.core.text_rules import Finding, Limit
from hub.errors import HubError
from hub.templates.model import Template
from hub.web.case_view import CaseView


@dataclass(frozen=True, slots=True)
class Picked:
    """A template that was picked: its text as far as it could be filled in, or what it lacks."""

    template: Template | None = None
    language: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    why: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Compose:
    """What stands in the reply box, and what a person is asked before it is sent.

    `after` and `seen_at` say which conversation its writer had before him, `known` which replies were on their way
    then. `client_key` lets one letter be sent once, however often its form is.
    """

    text: str
    after: str
    seen_at: datetime
    known: tuple[str, ...]
    client_key: str
    then_close: bool = False
    send_at: str = ""
    label: bool = False
    previewed: bool = False
    accepted: Sequence[str] = ()
    files: tuple[Attachment, ...] = ()
    findings: Sequence[Finding] = ()
    grown: Message | None = None
    collisions: Sequence[Reply] = ()
    warnings: Sequence[str] = ()
    preview: bool = False
    error: str = ""
    approval: str = ""
    picked: Picked = Picked()

    @property
    def asks(self) -> bool:
        """Whether its writer has something to look at before it goes."""
        return bool(self.grown or self.collisions or self.preview or self.error)


def composed(view: CaseView, text: str | None = None) -> Compose:
    """The box as it is opened: with what its writer has typed before."""
    here = view.here
    fresh = Compose(
        view.draft if text is None else text,
        seen_of(view.case),
        here.now,
        tuple(reply.key for reply in waiting_of(view.replies)),
        secrets.token_hex(12),
    )
    return replace(fresh, approval=approval_of(view, fresh.text))


def approval_of(view: CaseView, text: str) -> str:
    """The rule by which a second person has to agree to a reply, if there is one."""
    here, case = view.here, view.case
    letter = Reply("", case.number, case.channel, text, here.now, by=here.person.name)
    rule = rule_for(here.desk.rules, letter, case)
    return rule.name if rule is not None else ""


def limit_of(view: CaseView) -> Limit | None:
    """How long a reply may be; None also where the plugin breaks at saying so, which its findings tell."""
    try:
        return view.reach.longest_text(view.case)
    except HubError:
        return None


def letters_left(limit: Limit | None, text: str) -> int | None:
    """How many letters may still be written."""
    return None if limit is None else limit.most - length(text, limit.counted)
