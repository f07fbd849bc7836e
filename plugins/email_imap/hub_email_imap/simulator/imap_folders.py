"""The IMAP commands about folders, for a client that has signed in."""

from __future__ import annotations

from collections.abc import Callable

from hub.errors import NotFound
from hub_email_imap.simulator import folder_names
from hub_email_imap.simulator.imap_session import Handler, ImapSession
from hub_email_imap.simulator.mailbox import SEPARATOR, Folder
from hub_email_imap.simulator.selected import SelectedFolder, read_flags
from hub_email_imap.simulator.syntax import BadCommand, Command, Refusal, quoted, read_date_time

STATUS_ITEMS: dict[bytes, Callable[[Folder], int]] = {
    b"MESSAGES": lambda folder: len(folder.uids()),
    b"RECENT": lambda _folder: 0,
    b"UIDNEXT": lambda folder: folder.uidnext,
    b"UIDVALIDITY": lambda folder: folder.uidvalidity,
    b"UNSEEN": lambda folder: sum("\\Seen" not in mail.flags for mail in folder.mails()),
}


def _enable(session: ImapSession, _command: Command) -> str:
    session.send_line("* ENABLED")
    return "Enabled."


def _nothing(_session: ImapSession, command: Command) -> str:
    return f"{command.name.capitalize()} completed."


def _namespace(session: ImapSession, _command: Command) -> str:
    session.send_line(f'* NAMESPACE (("" "{SEPARATOR}")) NIL NIL')
    return "Namespace completed."


def _list(session: ImapSession, command: Command) -> str:
    reference, pattern = command.arguments.word(), command.arguments.word()
    if not pattern:
        session.send_line(f'* {command.name} (\\Noselect) "{SEPARATOR}" ""')
        return f"{command.name.capitalize()} completed."
    wanted = folder_names.decode(reference + pattern)
    folders = session.platform.folders(session.user)
    for folder in folders:
        if folder_names.matches(wanted, folder.name):
            session.send_line(
                f'* {command.name} ({_attributes(folder, folders)}) "{SEPARATOR}" '.encode() + _wire(folder)
            )
    return f"{command.name.capitalize()} completed."


def _attributes(folder: Folder, folders: list[Folder]) -> str:
    has_children = any(other.name.startswith(folder.name + SEPARATOR) for other in folders)
    return " ".join(filter(None, ("\\HasChildren" if has_children else "\\HasNoChildren", folder.special_use)))


def _wire(folder: Folder) -> bytes:
    return quoted(folder_names.encode(folder.name))


def _status(session: ImapSession, command: Command) -> str:
    folder = session.folder(command.arguments.word())
    asked = [word.upper() for word in command.arguments.words()]
    if unknown := [item for item in asked if item not in STATUS_ITEMS]:
        raise BadCommand(f"Invalid status item {unknown[0].decode('ascii', 'replace')}.")
    with folder.lock:
        told = b" ".join(b"%b %d" % (item, STATUS_ITEMS[item](folder)) for item in asked)
    session.send_line(b"* STATUS %b (%b)" % (_wire(folder), told))
    return "Status completed."


def _create(session: ImapSession, command: Command) -> str:
    name = folder_names.decode(command.arguments.word()).rstrip(SEPARATOR)
    session.changing(command.name)
    if name in {folder.name for folder in session.platform.folders(session.user)}:
        raise Refusal("[ALREADYEXISTS] Mailbox already exists.")
    session.platform.add_folder(session.user, name)
    return "Create completed."


def _select(session: ImapSession, command: Command) -> str:
    session.opened = None  # also when there is no such folder (RFC 3501 section 6.3.1)
    folder = session.folder(command.arguments.word())
    session.opened = SelectedFolder(folder, writable=command.name == "SELECT")
    garbled = session.faults.meet("garble a folder") is not None
    for line in ["* SURPRISE (1 2 3)"] if garbled else session.opened.introduction():
        session.send_line(line)
    return "[READ-WRITE] Select completed." if session.opened.writable else "[READ-ONLY] Examine completed."


def _append(session: ImapSession, command: Command) -> str:
    session.changing(command.name)
    folder = destination(session, command.arguments.word())
    flags = read_flags(command.arguments.words()) if command.arguments.next_is_list() else frozenset()
    at = read_date_time(command.arguments.text()) if len(command.arguments) > 1 else session.platform.now()
    uid = folder.add(command.arguments.word(), at, flags)
    return f"[APPENDUID {folder.uidvalidity} {uid}] Append completed."


def destination(session: ImapSession, wire_name: bytes) -> Folder:
    """The folder into which mail is to be laid; the client may create it where it is missing."""
    try:
        return session.folder(wire_name)
    except NotFound as error:
        raise Refusal("[TRYCREATE] Mailbox doesn't exist.") from error


def _idle(session: ImapSession, _command: Command) -> str:
    """Tell the news at once, from the thread in which they happen, until the client says DONE (RFC 2177)."""
    session.send_line("+ idling")
    if session.opened is None:
        session.flush()
        line = session.read_line()
    else:
        with session.opened.folder.watched(session.tell_news_at_once):
            line = session.read_line()
    if line.upper() != b"DONE":
        raise BadCommand("Expected DONE.")
    return "Idle completed."


COMMANDS: dict[str, Handler] = {
    "ENABLE": _enable,
    "NAMESPACE": _namespace,
    "LIST": _list,
    "LSUB": _list,
    "STATUS": _status,
    "CREATE": _create,
    "SUBSCRIBE": _nothing,
    "UNSUBSCRIBE": _nothing,
    "SELECT": _select,
    "EXAMINE": _select,
    "APPEND": _append,
    "IDLE": _idle,
}
