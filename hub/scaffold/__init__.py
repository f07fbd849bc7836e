"""A plugin to begin with: `acme` is an example that works, and `create_plugin` copies it under another name."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from hub.errors import Refused

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_EXAMPLE = re.compile(
    r"(?P<module>hub\.scaffold\.acme)"
    r"|(?P<class>Acme(?=[A-Z])|(?<=Test)Acme)"
    r"|(?P<title>Acme)"
    r"|(?P<address>acme(?=-|\.example)|(?<=-)acme|(?<=\nid = \")acme|(?<=policy test )acme)"
    r"|(?P<name>acme)"
)
_LONGEST = 30
_SUFFIXES = (".py", ".toml", ".md", ".typed")
_TAKEN = frozenset({"acme", "casehub", "hub", "test", "tests"})


def create_plugin(name: str, folder: Path, installed: Collection[str] = ()) -> Path:
    """Write a package with a plugin of this name into a folder of its own in `folder`; Refused says what is in the way.

    Its contract is green at once: pytest finds all it needs in the package. Two plugins of one name cannot be
    installed together, so those that are `installed` are in the way too.
    """
    _require_good(name)
    if name in installed:
        raise Refused(f"a plugin {name!r} is installed already, see `casehub plugins {name}`; choose another name")
    target = folder / f"casehub-{name.replace('_', '-')}"
    if target.exists():
        raise Refused(f"{target} exists already; choose another name, or another folder with --folder")
    texts = {place: _renamed(source.read_text(encoding="utf-8"), name) for source, place in _sources(name)}
    try:
        for place, text in texts.items():
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            (target / place).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{target} cannot be written ({error.strerror}); name another folder with --folder") from error
    return target


def _require_good(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise Refused(
            f"{name!r} cannot be the name of a plugin: give small letters, digits and single _ only, "
            f"beginning with a letter, at most {_LONGEST} signs, such as my_shop"
        )
    if name in _TAKEN or keyword.iskeyword(name):
        raise Refused(f"{name!r} means something else already: name the plugin after its platform, such as my_shop")


def _sources(name: str) -> Iterator[tuple[Traversable, str]]:
    """Every file of the example, with its place in the new package."""
    scaffold = files("hub.scaffold")
    for source in scaffold.joinpath("package").iterdir():
        if source.name.endswith(_SUFFIXES):
            yield source, source.name
    for source in scaffold.joinpath("acme").iterdir():
        if source.name.endswith(_SUFFIXES):
            yield source, f"src/hub_{name}/{source.name}"
    yield scaffold.joinpath("acme", "tests", "test_acme.py"), f"tests/test_{name}.py"


def _renamed(text: str, name: str) -> str:
    """The text with the new name in each form in which the example's stands."""
    words = name.split("_")
    forms = {
        "module": f"hub_{name}",
        "class": "".join(word.capitalize() for word in words),
        "title": " ".join(word.capitalize() for word in words),
        "address": "-".join(words),
        "name": name,
    }
    # In one go: a new name may itself hold the example's.
    return _EXAMPLE.sub(lambda found: forms[found.lastgroup or "name"], text)
