"""What can be made to go wrong at the pretended mail server.

Each method plans one fault; it happens at the next occasion, `times` times, and is then over. Faults of one kind wait
in line, each for an occasion that fits it. `left` says which have not happened yet, so that a test can see that its
fault was really met.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

SMTP_STAGES = ("CONNECT", "AUTH", "MAIL", "RCPT", "DATA", "END")


@dataclass(slots=True)
class Fault:
    """One planned fault: where it strikes, how often still, and with what."""

    kind: str
    times: int
    where: str = ""
    answer: str = ""
    address: str = ""
    amount: int = 0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.where, self.answer, self.address)))

    def fits(self, kind: str, where: str, address: str) -> bool:
        """Whether this is the occasion the fault waits for."""
        return self.kind == kind and self.where in ("", where) and self.address.lower() in ("", address.lower())


class Faults:
    """The faults of one server that have not happened yet; any thread may plan and any connection meet one."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self._lock = Lock()

    @property
    def left(self) -> list[str]:
        """The faults that wait for their occasion, in words."""
        with self._lock:
            return [str(fault) for fault in self._planned]

    def clear(self) -> None:
        """Plan nothing any more."""
        with self._lock:
            self._planned.clear()

    def refuse_connections(self, times: int = 1) -> None:
        """The next connections are closed before a word is said, as by an overloaded or restarting server."""
        self.plan(Fault("refuse connection", times))

    def plan(self, fault: Fault) -> None:
        """Put a fault in line."""
        if fault.times < 1:
            raise ValueError("a fault happens once or more often, not zero times")
        with self._lock:
            self._planned.append(fault)

    def meet(self, kind: str, where: str = "", address: str = "") -> Fault | None:
        """The fault that strikes on this occasion, used up by one; None if all goes well."""
        with self._lock:
            for fault in self._planned:
                if fault.fits(kind, where, address):
                    fault.times -= 1
                    self._planned = [planned for planned in self._planned if planned.times]
                    return fault
        return None


class ImapFaults(Faults):
    """What can go wrong while mail is read. A command is named without UID: FETCH means UID FETCH as well."""

    def wrong_password(self, times: int = 1) -> None:
        """The next sign-ins are refused whatever the password, as after it was changed."""
        self.plan(Fault("wrong password", times))

    def drop_at(self, command: str, times: int = 1) -> None:
        """The connection is lost when this command arrives; it is neither obeyed nor answered."""
        self.plan(Fault("drop at", times, _bare(command)))

    def drop_after_bytes(self, amount: int, times: int = 1) -> None:
        """The connection is lost in the next FETCH, after this many bytes of the answer, at the latest at its end."""
        self.plan(Fault("drop in a FETCH answer", times, amount=amount))

    def fail_next(self, word: str, command: str, text: str = "Planned failure.", times: int = 1) -> None:
        """The command is answered with NO (the server cannot) or BAD (it does not understand) and not obeyed."""
        if word not in ("NO", "BAD"):
            raise ValueError(f"a command fails with NO or BAD, not {word!r}")
        self.plan(Fault("fail", times, _bare(command), f"{word} {text}"))

    def garble_next_fetch(self, times: int = 1) -> None:
        """The next FETCH is answered with something that is not IMAP, as by a proxy that answers for the server."""
        self.plan(Fault("garble FETCH", times))

    def garble_folders(self, times: int = 1) -> None:
        """What is told of the next folder that is opened has a shape that nobody knows."""
        self.plan(Fault("garble a folder", times))

    def find_nothing(self, times: int = 1) -> None:
        """The next SEARCH finds no mail, though there are some."""
        self.plan(Fault("find nothing", times))


class SmtpFaults(Faults):
    """What can go wrong while mail is sent."""

    def answer(
        self, stage: str, code: int, text: str = "Planned answer", for_address: str | None = None, times: int = 1
    ) -> None:
        """Answer a stage with a code of your choice: nothing is accepted by it, and 421 closes the connection as well.

        Stages: CONNECT (instead of the greeting), AUTH (for the rest of the connection, since clients try one
        mechanism after the other), MAIL, RCPT, DATA, and END, which is the final dot.
        `for_address` restricts MAIL to a sender and RCPT to a recipient.
        """
        if code not in range(400, 600):
            raise ValueError(f"a planned answer is a refusal, from 400 to 599, not {code}")
        self.plan(Fault("answer", times, _stage(stage), f"{code} {text}", for_address or ""))

    def drop_at(self, stage: str, times: int = 1) -> None:
        """The connection is lost when AUTH, MAIL, RCPT or DATA arrives; nothing is accepted."""
        self.plan(Fault("drop at", times, _stage(stage)))

    def drop_in_data(self, times: int = 1) -> None:
        """The connection is lost in the middle of the mail; nothing is accepted."""
        self.plan(Fault("drop in DATA", times))

    def lose_answer(self, times: int = 1) -> None:
        """The mail is accepted after its final dot, but the connection is lost before the answer (RFC 1047)."""
        self.plan(Fault("lose the answer", times))


def _bare(command: str) -> str:
    return command.upper().removeprefix("UID ")


def _stage(stage: str) -> str:
    if stage not in SMTP_STAGES:
        raise ValueError(f"a stage is one of {', '.join(SMTP_STAGES)}, not {stage!r}")
    return stage
