"""The client references by which replies and decisions of ours are known again on the platform."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

_SIGNED = 20
_REFERENCE = re.compile(
    rf"casehub\.([A-Z]{{1,5}}-[0-9]{{1,9}})\.([A-Za-z0-9_-]{{1,64}})\.([A-Za-z_]{{1,40}})\.([a-z0-9]{{{_SIGNED}}})",
    re.ASCII,
)

REPLY = "reply"
"""A message that is all of a reply."""

TEXT = "text"
"""A message that goes before the decision of the same reply."""

STATUS = "status"
"""The decision."""


@dataclass(frozen=True, slots=True)
class OwnReference:
    """What a reference of ours says: which reply of which case, and which part of it."""

    case_number: str
    key: str
    part: str


class References:
    """Makes and reads the references of one channel; `sign` is the hub's keyed signature.

    They are signed because an account may be served by another hub as well: a reference of that one names replies that
    this one does not know, and a message with it is to be shown as any other of the seller's.
    """

    def __init__(self, sign: Callable[[str], str]) -> None:
        self._sign = sign

    def make(self, case_number: str, key: str, part: str = REPLY) -> str:
        """The reference, the same whenever it is asked for, so that the platform takes the same thing once only."""
        made = f"casehub.{case_number}.{key}.{part}.{self._signature(case_number, key, part)}"
        if not _REFERENCE.fullmatch(made):
            raise ValueError(f"no reference can carry the case number {case_number!r} and the reply key {key!r}")
        return made

    def read(self, text: str) -> OwnReference | None:
        """What a reference says, if it is one that this channel made."""
        found = _REFERENCE.fullmatch(text)
        if found is None or not hmac.compare_digest(found[4], self._signature(found[1], found[2], found[3])):
            return None
        return OwnReference(found[1], found[2], found[3])

    def _signature(self, *said: str) -> str:
        return self._sign("|".join(("client reference", *said)))[:_SIGNED]
