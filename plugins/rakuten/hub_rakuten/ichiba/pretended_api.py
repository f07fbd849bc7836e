"""What the pretended RMS answers to each request, with the errors that the real one is documented to have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from hub import TextRules
from hub.core.text_checks import check_text
from hub.http import Headers, Request, Response
from hub_rakuten.ichiba.pretended_shop import PretendedInquiry, PretendedShop
from hub_rakuten.ichiba.rules import RULES
from hub_rakuten.ichiba.times import JST

_BASE = "/es/1.0/inquirymng-api"
LIST, COUNT, REPLY = f"{_BASE}/inquiries", f"{_BASE}/inquiries/count", f"{_BASE}/inquiry/reply"
ATTACHMENT = f"{_BASE}/attachment"
ONE = f"{_BASE}/inquiry/"
FLAGS = {f"{_BASE}/inquiries/{flag}": flag for flag in ("read", "complete", "incomplete")}
EXPIRY = "/es/1.0/license-management/license-key/expiry-date"
ORDERS = "/es/2.0/order/getOrder/"
SEARCH = "/es/2.0/order/searchOrder/"

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_RANGE = timedelta(days=31)
_LARGEST_FILE = 5 * 1024 * 1024
_ENDINGS = ("png", "jpeg", "jpg", "gif", "pdf")

_Answering = Callable[[PretendedShop, Request, datetime], Response]


def answer(shop: PretendedShop, request: Request, now: datetime) -> Response:
    """The answer to a request that is signed rightly."""
    media = request.headers.get("content-type", "")
    if request.method != "GET" and request.path != ATTACHMENT and media != "application/json; charset=utf-8":
        return error(415, "IE415", "Unsupported Media Type")
    found = _WAYS.get((request.method, request.path))
    if found is not None:
        return found(shop, request, now)
    if request.method == "GET" and request.path.startswith(ONE):
        inquiry = shop.inquiries.get(request.path.removeprefix(ONE))
        return _missing() if inquiry is None else Response.of_json({"result": shop.told(inquiry)})
    return _missing()


def refused(status: int, code: str, message: str) -> Response:
    """An error of the gateway before the API."""
    return Response.of_json({"errors": [{"code": code, "message": message}]}, status)


def error(status: int, code: str, message: str, targets: Mapping[str, str] | None = None) -> Response:
    """An error of the API itself."""
    told: dict[str, Any] = {"code": code, "message": message}
    return Response.of_json({"error": told if targets is None else {**told, "targets": targets}}, status)


def set_completed(inquiry: PretendedInquiry, now: datetime, *, completed: bool) -> None:
    """Set or take back the shop's mark."""
    inquiry.is_completed = completed
    inquiry.completed_at = now if completed else None
    inquiry.updated_at = now


def _missing() -> Response:
    return error(404, "IE004", "404 Not Found")


