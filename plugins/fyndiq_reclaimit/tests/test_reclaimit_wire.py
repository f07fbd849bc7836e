"""Errands as they come over the wire become cases; what is not known is kept, and what must be known is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub import (
    Act,
    ActKind,
    Attachment,
    Author,
    CaseState,
    CaseType,
    CaseUpdate,
    Direction,
    Incoming,
    Message,
    Misunderstood,
    Money,
    OwnEcho,
    Owner,
    Party,
    Tracking,
)
from hub_fyndiq_reclaimit import wire
from hub_fyndiq_reclaimit.errand import id_of, read_errand, read_errands, read_messages
from hub_fyndiq_reclaimit.orders import joined, read_order
from hub_fyndiq_reclaimit.references import REPLY, STATUS, TEXT, OwnReference, References

REFERENCES = References(lambda text: f"{hash(text) & (2**80 - 1):020x}")
CREATED = datetime(2026, 9, 7, 10, 0, tzinfo=UTC)


def errand(**changed: Any) -> dict[str, Any]:
    return {
        "id": "104857",
        "marketplace": "fyndiq",
        "market": "SE",
        "issue_type": "COMPLAINT",
        "reason": "BROKEN",
        "description": "Handtaget gick av 漢字 🙂",
        "state": "OPEN",
        "status": None,
        "phase": "NEW",
        "order_ids": ["5b1c"],
        "article": {"id": "1", "sku": "123", "title": "Gryta", "quantity": 2},
        "order_value": {"amount": "700.00", "vat_amount": "175.00", "vat_rate": "0.25", "currency": "SEK"},
        "customer": {"name": "Åsa Öberg", "email": "asa@kund.example", "customer_number": None},
        "created_at": "2026-09-07T10:00:00Z",
        "updated_at": "2026-09-07T11:00:00Z",
        "opened_at": "2026-09-07T10:00:00Z",
        "url": "https://live.reclaimit.com/customer/sv-SE/fyndiq/",
        **changed,
    }


def message(**changed: Any) -> dict[str, Any]:
    return {
        "id": "m1",
        "direction": "INBOUND",
        "author": "CUSTOMER",
        "body_text": "Hej?",
        "body_html": None,
        "attachments": [],
        "created_at": "2026-09-07T12:00:00Z",
        "client_reference": None,
        **changed,
    }


def taken(*thread: dict[str, Any], kept: dict[str, Attachment] | None = None, **changed: Any) -> list[Incoming]:
    read = read_errand(errand(**changed))
    return wire.to_incoming(read, read_messages(list(thread), read.id), kept or {}, REFERENCES)


def case(*thread: dict[str, Any], kept: dict[str, Attachment] | None = None, **changed: Any) -> CaseUpdate:
    found = taken(*thread, kept=kept, **changed)[0]
    assert isinstance(found, CaseUpdate)
    return found


def last(*thread: dict[str, Any], kept: dict[str, Attachment] | None = None) -> Message:
    return case(*thread, kept=kept).messages[-1]


def test_an_errand_is_a_case_with_its_order_customer_and_first_message() -> None:
    found = case()

    assert (found.ref, found.opened_at, found.state, found.state_raw, found.state_at) == (
        "fyndiq:104857",
        CREATED,
        CaseState.OPEN,
        "OPEN",
        CREATED,
    )
    assert (found.type, found.type_raw) == (CaseType.COMPLAINT, "COMPLAINT")
    assert (found.marketplace, found.market) == ("fyndiq", "SE")
    assert found.subject == "Complaint: Gryta (the product is broken)"
    assert found.customer == Party("Åsa Öberg", "asa@kund.example")
    assert found.order is not None
    assert (found.order.number, found.order.value) == ("5b1c", Money(Decimal("875.00"), "SEK"))
    assert [(line.title, line.sku, line.quantity) for line in found.order.lines] == [("Gryta", "123", 2)]
    assert found.url == "https://live.reclaimit.com/customer/sv-SE/fyndiq/"
    [first] = found.messages
    assert (first.ref, first.text, first.sent_at) == ("fyndiq:104857:description", "Handtaget gick av 漢字 🙂", CREATED)
    assert first.asks_for_an_answer
    assert first.extra == {"reason": "BROKEN"}


def test_an_errand_without_a_text_has_a_note_that_stands_for_the_customers() -> None:
    [first] = case(description=None, reason="CHANGED_MIND", issue_type="REGRET").messages

    assert (first.author, first.direction, first.automatic) == (Author.PLATFORM, Direction.INBOUND, True)
    assert first.labels == ("stands_in",)
    assert first.text == "The customer opened this errand without a text: Regret: Gryta (changed my mind)."


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("REGRET", CaseType.RETURN),
        ("MISSING", CaseType.MISSING_ITEM),
        ("COMPLAINT", CaseType.COMPLAINT),
        ("WARRANTY", CaseType.UNKNOWN),
        ("", CaseType.UNKNOWN),
    ],
)
def test_every_type_keeps_the_platforms_word(word: str, kind: CaseType) -> None:
    found = case(issue_type=word)

    assert (found.type, found.type_raw) == (kind, word)


@pytest.mark.parametrize(
    ("state", "status", "ours", "raw"),
    [
        ("OPEN", None, CaseState.OPEN, "OPEN"),
        ("PARKED", None, CaseState.WAITING, "PARKED"),
        ("PARKED", "NOT_SUBMITTED", CaseState.WAITING, "NOT_SUBMITTED"),
        ("PARKED", "MANAGED_BY_CARRIER", CaseState.WAITING, "MANAGED_BY_CARRIER"),
        ("PARKED", "NEEDS_UPDATE", CaseState.WAITING, "NEEDS_UPDATE"),
        ("OPEN", "MANAGED_BY_CARRIER", CaseState.OPEN, "OPEN"),  # the hold is over
        ("APPROVED", "APPROVED_DEDUCTION", CaseState.CLOSED, "APPROVED_DEDUCTION"),
        ("APPROVED", None, CaseState.CLOSED, "APPROVED"),
        ("REJECTED", "REJECTED", CaseState.CLOSED, "REJECTED"),
        ("CLOSED", "NOT_SUBMITTED", CaseState.CLOSED, "CLOSED"),
        ("ESCALATED", "ESCALATED", CaseState.WAITING, "ESCALATED"),
        ("UNDER_REVIEW", None, CaseState.OPEN, "UNDER_REVIEW"),
    ],
)
def test_every_state_keeps_the_platforms_word(state: str, status: str | None, ours: CaseState, raw: str) -> None:
    found = case(state=state, status=status)

    assert (found.state, found.state_raw) == (ours, raw)


def test_an_open_errand_is_open_since_it_was_opened_and_not_since_a_reply() -> None:
    opened = case(opened_at="2026-09-07T10:30:00Z", updated_at="2026-09-08T09:00:00Z")
    parked = case(state="PARKED", updated_at="2026-09-08T09:00:00Z")
    told = case(state="PARKED", updated_at="2026-09-08T09:00:00Z", state_since="2026-09-07T20:00:00Z")

    assert opened.state_at == datetime(2026, 9, 7, 10, 30, tzinfo=UTC)
    assert parked.state_at == datetime(2026, 9, 8, 9, 0, tzinfo=UTC)
    assert told.state_at == datetime(2026, 9, 7, 20, 0, tzinfo=UTC)


def test_the_owner_is_told_of_an_errand_that_the_marketplace_has_or_had_and_of_no_other() -> None:
    gone = case(state="ESCALATED", escalated_at="2026-09-07T15:00:00Z")
    back = case(escalated_at="2026-09-07T15:00:00Z", opened_at="2026-09-08T08:00:00Z")
    never = case()

    assert (gone.owner, gone.owner_at) == (Owner.PLATFORM, datetime(2026, 9, 7, 15, 0, tzinfo=UTC))
    assert (back.owner, back.owner_at) == (Owner.SELLER, datetime(2026, 9, 8, 8, 0, tzinfo=UTC))
    assert (never.owner, never.owner_at) == (None, None)


@pytest.mark.parametrize(
    ("phase", "first_reply", "clock"),
    [
        ("NEW", None, "first_response"),
        ("ONGOING", None, "next_response"),
        (None, None, "first_response"),
        (None, "2026-09-07T12:00:00Z", "next_response"),
    ],
)
def test_a_due_instant_of_the_platform_is_for_the_clock_that_runs(
    phase: str | None, first_reply: str | None, clock: str
) -> None:
    given = case(phase=phase, first_reply_at=first_reply, respond_by="2026-09-08T08:30:00Z")
    none = case(phase=phase, first_reply_at=first_reply)

    assert given.deadlines == {clock: datetime(2026, 9, 8, 8, 30, tzinfo=UTC)}
    assert none.deadlines == {clock: None}


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("AUTO_REFUND", "auto_refund"), ("MARKETPLACE_DECISION", "decision"), ("LOTTERY", "LOTTERY"), (None, None)],
)
def test_outcomes_bear_the_words_of_the_policies(outcome: str | None, word: str | None) -> None:
    found = case(outcome=outcome, outcome_at="2026-09-09T00:00:00Z")

    assert found.outcome == word
    assert (found.outcome_at is None) is (outcome is None)


@pytest.mark.parametrize(("rating", "word"), [("UP", "up"), ("DOWN", "down"), ("SIDEWAYS", "SIDEWAYS"), (None, None)])
def test_ratings_bear_the_words_that_scores_count(rating: str | None, word: str | None) -> None:
    found = case(rating=rating)

    assert found.rating == word
    assert found.rated_at == (None if rating is None else datetime(2026, 9, 7, 11, 0, tzinfo=UTC))


def test_instants_without_a_zone_are_utc() -> None:
    found = case(message(created_at="2026-09-07 12:00:00"), created_at="2026-09-07 10:00:00")

    assert found.opened_at == CREATED
    assert found.messages[-1].sent_at == datetime(2026, 9, 7, 12, 0, tzinfo=UTC)


def test_instants_of_another_zone_are_the_same_instants() -> None:
    assert case(created_at="2026-09-07T12:00:00+02:00").opened_at == CREATED


@pytest.mark.parametrize("wrong", ["yesterday", 1757239200, "2026-13-01T00:00:00Z", [], "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_stops_the_reading(wrong: object) -> None:
    with pytest.raises(Misunderstood, match=r"errand 104857 .*created_at"):
        case(created_at=wrong)


@pytest.mark.parametrize(
    "broken", [{"id": None}, {"id": ""}, {"state": None}, {"created_at": None}, {"updated_at": None}, {"id": {"a": 1}}]
)
def test_an_errand_without_what_makes_it_one_stops_the_reading(broken: dict[str, Any]) -> None:
    with pytest.raises(Misunderstood):
        case(**broken)


@pytest.mark.parametrize("page", [None, {}, {"errands": []}, "errands", [1], [[]], [None]])
def test_a_page_of_another_shape_stops_the_reading(page: object) -> None:
    with pytest.raises(Misunderstood, match="the list of errands"):
        read_errands(page)


def test_fields_of_a_later_version_are_passed_over_and_missing_ones_are_unknown() -> None:
    bare = {key: errand()[key] for key in ("id", "marketplace", "state", "created_at", "updated_at")}

    found = wire.case_update(read_errand({**bare, "colour": ["red"], "priority": {"high": True}}), ())

    assert (found.order, found.customer, found.type, found.url) == (None, Party(), CaseType.UNKNOWN, None)
    assert found.subject == "Errand 104857"


def test_fields_of_another_shape_are_unknown() -> None:
    found = case(customer="Åsa", article=["Gryta"], order_ids="5b1c", legacy_order_ids=None, order_value=875, url=7)

    assert (found.customer, found.order, found.url) == (Party(), None, None)


def test_numbers_pass_for_texts_where_a_platform_writes_them() -> None:
    found = case(id=104857, order_ids=[12345678], customer={"name": "A", "customer_number": 77})

    assert found.ref == "fyndiq:104857"
    assert found.order is not None
    assert found.order.number == "12345678"
    assert found.customer == Party("A", customer_number="77")


def test_several_orders_are_one_with_all_numbers() -> None:
    found = case(order_ids=["a-1", "b-2"], order_value=None).order

    assert found is not None
    assert (found.number, found.value) == ("a-1, b-2", None)


def test_a_legacy_number_stands_in_where_there_is_no_other() -> None:
    found = case(order_ids=[], legacy_order_ids=["L-1"]).order

    assert found is not None
    assert found.number == "L-1"


def test_the_name_of_a_company_is_a_name() -> None:
    assert case(customer={"full_name": "Möbler & Ågren AB"}).customer == Party("Möbler & Ågren AB")


@pytest.mark.parametrize("url", ["http://live.reclaimit.com/", "javascript:alert(1)", "https://a b/"])
def test_an_address_that_nobody_should_follow_is_left_out(url: str) -> None:
    assert case(url=url).url is None


# The thread


@pytest.mark.parametrize(
    ("author", "direction", "ours", "way"),
    [
        ("CUSTOMER", "INBOUND", Author.CUSTOMER, Direction.INBOUND),
        ("MERCHANT", "OUTBOUND", Author.SELLER, Direction.OUTBOUND),
        ("MARKETPLACE", "INBOUND", Author.PLATFORM, Direction.INBOUND),
        ("MARKETPLACE", "OUTBOUND", Author.PLATFORM, Direction.INBOUND),
        ("MARKETPLACE", "SYSTEM", Author.PLATFORM, Direction.INBOUND),
        ("MERCHANT", "SYSTEM", Author.PLATFORM, Direction.INBOUND),
        ("CUSTOMER", "SYSTEM", Author.PLATFORM, Direction.INBOUND),
    ],
)
def test_every_writer_is_known_with_the_way_of_the_message(
    author: str, direction: str, ours: Author, way: Direction
) -> None:
    found = last(message(author=author, direction=direction))

    assert (found.author, found.direction) == (ours, way)
    assert found.asks_for_an_answer is (ours is Author.CUSTOMER)
    assert found.answers is (ours is Author.SELLER)
    assert ("platform_note" in found.labels) is (ours is Author.PLATFORM)


@pytest.mark.parametrize(
    ("author", "direction"),
    [
        ("SUPPLIER", "INBOUND"),
        ("SUPPLIER", "SYSTEM"),
        (None, "INBOUND"),
        ("CUSTOMER", "OUTBOUND"),
        ("MERCHANT", "INBOUND"),
        ("CUSTOMER", "SIDEWAYS"),
        ("CUSTOMER", None),
    ],
)
def test_a_writer_who_is_not_known_stops_the_reading(author: str | None, direction: str | None) -> None:
    with pytest.raises(Misunderstood, match="message m1 of errand 104857"):
        case(message(author=author, direction=direction))


def test_html_without_text_is_read_as_text_and_never_kept_as_html() -> None:
    html = "<p>Hej &amp; <b>tack</b></p><script>alert(1)</script><p>Rad&nbsp;två<br>tre</p>"
    found = last(message(body_text="", body_html=html))

    assert found.text == "Hej & tack\n\nRad två\ntre"
    assert found.html == ""


def test_a_text_with_marks_of_html_stays_as_it_was_written() -> None:
    assert last(message(body_text="a < b & <i>c</i>")).text == "a < b & <i>c</i>"


def test_attachments_are_those_that_were_kept_and_a_missing_one_is_told() -> None:
    files = [
        {"id": "a1", "file_name": "bild.png", "content_type": "image/png", "size": 10},
        {"id": "a2", "file_name": "film.mp4", "content_type": "video/mp4", "size": "99000000"},
    ]
    kept = {"a1": Attachment("bild.png", "image/png", 10, "digest")}

    found = last(message(attachments=files), kept=kept)

    assert found.attachments == (kept["a1"],)
    assert found.text == "Hej?\n\n[film.mp4 could not be fetched: open the errand in Reclaimit to see it]"


@pytest.mark.parametrize("files", [7, {"a": 1}, ["a1"], [{"file_name": "x"}]])
def test_attachments_of_another_shape_stop_the_reading(files: object) -> None:
    with pytest.raises(Misunderstood):
        case(message(attachments=files))


# Our own replies


def own(part: str, key: str = "k1", **changed: Any) -> dict[str, Any]:
    reference = REFERENCES.make("CH-1042", key, part)
    changed = {"author": "MERCHANT", "direction": "OUTBOUND", **changed}
    return message(client_reference=reference, **changed)


def test_our_own_reply_is_an_echo_with_its_key_and_case() -> None:
    found = taken(own(REPLY))

    assert found[1:] == [OwnEcho("k1", "CH-1042", datetime(2026, 9, 7, 12, 0, tzinfo=UTC), "fyndiq:104857:m1")]
    assert isinstance(found[0], CaseUpdate)
    assert len(found[0].messages) == 1


def test_the_text_before_a_decision_is_an_echo_once_the_decision_is_there() -> None:
    alone = taken(own(TEXT))
    decided = taken(own(TEXT), own(STATUS, id="m2", author="MERCHANT", direction="SYSTEM"))

    assert [type(item) for item in alone] == [CaseUpdate]
    assert isinstance(alone[0], CaseUpdate)
    assert alone[0].messages[-1].answers
    assert [type(item) for item in decided] == [CaseUpdate, OwnEcho]


def test_a_reply_of_another_hub_on_the_same_account_is_the_sellers() -> None:
    stranger = References(lambda text: "0" * 64).make("CH-1042", "k1")

    [found] = taken(message(author="MERCHANT", direction="OUTBOUND", client_reference=stranger))

    assert isinstance(found, CaseUpdate)
    assert found.messages[-1].answers


def test_a_reference_says_what_it_was_made_of_and_a_changed_one_says_nothing() -> None:
    made = REFERENCES.make("CH-1042", "k1", TEXT)

    assert REFERENCES.read(made) == OwnReference("CH-1042", "k1", TEXT)
    assert REFERENCES.read(made.replace("CH-1042", "CH-1043")) is None
    assert REFERENCES.read(made.replace(".text.", ".reply.")) is None
    assert REFERENCES.read("") is None
    with pytest.raises(ValueError, match="CH 1"):
        REFERENCES.make("CH 1", "k1")


# What is sent


def test_a_decision_says_no_more_than_it_must() -> None:
    plain = wire.status_body("APPROVED", Act(ActKind.DECIDE, "APPROVED"), [], "ref")
    act = Act(ActKind.DECIDE, "APPROVED_DEDUCTION", percent=20, tracking=(Tracking("Postnord", "abc123"),))

    assert plain == {"status": "APPROVED", "client_reference": "ref"}
    assert wire.status_body("APPROVED_DEDUCTION", act, ["a1"], "ref") == {
        "status": "APPROVED_DEDUCTION",
        "client_reference": "ref",
        "deduction_percent": 20,
        "tracking_information": [{"carrier_name": "Postnord", "tracking_number": "abc123"}],
        "evidence_attachment_ids": ["a1"],
    }


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"description": "No", "errors": {"status": ["wrong", "late"]}}, "No; status: wrong; status: late"),
        ({"description": "No", "errors": {"status": "wrong"}}, "No; status: wrong"),
        ({"description": "No"}, "No"),
        ({"errors": []}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_a_refusal_is_told_in_the_platforms_words(told: object, said: str) -> None:
    assert wire.words_of_refusal(told) == said


def test_the_thumbs_of_a_month_are_the_figure_that_the_policies_name() -> None:
    found = wire.figure({"month": "2026-09", "thumbs_up": 17, "thumbs_down": "3"})

    assert found is not None
    assert (found.name, found.period, found.numerator, found.denominator) == ("CSS", "2026-09", 17, 20)


@pytest.mark.parametrize("told", [{}, [], {"month": "2026-09"}, {"month": "", "thumbs_up": 1, "thumbs_down": 1}])
def test_thumbs_of_another_shape_stop_the_reading(told: object) -> None:
    with pytest.raises(Misunderstood):
        wire.figure(told)


def test_refs_come_apart_again() -> None:
    assert (id_of("cdon:7"), id_of("nothing")) == ("7", "")


# Orders of the merchant APIs


SAMPLE = {
    "title": "Gryta",
    "article_sku": "123",
    "quantity": 2,
    "total_price": {"amount": 640.01, "vat_amount": 160.0, "vat_rate": 0.25, "currency": "SEK"},
    "state": "NOT FULFILLED",
}


def test_an_order_is_read_by_the_names_of_the_samples_and_by_those_of_the_prose() -> None:
    prose = {"article_title": "Gryta", "article_sku": "123", "quantity": 2, "article_price": SAMPLE["total_price"]}

    found = read_order(SAMPLE, "5b1c")

    assert found == read_order(prose, "5b1c")
    assert (found.number, found.value) == ("5b1c", Money(Decimal("800.01"), "SEK"))
    assert [(line.title, line.sku, line.quantity) for line in found.lines] == [("Gryta", "123", 2)]


def test_an_order_tells_when_it_was_placed_in_utc_as_documented() -> None:
    placed = {**SAMPLE, "created_at": "2026-11-17 16:57:06"}

    assert read_order(placed, "5b1c").placed_at == datetime(2026, 11, 17, 16, 57, 6, tzinfo=UTC)
    assert read_order({}, "1").placed_at is None


def test_an_order_without_a_sure_price_has_an_unknown_value() -> None:
    unsure = {"amount": 640, "vat_amount": 150, "vat_rate": 0.25, "currency": "SEK"}

    assert read_order({**SAMPLE, "total_price": unsure}, "1").value is None
    assert read_order({}, "1").value is None
    with pytest.raises(Misunderstood):
        read_order([], "1")


def test_of_several_orders_nobody_knows_which_is_meant() -> None:
    orders = [read_order(SAMPLE, "a-1"), read_order(SAMPLE, "b-2")]

    both = joined("a-1, b-2", orders)

    assert (both.number, both.value, len(both.lines)) == ("a-1, b-2", None, 2)
    assert joined("a-1, b-2", orders[:1]).value is None
    assert joined("a-1", orders[:1]) == orders[0]
