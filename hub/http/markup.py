"""XML and HTML as text whose elements and attributes are looked at one by one, without a parser that could be lured."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from html import escape, unescape

_PARTS = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<[^<>]*>|[^<]+|<", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_NAME = re.compile(r"</?\s*([\w:.-]+)")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.-]+)")

OfElement = Callable[[str, str, str], str]
"""Is shown the name of an element or attribute, what that stands in, and the text; gives the text to write."""


def charset_of(body: bytes, media_type: str) -> str:
    """The charset that a media type or the body's own declaration names; UTF-8 where it is none that is known."""
    told = _CHARSET.search(media_type)
    declared = _DECLARED.match(body)
    charset = told.group(1) if told else declared.group(1).decode("ascii") if declared else "utf-8"
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return "utf-8"


def decoded(body: bytes, media_type: str) -> tuple[str | None, str]:
    """The text of a body and its charset; None where it is no text."""
    charset = charset_of(body, media_type)
    try:
        text = body.decode(charset)
    except UnicodeError:
        return None, charset
    return (None, charset) if "\0" in text else (text, charset)


def walk_markup(text: str, of_element: OfElement) -> str:
    """The markup with every text and attribute as `of_element` gives it; comments are emptied."""
    made, stack = list[str](), [""]
    for part in _PARTS.findall(text):
        name, parent = stack[-1], stack[-2] if len(stack) > 1 else ""
        if part.startswith("<![CDATA["):
            made.append(f"<![CDATA[{of_element(name, parent, part[9:-3]).replace(']]>', ']] >')}]]>")
        elif part.startswith("<!--"):
            made.append("<!-- -->")
        elif part.startswith("<") and len(part) > 1:
            made.append(_tag(part, stack, of_element))
        else:
            made.append(_changed(part, lambda plain, name=name, parent=parent: of_element(name, parent, plain)))  # type: ignore[misc]
    return "".join(made)


def _tag(part: str, stack: list[str], of_element: OfElement) -> str:
    if part.startswith(("<?", "<!")):
        return part
    named = _NAME.match(part)
    name = named.group(1) if named else ""
    if part.startswith("</"):
        if name in stack:
            while stack.pop() != name:
                pass
        return part
    if not part.endswith("/>"):
        stack.append(name)
    return _ATTRIBUTE.sub(lambda found: _attribute(found, name, of_element), part)


def _attribute(found: re.Match[str], element: str, of_element: OfElement) -> str:
    name, equals, quoted = found.groups()
    value = _changed(quoted[1:-1], lambda plain: of_element(name, element, plain))
    return f"{name}{equals}{quoted[0]}{value}{quoted[0]}"


def _changed(raw: str, change: Callable[[str], str]) -> str:
    plain = unescape(raw)
    if not plain.strip():
        return raw
    after = change(plain)
    return raw if after == plain else escape(after)
