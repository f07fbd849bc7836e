"""What every server of the tests needs: free ports, patience, a process that takes its children with it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds a server may take on a busy machine before a test is told that it does not come up
# Servers and their parts stand outside a user's path.
_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/lib/dovecot", "/usr/libexec/dovecot"])
_TEMPLATES = Path(__file__).parent


def missing_programs(names: Sequence[str]) -> list[str]:
    """The programs among these that this machine does not have."""
    return [name for name in names if shutil.which(name, path=_PATH) is None]


def free_ports(number: int) -> list[int]:
    """Ports nobody listens on, below the range the system gives to outgoing connections, so that they stay free."""
    with ExitStack() as held:
        return [_free_port(held) for _ in range(number)]


def _free_port(held: ExitStack) -> int:
    for port in (random.randrange(20000, 32000) for _ in range(1000)):
        listener = held.enter_context(socket.socket())
        with suppress(OSError):
            listener.bind((HOST, port))
            return port
    raise RuntimeError("no free port was found between 20000 and 32000")


def wait_until(ready: Callable[[], bool], what: str) -> None:
    """Look again every 20 ms until it is so; what does not come in time is an error that names it."""
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {PATIENCE:.0f} seconds")
        time.sleep(0.02)


def run(*command: str) -> str:
    """What a command prints; a failing one is an error with its own words."""
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": _PATH}


def _greets(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=PATIENCE) as client:
        return bool(client.recv(1))
    return False


def fill(template: str, values: Mapping[str, object]) -> str:
    """A configuration file of this folder with its $names replaced."""
    return Template((_TEMPLATES / template).read_text()).substitute(values)


class Throwaway:
    """A server with a folder of its own, both gone when the block ends; `_prepare` writes what the server needs."""

    folder: Path
    _daemon: Daemon

    def __enter__(self) -> Self:
        try:
            self._prepare()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start it, on the same ports as before; nothing happens when it runs."""
        self._daemon.start()

    def stop(self) -> None:
        """Stop it; mailboxes and queues stay for the next start."""
        self._daemon.stop()

    def close(self) -> None:
        """Stop it and remove every trace."""
        self.stop()
        shutil.rmtree(self.folder)

    def _prepare(self) -> None:
        raise NotImplementedError


class Daemon:
    """A server in the foreground, in a process group of its own; ready when its ports greet."""

    def __init__(self, command: Sequence[str], folder: Path, ports: Sequence[int]) -> None:
        self._command, self._folder, self._ports = command, folder, ports
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server unless it runs, and wait until it answers."""
        if self._process is None:
            with (self._folder / "start.log").open("ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            for port in self._ports:
                wait_until(partial(self._answers, port), f"an answer on port {port}")

    def stop(self) -> None:
        """Stop the server with everything it started."""
        if self._process is not None:
            process, self._process = self._process, None
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _answers(self, port: int) -> bool:
        if self._process is not None and self._process.poll() is not None:
            self.stop()
            raise RuntimeError(f"{' '.join(self._command)} ended:\n{self._last_words()}")
        return _greets(port)

    def _last_words(self) -> str:
        return "".join(log.read_text(errors="replace")[-2000:] for log in sorted(self._folder.glob("*.log")))
