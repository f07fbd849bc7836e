"""HTML of customers: what is taken out, what stays, and how it reads as text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_email_imap.html import clean, from_text
from hub_email_imap.html_text import to_text
from hub_email_imap.limits import Notes

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    '<img src=x onerror="alert(1)">',
    "<img src=x onerror=alert(1)//",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<svg><style><img src="</style><img src=x onerror=alert(1)>">',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<math><a xlink:href="javascript:alert(1)">x</a></math>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="jav\tascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="https://ok.example" onclick="alert(1)" style="position:fixed">x</a>',
    '<form action="https://evil.example"><input name=password><button>Log in</button></form>',
    '<object data="evil.swf"></object><embed src="evil.swf">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example/">',
    '<link rel=stylesheet href="https://evil.example/x.css"><style>@import "https://evil.example";</style>',
    '<div style="background:url(https://evil.example/x.gif)">x</div>',
    '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
    "<select><template><style><!--</style><a title='--><img src=x onerror=alert(1)>'>",
    "<x-evil onfocus=alert(1) tabindex=1>x</x-evil>",
    '<video><source onerror="alert(1)"></video><audio src=x onerror=alert(1)>',
    '<img srcset="https://evil.example/x.gif 1x" src="cid:a">',
]
HARMLESS_TAGS = {"a", "b", "div", "img", "p", "span", "table", "tbody"}
HARMLESS_ATTRIBUTES = {"alt", "href", "rel", "src", "title"}
HARMLESS_TARGETS = ("https://ok.example", "cid:")


class Dangers(HTMLParser):
    """Collects every tag, attribute and target that is not known to be harmless."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HARMLESS_TAGS:
            self.found.append(tag)
        self.found.extend(name for name, _ in attrs if name not in HARMLESS_ATTRIBUTES)
        targets = [value or "" for name, value in attrs if name in ("href", "src")]
        self.found.extend(target for target in targets if not target.startswith(HARMLESS_TARGETS))


def dangers(html: str) -> list[str]:
    reader = Dangers()
    reader.feed(html)
    reader.close()
    return reader.found


def test_the_examiner_of_these_tests_sees_danger() -> None:
    assert dangers('<svg onload="x()"><a href="javascript:x()">') == ["svg", "onload", "javascript:x()"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_runs_or_calls_home_survives(payload: str) -> None:
    cleaned = clean(f"<p>Hello</p>{payload}", set())

    assert dangers(cleaned) == []
    assert cleaned.startswith("<p>Hello</p>")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_clean_stays_as_it_is_when_cleaned_again(payload: str) -> None:
    cleaned = clean(payload, set())

    assert clean(cleaned, set()) == cleaned


@pytest.mark.parametrize(
    ("source", "cleaned", "noted"),
    [
        ('<img src="https://t.example/x.gif" alt="x">', '<img alt="x">', True),
        ('<img src="//t.example/x.gif">', "<img>", True),
        ('<table background="http://t.example/x.gif"></table>', "<table></table>", True),
        ('<img src="cid:a@b" width="10">', '<img src="cid:a@b" width="10">', False),
        ('<img src="data:image/png;base64,AAAA">', '<img src="data:image/png;base64,AAAA">', False),
        ('<img src="picture.png">', "<img>", False),
    ],
)
def test_remote_pictures_go_and_pictures_of_the_mail_stay(source: str, cleaned: str, noted: bool) -> None:
    notes: Notes = set()

    assert clean(source, notes) == cleaned
    assert notes == ({"remote-images"} if noted else set())


@pytest.mark.parametrize("target", ["https://x.example/a?b=c", "http://x.example", "mailto:ann@x.example"])
def test_links_people_use_stay(target: str) -> None:
    assert clean(f'<a href="{target}">x</a>', set()) == f'<a href="{target}" rel="noopener noreferrer">x</a>'


@pytest.mark.parametrize("target", ["ftp://x.example", "file:///etc/passwd", "/relative", "#part", "cid:a", "tel:1"])
def test_other_links_lose_their_target(target: str) -> None:
    assert clean(f'<a href="{target}">x</a>', set()) == '<a rel="noopener noreferrer">x</a>'


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two<br><br>Three<br/><br><br>Four", "One\nTwo\n\nThree\n\nFour"),
        ("<h1>Title</h1>Text", "Title\n\nText"),
        ("fet<b>t</b> <i>sl</i>ut", "fett slut"),
        ("many \n\t blanks&nbsp;&nbsp;here", "many blanks here"),
        ("<ul><li>a</li><li><p>b</p></li></ul>after", "- a\n- b\n\nafter"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n- c"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></table>", "a  b\nc"),
        ("<pre>  two\n    lines</pre>", "  two\n    lines"),
        ("<blockquote><p>Old</p>words</blockquote>New", "> Old\n\n> words\n\nNew"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="https://www.x.example/a">Here</a>!', "Here (https://www.x.example/a)!"),
        ('<a href="mailto:ann@x.example">ann@x.example</a>', "ann@x.example"),
        ('<a href="https://x.example"><img src="cid:a"></a>', ""),
        ('<img alt="A  photo" src="cid:a">', "[A photo]"),
        ("<style>p{}</style><script>x()</script><title>t</title>Words", "Words"),
        ("<!-- hidden -->&lt;b&gt; &amp; 5 &euro;", "<b> & 5 €"),
        ("Åsa 漢字 🙂", "Åsa 漢字 🙂"),
        ("<p>unclosed <b>everything", "unclosed everything"),
        ("</div></p></b>stray", "stray"),
        ("a < b & c", "a < b & c"),
        ("", ""),
    ],
)
def test_html_reads_as_a_person_would_write_it(source: str, text: str) -> None:
    assert to_text(clean(source, set())) == text


def test_five_thousand_nested_elements_are_read_to_the_heart() -> None:
    notes: Notes = set()
    cleaned = clean("<div>" * 5_000 + "heart" + "</div>" * 5_000, notes)

    assert (to_text(cleaned), notes) == ("heart", set())


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 100_000 + "heart",
        "<span><div></span></div>" * 30_000 + "heart",
        "".join(f"<font color=c{n}>" for n in range(9_000)) + "<p>x" * 10_000 + "heart",
        "&" * 300_000 + "heart",
        "<p " + " ".join(f"a{n}" for n in range(50_000)) + ">heart",
    ],
    ids=["deep", "deep in disguise", "formatting", "ampersands", "attributes"],
)
def test_html_made_to_take_for_ever_is_kept_as_words_only(source: str) -> None:
    notes: Notes = set()
    cleaned = clean(source, notes)

    assert notes == {"truncated"}
    assert "<" not in cleaned
    assert to_text(cleaned).endswith("heart")


def test_plain_text_beside_html_is_escaped() -> None:
    assert from_text("a < b\n& c") == "<div>a &lt; b<br>&amp; c</div>"
    assert from_text("") == ""


@given(
    st.lists(st.sampled_from([*PAYLOADS, "<p>", "</p>", "<!--", "-->", "'", '"', ">", "<", "&", "&#0;", "é🙂", "\0"]))
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_mixture_of_attacks_is_dangerous(pieces: list[str]) -> None:
    cleaned = clean("".join(pieces), set())

    assert dangers(cleaned) == []
    assert isinstance(to_text(cleaned), str)
