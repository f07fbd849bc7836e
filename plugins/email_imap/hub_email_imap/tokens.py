"""What casehub signs into the mails it sends, and knows again when an answer, a bounce or a copy comes back."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from hub import ConfigurationError
from hub_email_imap.recipients import ascii_domain

_SIGNATURE_LENGTH = 20
_NUMBER = "ch-[0-9]{1,9}"
_KEY = "[a-z0-9-]{1,36}"
_SIGNATURE = f"[a-z0-9]{{{_SIGNATURE_LENGTH}}}"
_MESSAGE_ID = re.compile(rf"({_NUMBER})\.({_KEY})\.({_SIGNATURE})@([a-z0-9.-]+)")
_TAG = re.compile(rf"({_NUMBER})\.({_SIGNATURE})")
# re.ASCII keeps the Kelvin sign and the long s from passing for k and s.
_MARKER = re.compile(rf"\[ref:({_NUMBER})\.({_SIGNATURE})\]", re.IGNORECASE | re.ASCII)
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_LONGEST_DOMAIN = 47  # leaves a Message-ID at 120 characters with the longest number and key
_LONGEST_LOCAL = 64  # RFC 5321, section 4.5.3.1.1
_LONGEST_ID = 490  # two of them fit into References, the first and the parent
_BRACKETS = frozenset("<>")
_MOST_REFERENCES = 1000  # bytes; relays refuse longer headers (zammad #3691, freescout #5542)
_MOST_MARKERS = 100  # signatures checked in one text: a mail full of forgeries costs no more than this


@dataclass(frozen=True, slots=True)
class OwnId:
    """What a Message-ID of ours says: which reply of which case it is."""

    case_number: str
    key: str


def bare_id(text: str) -> str:
    """A Message-ID as it is compared and stored: no brackets, no white space, letters as they are.

    Empty if there is none, or if it is too long to be one.
    """
    found = "".join(text.split()).strip("<>")
    return found if len(found) <= _LONGEST_ID and found.isprintable() else ""


def pruned_references(chain: Iterable[str]) -> tuple[str, ...]:
    """The ids of a thread, bare and oldest first, as References may carry them: the first and the newest that fit."""
    fit = [message_id for message_id in chain if message_id.isascii() and not _BRACKETS & set(message_id)]
    ids = tuple(dict.fromkeys(reversed(fit)))[::-1]  # of an id that stands twice the newer place counts
    kept: list[str] = []
    room = _MOST_REFERENCES - _written(ids[:1])
    for message_id in reversed(ids[1:]):
        room -= _written([message_id])
        if room < 0:
            break
        kept.append(message_id)
    return (*ids[:1], *reversed(kept))


def _written(ids: Sequence[str]) -> int:
    return sum(len(message_id) + 3 for message_id in ids)  # two brackets and a space


class Tokens:
    """Makes and reads the signed marks of one channel.

    `sign` is the hub's keyed signature, another for every channel; what each mark says and its purpose are inside it,
    so that no mark can be turned into one of another kind, case, reply or channel. Reading does not mind capitals,
    because some mail programs change them.
    """

    def __init__(self, sign: Callable[[str], str], domain: str) -> None:
        self._sign = sign
        self._domain = _short_domain(domain)

    def message_id(self, case_number: str, key: str) -> str:
        """The Message-ID, in brackets, of the reply with this key: the same whenever it is asked for.

        A key is up to 36 small letters, digits and hyphens; a number is CH- and digits. Anything else is a ValueError.
        """
        number = case_number.lower()
        if not re.fullmatch(_NUMBER, number) or not re.fullmatch(_KEY, key):
            raise ValueError(f"a Message-ID cannot carry the case number {case_number!r} and the reply key {key!r}")
        return f"<{number}.{key}.{self._signature('message', number, key)}@{self._domain}>"

    def read_message_id(self, text: str) -> OwnId | None:
        """Which reply of ours a Message-ID names, if we made it."""
        candidate = _lowered(bare_id(text))
        found = _MESSAGE_ID.fullmatch(candidate)
        if found is None or found[4] != self._domain:
            return None
        number, key, signature = found[1], found[2], found[3]
        return OwnId(number.upper(), key) if self._holds(signature, "message", number, key) else None

    def sub_address(self, address: str, case_number: str) -> str:
        """The address with the case in its plus-tag (RFC 5233), or as it is where there is no room for a tag."""
        local, _, domain = address.rpartition("@")
        number = case_number.lower()
        tagged = f"{local.partition('+')[0]}+{number}.{self._signature('address', number)}"
        return f"{tagged}@{domain}" if len(tagged) <= _LONGEST_LOCAL else address

    def read_recipient(self, address: str) -> str | None:
        """The number of the case that an address of ours carries in its plus-tag, if we made it."""
        tag = address.strip().strip("<>").rpartition("@")[0].partition("+")[2]
        return self._case_of(_TAG.fullmatch(_lowered(tag)), "address")

    def marker(self, case_number: str) -> str:
        """The signed reference that stands in the text of a reply and comes back when it is quoted."""
        number = case_number.lower()
        return f"[ref:{number.upper()}.{self._signature('marker', number)}]"

    def find_marker(self, text: str) -> str | None:
        """The number of the case that the first genuine marker in a text names."""
        for found in islice(_MARKER.finditer(text), _MOST_MARKERS):
            number = self._case_of(found, "marker")
            if number is not None:
                return number
        return None

    def loop_value(self, message_id: str = "") -> str:
        """What X-Hub-Loop says: this channel sent it, and as which message, should the provider replace its id."""
        return f"{self._signature('loop')} {bare_id(message_id)}".strip()

    def is_own_loop(self, text: str) -> bool:
        """Whether an X-Hub-Loop header is ours."""
        words = _lowered(text).split()
        return bool(words) and self._holds(words[0], "loop")

    def read_loop(self, text: str) -> OwnId | None:
        """Which reply of ours an X-Hub-Loop header names, if it is ours and names one."""
        words = text.split()
        return self.read_message_id(words[1]) if len(words) == 2 and self.is_own_loop(text) else None

    def _case_of(self, found: re.Match[str] | None, purpose: str) -> str | None:
        if found is None:
            return None
        number, signature = found[1].lower(), found[2].lower()
        return number.upper() if self._holds(signature, purpose, number) else None

    def _holds(self, signature: str, *said: str) -> bool:
        return hmac.compare_digest(signature, self._signature(*said))

    def _signature(self, *said: str) -> str:
        return self._sign("|".join(said))[:_SIGNATURE_LENGTH]


def _lowered(text: str) -> str:
    """The text in small letters; empty if it has others than ASCII, some of which become ASCII when lowered."""
    return text.lower() if text.isascii() else ""


def _short_domain(domain: str) -> str:
    """The domain in small letters, its first labels left out as far as a short Message-ID asks for it."""
    short = ascii_domain(domain.strip())
    if not _DOMAIN.fullmatch(short):
        raise ConfigurationError("the domain for Message-IDs is not a host name; write one such as shop.example")
    while len(short) > _LONGEST_DOMAIN and "." in short:
        short = short.partition(".")[2]
    return short[:_LONGEST_DOMAIN].strip("-.")
