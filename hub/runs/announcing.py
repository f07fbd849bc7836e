"""What is noted right before a reply leaves: until then it is surely not sent, whatever becomes of the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from hub.core.outbox import Reply, ReplyState
from hub.core.ports import Store
from hub.core.stopping import stopped
from hub.errors import Unavailable

# By store and channel, and not by thread: a plugin may send in a thread of its own. On a channel one reply at a time is
# under way, because a delivery holds its lease.
_UNDER_WAY: dict[tuple[int, str], Callable[[], None]] = {}


def about_to_send(store: Store, channel: str) -> None:
    """Note that the reply under way on a channel leaves now; Unavailable if it may not. Without a reply, nothing."""
    note = _UNDER_WAY.get((id(store), channel))
    if note is not None:
        note()


@contextmanager
def announced(reply: Reply, store: Store) -> Iterator[None]:
    """Within the block `about_to_send` notes of this reply that it may have left."""
    noted = False

    def note() -> None:
        nonlocal noted
        if not noted:
            _note(reply, store)
            noted = True

    place = (id(store), reply.channel)
    _UNDER_WAY[place] = note
    try:
        yield
    finally:
        del _UNDER_WAY[place]


def _note(reply: Reply, store: Store) -> None:
    with store.writing() as writer:
        current = writer.reply(reply.key)
        # Whoever slept since the reply was marked as being sent learns here that others have settled it, or are at it.
        if current.state is not ReplyState.SENDING or current.attempts != reply.attempts:
            raise Unavailable(f"reply {reply.key} is {current.state} by now, so it does not leave")
        stop = stopped(store.fact, reply.channel)
        if stop is not None:
            raise Unavailable(str(stop))
        if not current.gone:
            writer.save_reply(replace(current, gone=True))
