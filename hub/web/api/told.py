"""Answers as JSON."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from hub.json_text import json_text


class Told(JSONResponse):
    """Data as JSON; every answer is about now, so nobody keeps it."""

    def __init__(self, data: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(data, status_code, {"Cache-Control": "no-store", **(headers or {})})

    def render(self, content: Any) -> bytes:
        """The data as the command line prints it, on one line."""
        return json_text(content, one_line=True)
