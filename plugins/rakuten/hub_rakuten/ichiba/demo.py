"""The shop of the demo: what customers of Rakuten Ichiba ask on a Monday."""

from __future__ import annotations

from base64 import b85decode
from datetime import datetime, timedelta

from hub import Clock
from hub.testing import SimulatedClock
from hub_rakuten.ichiba.kinds import ABOUT_AN_ITEM, ABOUT_AN_ORDER
from hub_rakuten.ichiba.rms import PAGE
from hub_rakuten.ichiba.simulator import IchibaSimulator
from hub_rakuten.ichiba.times import JST

# A photo of an opened box with one cup in it, of 160 by 120 dots.
_BOX = (
    "iBL{Q4GJ0x0000DNk~Le0001>0001Z0s{a500_(x`~Uy|3{Xr|MfCCP*1MLVcu?!>@X1?L(f|MeYDq*vRCwC$m9YtcKomp8(ox*U"
    "d2|#@$$r*~AY3diR>FbrRR?)T(*3Rj0Dv0On&LsaU!%4pmbiR*DeR@C?s*zVdS4vrVI1joY2-806!11gL_`zk<6=idL_|bvNBrGE"
    "inJjDe98&7--2TIo!?jh0000<MNUMnLSTX"
)
_KEY_LEFT = timedelta(days=9)  # soon enough to be warned of


def demo_shop(clock: Clock) -> IchibaSimulator:
    """A shop in whose R-Messe some things have happened before now."""
    now = clock.now().replace(microsecond=0)
    shop = IchibaSimulator(clock)
    shop.page_size = PAGE  # the contract has smaller ones, to have several
    told = SimulatedClock(now - timedelta(days=3))
    shop.clock = told
    _what_happened(shop, told, now)
    shop.clock = clock
    shop.shop.key_expires = (now + _KEY_LEFT).astimezone(JST).replace(hour=23, minute=59, second=59)
    return shop


def _what_happened(shop: IchibaSimulator, told: SimulatedClock, now: datetime) -> None:
    def at(**before: float) -> None:
        told.set(now - timedelta(**before))

    at(days=3)
    late = shop.add_order(12800, "有田焼 湯呑み 2個セット", "yunomi-02")
    shop.shop.orders[late]["deliveryDate"] = (now.astimezone(JST).date() - timedelta(days=1)).isoformat()
    short = shop.add_order(6480, "急須 萬古焼", "kyusu-01", units=2)
    at(hours=30)
    asked = shop.customer_writes(
        "この湯呑みは食洗機で使えますか？", kind=ABOUT_AN_ITEM, category="商品詳細", customer="山田 太郎"
    )
    at(hours=29)
    shop.seller_writes(asked, "お問い合わせありがとうございます。はい、お使いいただけます。")
    shop.shop_completes(asked)
    at(hours=20)
    shop.customer_writes(
        "まだ届きません。いつ届きますか？",
        kind=ABOUT_AN_ORDER,
        category="送料・商品配送",
        order=late,
        customer="佐藤 花子",
    )
    at(hours=5)
    shop.customer_writes(
        "2個注文しましたが、1個しか入っていませんでした。写真をお送りします。",
        kind=ABOUT_AN_ORDER,
        category="その他",
        order=short,
        item="急須 萬古焼",
        item_number="kyusu-01",
        customer="鈴木 一郎",
        files={"箱.png": b85decode(_BOX)},
    )
    at(hours=2)
    shop.customer_writes("Do you ship abroad? 🙂", kind=ABOUT_AN_ITEM, category="配送", customer="Åsa Öberg")
