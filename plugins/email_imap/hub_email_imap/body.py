"""Which parts of a mail are its body, and that body as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hub_email_imap import charsets, html
from hub_email_imap.html_text import to_text
from hub_email_imap.limits import TRUNCATED, Limits, Notes
from hub_email_imap.mime import Leaf
from hub_email_imap.text import several_lines

_LONGEST_EXCUSE = 400
_EXCUSES = (
    *("view", "display", "support", "visa", "stöd", "weergeven", "ondersteun", "zobraz", "podporuje"),
    *("anzeigen", "darstellen", "unterstütz", "表示", "対応", "显示", "支持"),
)


@dataclass(frozen=True, slots=True)
class Body:
    """The body as text and as HTML (empty if the mail has none), and the leaves that are not part of it."""

    text: str
    html: str
    rest: tuple[Leaf, ...]


@dataclass(slots=True)
class _Block:
    """What stands at one place of the body, once or twice: plain, and as cleaned HTML."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)


def read_body(leaves: Sequence[Leaf], limits: Limits, notes: Notes) -> Body:
    """Put the body together from every text part that is meant to be read and not saved."""
    blocks: dict[int, _Block] = {}
    rest = []
    room = {"text/plain": limits.text_chars, "text/html": limits.text_chars}
    for leaf in leaves:
        if not _is_shown(leaf, alone=len(leaves) == 1):
            rest.append(leaf)
            continue
        source = _decode(leaf, room[leaf.media_type], notes)
        room[leaf.media_type] -= len(source)
        block = blocks.setdefault(leaf.block, _Block())
        if leaf.media_type == "text/plain":
            block.plain.append(source.strip("\n"))
        else:
            block.html.append(html.clean(source, notes).strip())
    texts = [text for block in blocks.values() if (text := _text(block))]
    return Body(_cut("\n\n".join(texts), limits.text_chars, notes), _html(blocks.values()), tuple(rest))


def _is_shown(leaf: Leaf, *, alone: bool) -> bool:
    if leaf.media_type not in ("text/plain", "text/html") or leaf.disposition == "attachment":
        return False
    # Some programs name the only part there is; it is the mail all the same.
    return alone or not leaf.filename


def _decode(leaf: Leaf, room: int, notes: Notes) -> str:
    text = charsets.decode(leaf.content, leaf.parameters.get("charset", ""), notes)
    return several_lines(_cut(text, room, notes))


def _cut(text: str, most: int, notes: Notes) -> str:
    if len(text) > most:
        notes.add(TRUNCATED)
    return text[:most]


def _text(block: _Block) -> str:
    """The plain text where it has words of its own, else the text of the HTML."""
    plain = "\n".join(block.plain)
    if not block.html or (_has_words(plain) and not _is_an_excuse(plain)):
        return plain
    return to_text("".join(block.html)) or plain


def _has_words(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _is_an_excuse(text: str) -> bool:
    """Whether a plain text only says that its reader should have shown the HTML."""
    folded = text.casefold()
    return len(text) <= _LONGEST_EXCUSE and "html" in folded and any(word in folded for word in _EXCUSES)


def _html(blocks: Iterable[_Block]) -> str:
    """The whole body as HTML, if any of it came as HTML."""
    parts = ["".join(block.html) or html.from_text("\n".join(block.plain)) for block in blocks]
    return "".join(parts) if any(block.html for block in blocks) else ""
