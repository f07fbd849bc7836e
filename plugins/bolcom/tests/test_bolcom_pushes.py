"""What bol.com pushes is believed only with its signature, and is then no more than a hint to look."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from hub import Misunderstood, Push, Pushes, PushRequest, PushSubscription, RateLimited, Refused, Rejected, UnknownKey
from hub.testing import Desk, SimulatedClock
from hub_bolcom.pretended_pushes import PretendedPushes
from hub_bolcom.pushes import BolPushes, read_push
from hub_bolcom.signatures import read_keys, read_signature, require_good
from hub_bolcom.simulator import BolSimulator

BESIDE = Path(__file__).parents[4] / "shared" / "specs" / "bolcom"
VECTOR = Path(os.environ.get("CASEHUB_BOL_SPEC", BESIDE)) / "signature_vector.json"

BOL = PretendedPushes(SimulatedClock().now)
KEYS = read_keys(BOL.told_keys())


@pytest.fixture
def bol() -> BolSimulator:
    return BolSimulator(SimulatedClock())


@pytest.fixture
def pushes(bol: BolSimulator) -> Iterator[Pushes]:
    desk = Desk(bol)
    with desk.adapter.open_pushes(desk.settings, desk.tools) as opened:
        yield opened


def good(request: PushRequest, keys: str = KEYS) -> None:
    require_good(read_signature(request.headers["signature"]), request.body, keys)


@pytest.mark.skipif(not VECTOR.is_file(), reason="a push that bol.com really signed is not here (CASEHUB_BOL_SPEC)")
def test_a_push_that_bol_com_really_signed_is_believed_and_one_blank_more_is_not() -> None:
    real = json.loads(VECTOR.read_text(encoding="utf-8"))
    header = real["signature_header_form"].replace("<BASE64>", real["signature"])
    keys = read_keys({"signatureKeys": [{"id": "0", "type": "RSA", "publicKey": real["publicKey"]}]})
    body = real["payload"].encode()

    require_good(read_signature(header), body, keys)

    assert read_push(body) == Push("PROCESS_STATUS SUCCESS", ("33371690441",))
    with pytest.raises(Refused, match="its signature is wrong"):
        require_good(read_signature(header), body + b" ", keys)


def test_what_is_signed_with_a_key_that_is_known_is_believed() -> None:
    good(BOL.process_ended("1001"))


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_not_a_bit_of_a_body_may_be_changed(place: int, change: int) -> None:
    request = BOL.process_ended("1001")
    changed = bytearray(request.body)
    changed[place % len(changed)] ^= change

    with pytest.raises(Refused, match="its signature is wrong"):
        good(replace(request, body=bytes(changed)))


@given(st.binary(max_size=300))
def test_no_signature_of_anybody_else_is_believed(signature: bytes) -> None:
    header = f'keyId=0, algorithm="rsa-sha256", signature={base64.b64encode(signature).decode()}'

    with pytest.raises(Refused):
        good(PushRequest({"signature": header}, BOL.process_ended("1").body))


@given(st.text(max_size=200))
def test_no_odd_header_breaks_the_reading(header: str) -> None:
    with pytest.raises(Refused):
        good(PushRequest({"signature": header}, b"{}"))


@pytest.mark.parametrize(
    "changed",
    [
        ("rsa-sha256", "hmac-sha256"),
        ("rsa-sha256", "none"),
        ('algorithm="rsa-sha256", ', ""),
        ("keyId=0, ", ""),
        ("signature=", "sig="),
        ("signature=", "signature=*"),
    ],
)
def test_a_header_that_is_not_bol_coms_is_refused(changed: tuple[str, str]) -> None:
    request = BOL.process_ended("1001")
    header = request.headers["signature"].replace(*changed)

    with pytest.raises(Refused):
        good(replace(request, headers={"signature": header}))


def test_parts_of_the_header_may_be_quoted_or_not() -> None:
    request = BOL.process_ended("1001")
    header = request.headers["signature"].replace("keyId=0", 'keyId="0"').replace('"rsa-sha256"', "rsa-sha256")

    good(replace(request, headers={"signature": header}))


def test_a_key_that_is_not_known_is_told_apart_from_a_wrong_signature() -> None:
    other = PretendedPushes(BOL.now, key_id="1")

    with pytest.raises(UnknownKey):
        good(other.process_ended("1001"))
    with pytest.raises(UnknownKey):
        good(BOL.process_ended("1001"), "")


def test_keys_that_are_of_no_use_believe_nothing() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1()).public_key()
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    for key in (elliptic, short):
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(Refused, match="is none that"):
            good(BOL.process_ended("1"), json.dumps({"0": base64.b64encode(der).decode()}))
    with pytest.raises(Refused, match="cannot be used"):
        good(BOL.process_ended("1"), json.dumps({"0": "MIIE"}))


@pytest.mark.parametrize("kind", ["SUCCESS", "FAILURE", "TIMEOUT"])
@pytest.mark.parametrize("stamp", ["timeStamp", "timestamp"])
def test_a_process_that_ended_is_to_be_looked_at(kind: str, stamp: str) -> None:
    assert read_push(BOL.process_ended("1001", kind, stamp=stamp).body) == Push(f"PROCESS_STATUS {kind}", ("1001",))


@pytest.mark.parametrize("at", ["2021-11-18T16:37:13+01:00", 1637249833000, "1637249833000"])
def test_its_instant_may_be_written_in_any_way_that_bol_com_has(at: object) -> None:
    event = {"resource": "PROCESS_STATUS", "type": "SUCCESS", "resourceId": 7}

    assert read_push(json.dumps({"timestamp": at, "event": event}).encode()).receipts == ("7",)


@pytest.mark.parametrize(
    "event",
    [
        {"resource": "PROCESS_STATUS", "type": "PENDING", "resourceId": "1"},
        {"resource": "SHIPMENT", "type": "UPDATE_TRANSPORT_EVENT", "resourceId": "1"},
        {"resource": "ORDER", "type": "ORDER_CREATED", "resourceId": "1"},
        {"resource": "TEST"},
        {"resource": "SOMETHING_NEW", "type": "X"},
    ],
)
def test_other_news_asks_for_nothing(event: dict[str, Any]) -> None:
    assert read_push(BOL.push(event).body).receipts == ()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"event": 1}', b'{"event": {}}', b"\xff", b"[" * 100_000])
def test_what_cannot_be_read_is_misunderstood(body: bytes) -> None:
    with pytest.raises(Misunderstood):
        read_push(body)


def test_the_keys_are_asked_for_ten_times_an_hour_at_most(bol: BolSimulator, pushes: Pushes) -> None:
    bol.routes.keeps_limits = True
    for _ in range(10):
        pushes.keys()

    with pytest.raises(RateLimited):
        pushes.keys()
    assert bol.pushes.keys_asked_for == 10


def test_a_push_is_read_without_asking_bol_com(bol: BolSimulator, pushes: Pushes) -> None:
    keys = pushes.keys()
    asked = len(bol.requests)

    assert pushes.read(bol.pushes.process_ended("1001"), keys).receipts == ("1001",)
    assert len(bol.requests) == asked


def test_an_address_is_subscribed_once_and_switched_on_again_where_bol_com_had_switched_it_off(
    bol: BolSimulator, pushes: Pushes
) -> None:
    url = "https://service.example.com/push/bol_nl"

    pushes.subscribe(url)
    pushes.subscribe(url)
    [found] = pushes.subscriptions()
    bol.pushes.subscriptions[found.id]["enabled"] = False
    off = pushes.subscriptions()
    pushes.subscribe(url)

    assert (found, off) == (PushSubscription("8001", url), (PushSubscription("8001", url, is_on=False),))
    assert pushes.subscriptions() == (found,)
    assert [request.method for request in bol.requests if bol.is_write(request)] == ["POST", "PUT"]
    assert bol.pushes.subscriptions["8001"]["resources"] == ["PROCESS_STATUS"]

    pushes.unsubscribe("8001")
    assert pushes.subscriptions() == ()


def test_an_address_that_bol_com_does_not_take_is_refused_in_its_words(pushes: Pushes) -> None:
    with pytest.raises(Rejected, match="must be a valid https URL"):
        pushes.subscribe("http://service.example.com/push")


def test_nothing_is_opened_before_something_is_asked(bol: BolSimulator) -> None:
    desk = Desk(bol)
    with desk.adapter.open_pushes(desk.settings, desk.tools) as opened:
        assert isinstance(opened, BolPushes)
    assert bol.requests == []
