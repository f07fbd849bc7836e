"""The store on SQLite: the promises of its port, and what only files and SQLite can get wrong."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from hub.core.codec import dump_happening
from hub.core.escalation import StepState
from hub.core.events import Happening, MessageArrived, Opened, StateChanged
from hub.core.model import Author, CaseState, CaseType
from hub.core.outbox import Hold, ReplyState, start_sending
from hub.core.ports import CaseFilter, ListOrder, Store
from hub.core.readings import headline
from hub.core.search import words as folded_words
from hub.errors import Busy, Refused, StoreError
from hub.refreshing import refresh_evaluations
from hub.store import SqliteStore, clocks, connection, finding, listing, open_store, reading, schema, scores, steps
from hub.store.connection import Connection
from hub.store.counting import SqliteCounting
from tests.clocks_contract import ClocksContract
from tests.counting_contract import CABLE, CLAIMS, EVER, HORN, CountingContract, claim
from tests.fakes import MovableClock
from tests.lists_contract import ListsContract
from tests.store_contract import (
    EARLY,
    EVERY,
    LATE,
    NOON,
    NOTHING_OWED,
    Opener,
    StoreContract,
    due_in_a_day,
    evaluate,
    everything,
    fill,
    found,
    mail,
    reply_to,
    save_replies,
    take,
)

CLOCK = MovableClock()
_OF_ANNA = CaseFilter(customer_email="anna@kund.example", order=ListOrder.NEWEST)
_BY_ORDER_NUMBER = "SEARCH cases USING INDEX cases_by_order_number"
_FAILED = CaseFilter(reply_states=frozenset({ReplyState.FAILED}), reply_holds=frozenset({Hold.APPROVAL}))
LATELY = CaseFilter(states=frozenset(CaseState), changed_since=NOON, order=ListOrder.NEWEST)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Åsas data 漢字"


@pytest.fixture
def reopen(folder: Path) -> Iterator[Opener]:
    opened: list[SqliteStore] = []

    def open_again() -> Store:
        opened.append(open_store(folder, CLOCK))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Opener:
    numbers = count()
    return lambda: open_store(tmp_path / f"fresh{next(numbers)}", CLOCK)


@pytest.fixture
def store(reopen: Opener) -> Store:
    return reopen()


class TestSqliteStore(StoreContract, ClocksContract, ListsContract, CountingContract):
    """The contract, kept by SQLite."""


def meddle(folder: Path, *statements: str) -> None:
    """Change the database behind the store's back."""
    with closing(sqlite3.connect(folder / "casehub.sqlite")) as raw, raw:
        for statement in statements:
            raw.execute(statement)


