"""What proves an adapter: pretended platforms, the contract that every adapter keeps, and a small hub to try it with.

AdapterContract    what every adapter promises, as tests: subclass it with a fixture `platform`
PROMISES           the promises by number
Simulator          a pretended platform that speaks HTTP: subclass it, and answer requests
Platform           a pretended platform of any other language
Fault              what can go wrong on one
Desk               a small hub at work on a pretended platform: reads, answers, reads back
Inbox              what that hub keeps: its cases and messages
SimulatedClock     a clock that stands until a test moves it
RunningClock       a clock that goes on by itself, and can be moved as well
tools_for, Lent    what a connection is lent on a pretended platform, and what became of it
no_network         keeps a block of code off the real network; NetworkGuard remembers who tried

A name is looked up when it is first asked for: a simulator in the demo needs no pytest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.testing.clock import RunningClock, SimulatedClock
    from hub.testing.contract import PROMISES, AdapterContract
    from hub.testing.desk import Desk
    from hub.testing.guard import NetworkGuard, no_network
    from hub.testing.inbox import Inbox
    from hub.testing.platform import Fault, Platform
    from hub.testing.simulator import Simulator
    from hub.testing.tools import Lent, tools_for

__all__ = [
    "PROMISES",
    "AdapterContract",
    "Desk",
    "Fault",
    "Inbox",
    "Lent",
    "NetworkGuard",
    "Platform",
    "RunningClock",
    "SimulatedClock",
    "Simulator",
    "no_network",
    "tools_for",
]

_ROOMS = {
    "PROMISES": "contract",
    "AdapterContract": "contract",
    "Desk": "desk",
    "Fault": "platform",
    "Inbox": "inbox",
    "Lent": "tools",
    "NetworkGuard": "guard",
    "Platform": "platform",
    "RunningClock": "clock",
    "SimulatedClock": "clock",
    "Simulator": "simulator",
    "no_network": "guard",
    "tools_for": "tools",
}

if not TYPE_CHECKING:  # a checker that saw this would let every misspelt name pass

    def __getattr__(name: str) -> object:
        if name in _ROOMS:
            return vars(import_module(f"hub.testing.{_ROOMS[name]}"))[name]
        raise AttributeError(f"module 'hub.testing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
