"""What a quiet run does without: libraries that take longer to import than the run takes to do its work."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import log

# A port on which nothing listens: the channel fails, after everything that reading a mailbox needs was imported.
CHANNEL = """
[channels.mail]
adapter = "email_imap"
address = "shop@example.se"
password = "env:MAIL_PASSWORD"
imap_host = "127.0.0.1"
imap_port = 1
smtp_host = "127.0.0.1"
"""
HEAVY = {
    "httpx",
    "tenacity",
    "rich",
    "structlog",
    "sqlite_utils",
    "holidays",
    "jinja2",
    "hub_email_imap.parse",
    "hub.smtp",
}
_LOADED = "import sys; sys.stderr.write('\\n' + ' '.join(sys.modules))"


def modules_after(code: str, folder: Path) -> set[str]:
    environment = {**os.environ, "MAIL_PASSWORD": "hemligt"}
    command = [sys.executable, "-c", f"{code}\n{_LOADED}"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return set(done.stderr.rpartition("\n")[2].split())


def sync(folder: Path) -> set[str]:
    run = "from hub.cli import main\ntry:\n    main(['sync', '--json'], standalone_mode=False)"
    return modules_after(f"{run}\nexcept SystemExit:\n    pass", folder)


def test_a_sync_with_nothing_to_log_or_show_imports_nothing_heavy(write_settings: Callable[[str], Path]) -> None:
    folder = write_settings(CHANNEL).parent

    first, second = sync(folder), sync(folder)

    assert first & HEAVY == {"sqlite_utils"}  # the tables were made
    assert "hub_email_imap.reading" in second
    assert second & HEAVY == set()


def test_the_log_is_imported_with_the_first_line_that_is_logged(tmp_path: Path) -> None:
    quiet = "from hub import log\nlog.configure()\nlogger = log.logger(channel='support')"

    assert "structlog" not in modules_after(quiet, tmp_path)
    assert "structlog" in modules_after(f"{quiet}\nlogger.info('nothing new')", tmp_path)


def test_a_logger_follows_what_is_configured_after_it_was_made(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    logger = log.logger(channel="support")
    logger.info("too quiet")

    log.configure(log.LogFormat.JSON, logging.INFO)
    logger.info("nothing new 漢字")
    log.configure()
    logger.info("too quiet again")

    [line] = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (line["event"], line["channel"], line["level"]) == ("nothing new 漢字", "support", "info")
