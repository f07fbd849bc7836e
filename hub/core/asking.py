"""A program that asks twice: the same under the same name is one reply, something else under it is a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from hub.core.acting import Wish
from hub.core.codec import dumps
from hub.core.model import Attachment
from hub.core.outbox import Reply
from hub.core.platform_acts import Act
from hub.errors import Refused


def digest_of(
    text: str,
    files: Sequence[Attachment] = (),
    *,
    then_close: bool = False,
    send_at: datetime | None = None,
    act: Act | None = None,
) -> str:
    """What a program asked for, as a digest that is the same when it asks for the same again."""
    when = "" if send_at is None else str(send_at.timestamp())
    parts = [text, *(f"{file.name}:{file.digest}" for file in files), str(then_close), when, dumps(act) if act else ""]
    return sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()


def digest_of_act(wish: Wish) -> str:
    """The same of an act."""
    return digest_of(wish.text, wish.evidence, act=wish.act)


def asked_before(client_key: str, digest: str, replies: Iterable[Reply]) -> Reply | None:
    """The reply that was asked for under this name before; Refused if it was something else."""
    before = next((reply for reply in replies if client_key and reply.client_key == client_key), None)
    if before is not None and before.client_digest != digest:
        raise Refused(
            f"The key {client_key!r} stands for another reply to {before.case_number} already ({before.key}, "
            f"{before.state}); a new text needs a new key, and `casehub outbox edit` changes one that waits."
        )
    return before
