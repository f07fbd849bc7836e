"""Rakuten France: a work list that forgets, XML of another age, and keys that stand in addresses."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from click.testing import CliRunner

from hub import (
    Act,
    ActKind,
    AuthenticationFailed,
    Author,
    Case,
    CaseState,
    CaseType,
    Direction,
    HubError,
    Message,
    Misunderstood,
    RateLimited,
    Rejected,
    Unavailable,
    Uncertain,
    Unsupported,
)
from hub.cli import main
from hub.core.portal import Decision
from hub.http import Headers, Request, Response, api_door
from hub.testing import Desk, Fault, SimulatedClock
from hub_rakuten.france.adapter import FranceAdapter
from hub_rakuten.france.answers import instant, root_of
from hub_rakuten.france.position import Position
from hub_rakuten.france.pretended_seller import error
from hub_rakuten.france.sending import WHERE_NOT_OFFERED
from hub_rakuten.france.settings import FranceSettings
from hub_rakuten.france.simulator import LOGIN, TOKEN, FranceSimulator
from hub_rakuten.france.wire import CANCEL, TO_BUYER, TO_RAKUTEN, Todo, item_of, todo_of

NOON = datetime(2026, 7, 9, 10, 0, tzinfo=UTC)


class Scripted(FranceSimulator):
    """An account whose answers a test may replace."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__(clock)
        self.script: Callable[[Request], Response | None] = lambda request: None

    def answer(self, request: Request) -> Response:
        return self.script(request) or super().answer(request)


@pytest.fixture
def account() -> Scripted:
    return Scripted(SimulatedClock(NOON))


@pytest.fixture
def desk(account: Scripted) -> Desk:
    return Desk(account)


def passes(account: FranceSimulator, **time: float) -> None:
    assert isinstance(account.clock, SimulatedClock)
    account.clock.advance(timedelta(**time))


def asked(account: FranceSimulator, action: str) -> list[Request]:
    return [request for request in account.requests if request.query.get("action") == action]


def claimed(desk: Desk, text: str = "La tasse est cassée.") -> Case:
    ref = desk.platform.customer_writes(text)
    desk.read()
    return desk.case(ref)


def always(answer: Response | None) -> Callable[[Request], Response | None]:
    """A script of one answer."""
    return lambda request: answer


def xml(body: str | bytes, status: int = 200) -> Response:
    content = body if isinstance(body, bytes) else body.encode("iso-8859-1", "xmlcharrefreplace")
    return Response(status, content, Headers({"content-type": "text/xml"}))


def test_the_work_list_is_stored_before_an_item_is_read(account: Scripted, desk: Desk) -> None:
    account.customer_writes("Où est mon colis ?", claim=False)
    before = account.state
    with desk.connect() as connection:
        fetched = connection.fetch(None, ())
        first = next(iter(fetched))
        untouched = account.state == before
        next(iter(fetched))

    assert first.items == ()
    assert first.checkpoint["todo"] == [["880000001", ["UNREAD_MESSAGE_FROM_BUYER"]]]
    assert untouched
    assert account.state != before


