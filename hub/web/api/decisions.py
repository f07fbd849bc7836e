"""Decisions: what the platform of a case takes as it stands, and doing it."""

from __future__ import annotations

from starlette.responses import Response

from hub.acting import queue_act, seen_of
from hub.acts_json import acted_json, offers_json
from hub.adapter import Capability
from hub.answering import seen_by_writer
from hub.core.acting import Wish
from hub.core.model import Case
from hub.core.people import Permission
from hub.core.platform_acts import Act, ActKind
from hub.deciding import act_asked_already, decide_in_portal, meant_offer, offers_named
from hub.reaching import reach_of
from hub.runs.reach import Reach
from hub.web.api.calls import Asked, Call
from hub.web.api.confirming import asked_of
from hub.web.api.given import ActGiven, CaseNumber, files_of, parcels_of
from hub.web.api.once import REPLAYED
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Acted, Offers
from hub.web.api.told import Told

resource = Resource("decisions")


@resource.get("/cases/{number}/offers", Permission.SEE, Offers)
def list_offers(call: Asked, number: CaseNumber) -> Response:
    """What may be decided: the effect, what must come with it, the evidence it wants, and what it costs."""
    case = call.case(number)
    return Told(offers_json(call.hub, case, reach_of(call.hub, case)))


@resource.post("/cases/{number}/decisions", Permission.WORK, Acted, status=201, keeps_keys=True)
def decide_case(call: Asked, number: CaseNumber, given: ActGiven) -> Response:
    """Put a decision into the outbox, from where it is done once; or keep it as the task of a person.

    What moves money or cannot be undone needs `confirmed: true`; without it the answer is a problem that tells the
    effect and the cost.
    """
    case = call.case(number)
    reach = reach_of(call.hub, case)
    parcels, files = parcels_of(given.tracking), files_of(call, given.evidence)
    act = Act(ActKind.DECIDE, given.word, given.item, given.quantity, given.percent, parcels, files)
    before = act_asked_already(call.hub, case, call.key, act, given.text)
    if before is not None:
        return Told(acted_json(call.case(number), before), 200, REPLAYED)
    if not reach.can(Capability.DECIDE, case) and not offers_named(reach.offers(case), given.word):
        return _in_portal(call, reach, case, act, given)
    wish = Wish(
        meant_offer(case, reach.offers(case), given.word, given.item),
        given.text,
        seen_of(case) if given.after is None else seen_by_writer(case, given.after),
        given.percent,
        given.quantity,
        parcels,
        files,
        again=given.again,
    )
    confirm = asked_of(case, confirmed=given.confirmed)
    reply = queue_act(call.hub, reach, case, wish, call.desk, confirm, accepted=given.accept, client_key=call.key)
    return Told(acted_json(call.case(number), reply), 201, {"Location": f"/api/v1/replies/{reply.key}"})


def _in_portal(call: Call, reach: Reach, case: Case, act: Act, given: ActGiven) -> Told:
    task = decide_in_portal(
        call.hub, reach, case, act, given.text, call.desk, accepted=given.accept, keep_task=given.keep_task
    )
    return Told(acted_json(call.case(case.number), task=task), 201)
