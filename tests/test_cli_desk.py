"""The desk's commands as a person and a program meet them, on a real database, at a fixed instant."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from hub.adapter import Connection, Proof
from hub.app import open_hub
from hub.cli import main
from hub.cli.due import LATE, LATER, TODAY, UNKNOWN, WITHIN_2_HOURS, when
from hub.cli.editor import template, written_text
from hub.cli.reply_preview import preview
from hub.cli.saving import save_files
from hub.core.incoming import CaseUpdate, Incoming, IncomingMessage
from hub.core.merge import keys_of, merge_batch
from hub.core.model import (
    Attachment,
    Author,
    Case,
    CaseState,
    CaseType,
    Direction,
    Message,
    Money,
    Order,
    OrderLine,
    Party,
)
from hub.core.outbox import Receipt, Reply, ReplyState, become_uncertain, move, start_sending
from hub.core.ports import Clock
from hub.core.readings import Deadline
from hub.drafts import SCISSORS
from hub.runs.channel import Source

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ASA = Party("Åsa Öberg", "asa@kund.example")
TARO = Party("山田 太郎", "yamada@kund.example")
HUB_TOML = """
data = "data"
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2026-12-31
"""


class AnyClock(Clock, Protocol):
    def advance(self, *by: timedelta, **more: float) -> datetime: ...


@dataclass
class Desktop:
    """The commands on one database, and the door through which cases come into it."""

    config: Path

    def run(self, *words: str, text: str = "", width: int = 100) -> Result:
        """Run a command as from a script, with a terminal's width."""
        arguments = ["--config", str(self.config), *words]
        return CliRunner().invoke(main, arguments, input=text, env={"COLUMNS": str(width), "CASEHUB_USER": "Bo Ek"})

    def told(self, *words: str, **more: Any) -> str:
        """What a command that must succeed prints."""
        result = self.run(*words, **more)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def data(self, *words: str, **more: Any) -> Any:
        """What a command that must succeed prints for programs."""
        return json.loads(self.told(*words, "--json", **more))

    def arrive(self, *items: Incoming, channel: str = "support") -> None:
        """Let a batch arrive."""
        with open_hub(self.config) as hub, hub.store.writing() as writer:
            known = writer.known(channel, keys_of(items))
            for change in merge_batch(items, known, channel, hub.clock.now(), writer.next_number).changes:
                writer.save(change, hub.evaluation_of(change.case))

    def keep(self, content: bytes) -> str:
        """Keep a content beside the database."""
        with open_hub(self.config) as hub:
            return hub.store.keep(content)

    def move_reply(self, change: Callable[[Reply], Reply]) -> str:
        """Change the newest reply as a delivery would, and name its key."""
        with open_hub(self.config) as hub, hub.store.writing() as writer:
            reply = hub.store.replies()[-1]
            writer.save_reply(change(reply))
            return reply.key


