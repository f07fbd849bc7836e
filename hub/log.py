"""The log: to standard error, for people or for machines, quiet unless something needs attention.

What goes in is what the code names: no settings, no messages' texts, no tracebacks with local variables.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger, Processor

# structlog is imported with the first line that is logged: that takes a tenth of a second and 10 MB, and most runs
# log nothing.


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


@dataclass(slots=True)
class _Wanted:
    """What `configure` was told last, and whether structlog knows it yet."""

    form: LogFormat = LogFormat.TEXT
    level: int = logging.WARNING
    colors: bool = False
    is_known: bool = False


_wanted = _Wanted()


@dataclass(frozen=True, slots=True)
class _Logger:
    """Stands in for structlog's logger until something is asked of it."""

    context: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        import structlog  # noqa: PLC0415  see above

        if not (_wanted.is_known and structlog.is_configured()):
            _tell_structlog(_wanted)
        return getattr(structlog.get_logger(**self.context), name)


def configure(form: LogFormat = LogFormat.TEXT, level: int = logging.WARNING, colors: bool = False) -> None:
    """Send everything of this level and above to standard error, with the instant in UTC."""
    _wanted.form, _wanted.level, _wanted.colors = form, level, colors
    _wanted.is_known = False


def logger(**context: str) -> FilteringBoundLogger:
    """A logger that says this context with every line."""
    return cast("FilteringBoundLogger", _Logger(context))


def _tell_structlog(wanted: _Wanted) -> None:
    import structlog  # noqa: PLC0415  see above

    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(_for_machines() if wanted.form is LogFormat.JSON else _for_people(wanted.colors)),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(wanted.level),
        # Asked for each time: standard error may have been redirected since.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    wanted.is_known = True


def _for_machines() -> list[Processor]:
    import structlog  # noqa: PLC0415  see above

    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _for_people(colors: bool) -> list[Processor]:
    import structlog  # noqa: PLC0415  see above

    # The renderer's own traceback shows local variables, passwords among them, as soon as rich is installed.
    plain = structlog.dev.plain_traceback
    return [_printable, structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]


def _printable(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The event with control characters spelt out: a customer's text must not drive the operator's terminal."""
    return {key: _spelt_out(value) if isinstance(value, str) else value for key, value in event.items()}


def _spelt_out(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
