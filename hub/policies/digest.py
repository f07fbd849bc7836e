"""A fingerprint of whatever can move a deadline, the same however it was written down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal

from hub.core.policy import Policy
from hub.core.worktime import Calendar

_WORDS_ONLY = frozenset({"title", "source", "about", "calendar_name", "text"})
"""Fields that a person reads and no deadline follows from."""

_COUNTS = ("rules", "applies", "options", "rates", "effective_from", "pin")


def policy_digest(policy: Policy, office: Calendar) -> str:
    """Twelve hexadecimal digits over rules, calendars, rates and options; the office only if it is asked for."""
    parts = {name: getattr(policy, name) for name in _COUNTS}
    stages = (stage for rule in policy.rules for clock in rule.clocks for stage in clock.stages)
    lists = (*(rule.when for rule in policy.rules), *(stage.when for stage in stages))
    asked = {condition.field for conditions in lists for condition in conditions}
    # The clocks that run in the office hold its calendar already; this condition asks for it by another name.
    return digest_of({**parts, "office": office if "hour_class" in asked else None})


def digest_of(value: object) -> str:
    """Twelve hexadecimal digits over plain data, dataclasses and calendars."""
    return hashlib.sha256(json.dumps(_plain(value), sort_keys=True).encode()).hexdigest()[:12]


def _plain(value: object) -> object:
    if isinstance(value, Calendar):
        return value.digest
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name not in _WORDS_ONLY}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value.normalize())
    return str(value) if isinstance(value, date) else value
