"""A pretended platform as the contract kit, `casehub simulate` and the demo use it, whatever language it speaks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hub.adapter import Adapter
from hub.core.platform_acts import ActKind
from hub.core.ports import Clock
from hub.errors import Unsupported

if TYPE_CHECKING:
    from hub.http.exchange import Request, Response


class Fault(StrEnum):
    """What can go wrong on a platform or on the way to it."""

    UNREACHABLE = "unreachable"  # no connection: surely nothing was taken
    WRONG_CREDENTIALS = "wrong_credentials"  # from now on the credentials are refused
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  the token in use is refused, a new one is given and works
    SUSPENDED = "suspended"  # the account may not do anything any more
    RATE_LIMITED = "rate_limited"  # wait, says the platform
    TROUBLE = "trouble"  # a server error, the request not taken
    LOST_ANSWER = "lost_answer"  # the request is taken, and the answer never comes
    LOST_REQUEST = "lost_request"  # the request is sent, never taken, and no answer comes
    EMPTY = "empty"  # the platform lists nothing any more, though it has cases
    GARBLED = "garbled"  # answers of a shape that nobody knows
    TRUNCATED = "truncated"  # an answer that ends in its middle
    REFUSED_REPLY = "refused_reply"  # a reply is refused for good, with a reason
    FAILED_LATER = "failed_later"  # a write is accepted, and fails when it is worked on


class Platform(ABC):
    """A platform pretended on this computer; a context manager that serves it on loopback while its block lasts.

    Without the block it is reached in this very process, by the tools that the kit makes for it. It has a clock, and
    when time has passed the platform acts by itself, as the real one does.
    """

    adapter: ClassVar[type[Adapter]]
    channel: ClassVar[str]
    refusal: ClassVar[str] = "The text is not allowed"
    """The platform's words in REFUSED_REPLY."""

    unknown_order: ClassVar[str] = "NOBODY-HAS-IT"
    """A number such as its orders have, and none of them has."""
    sample_reply: ClassVar[str] = "Thank you for writing. We are looking into it and tell you more tomorrow by noon."
    """What the seller answers in the demo, in the language of the platform's customers."""

    page_size: int = 20
    """How many cases a page of its listing has, or a batch of the adapter where it lists without pages."""
    renews_sign_in: ClassVar[bool] = False
    """Whether it gives tokens that expire, so that EXPIRED_TOKEN is met with a new one."""
    asks_again: ClassVar[bool] = True
    """Whether its adapter overcomes by itself what fails in passing while it reads; else the next run does."""
    works_for: ClassVar[timedelta | None] = None
    """How long it works on a write that it has accepted; None where its answer to a write is its last word."""
    follow_ups: ClassVar[bool] = True
    """Whether a customer can write again in a case; where not, `customer_writes` to a case is Unsupported."""
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)
    """What can go wrong on it; any other fault is refused by `inject` with a ValueError."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def __enter__(self) -> Self:
        self.serve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def serve(self, port: int = 0) -> str:
        """Begin to serve on loopback (port 0: any that is free); the base address."""

    @abstractmethod
    def stop(self) -> None:
        """Stop serving."""

    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """The channel's settings that reach this platform as it is now, in the process or on loopback; no secrets."""

    @abstractmethod
    def secrets(self) -> Mapping[str, str]:
        """The channel's secret settings, by name."""

    @abstractmethod
    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """A customer writes now: a new case, or to the one with this ref; the case's ref, as the adapter tells it."""

    @abstractmethod
    def seller_writes(self, case: str, text: str) -> None:
        """Somebody answers the customer on the platform itself, past the hub."""

    @abstractmethod
    def stranger_writes(self, case: str, text: str) -> None:
        """A message comes into a case in a role that no adapter can know."""

    @abstractmethod
    def received(self, case: str = "") -> Sequence[str]:
        """The texts that customers have got from the seller, oldest first, of one case where it is named."""

    @abstractmethod
    def inject(self, fault: Fault, times: int | None = 1, after: timedelta | None = None) -> None:
        """Let this go wrong for the next `times` requests (None: from now on); `after`: the wait that is asked for."""

    @abstractmethod
    def mend(self) -> None:
        """Let nothing go wrong any more."""

    @property
    @abstractmethod
    def connections(self) -> int:
        """How many connections to it are open now."""

    @property
    @abstractmethod
    def writes(self) -> int:
        """How many writes (replies and acts) it has taken so far, a lost answer or not."""

    def case_for(self, kind: ActKind) -> str:
        """The ref of a new case in which this act may be done now; override it where not every case will do."""
        del kind
        return self.customer_writes("Hello, where is my order?")

    def late_order(self, days: int) -> str:
        """A new order that was not sent and is so many days past its date (negative: has so many left); its number."""
        del days
        raise Unsupported(f"the simulator of {self.adapter.title} has no orders that could be late")

    def strange_state(self, case: str) -> bool:
        """Bring an open case into a state that no adapter can know; False where the simulator has none to show."""
        del case
        return False

    def seed(self, exchanges: Iterable[tuple[Request, Response]]) -> None:
        """Answer reads as they were answered in a recording, and others as always."""
        del exchanges
        raise Unsupported(f"the simulator of {self.adapter.title} cannot be seeded from a recording")

    @property
    @abstractmethod
    def state(self) -> object:
        """All that a request may change, as a value that can be compared: equal means that nothing was changed."""

    @abstractmethod
    def tick(self) -> None:
        """Do what the platform does by itself up to the clock's present instant; also done before each request."""

    def folder(self) -> Path:
        """The folder that a channel on it is lent; override it where its adapter keeps things of its own."""
        raise Unsupported(f"the simulator of {self.adapter.title} lends no folder")

    def now(self) -> datetime:
        """The platform's own present instant."""
        return self.clock.now()
