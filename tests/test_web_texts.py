"""The texts of the pages: none is missing, none is left over, and each says the same in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from hub.web.words import LANGUAGES, Text, Words, plural_form, texts

WEB = Path(str(files("hub.web")))
FORMS = {"en": 2, "sv": 2, "nl": 2, "de": 2, "ja": 1, "cs": 3}
ROOMS = {name.partition(".")[0] for name in texts()}
NAMES = sorted(texts())
_CALLED = re.compile(r"""(["'])([a-z_]+)\.([a-z0-9_]*)(%s)?\1(\s*[+~])?""")
_QUOTED = re.compile(r"""["']([a-z0-9_]+)["']""")
_FILES = frozenset({"html", "css", "js", "toml", "csv", "json", "txt", "svg", "png", "zip"})


def templates() -> Iterator[tuple[str, str]]:
    """Each template with its text."""
    for path in sorted((WEB / "templates").rglob("*.html")):
        yield path.name, path.read_text(encoding="utf-8")


def sources() -> Iterator[tuple[str, str]]:
    """Each module of the pages with its text."""
    for path in sorted(WEB.rglob("*.py")):
        yield path.relative_to(WEB).as_posix(), path.read_text(encoding="utf-8")


def called_in_templates() -> Iterator[tuple[str, str]]:
    """What templates ask for: names, and as patterns the beginnings of names that go on with a value."""
    for where, text in templates():
        for _, room, name, filled, goes_on in _CALLED.findall(text):
            if room in ROOMS and name not in _FILES:
                yield where, f"{room}.{name}{'*' if filled or goes_on else ''}"


def called_in_sources() -> Iterator[tuple[str, str]]:
    """What modules ask for, in the same way."""
    for where, text in sources():
        parts = set[int]()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.JoinedStr):
                parts.update(id(part) for part in node.values)
                yield from ((where, name) for name in _named(_pattern(node)))
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.left, ast.Constant):
                parts.add(id(node.left))
                yield from ((where, name) for name in _named(f"{node.left.value!s}*"))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
                yield from ((where, name) for name in _named(node.value))


def _pattern(node: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def _named(value: str) -> Iterator[str]:
    """The value, if it can be the name of a text."""
    room, dot, name = value.partition(".")
    if dot and room in ROOMS and re.fullmatch(r"[a-z0-9_*]+", name) and name not in _FILES:
        yield value


def fits(pattern: str, name: str) -> bool:
    """Whether a name can be meant by a pattern, in which * stands for a value."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[a-z0-9_]+"), name) is not None


def called() -> set[str]:
    return {name for _, name in (*called_in_templates(), *called_in_sources())}


def test_every_text_that_is_asked_for_is_there() -> None:
    missing = [
        (where, name)
        for where, name in (*called_in_templates(), *called_in_sources())
        if not any(fits(name, known) for known in NAMES)
    ]

    assert missing == []


def test_no_text_is_left_over() -> None:
    wanted = called()
    plain = {name for name in wanted if "*" not in name}
    patterns = [name for name in wanted if "*" in name]
    narrow = [name for name in patterns if not name.endswith(".*")]
    # Where only the room is written out, what comes after it stands elsewhere in quotes, such as in an enumeration.
    modules = [path.read_text(encoding="utf-8") for path in WEB.parent.rglob("*.py")]
    quoted = {word for text in (*(text for _, text in templates()), *modules) for word in _QUOTED.findall(text)}
    open_rooms = {name.removesuffix(".*") for name in patterns if name.endswith(".*")}

    left = [
        name
        for name in NAMES
        if name not in plain
        and not any(fits(pattern, name) for pattern in narrow)
        and not (name.partition(".")[0] in open_rooms and name.partition(".")[2] in quoted)
    ]
    assert left == []


def test_what_is_looked_for_is_found() -> None:
    wanted = called()

    assert {"sign_in.title", "policies.mark_*", "common.*", "common.theme_*"} <= wanted
    assert fits("policies.mark_*", "policies.mark_documented")
    assert not fits("policies.mark_*", "policies.remark")


def forms_of(text: Text) -> Sequence[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_the_same_placeholders_in_every_language(language: str) -> None:
    found = {name: set().union(*map(placeholders, forms_of(texts()[name][language]))) for name in NAMES}
    expected = {name: set().union(*map(placeholders, forms_of(texts()[name]["en"]))) for name in NAMES}

    assert {name: has for name, has in found.items() if has != expected[name]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_with_a_count_has_a_form_for_every_number(language: str) -> None:
    counted = [name for name in NAMES if any(not isinstance(text, str) for text in texts()[name].values())]
    wrong = {
        name: texts()[name][language] for name in counted if len(forms_of(texts()[name][language])) != FORMS[language]
    }

    assert wrong == {}
    assert {plural_form(language, number) for number in range(200)} == set(range(FORMS[language]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_form_for_one_may_leave_its_number_out(language: str) -> None:
    bare = [
        name
        for name in NAMES
        for form in forms_of(texts()[name][language])[1:]
        if "n" in placeholders(forms_of(texts()[name]["en"])[-1]) and "n" not in placeholders(form)
    ]

    assert bare == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_filled_in(language: str) -> None:
    words = Words(language)

    for name in NAMES:
        values = dict.fromkeys(set().union(*map(placeholders, forms_of(texts()[name]["en"]))), 1)
        assert "{" not in words(name, **values)


def test_no_text_is_written_twice() -> None:
    twice = []
    for path in sorted((WEB / "texts").glob("*.toml")):
        heads = re.findall(r"^\[([a-z0-9_]+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE)
        twice += [f"{path.stem}.{head}" for head in set(heads) if heads.count(head) > 1]

    assert twice == []


def test_no_text_holds_markup_or_blanks_that_nobody_sees() -> None:
    strange = [
        (name, language)
        for name in NAMES
        for language in LANGUAGES
        for form in forms_of(texts()[name][language])
        if re.search(r"<[a-z/]|  |\t|\n|\.\.\.|&[a-z]+;", form)
    ]

    assert strange == []
