"""A day at a pretended shop: real commands on a pretended platform, without a server or an account."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from hub.adapter import PretendedPlatform
from hub.core.ports import CaseFilter, ListOrder
from hub.errors import NotFound, Refused
from hub.plugins import load_plugins

_MARK = ".made-by-casehub-demo"
_ZONE = "Europe/Stockholm"
_COUNTRY = "SE"
_ANSWER = (
    "Hej!\n\nTack för att du hör av dig. Vi har letat upp ditt paket: det ligger hos utlämningsstället och du får ett "
    "sms i eftermiddag. Har det inte kommit i morgon så skickar vi ett nytt samma dag."
    "\n\nVänliga hälsningar\nEva, Butiken"
)

Say = Callable[[str], None]
Command = Callable[[Sequence[str]], None]


def play(folder: Path, say: Say, command: Command, platform: PretendedPlatform) -> None:
    """Show a day's work: read, look, answer, deliver, look again, and read again with nothing new."""
    say("A pretended mail server runs on this computer. Customers have written; nobody has read anything yet.")
    command(["sync"])
    command(["cases"])
    number = _case_to_answer(folder)
    say(f"\nWe answer {number}, the case that is due first.")
    command(["show", number])
    command(["reply", number, "-m", _ANSWER, "--yes"])
    command(["deliver"])
    command(["show", number])
    say("\nThis is what the customer received. In-Reply-To puts it into the right thread:\n")
    say(_indented(platform.received()[-1]))
    say("\nReading again brings nothing new:")
    command(["sync"])


def pretended_platform() -> PretendedPlatform:
    """The pretended platform of the first plugin that brings one; NotFound if none does."""
    from hub.clock import SystemClock  # noqa: PLC0415  opens the heavy rooms only for who plays the demo

    for info in load_plugins().adapters.values():
        platform = info.adapter.pretend(SystemClock())
        if platform is not None:
            return platform
    raise NotFound("No installed plugin brings a pretended platform; the e-mail plugin does.")


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


def write_settings(folder: Path, platform: PretendedPlatform, today: date) -> Path:
    """Write the hub.toml of the demo, its secrets in files of their own, and return its path."""
    from hub.office import propose_holidays  # noqa: PLC0415  loads a large library

    table: dict[str, object] = dict(platform.settings())
    for name, secret in platform.secrets().items():
        file = folder / f"{name}.secret"
        file.touch(mode=0o600)
        file.write_text(secret, encoding="utf-8")
        table[name] = f"file:{file.resolve()}"
    holidays = [day for day, _ in propose_holidays(_COUNTRY, today.year - 1, today.year + 1)]
    lines = [
        "# Written by `casehub demo`; play with it as you like.",
        'data = "data"',
        "",
        "[office]",
        f'timezone = "{_ZONE}"',
        f"known_from = {today.year - 1}-01-01",
        f"known_until = {today.year + 1}-12-31",
        f"holidays = [{', '.join(day.isoformat() for day in holidays)}]",
        "",
        f"[channels.{platform.channel}]",
        f'adapter = "{platform.adapter}"',
        *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in table.items()),
        "",
    ]
    path = folder / "hub.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


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


def _case_to_answer(folder: Path) -> str:
    from hub.app import open_hub  # noqa: PLC0415  opens the heavy rooms only for who plays the demo

    with open_hub(folder / "hub.toml") as hub:
        listed = hub.store.cases(CaseFilter(order=ListOrder.DUE, limit=1))
    return listed[0].number


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
