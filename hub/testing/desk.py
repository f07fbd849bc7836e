"""A small hub at work on a pretended platform: it reads, keeps and answers as casehub does, all in memory."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.adapter import Connection, Proof, Tools
from hub.core.incoming import Batch
from hub.core.model import Attachment, Case
from hub.core.outbox import SETTLE, Receipt, Reply
from hub.core.platform_acts import Act, ActKind, Need, Offer, Tracking
from hub.core.text_checks import check_files, check_text
from hub.core.text_rules import Finding, stands_against
from hub.testing.clock import SimulatedClock
from hub.testing.inbox import Inbox
from hub.testing.platform import Platform
from hub.testing.tools import Lent, tools_for

ANSWER = "Thank you for writing. Your parcel leaves tomorrow."

_PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")  # as a JPEG begins and ends


class Desk:
    """One channel on a pretended platform; keywords change its settings, `Desk(platform, token="wrong")`."""

    def __init__(self, platform: Platform, channel: str = "", **settings: Any) -> None:
        self.platform, self._changed = platform, settings
        self.adapter = platform.adapter()
        self.lent = Lent()
        self.inbox = Inbox(channel or platform.channel)
        self.tools: Tools = tools_for(platform, self.inbox.channel, self.lent)
        self._written = 0

    @property
    def settings(self) -> Any:
        """The channel's settings as the adapter takes them."""
        given = {**self.platform.settings(), **self.platform.secrets(), **self._changed}
        return self.adapter.Settings.model_validate(given)

    def connect(self) -> Connection:
        """A new connection, which the caller closes."""
        return self.adapter.open(self.settings, self.tools)

    def check(self) -> list[Proof]:
        """What a check proves."""
        with self.connect() as connection:
            return list(connection.check())

    def read(self, most: int | None = None) -> int:
        """Read as a run does, and keep each batch; how many events there were. `most`: die after so many batches."""
        before = len(self.inbox.events)
        with closing(self.batches()) as batches:
            for number, _ in enumerate(batches, start=1):
                if number == most:
                    break
        return len(self.inbox.events) - before

    def batches(self) -> Generator[Batch]:
        """Each batch of a reading once it is kept; what is done between two happens while the adapter reads."""
        inbox = self.inbox
        with self.connect() as connection:
            fetched = connection.fetch(inbox.checkpoint, inbox.open_cases())
            try:
                for batch in fetched:
                    inbox.take(batch, self.tools.clock.now())
                    yield batch
            finally:
                if isinstance(fetched, Generator):
                    fetched.close()

    def case(self, ref: str) -> Case:
        """The case with this ref as the hub has it."""
        return self.inbox.case(ref)

    def reply(self, case: Case, text: str = ANSWER, act: Act | None = None) -> Reply:
        """A reply that a person has approved, which has seen the whole conversation."""
        self._written += 1
        seen = case.last_inbound
        return Reply(
            key=f"{case.number}-{self._written}".lower(),
            case_number=case.number,
            channel=case.channel,
            text=text,
            written_at=self.tools.clock.now(),
            by="eva",
            after=seen.ref if seen is not None else "",
            act=act,
        )

    def send(self, reply: Reply, case: Case) -> Receipt:
        """Deliver the reply, or perform its act, as a delivery run does."""
        with self.connect() as connection:
            return connection.perform(reply, case) if reply.act is not None else connection.deliver(reply, case)

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Send it, wait until the platform has worked on it, and keep it in its case, as the hub does."""
        receipt = self.send(reply, case)
        if not receipt.final and isinstance(self.platform.clock, SimulatedClock):
            self.platform.clock.advance(SETTLE + (self.platform.works_for or timedelta()))
            receipt = self.find(replace(reply, receipt_ref=receipt.ref), case) or receipt
        self.inbox.keep(reply, receipt, self.tools.clock.now())
        return receipt

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Read the platform back."""
        with self.connect() as connection:
            return connection.find(reply, case)

    def problems_with(self, reply: Reply, case: Case) -> list[str]:
        """Why the hub would not queue the reply: what the adapter says against it, and each text rule it breaks."""
        settings = self.settings
        rules = self.adapter.text_rules(case, settings)
        broken: list[Finding] = []
        if rules is not None:
            files = (*reply.attachments, *(reply.act.evidence if reply.act is not None else ()))
            broken += check_text(reply.text, rules) if reply.writes_to_the_customer else ()
            broken += check_files(files, rules)
        return [*self.adapter.problems_with(reply, case, settings), *map(str, stands_against(broken))]

    def photograph(self) -> Attachment:
        """A small picture, kept as the hub keeps what a person attaches."""
        return Attachment("photograph.jpg", "image/jpeg", len(_PICTURE), self.lent.keep(_PICTURE))

    def accept(self, offer: Offer) -> tuple[Act, str]:
        """An act that takes up an offer with everything it needs, and the text that goes with it."""
        needs = offer.needs
        act = Act(
            offer.kind,
            offer.word,
            offer.item,
            quantity=1 if Need.QUANTITY in needs else None,
            percent=50 if Need.PERCENT in needs else None,
            tracking=(Tracking("TNT", "3STNT0001"),) if Need.TRACKING in needs else (),
            evidence=(self.photograph(),) if Need.EVIDENCE in needs else (),
            rejects=offer.rejects,
        )
        return act, ANSWER if Need.MESSAGE in needs or offer.kind is ActKind.NOTE else ""
