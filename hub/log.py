"""The log: to standard error, for people or for machines, quiet unless something needs attention.

What goes in is what the code names: no settings, no messages' texts, no tracebacks with local variables.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from enum import StrEnum
from typing import Any, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


def configure(form: LogFormat = LogFormat.TEXT, level: int = logging.WARNING, colors: bool = False) -> None:
    """Send everything of this level and above to standard error, with the instant in UTC."""
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(_for_machines() if form is LogFormat.JSON else _for_people(colors)),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Asked for each time: standard error may have been redirected since.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger(**context: str) -> FilteringBoundLogger:
    """A logger that says this context with every line."""
    if not structlog.is_configured():
        configure()
    return cast("FilteringBoundLogger", structlog.get_logger(**context))


def _for_machines() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _for_people(colors: bool) -> list[Processor]:
    # The renderer's own traceback shows local variables, passwords among them, as soon as rich is installed.
    plain = structlog.dev.plain_traceback
    return [_printable, structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]


def _printable(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The event with control characters spelt out: a customer's text must not drive the operator's terminal."""
    return {key: _spelt_out(value) if isinstance(value, str) else value for key, value in event.items()}


def _spelt_out(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
