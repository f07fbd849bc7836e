"""What the store takes for what the pages ask it: lists, counts, searches and cases, alone and by fifty threads.

Run by hand: python -m benchmarks.lists FOLDER, with a folder that benchmarks.big_store filled. The floor is the
smallest question there is. `processor` is what one answer takes of it, which others on the machine disturb least.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hub.clock import present_clock
from hub.core.model import CaseState
from hub.core.paging import page_of
from hub.core.ports import CaseFilter, ListOrder, Store
from hub.core.views import inbox_views
from hub.store import open_store

THREADS = 50
WORDS: Mapping[str, tuple[str, ...]] = {
    "one letter": ("a", "o", "b", "k"),
    "a common word": ("order", "hej", "bestelling", "paket"),
    "two common words": ("hej order", "order betala", "bestelling geld"),
    "two that never meet": ("bestelling hej", "betala retourneren"),
    "a rare word": ("kund177", "FY-8081", "zzz"),
    "Japanese": ("注文", "返金", "注文番号"),
    "a name and a product": ("karin wikström", "lars tent"),
}
Question = Callable[[random.Random], object]


def main() -> None:
    """Ask each question by itself and by many threads at once, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder that benchmarks.big_store filled")
    wanted = parser.parse_args()
    with closing(open_store(wanted.folder / "data", present_clock())) as store:
        print(f"{'milliseconds':<34}{'':>10}{'alone':>16}{f'{THREADS} threads':>16}")
        print(f"{'':<34}{'processor':>10}{'p50':>8}{'p99':>8}{'p50':>8}{'p99':>8}{'a second':>10}")
        for title, question in questions(store).items():
            alone, many = ask(question, 1, 60), ask(question, THREADS, 4)
            figures = "".join(f"{figure:>8.1f}" for figure in (*alone[1:3], *many[1:3]))
            print(f"{title:<34}{alone[0]:>10.2f}{figures}{many[3]:>10,.0f}", flush=True)
        walk(store)
        print(f"memory: {peak():.0f} MB at most")


def questions(store: Store) -> dict[str, Question]:
    """What is asked, by what it is."""
    views = inbox_views(datetime.now(UTC), "eva")
    lists = [replace(view.wanted, limit=50) for view in views]
    long = [case.number for case in store.cases(CaseFilter(limit=20_000)) if 10 <= case.messages <= 40]
    every = CaseFilter(states=frozenset(CaseState), order=ListOrder.NEWEST, limit=50)
    asked: dict[str, Question] = {
        "floor: a fact": lambda _: store.fact("policies"),
        "a view, 50 cases": lambda chance: store.cases(chance.choice(lists)),
        "the newest of a channel": lambda _: store.cases(replace(every, channel="rakuten")),
        "how many each view has": lambda _: store.view_counts(views),
        "the same, exactly": lambda _: store.view_counts(views, None),
        "a case of 10 to 40 messages": lambda chance: store.case(chance.choice(long)),
        "a customer's other cases": lambda chance: store.others(chance.choice(long)),
        "whether anything was written": lambda _: store.version(),
    }
    return asked | {f"search: {title}": _search(store, words) for title, words in WORDS.items()}


def _search(store: Store, words: tuple[str, ...]) -> Question:
    return lambda chance: store.search(chance.choice(words))


def ask(question: Question, threads: int, times: int) -> tuple[float, float, float, float]:
    """The processor's milliseconds of one answer, the median and the 99th part of all, and how many came a second."""
    took: list[float] = []

    def ask_often(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(times):
            began = time.perf_counter()
            question(chance)
            took.append(time.perf_counter() - began)

    workers = [threading.Thread(target=ask_often, args=(seed,)) for seed in range(threads)]
    began, busy = time.perf_counter(), time.process_time()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    elapsed, processor = time.perf_counter() - began, time.process_time() - busy
    took.sort()
    last = min(int(len(took) * 0.99), len(took) - 1)
    return processor / len(took) * 1e3, took[len(took) // 2] * 1e3, took[last] * 1e3, len(took) / elapsed


def walk(store: Store) -> None:
    """Go through all open cases page by page, as nobody does, and print the slowest page."""
    wanted, slowest, cases = CaseFilter(limit=50), 0.0, 0
    while True:
        began = time.thread_time()
        page = page_of(store, wanted)
        slowest, cases = max(slowest, time.thread_time() - began), cases + len(page.cases)
        if not page.after:
            break
        wanted = replace(wanted, after=page.after)
    print(f"page by page through {cases:,} open cases: the slowest page took {slowest * 1e3:.1f} ms of the processor")


def peak() -> float:
    """The most memory that this process had, in MB."""
    return int(Path("/proc/self/status").read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
