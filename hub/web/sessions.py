"""Who a request comes from, whether it may do what it asks, and whether it was meant."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.core.people import Caller
from hub.errors import Refused
from hub.web.routing import Public, Rule

if TYPE_CHECKING:
    from hub.signing_in import SigningIn
    from hub.web.site import Here

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MASK = 16
# A strict cookie does not come along when a link in a mail is followed; asked for by our own page it does.
_AGAIN = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>casehub</title>'


class NotAllowed(Refused):
    """Whoever asks may not do this; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Lets in who may come in; `secure` means that the pages are reached by https."""

    signing_in: SigningIn
    secure: bool

    @property
    def cookie(self) -> str:
        """The name of the cookie of a session; by https one that no other host can set."""
        return "__Host-casehub" if self.secure else "casehub"

    def caller(self, request: Request) -> Caller | None:
        """Who is signed in; None if nobody is."""
        raw = request.cookies.get(self.cookie, "")
        return self.signing_in.caller_of_session(raw, address_of(request)) if raw else None

    def refusal(self, here: Here, rule: Rule) -> Response | None:
        """What is answered instead where somebody may not; NotAllowed where a form was not sent from our pages."""
        refused = self.refusal_of_caller(here, rule)
        if refused is None and here.request.method not in _SAFE and rule is not Public.SIGNED:
            self._require_our_page(here)
        return refused

    def refusal_of_caller(self, here: Here, rule: Rule) -> Response | None:
        """The same by who asks alone, as is known before anything of a form was read."""
        if isinstance(rule, Public):
            return None
        if here.caller is None:
            return self._to_sign_in(here)
        if not here.caller.may(rule):
            raise NotAllowed(f"{here.caller.person.called}: {here.words('common.not_allowed')} ({rule})")
        return None

    def csrf_token(self, request: Request) -> str:
        """What a form sends along; another text each time, so that a compressed page tells nothing of it."""
        mask = secrets.token_bytes(_MASK)
        return urlsafe_b64encode(mask + _mixed(mask, self._secret(request))).decode()

    def keep(self, response: Response, raw: str, seconds: int) -> Response:
        """Let a browser keep its session."""
        response.set_cookie(
            self.cookie, raw, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="strict"
        )
        return response

    def forget(self, response: Response) -> Response:
        """Let a browser forget its session."""
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="strict")
        return response

    def _require_our_page(self, here: Here) -> None:
        """Refuse a form that another site sent, or a page of another session."""
        request = here.request
        origin = request.headers.get("origin", "")
        foreign = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        elsewhere = bool(origin) and origin.partition("://")[2] not in self._names(here)
        given = request.headers.get("x-csrf-token", "") or str(here.form.get("csrf", ""))
        if foreign or elsewhere or not self._matches(given, request):
            raise NotAllowed(here.words("common.page_is_old"))

    def _names(self, here: Here) -> set[str]:
        """What this site is called: as it was asked for, and, where a proxy says another name, as it says itself."""
        return {here.request.headers.get("host", ""), urlsplit(here.hub.settings.web.public_url).netloc} - {""}

    def _matches(self, given: str, request: Request) -> bool:
        if not self._known_by(request):  # a strict cookie does not come from another site, and everybody knows no text
            return False
        try:
            raw = urlsafe_b64decode(given.encode("ascii", "replace"))
        except ValueError:
            return False
        return hmac.compare_digest(_mixed(raw[:_MASK], raw[_MASK:]), self._secret(request))

    def _secret(self, request: Request) -> bytes:
        return hashlib.sha256(f"csrf:{self._known_by(request)}".encode()).digest()[:_MASK]

    def _known_by(self, request: Request) -> str:
        """What only the pages of this session know; before signing in, what only this browser knows."""
        visitor = request.cookies.get(self.visitor_cookie) or getattr(request.state, "visitor", "")
        return request.cookies.get(self.cookie) or str(visitor)

    @property
    def visitor_cookie(self) -> str:
        """The name of the cookie that ties the form for signing in to one browser."""
        return f"{self.cookie}-visitor"

    def _to_sign_in(self, here: Here) -> Response:
        request = here.request
        if request.method in _SAFE and request.headers.get("sec-fetch-site") == "cross-site":
            return HTMLResponse(_AGAIN, headers={"Cache-Control": "no-store"})
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = f"/sign-in?next={quote(wanted, safe='')}" if request.method == "GET" and wanted != "/" else "/sign-in"
        if here.is_partial:
            return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
        return RedirectResponse(back, 303)


def address_of(request: Request) -> str:
    """The address a request comes from, as uvicorn tells it: behind a trusted proxy that of the browser."""
    return request.client.host if request.client else ""


def _mixed(mask: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(mask, other, strict=False))
