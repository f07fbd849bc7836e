"""The starter set: every template in every language, for a case that is known in full and for one that is not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from hub import refusals
from hub.core.acknowledgement_text import LANGUAGES, language_of
from hub.core.model import Case, CaseType, Money, Order, OrderLine, Party
from hub.core.shipments import Shipment
from hub.core.soft_checks import soft_findings
from hub.templates.facts import Source, facts_of
from hub.templates.filling import UNSALUTED, Missing, fill_in
from hub.templates.library import starter_set
from hub.templates.lint import Platform, lint
from hub.templates.model import Stage, ValueKind
from hub.templates.parsing import PARTS, parse
from hub.templates.values import Wording, values_for
from hub.templates.words import day_words
from hub_bolcom.adapter import BolAdapter
from hub_fyndiq_reclaimit.adapter import ReclaimitAdapter
from hub_rakuten.france.adapter import FranceAdapter
from hub_rakuten.ichiba.adapter import IchibaAdapter

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PROMISE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
NAMES = ("complaint", "delay", "missing-item", "order-change", "return")
STAGES = ("stage-confirmed", "stage-delivered", "stage-dispatched")
EVERY = sorted(product([*NAMES, *STAGES], LANGUAGES))
GIVEN = {
    "arrives_on": "2026-12-04",
    "change_until": "2026-12-01 12:00",
    "return_until": "2026-12-23",
    "instructions": "x" * 250,
    "solution": "x" * 250,
    "change": "x" * 250,
    "payment": "x" * 250,
    "pick_up": "x" * 250,
}
BARE = Case("CH-1", "support", "c1", NOW, NOW)
LONG = Case(
    "CH-1042",
    "support",
    "c1",
    NOW,
    NOW,
    customer=Party("Maximiliana Wilhelmina " + "A" * 36),
    order=Order(
        "202611-20261123-0123456789",
        (OrderLine("Vas"),),
        Money(Decimal("1250.00"), "SEK"),
        shipments=tuple(
            Shipment("An unusually long name of a carrier", f"JJD0003004000000000000{n}") for n in range(3)
        ),
    ),
)
# Words that ask for a rating or sell something: bol.com counts the first as a violation.
PUSHING = re.compile(
    r"review|recens|bewert|beoordel|\bavis\b|レビュー|評価|hodnocen|omdöme|betyg|discount|rabat|korting|remise|sleva"
    r"|割引|kampanj|offer of|exclusive|newsletter",
    re.IGNORECASE,
)
# How each language addresses a customer: sv du, nl u, de Sie, fr vous, ja お客様 with です・ます, cs Vy.
ADDRESSED = {
    "sv": r"\b(du|dig|din|ditt)\b",
    "nl": r"\b(u|uw)\b",
    "de": r"\b(Sie|Ihre|Ihnen)\b",
    "fr": r"\b(vous|votre|vos)\b",
    "ja": r"お客様.*(です|ます)",
    "cs": r"\b(V[aá][sš]\w*|Vám)\b",
    "en": r"\byou(r)?\b",
}
TOO_FAMILIAR = {
    "nl": r"\b(je|jij|jouw|jullie)\b",
    "de": r"\b(du|dich|dir|dein\w*|euch)\b",
    "fr": r"\b(tu|toi|ton|tes)\b",
    "sv": r"\b(Ni|Er)\b",
}


def written(name: str, language: str, case: Case, given: dict[str, str], without: frozenset[str] = frozenset()) -> str:
    template = starter_set()[name]
    source = Source(case, NOW, ZONE, promise=PROMISE, shop="Lampbutiken", agent="Bo Ek")
    facts = facts_of(source, language)
    known = {value: said for value, said in given.items() if value in template.values}
    values = values_for(template, known, facts, Wording(language, ZONE, NOW.date()))
    return fill_in(template.variants[language].text, facts, values, without)


def test_the_starter_set_is_whole() -> None:
    assert sorted(starter_set()) == sorted([*NAMES, *STAGES])
    assert {template.languages for template in starter_set().values()} == {tuple(sorted(LANGUAGES))}


@pytest.mark.parametrize("name", [*NAMES, *STAGES])
def test_nothing_is_to_be_said_of_a_starter_template_on_any_platform(name: str) -> None:
    platforms = [Platform(kind.title, kind.forbidden_placeholders) for kind in (IchibaAdapter, FranceAdapter)]

    assert lint(starter_set()[name], platforms, LANGUAGES) == []


def test_every_type_of_case_that_customers_write_about_has_a_template() -> None:
    fitted = {kind for template in starter_set().values() for kind in template.types}

    assert fitted == set(CaseType) - {CaseType.UNREADABLE}
    assert {template.stage for template in starter_set().values()} == {None, *Stage}


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_full_case_with_long_values_keeps_the_limits_of_the_platforms(name: str, language: str) -> None:
    text = written(name, language, LONG, GIVEN)

    for adapter in (IchibaAdapter(), FranceAdapter(), BolAdapter(), ReclaimitAdapter()):
        rules = adapter.text_rules(LONG, None)
        assert rules is None or list(refusals(text, (), rules)) == []
    assert len(text) <= 2000
    assert max(map(len, text.splitlines())) <= 300


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_nothing_that_a_good_reply_has_is_missing_from_a_text(name: str, language: str) -> None:
    assert list(soft_findings(written(name, language, LONG, GIVEN), time_expected=True)) == []


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_each_text_greets_understands_says_what_happens_next_and_by_when(name: str, language: str) -> None:
    source = starter_set()[name].variants[language].text
    text = written(name, language, LONG, GIVEN)
    days = [day_words(day.astimezone(ZONE).date(), language) for day in (PROMISE, datetime(2026, 12, 4, 9, tzinfo=UTC))]

    assert tuple(parse(source, starter_set()[name].values).parts) == PARTS
    assert "Maximiliana Wilhelmina" in text.splitlines()[0]
    assert any(day in text for day in days)
    assert "202611-20261123-0123456789" in text
    assert {"Lampbutiken", "Bo Ek"} <= set(text.splitlines()[-2:])
    assert re.search(ADDRESSED[language], text, re.DOTALL)
    assert not re.search(TOO_FAMILIAR.get(language, "^$"), text)
    assert not re.search(r"https?:|www\.|://|None|{{|{%", text)
    assert not PUSHING.search(text)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_of_a_bare_case_it_writes_to_a_stranger_or_names_what_it_needs(name: str, language: str) -> None:
    template = starter_set()[name]
    needed = {key for key, value in template.values.items() if not value.optional and not value.otherwise}
    wanted = needed | ({"tracking.parcels"} if name == "stage-dispatched" else set())

    if not wanted:
        text = written(name, language, BARE, {})
        assert day_words(PROMISE.date(), language) in text
        assert "\n\n\n" not in text
        return
    with pytest.raises(Missing) as refused:
        written(name, language, BARE, {})

    assert set(refused.value.names) == wanted


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_without_salutation_and_closing_a_text_still_begins_with_a_sentence(name: str, language: str) -> None:
    text = written(name, language, LONG, GIVEN, UNSALUTED)

    assert text[0].isupper() or language == "ja"
    assert "Maximiliana" not in text
    assert "Lampbutiken" not in text


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_text_is_in_its_language(name: str, language: str) -> None:
    text = written(name, language, LONG, {key: said for key, said in GIVEN.items() if not said.startswith("x")})

    assert language_of("", text, "unclear") == language


@pytest.mark.parametrize("name", ["missing-item", "complaint", "stage-delivered"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", ("tydlig bild", "film")),
        ("nl", ("duidelijke foto", "video")),
        ("de", ("deutliches Foto", "Video")),
        ("fr", ("photo nette", "vidéo")),
        ("ja", ("写真", "動画")),
        ("cs", ("zřeteln", "video")),
        ("en", ("clear photo", "video")),
    ],
)
def test_where_something_is_wrong_a_clear_photo_or_video_is_asked_for(
    name: str, language: str, words: tuple[str, ...]
) -> None:
    text = written(name, language, LONG, {})

    assert [word for word in words if word not in text] == []


def test_values_that_are_days_are_given_as_days() -> None:
    days = {name for template in starter_set().values() for name in template.values if name.endswith(("_on", "_until"))}
    kinds = {template.values[name].kind for template in starter_set().values() for name in days & set(template.values)}

    assert kinds == {ValueKind.DATE}
