"""What stands behind a rejection or a hand-over: each kind of evidence as it is there, missing or not applicable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from hub.core.exhibits import EvidenceKind, Exhibit
from hub.core.model import FROM_OUTBOX, RECALLED, Attachment, Author, Case, Direction, Message, Order
from hub.core.platform_acts import Act, ActKind, Offer, Wanted
from hub.core.shipments import Tracking

GENERAL = (
    Wanted(
        EvidenceKind.CONVERSATION,
        required=True,
        why="Whoever decides reads what was written; where nothing was, there is nothing to show.",
    ),
)
"""What is wanted of every act that rejects or hands over, whatever its platform names: casehub's own rule."""

_PICTURES = ("image/", "video/")
_BY_FILE = frozenset({EvidenceKind.PHOTOS, EvidenceKind.DISPATCH_PROOF, EvidenceKind.DELIVERY_PROOF})
_LACKS: Mapping[EvidenceKind, str] = {
    EvidenceKind.ORDER: "the case names no order",
    EvidenceKind.DISPATCH_PROOF: "nobody gave what proves that it was sent",
    EvidenceKind.TRACKING: "no parcel with a carrier and a number is known",
    EvidenceKind.DELIVERY_PROOF: "nobody gave what proves that it arrived",
    EvidenceKind.PHOTOS: "there is neither a picture nor a film",
    EvidenceKind.CONVERSATION: "nobody has written anything",
    EvidenceKind.SOLUTION_OFFERED: "nobody said which solution was offered, and no decision went with a text",
}
_FILLS: Mapping[EvidenceKind, str] = {
    EvidenceKind.ORDER: "--say order=TEXT",
    EvidenceKind.TRACKING: "--tracking CARRIER:NUMBER",
    EvidenceKind.SOLUTION_OFFERED: "--say solution_offered=TEXT",
}


class Presence(StrEnum):
    """How evidence of a kind stands."""

    PRESENT = "present"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that stands for a kind of evidence: in words, and the message, file or parcel that it is."""

    what: str
    at: datetime | None = None
    who: str = ""
    ref: str = ""
    file: Attachment | None = None
    parcel: Tracking | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist: what is wanted, how it stands, what stands for it, and why that is so."""

    wanted: Wanted
    presence: Presence
    why: str
    stands: tuple[Standing, ...] = ()

    @property
    def kind(self) -> EvidenceKind:
        """The kind of evidence."""
        return self.wanted.kind

    @property
    def is_gap(self) -> bool:
        """Whether it is required and missing."""
        return self.wanted.required and self.presence is Presence.MISSING


@dataclass(frozen=True, slots=True)
class Checklist:
    """The evidence for an act on a case, every kind once; without an act it is that for any platform's eyes."""

    items: tuple[Item, ...]
    offer: Offer | None = None

    @property
    def gaps(self) -> tuple[Item, ...]:
        """What is required and missing."""
        return tuple(item for item in self.items if item.is_gap)

    @property
    def missing(self) -> tuple[Item, ...]:
        """What is missing, required or not."""
        return tuple(item for item in self.items if item.presence is Presence.MISSING)


def wanted_for(offer: Offer) -> tuple[Wanted, ...]:
    """What an act wants: what its platform names, and the general list where it rejects or hands over."""
    if not (offer.rejects or offer.kind is ActKind.HAND_OVER):
        return offer.wants
    named = {wanted.kind for wanted in offer.wants}
    return (*offer.wants, *(wanted for wanted in GENERAL if wanted.kind not in named))


def checklist(case: Case, offer: Offer | None = None, act: Act | None = None) -> Checklist:
    """The evidence for an act; what is given with the `act` itself counts too."""
    wants = {wanted.kind: wanted for wanted in reversed(wanted_for(offer) if offer else ())}
    items = (checked(case, wants.get(kind, Wanted(kind)), act) for kind in EvidenceKind)
    return Checklist(tuple(items), offer)


