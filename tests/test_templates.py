"""What a template may hold, how it is filled in, where it is read from, and in which language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.model import Author, Case, CaseType, Direction, Message, Money, Order, OrderLine, Party
from hub.core.shipments import Shipment
from hub.core.turns import GivenPromise
from hub.errors import NotFound, Refused
from hub.templates.facts import MOST_LISTED, Source, facts_of, guessed_language
from hub.templates.filling import UNSALUTED, Missing, Unfillable, fill_in
from hub.templates.languages import choose
from hub.templates.library import load_library, starter_set
from hub.templates.lint import Platform, lint, usable_on
from hub.templates.model import Stage, Template, Value, ValueKind
from hub.templates.parsing import LONGEST_SOURCE, parse
from hub.templates.placeholders import PLACEHOLDERS, example_facts
from hub.templates.values import LONGEST_VALUE, Wording, given_facts, how_to_give, values_for
from hub.templates.words import day_words, instant_words, money_words

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
TITLE = 'title = "Our own"\ntypes = ["question"]\n'
NBSP = "\N{NO-BREAK SPACE}"


def a_case(**facts: object) -> Case:
    return Case("CH-1042", "support", "c1", NOW, NOW, **facts)  # type: ignore[arg-type]  # fields of a case


def facts(case: Case, language: str = "en", **around: object) -> Mapping[str, object]:
    return facts_of(Source(case, NOW, STOCKHOLM, **around), language)  # type: ignore[arg-type]  # fields of a source


# What a text may hold


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Hej\n{{ custmer.name }}", 2, "there is no placeholder custmer.name; did you mean customer.name?"),
        ("{{ xyzzy }}", 1, "there is no placeholder xyzzy; docs/templates.md lists them"),
        ("{{ customer.email }}", 1, "an address has no place in a reply"),
        ("{{ by_wen }}", 1, "did you mean by_when?"),
        ("\n\n{% if order %}", 3, "Unexpected end of template"),
        ("{{ order }}", 1, "order can only be asked for, as in {% if order %}; to be written there are order.number"),
        ("{{ order.lines }}", 1, "order.lines is a list: write {% for one in order.lines %}"),
        ("{% for line in order.lines %}\n{{ line.titel }}{% endfor %}", 2, "there is no line.titel; it has line.title"),
        ("{% for letter in customer.name %}{% endfor %}", 1, "a loop goes over order.lines or tracking.parcels"),
        (
            "{% for a in order.lines %}{% for b in order.lines %}{% endfor %}{% endfor %}",
            1,
            "a loop goes over order.lines or tracking.parcels, one at a time",
        ),
        ("{% for order in order.lines %}{% endfor %}", 1, "a loop goes over"),
        ("{{ range(10) }}", 1, "calling something cannot be used here: placeholders, {% if %}"),
        ("{{ customer.name.upper() }}", 1, "calling something cannot be used here"),
        ("{{ customer.name.__class__ }}", 1, "there is no placeholder customer.name.__class__"),
        ("{{ ''.__class__ }}", 1, "this cannot be used here"),
        ("{{ 10 ** 99 }}", 1, "this cannot be used here"),
        ("{{ order.lines[0] }}", 1, "a place in brackets cannot be used here"),
        ("{% set x = 1 %}", 1, "{% set %} cannot be used here"),
        ("{% include 'x' %}", 1, "{% include %} cannot be used here"),
        ("{% macro m() %}{% endmacro %}", 1, "{% macro %} cannot be used here"),
        ("{{ customer.name | attr('x') }}", 1, "the filter attr cannot be used here"),
        ("{{ 'x' is divisibleby 3 }}", 1, "`is divisibleby` cannot be used here: defined and undefined can"),
        ("{% block middle %}{% endblock %}", 1, "there is no part middle; the parts are greeting, understanding, next"),
        ("{% block next %}{% endblock %}\n{% block next %}{% endblock %}", 2, "the part next stands twice"),
        ("x" * (LONGEST_SOURCE + 1), 0, f"the text has 10,001 letters, and {LONGEST_SOURCE:,} are allowed"),
        ("{{ " + "not " * 60 + "today }}", 1, "nested too deeply"),
        ("{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}", 0, "it cannot be read"),
        ("{{ " + "today if (" * 60 + "today" + ")" * 60 + " }}", 1, "nested too deeply"),
        ("{{ " + "today and " * 900 + "today }}", 1, "nested too deeply"),
        ("{{ a" + ".b" * 4000 + " }}", 1, "there is no placeholder a.b.b"),
        ("{{ customer.name | nope }}", 1, "the filter nope cannot be used here"),
    ],
)
def test_what_cannot_stand_in_a_text_is_named_with_its_line(text: str, line: int, said: str) -> None:
    findings = parse(text, {"by_when"}).findings

    assert [found[0] for found in findings][:1] == [line]
    assert said in findings[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "Hello {{ customer.name | default('customer') | title }}, by {{ by_when }}.",
        "{% if order and tracking.parcels %}{{ order.lines | length }}{% elif not order %}-{% else %}+{% endif %}",
        "{% for line in order.lines %}{{ loop.index }} {{ line.title }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "{{ customer.name if customer else 'you' }}",
        "{% if case.type == 'missing_item' and customer.language in ('sv', 'nl') %}{{ 'a' ~ today }}{% endif %}",
        "{% if promise.on is defined %}{{ promise.on }}{% endif %}{# a remark #}{% raw %}{{ x }}{% endraw %}",
    ],
)
def test_what_sellers_need_can_stand_in_a_text_and_be_filled_in(text: str) -> None:
    assert parse(text, {"by_when"}).findings == []
    assert fill_in(text, example_facts(), {"by_when": "Friday"}) != ""


PIECES = [
    *("{{ order.number }}", "{{ by_when }}", "{{ today | upper }}", "{% if order %}", "{% if not tracking.url %}"),
    *("{% else %}", "{% endif %}", "{% for line in order.lines %}", "{{ line.price }}", "{% endfor %}"),
    *("{% block next %}", "{% endblock %}", "{{ order.value ~ case.subject }}", "{{", "}}", "\n\n\n", "å漢🙂", "{# #}"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_found_to_be_right_is_filled_in_or_names_what_is_missing(text: str) -> None:
    if parse(text, {"by_when"}).findings:
        return
    facts = example_facts()
    del facts["case.subject"]

    try:
        filled = fill_in(text, facts, {})
    except Missing as error:
        assert set(error.names) <= {"by_when", "case.subject"}  # noqa: PT017  it may be refused, but only for these
    else:
        assert not re.search("None|Undefined|{{|{%|\n\n\n", filled)


# Filling in


def test_everything_that_is_not_known_is_named_at_once_and_nothing_is_left_open() -> None:
    text = "{{ order.number }} {{ by_when }} {{ customer.name }} {{ order.number | upper }}"

    with pytest.raises(Missing) as refused:
        fill_in(text, {"customer.name": "Åsa"}, {})

    assert refused.value.names == ("order.number", "by_when")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% if order %}A{% else %}B{% endif %}", "B"),
        ("{% if customer %}{{ customer.name }}{% endif %}", "Åsa"),
        ("{{ order.number | default('unknown') }}", "unknown"),
        ("{% if by_when %}{{ by_when }}{% else %}soon{% endif %}", "soon"),
        ("{% if order.number == '7' %}seven{% else %}other{% endif %}", "other"),
        ("{{ order.lines | length }}", "0"),
        (
            "{% if order.lines %}{% for line in order.lines %}{{ line.title }}{% endfor %}{% else %}none{% endif %}",
            "none",
        ),
    ],
)
def test_what_is_not_known_can_be_asked_for(text: str, expected: str) -> None:
    assert fill_in(text, {"customer.name": "Åsa"}, {}) == expected


def test_a_loop_over_what_is_not_known_is_refused_and_so_is_an_unknown_field() -> None:
    text = "{% for line in order.lines %}{{ line.price }}{% endfor %}"

    with pytest.raises(Missing, match=re.escape("order.lines")):
        fill_in(text, {}, {})
    with pytest.raises(Missing, match=re.escape("order.lines.price")):
        fill_in(text, {"order.lines": ({"title": "Vas"},)}, {})


@given(st.text(min_size=1).filter(lambda text: text == text.strip() and not re.search(r"\s\s|[ \t]\n|[\r\v\f]", text)))
def test_what_a_customer_or_a_person_wrote_is_never_taken_for_a_template(text: str) -> None:
    assert fill_in("{{ case.subject }}", {"case.subject": text}, {}) == text
    assert fill_in("{{ by_when }}", {}, {"by_when": text}) == text


def test_a_text_that_asks_for_something_is_not_obeyed() -> None:
    asked = "{{ order.number }}{% for x in range(9) %}<b>&{% endfor %}"

    assert fill_in("{{ case.subject }}", {"case.subject": asked, "order.number": "7"}, {}) == asked


def test_salutation_and_closing_are_left_out_where_the_platform_writes_its_own() -> None:
    parts = {"greeting": "Hej {{ customer.name }}!", "next": "Vi svarar.", "closing": "Hej då"}
    text = "\n".join(f"{{% block {part} %}}\n{said}\n{{% endblock %}}\n" for part, said in parts.items())

    assert fill_in(text, {"customer.name": "Åsa"}, {}) == "Hej Åsa!\n\nVi svarar.\n\nHej då"
    assert fill_in(text, {}, {}, UNSALUTED) == "Vi svarar."


def test_a_text_has_an_end() -> None:
    long = "x" * 9_000
    lines = tuple({"title": "Vas"} for _ in range(50))

    with pytest.raises(Unfillable, match="more than 20,000 letters come of it"):
        fill_in(f"{{% for line in order.lines %}}{long}{{% endfor %}}", {"order.lines": lines}, {})


def test_what_cannot_be_compared_is_told_and_is_no_crash() -> None:
    with pytest.raises(Unfillable, match="cannot be filled in"):
        fill_in("{% if order.number > 3 %}{% endif %}", {"order.number": "7"}, {})


def test_gaps_that_conditions_leave_are_closed() -> None:
    text = "a\n\n{% if order %}\nb\n{% endif %}\n\n\n\nc   \n"

    assert fill_in(text, {}, {}) == "a\n\nc"


# The facts


FULL = a_case(
    subject="Var är www.evil.example min order?",
    type=CaseType.DELAY,
    customer=Party("Åsa Öberg", "asa@kund.example", language="sv-SE"),
    order=Order(
        "171-5583",
        (OrderLine("Bordslampa", "LAMP-1", 2, Money(Decimal("649.50"), "SEK")), OrderLine("Dr.Oetker mix")),
        Money(Decimal("1299.00"), "SEK"),
        shipments=(Shipment("PostNord", "0037"), Shipment("", "0038"), Shipment()),
    ),
    promises=(GivenPromise("k", NOW, datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),),
)


def test_everything_that_is_known_of_a_case_is_told_in_words() -> None:
    due, promise = datetime(2026, 12, 1, 23, 30, tzinfo=UTC), datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    found = facts(FULL, due=due, promise=promise, shop="Lamp\x1bbutiken", agent="Bo Ek")

    assert found == {
        "case.number": "CH-1042",
        "case.type": "delay",
        "case.subject": "Var är … min order?",
        "case.channel": "support",
        "case.opened_on": "23 November 2026",
        "customer.name": "Åsa Öberg",
        "customer.first_name": "Åsa",
        "customer.language": "sv",
        "order.number": "171-5583",
        "order.value": f"1,299.00{NBSP}SEK",
        "order.lines": (
            {"title": "Bordslampa", "quantity": "2", "sku": "LAMP-1", "price": f"649.50{NBSP}SEK"},
            {"title": "Dr.Oetker mix", "quantity": "1"},
        ),
        "tracking.parcels": ({"carrier": "PostNord", "number": "0037"}, {"number": "0038"}),
        "tracking.carrier": "PostNord",
        "tracking.number": "0037",
        "deadline.on": "Wednesday 2 December",
        "deadline.at": "Wednesday 2 December, 00:30 (Europe/Stockholm)",
        "promise.on": "Tuesday 24 November",
        "promise.at": "Tuesday 24 November, 09:00 (Europe/Stockholm)",
        "promised.on": "Tuesday 24 November",
        "promised.at": "Tuesday 24 November, 10:00 (Europe/Stockholm)",
        "shop.name": "Lamp␛butiken",
        "agent.name": "Bo Ek",
        "today": "23 November 2026",
    }
    assert set(PLACEHOLDERS) - set(found) == {"tracking.url"}


def test_of_a_bare_case_little_is_known_and_nothing_is_guessed() -> None:
    assert set(facts(a_case())) == {"case.number", "case.type", "case.channel", "case.opened_on", "today"}


@pytest.mark.parametrize(
    ("name", "greetable_name", "first"),
    [
        ("Åsa Öberg", "Åsa Öberg", "Åsa"),
        ("Öberg, Åsa", "Åsa Öberg", "Åsa"),
        ("Jean-Luc d’Arc", "Jean-Luc d’Arc", "Jean-Luc"),
        ("Åsa", "Åsa", None),
        ("山田 太郎", "山田 太郎", None),
        ("Win at www.evil.example", None, None),
        ("asa@kund.example", None, None),
        ("{{ order.number }}", None, None),
        ("Kund 4711", None, None),
        ("x" * 61, None, None),
        ("Å\u202esa\nÖberg", "Åsa Öberg", "Åsa"),
    ],
)
def test_customers_are_called_by_what_is_a_name_only(name: str, greetable_name: str | None, first: str | None) -> None:
    found = facts(a_case(customer=Party(name)))

    assert (found.get("customer.name"), found.get("customer.first_name")) == (greetable_name, first)


def test_whoever_wrote_is_the_customer_where_the_platform_names_nobody() -> None:
    wrote = Message("m1", Author.CUSTOMER, Direction.INBOUND, NOW, "Hej", sender=Party("Åsa Öberg", language="fr"))
    found = facts(a_case(messages=(wrote,)))

    assert (found["customer.name"], found["customer.language"]) == ("Åsa Öberg", "fr")


@pytest.mark.parametrize("number", ["www.evil.example", "https://evil.example/1", "1" * 101])
def test_an_order_number_out_of_a_mail_that_can_be_none_is_not_repeated(number: str) -> None:
    assert "order.number" not in facts(a_case(order=Order(number)))


def test_long_titles_and_lists_are_cut() -> None:
    order = Order("1", tuple(OrderLine("漢" * 500) for _ in range(400)), shipments=(Shipment("DHL", "1"),) * 400)
    found = facts(a_case(order=order))
    lines, parcels = found["order.lines"], found["tracking.parcels"]

    assert isinstance(lines, tuple)
    assert isinstance(parcels, tuple)
    assert (len(lines), len(parcels), len(lines[0]["title"])) == (MOST_LISTED, MOST_LISTED, 200)


def test_a_promise_that_has_passed_is_not_repeated() -> None:
    passed = GivenPromise("k", NOW, datetime(2026, 11, 23, 7, 59, tzinfo=UTC))

    assert "promised.on" not in facts(a_case(promises=(passed,)))


def test_a_customers_language_is_guessed_from_the_newest_words_that_tell() -> None:
    def wrote(text: str, author: Author = Author.CUSTOMER) -> Message:
        return Message(text, author, Direction.INBOUND, NOW, text)

    dutch, unclear = wrote("ik heb het pakket nog niet, wanneer komt het?"), wrote("4711")
    ours = wrote("när kommer det och vad är det för något", Author.SELLER)

    assert guessed_language(a_case(messages=(dutch, unclear, ours))) == "nl"
    assert guessed_language(a_case(messages=(unclear,))) == ""


@pytest.mark.parametrize(
    ("language", "day", "with_year", "amount"),
    [
        ("sv", "tisdag 1 december", "1 december 2026", f"1{NBSP}299,50{NBSP}EUR"),
        ("nl", "dinsdag 1 december", "1 december 2026", f"1.299,50{NBSP}EUR"),
        ("de", "Dienstag, 1. Dezember", "1. Dezember 2026", f"1.299,50{NBSP}EUR"),
        ("fr", "mardi 1er décembre", "1er décembre 2026", f"1{NBSP}299,50{NBSP}EUR"),
        ("ja", "12月1日(火)", "2026年12月1日", f"1,299.50{NBSP}EUR"),
        ("cs", "v úterý 1. prosince", "1. prosince 2026", f"1{NBSP}299,50{NBSP}EUR"),
        ("en", "Tuesday 1 December", "1 December 2026", f"1,299.50{NBSP}EUR"),
        ("es", "2026-12-01", "2026-12-01", f"1,299.50{NBSP}EUR"),
    ],
)
def test_days_and_amounts_are_written_in_the_language(language: str, day: str, with_year: str, amount: str) -> None:
    the_first = date(2026, 12, 1)

    assert day_words(the_first, language) == day
    assert day_words(the_first, language, with_year=True) == with_year
    assert money_words(Money(Decimal("1299.50"), "EUR"), language) == amount


def test_an_instant_in_a_language_that_casehub_does_not_speak_is_written_in_figures() -> None:
    assert instant_words(NOW, ZoneInfo("Asia/Tokyo"), "es") == "2026-11-23 17:00 (Asia/Tokyo)"


# What a person gives


ASKING = Template(
    "ours",
    values={
        "by_when": Value("by_when", "By when?", "2026-12-04", ValueKind.DATE, otherwise="promise.on"),
        "change": Value("change", "What?", "Blue", optional=True),
    },
)
SWEDISH = Wording("sv", STOCKHOLM, date(2026, 11, 23))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2026-12-04", "fredag 4 december"),
        ("2026-12-04 15:30", "fredag 4 december kl. 15:30 (Europe/Stockholm)"),
        ("2026-11-23", "måndag 23 november"),
        ("på fredag", "på fredag"),
        ("{{ order.number }}", "{{ order.number }}"),
    ],
)
def test_a_day_in_figures_is_written_out_and_words_stay(said: str, told: str) -> None:
    assert values_for(ASKING, {"by_when": said}, {}, SWEDISH) == {"by_when": told}


def test_what_nobody_gave_has_what_stands_in_or_is_left_out() -> None:
    assert values_for(ASKING, {}, {"promise.on": "tisdag"}, SWEDISH) == {"by_when": "tisdag"}
    assert values_for(ASKING, {}, {}, SWEDISH) == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"by_when": "2026-11-22"}, "by_when is 2026-11-22, which has passed; give a day that lies ahead."),
        ({"by_wen": "x"}, "The template ours has no value 'by_wen'; did you mean by_when?"),
        ({"xyzzy": "x"}, "has no value 'xyzzy'; its values are by_when, change."),
        ({"order.lines": "x"}, "has no value 'order.lines'"),
        ({"change": " \n"}, "change is empty; give something, or leave it out."),
        ({"change": "x" * (LONGEST_VALUE + 1)}, "change has 1,001 letters, and 1,000 are allowed."),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(Refused, match=re.escape(said)):
        values_for(ASKING, given, {}, SWEDISH)


def test_a_placeholder_can_be_given_by_hand_and_a_parcel_with_it() -> None:
    found = given_facts({"order.number": "1"}, {"order.number": "2", "tracking.carrier": "DHL\x07", "by_when": "x"})

    assert found == {"order.number": "2", "tracking.carrier": "DHL␇", "tracking.parcels": ({"carrier": "DHL␇"},)}


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("by_when", 'by_when (By when?): give it with --set by_when="2026-12-04"'),
        ("order.number", 'order.number (the number of the order): give it with --set order.number="…"'),
        ("tracking.parcels", '--set tracking.carrier="…" --set tracking.number="…"'),
        ("order.lines", "which is not known and cannot be given"),
        ("order.lines.price", "order.lines.price (in one of its lines), which is not known and cannot be given"),
    ],
)
def test_what_is_missing_is_told_with_the_way_to_give_it(name: str, way: str) -> None:
    assert how_to_give(ASKING, name).endswith(way)


# Reading, and whose text counts


def write(folder: Path, name: str, **files: str) -> Path:
    place = folder / name
    place.mkdir(parents=True)
    for file, text in files.items():
        (place / file.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def test_your_own_text_comes_before_that_of_the_starter_set_in_its_language_only(tmp_path: Path) -> None:
    found = load_library(write(tmp_path, "return", nl_txt="Ons eigen antwoord uiterlijk {{ by_when }}.")).named(
        "return"
    )

    assert (found.variants["nl"].text, found.variants["nl"].own) == (
        "Ons eigen antwoord uiterlijk {{ by_when }}.",
        True,
    )
    assert found.variants["sv"] == starter_set()["return"].variants["sv"]
    assert (found.title, found.origin, found.all_problems) == ("Return", "both", ())


def test_a_template_of_your_own_stands_beside_the_starter_set(tmp_path: Path) -> None:
    table = TITLE + 'stage = "dispatched"\n[values.place]\nquestion = "Where?"\n'
    library = load_library(
        write(tmp_path, "pick-up", template_toml=table, en_txt="At {{ place }}.", es_txt="¡{{ place }}!")
    )
    found = library.named("pick-up")

    assert (found.languages, found.origin, found.stage) == (("en", "es"), "own", Stage.DISPATCHED)
    assert found.all_problems == ()
    assert set(starter_set()) < set(library.templates)


def test_a_table_of_your_own_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    table = 'title = "Retour"\n[values.desk]\nquestion = "Which desk?"\n'
    found = load_library(write(tmp_path, "return", template_toml=table)).named("return")

    assert (found.title, found.types) == ("Retour", (CaseType.RETURN,))
    assert list(found.values) == ["by_when", "instructions", "desk"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"en_txt": "Hi"}, "ours: there is no template.toml with its title"),
        ({"template_toml": TITLE}, "ours: there is no text; write one into a file such as en.txt"),
        ({"template_toml": "title = \n", "en_txt": "Hi"}, "ours/template.toml:1: this is not valid TOML"),
        ({"template_toml": "types = []", "en_txt": "Hi"}, "ours/template.toml: title is missing"),
        ({"template_toml": TITLE + "titel = 1", "en_txt": "Hi"}, "there is no key titel; did you mean title?"),
        ({"template_toml": "title = 1", "en_txt": "Hi"}, "template.toml: title should be a text"),
        ({"template_toml": 'title = "x"\ntypes = ["retrun"]'}, "types: 'retrun' is none of question, return"),
        ({"template_toml": TITLE + 'stage = "sent"'}, "stage: 'sent' is none of confirmed, dispatched, delivered"),
        ({"template_toml": TITLE + "[values.order]\nquestion = 'x'"}, "values.order: a value is named with"),
        ({"template_toml": TITLE + "[values.x]\nexample = 'x'"}, "values.x.question is missing"),
        ({"template_toml": TITLE + "[values.x]\nquestion = 'x'\nkind = 'day'"}, "values.x.kind: 'day' is none of text"),
        ({"template_toml": TITLE + "[values.x]\nquestion = 'x'\notherwise = 'order.lines'"}, "is no placeholder that"),
        ({"template_toml": TITLE + "[values]\nx = 1"}, "values.x is a table with a question"),
        ({"template_toml": TITLE, "en_txt": "a\n{{ custmer.name }}"}, "ours/en.txt:2: there is no placeholder custmer"),
        ({"template_toml": TITLE, "en_txt": " \n"}, "ours/en.txt: the text is empty"),
        ({"template_toml": TITLE, "english_txt": "Hi"}, "ours/english.txt: a text is named by its language"),
    ],
)
def test_a_broken_template_is_told_by_file_and_line_and_harms_no_other(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    write(tmp_path, "fine", template_toml=TITLE, en_txt="Hi {{ today }}")
    library = load_library(write(tmp_path, "ours", **files))

    assert said in str(library.named("ours").all_problems[0])
    assert library.named("fine").all_problems == ()
    assert {problem.where.split("/")[-2:][0] for problem in library.problems()} <= {"ours", tmp_path.name}


def test_a_file_that_is_no_text_and_a_folder_with_no_name_are_told(tmp_path: Path) -> None:
    write(tmp_path, "ours", template_toml=TITLE)
    (tmp_path / "ours" / "en.txt").write_bytes(b"Hej \xe5")
    (tmp_path / "ours" / "sv.txt").write_bytes(b"x" * 100_001)
    write(tmp_path, "Our Return", template_toml=TITLE, en_txt="Hi")
    (tmp_path / "notes.md").write_text("not a template")
    (tmp_path / ".git").mkdir()

    told = [str(problem) for problem in load_library(tmp_path).problems()]

    assert len(told) == 3
    assert "a template is named with small letters" in told[0]
    assert "byte 5 is not UTF-8; save it as UTF-8" in told[1]
    assert "it has 100,001 bytes, as no template has" in told[2]


def test_a_template_that_is_not_there_is_answered_with_the_nearest() -> None:
    library = load_library(None)

    with pytest.raises(NotFound, match=re.escape("did you mean return?")):
        library.named("retrn")
    with pytest.raises(NotFound, match="there are complaint, delay"):
        library.named("xyzzy")


@pytest.mark.parametrize(
    ("kind", "stage", "names"),
    [
        (CaseType.RETURN, Stage.DELIVERED, ["return"]),
        (CaseType.QUESTION, Stage.CONFIRMED, ["stage-confirmed"]),
        (CaseType.UNKNOWN, Stage.DELIVERED, ["stage-delivered"]),
        (CaseType.QUESTION, None, ["stage-confirmed", "stage-delivered", "stage-dispatched"]),
        (CaseType.UNREADABLE, None, []),
    ],
)
def test_templates_fit_by_type_and_stage(kind: CaseType, stage: Stage | None, names: list[str]) -> None:
    assert [template.name for template in load_library(None).fitting(kind, stage)] == names


# The language


@pytest.mark.parametrize(
    ("told", "guessed", "fallback", "chosen", "why"),
    [
        ("nl", "", ("en",), "nl", "it is the customer's language"),
        ("nl-BE", "", ("en",), "nl", "it is the customer's language"),
        ("FR_be", "", ("en",), "fr", "it is the customer's language"),
        ("", "fr", ("en",), "fr", "the customer writes in it"),
        ("fi", "fr", ("es", "en"), "en", "the customer's language, fi, is not there; it is the first of the channel's"),
        ("", "fi", ("nl", "en"), "nl", "it is the first of the channel's languages that is there"),
        ("", "", ("es",), "en", "it is the first that the template has"),
    ],
)
def test_the_language_is_the_customers_or_the_first_there_is(
    told: str, guessed: str, fallback: tuple[str, ...], chosen: str, why: str
) -> None:
    found = choose({"nl", "fr", "en"}, told, guessed, fallback)

    assert found is not None
    assert found.language == chosen
    assert found.why.startswith(why)


def test_no_language_is_chosen_where_there_is_no_text() -> None:
    assert choose((), "nl", "", ("en",)) is None


# Checking


def checked(folder: Path, text: str, table: str = TITLE, languages: tuple[str, ...] = ()) -> list[str]:
    template = load_library(write(folder, "ours", template_toml=table, en_txt=text)).named("ours")
    strict = Platform("Strict", {"tracking.url": "no links"})
    return [
        f"{'error' if found.error else 'note'}: {found.problem.text}" for found in lint(template, [strict], languages)
    ]


GOOD = "".join(
    f"{{% block {part} %}}{said}{{% endblock %}}"
    for part, said in {"greeting": "Hi", "next": "By {{ promise.on }}.", "closing": "Bye"}.items()
)


def test_a_good_template_has_nothing_to_be_said_of(tmp_path: Path) -> None:
    assert checked(tmp_path, GOOD, languages=("en",)) == []


@pytest.mark.parametrize(
    ("text", "table", "said"),
    [
        (GOOD.replace("greeting", "understanding"), TITLE, "note: the salutation has no part of its own"),
        (GOOD.replace("closing", "understanding"), TITLE, "note: the closing has no part of its own"),
        (GOOD.replace("next", "understanding"), TITLE, "note: what happens next has no part of its own"),
        (GOOD.replace("promise.on", "today"), TITLE, "note: it says nowhere by when something happens"),
        (GOOD + "{{ tracking.url }}", TITLE, "note: it cannot be used on Strict because of tracking.url: no links"),
        (GOOD, 'title = "x"', "note: types is missing"),
        (GOOD, TITLE + "[values.x]\nquestion = 'x'", "note: the value x is asked for, and no text has a place for it"),
        (
            GOOD + "{{ x }}",
            TITLE + "[values.x]\nquestion = 'x'\noptional = true",
            "error: x may be left out: ask for it first, {% if x %}",
        ),
        (GOOD + "{% if order.number > 3 %}{% endif %}", TITLE, "error: it cannot be filled in"),
        (GOOD + "{{ xyzzy }}", TITLE, "error: there is no placeholder xyzzy"),
    ],
)
def test_each_thing_that_a_template_lacks_is_said_once(tmp_path: Path, text: str, table: str, said: str) -> None:
    found = checked(tmp_path, text, table)

    assert len(found) == 1
    assert found[0].startswith(said)


def test_languages_without_a_text_are_named(tmp_path: Path) -> None:
    assert checked(tmp_path, GOOD, languages=("en", "nl", "fr")) == ["note: there is no text in nl, fr"]


def test_a_link_that_is_only_written_where_there_is_one_can_be_used_everywhere(tmp_path: Path) -> None:
    folder = write(
        tmp_path, "ours", template_toml=TITLE, en_txt=GOOD + "{% if tracking.url %}{{ tracking.url }}{% endif %}"
    )
    template = load_library(folder).named("ours")

    assert usable_on(template, Platform("Strict", {"tracking.url": "no links"}))
    assert not usable_on(template, Platform("Stricter", {"promise.on": "no days"}))
