"""Instants as people type them at the command line: what is none is a wrong value of --at."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import click

from hub.core import given_instants
from hub.errors import Refused


def given_instant(text: str, zone: str, now: datetime | None = None) -> datetime:
    """The instant a text says, in this zone where it names none; with `now`, a time alone is one of today."""
    try:
        return given_instants.given_instant(text, zone, now)
    except Refused as error:
        raise click.BadParameter(str(error), param_hint="--at") from error


def day_or_instant(text: str, zone: str, option: str) -> datetime:
    """The beginning of a day in this zone, or the instant that the text says."""
    try:
        told = datetime.combine(date.fromisoformat(text.strip()), time(), ZoneInfo(zone))
    except ValueError:
        try:
            told = given_instant(text, zone)
        except click.BadParameter as error:
            error.param_hint = option
            raise
    return told.astimezone(UTC)
