"""Where cases live: SQLite for what is looked up, files beside it for contents; the only room that knows SQL."""

from __future__ import annotations

from hub.store.sqlite import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]