def test_what_was_read_and_not_stored_is_read_again_after_a_crash(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Où est mon colis ?", claim=False)
    with desk.connect() as connection:
        fetched = connection.fetch(None, ())
        desk.inbox.take(next(iter(fetched)), account.now())
        next(iter(fetched))
    forgotten = list(account.items[ref].causes)
    desk.read()

    assert forgotten == []
    assert [message.text for message in desk.case(ref).messages] == ["Où est mon colis ?"]
    assert Position.of(desk.inbox.checkpoint).todo == ()


def test_a_crash_in_the_middle_of_many_items_loses_none(account: Scripted, desk: Desk) -> None:
    refs = [account.customer_writes(f"Question {number}", claim=False) for number in range(45)]
    with desk.connect() as connection:
        fetched = connection.fetch(None, ())
        for _ in range(2):
            desk.inbox.take(next(iter(fetched)), account.now())
        next(iter(fetched))
    account.customer_writes("Et encore", refs[0])
    desk.read()

    assert sorted(desk.inbox.refs) == sorted(refs)
    assert len(desk.inbox.messages) == 46


def test_an_item_that_cannot_be_read_stops_no_other_and_stays_on_the_list(account: Scripted, desk: Desk) -> None:
    lost, found = (account.customer_writes(text, claim=False) for text in ("Un", "Deux"))
    refusal = xml(error("ParameterError", "Parameter itemid is wrong"))
    account.script = lambda request: refusal if request.query.get("itemid") == lost else None
    desk.read()

    assert desk.inbox.refs == [found]
    assert Position.of(desk.inbox.checkpoint).todo == (Todo(lost, ("UNREAD_MESSAGE_FROM_BUYER",)),)
    assert desk.inbox.notices[0].startswith(f"Item {lost} could not be read")


def test_an_item_without_a_word_is_shown_all_the_same(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("x", claim=False)
    listed = (
        "<getitemtodolistresult><response><items><item><itemid>{}</itemid><causes><cause>NEW_CAUSE</cause></causes>"
    )
    account.items[ref].messages.clear()
    answer = xml(listed.format(ref) + "</item></items></response></getitemtodolistresult>")
    account.script = lambda request: answer if request.query["action"] == "getitemtodolist" else None
    desk.read()

    assert (desk.case(ref).type_raw, desk.case(ref).messages) == ("NEW_CAUSE", ())


def test_a_checkpoint_of_another_version_keeps_its_work_list() -> None:
    position = Position.of({"version": 9, "todo": [["1", ["CLAIM"]]], "looked_at": "whenever"})

    assert position == Position((Todo("1", ("CLAIM",)),))


def test_open_cases_on_no_list_are_looked_at_once_an_hour(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Bonjour", claim=False)
    desk.read()
    account.seller_writes(ref, "Bonjour, il part demain.")
    counts = []
    for _ in range(4):
        passes(account, minutes=20)
        before = len(asked(account, "getiteminfos"))
        desk.read()
        counts.append(len(asked(account, "getiteminfos")) - before)

    assert counts == [0, 0, 1, 0]
    assert desk.case(ref).messages[-1].author is Author.SELLER
    assert desk.case(ref).state is CaseState.WAITING


def test_a_claim_that_stays_on_the_list_is_read_once_an_hour_and_what_is_new_at_once(
    account: Scripted, desk: Desk
) -> None:
    case = claimed(desk)
    counts = []
    for minute in range(0, 80, 20):
        passes(account, minutes=20)
        if minute == 20:
            account.customer_writes("Et alors ?", case.ref)
        before = len(asked(account, "getiteminfos"))
        desk.read()
        counts.append(len(asked(account, "getiteminfos")) - before)

    assert counts == [0, 1, 1, 0]
    assert [message.text for message in desk.case(case.ref).messages] == ["La tasse est cassée.", "Et alors ?"]


def test_a_claim_is_a_case_of_its_own_and_ends_the_talk_before_it(account: Scripted, desk: Desk) -> None:
    talk = account.customer_writes("Où est mon colis ?", claim=False)
    desk.read()
    passes(account, days=2)
    claim = account.buyer_claims(talk, "Jamais reçu, je réclame.")
    passes(account, hours=1)
    account.customer_writes("Et alors ?", claim)
    desk.read()

    assert (desk.case(talk).state, desk.case(talk).state_raw) == (CaseState.CLOSED, "CLAIMED")
    assert desk.case(claim).opened_at == NOON + timedelta(days=2)
    assert (desk.case(claim).type, desk.case(claim).type_raw) == (CaseType.COMPLAINT, "DAMAGED")
    assert [message.text for message in desk.case(claim).messages] == ["Jamais reçu, je réclame.", "Et alors ?"]
    assert desk.case(claim).market == "FR"


def test_an_unknown_type_of_claim_is_shown_and_can_be_named(account: Scripted) -> None:
    ref = account.customer_writes("Pas reçu", type="NOT_RECEIVED")
    plain, told = Desk(account), Desk(account, claim_types={"NOT_RECEIVED": "delay"})
    plain.read()
    told.read()

    assert (plain.case(ref).type, plain.case(ref).type_raw) == (CaseType.UNKNOWN, "NOT_RECEIVED")
    assert told.case(ref).type is CaseType.DELAY


def test_a_mail_of_rakutens_staff_is_a_note_and_no_clock_runs_from_it(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Le colis était vide")
    account.staff_writes(ref, "Répondez à l'acheteur sous 3 jours.")
    desk.read()
    mail = desk.case(ref).messages[-1]

    assert (mail.author, mail.direction, mail.asks_for_an_answer) == (Author.PLATFORM, Direction.NOTE, False)
    assert mail.ref == "880000001:mail:771"


def test_a_message_that_is_not_between_buyer_and_seller_is_no_guess(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Bonjour")
    account.stranger_writes(ref, "?")

    with pytest.raises(Misunderstood, match="set seller_name"):
        desk.read()


def test_a_seller_who_goes_by_another_name_in_messages_says_so(account: Scripted) -> None:
    ref = account.customer_writes("Bonjour", claim=False)
    item = account.items[ref]
    item.messages[0].recipient = "La Boutique d'Élan"
    with pytest.raises(Misunderstood, match="set seller_name"):
        Desk(account).read()
    desk = Desk(account, seller_name="la boutique d'élan")
    item.messages[0].status = "UNREAD"
    desk.read()

    assert desk.case(ref).messages[0].author is Author.CUSTOMER


@pytest.mark.parametrize("namespace", ["", "http://www.priceminister.com", "http://pmcdn.example/v2"])
def test_a_namespace_changes_nothing(account: Scripted, desk: Desk, namespace: str) -> None:
    account.namespace = namespace

    assert claimed(desk, "Étiquette déchirée — 中国 🙂 <b> & “ok”").messages[0].text == (
        "Étiquette déchirée — 中国 🙂 <b> & “ok”"
    )


def test_the_same_words_twice_in_a_minute_are_two_messages(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Allô ?", claim=False)
    account.customer_writes("Allô ?", ref)
    desk.read()

    assert len({message.ref for message in desk.case(ref).messages}) == 2


@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_an_error_is_read_whatever_its_status(account: Scripted, desk: Desk, status: int) -> None:
    account.script = lambda request: xml(error("ServerError", "Une erreur est survenue", ["détail"]), status)

    with pytest.raises(Unavailable, match="ServerError: Une erreur est survenue: détail"):
        desk.read()


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("InvalidUserConnection", AuthenticationFailed, "make a new token"),
        ("InvalidUserRights", AuthenticationFailed, "does not let this account"),
        ("Unknown error", Unavailable, "cannot answer"),
        ("ParameterError", Misunderstood, "refuses getitemtodolist"),
        ("SomethingNew", Misunderstood, "SomethingNew"),
    ],
)
def test_each_error_says_what_to_do(account: Scripted, desk: Desk, code: str, kind: type[HubError], words: str) -> None:
    account.script = lambda request: xml(error(code, "non"))

    with pytest.raises(kind, match=words):
        desk.read()


@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_used_up_quota_is_left_alone_for_an_hour(account: Scripted, desk: Desk, status: int) -> None:
    account.customer_writes("Bonjour")
    told = error("InvalidUserRights", "Quota exceeded.", ["You have reached the maximum number of requests per hour."])
    account.script = lambda request: xml(told, status)
    with desk.connect() as connection:
        with pytest.raises((RateLimited, Unavailable)):
            list(connection.fetch(None, ()))
        sent = len(account.requests)
        with pytest.raises(RateLimited) as caught:
            list(connection.fetch(None, ()))

    assert caught.value.after - account.now() > timedelta(minutes=55)
    assert len(account.requests) == sent


def test_after_the_hour_the_reading_goes_on_where_it_was(account: Scripted, desk: Desk) -> None:
    refs = [account.customer_writes(f"Question {number}", claim=False) for number in range(3)]
    steps = desk.batches()
    next(steps)
    account.use_up_quota()
    with pytest.raises(RateLimited):
        next(steps)
    passes(account, hours=1, minutes=1)
    desk.read()

    assert sorted(desk.inbox.refs) == sorted(refs)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><h1>Service unavailable</h1>",
        b'{"json": true}',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<?xml version="1.0" encoding="klingon"?><x/>',
        b"<somethingelse/>",
        pytest.param(
            b"<getitemtodolistresult>" + b"<a>" * 5_000 + b"<item/>" + b"</a>" * 5_000 + b"</getitemtodolistresult>",
            id="deep",
        ),
        b"<getitemtodolistresult><response><items><item><itemid/></item></items></response></getitemtodolistresult>",
    ],
)
def test_a_shape_that_nobody_knows_stops_the_channel(account: Scripted, desk: Desk, body: bytes) -> None:
    account.script = lambda request: xml(body)

    with pytest.raises(Misunderstood):
        desk.read()


def test_a_body_that_cannot_be_read_is_not_repeated() -> None:
    body = b"<message>Bonjour de Rennes"
    with pytest.raises(Misunderstood) as caught:
        root_of(body)

    assert "Rennes" not in "".join(traceback.format_exception(caught.value))


def test_a_newer_version_is_told_and_stops_nothing(account: Scripted, desk: Desk) -> None:
    account.customer_writes("Bonjour")
    account.versions["getiteminfos"] = "2027-01-01"
    desk.read()

    [notice] = desk.inbox.notices
    assert notice.startswith("Rakuten France has version 2027-01-01 of getiteminfos, and casehub speaks 2017-08-07")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("09/07/2026-12:00", NOON),
        ("09/01/2026-11:00", datetime(2026, 1, 9, 10, 0, tzinfo=UTC)),
        ("25/10/2026-02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # it comes twice; the first is taken
        ("09/07/2026-12:00:59", NOON + timedelta(seconds=59)),
    ],
)
def test_instants_are_those_of_paris(written: str, expected: datetime) -> None:
    assert instant(written, "it") == expected


@pytest.mark.parametrize("written", ["", "2026-07-09T12:00:00Z", "31/02/2026-10:00", "demain"])
def test_what_is_no_instant_is_misunderstood(written: str) -> None:
    with pytest.raises(Misunderstood):
        instant(written, "it")


def test_old_names_and_unknown_parts_of_an_item_are_taken(account: Scripted) -> None:
    told = """<getiteminfosresult xmlns="x"><response><item><itemid> 7 </itemid><novelty>1</novelty>
      <availableactions><action><actioncode>contactpriceministeraboutitem</actioncode></action></availableactions>
      </item></response></getiteminfosresult>"""
    item = item_of(root_of(told.encode()), frozenset({"moi"}))

    assert (item.id, item.actions, item.claim) == ("7", frozenset({TO_RAKUTEN}), None)


def test_an_item_listed_twice_is_one() -> None:
    told = """<r><items><item><itemid>1</itemid><causes><cause>CLAIM</cause></causes></item>
      <item><itemid>1</itemid><causes><cause>CLAIM</cause><cause>NEW</cause></causes></item></items></r>"""

    assert todo_of(root_of(told.encode())) == [Todo("1", ("CLAIM", "NEW"))]


def test_a_reply_goes_to_the_buyer_and_is_known_when_it_is_met_again(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    receipt = desk.send(desk.reply(case, "Désolé, nous vous remboursons.\n中国 🙂"), case)
    passes(account, hours=2)
    desk.read()

    assert account.received(case.ref) == ["Désolé, nous vous remboursons.\n中国 🙂"]
    assert desk.case(case.ref).messages[-1].ref == receipt.ref


def test_the_same_answer_twice_has_two_refs(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    first = desk.send(desk.reply(case, "Bonjour"), case)
    ours = Message("reply:a", Author.SELLER, Direction.OUTBOUND, NOON, "Bonjour", thread_keys=(first.ref,))
    second = desk.send(desk.reply(case, "Bonjour"), replace(case, messages=(*case.messages, ours)))
    passes(account, hours=2)
    desk.read()

    assert [m.ref for m in desk.case(case.ref).messages if m.direction is Direction.OUTBOUND] == [first.ref, second.ref]


def test_what_is_not_offered_is_not_sent_and_the_seller_account_is_named(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Bonjour")
    account.items["880000001"].actions = (TO_RAKUTEN,)
    desk.read()
    case = desk.case(ref)
    with pytest.raises(Unsupported) as refused:
        desk.send(desk.reply(case), case)

    assert refused.value.portal_step == WHERE_NOT_OFFERED[TO_BUYER]
    assert account.received(ref) == []
    assert [offer.kind for offer in desk.adapter.offers(case, desk.settings)] == [ActKind.NOTE]


def test_what_is_offered_by_now_is_done_although_it_was_not_before(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Bonjour")
    account.items["880000001"].actions = ()
    desk.read()
    account.items["880000001"].actions = (TO_BUYER,)
    desk.send(desk.reply(desk.case(ref), "Bonjour"), desk.case(ref))

    assert account.received(ref) == ["Bonjour"]


def test_a_reply_does_not_read_the_item_and_so_loses_no_unread_message(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    account.customer_writes("Encore une chose", case.ref)
    desk.send(desk.reply(case, "Bonjour"), case)

    assert "UNREAD_MESSAGE_FROM_BUYER" in account.items["880000001"].causes


def test_looking_for_a_lost_reply_takes_no_unread_message_off_the_work_list(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Où est mon colis ?", claim=False)
    desk.read()
    case, reply = desk.case(ref), desk.reply(desk.case(ref), "Il arrive demain.")
    account.inject(Fault.LOST_ANSWER)
    with pytest.raises(Uncertain):
        desk.send(reply, case)
    account.customer_writes("Toujours rien !", ref)

    with pytest.raises(Uncertain, match="sync"):
        desk.find(reply, case)
    unread = [message.content for message in account.items[ref].messages if message.status == "UNREAD"]
    desk.read()

    assert unread == ["Toujours rien !"]
    assert desk.find(reply, desk.case(ref)) is not None


def test_what_is_not_known_to_be_offered_waits_until_the_news_is_read(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Où est mon colis ?", claim=False)
    account.items[ref].actions = ()
    desk.read()
    account.items[ref].actions = (TO_BUYER,)
    account.customer_writes("Toujours rien !", ref)
    case = desk.case(ref)

    with pytest.raises(Unavailable, match="sync"):
        desk.send(desk.reply(case, "Il arrive demain."), case)
    assert account.received(ref) == []


def test_a_note_answers_the_last_mail_of_rakutens_staff(account: Scripted, desk: Desk) -> None:
    ref = account.customer_writes("Bonjour")
    account.staff_writes(ref, "Répondez, svp.")
    desk.read()
    case = desk.case(ref)
    receipt = desk.send(desk.reply(case, "C'est fait.", Act(ActKind.NOTE)), case)
    passes(account, hours=2)
    desk.read()
    [sent] = asked(account, TO_RAKUTEN)

    assert (sent.query["mailparentid"], sent.query["content"]) == ("771", "C'est fait.")
    assert account.received(ref) == []
    assert desk.case(ref).messages[-1].ref == receipt.ref
    assert desk.case(ref).messages[-1].direction is Direction.NOTE


def decided(case: Case) -> Case:
    return replace(case, decisions=(Decision("k1", case.opened_at, CANCEL),))


def test_cancelling_a_sale_says_what_it_costs_and_is_found_again(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    [offer] = [one for one in desk.adapter.offers(case, desk.settings) if one.kind is ActKind.DECIDE]
    reply = desk.reply(case, "", Act(ActKind.DECIDE, CANCEL))
    with pytest.raises(Uncertain, match="not cancelled yet"):
        desk.find(reply, case)
    desk.send(reply, case)
    found = desk.find(reply, case)
    passes(account, hours=2)
    desk.read()

    assert [one.word for one in desk.adapter.offers(decided(case), desk.settings)] == [""]
    assert offer.moves_money
    assert offer.irreversible
    assert "harms the shop's reputation" in offer.effect
    assert asked(account, CANCEL)[0].query["comment"] == "Annulation par le vendeur"
    assert found is not None
    assert (desk.case(case.ref).state, desk.case(case.ref).state_raw) == (CaseState.CLOSED, "CANCELLED")


def test_a_sale_that_rakuten_cancelled_after_silence_is_closed(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    passes(account, days=5)
    desk.read()

    assert (desk.case(case.ref).state, desk.case(case.ref).state_raw) == (CaseState.CLOSED, "CANCELLED")


def test_a_buyer_who_writes_after_the_cancellation_opens_the_case_again(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    passes(account, days=5)
    desk.read()
    passes(account, days=1)
    account.customer_writes("Et mon argent ?", case.ref)
    desk.read()
    passes(account, hours=2)
    desk.read()

    assert desk.case(case.ref).state is CaseState.OPEN


def test_a_claim_that_is_gone_is_closed(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    account.items["880000001"].claim = None
    passes(account, hours=2)
    desk.read()

    assert (desk.case(case.ref).state, desk.case(case.ref).state_raw) == (CaseState.CLOSED, "CLAIM_GONE")


def test_a_lost_answer_is_found_in_the_item(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    reply = desk.reply(case, "Bonjour, c'est parti.")
    account.inject(Fault.LOST_ANSWER)
    with pytest.raises(Uncertain):
        desk.send(reply, case)
    found = desk.find(reply, case)

    assert found is not None
    assert len(asked(account, TO_BUYER)) == 1


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (error("ParameterError", "Le contenu est refusé"), Rejected),
        (error("ServerError", "?"), Uncertain),
        (error("SomethingNew", "?"), Uncertain),
        (
            b"<contactuseraboutitemresult><response><status>PENDING</status></response></contactuseraboutitemresult>",
            Uncertain,
        ),
        (b"<contactuseraboutitemresult><response/></contactuseraboutitemresult>", Uncertain),
        (b"<html/>", Uncertain),
        (b"", Uncertain),
    ],
)
def test_only_the_platforms_own_word_makes_a_reply_sent_or_refused(
    account: Scripted, desk: Desk, told: bytes, kind: type[HubError]
) -> None:
    case = claimed(desk)
    account.script = lambda request: xml(told) if request.query["action"] == TO_BUYER else None
    with pytest.raises(kind):
        desk.send(desk.reply(case), case)

    assert len(asked(account, TO_BUYER)) == 1


def test_a_quota_met_while_sending_waits_and_sends_nothing(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    account.use_up_quota()

    with pytest.raises(RateLimited):
        desk.send(desk.reply(case), case)


def test_a_text_too_long_or_empty_and_files_never_leave_the_house(account: Scripted, desk: Desk) -> None:
    case = claimed(desk)
    account.requests.clear()
    for text in ("", "x" * 2001):
        with pytest.raises(Rejected):
            desk.send(desk.reply(case, text), case)

    assert account.requests == []
    assert desk.adapter.problems_with(desk.reply(case, "Bonjour"), case, desk.settings) == []


def test_no_key_is_in_an_error_a_log_or_a_traceback(account: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    account.customer_writes("Bonjour")
    told: list[str] = []
    with account:
        for answer in (xml(error("SomethingNew", f"{TOKEN} de {LOGIN}")), xml("<no/>"), xml("x", 418), None):
            account.script = always(answer)
            desk = Desk(account)
            try:
                desk.read()
            except HubError as problem:
                told += traceback.format_exception(problem)
            told += [str(entry) for entry in desk.lent.log]

    assert len(told) > 3
    assert [line for line in (*told, *caplog.messages) if TOKEN in line or "jeton-pr%C3%A9tendu" in line] == []


def test_a_recording_would_take_what_is_new_from_the_next_sync(account: Scripted, tmp_path: Path) -> None:
    account.customer_writes("Bonjour", claim=False)
    before = account.state
    (tmp_path / "token").write_text(TOKEN, "utf-8")
    (tmp_path / "token").chmod(0o600)
    with account:
        (tmp_path / "hub.toml").write_text(
            f"""
            [office]
            timezone = "Europe/Paris"
            known_from = 2026-01-01
            known_until = 2027-12-31
            [channels.fr]
            adapter = "rakuten_france"
            login = "{LOGIN}"
            token = "file:{tmp_path / "token"}"
            base_url = "{account.url}"
            """,
            "utf-8",
        )
        words = ["--config", str(tmp_path / "hub.toml"), "record", "fr", str(tmp_path / "recording")]
        told = CliRunner().invoke(main, words)

    assert told.exit_code != 0
    assert "Rakuten France counts as read what was read once" in told.output
    assert account.state == before


@respx.mock
def test_login_and_token_are_put_into_the_address_at_the_last_moment() -> None:
    route = respx.get("https://ws.fr.shopping.rakuten.com/sales_ws").mock(
        httpx.Response(200, content=b"<getitemtodolistresult><response><items/></response></getitemtodolistresult>")
    )
    settings = FranceSettings.model_validate({"login": "élan", "token": "s&=cret"})
    tools = replace(Desk(FranceSimulator(SimulatedClock(NOON))).tools, open_api=api_door(SimulatedClock(NOON)))
    with FranceAdapter().open(settings, tools) as connection:
        list(connection.fetch(None, ()))

    assert dict(route.calls.last.request.url.params) == {
        "action": "getitemtodolist",
        "version": "2011-09-01",
        "login": "élan",
        "pwd": "s&=cret",
    }
    assert "s&=cret" not in repr(settings)


@pytest.mark.parametrize("wrong", [{"token": ""}, {"login": "x"}, {"claim_types": {"A": "nonsense"}}, {"tokn": "abc"}])
def test_a_wrong_setting_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        FranceSettings.model_validate({"login": "boutique", "token": "jeton", **wrong})
