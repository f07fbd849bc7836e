"""The copy by mail of a reply that stands on the page: sent at most once, whatever dies when."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from hub import Attachment, Rejected, Unavailable, Uncertain, smtp
from hub_web_form.entries import Entry
from hub_web_form.journal import Journal
from hub_web_form.mails import Letter, composed, outgoing, reply_letter
from hub_web_form.settings import WebFormSettings

LEAVING, SENT, REFUSED, UNKNOWN = "leaving", "sent", "refused", "unknown"


def send_copy(
    settings: WebFormSettings,
    journal: Journal,
    entry: Entry,
    opened: Entry,
    number: str,
    files: Sequence[tuple[Attachment, bytes]],
) -> None:
    """Send the mail with a reply, unless it was sent or may have been; a doubt is told once and then left alone.

    Raises Unavailable when it surely was not sent and may be tried again.
    """
    mark = journal.mail_mark(entry.id)
    if mark == LEAVING:
        journal.mark_mail(entry.id, UNKNOWN)
        raise Uncertain("a run died while the mail left; it is not sent again, and the page has the reply")
    if mark:
        return
    subject, text = reply_letter(settings, opened.language, number, opened.subject, entry.text)
    letter = Letter(opened.email, subject, text, entry.at, entry.id, opened.case, entry.automatic, tuple(files))
    sender = "" if entry.automatic else settings.address or ""
    try:
        leaving = partial(journal.mark_mail, entry.id, LEAVING)
        smtp.send(outgoing(settings), sender, [opened.email], composed(letter, settings), leaving)
    except Rejected:
        journal.mark_mail(entry.id, REFUSED)
        raise
    except Unavailable:
        journal.mark_mail(entry.id, "")  # surely not taken, so it may be tried again
        raise
    except Uncertain:
        journal.mark_mail(entry.id, UNKNOWN)
        raise
    journal.mark_mail(entry.id, SENT)
