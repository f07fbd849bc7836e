"""The way to the web, and the only importer of httpx, httpcore and tenacity.

Whatever goes wrong is told without the parameters of an address, which may hold a key, and without any known secret.
"""

from __future__ import annotations

from hub.http.api import Api, ApiClient, ApiDoor, Budget, BudgetNews, Upload
from hub.http.auth import Auth, AuthFlow, BasicAuth, ClientCredentials, HeaderAuth
from hub.http.budgets import Ledger, MemoryLedger
from hub.http.doors import api_door
from hub.http.exchange import Answering, ConnectionLost, Headers, Recorder, Request, Response
from hub.http.posting import HttpAnswer, HttpClient, is_loopback, problem_with_url
from hub.http.telling import TellingDoor, problem_with_address
from hub.http.waiting import without_pauses

__all__ = [
    "Answering",
    "Api",
    "ApiClient",
    "ApiDoor",
    "Auth",
    "AuthFlow",
    "BasicAuth",
    "Budget",
    "BudgetNews",
    "ClientCredentials",
    "ConnectionLost",
    "HeaderAuth",
    "Headers",
    "HttpAnswer",
    "HttpClient",
    "Ledger",
    "MemoryLedger",
    "Recorder",
    "Request",
    "Response",
    "TellingDoor",
    "Upload",
    "api_door",
    "is_loopback",
    "problem_with_address",
    "problem_with_url",
    "without_pauses",
]
