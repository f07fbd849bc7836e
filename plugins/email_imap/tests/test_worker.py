"""Reading in a child process: bad mails never stop the next ones, and nothing is left behind."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.errors import HubError
from hub_email_imap.parsed import Address, ParsedMail
from hub_email_imap.worker import ParseFailure, ParseWorker

# A child as the real one, whose reader does what the body of a mail says.
WILFUL = """
import os, signal, sys
from hub_email_imap.child import serve
from hub_email_imap.parse import parse

def read(raw):
    mail = parse(raw)
    if mail.text == "hang":
        while True:
            pass
    if mail.text == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if mail.text == "leave":
        os._exit(7)
    if mail.text == "raise":
        raise RuntimeError("with words of the mail")
    if mail.text == "grow":
        bytearray(int(sys.argv[2]))
    if mail.text == "secrets":
        return parse(("Subject: " + " ".join(sorted(os.environ))).encode())
    return mail

serve(read, float(sys.argv[1]), int(sys.argv[2]))
"""
COMMAND = (sys.executable, "-P", "-c", WILFUL)


def mail(text: str, subject: str = "Hej") -> bytes:
    head = f"From: Åsa Öberg <Asa@Example.se>\r\nSubject: {subject}\r\nMessage-ID: <{text[:9]}@x>\r\n\r\n"
    return (head + text).encode()


def texts(results: list[ParsedMail | ParseFailure]) -> list[str]:
    return [result.text if isinstance(result, ParsedMail) else f"failed: {result.reason}" for result in results]


@pytest.fixture
def wilful() -> Iterator[ParseWorker]:
    with ParseWorker(command=COMMAND) as worker:
        yield worker


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def test_mails_are_read_in_their_order() -> None:
    with ParseWorker() as worker:
        assert texts(worker.parse_all([mail("one"), mail("två 漢字 🙂"), b""])) == ["one", "två 漢字 🙂", ""]
        assert texts(worker.parse_all([mail("again")])) == ["again"]
        assert worker.parse_all([]) == []


def test_a_batch_is_read_while_the_caller_does_other_things() -> None:
    with ParseWorker() as worker:
        worker.start([mail("first")])
        first = worker.finish()
        worker.start([mail("second"), mail("third")])

        assert (texts(first), texts(worker.finish())) == (["first"], ["second", "third"])
        assert worker.finish() == []


def test_a_batch_must_be_finished_before_the_next() -> None:
    with ParseWorker() as worker:
        worker.start([mail("one")])
        with pytest.raises(RuntimeError, match=r"call finish\(\) first"):
            worker.start([mail("two")])

        assert texts(worker.finish()) == ["one"]


def test_full_pipes_on_both_sides_stop_nobody() -> None:
    big = [mail("å" * 400_000, subject=str(number)) for number in range(20)]

    with ParseWorker() as worker:
        results = worker.parse_all(big)

    assert [result.subject for result in results] == [str(number) for number in range(20)]
    assert {len(text) for text in texts(results)} == {400_000}


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("die", "reading it ended the reading process (SIGKILL)"),
        ("leave", "reading it ended the reading process (exit code 7)"),
        ("raise", "reading it ended in RuntimeError"),
        ("grow", "reading it ended in MemoryError"),
    ],
)
def test_a_bad_mail_fails_alone(wilful: ParseWorker, deed: str, reason: str) -> None:
    results = wilful.parse_all([mail("before"), mail(deed, subject="The bad one"), mail("after"), mail("last")])

    assert texts(results) == ["before", f"failed: {reason}", "after", "last"]
    assert results[1] == ParseFailure(reason, "The bad one", Address("Åsa Öberg", "asa@example.se"), f"<{deed}@x>")


def test_a_mail_that_takes_too_long_is_given_up() -> None:
    with ParseWorker(seconds=0.5, command=COMMAND) as worker:
        results = worker.parse_all([mail("before"), mail("hang"), mail("after")])

    assert texts(results) == ["before", "failed: reading it took longer than 0.5 seconds", "after"]


def test_several_bad_mails_in_a_row_fail_one_by_one(wilful: ParseWorker) -> None:
    results = wilful.parse_all([mail("die"), mail("leave"), mail("good"), mail("die")])

    assert [isinstance(result, ParseFailure) for result in results] == [True, True, False, True]
    assert texts(wilful.parse_all([mail("next batch")])) == ["next batch"]


def test_big_mails_behind_a_bad_one_are_fed_again(wilful: ParseWorker) -> None:
    big = mail("å" * 200_000)

    results = wilful.parse_all([mail("die"), *[big] * 10])

    assert [len(text) for text in texts(results)[1:]] == [200_000] * 10


def test_a_failed_mail_shows_what_a_glance_at_its_head_finds(wilful: ParseWorker) -> None:
    heads = [b"", b"from: a@x\n", b'FROM: "A" <A@X>\nsubject:\x00 \xff\nSubject: second\n', b"From: nobody\n"]

    results = wilful.parse_all([head + b"\nleave" for head in heads])

    seen = [(result.subject, result.sender) for result in results]
    assert seen == [
        ("", Address("", "")),
        ("", Address("", "a@x")),
        ("\ufffd", Address("A", "a@x")),
        ("", Address("", "")),
    ]


def test_the_child_sees_no_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEHUB_PASSWORD", "hemligt")
    with ParseWorker(command=COMMAND) as worker:
        result = worker.parse_all([mail("secrets")])[0]

    assert "PATH" in result.subject.split()
    assert "CASEHUB_PASSWORD" not in result.subject


def test_a_child_that_cannot_start_is_said_in_one_sentence() -> None:
    with (
        ParseWorker(command=(sys.executable, "-c", "raise SystemExit(3)")) as worker,
        pytest.raises(HubError, match="the mail reader does not start"),
    ):
        worker.parse_all([mail("one")])


def test_closing_leaves_no_process_thread_or_pipe() -> None:
    files, threads, before = open_files(), threading.active_count(), children()

    with ParseWorker(command=COMMAND, seconds=30) as worker:
        worker.start([mail("hang"), *[mail("å" * 400_000)] * 5])

    assert (open_files(), threading.active_count(), children()) == (files, threads, before)


def test_an_interrupted_batch_does_not_answer_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with ParseWorker() as worker:
        worker.start([mail("old"), mail("older")])
        with monkeypatch.context() as patch:
            patch.setattr("hub_email_imap.worker.take_frame", interrupt)
            with pytest.raises(KeyboardInterrupt):
                worker.finish()

        assert texts(worker.parse_all([mail("new")])) == ["new"]


def test_no_child_is_started_before_there_is_a_mail() -> None:
    before = children()
    with ParseWorker() as worker:
        worker.parse_all([])

        assert children() == before


def test_the_child_ends_when_its_parent_is_gone() -> None:
    command = [sys.executable, "-P", "-m", "hub_email_imap.child", "30", "1500000000"]

    child = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)

    assert (child.returncode, child.stdout[8:]) == (0, b"ready")


def test_the_child_loads_only_what_reading_needs() -> None:
    heavy = "{'pydantic', 'imapclient', 'click', 'structlog', 'sqlite_utils', 'hub.cli', 'hub_email_imap.adapter'}"
    code = f"import sys, hub_email_imap.child; print(sorted({heavy} & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[]"


def test_a_system_that_refuses_larger_pipes_reads_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    raws = [b"Subject: %d\r\n\r\n" % number + b"text\n" * 50_000 for number in range(4)]
    with ParseWorker() as worker:
        outcomes = worker.parse_all(raws)

    assert [outcome.subject for outcome in outcomes] == ["0", "1", "2", "3"]
