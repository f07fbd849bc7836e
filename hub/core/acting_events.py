"""What can happen to a case by acts on its platform, and by what a person does there."""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.platform_acts import Act


@dataclass(frozen=True, slots=True)
class Acted:
    """The platform did what a person had approved under `key`, or a person says that it was done there (`stated`).

    A case is closed by it unless a customer's message waits that this person had not seen. What was written to the
    customer, or noted for the platform's staff, is told beside it.
    """

    key: str
    act: Act
    who: str = ""
    reason: str = ""
    stated: bool = False


@dataclass(frozen=True, slots=True)
class PortalTaskGiven:
    """A person wants something done on the platform that only a person can do there; see PortalTask."""

    key: str
    kind: str
    what: str
    step: str
    url: str = ""
    who: str = ""
    text: str = ""
    word: str = ""
    then_close: bool = False


@dataclass(frozen=True, slots=True)
class PortalTaskDone:
    """A person says that a portal task is done, or (`dropped`) that nobody needs to do it any more."""

    key: str
    who: str = ""
    comment: str = ""
    dropped: bool = False