@pytest.fixture
def desktop(tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    config = tmp_path / "hub.toml"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    return Desktop(config)


def letter(
    ref: str, *, hours: float = 0, sender: Party = ASA, subject: str = "Var är paketet?", **facts: Any
) -> Message:
    at = NINE - timedelta(hours=hours)
    message = Message(ref, Author.CUSTOMER, Direction.INBOUND, at, "Hej!\n漢字 🙂", subject=subject, sender=sender)
    return replace(message, **facts)


def mail(ref: str, **facts: Any) -> IncomingMessage:
    return IncomingMessage(letter(ref, **facts))


# Lists


def test_an_empty_hub_says_what_to_do(desktop: Desktop) -> None:
    assert desktop.told("cases") == "No cases yet: run `casehub sync` to read them.\n"


def test_cases_come_soonest_due_first_and_add_up(desktop: Desktop) -> None:
    desktop.arrive(mail("m1", subject="Retur"), mail("m2", hours=96, sender=TARO, subject="配送はいつですか"))

    lines = desktop.told("cases").splitlines()

    assert lines[0].split() == ["number", "due", "channel", "type", "customer", "subject", "state"]
    assert lines[1].split()[0] == "CH-1002"
    assert "late" in lines[1]
    assert "due in 8 h" in lines[2]
    assert lines[-1] == "2 open, 1 late"


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_list_fits_its_terminal_and_cuts_the_subject_only(desktop: Desktop, width: int) -> None:
    desktop.arrive(mail("m1", sender=TARO, subject="注文した商品がまだ届きません。" * 10))

    lines = desktop.told("cases", width=width).splitlines()

    assert all(cell_len(line.rstrip()) <= width for line in lines)
    assert "山田 太郎" in lines[1]
    assert "due in 8 h" in lines[1]
    assert "…" in lines[1]
    assert len(lines) == 3


def test_a_narrow_terminal_leaves_out_columns_instead_of_breaking_lines(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"), CaseUpdate("c1", NINE, customer=TARO, order=Order("ORD-77/12"), type=CaseType.RETURN))
    desktop.told("assign", "1001", "Anna-Karin")

    headings = [desktop.told("cases", width=width).splitlines()[0].split() for width in (60, 80, 160)]

    assert headings[0] == ["number", "due", "customer", "subject"]
    assert headings[1][:2] == ["number", "due"]
    assert headings[2] == ["number", "due", "channel", "type", "order", "customer", "subject", "state", "who"]


def test_cases_are_chosen_by_state_person_type_and_channel(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"), mail("m2"), IncomingMessage(letter("m3"), type=CaseType.RETURN))
    desktop.arrive(mail("b1"), channel="bol_nl")
    desktop.told("assign", "1001", "Bo Ek")
    desktop.told("close", "1002")

    def numbers(*words: str) -> list[str]:
        return [case["number"] for case in desktop.data("cases", *words)["cases"]]

    assert numbers("--mine") == ["CH-1001"]
    assert numbers("--assignee", "Bo Ek") == ["CH-1001"]
    assert numbers("--state", "closed") == ["CH-1002"]
    assert numbers("--type", "return") == ["CH-1003"]
    assert numbers("--channel", "bol_nl") == ["CH-1004"]
    assert sorted(numbers("--state", "all")) == ["CH-1001", "CH-1002", "CH-1003", "CH-1004"]
    assert desktop.told("cases", "--state", "closed").splitlines()[-1] == "1 closed"


def test_cases_are_chosen_by_customer_and_order_and_for_want_of_a_person(desktop: Desktop) -> None:
    desktop.arrive(
        mail("m1"),
        mail("m2", sender=TARO),
        CaseUpdate("c1", NINE, customer=TARO, order=Order("ORD-77/12"), type=CaseType.RETURN),
    )
    desktop.told("assign", "1001", "Bo Ek")

    def numbers(*words: str) -> list[str]:
        return sorted(case["number"] for case in desktop.data("cases", *words)["cases"])

    assert numbers("--customer", TARO.email.upper()) == ["CH-1002", "CH-1003"]
    assert numbers("--order", "ord-77 / 12") == ["CH-1003"]
    assert numbers("--unassigned") == ["CH-1002", "CH-1003"]
    assert numbers("--unassigned", "--mine") == []
    assert desktop.told("cases", "--unassigned").splitlines()[-1].startswith("2 open")


def test_a_list_that_is_cut_says_so(desktop: Desktop) -> None:
    desktop.arrive(*(mail(f"m{number}") for number in range(3)))

    assert desktop.told("cases", "--limit", "2").splitlines()[-2:] == ["3 open", "2 are shown; --limit 0 shows all."]
    assert desktop.data("cases", "--limit", "2")["more"] is True
    assert len(desktop.data("cases", "--limit", "0")["cases"]) == 3


def test_an_unknown_channel_is_named(desktop: Desktop) -> None:
    result = desktop.run("cases", "--channel", "suport")

    assert result.exit_code == 2
    assert "There is no channel 'suport'; the channels are: none yet." in result.stderr


def test_a_case_in_json_has_stable_keys(desktop: Desktop) -> None:
    desktop.arrive(mail("m1", hours=1))

    (case,) = desktop.data("cases")["cases"]

    assert case == {
        "number": "CH-1001",
        "channel": "support",
        "type": "question",
        "type_raw": "",
        "state": "open",
        "subject": "Var är paketet?",
        "customer": {"name": "Åsa Öberg", "email": "asa@kund.example"},
        "order": None,
        "assignee": "",
        "opened_at": "2026-11-23T07:00:00Z",
        "changed_at": "2026-11-23T07:00:00Z",
        "messages": 1,
        "unreadable": 0,
        "deadline": {
            "rule": "promise",
            "started_at": "2026-11-23T07:00:00Z",
            "due": "2026-11-23T16:00:00Z",
            "problem": "",
            "clock": "first_response",
            "remaining_seconds": None,
            "consequence": None,
            "consequence_at": None,
            "at_risk": None,
            "risk_unknown": False,
        },
    }


def test_search_finds_any_word_in_any_state(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"), mail("m2", sender=TARO, subject="配送はいつですか"))
    desktop.told("close", "1002")

    assert [case["number"] for case in desktop.data("search", "配送")["cases"]] == ["CH-1002"]
    assert "CH-1001" in desktop.told("search", "OBERG")
    assert desktop.told("search", "nowhere") == "No case has all these words; fewer of them find more.\n"


def test_due_groups_by_urgency_and_names_the_policy(desktop: Desktop, clock: AnyClock) -> None:
    desktop.arrive(mail("m1", hours=96), mail("m2", hours=68), mail("m3"))
    clock.advance(hours=4)
    desktop.arrive(mail("m4", hours=-3))

    told = desktop.told("due")

    assert [line for line in told.splitlines() if line.endswith(")") and not line.startswith(("CH", "support"))] == [
        "Late (1)",
        "Within 2 hours (1)",
        "Today (1)",
        "Later (1)",
    ]
    assert "support: The office's own promise (office " in told
    assert [case["when"] for case in desktop.data("due")["cases"]] == [
        "Late",
        "Within 2 hours",
        "Today",
        "Later",
    ]


def test_due_names_a_channel_that_does_not_work_as_it_is_set(desktop: Desktop) -> None:
    desktop.config.write_text(desktop.config.read_text("utf-8") + '\n[channels.old]\nadapter = "gone"\n', "utf-8")

    assert "✗ old: " in desktop.told("due")


def test_due_leaves_out_what_waits_for_the_customer(desktop: Desktop) -> None:
    assert desktop.told("due").startswith("Nobody waits for an answer.\n")


@pytest.mark.parametrize(
    ("hours", "group"),
    [
        (-0.01, LATE),
        (0, WITHIN_2_HOURS),
        (2, WITHIN_2_HOURS),
        (2.01, TODAY),
        (14.9, TODAY),
        (15, LATER),
        (None, UNKNOWN),
    ],
)
def test_a_case_is_grouped_by_the_sellers_own_day(desktop: Desktop, hours: float | None, group: str) -> None:
    desktop.arrive(mail("m1"))
    with open_hub(desktop.config) as hub:
        summary = hub.store.summary("CH-1001")
    due = None if hours is None else NINE + timedelta(hours=hours)

    assert when(replace(summary, deadline=Deadline("r", NINE, due)), NINE, "Europe/Stockholm") == group


# One case


@pytest.mark.parametrize("name", ["CH-1001", "ch-1001", "1001", "#1001"])
def test_a_case_is_named_in_any_of_its_forms(desktop: Desktop, name: str) -> None:
    desktop.arrive(mail("m1"))

    assert desktop.told("show", name).startswith("CH-1001  open  Var är paketet?")


def test_an_unknown_case_is_answered_with_a_way_to_find_the_right_one(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"), mail("m2", hours=5))

    result = desktop.run("show", "9999")

    assert result.exit_code == 2
    assert result.stderr == (
        "Error: There is no case CH-9999; the newest is CH-1002. "
        "`casehub search` finds cases by order, name or words.\n"
    )


@pytest.mark.parametrize("name", ["abc", "CH-", "1001x", "١٠٠١", "9" * 40])
def test_what_is_no_case_number_is_a_mistake_of_usage(desktop: Desktop, name: str) -> None:
    result = desktop.run("show", name)

    assert result.exit_code == 2
    assert "is no case number; write it as CH-1042, 1042 or #1042." in result.stderr


def test_show_has_everything_that_is_known(desktop: Desktop) -> None:
    lamp = OrderLine("Lampa 灯", quantity=2, price=Money(Decimal("12.50"), "SEK"))
    order = Order("ORD-77/12", (lamp,), Money(Decimal("1250.00"), "SEK"))
    file = Attachment("kvitto Å.pdf", "application/pdf", 12_345, "d" * 64)
    message = letter("m1", attachments=(file,), labels=("charset-guessed",), text="Hej!\n\n> a\n> b\n> c\n> d\n\n/Åsa")
    desktop.arrive(
        CaseUpdate(
            "c1",
            NINE,
            (message,),
            subject="Trasig",
            type_raw="DEFECT",
            customer=ASA,
            order=order,
            url="https://x.example",
        )
    )
    desktop.told("note", "1001", "-m", "Ring henne")
    desktop.told("reply", "1001", "-m", "Vi ringer.")

    told = "\n".join(line.rstrip() for line in desktop.told("show", "1001").splitlines())

    assert told.startswith(
        "CH-1001  open  Trasig\n"
        "Customer  Åsa Öberg <asa@kund.example>\n"
        "Channel   support, DEFECT\n"
        "Order     ORD-77/12 (1,250.00 SEK)\n"
        "          2 x Lampa 灯, 12.50 SEK\n"
        "With      nobody\n"
        "Answer    due in 8 h (Mon 23 Nov 17:00)\n"
        "          first response, counted from Mon 23 Nov 09:00: An answer within the office's own promise\n"
        "Link      https://x.example\n"
        "\n"
        "1  Åsa Öberg <asa@kund.example>  Mon 23 Nov 09:00  [charset-guessed]\n"
        "  Hej!\n"
        "\n"
        "  … 4 quoted lines\n"
        "\n"
        "  /Åsa\n"
        "  attached: kvitto Å.pdf (12.3 kB, application/pdf)\n"
        "\n"
        "2  Note by Bo Ek  Mon 23 Nov 09:00\n"
        "  Ring henne\n"
        "\n"
        "Reply "
    )
    assert ", queued  written by Bo Ek, Mon 23 Nov 09:00\n  Vi ringer." in told


def test_quotes_are_shown_in_full_and_html_as_it_is_kept_when_asked(desktop: Desktop) -> None:
    desktop.arrive(mail("m1", text="> a\n> b\n> c\n> d", html="<p>Hej <b>Åsa</b></p>"))

    assert "> d" in desktop.told("show", "1001", "--full")
    assert "<p>Hej <b>Åsa</b></p>" in desktop.told("show", "1001", "--html")


def test_a_case_in_json_has_its_messages_replies_and_history(desktop: Desktop) -> None:
    desktop.arrive(CaseUpdate("c1", NINE, (letter("m1"),), order=Order("7", value=Money(Decimal("12.50"), "SEK"))))
    key = desktop.data("reply", "1001", "-m", "Hej")["key"]

    shown = desktop.data("show", "1001", "--history")

    assert shown["case"]["order"] == {
        "number": "7",
        "confirmed": False,
        "placed_at": None,
        "candidates": [],
        "value": {"amount": "12.50", "currency": "SEK"},
        "lines": [],
        "shipments": [],
    }
    assert shown["case"]["last_inbound"] == "m1"
    assert [message["text"] for message in shown["case"]["messages"]] == ["Hej!\n漢字 🙂"]
    assert [reply["key"] for reply in shown["replies"]] == [key]
    assert [event["event"] for event in shown["events"]] == ["Opened", "MessageArrived", "ReplyQueued"]
    assert shown["events"][1]["data"] == {
        "message": "m1",
        "reason": "the platform lists it in this case",
        "channel": "",
    }


def test_history_tells_both_instants_and_the_reason(desktop: Desktop) -> None:
    desktop.arrive(mail("m1", hours=1))
    desktop.told("close", "1001", "--reason", "refunded")

    lines = desktop.told("show", "1001", "--history", width=160).splitlines()

    assert [" ".join(line.split()) for line in lines[-3:]] == [
        "Mon 23 Nov 08:00 Mon 23 Nov 09:00 opened on support: nothing in it points at a case we know",
        "Mon 23 Nov 08:00 Mon 23 Nov 09:00 inbound message of Åsa Öberg: nothing in it points at a case we know",
        "Mon 23 Nov 09:00 Mon 23 Nov 09:00 closed by Bo Ek: refunded",
    ]


def test_a_merged_number_leads_to_the_case_it_went_on_as(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"), mail("m2"))

    merged = desktop.told("merge", "1002", "1001")

    assert merged == "CH-1002 goes on as CH-1001, which now has 2 messages.\n"
    assert desktop.told("show", "1002").startswith("CH-1002 went on as CH-1001, which is shown here.\nCH-1001  open")
    assert (
        desktop.run("reply", "1002", "-m", "Hej").stderr == "Error: CH-1002 went on as CH-1001; do this on CH-1001.\n"
    )


def test_a_mail_cannot_drive_the_terminal(desktop: Desktop) -> None:
    evil = "\x1b]0;owned\x07 \x1b[2J \x9b31m \u202egnp.exe"
    file = Attachment(evil, evil, 3, "d" * 64)
    desktop.arrive(mail("m1", subject=evil, sender=Party(evil, evil), text=evil, html=evil, attachments=(file,)))

    for words in (["cases"], ["due"], ["show", "1001", "--history"], ["show", "1001", "--html"], ["search", "owned"]):
        told = desktop.told(*words)
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(told), words


def test_an_original_is_written_as_it_came(desktop: Desktop) -> None:
    content = b"Subject: \xe5\r\n\r\n\x1b[2J\x00"
    desktop.arrive(mail("m1", raw=desktop.keep(content)), mail("m2"))

    assert desktop.run("show", "1001", "--raw", "1").stdout_bytes == content
    assert desktop.run("show", "1001", "--raw", "m1").stdout_bytes == content
    assert "Message 1 has no kept original" in desktop.run("show", "1002", "--raw", "1").stderr
    assert "CH-1002 has no message '2'; its messages are 1 to 1." in desktop.run("show", "1002", "--raw", "2").stderr


def test_files_are_saved_under_safe_names_and_never_over_others(desktop: Desktop, tmp_path: Path) -> None:
    names = ["../../kvitto Å漢.pdf", "kvitto Å漢.pdf", "", "CON.txt"]
    files = tuple(Attachment(name, "application/pdf", 3, desktop.keep(name.encode())) for name in names)
    desktop.arrive(mail("m1", attachments=files, raw=desktop.keep(b"Subject: x")))
    folder = tmp_path / "ut"

    first = desktop.told("show", "1001", "--save", str(folder)).splitlines()
    second = desktop.data("show", "1001", "--save", str(folder))["saved"]

    assert [Path(line).name for line in first] == [
        "01-kvitto Å漢.pdf",
        "01-kvitto Å漢 (2).pdf",
        "01-attachment",
        "01-attachment (2)",
        "01-original.eml",
    ]
    assert (folder / "01-kvitto Å漢.pdf").read_bytes() == b"../../kvitto \xc3\x85\xe6\xbc\xa2.pdf"
    assert len(set(first) | set(second)) == 10
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "hub.toml", "ut"]


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"mine")
    (tmp_path / "01-a.txt").symlink_to(target)
    case = Case(
        "CH-1001", "s", "m1", NINE, NINE, messages=(letter("m1", attachments=(Attachment("a.txt", "", 1, "d"),)),)
    )

    saved = save_files(case, tmp_path, lambda digest: b"theirs")

    assert [path.name for path in saved] == ["01-a (2).txt"]
    assert target.read_bytes() == b"mine"


# Acts


def test_acts_say_in_one_line_what_happened(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"))

    assert desktop.told("note", "1001", text="Från standard input 漢字\n") == "Noted on CH-1001.\n"
    assert desktop.told("assign", "1001", "Anna") == "CH-1001 is with Anna now.\n"
    assert desktop.told("assign", "1001", "--none") == "CH-1001 is with nobody now.\n"
    assert desktop.told("close", "1001") == "CH-1001 is closed. Its customer had no answer yet.\n"
    assert desktop.told("reopen", "1001") == "CH-1001 is open again.\n"
    closed = {"case": "CH-1001", "state": "closed", "assignee": "", "queued": None, "task": None}
    assert desktop.data("close", "1001") == closed


def test_a_refused_act_ends_with_two_and_a_sentence(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"))

    result = desktop.run("reopen", "1001")

    assert result.exit_code == 2
    assert result.stderr == "Error: CH-1001 is open and not closed; `casehub reply CH-1001` answers it.\n"


def test_assign_wants_a_person_or_nobody(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"))

    results = [desktop.run("assign", "1001"), desktop.run("assign", "1001", "Anna", "--none")]

    assert [result.exit_code for result in results] == [2, 2]
    assert all("Name a person, or give --none." in result.stderr for result in results)


# Replies


def test_a_reply_is_queued_under_a_key(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"))

    told = desktop.told("reply", "1001", text="Hej Åsa!\n漢字 🙂\n")

    key = told.split()[2].rstrip(";")
    assert told == f"Queued as {key}; `casehub deliver` sends it.\n"
    (reply,) = desktop.data("outbox")["replies"]
    assert (reply["key"], reply["text"], reply["by"], reply["after"]) == (key, "Hej Åsa!\n漢字 🙂\n", "Bo Ek", "m1")
    assert (len(key), reply["state"], reply["written_at"]) == (16, "queued", "2026-11-23T08:00:00Z")


def test_a_program_that_has_not_seen_the_newest_message_is_refused(desktop: Desktop) -> None:
    desktop.arrive(CaseUpdate("c1", NINE, (letter("m1", hours=1), letter("m2"))))

    stale = desktop.run("reply", "1001", "-m", "Hej", "--after", "m1")
    wrong = desktop.run("reply", "1001", "-m", "Hej", "--after", "m9")
    fresh = desktop.data("reply", "1001", "-m", "Hej", "--after", "m2")

    assert "wrote again before this reply" in stale.stderr
    assert "CH-1001 has no message 'm9'" in wrong.stderr
    assert (stale.exit_code, wrong.exit_code, fresh["state"]) == (2, 2, "queued")


def test_a_reply_takes_files_and_closes_its_case(desktop: Desktop, tmp_path: Path) -> None:
    desktop.arrive(mail("m1"))
    path = tmp_path / "märke.txt"
    path.write_bytes(b"abc")

    told = desktop.told("reply", "1001", "-m", "Hej", "--attach", str(path), "--close")

    assert told.endswith("`casehub deliver` sends it. CH-1001 is closed when it is delivered.\n")
    (reply,) = desktop.data("outbox")["replies"]
    assert [(item["name"], item["media_type"], item["size"]) for item in reply["attachments"]] == [
        ("märke.txt", "text/plain", 3)
    ]


@pytest.mark.parametrize(
    ("words", "text", "sentence"),
    [
        (["-m", " "], b"", "A reply without text is not sent"),
        ([], b"", "A reply without text is not sent"),
        ([], b"\xff\xfe", "The text for the reply is not UTF-8"),
        (["-m", "x", "--attach", "/nowhere/x.pdf"], b"", "There is no file /nowhere/x.pdf to attach"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_refused(desktop: Desktop, words: list[str], text: bytes, sentence: str) -> None:
    desktop.arrive(mail("m1"))

    result = CliRunner().invoke(main, ["--config", str(desktop.config), "reply", "1001", *words], input=text)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert desktop.data("outbox")["replies"] == []


@dataclass
class PretendedConnection(Connection):
    """A connection that takes every reply and reads what a test puts into `readable`."""

    readable: dict[str, Incoming | Exception] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)

    def check(self) -> Iterator[Proof]:
        yield Proof("sign-in", ok=True)

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        self.received.append(reply.text)
        return Receipt("r1", NINE)

    def reread(self, message: Message) -> Incoming:
        found = self.readable[message.ref]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> PretendedConnection:
    pretended = PretendedConnection()
    source = Source("support", lambda: pretended)
    monkeypatch.setattr("hub.rounds.chosen_sources", lambda hub, names: [source] if "support" in names else [])
    return pretended


def test_a_reply_is_delivered_at_once_when_asked(desktop: Desktop, connection: PretendedConnection) -> None:
    desktop.arrive(mail("m1"))

    told = desktop.told("reply", "1001", "-m", "Hej Åsa!", "--now")

    assert told.split(maxsplit=2)[2] == "is delivered.\n"
    assert connection.received == ["Hej Åsa!"]
    assert desktop.data("show", "1001")["case"]["state"] == "waiting"


# The outbox


def test_the_outbox_marks_what_needs_a_person(desktop: Desktop, clock: AnyClock) -> None:
    desktop.arrive(mail("m1"))
    desktop.told("reply", "1001", "-m", "ett " * 100)
    second = desktop.run("reply", "1001", "-m", "två")
    assert second.stderr.startswith("! Already in the outbox for CH-1001: reply ")
    key = desktop.move_reply(lambda reply: move(reply, ReplyState.HELD, "the customer wrote again"))
    clock.advance(hours=3)

    lines = desktop.told("outbox", width=60).splitlines()

    assert lines[0].startswith("  ")
    assert lines[0].endswith("  CH-1001  queued")
    written = "  written 3 h ago by Bo Ek, on support"
    assert lines[1:3] == [f"{written}  waits for too long", f"  {('ett ' * 100)[:57].rstrip()}…"]
    assert lines[3:] == [
        f"! {key}  CH-1001  held",
        written,
        "  två",
        "  the customer wrote again",
        "1 of 2 need a person, marked !",
    ]


@pytest.mark.parametrize(
    ("act", "change", "told", "state"),
    [
        ("release", lambda r: move(r, ReplyState.HELD, "x"), "waits for the next `casehub deliver`", "queued"),
        ("cancel", lambda r: r, "is cancelled; its case is as it was", "cancelled"),
        ("sent", lambda r: become_uncertain(start_sending(r), "x", NINE), "counts as delivered", "delivered"),
        ("retry", lambda r: become_uncertain(start_sending(r), "x", NINE), "waits for the next", "queued"),
    ],
)
def test_a_person_decides_on_a_reply_by_the_beginning_of_its_key(
    desktop: Desktop, act: str, change: Callable[[Reply], Reply], told: str, state: str
) -> None:
    desktop.arrive(mail("m1"))
    desktop.told("reply", "1001", "-m", "Hej")
    key = desktop.move_reply(change)

    assert f"Reply {key} to CH-1001 {told}" in desktop.told("outbox", act, key[:6])
    (reply,) = desktop.data("outbox", "list", "--all")["replies"]
    assert reply["state"] == state


def test_an_empty_outbox_says_so_but_all_lists_what_is_over(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"))
    key = desktop.data("reply", "1001", "-m", "Hej")["key"]
    desktop.told("outbox", "cancel", key)

    assert desktop.told("outbox") == "The outbox is empty: every reply was delivered or taken back.\n"
    assert [reply["key"] for reply in desktop.data("outbox", "--all")["replies"]] == [key]


def test_an_unknown_key_is_answered_with_the_list(desktop: Desktop) -> None:
    result = desktop.run("outbox", "sent", "ffff")

    assert result.exit_code == 2
    assert "No reply has a key that begins with 'ffff'; `casehub outbox --all` lists them." in result.stderr


# Reading again


def test_unreadable_messages_are_read_again_one_failure_stopping_none(
    desktop: Desktop, connection: PretendedConnection
) -> None:
    bad = replace(letter("m1"), problem="too deep", raw=desktop.keep(b"raw"), text="")
    desktop.arrive(
        IncomingMessage(bad, type=CaseType.UNREADABLE),
        IncomingMessage(replace(bad, ref="m2", raw=desktop.keep(b"another"))),
    )
    connection.readable = {"m1": RuntimeError("s3cret"), "m2": mail("m2")}

    assert "! This message could not be read: too deep" in desktop.told("show", "1001")
    first = desktop.run("reread", "--all")
    connection.readable["m1"] = mail("m1")
    second = desktop.data("reread", "1001")

    assert (first.exit_code, "s3cret" in first.stdout) == (1, False)
    assert "✗ CH-1001: a message still cannot be read: The plugin broke with RuntimeError" in first.stdout
    assert "✓ CH-1002: a message can be read now" in first.stdout
    assert second == {"messages": [{"case": "CH-1001", "ref": "m1", "readable": True, "remark": ""}]}
    assert desktop.told("reread", "--all") == "Every message of every case can be read.\n"


def test_a_doubtful_message_says_why_a_person_should_look_at_it(desktop: Desktop) -> None:
    doubt = "nothing proves\x1b[31m that it comes from bol.com"
    desktop.arrive(mail("m1", labels=("doubtful",), extra={"doubt": doubt}))

    shown = desktop.told("show", "1001")

    assert "! Doubtful: nothing proves" in shown
    assert "\x1b" not in shown
    assert desktop.data("show", "1001")["case"]["messages"][0]["doubt"] == doubt


def test_reread_names_a_channel_that_is_gone(desktop: Desktop) -> None:
    desktop.arrive(IncomingMessage(replace(letter("m1"), problem="too deep", raw="0" * 64)))

    result = desktop.run("reread", "1001")

    assert result.exit_code == 1
    assert "its channel support is no longer in hub.toml" in result.stdout


def test_reread_wants_a_case_or_all(desktop: Desktop) -> None:
    assert "Name a case, or give --all." in desktop.run("reread").stderr


# On a terminal


def on_a_terminal(desktop: Desktop, *words: str, typed: str = "", editor: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command whose standard input is a terminal on which something was typed already."""
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, typed.encode())
        return subprocess.run(
            [sys.executable, "-c", "from hub.cli import main; main()", "--config", str(desktop.config), *words],
            stdin=terminal,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "EDITOR": editor, "VISUAL": "", "TMPDIR": str(desktop.config.parent), "COLUMNS": "100"},
        )
    finally:
        os.close(keyboard)
        os.close(terminal)


def writing_editor(folder: Path, text: str) -> str:
    """An editor that types a text above what is there."""
    script = folder / "editor.py"
    code = f"import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_text({text!r} + p.read_text('utf-8'), 'utf-8')"
    script.write_text(code, encoding="utf-8")
    return shlex.join([sys.executable, str(script)])


def test_on_a_terminal_a_reply_is_shown_and_asked_about(desktop: Desktop, tmp_path: Path) -> None:
    desktop.arrive(mail("m1"))
    desktop.told("reply", "1001", "-m", "Första")

    done = on_a_terminal(desktop, "reply", "1001", typed="y\n", editor=writing_editor(tmp_path, "Hej Åsa 漢字!\n"))

    assert done.returncode == 0
    assert "To:       Åsa Öberg <asa@kund.example>\nSubject:  Var är paketet?\n\n  Hej Åsa 漢字!\n" in done.stderr
    assert "Already in the outbox for this customer: reply " in done.stderr
    assert "This replaces nothing: it is one reply more and will be sent once." in done.stderr
    assert {reply["text"] for reply in desktop.data("outbox")["replies"]} == {"Första", "Hej Åsa 漢字!"}
    assert list(tmp_path.glob("data/drafts/*")) == []


def test_an_answer_that_would_go_to_somebody_else_is_pointed_out() -> None:
    message = letter("m1", extra={"reply_to": "mallory@else.example\x1b"}, labels=("unverified",))
    case = Case("CH-1001", "s", "m1", NINE, NINE, customer=ASA, messages=(message,))

    lines = preview(case, "Hej", (), ())

    assert lines[1] == "To:       mallory@else.example␛"
    assert "! asa@kund.example wrote, but wants the answer sent to mallory@else.example␛." in lines
    assert "! Nobody has written from asa@kund.example in this case before." in lines


def test_a_text_that_is_not_utf8_is_neither_sent_nor_lost(desktop: Desktop, tmp_path: Path) -> None:
    desktop.arrive(mail("m1"))
    script = tmp_path / "editor.py"
    script.write_text("import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(b'Hej \\xe5')", encoding="utf-8")

    done = on_a_terminal(desktop, "reply", "1001", editor=shlex.join([sys.executable, str(script)]))

    (kept,) = tmp_path.glob("data/drafts/CH-1001~*.md")
    assert (done.returncode, kept.read_bytes()) == (2, b"Hej \xe5")
    assert f"Your text is kept: {kept}" in done.stderr
    assert "did not save the text as UTF-8" in done.stderr


def test_a_declined_reply_is_not_queued_and_its_text_is_kept(desktop: Desktop, tmp_path: Path) -> None:
    desktop.arrive(mail("m1"))

    done = on_a_terminal(desktop, "reply", "1001", typed="n\n", editor=writing_editor(tmp_path, "Hej Åsa 漢字!\n"))

    (kept,) = tmp_path.glob("data/drafts/CH-1001~*.md")
    assert done.returncode == 1
    assert f"Your text is kept; `casehub reply CH-1001` goes on with it: {kept}" in done.stderr
    assert kept.read_text(encoding="utf-8") == "Hej Åsa 漢字!\n"
    assert kept.stat().st_mode & 0o077 == 0
    assert desktop.data("outbox")["replies"] == []

    again = on_a_terminal(desktop, "reply", "1001", typed="y\n", editor="true")

    assert again.returncode == 0
    assert "Going on with your draft for CH-1001." in again.stderr
    assert [reply["text"] for reply in desktop.data("outbox")["replies"]] == ["Hej Åsa 漢字!"]
    assert list(tmp_path.glob("data/drafts/*")) == []


def test_an_unchanged_template_sends_nothing(desktop: Desktop, tmp_path: Path) -> None:
    desktop.arrive(mail("m1"))

    done = on_a_terminal(desktop, "reply", "1001", editor=writing_editor(tmp_path, "\n"))

    assert (done.returncode, done.stderr) == (1, "Nothing was written, so nothing is sent.\n")
    assert list(tmp_path.glob("data/drafts/*")) == []


def test_on_a_terminal_the_danger_of_a_second_sending_is_named(desktop: Desktop) -> None:
    desktop.arrive(mail("m1"))
    desktop.told("reply", "1001", "-m", "Hej")
    key = desktop.move_reply(lambda reply: become_uncertain(start_sending(reply), "no answer", NINE))

    done = on_a_terminal(desktop, "outbox", "retry", key[:5], typed="n\n")

    assert done.returncode == 1
    assert f"Are you sure that {key} was not sent? If it was, the customer gets it twice." in done.stderr
    assert desktop.data("outbox")["replies"][0]["state"] == "uncertain"


# Help and templates


def test_nothing_below_the_scissors_is_sent() -> None:
    case = Case("CH-1001", "s", "m1", NINE, NINE, subject="Paket", messages=(letter("m1"),), state=CaseState.OPEN)

    opened = template(case, lambda message: "Mon 23 Nov 09:00")

    assert "Åsa Öberg <asa@kund.example>" not in opened
    assert "Åsa Öberg, Mon 23 Nov 09:00:\n> Hej!\n> 漢字 🙂\n" in opened
    assert written_text(opened) == ""
    assert written_text(f"\r\nHej!\r\n\r\n/Bo\r\n{SCISSORS}\r\n> x") == "Hej!\n\n/Bo"
    assert written_text("no scissors left") == "no scissors left"


def test_help_shows_an_example_of_every_command(desktop: Desktop) -> None:
    names = [
        "cases",
        "due",
        "show",
        "search",
        "reply",
        "note",
        "assign",
        "close",
        "reopen",
        "merge",
        "outbox",
        "reread",
    ]

    helps = [CliRunner().invoke(main, [name, "--help"]).stdout for name in names]

    assert all(f"Example: casehub {name}" in " ".join(told.split()) for name, told in zip(names, helps, strict=True))
    assert all("With --json: {" in " ".join(told.split()) for told in helps)
