"""The tables of hub.toml, each with what may stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    field_validator,
)

from hub.core.model import CaseType
from hub.core.notice_text import DIGEST_FROM
from hub.core.policy import Audience, Deed
from hub.environment import decoded

_MOST_DAYS = 36_500
_CURRENCY = re.compile("[A-Z]{3}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DURATION = re.compile(r"(?:(\d{1,4})d)? ?(?:(\d{1,4})h)? ?(?:(\d{1,5})m)? ?(?:(\d{1,5})s)?", re.ASCII)
_WEB_ADDRESS = re.compile(r"https?://[^/?#@\s]+/?")
_LANGUAGE = re.compile(r"[a-z]{2}")


def duration(value: object) -> object:
    """The span of time that a text such as 1h30m stands for, ValueError if none; what is no text is left as it is."""
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value)
    if not value or not found:
        raise ValueError("should be a duration such as 30m, 1h, 1h30m or 2d")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def channel_name(name: str) -> str:
    """The name of a channel as it was given; ValueError says how one is written."""
    if not _NAME.fullmatch(name):
        raise ValueError("should be named with small letters, digits and _ only, beginning with a letter: support_se")
    return name


def language(code: str) -> str:
    """The code of a language as it was given; ValueError says how one is written."""
    if not _LANGUAGE.fullmatch(code):
        raise ValueError("should be a language in its two small letters (ISO 639-1), such as nl")
    return code


def label_file(template: str) -> str:
    """The path of a return label as it was given; ValueError for a placeholder that nobody fills."""
    try:
        fields = [field for _, field, spec, conversion in Formatter().parse(template) if field is not None]
        wrong = sorted(set(fields) - {"order", "case"}) or "{{" in template or "}}" in template
    except ValueError:
        wrong = True
    if wrong:
        raise ValueError("should be the path of a file, in which {order} and {case} may stand: labels/{order}.pdf")
    return template


def web_address(url: str) -> str:
    """An address of pages as it was given; ValueError says how one is written."""
    if url and not _WEB_ADDRESS.fullmatch(url):
        raise ValueError("should be the address without a path, such as https://service.example.com")
    return url


Duration = Annotated[timedelta, BeforeValidator(duration), Field(gt=timedelta(0))]
ChannelName = Annotated[str, AfterValidator(channel_name)]
Language = Annotated[str, AfterValidator(language)]
Intervals = tuple[str, ...]


class Table(BaseModel):
    """A table whose keys are all casehub's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Week(Table):
    """The opening hours of each day of the week; a day without any is closed."""

    mon: Intervals = ()
    tue: Intervals = ()
    wed: Intervals = ()
    thu: Intervals = ()
    fri: Intervals = ()
    sat: Intervals = ()
    sun: Intervals = ()


_DAY = ("09:00-17:00",)


class Office(Table):
    """When somebody is there to answer, for which dates that is known, and how soon an answer is promised."""

    timezone: str
    hours: Week = Week(mon=_DAY, tue=_DAY, wed=_DAY, thu=_DAY, fri=_DAY)
    holidays: tuple[date, ...] = ()
    special: dict[date, Intervals] = Field(default_factory=dict)
    known_from: date
    known_until: date
    answer_within: str = "8wh"


class PluginChoice(Table):
    """Which plugins to leave alone."""

    disabled: tuple[str, ...] = ()


class Run(Table):
    """How casehub behaves when nobody is looking."""

    silent_after: Duration = timedelta(hours=1)


class Web(Table):
    """Where `casehub serve` listens, under which address people know it, and how often it reads the channels."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8321
    public_url: Annotated[str, AfterValidator(web_address)] = ""
    trusted_proxies: tuple[str, ...] = ()
    every: Duration = timedelta(minutes=5)


class Webhooks(Table):
    """Where webhooks may go: `allow_private` lets them reach machines of one's own network as well."""

    allow_private: bool = False


