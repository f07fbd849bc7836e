"""Whether a case of a marketplace may be answered by mail, and what a person does where it may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hub import Author, Case, Direction, Message, PlatformCase, Reply
from hub_email_imap.settings import EmailSettings


def newest_of_customer(case: Case) -> Message | None:
    """The newest message in the customer's own words, past all notifications."""
    written = (m for m in case.messages if m.direction is Direction.INBOUND and m.author is Author.CUSTOMER)
    return next(reversed(list(written)), None)


def problems(reply: Reply, case: Case, settings: EmailSettings, at: datetime) -> Iterator[str]:
    """Why this reply to a marketplace's case must not go out by mail at this instant; nothing for any other case."""
    about = case.about
    if about is None:
        return
    why = _why_not(reply, case, about, settings, at)
    if why:
        yield f"{why}; {_instead(case, about)}"


def _why_not(reply: Reply, case: Case, about: PlatformCase, settings: EmailSettings, at: datetime) -> str:
    name = about.marketplace or about.platform
    if reply.automatic:
        return f"{name} has the contact with its customers, so they get no automatic mail"
    if about.platform not in settings.answer_platforms:
        return f'answering {name} by mail is off (answer_platforms has no "{about.platform}")'
    answered = newest_of_customer(case)
    if answered is None:
        return f"a mail would reach nobody: {name} only told that the customer wrote"
    if not answered.extra.get("answer_to"):
        return f"a mail would reach nobody: the customer's mail has no proven address at which {name} passes answers on"
    if reply.extra.get("cc") or reply.extra.get("bcc"):
        return f"nobody but the customer gets an answer by way of {name}: leave out cc and bcc"
    until = _answerable_until(case)
    if until is not None and at >= until:
        return f"{name} passes answers to this conversation on until {until:%Y-%m-%d} only"
    return ""


def _answerable_until(case: Case) -> datetime | None:
    """The earliest end that any of its mails tells: it is counted from the beginning of a conversation."""
    told = (message.extra.get("answer_until", "") for message in case.messages)
    return min((datetime.fromisoformat(until) for until in told if until), default=None)


def _instead(case: Case, about: PlatformCase) -> str:
    where = f" ({about.url})" if about.url else ""
    return f"answer in the seller account{where} and tick it off with `casehub answered {case.number}`"
