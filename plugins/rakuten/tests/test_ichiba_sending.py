"""Answering in R-Messe: what it refuses, and that nothing is sent twice."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from hub import (
    Act,
    ActKind,
    Attachment,
    Author,
    Capability,
    Case,
    Direction,
    Message,
    Rejected,
    Reply,
    Unavailable,
    Uncertain,
    Unsupported,
    refusals,
)
from hub.http import Request, Response, api_door
from hub.runs.reach import Reach
from hub.testing import Desk, Fault, SimulatedClock
from hub_rakuten.ichiba import pretended_api as api
from hub_rakuten.ichiba.adapter import IchibaAdapter
from hub_rakuten.ichiba.rms import Rms
from hub_rakuten.ichiba.rules import HOSTS, RULES
from hub_rakuten.ichiba.settings import IchibaSettings
from hub_rakuten.ichiba.simulator import IchibaSimulator
from hub_rakuten.ichiba.times import Slice

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
CASE = Case("CH-1001", "ichiba", "417283-20261120-1o", NOW, NOW)
SETTINGS = IchibaSettings.model_validate({"shop_id": 417283, "service_secret": "aaa", "license_key": "bbb"})


class Scripted(IchibaSimulator):
    """A shop whose answers a test may replace."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__(clock)
        self.script: Callable[[Request], Response | None] = lambda request: None

    def answer(self, request: Request) -> Response:
        return self.script(request) or super().answer(request)


@pytest.fixture
def shop() -> Scripted:
    return Scripted(SimulatedClock(NOW))


@pytest.fixture
def desk(shop: Scripted) -> Desk:
    return Desk(shop)


def asked(desk: Desk, text: str = "いつ届きますか？") -> Case:
    """A case that was just read."""
    platform = desk.platform
    ref = platform.customer_writes(text)
    desk.read()
    return desk.case(ref)


def passes(shop: IchibaSimulator, **time: float) -> None:
    assert isinstance(shop.clock, SimulatedClock)
    shop.clock.advance(timedelta(**time))


def written(text: str, *files: Attachment, act: Act | None = None) -> Reply:
    return Reply("key-1", "CH-1001", "ichiba", text, NOW, attachments=files, act=act)


def a_file(name: str = "photo.jpg", size: int = 10, digest: str = "d") -> Attachment:
    return Attachment(name, "image/jpeg", size, digest)


def problems_with(reply: Reply) -> list[str]:
    return refusals(reply.text, reply.attachments, RULES)


@pytest.mark.parametrize(
    "text",
    [
        "承知しました。",
        "あ" * 300 + "\n" + "い" * 300,
        ("あ" * 285 + "\n") * 6 + "い" * 284,
        "https://www.rakuten.co.jp/shop/ をご覧ください。",
        "https://faq.rakuten.net/detail/1、https://item.rakuten.co.jp/shop/1/。",
        "ヤマト運輸 1234-5678-9012",
    ],
)
def test_what_rms_takes_has_no_problem(text: str) -> None:
    assert problems_with(written(text)) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "at least one letter"),
        (" \n ", "at least one letter"),
        (("あ" * 199 + "\n") * 10 + "い", "the text has 2,001 characters, and 2,000 are allowed"),
        (("🙂" * 125 + "\n") * 8, "the text has 2,008 characters"),
        ("短い\n" + "あ" * 301, "line 2 has 301 characters, and 300 are allowed"),
        ("🙂" * 151, "line 1 has 302 characters (an emoji counts as two), and 300"),
        ("https://toi.kuronekoyamato.co.jp/cgi-bin/tneko", "a link to toi.kuronekoyamato.co.jp is refused"),
        ("http://www.rakuten.co.jp/", "does not begin with https://"),
        ("https://rakuten.co.jp.evil.example/", "a link to rakuten.co.jp.evil.example is refused"),
        ("https://rakuten.co.jp@evil.example/", "a link to evil.example is refused"),
        ("HTTPS://EVIL.example", "a link to evil.example is refused"),
        ("https://notrakuten.com/", "a link to notrakuten.com is refused"),
        ("https://[broken/", "a link in the text cannot be read"),
        ("詳細はhttps://evil.example/をご覧ください", "a link to evil.example is refused"),
    ],
)
def test_what_rms_refuses_is_said_before_it_is_sent(text: str, problem: str) -> None:
    [found] = problems_with(written(text))

    assert problem in found
    assert "inquirymngapi.reply.post" in found


