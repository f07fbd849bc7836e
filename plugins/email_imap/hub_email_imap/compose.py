"""From a reply a person approved to the bytes of a mail that any server takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import PurePosixPath

from hub import Attachment, Case, Message, Rejected, Reply
from hub_email_imap.addresses import bare_addresses
from hub_email_imap.headers import read_fields, split_head
from hub_email_imap.limits import STANDARD
from hub_email_imap.platform_answers import newest_of_customer
from hub_email_imap.recipients import canonical, encoded, for_envelope, for_header, is_no_reply
from hub_email_imap.text import one_line, several_lines
from hub_email_imap.tokens import Tokens, bare_id, pruned_references

# The default policy writes 8bit parts, which a relay without 8BITMIME may break (RFC 6152).
_SEVEN_BIT = SMTP.clone(cte_type="7bit")
_LINE = 76
_LONGEST_SUBJECT = 300
_LONGEST_FILE_NAME = 150
_MOST_RECIPIENTS = 50
_REPLY_MARK = re.compile(r"\s*(?:re|aw|sv|vs|odp|antw)\s*(?:\[[0-9]{1,3}\])?\s*[:：]\s*", re.IGNORECASE)
_CASE_TAG = re.compile(r"\[CH-[0-9]{1,9}\]", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]{1,900}")
# So that no program answers it: RFC 3834, section 5, and what Exchange and older programs go by.
_AUTOMATIC = [
    ("Auto-Submitted", "auto-replied"),
    ("X-Auto-Response-Suppress", "All"),
    ("Precedence", "auto_reply"),
]


@dataclass(frozen=True, slots=True)
class Sender:
    """How a mailbox signs its replies: its addresses, its name, and what stands below the text."""

    address: str
    name: str = ""
    own_addresses: tuple[str, ...] = ()
    signature: str = ""
    reference_line: bool = True
    sub_address: bool = False
    smtputf8: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready for SMTP; `message_id` is bare, `recipients` has everybody who gets it, Bcc too.

    `envelope_from` is empty for an automatic mail: nothing comes back for it, no bounce and no other program's answer.
    """

    message_id: str
    envelope_from: str
    recipients: tuple[str, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class _Letter:
    """Who writes to whom: addresses as the envelope takes them."""

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]


def compose(
    reply: Reply,
    case: Case,
    sender: Sender,
    tokens: Tokens,
    attachments: Sequence[tuple[Attachment, bytes]],
    now: datetime,
    return_path: str = "",
) -> Composed:
    """The mail that carries a reply to the customer of a case.

    It goes to the writer of the newest message alone, an automatic one to the writer of the message it acknowledges,
    whose envelope had the sender `return_path`; `cc` and `bcc` in the reply's extra add plain addresses, parted by
    commas. Its Message-ID depends on case and key only. What cannot be sent is Rejected, with the reason.
    """
    if not reply.text.strip() and not attachments:
        raise Rejected("the reply is empty; write a text or add a file")
    answered = answered_by(reply, case)
    letter = _letter(reply, case, answered, sender, return_path)
    message_id = tokens.message_id(case.number, reply.key)
    fields = [
        *_addressing(letter, case, answered, sender, tokens),
        ("Subject", encoded(_subject(case, answered))),
        ("Date", format_datetime(now)),
        ("Message-ID", message_id),
        *_threading(answered),
        *(_AUTOMATIC if reply.automatic else ()),
        ("X-Hub-Loop", tokens.loop_value(message_id)),
    ]
    head = "".join(_folded(name, value) for name, value in fields if value.strip())
    body = _body(_text(reply, case, sender, tokens), attachments)
    data = head.encode("utf-8" if sender.smtputf8 else "ascii") + body.as_bytes()
    envelope_from = "" if reply.automatic else letter.sender
    return Composed(bare_id(message_id), envelope_from, _once((*letter.to, *letter.cc, *letter.bcc)), data)


