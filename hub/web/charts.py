"""Charts as SVG that stands in a page: data in, markup out, without a script, a style attribute or a request.

Positions are shares of the width, so that a chart is as wide as its place while its letters keep their size. Colours
come by classes from overview.css, and so they follow the theme. Every chart is read out by its title and description;
its numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

HEIGHT = 150
"""How high the field of a chart with columns or a line is, in pixels."""
_ABOVE, _BELOW, _ROW = 20, 22, 40
_LONGEST = 38
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_NONE = Markup("")

Written = Callable[[float], str]
"""How a value is written in the language of the page."""


@dataclass(frozen=True, slots=True)
class Series:
    """A name and its values, None where there is none; `look` is the class that colours it."""

    name: str
    values: Sequence[float | None]
    look: str = "one"


@dataclass(frozen=True, slots=True)
class Row:
    """A named value of a list; `mark` is a line that it is held against, `note` stands beside the value."""

    name: str
    value: float
    look: str = "one"
    mark: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """What a chart is called and says; `key` tells the charts of a page apart."""

    key: str
    title: str
    description: str = ""


def columns(caption: Caption, names: Sequence[str], series: Sequence[Series], written: Written) -> Markup:
    """Columns side by side, the series of each stacked upon one another."""
    sums = [sum(one.values[place] or 0 for one in series) for place in range(len(names))]
    top = ceiling(max(sums, default=0))
    width = 100 / max(len(names), 1)
    parts = [_axis(top, written), *_names(names)]
    for place, name in enumerate(names):
        base = 0.0
        for one in series:
            value = one.values[place] or 0
            if value > 0:
                told = f"{name}: {one.name} {written(value)}" if one.name else f"{name}: {written(value)}"
                parts.append(_column(place * width, width, base / top, value / top, one.look, told))
            base += value
    return _drawn(caption, HEIGHT + _ABOVE + _BELOW, parts)


def line(
    caption: Caption, names: Sequence[str], values: Sequence[float | None], written: Written, top: float = 1.0
) -> Markup:
    """One line from value to value, broken where there is none; it goes from nought to the top."""
    width = 100 / max(len(names), 1)
    places = [(place * width + width / 2, value) for place, value in enumerate(values)]
    parts = [_axis(top, written), *_names(names), _path(places, top)]
    for (across, value), name in zip(places, names, strict=True):
        if value is not None:
            dot = Markup('<circle class="dot" cx="{}%" cy="{}" r="3"><title>{}</title></circle>')
            parts.append(dot.format(_n(across), _n(_height_of(value / top)), f"{name}: {written(value)}"))
    return _drawn(caption, HEIGHT + _ABOVE + _BELOW, parts)


def rows(caption: Caption, found: Sequence[Row], written: Written, top: float = 0.0) -> Markup:
    """A list of names with bars below them, held against the longest one or the top, and values at the end."""
    longest = top or max((row.value for row in found), default=0) or 1
    parts = [
        _row(place * _ROW, row, min(row.value / longest, 1.0), longest, written) for place, row in enumerate(found)
    ]
    return _drawn(caption, max(len(found), 1) * _ROW, parts)


def ceiling(value: float) -> float:
    """A round number that is not below the value, for the top of an axis; 1 at least."""
    if value <= 1:
        return 1.0
    size = 1.0
    while size * 10 < value:
        size *= 10
    return next(size * step for step in _STEPS if size * step >= value)


def shortened(name: str) -> str:
    """A name that fits beside its value; the whole one stands in the table."""
    text = " ".join(name.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _drawn(caption: Caption, height: int, parts: Sequence[Markup]) -> Markup:
    described = Markup('<desc id="chart-{}-desc">{}</desc>').format(caption.key, caption.description)
    whole = Markup(
        '<svg class="chart" role="img" width="100%" height="{height}" '
        'aria-labelledby="chart-{key}-title{also}"><title id="chart-{key}-title">{title}</title>{desc}{parts}</svg>'
    )
    return whole.format(
        height=height,
        key=caption.key,
        also=f" chart-{caption.key}-desc" if caption.description else "",
        title=caption.title,
        desc=described if caption.description else _NONE,
        parts=_NONE.join(parts),
    )


def _axis(top: float, written: Written) -> Markup:
    """The foot, the middle and the top of the field, with the value of the top."""
    levels = [_ABOVE, _ABOVE + HEIGHT / 2, _ABOVE + HEIGHT]
    drawn = Markup('<line class="rule" x1="0" x2="100%" y1="{0}" y2="{0}"/>')
    label = Markup('<text class="label" x="0" y="{}">{}</text>').format(_ABOVE - 6, written(top))
    return label + _NONE.join(drawn.format(_n(level)) for level in levels)


def _names(names: Sequence[str]) -> list[Markup]:
    """The first, the middle and the last name below the field: more would not fit on a phone."""
    if not names:
        return []
    places = {0: "start", len(names) - 1: "end"} if len(names) > 1 else {0: "middle"}
    if len(names) > 4:
        places[len(names) // 2] = "middle"
    across = {"start": 0.0, "end": 100.0}
    drawn = Markup('<text class="label" x="{}%" y="{}" text-anchor="{}">{}</text>')
    foot = _ABOVE + HEIGHT + 16
    return [
        drawn.format(_n(across.get(anchor, (place + 0.5) * 100 / len(names))), foot, anchor, names[place])
        for place, anchor in sorted(places.items())
    ]


def _column(left: float, width: float, base: float, share: float, look: str, told: str) -> Markup:
    gap = width * 0.18
    drawn = Markup('<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"><title>{}</title></rect>')
    height = share * HEIGHT
    return drawn.format(
        look, _n(left + gap / 2), _n(_height_of(base) - height), _n(width - gap), _n(max(height, 1.0)), told
    )


def _path(places: Sequence[tuple[float, float | None]], top: float) -> Markup:
    """The pieces of a line, in a field of their own that is stretched while the stroke keeps its width."""
    pieces: list[list[str]] = [[]]
    for across, value in places:
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{_n(across)},{_n(_height_of(value / top) - _ABOVE)}")
    drawn = Markup('<polyline class="line" points="{}" fill="none" vector-effect="non-scaling-stroke"/>')
    lines = _NONE.join(drawn.format(" ".join(piece)) for piece in pieces if len(piece) > 1)
    field = Markup(
        '<svg x="0" y="{}" width="100%" height="{}" viewBox="0 0 100 {}" preserveAspectRatio="none" '
        'overflow="visible">{}</svg>'
    )
    return field.format(_ABOVE, HEIGHT, HEIGHT, lines)


def _row(y: int, row: Row, share: float, longest: float, written: Written) -> Markup:
    value = f"{written(row.value)} {row.note}".rstrip()
    drawn = Markup(
        '<text class="name" x="0" y="{text}">{name}</text>'
        '<text class="value" x="100%" y="{text}" text-anchor="end">{value}</text>'
        '<rect class="track" x="0" y="{bar}" width="100%" height="8" rx="4"/>'
        '<rect class="{look}" x="0" y="{bar}" width="{share}%" height="8" rx="4"><title>{told}</title></rect>'
    ).format(
        text=y + 16,
        bar=y + 23,
        name=shortened(row.name),
        value=value,
        look=row.look,
        share=_n(share * 100),
        told=f"{row.name}: {value}",
    )
    if row.mark is None:
        return drawn
    at = _n(min(row.mark / longest, 1.0) * 100)
    mark = Markup('<line class="mark" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"><title>{3}</title></line>')
    return drawn + mark.format(at, y + 19, y + 35, written(row.mark))


def _height_of(share: float) -> float:
    """How far below the upper edge a share of the field ends."""
    return _ABOVE + HEIGHT * (1 - min(share, 1.0))


def _n(number: float) -> str:
    """A number as SVG takes it, whatever the language: at most two digits behind the point."""
    return f"{round(number, 2):g}" if abs(number) < 1_000_000 else f"{number:.0f}"
