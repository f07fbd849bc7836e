"""How long `casehub --help` takes, beside what any click program needs; the aim is less than twice as long."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

AIM = 2.0


def main() -> None:
    """Run both in turn and print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="how often each is started (20)")
    runs = parser.parse_args().runs
    casehub, floor = measure(
        [str(Path(sys.executable).with_name("casehub")), "--help"], [sys.executable, "-c", "import click"], runs
    )
    verdict = "within the aim" if casehub < AIM * floor else "TOO SLOW"
    print(f"start-up, medians of {runs} runs")
    print(f"  python -c 'import click'  {floor * 1000:7.1f} ms")
    print(f"  casehub --help            {casehub * 1000:7.1f} ms")
    print(f"  ratio                     {casehub / floor:7.2f}     aim < {AIM:.0f}: {verdict}")


def measure(one: Sequence[str], other: Sequence[str], runs: int) -> tuple[float, float]:
    """The median seconds of two commands, run in turn so that a busy machine slows both."""
    for command in (one, other):
        seconds(command)  # once for the disk's and the interpreter's caches
    pairs = [(seconds(one), seconds(other)) for _ in range(runs)]
    return median(first for first, _ in pairs), median(second for _, second in pairs)


def seconds(command: Sequence[str]) -> float:
    """How long a command takes."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
