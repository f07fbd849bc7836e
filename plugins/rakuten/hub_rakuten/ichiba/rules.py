"""What RMS refuses in a reply, said before it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from hub import Attachment, Reply

LONGEST_TEXT, LONGEST_LINE = 2000, 300
LARGEST_FILE = 5 * 1024 * 1024
LONGEST_NAME = 100
ENDINGS = ("png", "jpeg", "jpg", "gif", "pdf")
HOSTS = (
    "rakuten.co.jp",
    "rakuten.ne.jp",
    "rakuten.com",
    "rakuten-bank.co.jp",
    "trafficgate.net",
    "rakuten-card.co.jp",
    "payment.sej.co.jp",
    "faq.rakuten.net",
    "support.rakuten-card.jp",
)
REPLY_RULES = "RMS WEB SERVICE, inquirymngapi.reply.post"
FILE_RULES = "RMS WEB SERVICE, inquirymngapi.attachment.post"

# A link ends with the first letter that no link holds, such as the full stop of a Japanese sentence.
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://[!-~]*", re.IGNORECASE)


def problems_with(reply: Reply) -> list[str]:
    """Each rule that a reply breaks, with where it is written."""
    if reply.act is not None and not reply.text and not reply.attachments:
        return []
    return [*_text_problems(reply.text), *_file_problems(reply.attachments)]


def _text_problems(text: str) -> Iterator[str]:
    if not text.strip():
        yield f"a reply needs a text of at least one letter ({REPLY_RULES})"
    if (length := _units(text)) > LONGEST_TEXT:
        yield f"the text has {length:,} characters, and {LONGEST_TEXT:,} are allowed ({REPLY_RULES})"
    for number, line in enumerate(text.splitlines(), start=1):
        if (length := _units(line)) > LONGEST_LINE:
            yield f"line {number} has {length:,} characters, and {LONGEST_LINE} are allowed ({REPLY_RULES})"
    for problem in link_problems(text):
        yield f"{problem} ({REPLY_RULES}; that their sub-domains count is assumed)"


def link_problems(text: str) -> Iterator[str]:
    """Why links in a text are refused."""
    return filter(None, map(_link_problem, _LINK.findall(text)))


def _link_problem(link: str) -> str:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return "a link in the text cannot be read"
    if parts.scheme.lower() != "https":
        return f"the link to {host or 'nowhere'} does not begin with https://"
    if not any(host == known or host.endswith(f".{known}") for known in HOSTS):
        return (
            f"a link to {host or 'nowhere'} is refused: only {', '.join(HOSTS)} are allowed. "
            "Of a parcel write the carrier's name and the number"
        )
    return ""


def _file_problems(files: Sequence[Attachment]) -> Iterator[str]:
    if len(files) > 1:
        yield f"{len(files)} files are attached, and one is allowed ({REPLY_RULES})"
    for file in files:
        if file.name.rpartition(".")[2].lower() not in ENDINGS or "." not in file.name:
            yield f"{file.name}: only {', '.join(ENDINGS)} can be attached ({FILE_RULES})"
        if file.size > LARGEST_FILE:
            yield f"{file.name} has {file.size:,} bytes, and {LARGEST_FILE:,} are allowed ({FILE_RULES})"
        if file.size == 0:
            yield f"{file.name} is empty ({FILE_RULES})"
        if len(file.name) > LONGEST_NAME:
            yield f"the name {file.name[:20]}… has {len(file.name)} letters, {LONGEST_NAME} are allowed ({FILE_RULES})"
        if set("[]") & set(file.name):
            yield f"{file.name}: with [ or ] in its name nobody could fetch it again ({FILE_RULES})"


def _units(text: str) -> int:
    """How long a text is as most platforms count: in UTF-16, where an emoji is two (assumed, the stricter reading)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
