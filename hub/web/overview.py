"""The overview: what is at risk, how answers come in time, which products are complained of, how the channels are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from hub.core.model import Money
from hub.core.people import Permission
from hub.core.statistics import ALL, risk_totals, share_of
from hub.errors import NotFound
from hub.statistics import TABLES, read_days
from hub.statistics_json import statistics_json, table_csv, table_json
from hub.web.overview_charts import Drawn, charts_of
from hub.web.overview_tables import ShownTable, percent, shown_table
from hub.web.routing import Room
from hub.web.site import Here

if TYPE_CHECKING:
    from hub.statistics import Statistics

room = Room()

PRESETS = (7, 30, 90, 365)
"""The ranges that one click chooses, in days up to today."""

_ORDER = (
    *("risk", "answer_times", "over_time", "scores", "channels", "in_time", "products", "batches"),
    *("types", "causes", "ratings", "health"),
)
_WIDE = frozenset({"over_time", "health", "products", "batches", "in_time"})


@dataclass(frozen=True, slots=True)
class Board:
    """One figure: its charts, its table and its downloads."""

    key: str
    title: str
    lead: str
    charts: Sequence[Drawn]
    table: ShownTable
    csv: str
    json: str
    wide: bool
    empty: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One number that is looked at first, and where the rest of it stands."""

    title: str
    lines: Sequence[str]
    address: str
    look: str = ""


@room.get("/overview", Permission.SEE)
def overview(here: Here) -> Response:
    """The figures of a range of days, of one channel or of all."""
    found = _asked(here)
    values: dict[str, Any] = {
        "found": found,
        # What has nothing to tell stands at the end.
        "boards": sorted((_board(found, name, here) for name in _ORDER), key=lambda board: not board.table.lines),
        "tiles": _tiles(found, here),
        "presets": _presets(here, found),
        "channels": sorted(here.hub.settings.channels),
        "all_json": f"/overview.json?{_query(found)}",
    }
    return here.page("overview.html", **values)


@room.get("/overview.json", Permission.SEE)
def everything(here: Here) -> Response:
    """All tables for a program."""
    return JSONResponse(statistics_json(_asked(here)), headers=_kept("statistics.json"))


@room.get("/overview/{table}.csv", Permission.SEE)
def as_csv(here: Here) -> Response:
    """One table for a spreadsheet; the mark at its beginning tells Excel that it is UTF-8."""
    table = _table(here)
    text = f"\ufeff{table_csv(_asked(here), table)}".encode("utf-8", "backslashreplace")
    return Response(text, media_type="text/csv; charset=utf-8", headers=_kept(f"{table}.csv"))


@room.get("/overview/{table}.json", Permission.SEE)
def as_json(here: Here) -> Response:
    """One table for a program."""
    table = _table(here)
    return JSONResponse(table_json(_asked(here), table), headers=_kept(f"{table}.json"))


def _asked(here: Here) -> Statistics:
    days = read_days(here.hub, here.query.get("from", ""), here.query.get("to", ""))
    return here.site.statistics.of(here.hub, days, here.query.get("channel", ""))


def _table(here: Here) -> str:
    table = str(here.path["table"])
    if table not in TABLES:
        raise NotFound(f"there is no table {table[:40]!r}; the tables are: {', '.join(TABLES)}")
    return table


def _kept(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="casehub-{name}"', "Cache-Control": "no-store"}


def _query(found: Statistics) -> str:
    asked = {"from": found.days.first.isoformat(), "to": found.days.last.isoformat()}
    return urlencode({**asked, **({"channel": found.channel} if found.channel else {})})


def _presets(here: Here, found: Statistics) -> list[tuple[str, str, bool]]:
    """What chooses the last days, and whether that is what is shown."""
    today = read_days(here.hub).last
    shown = []
    for count in PRESETS:
        first = today - timedelta(days=count - 1)
        asked = {"from": first.isoformat(), **({"channel": found.channel} if found.channel else {})}
        current = (found.days.first, found.days.last) == (first, today)
        shown.append((here.words("overview.last_days", n=count), f"/overview?{urlencode(asked)}", current))
    return shown


def _board(found: Statistics, name: str, here: Here) -> Board:
    asked, table = _query(found), shown_table(found, name, here)
    return Board(
        key=name,
        title=here.words(f"overview.table_{name}"),
        lead=here.words(f"overview.lead_{name}"),
        charts=charts_of(found, name, here),
        table=table,
        csv=f"/overview/{name}.csv?{asked}",
        json=f"/overview/{name}.json?{asked}",
        wide=name in _WIDE and bool(table.lines),
        empty=here.words("overview.no_risk" if name == "risk" else "overview.nothing"),
    )


def _tiles(found: Statistics, here: Here) -> list[Tile]:
    t = here.words
    sums, unknown = risk_totals(found.risk)
    at_risk = [here.formats.money(Money(amount, currency)) for currency, amount in sums.items()]
    at_risk += [t("overview.unknown_cases", n=unknown)] if unknown else []
    met, late = (sum(getattr(one, name) for one in found.channels) for name in ("met", "late"))
    share = share_of(met, met + late)
    median = next((one.median for one in found.answer_times if one.channel == ALL), None)
    stock = sum(one.alarming for one in found.products)
    troubled = sum(not one.ok for one in found.health)
    opened = here.formats.number(sum(one.opened for one in found.channels))
    wrong = t("overview.tile_troubled", n=troubled) if troubled else t("overview.tile_all_well")
    return [
        Tile(t("overview.tile_risk"), at_risk or ["–"], "#risk", "bad" if at_risk else ""),
        Tile(t("overview.tile_in_time"), ["–" if share is None else percent(here, share)], "#over_time"),
        Tile(t("overview.tile_median"), ["–" if median is None else here.formats.span(median)], "#answer_times"),
        Tile(t("overview.tile_opened"), [opened], "#over_time"),
        Tile(t("overview.tile_stock"), [t("overview.tile_products", n=stock)], "#products", "bad" if stock else ""),
        Tile(t("overview.tile_channels"), [wrong], "#health", "bad" if troubled else "good"),
    ]
