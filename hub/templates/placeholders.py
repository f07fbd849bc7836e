"""The placeholders a template may use: the one table that the facts, the checks and the documents follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

Item = Mapping[str, str]
Fact = str | tuple[Item, ...]
Facts = Mapping[str, Fact]
"""What is known, by placeholder; one that is not known is not in it."""

NOT_OFFERED: Mapping[str, str] = {
    "customer.email": "an address has no place in a reply, and platforms hide it",
}
"""What somebody may look for in vain, and why it is not there."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands behind a placeholder, with an example; `items` are the fields of each thing in a list."""

    meaning: str
    example: str = ""
    items: Item | None = None

    @property
    def example_fact(self) -> Fact:
        """The example as it is filled in."""
        return (self.items, self.items) if self.items is not None else self.example


PLACEHOLDERS: Mapping[str, Placeholder] = {
    "case.number": Placeholder("the number of the case", "CH-1042"),
    "case.type": Placeholder("what the case is about, in casehub's word", "missing_item"),
    "case.subject": Placeholder("what the customer wrote about, short and without links", "Where is my parcel?"),
    "case.channel": Placeholder("the channel the case came by", "support"),
    "case.opened_on": Placeholder("the day on which the case was opened", "23 November 2026"),
    "customer.name": Placeholder("the customer's name, where it is one to greet by", "Åsa Öberg"),
    "customer.first_name": Placeholder("the first name, where the name is written in Latin letters", "Åsa"),
    "customer.language": Placeholder("the customer's language in two letters", "sv"),
    "order.number": Placeholder("the number of the order", "171-5583"),
    "order.value": Placeholder("what the customer paid", "1,299.00 SEK"),
    "order.lines": Placeholder(
        "what was ordered: title, quantity, sku, price",
        items={"title": "Desk lamp", "quantity": "2", "sku": "LAMP-1", "price": "649.50 SEK"},
    ),
    "tracking.carrier": Placeholder("who carries the first parcel", "PostNord"),
    "tracking.number": Placeholder("its number there", "00370000000000000001"),
    "tracking.url": Placeholder(
        "a link to follow it; known only where you give it", "https://tracking.example/0037000"
    ),
    "tracking.parcels": Placeholder(
        "all parcels: carrier, number", items={"carrier": "PostNord", "number": "00370000000000000001"}
    ),
    "deadline.on": Placeholder("the day on which an answer is due next", "Tuesday 24 November"),
    "deadline.at": Placeholder("the same with the time", "Tuesday 24 November, 10:00 (Europe/Stockholm)"),
    "promise.on": Placeholder(
        "the day by which your office answers: answer_within, from now on", "Tuesday 24 November"
    ),
    "promise.at": Placeholder("the same with the time", "Tuesday 24 November, 10:00 (Europe/Stockholm)"),
    "promised.on": Placeholder("the day by which the customer was told to get an answer", "Tuesday 24 November"),
    "promised.at": Placeholder("the same with the time", "Tuesday 24 November, 10:00 (Europe/Stockholm)"),
    "shop.name": Placeholder("the name your channel writes under", "Lampbutiken"),
    "agent.name": Placeholder("who writes: --as, else CASEHUB_USER", "Bo Ek"),
    "today": Placeholder("today's date", "23 November 2026"),
}

GROUPS = tuple(dict.fromkeys(name.partition(".")[0] for name in PLACEHOLDERS))
"""The words before the dots; no value of a template may have such a name."""

DATES = frozenset(name for name in PLACEHOLDERS if name.partition(".")[0] in ("deadline", "promise", "promised"))
"""The placeholders that tell a customer by when."""


def example_facts() -> dict[str, Fact]:
    """Every placeholder with its example."""
    return {name: placeholder.example_fact for name, placeholder in PLACEHOLDERS.items()}


def may_be_given(name: str) -> bool:
    """Whether a person may give this placeholder himself."""
    return name in PLACEHOLDERS and PLACEHOLDERS[name].items is None


def unknown_placeholder(name: str, known: Collection[str]) -> str:
    """That there is no such placeholder, and which one may be meant."""
    if name in NOT_OFFERED:
        return f"there is no placeholder {name}: {NOT_OFFERED[name]}"
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "docs/templates.md lists them"
    return f"there is no placeholder {name}; {hint}"
