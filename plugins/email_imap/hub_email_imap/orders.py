"""Finds the order a customer writes about, without ever taking a date or a phone number for one."""

from __future__ import annotations

import re
import unicodedata

_SEARCHED = 2000

_ORDER_WORDS = (
    "order(?:number|nummer|nr|id)?",  # en, sv, nl
    "beställning(?:snummer|snr)?",  # sv
    "bestelling|bestel(?:nummer|nr)",  # nl
    "bestellung|bestell(?:nummer|nr)|auftrag(?:snummer|snr)?",  # de
    "objednávk[aouy]|objednávce|objednávku|obj",  # cs
    "commande",  # fr
)
_LATIN = r"[0-9A-Za-z\u00c0-\u024f_/-]"  # not \w: Japanese puts no blank between a number and what follows
_ORDER_LINKS = r"[\s:#.,=('\"-]|number|nummer|no|nr|id|n°|číslo|čís|č|is|är|ist|lautet|est|je|numéro"
# Every repetition is bounded, so a text of any kind is searched in linear time; (?-i:…) because orders have capitals.
_ORDER = re.compile(
    rf"(?:(?<!\w)(?:{'|'.join(_ORDER_WORDS)})|(?:注文|受注|オーダー)(?:番号|ID|No)?)"
    rf"(?:{_ORDER_LINKS}|は|が){{0,8}}(?<!{_LATIN})(?-i:([A-Z0-9][A-Z0-9/-]{{2,28}}[A-Z0-9]))(?!{_LATIN})",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(r"[0-9]{1,4}([-/])[0-9]{1,2}\1[0-9]{1,4}|(?:19|20)[0-9]{2}(?:[-/][0-9]{1,2})?")


def order_number(subject: str, text: str) -> str:
    """The first thing in subject or text that follows a word for order and looks like a number of one, or nothing."""
    for part in (subject[:_SEARCHED], text[:_SEARCHED]):
        for found in _ORDER.finditer(unicodedata.normalize("NFKC", part)):
            digits = sum(c.isdigit() for c in found[1])
            if digits >= 3 and not _DATE_LIKE.fullmatch(found[1]):
                return found[1]
    return ""
