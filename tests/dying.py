"""Run as a program: does one reading of the shop and dies by SIGKILL at the n-th function call.

    python -m tests.dying OPTIONS.json KILL_AT

Counts every call of a function of casehub or its mail plugin, in any thread; KILL_AT 0 counts only and prints the sum.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from datetime import datetime
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import hub_email_imap.reading
from hub.store import open_store
from tests.fakes import MovableClock
from tests.shop import Shop

_OURS = tuple(os.sep + name + os.sep for name in ("hub", "hub_email_imap"))


def main(options_file: str, kill_at: int) -> int:
    """Do it, counting; answers how many calls there were."""
    plan: dict[str, Any] = json.loads(Path(options_file).read_text(encoding="utf-8"))
    hub_email_imap.reading.STEP_MAILS = 4
    clock = MovableClock(datetime.fromisoformat(plan["now"]))
    store = open_store(Path(plan["data"]), clock)
    shop = Shop(store, clock, plan["options"])
    calls = count(1)
    last = [0]

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and any(part in frame.f_code.co_filename for part in _OURS):
            last[0] = next(calls)
            if last[0] == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        shop.read()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    store.close()
    return last[0]


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))  # noqa: T201  the answer to the test that started this
