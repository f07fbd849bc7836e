"""A mail read from its bytes: never an error, always what can be known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hub_email_imap import automatic, html
from hub_email_imap.addresses import addresses, bare_addresses, message_ids, own_message_id
from hub_email_imap.authentication import read_trace
from hub_email_imap.body import read_body
from hub_email_imap.bounces import Report, read_report
from hub_email_imap.files import read_files
from hub_email_imap.headers import Fields, language, read_date, read_fields, split_head, words
from hub_email_imap.limits import STANDARD, TRUNCATED, Limits, Notes
from hub_email_imap.mime import content_type, cut
from hub_email_imap.parsed import Address, ParsedMail
from hub_email_imap.text import one_line

# What tells the readers of other platforms' mails how this one came here, besides what every mail is asked for.
_HANDED_ON = (
    *("sender", "return-path", "auto-submitted", "precedence", "list-id", "list-unsubscribe"),
    *("x-forwarded-to", "x-forwarded-for", "resent-from"),
)
_LONGEST_HANDED_ON = 1_000
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")


def parse(raw: bytes, limits: Limits = STANDARD) -> ParsedMail:
    """Read a mail from its bytes; whatever they are, the answer is a ParsedMail whose texts can be stored as UTF-8."""
    notes: Notes = set()
    head, body_bytes = split_head(_with_newlines(raw))
    fields = read_fields(head, limits, notes)
    leaves = cut(fields, body_bytes, limits, notes)
    body = read_body(leaves, limits, notes)
    subject = words(fields.first("subject"), notes)
    media_type, parameters = content_type(fields, "text/plain", notes)
    verdict = automatic.judge(fields, media_type, parameters.get("report-type", ""), subject)
    bounced = automatic.BOUNCE in verdict.labels
    report = read_report(fields, body.rest, body.text, limits, notes) if bounced else Report()
    to, cc = _recipients(fields, limits, notes)
    sender, reply_to = _sender(fields, notes), addresses(fields.first("reply-to"), limits.recipients, notes)
    return ParsedMail(
        subject=subject,
        message_id=own_message_id(fields.first("message-id")),
        in_reply_to=message_ids(fields.first("in-reply-to"), limits.references),
        references=message_ids(" ".join(fields.all("references")), limits.references),
        date=read_date(fields.first("date")),
        sender=sender,
        reply_to=reply_to,
        to=to,
        cc=cc,
        delivered_to=_delivered_to(fields, limits),
        return_path=_return_path(fields),
        text=body.text,
        html=body.html,
        files=read_files(body.rest, body.html),
        automatic=verdict.automatic,
        labels=_labels(verdict, report, notes),
        language=language(fields.first("content-language")),
        loop=one_line(fields.first("x-hub-loop")),
        original_message_id=report.original_message_id,
        failed=report.failed,
        thread_index=one_line(fields.first("thread-index")),
        thread_topic=words(fields.first("thread-topic"), notes),
        answer_to=_as_written(fields, (*reply_to[:20], sender)),
        links=html.links(body.html) if body.html else html.links_in_text(body.text),
        headers=_handed_on(fields),
        trace=read_trace(head[: limits.head_bytes]),
    )


def _with_newlines(raw: bytes) -> bytes:
    """The mail without blank lines before its head; one that ends its lines in CR alone gets newlines."""
    bare = raw.lstrip(b"\r\n")
    return bare if b"\n" in bare else bare.replace(b"\r", b"\n")


def _sender(fields: Fields, notes: Notes) -> Address:
    """Who wrote: the first mailbox of From, else of Sender."""
    for name in ("from", "sender"):
        found = addresses(fields.first(name), 1, notes)
        if found:
            return found[0]
    return Address("", "")


def _as_written(fields: Fields, found: Iterable[Address]) -> tuple[str, ...]:
    """The addresses with the letters they have in the mail: before the @, capitals may matter (RFC 5321, 2.4)."""
    source = " ".join(fields.first(name) for name in ("reply-to", "from", "sender"))
    emails = dict.fromkeys(address.email for address in found if address.email)
    places = ((email, re.search(re.escape(email), source, re.IGNORECASE | re.ASCII)) for email in emails)
    return tuple(place[0] if place else email for email, place in places)


def _handed_on(fields: Fields) -> dict[str, tuple[str, ...]]:
    told = {name: fields.all(name) for name in _HANDED_ON if name in fields.values}
    return {name: tuple(one_line(value[:_LONGEST_HANDED_ON]) for value in values[:5]) for name, values in told.items()}


def _recipients(fields: Fields, limits: Limits, notes: Notes) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """The mailboxes of To and Cc, together no more than the limit."""
    to, cc = (addresses(", ".join(fields.all(name)), limits.recipients + 1, notes) for name in ("to", "cc"))
    if len(to) + len(cc) > limits.recipients:
        notes.add(TRUNCATED)
    to = to[: limits.recipients]
    return to, cc[: limits.recipients - len(to)]


def _delivered_to(fields: Fields, limits: Limits) -> tuple[str, ...]:
    """Every address that servers say they delivered to, each once: the only trace of an alias, a list or a Bcc."""
    found = [address for name in _DELIVERED for value in fields.all(name) for address in bare_addresses(value)]
    return tuple(dict.fromkeys(found))[: limits.recipients]


def _return_path(fields: Fields) -> str | None:
    """The envelope's sender; empty for a report, None where no server wrote it down."""
    if "return-path" not in fields.values:
        return None
    return next(iter(bare_addresses(fields.first("return-path"))), "")


def _labels(verdict: automatic.Verdict, report: Report, notes: Notes) -> tuple[str, ...]:
    labels = verdict.labels
    if report.only_good_news:
        labels = labels - {automatic.BOUNCE} | {automatic.AUTO_GENERATED}
    return tuple(sorted(labels | notes))
