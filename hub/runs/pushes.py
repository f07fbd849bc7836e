"""Taking what a platform pushed: it is checked, kept, and answered at once; the work is done afterwards.

What is kept is that the replies it names may be asked about now: the next delivery run reads the platform back. A push
whose signature is wrong changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.core.outbox import ReplyState
from hub.core.ports import Clock, Store
from hub.core.pushes import Push, Pushes, PushRequest
from hub.errors import HubError, Misunderstood, Refused, UnknownKey

LARGEST = 65_536
"""So many bytes a push may have."""

KEYS_REST = timedelta(minutes=6)
"""So long passes between two readings of the keys: bol.com allows ten an hour, and strangers may provoke them."""

_TAKEN = frozenset({ReplyState.ACCEPTED, ReplyState.UNCERTAIN})


@dataclass(frozen=True)
class PushPorts:
    """What taking a push needs from the shell; `open_pushes` answers how the channel's platform pushes."""

    store: Store
    clock: Clock
    open_pushes: Callable[[], Pushes]


@dataclass(frozen=True, slots=True)
class PushResult:
    """How a push is answered, why, and which replies may be asked about now."""

    status: int
    why: str = ""
    woken: tuple[str, ...] = ()


def take_push(channel: str, request: PushRequest, ports: PushPorts) -> PushResult:
    """Check a push and keep what it says; answered with 200 it need not come again."""
    if len(request.body) > LARGEST:
        return PushResult(413, f"a push may have {LARGEST:,} bytes")
    try:
        push = _checked(channel, request, ports)
    except Refused as error:
        return PushResult(401, str(error))
    except Misunderstood as error:  # surely the platform's own: sent again, it would be no clearer
        return PushResult(200, str(error))
    except HubError as error:
        return PushResult(503, str(error))
    return PushResult(200, push.what, _wake(channel, push, ports))


def read_keys(channel: str, ports: PushPorts) -> None:
    """Read the keys by which the platform signs, and keep them."""
    with ports.open_pushes() as pushes:
        _keep_keys(channel, pushes, ports)


def _checked(channel: str, request: PushRequest, ports: PushPorts) -> Push:
    with ports.open_pushes() as pushes:
        try:
            return pushes.read(request, _kept(channel, ports)[1])
        except UnknownKey:
            if not _may_read_keys(channel, ports):
                raise
        _keep_keys(channel, pushes, ports)
        return pushes.read(request, _kept(channel, ports)[1])


def _kept(channel: str, ports: PushPorts) -> tuple[datetime | None, str]:
    """When the keys were last asked for, and the keys."""
    text = ports.store.fact(_fact(channel))
    if not text:
        return None, ""
    kept = json.loads(text)
    return datetime.fromisoformat(kept["asked_at"]), kept["keys"]


def _may_read_keys(channel: str, ports: PushPorts) -> bool:
    """Whether it is time to; noted in the same transaction, so that of many pushes at once only one asks."""
    if _asked_lately(channel, ports):
        return False  # before anything is locked, for strangers may come in crowds
    with ports.store.writing() as writer:
        if _asked_lately(channel, ports):
            return False
        writer.set_fact(_fact(channel), _as_fact(ports.clock.now(), _kept(channel, ports)[1]))
        return True


def _asked_lately(channel: str, ports: PushPorts) -> bool:
    asked_at, _ = _kept(channel, ports)
    return asked_at is not None and timedelta() <= ports.clock.now() - asked_at < KEYS_REST


def _keep_keys(channel: str, pushes: Pushes, ports: PushPorts) -> None:
    keys = pushes.keys()
    with ports.store.writing() as writer:
        writer.set_fact(_fact(channel), _as_fact(ports.clock.now(), keys))


def _as_fact(asked_at: datetime, keys: str) -> str:
    return json.dumps({"asked_at": asked_at.isoformat(), "keys": keys})


def _fact(channel: str) -> str:
    return f"push_keys:{channel}"


def _wake(channel: str, push: Push, ports: PushPorts) -> tuple[str, ...]:
    """Let the replies that the platform has news of be asked about now; the keys of those that wait for it."""
    if not push.receipts:
        return ()
    woken = []
    with ports.store.writing() as writer:
        for reply in ports.store.replies(_TAKEN, channel=channel):
            if reply.receipt_ref and reply.receipt_ref in push.receipts:
                writer.save_reply(replace(reply, not_before=None, rest=None, read_backs=0))
                woken.append(reply.key)
    return tuple(woken)
