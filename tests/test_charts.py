"""Charts are well-formed SVG whatever their names and numbers are, and nothing in them is anybody's markup."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from hub.web.charts import HEIGHT, Caption, Row, Series, ceiling, columns, line, rows, shortened

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{0} %s &amp; ]]>", "漢字 Åäö 🙂", ""]
CAPTION = Caption("k", "Answers <b>", "By day & week")

# What XML can hold: every text of a page has been through a database and a clean-up, but charts take what they get.
names = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=80)
amounts = st.floats(0, 1e9, allow_nan=False)


def read(drawn: Markup) -> ET.Element:
    """A chart as a browser reads it."""
    return ET.fromstring(str(drawn).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def number(value: float) -> str:
    return f"{value:,.0f}"


def drawn_in_every_way(labels: list[str], values: list[float]) -> list[Markup]:
    pairs = list(zip(labels, values, strict=False))
    told = [name for name, _ in pairs]
    return [
        columns(CAPTION, told, [Series("met", [v for _, v in pairs], "good"), Series("", [1] * len(pairs))], number),
        line(CAPTION, told, [None if v > 0.9 else v for _, v in pairs], number),
        rows(CAPTION, [Row(name, value, mark=value / 2, note=name) for name, value in pairs], number),
    ]


@given(st.lists(names, max_size=40), st.lists(amounts, max_size=40))
def test_a_chart_is_well_formed_whatever_it_shows(labels: list[str], values: list[float]) -> None:
    for chart in drawn_in_every_way(labels, values):
        root = read(chart)

        assert root.attrib["role"] == "img"
        assert {found.attrib["id"] for found in root.iter() if "id" in found.attrib} == {
            "chart-k-title",
            "chart-k-desc",
        }
        assert all("style" not in found.attrib for found in root.iter())
        assert {found.tag.removeprefix(SVG) for found in root.iter()} <= {
            *("svg", "title", "desc", "rect", "line", "text", "circle", "polyline")
        }


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text(name: str) -> None:
    for chart in drawn_in_every_way([name, name], [3.0, 4.0]):
        texts = [found.text or "" for found in read(chart).iter()]

        assert any(name in text for text in texts)
        assert "<script" not in chart
        assert "<img" not in chart


def test_a_chart_is_called_by_its_title_and_its_description() -> None:
    root = read(rows(CAPTION, [Row("a", 1)], number))

    assert root.attrib["aria-labelledby"] == "chart-k-title chart-k-desc"
    assert [found.text for found in root[:2]] == ["Answers <b>", "By day & week"]
    assert read(rows(Caption("k", "T"), [], number)).attrib["aria-labelledby"] == "chart-k-title"


def test_columns_stand_upon_one_another_and_reach_their_part_of_the_field() -> None:
    root = read(columns(CAPTION, ["Mon"], [Series("met", [6], "good"), Series("late", [4], "bad")], number))
    met, late = root.findall(f"{SVG}rect")

    assert (met.attrib["class"], float(met.attrib["height"])) == ("good", HEIGHT * 0.6)
    assert float(late.attrib["y"]) + float(late.attrib["height"]) == float(met.attrib["y"])
    assert met[0].text == "Mon: met 6"


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=30))
def test_no_column_leaves_the_field(values: list[tuple[float, float]]) -> None:
    series = [Series("a", [one for one, _ in values]), Series("b", [two for _, two in values])]
    root = read(columns(CAPTION, ["x"] * len(values), series, number))

    for rect in root.findall(f"{SVG}rect"):
        top, height = float(rect.attrib["y"]), float(rect.attrib["height"])
        assert top >= 19 - 0.02
        assert top + height <= 20 + HEIGHT + 1.02
        assert 0 <= float(rect.attrib["x"].rstrip("%")) <= 100


def test_a_line_is_broken_where_there_is_nothing() -> None:
    root = read(line(CAPTION, list("abcdef"), [0.5, 1, None, 0, 0.25, None], number))
    pieces = [found.attrib["points"].split() for found in root.iter(f"{SVG}polyline")]

    assert [len(piece) for piece in pieces] == [2, 2]
    assert len(root.findall(f"{SVG}circle")) == 4
    assert pieces[0][1].endswith(",0")
    assert pieces[1][0].endswith(f",{HEIGHT}")


def test_bars_are_held_against_the_longest_or_against_the_top() -> None:
    found = [Row("a", 5), Row("b", 10, mark=2.5)]

    against_longest = [rect.attrib["width"] for rect in read(rows(CAPTION, found, number)).findall(f"{SVG}rect")]
    against_top = read(rows(CAPTION, found, number, top=20))

    assert against_longest[1::2] == ["50%", "100%"]
    assert [rect.attrib["width"] for rect in against_top.findall(f"{SVG}rect")][1::2] == ["25%", "50%"]
    assert [mark.attrib["x1"] for mark in against_top.findall(f"{SVG}line")] == ["12.5%"]


@given(st.floats(0, 1e12))
def test_the_top_of_an_axis_is_not_below_the_value_and_not_far_above_it(value: float) -> None:
    assert value <= ceiling(value) <= max(value * 2.5, 1)


def test_a_long_name_is_shortened() -> None:
    assert shortened("Högtalare " * 9).endswith("…")
    assert len(shortened("x" * 99)) == 38
    assert shortened(" a\n b ") == "a b"


def test_numbers_are_written_as_the_language_has_them_and_placed_as_svg_has_them() -> None:
    chart = rows(CAPTION, [Row("a", 1234.5)], lambda value: f"{value:.1f}".replace(".", ","))

    assert "1234,5" in chart
    assert 'width="100%"' in chart
