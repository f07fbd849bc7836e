"""Pretended plugins, installed as a stranger's would be: a module and a distribution with an entry point."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

InstallPlugin = Callable[..., None]


@contextmanager
def installed_into(folder: Path, patch: pytest.MonkeyPatch, source: str = "") -> Iterator[InstallPlugin]:
    """A function that installs a plugin of a name with a source, found while the block lasts."""
    site = folder / "site-packages"
    site.mkdir()
    patch.syspath_prepend(str(site))
    modules: set[str] = set()

    def install(name: str, source: str = source, distribution: str = "") -> None:
        distribution = distribution or f"casehub_{name}"
        module = f"hub_{distribution}_{name}"
        (site / f"{module}.py").write_text(source, encoding="utf-8")
        info = site / f"{distribution}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[casehub]\n{name} = {module}\n", encoding="utf-8")
        modules.add(module)
        importlib.invalidate_caches()

    yield install
    for module in modules & sys.modules.keys():
        del sys.modules[module]
    importlib.invalidate_caches()
