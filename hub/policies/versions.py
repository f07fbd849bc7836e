"""Which data about time zones is in use: with a policy's digest it decides every deadline."""

from __future__ import annotations

import zoneinfo
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@cache
def tzdata_version() -> str:
    """The version of the zone data that zoneinfo reads: the system's where it has some, else the package tzdata's."""
    for folder in zoneinfo.TZPATH:
        for name in ("tzdata.zi", "+VERSION"):
            told = _first_line(Path(folder) / name).removeprefix("# version").strip()
            if told:
                return told
        if (Path(folder) / "UTC").exists():
            # The system does not say which version it has; its newest file stands for that.
            return f"system {int((Path(folder) / 'UTC').stat().st_mtime)}"
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return "unknown"


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return lines.readline()
    except OSError:
        return ""
