"""Policies out of TOML: what a rich file becomes, and how each mistake in one is told."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.core.conditions import Condition
from hub.core.model import Money
from hub.core.policy import (
    AfterPause,
    Anchor,
    Audience,
    ClockName,
    Cost,
    Deed,
    Mark,
    Moment,
    OnClose,
    Option,
    Pause,
    Period,
    Pin,
    Policy,
    Reopen,
    Source,
)
from hub.core.targets import parse_step
from hub.core.turns import Owner
from hub.core.worktime import Calendar, Convention
from hub.errors import ConfigurationError
from hub.policies.reading import ReadPolicy, read_file, read_policy
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))
OFFICE = Calendar("Europe/Stockholm", WEEK, valid_from=date(2024, 1, 1), valid_to=date(2028, 12, 31))
HERE = Surroundings(OFFICE, (parse_step("8wh"),))
TODAY = date(2026, 11, 22)

PLAIN = """
schema = 1
id = "shop"
title = "A shop, Åsa Öberg 漢字 🙂"
version = "1"
effective_from = 2026-01-01
source = { where = "https://shop.example/rules", checked_on = 2026-11-22, mark = "documented" }

[[rule]]
id = "any"
title = "Anything"
[rule.clock.first_response]
calendar = "office"
target = ["8wh"]
stage = [{ after = "0s", do = "breach" }]
"""

RICH = """
schema = 1
id = "shop"
title = "A shop"
version = "2"
effective_from = 2026-01-01
adapters = ["shop", "other"]
pin = "follow"
applies = [{ field = "marketplace", is = "fyndiq" }]
source = { where = "the terms", checked_on = 2026-11-22, mark = "inferred" }
fx = { DKKSEK = "1.55" }
auto_reply = { forbidden = "It counts as evading." }

[close_without_message]
forbidden = "It asks."
source = { where = "page 2", checked_on = 2026-11-21, mark = "assumed" }

[satisfaction]
title = "CSS"
tz = "Europe/Stockholm"
target = "85%"
floor = "80%"
least_ratings = 10
figure = "CSS"

[option.country]
values = ["NL", "BE"]
default = "NL"
about = "Whose holidays count."

[calendars.nights]
tz = "Europe/Amsterdam"
hours = { mon = ["22:00-06:00"], tue = ["09:00-12:00", "13:00-24:00"] }
holidays = "NL"
add = ["2026-12-24"]
remove = [2026-12-26]
special = { 2026-12-23 = ["00:00-12:00"] }

[calendars.listed]
tz = "Asia/Tokyo"
hours = { mon = ["00:00-24:00"] }
holidays = { "2026-05-04" = "みどりの日" }
valid = [2026-01-01, 2026-12-31]

[[rule]]
id = "platform"
title = "Theirs"
owner = "platform"
when = [{ field = "order.fulfilment", in = ["FBB", "FBX"] }, { field = "forwarded_by_platform", is = false }]

[[rule]]
id = "belgian"
title = "Large and Belgian"
source = { where = "page 3", checked_on = 2026-11-20, mark = "documented", reading = "A1: exactly 17:00 is closed" }
when = [{ field = "order.gross", gt = "800 SEK" }, { field = "option.country", is = "BE" }]

[rule.clock.first_response]
calendar = "nights"
target = ["24h", "90m", "8wh", "office.answer_within"]
out_of_hours = ["1wh"]
convention = "opening"
anchor = "ours"
pause_on = ["waiting"]
pauses = [{ status = "NOT_SUBMITTED", cap = ["5d"], then = "restart" }]
on_close = "run_on"
auto_counts = true
source = { where = "page 4", checked_on = 2026-11-19, mark = "assumed" }
stage = [
  { at = "75%", do = "warn", during = "office" },
  { before = "1wh", do = "lead" },
  { after = "0s", do = "breach" },
  { after = ["1wd"], do = "remind", every = "1wd", times = 5, audience = "queue" },
  { after = "0s", expect = "auto_refund", what = "Pay", costs = "order.gross", when = [{field = "market", is = "SE"}] },
  { from_start = ["3wd!end"], calendar = "listed", expect = "claim", name = "risk", costs = "160.50 SEK" },
]

[rule.clock.resolution]
calendar = "office"
target = ["2d", "1wd!open"]
reopen = "ignore"

[rule.clock.promise]
calendar = "office"

[[rule]]
id = "any"
title = "Anything"

