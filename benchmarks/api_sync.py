"""How quickly, and in how much memory, each marketplace's plugin reads many cases, beside a bare loop over its pages.

The platform is pretended, in a process of its own on loopback. The loop fetches exactly what the first reading asked
for, over one connection and without looking at it. Budgets are lifted: they would say how long a platform lets us wait.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.adapter import Capability
from hub.app import open_hub
from hub.clock import SystemClock
from hub.errors import HubError, Unsupported
from hub.http import api_door
from hub.http.exchange import Request
from hub.plugins import load_plugins
from hub.runs.channel import Source
from hub.runs.sync import SyncPorts
from hub.runs.sync import sync as read_channels
from hub.testing import Simulator

CASES = 10_000
HUB_TOML = """\
[office]
timezone = "Europe/Stockholm"
known_from = 2025-01-01
known_until = 2028-12-31

[channels.shop]
adapter = {adapter}
{settings}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took: seconds of its own work, its peak memory in MB, and what it counted."""

    seconds: float
    memory: float
    count: int


def main() -> None:
    """Measure each adapter that has a simulator which speaks HTTP, or play one part of a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="?", type=int, default=CASES, help=f"cases on each platform ({CASES})")
    parser.add_argument("--only", default="", help="the key of one adapter")
    parser.add_argument("--part", choices=["serve", "sync"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part == "serve":
        serve(chosen.only, chosen.cases, chosen.folder)
    elif chosen.part:
        report(sync(chosen.folder))
    else:
        for key in [chosen.only] if chosen.only else adapters():
            measure(key, chosen.cases)


def adapters() -> Iterator[str]:
    """The keys of the adapters whose pretended platform speaks HTTP."""
    for key, info in load_plugins().adapters.items():
        if isinstance(info.adapter.pretend(SystemClock()), Simulator):
            yield key


def measure(key: str, cases: int) -> None:
    """One platform: the first reading, the bare loop over the same pages, and a reading that finds nothing new."""
    with tempfile.TemporaryDirectory() as name, serving(key, cases, Path(name)) as (messages, ask):
        folder = Path(name)
        first = part("sync", folder)
        requests = ask("requests")
        floor = part("floor", folder)
        ask("requests")  # the loop's own are not counted
        again = part("sync", folder)
        fewer = ask("requests")
    if first.count < messages or again.count:  # a few more were there before
        sys.exit(f"{key}: {first.count} and then {again.count} new messages were read of {messages}")
    print(f"{key}: {cases:,} cases, {first.count:,} messages, {requests:,} requests")
    print(f"  floor: fetched, thrown away    {cases / floor.seconds:8,.0f} cases/s   {floor.memory:6.1f} MB")
    times = first.seconds / floor.seconds
    print(f"  first sync                     {cases / first.seconds:8,.0f} cases/s   {first.memory:6.1f} MB", end="")
    print(f"   {times:.1f} times the floor")
    print(f"  second sync, nothing new       {again.seconds:8.2f} s         {again.memory:6.1f} MB", end="")
    print(f"   {fewer:,} requests")


def part(name: str, folder: Path) -> Run:
    """Let a process of its own play this part; the floor knows nothing of casehub."""
    module = ["benchmarks.api_floor"] if name == "floor" else ["benchmarks.api_sync", "--part", name]
    command = [sys.executable, "-m", *module, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stdout}{done.stderr}")
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def report(run: Run) -> None:
    """Tell the measuring process."""
    print(json.dumps({"seconds": run.seconds, "memory": run.memory, "count": run.count}))


# The parts


@contextmanager
def serving(key: str, cases: int, folder: Path) -> Iterator[tuple[int, Any]]:
    """A pretended platform with so many cases, in a process of its own: its messages, and a way to ask it."""
    command = [sys.executable, "-m", "benchmarks.api_sync", str(cases), "--only", key]
    process = subprocess.Popen(
        [*command, "--part", "serve", "--folder", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    asked, told = process.stdin, process.stdout

    def ask(what: str) -> int:
        asked.write(f"{what}\n")
        asked.flush()
        return int(told.readline())

    try:
        yield int(told.readline()), ask
    finally:
        process.communicate("")


def serve(key: str, cases: int, folder: Path) -> None:
    """Fill a platform, write the settings that reach it, and tell what was asked of it until nobody listens."""
    platform = load_plugins().adapters[key].adapter.pretend(BenchmarkClock(cases))
    if not isinstance(platform, Simulator):
        sys.exit(f"{key} brings no simulator that speaks HTTP")
    messages = fill(platform, cases)
    with platform:
        write_settings(key, platform, folder)
        platform.requests.clear()
        print(messages, flush=True)
        for _ in sys.stdin:
            exchanges = [asking for asking in platform.requests if not platform.is_sign_in(asking)]
            (folder / "requests.json").write_text(json.dumps([plain(asking) for asking in exchanges]))
            platform.requests.clear()
            print(len(exchanges), flush=True)


class BenchmarkClock:
    """The present, after some hours in which the cases came: no two at one instant, none so old that anybody acts."""

    def __init__(self, cases: int) -> None:
        self._before: timedelta | None = timedelta(hours=20)
        self._step = timedelta(hours=19) / (4 * cases)

    def now(self) -> datetime:
        """The present instant, or one before it while the platform is filled."""
        return SystemClock().now() - (self._before or timedelta())

    def step(self) -> None:
        """Let a little time pass between two messages, but not each time that somebody asks how late it is."""
        if self._before is not None:
            self._before -= self._step

    def let_go(self) -> None:
        """Tell the present time from now on."""
        self._before = None


def fill(platform: Simulator, cases: int) -> int:
    """Cases with a question, an answer and another question, as far as the platform knows these; so many messages."""
    clock = platform.clock
    assert isinstance(clock, BenchmarkClock)
    messages = 0
    for number in range(cases):
        clock.step()
        ref = platform.customer_writes(f"Where is my parcel {number}? 漢字 🙂 " + "It should have come. " * 20)
        messages += 1
        if platform.follow_ups:
            clock.step()
            platform.seller_writes(ref, "We are asking the carrier and will tell you tomorrow.")
            clock.step()
            platform.customer_writes("It has not come yet.", case=ref)
            messages += 2
    clock.let_go()
    return messages


def write_settings(key: str, platform: Simulator, folder: Path) -> None:
    """A hub.toml whose one channel is this platform."""
    for name, secret in platform.secrets().items():
        (folder / name).touch(0o600)
        (folder / name).write_text(secret)
    settings = {**platform.settings(), **{name: f"file:{folder / name}" for name in platform.secrets()}}
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
    (folder / "hub.toml").write_text(HUB_TOML.format(adapter=json.dumps(key), settings=lines))


def plain(asking: Request) -> dict[str, Any]:
    """A request as JSON knows it."""
    return {
        "method": asking.method,
        "url": asking.url,
        "headers": dict(asking.headers),
        "body": asking.body.decode("latin-1"),
    }


def sync(folder: Path) -> Run:
    """One reading through the hub's own runs and store, with budgets lifted."""
    with open_hub(folder / "hub.toml") as hub:
        [channel] = hub.channels()
        assert Capability.FETCH in channel.adapter.capabilities
        tools = replace(hub.tools(channel.name), open_api=api_door(hub.clock, Boundless()))
        ports = SyncPorts(hub.store, hub.clock, hub.evaluation_of, stop=threading.Event())
        began = time.perf_counter()
        [result] = read_channels([Source(channel.name, lambda: channel.open(tools), channel.rules)], ports)
        seconds = time.perf_counter() - began
    if result.failure is not None:
        raise HubError(result.failure.text)
    return Run(seconds, peak(), result.new_messages)


class Boundless:
    """A ledger that grants everything."""

    def take(self, account: str, budget: str, requests: int, per: timedelta) -> int | datetime:
        """Grant it."""
        del account, budget, requests, per
        return 0

    def correct(self, account: str, budget: str, serial: int, left: int, whole_at: datetime) -> None:
        """Believe nothing."""


def peak() -> float:
    """The most memory that this process has had, in MB; its parent's is not counted in, as ru_maxrss would."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    try:
        main()
    except Unsupported as error:
        sys.exit(str(error))
