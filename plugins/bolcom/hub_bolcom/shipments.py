"""bol.com's shipments: who carries a parcel, its number, and how far it has come."""

from __future__ import annotations

from hub import Shipment
from hub_bolcom.fields import as_fields, instant, needed, part, parts, text


def shipment_ids(body: object) -> tuple[str, ...]:
    """The ids of a list of shipments; an empty list is told without its key."""
    return tuple(needed(one, "shipmentId") for one in parts(as_fields(body, "a list of shipments"), "shipments"))


def read_shipment(body: object) -> Shipment:
    """A shipment with the newest of the events that its carrier told bol.com."""
    transport = part(as_fields(body, "a shipment"), "transport")
    events = [
        (instant(event, "eventDateTime"), text(event, "eventCode")) for event in parts(transport, "transportEvents")
    ]
    at, state = max(((at, code) for at, code in events if at is not None), default=(None, ""))
    return Shipment(text(transport, "transporterCode"), text(transport, "trackAndTrace"), state, at)
