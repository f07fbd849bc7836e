"""Customers' text without anything that could drive what shows it: a terminal, a mail program, a messenger."""

from __future__ import annotations

import re

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters become their pictures (ESC is shown as ␛) and C1 codes, which some terminals obey as well, become
# a replacement mark: nothing is obeyed, and nothing is hidden from the reader, as it would be if a sequence were cut
# out. Marks that turn the reading direction of what follows vanish: with them an amount can be made to read backwards.
_SHOWN: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "␡",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), ""),
}


def clean(text: str) -> str:
    """The text without anything that could drive a terminal; its lines end in \\n, and tabs are spaces."""
    return _LINE_ENDS.sub("\n", text).expandtabs(4).translate(_SHOWN)


def one_line(text: str) -> str:
    """The cleaned text on one line."""
    return " ".join(clean(text).split())
