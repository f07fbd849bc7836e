"""What platforms push: news that they send by themselves to an address of ours, signed, so that nobody need ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What came to the address: the headers, their names in small letters, and the body byte for byte as it came."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Push:
    """What a push is about once its signature was found good: replies to be asked about, by the platform's own refs.

    It is never more than a hint to look: what became of a reply is read from the platform itself. So an old push that
    somebody sends once more does no harm.
    """

    what: str
    receipts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """That a platform pushes to an address, and whether it does so at present."""

    id: str
    url: str
    is_on: bool = True


class Pushes(ABC):
    """How a platform pushes to one account; a context manager that closes what it opened.

    Nothing is opened before something is asked of the platform, and `read` asks nothing.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027  what opened nothing has nothing to close
        """Let go of everything that was opened."""

    @abstractmethod
    def keys(self) -> str:
        """The keys by which the platform signs, read from it, as a text to keep.

        Raises AuthenticationFailed, Unavailable, RateLimited, Misunderstood.
        """

    @abstractmethod
    def read(self, request: PushRequest, keys: str) -> Push:
        """What a push is about; `keys` is what `keys` answered last, empty where it was never asked.

        Raises Refused unless it is surely the platform's, UnknownKey where it names a key that is not among these, and
        Misunderstood where it is the platform's and nobody knows what it means.
        """

    @abstractmethod
    def subscriptions(self) -> Sequence[PushSubscription]:
        """To which addresses the platform pushes."""

    @abstractmethod
    def subscribe(self, url: str) -> None:
        """Let the platform push to an address; one to which it does already changes nothing."""

    @abstractmethod
    def unsubscribe(self, name: str) -> None:
        """End the subscription with this id."""
