"""The client of an API: what is asked again, what never is, and what an error may tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from hub.errors import (
    AuthenticationFailed,
    ConfigurationError,
    HubError,
    Misunderstood,
    RateLimited,
    Rejected,
    Unavailable,
    Uncertain,
)
from hub.http import (
    Api,
    ApiClient,
    BasicAuth,
    ClientCredentials,
    ConnectionLost,
    HeaderAuth,
    Headers,
    Request,
    Response,
    Upload,
    api_door,
)
from hub.testing import SimulatedClock

BASE = "https://api.platform.example/v1"
SECRET = "hunter2-hunter2"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Answer = Response | Exception | Callable[[Request], Response]


class Script:
    """A server that answers as it was told, in order, the last answer for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer


@contextmanager
def client_of(script: Script, pauses: list[float] | None = None, **api: Any) -> Iterator[ApiClient]:
    """A client of the scripted server; the pauses it makes are collected."""
    clock = SimulatedClock(NOW)

    def pause(seconds: float) -> None:
        (pauses if pauses is not None else []).append(seconds)
        clock.advance(timedelta(seconds=seconds))

    door = api_door(clock, pause=pause, transport=script)
    with door(Api(api.pop("base_url", BASE), **api)) as client:
        yield client


def status(number: int, text: str = "", **headers: str) -> Response:
    """An answer with this status."""
    return Response(number, text.encode(), Headers({name.replace("_", "-"): value for name, value in headers.items()}))


def read_error(*answers: Answer, **api: Any) -> HubError:
    """What a read raises when this is answered."""
    with client_of(Script(*answers), **api) as client, pytest.raises(HubError) as caught:
        client.read("/orders/17")
    return caught.value


def write_error(*answers: Answer, **api: Any) -> HubError:
    """What a write raises when this is answered."""
    with client_of(Script(*answers), **api) as client, pytest.raises(HubError) as caught:
        client.write("POST", "/orders/17/reply", json={"text": "Hej"})
    return caught.value


LOST = ConnectionLost(sent=True)
REFUSED = ConnectionLost(sent=False)
CUT = Response(200, b'{"orders": [', Headers({"content-length": "500"}))
FINE = Response.of_json({"fine": True})


# What is sent


def test_a_read_asks_for_the_path_beneath_the_base_address_with_its_parameters() -> None:
    script = Script(FINE)

    with client_of(script, headers={"accept": "application/vnd.platform+json"}) as client:
        answer = client.read("/orders?page=2", {"state": "öppen & ny"}, headers={"X-One": "1"})

    [request] = script.requests
    assert answer.json() == {"fine": True}
    assert (request.method, request.host, request.path) == ("GET", "api.platform.example", "/v1/orders")
    assert request.query == {"page": "2", "state": "öppen & ny"}
    assert (request.headers["accept"], request.headers["x-one"]) == ("application/vnd.platform+json", "1")
    assert request.headers["user-agent"].startswith("casehub/")


def test_json_a_form_and_files_are_sent_as_such() -> None:
    script = Script(status(204))
    file = Upload("file", 'bild "å".png', "image/png", b"\x89PNG")

    with client_of(script) as client:
        client.write("PUT", "/a", json={"text": "漢字"}, headers={"content-type": "application/vnd.platform+json"})
        client.write("POST", "/b", form={"text": "å & ö"})
        client.write("POST", "/c", form={"text": "å"}, uploads=[file])

    [with_json, with_form, with_file] = script.requests
    assert with_json.json() == {"text": "漢字"}
    assert with_json.headers["content-type"] == "application/vnd.platform+json"
    assert with_form.form == {"text": "å & ö"}
    assert with_file.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert (
        b'name="file"; filename="bild %22\xc3\xa5%22.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n'
        in with_file.body
    )
    assert 'name="text"\r\n\r\nå\r\n'.encode() in with_file.body


# What is asked again


@pytest.mark.parametrize(
    "trouble", [REFUSED, LOST, CUT, *(status(number) for number in (408, 425, 500, 502, 503, 504, 507))]
)
def test_a_read_that_fails_in_passing_is_asked_again_after_a_pause(trouble: Answer) -> None:
    script, pauses = Script(trouble, trouble, FINE), list[float]()

    with client_of(script, pauses) as client:
        answer = client.read("/orders")

    assert answer.json() == {"fine": True}
    assert len(script.requests) == 3
    assert 0.5 <= pauses[0] <= 1.0 <= pauses[1] <= 1.5