def checked(case: Case, wanted: Wanted, act: Act | None = None) -> Item:
    """How one kind of evidence stands on a case.

    What the case holds counts by itself: its order, parcels with a number, pictures and films of the customer, what was
    written. That a solution was offered is said by a person, or by a decision that the platform took with a text and
    that was no rejection; an answer alone does not say it.
    """
    kind = wanted.kind
    given = [one for one in case.evidence if one.kind is kind and not one.waived]
    of_the_act = tuple(_of_the_act(wanted, act))
    # A parcel that goes with the act is the one that is judged there, whatever else is known.
    alone = kind is EvidenceKind.TRACKING and act is not None and bool(act.tracking)
    stands = of_the_act if alone else (*_of_the_case(case, wanted), *_of_people(given, wanted), *of_the_act)
    if stands:
        return Item(wanted, Presence.PRESENT, _told(kind, stands), stands)
    waived = next((one for one in case.evidence if one.kind is kind and one.waived), None)
    if waived is not None:
        return Item(wanted, Presence.NOT_APPLICABLE, f"{waived.text} (says {waived.who or 'somebody'})")
    if kind is EvidenceKind.CONVERSATION:
        return Item(wanted, Presence.NOT_APPLICABLE, _LACKS[kind])
    return Item(wanted, Presence.MISSING, _lack(case, wanted, act))


def is_picture(file: Attachment) -> bool:
    """Whether a file is a photo or a film, as far as is known; a drawing that a browser would run is none."""
    return not file.media_type or (file.media_type.startswith(_PICTURES) and "svg" not in file.media_type)


def filled_by(case: Case, kind: EvidenceKind) -> str:
    """The commands that fill a gap."""
    command = f"casehub evidence {case.number}"
    filling = _FILLS.get(kind, f"--add {kind}=FILE")
    return f"`{command} {filling}` gives it; `{command} --not-applicable {kind} -m WHY` says that there can be none"


def gap_in_words(case: Case, item: Item) -> str:
    """A gap with what the platform says of it, where that stands, and the way out."""
    wanted = item.wanted
    source = f"({wanted.mark}, {wanted.source})" if wanted.source else ""
    told = " ".join(filter(None, (wanted.why.rstrip(".") or item.why, source)))
    lack = f"{item.why}. " if wanted.why else ""
    return f"{item.kind}: {lack}{told}. {filled_by(case, item.kind)}"


def kept_files(case: Case, offer: Offer) -> tuple[Attachment, ...]:
    """The files that people gave as evidence of the kinds that an act wants."""
    wanted = {want.kind for want in wanted_for(offer)} & _BY_FILE
    files = (file for one in case.evidence if one.kind in wanted and not one.waived for file in one.files)
    return tuple({file.digest: file for file in files}.values())


def kept_parcels(case: Case, offer: Offer) -> tuple[Tracking, ...]:
    """The parcels that stand for the tracking that an act wants: those that people gave, else those of the order."""
    want = next((want for want in wanted_for(offer) if want.kind is EvidenceKind.TRACKING), None)
    if want is None:
        return ()
    given = [one for one in case.evidence if one.kind is EvidenceKind.TRACKING and not one.waived]
    parcels = [standing.parcel for standing in _of_people(given, want) if standing.parcel is not None]
    if not parcels:
        parcels = [standing.parcel for standing in _tracking(case, want) if standing.parcel is not None]
    return tuple(dict.fromkeys(parcels))


def is_valid(parcel: Tracking, wanted: Wanted) -> bool:
    """Whether a parcel counts as tracking: it has a number, and its carrier is none that the platform rules out."""
    carrier = parcel.carrier.casefold()
    return bool(parcel.number.strip()) and not any(word.casefold() in carrier for word in wanted.not_valid)


def _of_the_case(case: Case, wanted: Wanted) -> Iterator[Standing]:
    find = _FINDERS.get(wanted.kind)
    return find(case, wanted) if find else iter(())


def _of_people(given: list[Exhibit], wanted: Wanted) -> Iterator[Standing]:
    for exhibit in given:
        for file in exhibit.files:
            yield Standing(file.name, exhibit.at, exhibit.who, file=file)
        for parcel in exhibit.parcels:
            if is_valid(parcel, wanted):
                yield Standing(f"{parcel.carrier}:{parcel.number}", exhibit.at, exhibit.who, parcel=parcel)
        if exhibit.text:
            yield Standing(exhibit.text, exhibit.at, exhibit.who)


def _of_the_act(wanted: Wanted, act: Act | None) -> Iterator[Standing]:
    if act is None:
        return
    if wanted.kind in _BY_FILE:
        # Whoever sends a file with an act says by it that it proves why.
        pictures = wanted.kind is EvidenceKind.PHOTOS
        yield from (Standing(file.name, file=file) for file in act.evidence if is_picture(file) or not pictures)
    if wanted.kind is EvidenceKind.TRACKING:
        valid = (parcel for parcel in act.tracking if is_valid(parcel, wanted))
        yield from (Standing(f"{parcel.carrier}:{parcel.number}", parcel=parcel) for parcel in valid)


