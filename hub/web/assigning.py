"""Who may give a case to whom: everybody takes what nobody has and gives their own back, the rest is for who leads."""

from __future__ import annotations

from hub.core.people import Permission
from hub.errors import NotFound
from hub.web.sessions import NotAllowed
from hub.web.site import Here


def require_may_assign(here: Here, assignee: str, to: str) -> None:
    """NotAllowed for who may not give a case of this assignee to `to`, NotFound where nobody here is called so."""
    own = {here.person.name, ""} if assignee in (here.person.name, "") else {here.person.name}
    if to not in own and here.caller is not None and not here.caller.may(Permission.LEAD):
        raise NotAllowed(here.words("case.only_leads_assign"))
    if to and to not in {person.name for person in here.site.people.people() if person.active}:
        raise NotFound(here.words("case.nobody_called", who=to))
