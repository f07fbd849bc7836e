"""The desk of a person, put together from an opened hub."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.desk import Desk


def desk_of(hub: Hub, who: str) -> Desk:
    """Where this person works on cases and sends replies."""
    from hub.outbox_tables import approval_rules
    from hub.runs.desk import Desk

    return Desk(
        store=hub.store,
        clock=hub.clock,
        evaluation_of=hub.evaluation_of,
        new_key=lambda: secrets.token_hex(8),
        who=who,
        policy_of=lambda case: hub.book.chosen(case).policy,
        undo=hub.settings.outbox.undo,
        rules=approval_rules(hub.settings.approval),
    )