def answered_by(reply: Reply, case: Case) -> Message | None:
    """The message whose writer gets a reply: the newest one from outside, or the one an automatic reply is for."""
    if reply.automatic:
        return next((m for m in case.messages if m.ref == reply.after), None)
    return case.last_inbound if case.about is None else newest_of_customer(case)


def why_nobody_gets(reply: Reply, case: Case, sender: Sender) -> str:
    """Why a person's reply would reach nobody, such as a case of machines; empty if somebody gets it."""
    try:
        _letter(reply, case, answered_by(reply, case), sender, "")
    except Rejected as problem:
        return str(problem)
    return ""


def return_path_of(original: bytes) -> str:
    """The sender that a mail had on its envelope; empty if its original does not tell."""
    head, _ = split_head(original)
    fields = read_fields(head, STANDARD, set(), frozenset({"return-path"}))
    return next(iter(bare_addresses(fields.first("return-path"))), "")


def _letter(reply: Reply, case: Case, answered: Message | None, sender: Sender, return_path: str) -> _Letter:
    def ready(addresses: Iterable[str]) -> tuple[str, ...]:
        return _once(for_envelope(address, sender.smtputf8) for address in addresses)

    own = {canonical(address) for address in (sender.address, *sender.own_addresses)}
    wanted = _wanted(reply, answered, return_path)
    to = ready(_to(case, answered, wanted, own))
    cc = tuple(a for a in ready(_told(reply, "cc", own)) if a not in to)
    bcc = tuple(a for a in ready(_told(reply, "bcc", own)) if a not in to + cc)
    if len(to) + len(cc) + len(bcc) > _MOST_RECIPIENTS:
        raise Rejected(f"the reply names more than {_MOST_RECIPIENTS} recipients; take some of them out")
    used = answered.extra.get("recipient", "") if answered else ""
    from_address = used if used and canonical(used) in own else sender.address
    return _Letter(for_envelope(from_address, sender.smtputf8), to, cc, bcc)


def _wanted(reply: Reply, answered: Message | None, return_path: str) -> list[str]:
    """Where the writer wants the answer, if not at the address they wrote from.

    An automatic one goes to the sender of the envelope (RFC 3834, section 4) where that is the writer's own mailbox.
    Any other address would be one that the hub does not count, and which somebody could have flooded by us.
    """
    if answered is None:
        return []
    if not reply.automatic:
        return _split(answered.extra.get("answer_to") or answered.extra.get("reply_to", ""))
    return [return_path] if canonical(return_path) == canonical(answered.sender.email) else []


def _to(case: Case, answered: Message | None, wanted: Sequence[str], own: set[str]) -> tuple[str, ...]:
    """The addresses wanted, else the writer's own, as far as somebody reads there; Rejected if nobody would."""
    if answered is not None and answered.automatic:
        raise Rejected(
            f"everything in {case.number} was written by machines, which read no answers;"
            " write to the customer from a mail program, the copy in Sent joins the case"
        )
    writer = [answered.sender.email] if answered and answered.sender.email else [case.customer.email]
    named = [address for address in (*wanted, *writer) if address]
    if not named:
        raise Rejected(f"nobody in {case.number} gave an e-mail address; answer in another way and close the case")
    for addresses in (wanted, writer):
        reading = [a for a in addresses if a and canonical(a) not in own and not is_no_reply(a)]
        if reading:
            return tuple(reading)
    why = "is our own address" if canonical(named[0]) in own else "is an address nobody reads"
    raise Rejected(f"{one_line(named[0])} {why}; find the customer's address and write there from a mail program")


def _told(reply: Reply, header: str, own: set[str]) -> list[str]:
    """The further recipients a person asked for, our own addresses left out."""
    return [address for address in _split(reply.extra.get(header, "")) if canonical(address) not in own]


def _split(addresses: str) -> list[str]:
    return [address.strip() for address in addresses.split(",") if address.strip()]


def _once(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))


