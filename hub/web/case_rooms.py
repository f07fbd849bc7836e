"""The rooms that one case's page and its acts are made of."""

from __future__ import annotations

from collections.abc import Sequence

from hub.web import case, case_acts, case_compose, case_decide, case_files, case_outbox
from hub.web.routing import Room

ROOMS: Sequence[Room] = (
    case.room,
    case_compose.room,
    case_acts.room,
    case_outbox.room,
    case_decide.room,
    case_files.room,
)
"""In this order: an address with a word of its own stands before one that takes any."""
