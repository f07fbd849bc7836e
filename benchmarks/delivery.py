"""How quickly replies leave through the outbox, beside a bare loop over the very same requests.

The platform is pretended, in a process of its own on loopback, as in `benchmarks.api_sync`. Between two replies the
hub commits twice: that it is about to send, and what became of it. Budgets are lifted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.api_sync import Boundless, Run, adapters, peak, report, serving
from hub.adapter import Capability
from hub.app import Channel, Hub, open_hub
from hub.clock import SystemClock
from hub.core.ports import CaseFilter
from hub.errors import HubError, Unsupported
from hub.http import api_door
from hub.plugins import load_plugins
from hub.runs.channel import Source
from hub.runs.delivery import DeliveryPorts, deliver
from hub.runs.desk import Desk
from hub.runs.sync import SyncPorts, sync

REPLIES = 1_000
TEXT = "Thank you for writing. Your parcel leaves tomorrow. 漢字 🙂"


def main() -> None:
    """Measure each platform that takes replies over HTTP, or play one part of a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("replies", nargs="?", type=int, default=REPLIES, help=f"replies on each platform ({REPLIES})")
    parser.add_argument("--only", default="", help="the key of one adapter")
    parser.add_argument("--part", choices=["fill", "deliver"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part:
        report(fill(chosen.folder) if chosen.part == "fill" else send(chosen.folder))
        return
    for key in [chosen.only] if chosen.only else taking_replies():
        measure(key, chosen.replies)


def taking_replies() -> Iterator[str]:
    """The keys of the adapters through which customers are answered."""
    known = load_plugins().adapters
    return (key for key in adapters() if Capability.REPLY in known[key].adapter.capabilities)


def measure(key: str, replies: int) -> None:
    """One platform: the outbox, and the bare loop over the requests that it made."""
    with tempfile.TemporaryDirectory() as name, serving(key, replies, Path(name)) as (_, ask):
        folder = Path(name)
        waiting = part("fill", folder).count
        ask("requests")  # those of the reading are not counted
        sent = part("deliver", folder)
        requests = ask("requests")
        floor = part("floor", folder)
    if sent.count != waiting:
        sys.exit(f"{key}: {sent.count} of {waiting} replies were delivered")
    times = sent.seconds / floor.seconds
    print(f"{key}: {sent.count:,} replies, {requests:,} requests")
    print(f"  floor: the requests alone      {sent.count / floor.seconds:8,.0f} replies/s {floor.memory:6.1f} MB")
    print(f"  through the outbox             {sent.count / sent.seconds:8,.0f} replies/s {sent.memory:6.1f} MB", end="")
    print(f"   {times:.1f} times the floor")


def part(name: str, folder: Path) -> Run:
    """Let a process of its own play this part; the floor knows nothing of casehub."""
    module = ["benchmarks.api_floor"] if name == "floor" else ["benchmarks.delivery", "--part", name]
    command = [sys.executable, "-m", *module, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stdout}{done.stderr}")
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def fill(folder: Path) -> Run:
    """Read every case, and queue an answer in each of those that are open."""
    with open_hub(folder / "hub.toml") as hub:
        [channel] = hub.channels()
        [result] = sync([source(hub, channel)], SyncPorts(hub.store, hub.clock, hub.evaluation_of))
        if result.failure is not None:
            raise HubError(result.failure.text)
        for serial, found in enumerate(hub.store.cases(CaseFilter())):
            seen = hub.store.case(found.number).last_inbound
            desk = Desk(hub.store, hub.clock, hub.evaluation_of, partial(str, f"key-{serial}"), "eva")
            desk.reply(found.number, TEXT, after=seen.ref if seen else "")
        return Run(0.0, peak(), len(hub.store.replies()))


def send(folder: Path) -> Run:
    """One delivery of the outbox, through the hub's own runs and store."""
    with open_hub(folder / "hub.toml", clock=Later()) as hub:
        [channel] = hub.channels()
        ports = DeliveryPorts(hub.store, hub.clock, hub.evaluation_of)
        began = time.perf_counter()
        [result] = deliver([source(hub, channel)], ports)
        seconds = time.perf_counter() - began
    if result.failure is not None:
        raise HubError(result.failure.text)
    return Run(seconds, peak(), len(result.delivered))


def source(hub: Hub, channel: Channel) -> Source:
    """The channel, its budgets lifted."""
    tools = replace(hub.tools(channel.name), open_api=api_door(hub.clock, Boundless()))
    return Source(channel.name, lambda: channel.open(tools), channel.rules)


class Later(SystemClock):
    """The present in a while, when nobody can take a reply back any more."""

    def now(self) -> datetime:
        """The instant in two minutes."""
        return super().now() + timedelta(minutes=2)


if __name__ == "__main__":
    try:
        main()
    except Unsupported as error:
        sys.exit(str(error))
