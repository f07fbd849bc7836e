"""What the demo is played on: pretended platforms, and a folder with the settings that reach them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from hub.core.ports import Clock
from hub.errors import NotFound, Refused
from hub.plugins import load_plugins
from hub.pretended import PretendedPlatform

_MARK = ".made-by-casehub-demo"
ZONE = "Europe/Stockholm"
COUNTRY = "SE"
_OWN = "casehub"


def pretended_platforms(clock: Clock) -> Mapping[str, PretendedPlatform]:
    """One pretended platform of each of casehub's own plugins, by the key of its adapter, with customers who wrote.

    The story is written for these; any other is tried out with `casehub simulate`. NotFound if there is none.
    """
    platforms: dict[str, PretendedPlatform] = {}
    plugins: set[str] = set()
    for key, info in load_plugins().adapters.items():
        platform = info.adapter.pretend(clock) if info.distribution == _OWN and info.plugin not in plugins else None
        if platform is not None:
            plugins.add(info.plugin)
            platforms[key] = platform
    if not platforms:
        raise NotFound("No plugin of casehub brings a pretended platform; is it installed whole?")
    return platforms


def fresh_folder(folder: Path) -> None:
    """Make an empty folder for the demo; one that the demo made before is emptied, any other is left alone."""
    try:
        _make_empty(folder)
    except OSError as error:
        raise Refused(f"{folder} cannot be made ({error.strerror}); name another folder with --folder.") from error


def _make_empty(folder: Path) -> None:
    if folder.exists() and not (folder / _MARK).exists():
        if any(folder.iterdir()):
            raise Refused(f"{folder} is not empty and was not made by the demo; name another folder with --folder.")
    elif folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()


def holidays(year: int) -> Sequence[date]:
    """The shop's holidays from the year before to the year after."""
    from hub.office import propose_holidays  # noqa: PLC0415  loads a large library

    return [day for day, _ in propose_holidays(COUNTRY, year - 1, year + 1)]


def write_settings(folder: Path, platforms: Mapping[str, PretendedPlatform], year: int) -> Path:
    """Write the hub.toml of the demo, its secrets in files of their own, and return its path."""
    lines = [
        "# Written by `casehub demo`; play with it as you like.",
        'data = "data"',
        "",
        "[outbox]",
        'undo = "0s"  # no reply waits to be undone: the clock of the demo goes only when the demo says so',
        "",
        "[office]",
        f'timezone = "{ZONE}"',
        f"known_from = {year - 1}-01-01",
        f"known_until = {year + 1}-12-31",
        f"holidays = [{', '.join(day.isoformat() for day in holidays(year))}]",
        "",
    ]
    for key, platform in platforms.items():
        lines += _channel(folder, key, platform)
    path = folder / "hub.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _channel(folder: Path, adapter: str, platform: PretendedPlatform) -> Iterator[str]:
    """The table of a platform's channel; its secrets go into files."""
    yield f"[channels.{platform.channel}]"
    yield f'adapter = "{adapter}"'
    for name, value in platform.settings().items():
        yield f"{name} = {json.dumps(value, ensure_ascii=False)}"
    for name, secret in platform.secrets().items():
        file = folder / f"{platform.channel}-{name}.secret"
        file.touch(mode=0o600)
        file.write_text(secret, encoding="utf-8")
        yield f"{name} = {json.dumps(f'file:{file.resolve()}')}"
    yield ""


@contextmanager
def settings_in_force(path: Path) -> Iterator[None]:
    """Let every command of this process read these settings and no others."""
    before = {name: value for name, value in os.environ.items() if name.startswith("CASEHUB_")}
    for name in before:
        del os.environ[name]
    os.environ |= {"CASEHUB_CONFIG": str(path), "CASEHUB_USER": "eva"}
    try:
        yield
    finally:
        for name in ("CASEHUB_CONFIG", "CASEHUB_USER"):
            os.environ.pop(name, None)
        os.environ |= before
