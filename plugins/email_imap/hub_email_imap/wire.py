"""From a parsed mail to what the hub takes in: who wrote it, when, which case it points at, and what a reply needs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from hub import (
    UNDELIVERED,
    Attachment,
    Author,
    CaseType,
    Clue,
    ClueKind,
    Direction,
    IncomingMessage,
    Message,
    OwnEcho,
    Party,
)
from hub_email_imap.orders import order_number
from hub_email_imap.parsed import Address, ParsedMail
from hub_email_imap.recipients import canonical, is_plain
from hub_email_imap.roles import Account, Role, is_own, others, role_of
from hub_email_imap.text import one_line
from hub_email_imap.tokens import OwnId, Tokens, bare_id, pruned_references

_WIDEST_DOUBT = timedelta(days=7)  # how far a Date header may be off and still be believed
_MOST_PARTICIPANTS = 100
_NOBODY = (
    "it does not say who wrote it"  # neither From nor Sender names anybody: to guess would be to answer a stranger
)
_MOST_NUMBERS = 5  # case numbers believed of one subject
_SUBJECT_NUMBER = re.compile(r"\[\s*(?:CH-|#)([0-9]{1,9})\s*\]|(?<![\w-])CH-([0-9]{1,9})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a mail besides its words: where and when it lay, and where its original and files are kept."""

    account: Account
    tokens: Tokens
    folder: str
    internal_date: datetime
    raw_digest: str
    attachments: tuple[Attachment, ...] = ()
    sent_folder: bool = False


def to_incoming(parsed: ParsedMail, arrival: Arrival, ref: str = "") -> IncomingMessage | OwnEcho | None:
    """The mail as the hub takes it in; None for a mail of ours that went round in a loop.

    A mail that is read again keeps the `ref` it had; `roles.role_of` says who counts as its author.
    """
    own = _own_id(parsed, arrival)
    if own is not None:
        return OwnEcho(own.key, own.case_number, arrival.internal_date, bare_id(parsed.message_id))
    if _says_it_is_ours(parsed, arrival):
        return None
    role = role_of(parsed, arrival.account, arrival.sent_folder)
    return IncomingMessage(
        message=_message(parsed, arrival, role, ref),
        clues=_clues(parsed, arrival, role),
        # A seller's mail joins the case it answers; on its own it is no customer's matter.
        may_open=not role.from_us,
        order_number=order_number(parsed.subject, parsed.text),
    )


def unreadable(
    failure_reason: str, subject: str, sender: Address, message_id: str, arrival: Arrival
) -> IncomingMessage:
    """A mail that could not be read, as a visible message with a deadline; a later reading takes over its ref."""
    seller = arrival.sent_folder
    message = Message(
        ref=f"sha256:{arrival.raw_digest}",
        author=Author.SELLER if seller else Author.CUSTOMER,
        direction=Direction.NOTE if seller else Direction.INBOUND,
        sent_at=arrival.internal_date,
        text="This mail could not be read. Its original is kept: download it to see what it says.",
        subject=one_line(subject),
        sender=Party(sender.name, sender.email),
        labels=("unreadable",),
        raw=arrival.raw_digest,
        thread_keys=tuple(filter(None, [bare_id(message_id)])),
        problem=failure_reason,
        extra=_filled(message_id=bare_id(message_id), folder=arrival.folder),
    )
    return IncomingMessage(message, may_open=not seller, type=CaseType.UNREADABLE)


def oversized(parsed: ParsedMail, arrival: Arrival, size: int, ref: str = "") -> IncomingMessage | OwnEcho | None:
    """A mail over the size limit, of which only the headers were fetched: a message that says where the rest is."""
    why = f"This mail has {size / 1_000_000:,.1f} MB, more than is fetched."
    return _left_there(to_incoming(parsed, arrival, ref), arrival, why, "too-large")


def withheld(parsed: ParsedMail, arrival: Arrival, uid: int) -> IncomingMessage | OwnEcho | None:
    """A mail that the server will not hand over, with its headers if it handed over those."""
    ref = "" if parsed.message_id else f"withheld:{arrival.folder}:{uid}:{arrival.internal_date:%Y%m%d%H%M%S}"
    why = "The mail server would not hand this mail over."
    return _left_there(to_incoming(parsed, arrival, ref), arrival, why, "withheld")


