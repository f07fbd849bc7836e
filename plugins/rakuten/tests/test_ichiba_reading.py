"""Reading R-Messe: windows, pages, what is older, files, and a key that dies."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub import AuthenticationFailed, Author, CaseState, Misunderstood, RateLimited, Unavailable
from hub.http import Headers, Request, Response
from hub.testing import Desk, Fault, SimulatedClock
from hub_rakuten.ichiba import pretended_api as api
from hub_rakuten.ichiba.settings import IchibaSettings
from hub_rakuten.ichiba.simulator import IchibaSimulator

LATE_EVENING = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
"""Half past midnight of the next day in Japan."""


class Scripted(IchibaSimulator):
    """A shop whose answers a test may replace; None lets the shop answer as always."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__(clock)
        self.script: Callable[[Request], Response | None] = lambda request: None

    def answer(self, request: Request) -> Response:
        return self.script(request) or super().answer(request)


@pytest.fixture
def shop() -> Scripted:
    return Scripted(SimulatedClock(LATE_EVENING))


@pytest.fixture
def desk(shop: Scripted) -> Desk:
    return Desk(shop)


def passes(shop: IchibaSimulator, **time: float) -> None:
    assert isinstance(shop.clock, SimulatedClock)
    shop.clock.advance(timedelta(**time))


def lists(shop: IchibaSimulator) -> list[Request]:
    return [request for request in shop.requests if request.path == api.LIST]


def listed(*numbers: str, total: int, pages: int = 1) -> Response:
    rows = [
        {
            "inquiryNumber": number,
            "shopId": 417283,
            "regDate": "2026-11-20T12:00:00+09:00",
            "message": "?",
            "replies": [],
        }
        for number in numbers
    ]
    return Response.of_json({"totalCount": total, "totalPageCount": pages, "page": 1, "list": rows})


def test_a_list_is_asked_for_in_japanese_time_of_at_most_thirty_days(shop: Scripted, desk: Desk) -> None:
    desk.read()
    asked = [(request.query["fromDate"], request.query["toDate"]) for request in lists(shop)]

    assert len(asked) == 13
    assert asked[-1][1] == "2026-11-21T00:30:00"
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", one) for pair in asked for one in pair)
    spans = [datetime.fromisoformat(end) - datetime.fromisoformat(begin) for begin, end in asked]
    assert max(spans) == timedelta(days=30)
    assert {request.query["limit"] for request in lists(shop)} == {"100"}


def test_a_reading_looks_back_far_now_and_then(shop: Scripted, desk: Desk) -> None:
    counts = []
    for wait in (timedelta(0), timedelta(minutes=5), timedelta(hours=1), timedelta(minutes=5), timedelta(days=1)):
        passes(shop, seconds=wait.total_seconds())
        before = len(lists(shop))
        desk.read()
        counts.append(len(lists(shop)) - before)

    assert counts == [13, 1, 3, 1, 13]


def test_pages_end_where_the_list_says(shop: Scripted, desk: Desk) -> None:
    shop.page_size = 5
    for number in range(12):
        shop.customer_writes(f"質問 {number}")
    desk.read()
    newest = lists(shop)[-1].query["toDate"]

    assert len(desk.inbox.cases) == 12
    assert [one.query["page"] for one in lists(shop) if one.query["toDate"] == newest] == ["1", "2", "3"]


def test_an_inquiry_on_two_pages_is_one_and_the_slice_is_read_again(shop: Scripted, desk: Desk) -> None:
    answers = [listed("A", "B", total=3, pages=2), listed("B", total=3, pages=2)]
    answers += [listed("A", "B", total=3, pages=2), listed("C", total=3, pages=2)]
    shop.script = lambda request: answers.pop(0) if request.path == api.LIST and answers else None
    desk.read()

    assert sorted(desk.inbox.refs) == ["A", "B", "C"]


