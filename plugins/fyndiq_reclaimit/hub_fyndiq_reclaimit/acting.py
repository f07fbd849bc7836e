"""Writing back: replies and decisions, each once, and each found again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from hub import ActKind, Attachment, Author, Case, Direction, Receipt, Rejected, Reply, Tools, Uncertain, Unsupported
from hub.core.plain_text import clean
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.errand import ThreadMessage, id_of
from hub_fyndiq_reclaimit.references import REPLY, STATUS, TEXT, References
from hub_fyndiq_reclaimit.server import ErrandServer
from hub_fyndiq_reclaimit.wire import message_body, status_body

_CLOCKS_DIFFER = timedelta(minutes=2)
_CDON_WANTS_BOTH = (
    "CDON counts an errand as handled only once its status is set as well: decide it, or set NEEDS_UPDATE"
)
_KEPT_HERE = "Reclaimit takes no text with a hand-over: yours is kept here as the reason, and was sent to nobody"


class Acting:
    """Writes into the errands of one account."""

    def __init__(self, server: ErrandServer, tools: Tools, references: References) -> None:
        self._server, self._tools, self._references = server, tools, references

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        """Write to the customer."""
        errand = _errand_of(case)
        files = self._upload(reply.attachments)
        body = message_body(reply.text, files, self._reference(reply, REPLY))
        message = _ref(case, self._server.write(errand, body))
        warnings = (_CDON_WANTS_BOTH,) if case.marketplace == words.CDON else ()
        return Receipt(message, self._tools.clock.now(), warnings=warnings)

    def perform(self, reply: Reply, case: Case) -> Receipt:
        """Decide, after the text for the customer if there is one.

        What is there already from an attempt that broke off is not done again.
        """
        errand, status = _errand_of(case), status_of(reply)
        there = self._parts(reply, errand)
        ref = _ref(case, there[TEXT].id) if TEXT in there else ""
        if reply.act is None or STATUS in there:
            return Receipt(ref or f"{errand} {status}", self._tools.clock.now())
        evidence = self._upload(reply.act.evidence)
        text = text_for_customer(reply)
        if text and TEXT not in there:
            files = self._upload(reply.attachments)
            ref = _ref(case, self._server.write(errand, message_body(text, files, self._reference(reply, TEXT))))
        try:
            self._server.decide(errand, status_body(status, reply.act, evidence, self._reference(reply, STATUS)))
        except Rejected as error:
            if not text:
                raise
            raise Rejected(
                f"the customer has the text, but the decision {status} was refused and is still to be made: {error}"
            ) from error
        warnings = (_KEPT_HERE,) if reply.text.strip() and not text else ()
        return Receipt(ref or f"{errand} {status}", self._tools.clock.now(), warnings=warnings)

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        """Look for our own references in the thread; for a text without any, for the very same words since then."""
        errand = _errand_of(case)
        there = self._parts(reply, errand)
        if reply.act is not None:
            done = STATUS in there and (not text_for_customer(reply) or TEXT in there)
            ref = _ref(case, there[TEXT].id) if TEXT in there else f"{errand} {status_of(reply)}"
            return Receipt(ref, there[STATUS].sent_at) if done else None
        found = there.get(REPLY)
        return None if found is None else Receipt(_ref(case, found.id), found.sent_at)

    def _parts(self, reply: Reply, errand: str) -> dict[str, ThreadMessage]:
        """What is there of a reply."""
        thread = self._server.thread(errand)
        if thread is None:
            raise Uncertain(f"errand {errand} cannot be read any more")
        found: dict[str, ThreadMessage] = {}
        for message in thread:
            own = self._references.read(message.client_reference)
            if own is not None and own.key == reply.key:
                found[own.part] = message
            elif _says_the_same(message, reply):
                found.setdefault(REPLY if reply.act is None else TEXT, message)
        return found

    def _upload(self, files: Iterable[Attachment]) -> list[str]:
        return self._server.upload((file, self._tools.content(file.digest)) for file in files)

    def _reference(self, reply: Reply, part: str) -> str:
        return self._references.make(reply.case_number, reply.key, part)


def status_of(reply: Reply) -> str:
    """The status that an act sets."""
    kind = reply.act.kind if reply.act is not None else None
    if reply.act is not None and kind is ActKind.DECIDE:
        if reply.act.word not in words.DECISIONS:
            raise Rejected(f"{reply.act.word} is no decision in Reclaimit; choose one of those that the case offers")
        return reply.act.word
    if kind is ActKind.HAND_OVER:
        return words.ESCALATED
    raise Unsupported(f"Reclaimit lets no program do that: {kind}", "Do it in Reclaimit.")


def text_for_customer(reply: Reply) -> str:
    """What goes to the customer with an act; with a hand-over nothing does: its text is for the platform."""
    handed_over = reply.act is not None and reply.act.kind is ActKind.HAND_OVER
    return "" if handed_over else reply.text.strip()


def _errand_of(case: Case) -> str:
    errand = id_of(case.ref)
    if not errand:
        raise Rejected(f"{case.number} is no errand of Reclaimit, so nobody can be answered there")
    return errand


def _ref(case: Case, message_id: str) -> str:
    """Under which ref a message is read: one that was read before its receipt was kept is still one message."""
    return f"{case.ref}:{message_id}"


def _says_the_same(message: ThreadMessage, reply: Reply) -> bool:
    """Whether a message without any reference is this reply: on a platform that loses references there is no more."""
    ours = message.author is Author.SELLER and message.direction is Direction.OUTBOUND
    since = message.sent_at >= reply.written_at - _CLOCKS_DIFFER
    return ours and since and not message.client_reference and _words(message.text) == _words(reply.text)


def _words(text: str) -> str:
    return " ".join(clean(text).split())
