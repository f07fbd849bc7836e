"""What a delivery report says: which recipients, what became of them, and which mail it was (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hub_email_imap.addresses import addresses, own_message_id
from hub_email_imap.headers import Fields, read_fields, split_head, words
from hub_email_imap.limits import Limits, Notes
from hub_email_imap.mime import Leaf
from hub_email_imap.parsed import FailedDelivery
from hub_email_imap.text import one_line

_STATUS_FIELDS = frozenset({"final-recipient", "original-recipient", "action", "status", "diagnostic-code"})
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ORIGINAL_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_GROUP_END = re.compile(rb"\n[ \t]*\n")
_STATUS_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_HARMLESS = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report: what became of each recipient, and the Message-ID of the mail it is about."""

    failed: tuple[FailedDelivery, ...] = ()
    original_message_id: str = ""

    @property
    def only_good_news(self) -> bool:
        """Whether every recipient got the mail."""
        return bool(self.failed) and all(one.action in _HARMLESS for one in self.failed)


def read_report(fields: Fields, leaves: Sequence[Leaf], text: str, limits: Limits, notes: Notes) -> Report:
    """The report in these leaves; where there is no machine-readable one, what Exim, Gmail and qmail tell instead."""
    failed: list[FailedDelivery] = []
    original = ""
    for leaf in leaves:
        if leaf.media_type in _STATUS_TYPES:
            failed.extend(_recipients(leaf.content, limits, notes))
        elif leaf.media_type in _ORIGINAL_TYPES and not original:
            head, _ = split_head(leaf.content)
            original = own_message_id(read_fields(head, limits, notes).first("message-id"))
    if not failed:
        named = addresses(fields.first("x-failed-recipients"), limits.recipients, notes)
        failed = [FailedDelivery(address.email, "failed", "") for address in named if address.email]
    return Report(tuple(failed[: limits.recipients]), original or _quoted_message_id(text))


def _recipients(status: bytes, limits: Limits, notes: Notes) -> list[FailedDelivery]:
    groups = _GROUP_END.split(status.replace(b"\r\n", b"\n").strip(b"\n"))
    read = [
        _recipient(read_fields(group, limits, notes, _STATUS_FIELDS), notes) for group in groups[: limits.recipients]
    ]
    return [one for one in read if one is not None]


def _recipient(group: Fields, notes: Notes) -> FailedDelivery | None:
    """What one group says of its recipient; the group about the whole mail names none."""
    named = group.first("original-recipient") or group.first("final-recipient")
    if not named:
        return None
    # `rfc822; åsa@x`: the type of the address stands before it (RFC 3464 section 2.3.2).
    found = addresses(named.partition(";")[2] or named, 1, notes)
    code = _STATUS_CODE.search(group.first("status"))
    return FailedDelivery(
        recipient=found[0].email if found else "",
        action=one_line(group.first("action").partition("(")[0]).lower(),
        status=code[0] if code else "",
        text=words(group.first("diagnostic-code").partition(";")[2] or group.first("diagnostic-code"), notes),
    )


def _quoted_message_id(text: str) -> str:
    """The Message-ID in the copy of the head that some programs put into the text of their report."""
    for line in text.splitlines():
        if line.lower().startswith("message-id:"):
            return own_message_id(line.partition(":")[2])
    return ""
