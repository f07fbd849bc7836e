"""Orders that the merchant APIs of Fyndiq and CDON list as not fulfilled, and the date by which they should have been.

https://merchantapi.fyndiq.com/view/metadata/7185ENK and https://docs.cdon.com/view/metadata/2sAYkKHdBZ (documented):
the states, the paging, the deadline under two names, and that its instants are UTC. To fulfil is to send with tracking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from hub import LateOrder, Party, Promised
from hub.core.plain_text import one_line
from hub.http import ApiClient
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.orders import read_order
from hub_fyndiq_reclaimit.payload import identity, instant, objects, part, text, word

UNSENT: Mapping[str, Sequence[str]] = {words.FYNDIQ: ("CREATED",), words.CDON: ("CREATED", "ACCEPTED")}
"""The states of orders that wait to be sent, by marketplace."""
PAGE, MOST_PAGES = 100, 20

_DEADLINES = ("fulfillment_deadline", "fulfill_before")
_ZONES = {"SE": "Europe/Stockholm", "DK": "Europe/Copenhagen", "NO": "Europe/Oslo", "FI": "Europe/Helsinki"}
_LANGUAGES = {"SE": "sv", "DK": "da", "NO": "nb", "FI": "fi"}


def unsent(client: ApiClient, path: str, states: Sequence[str]) -> Iterator[LateOrder]:
    """The orders in these states that have a deadline, page by page; a page that is not full is the last."""
    for state in states:
        for number in range(1, MOST_PAGES + 1):
            asked: dict[str, str | int] = {"state": state, "limit": PAGE, "page": number}
            page = objects(client.read(path, asked).json(), "a list of orders")
            yield from filter(None, map(unsent_order, page))
            if len(page) < PAGE:
                break


def unsent_order(fields: Mapping[str, Any]) -> LateOrder | None:
    """An order by its deadline, with nothing of the person but the name; None where it tells no deadline."""
    number = identity(fields, "an order")
    name, due = next(
        ((name, found) for name in _DEADLINES if (found := instant(fields, name, "an order")) is not None), ("", None)
    )
    if due is None:
        return None
    market = word(fields, "market").upper()
    return LateOrder(
        number,
        due.astimezone(ZoneInfo(_ZONES.get(market, "Europe/Stockholm"))),
        Promised.DISPATCH,
        told_as=name,
        customer=Party(_name(part(fields, "shipping_address")), language=_LANGUAGES.get(market, "")),
        lines=read_order(fields, number).lines,
    )


def _name(address: Mapping[str, Any]) -> str:
    """The customer's name; a company has no first and last one."""
    person = f"{text(address, 'first_name')} {text(address, 'last_name')}"
    return one_line(person) or one_line(text(address, "full_name"))
