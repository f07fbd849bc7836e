"""What RMS says of inquiries, as the hub takes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from hub import Author, CaseState, CaseType, Direction, Misunderstood, Money, Shipment
from hub_rakuten.ichiba import wire
from hub_rakuten.ichiba.kinds import kind_of
from hub_rakuten.ichiba.licence import Licence, in_words
from hub_rakuten.ichiba.orders import order_of
from hub_rakuten.ichiba.position import Position
from hub_rakuten.ichiba.times import JST, day_in_japan, in_jst, instant_of, slices

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=JST)


def told(**changed: Any) -> dict[str, Any]:
    """An inquiry as an answer has it."""
    return {
        "inquiryNumber": "417283-20261120-1o",
        "shopId": 417283,
        "userName": "楽天 花子 🙂",
        "userMaskEmail": "masked@pc.fw.rakuten.example",
        "message": "届きません。\r\nいつ届きますか？",
        "regDate": "2026-11-20T12:00:00+09:00",
        "isCompleted": False,
        "completedDate": None,
        "category": "送料・商品配送",
        "type": "受注問い合わせ",
        "orderNumber": "417283-20261118-0001417000",
        "readByMerchant": False,
        "attachments": [],
        "replies": [],
        "lastUpdateDate": "2026-11-20T12:00:00+09:00",
        "isMessageDeleted": False,
        "somethingNew": {"nobody": "knows"},
        **changed,
    }


def reply(number: int, by: str, at: str = "2026-11-20T13:00:00+09:00", **changed: Any) -> dict[str, Any]:
    return {"id": number, "message": f"{by} {number}", "regDate": at, "replyFrom": by, "isRead": False, **changed}


def update(told: Mapping[str, Any]) -> Any:
    return wire.update_of(wire.inquiry_of(told), lambda inquiry, said: ((), ""))


def test_a_case_has_what_rms_tells() -> None:
    case = update(told())

    assert case.ref == "417283-20261120-1o"
    assert case.opened_at == NOON
    assert case.type is CaseType.DELAY
    assert case.type_raw == "受注問い合わせ / 送料・商品配送"
    assert (case.market, case.marketplace) == ("JP", "Rakuten Ichiba")
    assert case.customer.name == "楽天 花子 🙂"
    assert case.order.number == "417283-20261118-0001417000"
    assert case.messages[0].text == "届きません。\r\nいつ届きますか？"
    assert case.messages[0].ref == "417283-20261120-1o:q"
    assert case.state is None


def test_who_wrote_each_reply_is_what_reply_from_says() -> None:
    case = update(told(replies=[reply(0, "merchant"), reply(1, "user"), reply(2, "merchant")]))

    assert [(m.ref.partition(":")[2], m.author, m.direction) for m in case.messages] == [
        ("q", Author.CUSTOMER, Direction.INBOUND),
        ("r:0", Author.SELLER, Direction.OUTBOUND),
        ("r:1", Author.CUSTOMER, Direction.INBOUND),
        ("r:2", Author.SELLER, Direction.OUTBOUND),
    ]


@pytest.mark.parametrize("by", ["", "system", "MERCHANT", "admin"])
def test_any_other_reply_from_is_no_guess(by: str) -> None:
    with pytest.raises(Misunderstood, match="replyFrom"):
        update(told(replies=[reply(0, by)]))


def test_a_reply_without_reply_from_is_no_guess() -> None:
    nameless = reply(0, "user")
    del nameless["replyFrom"]

    with pytest.raises(Misunderstood, match="replyFrom"):
        update(told(replies=[nameless]))


def test_a_conversation_that_the_shop_began_starts_outbound() -> None:
    case = update(told(type="店舗からの問い合わせ", category="発送の確認・連絡", replies=[reply(0, "user")]))

    assert [message.direction for message in case.messages] == [Direction.OUTBOUND, Direction.INBOUND]


def test_a_deleted_message_is_told_as_recalled() -> None:
    gone = reply(0, "user", message="", isMessageDeleted=True)
    case = update(told(message="", isMessageDeleted=True, replies=[gone]))

    assert [message.labels for message in case.messages] == [("recalled",), ("recalled",)]


def test_what_may_be_missing_may_be_missing() -> None:
    bare = told(orderNumber=None, category="", socialGiftUserType=None)
    for name in ("userMaskEmail", "userName", "lastUpdateDate", "attachments", "replies", "completedDate", "itemName"):
        bare.pop(name, None)
    case = update(bare)

    assert case.order is None
    assert case.customer.email == ""


@pytest.mark.parametrize("broken", ["inquiryNumber", "regDate"])
def test_what_a_case_rests_on_may_not_be_missing(broken: str) -> None:
    with pytest.raises(Misunderstood):
        update(told(**{broken: None}))


def test_an_error_about_an_inquiry_tells_nothing_of_the_customer() -> None:
    with pytest.raises(Misunderstood) as caught:
        update(told(replies=[reply(0, "秘密の言葉です" * 20)]))

    assert "楽天" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_of_a_gift_it_is_told_which_of_two_people_wrote() -> None:
    case = update(told(socialGiftUserType="受取人"))

    assert case.messages[0].extra["social_gift"] == "受取人"


def test_completed_is_closed_since_then() -> None:
    done = "2026-11-20T15:00:00+09:00"
    case = update(told(isCompleted=True, completedDate=done, replies=[reply(0, "merchant")]))

    assert (case.state, case.state_raw) == (CaseState.CLOSED, "completed")
    assert case.state_at == NOON + timedelta(hours=3)


def test_a_customer_who_writes_after_completion_has_reopened_it() -> None:
    later = reply(0, "user", "2026-11-20T16:00:00+09:00")
    case = update(told(isCompleted=True, completedDate="2026-11-20T15:00:00+09:00", replies=[later]))

    assert case.state is None


@pytest.mark.parametrize(
    ("kind", "category", "order", "expected"),
    [
        ("受注問い合わせ", "返品交換・キャンセル", "1", CaseType.RETURN),
        ("商品問い合わせ", "返品・交換・キャンセル", "", CaseType.RETURN),
        ("受注問い合わせ", "送料・商品配送", "1", CaseType.DELAY),
        ("商品問い合わせ", "配送", "", CaseType.QUESTION),
        ("商品問い合わせ", "商品詳細", "", CaseType.QUESTION),
        ("店舗問い合わせ", "", "", CaseType.QUESTION),
        ("受注問い合わせ", "注文情報の追加連絡", "1", CaseType.QUESTION),
        ("受注問い合わせ", "その他", "1", CaseType.UNKNOWN),
        ("受注問い合わせ", "", "1", CaseType.UNKNOWN),
        ("新しい種類", "新しい分類 🙂", "1", CaseType.UNKNOWN),
    ],
)
def test_what_an_inquiry_is_about(kind: str, category: str, order: str, expected: CaseType) -> None:
    assert kind_of(kind, category, order) is expected


def test_an_instant_is_asked_for_in_japanese_time_without_an_offset() -> None:
    assert in_jst(datetime(2026, 11, 20, 15, 30, tzinfo=UTC)) == "2026-11-21T00:30:00"
    assert str(day_in_japan(datetime(2026, 11, 20, 15, 30, tzinfo=UTC))) == "2026-11-21"


@pytest.mark.parametrize(
    "text", ["2026-11-28T23:59:59", "2026-11-28T23:59:59+09:00", "2026-11-28T23:59:59+0900", "2026-11-28T14:59:59Z"]
)
def test_an_instant_without_an_offset_is_japanese(text: str) -> None:
    assert instant_of(text, "it") == datetime(2026, 11, 28, 14, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("wrong", [None, "", "soon", 20261128, "2026-13-40"])
def test_what_is_no_instant_is_misunderstood(wrong: object) -> None:
    with pytest.raises(Misunderstood, match="it is not an instant"):
        instant_of(wrong, "it")


@pytest.mark.parametrize(("days", "count"), [(1, 1), (30, 1), (31, 2), (75, 3), (90, 3), (365, 13)])
def test_a_look_back_is_cut_into_slices_of_at_most_thirty_days(days: int, count: int) -> None:
    cut = list(slices(NOON, days))

    assert len(cut) == count
    assert all(one.end - one.begin <= timedelta(days=30) for one in cut)
    assert cut[0].end == NOON
    assert cut[-1].begin == NOON - timedelta(days=days)
    assert all(newer.begin == older.end for newer, older in pairwise(cut))


def test_how_far_back_a_reading_goes() -> None:
    position = Position().after(365, NOON)

    assert Position().look_back(NOON) == 365
    assert position.look_back(NOON + timedelta(minutes=5)) == 30
    assert position.look_back(NOON + timedelta(hours=1)) == 90
    assert position.look_back(NOON + timedelta(days=1)) == 365
    assert position.after(90, NOON + timedelta(hours=1)).look_back(NOON + timedelta(hours=1, minutes=5)) == 30


def test_a_clock_that_jumped_back_makes_it_read_everything() -> None:
    assert Position().after(365, NOON).look_back(NOON - timedelta(days=2)) == 365


def test_a_position_survives_its_checkpoint() -> None:
    licence = Licence("abc", NOON.date(), NOON)
    position = Position({365: NOON, 90: NOON, 30: NOON}, frozenset({"1", "2"}), licence)

    assert Position.of(position.plain()) == position


def test_a_checkpoint_of_another_version_begins_anew() -> None:
    assert Position.of({"version": 99, "read": 7}) == Position()


def test_a_message_is_old_only_for_a_reading_that_looked_as_far_back() -> None:
    hour = timedelta(hours=1)
    position = Position({365: NOON - 20 * hour, 90: NOON - hour, 30: NOON})

    assert position.has_seen(NOON - 50 * hour, NOON - hour)
    assert not position.has_seen(NOON - 50 * hour, NOON - hour / 4)
    assert not position.has_seen(NOON - timedelta(days=200), NOON - 2 * hour)
    assert position.has_seen(NOON - timedelta(days=200), NOON - 21 * hour)
    assert not Position().has_seen(NOON, NOON)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-14T12:00:00+09:00", "expires in 14 days"),
        ("2026-11-14T23:59:00+09:00", "expires in 14 days"),
        ("2026-11-27T00:00:00+09:00", "expires tomorrow"),
        ("2026-11-28T23:59:00+09:00", "expires today"),
        ("2026-11-27T15:30:00+00:00", "expires today"),
        ("2026-11-29T00:00:00+09:00", "has expired"),
    ],
)
def test_the_days_of_a_licence_key_are_counted_in_japan(now: str, words: str) -> None:
    expires = datetime(2026, 11, 28, 23, 59, 59, tzinfo=JST)

    assert in_words(expires, datetime.fromisoformat(now)).startswith(words)


def test_a_licence_key_is_warned_of_from_two_weeks_ahead() -> None:
    expires = datetime(2026, 11, 28, 23, 59, 59, tzinfo=JST)
    licence = Licence("abc", NOON.date(), expires)

    assert licence.warning(datetime(2026, 11, 13, 23, 59, tzinfo=JST)) == ""
    assert "in 14 days, on 2026-11-28 at 23:59" in licence.warning(datetime(2026, 11, 14, tzinfo=JST))


def order(**changed: Any) -> dict[str, Any]:
    item = {"itemName": "湯呑み", "manageNumber": "yunomi", "units": 2, "priceTaxIncl": 2490, "SkuModelList": []}
    known = {
        "orderNumber": "1-20261118-0000000001",
        "requestPrice": 4980,
        "OrdererModel": {"familyName": "秘密", "phoneNumber1": "090"},
        "PackageModelList": [{"ItemModelList": [item], "SenderModel": {"city": "秘密市"}}],
        **changed,
    }
    return {"MessageModelList": [{"messageType": "INFO"}], "OrderModelList": [known]}


def test_of_an_order_nothing_is_taken_that_a_case_does_not_need() -> None:
    found = order_of(order(), "1-20261118-0000000001")

    assert found is not None
    assert found.value == Money(Decimal(4980), "JPY")
    assert [(line.title, line.sku, line.quantity) for line in found.lines] == [("湯呑み", "yunomi", 2)]
    assert "秘密" not in repr(found)


@pytest.mark.parametrize(
    ("written", "placed"),
    [
        ("2026-11-17T01:30:00+0900", datetime(2026, 11, 17, 1, 30, tzinfo=JST)),
        ("2026-11-17T01:30:00", datetime(2026, 11, 17, 1, 30, tzinfo=JST)),
        ("soon", None),
        (None, None),
    ],
)
def test_an_order_tells_when_it_was_placed_and_is_read_without(written: object, placed: datetime | None) -> None:
    found = order_of(order(orderDatetime=written), "1-20261118-0000000001")

    assert found is not None
    assert found.placed_at == placed


def test_parcels_are_told_with_their_carrier_number_and_day() -> None:
    told = [
        {"deliveryCompanyName": "ヤマト運輸", "shippingNumber": "1234", "shippingDate": "2026-11-17"},
        {"deliveryCompany": "1003", "shippingNumber": None, "shippingDate": "soon"},
    ]

    found = order_of(order(PackageModelList=[{"ShippingModelList": told}]), "1-20261118-0000000001")

    assert found is not None
    assert found.shipments == (
        Shipment("ヤマト運輸", "1234", "shipped", datetime(2026, 11, 17, tzinfo=JST)),
        Shipment("1003"),
    )


def test_the_sku_of_a_variant_beats_that_of_the_item() -> None:
    sku = {"variantId": "yunomi-a", "merchantDefinedSkuId": "Y-BLUE"}
    item = {"itemName": "湯呑み", "manageNumber": "yunomi", "units": 1, "SkuModelList": [sku]}
    found = order_of(order(PackageModelList=[{"ItemModelList": [item]}]), "1-20261118-0000000001")

    assert found is not None
    assert found.lines[0].sku == "Y-BLUE"
    assert found.lines[0].price is None


@pytest.mark.parametrize("amount", [-9999, None, "4980", True])
def test_an_amount_that_is_not_fixed_is_unknown(amount: object) -> None:
    found = order_of(order(requestPrice=amount), "1-20261118-0000000001")

    assert found is not None
    assert found.value is None


def test_an_error_about_this_order_means_that_there_is_none() -> None:
    error = {"messageType": "ERROR", "messageCode": "X_009", "orderNumber": "1"}

    assert order_of({"MessageModelList": [error], "OrderModelList": []}, "1") is None


def test_an_error_about_the_question_is_an_error_although_the_status_is_200() -> None:
    error = {"messageType": "ERROR", "messageCode": "X_001", "message": "bad version"}

    with pytest.raises(Misunderstood, match="X_001"):
        order_of({"MessageModelList": [error]}, "1")