def value(folder: Path, question: str) -> object:
    with closing(sqlite3.connect(folder / "casehub.sqlite")) as raw:
        return raw.execute(question).fetchone()[0]


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process that opens the store in the folder of its first argument."""
    return subprocess.Popen(
        [sys.executable, "-c", _PROLOGUE + code, *map(str, arguments)],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


_PROLOGUE = """
import sys
from pathlib import Path
sys.path.insert(0, ".")
from hub.errors import HubError
from hub.store import open_store
from tests.fakes import MovableClock
store = open_store(Path(sys.argv[1]), MovableClock())
"""


# Files


def test_a_new_folder_is_for_its_owner_only(folder: Path, store: Store) -> None:
    take(store, mail("a"))

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {"casehub.sqlite", "contents", "locks"} <= {path.name for path in folder.iterdir()}


def test_the_database_is_safe_against_power_cuts_and_lets_readers_read(folder: Path, store: Store) -> None:
    with closing_connection(folder) as raw:
        pragmas = [raw.value(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert pragmas == ["wal", 2, 1]


def closing_connection(folder: Path) -> closing[Connection]:
    return closing(Connection(folder / "casehub.sqlite"))


def test_every_table_is_strict(folder: Path, store: Store) -> None:
    loose = "SELECT group_concat(name) FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT GLOB ?"
    with closing_connection(folder) as raw:
        assert raw.value(loose + " AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'search_*'", ["_sqlite_*"]) is None


def test_a_store_that_is_closed_says_so_and_may_be_closed_again(store: Store) -> None:
    store.close()
    store.close()

    with pytest.raises(StoreError, match="is closed"):
        store.counts()


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")

    with pytest.raises(StoreError, match="is not a folder; name another one"):
        open_store(tmp_path / "data", CLOCK)
    with pytest.raises(StoreError, match="is not a folder; name another one"):
        open_store(tmp_path / "data" / "inner", CLOCK)


def test_a_file_that_is_no_database_is_named(folder: Path) -> None:
    folder.mkdir()
    (folder / "casehub.sqlite").write_bytes(b"no database " * 1000)

    with pytest.raises(StoreError, match="is not a database of casehub; move it away or restore a backup"):
        open_store(folder, CLOCK)


def test_a_database_of_a_newer_casehub_is_left_alone(folder: Path, store: Store) -> None:
    newer = "('casehub', 'tables_of_2031', '2031')"
    meddle(folder, f"INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES {newer}")

    with pytest.raises(StoreError, match=r"written by a newer casehub \(tables_of_2031\); install that version"):
        open_store(folder, CLOCK)


def test_an_event_of_a_newer_casehub_is_named_without_its_words(folder: Path, store: Store) -> None:
    [number] = take(store, mail("a", "hemligt"))
    meddle(folder, "UPDATE events SET kind = 'Teleported' WHERE kind = 'MessageArrived'")

    with pytest.raises(StoreError, match="an event Teleported of CH-1001 cannot be read") as caught:
        store.case(number)
    assert "hemligt" not in str(caught.value)


def test_a_reply_of_a_newer_casehub_is_refused_without_its_words(folder: Path, store: Store) -> None:
    take(store, mail("a"))
    save_replies(store, reply_to("CH-1001"))
    meddle(folder, "UPDATE replies SET body = json_set(body, '$.colour', 'hemligt')")

    with pytest.raises(StoreError, match="a Reply cannot be read") as caught:
        store.replies()
    assert "hemligt" not in str(caught.value)


def test_a_damaged_file_is_a_finding_and_no_traceback(folder: Path, store: Store) -> None:
    take(store, *(mail(f"m{n}", "text " * 200) for n in range(400)))
    store.close()
    file = folder / "casehub.sqlite"
    content = bytearray(file.read_bytes())
    beginning = len(content) // 2  # the tables' own description stands before it
    content[beginning:] = b"\xff" * (len(content) - beginning)
    file.write_bytes(content)

    with closing_store(folder) as damaged:
        findings = damaged.inspect()
        with pytest.raises(StoreError, match="is damaged; restore a backup"):
            damaged.cases(EVERY)

    assert {finding.advice for finding in findings} == {"restore a backup"}


def closing_store(folder: Path) -> closing[SqliteStore]:
    return closing(open_store(folder, CLOCK))


# Disk


def test_a_full_disk_keeps_nothing_of_the_batch_and_all_before_it(folder: Path, reopen: Opener) -> None:
    first = reopen()
    [number] = take(first, mail("a"))
    first.close()
    ran = python(_FULL, folder)
    said, _ = ran.communicate()

    with closing_store(folder) as store:
        assert "is full; free some space" in said
        assert [case.number for case in store.cases(EVERY)] == [number]
        assert store.inspect() == []
        assert take(store, mail("b")) == ["CH-1002"]


_FULL = """
from tests.store_contract import mail, take
import hub.store.connection as connection
real = connection.Connection._prepare
def prepare(self):
    real(self)
    self.raw.execute(f"PRAGMA max_page_count = {self.raw.execute('PRAGMA page_count').fetchone()[0] + 3}")
