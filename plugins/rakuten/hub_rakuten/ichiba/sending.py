"""Writing to a customer once, and reading R-Messe back for whether it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hub import (
    Act,
    ActKind,
    Author,
    Case,
    HubError,
    Misunderstood,
    Receipt,
    Rejected,
    Reply,
    Tools,
    Uncertain,
    Unsupported,
    refusals,
)
from hub.http import Upload
from hub_rakuten.ichiba import wire
from hub_rakuten.ichiba.rms import Rms
from hub_rakuten.ichiba.rules import RULES
from hub_rakuten.ichiba.settings import IchibaSettings
from hub_rakuten.ichiba.times import instant_of

EARLIER = timedelta(minutes=2)
"""Rakuten's clock may be so far behind ours."""

_FLAGS = {ActKind.CLOSE: "complete", ActKind.REOPEN: "incomplete", ActKind.MARK_READ: "read"}
_DUPLICATE = 409


class Sending:
    """What this shop does at R-Messe on a person's word."""

    def __init__(self, settings: IchibaSettings, tools: Tools, rms: Rms) -> None:
        self._settings, self._tools, self._rms = settings, tools, rms

    def reply(self, reply: Reply, case: Case) -> Receipt:
        """Send it; R-Messe gives a reply no number in its answer, so that is looked up afterwards."""
        if problems := refusals(reply.text, reply.attachments, RULES):
            raise Rejected("; ".join(problems))
        began = self._tools.clock.now()
        body: dict[str, Any] = {
            "inquiryNumber": case.ref,
            "shopId": str(self._settings.shop_id),
            "message": reply.text,
            "attachments": [self._uploaded(file.name, file.media_type, file.digest) for file in reply.attachments],
        }
        answer = self._rms.reply(body)
        if answer.status == _DUPLICATE:
            return self._look_for_duplicate(reply, case, began)
        return self._numbered(reply, case, began, _told_at(answer.json))

    def act(self, reply: Reply, act: Act, case: Case) -> Receipt:
        """Mark an inquiry, after writing to the customer where there is something to write."""
        flag = _FLAGS.get(act.kind)
        if flag is None:
            raise Unsupported(f"RMS lets no program do that: {act.kind}")
        if not reply.text:
            return self._marked(flag, case)
        receipt = self.reply(reply, case)
        try:
            self._marked(flag, case)
        except HubError as error:  # the customer has the answer: to fail now would send it again
            warning = f"the customer has the answer, but the inquiry was not marked {flag}: {error}"
            return Receipt(receipt.ref, receipt.at, receipt.final, (*receipt.warnings, warning))
        return receipt

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Whether it was sent or done: a text is never surely absent, and a mark can always be set again."""
        if reply.act is not None and not reply.text:
            return self._find_mark(reply.act, case)
        found = self._search(reply, case, reply.written_at - EARLIER)
        if found is not None:
            return found
        if reply.read_backs:
            raise Uncertain(
                f"R-Messe was read more than once and does not show it in {case.ref}; look there yourself, and send it "
                "again only if it is not there"
            )
        raise Uncertain(f"R-Messe does not show it in {case.ref} yet")

    def _numbered(self, reply: Reply, case: Case, began: datetime, told_at: datetime | None) -> Receipt:
        """The receipt of what was taken: 201 proves it, whatever the reading afterwards says."""
        at = told_at or self._tools.clock.now()
        try:
            found = self._search(reply, case, began - EARLIER, told_at)
        except HubError:
            return Receipt("", at, final=False)  # asked again later, so that the message is not met as another's
        if found is None:
            return Receipt("", at, warnings=("R-Messe took the reply and does not show it yet",))
        return found

    def _look_for_duplicate(self, reply: Reply, case: Case, began: datetime) -> Receipt:
        """What 409 means is not documented: either it is there, or a person looks."""
        why = "R-Messe calls it a duplicate (HTTP 409), and does not show it"
        try:
            found = self._search(reply, case, began - EARLIER)
        except HubError as error:  # any other word than this one would mean that it is surely not there
            raise Uncertain(f"{why}: {error}") from error
        if found is None:
            raise Uncertain(why)
        return found

    def _search(self, reply: Reply, case: Case, since: datetime, at: datetime | None = None) -> Receipt | None:
        """The shop's own message with this text that no other reply of ours is known to be, the newest first."""
        inquiry = self._rms.inquiry(case.ref)
        if inquiry is None:
            raise Uncertain(f"R-Messe does not know inquiry {case.ref} any more")
        others = {key for m in case.messages if m.from_outbox for key in m.thread_keys}
        for said in reversed(inquiry.said):
            ref = inquiry.ref_of(said)
            ours = said.author is Author.SELLER and said.id is not None and ref not in others
            same = _plain(said.text) == _plain(reply.text) and said.at >= since
            if ours and (same or said.at == at):
                return Receipt(ref, said.at)
        return None

    def _marked(self, flag: str, case: Case) -> Receipt:
        wrong = self._rms.flag(flag, [case.ref])
        if wrong:
            raise Rejected(f"RMS did not mark it {flag}: {'; '.join(wrong.values())}")
        return Receipt(f"{case.ref}:{flag}", self._tools.clock.now())

    def _find_mark(self, act: Act, case: Case) -> Receipt | None:
        inquiry = self._rms.inquiry(case.ref)
        if inquiry is None:
            raise Uncertain(f"R-Messe does not know inquiry {case.ref} any more")
        done = {
            ActKind.CLOSE: inquiry.is_completed,
            ActKind.REOPEN: not inquiry.is_completed,
            ActKind.MARK_READ: inquiry.is_read,
        }[act.kind]
        return Receipt(f"{case.ref}:{_FLAGS[act.kind]}", self._tools.clock.now()) if done else None

    def _uploaded(self, name: str, media_type: str, digest: str) -> Mapping[str, str]:
        return self._rms.upload(Upload("file", name, media_type, self._tools.content(digest)))


def _told_at(read: Callable[[], Any]) -> datetime | None:
    """When R-Messe says that it took a reply; an answer that cannot be read does not undo that it did."""
    try:
        return instant_of(wire.result_of(read(), "a reply").get("regDate"), "regDate")
    except Misunderstood:
        return None


def _plain(text: str) -> str:
    """A text without what a platform may change of it on the way: line ends, and blanks around it."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
