"""Errands to begin with: what stands at a boundary of some rule, and what a seller sees on an ordinary day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.simulator.desk import Desk, StoredFile

_PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")

_DEMO: tuple[tuple[timedelta, dict[str, Any]], ...] = (
    (timedelta(hours=20), {"description": "Handtaget gick av redan första dagen.", "reason": "BROKEN", "gross": "349"}),
    (timedelta(hours=2), {"issue_type": words.MISSING, "description": "Paketet kom aldrig fram.", "gross": "875"}),
    (
        timedelta(hours=30),
        {"issue_type": words.REGRET, "reason": "CHANGED_MIND", "state": "PARKED", "description": None},
    ),
    (
        timedelta(hours=5),
        {"marketplace": words.CDON, "description": "Fel färg på jackan.", "reason": "WRONG_PRODUCT", "gross": "1299"},
    ),
    (
        timedelta(hours=1),
        {
            "marketplace": words.CDON,
            "market": "DK",
            "currency": "DKK",
            "issue_type": words.MISSING,
            "description": "Jeg har kun fået den ene kasse.",
            "gross": "900",
        },
    ),
)


def demo_errands(desk: Desk, now: datetime) -> None:
    """Some errands of the last day, one with a picture; the oldest first, as they came."""
    for ago, about in sorted(_DEMO, key=lambda one: one[0], reverse=True):
        desk.open_errand(now - ago, **about)
    errand = next(iter(desk.errands.values()))
    file_id = desk.store(StoredFile("bild på skadan.png", "image/png", _PICTURE))
    stored = {"id": file_id, "file_name": "bild på skadan.png", "content_type": "image/png", "size": len(_PICTURE)}
    desk.customer_writes(errand, now - timedelta(minutes=40), "Här är en bild.", attachments=[stored])


def boundary_errands(desk: Desk, now: datetime) -> None:
    """One errand for each value and shape at which a rule changes."""
    for gross in ("799.99", "800.00", "800.01"):
        desk.open_errand(now, description=f"{gross} SEK", gross=gross)
        desk.open_errand(now, description=f"{gross} SEK", gross=gross, marketplace=words.CDON)
    desk.open_errand(now, description="900 DKK", gross="900", currency="DKK", market="DK")
    desk.open_errand(now, description="ingen order", order_ids=[], order_value=None)
    desk.open_errand(now, description="okänt värde", order_value=None)
    desk.open_errand(now, description="företag", customer={"full_name": "Möbler & Ågren AB"})
    desk.open_errand(now, description="två ordrar", order_ids=["order-a", "order-b"], order_value=None)
    desk.open_errand(now, description="ånger", issue_type=words.REGRET, state="PARKED", reason="WRONG_PURCHASE")


def many_errands(desk: Desk, now: datetime, count: int = 1001) -> None:
    """More errands than fit on the largest page, a second apart."""
    for number in range(count):
        desk.open_errand(now - timedelta(seconds=count - number), description=f"ärende {number}")
