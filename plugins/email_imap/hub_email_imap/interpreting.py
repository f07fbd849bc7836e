"""From parsed mails to items of a batch: with their files kept, and asked of the plugins of other platforms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub import Attachment, Author, Incoming, IncomingMessage, OwnEcho, Tools
from hub_email_imap import platform_mail, wire
from hub_email_imap.mailbox import Listed
from hub_email_imap.parsed import ParsedFile, ParsedMail
from hub_email_imap.roles import Account
from hub_email_imap.tokens import Tokens
from hub_email_imap.worker import ParseFailure


@dataclass(frozen=True, slots=True)
class Kept:
    """A fetched mail whose bytes are safe in the store, while the child process parses them."""

    listed: Listed
    digest: str
    too_large: bool = False
    withheld: bool = False


class Interpreter:
    """Turns parsed mails into what the hub understands, and keeps their attachments.

    `left` counts, by marketplace, the mails that their plugins said are no cases.
    """

    def __init__(self, tools: Tools, account: Account, tokens: Tokens, trusted_authserv: str = "") -> None:
        self._tools, self._account, self._tokens = tools, account, tokens
        self._trusted = trusted_authserv
        self.left: Counter[str] = Counter()

    def item(self, kept: Kept, outcome: ParsedMail | ParseFailure, folder: str, is_sent: bool) -> Incoming | None:
        """One fetched mail as an item of a batch; None for our own mail that says nothing new."""
        at, size = kept.listed.internal_date, kept.listed.size
        if isinstance(outcome, ParseFailure):
            return self.unreadable(outcome, self.arrival((), kept.digest, at, folder, is_sent))
        files = () if kept.too_large or kept.withheld else outcome.files
        arrival = self.arrival(files, kept.digest, at, folder, is_sent)
        if kept.withheld:
            return wire.withheld(outcome, arrival, kept.listed.uid)
        item = wire.oversized(outcome, arrival, size) if kept.too_large else wire.to_incoming(outcome, arrival)
        return self.recognised(item, outcome, at)

    def recognised(
        self, item: IncomingMessage | OwnEcho | None, parsed: ParsedMail, received_at: datetime, *, again: bool = False
    ) -> Incoming | None:
        """The item as the plugin of its platform understands it, if one does; None for one that is no case.

        A mail that is read `again` is in a case already, and stays.
        """
        if not isinstance(item, IncomingMessage) or item.message.author is not Author.CUSTOMER:
            return item
        mail = platform_mail.as_mail(parsed, received_at, self._trusted)
        reading = self._tools.read_mail(mail)
        if reading is None:
            return item
        if not platform_mail.is_kept_out(mail, reading):
            return platform_mail.as_told(item, mail, parsed, reading, self._trusted)
        if again:
            return item
        self.left[reading.marketplace or reading.platform] += 1
        return None

    def arrival(
        self, files: Sequence[ParsedFile], digest: str, at: datetime, folder: str, is_sent: bool
    ) -> wire.Arrival:
        """What is known of a mail beside its own words."""
        attachments = tuple(self._keep(file) for file in files)
        return wire.Arrival(self._account, self._tokens, folder, at, digest, attachments, is_sent)

    def unreadable(self, failure: ParseFailure, arrival: wire.Arrival) -> Incoming | None:
        """A mail that could not be read, as a case that a person sees."""
        return wire.unreadable(failure.reason, failure.subject, failure.sender, failure.message_id, arrival)

    def _keep(self, file: ParsedFile) -> Attachment:
        digest = self._tools.keep(file.content)
        return Attachment(file.name, file.media_type, len(file.content), digest, file.content_id)
