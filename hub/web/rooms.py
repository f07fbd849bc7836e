"""Every room that has pages, in the order in which their addresses are tried."""

from __future__ import annotations

from collections.abc import Sequence

from hub.web import (
    account,
    assets,
    audit_log,
    bulk,
    case_rooms,
    cases,
    front_page,
    live,
    overview,
    policies,
    policies_calendar,
    policies_what_if,
    pushes,
    sign_in,
    staff,
    webhooks,
)
from hub.web.routing import Room

ROOMS: Sequence[Room] = (
    assets.room,
    sign_in.room,
    front_page.room,
    cases.room,
    bulk.room,
    *case_rooms.ROOMS,
    live.room,
    account.room,
    staff.room,
    audit_log.room,
    overview.room,
    webhooks.room,
    pushes.room,
    policies_calendar.room,
    policies_what_if.room,
    policies.room,  # after the two, whose addresses could be those of a policy
)
