"""Fills a folder with a store as large as a busy shop's: made-up cases, written as a run writes them.

Run by hand: python -m benchmarks.big_store FOLDER --cases 100000 --messages 1000000. The folder gets a hub.toml too, so
that every command works on it: casehub --config FOLDER/hub.toml cases. The same seed makes the same cases, told from
the instant of the run backwards; their deadlines are those of the shipped policies.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path

from benchmarks.made_up import MadeUp, Shop, lengths
from hub.app import Hub, open_hub
from hub.core.merge import Change
from hub.core.model import Attachment
from hub.core.ports import ChannelRecord, Writer
from hub.core.replay import replay

BATCH = 500
CUSTOMERS_A_CASE = 0.4
CLOSED_A_CASE = 0.05
"""For each open case so many closed ones are written besides."""
FILES = 40
_CHANNELS: Mapping[str, tuple[str, Mapping[str, str | int], tuple[str, ...]]] = {
    "fyndiq": ("fyndiq_reclaimit", {"base_url": "https://reclaimit.example", "merchant_id": "4711"}, ("token",)),
    "bol_nl": ("bolcom", {"client_id": "a-client"}, ("client_secret",)),
    "rakuten": ("rakuten", {"shop_id": 4711}, ("service_secret", "license_key")),
    "support": (
        "email_imap",
        {"address": "help@shop.example", "imap_host": "imap.shop.example", "smtp_host": "smtp.shop.example"},
        ("password",),
    ),
}


def main() -> None:
    """Make the store and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="an empty or new folder")
    parser.add_argument("--cases", type=int, default=100_000, help="how many open and waiting cases (100000)")
    parser.add_argument("--messages", type=int, default=1_000_000, help="how many messages these have (1000000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other cases (1)")
    wanted = parser.parse_args()
    began = time.perf_counter()
    cases, messages = fill(wanted.folder, wanted.cases, wanted.messages, wanted.seed)
    print(f"{cases:,} cases and {messages:,} messages in {time.perf_counter() - began:.0f} s")
    print(f"casehub --config {write_settings(wanted.folder)} cases")


def write_settings(folder: Path) -> Path:
    """Write the hub.toml of four channels that reach nobody, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "nothing.secret"
    secret.touch(mode=0o600)
    secret.write_text("nothing", encoding="utf-8")
    lines = ['data = "data"', "", "[office]", 'timezone = "Europe/Stockholm"']
    lines += ["known_from = 2025-01-01", "known_until = 2028-12-31", "holidays = []", ""]
    for name, (adapter, settings, secrets) in _CHANNELS.items():
        lines += [f"[channels.{name}]", f'adapter = "{adapter}"']
        lines += [
            f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in settings.items()
        ]
        lines += [f'{key} = "file:{secret.resolve()}"' for key in secrets] + [""]
    path = folder / "hub.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def fill(folder: Path, cases: int, messages: int, seed: int) -> tuple[int, int]:
    """Write so many open cases with so many messages, and closed ones besides; how many of each there are at last."""
    with open_hub(write_settings(folder)) as hub:
        if hub.store.counts():
            raise SystemExit(f"{folder} holds cases already; name an empty folder")
        now = hub.clock.now()
        shop = Shop(seed, now, max(int(cases * CUSTOMERS_A_CASE), 1), _files(hub))
        with hub.store.writing() as writer:
            for name in _CHANNELS:
                # Far ahead, so that no clock takes the channels for unread while the store is measured.
                writer.record_channel(
                    ChannelRecord(name, started_at=now, succeeded_at=now, read_until=now + timedelta(days=99))
                )
        sizes = [(size, False) for size in lengths(seed, cases, messages)]
        sizes += [
            (size, True) for size in lengths(seed + 1, int(cases * CLOSED_A_CASE), 5 * int(cases * CLOSED_A_CASE))
        ]
        written = 0
        waiting = iter(sizes)
        while batch := list(islice(waiting, BATCH)):
            with hub.store.writing() as writer:
                for told in _told(shop, writer, batch):
                    written += _write(hub, writer, told)
        return len(sizes), written


def _told(shop: Shop, writer: Writer, batch: Sequence[tuple[int, bool]]) -> Iterator[MadeUp]:
    for size, closed in batch:
        yield shop.case(writer.next_number(), size, closed)


def _write(hub: Hub, writer: Writer, told: MadeUp) -> int:
    case = replay(told.events)
    writer.save(Change(case, told.events, is_new=True), hub.evaluation_of(case))
    for reply in told.replies:
        writer.save_reply(reply)
    return len(case.messages)


def _files(hub: Hub) -> list[Attachment]:
    """Small pictures that customers attach."""
    found = []
    for number in range(FILES):
        content = b"\x89PNG\r\n\x1a\n" + bytes([number]) * (2_000 + 500 * number)
        found.append(Attachment(f"Foto {number}.png", "image/png", len(content), hub.store.keep(content)))
    return found


if __name__ == "__main__":
    main()
