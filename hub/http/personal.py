"""What a field of a payload is likely to hold, told from its name: the names of several languages and conventions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """How a value is replaced in a recording."""

    SECRET = "secret"  # noqa: S105  the name of a kind, not a password
    EMAIL = "email"
    NAME = "name"
    PHONE = "phone"
    PLACE = "place"
    TEXT = "text"
    ID = "id"


INHERITED = frozenset({Kind.SECRET, Kind.EMAIL, Kind.NAME, Kind.PHONE, Kind.PLACE})
"""The kinds that a field hands on to what is nested in it, as in {"name": {"first": …}}."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ROLES = _set(
    "admin agent automatic bot buyer client customer marketplace merchant none operator platform retailer seller shop "
    "staff store support system unknown user"
)
"""What may stand in a field such as `author` without being a name."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
# Beginnings and middles of a name that is written in one word; each is long enough not to be a part of another word.
_IN_ONE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.SECRET,
        re.compile(
            r"passw|secret|token|cookie|credential|signature|sessionid|authoriz|motdepasse|wachtwoord|losenord"
            r"|(api|access|licen[sc]e|private|service|auth|client)key|clientid"
        ),
    ),
    (Kind.EMAIL, re.compile(r"e?mailadd?res|email|epost|courriel|replyto")),
    (Kind.PHONE, re.compile(r"phone|telefon|telefoon|telnr|mobilenumber|handynummer|keitai")),
    (
        Kind.NAME,
        re.compile(
            r"(first|last|middle|full|sur|given|family|nick|user|maiden|display|customer|buyer|contact|recipient|sender"
            r"|client|consignee|billing|shipping|author|delivery|person|owner|receiver)name|prenom|nomde|vorname"
            r"|nachname|fornamn|efternamn|voornaam|achternaam|tussenvoegsel|salutation|kana$|surnameprefix"
        ),
    ),
    (
        Kind.PLACE,
        re.compile(
            r"street|strasse|postcode|postalcode|postnummer|postnr|codepostal|zipcode|housen(umber|o)|huisnummer"
            r"|hausnummer|addres|adres|prefecture|latitude|longitude|iban|vatnumber|birth|personnummer|orgnummer"
        ),
    ),
)
_WORDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    (Kind.SECRET, _set("pwd otp pin login auth jwt session")),
    (Kind.EMAIL, _set("mail mails")),
    (Kind.PHONE, _set("tel mobile mobil fax gsm portable")),
    (Kind.NAME, _set("nom namn naam sei mei initials infix firstname lastname addressee attention")),
    (
        Kind.PLACE,
        _set(
            "city town village ort stad ville plaats stadt zip plz gata gatan straat rue province company firma "
            "foretag societe bedrijf entreprise ip bic siret kvk lat lng lon address1 address2 address3"
        ),
    ),
)
_TEXTS = _set(
    "message messages text texts body content comment comments note notes remark remarks memo question questions "
    "answer inquiry enquiry reply subject feedback review description meddelande kommentar kommentarer bericht "
    "opmerking nachricht bemerkung commentaire texte fraga svar beskrivning sujet objet"
)
_NUMBERING = _set("id ids number numbers no nr num ref reference nummer numero uuid guid identifier")
_NUMBERED = re.compile(
    r"(order|case|errand|return|rma|ticket|inquiry|message|customer|user|purchase|claim|shipment|parcel|payment"
    r"|transaction|invoice|item|account|thread|conversation)(id|number|no|nr|ref)s?$|track|parcel"
)
# What tells how a value is meant, and is nothing personal whatever it stands beside.
_NEUTRAL_ENDS = _set(
    "type types count date time at on status state format size length language total currency kind flag url href links "
    "link is version percentage quantity amount"
)
_NEUTRAL_WORDS = _set("country currency language locale page ean gtin sku asin isbn category product version")
_PEOPLE = _set("author sender recipient user by agent person contact")
_THINGS = _set(
    "product products item items article articles offer offers indicator indicators performance carrier transporter "
    "shop store status reason reasons category categories country event file attachment attachments link problem "
    "violation violations method type brand warehouse service field"
)


@lru_cache(maxsize=4096)
def words_of_field(name: str) -> tuple[str, ...]:
    """The words of a name such as `customerEMail`, `customer_e_mail` or `Customer-E-Mail`, without accents."""
    plain = unicodedata.normalize("NFKD", name.rpartition(":")[2]).encode("ascii", "ignore").decode()
    return tuple(word.lower() for word in _WORD.findall(plain))


def kind_of(name: str, parent: str = "", own: Collection[str] = ()) -> Kind | None:
    """What the field holds, None if nothing personal; `own` are the names that an adapter declares besides."""
    if name in own:
        return Kind.TEXT
    return _kind_of(name, parent)


@lru_cache(maxsize=4096)
def is_neutral(name: str) -> bool:
    """Whether a field tells how something else is meant, such as its type or its language, and nothing of a person."""
    words = words_of_field(name)
    ends_so = bool(words) and words[-1] in _NEUTRAL_ENDS and "birth" not in "".join(words)
    return ends_so or not _NEUTRAL_WORDS.isdisjoint(words)


@lru_cache(maxsize=4096)
def _kind_of(name: str, parent: str) -> Kind | None:
    words = words_of_field(name)
    if not words:
        return None
    joined, last = "".join(words), words[-1]
    whole = next((kind for kind, pattern in _IN_ONE if pattern.search(joined)), None)
    if whole is Kind.SECRET and last not in ("type", "expires", "in"):
        return whole
    if joined.endswith("filename"):
        return Kind.TEXT  # whoever sends a file has named it, as likely as not after himself
    if is_neutral(name):
        return None
    if whole is not None and not (last in _NUMBERING and whole is Kind.NAME):
        return whole
    return _kind_of_words(words, words_of_field(parent))


def _kind_of_words(words: tuple[str, ...], parent: tuple[str, ...]) -> Kind | None:
    last = words[-1]
    for kind, telling in _WORDS:
        if not telling.isdisjoint(words):
            return kind
    if last in _NUMBERING or _NUMBERED.search("".join(words)):
        return Kind.ID
    if not _TEXTS.isdisjoint(words):
        return Kind.TEXT
    is_name = last in _PEOPLE or (last in ("name", "names") and _THINGS.isdisjoint((*words, *parent)))
    return Kind.NAME if is_name else None
