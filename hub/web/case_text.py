"""Customers' words on a page: always text, with links that lead where they say, and HTML only behind a frame."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from html import escape as escaped
from html import unescape

import nh3
from markupsafe import Markup, escape

from hub.core.model import Message
from hub.core.plain_text import clean
from hub.core.sniffing import PICTURES

_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"'`{}|\\^\u200b-\u200f\u2028-\u202f\u2060-\u206f]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}»”’。、）」"
_LONGEST_LINK = 2_000
_ANCHOR = Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>')

_TAGS = frozenset(
    """
    a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption
    figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup table
    tbody td tfoot th thead time tr tt u ul var wbr
    """.split()  # noqa: SIM905  names read better as words
)
_CELL = {"colspan", "rowspan", "align", "valign"}
_ALLOWED = {
    "a": {"title"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color"},
    "ol": {"start"},
    "table": {"border", "cellpadding", "cellspacing", "width"},
    "td": _CELL,
    "th": _CELL,
    "*": {"dir", "lang"},
}
_DROPPED = frozenset("script style title template svg math iframe object noembed noframes noscript textarea".split())  # noqa: SIM905  names read better as words
_DATA = tuple(f"data:{kind};base64," for kind in sorted(PICTURES))
_LARGEST = 2_000_000
_MOST_TAGS = 20_000
_MOST_ENTITIES = 200_000
_MOST_ATTRIBUTES = 2_000
_LONG_TAG = re.compile(r"<[^<>]{20000,}")
_CID = re.compile(r'src="cid:([^"]*)"')
# A page of its own origin, which may load nothing, run nothing and send nothing.
FRAME_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src data:; style-src 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}
"""What goes with a customer's HTML."""


def linked(text: str) -> Markup:
    """A text with its links made clickable, each showing the whole address that it leads to."""
    text, found, end = clean(text), [], 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(_AFTER)
        if len(address) > _LONGEST_LINK or address.lower() in ("http://", "https://", "mailto:"):
            continue
        found += [escape(text[end : match.start()]), _anchor(address)]
        end = match.start() + len(address)
    return Markup("").join([*found, escape(text[end:])])


def web_address(address: str) -> str:
    """The address if it leads to the web by http, else nothing: a platform may tell what it likes."""
    return address if address.lower().startswith(("http://", "https://")) else ""


def _anchor(address: str) -> Markup:
    return _ANCHOR.format(address, address)


def framed(message: Message, pictures: Mapping[str, tuple[str, bytes]] | None = None) -> str:
    """A customer's HTML as a page for a sandboxed frame: cleaned once more, nothing in it from elsewhere.

    `pictures` has the files of the message that are pictures, by their content id, with their type.
    """
    source = message.html
    body = _as_text(source) if _is_a_trap(source) else _cleaned(source, pictures or {})
    head = '<meta charset="utf-8"><meta name="color-scheme" content="only light"><title></title>'
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def _cleaned(source: str, pictures: Mapping[str, tuple[str, bytes]]) -> str:
    return nh3.clean(
        _CID.sub(lambda found: _inlined(unescape(found[1]), pictures), source),
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ALLOWED.items()},
        clean_content_tags=set(_DROPPED),
        attribute_filter=_kept,
        url_schemes={"data"},
        link_rel=None,
    )


def _kept(tag: str, attribute: str, value: str) -> str | None:
    del tag
    return value if attribute != "src" or value.startswith(_DATA) else None


def _inlined(name: str, pictures: Mapping[str, tuple[str, bytes]]) -> str:
    if name not in pictures:
        return 'src=""'
    kind, content = pictures[name]
    return f'src="data:{kind};base64,{b64encode(content).decode()}"'


def _as_text(source: str) -> str:
    return f"<pre>{escaped(unescape(re.sub('<[^<>]*>', ' ', source[:_LARGEST])))}</pre>"


def _is_a_trap(source: str) -> bool:
    """Whether cleaning would keep everybody waiting; the text alone is shown then.

    nh3 is quadratic in several ways: two million ampersands take it 80 s, a tag with 150,000 attributes 8 s.
    """
    if len(source) > _LARGEST or source.count("<") > _MOST_TAGS or source.count("&") > _MOST_ENTITIES:
        return True
    return any(len(tag.split()) > _MOST_ATTRIBUTES for tag in _LONG_TAG.findall(source))
