"""Customers' text without anything that could drive what shows it: a terminal, a mail program, a messenger, a disk."""

from __future__ import annotations

import re

_UNSAFE_IN_NAMES = re.compile(r'[<>:"/\\|?*\u2400-\u2421]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_LONGEST_NAME = 120
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


def safe_name(name: str, otherwise: str) -> str:
    """A file name for any system, which cannot leave its folder, hide, or be taken for a device."""
    last = one_line(name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = _UNSAFE_IN_NAMES.sub("_", last).strip(" .")
    if not plain or _RESERVED.match(plain):
        return otherwise
    return plain if len(plain.encode()) <= _LONGEST_NAME else _shortened(plain)


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    tail = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
    head = name.removesuffix(tail)
    return head.encode()[: _LONGEST_NAME - len(tail.encode())].decode(errors="ignore").rstrip(" .") + tail
