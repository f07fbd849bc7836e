"""What a good reply has: warnings for what is missing, and none for what is ordinary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.courtesy_words import OFFERS_NOTHING
from hub.core.languages import LANGUAGES, NAMES, guessed_of_reply, primary
from hub.core.soft_checks import NO_DATE, NO_NEXT_STEP, PLACEHOLDER, SOURCES, UNFRIENDLY_TONE, soft_findings
from hub.core.text_rules import Weight
from hub.core.tone_words import NEXT_STEPS, TIMES, UNFRIENDLY
from tests.good_replies import GOOD

GOOD_REPLIES = [(language, text) for language, texts in GOOD.items() for text in texts]


def rules_of(text: str, *, time_expected: bool = True) -> set[str]:
    return {finding.rule for finding in soft_findings(text, time_expected=time_expected)}


@pytest.mark.parametrize(("language", "text"), GOOD_REPLIES)
def test_an_ordinary_good_reply_is_known_by_its_language_and_has_no_warning(language: str, text: str) -> None:
    assert guessed_of_reply(text) == language
    assert soft_findings(text) == ()


def test_every_language_has_good_replies_and_words_for_each_check() -> None:
    assert set(GOOD) == set(NEXT_STEPS) == set(TIMES) == set(UNFRIENDLY) == set(LANGUAGES) == set(NAMES)
    assert min(len(texts) for texts in GOOD.values()) >= 5
    assert set(OFFERS_NOTHING) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "Hej Åsa! Tack för ditt meddelande. Vi beklagar besväret. Vänliga hälsningar, Eva"),
        ("nl", "Beste Sanne, bedankt voor uw bericht. Excuses voor het ongemak. Met vriendelijke groet, Eva"),
        ("de", "Guten Tag, vielen Dank für Ihre Nachricht. Wir bedauern das sehr. Mit freundlichen Grüßen, Eva"),
        ("fr", "Bonjour, merci pour votre message. Nous sommes désolés pour ce désagrément. Cordialement, Eva"),
        ("ja", "お問い合わせありがとうございます。ご迷惑をおかけして申し訳ございません。"),
        ("cs", "Dobrý den, děkujeme za Vaši zprávu. Velmi se omlouváme za potíže. S pozdravem, Eva"),
        ("en", "Hello, thank you for your message. We are sorry about this. Kind regards, Eva"),
        ("sv", "Hej Eva, tyvärr kan vi inte göra något åt det här. Vänliga hälsningar"),
        ("nl", "Beste klant, wij begrijpen uw teleurstelling. Wij hopen op uw begrip."),
        ("de", "Hallo, danke für Ihre E-Mail. Das tut uns wirklich leid. Wir hoffen auf Ihr Verständnis."),
        ("fr", "Bonjour, nous comprenons votre déception et vous remercions de votre compréhension."),
        ("cs", "Dobrý den, Vaši zprávu jsme přijali. Moc nás to mrzí a děkujeme za pochopení."),
        ("en", "Hello, we can't help you with this. Have a nice day and thanks for your patience."),
    ],
)
def test_a_reply_that_is_only_kind_offers_nothing_and_promises_nothing(language: str, text: str) -> None:
    assert guessed_of_reply(text) == language
    assert rules_of(text) == {NO_NEXT_STEP, NO_DATE}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "Hej! Vi skickar en ny kastrull till dig så fort vi kan. Vänliga hälsningar, Eva"),
        ("nl", "Beste Sanne, wij sturen u zo snel mogelijk een nieuw exemplaar. Met vriendelijke groet, Eva"),
        ("de", "Guten Tag, wir senden Ihnen so schnell wie möglich Ersatz. Mit freundlichen Grüßen, Eva"),
        ("fr", "Bonjour, nous vous envoyons un nouvel article le plus vite possible. Cordialement, Eva"),
        ("ja", "代わりの商品を発送いたします。よろしくお願いいたします。"),
        ("cs", "Dobrý den, nové zboží Vám co nejdříve pošleme. S pozdravem, Eva"),
        ("en", "Hello, we will send you a new one when we can. Kind regards, Eva"),
    ],
)
def test_a_next_step_without_a_date_is_told(language: str, text: str) -> None:
    assert guessed_of_reply(text) == language
    assert rules_of(text) == {NO_DATE}
    assert rules_of(text, time_expected=False) == set()


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("sv", "Det är ditt eget fel att vasen gick sönder, och vi skickar ingen ny i dag.", "eget fel"),
        ("nl", "Dat is uw eigen schuld, wij sturen u vandaag niet een nieuw exemplaar.", "eigen schuld"),
        ("de", "Das ist Unsinn, wir werden Ihnen heute nicht Ersatz senden.", "Unsinn"),
        ("fr", "C’est votre problème, nous ne vous envoyons pas un autre article demain.", "C'est votre problème"),
        ("ja", "お客様のせいですので、本日の返金はできません。", "お客様のせい"),
        ("cs", "Dobrý den, to je váš problém, zboží můžete vrátit zítra.", "to je váš problém"),
        (
            "en",
            "As we already told you, it was your own fault and you will not have a refund today.",
            "As we already told",
        ),
    ],
)
def test_blame_and_quarrel_are_told_with_the_words(language: str, text: str, words: str) -> None:
    [found] = soft_findings(text)

    assert guessed_of_reply(text) == language
    assert found.rule == UNFRIENDLY_TONE
    assert words in found.says


@pytest.mark.parametrize(
    "text",
    [
        "It is not your fault, and we will send you a new one today.",
        "You should have received our mail; we will send it to you again today.",
        "We are sorry about your problem and will solve it for you by Friday.",
        "Het is niet uw schuld; wij sturen u vandaag een nieuwe.",
        "Nous allons résoudre votre problème pour vous dès demain.",
        "The DHL PAKET GMBH will deliver THE NORTH FACE JACKET to you on Friday.",
        "HP LASERJET PRO MFP M428: we have sent it to you today.",
        "Great! We will send it today!! Is that good for you??",
        "我們明天寄出 商品 謝謝!",
    ],
)
def test_what_only_looks_unfriendly_is_not_told(text: str) -> None:
    assert rules_of(text) == set()


@pytest.mark.parametrize(
    "text", ["READ THE MANUAL!", "WE HAVE SENT IT", "Why did you do that!!!", "何ですか？？？", "WHAT?!?!"]
)
def test_shouting_is_told_in_any_language(text: str) -> None:
    assert rules_of(text) == {UNFRIENDLY_TONE}


@pytest.mark.parametrize(
    "open_place",
    [
        *(
            "{{ customer.name }}",
            "{name}",
            "{}",
            "{% if late %}",
            "${name}",
            "[NAME]",
            "[ORDER NO]",
            "[Your name]",
            "[namn]",
        ),
        *("<order>", "<<order>>", "XXX", "TODO", "TBD", "___", "%s", "%(name)s", "○○", "Lorem ipsum"),
    ],
)
def test_an_open_placeholder_is_told(open_place: str) -> None:
    [found] = soft_findings(f"Order 17: {open_place}, 🙂")

    assert found.rule == PLACEHOLDER
    assert found.says.startswith("a placeholder is still open: ")


@pytest.mark.parametrize(
    "text",
    [
        "Size XXXL or XXL?",
        "You pay 20 %s now",
        "Write to <eva@shop.example> or see <https://shop.example/a>",
        "It is 3 < 4 and 5 > 2",
        "Photo [1] of [2]",
        "_really_",
        "○ or ×",
        "Todo lo mejor",
    ],
)
def test_what_only_looks_like_a_placeholder_is_not_told(text: str) -> None:
    assert PLACEHOLDER not in rules_of(text)


@pytest.mark.parametrize(
    "text", ["", " \n ", "Ok!", "Tack!", "Order 4711", "12345", "Dziękujemy za wiadomość.", "谢谢您的来信"]
)
def test_what_is_too_short_or_of_no_known_language_has_no_warning(text: str) -> None:
    assert soft_findings(text) == ()


@pytest.mark.parametrize(
    ("text", "is_a_time"),
    [
        ("We will send it all to you 24/12", True),
        ("We will send it to you at 12:30", True),
        ("We will send it to you within 48 h", True),
        ("We will send you back 12.50 EUR", False),
        ("We will send it all to you for 20,50", False),
        ("You may have it, we will send it to you", False),
        ("We will send it to you on 3 May", True),
    ],
)
def test_a_time_in_figures_is_one_and_a_price_is_none(text: str, is_a_time: bool) -> None:
    assert (NO_DATE not in rules_of(text)) is is_a_time


def test_a_finding_has_its_source_and_the_weight_that_is_wanted() -> None:
    found = soft_findings("Hello {name}, thank you for your message.", weight=Weight.DOUBTED)

    assert {finding.rule for finding in found} == {PLACEHOLDER, NO_NEXT_STEP, NO_DATE}
    assert {finding.weight for finding in found} == {Weight.DOUBTED}
    assert all(finding.source == SOURCES[finding.rule] for finding in found)


@given(st.text())
def test_any_text_can_be_checked(text: str) -> None:
    assert {finding.rule for finding in soft_findings(text)} <= set(SOURCES)


@given(st.text(), st.sampled_from(GOOD_REPLIES))
def test_an_open_placeholder_is_found_wherever_it_stands(text: str, good: tuple[str, str]) -> None:
    assert PLACEHOLDER in rules_of(f"{good[1]}\n{{{{ name }}}}\n{text}")


def test_endless_texts_are_checked_at_once() -> None:
    for part in ("a", "!", "{", "[A", "<a", "A ", "% ", "_ ", "contact ", "1."):
        soft_findings(part * 200_000)


@pytest.mark.parametrize(("told", "language"), [("nl-BE", "nl"), ("FR", "fr"), ("sv_SE", "sv"), ("da", ""), ("", "")])
def test_a_code_is_read_as_its_language(told: str, language: str) -> None:
    assert primary(told) == language
