"""Files of late orders: the list that a seller gives, and what is exported for a person to write on a platform."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.safe_text import clean, one_line, safe_name
from hub.core.late_orders import LateOrder, Promised
from hub.core.model import OrderLine, Party
from hub.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from hub.runs.notices import DelayNotice

NEEDED = ("order", "channel", "due")
"""The columns that a list of late orders must have."""
MORE = ("name", "email", "language", "product", "promised", "new_date")
"""The columns that it may have."""
EXPORTED = (
    *("channel", "order", "customer", "language", "product", "due", "days_late", "new_date"),
    *("why", "what_to_do", "url", "text"),
)
"""The columns of what is exported."""

LIST = "notices.csv"
"""What the list is called in a folder."""

_MOST_PROBLEMS = 10
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_orders(file: Path, channels: Container[str], zone: tzinfo) -> list[LateOrder]:
    """The orders of a list; Refused names every line and column that is wrong."""
    rows = csv.DictReader(io.StringIO(_text(file)), dialect=_dialect(_text(file)), restkey="", restval="")
    problems = list(_wrong_columns(rows.fieldnames or ()))
    orders: list[LateOrder] = []
    for row in rows if not problems else ():
        told = {name: (value or "").strip() for name, value in row.items() if name}
        wrong = [*_wrong(told, channels), *(["it has more cells than there are columns"] if "" in row else [])]
        problems += [f"line {rows.line_num}: {problem}" for problem in wrong]
        if not wrong:
            orders.append(_order(told, zone))
    if problems:
        more = f"; and {len(problems) - _MOST_PROBLEMS} more" if len(problems) > _MOST_PROBLEMS else ""
        raise Refused(f"{file} cannot be used: {'; '.join(problems[:_MOST_PROBLEMS])}{more}.")
    return orders


def write_out(place: Path, notices: Sequence[DelayNotice], steps: Mapping[str, str], now: datetime) -> list[Path]:
    """Write the notices into a CSV file, or into a folder with a text for each; nothing there is overwritten."""
    rows = [_row(notice, steps.get(notice.order.channel, ""), now) for notice in notices]
    if place.suffix.lower() == ".csv":
        return [_written(place, _csv(rows))]
    place.mkdir(parents=True, exist_ok=True)
    files = {place / LIST: _csv(rows)}
    for place_in_list, notice in enumerate(notices, start=1):
        name = safe_name(f"{notice.order.channel} {notice.order.number}.txt", f"{place_in_list}.txt")
        files[place / (name if place / name not in files else f"{place_in_list} {name}")] = f"{notice.text}\n"
    for file in files:
        _require_new(file)
    return [_written(file, text) for file, text in files.items()]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refused(f"{file} cannot be read ({error.strerror}); check its name.") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8; save it as CSV UTF-8.") from error


def _dialect(text: str) -> type[csv.Dialect]:
    """Commas, or the semicolons that spreadsheets write in countries with a decimal comma."""
    first = text.partition("\n")[0]

    class Separated(csv.excel):
        delimiter = ";" if first.count(";") > first.count(",") else ","

    return Separated


def _wrong_columns(names: Sequence[str]) -> Iterator[str]:
    known = (*NEEDED, *MORE)
    yield from (f"line 1: the column {name} is missing" for name in NEEDED if name not in names)
    unknown = [name for name in names if name not in known]
    yield from (f"line 1: the column {name!r} is none of {', '.join(known)}" for name in unknown)


def _wrong(told: Mapping[str, str], channels: Container[str]) -> Iterator[str]:
    """What is wrong with a line, by column."""
    yield from (f"column {name} is empty" for name in NEEDED if not told[name])
    if told["channel"] and told["channel"] not in channels:
        yield f"column channel: there is no channel {told['channel']!r}"
    for name in ("due", "new_date"):
        if told.get(name) and _day(told[name]) is None:
            yield f"column {name}: {told[name]!r} is no day; write it as 2026-11-25"
    promised = told.get("promised", "")
    if promised and promised not in list(Promised):
        yield f"column promised: {promised!r} is neither {' nor '.join(Promised)}"
    email = told.get("email", "")
    if email and "@" not in email:
        yield f"column email: {email!r} is no address"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _order(told: Mapping[str, str], zone: tzinfo) -> LateOrder:
    return LateOrder(
        told["order"],
        LateOrder.end_of(date.fromisoformat(told["due"]), zone),
        Promised(told.get("promised") or Promised.ARRIVAL),
        told_as="due",
        customer=Party(told.get("name", ""), told.get("email", ""), language=told.get("language", "")),
        lines=(OrderLine(told["product"]),) if told.get("product") else (),
        channel=told["channel"],
        expected_on=_day(told.get("new_date", "")),
    )


def _row(notice: DelayNotice, step: str, now: datetime) -> dict[str, str]:
    order = notice.order
    row = {
        "channel": order.channel,
        "order": order.number,
        "customer": order.customer.name,
        "language": notice.language,
        "product": order.products,
        "due": order.due_on.isoformat(),
        "days_late": str(order.days_late(now)),
        "new_date": notice.expected_on.isoformat() if notice.expected_on else "",
        "why": notice.why,
        "what_to_do": step,
        "url": order.url,
    }
    return {name: _cell(one_line(value)) for name, value in row.items()} | {"text": _cell(clean(notice.text))}


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    made = io.StringIO()
    writer = csv.DictWriter(made, EXPORTED)
    writer.writeheader()
    writer.writerows(rows)
    return f"\ufeff{made.getvalue()}"  # by its mark a spreadsheet knows that this is UTF-8


def _require_new(file: Path) -> None:
    if file.exists():
        raise Refused(f"{file} is there already and is not overwritten; name another place.")


def _written(file: Path, text: str) -> Path:
    _require_new(file)
    with file.open("x", encoding="utf-8", newline="") as opened:
        opened.write(text)
    return file
