"""What the author of a notifier implements: a Notifier that tells people of steps that are due."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from hub.core.escalation import Step
from hub.core.model import require_aware
from hub.core.policy import Audience
from hub.core.ports import Clock

if TYPE_CHECKING:
    from pydantic import BaseModel
    from structlog.typing import FilteringBoundLogger

    from hub.http import HttpClient

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Notification:
    """What one audience is told in one go: `total` steps, of which `steps` may be the first ones only.

    The id stays the same when telling of the same steps is tried again, so that whoever is told can know a repetition;
    it fits into headers: at most 64 letters, digits, _ and -. `title` is one line and `text` plain text for people.
    """

    id: str
    audience: Audience
    title: str
    text: str
    steps: tuple[Step, ...]
    total: int
    at: datetime

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"the id of a notification is 1 to 64 letters, digits, _ and -, not {self.id!r}")
        if self.total < len(self.steps):
            raise ValueError(f"a notification of {self.total} steps cannot hold {len(self.steps)}")
        require_aware(self.at)


@dataclass(frozen=True)
class NotifierTools:
    """What the hub lends a notifier: the name it has in hub.toml, a clock, a log, the terminal, and a way to the web.

    `echo` shows a text to whoever looks at the run.
    """

    name: str
    clock: Clock
    log: FilteringBoundLogger
    echo: Callable[[str], None]
    http: HttpClient


class Notifier(ABC):
    """Tells people of steps by one means; `leaves_the_house` if what is told cannot be taken back."""

    key: ClassVar[str]
    title: ClassVar[str]
    leaves_the_house: ClassVar[bool]
    Settings: ClassVar[type[BaseModel]]

    @abstractmethod
    def notify(self, settings: Any, notification: Notification, tools: NotifierTools) -> None:
        """Tell it once, with these settings (of this notifier's Settings); to return is to have told.

        Raises Unavailable or RateLimited (surely not told: tried again), Rejected (never again), Uncertain (perhaps
        told: not repeated), AuthenticationFailed and ConfigurationError (surely not told: a person is needed).
        """