def _left_there(
    incoming: IncomingMessage | OwnEcho | None, arrival: Arrival, why: str, label: str
) -> IncomingMessage | OwnEcho | None:
    if not isinstance(incoming, IncomingMessage):
        return incoming
    text = f"{why} It was left in the mailbox, in {arrival.folder}; open it there in a mail program."
    labels = (*incoming.message.labels, label)
    return replace(incoming, message=replace(incoming.message, text=text, html="", labels=labels))


def _own_id(parsed: ParsedMail, arrival: Arrival) -> OwnId | None:
    looped = arrival.tokens.read_loop(parsed.loop) if _says_it_is_ours(parsed, arrival) else None
    return arrival.tokens.read_message_id(parsed.message_id) or looped


def _says_it_is_ours(parsed: ParsedMail, arrival: Arrival) -> bool:
    # A customer's mail program may copy our loop header into the answer; only under our own address is it our mail.
    ours = arrival.sent_folder or is_own(parsed.sender.email, arrival.account)
    return ours and arrival.tokens.is_own_loop(parsed.loop)


def _message(parsed: ParsedMail, arrival: Arrival, role: Role, ref: str) -> Message:
    return Message(
        ref=ref or ref_of(parsed, arrival.raw_digest),
        author=role.author,
        direction=role.direction,
        sent_at=_sent_at(parsed, arrival, role),
        text=parsed.text,
        html=parsed.html,
        subject=parsed.subject,
        sender=Party(role.sender.name, role.sender.email, language=parsed.language),
        # Whoever a customer wants the answer to go to takes part in the case, and may write in it from there.
        recipients=_emails(others([*parsed.to, *parsed.cc, *parsed.reply_to], arrival.account)),
        automatic=role.automatic,
        labels=(*parsed.labels, *role.labels, *_undelivered(parsed)),
        attachments=arrival.attachments,
        raw=arrival.raw_digest,
        thread_keys=_thread_keys(parsed, role),
        problem=_NOBODY if role.sender == Address("", "") else "",
        extra=_extra(parsed, arrival, role),
    )


def ref_of(parsed: ParsedMail, raw_digest: str) -> str:
    """The identity of a mail: its Message-ID with what it says, since some senders use one id twice (freescout #5591).

    Received, Delivered-To and the like are left out, so that copies in two folders are one message.
    """
    message_id = bare_id(parsed.message_id)
    if not message_id:
        return f"sha256:{raw_digest}"
    date = parsed.date.isoformat() if parsed.date else ""
    words = (parsed.sender.email, date, " ".join(parsed.subject.split()), " ".join(parsed.text.split()))
    digest = hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{message_id}#{digest[:32]}"


def _sent_at(parsed: ParsedMail, arrival: Arrival, role: Role) -> datetime:
    """The instant the clock goes by.

    A customer's mail counts from its arrival: a Date is what the writer's machine says, and a mail that was two days
    under way must not be late when it comes. Our own answer counts from the earlier of the two, since a copy that is
    filed late must not seem to answer what the customer wrote in between.
    """
    return _dated(parsed, arrival) if role.from_us else arrival.internal_date


def _dated(parsed: ParsedMail, arrival: Arrival) -> datetime:
    """The Date header, as far as the instant of arrival lets one believe it."""
    if parsed.date is None:
        return arrival.internal_date
    # A Date of -0000 says UTC and no place (RFC 5322, section 3.3); email.utils gives it without a zone.
    date = parsed.date if parsed.date.tzinfo else parsed.date.replace(tzinfo=UTC)
    return min(max(date, arrival.internal_date - _WIDEST_DOUBT), arrival.internal_date)


def _thread_keys(parsed: ParsedMail, role: Role) -> tuple[str, ...]:
    parent = "" if role.from_us else _same_parent(parsed, role.sender)
    return tuple(filter(None, [bare_id(parsed.message_id), parent]))


def _same_parent(parsed: ParsedMail, sender: Address) -> str:
    """What two answers of one person to one mail have in common, so that a newsletter's readers stay apart."""
    parents = _bare(parsed.in_reply_to)
    return f"parent|{parents[0]}|{sender.email}" if parents and sender.email else ""


