"""What visitors read: complete in every language, and harmless whatever strangers write."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub import CaseState, CaseType, ConfigurationError, Misunderstood
from hub.plugins import load_plugins
from hub_web_form import wire
from hub_web_form.entries import Entry, Kind
from hub_web_form.mails import Letter, code_letter, composed, reply_letter
from hub_web_form.settings import LANGUAGES, WebFormSettings
from hub_web_form.site.limits import headers
from hub_web_form.texts import Words, say, texts
from hub_web_form.topics import MOST_QUESTIONS, Topic, load_topics
from tests.front_shop import CUSTOMER, FrontShop, front_shop, words_of

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "</textarea><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "&lt;script&gt;",
    "\u2028<b>\u202e",
    "--><script>alert(1)</script><!--",
    "</title><script>alert(1)</script>",
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontShop]:
    monkeypatch.setenv("FRONT_PASSWORD", "pretended-password")
    with front_shop(tmp_path, "per_hour = 1000") as opened:
        yield opened


# Every language


@pytest.mark.parametrize("name", sorted(texts()))
def test_every_text_is_there_in_every_language_with_the_same_placeholders(name: str) -> None:
    words = texts()[name]

    assert set(words) == set(LANGUAGES)
    assert all(text.strip() for text in words.values())
    placeholders = [{part for _, part, _, _ in string.Formatter().parse(text) if part} for text in words.values()]
    assert all(found == placeholders[0] for found in placeholders)


def words_of_topic(topic: Topic) -> Iterator[tuple[str, Words]]:
    yield "title", topic.title
    yield "hint", topic.hint
    for number, one in enumerate(topic.faq):
        yield f"question {number}", one.question
        yield f"answer {number}", one.answer
    for field in topic.fields:
        yield field.id, field.label
        if any(field.help.values()):
            yield f"{field.id}.help", field.help
        yield from ((f"{field.id}.{key}", words) for key, words in (field.choices or {}).items())


@pytest.mark.parametrize("topic", load_topics(), ids=lambda topic: topic.id)
def test_every_topic_is_whole_in_every_language_with_six_to_eight_answers(topic: Topic) -> None:
    assert 6 <= len(topic.faq) <= MOST_QUESTIONS
    incomplete = [name for name, words in words_of_topic(topic) if set(words) != set(LANGUAGES)]
    assert incomplete == []
    same = [name for name, words in words_of_topic(topic) if words["en"] == words["ja"] or words["sv"] == words["cs"]]
    assert same == []


def test_every_text_is_used_and_every_text_that_is_used_is_there() -> None:
    room = Path(str(resources.files("hub_web_form")))
    sources = "\n".join(file.read_text("utf-8") for file in [*room.rglob("*.py"), *room.rglob("*.html")])
    used = set(re.findall(r'\b(?:t|say)\(\s*"(\w+)"', sources)) | {"e_choice", "e_required", "code_wrong"}
    made = {name for name in texts() if re.match(r"(done|state)_|(not_found|too_large|went_wrong|session_over)_", name)}

    assert used - set(texts()) - {"done_", "state_"} == set()
    assert set(texts()) - used - made == {"email_help", "email_help_no_mail"} - used


def test_every_topic_becomes_the_type_of_case_that_it_is() -> None:
    assert {topic.id: topic.type for topic in load_topics()} == {
        "delivery": CaseType.DELAY,
        "return": CaseType.RETURN,
        "complaint": CaseType.COMPLAINT,
        "missing": CaseType.MISSING_ITEM,
        "change": CaseType.ORDER_CHANGE,
        "payment": CaseType.QUESTION,
        "question": CaseType.QUESTION,
    }


# The seller's own topics


def test_a_seller_writes_topics_of_his_own(tmp_path: Path) -> None:
    file = tmp_path / "front.toml"
    file.write_text(
        '[[topic]]\nid = "size"\ntype = "question"\ntitle = "Storlekar"\nfields = ["order_number", "foot!"]\n'
        'faq = [{ question = { sv = "Hur mäter jag?" }, answer = "Stående." }]\n'
        '[fields.foot]\nkind = "choice"\nlabel = { sv = "Fot" }\nchoices = { left = "Vänster", right = "Höger" }\n',
        encoding="utf-8",
    )

    [topic] = load_topics(file)

    assert [(field.id, field.required) for field in topic.fields] == [("order_number", False), ("foot", True)]
    assert topic.faq[0].question == {"sv": "Hur mäter jag?"}
    assert topic.title["ja"] == "Storlekar"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no topic"),
        ("[[topic]", "is not valid TOML"),
        ('[[topic]]\nid = "A b"', "should be a name of small letters"),
        ('[[topic]]\nid = "a"', "title is missing"),
        ('[[topic]]\nid = "a"\ntitle = "A"\ntype = "spam"', "type is none of"),
        ('[[topic]]\nid = "a"\ntitle = "A"\nfields = ["shoe"]', "names a field shoe"),
        ('[[topic]]\nid = "a"\ntitle = { xx = "A" }', "has a language xx"),
        ('[[topic]]\nid = "a"\ntitle = "A"\n[[topic]]\nid = "a"\ntitle = "A"', "two topics with one id"),
        (
            '[[topic]]\nid = "a"\ntitle = "A"\nfields = ["b"]\n[fields.b]\nlabel = "B"\nkind = "choice"',
            "choices belong",
        ),
        ('[[topic]]\nid = "a"\ntitle = "A"\nfields = ["email"]\n[fields.email]\nlabel = "B"', "choose another"),
    ],
)
def test_a_mistake_in_them_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "front.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=said):
        load_topics(file)


# What strangers write


class Elements(HTMLParser):
    """The elements of a page and the attributes that could run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "svg", "iframe", "object", "b", "style"}:
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name.startswith("on") or name in {"style", "autofocus"}]
        self.found += [name for name, value in attrs if (value or "").startswith("javascript:") and name != "value"]


