"""What stands against a reply: what its platforms do not accept, and what a good reply would have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hub.adapter import Adapter, Capability
from hub.core.model import Case, CaseType
from hub.core.outbox import Reply
from hub.core.soft_checks import SoftChecks, soft_findings
from hub.core.text_checks import check_files, check_text
from hub.core.text_rules import NOT_TAKEN, OF_PLATFORM, Finding, TextRules, Weight
from hub.errors import HubError, Misunderstood
from hub.runs.channel import explain

_WEIGHTS = {SoftChecks.WARN: Weight.WARNED, SoftChecks.REFUSE: Weight.DOUBTED}


@dataclass(frozen=True, slots=True)
class Asked:
    """A platform whose rules hold for a reply; `settings` gives those of the channel, or None where it has none."""

    adapter: Adapter
    settings: Callable[[], object]


def findings_of(
    reply: Reply, case: Case, sender: Asked | None, platforms: Sequence[Asked], soft: SoftChecks, *, in_portal: bool
) -> tuple[Finding, ...]:
    """Everything that stands against a reply; `sender` is whose program sends it, if one does."""
    found: list[Finding] = []
    if sender is not None:
        found += _against_sending(reply, case, sender)
    for asked in platforms:
        rules = rules_of(asked, case)
        if rules is not None:
            found += [replace(one, platform=asked.adapter.title) for one in _broken(reply, rules, in_portal=in_portal)]
    if soft is not SoftChecks.OFF and reply.writes_to_the_customer:
        expected = case.type is not CaseType.QUESTION or case.order is not None
        found += soft_findings(reply.text, time_expected=expected, weight=_WEIGHTS[soft])
    return tuple(found)


def _broken(reply: Reply, rules: TextRules, *, in_portal: bool) -> Iterator[Finding]:
    if reply.writes_to_the_customer:
        yield from check_text(reply.text, rules, in_portal=in_portal)
    evidence = reply.act.evidence if reply.act is not None else ()
    yield from check_files((*reply.attachments, *evidence), rules)


def _against_sending(reply: Reply, case: Case, sender: Asked) -> Iterator[Finding]:
    title = sender.adapter.title
    if reply.attachments and Capability.ATTACH not in sender.adapter.capabilities:
        says = f"{title} takes no files from a program; send it without, or with a link"
        yield Finding(NOT_TAKEN, says, Weight.REFUSED, platform=title)
    for problem in _problems_of(reply, case, sender):
        yield Finding(OF_PLATFORM, problem.rstrip("."), Weight.REFUSED, platform=title)


def _problems_of(reply: Reply, case: Case, sender: Asked) -> list[str]:
    if type(sender.adapter).problems_with is Adapter.problems_with:
        return []
    settings = sender.settings()
    try:
        return [str(problem) for problem in sender.adapter.problems_with(reply, case, settings)]
    except HubError:
        raise
    except Exception as error:  # a plugin may fail in any way it likes
        raise Misunderstood(explain(error).text) from error


def rules_of(asked: Asked, case: Case) -> TextRules | None:
    """What a platform accepts as a reply to a case; Misunderstood if the plugin breaks at it."""
    if type(asked.adapter).text_rules is Adapter.text_rules:
        return None
    settings = asked.settings()
    try:
        rules: object = asked.adapter.text_rules(case, settings)
    except HubError:
        raise
    except Exception as error:  # the same
        raise Misunderstood(explain(error).text) from error
    if rules is None or isinstance(rules, TextRules):
        return rules
    raise Misunderstood(f"{asked.adapter.title} tells no TextRules of {case.number} but {type(rules).__name__}")
