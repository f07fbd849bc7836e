"""The XML of Rakuten France as plain elements: read from bytes, its namespaces left aside, its errors recognised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError  # types alone: defusedxml reads
from zoneinfo import ZoneInfo

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from hub import Misunderstood

PARIS = ZoneInfo("Europe/Paris")
_FORMATS = ("%d/%m/%Y-%H:%M", "%d/%m/%Y-%H:%M:%S", "%d/%m/%Y")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as Rakuten France words it, whatever the status it comes with."""

    code: str
    message: str
    details: tuple[str, ...]

    @property
    def words(self) -> str:
        """All of it in one line."""
        return ": ".join(filter(None, (self.code, self.message, "; ".join(self.details))))

    @property
    def is_quota(self) -> bool:
        """Whether it says that this hour's requests are used up."""
        told = f"{self.message} {' '.join(self.details)}".lower()
        return "quota" in told or "maximum number of requests" in told


def root_of(body: bytes) -> Element:
    """The document; bytes and not text, because it says itself in which charset it is."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        # From None: what cannot be parsed stands in the error's own text, and it may be a customer's.
        raise Misunderstood(f"an answer of Rakuten France ({len(body):,} bytes) is no XML") from None
    return root


def name_of(element: Element) -> str:
    """The element's name without its namespace, which differs by age and host."""
    return element.tag.rpartition("}")[2].lower()


def children(element: Element | None, *path: str) -> Iterator[Element]:
    """The elements at a path of names below this one."""
    if element is None:
        return
    first, *rest = path
    for child in element:
        if name_of(child) == first:
            if rest:
                yield from children(child, *rest)
            else:
                yield child


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at a path of names."""
    return next(children(element, *path), None)


def below(root: Element | None, name: str) -> Iterator[Element]:
    """Every element of this name, however deep: the samples nest differently by age."""
    waiting = [] if root is None else [root]
    while waiting:  # no function that calls itself: an odd answer may be deeper than those can go
        element = waiting.pop()
        yield from children(element, name)
        waiting += [other for other in reversed(element) if name_of(other) != name]


def text(element: Element | None, *path: str) -> str:
    """The text at a path of names, without the blanks around it; empty where there is none."""
    found = child(element, *path) if path else element
    return "".join(found.itertext()).strip() if found is not None else ""


def refusal_in(root: Element) -> Refusal | None:
    """The error that an answer is, if it is one."""
    if name_of(root) != "errorresponse":
        return None
    error = child(root, "error")
    details = tuple(filter(None, (text(detail) for detail in children(error, "details", "detail"))))
    return Refusal(text(error, "code") or "an error without a code", text(error, "message"), details)


def instant(written: str, what: str) -> datetime:
    """A day and time as Rakuten France writes them, without a zone: Paris is assumed."""
    for pattern in _FORMATS:
        try:
            # The zone makes it aware; of an hour that comes twice the first is taken.
            return datetime.strptime(written, pattern).replace(tzinfo=PARIS).astimezone(UTC)
        except ValueError:
            continue
    raise Misunderstood(f"{what} is no day and time as Rakuten France writes them")
