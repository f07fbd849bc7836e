"""What is noted right before a reply leaves: until then it is surely not sent, whatever becomes of the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from hub.core.outbox import Reply, ReplyState
from hub.core.ports import Store
from hub.errors import Unavailable

_NOTE: ContextVar[Callable[[], None] | None] = ContextVar("note_that_it_leaves", default=None)


def about_to_send() -> None:
    """Note that the reply under way leaves now; Unavailable if it may not leave any more. Without a reply, nothing."""
    note = _NOTE.get()
    if note is not None:
        note()


@contextmanager
def announced(reply: Reply, store: Store) -> Iterator[None]:
    """Within the block `about_to_send` notes of this reply that it may have left."""
    noted = False

    def note() -> None:
        nonlocal noted
        if not noted:
            _note(reply.key, store)
            noted = True

    before = _NOTE.set(note)
    try:
        yield
    finally:
        _NOTE.reset(before)


def _note(key: str, store: Store) -> None:
    with store.writing() as writer:
        reply = writer.reply(key)
        # Whoever slept since the reply was marked as being sent learns here that others have settled it.
        if reply.state is not ReplyState.SENDING:
            raise Unavailable(f"reply {key} is {reply.state} by now, so it does not leave")
        if not reply.gone:
            writer.save_reply(replace(reply, gone=True))