def _list(shop: PretendedShop, request: Request, now: datetime) -> Response:
    del now
    wrong = _wrong_window(request)
    limit, page = int(request.query.get("limit", "10")), int(request.query.get("page", "1"))
    if not 1 <= limit <= 100:
        wrong["limit"] = "should be less than equal 100"
    if wrong:
        return error(400, "IE001", "bad parameter", wrong)
    limit, found = min(limit, shop.page_size), _within(shop, request)
    if limit * page > 10_000:
        return error(400, "IE000", "400 Bad Request")
    rows = [shop.told(one) for one in found[limit * (page - 1) : limit * page]]
    pages = -(-len(found) // limit)
    return Response.of_json({"totalCount": len(found), "totalPageCount": pages, "page": page, "list": rows})


def _count(shop: PretendedShop, request: Request, now: datetime) -> Response:
    del now
    wrong = _wrong_window(request)
    if wrong:
        return error(400, "IE001", "bad parameter", wrong)
    return Response.of_json({"result": {"count": len(_within(shop, request))}})


def _wrong_window(request: Request) -> dict[str, str]:
    names = ("fromDate", "toDate")
    told = {name: request.query.get(name, "") for name in names}
    wrong = {name: f'must match "{_WRITTEN.pattern}"' for name in names if not _WRITTEN.fullmatch(told[name])}
    if wrong:
        return wrong
    begin, end = (datetime.fromisoformat(told[name]) for name in names)
    if begin > end:
        return dict.fromkeys(names, "date time range is invalid.")
    return dict.fromkeys(names, "date time range should be within 31 days.") if end - begin > _RANGE else {}


def _within(shop: PretendedShop, request: Request) -> list[PretendedInquiry]:
    begin, end = (datetime.fromisoformat(request.query[name]).replace(tzinfo=JST) for name in ("fromDate", "toDate"))
    found = [one for one in shop.inquiries.values() if begin <= one.at.replace(microsecond=0) <= end]
    return sorted(found, key=lambda one: (one.at, one.number), reverse=True)


def _reply(shop: PretendedShop, request: Request, now: datetime) -> Response:
    told = request.json()
    inquiry = shop.inquiries.get(told.get("inquiryNumber", ""))
    if str(told.get("shopId", "")) != str(shop.id):
        return error(400, "IE001", "400 Bad Request", {"shopId": "must not be blank"})
    if inquiry is None:
        return _missing()
    message, attached = told.get("message", ""), told.get("attachments", [])
    if not 1 <= len(message.encode("utf-16-le")) // 2 <= 2000:
        return error(400, "IE001", "bad parameter", {"message": "size must be between 1 and 2000"})
    if any(len(line) > 300 for line in message.splitlines()):
        return error(400, "IE001", "bad parameter", {"message": "too long line."})
    if check_text(
        message, TextRules(links=RULES.links)
    ):  # that it is refused is documented, in which words is not (assumed)
        return error(400, "IE001", "bad parameter", {"message": "a url is not allowed."})
    if len(attached) > 1:
        return error(400, "IE001", "bad parameter", {"attachments": "size must be between 0 and 1"})
    reply = inquiry.add(message, now, "merchant")
    reply.files = [f"{one['path']}|{one['label']}" for one in attached]
    return Response.of_json({"result": shop.sent(reply)}, 201)


def _upload(shop: PretendedShop, request: Request, now: datetime) -> Response:
    head = f"content-type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    form = message_from_bytes(head + request.body, policy=policy.default)
    parts = [part for part in form.iter_parts() if isinstance(part, EmailMessage)] if form.is_multipart() else []
    if not parts:
        return error(400, "IE001", "bad parameter", {"file": "attachment file is empty."})
    name, content = parts[-1].get_filename() or "", parts[-1].get_payload(decode=True) or b""
    assert isinstance(content, bytes)  # noqa: S101  one part is no multipart
    if len(content) > _LARGEST_FILE:
        return refused(413, "GF0003", "Request entity too large")
    if len(name) > 100 or name.rpartition(".")[2].lower() not in _ENDINGS or not content:
        return error(400, "IE001", "bad parameter", {"file": "attachment file cannot be taken."})
    return Response.of_json({"result": {"label": name, "path": shop.upload(name, content, now)}}, 201)


def _download(shop: PretendedShop, request: Request, now: datetime) -> Response:
    del now
    file = shop.files.get(request.query.get("path", ""))
    if file is None or file.label != request.query.get("label"):
        return _missing()
    return Response(200, file.content, Headers({"content-type": "application/octet-stream"}))


def _set_flag(shop: PretendedShop, request: Request, now: datetime) -> Response:
    numbers = request.json().get("inquiryNumbers", [])
    if not 1 <= len(numbers) <= 20:
        return error(400, "IE001", "bad parameter", {"inquiryNumbers": "size must be between 1 and 20"})
    done: list[str] = []
    failed: list[dict[str, str]] = []
    for number in numbers:
        problem = _flagged(shop.inquiries.get(number), FLAGS[request.path], now)
        if problem:
            failed.append({"inquiryNumber": number, "errorMessage": problem})
        else:
            done.append(number)
    return Response.of_json({"result": {"ok": done, "error": failed}})


def _flagged(inquiry: PretendedInquiry | None, flag: str, now: datetime) -> str:
    """Set a flag; what is wrong with that, or nothing."""
    if inquiry is None:
        return "not found."
    if flag == "read":
        unread = [reply for reply in inquiry.replies if reply.by == "user" and not reply.is_read]
        if inquiry.is_read and not unread:
            return "already set value as specified"
        inquiry.is_read = True
        for reply in unread:
            reply.is_read = True
        return ""
    if inquiry.is_completed == (flag == "complete"):
        return "already set value as specified"
    set_completed(inquiry, now, completed=flag == "complete")
    return ""


def _expiry(shop: PretendedShop, request: Request, now: datetime) -> Response:
    del now
    if not shop.expiry_can_be_read:
        return refused(401, "GA0001", "Un-Authorised")
    if request.query.get("licenseKey") != shop.key:
        return _missing()
    return Response.of_json({"expiryDate": shop.key_expires.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S")})


def _orders(shop: PretendedShop, request: Request, now: datetime) -> Response:
    """Orders by number; one that is not there is an error in an answer with status 200."""
    del now
    numbers = request.json().get("orderNumberList", [])
    lacking = [number for number in numbers if number not in shop.orders]
    messages = [
        {"messageType": "ERROR", "messageCode": "PRETENDED_UNKNOWN_ORDER", "message": "", "orderNumber": one}
        for one in lacking
    ] or [{"messageType": "INFO", "messageCode": "PRETENDED_FOUND", "message": ""}]
    found = [shop.orders[number] for number in numbers if number in shop.orders]
    return Response.of_json({"MessageModelList": messages, "OrderModelList": found, "version": 7})


def _search(shop: PretendedShop, request: Request, now: datetime) -> Response:
    """The numbers of orders by their state and the day on which they were placed."""
    del now
    wanted = request.json()
    begin, end = wanted["startDatetime"], wanted["endDatetime"]
    found = [
        number
        for number, order in shop.orders.items()
        if order["orderProgress"] in wanted["orderProgressList"] and begin <= order["orderDatetime"] <= end
    ]
    size, page = (wanted["PaginationRequestModel"][name] for name in ("requestRecordsAmount", "requestPage"))
    pages = {"totalRecordsAmount": len(found), "totalPages": -(-len(found) // size), "requestPage": page}
    messages = [{"messageType": "INFO", "messageCode": "PRETENDED_FOUND", "message": ""}]
    told = {"orderNumberList": found[size * (page - 1) : size * page], "PaginationResponseModel": pages}
    return Response.of_json({"MessageModelList": messages, **told})


_WAYS: dict[tuple[str, str], _Answering] = {
    ("GET", LIST): _list,
    ("GET", COUNT): _count,
    ("POST", REPLY): _reply,
    ("POST", ATTACHMENT): _upload,
    ("GET", ATTACHMENT): _download,
    ("GET", EXPIRY): _expiry,
    ("POST", ORDERS): _orders,
    ("POST", SEARCH): _search,
    **{("PATCH", path): _set_flag for path in FLAGS},
}