connection.Connection._prepare = prepare
try:
    take(store, mail("big", "ord " * 100_000))
except HubError as error:
    print(type(error).__name__, error)
"""


def test_a_disk_that_refuses_to_sync_a_content_keeps_no_row_that_names_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    digest = store.keep(b"raw")
    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(StoreError, match="is full; free some space"):
        take(store, mail("a", raw=digest))
    assert store.counts() == {}


def test_contents_are_synced_before_the_rows_that_name_them_are_kept(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        seen.append(value(folder, "SELECT count(*) FROM contents"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    take(store, mail("a", raw=store.keep(b"raw")))

    assert seen == [0, 0, 0]
    assert value(folder, "SELECT size FROM contents") == 3


def test_a_rebuild_of_a_read_only_database_says_what_to_check(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take(store, mail("a"))
    store.close()
    monkeypatch.setattr(Connection, "_prepare", lambda self: self.run("PRAGMA query_only = ON"))

    with closing(SqliteStore(store.folder, CLOCK)) as read_only, pytest.raises(StoreError, match="check who owns"):  # type: ignore[attr-defined]  # SQLite's own
        read_only.rebuild(due_in_a_day)


# Processes


def test_two_processes_that_write_at_once_lose_nothing(folder: Path, store: Store) -> None:
    writers = [python(_WRITE, folder, name) for name in ("one", "two")]
    for n in range(25):
        take(store, mail(f"here-{n}"), mail("shared"))
    codes = [writer.wait() for writer in writers]
    for writer in writers:
        writer.communicate()

    assert codes == [0, 0]
    assert store.counts() == {CaseState.OPEN: 76}
    assert store.inspect() == []


_WRITE = """
from tests.store_contract import mail, take
for n in range(25):
    take(store, mail(f"{sys.argv[2]}-{n}"), mail("shared"))
