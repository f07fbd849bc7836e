"""The last text of each plugin's policy that could be read, for the day on which the plugin or its file is broken.

Without it the cases of that plugin would silently follow the house policy, whose deadlines may come later.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from hub.policies.book import PolicyBook
from hub.policies.tables import PolicyFile

_MARK = "# "


def with_last_good(
    files: Sequence[PolicyFile],
    load: Callable[[Sequence[PolicyFile]], PolicyBook],
    folder: Path,
    broken_plugins: Collection[str],
) -> PolicyBook:
    """The book of these files; what is broken in it, or belongs to a broken plugin, is followed as it was last read.

    What is broken is told as ever: this is no way to live, but a way to the morning.
    """
    book = load(files)
    bad = {where for where, _ in book.broken}
    good = [file for file in files if file.where not in bad]
    known = {file.where: file for file in kept_files(folder)}
    missed = [file for where, file in known.items() if where in bad or where.partition(":")[0] in broken_plugins]
    _keep([file for file in good if known.get(file.where) != file], folder)
    if not missed:
        return book
    told = tuple(f"{file.where} is followed as it was when it could be read last" for file in missed)
    mended = load([*good, *missed])
    return replace(mended, warnings=(*mended.warnings, *told), broken=(*book.broken, *mended.broken))


def kept_files(folder: Path) -> list[PolicyFile]:
    """The texts that could be read last."""
    found = []
    with suppress(OSError, UnicodeDecodeError):
        for path in sorted(folder.glob("*.toml")):
            where, _, text = path.read_text(encoding="utf-8").partition("\n")
            found.append(PolicyFile(where.removeprefix(_MARK), text))
    return found


def _keep(files: Sequence[PolicyFile], folder: Path) -> None:
    """Keep these; a folder that cannot be written to costs no more than the safety."""
    with suppress(OSError):
        for file in files:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{sha256(file.where.encode()).hexdigest()[:16]}.toml"
            half = path.with_suffix(f".{os.getpid()}")
            half.write_text(f"{_MARK}{file.where}\n{file.text}", encoding="utf-8")
            half.replace(path)