def _addressing(
    letter: _Letter, case: Case, answered: Message | None, sender: Sender, tokens: Tokens
) -> list[tuple[str, str]]:
    customer = answered.sender if answered else case.customer
    written = canonical(customer.email)
    return [
        ("From", for_header(sender.name, letter.sender)),
        ("To", ", ".join(for_header(customer.name if canonical(a) == written else "", a) for a in letter.to)),
        ("Cc", ", ".join(letter.cc)),
        # A provider may replace our Message-ID (SES, Graph); the address brings the case back all the same.
        ("Reply-To", tokens.sub_address(letter.sender, case.number) if sender.sub_address else ""),
    ]


def _subject(case: Case, answered: Message | None) -> str:
    """The customer's subject with one `Re:` and the number of this case in front, where matching looks past it."""
    rest = one_line(_CASE_TAG.sub(" ", answered.subject if answered and answered.subject else case.subject))
    while (mark := _REPLY_MARK.match(rest)) is not None:
        rest = rest[mark.end() :]
    return f"Re: [{case.number}] {rest[:_LONGEST_SUBJECT]}".rstrip()


def _threading(answered: Message | None) -> list[tuple[str, str]]:
    """What lets the customer's mail program show the reply below the question."""
    if answered is None:
        return []
    parent = bare_id(answered.extra.get("message_id", ""))
    chain = [*map(bare_id, answered.extra.get("references", "").split()), parent]
    index = answered.extra.get("thread_index", "")
    return [
        ("In-Reply-To", _bracketed([parent])),
        ("References", _bracketed(chain)),
        ("Thread-Topic", encoded(one_line(answered.extra.get("thread_topic", ""))[:_LONGEST_SUBJECT])),
        ("Thread-Index", index if _BASE64.fullmatch(index) else ""),
    ]


def _bracketed(ids: Iterable[str]) -> str:
    return " ".join(f"<{message_id}>" for message_id in pruned_references(filter(None, ids)))


def _folded(name: str, value: str) -> str:
    """A header of lines as short as its words allow; a line break in the value ends up as a space.

    The email package is not asked, because it writes long Message-IDs as RFC 2047 words, which no program reads
    (https://github.com/python/cpython/issues/79986).
    """
    first, *words = value.split()
    lines, line = [], f"{name}: {first}"
    for word in words:
        if len(line) + 1 + len(word) > _LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]) + "\r\n"


def _text(reply: Reply, case: Case, sender: Sender, tokens: Tokens) -> str:
    """The reply with its signed reference and the signature.

    The reference stands above the signature, since mail programs leave out of a quotation what follows `-- `.
    """
    parts = [several_lines(reply.text).rstrip()]
    if sender.reference_line:
        parts.append(tokens.marker(case.number))
    if sender.signature.strip():
        parts.append("-- \n" + several_lines(sender.signature).strip("\n"))
    return "\n\n".join(parts) + "\n"


def _body(text: str, attachments: Sequence[tuple[Attachment, bytes]]) -> EmailMessage:
    body = EmailMessage(policy=_SEVEN_BIT)
    body.set_content(text, charset="utf-8")
    for number, (attachment, content) in enumerate(attachments, start=1):
        kind, _, subtype = _media_type(attachment.media_type).partition("/")
        name = _file_name(attachment.name, number)
        body.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    return body


def _media_type(declared: str) -> str:
    lowered = declared.strip().lower()
    # A message or multipart may not be base64 (RFC 2046, section 5.2.1), and is a file here, not a part of the mail.
    if not _MEDIA_TYPE.fullmatch(lowered) or lowered.startswith(("message/", "multipart/")):
        return "application/octet-stream"
    return lowered


def _file_name(name: str, number: int) -> str:
    """The file's name without folders and without anything that could break a header."""
    last = one_line(name).replace("\\", "/").rpartition("/")[2].strip(" .")
    ending = PurePosixPath(last).suffix[:20]
    if len(last) > _LONGEST_FILE_NAME:
        last = last[: _LONGEST_FILE_NAME - len(ending)] + ending
    return last or f"file-{number}"
