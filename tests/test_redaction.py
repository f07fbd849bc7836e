"""Recordings hold nobody's data: no personal value survives, the same becomes the same, and the shape stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.http import Headers, Request, Response
from hub.http.personal import Kind, kind_of
from hub.http.recording import as_text, file_name, from_text
from hub.http.redaction import Redaction

URL = "https://api.platform.example/v1/orders"


def exchange(body: Any, url: str = URL) -> tuple[Request, Response]:
    return Request("GET", url), Response.of_json(body)


def redacted(*bodies: Any, **how: Any) -> list[Any]:
    """The bodies as a recording of them holds them."""
    how = {"salt": b"one", **how}
    return [response.json() for _, response in Redaction(**how).of([exchange(body) for body in bodies])]


def one(body: Any, **how: Any) -> Any:
    [made] = redacted(body, **how)
    return made


def shape(value: Any) -> Any:
    """Keys and types alone."""
    if isinstance(value, Mapping):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value)


# What a field holds


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ("firstName first_name FirstName FIRST_NAME first-name förnamn prénom Vorname voornaam ns:nom", Kind.NAME),
        ("customerName buyer_name OrdererFamilyName family_name_kana achternaam createdBy", Kind.NAME),
        ("email eMail e_mail EMAILAddress customer-e-mail epost courriel mail_address replyTo", Kind.EMAIL),
        ("phone phoneNumber PhoneNo mobile tel Telefonnummer customer_telephone", Kind.PHONE),
        ("streetName address_line_1 AddressLine2 adresse zipCode postal_code postnummer houseNumber city", Kind.PLACE),
        ("dateOfBirth birthDate iban vat_number company", Kind.PLACE),
        ("text Message body customerComments remark meddelande Nachricht commentaire subject", Kind.TEXT),
        ("file_name fileName FILENAME attachment_file_name", Kind.TEXT),
        ("access_token apiKey licenseKey client_secret Password cookie sessionId Authorization", Kind.SECRET),
        ("orderId order_number orderid rmaId caseRef id trackAndTrace inquiryNumber messageId", Kind.ID),
    ],
)
def test_names_in_every_convention_and_several_languages_are_known(names: str, kind: Kind) -> None:
    assert {name: kind_of(name) for name in names.split()} == dict.fromkeys(names.split(), kind)


NEUTRAL = (
    "status type messageType countryCode currency language createdAt orderDate total quantity page pageNumber ean sku "
    "productTitle token_type emailStatus links href isRead category version 1 _ 氏"
)


@pytest.mark.parametrize("name", NEUTRAL.split())
def test_what_tells_nothing_of_a_person_is_left_alone(name: str) -> None:
    assert kind_of(name) is None


def test_a_name_is_a_persons_unless_it_stands_in_a_thing() -> None:
    made = one({"customer": {"name": "Anna Öberg"}, "product": {"name": "Kudde"}, "name": "Anna"})

    assert made["product"] == {"name": "Kudde"}
    assert "Anna" not in json.dumps(made)
    assert made["customer"]["name"].split()[0] == made["name"]


# What becomes of it


def test_a_value_is_the_same_everywhere_in_the_recording() -> None:
    order = {"orderId": "A2K8290LP8", "email": "Anna@Bergs.example", "firstName": "Anna", "phone": 46701234567}
    other = {
        "number": "A2K8290LP8",
        "title": "About A2K8290LP8 of ANNA (anna@bergs.example)",
        "link": "https://api.platform.example/v1/orders/A2K8290LP8?x=1",
    }

    first, second = redacted(order, other)

    number, name, address = first["orderId"], first["firstName"], first["email"]
    assert second["number"] == number
    assert second["title"] == f"About {number} of {name.upper()} ({address.lower()})"
    assert second["link"] == f"https://api.platform.example/v1/orders/{number}?x=1"
    assert (number[0], len(number), len(str(first["phone"]))) == ("A", 10, 11)


def test_another_recording_has_other_stand_ins() -> None:
    assert one({"orderId": "1234567890"}, salt=b"one") != one({"orderId": "1234567890"}, salt=b"two")


def test_numbers_stay_different_and_never_become_one_that_was_there() -> None:
    numbers = [f"{number:04}" for number in range(1000, 5000)]

    made = [order["orderId"] for order in one([{"orderId": number} for number in numbers])]

    assert len(set(made)) == len(numbers)
    assert set(made).isdisjoint(numbers)
    assert all(len(number) == 4 and number[0] != "0" for number in made)


def test_states_types_dates_counts_and_roles_stay() -> None:
    body = {
        "status": "OPEN",
        "createdAt": "2026-03-02T12:00:00Z",
        "author": "CUSTOMER",
        "text": "NOT_DELIVERED",
        "total": 17,
        "id": 17,
        "email": None,
        "text_read": True,
        "name": "",
    }

    assert one(body) == body


def test_a_text_keeps_its_lines_and_about_its_length() -> None:
    text = "Hej!\r\n\r\nMitt paket har inte kommit än. 漢字 🙂\nÅsa"

    made = one({"text": text})["text"]

    assert [bool(line.strip()) for line in made.split("\n")] == [True, False, True, True]
    assert made.count("\r\n") == 2
    assert abs(len(made) - len(text)) < 40


def test_what_is_nested_in_a_personal_field_is_personal() -> None:
    made = one(
        {"address": {"line1": "Storgatan 12", "countryCode": "SE"}, "name": {"first": "Anna"}, "phone": ["0701"]}
    )

    assert "Storgatan" not in made["address"]["line1"]
    assert made["address"]["countryCode"] == "SE"
    assert made["name"]["first"] != "Anna"
    assert made["phone"] != ["0701"]


def test_addresses_numbers_and_tokens_are_known_by_their_looks() -> None:
    text = (
        "Ring +46 70 123 45 67 eller 070-123 45 67, a.b+c@kund.example, SE45 5000 0000 0583 9825 7466, "
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln, den 02/03-2026 eller 2026-03-02 kl 12:15, 1234567890123"
    )

    made = one({"title": text})["title"]

    for gone in ("123 45 67", "kund.example", "5000 0000", "eyJhbGci"):
        assert gone not in made
    assert made.endswith("den 02/03-2026 eller 2026-03-02 kl 12:15, 1234567890123")


def test_relayed_addresses_keep_the_platforms_own_domain() -> None:
    made = one({"email": "kund77@verkopen.platform.example"})["email"]

    assert made.endswith("@verkopen.platform.example")
    assert not made.startswith("kund77")


def test_secrets_go_wherever_they_stand() -> None:
    made = one({"note_url": "x-hunter2-y", "a": ["hunter2"], "token": "abc"}, secrets=frozenset({"hunter2", ""}))

    assert "hunter2" not in json.dumps(made)
    assert "abc" not in json.dumps(made)


def test_the_fields_that_an_adapter_declares_go_too() -> None:
    assert one({"gift": "Till Åsa"})["gift"] == "Till Åsa"
    assert "Åsa" not in one({"gift": "Till Åsa"}, own=frozenset({"gift"}))["gift"]


def test_paths_parameters_keys_and_forms_are_looked_at() -> None:
    url = f"{URL}/4711-2233/for/anna%40kund.example?email=anna%40kund.example&page=2&key=v&token=abc&day=2026-03-02"
    form = Headers({"content-type": "application/x-www-form-urlencoded", "cookie": "hunter2", "x-key": "hunter2"})
    request = Request("POST", url, form, b"client_secret=hunter2&grant_type=client_credentials&text=Hej+Anna")

    [(made, answer)] = Redaction(salt=b"one").of([(request, Response.of_json({"4711-2233": {"anna@kund.example": 1}}))])

    told = as_text((made, answer))
    for gone in ("4711-2233", "anna", "Anna", "hunter2", "abc"):
        assert gone not in told
    assert made.path.startswith("/v1/orders/")
    assert (made.query["page"], made.query["key"], made.query["day"]) == ("2", "v", "2026-03-02")
    assert made.form["grant_type"] == "client_credentials"
    assert list(answer.json()) == [made.path.split("/")[3]]


def test_xml_keeps_its_elements_and_charset() -> None:
    xml = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><!-- Zoë -->\n<a:root n="1"><purchaseid>998877</purchaseid>'
        '<client mail="zoë@kund.example"><nom>Zoë</nom><br/></client><note><![CDATA[Bonjour & Zoë]]></note>'
        "<label>pour Zoë &amp; co 998877 é</label><state>OPEN</state></a:root>"
    )
    answer = Response(200, xml.encode("iso-8859-1"), Headers({"content-type": "text/xml"}))

    [(_, made)] = Redaction(salt=b"one").of([(Request("GET", URL), answer)])

    text = made.body.decode("iso-8859-1")
    assert "Zoë" not in text
    assert "998877" not in text
    assert "<state>OPEN</state></a:root>" in text
    assert " &amp; co " in text
    assert from_text(as_text((Request("GET", URL), made)))[1].body == made.body


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"<html><p>Hej Anna</p><td>Anna", "text/html"),
        (b"Hej Anna", "text/plain"),
        (b"\x89PNG\x00Anna", "image/png"),
        (b"\xff\xfeAnna", "application/json"),
        (b'{"a": "Anna', "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
def test_what_has_no_fields_is_replaced_whole(body: bytes, media_type: str) -> None:
    answer = Response(500, body, Headers({"content-type": media_type}))

    [(_, made)] = Redaction(salt=b"one").of([(Request("GET", URL), answer)])

    assert b"Anna" not in made.body
    assert made.status == 500


NAMES = st.text("abcdeåöéßXYZ山田太", min_size=5, max_size=12)
WORDS = st.text("abc åö山\n,.'\"<&\\", max_size=20)
CONVENTIONS = st.sampled_from([("firstName", "emailAddress", "orderId"), ("first_name", "e_mail", "order_number")])


@settings(deadline=None)
@given(
    people=st.lists(st.tuples(NAMES, NAMES, st.integers(10_000, 10**12), WORDS), min_size=1, max_size=5),
    fields=CONVENTIONS,
    salt=st.binary(min_size=4, max_size=4),
)
def test_no_value_survives_and_the_shape_stays(
    people: list[tuple[str, str, int, str]], fields: tuple[str, str, str], salt: bytes
) -> None:
    name_field, email_field, order_field = fields
    bodies: list[dict[str, Any]] = [
        {
            name_field: name,
            email_field: f"{number}.{order}@kund.example",
            order_field: order if order % 2 else f"FQ-{order}",
            "text": f"{words} {name} {order}",
            "title": f"{words} {name.upper()}, {number}.{order}@kund.example {order}",
            "items": [{"lastName": last, "nested": [f"({last})", None, 1.5, True]}],
        }
        for number, (name, last, order, words) in enumerate(people)
    ]

    made = redacted(*bodies, salt=salt)
    told = json.dumps(made, ensure_ascii=False)

    assert shape(made) == shape(bodies)
    assert made == redacted(*bodies, salt=salt)
    for before, after in zip(bodies, made, strict=True):
        for gone in (before[name_field], before["items"][0]["lastName"], before[email_field]):
            assert json.dumps(gone, ensure_ascii=False)[1:-1] not in told
        assert f'"{before[order_field]}"' not in told
        assert f" {before[order_field]}" not in told
        assert after[name_field] in after["title"] or after[name_field].upper() in after["title"]
    alike: dict[object, object] = {}
    for before, after in zip(bodies, made, strict=True):
        assert alike.setdefault(before[order_field], after[order_field]) == after[order_field]
    assert len(set(map(str, alike.values()))) == len(alike)


# Files


def test_an_exchange_is_written_and_read_again() -> None:
    request = Request("POST", f"{URL}?a=1&a=2&b=", Headers({"accept": "application/json"}), b'{"text": "\xc3\xa5"}')
    answer = Response(207, "漢字\n\r\n<å>".encode(), Headers({"content-type": "text/plain; charset=utf-8"}))

    text = as_text((request, answer))

    asked, answered = from_text(text)
    assert (asked.method, asked.url, asked.json()) == ("POST", request.url, {"text": "å"})
    assert (answered.status, answered.body, dict(answered.headers)) == (207, answer.body, dict(answer.headers))
    assert '"text": "å"' in text


def test_files_sort_as_they_were_made_and_are_named_after_the_path() -> None:
    names = [file_name(number, Request("GET", f"{URL}/1/{'x' * 100}?a=b")) for number in (2, 10, 100)]

    assert names == sorted(names)
    assert names[0].startswith("0002-get-v1-orders-1-xxx")
    assert all(len(name) <= 70 for name in names)
