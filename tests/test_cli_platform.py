"""The commands that act on a platform, as a person and a program meet them: two pretended plugins, a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.incoming import IncomingMessage
from hub.core.model import (
    Author,
    CaseType,
    PlatformCase,
)
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP

Install = Callable[..., None]


@pytest.fixture
def desktop(tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Install) -> Desktop:
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    return Desktop(config, state, clock)


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.acting.is_terminal", lambda: True)


# Deciding


def test_what_a_platform_takes_is_listed_with_effect_needs_and_cost(desktop: Desktop) -> None:
    desktop.opens()

    lines = desktop.told("decide", "1001").splitlines()

    assert lines[:5] == [
        "refund_partly  Partial refund",
        "  The buyer gets the rest of the price back.",
        "  needs a text for the customer; the percent of the price that you keep, 1 to 99",
        "  moves money, at most 1250.00 SEK; cannot be undone".replace("1250", "1,250"),
        "  casehub decide CH-1001 refund_partly -m TEXT --percent 1-99",
    ]
    assert "  casehub decide CH-1001 resend --item item-1 --quantity N --tracking CARRIER:NUMBER" in lines
    assert "  casehub hand-over CH-1001" in lines


def test_programs_get_the_offers_with_exact_amounts(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.data("decide", "1001")
    offers = {offer["word"]: offer for offer in told["offers"]}

    assert told["portal_step"] is None
    assert offers["refund_partly"] == {
        "kind": "decide",
        "word": "refund_partly",
        "title": "Partial refund",
        "effect": "The buyer gets the rest of the price back.",
        "item": "",
        "needs": ["message", "percent"],
        "most": None,
        "moves_money": True,
        "irreversible": True,
        "cost": {"amount": {"amount": "1250.00", "currency": "SEK"}, "at_most": True},
        "evidence": None,
    }


def test_a_script_that_moves_money_has_to_say_yes(desktop: Desktop) -> None:
    desktop.opens()
    words = ("decide", "1001", "refund_partly", "--percent", "80", "-m", "En femtedel")

    assert "The buyer gets the rest of the price back. This moves money and cannot be undone" in desktop.refused(*words)
    assert desktop.kinds_waiting() == []

    queued = desktop.data(*words, "--yes")["queued"]
    assert (queued["act"], queued["text"]) == (
        {"kind": "decide", "word": "refund_partly", "percent": 80},
        "En femtedel",
    )


def test_a_person_sees_what_it_does_and_costs_before_saying_yes(desktop: Desktop, at_a_terminal: None) -> None:
    desktop.opens()
    words = ("decide", "1001", "refund_partly", "--percent", "80", "-m", "En femtedel\nJa 漢字")

    no = desktop.run(*words, text="n\n")
    waiting_after_no = desktop.kinds_waiting()
    yes = desktop.run(*words, text="y\n")

    assert (no.exit_code, waiting_after_no) == (1, [])
    shown = no.stderr.splitlines()
    assert "Effect:   The buyer gets the rest of the price back." in shown
    assert "Cost:     250.00 SEK: 20 % of 1,250.00 SEK" in shown
    assert "  Ja 漢字" in shown
    assert "It moves money. It cannot be undone." in shown
    assert (yes.exit_code, desktop.kinds_waiting()) == (0, ["decide"])


def test_everything_that_goes_with_a_decision_reaches_the_platform(desktop: Desktop, tmp_path: Path) -> None:
    desktop.opens()
    proof = tmp_path / "foto 漢字.jpg"
    proof.write_bytes(b"jpg")

    desktop.told("decide", "1001", "REFUSE", "-m", "Nej", "--evidence", str(proof))
    assert desktop.told("deliver") == "✓ shop: 1 act done on the platform\n"
    parcel = ("--tracking", "PostNord:SE1", "--tracking", "DHL: 2")
    desktop.told("decide", "1001", "resend", "--item", "item-1", "--quantity", "2", *parcel, "--again")
    desktop.told("deliver")

    refused, sent = desktop.done()
    assert (refused["word"], refused["text"], refused["files"]) == ("refuse", "Nej", ["foto 漢字.jpg"])
    assert (sent["item"], sent["quantity"], sent["parcels"]) == ("item-1", 2, ["PostNord:SE1", "DHL:2"])
    assert [decision["word"] for decision in desktop.data("show", "1001")["case"]["decisions"]] == ["refuse", "resend"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["burn"],
            "takes no decision 'burn' as it stands now; it takes refund_partly, refuse, resend, slow",
        ),
        (["resend"], "2 items that 'resend' may be meant for; name one with --item: item-1, item-2"),
        (["slow", "--percent", "5"], "it takes no --percent"),
        (["slow", "--quantity", "0"], "it takes no --quantity."),
        (["slow", "--item", "item-9"], "takes 'slow' for no item 'item-9'; leave --item out"),
        (["refuse", "-m", "Nej"], "it needs a file as evidence, given with --evidence"),
        (["refund_partly", "--percent", "100", "-m", "x", "--yes"], "--percent is 1 to 99, not 100"),
        (["slow", "-m", "x" * 101], "at most 100 characters (rule 7, https://shop.example/rules)"),
    ],
)
def test_what_cannot_be_decided_so_is_refused_with_the_way_out(desktop: Desktop, words: list[str], told: str) -> None:
    desktop.opens()

    assert told in desktop.refused("decide", "1001", *words)
    assert desktop.kinds_waiting() == []


def test_a_second_act_waits_for_the_first(desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("decide", "1001", "slow")

    told = desktop.refused("close", "1001")

    assert "CH-1001 has an act on its way that is queued: decide slow" in told
    assert "or take it back with `casehub outbox cancel`" in told


def test_what_was_accepted_and_failed_later_is_told_and_the_case_still_waits(desktop: Desktop, clock: AnyClock) -> None:
    desktop.opens()
    desktop.told("decide", "1001", "slow", "-m", "Snart")
    sent = desktop.told("deliver")
    accepted = desktop.told("outbox")
    on_the_way = desktop.told("deliver")
    cannot = desktop.refused("close", "1001")
    clock.advance(minutes=5)

    failed = desktop.run("deliver")

    assert sent == "… shop: 1 reply taken by the platform, its last word is to come\n"
    assert "accepted" in accepted
    assert "1 reply taken by the platform, its last word is to come" in on_the_way
    assert "take it back" not in cannot
    assert failed.exit_code == 1
    shown = desktop.told("show", "1001", "--history")
    assert "failed: decide slow" in shown
    assert "It failed in the end" in shown
    assert desktop.case().waiting_since is not None


def test_a_plugin_that_breaks_at_its_offers_keeps_nobody_from_reading(desktop: Desktop) -> None:
    desktop.opens(subject="break")

    shown = desktop.told("show", "1001")
    decided = desktop.run("decide", "1001")

    assert "Den kom trasig 漢字" in shown
    assert "mistake in the plugin" in shown
    assert "a secret of the plugin" not in shown + decided.output
    assert decided.exit_code == 1


def test_a_channel_whose_settings_are_wrong_keeps_nobody_from_reading(desktop: Desktop) -> None:
    desktop.opens()
    text = desktop.config.read_text("utf-8")
    desktop.config.write_text(text.replace("mark_read = true", "region = [1]"), encoding="utf-8")

    shown = desktop.told("show", "1001")

    assert "Den kom trasig 漢字" in shown
    assert "channels.shop.region" in shown


# Closing, reopening, handing over, noting


def test_a_case_is_closed_when_its_platform_has_closed_it(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.told("close", "1001", "--reason", "löst på telefon")
    before = desktop.case().state
    desktop.told("deliver")
    reopened = desktop.data("reopen", "1001")

    assert "`casehub deliver` does it on the platform" in told
    assert (before, desktop.case().state, reopened["state"]) == ("open", "closed", "closed")
    assert "löst på telefon" in desktop.told("show", "1001", "--history")
    desktop.told("deliver")
    assert desktop.case().state == "open"
    assert [act["perform"] for act in desktop.done()] == ["close", "reopen", "mark_read"]


def test_a_platform_that_wants_an_answer_first_gets_one(desktop: Desktop) -> None:
    own = desktop.config.parent / "policies.toml"
    own.write_text('schema = 1\n[channels.shop]\npolicy = "bolcom"\n', encoding="utf-8")
    desktop.opens(type=CaseType.QUESTION)

    assert "CH-1001 cannot be closed yet" in desktop.refused("close", "1001")
    assert desktop.data("close", "1001", "-m", "Löst 🙂")["queued"]["text"] == "Löst 🙂"


def test_what_is_no_question_is_closed_without_an_answer(desktop: Desktop) -> None:
    own = desktop.config.parent / "policies.toml"
    own.write_text('schema = 1\n[channels.shop]\npolicy = "bolcom"\n', encoding="utf-8")
    desktop.opens()

    assert desktop.data("close", "1001")["queued"]["act"]["kind"] == "close"


def test_a_case_can_be_closed_here_only(desktop: Desktop) -> None:
    desktop.opens()

    assert desktop.told("close", "1001", "--here") == "CH-1001 is closed. Its customer had no answer yet.\n"
    assert desktop.kinds_waiting() == []
    assert desktop.told("reopen", "1001", "--here") == "CH-1001 is open again.\n"


def test_what_cannot_be_taken_back_is_asked_about(desktop: Desktop) -> None:
    desktop.opens()

    assert "This cannot be undone" in desktop.refused("hand-over", "1001", "-m", "Vi kommer inte överens")
    desktop.told("hand-over", "1001", "-m", "Vi kommer inte överens", "--yes")
    desktop.told("deliver")

    assert desktop.case().owner == "platform"
    assert desktop.done()[-1]["text"] == "Vi kommer inte överens"
    assert "Owner     the platform deals with it" in desktop.told("show", "1001")
    assert "has CH-1001 already" in desktop.refused("hand-over", "1001", "--yes")


def test_a_note_goes_to_the_platform_or_stays_in_the_house(desktop: Desktop) -> None:
    desktop.opens()

    desktop.told("note", "1001", "-m", "Bara vi")
    desktop.told("note", "1001", "--to-platform", "-m", "Se bilden 漢字")
    desktop.told("deliver")

    assert [(act["perform"], act["text"]) for act in desktop.done()] == [("note", "Se bilden 漢字")]
    shown = desktop.told("show", "1001")
    assert "[to the platform]" in shown
    assert "without text says nothing" in desktop.refused("note", "1001", "--to-platform", "-m", " ")


def test_whatever_is_offered_can_be_asked_for_by_its_word(desktop: Desktop) -> None:
    desktop.opens()

    assert desktop.data("decide", "1001", "hand_over", "--yes")["queued"]["act"] == {"kind": "hand_over"}


@pytest.mark.parametrize(("first", "command", "way_out"), [([], "close", "--close"), (["close"], "reopen", "reply")])
def test_a_text_that_would_not_be_sent_is_refused(
    desktop: Desktop, first: list[str], command: str, way_out: str
) -> None:
    desktop.opens("portal")
    for word in first:
        desktop.told(word, "1001")

    told = desktop.refused(command, "1001", "-m", "Hej")

    assert "Nothing is sent by" in told
    assert way_out in told


def test_a_reply_that_closes_closes_its_case_on_the_platform_after_it(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.told("reply", "1001", "--close", "-m", "Klart 漢字")
    desktop.told("deliver")
    answered = desktop.case().state
    desktop.told("deliver")

    assert told.endswith("`casehub deliver` sends it. CH-1001 is closed on its platform next.\n")
    assert [next(iter(act)) for act in desktop.done()] == ["deliver", "perform"]
    assert (answered, desktop.case().state) == ("waiting", "closed")


def test_a_reply_that_a_person_saw_delivered_is_followed_by_the_closing_too(desktop: Desktop) -> None:
    desktop.opens()
    key = desktop.data("reply", "1001", "--close", "-m", "Klart")["key"]

    desktop.told("outbox", "sent", key)

    assert desktop.kinds_waiting() == ["close"]


def test_a_reply_by_mail_that_closes_leaves_the_closing_in_the_portal_to_a_person(desktop: Desktop) -> None:
    text = desktop.config.read_text("utf-8")
    desktop.config.write_text(text.replace('adapter = "shop"\nmark_read = true', 'adapter = "mute"'), encoding="utf-8")
    about = PlatformCase("portal", "p7", url="https://portal.example/p7")
    desktop.arrives("shop", IncomingMessage(desktop.letter("m1"), about=about))

    first = desktop.run("reply", "1001", "--close", "-m", "Klart")
    desktop.run("reply", "1001", "--close", "-m", "Och en sak till")

    assert first.exit_code == 0
    assert "`casehub tasks` says how" in first.stderr
    [task] = desktop.data("tasks")["tasks"]
    assert (task["kind"], task["url"]) == ("close", "https://portal.example/p7")


def test_a_reply_that_is_not_delivered_closes_nothing_on_the_platform(desktop: Desktop) -> None:
    desktop.opens()
    key = desktop.data("reply", "1001", "--close", "-m", "Klart")["key"]

    desktop.told("outbox", "cancel", key)
    desktop.told("deliver")

    assert desktop.done() == []
    assert desktop.kinds_waiting() == []


def test_what_the_customer_wrote_after_the_answer_is_not_closed_over(desktop: Desktop, clock: AnyClock) -> None:
    desktop.opens()
    desktop.told("reply", "1001", "--close", "-m", "Klart")
    desktop.told("deliver")
    clock.advance(minutes=5)
    desktop.opens(messages=(desktop.letter("again"),))

    held = desktop.run("deliver")

    assert held.exit_code == 1
    assert desktop.case().state == "open"
    assert [next(iter(act)) for act in desktop.done()] == ["deliver"]


# What a reply must not have


def test_a_reply_that_breaks_a_rule_is_refused_naming_each(desktop: Desktop) -> None:
    desktop.opens()

    told = desktop.refused("reply", "1001", "-m", "http://x.example " + "x" * 100)

    assert (
        "The shop would refuse this: A text has at most 100 characters (rule 7, https://shop.example/rules); " in told
    )
    assert "A text has no links (rule 8)" in told
    assert desktop.kinds_waiting() == []


def test_files_are_refused_where_a_platform_takes_none(desktop: Desktop, tmp_path: Path) -> None:
    desktop.opens()
    file = tmp_path / "a.txt"
    file.write_text("x")

    told = desktop.refused("reply", "1001", "-m", "Hej", "--attach", str(file))

    assert "The shop takes no files from a program" in told


# What only a person can do


def test_a_reply_becomes_a_task_with_its_draft_where_only_a_person_can_answer(desktop: Desktop) -> None:
    desktop.opens("portal")

    told = desktop.told("reply", "1001", "-m", "Ring oss 漢字").splitlines()

    assert told[:3] == [
        "Only a person can do this on the platform: answer the customer.",
        "  Open the question in the seller account and write the answer there.",
        "  https://portal.example/s1",
    ]
    assert desktop.kinds_waiting() == []
    [task] = desktop.data("tasks")["tasks"]
    assert (task["case"], task["kind"], task["text"], task["by"]) == ("CH-1001", "reply", "Ring oss 漢字", "Eva")
    assert "> Ring oss 漢字" in desktop.told("tasks")
    assert desktop.data("show", "1001")["case"]["tasks"] == [task]


def test_a_task_is_ticked_off_with_the_instant_and_the_case_says_who_says_so(desktop: Desktop) -> None:
    desktop.opens("portal")
    desktop.told("reply", "1001", "-m", "Ring oss")

    done = desktop.told("done", "1001", "--comment", "skickat")

    assert done == "CH-1001: answer the customer is done. The case is waiting.\n"
    case = desktop.case()
    assert (case.messages[-1].text, case.messages[-1].labels, case.waiting_since) == ("Ring oss", ("stated",), None)
    assert "[stated]" in desktop.told("show", "1001")
    assert desktop.told("tasks") == "Nothing is left to do in a portal.\n"
    assert "done by Eva" in desktop.told("tasks", "--all")
    assert "nothing to do in a portal" in desktop.refused("done", "1001")


def test_a_case_is_closed_here_at_once_where_only_a_person_can_close_it_there(desktop: Desktop) -> None:
    desktop.opens("portal")

    told = desktop.told("close", "1001").splitlines()

    assert told[0] == "CH-1001 is closed. Its customer had no answer yet."
    assert told[2] == "  Press Solved in the seller account."
    assert desktop.case().state == "closed"
    left = desktop.data("done", "1001")
    assert left == {"case": "CH-1001", "state": "closed", "tasks": []}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["hand-over", "1001", "-m", "varför"], "hand_over"),
        (["note", "1001", "--to-platform", "-m", "varför"], "note"),
        (["decide", "1001", "refund", "-m", "varför"], "decide"),
    ],
)
def test_every_other_act_becomes_a_task_as_well(desktop: Desktop, words: list[str], kind: str) -> None:
    desktop.opens("portal")

    told = desktop.data(*words)

    assert (told["task"]["kind"], told["task"]["text"], told["queued"]) == (kind, "varför", None)
    assert "has that task already" in desktop.refused(*words)
    desktop.told("done", "1001", told["task"]["key"][:6])
    case = desktop.case()
    assert (case.owner == "platform") is (kind == "hand_over")
    assert [decision.stated for decision in case.decisions] == ([True] if kind == "decide" else [])
    assert any(m.labels == ("to the platform", "stated") for m in case.messages) is (kind == "note")


def test_whatever_goes_with_a_decision_stands_in_the_task_for_a_person(desktop: Desktop, tmp_path: Path) -> None:
    desktop.opens("portal")
    words = ("decide", "1001", "refund_partly", "--percent", "80", "--quantity", "2", "--tracking", "PostNord:SE1")

    told = desktop.data(*words, "--item", "item-1", "--evidence", str(tmp_path / "foto 漢字.jpg"))
    other = desktop.data(*words, "--item", "item-2")

    assert told["task"]["what"] == (
        "decide refund_partly, keep 80 %, quantity 2, item item-1, parcel PostNord:SE1, evidence foto 漢字.jpg"
    )
    assert (told["task"]["word"], other["task"]["word"]) == ("refund_partly", "refund_partly")
    desktop.told("done", "1001", told["task"]["key"])
    assert [decision.word for decision in desktop.case().decisions] == ["refund_partly"]


@pytest.mark.parametrize(
    ("word", "way_out"),
    [
        ("close", "`casehub close CH-1001`"),
        ("Hand-Over", "`casehub hand-over CH-1001`"),
        ("mark_read", "`casehub show"),
    ],
)
def test_what_is_no_decision_becomes_no_task_to_decide(desktop: Desktop, word: str, way_out: str) -> None:
    desktop.opens("portal")

    assert way_out in desktop.refused("decide", "1001", word)
    assert desktop.data("tasks")["tasks"] == []


def test_a_case_that_came_back_is_closed_again_while_its_first_closing_is_still_a_task(desktop: Desktop) -> None:
    desktop.opens("portal")
    desktop.told("close", "1001")
    desktop.told("reopen", "1001", "--here")

    assert desktop.data("close", "1001")["state"] == "closed"
    assert [task["kind"] for task in desktop.data("tasks")["tasks"]] == ["close"]


def test_a_task_that_was_a_mistake_is_dropped(desktop: Desktop) -> None:
    desktop.opens("portal")
    desktop.told("hand-over", "1001")

    assert "dropped" in desktop.told("done", "1001", "--drop")
    assert desktop.case().owner == "seller"
    assert "either --at or --drop" in desktop.refused("done", "1001", "--drop", "--at", "08:00")


def test_a_mailbox_knows_no_portal_and_closes_as_ever(desktop: Desktop) -> None:
    desktop.arrives("elsewhere", IncomingMessage(desktop.letter("m1")))

    assert desktop.told("close", "1001") == "CH-1001 is closed. Its customer had no answer yet.\n"
    assert "cannot be used as it is set; `casehub check` tells why" in desktop.refused("hand-over", "1001", "--yes")


def test_the_portal_of_the_platform_that_a_mail_tells_of_counts(desktop: Desktop) -> None:
    about = PlatformCase("portal", "p7", url="https://portal.example/p7")
    notice = desktop.letter("m1", author=Author.PLATFORM, automatic=True, labels=("stands_in",))
    desktop.arrives("shop", IncomingMessage(notice, about=about))

    reply = desktop.data("reply", "1001", "-m", "Hej")

    assert (reply["kind"], reply["url"]) == ("reply", "https://portal.example/p7")
    assert reply["step"].startswith("Open the question")


def test_a_mail_of_a_platform_without_a_plugin_is_not_answered_into_the_void(desktop: Desktop) -> None:
    notice = desktop.letter("m1", author=Author.PLATFORM, automatic=True, labels=("stands_in",))
    desktop.arrives("shop", IncomingMessage(notice, about=PlatformCase("elsewhere")))

    told = desktop.refused("reply", "1001", "-m", "Hej")

    assert "reaches nobody: it only tells of a case on elsewhere" in told
    assert "casehub answered CH-1001" in told


def test_a_customers_own_mail_about_a_platform_is_answered_by_mail(desktop: Desktop) -> None:
    about = PlatformCase("portal", "p7", url="https://portal.example/p7")
    desktop.arrives("shop", IncomingMessage(desktop.letter("m1"), about=about))

    assert desktop.data("reply", "1001", "-m", "Hej")["state"] == "queued"


# Answered on the platform itself


def test_what_was_answered_on_the_platform_stops_the_clock_since_then(desktop: Desktop, clock: AnyClock) -> None:
    desktop.opens("portal")
    at = (clock.now() - timedelta(minutes=20)).isoformat()

    data = desktop.data("answered", "1001", "--at", at, "-m", "Ny skickad")

    assert data == {"case": "CH-1001", "deadline": None}
    said = desktop.case().messages[-1]
    assert (said.text, said.sent_at, said.sender.name) == ("Ny skickad", clock.now() - timedelta(minutes=20), "Eva")
    assert "Nobody waits for an answer" in desktop.refused("answered", "1001")


@pytest.mark.parametrize(("minutes", "told"), [(10, "is still to come"), (-90, "is before the customer wrote")])
def test_an_impossible_instant_is_refused(desktop: Desktop, clock: AnyClock, minutes: int, told: str) -> None:
    desktop.opens("portal")
    at = (clock.now() + timedelta(minutes=minutes)).isoformat()

    assert told in desktop.refused("answered", "1001", "--at", at)
    assert desktop.case().waiting_since is not None


def test_a_time_alone_is_one_of_today_in_the_zone_of_the_office(desktop: Desktop, clock: AnyClock) -> None:
    desktop.opens("portal")
    local = clock.now() + timedelta(hours=1, minutes=-20)

    desktop.told("answered", "1001", "--at", f"{local:%H:%M}")

    assert desktop.case().messages[-1].sent_at == clock.now() - timedelta(minutes=20)


def test_who_still_waits_after_a_stated_answer_is_told(desktop: Desktop, clock: AnyClock) -> None:
    desktop.opens("portal")
    desktop.opens("portal", messages=(desktop.letter("again", hours=0.1),))

    at = (clock.now() - timedelta(minutes=20)).isoformat()
    result = desktop.run("answered", "1001", "--at", at)

    assert result.exit_code == 0
    assert "has written since and still waits" in result.stderr


def test_what_is_left_to_do_is_told_by_the_status(desktop: Desktop) -> None:
    desktop.opens("portal")
    desktop.told("close", "1001")

    assert "note: 1 case has something to do in a portal: `casehub tasks`" in desktop.run("status").stdout


# Marking read


def test_opening_a_case_marks_its_newest_message_read_once(desktop: Desktop) -> None:
    desktop.opens()

    shown = desktop.told("show", "1001")
    desktop.told("show", "1001")

    assert desktop.kinds_waiting() == ["mark_read"]
    assert "mark" not in shown
    assert desktop.told("outbox") == "The outbox is empty: every reply was delivered or taken back.\n"
    assert desktop.data("show", "1001")["replies"] == []
    desktop.told("deliver")
    desktop.told("show", "1001")
    assert desktop.kinds_waiting() == []
    desktop.opens(messages=(desktop.letter("again"),))
    desktop.told("show", "1001")
    assert desktop.kinds_waiting() == ["mark_read"]


def test_a_mark_of_reading_that_waits_on_a_channel_that_is_switched_off_is_no_alarm(desktop: Desktop) -> None:
    desktop.opens()
    desktop.told("show", "1001")
    text = desktop.config.read_text("utf-8")
    desktop.config.write_text(text.replace("mark_read = true", "enabled = false"), encoding="utf-8")

    assert desktop.told("deliver") == "Nothing waits in the outbox.\n"


def test_a_program_that_reads_a_case_marks_nothing(desktop: Desktop) -> None:
    desktop.opens()

    desktop.data("show", "1001")

    assert desktop.kinds_waiting() == []


def test_marking_read_is_refused_where_a_platform_has_no_marks(desktop: Desktop) -> None:
    text = desktop.config.read_text("utf-8")
    desktop.config.write_text(f"{text}mark_read = true\n", encoding="utf-8")

    result = desktop.run("check")

    assert result.exit_code != 0
    assert "channels.portal.mark_read: The portal has no marks of what was read; take it out" in result.output


# Plugins


def test_a_plugin_tells_in_words_what_it_can_and_what_a_person_does(desktop: Desktop) -> None:
    lines = desktop.told("plugins", "portal").splitlines()

    assert "can: read cases and messages" in lines
    step = "in the portal only: answer customers: Open the question in the seller account and write the answer there."
    assert step in lines
    assert "limit: a program may only read here" in lines
    [adapter] = desktop.data("plugins", "portal")["plugins"][0]["adapters"]
    assert adapter["portal_steps"]["close"] == "Press Solved in the seller account."