def test_an_inquiry_that_moves_up_where_another_goes_away_is_not_passed_over(shop: Scripted, desk: Desk) -> None:
    # A goes away after the first page was read, and C moves up to it: the last count of 2 would be met by A and B.
    answers = [listed("A", "B", total=3, pages=2), listed(total=2, pages=1)]
    answers += [listed("B", "C", total=2, pages=1)]

    def of_the_oldest_slice(request: Request) -> Response | None:
        asked = [one.query["toDate"] for one in lists(shop)]
        return answers.pop(0) if asked and set(asked) == {request.query.get("toDate")} else None

    shop.script = of_the_oldest_slice
    desk.read()

    assert sorted(desk.inbox.refs) == ["A", "B", "C"]


def test_a_list_that_promises_pages_for_ever_is_not_turned_for_ever(shop: Scripted, desk: Desk) -> None:
    shop.script = lambda request: listed("A", total=2, pages=10**9) if request.path == api.LIST else None
    with pytest.raises(Unavailable, match="changed twice"):
        desk.read()
    assert len(lists(shop)) == 4


def test_a_list_that_never_adds_up_fails_the_reading(shop: Scripted, desk: Desk) -> None:
    shop.script = lambda request: listed("A", total=2) if request.path == api.LIST else None
    with pytest.raises(Unavailable, match=r"it has 2 .* and 1 were found"):
        desk.read()

    assert len(lists(shop)) == 2
    assert desk.inbox.checkpoint is not None
    assert desk.inbox.checkpoint["read"] == {}


def test_404_for_a_list_means_that_there_is_none(shop: Scripted, desk: Desk) -> None:
    shop.script = lambda request: api.error(404, "IE004", "no data") if request.path == api.LIST else None
    desk.read()

    assert desk.inbox.cases == ()


def test_404_in_another_shape_is_a_wrong_address(shop: Scripted, desk: Desk) -> None:
    shop.script = lambda request: Response.of_text("<h1>Not Found</h1>", 404, "text/html")

    with pytest.raises(Misunderstood, match="base_url"):
        desk.read()


def test_more_than_ten_thousand_inquiries_are_read_in_narrower_slices(shop: Scripted, desk: Desk) -> None:
    for number in range(3):
        shop.customer_writes(f"質問 {number}")
        passes(shop, days=5)
    wide = timedelta(days=20)

    def too_many(request: Request) -> Response | None:
        if request.path != api.LIST:
            return None
        begin, end = (datetime.fromisoformat(request.query[name]) for name in ("fromDate", "toDate"))
        return listed("A", total=10_001, pages=101) if end - begin > wide else None

    shop.script = too_many
    desk.read()

    assert len(desk.inbox.cases) == 3


def test_a_customer_who_writes_again_after_months_is_found_within_a_day(shop: Scripted, desk: Desk) -> None:
    old = shop.customer_writes("いつ入荷しますか？")
    shop.seller_writes(old, "来月の予定です。")
    shop.shop_completes(old)
    desk.read()
    assert desk.case(old).state is CaseState.CLOSED
    passes(shop, days=200)
    shop.renew_key()
    desk.read()
    shop.customer_writes("まだですか？", old)
    passes(shop, days=1)
    desk.read()

    assert desk.case(old).state is CaseState.OPEN
    assert desk.case(old).messages[-1].text == "まだですか？"


def test_an_open_case_older_than_the_look_back_is_read_by_its_number(shop: Scripted, desk: Desk) -> None:
    old = shop.customer_writes("いつ届きますか？")
    desk.read()
    passes(shop, days=40)
    desk.read()
    passes(shop, minutes=5)
    shop.seller_writes(old, "明日です。")
    shop.requests.clear()
    desk.read()

    assert [request.path for request in shop.requests if request.path.startswith(api.ONE)] == [f"{api.ONE}{old}"]
    assert desk.case(old).messages[-1].author is Author.SELLER


def test_an_inquiry_that_has_vanished_is_closed_as_the_platforms_act(shop: Scripted, desk: Desk) -> None:
    gone, there = shop.customer_writes("一"), shop.customer_writes("二")
    desk.read()
    shop.inquiry_vanishes(gone)
    passes(shop, minutes=5)
    desk.read()

    assert (desk.case(gone).state, desk.case(gone).state_raw) == (CaseState.CLOSED, "vanished")
    assert [outcome.what for outcome in desk.case(gone).outcomes] == ["vanished"]
    assert desk.case(there).is_open


