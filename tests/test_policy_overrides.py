"""The book of policies: what a seller changes, which policy a case follows, and what a broken file does to others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files as resources
from pathlib import Path

import pytest

from hub.core.conditions import Condition
from hub.core.events import Event, Opened
from hub.core.model import Case
from hub.core.policy import ClockName, ClockRule, Mark, Policy, Rule, Source
from hub.core.replay import replay
from hub.core.targets import parse_step
from hub.core.worktime import Calendar
from hub.errors import ConfigurationError, NotFound
from hub.policies.book import PolicyBook, load_book
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile, without_tests
from hub.policies.vectors import run

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))
OFFICE = Calendar("Europe/Stockholm", WEEK, valid_from=date(2024, 1, 1), valid_to=date(2028, 12, 31))
HERE = Surroundings(OFFICE, (parse_step("8wh"),))
TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parent.parent
ADAPTERS = {"shop_se": "shop", "shop_fi": "shop", "bol_nl": "bolcom", "mail": "email_imap"}
WRITTEN = Source("the terms", date(2026, 11, 20), Mark.DOCUMENTED, "A1: as it is")

SHOP = """
schema = 1
id = "shop"
title = "A shop"
version = "1"
effective_from = 2020-01-01
adapters = ["shop"]
source = { where = "the terms", checked_on = 2026-11-20, mark = "documented", reading = "A1: as it is" }

[option.country]
values = ["SE", "FI"]
default = "SE"
about = "Where the shop is."

[calendars.platform]
tz = "Europe/Stockholm"
hours = { mon = ["00:00-24:00"], tue = ["00:00-24:00"] }
holidays = "SE"
add = ["2026-12-23"]

[[rule]]
id = "large"
title = "Large"
when = [{ field = "order.gross", gt = "800 SEK" }]
[rule.clock.first_response]
calendar = "platform"
target = ["48wh"]
pause_on = ["PARKED"]
stage = [{ at = "75%", do = "warn" }, { after = "0s", do = "breach" }]
[rule.clock.next_response]
calendar = "platform"
target = ["72wh"]
source = { where = "page 2", checked_on = 2026-11-19, mark = "inferred" }

[[rule]]
id = "any"
title = "Any"
[rule.clock.first_response]
calendar = "platform"
target = ["24wh"]

