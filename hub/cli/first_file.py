"""The text of a first hub.toml: an office, its holidays written down as data, and one channel."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.cli.safe_text import one_line
from hub.describe import SettingInWords

_HEAD = """\
# The settings of casehub. `casehub check` proves them. The environment beats this file:
# CASEHUB_OFFICE__TIMEZONE sets office.timezone, CASEHUB_CHANNELS__SUPPORT__ADDRESS the address of a channel `support`.

data = "data"  # the folder of the database, beside this file unless it begins with /
"""
_HOURS = """\

[office.hours]  # a day that is left out is closed; 22:00-06:00 goes on after midnight
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]

# [office.special]  # days with hours of their own; they beat the holidays and the week
# {year}-12-23 = ["09:00-12:00"]

[run]
silent_after = "1h"  # `casehub status` raises an alarm for a channel that was not read for so long
"""


@dataclass(frozen=True, slots=True)
class FirstFile:
    """What a first hub.toml is made of; `given` holds the channel's settings that a person gave."""

    channel: str
    adapter: str
    settings: Sequence[SettingInWords]
    given: Mapping[str, object]
    timezone: str
    years: tuple[int, int]
    country: str = ""
    holidays: Sequence[tuple[date, str]] = ()

    def text(self) -> str:
        """The whole file."""
        return "\n".join([_HEAD, *self._office(), _HOURS.format(year=self.years[1]), *self._channel(), ""])

    def _office(self) -> Iterator[str]:
        yield "[office]"
        yield f"timezone = {toml(self.timezone)}"
        yield 'answer_within = "8wh"  # the promise: 8 working hours; minutes are written as "90wm"'
        yield "# Working time is known between these dates; add the holidays of a year before you move the end."
        yield f"known_from = {self.years[0]}-01-01"
        yield f"known_until = {self.years[1]}-12-31"
        if not self.holidays:
            yield "holidays = []  # days on which nobody answers, such as [2026-12-25, 2026-12-26]"
            return
        yield f"# Proposed from the public holidays of {self.country}: take out the days on which you do answer."
        yield "holidays = ["
        for day, name in self.holidays:
            yield f"    {day.isoformat()},  # {one_line(name)}"
        yield "]"

    def _channel(self) -> Iterator[str]:
        yield f"[channels.{self.channel}]"
        yield f"adapter = {toml(self.adapter)}"
        for setting in self.settings:
            yield self._line(setting)
        yield '# silent_after = "1h"  # another alarm than that of [run]'
        yield "# new_case_after_days = 60  # a message to a case closed longer ago opens a new one"
        yield "# new_subject_after_days = 14  # so does one with another subject to a case silent for so long"
        yield "# enabled = true  # false: this channel is left alone"

    def _line(self, setting: SettingInWords) -> str:
        set_here = setting.required or setting.key in self.given
        comment = f"  # {one_line(setting.description)}" if setting.description else ""
        return f"{'' if set_here else '# '}{setting.key} = {self._value(setting)}{comment}"

    def _value(self, setting: SettingInWords) -> str:
        if setting.key in self.given:
            return toml(self.given[setting.key])
        if setting.secret:
            return toml(f"env:{secret_variable(self.channel, setting.key)}")
        return toml("" if setting.default is None else setting.default)


def secret_variable(channel: str, key: str) -> str:
    """The environment variable proposed for a channel's secret."""
    return f"CASEHUB_{channel}_{key}".upper()


def toml(value: object) -> str:
    """A text, number, truth, list or table as TOML."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(str(key))} = {toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml(item) for item in value)}]"
    # JSON's texts, numbers and truths are TOML's, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