store.close()
"""


def test_processes_that_open_a_new_folder_at_once_make_one_store(folder: Path) -> None:
    openers = [python("store.close()", folder) for _ in range(4)]
    codes = [opener.wait() for opener in openers]
    for opener in openers:
        opener.communicate()

    assert codes == [0, 0, 0, 0]
    assert value(folder, "SELECT count(*) FROM _sqlite_migrations") == len(schema._STEPS)


def test_a_process_that_writes_for_too_long_is_not_waited_for(
    folder: Path, store: Store, reopen: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    other = reopen()

    with store.writing(), pytest.raises(StoreError, match="another process has been writing"), other.writing():
        pass


def test_a_killed_process_leaves_its_lease_to_the_next(folder: Path, store: Store) -> None:
    holder = python(_HOLD, folder)
    assert holder.stdout is not None
    said = holder.stdout.readline()
    with pytest.raises(Busy, match=f"by process {holder.pid} on "):
        store.lease("sync:shop").__enter__()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()

    with store.lease("sync:shop"):
        assert (said, holder.returncode) == ("held\n", -signal.SIGKILL)


_HOLD = """
with store.lease("sync:shop"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_while_it_writes_leaves_what_was_there_before(folder: Path, store: Store) -> None:
    writer = python(_DIE, folder)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    writer.communicate()

    assert store.counts() == {}
    assert [finding.advice for finding in store.inspect()] == ["harmless; it may be deleted"]
    assert take(store, mail("a")) == ["CH-1001"]


_DIE = """
from tests.store_contract import mail, take_within
with store.writing() as writer:
    take_within(writer, [mail("a", raw=store.keep(b"raw"))])
    print("written", flush=True)
    sys.stdin.read()
"""


# Speed


@pytest.mark.parametrize(
    ("wanted", "plan"),
    [
        (CaseFilter(limit=50), "SCAN cases USING INDEX cases_by_due"),
        (CaseFilter(states=frozenset({CaseState.OPEN}), channel="s"), "SCAN cases USING INDEX cases_by_due"),
        (CaseFilter(types=frozenset({CaseType.DELAY}), limit=50), "SCAN cases USING INDEX cases_by_due"),
        (CaseFilter(due_before=NOON, limit=50), "SEARCH cases USING INDEX cases_by_due"),
        (CaseFilter(due_from=NOON, due_before=NOON), "SEARCH cases USING INDEX cases_by_due"),
        (CaseFilter(due_before=NOON, type=CaseType.MISSING_ITEM), "SEARCH cases USING INDEX cases_by_due"),
        (CaseFilter(assignee="åsa", limit=50), "SEARCH cases USING INDEX cases_by_assignee"),
        (CaseFilter(unassigned=True, channel="shop", limit=50), "SEARCH cases USING INDEX cases_by_assignee"),
        (CaseFilter(assignee="åsa", due_before=NOON), "SEARCH cases USING INDEX cases_by_assignee"),
        (CaseFilter(order=ListOrder.NEWEST, limit=50), "SCAN cases USING INDEX cases_by_change"),
        (CaseFilter(states=frozenset(), order=ListOrder.NEWEST), "SCAN cases USING INDEX cases_by_change"),
        (CaseFilter(order=ListOrder.NEWEST, after="newest.1.1001"), "SEARCH cases USING INDEX cases_by_change"),
        (CaseFilter(after="due.0.1.0.0.1.1.1001"), "SEARCH cases USING INDEX cases_by_due"),
        (CaseFilter(after="due.1.-.1.1.-.1.1001"), "SEARCH cases USING INDEX cases_by_due"),
        (CaseFilter(after="due.0.1.0.0.1.1.1001", assignee="x"), "SEARCH cases USING INDEX cases_by_assignee"),
    ],
)
def test_the_next_cases_are_read_from_an_index_without_sorting(
    folder: Path, store: Store, wanted: CaseFilter, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = plans_of(folder, monkeypatch, lambda raw: listing.list_cases(raw, wanted))

    assert set(plans) == {plan}


@pytest.mark.parametrize(
    ("ask", "plan"),
    [
        (lambda raw: clocks.list_awake(raw, NOON, 9), "SEARCH cases USING COVERING INDEX cases_by_wakeup"),
        (lambda raw: listing.list_cases(raw, CaseFilter(risk_before=NOON)), "SEARCH cases USING INDEX cases_by_risk"),
        (lambda raw: listing.list_cases(raw, LATELY), "SEARCH cases USING INDEX cases_by_change"),
        (lambda raw: clocks.list_clocks(raw, "x", NOON, NOON, ""), "SEARCH clocks USING INDEX clocks_by_start"),
        (lambda raw: clocks.list_clocks(raw, "x", NOON, NOON, "s"), "SEARCH clocks USING INDEX clocks_by_start"),
        (lambda raw: listing.list_cases(raw, _OF_ANNA), "SEARCH cases USING INDEX cases_by_customer"),
        (lambda raw: listing.list_cases(raw, CaseFilter(order_number="O-1")), _BY_ORDER_NUMBER),
        (lambda raw: listing.list_cases(raw, CaseFilter(task=True)), "SCAN cases USING INDEX cases_by_open_tasks"),
        (lambda raw: listing.list_cases(raw, _FAILED), "SEARCH cases USING INTEGER PRIMARY KEY"),
        (lambda raw: reading.list_orders(raw, ["s"], "p", NOON, 9), "SEARCH cases USING INDEX cases_by_order"),
        (lambda raw: scores.list_ratings(raw, NOON, NOON, "s"), "SEARCH cases USING INDEX cases_by_rating"),
        (lambda raw: counting_of(raw).answered(EVER), "SEARCH clocks USING COVERING INDEX clocks_by_start"),
        (lambda raw: counting_of(raw).paused(EVER), "SEARCH clocks USING INDEX clocks_paused"),
        (lambda raw: counting_of(raw).exposed(EVER), "SEARCH cases USING INDEX cases_by_risk"),
        (lambda raw: counting_of(raw).concerned(EVER, CLAIMS), "SEARCH products USING COVERING INDEX"),
        (lambda raw: steps.list_steps(raw, None, "", None, 50), "SCAN steps USING INDEX steps_by_change"),
        (lambda raw: steps.list_steps(raw, frozenset({StepState.FAILED}), "", None, None), "SEARCH steps USING INDEX"),
    ],
)
def test_what_runs_ask_again_and_again_is_found_by_an_index(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Connection], object], plan: str
) -> None:
    assert plans_of(folder, monkeypatch, ask)[0].startswith(plan)


