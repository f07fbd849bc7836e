"""What the promises share: writing cases, letting things go wrong, and waiting for what ends by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from hub.adapter import Adapter, Capability
from hub.core.model import Case
from hub.core.outbox import Reply
from hub.core.platform_acts import ActKind, Offer
from hub.testing.clock import SimulatedClock
from hub.testing.desk import ANSWER, Desk
from hub.testing.platform import Fault, Platform

QUESTION = "Hello, where is my parcel? It should have been here on Monday."
FOLLOW_UP = "I still wait, and nobody has written to me."

PATIENCE = 3.0
"""For how many seconds what ends by itself may take to end."""

_NEEDED = frozenset({Fault.UNREACHABLE, Fault.WRONG_CREDENTIALS, Fault.GARBLED})
_NEEDED_TO_WRITE = frozenset({Fault.LOST_ANSWER, Fault.REFUSED_REPLY})
WITH_A_TEXT = (ActKind.DECIDE, ActKind.CLOSE, ActKind.REOPEN)
"""The acts whose text is the customer's; that of the others is the platform's."""
ACTS = tuple(Capability(kind) for kind in ActKind)


def cases_on(platform: Platform, count: int) -> list[str]:
    """So many new cases, a minute apart; their refs."""
    refs = []
    for number in range(count):
        refs.append(platform.customer_writes(f"{QUESTION} ({number + 1})"))
        let_pass(platform, timedelta(minutes=1))
    return refs


def let_pass(platform: Platform, by: timedelta) -> None:
    """Let time pass on the platform and in the hub."""
    if not isinstance(platform.clock, SimulatedClock):
        raise TypeError("the contract moves time: make the platform with a hub.testing.SimulatedClock")
    platform.clock.advance(by)


def goes_wrong(platform: Platform, fault: Fault, times: int | None = 1, after: timedelta | None = None) -> bool:
    """Let a fault happen; False where it cannot on this platform, which is then asserted to refuse it."""
    if fault in platform.faults:
        platform.inject(fault, times, after)
        return True
    needed = _NEEDED | (_NEEDED_TO_WRITE if writes(platform.adapter) else frozenset())
    assert fault not in needed, f"a simulator must be able to show {fault.name}"
    try:
        platform.inject(fault, times, after)
    except ValueError:
        return False
    raise AssertionError(f"{fault.name} is not among the platform's faults, and inject takes it all the same")


def writes(adapter: type[Adapter]) -> bool:
    """Whether a program can change anything on the platform."""
    return any(capability in adapter.capabilities for capability in (Capability.REPLY, *ACTS))


def a_write(desk: Desk) -> tuple[Reply, Case, str]:
    """A write that a person has approved on a new case: a reply where the platform takes one, else an act."""
    platform = desk.platform
    if Capability.REPLY in desk.adapter.capabilities:
        let_pass(platform, timedelta(minutes=1))
        ref = platform.customer_writes(QUESTION)
        desk.read()
        return desk.reply(desk.case(ref), ANSWER), desk.case(ref), ref
    kind = next(ActKind(capability) for capability in ACTS if capability in desk.adapter.capabilities)
    return an_act(desk, kind)


def an_act(desk: Desk, kind: ActKind) -> tuple[Reply, Case, str]:
    """An act that the adapter offers on a new case, the easiest of its kind."""
    case, offers = offered(desk, kind)
    require_offer(offers, kind)
    act, text = desk.accept(min(offers, key=lambda offer: len(offer.needs)))
    return desk.reply(case, text, act), case, case.ref


def offered(desk: Desk, kind: ActKind) -> tuple[Case, list[Offer]]:
    """A new case in which such an act may be done, and all that the adapter offers of it there."""
    let_pass(desk.platform, timedelta(minutes=1))
    ref = desk.platform.case_for(kind)
    desk.read()
    case = desk.case(ref)
    return case, [offer for offer in desk.adapter.offers(case, desk.settings) if offer.kind is kind]


def require_offer(offers: Sequence[Offer], kind: ActKind) -> None:
    """Fail where a declared act is not offered."""
    assert offers, (
        f"{kind} is declared, and is not offered for the case that the simulator's `case_for` names for it: "
        "`Adapter.offers` answers by the case"
    )


def has_got(platform: Platform, ref: str, text: str) -> int:
    """How often the customer of a case has got this text."""
    return sum(plain(text) in plain(received) for received in platform.received(ref))


def plain(text: str) -> str:
    """The text with its lines ended alike and without blanks around it."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def becomes_true(condition: Callable[[], bool]) -> bool:
    """Whether it is so, soon: the other end of a socket learns a little later that it was closed."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def texts(messages: Iterable[object]) -> list[str]:
    """The texts of messages, plain."""
    return [plain(getattr(message, "text", "")) for message in messages]
