"""The walls of the house: which room may know which, held by reading every module's imports and calls."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest

import hub

STORE_LIBRARIES = ("sqlite3", "sqlite_utils", "filelock")
TERMINAL_LIBRARIES = ("rich", "click")
SETTINGS_LIBRARIES = ("pydantic", "pydantic_settings")
OUTSIDE_WORLD = (
    "os",
    "time",
    "socket",
    "subprocess",
    "shutil",
    "tempfile",
    "http",
    "smtplib",
    "imaplib",
    "urllib.request",
)
CLOCKS_AND_ENVIRONMENT = re.compile(r"(.*\.)?(datetime\.(now|utcnow|today)|date\.today|time\.\w+|os\.(environ|getenv))")
# In capitals, as SQL is written in this project: prose and IMAP's own SELECT and FROM are not meant.
SQL = re.compile(
    r"\bSELECT\b.+\bFROM\b|\bINSERT\s+(OR\s+\w+\s+)?INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b"
    r"|\b(CREATE|ALTER|DROP)\s+(\w+\s+)?(TABLE|INDEX|TRIGGER)\b|\bPRAGMA\s+\w|\bBEGIN\s+IMMEDIATE\b",
    re.DOTALL,
)
LONGEST_MODULE = 320


@dataclass(frozen=True, slots=True)
class Module:
    """A module as it is written."""

    name: str
    source: str
    is_package: bool = False

    @property
    def tree(self) -> ast.Module:
        return parsed(self.source)

    def lies_in(self, *rooms: str) -> bool:
        return within(self.name, rooms)

    @property
    def is_plugin(self) -> bool:
        return self.name.startswith("hub_")

    def offence(self, line: int, rule: str) -> str:
        return f"{self.name.replace('.', '/')}{'/__init__' if self.is_package else ''}.py:{line}: {rule}"


Wall = Callable[[Module], Iterator[str]]


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the hub and of its own plugins, where the import system finds them: in a wheel as well."""
    plugins = [point.module for point in entry_points(group="casehub") if point.dist and point.dist.name == "casehub"]
    return tuple(module for package in ("hub", *plugins) for module in modules_of(package))


def modules_of(package: str) -> Iterator[Module]:
    spec = find_spec(package)
    assert spec is not None, f"the package {package} of an entry point does not exist"
    for root in map(Path, spec.submodule_search_locations or ()):
        for path in sorted(root.rglob("*.py")):
            parts = path.relative_to(root.parent).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            yield Module(".".join(parts[:-1] if is_package else parts), path.read_text(encoding="utf-8"), is_package)


def within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Each import with its line, `from a import b` as a.b, also those inside functions and for types only."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{origin(module, node)}.{name.name}") for name in node.names)


