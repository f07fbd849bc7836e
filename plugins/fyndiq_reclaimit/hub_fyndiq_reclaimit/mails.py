"""Recognises the notification mails of Fyndiq and CDON, which are how errands reach a program today; pure.

Documented are that both send one for each new errand, and that CDON's names the errand type, the errand id and the
order numbers, two of them while orders move (https://support.cdon.com/hc/en-us/articles/24787112186260). Their senders
and layouts are not published: what is looked for here is assumed, and whatever it misses stays a mail like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import CaseType, Mail, MailKind, MailReading
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.errand import ref_of

SENDERS = ("fyndiq.se", "fyndiq.com", "cdon.com", "cdon.se", "reclaimit.com")
MARGIN = timedelta(minutes=15)

_SEARCHED = 10_000
_DATE_IS_OFF = timedelta(minutes=10)
_PORTAL = re.compile(r"https://live\.reclaimit\.com/customer/[\w-]+/(\w+)/?\S*", re.IGNORECASE)
_PORTAL_OF: Mapping[str, str] = {
    name: f"https://live.reclaimit.com/customer/sv-SE/{name}/" for name in (words.FYNDIQ, words.CDON)
}
_NUMBER_WORD = r"[\s-]{0,2}(?:ids?|nr|nummer|numbers?|numret|no\.?)"
_ERRAND = re.compile(
    rf"\b(?:errand|ärende|arende)(?:{_NUMBER_WORD}\s{{0,3}}[:#]?|\s{{0,3}}[:#])\s{{0,3}}#?([A-Z0-9-]{{0,30}}[0-9]{{3}}[A-Z0-9-]{{0,20}})",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    rf"\border(?:{_NUMBER_WORD}(?:\(s\))?\s{{0,3}}(?:\([^)\n]{{0,20}}\))?\s{{0,3}}[:#]?|\s{{0,3}}[:#])\s{{0,3}}"
    r"#?([A-Z0-9][^\n]{2,160})",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"#?([A-Z0-9][A-Z0-9-]{3,40})(?![A-Z0-9-])(?:\s?\([^)\n]{0,20}\))?(?:[\s,;/&.|]|och\b|and\b)*", re.IGNORECASE
)
_TYPE_LABEL = re.compile(
    r"(?:errand\s?type|type of errand|ärendetyp|typ av ärende)\s*[:\-]?\s*([^\n]{3,60})", re.IGNORECASE
)
_TYPE_WORDS: Mapping[str, re.Pattern[str]] = {
    words.REGRET: re.compile(r"\b(?:ånger|ångra\w*|ångrat|retur|regrets?|regretted)\b", re.IGNORECASE),
    words.MISSING: re.compile(r"\b(?:saknad\w*|saknas|missing|utebliven)\b", re.IGNORECASE),
    words.COMPLAINT: re.compile(r"\b(?:reklamation\w*|complaints?)\b", re.IGNORECASE),
}
_ERRAND_WORDS = re.compile(r"\b(?:errands?|ärenden?|ärendet|reclaimit)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MailRules:
    """Whose mails are looked at (addresses, or domains with all below them), and how much older an errand may be."""

    senders: tuple[str, ...] = SENDERS
    margin: timedelta = MARGIN


def read_notification(mail: Mail, rules: MailRules) -> MailReading | None:
    """What a notification tells of an errand; None for a mail that says nothing of one, whoever sent it."""
    searched = f"{mail.subject}\n{mail.text[:_SEARCHED]}"
    portal = _portal(mail)
    sender = _known_sender(mail, rules.senders)
    if not portal and not (sender and _ERRAND_WORDS.search(searched)):
        return None
    errand = _ERRAND.search(searched)
    marketplace = _marketplace(mail, portal, searched)
    number = errand[1] if errand else ""
    type_raw = _type(mail.subject, searched)
    return MailReading(
        platform=words.PLATFORM,
        kind=MailKind.NOTIFICATION,
        ref=ref_of(marketplace, number) if marketplace and number else "",
        keys=(f"errand {number}",) if number and not marketplace else (),
        marketplace=marketplace,
        type=words.TYPES.get(type_raw, CaseType.UNKNOWN),
        type_raw=type_raw,
        order_numbers=tuple(dict.fromkeys(_orders(searched))),
        url=portal or _PORTAL_OF.get(marketplace, ""),
        opened_at=_told_at(mail) - rules.margin,
        doubt=_doubt(mail, sender),
    )


def _told_at(mail: Mail) -> datetime:
    """When the mail was written: by its own date, unless that is far from its arrival."""
    off = abs(mail.received_at - mail.sent_at) > _DATE_IS_OFF
    return mail.received_at if off else min(mail.sent_at, mail.received_at)


def _known_sender(mail: Mail, senders: Iterable[str]) -> str:
    """The entry of the list by which the sender is known."""
    address = mail.sender.email.lower()
    domain = address.rpartition("@")[2]
    for known in senders:
        if known.lstrip("@") == domain or domain.endswith(f".{known.lstrip('@')}") or known == address:
            return known
    return ""


def _doubt(mail: Mail, sender: str) -> str:
    if not sender:
        return "it has a link to Reclaimit, but comes from an address that is not known as one of Fyndiq's or CDON's"
    domain = sender.rpartition("@")[2]
    return "" if mail.is_proven(domain) else f"nothing proves that it comes from {domain}"


def _portal(mail: Mail) -> str:
    found = (_PORTAL.search(place) for place in (*mail.links, mail.text[:_SEARCHED]))
    return next((link[0].rstrip(").,>\"'") for link in found if link), "")


def _marketplace(mail: Mail, portal: str, searched: str) -> str:
    """The one marketplace that the link, the sender or the words name; nothing where they name both or none."""
    link = _PORTAL.search(portal)
    for place in (link[1] if link else "", mail.sender.email.rpartition("@")[2], searched):
        named = {name for name in (words.FYNDIQ, words.CDON) if re.search(rf"\b{name}\b", place.lower())}
        if named:
            return named.pop() if len(named) == 1 else ""
    return ""


def _type(subject: str, searched: str) -> str:
    """The type by its label, else by the only type that the subject names, else by the only one in the whole mail."""
    label = _TYPE_LABEL.search(searched)
    for place in (label[1] if label else "", subject, searched):
        named = [word for word, pattern in _TYPE_WORDS.items() if pattern.search(place)]
        if named:
            return named[0] if len(named) == 1 else ""
    return ""


def _orders(searched: str) -> Iterator[str]:
    """Every order number, of which there are two while orders move from one system to the other."""
    for found in _ORDERS.finditer(searched):
        place = 0
        while (number := _ORDER.match(found[1], place)) and sum(sign.isdigit() for sign in number[1]) >= 3:
            yield number[1]
            place = number.end()
