"""What other policies would have made of the cases there are; nothing is saved."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from hub.core.model import from_epoch
from hub.core.people import Permission
from hub.core.readings import Reading
from hub.core.trial import Difference
from hub.core.trial_lines import TrialLine, by_rule, total
from hub.errors import Busy, ConfigurationError, Refused
from hub.policies.places import Mistake, mistakes
from hub.trying import MOST_CASES, MOST_SECONDS, Bounds, Tried, try_text
from hub.web.policies import day_said, in_force, words_of
from hub.web.routing import Room
from hub.web.site import Here

room = Room()

_BACK = timedelta(days=90)
_DAY = timedelta(days=1)
_LARGEST_TEXT = 256 * 1024
_MOST_SHOWN = 100
_NO_FILE = "schema = 1\n"
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried: a text, and the days on which the cases were opened."""

    text: str
    first: str
    last: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it, as the page tells it."""

    tried: Tried
    lines: Sequence[TrialLine]
    whole: TrialLine
    shown: Sequence[Difference]


@room.get("/policies/what-if", Permission.LEAD)
def what_if(here: Here) -> Response:
    """The present text, to be changed and tried out."""
    own = in_force(here).own
    zone = ZoneInfo(here.hub.settings.office.timezone)
    today = here.now.astimezone(zone).date()
    asked = Asked(own.text if own else _NO_FILE, str(today - _BACK), str(today))
    return _page(here, asked)


@room.post("/policies/what-if", Permission.LEAD)
def try_it(here: Here) -> Response:
    """Compute what the cases would be under a text, or say what is wrong with it."""
    asked = Asked(f"{here.said('text')}\n", here.said("first"), here.said("last"), here.said("channel"))
    _refuse_long(here, asked.text)
    bounds = _bounds(here, asked)
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise Busy(here.words("policies.busy"))
    try:
        tried = try_text(here.hub, asked.text, bounds, time.monotonic)
    except ConfigurationError as error:
        return _page(here, asked, wrong=mistakes(str(error), asked.text), status=422)
    finally:
        _ONE_AT_A_TIME.release()
    return _page(here, asked, result=_result(tried))


@room.post("/policies/what-if/download", Permission.LEAD)
def download(here: Here) -> Response:
    """The text as a file."""
    text = f"{here.said('text')}\n"
    _refuse_long(here, text)
    headers = {"Content-Disposition": 'attachment; filename="policies.toml"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/toml; charset=utf-8", headers=headers)


def _page(
    here: Here, asked: Asked, *, result: Result | None = None, wrong: Sequence[Mistake] = (), status: int = 200
) -> Response:
    return here.page(
        "policies_what_if.html",
        status=status,
        words=words_of(here),
        asked=asked,
        result=result,
        wrong=[(mistake, _line(asked.text, mistake.line)) for mistake in wrong],
        channels=list(here.hub.settings.channels),
        most=MOST_CASES,
        seconds=int(MOST_SECONDS),
        at=_at,
        verdict=lambda difference: _verdict(here, difference),
    )


def _bounds(here: Here, asked: Asked) -> Bounds:
    first, last = day_said(asked.first), day_said(asked.last)
    if first is None or last is None or last < first or last.year > 9000:
        raise Refused(here.words("policies.bad_range"))
    zone = ZoneInfo(here.hub.settings.office.timezone)
    # In UTC: two instants of one zone are compared by their wall clocks.
    since = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    after = last + _DAY
    until = datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
    return Bounds(since, until, asked.channel)


def _refuse_long(here: Here, text: str) -> None:
    if len(text.encode()) > _LARGEST_TEXT:
        raise Refused(here.words("policies.too_long", size=here.formats.size(_LARGEST_TEXT)))


def _result(tried: Tried) -> Result:
    lines = by_rule(tried.trial, tried.channels)
    worst = sorted(tried.trial.differences, key=lambda d: (not d.is_late or d.was_late, d.by))
    return Result(tried, lines, total(lines), worst[:_MOST_SHOWN])


def _line(text: str, number: int | None) -> str:
    lines = text.splitlines()
    return lines[number - 1] if number is not None and 0 < number <= len(lines) else ""


def _at(reading: Reading | None) -> datetime | None:
    return None if reading is None or reading.due is None else from_epoch(reading.due)


def _verdict(here: Here, difference: Difference) -> str:
    """What becomes of one run, in a few words."""
    if difference.is_late is not difference.was_late:
        return here.words("policies.verdict_late" if difference.is_late else "policies.verdict_saved")
    if difference.before is None or difference.after is None:
        return here.words("policies.verdict_starts" if difference.before is None else "policies.verdict_ends")
    if not difference.by:
        return ""
    name = "policies.verdict_later" if difference.by > 0 else "policies.verdict_earlier"
    return here.words(name, span=here.formats.span(difference.by))
