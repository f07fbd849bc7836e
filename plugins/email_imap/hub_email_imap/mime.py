"""A mail cut into its leaves (RFC 2046).

An own cutter, because the standard library's recurses (500 nested multiparts end in a RecursionError) and reads line by
line; this one keeps a list of what is still to be cut, finds each boundary once and stops at the limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from hub_email_imap.headers import Fields, parameters, read_fields, split_head
from hub_email_imap.limits import TRUNCATED, Limits, Notes
from hub_email_imap.transfer import undo_transfer

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_END_OF_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no other parts, its content as it was before transport.

    `block` is the same for all leaves of one outermost multipart/alternative: they say one thing in several ways.
    """

    fields: Fields
    media_type: str
    parameters: Mapping[str, str]
    disposition: str
    filename: str
    content: bytes
    block: int


@dataclass(frozen=True, slots=True)
class _Node:
    fields: Fields
    body: bytes
    media_type: str
    parameters: Mapping[str, str]
    depth: int = 0
    block: int | None = None


def cut(fields: Fields, body: bytes, limits: Limits, notes: Notes) -> list[Leaf]:
    """The leaves of a mail in the order they stand; what is nested too deep stays one leaf."""
    numbers = count()
    found: list[Leaf] = []
    waiting = [_Node(fields, body, *content_type(fields, "text/plain", notes))]
    while waiting and len(found) < limits.parts:
        node = waiting.pop()
        pieces = _pieces(node, limits, notes)
        if pieces:
            alternative = node.media_type == "multipart/alternative" and node.block is None
            block = next(numbers) if alternative else node.block
            waiting.extend(_child(piece, node, block, limits, notes) for piece in reversed(pieces))
        else:
            found.append(_leaf(node, next(numbers) if node.block is None else node.block, limits, notes))
    if waiting:
        notes.add(TRUNCATED)
    return found


def content_type(fields: Fields, usual: str, notes: Notes) -> tuple[str, dict[str, str]]:
    """The media type and parameters of a part; one that makes no sense is text/plain (RFC 2045 section 5.2)."""
    value = fields.first("content-type")
    if not value:
        return usual, {}
    media_type, values = parameters(value, notes)
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else "text/plain", values


def _child(raw: bytes, parent: _Node, block: int | None, limits: Limits, notes: Notes) -> _Node:
    head, body = split_head(raw)
    fields = read_fields(head, limits, notes)
    usual = "message/rfc822" if parent.media_type == "multipart/digest" else "text/plain"
    return _Node(fields, body, *content_type(fields, usual, notes), parent.depth + 1, block)


def _leaf(node: _Node, block: int, limits: Limits, notes: Notes) -> Leaf:
    disposition, values = parameters(node.fields.first("content-disposition"), notes)
    filename = values.get("filename") or node.parameters.get("name", "")
    content = undo_transfer(node.body, node.fields.first("content-transfer-encoding"))
    # A multipart in which no boundary stands is text; one at the end of the allowed depth was not looked into.
    flat = node.media_type.startswith("multipart/") and node.depth < limits.depth
    media_type = "text/plain" if flat else node.media_type
    return Leaf(node.fields, media_type, node.parameters, disposition, filename, content, block)


def _pieces(node: _Node, limits: Limits, notes: Notes) -> list[bytes]:
    """The parts of a multipart, or nothing where there is none or the nesting is too deep."""
    boundary = node.parameters.get("boundary", "")
    if not node.media_type.startswith("multipart/") or not boundary:
        return []
    if node.depth >= limits.depth:
        notes.add(TRUNCATED)
        return []
    # One more than is kept, so that cutting the rest off is noticed.
    return _split(node.body, boundary.encode("utf-8"), limits.parts + 1)


def _split(body: bytes, boundary: bytes, most: int) -> list[bytes]:
    """What stands between the boundary lines; where the closing one is missing, the last piece goes to the end."""
    marker = b"--" + boundary
    pieces: list[bytes] = []
    begin = -1
    at = body.find(marker)
    while at >= 0:
        after = at + len(marker)
        line_end = _END_OF_BOUNDARY.match(body, after)
        if line_end and (at == 0 or body[at - 1] == ord("\n")):
            if begin >= 0:
                pieces.append(_without_line_end(body[begin:at]))
            begin = -1 if line_end[1] else line_end.end()
            if begin < 0 or len(pieces) == most:
                return pieces
        at = body.find(marker, after)
    return [*pieces, body[begin:]] if begin >= 0 else pieces


def _without_line_end(piece: bytes) -> bytes:
    """The line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1)."""
    return piece.removesuffix(b"\n").removesuffix(b"\r")
