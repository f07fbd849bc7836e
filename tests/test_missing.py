"""What customers write when something they paid for is not there, and what only sounds like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pytest

from hub.core.missing import detect, find_missing, own_words
from hub.core.missing_words import LANGUAGES
from hub.core.model import Author, Case, CaseType, Direction, Message
from hub.core.turns import Detection

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)

SAYS_SO = [
    ("sv", "missing", "Hej! Det saknas två skruvar i mitt paket."),
    ("sv", "missing", "Jag saknar laddaren som skulle ingå."),
    ("sv", "missing", "En av tre böcker fattas."),
    ("sv", "incomplete", "Leveransen var inte komplett"),
    ("sv", "empty parcel", "Paketet var helt tomt när jag öppnade det!"),
    ("sv", "not in the parcel", "Kabeln låg inte med i kartongen."),
    ("sv", "too few", "Jag fick bara två av fyra stolar"),
    ("da", "incomplete", "Leveringen er ufuldstændig."),
    ("da", "empty parcel", "Æsken var tom"),
    ("da", "not in the parcel", "Opladeren lå ikke i æsken."),
    ("no", "incomplete", "Bestillingen er ufullstendig."),
    ("no", "empty parcel", "Esken var helt tom"),
    ("no", "not in the parcel", "Laderen var ikke i esken."),
    ("fi", "missing", "Paketista puuttuu yksi ruuvi."),
    ("fi", "empty parcel", "Laatikko oli aivan tyhjä"),
    ("fi", "not in the parcel", "Laturi ei ollut mukana paketissa"),
    ("fi", "missing", "Siitä puuttuu kuitenkin yksi osa"),
    ("nl", "missing", "Er ontbreekt een onderdeel."),
    ("nl", "missing", "Beste, er mist een schroef in de doos."),
    ("nl", "missing", "Ik mis nog een onderdeel van de kast"),
    ("nl", "incomplete", "De bestelling is incompleet geleverd"),
    ("nl", "empty parcel", "Ik heb een leeg pakket gekregen"),
    ("nl", "not in the parcel", "De oplader zat niet in de doos"),
    ("nl", "too few", "Ik heb maar één boek ontvangen"),
    ("de", "missing", "Leider fehlt ein Teil."),
    ("de", "missing", "Es fehlen vier Schrauben"),
    ("de", "incomplete", "Die Lieferung ist unvollständig"),
    ("de", "empty parcel", "Das Paket war komplett leer."),
    ("de", "not in the parcel", "Das Ladegerät war nicht im Karton"),
    ("de", "too few", "Ich habe nur eine Lampe statt zwei erhalten"),
    ("fr", "missing", "Bonjour, il manque une pièce dans le colis."),
    ("fr", "missing", "Article manquant !"),
    ("fr", "incomplete", "Ma commande est arrivée incomplète"),
    ("fr", "empty parcel", "J'ai reçu un colis vide."),
    ("fr", "not in the parcel", "Le chargeur n'était pas dans la boîte"),
    ("fr", "too few", "Je n’ai reçu qu’un seul livre"),
    ("en", "missing", "One of the two books is missing."),
    ("en", "not in the parcel", "The charger wasn't in the box"),
    ("en", "empty parcel", "I received an empty parcel"),
    ("en", "incomplete", "My order arrived incomplete."),
    ("en", "too few", "I only received two of the four chairs"),
    ("en", "missing", "The remote is missing and not broken, I did get an invoice"),
    ("cs", "missing", "V objednávce chybí něco, co jsem zaplatil"),
    ("cs", "missing", "Jeden kus chyběl."),
    ("cs", "incomplete", "Zásilka byla neúplná"),
    ("cs", "empty parcel", "Přišla mi prázdná krabice"),
    ("cs", "too few", "Dostal jsem jen jeden kus místo dvou"),
    ("ja", "not in the parcel", "ケーブルが入っていないのですが"),
    ("ja", "not in the parcel", "説明書が入ってません。"),
    ("ja", "not in the parcel", "同梱漏れではないでしょうか"),
    ("ja", "not in the parcel", "付属品のネジがありません"),
    ("ja", "too few", "2個注文しましたが1個足りない"),
    ("ja", "too few", "部品が不足しています"),
    ("ja", "too few", "昨日届きましたが、1点欠品でした"),
    ("ja", "empty parcel", "中身が空でした。どういうことですか"),
    ("zh", "missing", "包裹里少了一个配件"),
    ("zh", "not in the parcel", "你們漏發了一件"),
    ("zh", "missing", "收到的货缺件"),
]

SOUNDS_LIKE_IT = [
    "Hej, jag saknar faktura på min order.",
    "Fakturan saknas, kan ni skicka den?",
    "Det saknas ingenting, tack så mycket!",
    "Jag saknar svar från er",
    "Jeg mangler en faktura",
    "Der mangler ikke noget",
    "Jeg mangler kvittering for kjøpet",
    "Kuitti puuttuu",
    "Ik mis de factuur bij mijn bestelling",
    "Ik mis mijn kat.",
    "Er ontbreekt niets, dank u",
    "In de mist reed ik naar huis",
    "Mir fehlt noch die Rechnung",
    "Es fehlt mir nichts.",
    "Das ist ein Fehler in Ihrem Shop, fehlerhafte Ware",
    "Il manque la facture",
    "Il ne manque rien, merci",
    "Vous manquez de respect, quel manque de sérieux",
    "I am missing the invoice",
    "My receipt is missing",
    "Nothing is missing, thanks.",
    "What am I missing?",
    "Chybí mi faktura",
    "Nic nechybí, děkuji. Stala se chyba.",
    "領収書が入っていません。",
    "説明不足だと思います",
    "在庫が足りない場合はキャンセルしてください",
    "この商品は欠品中ですか。いつ入荷しますか",
    "電源が入っていない状態ですか",
    "不足はありませんでした。ありがとうございます",
    "这个多少了钱",
    "没有缺少任何东西",
    "Where is my parcel? It was sent on Monday.",
    "Var är min order?",
    "",
]


@pytest.mark.parametrize(("language", "rule", "text"), SAYS_SO, ids=[text for _, _, text in SAYS_SO])
def test_a_customer_who_misses_something_is_understood(language: str, rule: str, text: str) -> None:
    found = find_missing(text)

    assert found is not None
    assert (found.language, found.rule) == (language, rule)
    assert found.type == CaseType.MISSING_ITEM
    assert found.words
    assert found.words in text.replace("\u2019", "'").casefold()


@pytest.mark.parametrize("text", SOUNDS_LIKE_IT)
def test_what_only_sounds_like_it_is_left_alone(text: str) -> None:
    assert find_missing(text) is None


def test_what_danish_and_norwegian_share_is_said_of_both() -> None:
    assert find_missing("Det mangler en skrue i pakken.") == Detection("missing_item", "missing", "da or no", "mangler")


def test_every_language_is_tested_with_words_of_its_own() -> None:
    assert {language for language, _, _ in SAYS_SO} == set(LANGUAGES)


def test_capitals_wide_signs_and_broken_lines_change_nothing() -> None:
    assert find_missing("DET\n  SAKNAS\tEN SKRUV") == find_missing("det saknas en skruv")
    assert find_missing("ＭＩＳＳＩＮＧ item") is not None


def test_an_invoice_beside_a_missing_cable_hides_nothing() -> None:
    assert find_missing("The invoice is missing. The cable is missing too!") is not None
    assert find_missing("Missing cap and invoice") is not None


def test_quoted_older_mail_is_not_read_again() -> None:
    quoted = "Tack, nu är allt bra!\n\n> Det saknas en skruv\n>> och en mutter saknas"
    forwarded = "Tack!\n\n-----Ursprungligt meddelande-----\nFrån: Anna\nDet saknas en skruv"

    assert find_missing(own_words(quoted)) is None
    assert find_missing(own_words(forwarded)) is None
    assert find_missing(own_words("-----\nDet saknas en skruv")) is not None


def case(**facts: Any) -> Case:
    return replace(Case("CH-1001", "support", "1", NOON, NOON, type=CaseType.QUESTION), **facts)


def message(text: str = "Det saknas en skruv", **facts: Any) -> Message:
    written = Message("m1", Author.CUSTOMER, Direction.INBOUND, NOON, text)
    return replace(written, **facts)


def test_the_detection_names_its_message() -> None:
    assert detect(case(), message()) == Detection("missing_item", "missing", "sv", "saknas", "m1")


def test_the_subject_counts_where_it_is_the_customers_own() -> None:
    assert detect(case(), message("Hej, se ovan.", subject="Saknad vara")) is not None
    assert detect(case(), message("Hej, se ovan.", subject="Re: Saknad vara")) is None


@pytest.mark.parametrize(
    "other",
    [
        {"author": Author.PLATFORM},
        {"author": Author.SELLER, "direction": Direction.OUTBOUND},
        {"direction": Direction.NOTE},
        {"automatic": True},
        {"labels": ("recalled",)},
        {"problem": "cannot be read"},
    ],
    ids=str,
)
def test_only_what_a_customer_wrote_himself_is_looked_at(other: dict[str, Any]) -> None:
    assert detect(case(), message(**other)) is None


@pytest.mark.parametrize(
    "known",
    [
        {"classified": True},
        {"type": CaseType.MISSING_ITEM},
        {"type": CaseType.UNREADABLE},
        {"detected": Detection("missing_item", "missing", "sv", "saknas")},
    ],
    ids=str,
)
def test_where_enough_is_known_nothing_is_looked_for(known: dict[str, Any]) -> None:
    assert detect(case(**known), message()) is None


def test_a_long_mail_is_read_in_no_time() -> None:
    text = "Jag undrar när min beställning kommer fram, den skulle ha kommit i går. " * 140
    start = perf_counter()

    assert find_missing(text) is None
    assert perf_counter() - start < 1  # about 10 ms for its 10,000 characters
