"""The notifiers as the seller set them up: whom each tells, of what, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from hub import log
from hub.core.escalation import Step
from hub.core.notice_text import make_text
from hub.core.policy import Audience
from hub.core.ports import Clock
from hub.core.worktime import Calendar, CalendarError
from hub.errors import ConfigurationError, HubError
from hub.http import HttpClient
from hub.notifier import Notification, Notifier, NotifierTools
from hub.plugins import NotifierInfo, Plugins
from hub.setting_tables import NotifierTable
from hub.settings import Settings, notifier_settings

MOST_STEPS = 20
"""How many steps a notification carries one by one; the rest is in its text and its total."""

TERMINAL = "terminal"
"""The notifier that is used where none is set up: whoever looks at the run, or its log, is told."""


@dataclass(frozen=True)
class ConfiguredOutlet:
    """A notifier with its settings, which the escalation run tells of what is for it."""

    name: str
    notifier: Notifier
    settings: BaseModel
    table: NotifierTable
    tools: NotifierTools
    zone: str
    digest_from: int

    def wants(self, step: Step) -> bool:
        """Whether this step is for it."""
        table = self.table
        channels = table.channels is None or step.channel in table.channels
        return channels and step.audience in table.audiences and step.do in table.deeds

    def tell(self, notification: str, audience: Audience, steps: Sequence[Step], now: datetime) -> None:
        """Tell an audience of these steps in one message, many of them as a digest."""
        soonest = sorted(steps, key=lambda step: step.due)
        title, text = make_text(soonest, len(soonest), now, self.zone, self.digest_from)
        told = Notification(notification, audience, title, text, tuple(soonest[:MOST_STEPS]), len(soonest), now)
        self.notifier.notify(self.settings, told, self.tools)


@dataclass(frozen=True, slots=True)
class BrokenOutlet:
    """A notifier that cannot be used as it is set, and why."""

    name: str
    error: str


def configured_outlets(
    settings: Settings, plugins: Plugins, clock: Clock, echo: Callable[[str], None]
) -> list[ConfiguredOutlet | BrokenOutlet]:
    """Every enabled notifier, as it is set or why it cannot be; without any, the terminal."""
    tables = settings.notifiers or _terminal(plugins)
    return [_configure(name, table, settings, plugins, clock, echo) for name, table in tables.items() if table.enabled]


def broken_outlets(settings: Settings, plugins: Plugins, clock: Clock) -> list[BrokenOutlet]:
    """The enabled notifiers that cannot be used as they are set."""
    found = configured_outlets(settings, plugins, clock, lambda _text: None)
    return [outlet for outlet in found if isinstance(outlet, BrokenOutlet)]


def notification_hours(settings: Settings, office: Calendar) -> Calendar | None:
    """The hours in which people are told, None for always; ConfigurationError for hours that cannot be meant."""
    hours = settings.notify.hours
    if hours.named == "always":
        return None
    if hours.named == "office":
        return office
    try:
        return Calendar(
            settings.office.timezone,
            {day: intervals for day, intervals in hours if intervals},
            settings.office.holidays,
            valid_from=settings.office.known_from,
            valid_to=settings.office.known_until,
        )
    except CalendarError as error:
        raise ConfigurationError(f"{settings.file}: notify.hours: {error}") from error


def _terminal(plugins: Plugins) -> dict[str, NotifierTable]:
    return {TERMINAL: NotifierTable.model_validate({"notifier": TERMINAL})} if TERMINAL in plugins.notifiers else {}


def _configure(
    name: str, table: NotifierTable, settings: Settings, plugins: Plugins, clock: Clock, echo: Callable[[str], None]
) -> ConfiguredOutlet | BrokenOutlet:
    try:
        info, notifier = _made(name, table, settings, plugins)
        own = notifier_settings(info, name, settings) if name in settings.notifiers else info.notifier.Settings()
    except HubError as error:
        return BrokenOutlet(name, str(error))
    tools = NotifierTools(name, clock, log.logger(notifier=name), echo, HttpClient(clock))
    return ConfiguredOutlet(name, notifier, own, table, tools, settings.office.timezone, settings.notify.digest_from)


def _made(name: str, table: NotifierTable, settings: Settings, plugins: Plugins) -> tuple[NotifierInfo, Notifier]:
    try:
        info = plugins.notifier(table.notifier)
        return info, info.create()
    except ConfigurationError as error:
        raise ConfigurationError(f"{settings.file}: notifiers.{name}.notifier: {error}") from error
