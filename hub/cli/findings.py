"""What stands against a reply, for people and for programs, and the option that accepts a doubt."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hub.cli.common import echo_json
from hub.cli.safe_text import one_line

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Attachment, Case
    from hub.core.outbox import Reply
    from hub.core.text_rules import Finding
    from hub.runs.reach import Reach

Command = TypeVar("Command", bound=Callable[..., Any])


def accept_option(command: Command) -> Command:
    """Give the command `accepted`: the rules that a guess decides and the person does not mind."""
    told = "Queue it although this rule, which a guess decides, stands against it."
    return click.option("--accept", "accepted", multiple=True, metavar="RULE", callback=_known, help=told)(command)


def findings_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Each finding with its rule, its platform and its source, the heaviest first: ✗ refused, ? doubted, ! warned."""
    from hub.core.text_rules import Weight

    signs = {Weight.REFUSED: "✗", Weight.DOUBTED: "?", Weight.WARNED: "!"}
    for weight, sign in signs.items():
        for finding in findings:
            if finding.weight is weight:
                yield f"{sign} {finding.rule}: {one_line(finding.says)}."
                whose = [finding.platform, str(finding.source or "")]
                if any(whose):
                    yield f"    {one_line(': '.join(filter(None, whose)))}"


def tell_findings(findings: Sequence[Finding]) -> None:
    """Say on standard error what does not keep a reply from being queued."""
    for line in findings_lines(findings):
        click.echo(line, err=True)


def check_only(
    hub: Hub, reach: Reach, case: Case, text: str, paths: Sequence[Path], accepted: Collection[str], *, as_json: bool
) -> None:
    """Tell what stands against a text and its files, and keep nothing; exit code 1 where it would not be queued."""
    from hub.acts_json import findings_json
    from hub.core.text_rules import stands_against
    from hub.errors import Refused

    if not text.strip():
        raise Refused("There is no text to check; give it with -m or on standard input.")
    found = reach.findings(unsent(hub, case, text, files_told(paths)), case)
    against = stands_against(found, accepted)
    if as_json:
        echo_json({"case": case.number, "ok": not against, "findings": findings_json(found)})
    else:
        for line in findings_lines(found) if found else ("Nothing stands against it.",):
            click.echo(line)
    if against:
        sys.exit(1)


def unsent(hub: Hub, case: Case, text: str, files: tuple[Attachment, ...]) -> Reply:
    """A reply as it would be queued now."""
    from hub import answering

    return answering.unsent(hub, case, text, files)


def files_told(paths: Sequence[Path], *, in_portal: bool = False) -> tuple[Attachment, ...]:
    """Files as they are seen from outside, their contents not kept; with `in_portal` one may lie somewhere else."""
    import mimetypes

    from hub.core.model import Attachment
    from hub.errors import Refused

    missing = [path for path in paths if not path.is_file()]
    if missing and not in_portal:
        raise Refused(f"There is no file {missing[0]} to attach; check its name.")
    there = [(path, mimetypes.guess_type(path.name)[0]) for path in paths if path not in missing]
    return tuple(
        Attachment(path.name, kind or "application/octet-stream", path.stat().st_size, "") for path, kind in there
    )


def _known(context: click.Context, parameter: click.Parameter, given: Sequence[str]) -> frozenset[str]:
    from difflib import get_close_matches

    from hub.core.soft_checks import SOURCES
    from hub.core.text_rules import RULE_IDS

    known = [*RULE_IDS.values(), *SOURCES]
    for rule in given:
        if rule not in known:
            near = get_close_matches(rule, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}."
            raise click.BadParameter(f"there is no rule {rule!r}; {hint}", context, parameter)
    return frozenset(given)
