"""`casehub statistics`: the figures of a range of days, as tables for people and as JSON or CSV for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

import click

from hub.cli.common import Misuse, console, echo_json, json_option, with_hub
from hub.cli.safe_text import one_line
from hub.core.local_time import local_time
from hub.core.model import Money
from hub.core.statistics import ALL, risk_totals

if TYPE_CHECKING:
    from rich.console import Console

    from hub.app import Hub
    from hub.statistics import Statistics

_MOST_LINES = 12
_NAMES = {
    "risk": "Money at risk in the next 48 h",
    "answer_times": "First answers",
    "in_time": "Answered in time, by rule",
    "over_time": "Over time",
    "channels": "Channels",
    "types": "What cases were about",
    "causes": "Causes",
    "products": "Claims by product",
    "batches": "Claims by batch",
    "ratings": "Ratings",
    "scores": "Scores of the platforms",
    "health": "Health of the channels",
}
_SHOWN = {
    "risk": ("until", "currency", "amount", "cases"),
    "answer_times": ("channel", "answers", "median", "p90", "counted_median", "counted_p90"),
    "products": ("title", "sku", "claims", "at_once", "alarming", "last"),
    "batches": ("batch", "inferred", "title", "claims", "at_once", "alarming"),
    "scores": ("channel", "measure", "period", "met", "decided", "share", "line", "left"),
    "health": ("channel", "ok", "last_read", "lag_seconds", "key_expires", "troubles"),
}
_SECONDS = frozenset({"median", "p90", "counted_median", "counted_p90", "lag_seconds"})
_SHARES = frozenset({"share", "line"})


@click.command(short_help="Count cases, answers, claims and money at risk.")
@click.option("--from", "first", default="", metavar="DAY", help="The first day, such as 2026-11-01.")
@click.option("--to", "last", default="", metavar="DAY", help="The last day; today if left out.")
@click.option("--channel", default="", metavar="NAME", help="Only this channel.")
@json_option
@click.option("--csv", "table", default="", metavar="TABLE", help="Print one table as CSV.")
@with_hub
def statistics(hub: Hub, first: str, last: str, channel: str, as_json: bool, table: str) -> None:
    """Count what a range of days brought, the last 30 days if no other is named, in the office's zone.

    Money at risk, scores and the health of the channels are those of now, whatever the range. Amounts of different
    currencies are never added up, and cases of unknown value are counted apart. A product or batch is marked with !
    when [statistics] several_claims of them came within its time: look at the stock, and stop shipping what is faulty.
    No platform tells of batches: a line such as "batch: L2041" in a note names one, else the orders of one product in
    one week are taken for one and called inferred.

    With --json: {"from", "to", "timezone", "grain", "channel", "as_of"} and a list for each of the tables risk,
    answer_times, in_time, over_time, channels, types, causes, products, batches, ratings, scores, health, whose columns
    docs/overview.md describes. Lengths are in seconds, shares and amounts are text.

    Example: casehub statistics --from 2026-11-01 --csv products
    """
    from hub.statistics import read_days, statistics_of
    from hub.statistics_json import columns_of, statistics_json, table_csv

    if as_json and table:
        raise Misuse("--json prints every table and --csv one of them: give one of the two.")
    if table:
        columns_of(table)
    found = statistics_of(hub, read_days(hub, first, last), channel)
    if as_json:
        echo_json(statistics_json(found))
    elif table:
        click.echo(table_csv(found, table).encode("utf-8", "backslashreplace"), nl=False)
    else:
        _tell(found)


def _tell(found: Statistics) -> None:
    from hub.statistics_json import lines_of

    screen = console()
    where = f" on {found.channel}" if found.channel else ""
    screen.print(f"{found.days.first} to {found.days.last}{where}", style="bold")
    for name, title in _NAMES.items():
        if lines := lines_of(found, name):
            screen.print()
            screen.print(f"{title}{_summed(found) if name == 'risk' else ''}", style="bold")
            _tell_table(screen, name, lines, found)


def _summed(found: Statistics) -> str:
    sums, unknown = risk_totals(found.risk)
    parts = [str(Money(amount, currency)) for currency, amount in sums.items()]
    parts += [f"{unknown} of unknown value"] if unknown else []
    return f": {', '.join(parts)}"


def _tell_table(screen: Console, name: str, lines: Sequence[object], found: Statistics) -> None:
    from rich.table import Table
    from rich.text import Text

    from hub.statistics_json import columns_of

    columns = _SHOWN.get(name, columns_of(name))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        counted = isinstance(getattr(lines[0], column), (int, Decimal)) and column not in {"alarming", "ok", "inferred"}
        table.add_column(column.replace("_seconds", "").replace("_", " "), justify="right" if counted else "left")
    for line in lines[:_MOST_LINES]:
        table.add_row(*(Text(one_line(_shown(column, getattr(line, column), found))) for column in columns))
    screen.print(table)
    if len(lines) > _MOST_LINES:
        screen.print(f"… and {len(lines) - _MOST_LINES} more: --csv {name}")


def _shown(column: str, value: object, found: Statistics) -> str:
    """A cell for a person."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return {"alarming": "!", "inferred": "inferred"}.get(column, "yes") if value else ""
    if isinstance(value, int) and column in _SECONDS:
        from hub.runs.health import in_words

        return in_words(timedelta(seconds=value))
    if isinstance(value, Decimal) and column in _SHARES:
        return f"{(value * 100).quantize(Decimal('0.01'), ROUND_DOWN)} %"
    if isinstance(value, datetime):
        return local_time(value, found.now, found.days.zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return str(value) or ("all" if column == "channel" and value == ALL else "unknown" if column == "currency" else "")
