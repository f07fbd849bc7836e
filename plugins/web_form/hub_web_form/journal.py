"""The front door's own record in the channel's folder: a journal that only grows, and the conversations in it.

    front.json                          whose folder this is, signed with the hub's key
    journal/00000/000000001.json        one file an entry, numbered without gaps, in the order in which they came
    conversations/REF/ID.json           the same files by their case: another name, not a copy
    files/SHA256                        what was attached
    mails/ID                            what is known of the copy of a reply that went by mail

An entry is written whole and made durable under another name, and then given its number by a link: it is never half
there, and no number is given twice, whoever writes at the same time. Numbers have no gaps, so a reader asks for the
next one and needs no list.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hub import AuthenticationFailed, Misunderstood, Uncertain
from hub_web_form.disk import disk_trouble, draft, make_durable, replace
from hub_web_form.entries import Entry, as_bytes, from_bytes, is_safe

IN_A_FOLDER = 1000
HEALED = 200
"""So many of the newest entries are looked at when a site opens: a death may have left one without its second name."""


class Journal:
    """The record of one channel; any number of threads and processes may use it at once."""

    def __init__(self, folder: Callable[[], Path], sign: Callable[[str], str]) -> None:
        self._folder, self._sign = folder, sign

    # Whose it is

    def identity(self) -> str:
        """The id of this record, empty where nothing was ever written.

        Raises AuthenticationFailed where it was signed with another key.
        """
        place = self._folder()
        with disk_trouble(place):
            try:
                raw = (place / "front.json").read_bytes()
            except FileNotFoundError:
                return ""
        return self._proven(raw, place)

    def _proven(self, raw: bytes, place: Path) -> str:
        try:
            told = json.loads(raw)
            identity, seal = str(told["id"]), str(told["seal"])
        except (ValueError, KeyError, TypeError) as error:
            raise Misunderstood(f"{place / 'front.json'} is damaged; put it back from a backup") from error
        if not hmac.compare_digest(seal.encode(), self._seal(identity).encode()):
            raise AuthenticationFailed(
                f"{place} was written under another signing key: put back the secret.key it was written with, "
                "or move the folder away to begin a new one"
            )
        return identity

    def _seal(self, identity: str) -> str:
        return self._sign(f"front door {identity}")

    def _sealed(self) -> Path:
        """The folder, ready to be written to."""
        if not self.identity():
            place, identity = self._folder(), secrets.token_hex(8)
            told = json.dumps({"version": 1, "id": identity, "seal": self._seal(identity)}).encode()
            with disk_trouble(place), draft(place / "new", told) as written:
                with suppress(FileExistsError):
                    os.link(written, place / "front.json")
                make_durable(place)
        return self._folder()

    # Writing

    def append(self, entry: Entry) -> bool:
        """Write an entry for good; False if it was there already, so that nothing stands twice.

        Raises Unavailable when surely nothing was written, Uncertain when it may have been.
        """
        place = self._sealed()
        conversation = place / "conversations" / entry.case
        with disk_trouble(place):
            conversation.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = conversation / f"{entry.id}.json"
            if name.exists():
                return False
            with draft(place / "new", as_bytes(entry)) as written:
                shelf = self._number(written, place)
                self._name(written, name, shelf)
        return True

    def _number(self, written: Path, place: Path) -> Path:
        """Give the file the next number; the folder it is in."""
        number = self.last() + 1
        while True:
            file = _numbered(place, number)
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                os.link(written, file)
            except FileExistsError:
                number += 1
            else:
                return file.parent

    def _name(self, written: Path, name: Path, shelf: Path) -> None:
        """Give it its second name, and make both durable; from here on it may be there whatever happens."""
        try:
            with suppress(FileExistsError):
                os.link(written, name)
            place = self._folder()
            folders = (shelf, shelf.parent, name.parent, name.parent.parent, place)
            make_durable(*folders, *(place / other for other in ("files",) if (place / other).is_dir()))
        except OSError as error:
            raise Uncertain(f"the disk broke while {name} was written: {error.strerror}") from error

    def keep(self, content: bytes) -> str:
        """Keep a file's bytes; durable with the next entry."""
        digest = hashlib.sha256(content).hexdigest()
        place = self._sealed()
        with disk_trouble(place):
            file = place / "files" / digest
            if not file.exists():
                file.parent.mkdir(mode=0o700, exist_ok=True)
                with draft(place / "new", content) as written, suppress(FileExistsError):
                    os.link(written, file)
        return digest

    def mark_mail(self, entry_id: str, state: str) -> None:
        """Note how far the mail with a reply has come."""
        place = self._folder()
        with disk_trouble(place):
            (place / "mails").mkdir(mode=0o700, exist_ok=True)
            replace(place / "mails" / entry_id, state.encode())

    # Reading

    def last(self) -> int:
        """The number of the newest entry, by looking: somebody may have put another record in the place of this one."""
        place = self._folder()
        with disk_trouble(place):
            # The newest folder may be empty: whoever made it may have died before anything came into it.
            for shelf in range(_newest(place / "journal"), -1, -1):
                if (number := _newest(place / "journal" / f"{shelf:05}")) > 0:
                    return number
            return 0

    def entry(self, number: int) -> Entry | None:
        """The entry with this number, None if there is none (yet)."""
        place = self._folder()
        file = _numbered(place, number)
        with disk_trouble(place):
            try:
                raw = file.read_bytes()
            except FileNotFoundError:
                return None
        return from_bytes(raw, str(file))

    def settle(self) -> None:
        """Make durable what another process wrote a moment ago, before it is told on."""
        place = self._folder()
        with disk_trouble(place):
            if last := self.last():
                make_durable(_numbered(place, last).parent)

    def conversation(self, ref: str) -> tuple[Entry, ...]:
        """Every entry of a case, oldest first; none for a ref that nobody knows."""
        place = self._folder()
        if not is_safe(ref):
            return ()
        with disk_trouble(place):
            try:
                with os.scandir(place / "conversations" / ref) as listed:
                    files = [(Path(file), file.stat().st_mtime_ns) for file in listed]
            except FileNotFoundError:
                return ()
            found = [(from_bytes(file.read_bytes(), str(file)), written) for file, written in files]
        return tuple(entry for entry, _ in sorted(found, key=lambda pair: (pair[0].at, pair[1])))

    def find(self, ref: str, entry_id: str) -> Entry | None:
        """One entry of a case."""
        return next((entry for entry in self.conversation(ref) if entry.id == entry_id), None)

    def content(self, digest: str) -> bytes | None:
        """The bytes of a file that was kept; None where it is not there any more."""
        place = self._folder()
        with disk_trouble(place):
            try:
                return (place / "files" / digest).read_bytes()
            except FileNotFoundError:
                return None

    def mail_mark(self, entry_id: str) -> str:
        """What was noted of a mail; empty where nothing was."""
        place = self._folder()
        with disk_trouble(place):
            try:
                return (place / "mails" / entry_id).read_text()
            except FileNotFoundError:
                return ""

    def heal(self) -> None:
        """Give the newest entries the second name that a death may have kept from them."""
        if not self.identity():
            return
        last, place = self.last(), self._folder()
        for number in range(max(1, last - HEALED + 1), last + 1):
            if (entry := self.entry(number)) is not None:
                name = place / "conversations" / entry.case / f"{entry.id}.json"
                with disk_trouble(place):
                    name.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    with suppress(FileExistsError):
                        os.link(_numbered(place, number), name)


def _newest(folder: Path) -> int:
    """The greatest number that something in a folder is called by; -1 where there is nothing."""
    try:
        with os.scandir(folder) as listed:
            return max((int(one.name.removesuffix(".json")) for one in listed), default=-1)
    except FileNotFoundError:
        return -1


def _numbered(place: Path, number: int) -> Path:
    return place / "journal" / f"{number // IN_A_FOLDER:05}" / f"{number:09}.json"