def dangers(html: str) -> list[str]:
    parser = Elements()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("evil", XSS)
def test_nothing_that_a_stranger_writes_becomes_a_part_of_a_page(shop: FrontShop, evil: str) -> None:
    fields = ("name", "email", "text", "order_number", "item", "damage", "complaint_wish", "lang", "website")
    wrong = shop.fill_in("/shop/shop/about/complaint", **dict.fromkeys(fields, evil))
    good = dict.fromkeys(fields, evil) | {"email": CUSTOMER, "damage": "stopped", "complaint_wish": "repair"}
    right = shop.fill_in("/shop/shop/about/complaint", **good, files={"photos": (evil, b"%PDF-1.4")})
    case = shop.client.get("/shop/shop/case/view")
    shop.new_browser()
    pages = [
        wrong,
        right,
        case,
        shop.client.get("/shop/shop/", params={"lang": evil}),
        shop.client.get("/shop/shop/thanks", params={"m": evil}),
        shop.client.get("/shop/shop/case/view", params={"done": evil}),
        shop.fill_in("/shop/shop/case/code", page="/shop/shop/case", number=evil, email=evil),
        shop.client.post("/shop/shop/case/enter", data={"handle": evil, "code": evil, "token": evil}),
        shop.client.get("/shop/shop/about/" + evil.replace("/", "%2F")),
        shop.client.get("/shop/shop/case/view", headers={"cookie": f"front_case={evil.encode('ascii', 'replace')!r}"}),
    ]

    assert [dangers(page.text) for page in pages] == [[] for _ in pages]
    assert "Case CH-1001" in words_of(case)
    assert "49" not in words_of(wrong)