def test_a_list_that_leaves_out_what_is_there_closes_nothing(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("一")
    desk.read()
    passes(shop, minutes=5)
    shop.inject(Fault.EMPTY, None)
    with pytest.raises(Misunderstood, match="leaves inquiry"):
        desk.read()

    assert desk.case(ref).is_open


def test_a_shop_that_has_lost_everything_closes_nothing(shop: Scripted, desk: Desk) -> None:
    refs = [shop.customer_writes("一"), shop.customer_writes("二")]
    desk.read()
    shop.shop.inquiries.clear()
    with pytest.raises(Misunderstood, match="is this still the same shop"):
        desk.read()

    assert all(desk.case(ref).is_open for ref in refs)


def test_an_inquiry_of_another_shop_stops_the_channel(shop: Scripted) -> None:
    shop.customer_writes("一")

    with pytest.raises(Misunderstood, match=r"is of shop 417283, not of 999: shop_id is wrong"):
        Desk(shop, shop_id=999).read()


def test_a_message_that_rakuten_deleted_is_told_again_as_recalled(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("電話番号は…")
    desk.read()
    shop.rakuten_deletes(ref)
    passes(shop, minutes=5)
    desk.read()
    told = [item for item in desk.inbox.items if getattr(item, "ref", "") == ref][-1]

    assert [(message.ref, message.labels) for message in getattr(told, "messages", ())] == [(f"{ref}:q", ("recalled",))]
    assert desk.case(ref).messages[0].text == "電話番号は…"


def test_completed_and_taken_up_again_in_r_messe(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("一")
    shop.seller_writes(ref, "はい")
    shop.shop_completes(ref)
    desk.read()
    closed = desk.case(ref).state
    passes(shop, minutes=5)
    shop.shop_completes(ref, completed=False)
    passes(shop, minutes=5)
    desk.read()

    assert closed is CaseState.CLOSED
    assert (desk.case(ref).state, desk.case(ref).state_raw) == (CaseState.OPEN, "incomplete")
    passes(shop, minutes=5)
    assert desk.read() == 0


def test_a_case_that_a_person_closed_here_is_not_opened_by_a_later_reading(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("一")
    desk.read()
    told = [item for item in desk.inbox.items if getattr(item, "ref", "") == ref]

    assert [getattr(item, "state", "") for item in told] == [None]


def test_files_are_kept_when_their_message_is_first_seen_and_not_again(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("写真です", files={"箱 📦.png": b"\x89PNG", "納品書.pdf": b"%PDF"})
    passes(shop, minutes=35)
    desk.read()
    passes(shop, minutes=30)
    desk.read()
    kept = desk.case(ref).messages[0].attachments

    assert [(file.name, file.media_type, desk.lent.contents[file.digest]) for file in kept] == [
        ("箱 📦.png", "image/png", b"\x89PNG"),
        ("納品書.pdf", "application/pdf", b"%PDF"),
    ]
    assert len([request for request in shop.requests if request.path == api.ATTACHMENT]) == 2


def test_a_file_that_cannot_be_had_never_loses_its_message(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("写真です", files={"one.png": b"1", "two.png": b"2"})
    lost = next(path for path, file in shop.shop.files.items() if file.label == "one.png")
    del shop.shop.files[lost]
    desk.read()
    message = desk.case(ref).messages[0]

    assert [file.name for file in message.attachments] == ["two.png"]
    assert message.problem.startswith("one.png could not be fetched")
    assert "look in R-Messe before 2027-02-19" in message.problem


def test_files_older_than_ninety_days_are_not_asked_for(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("写真です", files={"one.png": b"1"})
    passes(shop, days=91)
    shop.renew_key()
    desk.read()

    assert "kept for 90 days only" in desk.case(ref).messages[0].problem
    assert shop.shop.files == {}
    assert not [request for request in shop.requests if request.path == api.ATTACHMENT]


def test_a_function_for_files_that_is_switched_off_is_noted_and_stops_nothing(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("写真です", files={"one.png": b"1"})
    off = api.refused(401, "GA0001", "Un-Authorised")
    shop.script = lambda request: off if request.path == api.ATTACHMENT else None
    desk.read()

    assert "one.png could not be fetched" in desk.case(ref).messages[0].problem


def test_one_request_a_second_and_no_more(shop: Scripted, desk: Desk) -> None:
    before = shop.now()
    desk.read()

    assert shop.now() - before >= timedelta(seconds=len(shop.requests) - 1)


def test_a_dead_key_stops_the_channel_and_says_what_to_do(shop: Scripted, desk: Desk) -> None:
    desk.read()
    passes(shop, days=100)
    with pytest.raises(AuthenticationFailed) as caught:
        desk.read()

    assert "issue a new key" in str(caught.value)
    assert "license_key" in str(caught.value)
    assert shop.shop.key not in str(caught.value)


def test_a_new_key_kills_the_old_one_and_works_itself(shop: Scripted, desk: Desk) -> None:
    shop.customer_writes("一")
    old = shop.shop.key
    shop.renew_key()
    with pytest.raises(AuthenticationFailed):
        Desk(shop, license_key=old).read()
    desk.read()

    assert len(desk.inbox.cases) == 1


def test_a_key_is_warned_of_on_every_reading_of_its_last_two_weeks(shop: Scripted, desk: Desk) -> None:
    desk.read()
    assert desk.inbox.notices == []
    passes(shop, days=76)
    desk.read()
    passes(shop, minutes=5)
    desk.read()

    assert len(desk.inbox.notices) == 2
    assert desk.inbox.notices[0].startswith("The licence key expires in 14 days, on 2027-02-19")


def test_the_end_of_the_key_is_asked_once_a_day_and_again_for_a_new_key(shop: Scripted, desk: Desk) -> None:
    for _ in range(3):
        desk.read()
        passes(shop, minutes=5)
    shop.renew_key()
    desk.read()

    assert len([request for request in shop.requests if request.path == api.EXPIRY]) == 2


def test_where_the_end_of_the_key_cannot_be_read_that_is_said(shop: Scripted, desk: Desk) -> None:
    shop.shop.expiry_can_be_read = False
    desk.read()

    [notice] = desk.inbox.notices
    assert notice.startswith(
        "It is not known when the licence key expires: switch on the function license.expiryDate.get"
    )


@pytest.mark.parametrize("status", [500, 503])
def test_a_read_into_trouble_is_asked_again(shop: Scripted, desk: Desk, status: int) -> None:
    shop.customer_writes("一")
    answers = [api.error(status, "IE500", "temporarily unavailable")]
    shop.script = lambda request: answers.pop() if answers else None
    desk.read()

    assert len(desk.inbox.cases) == 1


def test_too_many_requests_are_waited_for(shop: Scripted, desk: Desk) -> None:
    shop.inject(Fault.RATE_LIMITED, None, timedelta(minutes=10))
    with pytest.raises(RateLimited) as caught:
        desk.read()

    assert caught.value.after - shop.now() > timedelta(minutes=9)


def test_a_check_tells_the_shop_the_key_and_the_orders(shop: Scripted, desk: Desk) -> None:
    shop.customer_writes("一")
    proofs = {proof.what: proof for proof in desk.check()}

    assert list(proofs) == ["inquiries of R-Messe", "shop", "licence key", "orders of RMS"]
    assert all(proof.ok for proof in proofs.values())
    assert proofs["licence key"].detail.startswith("expires in 90 days")


def test_a_check_warns_of_a_key_that_dies_soon_and_of_another_shop(shop: Scripted) -> None:
    shop.customer_writes("一")
    passes(shop, days=80)
    shop.customer_writes("二")
    proofs = {proof.what: proof for proof in Desk(shop, shop_id=5).check()}

    assert (proofs["licence key"].ok, proofs["shop"].ok) == (True, False)
    assert "expires in 10 days" in proofs["licence key"].detail
    assert "Issue a new one" in proofs["licence key"].detail
    assert "set shop_id = 417283" in proofs["shop"].advice


def test_a_key_that_dies_in_the_middle_of_a_reading_loses_nothing(shop: Scripted, desk: Desk) -> None:
    shop.page_size = 5
    for number in range(12):
        shop.customer_writes(f"質問 {number}")
    left = [14]

    def dying(request: Request) -> Response | None:
        left[0] -= 1
        return api.refused(401, "GA0001", "Un-Authorised") if left[0] < 0 else None

    shop.script = dying
    with pytest.raises(AuthenticationFailed):
        desk.read()
    stored = len(desk.inbox.cases)
    shop.script = lambda request: None
    desk.read()

    assert 0 < stored < 12
    assert len(desk.inbox.cases) == 12


def test_a_suspended_account_stops_the_channel(shop: Scripted, desk: Desk) -> None:
    shop.inject(Fault.SUSPENDED, None)

    with pytest.raises(AuthenticationFailed, match="GA0003 Forbidden"):
        desk.read()


@pytest.mark.parametrize(
    "answer",
    [
        api.error(400, "IE001", "bad parameter", {"fromDate": "date time range is invalid."}),
        api.error(400, "IE000", "400 Bad Request"),
        api.error(409, "IE009", "duplicate"),
        Response.of_json({"error": "no object"}, 400),
        Response.of_json({"errors": []}, 400),
        Response.of_json([], 200),
        Response.of_json({"totalCount": "many", "totalPageCount": 1, "list": []}),
        Response.of_json({"totalCount": 1, "totalPageCount": 1, "list": ["inquiry"]}),
        Response.of_json({"totalCount": 1, "totalPageCount": 1, "list": [{"inquiryNumber": "1"}]}),
        Response(200, b""),
        Response(200, b'{"totalCount": 1, "list": [{"inquiryNumber"'),
        Response.of_text("<html>Maintenance</html>", 200, "text/html"),
        Response(302, b"", Headers({"location": "https://evil.example/"})),
    ],
)
def test_whatever_else_a_list_is_answered_with_stops_the_channel(shop: Scripted, desk: Desk, answer: Response) -> None:
    ref = shop.customer_writes("一")
    desk.read()
    passes(shop, minutes=5)
    shop.script = lambda request: answer
    with pytest.raises(Misunderstood):
        desk.read()

    assert desk.case(ref).is_open


@pytest.mark.parametrize("jump", [timedelta(days=-40), timedelta(days=-1), timedelta(days=20)])
def test_a_clock_that_jumps_loses_nothing_and_tells_nothing_twice(shop: Scripted, desk: Desk, jump: timedelta) -> None:
    first = shop.customer_writes("一")
    desk.read()
    assert isinstance(shop.clock, SimulatedClock)
    shop.clock.set(shop.now() + jump)
    desk.read()
    shop.clock.set(LATE_EVENING + timedelta(days=21))
    shop.customer_writes("二", first)
    desk.read()

    assert [message.text for message in desk.case(first).messages] == ["一", "二"]


def test_unknown_words_are_kept_and_shown(shop: Scripted, desk: Desk) -> None:
    ref = shop.customer_writes("一", kind="新しい種類", category="謎 🙂")
    desk.read()

    assert desk.case(ref).type_raw == "新しい種類 / 謎 🙂"


def settings_of(**changed: Any) -> dict[str, Any]:
    return {"shop_id": 1, "service_secret": "SP1", "license_key": "SL1", **changed}


@pytest.mark.parametrize("wrong", ["", "x" * 51, "with space", "line\nbreak", "鍵"])
def test_a_key_that_cannot_be_one_is_refused_without_repeating_it(wrong: str) -> None:
    with pytest.raises(ValueError, match="license_key") as caught:
        IchibaSettings.model_validate(settings_of(license_key=wrong))

    assert not wrong or wrong not in str(caught.value)
