"""The return label that a channel has for its customers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case

# Whatever a platform calls an order becomes part of a file's name, so it may hold nothing that leads out of its folder.
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def has_return_label(hub: Hub, channel: str) -> bool:
    """Whether a channel has a label for returns."""
    table = hub.settings.channels.get(channel)
    return table is not None and bool(table.return_label)


def return_label_of(hub: Hub, case: Case) -> Path:
    """The file of the label for a case; Refused names the setting, and the file where there is none."""
    table, setting = hub.settings.channels.get(case.channel), f"channels.{case.channel}.return_label"
    if table is None or not table.return_label:
        raise Refused(f"There is no return label for {case.channel}: set {setting} in {hub.settings.file}.")
    template = table.return_label
    values = {"case": case.number, "order": case.order.number if case.order else ""}
    for name, value in values.items():
        if f"{{{name}}}" in template and not _SAFE.fullmatch(value):
            raise Refused(_unfit(case, name, value, setting))
    file = hub.settings.file.parent / Path(template.format(**values)).expanduser()
    if not file.is_file():
        raise Refused(f"There is no return label {file}, which {setting} names for {case.number}; put it there.")
    return file


def _unfit(case: Case, name: str, value: str, setting: str) -> str:
    """Why a value cannot be a part of a file's name."""
    if not value:
        return f"{case.number} names no order, and {setting} has {{{name}}}; send the label with --attach FILE."
    return f"The {name} {value!r} of {case.number} cannot be part of a file's name; send the label with --attach FILE."
