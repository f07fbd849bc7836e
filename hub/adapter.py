"""What the author of a plugin implements: an Adapter that describes a platform, a Connection that speaks with it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hub.core.incoming import Batch, Checkpoint, Incoming, OpenCase
from hub.core.late_orders import LateOrder
from hub.core.mail import Mail, MailReading
from hub.core.model import Case, Message, Order, Party
from hub.core.outbox import Receipt, Reply
from hub.core.platform_acts import ActKind, Offer, Wanted
from hub.core.ports import Clock
from hub.core.pushes import Pushes
from hub.core.text_rules import TextRules
from hub.errors import AuthenticationFailed, ConfigurationError, HubError, Unavailable, Unsupported

if TYPE_CHECKING:
    from pydantic import BaseModel
    from structlog.typing import FilteringBoundLogger

    from hub.front import FrontDesk, Site
    from hub.http import ApiDoor
    from hub.pretended import PretendedPlatform


class Capability(StrEnum):
    """What a platform lets a program do; what is not declared answers Unsupported."""

    FETCH = "fetch"
    REPLY = "reply"
    READ_BACK = "read_back"
    REREAD = "reread"
    ACKNOWLEDGE = "acknowledge"  # `deliver` sends an automatic reply as one, in a way that no other program answers
    ATTACH = "attach"  # `deliver` sends a reply's attachments along
    LOOK_UP_ORDER = "look_up_order"
    LIST_LATE_ORDERS = "list_late_orders"
    # What `perform` does; each is the name of an ActKind.
    DECIDE = "decide"
    HAND_OVER = "hand_over"
    CLOSE = "close"
    REOPEN = "reopen"
    NOTE = "note"
    MARK_READ = "mark_read"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a check found of one thing a channel needs; `advice` says in one sentence what to do when it failed."""

    what: str
    ok: bool
    detail: str = ""
    advice: str = ""

    @classmethod
    def of(cls, what: str, act: Callable[[], str | None], refused: str = "refused") -> Proof:
        """What came of an act that answers with the detail to show; `refused` tells of credentials that are not taken.

        Of the hub's errors none escapes: a wrong password, no answer, a wrong setting and odd words are told apart.
        """
        try:
            return cls(what, ok=True, detail=act() or "")
        except AuthenticationFailed as error:
            return cls(what, ok=False, detail=refused, advice=str(error))
        except Unavailable as error:
            return cls(what, ok=False, detail="cannot be used now", advice=str(error))
        except ConfigurationError as error:
            return cls(what, ok=False, detail="is not set rightly", advice=str(error))
        except HubError as error:
            return cls(what, ok=False, detail="answers in a way that is not expected", advice=str(error))


def _nobody_reads(mail: Mail) -> MailReading | None:  # noqa: ARG001  the shape of a hook that nobody implements
    return None


def _nobody_listens() -> None:
    """Nothing is noted, as where nothing is sent."""


def _no_web(api: object) -> Any:
    raise NotImplementedError("these tools open no way to the web")


def _no_folder() -> Path:
    raise NotImplementedError("these tools lend no folder")


@dataclass(frozen=True)
class Tools:
    """What the hub lends a connection, so that it creates no clock, key, logger, HTTP client or storage of its own.

    `keep` stores bytes beside the database and returns their digest; `content` gives them back. `sign` answers a keyed
    signature of a text, different for every channel, in small letters and digits. `open_api` gives a client for an API
    that the adapter declares. `read_mail` asks the plugins of all platforms whether a mail is one of theirs.
    `about_to_send` is called right before the first byte leaves by which a platform may take a reply; a client of
    `open_api` does so itself. It may raise, and then nothing may be sent. `folder` answers the channel's own folder
    beside the database, which is there, for what an adapter keeps itself because no platform does; files in it are
    replaced and never changed in place, since backups share them.
    """

    channel: str
    clock: Clock
    log: FilteringBoundLogger
    keep: Callable[[bytes], str]
    content: Callable[[str], bytes]
    sign: Callable[[str], str]
    open_api: ApiDoor = _no_web
    read_mail: Callable[[Mail], MailReading | None] = _nobody_reads
    about_to_send: Callable[[], None] = _nobody_listens
    folder: Callable[[], Path] = _no_folder