_WAYS = [(500, 20_000, 1_000), (0, 0, 2), (0, 3, 2), (1, 3, 0), (99, 99, 0)]
_TYPED = ("hej", "h", "hej äp", "äpple hej", "注文", "文番", "注番", "päron äpplen", "hej hej h", "exa", "CH-1004")


@pytest.mark.parametrize(("rare", "scarce", "newest"), _WAYS)
@pytest.mark.parametrize("text", _TYPED)
def test_a_search_finds_the_same_whichever_way_it_goes(
    store: Store, monkeypatch: pytest.MonkeyPatch, text: str, rare: int, scarce: int, newest: int
) -> None:
    for name, value in (("_RARE", rare), ("_SCARCE", scarce), ("_NEWEST", newest), ("_AT_ONCE", 3)):
        monkeypatch.setattr(finding, name, value)
    texts = ("hej äpple", "hej", "äpplen päron", "hej 注文番号", "注文 päron", "hejsan", "hej e")
    for n in range(12):
        take(store, mail(f"m{n}", texts[n % 7], after=n * 7 % 12))
    take(store, mail("more", "äpple hej", answers="m1", after=30))
    newest_first = [case.number for case in store.cases(replace(EVERY, order=ListOrder.NEWEST))]

    fit = [number for number in newest_first if _has_all(store, number, text.split())]

    assert found(store, text) == fit
    assert [case.number for case in store.search(text, limit=2)] == fit[:2]


def _has_all(store: Store, number: str, typed: Sequence[str]) -> bool:
    """Whether each word stands in one of the case's documents, by looking at all of them."""
    who = store.case(number).customer
    texts = [number, *(f"{m.subject} {m.text} {who.name} {who.email}" for m in store.case(number).messages)]
    documents = [f" {' '.join(folded_words(text))} " for text in texts]
    asked = [f" {' '.join(folded_words(word))} " for word in typed]
    asked[-1] = asked[-1][:-1]
    return all(any(word in document for document in documents) for word in asked)


@pytest.mark.parametrize(
    ("ask", "plan"),
    [
        (lambda raw: counting_of(raw).opened([EVER]), "SEARCH origins USING COVERING INDEX origins_by_opening"),
        (lambda raw: counting_of(raw).ended(["x"], [EVER], 1), "SEARCH clocks USING COVERING INDEX clocks_by_start"),
    ],
)
def test_what_is_counted_is_read_from_an_index_alone(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Connection], object], plan: str
) -> None:
    assert plan in plans_of(folder, monkeypatch, ask)


def counting_of(raw: Connection) -> SqliteCounting:
    """The counts of a connection that is at hand."""
    return SqliteCounting(lambda: nullcontext(raw))


def plans_of(folder: Path, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Connection], object]) -> list[str]:
    """How SQLite would answer a question."""
    plans: list[str] = []
    with closing_connection(folder) as raw:
        real = raw.rows

        def explain(query: str, values: tuple[object, ...]) -> list[object]:
            plans.extend(row[3].split(" (")[0] for row in real(f"EXPLAIN QUERY PLAN {query}", values))
            return []

        monkeypatch.setattr(raw, "rows", explain)
        ask(raw)
    return plans


