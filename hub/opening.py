"""Opening a case to read it: merges are followed, and its platform learns that somebody has read it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from hub.core.acting import mark_read
from hub.desks import desk_of
from hub.errors import HubError
from hub.reaching import marks_read

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case


def case_to_read(hub: Hub, number: str) -> Case:
    """The case under a number, merges followed."""
    case = hub.store.case(number)
    while case.merged_into:
        case = hub.store.case(case.merged_into)
    return case


def tell_read(hub: Hub, case: Case) -> None:
    """Let the platform know that a person has opened the case, where its channel wants that; it holds up nobody."""
    if not marks_read(hub, case.channel):
        return
    with contextlib.suppress(HubError):
        # Looked at first without waiting for other writers: mostly it was told already.
        if mark_read(case, "", hub.clock.now(), hub.store.replies(case_number=case.number)) is None:
            return
        desk_of(hub, "casehub").mark_read(case.number)
