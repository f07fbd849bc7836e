"""The terminal, the webhook and the messengers, each against something that really listens."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from email.message import Message
from typing import Any

import pytest
import structlog
from pydantic import ValidationError

from hub import (
    Audience,
    AuthenticationFailed,
    ConfigurationError,
    Deed,
    Money,
    Notification,
    NotifierTools,
    RateLimited,
    Rejected,
    Step,
    Unavailable,
    Uncertain,
)
from hub.core.standard_webhooks import signed_headers, signing_key
from hub.http import HttpClient
from hub.plugins import load_plugins
from hub_notify.messenger import AppriseNotifier, AppriseSettings
from hub_notify.terminal import TerminalNotifier, TerminalSettings
from hub_notify.webhook import WebhookNotifier, WebhookSettings
from tests.fakes import MovableClock

KEY = bytes(range(24))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=1)))
STEP = Step(
    case_number="CH-1042",
    channel="fyndiq",
    clock="first_response",
    head="message-1",
    name="warn",
    do=Deed.WARN,
    audience=Audience.OWNER,
    at=NOON,
    due=NOON + timedelta(hours=1),
    subject='Åsa "Öberg" 漢字 🙂\r\n\x00 half \ud83d',
    case_type="missing_item",
    customer="Åsa Öberg",
    order_number="4711",
    assignee="eva",
    what="soon",
    consequence="refunded by the platform",
    consequence_at=NOON + timedelta(hours=1),
    at_risk=Money(Decimal("875.00"), "SEK"),
    url="https://fyndiq.example/1",
)
NOTIFICATION = Notification(
    id="n-0f1e",
    audience=Audience.OWNER,
    title="CH-1042: the first answer is due Tue 24 Nov 13:00",
    text="Åsa 漢字 🙂\nanother line",
    steps=(STEP,),
    total=1,
    at=NOON,
)


def tools_with(clock: MovableClock, echo: Callable[[str], None] = print, timeout: float = 5.0) -> NotifierTools:
    """What the hub would lend a notifier."""
    return NotifierTools("team", clock, structlog.get_logger(), echo, HttpClient(clock, timeout))


@dataclass
class Hook:
    """A receiver of webhooks on this computer.

    `script` has what it does with the next ones: answer with a status, stay in "silence", or "hang up".
    """

    port: int = 0
    script: list[int | str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    received: list[tuple[str, Message, bytes]] = field(default_factory=list)
    silence: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?token=hunter2"


@pytest.fixture
def hook() -> Iterator[Hook]:
    told = Hook()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            told.received.append((self.path, self.headers, content))
            todo = told.script.pop(0) if told.script else 204
            if todo == "silence":
                told.silence.wait()
            if isinstance(todo, str):
                self.close_connection = True
                return
            self.send_response(todo)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  the library's own name
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        told.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        told.silence.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def post(hook: Hook, clock: MovableClock) -> Callable[..., None]:
    """A function that tells the hook of a notification."""

    def tell(notification: Notification = NOTIFICATION, timeout: float = 5.0) -> None:
        settings = WebhookSettings.model_validate({"url": hook.url, "secret": SECRET})
        WebhookNotifier().notify(settings, notification, tools_with(clock, timeout=timeout))

    return tell


def is_signed(headers: Message, content: bytes) -> bool:
    """Whether the signature is right, worked out from the words of Standard Webhooks (HMAC as RFC 2104 builds it)."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    block = KEY.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + signed).digest()
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()
    return bool(headers["webhook-signature"] == "v1," + base64.b64encode(outer).decode())


# The plugin


def test_the_plugin_offers_three_notifiers() -> None:
    notifiers = load_plugins().notifiers
    own = {key: info.notifier.leaves_the_house for key, info in notifiers.items() if info.plugin == "notify"}

    assert own == {"terminal": False, "webhook": True, "apprise": True}


# The terminal


def test_the_terminal_shows_the_title_and_the_text(clock: MovableClock) -> None:
    shown: list[str] = []

    TerminalNotifier().notify(TerminalSettings(), NOTIFICATION, tools_with(clock, shown.append))

    assert shown == ["CH-1042: the first answer is due Tue 24 Nov 13:00\nÅsa 漢字 🙂\nanother line"]