[[objective]]
id = "response-time"
title = "Nine of ten"
clock = "first_response"
share = "90%"
late_limit = 10
period = "iso_week"
tz = "Europe/Amsterdam"
figure = "RESPONSE_TIME"
"""


def read(text: str) -> ReadPolicy:
    return read_file(PolicyFile("policy.toml", text), HERE, TODAY)


def rich() -> Policy:
    return read(RICH).policy


def changed(base: str, path: str, value: object) -> dict[str, Any]:
    """The table of a text with one value set, at `rule/0/title`; None takes it out."""
    table: dict[str, Any] = tomllib.loads(base)
    *outer, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    inner: Any = table
    for part in outer:
        inner = inner.setdefault(part, {}) if isinstance(inner, dict) else inner[part]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return table


def refusal(table: dict[str, Any]) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read_policy(table, "policy.toml", HERE, TODAY)
    return str(refused.value)


def doubts(table: dict[str, Any], today: date = TODAY) -> tuple[str, ...]:
    return read_policy(table, "policy.toml", HERE, today).warnings


def digest(table: dict[str, Any], here: Surroundings = HERE) -> str:
    return read_policy(table, "policy.toml", here, TODAY).policy.digest


def steps(*texts: str) -> tuple[object, ...]:
    return tuple(parse_step(text) for text in texts)


def test_the_head_of_a_file_becomes_a_policy() -> None:
    policy = rich()

    assert (policy.id, policy.title, policy.version) == ("shop", "A shop", "2")
    assert policy.effective_from == date(2026, 1, 1)
    assert policy.adapters == ("shop", "other")
    assert policy.pin is Pin.FOLLOW
    assert policy.applies == (Condition("marketplace", "is", ("fyndiq",)),)
    assert policy.rates == {"DKKSEK": Decimal("1.55")}
    assert policy.options == (Option("country", ("NL", "BE"), "NL", "Whose holidays count."),)
    assert len(policy.digest) == 12


def test_rules_keep_their_order_and_their_conditions() -> None:
    platform, belgian, anything = rich().rules

    assert (platform.owner, platform.clocks) == (Owner.PLATFORM, ())
    assert platform.when == (
        Condition("order.fulfilment", "in", ("FBB", "FBX")),
        Condition("forwarded_by_platform", "is", (False,)),
    )
    assert belgian.when == (
        Condition("order.gross", "gt", (Money(Decimal(800), "SEK"),)),
        Condition("option.country", "is", ("BE",)),
    )
    assert (anything.id, anything.when) == ("any", ())


def test_a_clock_has_everything_its_table_says() -> None:
    policy = rich()
    clock = policy.rules[1].clocks[0]

    assert clock.name is ClockName.FIRST_RESPONSE
    assert (clock.calendar_name, clock.calendar) == ("nights", policy.calendars["nights"])
    assert clock.target == steps("24h", "90m", "8wh", "8wh")
    assert clock.out_of_hours == steps("1wh")
    assert (clock.convention, clock.anchor) == (Convention.OPENING, Anchor.OURS)
    assert clock.pauses == (Pause("waiting"), Pause("NOT_SUBMITTED", (parse_step("5d"),), AfterPause.RESTART))
    assert (clock.on_close, clock.auto_counts) == (OnClose.RUN_ON, True)
    assert policy.rules[1].clocks[1].reopen is Reopen.IGNORE


def test_a_clock_that_says_little_has_the_defaults() -> None:
    clock = read(PLAIN).policy.rules[0].clocks[0]

    assert (clock.convention, clock.anchor, clock.pauses) == (Convention.CLOSING, Anchor.MESSAGE, ())
    assert (clock.reopen, clock.on_close, clock.auto_counts) == (Reopen.RESUME, OnClose.CANCEL, False)


def test_stages_have_their_moment_their_audience_and_a_name() -> None:
    warn, lead, breach, remind, refund, claim = rich().rules[1].clocks[0].stages

    assert (warn.moment, warn.do, warn.during) == (Moment(share=Decimal("0.75")), Deed.WARN, OFFICE)
    assert (lead.moment, lead.audience) == (Moment(before=parse_step("1wh")), Audience.LEAD)
    assert (breach.moment, breach.audience, breach.name) == (Moment(), Audience.QUEUE, "breach")
    assert (remind.moment, remind.every, remind.times) == (Moment(after=(parse_step("1wd"),)), steps("1wd"), 5)
    assert remind.audience is Audience.QUEUE
    assert (refund.expect, refund.what, refund.costs, refund.do) == ("auto_refund", "Pay", Cost(True), None)
    assert (refund.name, refund.when) == ("auto_refund", (Condition("market", "is", ("SE",)),))
    assert claim.moment == Moment(from_start=(parse_step("3wd!end"),))
    assert (claim.name, claim.calendar) == ("risk", rich_calendar("listed", claim.calendar))
    assert claim.costs == Cost(fixed=Money(Decimal("160.50"), "SEK"))


def rich_calendar(name: str, found: Calendar | None) -> Calendar | None:
    """The found calendar if it is the one of this name; two readings have two equal ones."""
    return found if found is not None and found.digest == rich().calendars[name].digest else None


def test_a_source_is_inherited_from_the_rule_and_from_the_file() -> None:
    policy = rich()
    terms = Source("the terms", date(2026, 11, 22), Mark.INFERRED)
    page = Source("page 3", date(2026, 11, 20), Mark.DOCUMENTED, "A1: exactly 17:00 is closed")

    assert policy.rules[0].source == terms
    assert policy.rules[1].source == page
    assert [clock.source.where for clock in policy.rules[1].clocks] == ["page 4", "page 3", "page 3"]
    assert policy.objectives[0].source == terms


def test_a_calendar_begins_with_a_frozen_set_and_keeps_to_its_dates() -> None:
    nights = rich().calendars["nights"]

    assert (nights.tz, nights.valid_from, nights.valid_to) == ("Europe/Amsterdam", date(2024, 1, 1), date(2028, 12, 31))
    assert nights.hours["mon"] == ("22:00-06:00",)
    assert nights.hours["tue"] == ("09:00-12:00", "13:00-24:00")
    assert nights.holidays[date(2026, 12, 25)] == "Eerste kerstdag"
    assert date(2026, 12, 24) in nights.holidays
    assert date(2026, 12, 26) not in nights.holidays
    assert nights.special == {date(2026, 12, 23): ("00:00-12:00",)}


def test_a_calendar_may_list_its_own_holidays_and_no_others() -> None:
    assert rich().calendars["listed"].holidays == {date(2026, 5, 4): "みどりの日"}


def test_a_calendar_may_go_on_after_its_set_once_the_holidays_of_the_year_are_added() -> None:
    table = changed(RICH, "calendars/nights/add", ["2029-01-01"])
    table["calendars"]["nights"]["valid"] = [date(2024, 1, 1), date(2029, 12, 31)]
    found = read_policy(table, "policy.toml", HERE, TODAY).policy.calendars["nights"]

    assert (found.valid_to, date(2029, 1, 1) in found.holidays) == (date(2029, 12, 31), True)


def test_scores_and_prohibitions_are_read() -> None:
    policy = rich()

    assert policy.objectives[0].share == Decimal("0.9")
    assert (policy.objectives[0].late_limit, policy.objectives[0].period) == (10, Period.ISO_WEEK)
    assert policy.satisfaction is not None
    assert (policy.satisfaction.target, policy.satisfaction.floor) == (Decimal("0.85"), Decimal("0.8"))
    assert policy.auto_reply is not None
    assert policy.auto_reply.source.where == "the terms"
    assert policy.close_without_message is not None
    assert policy.close_without_message.source.where == "page 2"


CLOCK = "rule/1/clock/first_response"
SOURCE = {"where": "x", "checked_on": date(2026, 1, 1), "mark": "assumed"}
AT = 'rule "belgian".clock.first_response'
REFUSED: dict[str, tuple[str, object, str]] = {
    "another schema": ("schema", 2, "schema: is 2; this casehub reads 1"),
    "no schema": ("schema", None, "schema: is missing; this casehub reads 1"),
    "schema true": ("schema", True, "schema: is true; this casehub reads 1"),
    "unknown key": ("adaptors", ["x"], "adaptors: is no key here; did you mean adapters?"),
    "unknown key in a rule": ("rule/1/titel", "x", 'rule "belgian".titel: is no key here; did you mean title?'),
    "unknown key in a clock": (f"{CLOCK}/pauseon", [], f"{AT}.pauseon: is no key here; did you mean pause_on?"),
    "unknown key in a stage": (f"{CLOCK}/stage/0/wat", "x", f"{AT}.stage[0].wat: is no key here; did you mean what?"),
    "unknown key in a pause": (f"{CLOCK}/pauses/0/cup", "x", f"{AT}.pauses[0].cup: is no key here; did you mean cap?"),
    "unknown key in a condition": ("rule/1/when/0/than", 1, 'rule "belgian".when[0].than: is no key here; possible'),
    "unknown key in a source": ("source/page", "4", "source.page: is no key here; possible are checked_on, mark"),
    "unknown key in an option": ("option/country/value", "x", "option.country.value: is no key here; did you mean val"),
    "unknown key in a calendar": ("calendars/listed/zone", "x", "calendars.listed.zone: is no key here; possible are"),
    "unknown key in an objective": ("objective/0/lim", 1, 'objective "response-time".lim: is no key here; possible'),
    "unknown key of satisfaction": ("satisfaction/tx", 1, "satisfaction.tx: is no key here; possible are figure"),
    "text for a number": ("objective/0/late_limit", "10", "late_limit: should be a whole number from 1 to 1000000"),
    "true for a number": ("objective/0/late_limit", True, "late_limit: should be a whole number from 1 to 1000000"),
    "number for text": ("title", 7, "title: should be text in quotes"),
    "an empty text": ("title", " ", "title: is empty"),
    "text for a flag": (f"{CLOCK}/auto_counts", "yes", f"{AT}.auto_counts: should be true or false"),
    "text for a list": ("adapters", "shop", "adapters: should be a list of texts"),
    "a number in a list": ("adapters", ["shop", 1], "adapters[1]: should be text in quotes, and not empty"),
    "a list for a table": ("option", [], "option: should be a table"),
    "a text for a table in a list": ("rule", ["x"], "rule[0]: should be a table"),
    "text for a date": ("effective_from", "2026-13-01", "effective_from: should be a date such as 2026-12-24"),
    "a time for a date": ("effective_from", TODAY.isoformat() + "T00:00", "effective_from: should be a date such as"),
    "no version": ("version", None, "version: is missing"),
    "an id in capitals": ("id", "Shop", 'id: "Shop" is no id; write small letters, digits and -'),
    "an adapter twice": ("adapters", ["shop", "shop"], 'adapters: "shop" is listed twice'),
    "unknown pin": ("pin", "opened", 'pin: "opened" is not known; did you mean open?'),
    "no source at all": ("source", None, 'rule "platform".source: is missing; say where it comes from'),
    "source without a place": ("source/where", None, "source.where: is missing"),
    "source without a date": ("source/checked_on", None, "source.checked_on: is missing"),
    "source without a mark": ("source/mark", None, "source.mark: is missing"),
    "unknown mark": ("source/mark", "document", 'source.mark: "document" is not known; did you mean documented?'),
    "unknown calendar": (
        f"{CLOCK}/calendar",
        "night",
        f'{AT}.calendar: there is no calendar "night"; did you mean nig',
    ),
    "unknown calendar of a stage": (f"{CLOCK}/stage/0/during", "offic", f"{AT}.stage[0].during: there is no calendar"),
    "unknown clock": (
        "rule/1/clock/first_respons",
        {},
        'rule "belgian".clock.first_respons: is no clock; did you mean',
    ),
    "unknown field": (
        "rule/1/when/0/field",
        "order.gros",
        'when[0].field: there is no field "order.gros" to ask for; di',
    ),
    "unknown option": ("rule/1/when/1/field", "option.land", 'when[1].field: there is no field "option.land" to ask'),
    "unknown option value": (
        "rule/1/when/1/is",
        "DE",
        'when[1].is: "DE" is no value of option.country; possible are B',
    ),
    "unknown case type": (
        "rule/0/when/0",
        {"field": "case_type", "is": "unknown"},
        'when[0].is: "unknown" is no value of case_type; possible are complaint',
    ),
    "gt on text": (
        "rule/0/when/0",
        {"field": "market", "gt": "SE"},
        "when[0].gt: cannot be asked of market, which is text; ask is or in",
    ),
    "is on money": (
        "rule/1/when/0",
        {"field": "order.gross", "is": "800 SEK"},
        "when[0].is: cannot be asked of order.g",
    ),
    "money without a currency": (
        "rule/1/when/0/gt",
        "800",
        'when[0].gt: "800" is no money; write an amount and a curre',
    ),
    "money as a number": ("rule/1/when/0/gt", 800, "when[0].gt: 800 is no money; write an amount and a currency"),
    "a flag as text": (
        "rule/0/when/1/is",
        "no",
        "when[1]: forwarded_by_platform is yes or no; ask is = true or is = fa",
    ),
    "two tests": ("rule/1/when/0/lt", "900 SEK", "when[0]: needs exactly one of is, in, gt, ge, lt, le"),
    "no test": ("rule/1/when/0/gt", None, "when[0]: needs exactly one of is, in, gt, ge, lt, le"),
    "in nothing": ("rule/0/when/0/in", [], "when[0].in: is empty; no case would fit"),
    "is with a list": ("rule/1/when/1/is", ["BE"], "when[1].is: should be text in quotes"),
    "conditions empty": ("rule/2/when", [], 'rule "any".when: is empty; leave it out of the last rule'),
    "applies asks an option": (
        "applies",
        [{"field": "option.country", "is": "BE"}],
        'applies[0].field: there is no field "option.country" to ask for',
    ),
    "applies asks the hour": (
        "applies",
        [{"field": "hour_class", "is": "open"}],
        'there is no field "hour_class" to ask',
    ),
    "a typing mistake in a step": (
        f"{CLOCK}/target",
        ["8hw"],
        f'{AT}.target[0]: "8hw" is no step; write 24h, 8wh, 2d or',
    ),
    "a number for a step": (f"{CLOCK}/target", [8], f"{AT}.target[0]: should be a step in quotes, such as 24h, 8wh"),
    "a target of 0": (
        f"{CLOCK}/target",
        ["8wh", "0wh"],
        f'{AT}.target[1]: "0wh" gives no time at all; write at least 1m',
    ),
    "a target without steps": (f"{CLOCK}/target", [], f"{AT}.target: is empty; write steps such as"),
    "no target": (f"{CLOCK}/target", None, f"{AT}.target: is missing; write steps such as 24h, 8wh, 2d or 1wd"),
    "another promise": (
        f"{CLOCK}/target",
        ["office.answer"],
        "is no step; write 24h, 8wh, 2d or 1wd; the seller's own",
    ),
    "a target of a promise": (
        "rule/1/clock/promise/target",
        ["8wh"],
        "clock.promise.target: should be left out: a promise runs to the instant that was promised",
    ),
    "days with pauses": (
        f"{CLOCK}/target",
        ["2d"],
        f'{AT}.target: "2d" counts days and cannot be paused; count in h or',
    ),
    "working days with pauses": (
        f"{CLOCK}/out_of_hours",
        ["1wd"],
        f'{AT}.out_of_hours: "1wd" counts days and cannot b',
    ),
    "days of a resolution that resumes": (
        "rule/1/clock/resolution/reopen",
        "resume",
        'clock.resolution.target: "2d" counts days, from which no closed time can be taken; set reopen to restart',
    ),
    "a pause twice": (
        f"{CLOCK}/pause_on",
        ["waiting", "NOT_SUBMITTED"],
        f'{AT}.pauses: "NOT_SUBMITTED" is listed twice',
    ),
    "a percentage of nothing": (
        f"{CLOCK}/stage/0/at",
        "0%",
        f'{AT}.stage[0].at: "0%" is no share; write one above 0% and',
    ),
    "a percentage of all": (
        f"{CLOCK}/stage/0/at",
        "100%",
        f'{AT}.stage[0].at: "100%" is no share; write one above 0% a',
    ),
    "a percentage as a number": (f"{CLOCK}/stage/0/at", 75, f"{AT}.stage[0].at: should be text in quotes"),
    "a share of more than all": (
        "objective/0/share",
        "101%",
        'share: "101%" is no share; write one above 0% and up to',
    ),
    "days before": (f"{CLOCK}/stage/1/before", "1wd", f'{AT}.stage[1].before: "1wd" counts days; write hours, such as'),
    "do and expect": (
        f"{CLOCK}/stage/0/expect",
        "x",
        f"{AT}.stage[0]: cannot have both do and expect; make two stages",
    ),
    "neither do nor expect": (f"{CLOCK}/stage/0/do", None, f"{AT}.stage[0]: needs either do or expect"),
    "unknown deed": (f"{CLOCK}/stage/0/do", "refund", f'{AT}.stage[0].do: "refund" is not known; did you mean remind?'),
    "expect a sentence": (
        f"{CLOCK}/stage/4/expect",
        "It refunds",
        f'{AT}.stage[4].expect: "It refunds" is no word such',
    ),
    "the platform at our office": (
        f"{CLOCK}/stage/4/during",
        "office",
        f"{AT}.stage[4].during: is for what casehub does; the platform acts when it acts",
    ),
    "the platform's audience": (f"{CLOCK}/stage/4/audience", "lead", f"{AT}.stage[4].audience: is for what casehub do"),
    "a calendar of no stage": (
        f"{CLOCK}/stage/1/calendar",
        "office",
        f"{AT}.stage[1].calendar: changes nothing here: at and before count in the calendar of the clock",
    ),
    "reopening a first answer": (
        f"{CLOCK}/reopen",
        "restart",
        f"{AT}.reopen: changes nothing at a first_response clock; leave it out",
    ),
    "closing a resolution": (
        "rule/1/clock/resolution/on_close",
        "meet",
        "resolution.on_close: changes nothing at a resolution clock",
    ),
    "a promise that pauses": (
        "rule/1/clock/promise/pause_on",
        ["waiting"],
        "promise.pause_on: changes nothing at a promise clock",
    ),
    "two channels at once": (
        "rule/1/when",
        [{"field": "channel", "is": "a"}, {"field": "channel", "in": ["b", "c"]}],
        'rule "belgian".when: asks for what no case can be at once; take one of the conditions out',
    ),
    "above and below": (
        "rule/1/when",
        [{"field": "order.gross", "gt": "800 SEK"}, {"field": "order.gross", "le": "800 SEK"}],
        'rule "belgian".when: asks for what no case can be at once',
    ),
    "late without a limit": (
        "objective",
        [
            {
                "id": "a",
                "title": "a",
                "clock": "first_response",
                "share": "90%",
                "late_means": "a talk",
                "period": "month",
                "tz": "UTC",
            }
        ],
        'objective "a".late_means: needs late_limit, the number from which on that happens',
    ),
    "two moments": (
        f"{CLOCK}/stage/0/before",
        "1h",
        f"{AT}.stage[0]: needs exactly one of at, before, after, from_start",
    ),
    "no moment": (f"{CLOCK}/stage/0/at", None, f"{AT}.stage[0]: needs exactly one of at, before, after, from_start"),
    "costs of a deed": (f"{CLOCK}/stage/0/costs", "1 SEK", f"{AT}.stage[0].costs: belongs to what the platform does"),
    "costs that are no money": (
        f"{CLOCK}/stage/4/costs",
        "order.net",
        f'{AT}.stage[4].costs: "order.net" is no money; w',
    ),
    "every without times": (
        f"{CLOCK}/stage/3/times",
        None,
        f"{AT}.stage[3].every: needs times, the number of repetitions",
    ),
    "times without every": (f"{CLOCK}/stage/3/every", None, f'{AT}.stage[3].times: needs every, such as every = "1wd"'),
    "two stages of a name": (
        f"{CLOCK}/stage/1/name",
        "warn",
        f'{AT}.stage: two stages are called "warn"; give one of th',
    ),
    "a repetition's name": (f"{CLOCK}/stage/0/name", "remind-3", f'{AT}.stage: two stages are called "remind-3"; give'),
    "a stricter target alone": (
        "rule/2/clock",
        {"first_response_target": {"calendar": "office", "target": ["1h"]}},
        'rule "any".clock: first_response_target needs a first_response',
    ),
    "a clock of the platform": (
        "rule/0/clock",
        {"resolution": {"calendar": "office", "target": ["1h"]}},
        'rule "platform".clock: cannot stand in a rule whose owner is the platform',
    ),
    "two rules of an id": ("rule/2/id", "platform", 'rule: two rules have the id "platform"'),
    "no rules": ("rule", None, "rule: is missing; write at least one [[rule]]"),
    "no catch-all": (
        "rule/2/when",
        [{"field": "market", "is": "SE"}],
        "rule: the last rule has conditions; end with one",
    ),
    "a rule after the catch-all": (
        "rule/0/when",
        None,
        'rule "belgian": is never reached; every case that fits it fits',
    ),
    "a rule that asks for more": (
        "rule/1/when",
        [
            {"field": "forwarded_by_platform", "is": False},
            {"field": "order.fulfilment", "in": ["FBB", "FBX"]},
            {"field": "market", "is": "SE"},
        ],
        'rule "belgian": is never reached; every case that fits it fits rule "platform" before it',
    ),
    "two objectives of an id": (
        "objective",
        [{"id": "a", "title": "a", "clock": "first_response", "late_limit": 1, "period": "month", "tz": "UTC"}] * 2,
        'objective: two objectives have the id "a"',
    ),
    "an objective of no rule": ("objective/0/clock", "next_response", "clock: no rule has the clock next_response"),
    "a floor above the target": ("satisfaction/floor", "90%", "satisfaction.floor: lies above the target"),
    "an option's default": (
        "option/country/default",
        "DE",
        'option.country.default: "DE" is none of the values; possibl',
    ),
    "an option without values": (
        "option/country/values",
        [],
        "option.country.values: is empty; list what can be chosen",
    ),
    "an option's name": (
        "option/The land",
        {"values": ["a"], "default": "a", "about": "a"},
        'option."The land": is no n',
    ),
    "a rate as a number": ("fx/DKKSEK", 1.55, 'fx.DKKSEK: should be a rate in quotes, such as "1.55"'),
    "a rate of 0": ("fx/DKKSEK", "0.0", "fx.DKKSEK: should be a rate in quotes"),
    "a rate of one currency": ("fx/SEKSEK", "1", "fx.SEKSEK: is no pair of currencies such as DKKSEK"),
    "an office of its own": (
        "calendars/office",
        {},
        "calendars.office: cannot be defined here: it is the [office] of h",
    ),
    "an unknown zone": (
        "calendars/listed/tz",
        "Asia/Tokio",
        "calendars.listed.tz: time zone 'Asia/Tokio' is unknown: use",
    ),
    "no hours": (
        "calendars/listed/hours",
        None,
        "calendars.listed.hours: is missing; a day that is left out is closed",
    ),
    "no openings": ("calendars/listed/hours", {}, "calendars.listed.hours: there is no opening at all, add some"),
    "an unknown day": ("calendars/listed/hours/tues", [], "calendars.listed.hours.tues: is no day; did you mean tue?"),
    "no interval": (
        "calendars/listed/hours/mon",
        ["9-17"],
        "calendars.listed.hours.mon: '9-17' is no interval such as",
    ),
    "overlapping intervals": (
        "calendars/listed/hours/mon",
        ["09:00-12:00", "11:00-17:00"],
        "calendars.listed.hours.mon: two of the intervals 09:00-12:00, 11:00-17:00 overlap",
    ),
    "overlapping nights": (
        "calendars/nights/hours/tue",
        ["05:00-09:00"],
        "calendars.nights.hours.tue: an interval overlaps with the night hours of the day before",
    ),
    "unknown holidays": (
        "calendars/nights/holidays",
        "NLD",
        "calendars.nights.holidays: holiday set 'NLD' is not known",
    ),
    "holidays as a number": (
        "calendars/nights/holidays",
        1,
        "calendars.nights.holidays: should be a list of dates such",
    ),
    "no date": ("calendars/nights/add", ["24 Dec"], 'calendars.nights.add: "24 Dec" is no date such as 2026-12-24'),
    "a holiday outside": (
        "calendars/listed/holidays",
        ["2027-01-01"],
        "listed.holidays: 2027-01-01 lies outside of valid",
    ),
    "an added day outside": (
        "calendars/nights/add",
        ["2031-01-01"],
        "nights.add: 2031-01-01 lies outside of valid, 2024",
    ),
    "a special day outside": (
        "calendars/listed/special",
        {"2027-01-01": []},
        "listed.special: 2027-01-01 lies outside of",
    ),
    "a special day that is none": (
        "calendars/listed/special",
        {"May": []},
        "calendars.listed.special.May: is no date such",
    ),
    "a removed day that is no holiday": (
        "calendars/nights/remove",
        ["2026-12-27"],
        "nights.remove: 2026-12-27 is no holi",
    ),
    "no range of its own": (
        "calendars/listed/valid",
        None,
        "calendars.listed.valid: is missing; give the first and the",
    ),
    "a range backwards": (
        "calendars/listed/valid",
        ["2027-01-01", "2026-01-01"],
        "listed.valid: should be the first and",
    ),
    "a range beyond the set": (
        "calendars/nights/valid",
        ["2024-01-01", "2029-12-31"],
        "calendars.nights.valid: NL is known from 2024-01-01 to 2028-12-31: add the holidays of 2029 with add",
    ),
    "forbidden without a reason": ("auto_reply", {}, "auto_reply.forbidden: is missing"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_refused_with_its_place_and_the_way_out(mistake: str) -> None:
    path, value, wanted = REFUSED[mistake]

    told = refusal(changed(RICH, path, value))

    assert told.startswith("policy.toml")
    assert wanted in told
    assert "Traceback" not in told


def test_bad_toml_is_refused_with_its_line() -> None:
    with pytest.raises(ConfigurationError, match=r"^policy\.toml: is not valid TOML: .*line 3"):
        read('schema = 1\nid = "shop"\ntitle = \n')


@pytest.mark.parametrize("endless", ["[" * 3000, "9" * 5000])
def test_toml_that_the_parser_itself_stumbles_over_is_refused(endless: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^policy\.toml: is not valid TOML: "):
        read(f"schema = {endless}")


def test_one_mistake_is_told_in_one_sentence() -> None:
    told = refusal(changed(RICH, f"{CLOCK}/target", ["8hw"]))

    assert told == f'policy.toml: {AT}.target[0]: "8hw" is no step; write 24h, 8wh, 2d or 1wd'


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    table = changed(RICH, f"{CLOCK}/target", ["8hw", "1x"])
    table["title"] = 7
    table["calendars"]["nights"]["tz"] = "Mars"
    table["option"]["country"]["default"] = "DE"
    lines = refusal(table).splitlines()

    assert lines[0] == "policy.toml has 5 problems:"
    assert [line.split(": ")[1] for line in lines[1:]] == [
        "option.country.default",
        "calendars.nights.tz",
        f"{AT}.target[0]",
        f"{AT}.target[1]",
        "title",
    ]


@pytest.mark.parametrize(("key", "value"), [("tz", "Mars"), ("holidays", "XX"), ("hours", {"mon": ["9-17"]})])
def test_a_calendar_that_cannot_be_read_is_complained_of_once(key: str, value: object) -> None:
    told = refusal(changed(RICH, f"calendars/nights/{key}", value))

    assert "\n" not in told


def test_a_rule_is_not_called_unreachable_for_a_condition_that_cannot_be_read() -> None:
    told = refusal(changed(RICH, "rule/0/when", [{"field": "colour", "is": "red"}]))

    assert "never reached" not in told


def test_a_file_may_have_been_checked_after_today() -> None:
    late = changed(PLAIN, "source/checked_on", date(2027, 1, 1))

    assert read_policy(late, "policy.toml", HERE, TODAY).policy.rules[0].source.checked_on == date(2027, 1, 1)


CONDITIONAL = """
schema = 1
id = "shop"
title = "A shop"
version = "1"
effective_from = 2026-01-01
source = { where = "the terms", checked_on = 2026-11-22, mark = "documented" }
rule = [
  { id = "one", title = "One", when = [], clock = { first_response = { calendar = "office", target = ["8wh"] } } },
  { id = "two", title = "Two", when = [], clock = { first_response = { calendar = "office", target = ["4wh"] } } },
  { id = "rest", title = "Rest", clock = { first_response = { calendar = "office", target = ["2wh"] } } },
]
"""


def conditional(one: list[dict[str, object]], two: list[dict[str, object]], rest: str = "2wh") -> dict[str, Any]:
    table = changed(CONDITIONAL, "rule/2/clock/first_response/target", [rest])
    table["rule"][0]["when"], table["rule"][1]["when"] = one, two
    return table


def asks(field: str, **test: object) -> dict[str, object]:
    return {"field": field, **test}


DISJOINT = [
    ([asks("market", **{"is": "SE"})], [asks("market", **{"in": ["DK", "NO"]})]),
    ([asks("forwarded_by_platform", **{"is": True})], [asks("forwarded_by_platform", **{"is": False})]),
    ([asks("order.gross", gt="800 SEK")], [asks("order.gross", le="800 SEK")]),
    ([asks("order.gross", ge="800 SEK")], [asks("order.gross", lt="800 SEK")]),
    ([asks("order.gross", ge="900 SEK")], [asks("order.gross", le="800 SEK")]),
    ([asks("market", **{"is": "SE"}), asks("priority", **{"is": "a"})], [asks("market", **{"is": "DK"})]),
]
OVERLAPPING = [
    ([asks("market", **{"is": "SE"})], [asks("market", **{"in": ["DK", "SE"]})]),
    ([asks("market", **{"is": "SE"})], [asks("priority", **{"is": "high"})]),
    ([asks("order.gross", ge="800 SEK")], [asks("order.gross", le="800 SEK")]),
    ([asks("order.gross", gt="900 SEK")], [asks("order.gross", gt="800 SEK")]),
    ([asks("order.gross", gt="800 SEK")], [asks("order.gross", lt="800 DKK")]),
]


@pytest.mark.parametrize(("one", "two"), DISJOINT)
def test_rules_that_no_case_fits_both_of_are_not_doubted(
    one: list[dict[str, object]], two: list[dict[str, object]]
) -> None:
    assert doubts(conditional(one, two)) == doubts(conditional(two, one)) == ()


@pytest.mark.parametrize(("one", "two"), OVERLAPPING)
def test_rules_that_a_case_can_fit_both_of_are_doubted(
    one: list[dict[str, object]], two: list[dict[str, object]]
) -> None:
    told = 'policy.toml: rules "one" and "two" can both fit a case: "one" is taken, because it stands first'

    assert told in doubts(conditional(one, two))


def test_a_rule_is_doubted_where_not_knowing_a_fact_would_earn_more_time() -> None:
    one, two = [asks("market", **{"is": "SE"})], [asks("market", **{"is": "DK"})]

    found = doubts(conditional(one, two, rest="6wh"))

    falls = 'policy.toml: rule "two" falls through to "rest" while market is unknown'
    assert found == (f"{falls}, which gives first_response more time: put the rule with the longer deadline first",)


def test_only_deadlines_of_one_unit_are_compared() -> None:
    one, two = [asks("market", **{"is": "SE"})], [asks("market", **{"is": "DK"})]

    assert doubts(conditional(one, two, rest="99h")) == ()


def test_what_is_always_known_is_not_doubted() -> None:
    one = [asks("forwarded_by_platform", **{"is": True})]
    two = [asks("channel", **{"is": "shop"}), asks("forwarded_by_platform", **{"is": False})]

    assert doubts(conditional(one, two, rest="99wh")) == ()


@pytest.mark.parametrize(
    ("checked", "today", "old"),
    [
        (date(2025, 5, 22), date(2026, 11, 22), False),
        (date(2025, 5, 22), date(2026, 11, 23), True),
        (date(2025, 5, 31), date(2026, 11, 30), False),
    ],
)
def test_a_source_is_doubted_when_it_is_older_than_18_months(checked: date, today: date, old: bool) -> None:
    told = f'policy.toml: "https://shop.example/rules" was last looked at on {checked}: look whether it still says so'

    found = doubts(changed(PLAIN, "source/checked_on", checked), today)

    assert found == ((told,) if old else ())


@pytest.mark.parametrize(("checked", "to_come"), [(date(2026, 11, 23), False), (date(2027, 11, 22), True)])
def test_a_source_that_nobody_can_have_looked_at_yet_is_doubted(checked: date, to_come: bool) -> None:
    told = f'policy.toml: "https://shop.example/rules" was last looked at on {checked}, which is still to come'

    assert doubts(changed(PLAIN, "source/checked_on", checked)) == ((told,) if to_come else ())


@pytest.mark.parametrize(("target", "doubted"), [("8wh", False), ("9wh", True), ("9h", False)])
def test_a_stricter_target_that_gives_more_time_is_doubted(target: str, doubted: bool) -> None:
    stricter = {"calendar": "office", "target": [target]}
    told = 'policy.toml: rule "any": first_response_target gives more time than first_response'

    found = doubts(changed(PLAIN, "rule/0/clock/first_response_target", stricter))

    assert found == ((told,) if doubted else ())


@pytest.mark.parametrize(("today", "soon"), [(date(2028, 9, 1), False), (date(2028, 9, 2), True)])
def test_a_calendar_is_doubted_120_days_before_its_end(today: date, soon: bool) -> None:
    table = changed(PLAIN, "source/checked_on", today)
    table["calendars"] = {"nl": {"tz": "Europe/Amsterdam", "hours": {"mon": ["09:00-17:00"]}, "holidays": "NL"}}
    told = 'policy.toml: calendar "nl" is known until 2028-12-31 only: add the holidays after it'

    assert doubts(table, today) == ((told,) if soon else ())


MOVES: list[tuple[str, object]] = [
    (f"{CLOCK}/target", ["24h", "90m", "8wh"]),
    (f"{CLOCK}/convention", "closing"),
    (f"{CLOCK}/pauses/0/cap", ["4d"]),
    (f"{CLOCK}/stage/0/at", "80%"),
    (f"{CLOCK}/stage/0/during", "nights"),
    (f"{CLOCK}/stage/5/costs", "161 SEK"),
    ("rule/1/when/0/gt", "800.01 SEK"),
    ("rule/0/owner", "seller"),
    ("calendars/nights/add", ["2026-12-31"]),
    ("calendars/nights/tz", "Europe/Stockholm"),
    ("calendars/nights/holidays", "NL-good-friday"),
    ("fx/DKKSEK", "1.56"),
    ("option/country/default", "BE"),
    ("pin", "open"),
    ("effective_from", date(2026, 2, 1)),
    ("applies", None),
]
KEEPS: list[tuple[str, object]] = [
    ("title", "Other words"),
    ("rule/1/title", "Other words"),
    ("source/where", "elsewhere"),
    ("rule/1/source", SOURCE),
    ("option/country/about", "Other words"),
    ("rule/1/when/0/gt", "800.00 SEK"),
    (f"{CLOCK}/target", ["1440m", "5400s", "480wm", "office.answer_within"]),
    ("fx/DKKSEK", "1.550"),
    ("test", [{"name": "x", "tz": "UTC", "received": datetime(2026, 6, 1, 12, tzinfo=UTC), "rule": "any"}]),
    ("objective", None),
]


@pytest.mark.parametrize(("path", "value"), MOVES)
def test_the_digest_changes_with_whatever_moves_a_deadline(path: str, value: object) -> None:
    assert digest(changed(RICH, path, value)) != digest(changed(RICH, "title", "the same"))


@pytest.mark.parametrize(("path", "value"), KEEPS)
def test_the_digest_keeps_when_only_words_change(path: str, value: object) -> None:
    assert digest(changed(RICH, path, value)) == digest(changed(RICH, "title", "the same"))


def test_the_office_is_in_the_digest_of_a_policy_that_uses_it() -> None:
    longer = Calendar("Europe/Stockholm", {**WEEK, "sat": ["10:00-12:00"]}, valid_from=TODAY, valid_to=TODAY)
    there = Surroundings(longer, HERE.answer_within)
    elapsed = changed(PLAIN, "rule/0/clock", {})
    by_hour = conditional([asks("hour_class", **{"is": "open"})], [asks("hour_class", **{"is": "closed"})])
    for rule in by_hour["rule"]:
        del rule["clock"]

    assert digest(changed(PLAIN, "id", "shop")) != digest(changed(PLAIN, "id", "shop"), there)
    assert digest(elapsed) == digest(elapsed, there)
    assert digest(by_hour) != digest(by_hour, there)


def test_the_sellers_promise_is_in_the_digest_of_a_policy_that_uses_it() -> None:
    table = changed(PLAIN, "rule/0/clock/first_response/target", ["office.answer_within"])

    assert digest(table) != digest(table, Surroundings(OFFICE, (parse_step("4wh"),)))


NONSENSE: tuple[object, ...] = (
    *(0, -1, 1.5, True, "", " ", "x", "office", "0s", "8wh", "100%", "2026-12-24", "24:00-24:00", "漢字\x1b" * 30),
    *([], ["x"], [1], [[]], [{}], {}, {"x": 1}, {"a": {}}, TODAY, datetime(2026, 1, 1, tzinfo=UTC), 10**30),
)


def places(table: object) -> Iterator[tuple[Any, object]]:
    """Every key or number at which a table has a value, with the table or list that has it."""
    items = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in items:
        yield table, key
        yield from places(value)


@pytest.mark.parametrize("seed", range(100))
def test_whatever_stands_in_a_file_it_is_read_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    table = tomllib.loads(RICH)
    for _ in range(rng.randrange(1, 4)):
        inner, key = rng.choice(list(places(table)))
        inner[key] = rng.choice(NONSENSE)

    try:
        told = read_policy(table, "policy.toml", HERE, TODAY).policy.digest
    except ConfigurationError as error:
        told = str(error)

    assert len(told) == 12 or told.startswith("policy.toml")
