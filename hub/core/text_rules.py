"""What a platform accepts as a reply, as data: each rule with where it is written and how sure that is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import groupby

from hub.core.languages import NAMES
from hub.core.plain_text import one_line
from hub.core.policy import Mark


class Weight(StrEnum):
    """What a finding means for the reply."""

    REFUSED = "refused"  # the platform surely does not take it, or fines it: it is never queued
    DOUBTED = "doubted"  # a guess decides: it is queued only when a person accepts this finding by its name
    WARNED = "warned"  # it is told, and nothing else


class Counted(StrEnum):
    """In what a length is counted."""

    CHARACTERS = "characters"
    UTF16 = "UTF-16 units"  # as most platforms count: an emoji is two


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where a rule is written, an address or the name of a page, and how sure it is that it says so."""

    where: str
    mark: Mark

    def __str__(self) -> str:
        return f"{self.where}, {self.mark}"


@dataclass(frozen=True, slots=True)
class Needed:
    """Something must be there, such as a text."""

    source: RuleSource
    weight: Weight = Weight.REFUSED


@dataclass(frozen=True, slots=True)
class Limit:
    """The most there may be of something: letters, bytes or files."""

    most: int
    source: RuleSource
    counted: Counted = Counted.CHARACTERS
    weight: Weight = Weight.REFUSED


