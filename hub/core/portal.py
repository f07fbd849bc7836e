"""What was decided on a platform, and what only a person can do there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.core.instants import comparable

STATED = "stated"
"""The label of a message of which only a person says that it was written, on the platform itself."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that the platform took from us, in its own word; `stated` means that only a person says so.

    `rejects` says that the customer got nothing by it.
    """

    key: str
    at: datetime
    word: str
    what: str = ""
    item: str = ""
    who: str = ""
    stated: bool = False
    rejects: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", comparable(self.at))


@dataclass(frozen=True, slots=True)
class PortalTask:
    """What a person does in the seller account of a platform because no program can.

    `kind` is the name of the capability that is missing, `what` says what is wanted and `step` how it is done there.
    `text` is what shall be written there, and `word` the platform's own word for a decision.
    """

    key: str
    kind: str
    what: str
    step: str
    given_at: datetime
    url: str = ""
    who: str = ""
    text: str = ""
    word: str = ""
    then_close: bool = False
    done_at: datetime | None = None
    done_by: str = ""
    comment: str = ""
    dropped: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "given_at", comparable(self.given_at))
        if self.done_at is not None:
            object.__setattr__(self, "done_at", comparable(self.done_at))

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.done_at is None
