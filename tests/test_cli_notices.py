"""Late orders as a person and a program meet them: pretended plugins, a real database."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hub import Author, Direction, IncomingMessage, Order
from hub.app import open_hub
from hub.core.late_orders import Told, digest_of
from hub.core.model import PlatformCase
from hub.core.outbox import Reply
from hub.errors import Refused
from hub.runs import notices as runs
from hub.runs.desk import Desk
from tests.deciding_desk import Desktop
from tests.fakes import MovableClock
from tests.late_shop import HUB_TOML, LATE

Install = Callable[..., None]
Listed = list[dict[str, str]] | str
FRIDAY = "2026-11-20"


@dataclass
class LateShop(Desktop):
    """A desktop whose platforms list late orders."""

    def lists(self, shop: Listed = (), portal: Listed = ()) -> None:  # type: ignore[assignment]
        told = {"shop": shop or [], "portal": portal or []}
        self.state.write_text(json.dumps(told), encoding="utf-8")

    def replies(self) -> list[Reply]:
        with open_hub(self.config) as hub:
            return list(hub.store.replies())

    def seen(self, *words: str) -> list[tuple[str, str | None]]:
        """Each order with the case that its notice can go into."""
        return [(order["order"], order["case"]) for order in self.data("notices", *words)["orders"]]


@pytest.fixture
def shop(tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Install) -> LateShop:
    config, state = tmp_path / "hub.toml", tmp_path / "late.json"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("late", LATE.format(state=str(state)))
    made = LateShop(config, state, clock)
    made.lists()
    return made


def late(number: str = "4711", due: str = FRIDAY, **more: str) -> dict[str, str]:
    return {"number": number, "due": due, **more}


def about(number: str) -> Order:
    return Order(number)


# Listing


def test_late_orders_are_listed_longest_late_first_with_where_their_notices_go(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late(name="Åsa Öberg"), late("4712", "2026-11-16")], [late("900", "2026-11-22", product="Vas 漢字")])

    lines = shop.told("notices").splitlines()

    assert [line.split() for line in lines[:4]] == [
        ["order", "channel", "customer", "late", "product", "notice"],
        ["4712", "shop", "7", "days", "Lampa", "export"],
        ["4711", "shop", "Åsa", "Öberg", "3", "days", "Lampa", "CH-1001", "!"],
        ["900", "portal", "1", "day", "Vas", "漢字", "export"],
    ]
    assert lines[4:] == [
        "! The customer waits for an answer in this case, and a notice counts as one: look at it first.",
        "shop: cannot be sent: no case about it is open.",
        "portal: cannot be sent: no case about it is open.",
        "shop: what a person does: Open the order in the seller account and write there.",
        "portal: what a person does: Press Write to customer on the order's page.",
    ]


@pytest.mark.parametrize(
    ("due", "words", "there"),
    [
        ("2026-11-23", (), False),  # today is not over
        ("2026-11-22", (), True),
        ("2026-10-20", (), False),
        ("2026-10-20", ("--days", "40"), True),
    ],
)
def test_an_order_is_listed_from_the_day_after_its_date_for_some_time(
    shop: LateShop, due: str, words: tuple[str, ...], there: bool
) -> None:
    shop.lists([late(due=due)])

    assert bool(shop.seen(*words)) is there


def test_nothing_late_is_said_in_a_sentence(shop: LateShop) -> None:
    assert shop.told("notices") == "No order is past its date.\n"


def test_a_draft_is_in_the_language_of_its_customer_and_in_the_name_of_the_shop(shop: LateShop) -> None:
    shop.lists([late(language="nl-BE", name="Anke Visser"), late("4712")])

    told = shop.told("notices", "--draft", "--new-date", "2026-12-01")

    assert "4711 on shop (nl): export\n\n  Beste Anke Visser,\n\n  Uw bestelling 4711 (Lampa)" in told
    assert "uiterlijk dinsdag 1 december" in told
    assert "4712 on shop (sv): export\n\n  Hej!\n\n  Din order 4712 (Lampa)" in told
    assert told.count("  Lampor AB") == 2


def test_a_customer_whose_name_only_the_case_knows_is_greeted_by_it(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late()])

    [order] = shop.data("notices")["orders"]

    assert order["text"].startswith("Hej Åsa Öberg!")
    assert (order["customer"], order["told_as"], order["due"]) == ("Åsa Öberg", "ship_by", FRIDAY)


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        ("down", "failed", "does not answer"),
        ("broken", "failed", "The plugin broke with KeyError"),
        ("odd", "failed", "The plugin broke with AttributeError"),
        ("bare", "silent", "the channel has no credentials. Set them."),
    ],
)
def test_one_channel_that_cannot_tell_keeps_no_other_from_telling(
    shop: LateShop, trouble: str, kind: str, words: str
) -> None:
    shop.lists(trouble, [late("900")])

    result = shop.run("notices", "--json")

    told = json.loads(result.stdout)
    assert [order["order"] for order in told["orders"]] == ["900"]
    assert words in told[kind]["shop"]
    assert "a secret" not in result.stdout + result.stderr
    assert result.exit_code == (1 if kind == "failed" else 0)


def test_a_channel_that_lists_none_is_told_what_a_person_does(shop: LateShop) -> None:
    told = shop.data("notices", "mute")

    assert shop.run("notices", "mute").stdout == ""
    assert told["silent"]["mute"].endswith(
        "Save the list of late orders there. Then give the list with --orders FILE.csv."
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "There is no channel 'nowhere'"),
        (("--order", "5"), "No order '5' is past its date"),
        (("--new-date", "tomorrow"), "write it as 2026-11-25"),
        (("--new-date", "2026-11-22"), "has passed already"),
        (("--send",), "has to give --yes"),
    ],
)
def test_a_mistake_is_refused_with_the_way_out(shop: LateShop, words: tuple[str, ...], said: str) -> None:
    shop.lists([late()])

    assert said in shop.refused("notices", *words)


def test_without_a_channel_that_lists_orders_the_file_is_named(shop: LateShop) -> None:
    text = HUB_TOML.replace('[channels.portal]\nadapter = "portal"', "")
    shop.config.write_text(text.replace('adapter = "shop"', 'adapter = "mute"'), encoding="utf-8")

    assert "--orders FILE.csv" in shop.refused("notices")


# Into which case


@pytest.mark.parametrize(
    ("facts", "row", "why"),
    [
        ({"order": about("4712")}, {}, "no case about it is open"),
        ({"order": about("47110")}, {}, "no case about it is open"),
        ({"order": about("4711"), "subject": "blocked"}, {}, "nobody may write here any more"),
        ({"order": about("4711")}, {"email": "somebody@else.example"}, "a case of somebody else"),
        ({"order": about("4711"), "channel": "portal"}, {}, "no case about it is open"),
    ],
)
def test_a_notice_that_can_go_into_no_case_says_why(
    shop: LateShop, facts: dict[str, Any], row: dict[str, str], why: str
) -> None:
    shop.opens(**facts)
    shop.lists([late(**row)])

    [order] = shop.data("notices")["orders"]

    assert order["case"] is None
    assert why in order["why"]
    assert order["what_to_do"] == "Open the order in the seller account and write there."


@pytest.mark.parametrize(
    ("facts", "row"),
    [
        ({"order": about("4711")}, {}),
        ({"order": about("4710, 4711")}, {}),
        ({"order": about("4711")}, {"email": "ASA@kund.example"}),
    ],
)
def test_a_notice_goes_into_the_open_case_about_its_order(
    shop: LateShop, facts: dict[str, Any], row: dict[str, str]
) -> None:
    shop.opens(**facts)
    shop.lists([late(**row)])

    assert shop.seen() == [("4711", "CH-1001")]


def test_of_two_cases_the_one_that_changed_last_is_taken_and_a_closed_one_never(shop: LateShop) -> None:
    shop.opens(ref="a", order=about("4711"))
    shop.clock.advance(hours=2)
    shop.opens(ref="b", order=about("4711"))
    shop.lists([late()])

    assert shop.seen() == [("4711", "CH-1002")]
    shop.told("close", "CH-1002")
    assert shop.seen() == [("4711", "CH-1001")]
    shop.told("close", "CH-1001")
    assert shop.seen() == [("4711", None)]


def test_a_case_on_a_platform_that_takes_no_replies_is_none_to_write_into(shop: LateShop) -> None:
    shop.opens(channel="portal", order=about("900"))
    shop.lists([], [late("900")])

    [order] = shop.data("notices")["orders"]

    assert (order["case"], order["why"]) == (None, "The portal takes no replies from a program")


def test_a_case_of_another_platform_that_came_by_mail_gets_no_unasked_mail(shop: LateShop) -> None:
    of_bol = PlatformCase("bolcom", "1")
    shop.arrives("shop", IncomingMessage(shop.letter("m1"), about=of_bol, order_number="4711"))
    shop.lists([late()])

    [order] = shop.data("notices")["orders"]

    assert (order["case"], order["why"]) == (None, "CH-1001 is a case on bolcom that came by mail")


def test_a_case_that_a_mail_told_of_is_named_with_its_link(shop: LateShop) -> None:
    there = PlatformCase("portal", "7", url="https://portal.example/cases/7")
    shop.arrives("mute", IncomingMessage(shop.letter("m1"), about=there, order_number="900"))
    shop.lists([late("900")], [late("900")])

    [first, second] = sorted(shop.data("notices")["orders"], key=lambda order: str(order["channel"]))

    assert (first["channel"], first["case"]) == ("portal", None)
    assert first["why"] == "CH-1001 is about it, and is answered on the platform itself"
    assert (second["channel"], second["why"]) == ("shop", "no case about it is open")


def test_the_plugin_says_how_a_person_writes_first(shop: LateShop) -> None:
    told = shop.told("plugins", "late")

    assert "can: list orders that are past their date" in told
    assert "in the portal only: write to a customer who has not written: Press Write to customer" in told


# Sending


def test_a_notice_is_queued_as_a_reply_once_and_then_it_says_so(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late(), late("4712")])

    told = shop.told("notices", "--send", "--yes")
    again = shop.told("notices", "--send", "--yes")

    [reply] = shop.replies()
    assert "Queued 1 notice; `casehub deliver` sends what waits in the outbox." in told
    assert "No notice can be sent into a case." in again
    assert "told Mon 23 Nov 09:00 in CH-1001" in again
    assert (reply.case_number, reply.by, reply.after, reply.text.splitlines()[0]) == (
        "CH-1001",
        "Eva",
        "s1-m1",
        "Hej Åsa Öberg!",
    )


def test_a_new_date_is_a_new_notice(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late(due="2026-11-18")])
    shop.told("notices", "--send", "--yes")
    shop.lists([late(due=FRIDAY)])

    assert shop.seen() == [("4711", "CH-1001")]
    assert len(shop.data("notices", "--send", "--yes")["queued"]) == 1


def test_a_notice_that_was_taken_back_may_be_written_again(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late()])
    [key] = shop.data("notices", "--send", "--yes")["queued"]
    shop.told("outbox", "cancel", key)

    [order] = shop.data("notices")["orders"]

    assert order["told"] is None


def test_a_delivered_notice_is_never_sent_again(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late()])
    [key] = shop.data("notices", "--send", "--yes")["queued"]
    shop.told("deliver")
    shop.told("close", "CH-1001")

    [order] = shop.data("notices", "--send", "--yes")["orders"]

    assert (order["told"]["reply"], order["told"]["case"]) == (key, "CH-1001")
    assert len(shop.replies()) == 1


def test_a_notice_that_only_the_platform_remembers_is_not_written_again(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late()])
    text = shop.data("notices")["orders"][0]["text"]
    sent = shop.letter("s1-m2", author=Author.SELLER, direction=Direction.OUTBOUND, text=f"{text}\n")
    shop.opens(order=about("4711"), messages=(shop.letter("s1-m1", hours=1), sent))

    told = shop.data("notices", "--send", "--yes")

    assert (told["queued"], told["orders"][0]["told"]["case"]) == ([], "CH-1001")


def test_only_the_order_that_is_named_is_told_of(shop: LateShop) -> None:
    for number in ("4711", "4712"):
        shop.opens(ref=number, order=about(number))
    shop.lists([late(), late("4712")])

    shop.told("notices", "--order", "4712", "--send", "--yes")

    assert [reply.case_number for reply in shop.replies()] == ["CH-1002"]


@pytest.mark.parametrize(("answer", "queued"), [("y\n", 1), ("n\n", 0)])
def test_a_person_at_a_terminal_reads_the_notice_and_is_asked(
    shop: LateShop, monkeypatch: pytest.MonkeyPatch, answer: str, queued: int
) -> None:
    monkeypatch.setattr("hub.cli.desk_options.is_terminal", lambda: True)
    monkeypatch.setattr("hub.cli.notices.is_terminal", lambda: True)
    shop.opens(order=about("4711"))
    shop.lists([late()])

    result = shop.run("notices", "--send", text=answer)

    assert "Din order 4711 (Lampa) skulle ha kommit fram" in result.stderr
    assert "Put 1 notice into the outbox?" in result.stderr
    assert len(shop.replies()) == queued


@pytest.mark.parametrize("queued", [True, False])
def test_a_run_that_died_on_the_way_to_the_outbox_is_told_apart_by_it(
    shop: LateShop, monkeypatch: pytest.MonkeyPatch, queued: bool
) -> None:
    kept = Desk.reply

    def die(desk: Desk, *words: Any, **more: Any) -> Reply:
        if queued:
            kept(desk, *words, **more)
        raise KeyboardInterrupt

    shop.opens(order=about("4711"))
    shop.lists([late()])
    with monkeypatch.context() as patched:
        patched.setattr(Desk, "reply", die)
        shop.run("notices", "--send", "--yes")
    shop.run("notices", "--send", "--yes")

    assert len(shop.replies()) == 1


def test_a_customer_who_cannot_be_told_now_keeps_no_other_from_being_told(
    shop: LateShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Desk.reply

    def refuse(desk: Desk, number: str, *words: Any, **more: Any) -> Reply:
        if number == "CH-1001":
            raise Refused("the customer wrote just now")
        return kept(desk, number, *words, **more)

    for number in ("4711", "4712"):
        shop.opens(ref=number, order=about(number))
    shop.lists([late(), late("4712")])
    monkeypatch.setattr(Desk, "reply", refuse)

    result = shop.run("notices", "--send", "--yes")

    assert result.exit_code == 1
    assert "4711 was not queued: the customer wrote just now" in result.stderr
    assert [reply.case_number for reply in shop.replies()] == ["CH-1002"]


def test_two_people_do_not_send_the_same_list_at_once(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late()])
    with open_hub(shop.config) as hub, hub.store.lease(runs.LEASE):
        result: Result = shop.run("notices", "--send", "--yes")

    assert result.exit_code == 1
    assert "is being worked on" in result.stderr
    assert shop.replies() == []


# Exporting


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_what_cannot_be_sent_is_exported_once_with_what_a_person_does(shop: LateShop, tmp_path: Path) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late()], [late("900", product="=HYPERLINK()", name="Åsa Öberg", language="de")])
    file = tmp_path / "late.csv"

    told = shop.told("notices", "--export", str(file), "--new-date", "2026-12-01")
    again = shop.told("notices", "--export", str(tmp_path / "again.csv"))

    [row] = rows_of(file)
    assert f"Wrote 1 notice to {file}." in told
    assert row | {"text": ""} == {
        "channel": "portal",
        "order": "900",
        "customer": "Åsa Öberg",
        "language": "de",
        "product": "'=HYPERLINK()",
        "due": FRIDAY,
        "days_late": "3",
        "new_date": "2026-12-01",
        "why": "no case about it is open",
        "what_to_do": "Press Write to customer on the order's page.",
        "url": "https://portal.example/orders/900",
        "text": "",
    }
    assert row["text"].startswith("Guten Tag Åsa Öberg,")
    assert "There is nothing to export." in again
    assert "exported Mon 23 Nov 09:00" in again
    assert shop.data("notices", "--export", str(tmp_path / "x.csv"), "--again")["exported"] == [str(tmp_path / "x.csv")]


def test_a_folder_gets_a_list_and_a_text_for_each_order(shop: LateShop, tmp_path: Path) -> None:
    shop.lists([late("../../etc"), late("etc")], [late("900")])
    folder = tmp_path / "late"

    written = shop.data("notices", "--export", str(folder))["exported"]

    names = sorted(path.name for path in folder.iterdir())
    assert sorted(Path(path).name for path in written) == names
    assert {Path(path).parent for path in written} == {folder}
    assert len(names) == 4
    assert "portal 900.txt" in names
    assert (folder / "portal 900.txt").read_text(encoding="utf-8").endswith("Lampor AB\n")


def test_nothing_is_overwritten_and_nobody_counts_as_told_when_nothing_was_written(
    shop: LateShop, tmp_path: Path
) -> None:
    shop.lists([late()])
    file = tmp_path / "late.csv"
    file.write_text("mine", encoding="utf-8")

    assert "is there already" in shop.run("notices", "--export", str(file)).stderr
    assert file.read_text(encoding="utf-8") == "mine"
    assert shop.data("notices")["orders"][0]["told"] is None


# Lists of one's own


def listed(shop: LateShop, text: str, encoding: str = "utf-8") -> str:
    file = shop.config.parent / "orders.csv"
    file.write_bytes(text.encode(encoding))
    return str(file)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"order,channel,due,name,product\n4711,mute,{FRIDAY},Åsa Öberg,Vas\n", "utf-8"),
        (f"\ufefforder;channel;due;name;product\r\n4711;mute;{FRIDAY};Åsa Öberg;Vas\r\n", "utf-8"),
        (f'due,order,channel,product,name\n{FRIDAY}, 4711 ,mute,"Vas",Åsa Öberg\n', "utf-8"),
    ],
    ids=["commas", "a spreadsheet", "another order"],
)
def test_a_list_of_ones_own_is_read(shop: LateShop, text: str, encoding: str) -> None:
    [order] = shop.data("notices", "--orders", listed(shop, text, encoding))["orders"]

    assert (order["order"], order["channel"], order["customer"], order["product"], order["due"]) == (
        "4711",
        "mute",
        "Åsa Öberg",
        "Vas",
        FRIDAY,
    )


def test_every_column_of_a_list_counts(shop: LateShop) -> None:
    shop.opens(channel="mute", order=about("4711"))
    text = (
        "order,channel,due,name,email,language,product,promised,new_date\n"
        f"4711,mute,{FRIDAY},Åsa,asa@kund.example,cs,Vas,dispatch,2026-12-01\n"
        f"4712,mute,{FRIDAY},,,,,,\n"
        "4713,mute,2026-12-24,,,,,,\n"
    )

    words = ("--orders", listed(shop, text), "--new-date", "2026-12-24")
    first, second = shop.data("notices", *words)["orders"]

    assert (first["case"], first["language"], first["promised"], first["new_date"]) == (
        "CH-1001",
        "cs",
        "dispatch",
        "2026-12-01",
    )
    assert "v úterý 1. prosince" in first["text"]
    assert (second["order"], second["promised"], second["language"]) == ("4712", "arrival", "en")
    assert second["new_date"] == "2026-12-24"  # a day for one order beats that for all


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the column order is missing; line 1: the column channel is missing"),
        ("order,channel\n", "line 1: the column due is missing"),
        ("order,channel,due,colour\n", "line 1: the column 'colour' is none of order, channel"),
        (f"order,channel,due\n,mute,{FRIDAY}\n", "line 2: column order is empty"),
        (f"order,channel,due\n1,nowhere,{FRIDAY}\n", "line 2: column channel: there is no channel 'nowhere'"),
        ("order,channel,due\n1,mute,20/11\n", "line 2: column due: '20/11' is no day; write it as 2026-11-25"),
        (f"order,channel,due,promised\n1,mute,{FRIDAY},x\n", "column promised: 'x' is neither dispatch nor arrival"),
        (f"order,channel,due,email\n1,mute,{FRIDAY},asa\n", "column email: 'asa' is no address"),
        (f"order,channel,due\n1,mute,{FRIDAY},more\n", "line 2: it has more cells than there are columns"),
        (f"order,channel,due\n1,mute\n2,mute,{FRIDAY}\n", "line 2: column due is empty"),
        ("order,channel,due\n" + "1,mute,x\n" * 12, "; and 2 more"),
    ],
)
def test_whatever_is_wrong_with_a_list_is_named_by_line_and_column(shop: LateShop, text: str, said: str) -> None:
    assert said in shop.refused("notices", "--orders", listed(shop, text))


def test_a_list_that_is_no_text_or_not_there_is_refused(shop: LateShop) -> None:
    assert "is not UTF-8" in shop.refused("notices", "--orders", listed(shop, "order;Åsa", "latin-1"))
    assert "cannot be read" in shop.refused("notices", "--orders", "nowhere.csv")


# The count for monitors


def test_status_tells_how_many_customers_were_not_told_by_the_last_look(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late(), late("4712")], [late("900")])
    shop.told("notices")
    shop.clock.advance(hours=3)

    assert "note: 3 orders are past the date, and nobody was told, as of 3 h ago" in shop.run("status").stdout
    shop.told("notices", "--send", "--yes")
    assert "note: 2 orders are past the date" in shop.run("status").stdout
    shop.lists([], "down")
    shop.run("notices")
    assert "note: 1 order is past the date" in shop.run("status").stdout
    shop.lists([], [])
    shop.run("notices")
    assert "past the date" not in shop.run("status").stdout


def test_what_a_run_kept_of_a_notice_stands_in_the_database_without_its_text(shop: LateShop) -> None:
    shop.opens(order=about("4711"))
    shop.lists([late()])
    shop.told("notices", "--send", "--yes")
    [reply] = shop.replies()

    with open_hub(shop.config) as hub:
        told = Told.read(hub.store.fact(f"notice:shop:4711:{FRIDAY}"))

    assert told == Told(shop.clock.now(), "CH-1001", digest_of(reply.text), reply.key)
