"""`casehub show`: a case with its conversation, its deadline and its replies."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, known_case
from hub.cli.drafts import writing_now
from hub.core.model import Case, CaseType, Message
from hub.core.outbox import SETTLED
from hub.errors import HubError, NotFound, Refused
from hub.opening import case_to_read, tell_read

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.goodwill import Suggestion


@click.command(short_help="Show a case with its conversation.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--full", is_flag=True, help="Show quoted text too instead of folding it.")
@click.option("--html", is_flag=True, help="Show the cleaned HTML of messages that have one, instead of their text.")
@click.option("--history", is_flag=True, help="List everything that happened to the case, and why.")
@click.option("--raw", metavar="MESSAGE", help="Write the original of one message, named by its place or ref.")
@click.option("--save", "folder", metavar="FOLDER", type=click.Path(path_type=Path), help="Save files and originals.")
@json_option
@with_hub
def show(
    hub: Hub,
    number: str,
    full: bool,
    html: bool,
    history: bool,
    raw: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show a case: who wants what, until when, what its platform takes, the conversation oldest first, what is left to
    do in a portal, and the replies on their way.

    --save writes all attachments and originals into a folder and never overwrites a file there.

    With --json: {"case": {"number", "state", "customer", "order", "deadline", "last_inbound", "decisions": [...],
    "tasks": [...], "evidence": [...], "messages": [...], ...},
    "replies": [...], "goodwill": a suggestion or null, "events": [...] (with --history)}; with --save:
    {"saved": [paths]}.

    Example: casehub show CH-1042 --history
    """
    known_case(hub, number)
    case = case_to_read(hub, number)
    if raw is not None:
        _write_raw(hub, _message_named(case, raw), raw)
    elif folder is not None:
        _save(hub, case, folder, as_json=as_json)
    elif as_json:
        _print_json(hub, case, history=history)
    else:
        _print_case(hub, number, case, full=full, html=html, history=history)


def rule_title(hub: Hub, case: Case) -> str:
    """The title of the rule that a case falls under."""
    chosen, rule = hub.book.chosen(case).policy, hub.evaluate(case).rule
    return next(known.title for known in chosen.rules if known.id == rule)


def _message_named(case: Case, name: str) -> Message:
    place = int(name) if name.isascii() and name.isdigit() else 0
    if 1 <= place <= len(case.messages):
        return case.messages[place - 1]
    for message in case.messages:
        if message.ref == name:
            return message
    raise NotFound(f"{case.number} has no message {name!r}; its messages are 1 to {len(case.messages)}.")


def _write_raw(hub: Hub, message: Message, name: str) -> None:
    from hub.cli.safe_text import clean

    if not message.raw:
        raise Refused(f"Message {name} has no kept original; only what came from outside has one.")
    content = hub.store.content(message.raw)
    # A file gets the bytes as they came; a terminal must not obey them.
    click.echo(clean(content.decode(errors="replace")) if sys.stdout.isatty() else content, nl=False)


def _save(hub: Hub, case: Case, folder: Path, *, as_json: bool) -> None:
    from hub.cli.saving import save_files

    saved = save_files(case, folder, hub.store.content)
    if as_json:
        echo_json({"saved": [str(path) for path in saved]})
    elif not saved:
        click.echo(f"{case.number} has neither attachments nor originals.")
    for path in () if as_json else saved:
        click.echo(path)


def _print_json(hub: Hub, case: Case, *, history: bool) -> None:
    from hub.as_json import case_json, events_json, goodwill_json, reply_json

    replies = [reply_json(reply) for reply in hub.store.replies(case_number=case.number) if not reply.is_quiet]
    goodwill = _on_platform(hub, case).goodwill
    shown: dict[str, object] = {
        "case": case_json(case, hub.deadline_of(case)),
        "replies": replies,
        "writing": writing_now(hub, case),
        "goodwill": None if goodwill is None else goodwill_json(goodwill),
    }
    if history:
        shown["events"] = events_json(hub.store.history(case.number))
    echo_json(shown)


def _print_case(hub: Hub, number: str, case: Case, *, full: bool, html: bool, history: bool) -> None:
    from hub.cli.case_text import CaseText

    if case.number != number:
        click.echo(f"{number} went on as {case.number}, which is shown here.")
    screen = console()
    text = CaseText(hub.clock.now(), hub.settings.office.timezone, full=full, html=html)
    replies = [
        reply
        for reply in hub.store.replies(case_number=case.number)
        if reply.state not in SETTLED and not reply.is_quiet
    ]
    there = _on_platform(hub, case)
    more = {
        "Writing": "; ".join(writing_now(hub, case)),
        "Offers": there.offers,
        "Evidence": there.gaps,
        "Goodwill": _goodwill(there.goodwill),
    }
    parts = [
        text.head(case, hub.deadline_of(case), rule_title(hub, case), more),
        *_hints(hub, case),
        *text.messages(case),
        *text.tasks(case),
        *text.replies(replies),
    ]
    if history:
        parts.append(text.history(hub.store.history(case.number)))
    for part in parts:
        screen.print(part)
    tell_read(hub, case)


def _hints(hub: Hub, case: Case) -> list[str]:
    """What a return can be answered with at once: the sooner its customer has the label, the better."""
    from hub.adapter import Capability
    from hub.reaching import adapter_of
    from hub.return_labels import has_return_label

    info = adapter_of(hub, case.channel)
    takes_files = info is not None and {Capability.REPLY, Capability.ATTACH} <= info.adapter.capabilities
    if case.type is not CaseType.RETURN or not (case.is_open and takes_files and has_return_label(hub, case.channel)):
        return []
    return [f"`casehub reply {case.number} --label` sends the return label along."]


@dataclass(frozen=True, slots=True)
class _OnPlatform:
    """What may be done on the platform of a case: in short, which of it lacks evidence, and what is suggested."""

    offers: str = ""
    gaps: str = ""
    goodwill: Suggestion | None = None


def _on_platform(hub: Hub, case: Case) -> _OnPlatform:
    """What may be done on the platform; a plugin that breaks at it keeps nobody from reading."""
    from hub.cli.evidence_text import gaps_in_short
    from hub.core.evidence import checklist
    from hub.goodwill import suggested
    from hub.reaching import reach_of
    from hub.runs.reach import offers_in_short

    try:
        reach = reach_of(hub, case)
        offers = reach.offers(case)
        short = offers_in_short(offers)
        wanting = reach.wanting(case, offers) if case.is_open else ()
    except HubError as error:
        return _OnPlatform(f"unknown: {error}")
    return _OnPlatform(
        f"{short}; `casehub decide {case.number}` tells more" if short else "",
        gaps_in_short(case, [checklist(case, offer) for offer in wanting]),
        suggested(hub, case, offers),
    )


def _goodwill(found: Suggestion | None) -> str:
    return "" if found is None else str(found).removeprefix("Goodwill: ")