@pytest.mark.parametrize("host", HOSTS)
def test_each_allowed_host_may_be_linked_to_over_https_only(host: str) -> None:
    assert problems_with(written(f"https://{host}/a https://www.{host}/b")) == []
    assert problems_with(written(f"http://{host}/a")) != []


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (a_file("film.mp4"), "only png, jpeg, jpg, gif, pdf can be attached"),
        (a_file("png"), "only png"),
        (a_file(size=5 * 1024 * 1024 + 1), "5,242,881 bytes"),
        (a_file(size=0), "is empty"),
        (a_file("a" * 97 + ".jpg"), "has 101 letters"),
        (a_file("photo[1].jpg"), "with [ or ]"),
    ],
)
def test_a_file_that_rms_refuses_is_said_before_it_is_sent(file: Attachment, problem: str) -> None:
    [found] = problems_with(written("写真です", file))

    assert problem in found
    assert "inquirymngapi.attachment.post" in found


def test_the_pretended_shop_refuses_a_carriers_link_as_rms_does(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    settings = IchibaSettings.model_validate({**shop.settings(), **shop.secrets()})
    rms = Rms(settings, api_door(shop.clock, transport=shop))
    body = {"inquiryNumber": case.ref, "shopId": str(settings.shop_id), "message": "https://carrier.example/1"}

    with pytest.raises(Rejected, match="url"):
        rms.reply(body)
    assert shop.received(case.ref) == []


def test_a_second_file_is_refused() -> None:
    [found] = problems_with(written("写真です", a_file(), a_file()))

    assert found.startswith("2 files are attached, and one is allowed")


def test_an_act_alone_needs_no_text() -> None:
    reach = Reach("ichiba", IchibaAdapter(), lambda: SETTINGS)

    assert reach.findings(written("", act=Act(ActKind.CLOSE)), CASE) == ()
    assert [found.rule for found in reach.findings(written(""), CASE)] == ["text-missing"]


def test_a_reply_gets_its_number_from_reading_back(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    receipt = desk.send(desk.reply(case, "明日お届けします。\r\n🙂"), case)
    [sent] = [request.json() for request in shop.requests if request.path == api.REPLY]

    assert receipt.ref == f"{case.ref}:r:0"
    assert receipt.final
    assert sent == {
        "inquiryNumber": case.ref,
        "shopId": "417283",
        "message": "明日お届けします。\r\n🙂",
        "attachments": [],
    }


def test_a_file_goes_along(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    content = b"%PDF-1.7 a return label"
    file = Attachment("返品ラベル.pdf", "application/pdf", len(content), desk.lent.keep(content))
    desk.send(replace(desk.reply(case, "ラベルです。"), attachments=(file,)), case)
    [path] = shop.shop.inquiries[case.ref].replies[0].files

    assert path.endswith("|返品ラベル.pdf")
    assert shop.shop.files[path.rpartition("|")[0]].content == content


def test_what_breaks_a_rule_never_leaves_the_house(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    shop.requests.clear()
    with pytest.raises(Rejected, match="2,001"):
        desk.send(desk.reply(case, ("あ" * 199 + "\n") * 10 + "い"), case)

    assert shop.requests == []


def test_an_upload_whose_answer_is_lost_has_sent_nothing(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    file = Attachment("a.pdf", "application/pdf", 4, desk.lent.keep(b"%PDF"))
    shop.inject(Fault.LOST_ANSWER)
    with pytest.raises(Unavailable, match="so nothing was sent"):
        desk.send(replace(desk.reply(case), attachments=(file,)), case)

    assert shop.received(case.ref) == []


def test_an_upload_whose_answer_nobody_understands_has_sent_nothing(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    file = Attachment("a.pdf", "application/pdf", 4, desk.lent.keep(b"%PDF"))
    shop.script = lambda request: Response.of_text("<html>", 201) if request.path == api.ATTACHMENT else None
    with pytest.raises(Unavailable, match="so nothing was sent"):
        desk.send(replace(desk.reply(case), attachments=(file,)), case)

    assert shop.received(case.ref) == []


@pytest.mark.parametrize("status", [500, 503])
def test_a_reply_into_trouble_is_uncertain_and_sent_once(shop: Scripted, desk: Desk, status: int) -> None:
    case = asked(desk)
    shop.script = lambda request: (
        api.error(status, "IE500", "temporarily unavailable") if request.path == api.REPLY else None
    )
    with pytest.raises(Uncertain):
        desk.send(desk.reply(case), case)

    assert len([request for request in shop.requests if request.path == api.REPLY]) == 1


def test_a_lost_answer_is_found_in_the_conversation(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    reply = desk.reply(case, "明日\n届きます。")
    shop.inject(Fault.LOST_ANSWER)
    with pytest.raises(Uncertain):
        desk.send(reply, case)
    passes(shop, minutes=2)
    found = desk.find(reply, case)

    assert found is not None
    assert found.ref == f"{case.ref}:r:0"


def test_a_reply_that_is_not_there_is_never_surely_absent(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    reply = desk.reply(case)
    shop.inject(Fault.LOST_REQUEST)
    with pytest.raises(Uncertain):
        desk.send(reply, case)
    with pytest.raises(Uncertain, match=r"does not show it in .* yet"):
        desk.find(reply, case)
    passes(shop, minutes=4)
    with pytest.raises(Uncertain, match="look there yourself, and send it again only if it is not there"):
        desk.find(replace(reply, read_backs=1), case)

    assert shop.received(case.ref) == []


def test_an_older_message_with_the_same_text_is_not_taken_for_it(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    shop.seller_writes(case.ref, "ありがとうございます。")
    passes(shop, minutes=10)
    reply = desk.reply(case, "ありがとうございます。")

    with pytest.raises(Uncertain):
        desk.find(reply, case)


def test_the_same_text_of_another_reply_of_ours_is_not_taken_for_it(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    first = desk.send(desk.reply(case, "ありがとうございます。"), case)
    ours = Message("reply:a", Author.SELLER, Direction.OUTBOUND, shop.now(), thread_keys=(first.ref,))

    with pytest.raises(Uncertain):
        desk.find(desk.reply(case, "ありがとうございます。"), replace(case, messages=(*case.messages, ours)))


def test_what_is_called_a_duplicate_and_is_there_was_sent(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    shop.seller_writes(case.ref, "承知しました。")
    shop.call_next_reply_a_duplicate()

    assert desk.send(desk.reply(case, "承知しました。"), case).ref == f"{case.ref}:r:0"


def test_what_is_called_a_duplicate_and_is_not_there_is_uncertain(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    shop.call_next_reply_a_duplicate()

    with pytest.raises(Uncertain, match="duplicate"):
        desk.send(desk.reply(case), case)


def test_a_duplicate_that_cannot_be_looked_for_is_uncertain(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    shop.call_next_reply_a_duplicate()
    shop.script = lambda request: (
        api.error(503, "IE503", "unavailable") if request.path.startswith(api.ONE) and request.method == "GET" else None
    )

    with pytest.raises(Uncertain, match="duplicate"):
        desk.send(desk.reply(case), case)


def test_a_reply_that_was_taken_and_cannot_be_read_back_is_asked_for_later(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    broken = True
    shop.script = lambda request: (
        api.error(503, "IE503", "unavailable")
        if broken and request.path.startswith(api.ONE) and request.method == "GET"
        else None
    )
    reply = desk.reply(case)
    receipt = desk.send(reply, case)
    broken = False
    found = desk.find(reply, case)

    assert not receipt.final
    assert found is not None
    assert found.ref == f"{case.ref}:r:0"


def test_a_taken_reply_whose_text_was_changed_is_known_by_its_instant(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    send = shop.answer

    def changing(request: Request) -> Response | None:
        if request.path != api.REPLY:
            return None
        shop.script = lambda request: None
        answer = send(request)
        shop.shop.inquiries[case.ref].replies[0].text = "＊＊＊"
        return answer

    shop.script = changing

    assert desk.send(desk.reply(case), case).ref == f"{case.ref}:r:0"


def test_a_refusal_is_shown_in_rakutens_words(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    shop.inject(Fault.REFUSED_REPLY)

    with pytest.raises(Rejected, match=r"IE001 bad parameter \(message: size must be between 1 and 2000\)"):
        desk.send(desk.reply(case), case)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (api.error(400, "IE000", "400 Bad Request"), "IE000 400 Bad Request"),
        (api.refused(413, "GF0003", "Request entity too large"), "GF0003 Request entity too large"),
    ],
)
def test_both_shapes_of_an_error_are_read(shop: Scripted, desk: Desk, answer: Response, words: str) -> None:
    case = asked(desk)
    shop.script = lambda request: answer if request.path == api.REPLY else None

    with pytest.raises(Rejected, match=words):
        desk.send(desk.reply(case), case)


@pytest.mark.parametrize(
    ("kind", "flag"), [(ActKind.CLOSE, "complete"), (ActKind.REOPEN, "incomplete"), (ActKind.MARK_READ, "read")]
)
def test_a_mark_is_set_and_found_again(shop: Scripted, desk: Desk, kind: ActKind, flag: str) -> None:
    ref = shop.case_for(kind)
    desk.read()
    case = desk.case(ref)
    reply = desk.reply(case, "", Act(kind))

    assert desk.find(reply, case) is None
    assert desk.send(reply, case).ref == f"{ref}:{flag}"
    assert desk.find(reply, case) is not None
    assert desk.send(reply, case).ref == f"{ref}:{flag}"


def test_a_mark_on_what_is_not_there_is_rejected(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    shop.inquiry_vanishes(case.ref)

    with pytest.raises(Rejected, match="not found"):
        desk.send(desk.reply(case, "", Act(ActKind.CLOSE)), case)


def test_an_answer_and_a_completion_are_one_act(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    receipt = desk.send(desk.reply(case, "完了です。", Act(ActKind.CLOSE)), case)

    assert shop.received(case.ref) == ["完了です。"]
    assert shop.shop.inquiries[case.ref].is_completed
    assert receipt.ref == f"{case.ref}:r:0"


def test_an_answer_that_was_sent_is_not_undone_by_a_mark_that_failed(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    shop.script = lambda request: api.error(500, "X", "no") if request.path in api.FLAGS else None
    receipt = desk.send(desk.reply(case, "完了です。", Act(ActKind.CLOSE)), case)

    assert "was not marked complete" in receipt.warnings[0]


@pytest.mark.parametrize("wrong", [["?"], {"a": 1}, "?", 5])
def test_a_mark_answered_in_an_odd_shape_does_not_undo_the_answer_before_it(
    shop: Scripted, desk: Desk, wrong: Any
) -> None:
    case = asked(desk)
    odd = Response.of_json({"result": {"ok": [], "error": wrong}})
    shop.script = lambda request: odd if request.path in api.FLAGS else None
    receipt = desk.send(desk.reply(case, "完了です。", Act(ActKind.CLOSE)), case)

    assert "was not marked complete" in receipt.warnings[0]


def test_nothing_is_marked_read_by_reading(shop: Scripted, desk: Desk) -> None:
    case = asked(desk)
    desk.read()

    assert not shop.shop.inquiries[case.ref].is_read


@pytest.mark.parametrize("kind", [ActKind.DECIDE, ActKind.HAND_OVER, ActKind.NOTE])
def test_what_no_program_may_do_has_a_step_in_rms(shop: Scripted, desk: Desk, kind: ActKind) -> None:
    case = asked(desk)
    with pytest.raises(Unsupported) as refused:
        desk.send(desk.reply(case, "", Act(kind)), case)

    assert refused.value.portal_step == IchibaAdapter.portal_steps[Capability(kind)]


def test_an_order_is_looked_up_without_a_person_in_it(shop: Scripted, desk: Desk) -> None:
    number = shop.add_order(4980, "湯呑み", "yunomi-02", units=2)
    with desk.connect() as connection:
        found = connection.look_up_order(number)

    assert found is not None
    assert str(found.value) == "4,980 JPY"
    assert "秘密" not in repr(found)


def rms() -> Rms:
    return Rms(SETTINGS, api_door(SimulatedClock(NOW)))


def inquiries(numbers: list[str], error: str) -> dict[str, Any]:
    return {"result": {"ok": [], "error": [{"inquiryNumber": one, "errorMessage": error} for one in numbers]}}


@respx.mock
def test_every_request_is_signed_and_says_its_charset() -> None:
    route = respx.get("https://api.rms.rakuten.co.jp/es/1.0/inquirymng-api/inquiries").mock(
        httpx.Response(200, json={"totalCount": 0, "totalPageCount": 0, "page": 1, "list": []})
    )
    client = rms()
    client.page(Slice(NOW - timedelta(days=30), NOW), 1)
    client.close()
    request = route.calls.last.request

    assert request.headers["authorization"] == f"ESA {base64.b64encode(b'aaa:bbb').decode()}" == "ESA YWFhOmJiYg=="
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert dict(request.url.params) == {
        "fromDate": "2026-10-21T12:00:00",
        "toDate": "2026-11-20T12:00:00",
        "limit": "100",
        "page": "1",
    }


@respx.mock
def test_forty_five_inquiries_are_marked_in_three_requests() -> None:
    numbers = [f"417283-20261120-{number}t" for number in range(45)]
    route = respx.patch("https://api.rms.rakuten.co.jp/es/1.0/inquirymng-api/inquiries/read").mock(
        side_effect=lambda request: httpx.Response(
            200, json=inquiries(json.loads(request.content)["inquiryNumbers"], "already set value as specified")
        )
    )
    client = rms()
    wrong = client.flag("read", numbers)
    client.close()
    sent = [json.loads(call.request.content)["inquiryNumbers"] for call in route.calls]

    assert [len(slice_) for slice_ in sent] == [20, 20, 5]
    assert [number for slice_ in sent for number in slice_] == numbers
    assert wrong == {}


@respx.mock
def test_only_what_is_really_wrong_with_a_mark_is_told() -> None:
    respx.patch("https://api.rms.rakuten.co.jp/es/1.0/inquirymng-api/inquiries/read").mock(
        httpx.Response(200, json=inquiries(["1"], "not found."))
    )
    client = rms()
    wrong = client.flag("read", ["1"])
    client.close()

    assert wrong == {"1": "not found."}


@respx.mock
def test_the_key_stands_in_the_address_of_one_request_only_and_in_no_error() -> None:
    route = respx.get("https://api.rms.rakuten.co.jp/es/1.0/license-management/license-key/expiry-date").mock(
        httpx.Response(418, json={"error": {"code": "X", "message": "the key bbb is odd"}})
    )
    client = rms()
    with pytest.raises(Exception, match="418") as caught:
        client.expiry()
    client.close()

    assert dict(route.calls.last.request.url.params) == {"licenseKey": "bbb"}
    assert "bbb" not in str(caught.value)
    assert "bbb" not in repr(SETTINGS)
    assert "aaa" not in repr(SETTINGS)
