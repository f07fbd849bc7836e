"""E-mail as a channel: which request when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from hub import (
    Adapter,
    Batch,
    Capability,
    Case,
    Checkpoint,
    Clock,
    Connection,
    Incoming,
    Message,
    Misunderstood,
    OpenCase,
    Party,
    PretendedPlatform,
    Proof,
    Receipt,
    Rejected,
    Reply,
    Tools,
    Uncertain,
    Unsupported,
)
from hub_email_imap import platform_answers, wire
from hub_email_imap.interpreting import Interpreter
from hub_email_imap.mailbox import Mailbox
from hub_email_imap.position import read_position
from hub_email_imap.reading import Reading
from hub_email_imap.roles import Account
from hub_email_imap.settings import EmailSettings
from hub_email_imap.tokens import Tokens, bare_id
from hub_email_imap.worker import ParseFailure, ParseWorker

if TYPE_CHECKING:
    from hub_email_imap import compose

_WRONG = "wrong name or password"
_COPY = "the copy for the sent folder"
PORTAL_STEPS = {
    Capability.DECIDE: "Write to the customer what was decided; there is no other party to tell.",
    Capability.HAND_OVER: "Forward the mail from a mail program to whoever takes the matter over, then close the case.",
    Capability.CLOSE: "Close the case here, with `casehub close`; nobody else keeps it.",
    Capability.REOPEN: "Reopen the case here, with `casehub reopen`; nobody else keeps it.",
    Capability.NOTE: "Write the note here, with `casehub note`; a mailbox has nobody to read it.",
    Capability.LIST_LATE_ORDERS: "Let your shop's software list the late orders; a mailbox knows of none.",
    Capability.MARK_READ: "Mark the mail as read in a mail program; casehub leaves the mailbox as it is.",
}


class EmailAdapter(Adapter):
    """Any mailbox that speaks IMAP and SMTP."""

    key = "email_imap"
    title = "E-mail (IMAP and SMTP)"
    capabilities = frozenset(
        {
            Capability.FETCH,
            Capability.REPLY,
            Capability.ATTACH,
            Capability.READ_BACK,
            Capability.REREAD,
            Capability.ACKNOWLEDGE,
        }
    )
    limits = (
        "signs in with a name and a password; OAuth2 is not supported yet",
        (
            "an answer whose acceptance by the mail server was lost is looked up in the sent folder; "
            "if it is not there, a person decides whether to send it again"
        ),
        "new mail is found when a run asks for it, not at the instant it arrives",
        "quoted text is kept, not cut",
        "an acknowledgement has an empty envelope sender; through a mail server that refuses that, none can be sent",
        "a marketplace's mail is proven only by the Authentication-Results of the server named in trusted_authserv",
        "mail with list headers counts as written by a machine, unless behind_a_list says that the address is a group",
    )
    portal_steps: ClassVar[Mapping[Capability, str]] = PORTAL_STEPS
    writes_first: ClassVar[str] = "Write to the customer from a mail program; the answer becomes a case here."
    tells_when_it_sends = True
    Settings: ClassVar[type[EmailSettings]] = EmailSettings

    def open(self, settings: EmailSettings, tools: Tools) -> Connection:
        """A connection to one mailbox."""
        return EmailConnection(settings, tools)

    def problems_with(self, reply: Reply, case: Case, settings: EmailSettings) -> Sequence[str]:
        """Why a marketplace's case is not answered by mail, or why nobody would read the answer."""
        problems = tuple(platform_answers.problems(reply, case, settings, reply.written_at))
        if problems or reply.automatic or not reply.writes_to_the_customer:
            return problems
        from hub_email_imap import compose  # noqa: PLC0415  a reading does without

        why = compose.why_nobody_gets(reply, case, _sender_of(settings))
        return (why,) if why else ()

    def speaks_as(self, settings: EmailSettings) -> Party:
        """The name and the address that customers see on replies."""
        return Party(settings.name, settings.address)

    @classmethod
    def pretend(cls, clock: Clock) -> PretendedPlatform:
        """A mail server on this computer with a dozen customers' mails."""
        from hub_email_imap.demo import PretendedMailServer  # noqa: PLC0415  only the demo pays for the simulator

        return PretendedMailServer(clock)


