"""`casehub evidence`: what stands behind a rejection or a hand-over, what is missing, and all of it as a bundle."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.acting import parcel_of
from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, known_case, who_option
from hub.core.evidence import Checklist, checklist
from hub.core.exhibits import EvidenceKind

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.evidence_bundle import Bundle
    from hub.runs.proving import Given
    from hub.runs.reach import Reach

_KINDS = ", ".join(EvidenceKind)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a person gives, waives and takes back in one go, as it was typed."""

    add: Sequence[str]
    say: Sequence[str]
    tracking: Sequence[str]
    waived: Sequence[str]
    taken_back: Sequence[str]
    why: str

    def __bool__(self) -> bool:
        return any((self.add, self.say, self.tracking, self.waived, self.taken_back))


@click.command(short_help="Show, give and export what stands behind a decision.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--for", "word", metavar="WORD", help="For this decision only, or hand_over; 1 is returned for a gap.")
@click.option("--add", multiple=True, metavar="KIND=FILE", help="Give a file as evidence.")
@click.option("--say", multiple=True, metavar="KIND=TEXT", help="Say what stands for it, such as which solution.")
@click.option("--tracking", multiple=True, metavar="CARRIER:NUMBER", help="Give a parcel's carrier and number.")
@click.option("--not-applicable", "waived", multiple=True, metavar="KIND", help="There can be none here; -m says why.")
@click.option(
    "--take-back", "taken_back", multiple=True, metavar="KIND", help="Take back what was given or said of it."
)
@click.option("-m", "--message", "why", default="", help="Why a kind of evidence does not apply.")
@click.option(
    "--export", "target", metavar="FOLDER|FILE.zip", type=click.Path(path_type=Path), help="Write it all as a bundle."
)
@click.option("--with-notes", is_flag=True, help="Internal notes go into the bundle too.")
@who_option
@json_option
@with_hub
def evidence(
    hub: Hub,
    number: str,
    word: str | None,
    add: Sequence[str],
    say: Sequence[str],
    tracking: Sequence[str],
    waived: Sequence[str],
    taken_back: Sequence[str],
    why: str,
    target: Path | None,
    with_notes: bool,
    who: str | None,
    as_json: bool,
) -> None:
    """Show the evidence of a case: order, dispatch_proof, tracking, delivery_proof, photos, conversation and
    solution_offered, each as present, missing or not applicable; and what each decision or hand-over wants of it.

    What the case holds counts by itself. A person gives the rest, or says that a kind does not apply, and why. A
    rejection or a hand-over with a gap in what is required is refused.

    --export writes a bundle that stands by itself: index.html to read and print, case.json for programs, and every
    file. Nothing is overwritten.

    With --json: {"case", "evidence": [{"kind", "required", "presence", "why", "source", "mark", "reading", "stands"}],
    "checklists": [{"for", "gaps", "items"}]}; with --export also {"exported", "files", "problems"}.

    Example: casehub evidence CH-1042 --add photos=box.jpg --say solution_offered="new lamp offered on 3 March"
    """
    from hub.evidence_wanted import meant_offers
    from hub.opening import case_to_read
    from hub.reaching import reach_of

    known_case(hub, number)
    case = case_to_read(hub, number)
    reach = reach_of(hub, case)
    meant = meant_offers(reach, case, word)
    if said := _Said(add, say, tracking, waived, taken_back, why):
        _keep(hub, number, said, who)
        case = case_to_read(hub, number)
    lists = [checklist(case, offer) for offer in meant] or [checklist(case)]
    bundle = None if target is None else _export(hub, reach, case, lists, target, with_notes=with_notes)
    if as_json:
        echo_json(_as_json(case, lists, bundle))
    else:
        _print(case, lists, bundle)
    if word is not None and bundle is None and any(one.gaps for one in lists):
        sys.exit(1)


def _keep(hub: Hub, number: str, said: _Said, who: str | None) -> None:
    from hub.runs.proving import Waived, keep_evidence

    waived = [Waived(_kind(text), said.why) for text in said.waived]
    taken_back = [_kind(text) for text in said.taken_back]
    keep_evidence(desk_of(hub, who), number, list(_given(hub, said)), waived, taken_back)


def _given(hub: Hub, said: _Said) -> Iterator[Given]:
    from hub.runs.desk import keep_files
    from hub.runs.proving import Given

    files = [_named(text, "FILE") for text in said.add]
    texts = [_named(text, "TEXT") for text in said.say]
    kept = keep_files(hub.store, [Path(path) for _, path in files])
    for kind in dict.fromkeys(kind for kind, _ in files):
        yield Given(kind, tuple(file for (one, _), file in zip(files, kept, strict=True) if one is kind))
    yield from (Given(kind, text=text) for kind, text in texts)
    if said.tracking:
        yield Given(EvidenceKind.TRACKING, parcels=tuple(map(parcel_of, said.tracking)))


def _named(text: str, what: str) -> tuple[EvidenceKind, str]:
    kind, equals, value = text.partition("=")
    if not equals or not value.strip():
        raise click.BadParameter(f"{text!r} is not written as KIND={what}, such as photos={what}.")
    return _kind(kind), value


def _kind(text: str) -> EvidenceKind:
    try:
        return EvidenceKind(text.strip().lower().replace("-", "_"))
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no kind of evidence; there is {_KINDS}.") from error


def _export(
    hub: Hub, reach: Reach, case: Case, lists: Sequence[Checklist], target: Path, *, with_notes: bool
) -> Bundle:
    from hub.core.events import Acted
    from hub.dossier import Dossier
    from hub.evidence_bundle import write_bundle

    history = hub.store.history(case.number)
    dossier = Dossier(
        case,
        tuple(lists),
        hub.clock.now(),
        hub.settings.office.timezone,
        platform=reach.title,
        deadlines=hub.evaluate(case).clocks,
        acts=tuple((event.at, event.what) for event in history if isinstance(event.what, Acted)),
        with_notes=with_notes,
    )
    return write_bundle(target, dossier, hub.store.content)


def _as_json(case: Case, lists: Sequence[Checklist], bundle: Bundle | None) -> dict[str, Any]:
    from hub.evidence_wanted import evidence_json

    told = evidence_json(case, lists)
    if bundle is not None:
        told["exported"] = str(bundle.path)
        told["files"] = [one.path for one in bundle.files if one.is_there]
        told["problems"] = list(bundle.problems)
    return told


def _print(case: Case, lists: Sequence[Checklist], bundle: Bundle | None) -> None:
    from hub.cli.evidence_text import bundle_lines, evidence_text, wanted_text

    screen = console()
    if bundle is not None:
        for line in bundle_lines(case, bundle, lists):
            click.echo(line)
        return
    screen.print(evidence_text(case))
    for one in lists:
        if one.offer is not None:
            screen.print(wanted_text(case, one))
