"""What was written about a sold item, and the refs that its messages have here, since Rakuten gives them none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from xml.etree.ElementTree import Element

from hub import Case, Misunderstood
from hub_rakuten.france.answers import below, instant, text

_TO_BUYER, _TO_RAKUTEN = "out", "note"


@dataclass(frozen=True, slots=True)
class Written:
    """A message with the buyer, or a mail with Rakuten where it has an id."""

    ref: str
    sender: str
    at: datetime
    text: str
    subject: str
    is_ours: bool
    is_mail: bool


def written_in(element: Element, item: str, own_names: frozenset[str]) -> Iterator[Written]:
    """Every message with the buyer, and every mail with Rakuten."""
    seen: Counter[str] = Counter()
    for message in below(element, "message"):
        yield _message(message, item, own_names, seen)
    for mail in below(element, "mail"):
        yield _mail(mail, item, own_names, seen)


def _mail(element: Element, item: str, own_names: frozenset[str], seen: Counter[str]) -> Written:
    number, sender, content = text(element, "mailid"), text(element, "sender"), _content(element)
    if not number:
        raise Misunderstood(f"a mail about item {item} has no mailid")
    at = instant(text(element, "senddate"), f"senddate of mail {number} about item {item}")
    ours = sender.casefold() in own_names
    ref = f"{item}:mail:{number}"
    if ours:  # what is sent has no mailid in its answer, so that it is known by its words
        key = f"{_TO_RAKUTEN}{_digest(item, plain(content))}"
        seen[key] += 1
        ref = outbound_ref(item, content, seen[key], _TO_RAKUTEN)
    return Written(ref, sender, at, content, text(element, "object"), ours, is_mail=True)


def _message(element: Element, item: str, own_names: frozenset[str], seen: Counter[str]) -> Written:
    sender, recipient = text(element, "sender"), text(element, "recipient")
    written, content = text(element, "senddate"), _content(element)
    ours = sender.casefold() in own_names
    # Exactly one of the two is the seller, else nobody knows whose words these are.
    if not sender or (recipient and (recipient.casefold() in own_names) == ours):
        raise Misunderstood(
            f"a message about item {item} is not between a buyer and this seller: if messages have another name for "
            "you than your login, set seller_name to it"
        )
    at = instant(written, f"senddate of a message about item {item}")
    key = _digest(item, plain(content)) if ours else _digest(item, sender, written, content)
    seen[key] += 1
    ref = outbound_ref(item, content, seen[key]) if ours else f"{item}:in:{key}:{seen[key]}"
    return Written(ref, sender, at, content, "", ours, is_mail=False)


def _content(element: Element) -> str:
    """A text as it was written; the blanks and line breaks around it are the layout's."""
    return text(element, "content")


def item_id(ref: str) -> str:
    """The item that a case is about."""
    return ref.partition(":")[0]


def outbound_ref(item: str, content: str, number: int, to: str = _TO_BUYER) -> str:
    """The ref of what we wrote: without its instant, which is known to the minute and only by Rakuten's clock."""
    return f"{item}:{to}:{_digest(item, plain(content))}:{number}"


def next_outbound_ref(case: Case, content: str, *, to_rakuten: bool = False) -> str:
    """The ref that a text will have once it is sent: by how many like it went to the same reader before."""
    to = _TO_RAKUTEN if to_rakuten else _TO_BUYER
    item = item_id(case.ref)
    keys = {key for message in case.messages for key in (message.ref, *message.thread_keys)}
    number = 1
    while outbound_ref(item, content, number, to) in keys:
        number += 1
    return outbound_ref(item, content, number, to)


def plain(content: str) -> str:
    """A text without what a platform may change of it on the way: line ends, and blanks around it."""
    return "\n".join(line.rstrip() for line in content.splitlines()).strip()


def _digest(*parts: str) -> str:
    return sha256("|".join(parts).encode()).hexdigest()[:16]