class EmailConnection(Connection):
    """One mailbox for one run; connects when something is first asked of it."""

    def __init__(self, settings: EmailSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._tokens = Tokens(tools.sign, settings.address.rpartition("@")[2])
        self._mailbox = Mailbox(settings)
        account = Account((settings.address, *settings.aliases), settings.reply_to_senders, settings.behind_a_list)
        self._interpreter = Interpreter(tools, account, self._tokens, settings.trusted_authserv)

    def close(self) -> None:
        """Sign out."""
        self._mailbox.close()

    def check(self) -> Iterator[Proof]:
        """Prove signing in, each folder, and sending, without changing anything."""
        signed_in = Proof.of(f"sign-in at {self._settings.imap_host}", self._mailbox.connect, _WRONG)
        yield signed_in
        if signed_in.ok:
            for folder in self._settings.folders:
                yield Proof.of(f"folder {folder}", partial(self._look_into, folder), _WRONG)
            if self._settings.save_sent or self._settings.watch_sent:
                yield Proof.of("folder for sent mail", self._look_into_sent, _WRONG)
        yield Proof.of(f"sending through {self._settings.smtp_host}", self._prove_sending, _WRONG)

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        """Every mail above the highest UID taken in, folder by folder (email.md, items 1 to 5)."""
        del open_cases  # a UID is enough: no mail hides behind a date filter
        return Reading(self._settings, self._tools, self._mailbox, self._interpreter).batches(read_position(checkpoint))

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Send the reply to the customer; `finish` puts the copy into the sent folder."""
        from hub import smtp  # noqa: PLC0415  a reading does without

        for problem in platform_answers.problems(reply, case, self._settings, self._tools.clock.now()):
            raise Rejected(problem)
        mail = self._compose(reply, case)
        tell = self._tools.about_to_send
        refused = smtp.send(self._settings, mail.envelope_from, mail.recipients, mail.data, tell)
        warnings = tuple(f"{who.address} was refused: {who.code} {who.text}" for who in refused)
        # The copy comes after the receipt: whatever happens to it, the mail is sent and known to be.
        left = (_COPY,) if self._settings.save_sent else ()
        return Receipt(bare_id(mail.message_id), self._tools.clock.now(), warnings=warnings, left=left)

    def finish(self, reply: Reply, case: Case, what: str) -> None:
        """Put the copy of a mail that was sent into the sent folder, unless it got there after all."""
        sent = next((m for m in case.messages if m.from_outbox and m.ref.endswith(reply.key)), None)
        if what != _COPY or sent is None:
            return
        folder = self._mailbox.sent_folder()
        if folder is None:
            raise Misunderstood("no folder is marked as the one for sent mail; name it in sent_folder")
        message_id = bare_id(self._tokens.message_id(case.number, reply.key))
        if self._mailbox.holds_message_id(folder, message_id) is None:
            known = tuple(m for m in case.messages if m is not sent and m.sent_at <= sent.sent_at)
            mail = self._compose(reply, replace(case, messages=known), sent.sent_at)
            self._mailbox.append_sent(folder, mail.data, sent.sent_at)

    def perform(self, reply: Reply, case: Case) -> Receipt:
        """Nothing is done in a mailbox but to write."""
        kind = reply.act.kind if reply.act is not None else None
        step = PORTAL_STEPS.get(Capability(kind), "") if kind is not None else ""
        raise Unsupported(f"{case.number} is mail, and a mailbox knows nothing of the kind", step)

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Look for the reply's own Message-ID in the sent folder."""
        message_id = bare_id(self._tokens.message_id(case.number, reply.key))
        folder = self._mailbox.sent_folder()
        if folder is None:
            raise Uncertain("there is no folder for sent mail to look it up in")
        found = self._mailbox.holds_message_id(folder, message_id)
        if found is not None:
            return Receipt(message_id, found)
        if self._settings.save_sent or not self._files_copies(folder, case):
            # Its absence proves something only where the provider files each copy itself, and is known to.
            raise Uncertain(f"it is not in {folder}, which does not prove that the server did not take it")
        return None

    def _files_copies(self, folder: str, case: Case) -> bool:
        """Whether the provider is known to file what we send: an earlier mail of this case lies in the folder."""
        ours = (key for m in case.messages if m.from_outbox for key in m.thread_keys[:1])
        return any(self._mailbox.holds_message_id(folder, key) is not None for key in ours)

    def reread(self, message: Message) -> Incoming:
        """Parse the kept original again."""
        if not message.raw:
            raise Unsupported("the original of this message was not kept")
        with ParseWorker() as worker:
            worker.start([self._tools.content(message.raw)])
            outcome = worker.finish()[0]
        if isinstance(outcome, ParseFailure):
            raise Misunderstood(f"the mail still cannot be read: {outcome.reason}")
        folder = message.extra.get("folder", "INBOX")
        arrival = self._interpreter.arrival(outcome.files, message.raw, message.sent_at, folder, is_sent=False)
        received_at = datetime.fromisoformat(message.extra.get("received", message.sent_at.isoformat()))
        own_or_not = wire.to_incoming(outcome, arrival, ref=message.ref)
        item = self._interpreter.recognised(own_or_not, outcome, received_at, again=True)
        if item is None:
            raise Misunderstood("the mail turns out to be our own")
        return item

    def _compose(self, reply: Reply, case: Case, at: datetime | None = None) -> compose.Composed:
        from hub_email_imap import compose  # noqa: PLC0415  a reading does without

        attachments = [(file, self._tools.content(file.digest)) for file in reply.attachments]
        acknowledged = compose.answered_by(reply, case) if reply.automatic else None
        return_path = compose.return_path_of(self._original(acknowledged)) if acknowledged else ""
        now = at or self._tools.clock.now()
        return compose.compose(reply, case, _sender_of(self._settings), self._tokens, attachments, now, return_path)

    def _original(self, message: Message) -> bytes:
        return self._tools.content(message.raw) if message.raw else b""

    def _look_into(self, folder: str) -> str:
        state = self._mailbox.examine(folder)
        return "1 mail" if state.exists == 1 else f"{state.exists:,} mails"

    def _look_into_sent(self) -> str:
        folder = self._mailbox.sent_folder()
        if folder is None:
            raise Misunderstood("no folder is marked as the one for sent mail; name it in sent_folder")
        return f"{folder}, {self._look_into(folder)}"

    def _prove_sending(self) -> str:
        from hub import smtp  # noqa: PLC0415  a reading does without

        smtp.prove(self._settings)
        return f"as {self._settings.address}"


def _sender_of(settings: EmailSettings) -> compose.Sender:
    from hub_email_imap.compose import Sender  # noqa: PLC0415  a reading does without

    return Sender(
        address=settings.address,
        name=settings.name,
        own_addresses=(settings.address, *settings.aliases),
        signature=settings.signature,
        reference_line=settings.reference_line,
        sub_address=settings.sub_address,
    )
