"""The folder that a client has opened, as this one client sees it: its message numbers and what it was told."""

from __future__ import annotations

from collections.abc import Iterator

from hub_email_imap.simulator.fetching import Item, fetched, flag_list
from hub_email_imap.simulator.fetching import items as fetch_items
from hub_email_imap.simulator.mailbox import Folder, StoredMail
from hub_email_imap.simulator.searching import search
from hub_email_imap.simulator.syntax import Arguments, BadCommand, Refusal, chosen_numbers, highest_named

SYSTEM_FLAGS = frozenset({"\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"})
Chosen = list[tuple[int, StoredMail]]


class SelectedFolder:
    """An opened folder. Message numbers hold still until `news` tells the client what came and went."""

    def __init__(self, folder: Folder, writable: bool) -> None:
        self.folder = folder
        self.writable = writable
        with folder.lock:  # a UIDNEXT above a mail that EXISTS does not count would make a client skip that mail
            self.uids = folder.uids()
            self._uidvalidity, self._uidnext = folder.uidvalidity, folder.uidnext

    @property
    def is_gone(self) -> bool:
        """Whether the folder was removed or renumbered since: nothing the client knows of it holds any more."""
        return self.folder.removed or self.folder.uidvalidity != self._uidvalidity

    def introduction(self) -> Iterator[str]:
        """What SELECT and EXAMINE tell of the folder; nobody needs \\Recent, which RFC 9051 abolished."""
        keywords = {flag for mail in self.folder.mails() for flag in mail.flags}
        flags = " ".join(sorted(SYSTEM_FLAGS | keywords))
        permanent = f"{flags} \\*" if self.writable else ""
        yield f"* FLAGS ({flags})"
        yield f"* OK [PERMANENTFLAGS ({permanent})] Flags permitted."
        yield f"* {len(self.uids)} EXISTS"
        yield "* 0 RECENT"
        yield f"* OK [UIDVALIDITY {self._uidvalidity}] UIDs valid"
        yield f"* OK [UIDNEXT {self._uidnext}] Predicted next UID"

    def news(self) -> Iterator[str]:
        """Tell which mails went and how many there are now, if that changed."""
        present = self.folder.uids()
        if present == self.uids or self.is_gone:
            return
        remaining = set(present)
        for position in range(len(self.uids), 0, -1):
            if self.uids[position - 1] not in remaining:
                yield f"* {position} EXPUNGE"
        highest = self.uids[-1] if self.uids else 0
        self.uids = present
        if present and present[-1] > highest:
            yield f"* {len(present)} EXISTS"

    def choose(self, sequence_set: str, by_uid: bool) -> Chosen:
        """The mails that a set names, each with its message number; UIDs that are not there name nothing."""
        if not by_uid and highest_named(sequence_set) > len(self.uids):
            raise BadCommand("Invalid message set.")
        numbers = self.uids if by_uid else range(1, len(self.uids) + 1)
        chosen = chosen_numbers(sequence_set, numbers)
        return list(self._present(set(chosen), by_uid))

    def _present(self, chosen: set[int], by_uid: bool) -> Iterator[tuple[int, StoredMail]]:
        for position, uid in enumerate(self.uids, start=1):
            if (uid if by_uid else position) in chosen and (mail := self.folder.mail(uid)):
                yield position, mail

    def require_writable(self) -> None:
        """Refuse what would change a folder opened by EXAMINE."""
        if not self.writable:
            raise Refusal("[READ-ONLY] Mailbox is read-only.")

    def fetch_request(self, arguments: Arguments, by_uid: bool) -> tuple[Chosen, list[Item]]:
        """What a FETCH asks for, of which mails."""
        chosen = self.choose(arguments.text(), by_uid)
        return chosen, fetch_items(arguments.words(), by_uid)

    def fetch(self, position: int, mail: StoredMail, wanted: list[Item], mark_seen: bool) -> bytes:
        """The answer for one mail; the client is told the new flags when reading it set \\Seen."""
        if not mark_seen or "\\Seen" in mail.flags:
            return fetched(position, mail, wanted)
        seen = self.folder.change_flags(mail.uid, lambda flags: flags | {"\\Seen"}) or mail
        answer = fetched(position, seen, wanted)
        if any(item.label == b"FLAGS" for item in wanted):
            return answer
        return answer.removesuffix(b")") + b" FLAGS " + flag_list(seen.flags) + b")"

    def search(self, arguments: Arguments, by_uid: bool) -> str:
        """The numbers of the mails that pass, as the answer to SEARCH tells them."""
        passes = search(arguments, self.uids)
        everything = self._present(set(self.uids), by_uid=True)
        found = [mail.uid if by_uid else position for position, mail in everything if passes(position, mail)]
        return " ".join(["* SEARCH", *map(str, found)])

    def store(self, arguments: Arguments, by_uid: bool) -> Iterator[bytes]:
        """Change flags; the client is told the result unless it asked for silence."""
        chosen = self.choose(arguments.text(), by_uid)
        action, _, silent = arguments.text().upper().partition(".")
        flags = read_flags(arguments.words())
        if action not in ("FLAGS", "+FLAGS", "-FLAGS") or silent not in ("", "SILENT"):
            raise BadCommand("Invalid STORE.")
        shown = fetch_items([b"FLAGS"], by_uid)
        for position, mail in chosen:
            changed = self.folder.change_flags(mail.uid, lambda before: _changed(before, action, flags))
            if changed and not silent:
                yield fetched(position, changed, shown)

    def expunge(self, among: list[int] | None = None) -> int:
        """Remove the mails that are marked \\Deleted, or those of them that are named; returns how many."""
        marked = [uid for uid in self.uids if (mail := self.folder.mail(uid)) and "\\Deleted" in mail.flags]
        doomed = [uid for uid in marked if among is None or uid in among]
        self.folder.expunge(doomed)
        return len(doomed)


def read_flags(words: list[bytes]) -> frozenset[str]:
    """Flags as they are compared: the system's in their usual spelling, keywords as written."""
    names = [word.decode("ascii", "replace") for word in words]
    flags = frozenset(f"\\{name[1:].capitalize()}" if name.startswith("\\") else name for name in names)
    unknown = {flag for flag in flags if flag.startswith("\\")} - SYSTEM_FLAGS
    if unknown:
        raise BadCommand(f"Invalid system flag {min(unknown)}.")
    return flags


def _changed(before: frozenset[str], action: str, flags: frozenset[str]) -> frozenset[str]:
    if action == "+FLAGS":
        return before | flags
    return before - flags if action == "-FLAGS" else flags
