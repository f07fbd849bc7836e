"""What a person tells a pretended platform that runs, on its control page or in its terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from hub.errors import HubError, Refused
from hub.setting_tables import duration
from hub.testing.desk import Desk
from hub.testing.platform import Fault, Platform
from hub.testing.simulator import Simulator

_LATEST = 20


@runtime_checkable
class _Movable(Protocol):
    def advance(self, by: timedelta) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be told: its words, and what it does."""

    usage: str
    help: str
    do: Callable[[str], str]


class Control:
    """Carries out what a line says, `write T-2 I still wait`, and answers in words; Refused says what is wrong."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.cases: dict[str, str] = {}
        self.deeds = {
            "new": Deed("new TEXT", "a customer writes, in a new case", self._new),
            "write": Deed("write CASE TEXT", "a customer writes into a case", self._write),
            "answer": Deed("answer CASE TEXT", "somebody answers on the platform itself", self._answer),
            "cases": Deed("cases", "the cases there are; CASE is the number or the ref of one", self._list),
            "received": Deed("received [CASE]", "what customers have got", self._received),
            "requests": Deed("requests", "what the platform was asked last", self._requests),
            "clock": Deed("clock [SPAN]", "the platform's clock, or let 1h30m pass on it", self._move),
            "fail": Deed(
                "fail FAULT [TIMES] [WAIT]", f"what goes wrong next: {', '.join(sorted(platform.faults))}", self._fail
            ),
            "mend": Deed("mend", "nothing goes wrong any more", self._mend),
        }

    def learn(self) -> None:
        """Find out, as a hub would, which cases are there already, and forget that anybody asked."""
        desk = Desk(self.platform)
        try:
            desk.read()
        except HubError:
            return  # one that is seeded from a recording need not be readable; its cases can be named all the same
        finally:
            if isinstance(self.platform, Simulator):
                self.platform.requests.clear()
        for case in desk.inbox.cases:
            self.cases[case.ref] = _short(case.subject or (case.messages[0].text if case.messages else ""))

    def tell(self, line: str) -> str:
        """Do what a line says; what there is to say about it."""
        word, _, rest = line.strip().partition(" ")
        if word in ("", "help"):
            return "\n".join(f"{deed.usage:<28}{deed.help}" for deed in self.deeds.values())
        if word not in self.deeds:
            raise Refused(f"{word!r} is none of {', '.join(self.deeds)}; `help` explains them")
        try:
            return self.deeds[word].do(rest.strip())
        except HubError:
            raise
        except Exception as error:
            raise Refused(f"the simulator broke: {type(error).__name__}: {error}") from error

    def _new(self, text: str) -> str:
        ref = self.platform.customer_writes(_given(text, "new TEXT"))
        self.cases[ref] = _short(text)
        return f"{ref} is a new case"

    def _write(self, rest: str) -> str:
        case, text = self._case_and_text(rest, "write CASE TEXT")
        self.platform.customer_writes(text, case)
        return f"the customer has written into {case}"

    def _answer(self, rest: str) -> str:
        case, text = self._case_and_text(rest, "answer CASE TEXT")
        self.platform.seller_writes(case, text)
        return f"{case} is answered on the platform"

    def _list(self, rest: str) -> str:
        del rest
        lines = (f"{place:>3}  {ref:<12}  {text}" for place, (ref, text) in enumerate(self.cases.items(), start=1))
        return "\n".join(lines) or "there are no cases yet"

    def _received(self, case: str) -> str:
        received = self.platform.received(self._found(case) if case else "")
        return "\n".join(received) or "no customer has got anything yet"

    def _requests(self, rest: str) -> str:
        del rest
        if not isinstance(self.platform, Simulator):
            return "this platform does not speak HTTP, and remembers no requests"
        asked = self.platform.requests[-_LATEST:]
        return "\n".join(f"{request.method} {request.path}" for request in asked) or "nothing was asked yet"

    def _move(self, rest: str) -> str:
        if rest:
            by = _span(rest)
            if not isinstance(self.platform.clock, _Movable):
                raise Refused("the clock of this platform cannot be moved")
            self.platform.clock.advance(by)
            self.platform.tick()
        return f"it is {self.platform.now():%Y-%m-%d %H:%M} UTC on the platform"

    def _fail(self, rest: str) -> str:
        words = rest.split()
        possible = ", ".join(sorted(self.platform.faults))
        if not words or words[0] not in self.platform.faults or len(words) > 3:
            raise Refused(f"`fail FAULT [TIMES] [WAIT]`; what can go wrong here: {possible}")
        times = _times(words[1]) if len(words) > 1 else 1
        after = _span(words[2]) if len(words) > 2 else None
        self.platform.inject(Fault(words[0]), times, after)
        return f"{words[0]} happens {'from now on, until `mend`' if times is None else f'{times} time(s)'}"

    def _mend(self, rest: str) -> str:
        del rest
        self.platform.mend()
        return "nothing goes wrong any more"

    def _case_and_text(self, rest: str, usage: str) -> tuple[str, str]:
        case, _, text = rest.partition(" ")
        return self._found(_given(case, usage)), _given(text.strip(), usage)

    def _found(self, case: str) -> str:
        """The ref of the case that is meant, by its ref or by its place in the list."""
        refs = list(self.cases)
        if case in self.cases:
            return case
        if case.isascii() and case.isdigit() and 1 <= int(case) <= len(refs):
            return refs[int(case) - 1]
        raise Refused(f"there is no case {case!r}; `cases` lists them")


def _given(text: str, usage: str) -> str:
    if not text:
        raise Refused(f"something is missing: `{usage}`")
    return text


def _times(text: str) -> int | None:
    if text == "always":
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000:
        raise Refused(f"{text!r} is no number of times: give 1 to 1000, or always")
    return int(text)


def _span(text: str) -> timedelta:
    try:
        span = duration(text)
    except ValueError as error:
        raise Refused(f"{text!r} {error}") from error
    if not isinstance(span, timedelta):
        raise Refused(f"{text!r} should be a duration such as 30m, 1h, 1h30m or 2d")
    return span


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
