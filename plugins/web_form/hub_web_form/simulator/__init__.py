"""The front door, pretended: the real page and the real record, with visitors who write and a disk that breaks.

Nothing of it is a copy. What a visitor does is a request to the very application that `casehub serve` shows, and what
goes wrong is a folder in which something is wrong.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hub import Adapter, Clock
from hub.testing import Fault, Platform, tools_for
from hub_web_form.adapter import STEP, WebFormAdapter
from hub_web_form.entries import Entry, Kind
from hub_web_form.journal import Journal
from hub_web_form.settings import WebFormSettings
from hub_web_form.simulator.visitor import Nobody, Visitor
from hub_web_form.site import site_of
from hub_web_form.site.shop import Shop

PASSWORD = "pretended-password"  # noqa: S105  it opens nothing
_PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@dataclass(slots=True)
class _Pending:
    fault: Fault
    times: int | None
    replies: int


class FrontSimulator(Platform):
    """One shop's contact page with its record in a folder."""

    adapter: ClassVar[type[Adapter]] = WebFormAdapter
    channel: ClassVar[str] = "shop"
    refusal: ClassVar[str] = "the conversation is not on the page any more"
    page_size = STEP
    asks_again: ClassVar[bool] = False
    faults: ClassVar[frozenset[Fault]] = frozenset(
        {
            Fault.UNREACHABLE,
            Fault.WRONG_CREDENTIALS,
            Fault.GARBLED,
            Fault.TRUNCATED,
            Fault.LOST_ANSWER,
            Fault.REFUSED_REPLY,
        }
    )

    def __init__(self, clock: Clock, folder: Path) -> None:
        super().__init__(clock)
        self._place = folder / "front"
        self._place.mkdir()
        self._spare = folder / "broken"
        self._pending: list[_Pending] = []
        self._tools = replace(tools_for(self), folder=lambda: self._place)
        self.journal = Journal(lambda: self._place, self._tools.sign)
        self.shop = Shop.opened(WebFormSettings.model_validate(self.settings()), self._tools, Nobody())
        self.site = site_of(self.shop)
        self._visitors = 0

    def serve(self, port: int = 0) -> str:
        """Nothing is served: its visitors are in this process."""
        del port
        return "http://front.example"

    def stop(self) -> None:
        """Nothing was begun."""

    def settings(self) -> Mapping[str, Any]:
        """The channel's settings."""
        return {"shop": "Butiken", "longest_text": 2_000_000, "per_hour": 1000}

    def secrets(self) -> Mapping[str, str]:
        """The password of a mail server that nothing is sent through here."""
        return {"smtp_password": PASSWORD}

    # What people do.

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """A visitor fills in the form, or adds to the conversation that a session opens."""
        visitor = self._visitor()
        if case:
            purpose = f"case {case}"
            visitor.cookie = self.shop.sessions.new(case)
            answer = visitor.post("/case/message", {"text": text, "token": self._token(purpose)})
            assert answer.status == 303, answer.text  # noqa: S101  the simulator's own fault otherwise
            return case
        values = {
            "name": str(about.get("name", "Åsa Öberg")),
            "email": str(about.get("email", f"kund{self._visitors}@kund.example")),
            "text": text,
            "token": self._token("topic question"),
        }
        # Whoever has nothing to say shows something.
        files = {} if text.strip() else {"photos": ("photo.jpg", _PICTURE)}
        answer = visitor.post("/about/question", values, files)
        assert answer.status == 303, answer.text  # noqa: S101  the same
        return self.shop.sessions.read(answer.cookie)

    def seller_writes(self, case: str, text: str) -> None:
        """Nobody can answer on the page past the hub: somebody telephones, and the customer says that it is settled."""
        del text
        visitor = self._visitor()
        visitor.cookie = self.shop.sessions.new(case)
        visitor.post("/case/solved", {"token": self._token(f"case {case}")})

    def stranger_writes(self, case: str, text: str) -> None:
        """An entry of somebody whom nobody knows."""
        opened = self.journal.conversation(case)[0]
        self.journal.append(replace(opened, id=f"{opened.id}x", kind=Kind.ADDED, by="courier", text=text))

    def received(self, case: str = "") -> Sequence[str]:
        """What stands on the page from the shop."""
        return [entry.text for entry in self._entries() if entry.key and case in ("", entry.case)]

    # What goes wrong.

    def folder(self) -> Path:
        """The folder, or one in which something is wrong."""
        for pending in self._pending:
            if self._happens(pending):
                if pending.times is not None:
                    pending.times -= 1
                    if pending.times <= 0:
                        self._pending.remove(pending)
                return self._broken(pending.fault)
        return self._place

    def inject(self, fault: Fault, times: int | None = 1, after: timedelta | None = None) -> None:
        """Let the folder be broken so often when it is asked for."""
        del after
        if fault not in self.faults:
            raise ValueError(f"{fault} cannot happen to a folder")
        self._pending.append(_Pending(fault, times, self.writes))

    def mend(self) -> None:
        """Let nothing be wrong any more."""
        self._pending.clear()

    @property
    def connections(self) -> int:
        """There are none."""
        return 0

    @property
    def writes(self) -> int:
        """How many replies stand in the record."""
        return sum(bool(entry.key) for entry in self._entries())

    @property
    def state(self) -> object:
        """Every file in the folder but those of a moment."""
        return {
            str(file.relative_to(self._place)): file.read_bytes()
            for file in sorted(self._place.rglob("*"))
            if file.is_file()
        }

    def tick(self) -> None:
        """A page does nothing by itself."""

    def _entries(self) -> list[Entry]:
        found: list[Entry] = []
        while (entry := self.journal.entry(len(found) + 1)) is not None:
            found.append(entry)
        return found

    def _visitor(self) -> Visitor:
        self._visitors += 1
        return Visitor(self.site, f"10.{self._visitors >> 16}.{self._visitors >> 8 & 255}.{self._visitors & 255}")

    def _token(self, purpose: str) -> str:
        """Of a form that was opened a minute ago."""
        return self.shop.tokens.new(purpose, timedelta(minutes=1))

    def _happens(self, pending: _Pending) -> bool:
        """A lost answer waits until something was written: then the disk breaks before that is certain."""
        return pending.fault is not Fault.LOST_ANSWER or self.writes > pending.replies

    def _broken(self, fault: Fault) -> Path:
        shutil.rmtree(self._spare, ignore_errors=True)
        if fault in (Fault.UNREACHABLE, Fault.LOST_ANSWER):
            self._spare.mkdir()
            (self._spare / "a file").write_bytes(b"")
            return self._spare / "a file" / "in the way"
        shutil.copytree(self._place, self._spare)
        if fault is Fault.WRONG_CREDENTIALS:
            told = json.dumps({"version": 1, "id": "another", "seal": "of another key"})
            (self._spare / "front.json").write_text(told, encoding="utf-8")
        elif fault is Fault.REFUSED_REPLY:
            shutil.rmtree(self._spare / "conversations", ignore_errors=True)
        else:
            self._damage(fault)
        return self._spare

    def _damage(self, fault: Fault) -> None:
        for file in (self._spare / "journal").rglob("*.json"):
            whole = file.read_bytes()
            file.unlink()
            file.write_bytes(whole[: len(whole) // 2] if fault is Fault.TRUNCATED else b'{"surprise": [1, 2, 3]}')
