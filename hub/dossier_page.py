"""A dossier for people: the index.html of a bundle, one page that asks nobody for anything and can be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.core.evidence import Checklist, Item, Presence
from hub.core.exhibits import EvidenceKind
from hub.core.model import Direction, Message, Order, from_epoch
from hub.core.plain_text import clean, one_line
from hub.dossier import Dossier, Filed

_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_WORDS = {Presence.PRESENT: "present", Presence.MISSING: "missing", Presence.NOT_APPLICABLE: "not applicable"}
# Nothing is asked of anybody: no script, no address outside of the bundle, pictures beside the page only.
_POLICY = "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; } .message { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d8dee4; }
th { font-weight: 600; width: 9.5rem; } td { overflow-wrap: anywhere; }
.small { color: #57606a; font-size: .85em; }
.present { color: #116329; } .missing { color: #b35900; } .gap { color: #b3141d; font-weight: 600; }
.gaps { border: 1px solid #b3141d; padding: .5rem .8rem; } .none { border-color: #116329; }
.message { border-left: 4px solid #8c959f; padding: .1rem .8rem; margin: 1rem 0; }
.inbound { border-color: #0969da; } .outbound { border-color: #1a7f37; } .note { border-color: #bf8700; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0; font: inherit; }
img { max-width: 100%; max-height: 24rem; display: block; margin: .5rem 0; border: 1px solid #d8dee4; }
code { font-size: .8em; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 12px; } a { color: inherit; text-decoration: none; } }
"""


def page(dossier: Dossier, files: Sequence[Filed]) -> str:
    """The whole page; what people wrote stands in it as text, whatever it is."""
    case = dossier.case
    title = f"Evidence of {case.number}"
    by_digest = {one.file.digest: one for one in files}
    body = (
        f"<h1>{_text(title)}</h1>",
        f'<p class="small">{_text(_subtitle(dossier))}</p>',
        *_gaps(dossier.checklists),
        _table(_facts(dossier)),
        *(part for checklist in dossier.checklists for part in _checklist(checklist, dossier.zone)),
        *_order(case.order),
        "<h2>Conversation</h2>",
        *(_message(dossier, place, one, by_digest) for place, one in enumerate(dossier.messages, 1)),
        *(() if dossier.messages else ("<p>Nobody has written anything.</p>",)),
        *_happened(dossier),
        *_files(files),
    )
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def _subtitle(dossier: Dossier) -> str:
    notes = "with internal notes" if dossier.with_notes else "without internal notes"
    return f"exported {_time(dossier.exported_at, dossier.zone)}, {notes}"


def _gaps(checklists: Iterable[Checklist]) -> Iterator[str]:
    for checklist in checklists:
        name, gaps = _name(checklist), ", ".join(_kind(gap) for gap in checklist.gaps)
        if gaps:
            yield f'<p class="gaps gap">{_text(f"{name}: required and missing: {gaps}.")}</p>'
        else:
            yield f'<p class="gaps none">{_text(f"{name}: nothing that is required is missing.")}</p>'


def _facts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    case, zone = dossier.case, dossier.zone
    yield "Subject", _text(one_line(case.subject) or "(none)")
    yield "Customer", _text(one_line(" ".join(filter(None, (case.customer.name, case.customer.email)))) or "unknown")
    platform = dossier.platform or case.channel
    yield "Platform", _text(one_line(", ".join(filter(None, (platform, case.marketplace, case.market)))))
    yield "Its reference", _text(one_line(case.ref))
    yield "About", _text(f"{case.type.replace('_', ' ')}{f' ({one_line(case.type_raw)})' if case.type_raw else ''}")
    yield "State", _text(f"{case.state}{f' ({one_line(case.state_raw)})' if case.state_raw else ''}")
    yield "Opened", _text(_time(case.opened_at, zone))
    if case.closed_at is not None:
        yield "Closed", _text(_time(case.closed_at, zone))
    if case.url:
        yield "Address", _text(one_line(case.url))


def _checklist(checklist: Checklist, zone: str) -> Iterator[str]:
    yield f"<h2>Checklist: {_text(_name(checklist))}</h2>"
    head = "<tr><th>Evidence</th><th>How it stands</th><td><b>What there is, or why there is nothing</b></td></tr>"
    yield f"<table>{head}{''.join(_item(item, zone) for item in checklist.items)}</table>"


def _item(item: Item, zone: str) -> str:
    style = "gap" if item.is_gap else item.presence.value
    required = " (required)" if item.wanted.required else ""
    source = ""
    if item.wanted.source:
        said = f"{item.wanted.why} {item.wanted.mark}: {item.wanted.source}".strip()
        source = f'<div class="small">{_text(said)}</div>'
    state = f'<td class="{style}">{_text(_WORDS[item.presence] + required)}</td>'
    return f"<tr><th>{_text(_kind(item))}</th>{state}<td>{_standings(item, zone)}{source}</td></tr>"


