"""Asks the plugins, one by one and guarded, whether a mail is one of their platform's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.core.mail import Mail, MailKind, MailReading
from hub.core.model import CaseType

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_TEXTS = ("platform", "ref", "marketplace", "market", "type_raw", "url", "subject", "doubt")
_LISTS = ("keys", "order_numbers", "answer_hosts")
_KINDS = {"kind": MailKind, "type": CaseType}


@dataclass(frozen=True, slots=True)
class MailReader:
    """How a plugin reads mails; `others` are the adapter keys of the other plugins, for which it may not speak."""

    plugin: str
    read: Callable[[Mail], object]
    others: frozenset[str] = frozenset()


@dataclass(slots=True)
class MailReaders:
    """All readers, in the order of their plugins' names; a broken one is told of once and stops no other."""

    readers: Sequence[MailReader]
    log: FilteringBoundLogger
    _told: set[str] = field(default_factory=set)

    def __call__(self, mail: Mail) -> MailReading | None:
        """What the first plugin says that knows the mail; None if nobody does."""
        for reader in self.readers:
            reading = self._ask(reader, mail)
            if reading is not None:
                return reading
        return None

    def _ask(self, reader: MailReader, mail: Mail) -> MailReading | None:
        try:
            answer = reader.read(mail)
        except KeyboardInterrupt:  # the person at the keyboard means casehub, not the plugin
            raise
        except BaseException as error:  # noqa: BLE001  a plugin may fail in any way it likes, SystemExit included
            # Its text may hold the customer's words: the kind of error and the place are enough to mend it.
            self._tell(reader.plugin, f"it broke with {type(error).__name__}")
            return None
        if answer is None:
            return None
        if not isinstance(answer, MailReading):
            self._tell(reader.plugin, f"it answered {type(answer).__name__}, which is no MailReading")
            return None
        problem = _problem_with(answer, reader.others)
        if problem:
            self._tell(reader.plugin, problem)
        return None if problem else answer

    def _tell(self, plugin: str, why: str) -> None:
        if plugin not in self._told:
            self._told.add(plugin)
            self.log.warning(
                "a plugin could not say whether a mail is one of its platform's; "
                "such mails are taken in as any other: tell its author, or disable it",
                plugin=plugin,
                why=why,
            )


def _problem_with(reading: MailReading, others: frozenset[str]) -> str:
    """What is wrong with a reading whose author uses no type checker, or nothing; it saw to its instants itself."""
    wrong = [name for name in _TEXTS if not isinstance(getattr(reading, name), str)]
    wrong += [name for name in _LISTS if not _are_texts(getattr(reading, name))]
    wrong += [name for name, kind in _KINDS.items() if type(getattr(reading, name)) is not kind]
    if wrong:
        return f"its reading has a wrong type: {', '.join(wrong)}"
    if not reading.platform:
        return "its reading names no platform"
    return f"it speaks for {reading.platform}, which is another plugin's" if reading.platform in others else ""


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
