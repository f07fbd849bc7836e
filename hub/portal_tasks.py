"""What only a person can do on the platforms, of all cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.portal import PortalTask


def tasks_of(hub: Hub, *, everything: bool = False) -> list[tuple[Case, PortalTask]]:
    """The tasks that are open, or all there ever were, the oldest first, each with its case."""
    cases = map(hub.store.case, hub.store.with_tasks(done=everything))
    found = [
        (case, task)
        for case in cases
        for task in (case.portal_tasks if everything else case.open_tasks)
        if not case.merged_into
    ]
    return sorted(found, key=lambda pair: pair[1].given_at)
