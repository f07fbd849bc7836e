"""Checking a reply against what its platform accepts: pure, and for any text at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from hub.core.greetings import greeting_in
from hub.core.languages import NAMES, guessed_of_reply
from hub.core.model import Attachment
from hub.core.phrases import Phrases
from hub.core.text_rules import (
    RULE_IDS,
    AddedGreeting,
    Counted,
    FileTypes,
    Finding,
    ForbiddenLetters,
    ForbiddenWords,
    Languages,
    Limit,
    Links,
    Needed,
    TextRules,
    Weight,
)

Files = Sequence[Attachment]

_LINE_END = re.compile(r"\r\n|\r|\n")
# A link ends with the first letter that no link holds, such as the full stop of a Japanese sentence.
_LINK = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[!-~]*", re.IGNORECASE)
_BARE_LINK = re.compile(r"(?<![\w/.])www\.[!-~]+", re.IGNORECASE)
_SHOWN_OF_NAME = 40


def check(text: str, files: Files, rules: TextRules, *, in_portal: bool = False) -> tuple[Finding, ...]:
    """Every rule that a reply breaks; `in_portal` means that a person writes it on the platform's own page."""
    return (*check_text(text, rules, in_portal=in_portal), *check_files(files, rules))


def check_text(text: str, rules: TextRules, *, in_portal: bool = False) -> tuple[Finding, ...]:
    """Every rule that a text breaks."""
    found: list[Finding] = []
    for name, problems in _TEXT_CHECKS.items():
        rule = getattr(rules, name)
        if rule is None or (isinstance(rule, AddedGreeting) and rule.in_portal and not in_portal):
            continue
        found += [Finding(RULE_IDS[name], says, rule.weight, rule.source) for says in problems(text, rule)]
    return tuple(found)


def check_files(files: Files, rules: TextRules) -> tuple[Finding, ...]:
    """Every rule that the files of a reply break."""
    found: list[Finding] = []
    for name, problems in _FILE_CHECKS.items():
        rule = getattr(rules, name)
        if rule is not None:
            found += [Finding(RULE_IDS[name], says, rule.weight, rule.source) for says in problems(files, rule)]
    return tuple(found)


def refusals(text: str, files: Files, rules: TextRules) -> list[str]:
    """Why a platform surely refuses a reply, each with its rule and source: what a `deliver` asks once more."""
    return [str(finding) for finding in check(text, files, rules) if finding.weight is Weight.REFUSED]


def lines_of(text: str) -> list[str]:
    """The lines of a text as a person counts them, whatever they end with."""
    return _LINE_END.split(text)


