"""The requests that RMS takes, one method each: which address, which body, and what each status means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from pydantic import SecretStr

from hub import AuthenticationFailed, Clock, Misunderstood, Rejected, Unavailable, Uncertain
from hub.http import Api, ApiClient, ApiDoor, Auth, AuthFlow, BasicAuth, Budget, Request, Response, Upload
from hub_rakuten.ichiba import wire
from hub_rakuten.ichiba.settings import IchibaSettings
from hub_rakuten.ichiba.times import Slice, in_jst, instant_of

BASE = "/es/1.0/inquirymng-api"
EXPIRY = "/es/1.0/license-management/license-key/expiry-date"
ORDERS = "/es/2.0/order/getOrder/"
SEARCH = "/es/2.0/order/searchOrder/"
PAGE, MOST_FLAGGED = 100, 20

RENEW = (
    "A licence key dies after 90 days, and a function that is not switched on is refused in the same way: in RMS, at "
    "RMS WEB SERVICE, look at the licence key and its functions, issue a new key if it has expired, and put it into "
    "license_key"
)

# Without the charset some functions answer 415.
_JSON = {"content-type": "application/json; charset=utf-8"}
_ORDER_VERSION = 7  # with the items' SKUs
_ALREADY = "already set value as specified"


@dataclass(frozen=True)
class EsaAuth(Auth):
    """RMS's own scheme, with both halves of the key secret; the expiry endpoint wants one of them in its address too.

    It is put there at the last moment, so that no adapter, log or error holds an address with a key in it.
    """

    service_secret: SecretStr
    license_key: SecretStr

    def flow(self, request: Request, clock: Clock) -> AuthFlow:
        """Add the Authorization header."""
        if request.path == EXPIRY:
            query = urlencode({"licenseKey": self.license_key.get_secret_value()})
            request = replace(request, url=urlunsplit(urlsplit(request.url)._replace(query=query)))
        yield from self._basic.flow(request, clock)

    def secrets(self) -> frozenset[str]:
        """Both halves, and how they are encoded."""
        return self._basic.secrets() | {self.service_secret.get_secret_value()}

    @property
    def _basic(self) -> BasicAuth:
        return BasicAuth(self.service_secret.get_secret_value(), self.license_key, scheme="ESA")


def api_of(settings: IchibaSettings) -> Api:
    """RMS as this shop speaks with it: one budget for inquiries and orders alike, counted by the licence key."""
    return Api(
        base_url=settings.base_url,
        auth=EsaAuth(settings.service_secret, settings.license_key),
        account=f"rakuten:{settings.fingerprint}",
        budgets=(Budget("rms", settings.requests_per_second, timedelta(seconds=1)),),
        words_of=words_of,
    )


def words_of(answer: Response) -> str:
    """RMS's own words for a refusal, from the shape of the API and from that of the gateway before it."""
    try:
        told = answer.json()
    except Misunderstood:
        return ""
    if not isinstance(told, dict):
        return ""
    errors = told.get("errors") if isinstance(told.get("errors"), list) else [told.get("error")]
    return "; ".join(filter(None, (_worded(error) for error in errors or ())))


def _worded(error: Any) -> str:
    if not isinstance(error, dict):
        return ""
    targets = error.get("targets")
    details = [f"{name}: {what}" for name, what in targets.items()] if isinstance(targets, dict) else []
    said = " ".join(str(error[part]) for part in ("code", "message") if error.get(part))
    return f"{said} ({', '.join(details)})" if details else said


