"""What an inquiry is about: the types and categories that R-Messe has its customers choose from."""

from __future__ import annotations

from hub import CaseType

ABOUT_THE_SHOP = "店舗問い合わせ"
ABOUT_AN_ITEM = "商品問い合わせ"
ABOUT_AN_ORDER = "受注問い合わせ"
FROM_THE_SHOP = "店舗からの問い合わせ"

TYPES = (ABOUT_THE_SHOP, ABOUT_AN_ITEM, ABOUT_AN_ORDER, FROM_THE_SHOP)

# The categories are documented; which of our types each is, is assumed. A dot makes two words of one: 返品・交換 is
# chosen by those who ask about a shop or an item, 返品交換 by those who ask about an order.
_RETURN = frozenset({"返品・交換・キャンセル", "返品交換・キャンセル"})
_DELIVERY = frozenset({"送料・商品配送", "配送", "発送の確認・連絡"})
_QUESTION = frozenset(
    {
        "再入荷・在庫",
        "店舗サービス",
        "決済方法・購入金額",
        "注文情報の追加連絡",
        "ソーシャルギフト受取",
        "商品詳細",
        "注文内容の確認",
    }
)


def kind_of(kind: str, category: str, order: str) -> CaseType:
    """Our type of an inquiry; what a category does not decide stays unknown, and its raw words are kept beside it."""
    if category in _RETURN:
        return CaseType.RETURN
    if category in _DELIVERY:
        return CaseType.DELAY if order else CaseType.QUESTION  # before an order it asks for the price of postage
    if category in _QUESTION or (kind in (ABOUT_THE_SHOP, ABOUT_AN_ITEM) and not order):
        return CaseType.QUESTION
    return CaseType.UNKNOWN
