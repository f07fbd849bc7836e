"""What acts, offers, findings and stops are as JSON, the same for the commands and for the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hub.as_json import goodwill_json, instant, offer_json, reply_json, task_json

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.core.portal import PortalTask
    from hub.core.stopping import Stop
    from hub.core.text_rules import Finding
    from hub.runs.reach import Reach

Json = dict[str, Any]


def acted_json(case: Case, reply: Reply | None = None, task: PortalTask | None = None) -> Json:
    """How a case stands, and what now waits for the platform or for a person."""
    return {
        "case": case.number,
        "state": case.state.value,
        "assignee": case.assignee,
        "queued": None if reply is None else reply_json(reply),
        "task": None if task is None else task_json(case, task),
    }


def offers_json(hub: Hub, case: Case, reach: Reach) -> Json:
    """What the platform of a case takes, or what a person does in the portal instead, and the goodwill suggested."""
    from hub.adapter import Capability  # noqa: PLC0415  only who asks for offers waits for it
    from hub.goodwill import suggested  # noqa: PLC0415  the same

    offers = reach.offers(case)
    goodwill = suggested(hub, case, offers)
    step = "" if reach.can(Capability.DECIDE, case) else reach.step(Capability.DECIDE)
    return {
        "case": case.number,
        "offers": [offer_json(case, offer) for offer in offers],
        "portal_step": step or None,
        "goodwill": None if goodwill is None else goodwill_json(goodwill),
    }


def findings_json(findings: Sequence[Finding]) -> list[Json]:
    """What stands against a text: each rule with its weight and its source."""
    return [
        {
            "rule": finding.rule,
            "weight": finding.weight.value,
            "says": finding.says,
            "platform": finding.platform,
            "source": finding.source and {"where": finding.source.where, "mark": finding.source.mark.value},
        }
        for finding in findings
    ]


def stop_json(stop: Stop) -> Json:
    """A stop of the sending."""
    return {"channel": stop.channel or None, "by": stop.who, "at": instant(stop.at), "why": stop.why}
