"""The front door as a channel: its journal is read, and replies are put into the conversations on its page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from hub import (
    Adapter,
    Attachment,
    Batch,
    Capability,
    Case,
    Checkpoint,
    Connection,
    Misunderstood,
    Notice,
    OpenCase,
    Party,
    Proof,
    Receipt,
    Rejected,
    Reply,
    Tools,
    Unavailable,
    Unsupported,
)
from hub_web_form import wire
from hub_web_form.entries import Entry, Kind, StoredFile
from hub_web_form.journal import Journal
from hub_web_form.settings import WebFormSettings

if TYPE_CHECKING:
    from hub import FrontDesk, Site

STEP = 20
"""Entries in a batch."""
COPY = "the copy by mail"
VERSION = 1
"""Of the checkpoint's shape."""

PORTAL_STEPS = {
    Capability.DECIDE: "Write to the customer what was decided; there is no other party to tell.",
    Capability.HAND_OVER: "Write to whoever takes the matter over from a mail program, then close the case.",
    Capability.CLOSE: "Close the case here, with `casehub close`; the customer's page shows it as closed.",
    Capability.REOPEN: "Reopen the case here, with `casehub reopen`; the customer's page shows it as open.",
    Capability.NOTE: "Write the note here, with `casehub note`; customers never see notes.",
    Capability.LIST_LATE_ORDERS: "Let your shop's software list the late orders; the front door knows of none.",
    Capability.MARK_READ: "Nothing has to be marked: the page does not show whether a message was read.",
}


class WebFormAdapter(Adapter):
    """A shop's own contact page."""

    key = "web_form"
    title = "Contact page (front door)"
    capabilities = frozenset(
        {
            Capability.FETCH,
            Capability.REPLY,
            Capability.ATTACH,
            Capability.READ_BACK,
            Capability.ACKNOWLEDGE,
        }
    )
    limits = (
        "the page is shown while `casehub serve` runs",
        "a customer's answer to a mail becomes a case of the mailbox it goes to, with the number in its subject",
        "the copy by mail is never sent twice: one that may have been sent stays so, and the page has it",
    )
    portal_steps: ClassVar[Mapping[Capability, str]] = PORTAL_STEPS
    writes_first: ClassVar[str] = "Write to the customer from a mail program; only who has written stands on the page."
    tells_when_it_sends = True
    mail_goes_elsewhere = True
    Settings: ClassVar[type[WebFormSettings]] = WebFormSettings

    def open(self, settings: WebFormSettings, tools: Tools) -> Connection:
        """A connection to one front door."""
        return WebFormConnection(settings, tools)

    def site(self, settings: WebFormSettings, tools: Tools, desk: FrontDesk) -> Site:
        """The contact page."""
        from hub_web_form.site import make_site  # noqa: PLC0415  only who serves it has the libraries

        return make_site(settings, tools, desk)

    def speaks_as(self, settings: WebFormSettings) -> Party:
        """The shop, and the address that customers can answer."""
        return Party(settings.shop, settings.reply_to or settings.address or "")


