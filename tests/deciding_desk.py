"""The commands on a database whose cases come from a shop that takes decisions, and from one that is only a portal."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Protocol

from click.testing import CliRunner, Result

from hub.app import open_hub
from hub.cli import main
from hub.core.incoming import CaseUpdate, Incoming
from hub.core.merge import keys_of, merge_batch
from hub.core.model import (
    Author,
    Case,
    CaseType,
    Direction,
    Message,
    Money,
    Order,
    OrderLine,
    Party,
)
from hub.core.outbox import ReplyState
from hub.core.ports import Clock

ASA = Party("Åsa Öberg", "asa@kund.example")


class AnyClock(Clock, Protocol):
    def advance(self, *by: timedelta, **more: float) -> Any: ...


@dataclass
class Desktop:
    """The commands on one database with a shop and a portal, and the door through which cases come into it."""

    config: Path
    state: Path
    clock: AnyClock
    columns: ClassVar[int] = 120

    def run(self, *words: str, text: str = "") -> Result:
        arguments = ["--config", str(self.config), *words]
        surroundings = {"COLUMNS": str(self.columns), "CASEHUB_USER": "Eva"}
        return CliRunner().invoke(main, arguments, input=text, env=surroundings)

    def told(self, *words: str, **more: Any) -> str:
        """What a command that must succeed prints."""
        result = self.run(*words, **more)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def refused(self, *words: str) -> str:
        """What a command says that must refuse."""
        result = self.run(*words)
        assert result.exit_code == 2
        assert result.stdout == ""
        return " ".join(result.stderr.split())

    def data(self, *words: str) -> Any:
        return json.loads(self.told(*words, "--json"))

    def opens(self, channel: str = "shop", ref: str = "s1", **facts: Any) -> None:
        """A case comes from a platform, written an hour ago."""
        line = OrderLine("Vas", "item-1", 1, Money(Decimal("899.00"), "SEK"))
        update = CaseUpdate(
            ref,
            self.clock.now() - timedelta(hours=1),
            (self.letter(f"{ref}-m1", hours=1),),
            subject="Trasig vas",
            type=CaseType.RETURN,
            customer=ASA,
            order=Order("4711", (line,), Money(Decimal("1250.00"), "SEK")),
            url=f"https://portal.example/{ref}",
        )
        self.arrives(channel, replace(update, **facts))

    def letter(self, ref: str, hours: float = 0, **facts: Any) -> Message:
        at = self.clock.now() - timedelta(hours=hours)
        message = Message(ref, Author.CUSTOMER, Direction.INBOUND, at, "Den kom trasig 漢字", sender=ASA)
        return replace(message, **facts)

    def arrives(self, channel: str, *items: Incoming) -> None:
        with open_hub(self.config) as hub, hub.store.writing() as writer:
            known = writer.known(channel, keys_of(items))
            for change in merge_batch(items, known, channel, hub.clock.now(), writer.next_number).changes:
                writer.save(change, hub.evaluation_of(change.case))

    def done(self) -> list[dict[str, Any]]:
        """What was done on the shop's side."""
        return list(json.loads(self.state.read_text("utf-8"))) if self.state.exists() else []

    def case(self, number: str = "CH-1001") -> Case:
        with open_hub(self.config) as hub:
            return hub.store.case(number)

    def kinds_waiting(self) -> list[str]:
        with open_hub(self.config) as hub:
            return [str(reply.kind) for reply in hub.store.replies(frozenset({ReplyState.QUEUED}))]
