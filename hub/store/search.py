"""What of a case is searched, and how a text that a person typed becomes questions to the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hub.core.events import Absorbed, Event, Happening, MessageArrived, MessageReread, ReplyDelivered
from hub.core.model import Case, Message
from hub.core.search import fold, words

# The row id of a document is the case's id and the document's place in it, so that no table need tell whose it is.
PLACE_BITS = 20
# A whole letter pasted into the search is looked for by its beginning and its last word; SQLite joins 500 at most.
_MOST_WORDS = 100
_FEW_LETTERS = 2


def document_id(case_id: int, place: int) -> int:
    """The row id of the document at this place of a case; place 0 holds the facts."""
    return (case_id << PLACE_BITS) + place


def facts_document(case: Case) -> str:
    """The words by which a case is found apart from what was written on it."""
    order = case.order.number if case.order else ""
    who = case.customer
    return _document(case.number, case.subject, order, who.name, who.email, who.customer_number)


def message_document(message: Message) -> str:
    """The words by which a message is found."""
    return _document(message.subject, message.text, message.sender.name, message.sender.email)


def arrived(what: Happening) -> tuple[Message, ...]:
    """The messages that an event brings to a case."""
    if isinstance(what, (MessageArrived, ReplyDelivered)):
        return (what.message,)
    return what.messages if isinstance(what, Absorbed) else ()


def documents(case: Case, events: Iterable[Event]) -> list[str]:
    """Every document of a case in its place: the facts, then the messages in the order in which they were learnt.

    A reply that the platform told of before its receipt came is one message of the case, and one document.
    """
    found: dict[str, Message] = {}
    for event in events:
        for message in arrived(event.what):
            found.setdefault(message.ref, message)
        if isinstance(event.what, MessageReread) and event.what.message.ref in found:
            found[event.what.message.ref] = event.what.message
    shown = {message.ref for message in case.messages}
    return [facts_document(case), *(message_document(one) for ref, one in found.items() if ref in shown)]


@dataclass(frozen=True, slots=True)
class Question:
    """A word that was typed, or signs that stand together; the last of a text `is_beginning` of words as well."""

    words: str
    is_beginning: bool = False

    @property
    def is_vague(self) -> bool:
        """Whether hundreds of words may begin so, which the index gathers one by one: a tenth of a second."""
        return self.is_beginning and len(self.words) <= _FEW_LETTERS

    @property
    def match(self) -> str:
        """What it asks of the index; nothing typed is index syntax."""
        return f'"{self.words}" *' if self.is_beginning else f'"{self.words}"'

    @property
    def written(self) -> str:
        """How it stands in a document that begins and ends with a space."""
        return f" {self.words}" if self.is_beginning else f" {self.words} "


def questions(text: str) -> list[Question]:
    """What each word of a text asks, the last one as a beginning.

    Signs that stand together in a language without spaces are one word.
    """
    typed = [word for part in text.split() for word in _typed_words(part)]
    if not typed:
        return []
    whole = dict.fromkeys(typed[:-1][:_MOST_WORDS])
    return [*map(Question, whole), Question(typed[-1], is_beginning=True)]


def _typed_words(part: str) -> Iterator[str]:
    signs: list[str] = []
    for word in words(part):
        if fold(word) == f" {word} ":  # a sign is a word of its own
            signs.append(word)
            continue
        if signs:
            yield " ".join(signs)
            signs.clear()
        yield word
    if signs:
        yield " ".join(signs)


def _document(*texts: str) -> str:
    return " ".join(words("\n".join(texts)))
