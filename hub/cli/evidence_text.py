"""The evidence of a case on the screen: what there is, what an act wants of it, and which gaps there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hub.cli.safe_text import one_line
from hub.core.evidence import Checklist, Item, Presence, checklist, filled_by, wanted_for

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hub.core.model import Case
    from hub.evidence_bundle import Bundle

_STYLES = {Presence.PRESENT: "green", Presence.MISSING: "yellow", Presence.NOT_APPLICABLE: "dim"}


def evidence_text(case: Case) -> RenderableType:
    """Every kind of evidence and how it stands."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    for wraps in (False, False, True):
        table.add_column(no_wrap=not wraps, overflow="fold")
    for item in checklist(case).items:
        presence = Text(presence_in_words(item.presence), style=_STYLES[item.presence])
        table.add_row(f"  {item.kind}", presence, Text(one_line(item.why)))
    return Group(Text(f"Evidence of {case.number}", style="bold"), table)


def wanted_text(case: Case, one: Checklist) -> RenderableType:
    """What an act wants, each with where that stands, and what fills its gaps."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    head = Text(f"\n{_name(one)}", style="bold")
    head.append(f"  {'cannot be asked for yet' if one.gaps else 'has what it requires'}", style="dim")
    lines: list[RenderableType] = []
    for item in _wanted(one):
        lines.append(Text(f"{item.kind}, {_how(item)}: {presence_in_words(item.presence)}", style=_style(item)))
        lack = f"{item.why[:1].upper()}{item.why[1:]}." if item.is_gap else ""
        said = " ".join(filter(None, (lack, item.wanted.why, _source(item))))
        lines += [Padding(Text(one_line(said), style="dim"), (0, 0, 0, 2), expand=False)] if said else []
        if item.is_gap:
            lines.append(Padding(Text(filled_by(case, item.kind)), (0, 0, 0, 2), expand=False))
    return Group(head, *(Padding(line, (0, 0, 0, 2), expand=False) for line in lines))


def wanted_in_short(one: Checklist) -> str:
    """The evidence that an act wants in one line: what is missing of what is required, and of the rest."""
    gaps = ", ".join(gap.kind for gap in one.gaps)
    rest = ", ".join(item.kind for item in _wanted(one) if item.presence is Presence.MISSING and not item.is_gap)
    told = (f"required and missing: {gaps}" if gaps else "", f"missing, not required: {rest}" if rest else "")
    return f"evidence {'; '.join(filter(None, told)) or 'is there'}"


def gaps_in_short(case: Case, lists: Sequence[Checklist]) -> str:
    """Which acts lack required evidence, in one line; empty where none does."""
    lacking = [f"{_name(one)} lacks {', '.join(gap.kind for gap in one.gaps)}" for one in lists if one.gaps]
    return f"{'; '.join(lacking)}; `casehub evidence {case.number}` tells more" if lacking else ""


def bundle_lines(case: Case, bundle: Bundle, lists: Sequence[Checklist]) -> Iterator[str]:
    """That a bundle was written, what is missing in it, and what could not be read."""
    there = sum(one.is_there for one in bundle.files)
    yield f"The evidence of {case.number} is in {bundle.path}, with {there} file{'' if there == 1 else 's'}."
    for one in lists:
        if one.missing:
            gaps = ", ".join(item.kind for item in one.gaps)
            rest = ", ".join(item.kind for item in one.missing if not item.is_gap)
            told = (f"required and missing: {gaps}" if gaps else "", f"missing, not required: {rest}" if rest else "")
            yield f"{_name(one)}: {'; '.join(filter(None, told))}."
    yield from (f"! {one_line(problem)}" for problem in bundle.problems)


def presence_in_words(presence: Presence) -> str:
    """How evidence stands, as a person says it."""
    return presence.replace("_", " ")


def _wanted(one: Checklist) -> list[Item]:
    kinds = {wanted.kind for wanted in wanted_for(one.offer)} if one.offer else set()
    return [item for item in one.items if item.kind in kinds]


def _name(one: Checklist) -> str:
    return one_line(one.offer.word or one.offer.title) if one.offer else "Evidence"


def _how(item: Item) -> str:
    return "required" if item.wanted.required else "if there is some"


def _source(item: Item) -> str:
    return f"({item.wanted.mark}, {item.wanted.source})" if item.wanted.source else ""


def _style(item: Item) -> str:
    return "bold red" if item.is_gap else _STYLES[item.presence]