class Connection(ABC):
    """An opened adapter for one run; a context manager that closes what it opened."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027  a connection that opened nothing has nothing to close
        """Let go of everything that was opened; called once, also after an error."""

    @abstractmethod
    def check(self) -> Iterator[Proof]:
        """Prove, without changing anything, each thing this channel needs, telling a wrong password from no answer."""

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """Yield what is new since the checkpoint (None: the first time), batch by batch.

        The hub stores a batch and its checkpoint before it asks for the next: being resumed is the acknowledgement,
        and nothing may be changed on the platform before it. Reading a thing twice is harmless, missing one is not.

        Raises AuthenticationFailed, Unavailable, RateLimited, Misunderstood.
        """
        raise Unsupported("this platform cannot be read by a program")

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Send a reply to the customer, once.

        Raises Rejected (never send it again), Unavailable (surely not accepted), Uncertain (may have been accepted),
        Unsupported, AuthenticationFailed.
        """
        raise Unsupported("this platform takes no replies from a program")

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Read the platform back after an uncertain send: its receipt, or None if the reply is surely not there.

        Also asked for a reply that was taken with a receipt that is not final, after it had some time; a receipt that
        still is not final is asked for again, a few times, and until its `until` where it has one.
        Raises Rejected when what was taken has failed in the end, Uncertain where the platform cannot tell, and
        Unavailable where it cannot be asked now.
        """
        raise Unsupported("this platform cannot be read back")

    def perform(self, reply: Reply, case: Case) -> Receipt:
        """Do what `reply.act` says, once, together with the reply's text where it has one.

        Raises what `deliver` raises; `find` tells after an uncertain one whether it was done.
        """
        raise Unsupported("this platform lets no program do that")

    def finish(self, reply: Reply, case: Case, what: str) -> None:  # noqa: B027  most receipts leave nothing
        """Do the side work that the receipt of a delivered reply named as left; nothing else, and never send again.

        Doing it twice must be harmless. Raises what reading raises; it is tried again some times, and then given up.
        """

    def look_up_order(self, number: str) -> Order | None:
        """The order with this number as the platform knows it, or None if this account has none.

        Raises AuthenticationFailed, Unavailable, RateLimited, Misunderstood.
        """
        raise Unsupported("this platform tells no program of its orders")

    def late_orders(self, now: datetime, since: datetime) -> Iterator[LateOrder]:
        """The orders of this account that were not sent though their date passed between `since` and `now`.

        Each is told once, and asking changes nothing. How much of a platform is read is bounded.
        Raises Unsupported, AuthenticationFailed, Unavailable, RateLimited, Misunderstood.
        """
        raise Unsupported("this platform tells no program which orders are late")

    def reread(self, message: Message) -> Incoming:
        """Read a kept original again, with what this version knows; the item has the message's own ref."""
        raise Unsupported("this platform keeps no originals to read again")


class Adapter(ABC):
    """Describes one platform and opens connections to it.

    `portal_steps` says in one sentence, for what a program cannot do there, what a person does in the seller account.
    `writes_first` says so of a message to a customer who has not written, where a program can only answer.
    `personal_fields` names fields of its payloads that hold personal data though their names do not tell, for
    `casehub record`. `forgets_what_is_read` tells that a platform tells news only once: nothing but a sync may read it.
    `tells_when_it_sends` declares that nothing is sent before `Tools.about_to_send` was called, so that a reply of a
    run that died before is sent again without asking; what writes through clients of `Tools.open_api` alone does so.
    `forbidden_placeholders` names what templates may not fill in there (docs/templates.md lists the placeholders), each
    with the reason, its source and its mark. `writes_greeting` tells that the page on which a person answers there adds
    salutation and closing itself. `pushes_news` says that `open_pushes` answers how it sends news by itself.
    `mail_goes_elsewhere` tells that a customer's answer to a mail comes into another channel, a mailbox, and does not
    join the case by itself.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    limits: ClassVar[tuple[str, ...]] = ()
    portal_steps: ClassVar[Mapping[Capability, str]] = {}
    writes_first: ClassVar[str] = ""
    personal_fields: ClassVar[frozenset[str]] = frozenset()
    forgets_what_is_read: ClassVar[bool] = False
    tells_when_it_sends: ClassVar[bool] = False
    forbidden_placeholders: ClassVar[Mapping[str, str]] = {}
    writes_greeting: ClassVar[bool] = False
    pushes_news: ClassVar[bool] = False
    mail_goes_elsewhere: ClassVar[bool] = False
    Settings: ClassVar[type[BaseModel]]

    @abstractmethod
    def open(self, settings: Any, tools: Tools) -> Connection:
        """A connection with these settings (of this adapter's Settings); opens nothing before it is used."""

    def offers(self, case: Case, settings: Any) -> Sequence[Offer]:
        """What may be done with a case as it stands now, besides writing to the customer; asks the platform nothing."""
        return ()

    def wants(self, case: Case, kind: ActKind, word: str = "") -> Sequence[Wanted]:
        """The evidence that is asked for before an act, by a program or in the portal; `word` names a decision.

        Each says where that stands and how sure it is; asks the platform nothing.
        """
        return ()

    def problems_with(self, reply: Reply, case: Case, settings: Any) -> Sequence[str]:
        """Why the platform would refuse this reply, each naming its rule and the rule's source; asks it nothing.

        What it accepts as a text and as files belongs into `text_rules`; this is for the rest, such as decisions.
        """
        return ()

    def text_rules(self, case: Case, settings: Any) -> TextRules | None:
        """What the platform accepts as a reply to this case, None where nothing is known of it; asks it nothing.

        Each rule names its source. `settings` is None for a case of this platform that came by another channel, such as
        a mailbox.
        """
        return None

    def open_pushes(self, settings: Any, tools: Tools) -> Pushes:
        """How the platform pushes news to an account with these settings; opens nothing before it is used."""
        raise Unsupported("this platform pushes nothing")

    @classmethod
    def refusal(cls, capability: Capability) -> Unsupported:
        """What a connection raises that is asked for what no program can do here; it holds the portal step."""
        what = capability.replace("_", " ")
        return Unsupported(f"{cls.title} lets no program {what}", cls.portal_steps.get(capability, ""))

    def speaks_as(self, settings: Any) -> Party:
        """In whose name, and from which address, an account with these settings writes to customers."""
        return Party()

    def site(self, settings: Any, tools: Tools, desk: FrontDesk) -> Site | None:
        """A web site of this account's own for customers, such as a contact page; None where it has none.

        `casehub serve` shows it below /shop/CHANNEL/, to anybody. What it takes in it keeps in `tools.folder()`, and
        `fetch` tells it; `desk` answers what a customer may know of a case. It may be asked by several threads at once.
        """
        return None

    @classmethod
    def pretend(cls, clock: Clock) -> PretendedPlatform | None:
        """A pretended platform for `casehub demo` and `simulate`, whose cases lie shortly before the clock's now."""
        return None
