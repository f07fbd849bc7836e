"""A customer's HTML made safe to show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape
from itertools import islice

import nh3

from hub_email_imap.limits import REMOTE_IMAGES, TRUNCATED, Notes
from hub_email_imap.text import one_line

_TAGS = frozenset(
    """
    a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption
    figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup table
    tbody td tfoot th thead time tr tt u ul var wbr
    """.split()  # noqa: SIM905  names read better as words
)
_CELL = {"colspan", "rowspan", "align", "valign", "background"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color"},
    "ol": {"start"},
    "table": {"border", "cellpadding", "cellspacing", "width", "background"},
    "td": _CELL,
    "th": _CELL,
    "*": {"dir", "lang"},
}
# Their content is for a program, not for a reader.
_DROPPED_WITH_CONTENT = frozenset(
    "script style title template svg math iframe object noembed noframes noscript textarea select xml".split()  # noqa: SIM905  names read better as words
)
_SHOWN_PICTURES = ("cid:", "data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")
_REMOTE = ("http:", "https:", "//")
_LINKS = ("http://", "https://", "mailto:")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_NEVER_NESTED = frozenset("br img hr input meta link col area wbr base embed source p li dt dd option".split())  # noqa: SIM905  names read better as words
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())  # noqa: SIM905  names read better as words
# As nh3 writes them: every value in double quotes, and none within.
_LINK = re.compile(r'<a(?: [a-z]+="[^"]*")*? href="([^"]*)"')
_BARE_LINK = re.compile(r"https?://[^\s<>\"'()\[\]]+", re.IGNORECASE)
_MOST_LINKS = 500
_LONGEST_LINK = 2_000
_LONG_TAG = re.compile(r"<[^<>]{20000,}")
_FEW_TAGS = 1_000
_DEEPEST = 10_000
_MOST_ENTITIES = 200_000
_MOST_ATTRIBUTES = 2_000
_MOST_WORK = 5_000_000


def clean(source: str, notes: Notes) -> str:
    """The HTML with only what is safe and useful to show; remote pictures are noted and taken out, `cid:` ones stay."""
    if _is_a_trap(source):
        notes.add(TRUNCATED)
        return escape(unescape(_ANY_TAG.sub(" ", source)))

    def keep(_tag: str, attribute: str, value: str) -> str | None:
        start = value.strip().lower()
        if attribute in ("src", "background") and start.startswith(_REMOTE):
            notes.add(REMOTE_IMAGES)
        return value if _may_stay(attribute, start) else None

    return nh3.clean(
        source,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "cid", "data"},
        link_rel="noopener noreferrer",
    )


def links(cleaned: str) -> tuple[str, ...]:
    """Where the links of cleaned HTML lead, each once."""
    return _web_addresses(unescape(found) for found in _LINK.findall(cleaned))


def links_in_text(text: str) -> tuple[str, ...]:
    """The web addresses that stand in a plain text, each once."""
    return _web_addresses(found.rstrip(".,;:!?") for found in _BARE_LINK.findall(text))


def _web_addresses(found: Iterable[str]) -> tuple[str, ...]:
    there = (one.strip() for one in islice(found, _MOST_LINKS))
    web = (one for one in there if one.lower().startswith(("http://", "https://")) and len(one) <= _LONGEST_LINK)
    return tuple(dict.fromkeys(map(one_line, web)))


def from_text(text: str) -> str:
    """Plain text as HTML, for a mail that has both."""
    return f"<div>{escape(text).replace(chr(10), '<br>')}</div>" if text else ""


def _may_stay(attribute: str, start: str) -> bool:
    if attribute == "href":
        return start.startswith(_LINKS)
    return attribute != "background" and (attribute != "src" or start.startswith(_SHOWN_PICTURES))


def _is_a_trap(source: str) -> bool:
    """Whether cleaning would take seconds or the stack: nh3 is quadratic in several ways, each bounded here.

    Of nested elements, 10,000 take it 0.2 s and 50,000 more than 4 s; a million ampersands take it 7 s, a tag with
    100,000 attributes 3 s. No mail program comes near.
    """
    if source.count("&") > _MOST_ENTITIES or any(
        len(tag.split()) > _MOST_ATTRIBUTES for tag in _LONG_TAG.findall(source)
    ):
        return True
    return source.count("<") > _FEW_TAGS and _is_too_deep(source)


def _is_too_deep(source: str) -> bool:
    """Whether elements nest too deep, or too much formatting stays open over too many tags.

    Only a matching end tag closes here, which errs on the side of deep.
    """
    opened: list[str] = []
    formatting = deepest_formatting = deepest = 0
    tags = _TAG.findall(source)
    for end, name in tags:
        tag = name.lower()
        if end:
            if opened and opened[-1] == tag:
                opened.pop()
                formatting -= tag in _FORMATTING
        elif tag not in _NEVER_NESTED:
            opened.append(tag)
            formatting += tag in _FORMATTING
            deepest = max(deepest, len(opened))
            deepest_formatting = max(deepest_formatting, formatting)
    return deepest > _DEEPEST or deepest_formatting * len(tags) > _MOST_WORK
