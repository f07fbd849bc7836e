"""The IMAP commands about the mails of the folder that is open."""

from __future__ import annotations

from hub_email_imap.simulator.imap_folders import destination
from hub_email_imap.simulator.imap_session import Handler, ImapSession
from hub_email_imap.simulator.mailbox import Folder
from hub_email_imap.simulator.selected import Chosen
from hub_email_imap.simulator.syntax import Command, chosen_numbers, number_set


def _check(_session: ImapSession, _command: Command) -> str:
    return "Check completed."


def _close(session: ImapSession, command: Command) -> str:
    """Leave the folder; what is marked \\Deleted in a writable one goes without a word."""
    if session.selected.writable and session.selected.expunge():
        session.changing(command.name)
    session.opened = None
    return "Close completed."


def _unselect(session: ImapSession, _command: Command) -> str:
    session.opened = None
    return "Unselect completed."


def _expunge(session: ImapSession, command: Command) -> str:
    session.changing(command.name)
    session.selected.require_writable()
    among = None
    if command.by_uid:
        among = chosen_numbers(command.arguments.text(), session.selected.uids)
    session.selected.expunge(among)
    return "Expunge completed."


def _search(session: ImapSession, command: Command) -> str:
    found = session.selected.search(command.arguments, command.by_uid)
    session.send_line("* SEARCH" if session.faults.meet("find nothing") else found)
    return "Search completed."


def _fetch(session: ImapSession, command: Command) -> str:
    if session.faults.meet("garble FETCH"):
        session.send_line("* 1 FETCH (UID <html><head><title>502 Bad Gateway</title></head>")
        return "Fetch completed."
    if fault := session.faults.meet("drop in a FETCH answer"):
        session.bytes_until_drop = fault.amount
    _answer_fetch(session, command)
    if fault:
        session.drop()
    return "Fetch completed."


def _answer_fetch(session: ImapSession, command: Command) -> None:
    selected = session.selected
    chosen, wanted = selected.fetch_request(command.arguments, command.by_uid)
    mark_seen = selected.writable and any(item.marks_seen for item in wanted)
    if mark_seen and chosen:
        session.changing(command.name)
    for position, mail in chosen:
        session.send_line(selected.fetch(position, mail, wanted, mark_seen))


def _store(session: ImapSession, command: Command) -> str:
    session.changing(command.name)
    session.selected.require_writable()
    for line in session.selected.store(command.arguments, command.by_uid):
        session.send_line(line)
    return "Store completed."


def _copy(session: ImapSession, command: Command) -> str:
    session.changing(command.name)
    chosen, target = _what_and_where(session, command)
    return f"{_copied(chosen, target)}Copy completed."


def _move(session: ImapSession, command: Command) -> str:
    """Copy, tell the new UIDs, and remove (RFC 6851); that they went is told with the other news."""
    session.changing(command.name)
    session.selected.require_writable()
    chosen, target = _what_and_where(session, command)
    session.send_line(f"* OK {_copied(chosen, target)}Moved.")
    session.selected.folder.expunge([mail.uid for _, mail in chosen])
    return "Move completed."


def _what_and_where(session: ImapSession, command: Command) -> tuple[Chosen, Folder]:
    chosen = session.selected.choose(command.arguments.text(), command.by_uid)
    return chosen, destination(session, command.arguments.word())


def _copied(chosen: Chosen, target: Folder) -> str:
    """Copy the mails and tell which UIDs they have there (RFC 4315); nothing is told where nothing was copied."""
    new = [target.add(mail.raw, mail.at, mail.flags) for _, mail in chosen]
    old = [mail.uid for _, mail in chosen]
    return f"[COPYUID {target.uidvalidity} {number_set(old)} {number_set(new)}] " if new else ""


COMMANDS: dict[str, Handler] = {
    "CHECK": _check,
    "CLOSE": _close,
    "UNSELECT": _unselect,
    "EXPUNGE": _expunge,
    "UID EXPUNGE": _expunge,
    "SEARCH": _search,
    "UID SEARCH": _search,
    "FETCH": _fetch,
    "UID FETCH": _fetch,
    "STORE": _store,
    "UID STORE": _store,
    "COPY": _copy,
    "UID COPY": _copy,
    "MOVE": _move,
    "UID MOVE": _move,
}
