"""The process that reads mails for a ParseWorker: it knows no password, and a mail that breaks it breaks nothing else.

It is spoken to over its standard input and output in frames: eight bytes of length, then the content. Each raw mail is
answered, in order, with a pickled ParsedMail or, where reading raised, with a pickled text that says why.
"""

from __future__ import annotations

import math
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from hub_email_imap.parsed import ParsedMail

READY = b"ready"
_LENGTH = 8


def write_frame(target: BinaryIO, content: bytes) -> None:
    """Write the content with its length before it."""
    target.write(len(content).to_bytes(_LENGTH, "big"))
    target.write(content)


def take_frame(buffer: bytearray) -> bytes | None:
    """Take the first whole frame out of a buffer, or None while it is not all there."""
    end = _LENGTH + int.from_bytes(buffer[:_LENGTH], "big")
    if len(buffer) < _LENGTH or len(buffer) < end:
        return None
    content = bytes(buffer[_LENGTH:end])
    del buffer[:end]
    return content


def serve(read: Callable[[bytes], ParsedMail], seconds: float, memory: int) -> None:
    """Answer mails until the parent closes the pipe; a mail that takes too long or too much ends the process."""
    _limit_memory(memory)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    _send(target, READY)
    while (raw := _receive(source)) is not None:
        # The parent counts too; this one also ends a reader whose parent was killed.
        signal.alarm(math.ceil(seconds) + 1)
        answer = _answer(read, raw)
        signal.alarm(0)
        _send(target, answer)


def main() -> None:
    """Serve with the limits given on the command line: seconds for each mail, bytes of memory for all."""
    # Not at the top: the parent imports this module too, for its frames, and reads no mail itself.
    from hub_email_imap.parse import parse  # noqa: PLC0415

    # A parent that was killed needs no traceback from us.
    with suppress(BrokenPipeError):
        serve(parse, float(sys.argv[1]), int(sys.argv[2]))


def _answer(read: Callable[[bytes], ParsedMail], raw: bytes) -> bytes:
    try:
        return pickle.dumps(read(raw), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001  whatever a mail breaks, the next one must still be read
        return pickle.dumps(f"reading it ended in {type(error).__name__}")


def _send(target: BinaryIO, content: bytes) -> None:
    write_frame(target, content)
    target.flush()


def _receive(source: BinaryIO) -> bytes | None:
    length = source.read(_LENGTH)
    content = source.read(int.from_bytes(length, "big"))
    return content if len(length) == _LENGTH else None


def _limit_memory(most: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    # macOS refuses this limit; the time limit still holds there.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
