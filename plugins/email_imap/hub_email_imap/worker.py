"""Reads mails in a child process that is replaced when it hangs or dies, so that one bad mail never stops the next."""

from __future__ import annotations

import fcntl
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self, cast

from hub.errors import HubError
from hub_email_imap.child import READY, take_frame, write_frame
from hub_email_imap.failure import ParseFailure, failure
from hub_email_imap.parsed import ParsedMail

__all__ = ["COMMAND", "MEMORY", "SECONDS", "ParseFailure", "ParseWorker"]

COMMAND = (sys.executable, "-P", "-m", "hub_email_imap.child")
SECONDS = 30.0
MEMORY = 1_500_000_000

_START_SECONDS = 60.0
# With the 64 KB that Linux gives a pipe, a child that is ahead of us would soon have to stand still.
_PIPE_SIZE = 1 << 20
_READ_AT_ONCE = 1 << 18
_WRITTEN_AT_ONCE = 1 << 18
# Hostile mail is read by a process that knows no password: of the environment only this is handed on.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "LC_ALL")


class ParseWorker:
    """Reads batches of mails, one batch ahead: `start` returns at once, `finish` waits for the answers in their order.

    A mail that takes longer than `seconds`, more than `memory` bytes or kills its reader becomes a ParseFailure; the
    others of its batch are read as if it had not been there. The child is started with the first batch.
    """

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY, command: Sequence[str] = COMMAND) -> None:
        self._seconds = seconds
        self._command = [*command, str(seconds), str(memory)]
        self._child: _Child | None = None
        self._batch: list[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, whatever it is at; a batch that was not finished is forgotten."""
        self._batch = None
        if self._child is not None:
            self._child.stop()
            self._child = None

    def parse_all(self, raws: Sequence[bytes]) -> list[ParsedMail | ParseFailure]:
        """Read these mails and wait for them."""
        self.start(raws)
        return self.finish()

    def start(self, raws: Sequence[bytes]) -> None:
        """Begin to read a batch in the background."""
        if self._batch is not None:
            raise RuntimeError("the batch before is not finished; call finish() first")
        self._batch = list(raws)
        self._feed(self._batch)

    def finish(self) -> list[ParsedMail | ParseFailure]:
        """The answers to the batch that was started, one for each mail; nothing if none was."""
        batch, results = self._batch or [], list[ParsedMail | ParseFailure]()
        try:
            for place, raw in enumerate(batch):
                results.append(self._result(raw, batch[place + 1 :]))
        finally:
            self._batch = None
            if len(results) < len(batch):
                # Interrupted: answers still to come would be taken for those of the next batch.
                self.close()
        return results

    def _result(self, raw: bytes, following: Sequence[bytes]) -> ParsedMail | ParseFailure:
        """The answer to the mail the child is at; if there is none, the following mails go to a new child."""
        child = self._child
        if child is None:
            raise RuntimeError("the worker was closed while a batch was being read")
        try:
            answer = child.receive(self._seconds)
        except _NoAnswer as silence:
            self._child = None
            child.stop()
            self._feed(following)
            return failure(raw, str(silence))
        read: ParsedMail | str = pickle.loads(answer)  # noqa: S301  the child is ours and runs our code
        return failure(raw, read) if isinstance(read, str) else read

    def _feed(self, raws: Sequence[bytes]) -> None:
        if not raws:
            return
        if self._child is None:
            self._child = _start_child(self._command)
        self._child.feed(raws)


class _NoAnswer(Exception):
    """The child did not answer in time or is gone; the text says which."""


class _Child:
    """A running child, the thread that feeds it, and what it has answered so far."""

    def __init__(self, command: Sequence[str]) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # A session of its own: Ctrl-C in a terminal goes to the parent, and the parent decides.
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=_WRITTEN_AT_ONCE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._input, self._output = cast("BinaryIO", self._process.stdin), cast("BinaryIO", self._process.stdout)
        for pipe in (self._input, self._output):
            _enlarge(pipe)
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN | select.POLLHUP)
        self._buffer = bytearray()
        self._feeder: threading.Thread | None = None

    def feed(self, raws: Sequence[bytes]) -> None:
        """Hand mails over in a thread: with full pipes on both sides, neither process may wait for the other."""
        self._end_feeding()
        self._feeder = threading.Thread(target=self._write, args=(raws,), name="mail reader's feeder", daemon=True)
        self._feeder.start()

    def receive(self, seconds: float) -> bytes:
        """The next answer; raises _NoAnswer when it does not come in time or the child is gone."""
        deadline = time.monotonic() + seconds
        while (answer := take_frame(self._buffer)) is None:
            left = deadline - time.monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise _NoAnswer(f"reading it took longer than {seconds:g} seconds")
            chunk = os.read(self._output.fileno(), _READ_AT_ONCE)
            if not chunk:
                raise _NoAnswer(f"reading it ended the reading process ({_how_it_ended(self._process.wait())})")
            self._buffer += chunk
        return answer

    def stop(self) -> None:
        """Kill the child and let go of its pipes and its feeder."""
        self._process.kill()
        self._process.wait()
        self._end_feeding()
        self._output.close()
        with suppress(BrokenPipeError):
            self._input.close()

    def _write(self, raws: Sequence[bytes]) -> None:
        # A child that died is noticed where its answers are read.
        with suppress(BrokenPipeError):
            for raw in raws:
                write_frame(self._input, raw)
            self._input.flush()

    def _end_feeding(self) -> None:
        if self._feeder is not None:
            self._feeder.join()
            self._feeder = None


def _start_child(command: Sequence[str]) -> _Child:
    child = _Child(command)
    try:
        if child.receive(_START_SECONDS) == READY:
            return child
    except _NoAnswer:
        pass
    child.stop()
    raise HubError("the mail reader does not start; run `python -m hub_email_imap.child 30 1500000000` to see why")


def _enlarge(pipe: BinaryIO) -> None:
    # Only Linux can, and there an administrator may set a lower limit; it works with any size.
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)


def _how_it_ended(code: int) -> str:
    return signal.Signals(-code).name if code < 0 and -code in set(signal.Signals) else f"exit code {code}"
