"""The signature of Standard Webhooks (https://www.standardwebhooks.com): how a receiver knows who sent a message.

Of each message `id.timestamp.body` is signed with HMAC-SHA256; several signatures stand beside one another while a
secret is being replaced.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

_SECRET_PREFIX = "whsec_"  # noqa: S105  what every secret begins with is none
_FEWEST_BYTES, _MOST_BYTES = 24, 64


def signed_headers(message: str, at: datetime, content: bytes, keys: Sequence[bytes]) -> Mapping[str, str]:
    """The headers of one attempt, made at this instant; receivers refuse old ones, so that nobody replays them."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message}.{timestamp}.".encode() + content
    return {
        "content-type": "application/json",
        "user-agent": "casehub",
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def _signature(key: bytes, signed: bytes) -> str:
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def signing_key(secret: str) -> bytes:
    """The bytes of a secret as Standard Webhooks writes it; ValueError tells how that is, and not the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_SECRET_PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(
            f"should be {_SECRET_PREFIX} and {_FEWEST_BYTES} to {_MOST_BYTES} random bytes in base64: "
            'make one by `echo "whsec_$(openssl rand -base64 32)"`'
        )
    return key


def as_secret(key: bytes) -> str:
    """A key as the secret that is handed to a receiver."""
    return _SECRET_PREFIX + base64.b64encode(key).decode()
