"""What bol.com answers is read as it is meant, also in the shapes of its older versions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub import Author, CaseState, CaseType, Direction, Misunderstood, Money, Owner, Party
from hub_bolcom.figures import read_figures, today, weeks
from hub_bolcom.orders import order_numbers, read_order
from hub_bolcom.processes import Stage, read_process, read_processes
from hub_bolcom.returns import id_of, read_return, read_returns
from hub_bolcom.wire import case_of, news_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
REGISTERED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def item(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rmaId": "86100001",
        "orderId": "A000000001",
        "ean": "8700000000001",
        "title": "Theepot, blauw",
        "expectedQuantity": 2,
        "returnReason": {
            "mainReason": "Klacht over artikel",
            "detailedReason": "Kwaliteit valt tegen",
            "customerComments": "Het deksel past niet. 漢字 🙂",
        },
        "trackAndTrace": "3S86100001",
        "transporterName": "PostNL",
        "handled": False,
        "processingResults": [],
        "customerDetails": {
            "salutation": "FEMALE",
            "firstName": "Anke",
            "surname": "Visser",
            "countryCode": "NL",
            "email": "a3v7q2n5k4j6h1g8f2d9s3a6p5o4@verkopen.bol.com",
        },
    }
    return told | changes


def result(**changes: Any) -> dict[str, Any]:
    return {
        "quantity": 2,
        "processingResult": "ACCEPTED",
        "handlingResult": "RETURN_RECEIVED",
        "processingDateTime": "2026-03-02T11:00:00+01:00",
    } | changes


def a_return(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "returnId": "15900001",
        "registrationDateTime": "2026-03-01T10:30:00+01:00",
        "fulfilmentMethod": "FBR",
        "returnItems": list(items or [item()]),
    } | changes


# Returns


def test_a_return_is_a_case_with_the_customers_own_words() -> None:
    update = case_of(read_return(a_return()), NOW)

    [message] = update.messages
    assert (update.ref, update.opened_at, update.type_raw) == ("return:15900001", REGISTERED, "return")
    assert (update.state, update.state_raw, update.state_at) == (CaseState.OPEN, "unhandled", REGISTERED)
    assert update.subject == "Klacht over artikel: Kwaliteit valt tegen, Theepot, blauw"
    assert update.customer == Party("Anke Visser", "a3v7q2n5k4j6h1g8f2d9s3a6p5o4@verkopen.bol.com")
    assert (update.market, update.marketplace, update.owner) == ("NL", "bol.com", None)
    assert (message.ref, message.author, message.text) == (
        "rma:86100001",
        Author.CUSTOMER,
        "Het deksel past niet. 漢字 🙂",
    )
    assert message.extra["quantity"] == "2"
    assert message.extra["tracking"] == "PostNL 3S86100001"


def test_the_order_of_a_return_has_what_comes_back_and_no_value_that_nobody_told() -> None:
    update = case_of(read_return(a_return()), NOW)

    assert update.order is not None
    assert (update.order.number, update.order.value, update.order.fulfilment) == ("A000000001", None, "FBR")
    assert [(line.title, line.sku, line.quantity) for line in update.order.lines] == [
        ("Theepot, blauw", "8700000000001", 2)
    ]


@pytest.mark.parametrize("comments", ["", " \r\n", None])
def test_for_a_customer_who_wrote_nothing_the_form_stands_in(comments: str | None) -> None:
    reason = {"mainReason": "Verkeerd besteld", "customerComments": comments}

    [message] = case_of(read_return(a_return(item(returnReason=reason))), NOW).messages

    assert (message.author, message.direction, message.automatic) == (Author.PLATFORM, Direction.INBOUND, True)
    assert (message.text, message.labels) == ("Verkeerd besteld", ("stands_in",))
    assert message.asks_for_an_answer


@pytest.mark.parametrize(
    ("main", "detailed", "type_"),
    [
        ("Klacht over artikel", "Artikel is incompleet", CaseType.MISSING_ITEM),
        ("Article incomplet", "", CaseType.MISSING_ITEM),
        ("Klacht over artikel", "Artikel is beschadigd", CaseType.COMPLAINT),
        ("Klacht over de bezorging", "", CaseType.COMPLAINT),
        ("Verkeerd besteld", "", CaseType.RETURN),
        ("Niet naar verwachting", "", CaseType.RETURN),
        ("Een reden die niemand kent", "Anders-namelijk", CaseType.RETURN),
    ],
)
def test_the_customers_reason_makes_the_type_and_is_kept_word_by_word(
    main: str, detailed: str, type_: CaseType
) -> None:
    reason = {"mainReason": main, "detailedReason": detailed, "customerComments": "Zie boven."}

    update = case_of(read_return(a_return(item(returnReason=reason))), NOW)

    assert (update.type, update.type_raw) == (type_, "return")
    assert main in (update.subject or "")
    assert detailed in (update.subject or "")


def test_a_return_of_logistics_via_bol_is_bol_coms() -> None:
    update = case_of(read_return(a_return(fulfilmentMethod="FBB")), NOW)

    assert update.order is not None
    assert (update.owner, update.owner_at, update.order.fulfilment) == (Owner.PLATFORM, REGISTERED, "FBB")


def test_a_handled_return_is_closed_at_the_instant_of_the_last_decision() -> None:
    later = result(processingDateTime="2026-03-02T12:30:00+01:00")
    handled = a_return(
        item(handled=True, processingResults=[result()]), item(rmaId="2", handled=True, processingResults=[later])
    )

    update = case_of(read_return(handled), NOW)

    assert (update.state, update.state_raw) == (CaseState.CLOSED, "handled")
    assert update.state_at == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    assert update.outcome is None


def test_a_return_is_open_as_long_as_one_item_is() -> None:
    half = a_return(item(handled=True, processingResults=[result()]), item(rmaId="2"))

    update = news_of(read_return(half), NOW)

    assert update.state is CaseState.OPEN
    assert [(m.ref.partition("/")[0], m.direction) for m in update.messages] == [("rma:86100001", Direction.NOTE)]


def test_a_result_that_no_seller_can_choose_is_the_platforms_act_in_its_own_word() -> None:
    expired = item(handled=True, processingResults=[result(handlingResult="EXPIRED", processingResult="CANCELLED")])

    update = case_of(read_return(a_return(expired)), NOW)

    note = update.messages[-1]
    assert (update.outcome, update.outcome_at) == ("EXPIRED", datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert (note.author, note.direction, note.text) == (
        Author.PLATFORM,
        Direction.NOTE,
        "EXPIRED, CANCELLED: 2 of item 86100001",
    )


def test_two_results_that_are_alike_are_two_notes_with_refs_that_stay() -> None:
    twice = a_return(item(handled=True, processingResults=[result(), result()]))

    first, second = (case_of(read_return(twice), at).messages for at in (NOW, NOW.replace(year=2027)))

    assert len({message.ref for message in first}) == 3
    assert [message.ref for message in first] == [message.ref for message in second]


def test_a_handled_item_without_results_is_handled_all_the_same() -> None:
    bare = item(handled=True)
    del bare["processingResults"]

    update = case_of(read_return(a_return(bare)), NOW)

    assert (update.state, update.state_at) == (CaseState.CLOSED, NOW)
    assert update.messages[-1].ref == "rma:86100001/handled"


def test_numbers_for_ids_and_milliseconds_for_instants_are_read_as_well() -> None:
    older = item(rmaId=86100001, orderId=4012345678, customerDetails={"salutationCode": "01", "company": "Theehuis"})
    del older["processingResults"]

    read = read_return(a_return(older, returnId=15900001, registrationDateTime="1754896225000"))

    assert (read.id, read.items[0].rma, read.items[0].order) == ("15900001", "86100001", "4012345678")
    assert read.registered_at == datetime(2025, 8, 11, 7, 10, 25, tzinfo=UTC)
    assert read.items[0].customer.name == "Theehuis"


def test_an_empty_list_is_an_empty_object() -> None:
    assert read_returns({}) == ()
    assert read_returns({"returns": []}) == ()
    assert read_returns({"returns": None}) == ()
    assert read_processes({}) == ()
    assert read_figures({}) == ()


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "html",
        {"surprise": [1, 2, 3]},
        {"returns": {}},
        {"returns": ["15900001"]},
        {"returns": [a_return(returnId="")]},
        {"returns": [a_return(returnItems=[])]},
        {"returns": [a_return(returnItems=None)]},
        {"returns": [a_return(item(handled="no"))]},
        {"returns": [a_return(item(handled=None))]},
        {"returns": [a_return(item(expectedQuantity="two"))]},
        {"returns": [a_return(item(rmaId={"id": 1}))]},
        {"returns": [a_return(item(returnReason=["a", "b"]))]},
        {"returns": [a_return(registrationDateTime="yesterday")]},
        {"returns": [a_return(registrationDateTime="2026-03-01T10:30:00")]},
        {"returns": [a_return(registrationDateTime="9" * 30)]},
        {"returns": [a_return(registrationDateTime=None)]},
    ],
)
def test_a_shape_that_nobody_knows_is_refused_without_the_customers_words(body: Any) -> None:
    with pytest.raises(Misunderstood) as refused:
        read_returns(body)

    assert "Anke" not in str(refused.value)
    assert "deksel" not in str(refused.value)


def test_unknown_fields_are_no_reason_to_stop() -> None:
    assert read_return(a_return(item(newField={"a": 1}), alsoNew=[1])).items[0].expected == 2


def test_the_fingerprint_changes_with_what_a_listing_tells_and_with_nothing_else() -> None:
    whole, listed = item(), item()
    for name in ("title", "customerDetails", "trackAndTrace", "transporterName"):
        del listed[name]

    assert read_return(a_return(whole)).fingerprint == read_return(a_return(listed)).fingerprint
    assert read_return(a_return(whole)).fingerprint != read_return(a_return(item(handled=True))).fingerprint


def test_only_refs_of_returns_have_a_returns_id() -> None:
    assert id_of("return:15900001") == "15900001"
    assert id_of("klantvraag:15900001") == ""


# Orders


def order(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"orderId": "A000000001", "pickUpPoint": False, "orderItems": list(lines)}


def line(method: str = "FBR", **changes: Any) -> dict[str, Any]:
    return {
        "orderItemId": "1",
        "fulfilment": {"method": method},
        "product": {"ean": "8700000000001", "title": "Theepot"},
        "quantity": 10,
        "unitPrice": 12.99,
        "totalPrice": 118.91,
        "discounts": [{"title": "actie", "amount": 10.99}],
    } | changes


def test_an_order_is_worth_what_the_customer_paid_to_the_cent() -> None:
    read = read_order(order(line(), line(totalPrice=0.1), line(totalPrice=0.2)))

    assert read.value == Money(Decimal("119.21"), "EUR")
    assert read.lines[0].price == Money(Decimal("12.99"), "EUR")
    assert (read.lines[0].title, read.lines[0].sku, read.lines[0].quantity) == ("Theepot", "8700000000001", 10)


def test_an_order_tells_when_it_was_placed() -> None:
    placed = {"orderPlacedDateTime": "2026-11-17T23:30:00+01:00"}

    assert read_order(order(line()) | placed).placed_at == datetime(2026, 11, 17, 22, 30, tzinfo=UTC)
    assert read_order(order(line()) | {"orderPlacedDateTime": None}).placed_at is None


def test_without_a_total_the_discounts_are_taken_off() -> None:
    older = line()
    del older["totalPrice"]

    assert read_order(order(older)).value == Money(Decimal("118.91"), "EUR")


def test_a_line_of_unknown_price_makes_the_value_unknown_and_not_smaller() -> None:
    unknown = line()
    del unknown["totalPrice"], unknown["unitPrice"]

    assert read_order(order(line(), unknown)).value is None
    assert read_order(order()).value is None


@pytest.mark.parametrize(
    ("methods", "fulfilment"), [(["FBB"], "FBB"), (["FBR", "FBR"], "FBR"), (["FBB", "FBR"], "FBR+FBB"), ([], "")]
)
def test_an_order_of_both_kinds_is_not_taken_for_one_of_logistics_via_bol(methods: list[str], fulfilment: str) -> None:
    assert read_order(order(*map(line, methods))).fulfilment == fulfilment


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nieuwe bestelling: Theepot (bestelnummer: A000E71TN6)", ("A000E71TN6",)),
        ("1042823870", ("1042823870",)),
        ("EAN 8712626055143", ()),
        ("a word such as ABCDEFGHIJ is none", ()),
        ("KLANTVRAGE en VERKEERDEN", ()),
        ("bestelling B3K8290LP0 en 4012345678", ("B3K8290LP0", "4012345678")),
        ("eerst 4012345678, bestelnummer: A2K8290LP8", ("A2K8290LP8", "4012345678")),
        ("num\u00e9ro de commande: C000E71TN6", ("C000E71TN6",)),
        ("a12345678901", ()),
        ("-4012345678-", ()),
        ("4012345678 4012345678", ("4012345678",)),
    ],
)
def test_what_could_be_an_order_number_is_found(text: str, found: tuple[str, ...]) -> None:
    assert order_numbers(text) == found


# Scores


def indicator(**details: Any) -> dict[str, Any]:
    told = {"period": {"week": "5", "year": "2026"}, "norm": {"condition": ">=", "value": 0.9}} | details
    return {"performanceIndicators": [{"name": "RESPONSE_TIME", "type": "PERCENTAGE", "details": told}]}


def test_a_score_is_shown_as_it_was_sent() -> None:
    score = {"conforms": False, "numerator": 8, "denominator": 88, "value": 0.88, "distanceToNorm": 0.02}

    [figure] = read_figures(indicator(score=score))

    assert (figure.name, figure.period) == ("RESPONSE_TIME", "2026-W05")
    assert (figure.value, figure.numerator, figure.denominator) == ("0.88", 8, 88)
    assert (figure.norm, figure.conforms) == (">= 0.9", False)


def test_a_score_that_is_left_out_is_none_and_not_zero() -> None:
    [figure] = read_figures(indicator())

    assert (figure.value, figure.numerator, figure.denominator, figure.conforms) == ("", None, None, None)


def test_the_weeks_are_iso_weeks_also_around_the_new_year() -> None:
    assert list(weeks(datetime(2027, 1, 5, tzinfo=UTC).date(), 3)) == [(2027, 1), (2026, 53), (2026, 52)]


def test_the_day_is_that_of_amsterdam() -> None:
    assert today(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)).isoformat() == "2026-03-03"


# Processes


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("PENDING", Stage.PENDING),
        ("SUCCESS", Stage.SUCCESS),
        ("FAILURE", Stage.FAILURE),
        ("TIMEOUT", Stage.TIMEOUT),
        ("REVIEWING", Stage.PENDING),
    ],
)
def test_a_process_has_a_stage_and_an_unknown_one_is_not_the_end(word: str, stage: Stage) -> None:
    told = {
        "processStatusId": "019bbcbc-1a21-77c9-9de6",
        "status": word,
        "createTimestamp": "2026-03-02T13:00:00+01:00",
    }

    process = read_process(told)

    assert (process.id, process.stage) == ("019bbcbc-1a21-77c9-9de6", stage)
    assert process.created_at == NOW