def length(text: str, counted: Counted) -> int:
    """How long a text is."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if counted is Counted.UTF16 else len(text)


def _missing_text(text: str, rule: Needed) -> Iterator[str]:
    del rule
    if not text.strip():
        yield "a reply needs a text of at least one letter"


def _too_long(text: str, rule: Limit) -> Iterator[str]:
    found = length(text, rule.counted)
    if found > rule.most:
        yield f"the text has {found:,} characters{_of_two(text, found)}, and {rule.most:,} are allowed"


def _long_lines(text: str, rule: Limit) -> Iterator[str]:
    for number, line in enumerate(lines_of(text), start=1):
        found = length(line, rule.counted)
        if found > rule.most:
            yield f"line {number} has {found:,} characters{_of_two(line, found)}, and {rule.most:,} are allowed"


def _of_two(text: str, found: int) -> str:
    return " (an emoji counts as two)" if found > len(text) else ""


def link_problems(text: str, rule: Links) -> Iterator[str]:
    """Why links in a text are refused."""
    found = _LINK.findall(text)
    if not rule.hosts:
        shown = [*found, *_BARE_LINK.findall(text)]
        if shown:
            yield _with(f"a link is refused: {shown[0][:_SHOWN_OF_NAME]}", rule.instead)
        return
    yield from filter(None, (_link_problem(link, rule) for link in dict.fromkeys(found)))


def _link_problem(link: str, rule: Links) -> str:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return "a link in the text cannot be read"
    if parts.scheme.lower() != "https":
        return f"the link to {host or 'nowhere'} does not begin with https://"
    if any(host == known or host.endswith(f".{known}") for known in rule.hosts):
        return ""
    return _with(f"a link to {host or 'nowhere'} is refused: only {', '.join(rule.hosts)} are allowed", rule.instead)


def _with(says: str, instead: str) -> str:
    return f"{says}; {instead}" if instead else says


def _wrong_language(text: str, rule: Languages) -> Iterator[str]:
    found = guessed_of_reply(text)
    if found and found not in rule.allowed:
        wanted = " or ".join(NAMES.get(language, language) for language in rule.allowed)
        yield f"the customer is answered in {wanted}, and this text seems to be {NAMES[found]}"


def _own_greeting(text: str, rule: AddedGreeting) -> Iterator[str]:
    del rule
    if found := greeting_in(text):
        yield f"the platform writes salutation and closing itself, so the customer would read {found!r} twice"


def _advertising(text: str, rule: ForbiddenWords) -> Iterator[str]:
    found = (Phrases(phrases, anywhere=language == "ja").first_in(text) for language, phrases in rule.phrases.items())
    for words in dict.fromkeys(filter(None, found)):
        yield f"advertising and requests for reviews are not allowed: {' '.join(words.split())!r}"


def _too_many(files: Files, rule: Limit) -> Iterator[str]:
    if len(files) > rule.most:
        allowed = "one is" if rule.most == 1 else f"{rule.most:,} are"
        yield f"{len(files)} files are attached, and {allowed} allowed"


def _too_large(files: Files, rule: Limit) -> Iterator[str]:
    for file in files:
        if file.size > rule.most:
            yield f"{file.name} has {file.size:,} bytes, and {rule.most:,} are allowed"


def _too_large_together(files: Files, rule: Limit) -> Iterator[str]:
    together = sum(file.size for file in files)
    if together > rule.most:
        yield f"the files have {together:,} bytes together, and {rule.most:,} are allowed"


def _empty(files: Files, rule: Needed) -> Iterator[str]:
    del rule
    yield from (f"{file.name} is empty" for file in files if file.size == 0)


def _wrong_type(files: Files, rule: FileTypes) -> Iterator[str]:
    for file in files:
        if "." not in file.name or file.name.rpartition(".")[2].lower() not in rule.endings:
            yield f"{file.name}: only {', '.join(rule.endings)} can be attached"


def _long_name(files: Files, rule: Limit) -> Iterator[str]:
    for file in files:
        found = length(file.name, rule.counted)
        if found > rule.most:
            yield f"the name {file.name[:20]}… has {found} letters, {rule.most} are allowed"


def _odd_name(files: Files, rule: ForbiddenLetters) -> Iterator[str]:
    for file in files:
        if found := sorted(set(rule.letters) & set(file.name)):
            yield f"{file.name}: with {' or '.join(found)} in its name {rule.why}"


# Any: each check is given the rule of its own field of TextRules, which no type says.
_TEXT_CHECKS: Mapping[str, Callable[[str, Any], Iterator[str]]] = {
    "needs_text": _missing_text,
    "longest_text": _too_long,
    "longest_line": _long_lines,
    "links": link_problems,
    "languages": _wrong_language,
    "adds_greeting": _own_greeting,
    "marketing": _advertising,
}
_FILE_CHECKS: Mapping[str, Callable[[Files, Any], Iterator[str]]] = {
    "most_files": _too_many,
    "largest_file": _too_large,
    "largest_together": _too_large_together,
    "no_empty_files": _empty,
    "file_types": _wrong_type,
    "longest_file_name": _long_name,
    "file_name_letters": _odd_name,
}