@dataclass(frozen=True, slots=True)
class Links:
    """Links lead to these hosts and their sub-domains only, over https; without hosts there may be no link at all.

    `instead` says in one sentence what a person writes in the place of one that is refused.
    """

    hosts: tuple[str, ...]
    source: RuleSource
    instead: str = ""
    weight: Weight = Weight.REFUSED


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages (ISO 639-1) in which this case may be answered; that of a text is guessed from its words."""

    allowed: tuple[str, ...]
    source: RuleSource
    weight: Weight = Weight.DOUBTED


@dataclass(frozen=True, slots=True)
class AddedGreeting:
    """The platform writes salutation and closing itself; with `in_portal` only around what is written in its portal."""

    source: RuleSource
    in_portal: bool = False
    weight: Weight = Weight.DOUBTED


@dataclass(frozen=True, slots=True)
class ForbiddenWords:
    """Phrases (as `hub.core.phrases` reads them) that must not stand in a text, by the language they are of."""

    phrases: Mapping[str, tuple[str, ...]]
    source: RuleSource
    weight: Weight = Weight.DOUBTED


@dataclass(frozen=True, slots=True)
class FileTypes:
    """The endings, in small letters and without the dot, that names of files may have."""

    endings: tuple[str, ...]
    source: RuleSource
    weight: Weight = Weight.REFUSED


@dataclass(frozen=True, slots=True)
class ForbiddenLetters:
    """Letters that the name of a file must not have, and what comes of them."""

    letters: str
    why: str
    source: RuleSource
    weight: Weight = Weight.REFUSED


Rule = Needed | Limit | Links | Languages | AddedGreeting | ForbiddenWords | FileTypes | ForbiddenLetters


@dataclass(frozen=True, slots=True)
class TextRules:
    """What a platform accepts as a reply to one case; a rule that is left out does not exist there.

    `marketing` has the advertising that a platform forbids. Sizes of files are in bytes.
    """

    needs_text: Needed | None = None
    longest_text: Limit | None = None
    longest_line: Limit | None = None
    links: Links | None = None
    languages: Languages | None = None
    adds_greeting: AddedGreeting | None = None
    marketing: ForbiddenWords | None = None
    most_files: Limit | None = None
    largest_file: Limit | None = None
    largest_together: Limit | None = None
    no_empty_files: Needed | None = None
    file_types: FileTypes | None = None
    longest_file_name: Limit | None = None
    file_name_letters: ForbiddenLetters | None = None


RULE_IDS: Mapping[str, str] = {
    "needs_text": "text-missing",
    "longest_text": "text-too-long",
    "longest_line": "line-too-long",
    "links": "link-not-allowed",
    "languages": "language",
    "adds_greeting": "greeting-twice",
    "marketing": "marketing",
    "most_files": "too-many-files",
    "largest_file": "file-too-large",
    "largest_together": "files-too-large",
    "no_empty_files": "file-empty",
    "file_types": "file-type",
    "longest_file_name": "file-name-too-long",
    "file_name_letters": "file-name-letters",
}
"""By which id people and programs name each rule of TextRules; an id never changes."""

NOT_TAKEN = "files-not-taken"
"""The id of a finding that the platform takes no files from a program."""
OF_PLATFORM = "platform"
"""The id of what `Adapter.problems_with` says against a reply, which is no rule for texts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a reply breaks: its id, what is wrong in one sentence without its full stop, and what that means.

    `platform` is the title of the platform whose rule it is, empty for what every good reply has.
    """

    rule: str
    says: str
    weight: Weight
    source: RuleSource | None = None
    platform: str = ""

    def __str__(self) -> str:
        return f"{self.says} ({self.rule}: {self.source})" if self.source else self.says


def stands_against(findings: Iterable[Finding], accepted: Collection[str] = ()) -> tuple[Finding, ...]:
    """What keeps a reply from being queued: what is surely refused, and what is doubted and not accepted by its id."""
    return tuple(
        finding
        for finding in findings
        if finding.weight is Weight.REFUSED or (finding.weight is Weight.DOUBTED and finding.rule not in accepted)
    )


def refusal(against: Sequence[Finding]) -> str:
    """What a person is told whose reply is not queued: each rule with its source, and what can be accepted."""
    told = []
    for platform, group in groupby(against, key=lambda finding: finding.platform):
        found = list(group)
        would = "would" if any(finding.weight is Weight.REFUSED for finding in found) else "may"
        whose = f"{platform} {would} refuse this" if platform else "This is no good reply yet"
        told.append(f"{whose}: {'; '.join(map(str, found))}.")
    doubted = dict.fromkeys(finding.rule for finding in against if finding.weight is Weight.DOUBTED)
    if doubted:
        told.append(f"A guess decides that; if you are sure, add {' '.join(f'--accept {rule}' for rule in doubted)}.")
    return one_line(" ".join(told))  # names of files stand in it


def declared(rules: TextRules) -> Mapping[str, Rule]:
    """The rules that there are, by their id."""
    named = ((RULE_IDS[field.name], getattr(rules, field.name)) for field in fields(rules))
    return {rule_id: rule for rule_id, rule in named if rule is not None}


_UNITS = {
    "text-too-long": "characters",
    "line-too-long": "characters in a line",
    "too-many-files": "files",
    "file-too-large": "bytes a file",
    "files-too-large": "bytes of files together",
    "file-name-too-long": "letters in the name of a file",
}
_NEEDED = {"text-missing": "there must be a text", "file-empty": "no file may be empty"}


def in_words(rule_id: str, rule: Rule) -> str:
    """A rule in a few words, as the table of all rules tells it."""
    match rule:
        case Limit():
            unit = "file" if rule_id == "too-many-files" and rule.most == 1 else _UNITS[rule_id]
            return f"at most {rule.most:,} {unit}" + ("; an emoji counts as two" * (rule.counted is Counted.UTF16))
        case Links():
            return f"links begin with https:// and lead to {', '.join(rule.hosts)}" if rule.hosts else "no links"
        case Languages():
            return f"in the customer's language, as in {' or '.join(NAMES[language] for language in rule.allowed)}"
        case FileTypes():
            return f"files are {', '.join(rule.endings)}"
        case ForbiddenLetters():
            return f"names of files without {' '.join(rule.letters)}"
        case AddedGreeting():
            return "no salutation or closing of your own" + (" in the portal" * rule.in_portal)
        case ForbiddenWords():
            return "no advertising, no asking for reviews"
        case Needed():
            return _NEEDED[rule_id]