class WebFormConnection(Connection):
    """One front door for one run."""

    def __init__(self, settings: WebFormSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._journal = Journal(tools.folder, tools.sign)

    def check(self) -> Iterator[Proof]:
        """Prove the folder, the topics and sending, without changing anything."""
        yield Proof.of("the folder of the front door", self._look, "was written under another key")
        yield Proof.of("the topics of the page", self._read_topics)
        if self._settings.sends_mail:
            yield Proof.of(f"sending through {self._settings.smtp_host}", self._prove_sending, "wrong name or password")
        else:
            yield Proof("mail to customers", ok=True, detail="not set up: no confirmation and no code is sent")

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """Every entry after the last one that was read, by its number."""
        del open_cases  # a number is enough: nothing hides behind a date
        identity = self._journal.identity()
        if not identity:
            if checkpoint is not None:
                raise Misunderstood(_GONE.format(what="nothing is left of it"))
            return
        number, notices = self._begin(checkpoint, identity)
        self._journal.settle()
        while entries := self._entries(number):
            notices += self._lost(entries)
            number += len(entries)
            items = tuple(wire.to_update(entry) for entry in entries)
            told = {"version": VERSION, "front": identity, "next": number, "last": entries[-1].id}
            yield Batch(items, told, notices)
            notices = ()
        # Asked in this order, since a visitor may write between the two.
        if self._journal.last() > number and self._journal.entry(number) is None:
            raise Misunderstood(_GONE.format(what=f"entry {number} is missing between others"))

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Put the reply into the conversation, once; `finish` sends the copy by mail."""
        told = self._journal.conversation(case.ref)
        if not told and not self._journal.identity():
            raise Unavailable(_GONE.format(what="nothing is left of it"))
        if not told:
            raise Rejected(f"{case.number}: the conversation is not on the page any more")
        entry = self._entry(reply, case, told[0].opened_at)
        contents = [self._tools.content(file.digest) for file in reply.attachments]
        self._tools.about_to_send()
        for content in contents:
            self._journal.keep(content)
        if not self._journal.append(entry):
            return self.find(reply, case) or Receipt(entry.id, entry.at)
        return self._receipt(entry, told[0])

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Look for the reply's key on the page."""
        self._journal.heal()
        told = self._journal.conversation(case.ref)
        found = next((entry for entry in told if entry.key == reply.key), None)
        return self._receipt(found, told[0]) if found is not None else None

    def finish(self, reply: Reply, case: Case, what: str) -> None:
        """Send the copy by mail, unless it may have been sent already."""
        from hub_web_form.copying import send_copy  # noqa: PLC0415  a reading does without

        told = self._journal.conversation(case.ref)
        entry = next((entry for entry in told if entry.key == reply.key), None)
        if what == COPY and entry is not None and self._settings.sends_mail:
            files = [(file, self._tools.content(file.digest)) for file in reply.attachments]
            send_copy(self._settings, self._journal, entry, told[0], case.number, files)

    def perform(self, reply: Reply, case: Case) -> Receipt:
        """Nothing is done at a front door but to write."""
        kind = reply.act.kind if reply.act is not None else None
        step = PORTAL_STEPS.get(Capability(kind), "") if kind is not None else ""
        raise Unsupported(f"{case.number} came by the contact page, which knows nothing of the kind", step)

    def _begin(self, checkpoint: Checkpoint | None, identity: str) -> tuple[int, tuple[Notice, ...]]:
        """The number to go on with; a record that lost entries which were read is no record to go on with."""
        if checkpoint is None:
            return 1, ()
        if checkpoint.get("front") != identity:
            return 1, (Notice("the folder of the front door is another one than before, and is read anew"),)
        number = int(checkpoint["next"])
        before = self._journal.entry(number - 1) if number > 1 else None
        if number > 1 and (before is None or before.id != checkpoint.get("last")):
            raise Misunderstood(_GONE.format(what=f"entry {number - 1} is not there any more"))
        return number, ()

    def _entries(self, number: int) -> list[Entry]:
        found: list[Entry] = []
        while len(found) < STEP and (entry := self._journal.entry(number + len(found))) is not None:
            whole = tuple(file for file in entry.files if self._kept(file))
            found.append(replace(entry, files=whole, lost=tuple(one.name for one in entry.files if one not in whole)))
        return found

    def _kept(self, file: StoredFile) -> bool:
        content = self._journal.content(file.digest)
        if content is not None:
            self._tools.keep(content)
        return content is not None

    def _lost(self, entries: Sequence[Entry]) -> tuple[Notice, ...]:
        """What a copy of the folder may lack that was made while somebody wrote."""
        gone = [f"{name} of {entry.case}" for entry in entries for name in entry.lost]
        return tuple(Notice(f"a file is not in the folder of the front door any more: {name}") for name in gone)

    def _entry(self, reply: Reply, case: Case, opened_at: datetime) -> Entry:
        return Entry(
            id="r" + hashlib.sha256(reply.key.encode()).hexdigest()[:24],
            case=case.ref,
            kind=Kind.REPLY,
            at=self._tools.clock.now(),
            opened_at=opened_at,
            by="seller",
            text=reply.text,
            files=tuple(map(_stored, reply.attachments)),
            key=reply.key,
            automatic=reply.automatic,
        )

    def _receipt(self, entry: Entry, opened: Entry) -> Receipt:
        mails = self._settings.sends_mail and opened.email
        left = (COPY,) if mails and not self._journal.mail_mark(entry.id) else ()
        warnings = () if mails or entry.automatic else ("no mail tells the customer of it: mail is not set up",)
        return Receipt(entry.id, entry.at, warnings=warnings, left=left)

    def _look(self) -> str:
        if not self._journal.identity():
            return "nobody has written yet"
        count = self._journal.last()
        return "1 entry" if count == 1 else f"{count:,} entries"

    def _read_topics(self) -> str:
        from hub_web_form.topics import load_topics  # noqa: PLC0415  a reading does without

        return f"{len(load_topics(self._settings.topics))} topics"

    def _prove_sending(self) -> str:
        from hub import smtp  # noqa: PLC0415  a reading does without
        from hub_web_form.mails import outgoing  # noqa: PLC0415  the same

        smtp.prove(outgoing(self._settings))
        return f"as {self._settings.address}"


_GONE = "the folder of the front door is older than what was read from it ({what}); put it back from a backup"


def _stored(file: Attachment) -> StoredFile:
    return StoredFile(file.name, file.media_type, file.size, file.digest)
