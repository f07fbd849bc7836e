"""Whose an address is, whether a reply can go there, and how envelopes and headers write it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.charset import SHORTEST, Charset
from email.header import Header

from hub import Rejected
from hub_email_imap.text import one_line

_PLAIN = re.compile(r'[^\s@<>,;:"()\[\]\\]{1,64}@[^\s@<>,;:"()\[\]\\]{1,255}')
# With `Subject: ` before it a line of at most 76 letters (RFC 2047, section 2).
_ENCODED_WORD_ROOM = 66
_WORDS = Charset("utf-8")
_WORDS.header_encoding = SHORTEST  # said outright: a library such as apprise changes what utf-8 stands for
_LONGEST_NAME = 300
# Letters that the rules of 2003 and 2008 turn into different domains (RFC 5894, section 7.2): ß, final sigma, joiners.
_AMBIGUOUS = frozenset("ßς\u200c\u200d")
_DEAF = ("noreply", "donotreply", "dontreply", "mailerdaemon", "nichtantworten", "svaraej", "geenantwoord")
_MACHINES = frozenset({"postmaster", "bounce", "bounces"})


def is_plain(address: str) -> bool:
    """Whether this is one bare address, without quotes, comments or anything a header or an envelope could trip on."""
    return address.isprintable() and _PLAIN.fullmatch(address) is not None


def canonical(address: str) -> str:
    """The address as two writings of it are compared: small letters, no plus-tag, the domain in its ASCII form."""
    local, at, domain = address.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    return local + at + (ascii_domain(domain) or domain)


def matches(address: str, wanted: Iterable[str]) -> bool:
    """Whether the address, plus-tag aside, or its whole domain (`shop.example` or `@shop.example`) is listed."""
    whole = canonical(address)
    domain = whole.rpartition("@")[2]
    listed = {canonical(entry.strip().removeprefix("@")) for entry in wanted}
    return bool(whole) and (whole in listed or domain in listed)


def is_no_reply(address: str) -> bool:
    """Whether nobody reads what is sent there, as the address itself says."""
    local = address.lower().rpartition("@")[0].partition("+")[0]
    letters = re.sub(r"[-_.]", "", local)
    return letters.startswith(_DEAF) or letters in _MACHINES


def for_envelope(address: str, smtputf8: bool = False) -> str:
    """The address as SMTP takes it, its domain in ASCII; what cannot be delivered is Rejected.

    A local part outside ASCII needs a server that offers SMTPUTF8 (RFC 6531).
    """
    local, _, domain = address.strip().rpartition("@")
    if not is_plain(f"{local}@{domain}"):
        raise Rejected(f"{_shown(address)} is not a plain e-mail address; correct it and write the reply anew")
    if not local.isascii() and not smtputf8:
        raise Rejected(
            f"{_shown(address)} has letters before the @ that the mail server does not take (no SMTPUTF8);"
            " ask the customer for another address"
        )
    host = ascii_domain(domain)
    if not host:
        raise Rejected(f"the domain of {_shown(address)} has no certain ASCII form; write it as xn--…")
    return f"{local}@{host}"


def ascii_domain(domain: str) -> str:
    """The ASCII form of a domain (RFC 5890), in small letters; empty where it has none, or more than one."""
    lowered = domain.lower()
    if lowered.isascii():
        return lowered
    if _AMBIGUOUS & set(lowered):
        return ""
    try:
        return lowered.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def for_header(name: str, address: str) -> str:
    """A mailbox as a From, To or Cc header writes it: safe, and in ASCII as far as the address is."""
    # A line may have 998 octets (RFC 5322, section 2.1.1), and a name without blanks cannot be folded.
    shown = one_line(name)[:_LONGEST_NAME].rstrip()
    if not shown:
        return address
    words = encoded(shown)
    quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f"{words} <{address}>" if words != shown else f'"{quoted}" <{address}>'


def encoded(text: str) -> str:
    """One line of text as a header may carry it: itself, or RFC 2047 words of a lawful length."""
    if text.isascii() and "=?" not in text:
        return text
    return " ".join(Header(text, _WORDS, maxlinelen=_ENCODED_WORD_ROOM).encode().split())


def _shown(address: str) -> str:
    return one_line(address)[:100] or "an empty address"
