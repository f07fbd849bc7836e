"""Content-Transfer-Encoding undone (RFC 2045 section 6), whatever is broken in it."""

from __future__ import annotations

import binascii

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_OTHER = bytes(set(range(256)) - set(_ALPHABET))


def undo_transfer(content: bytes, encoding: str) -> bytes:
    """The bytes as they were before transport; an unknown encoding leaves them as they are."""
    word = encoding.strip().lower()
    if word == "base64":
        return from_base64(content)
    if word == "quoted-printable":
        return from_quoted_printable(content)
    return content


def from_base64(content: bytes) -> bytes:
    """The bytes that base64 stands for; foreign signs and missing padding are overlooked."""
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        signs = content.translate(None, _OTHER)
        whole = signs[: len(signs) - (len(signs) % 4 == 1)]
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def from_quoted_printable(content: bytes, *, header: bool = False) -> bytes:
    """The bytes that quoted-printable stands for; in a header the underscore is a blank."""
    return binascii.a2b_qp(content, header=header)