def test_a_terminal_that_is_gone_has_perhaps_shown_it(clock: MovableClock) -> None:
    def echo(text: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(Uncertain, match="the terminal took perhaps a part of it: Broken pipe"):
        TerminalNotifier().notify(TerminalSettings(), NOTIFICATION, tools_with(clock, echo))


def test_nothing_can_be_set_of_the_terminal() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        TerminalSettings.model_validate({"colour": "red"})


# The webhook


def test_a_webhook_is_signed_as_standard_webhooks_says(
    post: Callable[..., None], hook: Hook, clock: MovableClock
) -> None:
    post()
    [(path, headers, content)] = hook.received

    assert path == "/hook?token=hunter2"
    assert headers["webhook-id"] == "n-0f1e"
    assert headers["webhook-timestamp"] == str(int(clock.now().timestamp()))
    assert headers["content-type"] == "application/json"
    assert is_signed(headers, content)
    assert not is_signed(headers, content + b" ")


def test_the_signature_is_that_of_the_example_of_standard_webhooks() -> None:
    # From the specification's own test: https://github.com/standard-webhooks/standard-webhooks (libraries/python).
    made = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        [signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
    )

    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_body_has_stable_keys_instants_in_utc_and_amounts_as_text(post: Callable[..., None], hook: Hook) -> None:
    post()

    assert json.loads(hook.received[0][2]) == {
        "type": "steps.due",
        "timestamp": "2026-11-24T11:00:00Z",
        "data": {
            "notification": "n-0f1e",
            "audience": "owner",
            "title": "CH-1042: the first answer is due Tue 24 Nov 13:00",
            "text": "Åsa 漢字 🙂\nanother line",
            "total": 1,
            "steps": [
                {
                    "case": "CH-1042",
                    "channel": "fyndiq",
                    "clock": "first_response",
                    "head": "message-1",
                    "name": "warn",
                    "do": "warn",
                    "audience": "owner",
                    "at": "2026-11-24T11:00:00Z",
                    "due": "2026-11-24T12:00:00Z",
                    "subject": 'Åsa "Öberg" 漢字 🙂\r\n\x00 half ?',
                    "type": "missing_item",
                    "customer": "Åsa Öberg",
                    "order": "4711",
                    "assignee": "eva",
                    "what": "soon",
                    "consequence": "refunded by the platform",
                    "consequence_at": "2026-11-24T12:00:00Z",
                    "at_risk": {"amount": "875.00", "currency": "SEK"},
                    "risk_unknown": False,
                    "url": "https://fyndiq.example/1",
                }
            ],
        },
    }


def test_what_is_unknown_is_null(post: Callable[..., None], hook: Hook) -> None:
    bare = replace(STEP, order_number="", consequence_at=None, at_risk=None, risk_unknown=True)

    post(replace(NOTIFICATION, steps=(bare,), total=500))

    data = json.loads(hook.received[0][2])["data"]
    [step] = data["steps"]
    assert [step[key] for key in ("order", "consequence_at", "at_risk", "risk_unknown")] == [None, None, None, True]
    assert data["total"] == 500


def test_a_second_try_has_the_same_id_and_body_and_a_signature_of_its_own_time(
    post: Callable[..., None], hook: Hook, clock: MovableClock
) -> None:
    hook.script.append(500)
    with pytest.raises(Unavailable, match=r"^127.0.0.1 is in trouble \(HTTP 500\)$"):
        post()
    clock.advance(minutes=10)
    post()
    [(_, first, content), (_, second, again)] = hook.received

    assert first["webhook-id"] == second["webhook-id"]
    assert content == again
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 600
    assert is_signed(second, again)


def test_a_redirect_is_not_followed(post: Callable[..., None], hook: Hook) -> None:
    hook.script.append(307)
    hook.headers["location"] = hook.url

    with pytest.raises(ConfigurationError, match=r"sends on to another address \(HTTP 307\)"):
        post()
    assert len(hook.received) == 1


def test_a_receiver_that_asks_to_wait_is_waited_for(post: Callable[..., None], hook: Hook, clock: MovableClock) -> None:
    hook.script.append(429)
    hook.headers["retry-after"] = "90"

    with pytest.raises(RateLimited) as caught:
        post()
    assert caught.value.after == clock.now() + timedelta(seconds=90)


def test_a_receiver_that_refuses_is_not_asked_again(post: Callable[..., None], hook: Hook) -> None:
    hook.script.append(410)

    with pytest.raises(Rejected, match=r"127.0.0.1 refused what was sent \(HTTP 410\)"):
        post()


def test_a_receiver_that_does_not_know_the_secret_has_surely_taken_nothing(
    post: Callable[..., None], hook: Hook
) -> None:
    hook.script.append(401)

    with pytest.raises(AuthenticationFailed, match=r"127.0.0.1 does not accept who we say we are \(HTTP 401\)"):
        post()


@pytest.mark.parametrize("trouble", ["silence", "hang up"])
def test_a_lost_answer_is_uncertain_and_tells_no_key(post: Callable[..., None], hook: Hook, trouble: str) -> None:
    hook.script.append(trouble)

    with pytest.raises(Uncertain) as caught:
        post(timeout=0.2)
    assert len(hook.received) == 1
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"url": "http://shop.example/hunter2"}, "should begin with https://"),
        ({"url": "https://asa:hunter2@shop.example/"}, "should hold no name and no password"),
        ({"url": ""}, "should be one such as https://"),
        ({"secret": "hunter2"}, "should be whsec_ and 24 to 64 random bytes in base64"),
        ({"secret": base64.b64encode(KEY).decode()}, "should be whsec_"),
        ({"secret": "whsec_hunter2"}, "should be whsec_"),
        ({"secret": "whsec_" + base64.b64encode(KEY[:23]).decode()}, "should be whsec_"),
        ({"secret": "whsec_" + base64.b64encode(bytes(65)).decode()}, "should be whsec_"),
        ({"secret": "whsec_åäö"}, "should be whsec_"),
        ({"colour": "red"}, "extra"),
    ],
)
def test_a_webhook_that_is_set_wrongly_is_refused_without_the_value(changed: dict[str, str], problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WebhookSettings.model_validate({"url": "https://shop.example/", "secret": SECRET} | changed)

    assert problem in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_neither_the_address_nor_the_secret_of_a_webhook_is_shown() -> None:
    settings = WebhookSettings.model_validate({"url": "https://shop.example/?k=hunter2", "secret": SECRET})

    assert "hunter2" not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_of_a_lawful_length_is_taken(size: int) -> None:
    secret = "whsec_" + base64.b64encode(bytes(size)).decode()

    settings = WebhookSettings.model_validate({"url": "https://shop.example/", "secret": secret})

    assert signing_key(settings.secret.get_secret_value()) == bytes(size)


# Messengers

# Apprise's mail service imports a module that Python is about to drop.
imghdr = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def send(clock: MovableClock, *urls: str) -> None:
    settings = AppriseSettings.model_validate({"urls": urls})
    AppriseNotifier().notify(settings, NOTIFICATION, tools_with(clock))


@imghdr
def test_every_messenger_is_told(hook: Hook, clock: MovableClock) -> None:
    pytest.importorskip("apprise", reason="the extra casehub[notify] is not installed")

    send(clock, f"json://127.0.0.1:{hook.port}/a", f"json://127.0.0.1:{hook.port}/b")

    told = [(path, json.loads(content)) for path, _, content in hook.received]
    assert [path for path, _ in told] == ["/a", "/b"]
    assert [(body["title"], body["message"]) for _, body in told] == [(NOTIFICATION.title, NOTIFICATION.text)] * 2


@imghdr
def test_what_a_messenger_does_not_confirm_is_uncertain_and_the_others_are_told(
    hook: Hook, clock: MovableClock, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("apprise", reason="the extra casehub[notify] is not installed")
    hook.script += [200, 500, 200]
    urls = [f"json://asa:hunter2@127.0.0.1:{hook.port}/{name}?token=hunter2" for name in "abc"]

    with pytest.raises(Uncertain) as caught:
        send(clock, *urls)
    assert str(caught.value).startswith("no. 2 of the 3 messengers in urls did not confirm it")
    assert len(hook.received) == 3
    assert "hunter2" not in str(caught.value) + "".join(capfd.readouterr())


@imghdr
@pytest.mark.parametrize("wrong", ["hunter2://x", "hunter2", "json://", ""])
def test_an_address_that_no_messenger_has_is_told_by_its_number_before_anybody_is(
    hook: Hook, clock: MovableClock, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    pytest.importorskip("apprise", reason="the extra casehub[notify] is not installed")

    with pytest.raises(ConfigurationError, match=r"^no\. 2 of urls is no address that apprise knows"):
        send(clock, f"json://127.0.0.1:{hook.port}/", wrong)
    assert hook.received == []
    assert caplog.records == []


def test_without_apprise_the_way_out_is_told(clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(ConfigurationError, match=r"pip install 'casehub\[notify\]'"):
        send(clock, "json://127.0.0.1/")


def test_addresses_of_messengers_are_secrets() -> None:
    assert "hunter2" not in repr(AppriseSettings.model_validate({"urls": ["slack://hunter2"]}))
    with pytest.raises(ValidationError, match="at least 1 item"):
        AppriseSettings.model_validate({"urls": []})


# Notifications


@pytest.mark.parametrize("wrong", ["", "a.b", "a b", "a\n", "å", "x" * 65])
def test_an_id_that_does_not_fit_into_a_header_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="the id of a notification is 1 to 64 letters, digits, _ and -"):
        replace(NOTIFICATION, id=wrong)


def test_a_notification_holds_no_more_steps_than_it_tells_of_and_an_aware_instant() -> None:
    with pytest.raises(ValueError, match="a notification of 0 steps cannot hold 1"):
        replace(NOTIFICATION, total=0)
    with pytest.raises(ValueError, match="an instant needs a time zone"):
        replace(NOTIFICATION, at=NOON.replace(tzinfo=None))
