"""Adapters of Acme that are wrong about settings, the check, or what they read: promises 1 to 7."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

import hub
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
