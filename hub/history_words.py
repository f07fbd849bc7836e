"""The history of a case in words: one sentence for each event."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.core import events
from hub.core.evidence_events import EvidenceGiven, EvidenceTakenBack, EvidenceWaived
from hub.core.model import VANISHED, Direction, Message
from hub.core.platform_acts import ActKind, in_words
from hub.core.turns import Detection


def told(event: events.Event) -> str:
    """What happened, by whom and why."""
    what = event.what
    match what:
        case events.Opened():
            return _because(f"opened on {what.channel}", what.reason)
        case events.MessageArrived():
            return _because(_arrival(what.message), what.reason)
        case events.MessageReread():
            return f"message of {_writer(what.message)} read again from its original"
        case events.FactsLearnt():
            return f"learnt: {', '.join(_facts(what))}"
        case events.StateChanged():
            return _because(f"{what.state} by {what.who or what.by}", _word(what.raw) or what.reason)
        case events.Classified():
            said = [word for word in (what.type and what.type.value, what.priority) if word]
            return f"classified as {', '.join(said) or 'nothing special'} by {what.who}"
        case events.Assigned():
            return f"given to {what.to} by {what.who}" if what.to else f"given back by {what.who}"
        case _:
            return _told_of_findings(what)


def reason_of(detection: Detection) -> str:
    """Why the hub took a case for what it did: the rule, the words and their language."""
    word = "words" if " " in detection.words else "word"
    return f"the {word} '{detection.words}' ({detection.language}, rule '{detection.rule}')"


def words_of_type(kind: str) -> str:
    """The name of a type of cases in a sentence."""
    return kind.replace("_", " ")


def _told_of_findings(what: events.Happening) -> str:
    match what:
        case events.MessageRecalled():
            return "the platform took a message back, which stays readable here"
        case events.Detected():
            return f"taken for a {words_of_type(what.detection.type)}: {reason_of(what.detection)}"
        case events.OrderSought():
            return f"the platform knows no order {' or '.join(what.numbers)}"
        case _:
            return _told_of_clocks(what)


def _word(told: str) -> str:
    """The platform's word, that of adapters for a case which its list no longer has in a sentence."""
    return "vanished from its list" if told == VANISHED else told


def _told_of_clocks(what: events.Happening) -> str:
    match what:
        case events.OwnerChanged():
            return _because(f"handed to the {what.to} by {what.who or what.by}", what.reason)
        case events.NoReplyNeeded():
            return _because(f"no reply needed, says {what.who}", what.reason)
        case events.PromiseMade():
            return f"an answer was promised by {_utc(what.due)}"
        case events.DeadlineGiven():
            who = what.who or what.by
            said = f"due {_utc(what.due)}, set by {who}" if what.due else f"due as the rule says again, by {who}"
            return _because(f"{what.clock} {said}", what.why)
        case events.OutcomeLearnt():
            return f"the platform did: {_word(what.what)}"
        case events.Rated():
            return f"the customer rated it {what.rating}" if what.rating else "the customer took the rating back"
        case _:
            return _told_of_replies_and_merges(what)


def _told_of_replies_and_merges(what: events.Happening) -> str:
    match what:
        case events.ReplyQueued():
            return f"{_what_waits(what.act)} {what.key} queued by {what.who}"
        case events.ReplyEdited():
            return f"reply {what.key} written anew by {what.who}"
        case events.ApprovalWanted():
            return f"{_what_waits(what.act)} {what.key} waits for a second person, by the rule {what.rule}"
        case events.ReplyApproved():
            return f"{_what_waits(what.act)} {what.key} approved by {what.who}"
        case events.ReplyDelivered():
            return _because(f"reply {what.key} delivered", what.reason)
        case events.ReplyBounced():
            return _because("our message did not arrive", what.reason)
        case events.ReplyStopped():
            return _because(f"{_what_waits(what.act)} {what.key} {what.state}", what.reason)
        case events.Absorbed():
            taken = f"took up {what.number} with {len(what.messages)} messages, merged by {what.who}"
            return _because(taken, what.reason)
        case events.Merged():
            return _because(f"went on as {what.into}, merged by {what.who}", what.reason)
        case _:
            return _told_of_the_platform(what)


def _told_of_the_platform(what: events.Happening) -> str:
    match what:
        case events.Acted():
            done = "stated" if what.stated else "done on the platform"
            return _because(f"{in_words(what.act)}: {done}, for {what.who or 'nobody'}", what.reason)
        case events.PortalTaskGiven():
            return _because(f"to do in the portal, wanted by {what.who}: {what.what}", what.text)
        case events.PortalTaskDone():
            over = "dropped" if what.dropped else "done in the portal"
            return _because(f"task {what.key} {over}, says {what.who}", what.comment)
        case _:
            return _told_of_evidence(what)


def _told_of_evidence(what: events.Happening) -> str:
    match what:
        case EvidenceGiven():
            things = [*(file.name for file in what.files), *(f"{p.carrier}:{p.number}" for p in what.parcels)]
            given = f"evidence of {words_of_type(what.kind)} given by {what.who}"
            return _because(given, ", ".join(filter(None, (*things, what.text))))
        case EvidenceWaived():
            return _because(f"{words_of_type(what.kind)} does not apply, says {what.who}", what.why)
        case EvidenceTakenBack():
            return f"evidence of {words_of_type(what.kind)} taken back by {what.who}"
        case _:
            return type(what).__name__


def _what_waits(act: ActKind | None) -> str:
    return "reply" if act is None else f"{act.replace('_', ' ')} on the platform"


def _arrival(message: Message) -> str:
    if message.direction is Direction.NOTE:
        return f"note by {_writer(message)}"
    return f"{message.direction} message of {_writer(message)}"


def _writer(message: Message) -> str:
    return message.sender.name or message.sender.email or message.author.value


def _facts(what: events.FactsLearnt) -> list[str]:
    told = [name for name in events.FACTS if getattr(what, name) is not None]
    return [*told, *([f"a case of {what.about.platform}"] if what.about else [])]


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _because(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what