def test_an_evaluation_that_says_the_same_as_before_writes_nothing(folder: Path, store: Store) -> None:
    [number] = take(store, mail("a"))
    take(store, mail("b", answers="a", after=5))
    with closing_connection(folder) as raw:
        meddle(
            folder,
            *(
                f"CREATE TRIGGER no_{w}_{t} BEFORE {w} ON {t} BEGIN SELECT RAISE(FAIL, 'written'); END"
                for w in ("UPDATE", "INSERT", "DELETE")
                for t in ("cases", "clocks")
            ),
        )

        evaluate(store, number, due_in_a_day(store.case(number)))

        assert raw.value("SELECT count(*) FROM clocks") == 2
    with pytest.raises(StoreError, match="written"):
        evaluate(store, number, NOTHING_OWED)


# Older databases


def first_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the database as the first casehub made it, with a case that is open and one that was closed."""
    first = {"first_tables": schema._STEPS["first_tables"]}
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_STEPS", first)
        open_store(folder, CLOCK).close()
    columns = "channel, type, type_raw, subject, customer_name, customer_email, order_number, assignee"
    for number, state, due in ((1001, "open", "1772539200000000"), (1002, "closed", "NULL")):
        events: list[Happening] = [Opened(f"CH-{number}", "shop", f"r{number}", type=CaseType.MISSING_ITEM)]
        events += [MessageArrived(mail(f"r{number}").message)]
        events += [StateChanged(CaseState(state), Author.SELLER)] if state == "closed" else []
        meddle(
            folder,
            f"INSERT INTO cases (id, ref, state, opened, changed, messages, unreadable, documents, rule, started, due,"
            f" problem, {columns}) VALUES ({number}, 'r{number}', '{state}', 1, 1, 1, 0, 0, 'office', 1, {due}, '',"
            f" 'shop', 'missing_item', '', '', '', '', '', '')",
        )
        for seq, what in enumerate(events, 1):
            kind, body = dump_happening(what)
            at = NOON.isoformat()
            meddle(
                folder,
                f"INSERT INTO events (case_id, seq, kind, at, seen_at, body) VALUES "
                f"({number}, {seq}, '{kind}', '{at}', '{at}', '{body}')",
            )


def test_a_database_of_the_first_casehub_is_opened_and_evaluated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_tables(folder, monkeypatch)
    with closing_store(folder) as store:
        before = store.summary("CH-1001")
        refreshed = refresh_evaluations(store, due_in_a_day, "policies of today")
        again = refresh_evaluations(store, due_in_a_day, "policies of today")
        [line] = store.cases(CaseFilter())

        assert (before.deadline, before.urgent, before.rating) == (None, True, "")
        assert (refreshed, again) == (2, 0)
        assert line.deadline == headline(due_in_a_day(store.case("CH-1001")))
        assert [len(store.evaluated(number)) for number in ("CH-1001", "CH-1002")] == [1, 1]
        assert [row.case_number for row in store.clocks("next_response", EARLY, LATE)] == ["CH-1001", "CH-1002"]
        assert refresh_evaluations(store, due_in_a_day, "policies of tomorrow") == 1


def test_what_is_counted_is_filled_in_from_the_events_of_before(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    take(store, claim("h", HORN, CABLE, reason="defekt"), claim("i", HORN))
    store.close()
    meddle(
        folder,
        "DROP TABLE origins",
        "DROP TABLE products",
        "DROP INDEX clocks_paused",
        "DROP INDEX clocks_by_start",
        "ALTER TABLE clocks DROP COLUMN channel",
        "CREATE INDEX clocks_by_start ON clocks (clock, start)",
        "DELETE FROM _sqlite_migrations WHERE name = 'figures_by_case'",
    )

    with closing_store(folder) as opened:
        claims = [claim for row in opened.counting.concerned(EVER, CLAIMS) for claim in row.claims]
        assert [claim.ordered for claim in claims] == [None] * 3
        counted = opened.counting.opened([EVER])
        opened.rebuild(due_in_a_day)
        assert (opened.counting.opened([EVER]), opened.inspect()) == (counted, [])


def test_what_was_not_evaluated_yet_is_no_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_tables(folder, monkeypatch)

    with closing_store(folder) as store:
        assert [finding for finding in store.inspect() if "clocks" in finding.what] == []
        assert store.rebuild(due_in_a_day) == 2
        assert store.inspect() == []


def test_the_index_is_written_once_a_transaction(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    real = Connection.run_many

    def run_many(self: Connection, statement: str, rows: list[tuple[object, ...]]) -> None:
        statements.append(statement)
        real(self, statement, rows)

    monkeypatch.setattr(Connection, "run_many", run_many)
    take(store, *(mail(f"m{n}") for n in range(20)))

    assert len([statement for statement in statements if "search" in statement]) == 1


# Upkeep


@pytest.mark.parametrize(
    ("damage", "words", "advice"),
    [
        ("UPDATE cases SET subject = 'x' WHERE id = 1002", "the list shows CH-1002 other", "casehub db rebuild"),
        ("UPDATE cases SET messages = 9 WHERE id = 1002", "the list shows CH-1002 other", "casehub db rebuild"),
        (
            "DELETE FROM search WHERE rowid = 1002 << 20",
            "search index does not know all of CH-1002",
            "casehub db rebuild",
        ),
        ("DELETE FROM messages WHERE ref = 'd'", "messages of CH-1002 cannot be found", "casehub db rebuild"),
        ("DELETE FROM contents", "contents of CH-1002 are not listed", "casehub db rebuild"),
        ("UPDATE cases SET events = events - 1", "the clocks of CH-1002 do not know all", "casehub db rebuild"),
        ("UPDATE origins SET cause = 'x' WHERE case_id = 1002", "figures count CH-1002 other", "casehub db rebuild"),
        (
            "INSERT INTO products VALUES (1002, 9, 1, '', '', '', '', '', 1)",
            "count CH-1002 other",
            "casehub db rebuild",
        ),
        ("UPDATE clocks SET body = '{}'", "of the clocks of CH-1002, a Reading cannot be read", "casehub db rebuild"),
        ("UPDATE cases SET deadline = '[]' WHERE id = 1002", "CH-1002, a Deadline cannot", "casehub db rebuild"),
    ],
)
def test_a_projection_that_is_wrong_is_found_and_a_rebuild_mends_it(
    folder: Path, store: Store, damage: str, words: str, advice: str
) -> None:
    fill(store)
    take(store, mail("h", raw=store.keep(b"raw 2"), answers="b", after=8))
    before = everything(store)
    meddle(folder, damage)

    findings = store.inspect()
    store.rebuild(due_in_a_day)

    assert any(words in finding.what and advice in finding.advice for finding in findings)
    assert (everything(store), store.inspect()) == (before, [])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM events WHERE case_id = 1001 AND seq = 1", "the events of CH-1001 do not add up to a case"),
        ("DELETE FROM events WHERE case_id = 1001", "CH-1001 has no events"),
        (
            "UPDATE events SET body = '{' WHERE case_id = 1001 AND seq = 2",
            "an event MessageArrived of CH-1001 cannot be",
        ),
        ("UPDATE messages SET case_id = 4711 WHERE ref = 'a'", "a row of messages points at a row of cases"),
    ],
)
def test_lost_events_are_found_and_a_backup_advised(folder: Path, store: Store, damage: str, words: str) -> None:
    take(store, mail("a"), mail("b"))
    meddle(folder, damage)

    findings = store.inspect()

    assert any(words in finding.what and finding.advice == "restore a backup" for finding in findings)


def test_a_damaged_content_is_found(folder: Path, store: Store) -> None:
    digest = store.keep(b"raw")
    take(store, mail("a", raw=digest))
    (folder / "contents" / digest[:2] / digest).write_bytes(b"rab")

    [finding] = store.inspect()

    assert digest in finding.what
    assert "is damaged" in finding.what


def test_what_a_dying_process_left_half_written_is_harmless(folder: Path, store: Store) -> None:
    (folder / "contents" / "ab").mkdir()
    (folder / "contents" / "ab" / "ab12-x.part").write_bytes(b"half")

    [finding] = store.inspect()

    assert "ab12-x.part" in finding.what
    assert finding.advice == "harmless; it may be deleted"


# Backup


def test_a_backup_is_the_store_as_it_was(folder: Path, store: Store, tmp_path: Path) -> None:
    fill(store)
    digest = store.keep(b"raw")
    (folder / "secret.key").write_bytes(b"key")
    save_replies(store, start_sending(reply_to("CH-1002")))
    before = everything(store)
    store.backup(tmp_path / "new" / "copy")
    take(store, mail("z"))

    with closing_store(tmp_path / "new" / "copy") as copy:
        assert everything(copy) == before
        assert copy.content(digest) == b"raw"
        assert copy.replies() == store.replies()
        assert (copy.inspect(), copy.fact("restored_from_backup")) == ([], CLOCK.now().isoformat())
        assert store.fact("restored_from_backup") == ""
        assert take(copy, mail("z")) == ["CH-1006"]


def test_a_backup_has_the_key_for_its_owner_only(folder: Path, store: Store, tmp_path: Path) -> None:
    (folder / "secret.key").write_bytes(b"key")
    (tmp_path / "copy").mkdir()
    store.backup(tmp_path / "copy")
    key = tmp_path / "copy" / "secret.key"

    assert (key.read_bytes(), key.stat().st_mode & 0o777) == (b"key", 0o600)


def test_a_backup_is_made_of_one_file_and_its_contents(store: Store, tmp_path: Path) -> None:
    take(store, mail("a"))
    store.backup(tmp_path / "copy")

    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["casehub.sqlite", "contents"]


def test_a_backup_waits_for_nobody(store: Store, tmp_path: Path) -> None:
    take(store, mail("a", "äpple"))
    with store.writing() as writer:
        writer.set_fact("half", "done")
        store.backup(tmp_path / "copy")

    with closing_store(tmp_path / "copy") as copy:
        assert (found(copy, "äpple"), copy.fact("half")) == (["CH-1001"], "")


def test_a_backup_copies_where_links_are_not_possible(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = store.keep(b"raw")
    take(store, mail("a", raw=digest))

    def fail(*_arguments: object) -> None:
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(os, "link", fail)
    store.backup(tmp_path / "copy")

    with closing_store(tmp_path / "copy") as copy:
        assert copy.content(digest) == b"raw"
        assert copy.inspect() == []


@pytest.mark.parametrize("name", ["casehub.sqlite", "contents", ""])
def test_a_backup_never_writes_where_something_is(folder: Path, store: Store, name: str) -> None:
    (folder / "contents" / "x").mkdir()

    with pytest.raises(Refused, match="is not empty; name a new folder"):
        store.backup(folder / name)


def test_a_backup_of_an_incomplete_store_says_so_and_has_the_rest(store: Store, tmp_path: Path) -> None:
    take(store, mail("a", raw="0" * 64))

    with pytest.raises(StoreError, match="lacks 1 content"):
        store.backup(tmp_path / "copy")
    with closing_store(tmp_path / "copy") as copy:
        assert copy.counts() == {CaseState.OPEN: 1}


def test_nobody_else_may_read_what_customers_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    with closing(open_store(folder, CLOCK)) as store:
        store.keep(b"a letter")
        with store.writing() as writer:
            writer.set_fact("a", "b")
        store.backup(tmp_path / "copy")

        files = [path for path in (*folder.rglob("*"), *(tmp_path / "copy").rglob("*")) if path.is_file()]

        assert [path.name for path in files if path.stat().st_mode & 0o077 and path.suffix != ".lock"] == []
