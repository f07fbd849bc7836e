"""What is known of a case, as the placeholders of a template say it to a customer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.core.acknowledgement_text import greetable_name, language_of, repeatable_subject
from hub.core.model import Author, Case, Order, OrderLine, Party
from hub.core.plain_text import one_line
from hub.templates.placeholders import Fact, Item
from hub.templates.words import day_words, instant_words, money_words

MOST_LISTED = 50
"""How many lines of an order, or parcels, are told to a customer."""

_LONGEST = 200
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f'’.-]+( [A-Za-z\u00c0-\u024f'’.-]+)+")


@dataclass(frozen=True, slots=True)
class Source:
    """What facts are taken from: a case, and what is known around it; `due` is the next deadline.

    `promise` is when an answer comes that is promised now.
    """

    case: Case
    now: datetime
    zone: ZoneInfo
    due: datetime | None = None
    promise: datetime | None = None
    shop: str = ""
    agent: str = ""


def facts_of(source: Source, language: str) -> dict[str, Fact]:
    """Everything that is known, in the words of a language; what is unknown is left out."""
    return {name: fact for name, fact in _facts(source, language) if fact}


def customer_of(case: Case) -> Party:
    """Who the customer is: as the platform tells, else as whoever wrote first."""
    wrote = (message.sender for message in case.messages if message.author is Author.CUSTOMER)
    first = next(wrote, Party())
    known = case.customer
    return Party(known.name or first.name, known.email, known.customer_number, known.language or first.language)


def guessed_language(case: Case) -> str:
    """The language the customer writes in, by its words; nothing where that is not clear."""
    wrote = [f"{m.subject}\n{m.text}" for m in case.messages if m.author is Author.CUSTOMER and not m.automatic]
    guesses = (language_of("", text, "") for text in reversed(wrote))
    return next(filter(None, guesses), "")


def _facts(source: Source, language: str) -> Iterator[tuple[str, Fact]]:
    case, zone = source.case, source.zone
    yield "case.number", case.number
    yield "case.type", case.type.value
    yield "case.subject", repeatable_subject(case.subject)
    yield "case.channel", case.channel
    yield "case.opened_on", day_words(case.opened_at.astimezone(zone).date(), language, with_year=True)
    yield from _of_customer(case)
    if case.order is not None:
        yield from _of_order(case.order, language)
    for name, instant in (("deadline", source.due), ("promise", source.promise), ("promised", _promised(source))):
        if instant is not None:
            yield f"{name}.on", day_words(instant.astimezone(zone).date(), language)
            yield f"{name}.at", instant_words(instant, zone, language)
    yield "shop.name", _plain(source.shop)
    yield "agent.name", _plain(source.agent)
    yield "today", day_words(source.now.astimezone(zone).date(), language, with_year=True)


def _of_customer(case: Case) -> Iterator[tuple[str, Fact]]:
    customer = customer_of(case)
    name = greetable_name(customer.name)
    yield "customer.name", name
    yield "customer.first_name", name.partition(" ")[0] if _LATIN.fullmatch(name) else ""
    yield "customer.language", customer.language[:2].lower() or guessed_language(case)


def _of_order(order: Order, language: str) -> Iterator[tuple[str, Fact]]:
    number = repeatable_subject(order.number)
    yield "order.number", "" if "…" in number else number  # a link, or too long for a number: it is none
    yield "order.value", money_words(order.value, language) if order.value else ""
    yield "order.lines", tuple(_line(line, language) for line in order.lines[:MOST_LISTED])
    parcels = tuple(_known(carrier=parcel.carrier, number=parcel.number) for parcel in order.shipments[:MOST_LISTED])
    told = tuple(parcel for parcel in parcels if parcel)
    yield "tracking.parcels", told
    if told:
        yield "tracking.carrier", told[0].get("carrier", "")
        yield "tracking.number", told[0].get("number", "")


def _line(line: OrderLine, language: str) -> Item:
    price = {"price": money_words(line.price, language)} if line.price else {}
    return {**_known(title=line.title, quantity=str(line.quantity), sku=line.sku), **price}


def _promised(source: Source) -> datetime | None:
    """What the customer was told last, unless that has passed."""
    told = source.case.promises[-1].due if source.case.promises else None
    return told if told is not None and told >= source.now else None


def _known(**fields: str) -> Item:
    return {name: shown for name, text in fields.items() if (shown := _plain(text))}


def _plain(text: str) -> str:
    shown = one_line(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1].rstrip() + "…"