def origin(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    base = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def beyond(module: Module, allowed: tuple[str, ...], rule: str) -> Iterator[str]:
    for line, name in imports(module):
        if name.split(".")[0] not in sys.stdlib_module_names and not within(name, allowed):
            yield module.offence(line, f"{rule}, not {name}")


def only_in(module: Module, rooms: tuple[str, ...], libraries: tuple[str, ...], rule: str) -> Iterator[str]:
    if not module.lies_in(*rooms):
        yield from (
            module.offence(line, f"{rule}: {name}") for line, name in imports(module) if within(name, libraries)
        )


def the_core_knows_the_standard_library_only(module: Module) -> Iterator[str]:
    if module.lies_in("hub.core", "hub.errors"):
        yield from beyond(module, ("hub.core", "hub.errors"), "hub.core imports the standard library and itself")


def the_core_reaches_for_nothing_outside(module: Module) -> Iterator[str]:
    if not module.lies_in("hub.core"):
        return
    for line, name in imports(module):
        if within(name, OUTSIDE_WORLD):
            yield module.offence(line, f"hub.core is given data and gives data back: it does not import {name}")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and CLOCKS_AND_ENVIRONMENT.fullmatch(ast.unparse(node)):
            yield module.offence(node.lineno, f"hub.core is told the time and the settings: no {ast.unparse(node)}")
    for line in calls(module, "open"):
        yield module.offence(line, "hub.core opens no files")


def runs_know_the_core_and_the_adapter_only(module: Module) -> Iterator[str]:
    if module.lies_in("hub.runs"):
        rooms = ("hub.core", "hub.adapter", "hub.errors", "hub.runs")
        yield from beyond(module, rooms, "hub.runs gets its ports: it imports hub.core, hub.adapter and hub.errors")


def the_store_knows_the_core_and_its_database_only(module: Module) -> Iterator[str]:
    if module.lies_in("hub.store"):
        rooms = ("hub.core", "hub.errors", "hub.store", *STORE_LIBRARIES)
        yield from beyond(module, rooms, "hub.store imports hub.core, hub.errors and its database")


def the_hub_never_imports_a_plugin(module: Module) -> Iterator[str]:
    if not module.is_plugin:
        for line, name in imports(module):
            if name.startswith("hub_"):
                yield module.offence(line, f"hub finds plugins by their entry points and never imports {name}")


def only_the_store_speaks_with_the_database(module: Module) -> Iterator[str]:
    yield from only_in(module, ("hub.store",), STORE_LIBRARIES, "only hub.store knows the database")


def only_the_http_client_speaks_http(module: Module) -> Iterator[str]:
    libraries = ("httpx", "httpcore", "tenacity", "urllib.request", "http.client")
    yield from only_in(module, ("hub.http",), libraries, "only hub.http goes to the web")


def only_the_store_writes_sql(module: Module) -> Iterator[str]:
    if not module.lies_in("hub.store"):
        for line, text in texts(module):
            if found := SQL.search(text):
                yield module.offence(line, f"only hub.store writes SQL: {found.group()[:40]!r}")


def only_the_templates_fill_in_texts(module: Module) -> Iterator[str]:
    rooms = ("hub.templates", "hub.web", "hub_web_form")
    yield from only_in(module, rooms, ("jinja2",), "only hub.templates and what serves pages fill in templates")


def only_the_web_serves_pages(module: Module) -> Iterator[str]:
    if not module.is_plugin:
        libraries = ("fastapi", "starlette", "uvicorn")
        yield from only_in(module, ("hub.web",), libraries, "only hub.web serves pages")


def only_one_module_knows_how_passwords_are_hashed(module: Module) -> Iterator[str]:
    yield from only_in(module, ("hub.passwords",), ("argon2",), "only hub.passwords hashes passwords")


def the_web_leaves_the_command_line_alone(module: Module) -> Iterator[str]:
    if module.lies_in("hub.web"):
        for line, name in imports(module):
            if within(name, ("hub.cli", "click", "rich")):
                yield module.offence(line, f"hub.web is a door of its own beside hub.cli: no {name}")


def templates_know_the_core_only(module: Module) -> Iterator[str]:
    if module.lies_in("hub.templates"):
        rooms = ("hub.core", "hub.errors", "hub.templates", "jinja2")
        yield from beyond(module, rooms, "hub.templates is given what it needs: it imports hub.core and hub.errors")


def plugins_use_public_names_only(module: Module) -> Iterator[str]:
    if module.is_plugin:
        public = tuple(f"hub.{name}" for name in hub.__all__)
        allowed = ("hub.core", "hub.errors", "hub.adapter", "hub.testing", "hub.http", "hub.smtp", "hub.tls", *public)
        own = module.name.split(".")[0]
        for line, name in imports(module):
            foreign_plugin = name.startswith("hub_") and not within(name, (own,))
            if foreign_plugin or (name != "hub" and within(name, ("hub",)) and not within(name, allowed)):
                yield module.offence(line, f"a plugin imports hub's public names and hub.core, not {name}")


def the_wire_of_a_plugin_is_pure(module: Module) -> Iterator[str]:
    if module.is_plugin and module.name.endswith(".wire"):
        for line, name in imports(module):
            if within(name, OUTSIDE_WORLD):
                yield module.offence(line, f"a wire module turns data into data: it does not import {name}")


def only_the_command_line_draws_on_terminals(module: Module) -> Iterator[str]:
    yield from only_in(module, ("hub.cli",), TERMINAL_LIBRARIES, "only hub.cli speaks with people")


def settings_models_stay_out_of_core_runs_and_store(module: Module) -> Iterator[str]:
    if module.lies_in("hub.core", "hub.runs", "hub.store"):
        for line, name in imports(module):
            if within(name, SETTINGS_LIBRARIES):
                yield module.offence(line, f"what was read from settings arrives as plain data: no {name}")


def only_the_command_line_prints(module: Module) -> Iterator[str]:
    if not module.lies_in("hub.cli"):
        for line in calls(module, "print"):
            yield module.offence(line, "only hub.cli prints; elsewhere return it or log it")


def no_module_is_long(module: Module) -> Iterator[str]:
    lines = module.source.count("\n")
    if lines > LONGEST_MODULE:
        yield module.offence(lines, f"{lines} lines: part it where it has two subjects ({LONGEST_MODULE} are allowed)")


def what_is_public_says_what_it_is_for(module: Module) -> Iterator[str]:
    if ast.get_docstring(module.tree) is None:
        yield module.offence(1, "a module says in its docstring what it is for")
    for node in module.tree.body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield module.offence(node.lineno, f"{node.name} says in its docstring what it is for")


def calls(module: Module, function: str) -> Iterator[int]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
            yield node.lineno


def texts(module: Module) -> Iterator[tuple[int, str]]:
    """Every string but those that stand alone, as docstrings do; a formatted one with ? where a value goes."""
    nodes = list(ast.walk(module.tree))
    passed_over = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    passed_over |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(v.value) if isinstance(v, ast.Constant) else "?" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed_over:
            yield node.lineno, node.value


# Each wall with a module that breaks it in exactly one place, and one beside it that does not.
WALLS: dict[Wall, tuple[Module, Module]] = {
    the_core_knows_the_standard_library_only: (
        Module("hub.core.bad", "def f():\n    from pydantic import BaseModel\n"),
        Module("hub.core.good", "import re\nfrom hub.core.model import Case\nfrom . import events\n"),
    ),
    the_core_reaches_for_nothing_outside: (
        Module("hub.core.bad", "import datetime\nnow = datetime.datetime.now()\n"),
        Module("hub.core.good", "def f(clock):\n    return clock.now(), clock.open()\n"),
    ),
    runs_know_the_core_and_the_adapter_only: (
        Module("hub.runs.bad", "from hub import store\n"),
        Module("hub.runs.good", "from hub.adapter import Connection\nfrom .channel import Source\n"),
    ),
    the_store_knows_the_core_and_its_database_only: (
        Module("hub.store.bad", "import hub.settings\n"),
        Module("hub.store.good", "import sqlite3\nfrom hub.core import ports\n"),
    ),
    the_hub_never_imports_a_plugin: (
        Module("hub.cli.bad", "import hub_email_imap.adapter\n"),
        Module("hub_other", "import hub_other.adapter\n", is_package=True),
    ),
    only_the_store_speaks_with_the_database: (
        Module("hub_other.bad", "import sqlite3\n"),
        Module("hub.store.good", "import sqlite3\n"),
    ),
    only_the_http_client_speaks_http: (
        Module("hub_other.bad", "import httpx\n"),
        Module("hub.http", "import httpx\n"),
    ),
    only_the_store_writes_sql: (
        Module("hub.runs.bad", 'query = f"SELECT {1}\\nFROM cases"\n'),
        Module("hub.runs.good", '"""It does not SELECT anything FROM a table."""\nx = "Select one from these"\n'),
    ),
    only_the_templates_fill_in_texts: (
        Module("hub.cli.bad", "import jinja2\n"),
        Module("hub.templates.good", "from jinja2 import Undefined\n"),
    ),
    only_the_web_serves_pages: (
        Module("hub.cli.bad", "from starlette.requests import Request\n"),
        Module("hub.web.good", "from fastapi import FastAPI\n"),
    ),
    only_one_module_knows_how_passwords_are_hashed: (
        Module("hub.web.bad", "from argon2 import PasswordHasher\n"),
        Module("hub.passwords", "from argon2 import PasswordHasher\n"),
    ),
    the_web_leaves_the_command_line_alone: (
        Module("hub.web.bad", "from hub.cli.common import options\n"),
        Module("hub.web.good", "from hub.rounds import chosen_sources\n"),
    ),
    templates_know_the_core_only: (
        Module("hub.templates.bad", "from hub.settings import Settings\n"),
        Module("hub.templates.good", "from jinja2.sandbox import SandboxedEnvironment\nfrom hub.core import model\n"),
    ),
    plugins_use_public_names_only: (
        Module("hub_other.bad", "from hub.settings import Office\n"),
        Module("hub_other.good", "import hub\nfrom hub import Adapter\nfrom hub.core.model import Case\n"),
    ),
    the_wire_of_a_plugin_is_pure: (
        Module("hub_other.wire", "import smtplib\n"),
        Module("hub_other.wire", "from hub import Case\n"),
    ),
    only_the_command_line_draws_on_terminals: (
        Module("hub.runs.bad", "from rich.table import Table\n"),
        Module("hub.cli.good", "from rich.table import Table\n"),
    ),
    settings_models_stay_out_of_core_runs_and_store: (
        Module("hub.runs.bad", "from pydantic import BaseModel\n"),
        Module("hub_other.good", "from pydantic import BaseModel\n"),
    ),
    only_the_command_line_prints: (
        Module("hub_other.bad", "print('done')\n"),
        Module("hub.cli.good", "print('done')\n"),
    ),
    no_module_is_long: (
        Module("hub.bad", "x = 1\n" * (LONGEST_MODULE + 1)),
        Module("hub.good", "x = 1\n" * LONGEST_MODULE),
    ),
    what_is_public_says_what_it_is_for: (
        Module("hub.bad", '"""A module."""\ndef public(): ...\n'),
        Module("hub.good", '"""A module."""\ndef _private(): ...\n'),
    ),
}


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_the_wall_stands(wall: Wall) -> None:
    offences = [offence for module in modules() for offence in wall(module)]

    assert not offences, "\n" + "\n".join(offences)


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_the_wall_stops_what_it_is_built_against_and_nothing_else(wall: Wall) -> None:
    bad, good = WALLS[wall]

    assert len(list(wall(bad))) == 1
    assert list(wall(good)) == []


def test_every_room_is_looked_at() -> None:
    names = {module.name for module in modules()}

    assert {"hub", "hub.core.merge", "hub.runs.sync", "hub.store.sqlite", "hub.cli", "hub_email_imap"} <= names
