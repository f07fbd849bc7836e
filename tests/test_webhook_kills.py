"""A process that tells other programs is killed again and again, as a machine does it: nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.receiver import Receiver
from tests.webhook_world import World, ids

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("kill_at", [1, 7, 20])
def test_a_process_that_is_killed_while_it_sends_loses_nothing_and_repeats_one_at_most(
    tmp_path: Path, kill_at: int
) -> None:
    world = World(tmp_path / "data")
    with Receiver() as receiver:
        world.endpoint(receiver)
        world.opens(15)
        killed = kill_one(world, receiver, kill_at)
        before = len(receiver.got)
        world.round()

        assert killed == -signal.SIGKILL
        assert before < 30
        assert (set(world.states()), len(world.states()), len(set(ids(receiver)))) == ({"delivered"}, 30, 30)
        assert len(ids(receiver)) <= 31
        assert len({(got.headers["webhook-id"], got.body) for got in receiver.got}) == 30
    world.store.close()


def kill_one(world: World, receiver: Receiver, after: int) -> int:
    """Let a process tell, and kill it while it waits for the answer to its n-th message; how it ended."""
    with subprocess.Popen([sys.executable, "-m", "tests.telling_until_killed", str(world.folder)], cwd=ROOT) as process:

        def kill(handler: object) -> None:
            del handler
            os.kill(process.pid, signal.SIGKILL)

        receiver.answers = [*[204] * (after - 1), kill, 204]
        try:
            return process.wait(timeout=60)
        finally:
            process.kill()
