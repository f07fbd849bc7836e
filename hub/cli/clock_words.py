"""The words in which people read of clocks and their ladders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hub.core.policy import Audience, Deed

_DEEDS: Mapping[Deed, str] = {
    Deed.WARN: "warning",
    Deed.LEAD: "escalation",
    Deed.BREACH: "late notice",
    Deed.REMIND: "reminder",
    Deed.PREPARE: "call for a decision",
}


def percent(share: Decimal) -> str:
    """A share as people write it, with no more digits than it has: 90 %, 99.5 %."""
    return f"{(share * 100).normalize():f} %"


def deed_words(deed: Deed, audience: Audience) -> str:
    """What casehub does at a stage: warning to the owner."""
    return f"{_DEEDS[deed]} to the {audience}"
