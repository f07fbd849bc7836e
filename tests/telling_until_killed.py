"""Run as a program: tells the endpoints of a store, round after round, until somebody kills it.

python -m tests.telling_until_killed FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.webhook_world import World

if __name__ == "__main__":
    world = World(Path(sys.argv[1]))
    while True:
        world.round()
