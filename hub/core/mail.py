"""A mail as plugins are shown it that may recognise their platform's, and what they say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.core.model import CaseType, Party, require_aware


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that reached a mailbox channel, read and decoded.

    `text` is the plain text, made from the HTML where there is no other. `received_at` is when the mailbox's own server
    took it. `proven` has the domains, in small letters, for which that server says that the DKIM signature is right;
    nothing else in a mail proves who sent it. `headers` are by name in small letters.
    """

    message_id: str
    sender: Party
    reply_to: tuple[str, ...]
    recipients: tuple[str, ...]
    subject: str
    text: str
    links: tuple[str, ...]
    sent_at: datetime
    received_at: datetime
    proven: frozenset[str] = frozenset()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_aware(self.sent_at)
        require_aware(self.received_at)

    def is_proven(self, domain: str) -> bool:
        """Whether it surely comes from this domain or one below it, and says so in From."""
        own = self.sender.email.rpartition("@")[2].lower()
        return any(_lies_in(own, domain) and _lies_in(signer, domain) for signer in self.proven)


class MailKind(StrEnum):
    """What a platform's mail is to a seller."""

    NOTIFICATION = "notification"  # of a case that waits on the platform; an answer to the mail reaches nobody
    CUSTOMER = "customer"  # a customer's own words; an answer to the mail reaches him
    NO_CASE = "no_case"  # an order, an invoice, a newsletter: kept out of the inbox


@dataclass(frozen=True, slots=True)
class MailReading:
    """What a plugin recognised in a mail of its platform.

    `platform` is the key of the plugin's adapter, `ref` the case's ref as that adapter has it, where the mail tells it.
    `keys` are further marks that mails about one case share. `doubt` says in words why a person should look at it, such
    as a signature that is missing; a doubtful mail is never dropped. `order_numbers` are as the mail has them, not
    confirmed. `opened_at` is the platform's own instant where the mail tells one. `answer_hosts` are the domains of the
    addresses at which the platform passes an answer on to the customer, and `answer_until` is when it stops doing so.
    """

    platform: str
    kind: MailKind
    ref: str = ""
    keys: tuple[str, ...] = ()
    marketplace: str = ""
    market: str = ""
    type: CaseType = CaseType.UNKNOWN
    type_raw: str = ""
    order_numbers: tuple[str, ...] = ()
    url: str = ""
    subject: str = ""
    opened_at: datetime | None = None
    answer_hosts: tuple[str, ...] = ()
    answer_until: datetime | None = None
    doubt: str = ""

    def __post_init__(self) -> None:
        for at in (self.opened_at, self.answer_until):
            if at is not None:
                require_aware(at)


def _lies_in(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith(f".{parent}")
