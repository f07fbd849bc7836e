"""Progress of a reading, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from hub.cli.common import options
from hub.core.incoming import Progress as Step
from hub.runs.sync import ChannelResult, Silent

if TYPE_CHECKING:
    from rich.progress import TaskID


class NoBars(Silent):
    """Shows nothing: for machines, files and pipes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Bars(NoBars):
    """One line a channel, gone when the reading is over."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True, no_color=not options().colors),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def progress(self, channel: str, messages: int, progress: Step | None) -> None:
        """Move the channel's bar."""
        if channel not in self._tasks:
            self._tasks[channel] = self._bars.add_task(channel, total=None)
        done, total = (progress.done, progress.total) if progress else (messages, None)
        self._bars.update(self._tasks[channel], completed=done, total=total)

    def done(self, result: ChannelResult) -> None:
        """Take the channel's bar away."""
        if result.name in self._tasks:
            self._bars.update(self._tasks[result.name], visible=False)
