"""A seller account is read whole and once, whatever bol.com does meanwhile."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from pydantic import ValidationError

from hub import AuthenticationFailed, Capability, CaseState, CaseType, Misunderstood, Owner, Unavailable
from hub.http import Request, Response
from hub.testing import Desk, Fault, SimulatedClock
from hub_bolcom.adapter import BolAdapter
from hub_bolcom.demo import morning_of_returns
from hub_bolcom.routes import invalid
from hub_bolcom.settings import BolSettings
from hub_bolcom.simulator import BolSimulator

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


@pytest.fixture
def bol(clock: SimulatedClock) -> BolSimulator:
    return BolSimulator(clock)


def asked(bol: BolSimulator, since: int = 0) -> Counter[str]:
    """How often each path was asked for, numbers left out."""
    paths = (request.path for request in bol.requests[since:])
    return Counter("/".join("*" if part.isdecimal() else part for part in path.split("/")) for path in paths)


# Returns


def test_a_first_reading_brings_open_returns_whole_and_handled_ones_as_history(bol: BolSimulator) -> None:
    done = bol.customer_writes("Al terug.", title="Leeslamp")
    bol.seller_writes(done, "")
    waiting = bol.customer_writes("Het past niet.", title="Wollen muts", customer="Chloé Peeters")
    desk = Desk(bol)

    desk.read()

    old, new = desk.case(done), desk.case(waiting)
    assert (old.state, old.state_raw) == (CaseState.CLOSED, "handled")
    assert (new.state, new.customer.name, new.type) == (CaseState.OPEN, "Chloé Peeters", CaseType.RETURN)
    assert asked(bol)["/retailer/returns/*"] == 1


def test_the_details_of_a_return_are_read_once(bol: BolSimulator) -> None:
    bol.customer_writes("Het past niet.")
    desk = Desk(bol)
    desk.read()
    before = len(bol.requests)

    desk.read()

    assert asked(bol, before) == {"/token": 1, "/retailer/returns": 2}


def test_what_is_handled_in_the_seller_account_is_known_at_the_next_reading(
    bol: BolSimulator, clock: SimulatedClock
) -> None:
    refs = [bol.customer_writes(f"Vraag {number}") for number in range(3)]
    desk = Desk(bol)
    desk.read()
    clock.advance(5 * MINUTE)
    handled_at = clock.now()
    bol.seller_writes(refs[1], "")
    before = len(bol.requests)

    desk.read()

    assert [desk.case(ref).state for ref in refs] == [CaseState.OPEN, CaseState.CLOSED, CaseState.OPEN]
    assert desk.case(refs[1]).state_at == handled_at
    assert asked(bol, before)["/retailer/returns/*"] == 0


def test_what_came_and_was_handled_between_two_readings_is_seen_within_the_hour(
    bol: BolSimulator, clock: SimulatedClock
) -> None:
    desk = Desk(bol)
    desk.read()
    ref = bol.customer_writes("Al klaar.", title="Leeslamp")
    bol.seller_writes(ref, "")
    clock.advance(30 * MINUTE)
    desk.read()
    early = list(desk.inbox.refs)
    clock.advance(31 * MINUTE)

    desk.read()
    events = desk.read()

    assert early == []
    assert (desk.case(ref).state, desk.case(ref).subject) == (CaseState.CLOSED, "Verkeerd besteld, Leeslamp")
    assert events == 0


def test_a_return_with_two_items_is_open_until_both_are_handled(bol: BolSimulator) -> None:
    found = bol.account.register(bol.now())
    first = bol.account.add_item(found, "Stuk", title="Kop")
    second = bol.account.add_item(found, "Ook stuk", title="Schotel")
    desk = Desk(bol)
    desk.read()
    bol.account.handle(first, "RETURN_RECEIVED", 1, bol.now())
    desk.read()
    half = desk.case(f"return:{found.id}")
    bol.account.handle(second, "EXPIRED", 1, bol.now())

    desk.read()

    whole = desk.case(f"return:{found.id}")
    assert (half.state, [m.text for m in half.messages]) == (
        CaseState.OPEN,
        ["Stuk", "Ook stuk", f"RETURN_RECEIVED, ACCEPTED: 1 of item {first.rma}"],
    )
    assert whole.state is CaseState.CLOSED
    assert [outcome.what for outcome in whole.outcomes] == ["EXPIRED"]


def test_a_return_that_nobody_handles_is_cancelled_by_bol_com_after_three_weeks(
    bol: BolSimulator, clock: SimulatedClock
) -> None:
    ref = bol.customer_writes("Het past niet.")
    desk = Desk(bol)
    desk.read()
    clock.advance(21 * DAY)

    desk.read()

    case = desk.case(ref)
    assert (case.state, [outcome.what for outcome in case.outcomes]) == (CaseState.CLOSED, ["EXPIRED"])


def test_a_return_that_is_gone_is_closed_as_the_platforms_act(bol: BolSimulator, clock: SimulatedClock) -> None:
    stays, goes = bol.customer_writes("Een"), bol.customer_writes("Twee")
    desk = Desk(bol)
    desk.read()
    del bol.account.returns[goes.partition(":")[2]]
    clock.advance(MINUTE)

    desk.read()
    again = desk.read()

    gone = desk.case(goes)
    assert (gone.state, gone.state_raw, gone.closed_at) == (CaseState.CLOSED, "vanished", clock.now())
    assert desk.case(stays).state is CaseState.OPEN
    assert again == 0


def test_an_account_that_suddenly_knows_nothing_stops_the_channel(bol: BolSimulator) -> None:
    refs = [bol.customer_writes("Een"), bol.customer_writes("Twee")]
    desk = Desk(bol)
    desk.read()
    bol.account.returns.clear()

    with pytest.raises(Misunderstood, match="belong to this account"):
        desk.read()

    assert {desk.case(ref).state for ref in refs} == {CaseState.OPEN}


def test_a_list_that_is_empty_although_returns_wait_stops_the_channel(bol: BolSimulator) -> None:
    ref = bol.customer_writes("Een")
    desk = Desk(bol)
    desk.read()
    bol.inject(Fault.EMPTY, None)

    with pytest.raises(Misunderstood, match=ref):
        desk.read()


def test_a_case_that_a_person_holds_open_is_not_asked_for_again_and_again(bol: BolSimulator) -> None:
    ref = bol.customer_writes("Een")
    desk = Desk(bol)
    desk.read()
    bol.seller_writes(ref, "")
    held_open = desk.inbox.open_cases()
    desk.read()
    with desk.connect() as connection:
        list(connection.fetch(desk.inbox.checkpoint, held_open))
        before = len(bol.requests)
        brought = list(connection.fetch(desk.inbox.checkpoint, held_open))

    assert brought == []
    assert asked(bol, before) == {"/retailer/returns": 2}


def test_of_several_pages_none_is_missed_when_one_is_handled_meanwhile(bol: BolSimulator) -> None:
    refs = [bol.customer_writes(f"Vraag {number}") for number in range(2 * bol.page_size + 10)]
    desk = Desk(bol)
    with desk.connect() as connection:
        brought: list[str] = []
        for number, batch in enumerate(connection.fetch(None, ())):
            if number == 0:
                bol.seller_writes(refs[0], "")  # every later one moves up by one
            brought += [getattr(item, "ref", "") for item in batch.items]

    assert Counter(brought) == Counter(refs)


def test_a_nothing_new_reading_of_many_pages_turns_each_page_once(bol: BolSimulator) -> None:
    for number in range(bol.page_size + 1):
        bol.customer_writes(f"Vraag {number}")
    desk = Desk(bol)
    desk.read()
    before = len(bol.requests)

    desk.read()

    # Two pages of the seller's own, and one of logistics via bol.com.
    assert asked(bol, before)["/retailer/returns"] == 3


def test_a_server_that_gives_the_same_page_for_ever_is_not_asked_for_ever(bol: BolSimulator) -> None:
    for number in range(bol.page_size):
        bol.customer_writes(f"Vraag {number}")
    desk = Desk(bol)
    pages = desk.connect()

    with pages:
        whole = bol.account.listed("FBR", handled=False)
        bol.account.listed = lambda *_, **__: [*whole, *whole, *whole, *whole]  # type: ignore[method-assign]
        desk.read()

    assert len(desk.inbox.cases) == bol.page_size


def test_a_return_of_logistics_via_bol_is_bol_coms_and_only_read_where_it_is_wanted(bol: BolSimulator) -> None:
    ours, theirs = bol.customer_writes("Een"), bol.customer_writes("Twee", fulfilment="FBB")
    all_, own = Desk(bol), Desk(bol, fulfilment=("FBR",))

    all_.read()
    own.read()

    assert [all_.case(ref).owner for ref in (ours, theirs)] == [Owner.SELLER, Owner.PLATFORM]
    assert own.inbox.refs == [ours]


def test_who_no_longer_wants_returns_of_logistics_via_bol_keeps_those_that_are_open(bol: BolSimulator) -> None:
    theirs = bol.customer_writes("Twee", fulfilment="FBB")
    desk = Desk(bol)
    desk.read()
    fewer = Desk(bol, fulfilment=("FBR",))
    fewer.inbox = desk.inbox

    fewer.read()

    assert desk.case(theirs).state is CaseState.OPEN


def test_a_return_that_vanished_and_comes_again_is_open_again_and_can_end_again(
    bol: BolSimulator, clock: SimulatedClock
) -> None:
    stays, goes = bol.customer_writes("Een"), bol.customer_writes("Twee")
    desk = Desk(bol)
    desk.read()
    number = goes.partition(":")[2]
    away = bol.account.returns.pop(number)
    clock.advance(MINUTE)
    desk.read()
    bol.account.returns[number] = away
    clock.advance(MINUTE)
    desk.read()
    again = desk.case(goes).state
    bol.seller_writes(goes, "")
    clock.advance(MINUTE)

    desk.read()

    assert again is CaseState.OPEN
    assert desk.case(goes).state is CaseState.CLOSED
    assert desk.case(stays).state is CaseState.OPEN


def test_the_budgets_of_bol_com_are_kept_also_when_many_returns_are_new(clock: SimulatedClock) -> None:
    strict = BolSimulator(clock, keeps_limits=True)
    for number in range(45):
        strict.customer_writes(f"Vraag {number}")
    desk, began = Desk(strict), clock.now()

    desk.read()

    assert len(desk.inbox.cases) == 45
    assert clock.now() - began >= 2 * MINUTE  # twenty a minute
    assert not [request for request in strict.requests if request.path == "/token"][2:]


def test_an_order_is_looked_up_with_what_the_customer_paid(bol: BolSimulator) -> None:
    ref = bol.customer_writes("Een", price="19.95", expected=2)
    desk = Desk(bol)
    desk.read()
    order = desk.case(ref).order
    assert order is not None

    with desk.connect() as connection:
        found = connection.look_up_order(f" {order.number.lower()} ")
        nothing = [connection.look_up_order(number) for number in ("", "KLANTVRAAG", "../returns", "9999999999")]

    assert found is not None
    assert (str(found.value), found.language) == ("39.90 EUR", "nl")
    [parcel] = found.shipments
    assert (parcel.carrier, parcel.number[:5], parcel.state) == ("TNT", "3SBOL", "DELIVERED_AT_CUSTOMER")
    assert nothing == [None] * 4
    assert not [request for request in bol.requests if ".." in request.path]


@pytest.mark.parametrize("answer", [Response(503), Response.of_json({"shipments": "none"}), Response.of_json({})])
def test_what_an_order_was_worth_does_not_wait_for_its_parcels(
    bol: BolSimulator, monkeypatch: pytest.MonkeyPatch, answer: Response
) -> None:
    ref = bol.customer_writes("Een", price="19.95")
    desk = Desk(bol)
    desk.read()
    order, usual = desk.case(ref).order, bol.answer
    assert order is not None
    monkeypatch.setattr(bol, "answer", lambda asked: answer if "/shipments" in asked.path else usual(asked))

    with desk.connect() as connection:
        found = connection.look_up_order(order.number)

    assert found is not None
    assert (str(found.value), found.shipments) == ("19.95 EUR", ())


# Scores


def test_what_bol_com_takes_for_no_number_is_no_order(bol: BolSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = bol.answer

    def answer(request: Request) -> Response:
        wrong = [("order-id", "invalid")]
        return invalid(request, wrong) if "/orders/" in request.path else usual(request)

    monkeypatch.setattr(bol, "answer", answer)
    with Desk(bol).connect() as connection:
        assert connection.look_up_order("KLANTVRAA9") is None


def test_the_scores_of_three_weeks_are_read_once_a_day(bol: BolSimulator, clock: SimulatedClock) -> None:
    desk = Desk(bol)
    desk.read()
    first = len(desk.inbox.figures)
    clock.advance(HOUR)
    desk.read()
    same_day = len(desk.inbox.figures)
    clock.advance(DAY)

    desk.read()

    assert (first, same_day, len(desk.inbox.figures)) == (9, 9, 18)
    assert {(figure.name, figure.period) for figure in desk.inbox.figures[:3]} == {
        ("RESPONSE_TIME", "2026-W10"),
        ("PHONE_AVAILABILITY", "2026-W10"),
        ("CASE_ITEM_RATIO", "2026-W10"),
    }


def test_which_scores_of_how_many_weeks_can_be_chosen(bol: BolSimulator) -> None:
    desk = Desk(bol, indicators=("REVIEWS", "REVIEWS"), indicator_weeks=2)

    desk.read()

    assert [(figure.name, figure.period) for figure in desk.inbox.figures] == [
        ("REVIEWS", "2026-W10"),
        ("REVIEWS", "2026-W09"),
    ]


def test_without_scores_returns_are_read_all_the_same_and_the_scores_at_the_next_reading(bol: BolSimulator) -> None:
    ref = bol.customer_writes("Een")
    desk = Desk(bol)
    for number, _ in enumerate(desk.batches()):
        if number == 1:
            bol.inject(Fault.TROUBLE, None)
    told = list(desk.inbox.notices)
    bol.mend()

    desk.read()

    assert desk.case(ref).state is CaseState.OPEN
    assert len(told) == 1
    assert "at the next reading" in told[0]
    assert len(desk.inbox.figures) == 9


# Signing in


def test_one_token_is_enough_for_many_requests_and_is_renewed_before_it_ends(
    bol: BolSimulator, clock: SimulatedClock
) -> None:
    desk = Desk(bol)
    with desk.connect() as connection:
        for _ in range(3):
            list(connection.fetch(None, ()))
        at_once = bol.tokens_asked_for
        clock.advance(timedelta(seconds=270))
        list(connection.check())

    assert (at_once, bol.tokens_asked_for) == (1, 2)


def test_a_token_that_is_refused_is_renewed_once(bol: BolSimulator) -> None:
    bol.customer_writes("Een")
    desk = Desk(bol)
    bol.inject(Fault.EXPIRED_TOKEN)

    desk.read()

    assert bol.tokens_asked_for == 2
    assert len(desk.inbox.cases) == 1


def test_wrong_credentials_are_tried_once_and_told_from_no_answer(bol: BolSimulator) -> None:
    wrong = Desk(bol, client_secret="another")
    with wrong.connect() as connection:
        refused = [next(iter(connection.check())) for _ in range(2)]
        with pytest.raises(AuthenticationFailed):
            list(connection.fetch(None, ()))
    asked_for = bol.tokens_asked_for
    bol.inject(Fault.UNREACHABLE, None)
    [silent] = Desk(bol).check()

    assert asked_for == 1
    assert [(proof.ok, proof.detail) for proof in refused] == [(False, "refused")] * 2
    assert (silent.ok, silent.detail) == (False, "cannot be used now")


def test_a_suspended_account_stops_the_channel_in_bol_coms_words(bol: BolSimulator) -> None:
    bol.inject(Fault.SUSPENDED, None)

    with pytest.raises(AuthenticationFailed, match="Account is not active"):
        Desk(bol).read()


def test_a_server_error_in_html_is_no_riddle(bol: BolSimulator) -> None:
    bol.inject(Fault.TROUBLE, None)

    with pytest.raises(Unavailable) as trouble:
        Desk(bol).read()

    assert "<html>" not in str(trouble.value)


def test_a_clock_that_jumps_back_loses_nothing(bol: BolSimulator, clock: SimulatedClock) -> None:
    desk = Desk(bol)
    bol.customer_writes("Een")
    desk.read()
    clock.set(clock.now() - 3 * DAY)
    bol.customer_writes("Twee")

    desk.read()

    assert len(desk.inbox.cases) == 2


def test_after_a_clock_was_set_back_handled_returns_are_looked_at_at_once(
    bol: BolSimulator, clock: SimulatedClock
) -> None:
    desk = Desk(bol)
    desk.read()
    clock.set(clock.now() - 3 * DAY)
    ref = bol.customer_writes("Al klaar.")
    bol.seller_writes(ref, "")

    desk.read()

    assert desk.case(ref).state is CaseState.CLOSED


def test_a_position_of_another_version_is_refused(bol: BolSimulator) -> None:
    desk = Desk(bol)
    desk.inbox.checkpoint = {"version": 99}

    with pytest.raises(Misunderstood, match="another version"):
        desk.read()


# What it says of itself


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"client_id": ""}, "client_id"),
        ({"base_url": "http://api.bol.com"}, "base_url"),
        ({"token_url": "ftp://login.bol.com"}, "token_url"),
        ({"fulfilment": ()}, "fulfilment"),
        ({"fulfilment": ("ALL",)}, "fulfilment"),
        ({"indicators": ("LUCK",)}, "indicators"),
        ({"indicator_weeks": 31}, "indicator_weeks"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_told(changed: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        BolSettings.model_validate({"client_id": "id", "client_secret": "hunter2", **changed})

    assert {error["loc"][0] for error in refused.value.errors()} == {field}
    assert "hunter2" not in str(refused.value)


def test_the_demo_of_bol_com_has_its_own_paths() -> None:
    settings = BolSettings.model_validate({"client_id": "id", "client_secret": "s", "demo": True})

    assert settings.path("retailer", "returns") == "/retailer-demo/returns"
    assert settings.path("shared", "process-status/1") == "/shared-demo/process-status/1"


def test_what_bol_com_lets_nobody_do_is_said_plainly_with_the_way_in_the_seller_account() -> None:
    missing = [capability for capability in Capability if capability not in BolAdapter.capabilities]

    assert "no API for customers' questions" in BolAdapter.limits[0]
    assert {c for c in missing if c is not Capability.REREAD} == set(BolAdapter.portal_steps)
    assert "https://partner.bol.com" in BolAdapter.portal_steps[Capability.CLOSE]


def test_the_pretended_account_of_the_demo_has_a_morning_of_returns(clock: SimulatedClock) -> None:
    platform = morning_of_returns(clock)
    desk = Desk(platform)

    desk.read()

    assert [case.type for case in desk.inbox.cases].count(CaseType.MISSING_ITEM) == 1
    assert {case.owner for case in desk.inbox.cases} == {Owner.SELLER, Owner.PLATFORM}
    assert all(case.opened_at < clock.now() for case in desk.inbox.cases)
    with platform:
        assert str(platform.settings()["base_url"]).startswith("http://127.0.0.1:")
        assert set(platform.secrets()) == {"client_secret"}
        assert platform.received() == []
