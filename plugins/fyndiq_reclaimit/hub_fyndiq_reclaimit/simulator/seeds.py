"""Errands to begin with: what stands at a boundary of some rule, and what a seller sees on an ordinary day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.simulator.desk import Desk, StoredFile
from hub_fyndiq_reclaimit.simulator.errands import PretendedErrand

_PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")


@dataclass(frozen=True, slots=True)
class _Story:
    """An errand of the demo: how long ago, whose, about what, and what else is special about it."""

    ago: timedelta
    customer: str
    article: str
    words: str | None
    about: Mapping[str, Any]


_DEMO = (
    _Story(
        timedelta(hours=30),
        "Maja Lindqvist",
        "Vinterjacka herr, blå L",
        None,
        {"issue_type": words.REGRET, "reason": "CHANGED_MIND", "state": "PARKED", "gross": "499"},
    ),
    _Story(
        timedelta(hours=20),
        "Åsa Öberg",
        "Kastrull 3 l",
        "Handtaget gick av redan första dagen, och soppan hamnade på golvet.",
        {"reason": "BROKEN", "gross": "349"},
    ),
    _Story(
        timedelta(hours=5),
        "Johan Ekström",
        "Regnjacka dam, grön M",
        "Jag beställde grön men fick en gul jacka. Jag vill ha rätt färg.",
        {"marketplace": words.CDON, "reason": "WRONG_PRODUCT", "gross": "1299"},
    ),
    _Story(
        timedelta(hours=2),
        "Fatima Rahimi",
        "Sänglampa, 2-pack",
        "Paketet kom aldrig fram. Spårningen har stått stilla i en vecka.",
        {"issue_type": words.MISSING, "gross": "875"},
    ),
    _Story(
        timedelta(hours=1),
        "Søren Mikkelsen",
        "Opbevaringskasser, 4 stk.",
        "Jeg har kun fået den ene kasse 📦 – hvor er resten?",
        {
            "marketplace": words.CDON,
            "market": "DK",
            "currency": "DKK",
            "issue_type": words.MISSING,
            "gross": "900",
        },
    ),
)


def demo_errands(desk: Desk, now: datetime) -> None:
    """Some errands of the last day, oldest first, a picture that one customer sent later, and an order that is late."""
    desk.order(now - timedelta(days=6), now - timedelta(days=2), words.FYNDIQ)
    for number, story in enumerate(_DEMO):
        errand = desk.open_errand(
            now - story.ago,
            description=story.words,
            customer={"name": story.customer, "email": f"kund{number + 1}@brevlada.example"},
            article={"id": f"art-{number + 1}", "sku": f"SKU-{210 + number}", "title": story.article, "quantity": 1},
            order_ids=[f"8812{3450 + number}"],
            **story.about,
        )
        if story.about.get("reason") == "BROKEN":
            _send_picture(desk, errand, now - timedelta(minutes=40))


def _send_picture(desk: Desk, errand: PretendedErrand, at: datetime) -> None:
    file_id = desk.store(StoredFile("bild på skadan.png", "image/png", _PICTURE))
    stored = {"id": file_id, "file_name": "bild på skadan.png", "content_type": "image/png", "size": len(_PICTURE)}
    desk.customer_writes(errand, at, "Här är en bild på skadan.", attachments=[stored])


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
