"""The rules of a policy in the order of the file, none without a way to be chosen, and the last one for every case."""

from __future__ import annotations

from itertools import combinations

from hub.core.policy import Rule, Source
from hub.core.turns import Owner
from hub.policies.clocks import read_clocks
from hub.policies.sources import read_source
from hub.policies.tables import NAME, Table, repeated, shown
from hub.policies.vocabulary import Vocabulary


def read_rules(root: Table, words: Vocabulary, source: Source | None) -> tuple[Rule, ...]:
    """All the rules of a policy."""
    tables = root.tables("rule", "id")
    rules = tuple(_rule(table, words, source) for table in tables)
    for name in repeated(rule.id for rule in rules):
        root.wrong("rule", f"two rules have the id {shown(name)}")
    # A condition that could not be read would make its rule look as if it asked for less.
    whole = {id(rule) for rule, table in zip(rules, tables, strict=True) if _read_whole(rule, table)}
    _refuse_unreachable(root, rules, whole)
    if not rules:
        root.wrong("rule", "is missing; write at least one [[rule]]")
    elif all("when" in table for table in tables):
        root.wrong("rule", "the last rule has conditions; end with one without `when`, for every case that fits none")
    return rules


def read_id(table: Table) -> str:
    """The id of a policy, a rule or an objective."""
    written = table.text("id")
    if written and not NAME.fullmatch(written):
        table.wrong("id", f"{shown(written)} is no id; write small letters, digits and -, beginning with a letter")
    return written


def _rule(table: Table, words: Vocabulary, default: Source | None) -> Rule:
    source = read_source(table, default)
    rule = Rule(
        id=read_id(table),
        title=table.text("title"),
        source=source,
        when=words.conditions(table, "when"),
        clocks=read_clocks(table, words, source),
        owner=table.word("owner", Owner, Owner.SELLER),
    )
    if "when" in table and table.value("when") == []:
        table.wrong("when", "is empty; leave it out of the last rule")
    if rule.owner is Owner.PLATFORM and "clock" in table:
        table.wrong("clock", "cannot stand in a rule whose owner is the platform; the seller owes no answer there")
    table.finish()
    return rule


def _read_whole(rule: Rule, table: Table) -> bool:
    written = table.value("when")
    return len(rule.when) == (len(written) if isinstance(written, list) else 0)


def _refuse_unreachable(root: Table, rules: tuple[Rule, ...], whole: set[int]) -> None:
    """Complain of each rule that asks for all that an earlier one asks for: its cases were taken before."""
    told: set[str] = set()
    for earlier, rule in combinations(rules, 2):
        taken = id(earlier) in whole and set(earlier.when) <= set(rule.when)
        if taken and rule.id not in told and rule.id != earlier.id:
            told.add(rule.id)
            wrong = f"is never reached; every case that fits it fits rule {shown(earlier.id)} before it"
            root.problems.add(f"rule {shown(rule.id)}", wrong)
