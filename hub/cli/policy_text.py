"""Policies on the screen and for machines: the list, one policy rule by rule, its calendars, and its tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hub.cli.clock_words import deed_words, percent
from hub.core.policy import Anchor, ClockRule, Moment, Policy, Rule, Source, Stage
from hub.core.turns import Owner
from hub.core.worktime import Calendar
from hub.policy_calendars import days_of

if TYPE_CHECKING:
    from hub.app import Hub

Json = dict[str, Any]
_ANCHORS = {
    Anchor.OPENED: "begins with the opening where no message is known",
    Anchor.OURS: "begins anew whenever the case comes back to you",
}


def listed(hub: Hub) -> list[Json]:
    """Every version of every policy with the channels whose new cases follow it."""
    in_force: dict[tuple[str, str], list[str]] = {}
    for channel in hub.settings.channels:
        policy = hub.policy_of(channel)
        in_force.setdefault((policy.id, policy.version), []).append(channel)
    return [
        {
            "id": entry.policy.id,
            "version": entry.policy.version,
            "effective_from": entry.policy.effective_from,
            "title": entry.policy.title,
            "where": entry.where,
            "digest": entry.policy.digest,
            "channels": in_force.get((entry.policy.id, entry.policy.version), []),
            "rules": [rule.id for rule in entry.policy.rules],
            "tests": len(entry.vectors),
        }
        for entry in hub.whole_book.entries
    ]


def policy_table(rows: Sequence[Json]) -> Table:
    """The list of policies for a person."""
    table = Table(
        "policy", "version", "in force from", "channels", "what", box=None, pad_edge=False, header_style="bold"
    )
    for row in rows:
        channels = Text(", ".join(row["channels"]) or "none yet", style="" if row["channels"] else "dim")
        table.add_row(Text(row["id"], "bold"), row["version"], str(row["effective_from"]), channels, row["title"])
    return table


def tested(hub: Hub, names: Sequence[str]) -> list[Json]:
    """The tests of the named policies (of all without a name), and what failed."""
    from hub.policies.vectors import run

    for name in names:
        hub.whole_book.named(name)
    return [
        {
            "id": entry.policy.id,
            "version": entry.policy.version,
            "tests": len(entry.vectors),
            "failures": [text for vector in entry.vectors for text in run(vector, entry, hub.surroundings)],
        }
        for entry in hub.whole_book.entries
        if not names or entry.policy.id in names
    ]


@dataclass(frozen=True, slots=True)
class PolicyText:
    """Writes one policy for a person."""

    policy: Policy

    def parts(self) -> Iterator[Text | Padding]:
        """The policy, rule by rule, with its sources and readings."""
        policy = self.policy
        version = f"{policy.id} {policy.version}, in force from {policy.effective_from}, digest {policy.digest}"
        yield Text.assemble((policy.title, "bold"), f"\n{version}")
        yield Text(f"A case {_pin(policy)}.", style="dim")
        for option in policy.options:
            values = " or ".join(option.values)
            yield Text(f"option {option.name} = {values} (default {option.default}): {option.about}")
        for number, rule in enumerate(policy.rules, 1):
            yield from self._rule(number, rule)
        yield from self._scores()
        for what, forbidden in (
            ("Automatic answers", policy.auto_reply),
            ("Closing unanswered", policy.close_without_message),
        ):
            if forbidden is not None:
                yield Text.assemble(f"\n{what}: ", ("forbidden", "bold red"), f". {forbidden.reason}")
                yield _source(forbidden.source)

    def _rule(self, number: int, rule: Rule) -> Iterator[Text | Padding]:
        yield Text.assemble(f"\n{number}. ", (rule.title, "bold"), f" ({rule.id})")
        conditions = " and ".join(map(str, rule.when)) or "every other case"
        yield _indented(Text(f"for {conditions}"))
        yield _source(rule.source)
        if rule.owner is Owner.PLATFORM:
            yield _indented(Text("The platform deals with it: no clock runs."))
        for clock in rule.clocks:
            yield from self._clock(clock, rule)

    def _clock(self, clock: ClockRule, rule: Rule) -> Iterator[Padding]:
        target = " then ".join(step.text for step in clock.target) or "to the promised instant"
        line = Text.assemble((clock.name.value, "cyan"), f"  {target} in {clock.calendar_name} ({clock.calendar.tz})")
        yield _indented(line)
        for remark in _clock_remarks(clock):
            yield _indented(Text(remark, style="dim"), 4)
        for stage in clock.stages:
            yield _indented(Text(stage_text(stage)), 4)
        if clock.source != rule.source:
            yield _source(clock.source, 4)

    def _scores(self) -> Iterator[Text | Padding]:
        for objective in self.policy.objectives:
            share = f"{percent(objective.share)} met" if objective.share is not None else ""
            late = f"fewer than {objective.late_limit} late" if objective.late_limit else ""
            yield Text.assemble(
                "\nObjective: ", (objective.title, "bold"), f" ({' and '.join(filter(None, (share, late)))})"
            )
            yield _source(objective.source)
        if (line := self.policy.satisfaction) is not None:
            yield Text.assemble(
                "\nSatisfaction: ",
                (line.title, "bold"),
                f" (target {percent(line.target)}, floor {percent(line.floor)})",
            )
            yield _source(line.source)


def policy_json(policy: Policy) -> Json:
    """One policy with its rules, clocks and sources."""
    from hub.clocks_json import source_json

    return {
        "id": policy.id,
        "title": policy.title,
        "version": policy.version,
        "effective_from": policy.effective_from,
        "digest": policy.digest,
        "pin": policy.pin,
        "adapters": list(policy.adapters),
        "applies": [str(condition) for condition in policy.applies],
        "options": [
            {"name": o.name, "values": list(o.values), "default": o.default, "about": o.about} for o in policy.options
        ],
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "when": [str(condition) for condition in rule.when],
                "owner": rule.owner,
                **source_json(rule.source),
                "clocks": [_clock_json(clock) for clock in rule.clocks],
            }
            for rule in policy.rules
        ],
        "auto_reply_forbidden": policy.auto_reply.reason if policy.auto_reply else None,
        "close_without_message_forbidden": (
            policy.close_without_message.reason if policy.close_without_message else None
        ),
    }


def calendar_days(calendar: Calendar, first: date, days: int) -> list[Json]:
    """What is open on each day, and why not; days the calendar does not know are left out."""
    return [
        {"date": day.day, "weekday": day.weekday, "hours": list(day.hours), "why": day.why}
        for day in days_of(calendar, first, days)
    ]


def calendar_table(rows: Sequence[Json]) -> Table:
    """The days for a person, closed ones dimmed."""
    table = Table("date", "", "open", "", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        style = "" if row["hours"] else "dim"
        shown = (str(row["date"]), row["weekday"], " and ".join(row["hours"]) or "closed", row["why"])
        table.add_row(*(Text(cell, style=style) for cell in shown))
    return table


def stage_text(stage: Stage) -> str:
    """A rung of the ladder in one line."""
    when = f", if {' and '.join(map(str, stage.when))}" if stage.when else ""
    if stage.expect:
        costs = ""
        if stage.costs is not None:
            costs = " (costs the order's value)" if stage.costs.of_order else f" (costs {stage.costs.fixed})"
        return f"{_moment(stage.moment)}: expected of the platform: {stage.what or stage.expect}{costs}{when}"
    again = f", then every {' '.join(s.text for s in stage.every)}, {stage.times} times" if stage.times > 1 else ""
    what = f": {stage.what}" if stage.what else ""
    deed = deed_words(stage.do, stage.audience) if stage.do else stage.name
    return f"{_moment(stage.moment)}: {deed}{what}{again}{when}"


def _moment(moment: Moment) -> str:
    if moment.share is not None:
        return f"at {(moment.share * 100).normalize():f} %"
    if moment.before is not None:
        return f"{moment.before.text} before it is due"
    if moment.from_start:
        return f"{' then '.join(s.text for s in moment.from_start)} after the start"
    return f"{' then '.join(s.text for s in moment.after)} after it was due" if moment.after else "when it is due"


def _clock_remarks(clock: ClockRule) -> Iterator[str]:
    if clock.anchor in _ANCHORS:
        yield _ANCHORS[clock.anchor]
    for pause in clock.pauses:
        cap = f" for {' then '.join(s.text for s in pause.cap)} at most" if pause.cap else ""
        yield f"stands still while {pause.status}{cap}, then {'starts anew' if pause.then == 'restart' else 'goes on'}"
    if clock.on_close.value != "cancel":
        yield f"closing without an answer: {'counts as one' if clock.on_close == 'meet' else 'the clock runs on'}"


def _clock_json(clock: ClockRule) -> Json:
    from hub.clocks_json import source_json

    return {
        "clock": clock.name,
        "calendar": clock.calendar_name,
        "target": [step.text for step in clock.target],
        "anchor": clock.anchor,
        "pauses": [{"status": p.status, "cap": [s.text for s in p.cap], "then": p.then} for p in clock.pauses],
        "reopen": clock.reopen,
        "on_close": clock.on_close,
        "stages": [{"name": stage.name, "text": stage_text(stage)} for stage in clock.stages],
        **source_json(clock.source),
    }


def _pin(policy: Policy) -> str:
    return "keeps the version of its opening" if policy.pin == "open" else "always follows the newest version"


def _source(source: Source, by: int = 3) -> Padding:
    reading = f"\nReading: {source.reading}" if source.reading else ""
    return _indented(Text(f"{source.mark}, checked {source.checked_on}: {source.where}{reading}", style="dim"), by)


def _indented(part: Text, by: int = 3) -> Padding:
    return Padding(part, (0, 0, 0, by), expand=False)
