"""Where requests of an API may go: credentials are sent to the hosts that the adapter named, and to no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from hub.errors import ConfigurationError, Misunderstood
from hub.http.api import Api
from hub.http.exchange import Request
from hub.http.posting import is_loopback, problem_with_url

_IN_A_PATH = "/%:@!$&'()*+,;=~-._"
_IN_A_QUERY = _IN_A_PATH + "?"
_CLIMBING = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)  # a customer's order number may be made to look like this


class Addresses:
    """The addresses of one API."""

    def __init__(self, api: Api) -> None:
        if problem := problem_with_url(api.base_url):
            raise ConfigurationError(f"the address of the platform (base_url) {problem}")
        parts = urlsplit(api.base_url)
        if parts.query or parts.fragment:
            raise ConfigurationError("the address of the platform (base_url) should end before the sign ? or #")
        self.host = parts.hostname or ""
        self.netloc = parts.netloc.lower()
        self._base = api.base_url.rstrip("/")
        self._base_path = parts.path.rstrip("/")
        self._hosts = {self.host, *(host.lower() for host in api.hosts)}
        self._auth_hosts = api.auth.hosts if api.auth else frozenset()

    def whole(self, path: str, params: Mapping[str, str | int] | None) -> str:
        """The whole address of a path, or of an address that the platform gave; Misunderstood if it leads elsewhere."""
        url = self._beneath_base(path) if path.startswith("/") and not path.startswith("//") else path
        if problem_with_url(url) or not self._is_known(url) or _CLIMBING.search(urlsplit(url).path):
            raise Misunderstood(
                f"{self.host} points to an address that is not its own, or not safe; it was not asked, since the "
                "request would carry our credentials"
            )
        if params:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
        return url

    def require_known(self, request: Request) -> None:
        """Refuse a request, also one of the auth, that would leave the hosts of this API."""
        if problem_with_url(request.url):
            raise ConfigurationError(f"an address at {request.host or self.host} {problem_with_url(request.url)}")
        if request.host not in self._hosts and request.host not in self._auth_hosts:
            raise Misunderstood(f"{request.host} is no host of the API at {self.host}; it was not asked")

    def is_counted(self, request: Request) -> bool:
        """Whether a request spends budgets: signing in elsewhere does not."""
        return request.host in self._hosts

    def inner_path(self, request: Request) -> str:
        """The path as it was added to the base address."""
        path = request.path
        return path[len(self._base_path) :] if path.startswith(f"{self._base_path}/") else path

    def _beneath_base(self, path: str) -> str:
        bare, mark, query = path.partition("?")
        return self._base + quote(bare, safe=_IN_A_PATH) + mark + quote(query, safe=_IN_A_QUERY)

    def _is_known(self, url: str) -> bool:
        # A port of its own would be another server: only the base address may have one, and this very computer.
        parts = urlsplit(url)
        if parts.netloc.lower() == self.netloc:
            return True
        usual = parts.port in (None, 443) or is_loopback(parts.hostname or "")
        return usual and parts.hostname in self._hosts
