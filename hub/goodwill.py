"""The suggestion of goodwill as the settings want it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.goodwill import Suggestion
    from hub.core.model import Case
    from hub.core.platform_acts import Offer


def suggested(hub: Hub, case: Case, offers: Sequence[Offer]) -> Suggestion | None:
    """The refund that is suggested for a case; None also where no limit is set."""
    table = hub.settings.goodwill
    if not table.limits:
        return None
    from hub.core.goodwill import Goodwill, suggestion

    return suggestion(case, offers, Goodwill(table.limits, frozenset(table.types)))
