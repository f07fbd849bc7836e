"""bol.com's pushes, pretended: subscriptions, and signed messages as they would come."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hub import PushRequest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_RETAILER = 1659925


@dataclass
class PretendedPushes:
    """The keys of the pretended bol.com, and what one account has subscribed to."""

    now: Callable[[], datetime]
    key_id: str = "0"
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys_asked_for: int = 0
    issued: int = 0

    @cached_property
    def key(self) -> RSAPrivateKey:
        """A key of its own, made when it is first needed."""
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415  most tests push nothing

        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def change_key(self, key_id: str) -> None:
        """Sign with another key from now on."""
        self.key_id = key_id
        vars(self).pop("key", None)

    def told_keys(self) -> dict[str, Any]:
        """The keys as bol.com lists them."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415  as above

        self.keys_asked_for += 1
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"signatureKeys": [{"id": self.key_id, "type": "RSA", "publicKey": base64.b64encode(der).decode()}]}

    def told_subscriptions(self) -> dict[str, Any]:
        """The subscriptions as bol.com lists them: {} where there are none."""
        return {"subscriptions": [*self.subscriptions.values()]} if self.subscriptions else {}

    def subscribe(self, asked: dict[str, Any], known: str = "") -> str:
        """Keep a subscription; its id."""
        self.issued += not known
        name = known or str(8000 + self.issued)
        self.subscriptions[name] = {"id": name, "enabled": True, **asked}
        return name

    def process_ended(self, process: str, kind: str = "SUCCESS", *, stamp: str = "timeStamp") -> PushRequest:
        """What is pushed when a process has ended."""
        return self.push({"resource": "PROCESS_STATUS", "type": kind, "resourceId": process}, stamp=stamp)

    def push(self, event: dict[str, Any], *, stamp: str = "timeStamp") -> PushRequest:
        """A signed message of any kind."""
        at = self.now().isoformat(timespec="seconds")
        whole = {"retailerId": _RETAILER, stamp: at, "event": {**event, "metadata": {}, "links": []}}
        return self.signed(json.dumps(whole, separators=(",", ":")).encode())

    def signed(self, body: bytes) -> PushRequest:
        """A body with its signature."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415  as above
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415  as above

        signature = base64.b64encode(self.key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()
        header = f'keyId={self.key_id}, algorithm="rsa-sha256", signature={signature}'
        return PushRequest({"content-type": "application/json", "signature": header}, body)
