"""Mails of other platforms in this mailbox: as their plugins are shown them, and what becomes of what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub import (
    STANDS_IN,
    Author,
    Clue,
    ClueKind,
    IncomingMessage,
    Mail,
    MailKind,
    MailReading,
    Message,
    Party,
    PlatformCase,
)
from hub_email_imap.authentication import proven_domains
from hub_email_imap.parsed import ParsedMail
from hub_email_imap.recipients import is_no_reply
from hub_email_imap.text import one_line
from hub_email_imap.tokens import bare_id

DOUBTFUL = "doubtful"

_UNPROVEN = "nothing proves that it comes from the address it names"
_NOBODY_TRUSTED = "no mail is proven while trusted_authserv is not set for this channel"
_WIDEST_DOUBT = timedelta(minutes=10)  # how far the Date of a platform's mail may be off and still be believed
_SIGNED = frozenset({ClueKind.RECIPIENT_TOKEN, ClueKind.REFERENCE_TOKEN})


def as_mail(parsed: ParsedMail, received_at: datetime, trusted_authserv: str) -> Mail:
    """The mail as a plugin is shown it; `trusted_authserv` is whose word on signatures counts."""
    date = parsed.date or received_at
    recipients = (*(address.email for address in (*parsed.to, *parsed.cc)), *parsed.delivered_to)
    threading = {
        "message-id": (parsed.message_id,),
        "in-reply-to": (" ".join(parsed.in_reply_to),),
        "references": (" ".join(parsed.references),),
    }
    return Mail(
        message_id=bare_id(parsed.message_id),
        sender=Party(parsed.sender.name, parsed.sender.email, language=parsed.language),
        reply_to=tuple(address.email for address in parsed.reply_to if address.email),
        recipients=tuple(dict.fromkeys(filter(None, recipients))),
        subject=parsed.subject,
        text=parsed.text,
        links=parsed.links,
        sent_at=date if date.tzinfo else date.replace(tzinfo=UTC),
        received_at=received_at,
        proven=proven_domains(parsed.trace, trusted_authserv),
        headers={name: values for name, values in threading.items() if values[0]} | dict(parsed.headers),
    )


def is_kept_out(mail: Mail, reading: MailReading) -> bool:
    """Whether a mail is surely its platform's and no case; whoever only pretends to be a platform is not overlooked."""
    return reading.kind is MailKind.NO_CASE and not _doubt(mail, reading)


def as_told(
    item: IncomingMessage, mail: Mail, parsed: ParsedMail, reading: MailReading, trusted_authserv: str
) -> IncomingMessage:
    """The mail as the plugin of its platform understands it.

    A doubtful one is a case of its own: a person sees it and the doubt, its link leads nowhere, and it neither joins
    nor names another case.
    """
    doubt = _doubt(mail, reading)
    shown = doubt if trusted_authserv or not doubt else f"{doubt}; {_NOBODY_TRUSTED}"
    if reading.kind is MailKind.NO_CASE:
        return replace(item, message=_doubted(item.message, shown))
    keys = () if doubt else _keys(reading)
    orders = tuple(map(one_line, reading.order_numbers))
    told = _message(item.message, mail, parsed, reading, keys)
    return replace(
        item,
        message=_doubted(told, shown),
        clues=_with_keys(item.clues, keys),
        type=reading.type,
        order_number="" if orders or reading.kind is MailKind.NOTIFICATION else item.order_number,
        order_numbers=orders,
        about=PlatformCase(
            platform=reading.platform,
            ref="" if doubt else reading.ref,
            marketplace=reading.marketplace,
            market=reading.market,
            type_raw=one_line(reading.type_raw),
            url="" if doubt or not reading.url.startswith("https://") else one_line(reading.url),
        ),
    )


def _message(message: Message, mail: Mail, parsed: ParsedMail, reading: MailReading, keys: tuple[str, ...]) -> Message:
    stands_in = reading.kind is MailKind.NOTIFICATION
    doubt = _doubt(mail, reading)
    extra = {
        **message.extra,
        "received": mail.received_at.isoformat(),
        "claimed_ref": one_line(reading.ref) if doubt else "",
        **({} if stands_in or doubt else _answering(parsed, reading)),
    }
    return replace(
        message,
        # A notification is not in the customer's words, and nobody reads an answer to it.
        author=Author.PLATFORM if stands_in else Author.CUSTOMER,
        automatic=stands_in,
        labels=(*message.labels, STANDS_IN) if stands_in else message.labels,
        subject=one_line(reading.subject) or message.subject,
        recipients=() if stands_in else message.recipients,
        sent_at=_instant(message, mail, reading, stands_in=stands_in),
        thread_keys=(*message.thread_keys, *keys),
        extra={name: value for name, value in extra.items() if value},
    )


def _answering(parsed: ParsedMail, reading: MailReading) -> dict[str, str]:
    """Where and until when an answer reaches the customer, letter by letter as the mail has it."""
    hosts = tuple(host.strip().lower() for host in reading.answer_hosts)
    read = (address for address in parsed.answer_to if not is_no_reply(address))
    there = [address for address in read if address.rpartition("@")[2].lower() in hosts]
    until = reading.answer_until
    return {
        "answer_to": there[0] if there else "",
        "answer_hosts": ", ".join(hosts),
        "answer_until": until.isoformat() if until else "",
    }


def _instant(message: Message, mail: Mail, reading: MailReading, *, stands_in: bool) -> datetime:
    """The instant from which clocks count: the platform's own where it is told, and never one after the arrival."""
    if reading.opened_at is not None:
        return min(reading.opened_at, mail.received_at)
    if not stands_in:
        return message.sent_at
    off = abs(mail.received_at - mail.sent_at) > _WIDEST_DOUBT
    return mail.received_at if off else min(mail.sent_at, mail.received_at)


def _doubt(mail: Mail, reading: MailReading) -> str:
    """Why a person should look at it; a plugin that forgets to ask for a signature is not believed either."""
    own = mail.sender.email.rpartition("@")[2].lower()
    signed = any(f".{own}".endswith(f".{by}") or by.endswith(f".{own}") for by in mail.proven) if own else False
    return one_line(reading.doubt) or ("" if signed else _UNPROVEN)


def _doubted(message: Message, doubt: str) -> Message:
    if not doubt:
        return message
    return replace(message, labels=(*message.labels, DOUBTFUL), extra={**message.extra, "doubt": doubt})


def _keys(reading: MailReading) -> tuple[str, ...]:
    """The marks of the platform's case, under the platform's name so that no two platforms share one."""
    marks = (PlatformCase(reading.platform, one_line(mark)).key for mark in (reading.ref, *reading.keys))
    return tuple(dict.fromkeys(filter(None, marks)))


def _with_keys(clues: tuple[Clue, ...], keys: tuple[str, ...]) -> tuple[Clue, ...]:
    """The clues with the platform's marks after what we signed ourselves, and before all that anybody can write."""
    return tuple(_ordered(clues, [Clue(ClueKind.PLATFORM_KEY, key) for key in keys]))


def _ordered(clues: tuple[Clue, ...], marks: list[Clue]) -> Iterator[Clue]:
    yield from (clue for clue in clues if clue.kind in _SIGNED)
    yield from marks
    yield from (clue for clue in clues if clue.kind not in _SIGNED)
