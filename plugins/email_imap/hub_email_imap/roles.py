"""Who wrote a mail and which way it goes, whatever its headers look like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hub import Author, Direction
from hub_email_imap.parsed import Address, ParsedMail
from hub_email_imap.recipients import canonical, matches

# VS is left out: it forwards in Danish and answers in Finnish.
_FORWARD = re.compile(r"\s*(?:fwd?|vb|wg|tr|doorst|pd|vl|転送)\s*[:：]", re.IGNORECASE)
_MACHINE_LABELS = frozenset(
    {"auto-reply", "auto-generated", "out-of-office", "bounce", "read-receipt", "feedback-report"}
)
_FROM_MACHINES = frozenset({"bounce", "feedback-report"})


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox: its addresses, and the senders (addresses or domains) whose Reply-To is the customer.

    `behind_a_list` says that the mailbox is reached through a mailing list or group, whose headers every mail has.
    """

    addresses: tuple[str, ...]
    reply_to_senders: tuple[str, ...] = ()
    behind_a_list: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """What a mail is to the hub, whatever its headers look like."""

    author: Author
    direction: Direction
    sender: Address
    automatic: bool
    labels: tuple[str, ...] = ()

    @property
    def from_us(self) -> bool:
        """Whether the seller wrote it."""
        return self.author is Author.SELLER


def role_of(parsed: ParsedMail, account: Account, sent_folder: bool) -> Role:
    """Who wrote a mail and which way it goes; the first row that fits decides.

    | the mail                                                          | counts as                               |
    |-------------------------------------------------------------------|-----------------------------------------|
    | lies in the Sent folder: forwarded, or to nobody but us           | the seller's note, stops no clock       |
    | lies in the Sent folder: any other                                | the seller's answer                     |
    | is a delivery report or a complaint report                        | the platform's, automatic               |
    | From a listed form sender, Reply-To somebody else                 | the customer's of Reply-To, by a person |
    | From one of our addresses, Reply-To somebody else                 | the customer's of Reply-To (`via-form`) |
    | From one of our addresses, forwarded to somebody else             | the seller's note, stops no clock       |
    | From one of our addresses, To or Cc somebody else                 | the seller's answer                     |
    | From one of our addresses, to nobody but us                       | that colleague's, as a customer's       |
    | any other                                                         | the customer's of From                  |

    Any row but the two of reports and of listed form senders leaves a mail as automatic as its headers say.
    """
    outside = bool(others([*parsed.to, *parsed.cc], account))
    if sent_folder:
        return _sellers(parsed, public=outside)
    if _FROM_MACHINES & set(parsed.labels):
        return Role(Author.PLATFORM, Direction.INBOUND, parsed.sender, automatic=True)
    ours = is_own(parsed.sender.email, account)
    listed = matches(parsed.sender.email, account.reply_to_senders)
    behind = others(parsed.reply_to, account)
    if behind and (ours or listed):
        # The operator says that people write through this form, whatever Precedence the shop's software sets.
        machine = _by_a_machine(parsed, account) and not listed
        return Role(Author.CUSTOMER, Direction.INBOUND, behind[0], machine, labels=("via-form",))
    if ours and outside:
        return _sellers(parsed, public=True)
    return Role(Author.CUSTOMER, Direction.INBOUND, parsed.sender, _by_a_machine(parsed, account))


def _by_a_machine(parsed: ParsedMail, account: Account) -> bool:
    """Whether no person wrote it; what a list in front of the mailbox adds to every mail says nothing of that."""
    said_by_a_list = account.behind_a_list and not _MACHINE_LABELS & set(parsed.labels)
    return parsed.automatic and not said_by_a_list


def _sellers(parsed: ParsedMail, public: bool) -> Role:
    # A customer's mail passed on to a warehouse carries the customer's Message-ID, and must not pass for the answer.
    answer = public and not _FORWARD.match(parsed.subject)
    return Role(Author.SELLER, Direction.OUTBOUND if answer else Direction.NOTE, parsed.sender, parsed.automatic)


def is_own(address: str, account: Account) -> bool:
    """Whether an address is one of the mailbox's own."""
    return bool(address) and canonical(address) in _own_addresses(account)


def others(addresses: Iterable[Address], account: Account) -> list[Address]:
    """The addresses that are not ours, each once, with the name it had first."""
    found: dict[str, Address] = {}
    for address in addresses:
        if address.email and not is_own(address.email, account):
            found.setdefault(address.email, address)
    return list(found.values())


@lru_cache(maxsize=16)
def _own_addresses(account: Account) -> frozenset[str]:
    return frozenset(map(canonical, account.addresses))
