"""Adapters of Acme that are wrong about pages: promise 8."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import hub
from hub.http import Request, Response
from hub.scaffold.acme import wire
from hub.scaffold.acme.adapter import AcmeConnection
from hub.scaffold.acme.simulator import AcmeSimulator
from tests.mutants_of_reading import Trusting


class SkipsALonelyCase(Trusting):
    """Takes a second page with one case for an empty one."""

    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        for number, batch in enumerate(super().fetch(checkpoint, open_cases)):
            lonely = number and len(batch.items) == 1
            yield _done(batch, self._tools, items=()) if lonely else batch


class DoneByNow(Trusting):
    """Believes at the end of a reading that all is read that was written before it."""

    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        listed = list(super().fetch(checkpoint, open_cases))
        yield from listed[:-1]
        for batch in listed[-1:]:
            yield _done(batch, self._tools)


def _done(batch: hub.Batch, tools: hub.Tools, **changed: Any) -> hub.Batch:
    return replace(batch, checkpoint={**batch.checkpoint, "since": tools.clock.now().isoformat()}, **changed)


class OffsetSimulator(AcmeSimulator):
    def answer(self, request: Request) -> Response:
        if request.path != "/v1/tickets" or "offset" not in request.query:
            return super().answer(request)
        found = sorted(self.tickets.values(), key=lambda ticket: (ticket.updated_at, ticket.id))
        since = wire.instant(request.query["updated_since"])
        first = int(request.query["offset"])
        found = [ticket for ticket in found if ticket.updated_at >= since]
        page = found[first : first + self.page_size]
        more = first + self.page_size if len(found) > first + self.page_size else None
        return Response.of_json({"tickets": [ticket.as_json() for ticket in page], "next": more})


class ByOffset(AcmeConnection):
    """Counts cases to find the next page, while they change places."""

    def _page(self, asked: Any) -> Any:
        if "cursor" not in asked:
            self.since = asked.get("updated_since", "2000-01-01T00:00:00+00:00")
        return super()._page({"updated_since": self.since, "offset": asked.get("cursor", 0)})


class WantsCases(AcmeConnection):
    def _page(self, asked: Any) -> Any:
        page = super()._page(asked)
        if not page["tickets"]:
            raise hub.Misunderstood("Acme lists no tickets")
        return page


class NeedsTwo(AcmeConnection):
    def _page(self, asked: Any) -> Any:
        page = super()._page(asked)
        return {"tickets": [], "next": None} if not asked and len(page["tickets"]) == 1 else page


class FullPageIsTooMuch(AcmeConnection):
    """Takes the first case of a page that is full for the end of the page before."""

    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        batches = list(super().fetch(checkpoint, open_cases))
        too_much = len(batches) == 1 and len(batches[0].items) == 4
        yield from [replace(batches[0], items=batches[0].items[1:])] if too_much else batches


class StopsAtOneInstant(AcmeConnection):
    """Believes that a page whose cases are all of one instant is the last."""

    def _page(self, asked: Any) -> Any:
        page = super()._page(asked)
        instants = {ticket["updated_at"] for ticket in page["tickets"]}
        return {**page, "next": None} if len(page["tickets"]) == 4 and len(instants) == 1 else page
