"""Which case a message belongs to, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from hub.core.incoming import Clue, ClueKind, IncomingMessage
from hub.core.model import Author, Case, CaseState, Message

_REPLY_PREFIX = re.compile(
    r"^\s*(?:\[[^\]]{1,40}\]|(?:re|aw|sv|vs|odp|antw|fwd?|vb|wg|tr|doorst)\s*(?:\[\d+\])?\s*[:：])\s*", re.IGNORECASE
)
_SIGNED = frozenset({ClueKind.RECIPIENT_TOKEN, ClueKind.REFERENCE_TOKEN, ClueKind.BOUNCE_TOKEN, ClueKind.QUOTED_TOKEN})
_BY_KEY = frozenset({ClueKind.PLATFORM_KEY, ClueKind.MESSAGE_ID, ClueKind.SAME_PARENT, ClueKind.BOUNCED_MESSAGE_ID})
_BOUNCES = frozenset({ClueKind.BOUNCE_TOKEN, ClueKind.BOUNCED_MESSAGE_ID})
_WHY = {
    ClueKind.RECIPIENT_TOKEN: "it was sent to the case's own address",
    ClueKind.REFERENCE_TOKEN: "it answers a message we signed for this case",
    ClueKind.PLATFORM_KEY: "its platform names the case",
    ClueKind.MESSAGE_ID: "it answers a message of this case",
    ClueKind.SAME_PARENT: "the same sender answered the same earlier message before",
    ClueKind.BOUNCE_TOKEN: "it reports on a message we signed for this case",
    ClueKind.BOUNCED_MESSAGE_ID: "it reports on a message of this case",
    ClueKind.QUOTED_TOKEN: "it quotes the signed reference of this case",
    ClueKind.SUBJECT_NUMBER: "its subject names the case and its sender belongs to it",
}


@dataclass(frozen=True, slots=True)
class MatchingRules:
    """When a message that points at an old case opens a new, linked one instead."""

    new_case_after: timedelta = timedelta(days=60)
    new_subject_after: timedelta = timedelta(days=14)
    most_strangers: int = 3


@dataclass(frozen=True, slots=True)
class Match:
    """Where a message goes: into `number`, or (empty) into a new case linked to `linked`; always with the reason.

    `guessable` says that nothing but a number led there, and a sender that anybody can write into From; `by_platform`,
    that a platform's own mark did.
    """

    number: str
    reason: str
    unverified: bool = False
    linked: tuple[str, ...] = ()
    guessable: bool = False
    by_platform: bool = False


@dataclass
class KnownThreads:
    """What the hub knows that a clue could point at: cases by number, case numbers by thread key."""

    cases: dict[str, Case] = field(default_factory=dict)
    by_thread_key: dict[str, str] = field(default_factory=dict)

    def resolve(self, clue: Clue) -> Case | None:
        """The case a clue points at, merges followed."""
        return self.current(self.by_thread_key.get(clue.value, "") if clue.kind in _BY_KEY else clue.value)

    def current(self, number: str) -> Case | None:
        """The case that the one with this number goes on as: itself, unless it was merged."""
        case = self.cases.get(number)
        for _ in range(len(self.cases)):
            if case is None or not case.merged_into:
                return case
            case = self.cases.get(case.merged_into)
        return None


def match(incoming: IncomingMessage, known: KnownThreads, rules: MatchingRules) -> Match:
    """Find the case of a message: the first clue that holds decides, in the order of trust the adapter gave."""
    turned_away: Match | None = None
    for clue in incoming.clues:
        case = known.resolve(clue)
        if case is None:
            continue
        decided = _judge(incoming.message, clue, case, rules)
        if decided.number:
            return decided
        turned_away = turned_away or decided
    return turned_away or Match("", "nothing in it points at a case we know")


def _judge(message: Message, clue: Clue, case: Case, rules: MatchingRules) -> Match:
    belongs = message.sender.email.lower() in case.addresses
    if clue.kind in _BOUNCES:
        return Match(case.number, _WHY[clue.kind])
    # A platform says itself which of its mails are about one case, whoever wrote them and however late.
    if clue.kind is ClueKind.PLATFORM_KEY:
        return Match(case.number, _WHY[clue.kind], by_platform=True)
    if not belongs and message.author is not Author.SELLER:
        stranger = _judge_stranger(message, clue, case, rules)
        if stranger is not None:
            return stranger
    parted = _is_another_matter(message, case, rules)
    if parted:
        return Match("", parted, linked=(case.number,))
    unverified = not belongs and message.asks_for_an_answer
    reason = _WHY[clue.kind] + (", from an address that is new to it" if unverified else "")
    guessable = clue.kind is ClueKind.SUBJECT_NUMBER and message.author is not Author.SELLER
    return Match(case.number, reason, unverified, guessable=guessable)


def _judge_stranger(message: Message, clue: Clue, case: Case, rules: MatchingRules) -> Match | None:
    """Why somebody who is not on the case may not join it, or None if the message may."""
    # A thread key or a number can be guessed or forwarded; only our signature proves that we sent it (freescout #4258).
    if clue.kind not in _SIGNED:
        return Match("", f"it points at {case.number}, but its sender does not belong there", linked=(case.number,))
    strangers = {m.sender.email.lower() for m in case.messages if "unverified" in m.labels}
    if message.sender.email.lower() not in strangers and len(strangers) >= rules.most_strangers:
        return Match("", f"many unknown senders answer {case.number}: each gets a case", linked=(case.number,))
    return None


def _is_another_matter(message: Message, case: Case, rules: MatchingRules) -> str:
    """Why a message to an old case is a new matter, or nothing if it goes on with the old one."""
    # Only a question can be another matter; what the seller wrote is lost where it opens no case.
    if not message.asks_for_an_answer:
        return ""
    if case.state is CaseState.CLOSED and case.closed_at is not None:
        age = message.sent_at - case.closed_at
        if age > rules.new_case_after:
            return f"{case.number} was closed {age.days} days before"
    newest = max((m.sent_at for m in case.messages), default=case.changed_at)
    age = message.sent_at - newest
    if age > rules.new_subject_after and plain_subject(message.subject) != plain_subject(case.subject):
        return f"it has another subject and {case.number} was silent for {age.days} days"
    return ""


def plain_subject(subject: str) -> str:
    """The subject without reply and forward marks and bracketed tags, in small letters."""
    text = subject
    for _ in range(10):
        shorter = _REPLY_PREFIX.sub("", text, count=1)
        if shorter == text:
            break
        text = shorter
    return " ".join(text.casefold().split())
