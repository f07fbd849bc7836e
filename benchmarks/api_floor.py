"""The floor of `benchmarks.api_sync`: the same requests in the same order over one connection, thrown away."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import httpx

_OF_THE_CONNECTION = frozenset({"host", "content-length"})


def main() -> None:
    """Make the requests of `requests.json` in a folder, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where requests.json is")
    requests = json.loads((parser.parse_args().folder / "requests.json").read_text())
    began = time.perf_counter()
    with httpx.Client(timeout=60) as client:
        for asked in requests:
            headers = {name: value for name, value in asked["headers"].items() if name not in _OF_THE_CONNECTION}
            client.request(asked["method"], asked["url"], headers=headers, content=asked["body"].encode("latin-1"))
    seconds = time.perf_counter() - began
    memory = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"seconds": seconds, "memory": memory, "count": len(requests)}))


if __name__ == "__main__":
    main()