def test_every_answer_has_the_headers_that_keep_a_page_in_its_bounds(shop: FrontShop) -> None:
    for path in ("/", "/about/delivery", "/case", "/nowhere", "/static/front.css", "/thanks?m=x"):
        told = shop.client.get(f"/shop/shop{path}").headers
        assert told["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )
        assert told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"] == "same-origin"
        assert told["x-frame-options"] == "DENY"


def test_a_record_that_cannot_be_read_is_told_to_the_operator_and_not_to_the_visitor(
    shop: FrontShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write()
    [name, *_] = sorted((tmp_path / "data" / "channels" / "shop" / "conversations").rglob("m*.json"))
    name.write_bytes(b'{"surprise": 1}')

    page = shop.client.get("/shop/shop/case/view?lang=en")

    assert page.status_code == 503
    assert "Something went wrong" in words_of(page)
    assert "surprise" not in page.text
    assert str(tmp_path) not in page.text
    assert "content-security-policy" in page.headers
    assert "put it back from a backup" in capsys.readouterr().err


def test_a_mistake_in_the_page_itself_is_a_page_too(shop: FrontShop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object, **named: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("hub_web_form.site.contact.in_language", broken)
    shop.client.forgiving = True

    page = shop.write()

    assert page.status_code == 500
    assert "secret" not in page.text
    assert "content-security-policy" in page.headers


def test_a_shop_may_show_the_page_in_its_own_frame_and_nobody_else() -> None:
    told = dict(headers(WebFormSettings.model_validate({"shop": "A", "frame_ancestors": ["https://shop.example"]})))

    assert b"frame-ancestors https://shop.example;" in told[b"content-security-policy"]
    assert b"x-frame-options" not in told
    with pytest.raises(ValidationError):
        WebFormSettings.model_validate({"shop": "A", "frame_ancestors": ["https://a.example; script-src *"]})


def test_no_page_has_a_script_or_a_style_of_its_own_or_asks_another_server(shop: FrontShop) -> None:
    page = shop.client.get("/shop/shop/about/delivery")

    assert dangers(page.text) == []
    assert re.findall(r'(?:src|href|action)="(https?:[^"]*)"', page.text) == []


# Entries and cases


def entry(**more: object) -> Entry:
    told = Entry("m0000000000000001", "w0000000000000001", Kind.OPENED, AT, AT, topic="delivery", type="delay")
    return replace(told, **more)  # type: ignore[arg-type]  # fields of an entry by their names


def test_an_unknown_author_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(Misunderstood, match="'courier', a role that nobody knows"):
        wire.to_update(entry(by="courier"))


def test_a_topic_of_a_type_that_nobody_knows_is_kept_as_its_word() -> None:
    update = wire.to_update(entry(topic="shoes", type="shoe_trouble"))

    assert (update.type, update.type_raw) == (CaseType.UNKNOWN, "shoes")


def test_a_settled_matter_is_closed_at_the_instant_at_which_it_was_said_so() -> None:
    update = wire.to_update(entry(kind=Kind.SOLVED))

    assert (update.state, update.state_raw, update.state_at) == (CaseState.CLOSED, wire.SOLVED, AT)
    assert update.messages == ()


def test_what_was_added_says_nothing_of_the_type() -> None:
    assert wire.to_update(entry(kind=Kind.ADDED)).type is None
    assert wire.to_update(entry(kind=Kind.RETURN)).type is CaseType.RETURN


# Mails

SETTINGS = WebFormSettings.model_validate(
    {
        "shop": "Åsas \r\nBcc: evil@x.example butik",
        "address": "hej@butiken.example",
        "reply_to": "svar@butiken.example",
        "smtp_host": "smtp.butiken.example",
        "smtp_password": "x",
    }
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reply_by_mail_is_the_reply_and_says_to_what_it_belongs(language: str) -> None:
    subject, text = reply_letter(SETTINGS, language, "CH-1001", "Hej\r\nBcc: a@b.example", "Ja 漢字.")
    letter = Letter(CUSTOMER, subject, text, AT, "r1", "w1")

    mail = message_from_bytes(composed(letter, SETTINGS), policy=policy.default)

    assert mail["Subject"] == "[CH-1001] Hej Bcc: a@b.example"
    assert mail["Bcc"] is None
    assert (mail["Reply-To"], mail["Message-ID"], mail["References"]) == (
        "svar@butiken.example",
        "<r1@butiken.example>",
        "<w1@butiken.example>",
    )
    said = mail.get_content()
    assert said.startswith("Ja 漢字.")
    assert "CH-1001" in said.removeprefix("Ja 漢字.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_stands_in_the_mail_and_not_in_its_subject(language: str) -> None:
    subject, text = code_letter(SETTINGS, language, "012345")

    assert "012345" in text
    assert "012345" not in subject


# Settings


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({}, "shop"),
        ({"shop": "A", "address": "noreply@a.example"}, "address"),
        ({"shop": "A", "smtp_host": "smtp.a.example"}, "smtp_host needs address"),
        ({"shop": "A", "smtp_host": "smtp.a.example", "address": "a@a.example"}, "smtp_password is missing"),
        (
            {"shop": "A", "smtp_host": "smtp.a.example", "address": "a@a.example", "smtp_security": "none"},
            "readable for anyone",
        ),
        ({"shop": "A", "page_languages": ["fr"]}, "page_languages"),
        ({"shop": "A", "public_url": "javascript:alert(1)"}, "public_url"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, object], key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        WebFormSettings.model_validate(settings)


def test_the_plugin_is_found_with_its_policy() -> None:
    found = load_plugins()

    assert found.adapters["web_form"].adapter.key == "web_form"
    assert [policy.plugin for policy in found.policies if policy.plugin == "web_form"] == ["web_form"]
    assert say("thanks_number", "en", number="CH-1") == "Your case number is CH-1."