def _extra(parsed: ParsedMail, arrival: Arrival, role: Role) -> dict[str, str]:
    """What a reply will need, as text; what is empty is left out."""
    participants = others([role.sender, *parsed.to, *parsed.cc], arrival.account)
    return _filled(
        message_id=bare_id(parsed.message_id),
        references=" ".join(pruned_references(_bare(parsed.references) or _bare(parsed.in_reply_to))),
        reply_to=_listed(others(parsed.reply_to, arrival.account)),
        recipient=_recipient(parsed, arrival.account),
        cc=_listed(others(parsed.cc, arrival.account)),
        date=_dated(parsed, arrival).isoformat(),
        folder=arrival.folder,
        thread_index="".join(parsed.thread_index.split()),
        thread_topic=parsed.thread_topic,
        participants=_listed(participants),
        written_from=parsed.sender.email if "via-form" in role.labels else "",
        failed="; ".join(one_line(f"{f.recipient} {f.action} {f.status}") for f in parsed.failed[:10]),
    )


def _undelivered(parsed: ParsedMail) -> tuple[str, ...]:
    """That a mail of ours did not reach somebody for good; a delay is none (RFC 3464, section 2.3.3)."""
    return (UNDELIVERED,) if any(one.action == "failed" for one in parsed.failed) else ()


def _recipient(parsed: ParsedMail, account: Account) -> str:
    """The address of ours that the writer used.

    An alias is delivered to another address than the writer knows, so To and Cc come first, and Delivered-To chooses
    among them, or stands in where we were a Bcc or read a list.
    """
    named = [canonical(a.email) for a in (*parsed.to, *parsed.cc) if is_own(a.email, account)]
    delivered = [canonical(a) for a in parsed.delivered_to if is_own(a, account)]
    return next(iter([*(a for a in named if a in delivered), *named, *delivered]), "")


def _clues(parsed: ParsedMail, arrival: Arrival, role: Role) -> tuple[Clue, ...]:
    """Everything that points at a case, the most trustworthy first."""
    found = [Clue(kind, value) for kind, value in _pointers(parsed, arrival, role) if value]
    return tuple(dict.fromkeys(found))


def _pointers(parsed: ParsedMail, arrival: Arrival, role: Role) -> Iterator[tuple[ClueKind, str]]:
    tokens = arrival.tokens
    for address in (*parsed.delivered_to, *_emails([*parsed.to, *parsed.cc])):
        yield ClueKind.RECIPIENT_TOKEN, tokens.read_recipient(address) or ""
    parents = [*_bare(parsed.in_reply_to), *reversed(_bare(parsed.references))]
    for parent in parents:
        yield ClueKind.REFERENCE_TOKEN, _case_of(tokens.read_message_id(parent))
    for parent in parents:
        yield ClueKind.MESSAGE_ID, parent
    if not role.from_us:
        yield ClueKind.SAME_PARENT, _same_parent(parsed, role.sender)
    # A report joins a case whoever sends it, so only what asks for no answer may point in this way.
    if role.automatic:
        yield ClueKind.BOUNCE_TOKEN, _case_of(tokens.read_message_id(parsed.original_message_id))
        yield ClueKind.BOUNCED_MESSAGE_ID, bare_id(parsed.original_message_id)
    yield ClueKind.QUOTED_TOKEN, tokens.find_marker(parsed.text) or ""
    # Anybody can write our address into From and guess a number, and a seller's answer stops the clock.
    if arrival.sent_folder or not role.from_us:
        for found in islice(_SUBJECT_NUMBER.finditer(parsed.subject), _MOST_NUMBERS):
            yield ClueKind.SUBJECT_NUMBER, f"CH-{found[1] or found[2]}"


def _case_of(own: OwnId | None) -> str:
    return own.case_number if own else ""


def _bare(ids: Iterable[str]) -> list[str]:
    return [found for found in map(bare_id, ids) if found]


def _emails(addresses: Iterable[Address]) -> tuple[str, ...]:
    return tuple(a.email for a in addresses)


def _listed(addresses: Iterable[Address]) -> str:
    plain = [a.email for a in addresses if is_plain(a.email)]
    return ", ".join(plain[:_MOST_PARTICIPANTS])


def _filled(**extra: str) -> dict[str, str]:
    return {name: value for name, value in extra.items() if value}
