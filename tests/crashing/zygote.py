"""A process that has everything loaded and forks a child for each run, so that a death costs milliseconds.

    with Zygote() as zygote:
        ended = zygote.run(Plan(office, ("deliver",), report, wanted="before COMMIT"))

The process of the tests cannot fork: it has threads. The zygote has one, and each child dies, or freezes, by a real
signal at the place of its plan.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from tests.crashing.office import Office, warm_up
from tests.crashing.points import Points, watch

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a child does: the steps of an office, one after the other, until the wanted place ("": to the end)."""

    office: Office
    steps: tuple[str, ...]
    report: Path
    wanted: str = ""
    seed: int = 0
    freeze: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, or that it is frozen: at which place, what it passed and did, and what broke."""

    status: int
    at: str = ""
    passed: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    broke: str = ""

    @property
    def killed(self) -> bool:
        """Whether it died as planned."""
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL

    @property
    def frozen(self) -> bool:
        """Whether it waits to be woken."""
        return os.WIFSTOPPED(self.status)


class Zygote:
    """The program below, from outside; a context manager that lets no child outlive it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._running: dict[int, Plan] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashing.zygote"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        assert process is not None
        for pid in list(self._running):
            self.kill(pid)
            self.wait(pid)
        process.communicate()

    def run(self, plan: Plan) -> Ended:
        """Let a child work until its end."""
        return self.wait(self.start(plan))

    def start(self, plan: Plan) -> int:
        """Let a child begin to work; its number."""
        plan.report.unlink(missing_ok=True)
        pid = int(self._ask(plan))
        self._running[pid] = plan
        return pid

    def wait(self, pid: int) -> Ended:
        """Wait until it has ended or is frozen."""
        status = int(self._ask(pid))
        report = self._running[pid].report
        told = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
        ended = Ended(status, **{name: value for one in told for name, value in one.items()})
        if not ended.frozen:
            del self._running[pid]
        return ended

    def wake(self, pid: int) -> Ended:
        """Let a frozen one go on, and wait until it has ended."""
        os.kill(pid, signal.SIGCONT)
        return self.wait(pid)

    def kill(self, pid: int) -> None:
        """Kill one that works or is frozen; it is still to be waited for."""
        os.kill(pid, signal.SIGKILL)

    def _ask(self, question: Plan | int) -> Any:
        process = self._process
        assert process is not None
        asked, told = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        pickle.dump(question, asked)
        asked.flush()
        return pickle.load(told)


def main() -> None:
    """Fork a child for each plan, and wait for each number, until nobody asks any more."""
    warm_up()
    gc.freeze()  # what is loaded by now is shared with every child
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            question: Plan | int = pickle.load(asked)
        except EOFError:
            return
        pickle.dump(_status(question) if isinstance(question, int) else _fork(question), told)
        told.flush()


def _status(pid: int) -> int:
    return os.waitpid(pid, os.WUNTRACED)[1]


def _fork(plan: Plan) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = _work(plan)
    finally:
        os._exit(code)


def _work(plan: Plan) -> int:
    """What a child does; its exit code."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    report = os.open(plan.report, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def tell(**what: object) -> None:
        os.write(report, f"{json.dumps(what)}\n".encode())

    def end(name: str) -> None:
        tell(at=name)
        os.kill(os.getpid(), signal.SIGSTOP if plan.freeze else signal.SIGKILL)

    points = Points(plan.wanted, end, plan.seed)
    watch(points)
    try:
        done = plan.office.run(plan.steps)
    except BaseException:  # noqa: BLE001  whatever it was, the test shows it
        tell(broke=traceback.format_exc())
        return 1
    tell(passed=points.names, done=done)
    return 0


if __name__ == "__main__":
    main()
