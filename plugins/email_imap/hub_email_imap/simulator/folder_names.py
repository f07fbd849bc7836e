"""Folder names as IMAP writes them: modified UTF-7 (RFC 3501 section 5.1.3) and the patterns of LIST."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from hub_email_imap.simulator.syntax import BadCommand


def encode(name: str) -> bytes:
    """The name in modified UTF-7."""
    runs = re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name)
    return b"".join(run.replace("&", "&-").encode() if " " <= run[0] <= "~" else _shifted(run) for run in runs)


def decode(wire: bytes) -> str:
    """The name that modified UTF-7 stands for; INBOX is INBOX in any case."""
    try:
        name = re.sub(rb"&([^-]*)-", lambda found: _unshifted(found[1]), wire).decode()
    except ValueError as error:
        raise BadCommand("Mailbox name is not valid modified UTF-7.") from error
    return "INBOX" if name.upper() == "INBOX" else name


def matches(pattern: str, name: str) -> bool:
    """Whether a LIST pattern, in which * is anything and % anything below no separator, names this folder."""
    if pattern.upper() == "INBOX":
        return name == "INBOX"
    wildcards = {"*": ".*", "%": "[^/]*"}
    regex = "".join(wildcards.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(regex, name, re.DOTALL) is not None


def _shifted(run: str) -> bytes:
    return b"&" + b64encode(run.encode("utf-16-be"), b"+,").rstrip(b"=") + b"-"


def _unshifted(letters: bytes) -> bytes:
    if not letters:
        return b"&"
    padding = b"=" * (-len(letters) % 4)
    try:
        return b64decode(letters + padding, b"+,", validate=True).decode("utf-16-be").encode()
    except Base64Error as error:
        raise ValueError("not base64") from error
