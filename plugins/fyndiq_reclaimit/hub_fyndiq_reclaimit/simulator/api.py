"""The pretended platform over HTTP: the errand contract, and the documented orders of Fyndiq and CDON."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub.http import Headers, Request, Response
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.simulator.desk import Desk
from hub_fyndiq_reclaimit.simulator.errands import PretendedErrand
from hub_fyndiq_reclaimit.simulator.multipart import uploaded
from hub_fyndiq_reclaimit.simulator.payloads import (
    Written,
    errand_payload,
    message_payload,
    problem_with_status,
    with_zone,
)

_LARGEST_FILE = 10_000_000
_FILTERS = ("state", "issue_type", "marketplace")
_ORDER_PATHS = {
    words.FYNDIQ: re.compile(r"/fyndiq/api/v1/orders/(.*)"),
    words.CDON: re.compile(r"/cdon/api/v1/orders/?(.*)"),
}
Answering = Callable[[Request, datetime, Sequence[str]], Response]


class ErrandApi:
    """Answers requests; `written` is how it writes instants, and `strange` makes it use words of a later version.

    `account` and `token` open the errands and, to keep the settings few, the orders too.
    """

    account = "merchant-1"
    token = "pretended-token"  # noqa: S105  it opens nothing but the pretended platform
    refusal = "The text is not allowed"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.written: Written = with_zone
        self.strange = False
        self.as_html = False
        self._taken: dict[tuple[str, str, str], tuple[Mapping[str, Any], Any]] = {}
        self._routes: tuple[tuple[str, re.Pattern[str], Answering], ...] = (
            ("GET", re.compile("/merchant"), self._merchant),
            ("GET", re.compile("/errands"), self._list),
            ("GET", re.compile("/errands/([^/]+)"), self._one),
            ("GET", re.compile("/errands/([^/]+)/messages"), self._thread),
            ("POST", re.compile("/errands/([^/]+)/messages"), self._write),
            ("PUT", re.compile("/errands/([^/]+)/status"), self._decide),
            ("POST", re.compile("/attachments"), self._upload),
            ("GET", re.compile("/attachments/([^/]+)"), self._download),
            ("GET", re.compile("/satisfaction"), self._satisfaction),
        )

    def answer(self, request: Request, now: datetime) -> Response:
        """What the platform answers to somebody who may ask."""
        told = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {told}":
            return problem(401, "Invalid merchant id or token")
        for marketplace, pattern in _ORDER_PATHS.items():
            if found := pattern.fullmatch(request.path):
                return self._orders(marketplace, found[1], request)
        fits = [(route, found) for route in self._routes if (found := route[1].fullmatch(request.path))]
        for (method, _, act), found in fits:
            if method == request.method:
                return self._in_its_way(act(request, now, found.groups()))
        return problem(405 if fits else 404, "There is nothing here")

    def _in_its_way(self, answer: Response) -> Response:
        if not self.as_html or not answer.headers.get("content-type", "").startswith("application/json"):
            return answer
        return Response(answer.status, answer.body, Headers({**answer.headers, "content-type": "text/html"}))

    def _merchant(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        del request, now, at
        return Response.of_json({"id": self.account, "marketplaces": [words.FYNDIQ, words.CDON]})

    def _list(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        del now, at
        query = request.query
        since = _instant(query.get("updated_since", ""))
        found = [
            errand
            for errand in self.desk.errands.values()
            if all(getattr(errand, name) == query[name] for name in _FILTERS if name in query)
            and ("order_id" not in query or query["order_id"] in errand.order_ids)
            and (since is None or errand.updated_at >= since)
        ]
        found.sort(key=lambda errand: (errand.updated_at, errand.id))
        return Response.of_json([self._shown(errand) for errand in self._page(found, request)])

    def _one(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        del request, now
        errand = self.desk.errands.get(at[0])
        return _nobodys() if errand is None else Response.of_json(self._shown(errand))

    def _thread(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        del now
        errand = self.desk.errands.get(at[0])
        if errand is None:
            return _nobodys()
        thread = sorted(errand.messages, key=lambda message: message["created_at"])
        return Response.of_json([message_payload(one, self.written) for one in self._page(thread, request)])

    def _write(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        errand, body = self.desk.errands.get(at[0]), _body(request)
        if errand is None:
            return _nobodys()
        if body is None or not str(body.get("body_text") or "").strip():
            return problem(400, "The message was not accepted", {"body_text": ["is required"]})
        if unknown := [one for one in body.get("attachment_ids", []) if one not in self.desk.files]:
            return problem(400, "The message was not accepted", {"attachment_ids": [f"unknown: {unknown[0]}"]})

        def write() -> Response:
            reference, files = body.get("client_reference"), [self._file(one) for one in body.get("attachment_ids", [])]
            written = self.desk.seller_writes(
                errand, now, str(body["body_text"]), client_reference=reference, attachments=files
            )
            return Response.of_json({"id": written["id"], "description": "Message was sent"}, 201)

        return self._once("message", errand, body, write)

    def _decide(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        errand, body = self.desk.errands.get(at[0]), _body(request)
        if errand is None:
            return _nobodys()
        if body is None:
            return problem(400, "The body is not JSON")

        def decide() -> Response:
            if errand.state not in ("OPEN", "PARKED"):
                return problem(403, f"Errand already has {errand.state.lower()} as state")
            if wrong := problem_with_status(errand, body):
                return problem(400, "The status was not accepted", wrong)
            errand.tracking += body.get("tracking_information", [])
            self.desk.decide(errand, now, str(body["status"]), body.get("client_reference"))
            return Response.of_json({"description": "Status was accepted"}, 202)

        return self._once("status", errand, body, decide)

    def _once(
        self, kind: str, errand: PretendedErrand, body: Mapping[str, Any], act: Callable[[], Response]
    ) -> Response:
        """Do it, or answer as the first time where the same reference comes again."""
        key = (kind, errand.id, str(body.get("client_reference") or ""))
        before = self._taken.get(key) if key[2] else None
        if before is not None:
            same, first = before[0] == body, before[1]
            return Response.of_json(first) if same else problem(409, "This client_reference has other content")
        answer = act()
        if answer.ok and key[2]:
            self._taken[key] = (body, answer.json())
        return answer

    def _upload(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        del now, at
        file = uploaded(request.headers.get("content-type", ""), request.body)
        if file is None:
            return problem(400, "The form has no file", {"file": ["is required"]})
        if len(file.content) > _LARGEST_FILE:
            return problem(413, "The file is too large")
        if not file.media_type.startswith(("image/", "video/", "text/", "application/pdf")):
            return problem(415, f"{file.media_type} is not accepted")
        return Response.of_json(self._file(self.desk.store(file)), 201)

    def _download(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        del request, now
        file = self.desk.files.get(at[0])
        if file is None:
            return _nobodys()
        return Response(200, file.content, Headers({"content-type": file.media_type}))

    def _satisfaction(self, request: Request, now: datetime, at: Sequence[str]) -> Response:
        del at
        month = request.query.get("month", f"{now:%Y-%m}")
        up, down = self.desk.satisfaction.get(month, (0, 0))
        return Response.of_json({"month": month, "thumbs_up": up, "thumbs_down": down})

    def _orders(self, marketplace: str, order_id: str, request: Request) -> Response:
        if request.method != "GET":
            return problem(405, "There is nothing here")
        known = self.desk.orders[marketplace]
        if not order_id:
            wanted = request.query.get("state", "CREATED")
            return _as_documented(self._page([one for one in known.values() if one["state"] == wanted], request))
        order = known.get(order_id)
        if order is None:
            return problem(403, "You do not have access to this order")
        return _as_documented(order)

    def _page(self, found: Sequence[Any], request: Request) -> Sequence[Any]:
        limit = min(int(request.query.get("limit", "100")), 1000)
        page = int(request.query.get("page", "1"))
        return found[(page - 1) * limit : page * limit]

    def _shown(self, errand: PretendedErrand) -> dict[str, Any]:
        payload = errand_payload(errand, self.written)
        if self.strange:
            payload |= {"issue_type": "WARRANTY", "state": "UNDER_REVIEW", "priority": 3, "reason": "BENT"}
        return payload

    def _file(self, file_id: str) -> dict[str, Any]:
        file = self.desk.files[file_id]
        return {"id": file_id, "file_name": file.name, "content_type": file.media_type, "size": len(file.content)}


def problem(status: int, description: str, errors: Mapping[str, Sequence[str]] | None = None) -> Response:
    """A refusal in the shape of the merchant APIs."""
    return Response.of_json({"description": description, "errors": errors or {}}, status)


def _nobodys() -> Response:
    return problem(403, "You do not have access to this errand")


def _as_documented(value: Any) -> Response:
    """JSON that says it is HTML, as the documents of the orders have it."""
    return Response.of_json(value, headers={"content-type": "text/html; charset=utf-8"})


def _body(request: Request) -> Mapping[str, Any] | None:
    try:
        body = request.json()
    except (ValueError, json.JSONDecodeError):
        return None
    return body if isinstance(body, Mapping) else None


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    told = datetime.fromisoformat(text)
    return told if told.tzinfo else told.replace(tzinfo=UTC)
