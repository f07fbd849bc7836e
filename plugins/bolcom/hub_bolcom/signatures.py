"""bol.com's signature of what it pushes: RSA (PKCS#1 v1.5) with SHA-256 over the body as it came."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from hub import ConfigurationError, Refused, UnknownKey
from hub_bolcom.fields import as_fields, items, needed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_ALGORITHM = "rsa-sha256"
_SMALLEST_KEY = 2048


@dataclass(frozen=True, slots=True)
class Signature:
    """What the header says: which key signed, and the signature."""

    key: str
    value: bytes


def read_signature(header: str) -> Signature:
    """The header `keyId=0, algorithm="rsa-sha256", signature=<base64>`; Refused for any other.

    The base64 may end in =, so that each part is cut at its first one only.
    """
    parts = {name.strip(): value.strip().strip('"') for name, _, value in map(_cut, header.split(","))}
    if parts.get("algorithm", "").lower() != _ALGORITHM or not parts.get("keyId") or not parts.get("signature"):
        raise Refused("it is not signed as bol.com signs")
    try:
        return Signature(parts["keyId"], base64.b64decode(parts["signature"], validate=True))
    except (binascii.Error, ValueError):
        raise Refused("its signature is no base64") from None


def read_keys(body: object) -> str:
    """The keys that bol.com answered, as a text to keep: each key by its id."""
    listed = items(as_fields(body, "a list of keys"), "signatureKeys")
    return json.dumps({needed(one, "id"): needed(one, "publicKey") for one in listed})


def require_good(signature: Signature, content: bytes, keys: str) -> None:
    """Refused unless the key it names signed this very content; UnknownKey where that key is not among these."""
    known: Mapping[str, str] = json.loads(keys) if keys else {}
    if signature.key not in known:
        raise UnknownKey("it names a key that bol.com is not known to have")
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  _public_key says what is missing
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415  the same
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415  the same

    try:
        _public_key(known[signature.key]).verify(signature.value, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Refused("its signature is wrong") from None


@lru_cache(maxsize=8)
def _public_key(text: str) -> RSAPublicKey:
    """The key in base64 of its X.509 form; the example in bol.com's own documents is none."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  most runs check no signature
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415  the same
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415  the same

    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        raise Refused("the key it names cannot be used") from None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_KEY:
        raise Refused("the key it names is none that bol.com uses")
    return key


def require_library() -> None:
    """ConfigurationError where signatures cannot be checked for want of a library."""
    try:
        import cryptography  # noqa: F401, PLC0415  whether it is there
    except ImportError:
        raise ConfigurationError("what bol.com pushes cannot be checked: pip install 'casehub[web]'") from None


def _cut(part: str) -> tuple[str, str, str]:
    return part.partition("=")
