"""Calendars: instant + working duration -> instant."""

from __future__ import annotations


class CalendarError(ValueError):
    """A calendar cannot answer; the text says why."""


class Calendar:
    digest: str

    def add(self, start: int, seconds: int) -> int:
        raise NotImplementedError
