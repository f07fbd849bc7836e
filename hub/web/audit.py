"""What is written into the log of acts when somebody acts through a page."""

from __future__ import annotations

from hub.core.people import AuditEntry
from hub.web.sessions import address_of
from hub.web.site import Here


def noted(here: Here, act: str, about: str = "", detail: str = "") -> None:
    """Write down an act of whoever is signed in; never what a customer wrote."""
    assert here.caller is not None  # noqa: S101  a rule let them in
    entry = AuditEntry(here.now, here.person.name, here.caller.door, act, about, address_of(here.request), detail)
    here.site.people.note(entry)
