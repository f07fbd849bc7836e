"""One act on many cases at once: each by itself, so that one that refuses keeps no other from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from hub.core.model import CaseType
from hub.core.people import Permission
from hub.errors import HubError, NotFound, Refused
from hub.web.cases import back_to
from hub.web.noting import noted
from hub.web.routing import Room
from hub.web.sessions import NotAllowed
from hub.web.site import Here

room = Room()

MOST = 200
"""How many cases one act may be done to."""

Deed = Callable[[Here, str], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an act on many: how many it was done to, and which refused, and why."""

    done: int
    refused: tuple[tuple[str, str], ...]


@room.post("/cases/bulk", Permission.WORK)
def bulk(here: Here) -> Response:
    """Do one act to every case that was ticked, and tell what came of it."""
    act, numbers = here.said("act"), list(dict.fromkeys(here.all_said("number")))
    deed = _DEEDS.get(act)
    if deed is None or not numbers:
        raise Refused(here.words("cases.tick_some"))
    if len(numbers) > MOST:
        raise Refused(here.words("cases.too_many", most=MOST))
    outcome = _each(here, deed, numbers)
    noted(here, f"bulk_{act}", detail=f"{outcome.done} of {len(numbers)}")
    if not outcome.refused and not here.is_partial:
        return here.go(back_to(here))
    return here.page("cases_bulk.html", outcome=outcome, title=here.words(f"cases.bulk_{act}"), back=back_to(here))


def _each(here: Here, deed: Deed, numbers: list[str]) -> Done:
    refused: list[tuple[str, str]] = []
    for number in numbers:
        try:
            deed(here, number)
        except HubError as error:
            refused.append((number, str(error)))
    return Done(len(numbers) - len(refused), tuple(refused))


def _assign(here: Here, number: str) -> None:
    who, me = here.said("who"), here.person.name
    if who and not here.site.people.person(who).active:
        raise NotFound(here.words("case.nobody_called", who=who))
    # As on the page of a case: everybody takes one, gives back their own, and only a lead does more.
    is_own = who == me or (not who and here.hub.store.case(number).assignee in ("", me))
    if not is_own and here.caller is not None and not here.caller.may(Permission.LEAD):
        raise NotAllowed(here.words("case.only_leads_assign"))
    here.desk.assign(number, who)


def _take(here: Here, number: str) -> None:
    here.desk.assign(number, here.person.name)


def _close(here: Here, number: str) -> None:
    here.desk.close(number, here.said("reason"))


def _classify(here: Here, number: str) -> None:
    kind = here.said("type")
    if kind not in {one.value for one in CaseType}:
        raise Refused(here.words("cases.say_a_type"))
    here.desk.classify(number, CaseType(kind), None)


def _no_reply(here: Here, number: str) -> None:
    here.desk.need_no_reply(number, here.said("reason"))


_DEEDS: dict[str, Deed] = {
    "take": _take,
    "assign": _assign,
    "close": _close,
    "classify": _classify,
    "no_reply": _no_reply,
}
