"""Instants as people type them at the command line: what is none is a wrong value of --at."""

from __future__ import annotations

from datetime import datetime

import click

from hub.core import given_instants
from hub.errors import Refused


def given_instant(text: str, zone: str, now: datetime | None = None) -> datetime:
    """The instant a text says, in this zone where it names none; with `now`, a time alone is one of today."""
    try:
        return given_instants.given_instant(text, zone, now)
    except Refused as error:
        raise click.BadParameter(str(error), param_hint="--at") from error