def _standings(item: Item, zone: str) -> str:
    """What stands for it, by whom and since when; the conversation stands below as a whole."""
    if item.kind is EvidenceKind.CONVERSATION or not item.stands:
        return _text(one_line(item.why))
    lines = []
    for standing in item.stands:
        when = _time(standing.at, zone) if standing.at else ""
        told = ", ".join(filter(None, (one_line(standing.who), when)))
        lines.append(f'<div>{_text(one_line(standing.what))} <span class="small">{_text(told)}</span></div>')
    return "".join(lines)


def _order(order: Order | None) -> Iterator[str]:
    if order is None:
        return
    yield "<h2>Order</h2>"
    rows = [("Number", _text(one_line(order.number)))]
    rows += [("Value", _text(str(order.value)))] if order.value else []
    for line in order.lines:
        price = f", {line.price}" if line.price else ""
        rows.append(
            ("Article", _text(f"{line.quantity} x {one_line(line.title)} {one_line(line.sku)}".strip() + price))
        )
    rows += [
        ("Parcel", _text(one_line(f"{one.carrier} {one.number} {one.state}").strip() or "without a number"))
        for one in order.shipments
    ]
    yield _table(rows)


def _message(dossier: Dossier, place: int, message: Message, files: dict[str, Filed]) -> str:
    who = one_line(" ".join(filter(None, (message.sender.name, message.sender.email)))) or message.author.value
    kind = {Direction.NOTE: "note", Direction.INBOUND: "received", Direction.OUTBOUND: "sent"}[message.direction]
    head = f"<b>{place}. {_text(who)}</b> {_text(kind)}{', automatic' if message.automatic else ''}"
    when = f'<div class="small">{_text(_time(message.sent_at, dossier.zone))}</div>'
    text = f'<div class="text">{_text(clean(message.text or message.html))}</div>'
    attached = "".join(_attached(files[file.digest]) for file in message.attachments)
    return f'<div class="message {message.direction.value}">{head}{when}{text}{attached}</div>'


def _attached(one: Filed) -> str:
    name = _text(one_line(one.file.name))
    if not one.is_there:
        return f'<div class="gap">{name}: {_text(one.problem)}</div>'
    picture = f'<img src="{quote(one.path)}" alt="{name}">' if one.file.media_type in _PICTURES else ""
    return _linked(one) + picture


def _happened(dossier: Dossier) -> Iterator[str]:
    """What was decided, and by when the case had to be answered."""
    case, zone = dossier.case, dossier.zone
    if case.decisions:
        yield "<h2>Decisions</h2>"
        yield _table((_time(one.at, zone), _text(_decided(one.what, one.who, one.stated))) for one in case.decisions)
    if dossier.deadlines:
        yield "<h2>Deadlines</h2>"
        rows = []
        for reading in dossier.deadlines:
            due = "not known" if reading.due is None else _time(from_epoch(reading.due), zone)
            ended = "" if reading.ended is None else f"; ended {_time(from_epoch(reading.ended), zone)}"
            started = _time(from_epoch(reading.start), zone)
            rows.append((reading.clock.replace("_", " "), _text(f"started {started}; due {due}{ended}")))
        yield _table(rows)


def _decided(what: str, who: str, stated: bool) -> str:
    return f"{one_line(what)}, {'says' if stated else 'by'} {one_line(who) or 'somebody'}"


def _files(files: Sequence[Filed]) -> Iterator[str]:
    if not files:
        return
    yield "<h2>Files</h2>"
    rows = []
    for one in files:
        told = f"<code>SHA-256 {one.sha256}</code>" if one.is_there else ""
        given = f'<div class="small">{_text("; ".join(map(one_line, one.origins)))}</div>'
        shown = _linked(one) if one.is_there and one.in_conversation else _attached(one)
        rows.append(f"<tr><td>{shown}{given}{told}</td></tr>")
    yield f"<table>{''.join(rows)}</table>"


def _linked(one: Filed) -> str:
    return f'<div><a href="{quote(one.path)}">{_text(one_line(one.file.name))}</a></div>'


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what stands for them, which is HTML already."""
    lines = (f"<tr><th>{_text(name)}</th><td>{value}</td></tr>" for name, value in rows)
    return f"<table>{''.join(lines)}</table>"


def _name(checklist: Checklist) -> str:
    if checklist.offer is None:
        return "for anybody who asks"
    return one_line(checklist.offer.word or checklist.offer.title)


def _kind(item: Item) -> str:
    return item.kind.replace("_", " ")


def _time(at: datetime, zone: str) -> str:
    """An instant in the office's zone and in UTC."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S} {zone} ({at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC)"


def _text(text: str) -> str:
    return escape(clean(text))