@pytest.mark.parametrize("trouble", [REFUSED, LOST, CUT, status(500), status(503)])
def test_a_read_that_goes_on_failing_is_unavailable_after_three_tries(trouble: Answer) -> None:
    script = Script(trouble)

    with client_of(script) as client, pytest.raises(Unavailable, match=r"api\.platform\.example/v1/orders"):
        client.read("/orders")
    assert len(script.requests) == 3


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([status(400)], Misunderstood),
        ([status(404)], Misunderstood),
        ([status(204)], Misunderstood),
        ([status(302, location="https://evil.example/")], Misunderstood),
        ([status(401)], AuthenticationFailed),
        ([status(403)], AuthenticationFailed),
        ([status(429)], RateLimited),
    ],
)
def test_a_read_that_asking_again_would_not_help_is_asked_once(answers: list[Answer], kind: type[HubError]) -> None:
    script = Script(*answers)

    with client_of(script) as client, pytest.raises(HubError) as caught:
        client.read("/orders")

    assert type(caught.value) is kind
    assert len(script.requests) == 1
    assert "evil" not in str(caught.value)


def test_a_status_that_is_expected_is_an_answer() -> None:
    with client_of(Script(status(404), status(403))) as client:
        answers = [client.read("/orders/1", expected=frozenset({200, 404, 403})).status for _ in range(2)]

    assert answers == [404, 403]


@pytest.mark.parametrize(
    ("answer", "waited"),
    [
        (status(429, retry_after="2"), 2.0),
        (status(503, retry_after="2"), 2.0),
        (status(429, retry_after="Mon, 02 Mar 2026 12:00:03 GMT"), 3.0),
    ],
)
def test_a_short_wait_that_is_asked_for_is_kept_inside(answer: Response, waited: float) -> None:
    script, pauses = Script(answer, FINE), list[float]()

    with client_of(script, pauses) as client:
        client.read("/orders")

    assert pauses == [waited]


@pytest.mark.parametrize("answer", [status(429, retry_after="7"), status(503, retry_after="7")])
def test_a_long_wait_is_left_to_the_hub(answer: Response) -> None:
    error = read_error(answer)

    assert isinstance(error, RateLimited)
    assert error.after == NOW + timedelta(seconds=7)


def test_short_waits_add_up_until_they_are_long() -> None:
    script, pauses = Script(status(429, retry_after="3")), list[float]()

    with client_of(script, pauses) as client, pytest.raises(RateLimited) as caught:
        client.read("/orders")

    assert (pauses, len(script.requests)) == ([3.0], 2)
    assert caught.value.after == NOW + timedelta(seconds=6)


# What is never sent again


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (REFUSED, Unavailable),
        (LOST, Uncertain),
        (CUT, Uncertain),
        (status(302), Uncertain),
        (status(206), Uncertain),
        (status(400), Rejected),
        (status(401), AuthenticationFailed),
        (status(403), AuthenticationFailed),
        (status(404), Rejected),
        (status(408), Unavailable),
        (status(409), Rejected),
        (status(422), Rejected),
        (status(425), Unavailable),
        (status(429, retry_after="1"), RateLimited),
        (status(500), Uncertain),
        (status(503), Uncertain),
        (status(503, retry_after="1"), Uncertain),
    ],
)
def test_a_write_is_sent_once_and_told_for_what_it_may_have_done(answer: Answer, kind: type[HubError]) -> None:
    script, pauses = Script(answer), list[float]()

    with client_of(script, pauses) as client, pytest.raises(HubError) as caught:
        client.write("POST", "/reply", json={"text": "Hej"})

    assert type(caught.value) is kind
    assert (len(script.requests), pauses) == (1, [])


def test_a_refusal_that_breaks_off_is_still_a_refusal() -> None:
    error = write_error(Response(422, b'{"title": "Too lo', Headers({"content-length": "500"})))

    assert type(error) is Rejected


# Signing in


class Tokens:
    """A platform that hands out tokens; `good` is the one it takes, or all of them."""

    def __init__(self, then: Answer = FINE) -> None:
        self.then, self.given, self.good, self.requests = then, 0, "", list[Request]()

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        if request.host == "login.platform.example":
            self.given += 1
            self.good = f"token-{self.given}"
            return Response.of_json({"access_token": self.good, "token_type": "Bearer", "expires_in": 300})
        if request.headers["authorization"] != f"Bearer {self.good}":
            return status(401)
        if isinstance(self.then, Exception):
            raise self.then
        return self.then(request) if callable(self.then) else self.then


def credentials() -> ClientCredentials:
    return ClientCredentials("https://login.platform.example/token", "us", SecretStr(SECRET))


def test_a_token_that_is_refused_is_renewed_once_for_a_write_too() -> None:
    tokens = Tokens(status(202))

    with api_door(SimulatedClock(), transport=tokens)(Api(BASE, credentials())) as client:
        client.write("POST", "/reply")
        tokens.good = "another"
        client.write("POST", "/reply")

    assert (tokens.given, len(tokens.requests)) == (2, 5)


def test_a_new_token_that_is_refused_as_well_means_wrong_credentials() -> None:
    def refuse(request: Request) -> Response:
        return status(401)

    tokens = Tokens(refuse)
    with (
        api_door(SimulatedClock(), transport=tokens)(Api(BASE, credentials())) as client,
        pytest.raises(AuthenticationFailed, match=r"check them in hub\.toml"),
    ):
        client.read("/orders")
    assert tokens.given == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (LOST, Unavailable),
        (REFUSED, Unavailable),
        (status(500), Unavailable),
        (status(429, retry_after="9"), RateLimited),
        (status(400), AuthenticationFailed),
        (Response.of_json({"access_token": 7}), Misunderstood),
        (Response.of_text("<html>", 200, "text/html"), Misunderstood),
    ],
)
def test_trouble_with_a_token_leaves_no_doubt_about_a_write(answer: Answer, kind: type[HubError]) -> None:
    assert type(write_error(answer, auth=credentials())) is kind


