"""Instants: always aware, compared by what they mean, and counted in whole UTC seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

_EPOCH, _SECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)
_EARLIEST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def require_aware(instant: datetime) -> datetime:
    """Refuse a naive datetime: an instant without a zone is a guess."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone; give an aware datetime")
    return instant


def comparable(instant: datetime) -> datetime:
    """The aware instant with a fixed offset.

    Two datetimes of one changing zone are compared by their wall clocks, and in the hour that comes twice they equal
    no datetime of any other zone (PEP 495): a case would depend on whether it was just read or came from the store.
    """
    offset = require_aware(instant).utcoffset()
    if offset is None or isinstance(instant.tzinfo, timezone):
        return instant
    return instant.replace(tzinfo=timezone(offset), fold=0)


def epoch(instant: datetime) -> int:
    """The instant as whole UTC seconds, rounded down."""
    return (require_aware(instant) - _EPOCH) // _SECOND


def from_epoch(seconds: int) -> datetime:
    """The aware UTC instant of whole UTC seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def to_micros(instant: datetime) -> int:
    """The instant as UTC microseconds, which sort and compare as instants do."""
    # A local instant of the year 1 or 9999 may lie outside the years that datetime knows in UTC.
    return max(_EARLIEST, min(_LATEST, (instant - _EPOCH) // _MICROSECOND))


def from_micros(micros: int) -> datetime:
    """The aware UTC instant of UTC microseconds."""
    return _EPOCH + timedelta(microseconds=micros)
