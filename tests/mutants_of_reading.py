"""Adapters of Acme that are wrong about settings, the check, or what they read: promises 1 to 8."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

import hub
from hub.http import Request, Response
from hub.scaffold.acme import wire
from hub.scaffold.acme.adapter import AcmeConnection, AcmeSettings
from hub.scaffold.acme.simulator import AcmeSimulator

# 1 and 2: settings and the check.


class AnyShop(AcmeSettings):
    shop: Any


class PlainToken(AcmeSettings):
    token: str  # type: ignore[assignment]  # the mistake


class WrapsToken(AcmeConnection):
    def __init__(self, settings: Any, tools: hub.Tools) -> None:
        super().__init__(AcmeSettings(**{**dict(settings), "token": SecretStr(settings.token)}), tools)
        self._settings = settings


class LogsToken(AcmeConnection):
    def check(self) -> Iterator[hub.Proof]:
        self._tools.log.info("signing in", token=self._settings.token.get_secret_value())
        yield from super().check()


class RemembersToken(AcmeConnection):
    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        for batch in super().fetch(checkpoint, open_cases):
            yield replace(batch, checkpoint={**batch.checkpoint, "token": self._settings.token.get_secret_value()})


class WrongShop(AcmeSimulator):
    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "shopp": "x"}


class NeverFine(AcmeConnection):
    def check(self) -> Iterator[hub.Proof]:
        yield from super().check()
        yield hub.Proof("the moon", ok=False, advice="wait for it")


class AlwaysFine(AcmeConnection):
    def check(self) -> Iterator[hub.Proof]:
        yield hub.Proof("sign-in", ok=True)


class SaysOneThing(AcmeConnection):
    def check(self) -> Iterator[hub.Proof]:
        for proof in super().check():
            yield proof if proof.ok else hub.Proof("sign-in", ok=False, detail="failed", advice="look at the log")


class WritesInCheck(AcmeConnection):
    def check(self) -> Iterator[hub.Proof]:
        yield from super().check()
        with suppress(hub.HubError):
            self._api.write("POST", "/v1/tickets/T-2/messages", json={"body": "a test"})


# 3, 4 and 5: what is read.


class Mangling(AcmeConnection):
    """Reads as it should, and spoils each batch."""

    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        for batch in super().fetch(checkpoint, open_cases):
            yield self.spoilt(batch, checkpoint)

    def spoilt(self, batch: hub.Batch, checkpoint: Any) -> hub.Batch:
        return replace(
            batch, items=tuple(self.update(item) for item in batch.items if isinstance(item, hub.CaseUpdate))
        )

    def update(self, update: hub.CaseUpdate) -> hub.CaseUpdate:
        return replace(update, messages=tuple(self.message(message) for message in update.messages))

    def message(self, message: hub.Message) -> hub.Message:
        return message


_runs = iter(range(10_000_000))


class RefsOfRun(Mangling):
    run = ""

    def spoilt(self, batch: hub.Batch, checkpoint: Any) -> hub.Batch:
        fresh = checkpoint is None
        if fresh and not self.run:
            self.run = f"/{next(_runs)}"
        before = (checkpoint or {}).get("run", self.run)
        self.run = before
        spoilt = super().spoilt(batch, checkpoint)
        return replace(spoilt, checkpoint={**spoilt.checkpoint, "run": before})

    def message(self, message: hub.Message) -> hub.Message:
        return message if message.direction is hub.Direction.OUTBOUND else replace(message, ref=message.ref + self.run)


class RefsFromTheEnd(Mangling):
    def update(self, update: hub.CaseUpdate) -> hub.CaseUpdate:
        said = update.messages
        refs = [f"{update.ref}-{len(said) - place}" for place in range(len(said))]
        return replace(update, messages=tuple(replace(m, ref=ref) for m, ref in zip(said, refs, strict=True)))


class OneCaseABuyer(Mangling):
    def update(self, update: hub.CaseUpdate) -> hub.CaseUpdate:
        return replace(update, ref=update.customer.name if update.customer else "")


class SentWhenRead(Mangling):
    def message(self, message: hub.Message) -> hub.Message:
        return replace(message, sent_at=self._tools.clock.now())


class OnlyAscii(Mangling):
    def message(self, message: hub.Message) -> hub.Message:
        return replace(message, text=message.text.encode("ascii", "replace").decode())


class CutText(Mangling):
    def message(self, message: hub.Message) -> hub.Message:
        return replace(message, text=message.text[:100_000])


class DropsEmpty(Mangling):
    def update(self, update: hub.CaseUpdate) -> hub.CaseUpdate:
        return replace(update, messages=tuple(message for message in update.messages if message.text))


class EscapesReply(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        return super().deliver(replace(reply, text=html.escape(reply.text)), case)


class EverybodyIsACustomer(Mangling):
    def message(self, message: hub.Message) -> hub.Message:
        return replace(message, author=hub.Author.CUSTOMER, direction=hub.Direction.INBOUND)


class Guessing(AcmeConnection):
    """Takes a role that it does not know for this one."""

    guess = "buyer"

    def _page(self, asked: Any) -> Any:
        page = super()._page(asked)
        for ticket in page["tickets"]:
            for message in ticket["messages"]:
                if message["from"] == "courier":
                    message["from"] = self.guess
        return page


class Dropping(AcmeConnection):
    def _page(self, asked: Any) -> Any:
        page = super()._page(asked)
        for ticket in page["tickets"]:
            ticket["messages"] = [message for message in ticket["messages"] if message["from"] != "courier"]
        return page


# 6, 7 and 8: one reading after another.


class TellsTheTime(Mangling):
    def update(self, update: hub.CaseUpdate) -> hub.CaseUpdate:
        return replace(update, subject=f"{update.subject} (read at {self._tools.clock.now()})")


class Trusting(AcmeConnection):
    """Does not wonder that nothing is listed."""

    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        try:
            yield from super().fetch(checkpoint, open_cases)
        except hub.Misunderstood as error:
            if "not even the one" not in str(error):
                raise


class After(Trusting):
    """Asks for what was changed after the last instant, not from it on."""

    def _page(self, asked: Any) -> Any:
        if "updated_since" in asked:
            later = wire.instant(str(asked["updated_since"])) + timedelta(microseconds=1)
            return super()._page({"updated_since": later.isoformat()})
        return super()._page(asked)


class OnlyYoung(Mangling):
    def spoilt(self, batch: hub.Batch, checkpoint: Any) -> hub.Batch:
        youngest = self._tools.clock.now() - timedelta(days=30)
        items = tuple(i for i in batch.items if isinstance(i, hub.CaseUpdate) and i.opened_at > youngest)
        return replace(batch, items=items)


class ReadsOnce(AcmeConnection):
    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        return super().fetch(None, open_cases) if checkpoint is None else iter(())


class ReceiptsOfItsOwn(AcmeConnection):
    """Makes up the reference of what it has sent."""

    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        return replace(super().deliver(reply, case), ref=f"sent-{reply.key}")


class SeesNoSeller(Mangling):
    def update(self, update: hub.CaseUpdate) -> hub.CaseUpdate:
        return replace(update, messages=tuple(m for m in update.messages if m.author is not hub.Author.SELLER))


class AheadOfItself(AcmeConnection):
    """Remembers at the first page what it will have read at the last."""

    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        batches = list(super().fetch(checkpoint, open_cases))
        for batch in batches:
            yield replace(batch, checkpoint=batches[-1].checkpoint)


class OtherRefsWhenResumed(Mangling):
    def spoilt(self, batch: hub.Batch, checkpoint: Any) -> hub.Batch:
        self.since = wire.instant(checkpoint["since"]) if checkpoint else None
        return super().spoilt(batch, checkpoint)

    def message(self, message: hub.Message) -> hub.Message:
        resumed = self.since is not None and message.sent_at > self.since
        return replace(message, ref=f"{message.ref}/r") if resumed else message


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
