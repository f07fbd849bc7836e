"""Recording what a channel's platform answers: one reading as a sync would make it, kept as redacted files alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, SecretStr

from hub.adapter import Adapter, Connection, Tools
from hub.errors import NotFound, Refused
from hub.http import ApiClient, api_door
from hub.http.api import Api
from hub.http.recording import Exchange, Tape, as_text, file_name
from hub.http.redaction import Redaction
from hub.runs.channel import explain

if TYPE_CHECKING:
    from hub.app import Channel, Hub


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded: the files, whether the platform was read to its end, and what went wrong."""

    files: tuple[Path, ...]
    whole: bool
    error: str = ""


def record(hub: Hub, channel: Channel, folder: Path, most: int, from_start: bool = False) -> Recording:
    """Read the channel once and write what was asked and answered; nothing else is kept, and nothing is written there.

    It ends once `most` exchanges were made, between two batches. Refused for a channel that speaks no HTTP, for one
    whose platform tells news only once, and for a folder with something in it.
    """
    _require_empty(folder)
    if channel.adapter.forgets_what_is_read:
        raise Refused(
            f"{channel.adapter.title} counts as read what was read once: a recording would take what is new from the "
            "next sync, so it is not made"
        )
    session = _Session(hub, channel)
    error, whole = "", False
    try:
        whole = session.read(most, from_start)
    except Exception as raised:  # noqa: BLE001  a plugin may fail in any way, and what it was answered tells why
        error = explain(raised).text
    if not session.opened and not error:
        raise Refused(f"{channel.name} speaks no HTTP; only what goes over HTTP is recorded, which a mailbox does not")
    return Recording(tuple(_write(session.redacted(), folder)), whole and not error, error)


@dataclass
class _Session:
    """One reading whose client is watched, and whose tools keep nothing on disk."""

    hub: Hub
    channel: Channel
    opened: bool = False
    tape: Tape = field(default_factory=Tape)
    _kept: dict[str, bytes] = field(default_factory=dict)

    def read(self, most: int, from_start: bool) -> bool:
        """Read batch by batch; whether there was nothing more to read."""
        with self.channel.open(self._tools()) as connection, closing(self._batches(connection, from_start)) as batches:
            for _ in batches:
                if not self.opened or len(self.tape.exchanges) >= most:
                    return False
        return True

    def redacted(self) -> list[Exchange]:
        """What was recorded, without what is nobody else's business."""
        own = {text for text in _secrets_of(self.channel.adapter_settings) if text}
        adapter: Adapter = self.channel.adapter
        redaction = Redaction(frozenset(self.tape.secrets | own), adapter.personal_fields, os.urandom(16))
        return redaction.of(self.tape.exchanges)

    def _batches(self, connection: Connection, from_start: bool) -> Generator[object, None, None]:
        name, store = self.channel.name, self.hub.store
        checkpoint = None if from_start else store.channel(name).checkpoint
        yield from connection.fetch(checkpoint, store.open_cases(name))

    def _tools(self) -> Tools:
        lent = self.hub.tools(self.channel.name)
        return replace(lent, open_api=self._open_api, keep=self._keep, content=self._content)

    def _open_api(self, api: Api) -> ApiClient:
        self.opened = True
        return api_door(self.hub.clock, self.hub.ledger, recorder=self.tape, reads_only=True)(api)

    def _keep(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self._kept[digest] = content
        return digest

    def _content(self, digest: str) -> bytes:
        if digest not in self._kept:
            return self.hub.store.content(digest)
        return self._kept[digest]


def channel_to_record(hub: Hub, name: str) -> Channel:
    """The channel with this name; NotFound if there is none, or if it cannot be used as it is set."""
    for channel in hub.channels():
        if channel.name == name:
            return channel
    broken = {channel.name: channel.error for channel in hub.broken_channels()}
    names = ", ".join(sorted(channel.name for channel in hub.channels())) or "none"
    raise NotFound(broken.get(name, f"there is no channel {name!r} in {hub.settings.file}; there are: {names}"))


def _secrets_of(settings: BaseModel) -> Iterator[str]:
    for value in dict(settings).values():
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif isinstance(value, BaseModel):
            yield from _secrets_of(value)
        elif isinstance(value, Mapping):
            yield from (item.get_secret_value() for item in value.values() if isinstance(item, SecretStr))


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not empty; name a new folder for the recording")


def _write(exchanges: list[Exchange], folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, exchange in enumerate(exchanges, 1):
        file = folder / file_name(number, exchange[0])
        file.touch(mode=0o600)
        file.write_text(as_text(exchange), encoding="utf-8")
        yield file
