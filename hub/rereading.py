"""Reading kept originals again that could not be read before, as after an update of casehub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from hub import rounds
from hub.errors import NotFound
from hub.runs.channel import explain
from hub.runs.desk import Reread

if TYPE_CHECKING:
    from hub.adapter import Connection
    from hub.app import Hub
    from hub.runs.channel import Source
    from hub.runs.desk import Desk


def read_again(hub: Hub, desk: Desk, wanted: Sequence[tuple[str, str]]) -> Iterator[Reread]:
    """What became of each of these messages, named by case and ref, when its kept original was read once more."""
    by_channel = sorted((hub.store.summary(number).channel, number, ref) for number, ref in wanted)
    broken = {channel.name: channel.error for channel in hub.broken_channels()}
    for channel, items in groupby(by_channel, key=lambda item: item[0]):
        messages = [(number, ref) for _, number, ref in items]
        try:
            sources = rounds.chosen_sources(hub, [channel])
        except NotFound:
            yield from _none_read(messages, f"its channel {channel} is no longer in hub.toml")
            continue
        if sources:
            yield from _of_channel(desk, sources[0], messages)
        else:
            yield from _none_read(messages, broken.get(channel, f"its channel {channel} cannot be used"))


def _of_channel(desk: Desk, source: Source, messages: Sequence[tuple[str, str]]) -> Iterator[Reread]:
    with source.connect() as connection:
        for number, ref in messages:
            yield _one(desk, connection, source, number, ref)


def _one(desk: Desk, connection: Connection, source: Source, number: str, ref: str) -> Reread:
    message = next(message for message in desk.store.case(number).messages if message.ref == ref)
    try:
        item = connection.reread(message)
    except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes, and the next message waits
        return Reread(number, ref, readable=False, remark=explain(error).text)
    return desk.take_reread(number, ref, item, source.rules, detects=source.detects)


def _none_read(messages: Sequence[tuple[str, str]], remark: str) -> Iterator[Reread]:
    for number, ref in messages:
        yield Reread(number, ref, readable=False, remark=remark)
