"""Reading an account of the pretended platform: what changed, what vanished, and what cannot be right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub import AuthenticationFailed, CaseState, Misunderstood, Money, RateLimited, Unavailable
from hub.http import Request, Response
from hub.testing import Desk, Fault, SimulatedClock
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator
from hub_fyndiq_reclaimit.simulator.desk import StoredFile
from hub_fyndiq_reclaimit.simulator.payloads import without_zone
from hub_fyndiq_reclaimit.simulator.seeds import boundary_errands, many_errands

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 9, 7, 10, 0, tzinfo=UTC))


@pytest.fixture
def platform(clock: SimulatedClock) -> ReclaimitSimulator:
    return ReclaimitSimulator(clock)


@pytest.fixture
def desk(platform: ReclaimitSimulator) -> Desk:
    return Desk(platform, calls_per_minute=6000)


def asked(platform: ReclaimitSimulator, path: str = "/errands") -> list[Request]:
    return [request for request in platform.requests if request.path == path]


def answering(platform: ReclaimitSimulator, change: Callable[[Request, Response], Response]) -> None:
    """Let each answer pass through this first."""
    usual = platform.answer
    platform.answer = lambda request: change(request, usual(request))  # type: ignore[method-assign]


# What changed


def test_the_second_reading_asks_from_five_minutes_before_the_newest_change_on(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    platform.customer_writes("Hej")
    newest = clock.now()
    desk.read()
    clock.advance(timedelta(hours=2))
    platform.requests.clear()

    desk.read()

    [request] = asked(platform)
    assert request.query["updated_since"] == f"{newest - 5 * MINUTE:%Y-%m-%dT%H:%M:%S.%f}Z"
    assert asked(platform, "/satisfaction") == []


def test_a_page_that_shifts_while_it_is_read_hides_no_errand(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    platform.page_size = 4
    refs = []
    for number in range(12):
        refs.append(platform.customer_writes(f"{number}"))
        clock.advance(MINUTE)
    desk = Desk(platform, calls_per_minute=6000)

    for number, _ in enumerate(desk.batches()):
        if number == 0:  # what was first moves to the end, and all others move up by one
            clock.advance(MINUTE)
            platform.customer_writes("En sak till", refs[0])

    assert sorted(desk.inbox.refs) == sorted(refs)
    assert len(desk.case(refs[0]).messages) == 2


def test_errands_that_changed_at_one_instant_are_all_read_although_they_fill_several_pages(
    platform: ReclaimitSimulator,
) -> None:
    platform.page_size = 5
    refs = [platform.customer_writes(f"{number}") for number in range(13)]
    desk = Desk(platform, calls_per_minute=6000)

    desk.read()

    assert sorted(desk.inbox.refs) == sorted(refs)


def test_more_errands_than_the_largest_page_has_are_all_read(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    platform.page_size = 1000
    many_errands(platform.desk, clock.now(), 1001)
    desk = Desk(platform, calls_per_minute=6000)

    desk.read()

    assert len(desk.inbox.cases) == 1001
    assert [request.query.get("page") for request in asked(platform)] == ["1", "1"]
    clock.advance(timedelta(hours=1))
    assert desk.read() == 0


def test_a_pass_that_breaks_off_goes_on_where_it_was_and_the_cursor_waits_for_its_end(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    platform.page_size = 5
    for number in range(23):
        platform.customer_writes(f"{number}")
        clock.advance(MINUTE)
    desk = Desk(platform, calls_per_minute=6000)
    desk.read(most=3)
    checkpoint = dict(desk.inbox.checkpoint or {})
    platform.requests.clear()

    desk.read()

    assert checkpoint["cursor"] is None
    assert asked(platform)[0].query["updated_since"] > "2026-09-07T10:05"
    assert len(desk.inbox.cases) == 23
    assert (desk.inbox.checkpoint or {})["reached"] is None


def test_the_budget_stretches_a_long_reading_and_loses_nothing(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    for number in range(40):
        platform.customer_writes(f"{number}")
    before = clock.now()
    desk = Desk(platform)

    desk.read()

    assert len(desk.inbox.cases) == 40
    assert len(platform.requests) / ((clock.now() - before) / MINUTE) <= 60  # 30 in the first minute, and 30 a minute
    assert clock.now() - before >= MINUTE


def test_one_marketplace_alone_is_asked_for_where_only_one_is_wanted(platform: ReclaimitSimulator) -> None:
    ours, theirs = platform.customer_writes("a", marketplace="cdon"), platform.customer_writes("b")
    desk = Desk(platform, marketplaces=["cdon"])

    desk.read()

    assert desk.inbox.refs == [ours]
    assert theirs not in desk.inbox.refs


def test_an_errand_that_waits_or_is_answered_is_read_as_it_stands(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    ref = platform.customer_writes("Handtaget gick av")
    desk.read()
    clock.advance(MINUTE)
    platform.platform_writes(ref, "Fyndiq ser på det.")
    clock.advance(MINUTE)
    platform.seller_writes(ref, "Vi skickar en ny.")
    desk.read()

    case = desk.case(ref)

    assert [message.author for message in case.messages] == ["customer", "platform", "seller"]
    assert case.waiting_since is None
    assert case.state is CaseState.WAITING


# A platform whose clock, words or types are odd


def test_a_platform_whose_clock_jumps_ahead_and_back_hides_nothing(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    desk.tools = replace(desk.tools, clock=clock)
    platform.clock = ahead = SimulatedClock(clock.now() + timedelta(hours=3))
    first = platform.customer_writes("i framtiden")
    desk.read()
    ahead.set(clock.now() + 2 * MINUTE)
    second = platform.customer_writes("i dag")

    desk.read()

    assert desk.inbox.refs == [first, second]


def test_an_errand_that_a_clock_set_back_hid_is_found_by_the_daily_sweep(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    platform.customer_writes("först")
    desk.read()
    clock.advance(2 * timedelta(hours=1))
    hidden = platform.customer_writes("sedan", state="PARKED")
    platform.errand(hidden).updated_at -= timedelta(hours=5)
    desk.read()
    assert hidden not in desk.inbox.refs

    clock.advance(DAY)
    desk.read()

    assert hidden in desk.inbox.refs


def test_a_pass_that_broke_off_at_an_errand_of_the_future_misses_nothing_of_today(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    future = platform.customer_writes("i framtiden")
    platform.errand(future).updated_at += 400 * DAY
    desk.read(most=1)
    clock.advance(timedelta(hours=1))
    today = platform.customer_writes("i dag")

    desk.read()

    assert sorted(desk.inbox.refs) == sorted([future, today])


@pytest.mark.parametrize("path", ["/errands", "/messages"])
def test_a_platform_that_gives_the_same_page_for_ever_is_not_asked_for_ever(
    platform: ReclaimitSimulator, path: str
) -> None:
    platform.page_size = 1
    platform.customer_writes("Hallå?", platform.customer_writes("Hej"))
    pages: dict[str, Response] = {}

    def the_first_again(request: Request, usual: Response) -> Response:
        if not request.path.endswith(path):
            return usual
        first = pages.setdefault(request.path, usual)
        if len(platform.requests) > 200:
            return Response.of_json([])  # a test ends, whatever the adapter does
        limit = int(request.query["limit"])
        return Response.of_json((first.json() * limit)[:limit])

    answering(platform, the_first_again)

    with pytest.raises(Misunderstood, match="the same page"):
        Desk(platform, calls_per_minute=6000).read()


def test_words_of_a_later_version_are_kept_and_shown(desk: Desk, platform: ReclaimitSimulator) -> None:
    platform.api.strange = True
    ref = platform.customer_writes("Garanti?")
    desk.read()

    case = desk.case(ref)

    assert (case.type, case.type_raw) == ("unknown", "WARRANTY")
    assert (case.state, case.state_raw) == (CaseState.OPEN, "UNDER_REVIEW")
    assert "BENT" in case.subject


def test_naive_instants_and_a_wrong_media_type_change_nothing(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    usual, odd = Desk(platform), Desk(platform)
    boundary_errands(platform.desk, clock.now())
    usual.read()
    platform.api.written, platform.api.as_html = without_zone, True
    odd.read()

    assert [(case.ref, case.opened_at, case.order) for case in odd.inbox.cases] == [
        (case.ref, case.opened_at, case.order) for case in usual.inbox.cases
    ]


def test_every_boundary_value_is_read_as_it_stands(desk: Desk, platform: ReclaimitSimulator) -> None:
    boundary_errands(platform.desk, platform.now())
    desk.read()

    values = {case.messages[0].text: case.order.value if case.order else None for case in desk.inbox.cases}

    assert [str(values[f"{gross} SEK"]) for gross in ("799.99", "800.00", "800.01")] == [
        "799.99 SEK",
        "800.00 SEK",
        "800.01 SEK",
    ]
    assert isinstance(values["900 DKK"], Money)
    assert (values["900 DKK"].currency, values["okänt värde"], values["ingen order"]) == ("DKK", None, None)


# What vanished, and what only seems to have


def test_an_errand_that_vanished_is_closed_as_the_platforms_act(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    gone, stays = platform.customer_writes("a"), platform.customer_writes("b")
    desk.read()
    platform.removes(gone)
    clock.advance(DAY)

    desk.read()

    case = desk.case(gone)
    assert (case.state, case.state_raw, case.closed_at) == (CaseState.CLOSED, "vanished", clock.now())
    assert [outcome.what for outcome in case.outcomes] == ["vanished"]
    assert len(case.messages) == 1
    assert desk.case(stays).state_raw != "vanished"


def test_a_list_that_is_empty_while_an_errand_is_there_stops_the_channel(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    ref = platform.customer_writes("Hej")
    desk.read()
    clock.advance(10 * MINUTE)
    platform.inject(Fault.EMPTY, None)

    with pytest.raises(Misunderstood, match="lists no errands any more, although errand 104857 is there"):
        desk.read()

    assert desk.case(ref).is_open


def test_a_list_that_is_empty_because_the_only_one_is_gone_closes_it(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    ref = platform.customer_writes("a")
    desk.read()
    platform.removes(ref)
    clock.advance(10 * MINUTE)

    desk.read()

    assert desk.case(ref).state_raw == "vanished"


def test_all_that_vanish_at_once_with_the_whole_list_are_closed_by_nobody(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    refs = [platform.customer_writes(str(number)) for number in range(3)]
    desk.read()
    for ref in refs:
        platform.removes(ref)
    clock.advance(10 * MINUTE)

    with pytest.raises(Misunderstood, match="knows none of the 3 open ones"):
        desk.read()

    assert all(desk.case(ref).is_open for ref in refs)


def test_the_newest_errand_may_vanish_and_the_others_stay(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    old = platform.customer_writes("a")
    clock.advance(timedelta(hours=1))
    new = platform.customer_writes("b")
    desk.read()
    platform.removes(new)
    clock.advance(10 * MINUTE)

    desk.read()

    assert desk.case(old).is_open
    assert desk.case(new).is_open  # the next sweep tells
    clock.advance(DAY)
    desk.read()
    assert desk.case(new).state_raw == "vanished"


def test_an_errand_that_vanishes_between_list_and_thread_is_left_to_the_sweep(
    desk: Desk, platform: ReclaimitSimulator
) -> None:
    platform.customer_writes("a")

    def vanish(request: Request, answer: Response) -> Response:
        return Response.of_json({"description": "gone"}, 404) if request.path.endswith("/messages") else answer

    answering(platform, vanish)
    desk.read()

    assert desk.inbox.cases == ()


# What cannot be right


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[", b'"errands"', b"<html>ok</html>", b"\xff\xfe", b"[1]"])
def test_an_answer_that_is_no_list_of_errands_stops_the_channel(
    desk: Desk, platform: ReclaimitSimulator, body: bytes
) -> None:
    platform.customer_writes("a")
    answering(platform, lambda request, answer: Response(200, body) if request.path == "/errands" else answer)

    with pytest.raises((Misunderstood, Unavailable)):
        desk.read()

    assert desk.inbox.cases == ()
    assert desk.inbox.checkpoint is None


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, Misunderstood),
        (400, Misunderstood),
        (401, AuthenticationFailed),
        (403, AuthenticationFailed),
        (404, Misunderstood),
        (422, Misunderstood),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html><h1>No</h1></html>", b'{"description": "No", "errors": {"a": ["b"]}}'])
def test_every_error_has_its_consequence_whatever_its_body(
    desk: Desk, platform: ReclaimitSimulator, status: int, error: type[Exception], body: bytes
) -> None:
    platform.customer_writes("a")
    answering(platform, lambda request, answer: Response(status, body))

    with pytest.raises(error):
        desk.read()

    assert desk.inbox.cases == ()


def test_a_token_that_dies_while_errands_are_read_keeps_what_was_read(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    platform.page_size = 5
    for number in range(12):
        platform.customer_writes(f"{number}")
        clock.advance(MINUTE)
    desk = Desk(platform, calls_per_minute=6000)

    batches = desk.batches()
    next(batches)
    platform.inject(Fault.WRONG_CREDENTIALS, None)
    with pytest.raises(AuthenticationFailed):
        next(batches)

    assert len(desk.inbox.cases) == 5
    platform.mend()
    desk.read()
    assert len(desk.inbox.cases) == 12


def test_an_unknown_writer_stops_the_channel_and_changes_nothing(desk: Desk, platform: ReclaimitSimulator) -> None:
    ref = platform.customer_writes("a")
    desk.read()
    platform.stranger_writes(ref, "Hej från leverantören")

    with pytest.raises(Misunderstood, match="SUPPLIER"):
        desk.read()

    assert len(desk.case(ref).messages) == 1


def test_a_checkpoint_of_another_version_is_not_guessed_at(desk: Desk) -> None:
    desk.inbox.checkpoint = {"version": 99}

    with pytest.raises(Misunderstood, match="another version of casehub"):
        desk.read()


# Files and figures


def with_picture(platform: ReclaimitSimulator, content: bytes = b"picture", **about: Any) -> str:
    ref = platform.customer_writes("Se bilden")
    file = StoredFile("bild på skadan.png", "image/png", content)
    stored = {"id": platform.desk.store(file), "file_name": file.name, "content_type": file.media_type}
    platform.customer_writes("Här", ref, attachments=[{**stored, "size": len(content), **about}])
    return ref


def test_an_attachment_is_kept_once_however_often_its_thread_is_read(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    ref = with_picture(platform)
    desk.read()
    clock.advance(MINUTE)
    platform.customer_writes("Och?", ref)
    desk.read()

    [file] = desk.case(ref).messages[1].attachments

    assert (file.name, file.media_type, file.size) == ("bild på skadan.png", "image/png", 7)
    assert desk.tools.content(file.digest) == b"picture"
    assert len([request for request in platform.requests if request.path.startswith("/attachments/")]) == 1


@pytest.mark.parametrize("told", [{}, {"size": None}])
def test_an_attachment_that_is_too_large_is_left_there_and_told(
    platform: ReclaimitSimulator, told: dict[str, Any]
) -> None:
    ref = with_picture(platform, b"x" * 1_000_001, **told)
    desk = Desk(platform, largest_attachment_mb=1)
    desk.read()

    message = desk.case(ref).messages[1]

    assert message.attachments == ()
    assert "bild på skadan.png could not be fetched" in message.text


def test_an_attachment_that_is_not_there_does_not_hide_its_message(desk: Desk, platform: ReclaimitSimulator) -> None:
    ref = with_picture(platform)
    platform.desk.files.clear()
    desk.read()

    assert "Här" in desk.case(ref).messages[1].text
    assert desk.case(ref).messages[1].attachments == ()


def test_the_thumbs_of_this_month_and_the_last_are_read_at_first_and_then_daily(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    ref = platform.customer_writes("a")
    platform.desk.satisfaction["2026-08"] = (9, 1)
    platform.rates(ref, "UP")
    desk.read()
    clock.advance(timedelta(hours=1))
    platform.rates(ref, "DOWN")
    desk.read()
    first = [(figure.period, figure.numerator, figure.denominator) for figure in desk.inbox.figures]
    clock.advance(DAY)
    desk.read()

    assert first == [("2026-08", 9, 10), ("2026-09", 1, 1)]
    assert {figure.name for figure in desk.inbox.figures} == {"CSS"}
    assert [(figure.period, figure.numerator) for figure in desk.inbox.figures[2:]] == [("2026-08", 9), ("2026-09", 1)]
    assert desk.case(ref).rating == "down"


def test_an_account_that_is_told_no_thumbs_is_read_all_the_same(desk: Desk, platform: ReclaimitSimulator) -> None:
    ref = platform.customer_writes("a")
    refused = Response.of_json({"description": "no"}, 403)
    answering(platform, lambda request, answer: refused if request.path == "/satisfaction" else answer)

    desk.read()

    assert desk.inbox.figures == []
    assert desk.inbox.refs == [ref]


def test_thumbs_that_cannot_be_read_now_hold_up_no_errand(desk: Desk, platform: ReclaimitSimulator) -> None:
    ref = platform.customer_writes("Hej")
    answering(platform, lambda request, usual: Response(500) if request.path == "/satisfaction" else usual)

    batches = list(desk.batches())

    assert desk.inbox.refs == [ref]
    assert "thumbs" in batches[-1].notices[0].text
    assert (desk.inbox.checkpoint or {})["reached"] is None
