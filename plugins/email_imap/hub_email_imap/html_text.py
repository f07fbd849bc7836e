"""Cleaned HTML read as text: blocks on lines of their own; lists, tables, quotes and links stay readable."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote figure".split())  # noqa: SIM905  names read better as words
_LINES = frozenset("div li tr dt dd center address caption figcaption thead tbody tfoot hr".split())  # noqa: SIM905  names read better as words
_BLANKS = re.compile(r"\s+")
_DEEPEST_QUOTE = 10


def to_text(cleaned: str) -> str:
    """The text of HTML that `html.clean` gave; hidden content and scripts are gone from that already."""
    reader = _Reader()
    reader.feed(cleaned)
    reader.close()
    return reader.page.text()


class _Page:
    """Text as it grows: remembers which breaks and blanks are due before the next word."""

    def __init__(self) -> None:
        self.quotes = 0
        self._written: list[str] = []
        self._breaks = 0
        self._gap = ""
        self._after_mark = False

    def text(self) -> str:
        """Everything written."""
        return "".join(self._written)

    def since(self, place: int) -> str:
        """What was written after the page had this many pieces."""
        return "".join(self._written[place:]).strip()

    @property
    def place(self) -> int:
        """How many pieces are written."""
        return len(self._written)

    def write(self, words: str) -> None:
        """Write words, after the breaks or the blank that are due."""
        if not words:
            return
        if self._breaks and self._written:
            self._written.append("\n" * self._breaks)
        if self._breaks or not self._written:
            self._written.append("> " * min(self.quotes, _DEEPEST_QUOTE))
        elif self._gap:
            self._written.append(self._gap)
        self._written.append(words)
        self._breaks, self._gap, self._after_mark = 0, "", False

    def blank(self, width: int = 1) -> None:
        """Let a blank stand before the next word of this line."""
        self._gap = max(self._gap, " " * width)

    def end_line(self, *, paragraph: bool = False) -> None:
        """Let the next word begin a line, or a paragraph; right after a bullet there is nothing to end."""
        if not self._after_mark:
            self._breaks = max(self._breaks, 2 if paragraph else 1)

    def add_line(self) -> None:
        """Let one more line end here, as `<br>` does; more than one empty line is never kept."""
        self._breaks = min(self._breaks + 1, 2)

    def mark(self, bullet: str) -> None:
        """Begin an item of a list."""
        self._after_mark = False
        self.end_line()
        self.write(bullet)
        self._gap, self._after_mark = " ", True


class _Reader(HTMLParser):
    """Turns tags into breaks, marks and words as they come by; nothing in it recurses, so any depth is fine."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = _Page()
        self._preformatted = 0
        self._numbers: list[int | None] = []
        self._link = ("", 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open what the tag opens."""
        self._end_block(tag, inner=bool(self._numbers))
        if tag == "br":
            self.page.add_line()
        elif tag in ("td", "th"):
            self.page.blank(2)
        elif tag == "img":
            self.page.write(_picture(dict(attrs).get("alt") or ""))
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", self.page.place)
        elif tag == "li":
            self.page.mark(self._bullet())
        elif tag in ("ul", "ol"):
            self._numbers.append(1 if tag == "ol" else None)
        else:
            self._count(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag closes."""
        self._end_block(tag, inner=len(self._numbers) > 1)
        if tag == "a":
            self._write_link()
        elif tag in ("ul", "ol") and self._numbers:
            self._numbers.pop()
        else:
            self._count(tag, -1)

    def handle_data(self, data: str) -> None:
        """Write the words between two tags."""
        if self._preformatted:
            self._write_preformatted(data)
            return
        words = _BLANKS.sub(" ", data)
        if words.startswith(" "):
            self.page.blank()
        self.page.write(words.strip(" "))
        if words.endswith(" "):
            self.page.blank()

    def _end_block(self, tag: str, *, inner: bool) -> None:
        # A list in a list is no paragraph of its own.
        if tag in _LINES or (tag in ("ul", "ol") and inner):
            self.page.end_line()
        elif tag in _PARAGRAPHS:
            self.page.end_line(paragraph=True)

    def _count(self, tag: str, step: int) -> None:
        if tag == "blockquote":
            self.page.quotes = max(self.page.quotes + step, 0)
        elif tag == "pre":
            self._preformatted = max(self._preformatted + step, 0)

    def _write_preformatted(self, data: str) -> None:
        for number, line in enumerate(data.split("\n")):
            if number:
                self.page.add_line()
            self.page.write(line)

    def _bullet(self) -> str:
        number = self._numbers[-1] if self._numbers else None
        if number is None:
            return "-"
        self._numbers[-1] = number + 1
        return f"{number}."

    def _write_link(self) -> None:
        target, place = self._link
        words = self.page.since(place)
        if words and target and _bare(words) != _bare(target):
            self.page.blank()
            self.page.write(f"({target})")
        self._link = ("", self.page.place)


def _picture(description: str) -> str:
    words = " ".join(description.split())
    return f"[{words}]" if words else ""


def _bare(link: str) -> str:
    """A link without what people leave away when they write it."""
    text = link.strip().lower()
    for start in ("mailto:", "https://", "http://", "www."):
        text = text.removeprefix(start)
    return text.rstrip("/")
