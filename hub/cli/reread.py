"""`casehub reread`: read kept originals again that could not be read before."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, known_case
from hub.cli.safe_text import one_line
from hub.errors import NotFound

if TYPE_CHECKING:
    from hub.adapter import Connection
    from hub.app import Hub
    from hub.runs.channel import Source
    from hub.runs.desk import Desk, Reread


@click.command(short_help="Read unreadable messages again from their kept originals.")
@click.argument("number", metavar="[CASE]", type=case_number, required=False)
@click.option("--all", "everything", is_flag=True, help="The unreadable messages of every case.")
@json_option
@with_hub
def reread(hub: Hub, number: str | None, everything: bool, as_json: bool) -> None:
    """Read the kept originals of unreadable messages again, as after an update of casehub; no network is needed.

    The exit code is 0 when all became readable and 1 when some did not.

    With --json: {"messages": [{"case", "ref", "readable", "remark"}]}.

    Example: casehub reread --all
    """
    if (number is None) != everything:
        raise click.UsageError("Name a case, or give --all.")
    if number is not None:
        known_case(hub, number)
    wanted = [(case, ref) for case, ref in hub.store.unreadable() if number in (None, case)]
    results = list(_read_again(hub, wanted))
    if as_json:
        echo_json({"messages": [_as_data(result) for result in results]})
    else:
        _tell(results, number)
    if not all(result.readable for result in results):
        sys.exit(1)


def _read_again(hub: Hub, wanted: Sequence[tuple[str, str]]) -> Iterator[Reread]:
    from hub.rounds import chosen_sources

    desk = desk_of(hub, None)
    by_channel = sorted((hub.store.summary(number).channel, number, ref) for number, ref in wanted)
    broken = {channel.name: channel.error for channel in hub.broken_channels()}
    for channel, items in groupby(by_channel, key=lambda item: item[0]):
        messages = [(number, ref) for _, number, ref in items]
        try:
            sources = chosen_sources(hub, [channel])
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
    from hub.runs.channel import explain
    from hub.runs.desk import Reread

    message = next(message for message in desk.store.case(number).messages if message.ref == ref)
    try:
        item = connection.reread(message)
    except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes, and the next message waits
        return Reread(number, ref, readable=False, remark=explain(error).text)
    return desk.take_reread(number, ref, item, source.rules, detects=source.detects)


def _none_read(messages: Sequence[tuple[str, str]], remark: str) -> Iterator[Reread]:
    from hub.runs.desk import Reread

    for number, ref in messages:
        yield Reread(number, ref, readable=False, remark=remark)


def _as_data(result: Reread) -> dict[str, object]:
    return {"case": result.number, "ref": result.ref, "readable": result.readable, "remark": result.remark}


def _tell(results: Sequence[Reread], number: str | None) -> None:
    for result in results:
        mark, state = ("✓", "can be read now") if result.readable else ("✗", "still cannot be read")
        remark = f": {one_line(result.remark)}" if result.remark else ""
        click.echo(f"{mark} {result.number}: a message {state}{remark}")
    if not results:
        click.echo(f"Every message of {number or 'every case'} can be read.")
