"""What platforms accept as a reply: for every rule one text that just passes and one that just fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import Adapter
from hub.core.model import Attachment, Author, Case, Direction, Message, Order
from hub.core.phrases import Phrases
from hub.core.policy import Mark
from hub.core.soft_checks import SOURCES, soft_findings
from hub.core.text_checks import check, length, lines_of, refusals
from hub.core.text_rules import (
    RULE_IDS,
    Counted,
    FileTypes,
    Finding,
    ForbiddenLetters,
    ForbiddenWords,
    Languages,
    Limit,
    Links,
    Needed,
    RuleSource,
    TextRules,
    Weight,
    declared,
    in_words,
    refusal,
    stands_against,
)
from hub.plugins import load_plugins
from hub.scaffold.acme.adapter import AcmeAdapter

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOURCE = RuleSource("https://shop.example/rules", Mark.DOCUMENTED)
MB = 1_000_000
MIB = 1024 * 1024
ASKED_IN_DUTCH = Message(
    "m1", Author.CUSTOMER, Direction.INBOUND, AT, "Goedendag, mijn bestelling is nog niet binnen. Waar blijft het?"
)
CASE = Case("CH-1001", "any", "1", AT, AT, messages=(ASKED_IN_DUTCH,))
SETTINGS: Mapping[str, Mapping[str, object]] = {
    "fyndiq_reclaimit": {
        "base_url": "http://127.0.0.1:1",
        "merchant_id": "m",
        "token": "t",
    }
}
SOFT = "any platform"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person is about to send."""

    text: str = "好"
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule with what just passes and what just fails, and by what the finding is known."""

    platform: str
    rule: str
    passes: Draft
    fails: Draft
    says: str
    in_portal: bool = False


def file(name: str = "a.jpg", size: int = 10) -> Attachment:
    return Attachment(name, "image/jpeg", size, "")


def files(*some: Attachment) -> Draft:
    return Draft(files=some)


LINE = "あ" * 284 + "\n"
PAIRS = (
    Pair("rakuten", "text-missing", Draft("。"), Draft(" \n\t"), "needs a text"),
    Pair("rakuten", "text-too-long", Draft(LINE * 7 + "い" * 5), Draft(LINE * 7 + "い" * 6), "2,001 characters"),
    Pair(
        "rakuten", "line-too-long", Draft("🙂" * 150), Draft("🙂" * 150 + "。"), "line 1 has 301 characters (an emoji"
    ),
    Pair(
        "rakuten",
        "link-not-allowed",
        Draft("https://item.rakuten.co.jp/a"),
        Draft("https://item.rakuten.co.jp.example/a"),
        "write the carrier's name and the number",
    ),
    Pair("rakuten", "too-many-files", files(file()), files(file(), file()), "2 files are attached, and one is allowed"),
    Pair("rakuten", "file-too-large", files(file(size=5 * MIB)), files(file(size=5 * MIB + 1)), "5,242,881 bytes"),
    Pair("rakuten", "file-empty", files(file(size=1)), files(file(size=0)), "a.jpg is empty"),
    Pair("rakuten", "file-type", files(file("a.JPEG")), files(file("a.jpe")), "only png, jpeg, jpg, gif, pdf"),
    Pair(
        "rakuten",
        "file-name-too-long",
        files(file("写" * 96 + ".jpg")),
        files(file("写" * 97 + ".jpg")),
        "has 101 letters, 100 are allowed",
    ),
    Pair("rakuten", "file-name-letters", files(file("a(1).jpg")), files(file("a[1.jpg")), "with [ in its name"),
    Pair("rakuten_france", "text-missing", Draft("!"), Draft(""), "needs a text"),
    Pair("rakuten_france", "text-too-long", Draft("é" * 1999 + "🙂"), Draft("é" * 2000 + "🙂"), "2,001 characters"),
    Pair(
        "fyndiq_reclaimit",
        "file-too-large",
        files(file(size=20 * MB)),
        files(file(size=20 * MB + 1)),
        "20,000,001 bytes",
    ),
    Pair(
        "bolcom",
        "language",
        Draft("Wij sturen u morgen een nieuw exemplaar."),
        Draft("We will send you a new one tomorrow."),
        "answered in Dutch, and this text seems to be English",
    ),
    Pair(
        "bolcom",
        "greeting-twice",
        Draft("Beste oplossing is ruilen, wij sturen u morgen een nieuwe.\nMet vriendelijke groet van het magazijn"),
        Draft("Wij sturen u morgen een nieuwe.\n\nMet vriendelijke groet,\nEva"),
        "would read 'Met vriendelijke groet' twice",
        in_portal=True,
    ),
    Pair(
        "bolcom",
        "marketing",
        Draft("Uw bestelling bij onze winkel krijgt geen review van ons en de korting is verwerkt."),
        Draft("Wilt u een korte review achterlaten?"),
        "'review achterlaten'",
    ),
    Pair("bolcom", "too-many-files", files(*[file()] * 5), files(*[file()] * 6), "6 files are attached, and 5 are"),
    Pair("bolcom", "file-too-large", files(file(size=5 * MB)), files(file(size=5 * MB + 1)), "5,000,001 bytes"),
    Pair(
        "bolcom",
        "files-too-large",
        files(file(size=5 * MB), file(size=5 * MB)),
        files(file(size=5 * MB), file(size=5 * MB - 1), file(size=2)),
        "10,000,001 bytes together",
    ),
    Pair("bolcom", "file-type", files(file("a.pdf")), files(file("a.gif")), "only jpg, jpeg, png, pdf"),
    Pair("acme", "text-missing", Draft("x"), Draft("\u3000"), "needs a text"),
    Pair("acme", "text-too-long", Draft("x" * 2000), Draft("x" * 2001), "2,001 characters, and 2,000 are allowed"),
    Pair(
        SOFT,
        "no-next-step",
        Draft("Thank you for your message, and sorry. We will see on Friday."),
        Draft("Thank you for your message, and sorry. We hope it is fine on Friday."),
        "no solution",
    ),
    Pair(
        SOFT,
        "no-date",
        Draft("Thank you, we will send you a new one next week."),
        Draft("Thank you, we will send you a new one next time."),
        "no date, time or period",
    ),
    Pair(
        SOFT,
        "unfriendly",
        Draft("It is not your fault, and we will send you a new one today."),
        Draft("It is your fault, and we will not send you a new one today."),
        "'is your fault'",
    ),
    Pair(SOFT, "placeholder-left", Draft("Hej Åsa (order)!"), Draft("Hej {name} (order)!"), "'{name}'"),
)


def rules_of(adapter: type[Adapter]) -> TextRules | None:
    """What an adapter declares for a case of a Dutch customer."""
    given = SETTINGS.get(adapter.key)
    return adapter().text_rules(CASE, adapter.Settings.model_validate(given) if given else None)


def all_rules() -> dict[str, TextRules]:
    """The rules of every adapter that comes along, by its key, and those of the example for authors."""
    adapters: list[type[Adapter]] = [AcmeAdapter, *(info.adapter for info in load_plugins().adapters.values())]
    told = {adapter.key: rules_of(adapter) for adapter in adapters}
    return {key: rules for key, rules in told.items() if rules is not None}


def found_in(pair: Pair, draft: Draft) -> list[Finding]:
    if pair.platform == SOFT:
        findings = soft_findings(draft.text)
    else:
        findings = check(draft.text, draft.files, all_rules()[pair.platform], in_portal=pair.in_portal)
    return [finding for finding in findings if finding.rule == pair.rule]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.platform} {pair.rule}")
def test_of_each_rule_one_draft_just_passes_and_one_just_fails(pair: Pair) -> None:
    [finding] = found_in(pair, pair.fails)

    assert found_in(pair, pair.passes) == []
    assert pair.says in finding.says
    assert finding.source is not None
    assert finding.source.where in str(finding)
    assert finding.source.mark in Mark


def test_every_rule_of_every_adapter_and_every_soft_check_has_its_pair() -> None:
    rules = {(key, rule) for key, of_platform in all_rules().items() for rule in declared(of_platform)}

    assert rules | {(SOFT, rule) for rule in SOURCES} == {(pair.platform, pair.rule) for pair in PAIRS}
    assert {rule for _, rule in rules} == set(RULE_IDS.values())


def test_an_adapter_without_rules_is_one_that_overrides_nothing() -> None:
    silent = [info.adapter for info in load_plugins().adapters.values() if rules_of(info.adapter) is None]

    assert {adapter.key for adapter in silent} == {"email_imap", "web_form"}
    assert all(adapter.text_rules is Adapter.text_rules for adapter in silent)


def test_what_the_portal_writes_itself_counts_only_in_the_portal() -> None:
    rules = all_rules()["bolcom"]
    text = "Beste Sanne,\n\nWij sturen u morgen een nieuwe.\n\nMet vriendelijke groet,\nEva"

    assert check(text, (), rules) == ()
    assert [finding.rule for finding in check(text, (), rules, in_portal=True)] == ["greeting-twice"]


@pytest.mark.parametrize(
    ("case", "allowed"),
    [
        (CASE, ("nl",)),
        (replace(CASE, order=Order("A1", language="fr-BE")), ("fr",)),
        (replace(CASE, order=Order("A1", language="nl-BE"), messages=()), ("nl",)),
        (replace(CASE, order=Order("A1", language="xx")), ("nl",)),
        (replace(CASE, messages=()), None),
        (replace(CASE, messages=(replace(ASKED_IN_DUTCH, subject=ASKED_IN_DUTCH.text, text=""),)), None),
        (replace(CASE, messages=(replace(ASKED_IN_DUTCH, labels=("stands_in",)),)), None),
        (replace(CASE, messages=(replace(ASKED_IN_DUTCH, author=Author.PLATFORM),)), None),
        (replace(CASE, messages=(replace(ASKED_IN_DUTCH, text="Hello, where is my parcel?"),)), ("en",)),
    ],
)
def test_bol_wants_the_language_of_the_order_else_that_of_the_customers_own_words(
    case: Case, allowed: tuple[str, ...] | None
) -> None:
    rules = load_plugins().adapters["bolcom"].create().text_rules(case, None)

    assert rules is not None
    assert (rules.languages and rules.languages.allowed) == allowed


@pytest.mark.parametrize(
    "text",
    [
        "Beste Sanne,\nWij sturen u morgen een nieuwe.",
        "Hoi Sanne! Wij sturen morgen.",
        "Geachte heer De Vries,\n\nMorgen.",
        "Goedemiddag,\nMorgen.",
        "Dag Sanne, morgen komt het.",
        "Bonjour Madame Martin,\nDemain.",
        "Sehr geehrte Frau Groß,\nmorgen.",
        "Hej Åsa!\nI morgon.",
        "Dobrý den,\nzítra.",
        "田中 様\n明日です。",
        "Dear customer,\ntomorrow.",
        "Morgen komt het.\nGroetjes, ",
        "Demain.\n\nBien cordialement,\nEva",
        "Tomorrow.\n\nKind regards\nEva\nThe shop",
    ],
)
def test_a_salutation_and_a_closing_are_known_in_many_languages(text: str) -> None:
    rules = TextRules(adds_greeting=all_rules()["bolcom"].adds_greeting)

    assert len(check(text, (), rules, in_portal=True)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Dag en nacht bereikbaar, zo is het.",
        "Beste oplossing is ruilen, denken wij.",
        "Hi-fi set komt morgen.",
        "U krijgt de groeten terug met uw pakket.",
        "Liebe zum Detail ist uns wichtig.",
        "Cher est le prix, mais il est juste.",
        "",
    ],
)
def test_what_only_looks_like_a_greeting_is_none(text: str) -> None:
    rules = TextRules(adds_greeting=all_rules()["bolcom"].adds_greeting)

    assert check(text, (), rules, in_portal=True) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Gebruik kortingscode WELKOM10 bij uw volgende bestelling.",
        "Laat gerust een review achter!",
        "Bezoek ook eens onze webshop.",
        "Schrijf u in voor onze nieuwsbrief.",
        "Laissez-nous un avis, voici un code promo.",
        "Please leave us a short review.",
        "Here are 10 % off your next order.",
        "Bitte hinterlassen Sie eine Bewertung.",
    ],
)
def test_advertising_is_found_in_any_language(text: str) -> None:
    found = check(text, (), TextRules(marketing=all_rules()["bolcom"].marketing))

    assert found
    assert {finding.weight for finding in found} == {Weight.DOUBTED}


@pytest.mark.parametrize(
    "text",
    [
        "De korting van 10 % op uw bestelling is verwerkt.",
        "Wij hebben uw beoordeling gelezen en gaan het verbeteren.",
        "We have reviewed your return and will refund you today.",
        "Votre avis de livraison est joint.",
        "U vindt de handleiding op de website van de fabrikant.",
    ],
)
def test_what_only_sounds_like_advertising_is_not_found(text: str) -> None:
    assert check(text, (), TextRules(marketing=all_rules()["bolcom"].marketing)) == ()


def test_where_links_are_not_allowed_at_all_every_kind_is_found() -> None:
    rules = TextRules(links=Links((), SOURCE, "write what you mean"))

    for text in ("see https://shop.example", "see www.shop.example/a", "ftp://x"):
        [finding] = check(text, (), rules)
        assert finding.says.endswith("write what you mean")
    assert check("see the shop, or a.b", (), rules) == ()


def test_a_link_is_refused_once_however_often_it_stands_there() -> None:
    rules = TextRules(links=Links(("shop.example",), SOURCE))

    assert len(check("https://a.example https://a.example https://b.example", (), rules)) == 2


def test_only_what_is_surely_refused_is_refused_at_the_delivery_too() -> None:
    source = replace(SOURCE, mark=Mark.ASSUMED)
    rules = TextRules(longest_text=Limit(3, SOURCE), most_files=Limit(1, source, weight=Weight.DOUBTED))

    assert refusals("four", (file(), file()), rules) == [
        "the text has 4 characters, and 3 are allowed (text-too-long: https://shop.example/rules, documented)"
    ]


def test_a_doubt_is_accepted_by_its_name_and_a_refusal_never() -> None:
    sure, doubt, warning = (Finding(str(weight), "it is so", weight, SOURCE, "Shop") for weight in Weight)

    assert stands_against((sure, doubt, warning)) == (sure, doubt)
    assert stands_against((sure, doubt, warning), {"doubted", "refused"}) == (sure,)
    assert refusal([sure, doubt]) == (
        "Shop would refuse this: it is so (refused: https://shop.example/rules, documented); "
        "it is so (doubted: https://shop.example/rules, documented). "
        "A guess decides that; if you are sure, add --accept doubted."
    )
    assert "--accept" not in refusal([sure])
    assert refusal([replace(sure, says="a\x1b[31m.jpg is empty")]).startswith(
        "Shop would refuse this: a␛[31m.jpg is empty"
    )
    assert refusal([doubt]).startswith("Shop may refuse this: it is so (doubted: ")


ALL_KINDS = TextRules(
    needs_text=Needed(SOURCE),
    longest_text=Limit(50, SOURCE, Counted.UTF16),
    longest_line=Limit(10, SOURCE),
    links=Links(("shop.example",), SOURCE),
    languages=Languages(("nl",), SOURCE),
    adds_greeting=all_rules()["bolcom"].adds_greeting,
    marketing=ForbiddenWords({"en": ("leave … review",), "ja": ("割引",)}, SOURCE),
    most_files=Limit(1, SOURCE),
    largest_file=Limit(10, SOURCE),
    largest_together=Limit(15, SOURCE),
    no_empty_files=Needed(SOURCE),
    file_types=FileTypes(("jpg",), SOURCE),
    longest_file_name=Limit(8, SOURCE, Counted.UTF16),
    file_name_letters=ForbiddenLetters("[]", "it is lost", SOURCE),
)


def test_every_rule_can_be_said_in_a_few_words() -> None:
    assert {rule: in_words(rule, one) for rule, one in declared(ALL_KINDS).items()} == {
        "text-missing": "there must be a text",
        "text-too-long": "at most 50 characters; an emoji counts as two",
        "line-too-long": "at most 10 characters in a line",
        "link-not-allowed": "links begin with https:// and lead to shop.example",
        "language": "in the customer's language, as in Dutch",
        "greeting-twice": "no salutation or closing of your own in the portal",
        "marketing": "no advertising, no asking for reviews",
        "too-many-files": "at most 1 file",
        "file-too-large": "at most 10 bytes a file",
        "files-too-large": "at most 15 bytes of files together",
        "file-empty": "no file may be empty",
        "file-type": "files are jpg",
        "file-name-too-long": "at most 8 letters in the name of a file; an emoji counts as two",
        "file-name-letters": "names of files without [ ]",
    }
    assert in_words("link-not-allowed", Links((), SOURCE)) == "no links"


@given(st.text(st.characters()), st.lists(st.tuples(st.text(), st.integers(0, 30)), max_size=3), st.booleans())
def test_whatever_is_written_can_be_checked(text: str, named: list[tuple[str, int]], in_portal: bool) -> None:
    some = [Attachment(name, "", size, "") for name, size in named]

    assert {one.rule for one in check(text, some, ALL_KINDS, in_portal=in_portal)} <= set(RULE_IDS.values())


@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=20), min_size=1), st.sampled_from("\r\n"))
def test_the_lines_that_are_named_are_the_long_ones(lines: list[str], end: str) -> None:
    found = check(end.join(lines), (), TextRules(longest_line=Limit(10, SOURCE)))

    assert [int(one.says.split()[1]) for one in found] == [n for n, line in enumerate(lines, 1) if len(line) > 10]
    assert lines_of("\r\n".join(lines)) == lines


@given(st.text(), st.sampled_from(Counted), st.integers(0, 30))
def test_a_length_is_counted_in_the_unit_that_is_declared(text: str, counted: Counted, most: int) -> None:
    found = check(text, (), TextRules(longest_text=Limit(most, SOURCE, counted)))

    expected = sum(1 + (counted is Counted.UTF16 and ord(letter) > 0xFFFF) for letter in text)
    assert length(text, counted) == expected
    assert bool(found) is (expected > most)


@pytest.mark.parametrize(
    ("phrases", "text", "found"),
    [
        (("refund*",), "We refunded it", "refunded"),
        (("refund*",), "prerefund", ""),
        (("refund",), "refunds", ""),
        (("leave … review",), "please LEAVE us a short\nreview", "LEAVE us a short\nreview"),
        (("leave … review",), "leave it. Your review", ""),
        (("leave … review",), "leave one two three four five review", ""),
        (("# may",), "on 3 May", "3 May"),
        (("on it",), "on, it", "on, it"),
        (("a.b",), "a-b a.b", "a.b"),
        (("d'accord",), "d’accord", "d'accord"),
        (("é",), "e\u0301", "é"),
    ],
)
def test_a_phrase_is_found_as_it_is_written(phrases: tuple[str, ...], text: str, found: str) -> None:
    assert Phrases(phrases).first_in(text) == found


def test_without_blanks_between_words_a_phrase_is_found_anywhere() -> None:
    assert Phrases(("返金", "#日"), anywhere=True).first_in("3日に返金します") == "3日"


def test_endless_texts_are_checked_at_once() -> None:
    for part in ("a", "ab://", "www.", "leave ", "leave, a ", "A.", "Beste A ", "\n"):
        check(part * 200_000, (), ALL_KINDS, in_portal=True)
