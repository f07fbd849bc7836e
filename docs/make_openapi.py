"""Writes docs/openapi.json and the operations in docs/api.md: `make docs`. A test says when they are out of date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hub.json_text import json_text
from hub.web.api.app import ROUTES
from hub.web.api.document import document_of

HERE = Path(__file__).parent
DOCUMENT, TEXT = HERE / "openapi.json", HERE / "api.md"
_BEGIN, _END = "<!-- operations: begin -->\n", "<!-- operations: end -->"


def document() -> bytes:
    """The text of docs/openapi.json."""
    return json_text(document_of(ROUTES)) + b"\n"


def text(around: str) -> str:
    """The text of docs/api.md, the operations made anew."""
    head, _, rest = around.partition(_BEGIN)
    return f"{head}{_BEGIN}{''.join(_table(document_of(ROUTES)))}{_END}{rest.partition(_END)[2]}"


def _table(document: dict[str, Any]) -> Iterator[str]:
    yield "| operation | needs | what it does |\n|---|---|---|\n"
    for path, operations in document["paths"].items():
        for method, told in operations.items():
            what = told["description"].partition("\n")[0].rstrip(".")
            yield f"| `{method.upper()} {path}` | `{told['x-permission']}` | {what} |\n"


def main() -> None:
    """Write both."""
    DOCUMENT.write_bytes(document())
    TEXT.write_text(text(TEXT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
