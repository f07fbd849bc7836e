"""What the mailbox's own server says of a mail's signatures (RFC 8601), and which of what stands there is its word.

Anybody can write such a field into a mail. Believed is only a field with the name of the server that the operator
trusts, above every trace of a foreign server, and of those only the topmost that tells of signatures: the server writes
on top of what it was sent (RFC 8601, sections 4.1 and 5).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

from hub_email_imap.parsed import Checked, Hop
from hub_email_imap.text import one_line

_TRACE = re.compile(
    rb"^(authentication-results|received)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_MOST_FIELDS = 100
_LONGEST_FIELD = 8_192
_MOST_DOMAINS = 20
_SPECIAL = re.compile(r'[("]')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMENT_SIGN = re.compile(r"[()]|\\.", re.DOTALL)
_STAND_IN = re.compile("\0([0-9]+)\0")  # NUL stands in no text that was made a line of
_DKIM = re.compile(r"dkim ?(?:/ ?[0-9]{1,3} ?)?= ?([a-z]+)(?= |$)", re.IGNORECASE)
_SIGNER = re.compile(r"(?<![^ ])header ?\. ?([di]) ?= ?([^ ]+)", re.IGNORECASE)
_BY = re.compile(r"(?<![^ ])by ([^ ;]+)", re.IGNORECASE)
_DOMAIN = re.compile(r"(?=[^.]+\.)[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_AT_HOME = (".internal", ".local", ".localdomain", ".localhost", ".lan", ".home.arpa")


def read_trace(head: bytes) -> tuple[Hop | Checked, ...]:
    """What servers wrote into the head of a mail, the last of them first."""
    found = []
    for field in _TRACE.finditer(head):
        read = _checked if field[1].lower().startswith(b"a") else _hop
        found.append(read(field[2].decode("utf-8", "replace")))
        if len(found) == _MOST_FIELDS:
            break
    return tuple(found)


def proven_domains(trace: Sequence[Hop | Checked], trusted: str) -> frozenset[str]:
    """The domains whose signature the trusted server found right; none where no server is trusted."""
    name = trusted.strip().lower()
    for step in trace if name else ():
        if isinstance(step, Hop):
            if not _is_ours(step.by, name):
                return frozenset()
        elif step.tells_of_dkim and _is_named(step.server, name):
            return frozenset(step.domains)
    return frozenset()


def _is_named(server: str, trusted: str) -> bool:
    return server.endswith(trusted[1:]) if trusted.startswith("*.") else server == trusted


def _is_ours(host: str, trusted: str) -> bool:
    """Whether a server belongs to the house of the trusted one, or has a name that only means something at home.

    A sender can write any of these into his mail too; but not above the line of the server that took it from him.
    """
    labels = trusted.removeprefix("*.").split(".")
    family = ".".join(labels[1:] if len(labels) > 2 and not trusted.startswith("*.") else labels)
    if host in (family, "") or host.endswith((f".{family}", *_AT_HOME)):
        return True
    return "." not in host or _is_number(host)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]").removeprefix("ipv6:"))
    except ValueError:
        return False
    return True


def _hop(value: str) -> Hop:
    text, _ = _without_comments(value[:_LONGEST_FIELD])
    found = _BY.search(text)
    return Hop(found[1].lower().rstrip(".") if found else "")


def _checked(value: str) -> Checked:
    """The server and the signers of one field; one that is too long, or broken, proves nothing."""
    text, quoted = _without_comments(value[:_LONGEST_FIELD])
    first, *results = text.split(";")
    words = first.split()
    # Microsoft 365 leaves the server's name out; then a result stands in its place.
    server = _unquoted(words[0], quoted).lower() if words and "=" not in words[0] else ""
    found = [_DKIM.match(result.strip()) for result in results]
    domains = [
        _signer(result, quoted)
        for result, dkim in zip(results, found, strict=True)
        if dkim is not None and dkim[1].lower() == "pass"
    ]
    whole = len(value) <= _LONGEST_FIELD
    kept = tuple(dict.fromkeys(filter(None, domains)))[:_MOST_DOMAINS] if whole else ()
    return Checked(server, tells_of_dkim=any(found), domains=kept)


def _signer(result: str, quoted: Sequence[str]) -> str:
    """The domain that signed: `header.d`, else that of `header.i`; empty if it is none."""
    told: dict[str, str] = {}
    for name, value in _SIGNER.findall(result):
        told.setdefault(name.lower(), _unquoted(value, quoted))
    found = told.get("d") or told.get("i", "").rpartition("@")[2]
    domain = found.lower().rstrip(".")
    return domain if _DOMAIN.fullmatch(domain) else ""


def _unquoted(text: str, quoted: Sequence[str]) -> str:
    return _STAND_IN.sub(lambda found: quoted[int(found[1])], text)


def _without_comments(value: str) -> tuple[str, list[str]]:
    """The text on one line without its comments; what was quoted is a list, of which the text has the places.

    So nothing in a comment or in quotes is ever taken for a result. What follows a comment or a quotation that does
    not end is left out.
    """
    quoted: list[str] = []
    pieces = _pieces(value.replace("\0", " "), quoted)
    return " ".join("".join(pieces).split()), quoted


def _pieces(value: str, quoted: list[str]) -> Iterator[str]:
    position = 0
    while (special := _SPECIAL.search(value, position)) is not None:
        yield value[position : special.start()]
        found = _QUOTED.match(value, special.start())
        if special[0] == "(":
            position = _end_of_comment(value, special.start())
            yield " "
        elif found is not None:
            yield f"\0{len(quoted)}\0"
            quoted.append(one_line(_ESCAPED.sub(r"\1", found[1])))
            position = found.end()
        else:
            return
    yield value[position:]


def _end_of_comment(value: str, start: int) -> int:
    depth = 0
    for sign in _COMMENT_SIGN.finditer(value, start):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if depth == 0:
            return sign.end()
    return len(value)