def _order(case: Case, _wanted: Wanted) -> Iterator[Standing]:
    order = case.order
    if order is not None and order.number and not _is_unknown(case, order):
        worth = f", {order.value}" if order.value else ""
        lines = ", ".join(f"{line.quantity} x {line.title}" for line in order.lines)
        yield Standing(f"order {order.number}{worth}{f': {lines}' if lines else ''}")


def _is_unknown(case: Case, order: Order) -> bool:
    """Whether the number came out of a mail, and its platform was asked and does not know it."""
    return case.sought is not None and not order.confirmed


def _tracking(case: Case, wanted: Wanted) -> Iterator[Standing]:
    for shipment in case.order.shipments if case.order else ():
        parcel = Tracking(shipment.carrier, shipment.number)
        if is_valid(parcel, wanted):
            state = f" ({shipment.state})" if shipment.state else ""
            yield Standing(f"{parcel.carrier}:{parcel.number}{state}", shipment.at, parcel=parcel)


def _photos(case: Case, wanted: Wanted) -> Iterator[Standing]:
    for message in () if wanted.ours else case.messages:
        if message.author is not Author.CUSTOMER or RECALLED in message.labels:
            continue
        for file in message.attachments:
            if is_picture(file):
                yield Standing(file.name, message.sent_at, _writer(message), message.ref, file)


def _conversation(case: Case, _wanted: Wanted) -> Iterator[Standing]:
    for message in case.messages:
        if message.direction is not Direction.NOTE:
            yield Standing(f"written by {_writer(message)}", message.sent_at, _writer(message), message.ref)


def _solution(case: Case, _wanted: Wanted) -> Iterator[Standing]:
    """Decisions that went with a text; of one that a person only states nobody knows whether it was a rejection."""
    texts = {message.ref for message in case.messages if message.direction is Direction.OUTBOUND}
    for made in case.decisions:
        ref = FROM_OUTBOX + made.key
        if ref in texts and not made.rejects and not made.stated:
            yield Standing(f"decided {made.what}, with a text to the customer", made.at, made.who, ref)


_FINDERS: Mapping[EvidenceKind, Callable[[Case, Wanted], Iterator[Standing]]] = {
    EvidenceKind.ORDER: _order,
    EvidenceKind.TRACKING: _tracking,
    EvidenceKind.PHOTOS: _photos,
    EvidenceKind.CONVERSATION: _conversation,
    EvidenceKind.SOLUTION_OFFERED: _solution,
}


def _told(kind: EvidenceKind, stands: tuple[Standing, ...]) -> str:
    if kind is not EvidenceKind.CONVERSATION or any(not standing.ref for standing in stands):
        return "; ".join(dict.fromkeys(standing.what for standing in stands))
    instants = [standing.at for standing in stands if standing.at is not None]
    count = f"{len(stands)} message{'s' if len(stands) > 1 else ''}"
    return f"{count}, {_utc(min(instants))} to {_utc(max(instants))}"


def _lack(case: Case, wanted: Wanted, act: Act | None) -> str:
    if wanted.kind is EvidenceKind.ORDER and case.order is not None and case.order.number:
        return f"the platform does not know the order {case.order.number}"
    if wanted.kind is EvidenceKind.TRACKING:
        parcels = [Tracking(one.carrier, one.number) for one in (case.order.shipments if case.order else ())]
        parcels += [parcel for one in case.evidence if one.kind is wanted.kind for parcel in one.parcels]
        parcels += act.tracking if act else ()
        refused = ", ".join(f"{p.carrier}:{p.number}" for p in parcels if p.number and not is_valid(p, wanted))
        if refused:
            return f"{refused} does not count, since its carrier proves nothing there"
    if wanted.kind is EvidenceKind.DELIVERY_PROOF:
        parcels_told = (one for one in (case.order.shipments if case.order else ()) if one.state)
        said = [f"{one.carrier}:{one.number} {one.state}" for one in parcels_told]
        return "; the platform's word is only ".join(filter(None, (_LACKS[wanted.kind], ", ".join(said))))
    if wanted.kind is EvidenceKind.PHOTOS and wanted.ours:
        return "there is neither a picture nor a film of yours"
    return _LACKS[wanted.kind]


def _writer(message: Message) -> str:
    return message.sender.name or message.sender.email or message.author.value


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