[[test]]
name = "Any"
tz = "Europe/Stockholm"
received = 2026-06-08T12:00:00
due = { first_response = 2026-06-09T12:00:00 }
"""
BECAUSE = """
schema = 1
[override.shop]
because = "agreed with Åsa 漢字 🙂"
"""


def shop(**changes: str) -> PolicyFile:
    """The file of the shop, texts replaced: shop(version="2") replaces that line."""
    lines = SHOP.splitlines()
    for key, value in changes.items():
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{key} ="))
        lines[place] = value and f"{key} = {value}"
    return PolicyFile(f"shop-{'-'.join(changes)}.toml", "\n".join(lines))


Load = Callable[..., PolicyBook]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """A function that loads the book of these files with this policies.toml."""

    def loaded(own: str = "", *files: PolicyFile, here: Surroundings = HERE) -> PolicyBook:
        path = tmp_path / "policies.toml"
        path.unlink(missing_ok=True)
        if own:
            path.write_text(own, encoding="utf-8")
        return load_book(files or (shop(),), path, here, ADAPTERS, TODAY)

    return loaded


def refusal(load: Load, own: str, *files: PolicyFile) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load(own, *files)
    return str(refused.value)


def case(channel: str = "shop_se", opened: datetime = datetime(2026, 6, 8, tzinfo=UTC), marketplace: str = "") -> Case:
    return replay([Event(Opened("CH-1", channel, "r1", marketplace=marketplace), opened, opened)])


def rule(policy: Policy, name: str) -> Rule:
    return next(rule for rule in policy.rules if rule.id == name)


def clock(policy: Policy, name: str, kind: ClockName = ClockName.FIRST_RESPONSE) -> ClockRule:
    return next(clock for clock in rule(policy, name).clocks if clock.name is kind)


def steps(*texts: str) -> tuple[object, ...]:
    return tuple(parse_step(text) for text in texts)


def test_an_override_changes_only_what_it_says(load: Load) -> None:
    plain = load().named("shop")
    changed = load(f'{BECAUSE}[override.shop.rule.large.clock.first_response]\ntarget = ["20wh"]').named("shop")

    assert clock(changed, "large").target == steps("20wh")
    assert clock(changed, "large").pauses == clock(plain, "large").pauses
    assert [stage.name for stage in clock(changed, "large").stages] == ["warn", "breach"]
    assert clock(changed, "any").target == clock(plain, "any").target
    assert changed.digest != plain.digest


def test_what_is_overridden_names_its_source_and_what_it_replaces(load: Load) -> None:
    policy = load(f'{BECAUSE}[override.shop.rule.large.clock.first_response]\ntarget = ["20wh"]').named("shop")
    agreed = Source("policies.toml: agreed with Åsa 漢字 🙂", date(2026, 11, 20), Mark.ASSUMED, "replaces the terms")

    assert clock(policy, "large").source == agreed
    assert clock(policy, "large", ClockName.NEXT_RESPONSE).source.where == "page 2"
    assert rule(policy, "large").source == rule(policy, "any").source == clock(policy, "any").source == WRITTEN


def test_a_clock_with_a_source_of_its_own_keeps_in_mind_that_one(load: Load) -> None:
    policy = load(f'{BECAUSE}[override.shop.rule.large.clock.next_response]\ntarget = ["20wh"]').named("shop")

    assert clock(policy, "large", ClockName.NEXT_RESPONSE).source.reading == "replaces page 2"


def test_the_clocks_of_an_overridden_rule_keep_their_sources(load: Load) -> None:
    own = f'{BECAUSE}[override.shop.rule.large]\nwhen = [{{ field = "order.gross", gt = "900 SEK" }}]'
    policy = load(own).named("shop")

    assert rule(policy, "large").source.where == "policies.toml: agreed with Åsa 漢字 🙂"
    assert clock(policy, "large").source == WRITTEN
    assert clock(policy, "large", ClockName.NEXT_RESPONSE).source.where == "page 2"


def test_tables_are_merged_and_lists_replaced(load: Load) -> None:
    calendars = "[override.shop.calendars.platform]\nadd = [2026-12-24]\nhours = { sun = ['10:00-12:00'] }"
    platform = load(f"{BECAUSE}{calendars}").named("shop").calendars["platform"]

    assert platform.hours["sun"] == ("10:00-12:00",)
    assert platform.hours["mon"] == ("00:00-24:00",)
    assert date(2026, 12, 23) not in platform.holidays


def test_an_added_holiday_is_called_by_the_reason_for_it(load: Load) -> None:
    own = f'{BECAUSE}[override.shop.calendars.platform]\nadd = ["2026-12-24"]'
    policy = load(own).named("shop")

    assert policy.calendars["platform"].holidays[date(2026, 12, 24)] == "agreed with Åsa 漢字 🙂"
    assert clock(policy, "any").calendar.digest == policy.calendars["platform"].digest


NEW_RULE = """
[override.shop.rule.vip]
before = "large"
title = "A customer we promised more to"
when = [{ field = "priority", is = "vip" }]
[override.shop.rule.vip.clock.first_response]
calendar = "office"
target = ["4wh"]
"""


def test_a_new_rule_stands_before_the_one_it_names(load: Load) -> None:
    policy = load(BECAUSE + NEW_RULE).named("shop")
    vip = policy.rules[0]

    assert [rule.id for rule in policy.rules] == ["vip", "large", "any"]
    assert (vip.when, vip.clocks[0].target) == ((Condition("priority", "is", ("vip",)),), steps("4wh"))
    where = "policies.toml: agreed with Åsa 漢字 🙂"
    assert vip.source == vip.clocks[0].source == Source(where, date(2026, 11, 20), Mark.ASSUMED)


def test_rules_and_clocks_can_be_taken_out(load: Load) -> None:
    rules = load(f"{BECAUSE}[override.shop.rule.large]\nremove = true").named("shop").rules
    clocks = (
        load(f"{BECAUSE}[override.shop.rule.large.clock.next_response]\nremove = true").named("shop").rules[0].clocks
    )

    assert [rule.id for rule in rules] == ["any"]
    assert [clock.name for clock in clocks] == [ClockName.FIRST_RESPONSE]


def test_a_rule_can_get_another_clock(load: Load) -> None:
    own = f'{BECAUSE}[override.shop.rule.any.clock.resolution]\ncalendar = "office"\ntarget = ["40wh"]'
    policy = load(own).named("shop")

    assert clock(policy, "any", ClockName.RESOLUTION).target == steps("40wh")
    assert clock(policy, "any", ClockName.RESOLUTION).source.where.startswith("policies.toml: ")


def test_an_override_counts_for_all_versions_that_have_the_rule(load: Load) -> None:
    newer = shop(version='"2"', effective_from="2026-01-01")
    extended = PolicyFile("shop-2.toml", newer.text.replace('id = "large"', 'id = "huge"'))
    own = f"{BECAUSE}[override.shop.rule.large]\nremove = true\n[override.shop.rule.any]\ntitle = 'Others'"
    book = load(own, shop(), extended)

    assert [rule.title for rule in book.named("shop", "1").rules] == ["Others"]
    assert [rule.title for rule in book.named("shop", "2").rules] == ["Large", "Others"]


def test_the_house_policy_can_be_overridden(load: Load) -> None:
    own = "schema = 1\n[override.office]\nbecause = 'our terms'\n[override.office.rule.promise.clock.first_response]\n"
    policy = load(own + "target = ['office.answer_within', '4wh']").named("office")

    assert policy.rules[0].clocks[0].target == steps("8wh", "4wh")


def test_the_tests_of_an_overridden_policy_are_those_of_the_override(load: Load) -> None:
    without = load(BECAUSE + NEW_RULE)
    test = "[[override.shop.test]]\nname = 'Vip'\ntz = 'Europe/Stockholm'\nfacts = { priority = 'vip' }\n"
    brought = load(f"{BECAUSE}{NEW_RULE}{test}received = 2026-06-08T12:00:00\nrule = 'vip'")
    entry = next(entry for entry in brought.entries if entry.policy.id == "shop")

    assert [entry.vectors for entry in without.entries if entry.policy.id == "shop"] == [()]
    assert [vector.name for vector in entry.vectors] == ["Vip"]
    assert run(entry.vectors[0], entry, HERE) == ()


OWN = """
schema = 1
[channels.mail]
policy = "web"
[[policy]]
id = "web"
title = "Our own"
version = "1"
effective_from = 2026-01-01
adapters = ["email_imap"]
source = { where = "our terms", checked_on = 2026-11-22, mark = "documented" }
[[policy.rule]]
id = "any"
title = "Any"
[policy.rule.clock.first_response]
calendar = "office"
target = ["2wh"]
"""
CHANNEL = "schema = 1\n[channels.shop_se]\n"

REFUSED = {
    "title = ": "policies.toml: is not valid TOML: ",
    "x = 1": "policies.toml: schema: is missing; this casehub reads 1",
    "schema = 1\nx = 1": "policies.toml: x: is no key here; possible are channels, override, policy, schema",
    "schema = 1\n[channels.shop]": "policies.toml: channels.shop: there is no such channel in hub.toml; did you mean",
    CHANNEL + "polici = 'a'": "policies.toml: channels.shop_se.polici: is no key here; did you mean policy?",
    CHANNEL
    + "policy = 'shpo'": 'policies.toml: channels.shop_se.policy: there is no policy "shpo"; did you mean shop?',
    CHANNEL
    + "options = { land = 'FI' }": "policies.toml: channels.shop_se.options.land: is no option; possible are cou",
    CHANNEL
    + "options = { country = 'NO' }": 'policies.toml: channels.shop_se.options.country: "NO" cannot be chosen; p',
    CHANNEL
    + "policy = 'office'\noptions = { country = 'FI' }": "channels.shop_se.options.country: is no option; there ar",
    "schema = 1\n[override.shp]\nbecause = 'x'": 'policies.toml: override.shp: there is no policy "shp"; did you mean',
    "schema = 1\n[override.shop]": "policies.toml: override.shop.because: is missing",
    BECAUSE + "version = '2'": "override.shop.version: cannot be overridden; write a [[policy]] of your own instead",
    BECAUSE
    + "source = { where = 'x' }": "override.shop.source: cannot be overridden; `because` is the source of what is",
    BECAUSE + "titel = 'x'": "policies.toml: override.shop.titel: is no key here; did you mean title?",
    BECAUSE + "[override.shop.rule.lareg]\ntitle = 'x'": (
        'override.shop.rule.lareg: there is no rule "lareg", and a new one needs before = "<the id of a rule>"; did'
    ),
    BECAUSE + "[override.shop.rule.vip]\nbefore = 'lareg'": (
        'override.shop.rule.vip.before: there is no rule "lareg"; did you mean large?'
    ),
    BECAUSE + "[override.shop.rule.large]\nbefore = 'any'": (
        'override.shop.rule.large.before: is for a new rule; "large" is one of the policy'
    ),
    BECAUSE + "[override.shop.rule.large]\nid = 'x'": "override.shop.rule.large.id: is given by the name of the table",
    BECAUSE + "[override.shop.rule.large]\nremove = true\ntitle = 'x'": (
        "override.shop.rule.large.remove: takes the whole rule out; leave everything else away"
    ),
    BECAUSE + "[override.shop.rule.large]\nremove = 'yes'": "rule.large.remove: should be true or false",
    BECAUSE
    + "[override.shop.rule.any]\nremove = true": "override.shop.rule: the last rule has conditions; end with one",
    BECAUSE + "[override.shop.rule.any.clock.next_response]\ntarget = ['8wh']": (
        'rule.any.clock.next_response: the rule has no clock "next_response", and a new one needs a calendar and a ta'
    ),
    BECAUSE + "[override.shop.rule.large.clock.first_response]\nremove = true\ntarget = ['8wh']": (
        "clock.first_response.remove: takes the whole clock out; leave everything else away"
    ),
    BECAUSE + "[override.shop.rule.large.clock.first_response]\nsource = { where = 'x' }": (
        "clock.first_response.source: cannot be overridden; `because` is the source"
    ),
    BECAUSE + "[override.shop.rule.large.clock.first_response]\ntarget = ['8hw']": (
        'policies.toml: override.shop.rule "large".clock.first_response.target[0]: "8hw" is no step; write 24h, 8wh, 2d'
    ),
    BECAUSE + "[override.shop.rule.large.clock.first_response]\ntarget = ['2d']": (
        'clock.first_response.target: "2d" counts days and cannot be paused'
    ),
    BECAUSE + "[override.shop.calendars.platfrom]\nadd = ['2026-12-24']": (
        'calendars.platfrom: there is no calendar "platfrom", and a new one needs tz and hours; did you mean platform?'
    ),
    BECAUSE + "[override.shop.calendars.platform]\nadd = ['24 Dec']": (
        'override.shop.calendars.platform.add: "24 Dec" is no date such as 2026-12-24'
    ),
    BECAUSE + "[override.shop.calendars.platform]\nadd = '2026-12-24'": (
        "override.shop.calendars.platform.add: should be a list of dates such as 2026-12-24"
    ),
    OWN + "remaind = 1": 'policies.toml: policy "web".rule "any".clock.first_response.remaind: is no key here',
    OWN.replace('"web"', '"office"'): 'the id "office" is that of casehub\'s own house policy',
    OWN.replace('id = "web"', 'id = "shop"').replace('"web"', '"shop"'): (
        'policies.toml: policy: policy "shop" 1 is there already, from shop-.toml; give this one another id or version'
    ),
    OWN.replace('id = "web"', 'id = "shop"').replace('version = "1"', 'version = "2"').replace("2026-01", "2020-01"): (
        'versions 1 and 2 of policy "shop" both have effective_from 2020-01-01; one of them must come later'
    ),
}


@pytest.mark.parametrize("own", REFUSED)
def test_a_mistake_of_the_sellers_own_is_refused_with_its_place_and_the_way_out(load: Load, own: str) -> None:
    assert REFUSED[own] in refusal(load, own)


def test_all_mistakes_of_the_sellers_file_are_told_at_once(load: Load) -> None:
    channels = "[channels.x]\n[channels.mail]\npolicy = 'nowhere'\n"
    own = f"{BECAUSE}[override.shop.rule.large.clock.first_response]\ntarget = ['8hw', '9hw']\n{channels}y = 1"

    assert refusal(load, own).splitlines()[0] == "policies.toml has 5 problems:"


def test_a_file_that_is_no_text_or_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policies.toml").write_bytes(b"schema = 1\n# \xff")
    (tmp_path / "folder").mkdir()

    with pytest.raises(ConfigurationError, match="is not text: byte 14 is not UTF-8"):
        load_book((), tmp_path / "policies.toml", HERE, ADAPTERS, TODAY)
    with pytest.raises(ConfigurationError, match="folder cannot be read: Is a directory"):
        load_book((), tmp_path / "folder", HERE, ADAPTERS, TODAY)


def test_a_channel_follows_its_own_choice_before_its_adapters(load: Load) -> None:
    book = load(OWN)

    assert book.chosen(case("mail")).policy.id == "web"
    assert book.chosen(case("shop_se")).policy.id == "shop"
    assert load(f"{CHANNEL}policy = 'office'").chosen(case("shop_se")).policy.id == "office"


def test_a_channel_without_a_policy_follows_the_house_and_so_does_one_that_is_gone(load: Load) -> None:
    chosen = load().chosen(case("mail"))

    assert (chosen.policy.id, chosen.options) == ("office", {})
    assert chosen.policy.rules[0].clocks[0].target == steps("8wh")
    assert load().chosen(case("taken_away")).policy.id == "office"


def test_the_promise_of_the_house_is_that_of_the_office(load: Load) -> None:
    book = load(here=Surroundings(OFFICE, (parse_step("90wm"),)))

    assert book.chosen(case("mail")).policy.rules[0].clocks[0].target == steps("90wm")


def test_a_channel_has_its_options_and_the_defaults_of_the_others(load: Load) -> None:
    book = load(f"{CHANNEL}options = {{ country = 'FI' }}")

    assert book.chosen(case("shop_se")).options == {"country": "FI"}
    assert book.chosen(case("shop_fi")).options == {"country": "SE"}


def applying(name: str, marketplace: str) -> PolicyFile:
    applies = f'\napplies = [{{ field = "marketplace", is = "{marketplace}" }}]' if marketplace else ""
    return PolicyFile(f"{name}.toml", shop().text.replace('id = "shop"', f'id = "{name}"{applies}', 1))


def test_the_first_policy_of_an_adapter_that_surely_applies_is_followed(load: Load) -> None:
    book = load("", applying("always", ""), applying("sold-b", "b"), applying("sold-a", "a"), applying("sold-c", "a"))

    assert book.chosen(case(marketplace="a")).policy.id == "sold-a"
    assert book.chosen(case(marketplace="b")).policy.id == "sold-b"
    assert book.chosen(case(marketplace="")).policy.id == "always"


def test_without_a_catch_all_a_case_of_which_nothing_is_known_follows_the_house(load: Load) -> None:
    book = load("", applying("sold-a", "a"))

    assert book.chosen(case(marketplace="")).policy.id == "office"


def test_two_catch_alls_of_an_adapter_are_doubted_and_the_first_is_followed(load: Load) -> None:
    book = load("", applying("b-shop", ""), applying("a-shop", ""))

    told = (
        'policy "a-shop" is for every case of the adapter shop, so that "b-shop" is followed only where policies.toml '
    )
    assert f"{told}chooses it for a channel" in book.warnings
    assert book.chosen(case()).policy.id == "a-shop"


@pytest.mark.parametrize(
    ("opened", "version"),
    [
        (datetime(2019, 1, 1, tzinfo=UTC), "1"),
        (datetime(2025, 12, 31, 23, 59, tzinfo=UTC), "1"),
        (datetime.fromisoformat("2026-01-01T00:30:00+01:00"), "1"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2"),
        (datetime(2027, 1, 1, tzinfo=UTC), "3"),
    ],
)
def test_a_case_is_bound_to_the_version_in_force_when_it_was_opened(load: Load, opened: datetime, version: str) -> None:
    newest = shop(version='"3"', effective_from="2027-01-01")
    book = load("", newest, shop(), shop(version='"2"', effective_from="2026-01-01"))

    assert book.chosen(case(opened=opened)).policy.version == version


def test_a_policy_that_is_followed_binds_every_case_to_its_newest_version(load: Load) -> None:
    newest = shop(version='"2"\npin = "follow"', effective_from="2026-01-01")
    book = load("", newest, shop())

    assert book.chosen(case(opened=datetime(2019, 1, 1, tzinfo=UTC))).policy.version == "2"


def test_a_version_that_is_followed_binds_nobody_before_its_first_day(load: Load) -> None:
    coming = shop(version='"2"\npin = "follow"', effective_from=str(TODAY + timedelta(days=1)))
    book = load("", coming, shop())

    assert book.chosen(case(opened=datetime(2019, 1, 1, tzinfo=UTC))).policy.version == "1"


def test_the_first_day_of_a_version_that_is_followed_changes_the_digest() -> None:
    files = (shop(), shop(version='"2"\npin = "follow"', effective_from="2026-01-02"))

    days = [load_book(files, None, HERE, ADAPTERS, date(2026, 1, day)).digest for day in (1, 2, 3)]

    assert days[0] != days[1] == days[2]


def test_a_policy_is_found_by_its_id_and_version(load: Load) -> None:
    book = load("", shop(version='"2"', effective_from="2026-01-01"), shop())

    assert (book.named("shop").version, book.named("shop", "1").version) == ("2", "1")
    with pytest.raises(NotFound, match='there is no policy "shopp"; did you mean shop'):
        book.named("shopp")
    with pytest.raises(NotFound, match='policy shop has no version "3"; possible are 1, 2'):
        book.named("shop", "3")


def test_a_broken_file_of_a_plugin_stops_no_other(load: Load) -> None:
    broken = (PolicyFile("a.toml", "schema = "), shop(title="7"), PolicyFile("twin.toml", SHOP))
    book = load("", *broken[:2], shop(), broken[2])

    assert [entry.where for entry in book.entries] == ["office.toml", "shop-.toml"]
    assert [where for where, _ in book.broken] == ["a.toml", "shop-title.toml", "twin.toml"]
    assert book.broken[0].error.startswith("a.toml: is not valid TOML")
    assert book.broken[1].error == "shop-title.toml: title: should be text in quotes"
    assert book.broken[2].error.startswith('twin.toml: policy "shop" 1 is there already, from shop-.toml')


def test_a_plugin_cannot_take_the_place_of_the_house(load: Load) -> None:
    book = load("", PolicyFile("plugin.toml", SHOP.replace('id = "shop"', 'id = "office"', 1)))

    assert book.broken[0].error == 'plugin.toml: the id "office" is that of casehub\'s own house policy'
    assert book.chosen(case()).policy.title == "The office's own promise"


def test_what_the_seller_set_of_a_broken_policy_is_a_warning_only(load: Load) -> None:
    channels = "[channels.shop_se]\npolicy = 'shop'\noptions = { country = 'FI' }\n"
    book = load(f"{BECAUSE}{NEW_RULE}{channels}", shop(title="7"))

    assert book.chosen(case()).policy.id == "office"
    assert book.warnings == (
        'policies.toml: override.shop: policy "shop" cannot be read, so nothing can override it',
        'policies.toml: channels.shop_se: policy "shop" cannot be read, so nothing can follow it',
    )


@pytest.mark.parametrize("broken", [shop(title="7"), PolicyFile("shop.toml", "schema = ")])
def test_options_of_a_broken_policy_are_a_warning_only(load: Load, broken: PolicyFile) -> None:
    book = load(f"{CHANNEL}options = {{ country = 'FI' }}", broken)

    told = "policies.toml: channels.shop_se.options.country: is no option; there are none"
    assert book.warnings == (told,)
    assert book.chosen(case()).options == {}


def test_the_digest_of_the_book_covers_versions_and_choices(load: Load) -> None:
    digests = {
        load().digest,
        load("", shop(), shop(version='"2"', effective_from="2026-01-01")).digest,
        load("", shop(adapters='["other"]')).digest,
        load(here=Surroundings(OFFICE, (parse_step("4wh"),))).digest,
        load(f"{CHANNEL}policy = 'office'").digest,
        load(f"{CHANNEL}options = {{ country = 'FI' }}").digest,
        load(f"{BECAUSE}[override.shop.rule.large]\nremove = true").digest,
    }

    assert len(digests) == 7
    assert load("schema = 1", shop(title='"Other words"')).digest == load("schema = 1").digest


def test_the_book_collects_the_doubts_about_its_policies_and_the_office(load: Load) -> None:
    ending = Calendar("UTC", WEEK, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31))
    book = load(
        "",
        shop(source='{ where = "x", checked_on = 2020-01-01, mark = "assumed" }'),
        here=Surroundings(ending, HERE.answer_within),
    )

    assert book.warnings == (
        'shop-source.toml: "x" was last looked at on 2020-01-01: look whether it still says so',
        "the [office] of hub.toml is known until 2026-12-31 only: add the holidays after it to move known_until",
    )


def test_a_rule_for_a_channel_that_is_not_set_up_is_doubted(load: Load) -> None:
    asked = "when = [{ field = 'channel', in = ['shop_se', 'shop_no'] }]"
    book = load(f"{BECAUSE}[override.shop.rule.large]\n{asked}")

    told = 'rule "large": no channel of hub.toml is called "shop_no"'
    assert [warning for warning in book.warnings if warning.endswith(told)]
    assert not any("shop_se" in warning for warning in book.warnings)


EXAMPLE_CHANNELS = {"bol_nl": "bolcom", "bol_be": "bolcom", "shop": "email_imap", "fyndiq": "fyndiq_reclaimit"}
EXAMPLE_FILES = (
    ("bolcom", "hub_bolcom", "bolcom.toml"),
    ("bolcom", "hub_bolcom", "bolcom-24h.toml"),
    ("fyndiq_reclaimit", "hub_fyndiq_reclaimit", "fyndiq.toml"),
)


def test_the_example_loads_over_the_shipped_policies_and_passes_its_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in {plugin for plugin, _, _ in EXAMPLE_FILES}:
        monkeypatch.syspath_prepend(str(ROOT / "plugins" / folder))
    shipped = [PolicyFile(name, (resources(package) / name).read_text("utf-8")) for _, package, name in EXAMPLE_FILES]

    book = load_book(shipped, ROOT / "config" / "policies.example.toml", HERE, EXAMPLE_CHANNELS, TODAY)

    assert book.broken == ()
    assert book.chosen(case("shop")).policy.id == "web-shop"
    assert book.chosen(case("bol_nl")).policy.id == "bolcom-24h"
    assert book.chosen(case("bol_be")).options == {"country": "BE"}
    fyndiq = book.chosen(case("fyndiq", marketplace="fyndiq")).policy
    assert [rule.id for rule in fyndiq.rules][:2] == ["vip", "high-value-both"]
    assert clock(fyndiq, "high-value").target == steps("20wh")
    own = next(entry for entry in book.entries if entry.policy.id == "web-shop")
    assert [run(vector, own, HERE) for vector in own.vectors] == [()]


def test_the_book_is_the_same_whether_its_tests_are_read_or_not() -> None:
    whole, quick = (load_book((), None, HERE, {}, TODAY, tests=tests) for tests in (True, False))

    assert (whole.policies, whole.digest) == (quick.policies, quick.digest)
    assert [bool(entry.vectors) for book in (whole, quick) for entry in book.entries] == [True, False]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('id = "a"\n[[test]]\nname = "x"\n[test.office]\n[[test]]\n', 'id = "a"\n'),
        ('id = "a"\n[[test]]\nname = "x"\n[calendars.b]\n', 'id = "a"\n[[test]]\nname = "x"\n[calendars.b]\n'),
        ('id = "a"\n', 'id = "a"\n'),
        ('title = """\n[[test]]\n"""\n', 'title = """\n[[test]]\n"""\n'),
        ("title = '''\n[[test]]\n'''\n", "title = '''\n[[test]]\n'''\n"),
    ],
)
def test_only_tests_at_the_end_of_a_file_are_left_out(text: str, left: str) -> None:
    assert without_tests(PolicyFile("policy.toml", text)) == PolicyFile("policy.toml", left)