class Rms:
    """RMS WEB SERVICE as one shop reaches it; opens its client when something is first asked."""

    def __init__(self, settings: IchibaSettings, open_api: ApiDoor) -> None:
        self._settings, self._open = settings, open_api
        self._client: ApiClient | None = None

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()

    def page(self, span: Slice, number: int, limit: int = PAGE) -> wire.Page:
        """A page of the inquiries created in a span; none at all may be told as 404 too."""
        window = {"fromDate": in_jst(span.begin), "toDate": in_jst(span.end)}
        answer = self._read(f"{BASE}/inquiries", {**window, "limit": limit, "page": number}, missing=True)
        return wire.Page(0, 0, ()) if answer is None else wire.page_of(answer.json())

    def inquiry(self, number: str) -> wire.Inquiry | None:
        """An inquiry by its number, or None where RMS knows none."""
        answer = self._read(f"{BASE}/inquiry/{quote(number, safe='')}", missing=True)
        return None if answer is None else wire.inquiry_of(wire.result_of(answer.json(), "an inquiry"))

    def file(self, file: wire.File) -> bytes:
        """A file's content; the path and the label are sent back unchanged (page not seen: inferred)."""
        if not file.path or not file.label:
            raise Misunderstood("RMS does not say where it is")
        answer = self._read(f"{BASE}/attachment", {"path": file.path, "label": file.label}, missing=True)
        if answer is None:
            raise Unavailable("RMS does not have it any more")
        return answer.body

    def reply(self, body: Mapping[str, Any]) -> Response:
        """Write to a customer, once: 201, or 409 for what RMS takes for a duplicate."""
        with _explained():
            return self._api.write(
                "POST", f"{BASE}/inquiry/reply", json=body, headers=_JSON, expected=frozenset({201, 409})
            )

    def upload(self, upload: Upload) -> Mapping[str, str]:
        """Lay a file down for a reply; what it is called there.

        Nobody sees it before the reply, so an upload whose answer was lost has sent nothing.
        """
        try:
            with _explained():
                answer = self._api.write("POST", f"{BASE}/attachment", uploads=(upload,), expected=frozenset({201}))
            result = wire.result_of(answer.json(), "an upload")
        except (Uncertain, Misunderstood) as error:
            raise Unavailable(f"the attachment could not be uploaded ({error}), so nothing was sent") from error
        if not result.get("label") or not result.get("path"):
            raise Rejected("the answer to the upload does not say where the file is, so nothing was sent")
        return {"label": str(result["label"]), "path": str(result["path"])}

    def flag(self, flag: str, numbers: Sequence[str]) -> dict[str, str]:
        """Set `read`, `complete` or `incomplete`, twenty at a time; what is wrong, by inquiry.

        What is so already counts as done.
        """
        wrong: dict[str, str] = {}
        for start in range(0, len(numbers), MOST_FLAGGED):
            body = {"inquiryNumbers": list(numbers[start : start + MOST_FLAGGED])}
            with _explained():
                answer = self._api.write(
                    "PATCH", f"{BASE}/inquiries/{flag}", json=body, headers=_JSON, expected=frozenset({200})
                )
            for error in wire.objects_in(wire.result_of(answer.json(), f"the mark {flag}"), "error"):
                if error.get("errorMessage") != _ALREADY:
                    wrong[str(error.get("inquiryNumber"))] = str(error.get("errorMessage"))
        return wrong

    def expiry(self) -> datetime:
        """When the licence key dies (measured by others; the page was not seen)."""
        answer = self._read(EXPIRY)
        told = answer.json() if answer is not None else None
        return instant_of(told.get("expiryDate") if isinstance(told, dict) else None, "expiryDate")

    def order(self, number: str) -> Any:
        """What RMS says of an order, messages and all."""
        return self.orders([number])

    def orders(self, numbers: Sequence[str]) -> Any:
        """What RMS says of these orders, a hundred at most."""
        return self._ask(ORDERS, {"orderNumberList": list(numbers), "version": _ORDER_VERSION})

    def search_orders(self, wanted: Mapping[str, Any]) -> Any:
        """What RMS says of a search for orders."""
        return self._ask(SEARCH, wanted)

    def _ask(self, path: str, body: Mapping[str, Any]) -> Any:
        """A read that RMS takes as a POST."""
        with _explained():
            return self._api.read(path, method="POST", json=body, headers=_JSON).json()

    def _read(self, path: str, params: Mapping[str, str | int] | None = None, missing: bool = False) -> Response | None:
        with _explained():
            answer = self._api.read(path, params, headers=_JSON, expected=frozenset({200, 404} if missing else {200}))
        if answer.status == 404:
            _believe_missing(answer)
            return None
        return answer

    @property
    def _api(self) -> ApiClient:
        if self._client is None:
            self._client = self._open(api_of(self._settings))
        return self._client


def _believe_missing(answer: Response) -> None:
    """Only the API itself can say that something is not there: any other 404 may be a wrong address."""
    if not words_of(answer):
        raise Misunderstood("RMS answers 404 in a shape that is not its own: is base_url right?")


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except AuthenticationFailed as error:
        raise AuthenticationFailed(f"{error}. {RENEW}") from error
