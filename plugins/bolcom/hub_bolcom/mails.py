"""What bol.com's mails tell: a customer's own words, that a question waits in the seller account, or no case at all.

bol.com documents the addresses and not the texts: a mail is sorted by who sent it, and where words decide between a
question and an order, one that has neither is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from hub import CaseType, Mail, MailKind, MailReading
from hub_bolcom.orders import is_order_number, order_numbers

PLATFORM = "bolcom"
DOMAIN = "bol.com"
ENCRYPTED_HOSTS = ("klantbericht.bol.com", "verkopen.bol.com")
"""Where a customer's encrypted address lies, at which bol.com passes answers on."""

MONTHS_TO_ANSWER = 3
"""For so long after a conversation began bol.com passes mails on."""

QUESTION = "klantvraag"
"""bol.com's word for a customer's question."""

_ROBOTS = frozenset({"automail", "noreply", "no-reply"})
_PORTAL_HOST = "partner.bol.com"
_NO_LINK = frozenset({"bol.com", "www.bol.com", "partnerplatform.bol.com"})  # the shop and the help pages
_ASKS = re.compile(
    r"klantvra(?:ag|gen)\b|vraag (?:van|over)\b|bericht van (?:een|je|de) klant|reactie van (?:een|je|de) klant"
    r"|customer question|question d['’ ]une? client|question du client",
    re.IGNORECASE,
)
_NO_CASE = re.compile(
    r"\b(?:nieuwe bestelling|nouvelle commande|new order|factuur|facture|invoice|uitbetaling|betaling|payment"
    r"|beoordeling|review|nieuwsbrief|newsletter|verifieer|bevestig (?:je|uw) e-?mail)",
    re.IGNORECASE,
)
_CASE_NUMBER = re.compile(
    r"\b(?P<label>case(?:[ -]?nummer|[ -]?number)?|klantvraag(?:[ -]?nummer)?)"
    r"[ \t]{0,2}[:#-]?[ \t]{0,2}(?P<number>\d{5,12})\b",
    re.IGNORECASE,
)
_UNPROVEN = "it says that it comes from bol.com, and no signature proves it: it may be a forgery"
_UNKNOWN = "casehub cannot tell whether a customer asks something in it"


def read_mail(mail: Mail) -> MailReading | None:
    """What a mail of bol.com is; None for any other, also where its sender only looks like bol.com's."""
    if not _lies_in_domain(_host(mail.sender.email)):
        return None
    proven = mail.is_proven(DOMAIN)
    address = next(_answerable(mail), "")
    if address:
        return _of_customer(mail, address, proven)
    return _of_robot(mail, proven) if _is_robot(mail) else _sorted_out(mail, proven)


def answer_until(began: datetime) -> datetime:
    """Until when bol.com passes on mails of a conversation that began then; a day that a month lacks is its last."""
    months = began.year * 12 + began.month - 1 + MONTHS_TO_ANSWER
    for day in range(began.day, 0, -1):
        try:
            return began.replace(year=months // 12, month=months % 12 + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _of_customer(mail: Mail, address: str, proven: bool) -> MailReading:
    return MailReading(
        PLATFORM,
        MailKind.CUSTOMER,
        ref=_ref(mail),
        keys=(f"address:{address.partition('@')[0].lower()}",),
        marketplace=DOMAIN,
        type=CaseType.QUESTION,
        type_raw=QUESTION,
        order_numbers=order_numbers(mail.subject, mail.text),
        url=_link(mail) if proven else "",
        # How long the conversation has gone on this mail alone does not tell: it began no later than now.
        answer_hosts=ENCRYPTED_HOSTS if proven else (),
        answer_until=answer_until(min(mail.sent_at, mail.received_at)) if proven else None,
        doubt="" if proven else _UNPROVEN,
    )


def _of_robot(mail: Mail, proven: bool) -> MailReading:
    numbers, link = order_numbers(mail.subject, mail.text), _link(mail)
    asks = bool(_ASKS.search(mail.subject))
    if not asks and _NO_CASE.search(mail.subject):
        return _no_case(mail, proven, "")
    if not (numbers or link) or not (asks or (numbers and link)):
        return _no_case(mail, proven, _UNKNOWN)
    clear = asks or bool(_ASKS.search(mail.text))
    return MailReading(
        PLATFORM,
        MailKind.NOTIFICATION,
        ref=_ref(mail),
        marketplace=DOMAIN,
        type=CaseType.QUESTION,
        type_raw=QUESTION,
        order_numbers=numbers,
        url=link if proven else "",
        doubt=_doubt(proven, "" if clear else _UNKNOWN),
    )


def _sorted_out(mail: Mail, proven: bool) -> MailReading:
    """A mail of another sender at bol.com: what is sent to many is no case, and a person looks at the rest."""
    to_many = "list-unsubscribe" in mail.headers or "list-id" in mail.headers
    return _no_case(mail, proven, "" if to_many or _NO_CASE.search(mail.subject) else _UNKNOWN)


def _no_case(mail: Mail, proven: bool, doubt: str) -> MailReading:
    return MailReading(
        PLATFORM,
        MailKind.NO_CASE,
        marketplace=DOMAIN,
        order_numbers=order_numbers(mail.subject),
        doubt=_doubt(proven, doubt),
    )


def _doubt(proven: bool, doubt: str) -> str:
    return "; ".join(filter(None, ("" if proven else _UNPROVEN, doubt)))


def _ref(mail: Mail) -> str:
    """The case by its number, where the mail labels one as such and not as that of an order."""
    for found in _CASE_NUMBER.finditer(f"{mail.subject}\n{mail.text[:20_000]}"):
        # "Klantvraag 4012345678" may name the order, and all questions about an order would be one.
        if found["label"].lower() != QUESTION or not is_order_number(found["number"]):
            return f"{QUESTION}:{found['number']}"
    return ""


def _answerable(mail: Mail) -> Iterator[str]:
    """Addresses of this mail behind which a customer is."""
    for address in (mail.sender.email, *mail.reply_to):
        local, _, host = address.partition("@")
        if host.lower() in ENCRYPTED_HOSTS and local and not _is_nobody(local):
            yield address


def _is_robot(mail: Mail) -> bool:
    return _is_nobody(mail.sender.email.partition("@")[0])


def _is_nobody(local: str) -> bool:
    return local.lower() in _ROBOTS


def _link(mail: Mail) -> str:
    """The link into the seller account; others of bol.com's own only where there is none."""
    ours = [link for link in mail.links if _may_be_shown(link)]
    return next((link for link in ours if _host_of(link) == _PORTAL_HOST), ours[0] if ours else "")


def _may_be_shown(link: str) -> bool:
    host = _host_of(link)
    return link.startswith("https://") and _lies_in_domain(host) and host not in _NO_LINK


def _host_of(link: str) -> str:
    # Two readers of an address may see two hosts in one with odd signs.
    if not link.isascii() or not link.isprintable() or re.search(r"[\s\\@]", link):
        return ""
    try:
        return (urlsplit(link).hostname or "").lower()
    except ValueError:
        return ""


def _host(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _lies_in_domain(host: str) -> bool:
    return host == DOMAIN or host.endswith(f".{DOMAIN}")