# Where it goes


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/orders",
        "https://api.platform.example.evil.example/",
        "https://api.platform.example@evil.example/",
        "https://api.platform.example:8443/v1/orders",
        "https://api.platform.example\\@evil.example/",
        "http://api.platform.example/v1/orders",
        "http://127.0.0.1/",
        "//evil.example/orders",
        "ftp://api.platform.example/",
        "https://api.platform.example/v1/../admin",
        "/orders/../../admin",
        "/orders/%2E%2e",
        "/orders/./1",
        "orders",
        "",
    ],
)
def test_an_address_elsewhere_is_refused_without_being_asked_or_repeated(path: str) -> None:
    script = Script(FINE)

    with client_of(script, auth=HeaderAuth("x-key", SecretStr(SECRET))) as client:
        with pytest.raises(Misunderstood, match=r"^api\.platform\.example points to an address") as read:
            client.read(path)
        with pytest.raises(Misunderstood):
            client.write("POST", path)

    assert script.requests == []
    assert "evil" not in str(read.value)


@pytest.mark.parametrize(
    "path",
    ["https://api.platform.example/v1/orders?page=2", "https://API.platform.example:443/v1", "https://more.example/a"],
)
def test_a_whole_address_of_the_apis_own_hosts_is_taken(path: str) -> None:
    script = Script(FINE)

    with client_of(script, hosts=frozenset({"more.example"})) as client:
        client.read(path)

    assert len(script.requests) == 1


@pytest.mark.parametrize("base", ["http://api.platform.example", "https://a@b.example", "x", "https://b.example/?a=b"])
def test_an_unusable_base_address_is_a_wrong_setting(base: str) -> None:
    with pytest.raises(ConfigurationError, match="the address of the platform"):
        api_door(SimulatedClock())(Api(base))


# What is told


PROBLEM: Mapping[str, Any] = {
    "title": "Validation failed",
    "detail": f"key {SECRET}\nis\u202e bad, see https://api.platform.example/help?token=abc",
    "violations": [{"name": "text", "reason": "Too long"}, {"field": "lang", "message": "Unknown"}],
}


def test_an_error_has_host_path_status_and_the_platforms_words_without_secrets_or_parameters() -> None:
    auth = HeaderAuth("x-key", SecretStr(SECRET))

    error = write_error(Response.of_json(PROBLEM, 422), auth=auth)

    assert str(error) == (
        "api.platform.example/v1/orders/17/reply answers HTTP 422: Validation failed: key *** is bad, see "
        "https://api.platform.example/help?… text: Too long; lang: Unknown"
    )


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (Response.of_text("<html><b>Oops</b></html>", 400, "text/html"), ""),
        (Response.of_text("Not allowed", 400), ": Not allowed"),
        (Response.of_text("x" * 5000, 400), ""),
        (Response.of_json({"errors": [{"code": "E1", "message": "No"}]}, 400), ": E1: No"),
        (Response.of_json({"error": {"message": "No"}}, 400), ": No"),
        (Response.of_json({"error": "invalid", "error_description": "Gone"}, 400), ": Gone: invalid"),
        (Response.of_json(["No"], 400), ": No"),
        (Response.of_json(None, 400), ""),
        (Response(400, b"[" * 100_000, Headers({"content-type": "application/json"})), ""),
    ],
)
def test_the_words_of_a_platform_are_found_and_pages_are_not_repeated(response: Response, words: str) -> None:
    assert str(write_error(response)) == f"api.platform.example/v1/orders/17/reply answers HTTP 400{words}"


def test_the_adapters_own_reading_of_words_comes_first_and_may_break() -> None:
    def broken(response: Response) -> str:
        return str(response.json()["message"])

    assert str(write_error(status(400), words_of=lambda response: "nej " * 200)).endswith("…")
    assert str(write_error(status(400, "[]"), words_of=broken)).endswith("HTTP 400")
    assert str(write_error(status(400), words_of=lambda response: None)).endswith("HTTP 400")


def test_basic_auth_is_scrubbed_in_every_spelling() -> None:
    auth = BasicAuth("us", SecretStr('å&b c"d'))
    words = " ".join(auth.secrets()) + " %C3%A5%26b%20c%22d"

    error = read_error(status(400, "x"), auth=auth, words_of=lambda response: words)

    assert str(error).count("***") == 3


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"name": "Jan', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_misunderstood_and_kept_by_no_error(body: bytes) -> None:
    with pytest.raises(Misunderstood, match="not JSON") as caught:
        Response(200, body).json()
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None
