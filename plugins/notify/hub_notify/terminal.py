"""Telling whoever looks at the run."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from hub import Notification, Notifier, NotifierTools, Uncertain


class TerminalSettings(BaseModel):
    """Nothing can be set."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class TerminalNotifier(Notifier):
    """Prints notifications where casehub runs."""

    key = "terminal"
    title = "The terminal"
    leaves_the_house: ClassVar[bool] = False
    Settings = TerminalSettings

    def notify(
        self,
        settings: TerminalSettings,  # noqa: ARG002  nothing can be set
        notification: Notification,
        tools: NotifierTools,
    ) -> None:
        """Print the title and the text."""
        try:
            tools.echo(f"{notification.title}\n{notification.text}")
        except OSError as error:
            raise Uncertain(f"the terminal took perhaps a part of it: {error.strerror}") from error
