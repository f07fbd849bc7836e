"""Adapters of Acme that are wrong about trouble, writing, silence, or what they leave behind: promises 9 to 15."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import hub
from hub.http import Request, Response
from hub.scaffold.acme.adapter import AcmeConnection
from hub.scaffold.acme.simulator import AcmeSimulator
from tests.contract_bases import Later, ReadOnly

_NOTHING: dict[str, Any] = {"tickets": [], "next": None}


# 9: trouble.


class Hurries(AcmeConnection):
    def _page(self, asked: Any) -> Any:
        try:
            return super()._page(asked)
        except hub.RateLimited:
            self._tools.clock.advance(timedelta(seconds=-2))  # type: ignore[attr-defined]  # as if nobody had waited
            return super()._page(asked)


class Misjudges(AcmeConnection):
    """Takes one kind of error for another while it reads."""

    wrong: type[hub.HubError]
    right: type[hub.HubError]

    def _page(self, asked: Any) -> Any:
        try:
            return super()._page(asked)
        except self.right as error:
            if isinstance(error, hub.RateLimited):
                raise
            raise self.wrong(str(error)) from None


class TroubleIsAShape(Misjudges):
    right, wrong = hub.Unavailable, hub.Misunderstood


class RefusalIsTrouble(Misjudges):
    right, wrong = hub.AuthenticationFailed, hub.Unavailable


# 10, 11 and 12: writing.


class FindsNothing(AcmeConnection):
    def find(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt | None:
        return None


class FindsAnyAnswer(AcmeConnection):
    def find(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt | None:
        said = self._api.read(f"/v1/tickets/{case.ref}").json()["messages"]
        ours = [message for message in said if message["from"] == "shop"]
        return hub.Receipt(ours[-1]["id"], case.opened_at) if ours else super().find(reply, case)


class SendsTwice(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        try:
            return super().deliver(reply, case)
        except hub.Uncertain:
            return super().deliver(reply, case)


class SendsUnannounced(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        try:
            return super().deliver(reply, case)
        except hub.StoreError:
            return hub.Receipt("", self._tools.clock.now())


class BelievesItWasSent(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        try:
            return super().deliver(reply, case)
        except hub.Uncertain:
            return hub.Receipt("", self._tools.clock.now())


class AlwaysUncertain(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        try:
            return super().deliver(reply, case)
        except hub.Unavailable as error:
            raise hub.Uncertain(str(error)) from None


class SendsNothing(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        return hub.Receipt("M-0", self._tools.clock.now())


class KeepsTheReason(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        try:
            return super().deliver(reply, case)
        except hub.Rejected:
            raise hub.Rejected("Acme refused it") from None


class TriesRefusedAgain(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        try:
            return super().deliver(reply, case)
        except hub.Rejected:
            return super().deliver(reply, case)


class NeverFinal(AcmeConnection):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        return replace(super().deliver(reply, case), final=False)


class FinalAtOnce(Later):
    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        return replace(super().deliver(reply, case), final=True)


class FinalWhenFound(Later):
    def find(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt | None:
        found = super().find(reply, case)
        return replace(found, final=True) if found else None


class AsksForEver(Later):
    def find(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt | None:
        found = super().find(reply, case)
        return replace(found, final=False) if found else None


class SeesNoFailure(Later):
    def find(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt | None:
        try:
            return super().find(reply, case)
        except hub.Rejected:
            return hub.Receipt("job", self._tools.clock.now(), final=False)


class ReadsRefusalAsAccepted(AcmeSimulator):
    """Not the adapter but its simulator is wrong: it takes what it should refuse."""

    def fail_later(self, request: Request, after: timedelta | None) -> Response:
        return self._take(request)


class SaysNothingOfReplies(ReadOnly):
    """Takes a reply that nobody gets, on a platform that takes none."""

    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        return hub.Receipt("M-0", self._tools.clock.now())


# 13 and 14: silence.


class ClosesTheVanished(AcmeConnection):
    def fetch(self, checkpoint: Any, open_cases: Sequence[hub.OpenCase]) -> Iterator[hub.Batch]:
        try:
            yield from super().fetch(checkpoint, open_cases)
        except hub.Misunderstood as error:
            if "not even the one" not in str(error):
                raise
            now = self._tools.clock.now()
            gone = {"state": hub.CaseState.CLOSED, "state_raw": "vanished", "state_at": now}
            updates = tuple(hub.CaseUpdate(case.ref, case.changed_at, **gone) for case in open_cases)  # type: ignore[arg-type]  # mypy cannot see into **
            yield hub.Batch(updates, checkpoint or {})


class UnknownIsNothing(AcmeConnection):
    def _page(self, asked: Any) -> Any:
        try:
            return super()._page(asked)
        except hub.Misunderstood:
            return _NOTHING

    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        with suppress(hub.Misunderstood):
            yield from super().fetch(checkpoint, open_cases)


class HalfIsNothing(AcmeConnection):
    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        try:
            yield from super().fetch(checkpoint, open_cases)
        except hub.Unavailable as error:
            if "whole" not in str(error):
                raise


class ClosesTheUnknown(AcmeConnection):
    def fetch(self, checkpoint: Any, open_cases: Sequence[hub.OpenCase]) -> Iterator[hub.Batch]:
        for batch in super().fetch(checkpoint, open_cases):
            yield replace(batch, items=tuple(self._judged(item) for item in batch.items))

    @staticmethod
    def _judged(item: hub.Incoming) -> hub.Incoming:
        assert isinstance(item, hub.CaseUpdate)
        known = item.state_raw in ("open", "solved", "refunded")
        return item if known else replace(item, state=hub.CaseState.CLOSED)


class SeenSimulator(AcmeSimulator):
    seen = 0

    def answer(self, request: Request) -> Response:
        if request.path == "/v1/seen":
            self.seen += 1
            return Response.of_json({})
        return super().answer(request)

    @property
    def state(self) -> object:
        return super().state, self.seen


class MarksWhatItReads(AcmeConnection):
    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        for batch in super().fetch(checkpoint, open_cases):
            self._api.write("POST", "/v1/seen")
            yield batch


class MarksAtTheEnd(AcmeConnection):
    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        try:
            yield from super().fetch(checkpoint, open_cases)
        finally:
            with suppress(hub.HubError):
                self._api.write("POST", "/v1/seen")


# 15: what is left behind.


class NeverCloses(AcmeConnection):
    def close(self) -> None:
        """Forget it."""


class ClosesWhenAllIsWell(AcmeConnection):
    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            super().__exit__(kind, error, trace)


class ClosesAtTheEnd(AcmeConnection):
    done = True

    def fetch(self, checkpoint: Any, open_cases: Any) -> Iterator[hub.Batch]:
        self.done = False
        for batch in super().fetch(checkpoint, open_cases):
            try:
                yield batch
            except GeneratorExit:
                self.broken_off = True
                raise
        self.done = True

    def close(self) -> None:
        if not getattr(self, "broken_off", False):
            super().close()


ENOUGH = threading.Event()
"""Ends the threads that a mutant leaves behind."""


class LeavesAThread(AcmeConnection):
    def __init__(self, settings: Any, tools: hub.Tools) -> None:
        super().__init__(settings, tools)
        threading.Thread(target=ENOUGH.wait, daemon=True).start()


class CallsHome(AcmeConnection):
    def check(self) -> Iterator[hub.Proof]:
        with suppress(Exception), socket.socket() as line:
            line.settimeout(0.01)
            line.connect(("192.0.2.1", 9))
        yield from super().check()
