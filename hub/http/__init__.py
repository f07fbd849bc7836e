"""The way to the web, and the only importer of httpx and tenacity.

Whatever goes wrong is told with the name of the host only: an address may hold a key in its path or its query.
"""

from __future__ import annotations

from hub.http.api import Api, ApiClient, ApiDoor, Budget, BudgetNews, Upload
from hub.http.auth import Auth, AuthFlow, BasicAuth, ClientCredentials, HeaderAuth
from hub.http.exchange import Headers, Request, Response
from hub.http.posting import HttpAnswer, HttpClient, is_loopback, problem_with_url

__all__ = [
    "Api",
    "ApiClient",
    "ApiDoor",
    "Auth",
    "AuthFlow",
    "BasicAuth",
    "Budget",
    "BudgetNews",
    "ClientCredentials",
    "HeaderAuth",
    "Headers",
    "HttpAnswer",
    "HttpClient",
    "Request",
    "Response",
    "Upload",
    "is_loopback",
    "problem_with_url",
]
