"""The log of acts, as far as they come through the pages."""

from __future__ import annotations

from hub.core.people import AuditEntry, Door
from hub.core.plain_text import one_line
from hub.web.site import Here

_LONGEST = 200


def noted(here: Here, act: str, about: str = "", detail: str = "") -> None:
    """Note what somebody did to what, from where; `detail` never has what a customer wrote or is written to one."""
    address = here.caller.address if here.caller else ""
    detail = one_line(detail)[:_LONGEST]
    here.site.people.note(AuditEntry(here.now, here.person.name, Door.WEB, act, about, address, detail))