def _amounts(limits: dict[str, Decimal]) -> dict[str, Decimal]:
    # The environment has its names in small letters: CASEHUB_GOODWILL__LIMITS__SEK=100.
    given = {currency.upper(): amount for currency, amount in limits.items()}
    for currency, amount in given.items():
        if not _CURRENCY.fullmatch(currency):
            raise ValueError("should name currencies by three letters, such as SEK")
        if not amount.is_finite() or amount <= 0:
            raise ValueError(f"should have a positive amount for {currency}, or leave it out")
    return given


Amounts = Annotated[dict[str, Decimal], AfterValidator(_amounts)]


class Goodwill(Table):
    """Up to which amount a refund in full is suggested for goodwill, and for which types of cases; never done."""

    limits: Amounts = Field(default_factory=dict)
    types: tuple[CaseType, ...] = (CaseType.COMPLAINT, CaseType.MISSING_ITEM)


class Claims(Table):
    """From how many claims on one product or batch within which time on statistics call it alarming."""

    several_claims: Annotated[int, Field(ge=2, le=1000)] = 3
    within: Duration = timedelta(days=14)


class NotifyHours(Week):
    """When people may be told: hours of their own, or those that `named` names."""

    _named: str = PrivateAttr(default="")

    @property
    def named(self) -> str:
        """Either "office", the hours of the office, or "always"; nothing where the hours are written out."""
        return self._named


def _named_hours(name: str) -> NotifyHours:
    hours = NotifyHours()
    hours._named = name  # noqa: SLF001  the only maker of hours with a name
    return hours


def _notify_hours(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value not in ("office", "always"):
        raise ValueError('should be "office", "always" or a table of hours such as { mon = ["08:00-20:00"] }')
    return _named_hours(value)


class Notify(Table):
    """When people are told of steps that are due, and from how many on in one digest."""

    hours: Annotated[NotifyHours, BeforeValidator(_notify_hours)] = _named_hours("office")
    digest_from: Annotated[int, Field(ge=2, le=1000)] = DIGEST_FROM


class _OpenTable(BaseModel):
    """A table with keys that a plugin will judge."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @property
    def own(self) -> Mapping[str, Any]:
        """The plugin's keys as they were written, secrets not looked up."""
        return self.model_extra or {}

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        # Without the plugin's keys: somebody may have written a password where a reference belongs.
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class ChannelTable(_OpenTable):
    """One channel: what is casehub's own, and in `own` what its adapter will judge."""

    adapter: str
    enabled: bool = True
    silent_after: Duration | None = None
    new_case_after_days: int = Field(60, ge=0, le=_MOST_DAYS)
    new_subject_after_days: int = Field(14, ge=0, le=_MOST_DAYS)
    acknowledge: bool = False
    acknowledge_language: Literal["cs", "de", "en", "fr", "ja", "nl", "sv"] = "en"
    mark_read: bool = False
    detect_missing: bool = True
    soft_checks: Literal["warn", "refuse", "off"] = "warn"
    languages: tuple[Language, ...] = Field(("en",), min_length=1)
    return_label: Annotated[str, AfterValidator(label_file)] = ""
    key_expires: date | None = None

    @field_validator("languages", mode="before")
    @classmethod
    def _lists_from_the_environment(cls, value: object) -> object:
        return decoded(value, tuple[str, ...])


class NotifierTable(_OpenTable):
    """One way to tell people: whom, of what, and in `own` what its notifier will judge."""

    notifier: str
    enabled: bool = True
    audiences: tuple[Audience, ...] = Field(tuple(Audience), min_length=1)
    channels: tuple[str, ...] | None = Field(None, min_length=1, description="every channel where it is left out")
    deeds: tuple[Deed, ...] = Field(tuple(Deed), min_length=1)

    @field_validator("audiences", "channels", "deeds", mode="before")
    @classmethod
    def _lists_from_the_environment(cls, value: object) -> object:
        return decoded(value, tuple[str, ...])
