"""The pages of the policies: what is in force, each policy in full, what-if, and what nobody can break in them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.app import open_hub
from hub.cli import main
from hub.core.people import Role
from hub.in_force import InForce
from hub.trying import Bounds, Cut, try_text
from hub.web import policies_what_if
from hub.web.words import LANGUAGES, Words
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.web_world import WebWorld, web_world, words_of

CHANNELS = """
[channels.fyndiq]
adapter = "fyndiq_reclaimit"

[channels.bol]
adapter = "bolcom"
"""
STRICTER = """schema = 1

[override.office]
because = "a stricter promise, Åsa 漢字"

[override.office.rule.promise.clock.first_response]
target = ["30wm"]
"""
OWN = """schema = 1

[override.fyndiq]
because = "agreed with our account manager"

[override.fyndiq.rule.errand.clock.first_response]
target = ["20wh"]

[channels.shop]
policy = "ours"

[[policy]]
id = "ours"
title = "What we promise <b>now</b>"
version = "1"
effective_from = 2026-01-01
[policy.source]
where = "our terms; https://shop.example/terms?a=1&b=2"
checked_on = 2026-11-22
mark = "inferred"
[[policy.rule]]
id = "any"
title = "Every case"
clock.first_response = { calendar = "office", target = ["8wh"] }

[[policy]]
id = "ours"
title = "What we promise from December on"
version = "2"
effective_from = 2026-12-01
[policy.source]
where = "our terms"
checked_on = 2026-11-22
mark = "assumed"
[[policy.rule]]
id = "any"
title = "Every case"
clock.first_response = { calendar = "office", target = ["4wh"] }
"""
PROMISE = """schema = 1
id = "promise"
title = "The promise of the shop"
version = "1"
effective_from = 2026-01-01
adapters = ["shop"]
[source]
where = "the shop"
checked_on = 2026-11-22
mark = "assumed"
[[rule]]
id = "any"
title = "Every case"
clock.first_response = { calendar = "office", target = ["7h"] }
"""
SCRIPT = "<script>alert(1)</script>"
BROKEN_PLUGIN = """
from importlib.resources import files
from pathlib import Path
import hub

@hub.hookimpl
def hub_register_policies(register):
    register(Path({path!r}))
"""


@pytest.fixture
def desktop(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Desktop:
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML + CHANNELS, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    return Desktop(config, state, clock)


@pytest.fixture
def world(desktop: Desktop) -> Iterator[WebWorld]:
    with web_world(desktop) as made:
        yield made


def own(desktop: Desktop, text: str = OWN) -> None:
    (desktop.config.parent / "policies.toml").write_text(text, encoding="utf-8")


def section(page: str, heading: str) -> str:
    """The part of a page from a heading to the next section's end."""
    return words_of(page[page.index(heading) :].split("</section>", maxsplit=1)[0])


# --- what is in force ---


def test_each_channel_shows_what_it_promises_since_when_and_who_says_so(world: WebWorld) -> None:
    page = world.signed_in().get("/policies").text
    fyndiq, bol = section(page, ">fyndiq</h2>"), section(page, ">bol</h2>")

    assert "Fyndiq: 24 hours on working days since 1 Jan 2024" in fyndiq
    assert "First answer the customer's oldest message without an answer or the opening" in fyndiq
    assert "24 working hours by the calendar se-platform (Europe/Stockholm)" in fyndiq
    assert "Fyndiq refunds the customer by itself the order's value when it is due" in fyndiq
    assert "documented looked at on 22 Nov 2026" in fyndiq
    assert "CDON" in fyndiq
    assert "Option country NL" in bol


def test_a_channel_without_policies_of_its_adapter_follows_the_house(world: WebWorld) -> None:
    shop = section(world.signed_in().get("/policies").text, ">shop</h2>")

    assert "8 working hours by the calendar office" in shop


def test_which_data_the_deadlines_are_computed_with_is_told(world: WebWorld) -> None:
    text = world.signed_in().page("/policies")

    assert world.hub.book.digest in text
    assert world.hub.origin.partition("tzdata-")[2] in text
    assert "Swedish public holidays (red days): known from 1 Jan 2024 to 31 Dec 2028" in text


def test_versions_stand_on_a_line_of_time(desktop: Desktop) -> None:
    own(desktop)
    with web_world(desktop) as world:
        shop = section(world.signed_in().get("/policies").text, ">shop</h2>")
        second = world.signed_in("kim").page("/policies/ours?version=2")

    assert "chosen in policies.toml" in shop
    assert "Version 1 in force 1 Jan 2026 to 1 Dec 2026" in shop
    assert "Version 2 to come from 1 Dec 2026 on" in shop
    assert "4 working hours" in second


def test_after_the_day_has_come_the_next_version_is_in_force_without_a_new_start(desktop: Desktop) -> None:
    own(desktop)
    with web_world(desktop) as world:
        desktop.clock.advance(days=20)
        shop = section(world.signed_in().get("/policies").text, ">shop</h2>")

    assert "Version 1 past" in shop
    assert "Version 2 in force" in shop
    assert "4 working hours" in shop


def test_what_the_sellers_file_changes_is_shown_before_and_after(desktop: Desktop) -> None:
    own(desktop)
    with web_world(desktop) as world:
        fyndiq = section(world.signed_in().get("/policies").text, ">fyndiq</h2>")

    assert 'rule.errand.clock.first_response.target ["24wh"] ["20wh"]' in fyndiq
    assert "policies.toml: agreed with our account manager" in fyndiq


def test_only_an_https_address_becomes_a_link_and_markup_stays_text(desktop: Desktop) -> None:
    own(desktop, OWN.replace("https://shop.example/terms?a=1&b=2", "javascript:alert(1); https://a.example/?a=1&b=2"))
    with web_world(desktop) as world:
        page = world.signed_in().get("/policies/ours").text

    assert 'href="https://a.example/?a=1&amp;b=2"' in page
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page
    assert "What we promise &lt;b&gt;now&lt;/b&gt;" in page


def test_a_broken_policy_is_told_loudly_and_what_is_followed_instead(
    desktop: Desktop, tmp_path: Path, install_plugin: Callable[..., None]
) -> None:
    broken = tmp_path / "bad.toml"
    broken.write_text("schema = 1\nid = \n", encoding="utf-8")
    install_plugin("bad", BROKEN_PLUGIN.format(path=str(broken)))
    with web_world(desktop) as world:
        page = world.signed_in().get("/policies").text

    alert = page[page.index('role="alert"') :].split("</section>")[0]
    assert "These policies cannot be read" in alert
    assert "bad.toml: is not valid TOML" in alert


def test_the_last_text_that_could_be_read_is_followed_and_that_is_told(
    desktop: Desktop, tmp_path: Path, install_plugin: Callable[..., None]
) -> None:
    file = tmp_path / "promise.toml"
    file.write_text(PROMISE, encoding="utf-8")
    install_plugin("late", BROKEN_PLUGIN.format(path=str(file)))
    with web_world(desktop) as world:
        good = section(world.signed_in().get("/policies").text, ">shop</h2>")
    file.write_text(PROMISE + "\nnonsense = 1\n", encoding="utf-8")
    with web_world(desktop) as world:
        page = world.signed_in().get("/policies").text
        text = world.signed_in("kim").get("/policies/promise/source").text

    assert "7 hours" in good
    assert "7 hours" in section(page, ">shop</h2>")
    assert "These policies cannot be read" in page
    assert "promise.toml is followed as it was when it could be read last" in words_of(page)
    assert text == PROMISE


def test_a_file_that_changed_since_the_start_is_told(desktop: Desktop) -> None:
    with web_world(desktop) as world:
        visitor = world.signed_in()
        before = visitor.page("/policies")
        own(desktop)
        changed = visitor.page("/policies")
        own(desktop, "schema = 1\n[overrides.fyndiq]\n")
        broken = visitor.page("/policies")

    assert "has changed since casehub began" not in before
    assert "has changed since casehub began" in changed
    assert "cannot be used as it is now" in broken
    assert "Line 2 policies.toml: overrides: is no key here" in broken


# --- one policy ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_policy_is_shown_in_full_with_every_mark_and_source(world: WebWorld, language: str) -> None:
    visitor, force = world.signed_in(language=language), InForce(world.hub, world.hub.clock.now().date())
    policies = force.every()

    assert {"fyndiq", "cdon", "bolcom", "bolcom-24h", "rakuten-ichiba", "rakuten-france", "email", "office"} <= {
        policy.id for policy in policies
    }
    for policy in policies:
        page = visitor.get(f"/policies/{policy.id}").text
        told = words_of(page)
        for rule in policy.rules:
            assert rule.title in told
            for source in (rule.source, *(clock.source for clock in rule.clocks)):
                assert Words(language)(f"policies.mark_{source.mark.value}") in told
                for part in source.where.split("; "):
                    assert part in told
                    assert not part.startswith("https://") or f'href="{part}"' in page
                assert " ".join(source.reading.split()) in told
        marks = sum(1 + sum(c.source != r.source for c in r.clocks) for r in policy.rules)
        assert len(re.findall(r'class="source small"', page)) >= marks


def test_the_text_of_a_policy_is_given_as_text(world: WebWorld) -> None:
    answer = world.signed_in().get("/policies/fyndiq/source")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert 'id = "fyndiq"' in answer.text


def test_the_text_of_the_sellers_own_policy_is_their_file(desktop: Desktop) -> None:
    own(desktop)
    with web_world(desktop) as world:
        assert world.signed_in().get("/policies/ours/source").text == OWN


@pytest.mark.parametrize("address", ["/policies/fyndik", "/policies/fyndik/source", "/policies/fyndiq?version=0"])
def test_a_policy_that_is_not_there_is_not_found(world: WebWorld, address: str) -> None:
    answer = world.signed_in().get(address)

    assert answer.status_code == 404


# --- what-if ---


@pytest.fixture
def history(desktop: Desktop) -> Desktop:
    """Some cases of an hour ago in the shop, one of long ago, one of the portal."""
    for number in range(4):
        desktop.opens(ref=f"s{number}")
    desktop.opens("portal", "p1")
    desktop.clock.advance(hours=2)
    return desktop


def told(desktop: Desktop, text: str) -> dict[str, int]:
    """What the command says of a text."""
    file = desktop.config.parent / "new.toml"
    file.write_text(text, encoding="utf-8")
    words = ["--config", str(desktop.config), "policy", "what-if", str(file), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    found: dict[str, int] = json.loads(result.stdout)
    return found


def tile(page: str, name: str) -> int:
    found = re.search(rf"<dt>{re.escape(name)}</dt><dd>(\d+)</dd>", page)
    assert found, name
    return int(found[1])


def test_the_page_finds_what_the_command_finds(history: Desktop) -> None:
    expected = told(history, STRICTER)
    with web_world(history) as world:
        visitor = world.signed_in("lena", Role.LEAD)
        visitor.get("/policies/what-if")
        answer = visitor.post(
            "/policies/what-if", {"text": STRICTER, "first": "2026-08-01", "last": "2026-12-01", "channel": ""}
        )
    text = words_of(answer.text)

    assert expected["become_late"] == 5
    assert f"{expected['cases']} cases and {expected['runs']} deadlines were looked at. Nothing was changed." in text
    for name, label in (
        ("moved", "Deadlines that move"),
        ("become_late", "Would be late"),
        ("no_longer_late", "Late no longer"),
    ):
        assert tile(answer.text, label) == expected[name]
    assert "shop promise 4 4 0" in text
    assert "portal promise 1 1 0" in text
    assert "CH-1001 shop First answer" in text
    assert "becomes late" in text


def test_one_channel_alone_can_be_tried(history: Desktop) -> None:
    with web_world(history) as world:
        visitor = world.signed_in("lena", Role.LEAD)
        form = {"text": STRICTER, "first": "2026-08-01", "last": "2026-12-01", "channel": "portal"}
        text = words_of(visitor.post("/policies/what-if", form).text)

    assert "1 case and 1 deadline were looked at" in text


def test_trying_changes_nothing_in_the_database_or_on_the_disk(history: Desktop) -> None:
    with web_world(history) as world:
        visitor = world.signed_in("lena", Role.LEAD)
        visitor.get("/policies/what-if")
        before = _dump(history)
        visitor.post("/policies/what-if", {"text": STRICTER, "first": "2026-08-01", "last": "2026-12-01"})

        assert _dump(history) == before
        assert not (history.config.parent / "policies.toml").exists()


def test_the_present_text_stands_in_the_field_and_can_be_taken_along(desktop: Desktop) -> None:
    own(desktop)
    with web_world(desktop) as world:
        visitor = world.signed_in("lena", Role.LEAD)
        page = visitor.get("/policies/what-if").text
        file = visitor.post("/policies/what-if/download", {"text": OWN})

    assert "agreed with our account manager" in page
    assert file.text == OWN
    assert file.headers["content-disposition"] == 'attachment; filename="policies.toml"'
    assert file.headers["content-type"] == "application/toml; charset=utf-8"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (STRICTER.replace("30wm", "half an hour"), 7, "target"),
        ("schema = 1\n[[", 2, "not valid TOML"),
        (STRICTER.replace("override.office]", "override.offic]"), 3, "did you mean office?"),
        (f'schema = 1\n\n[channels.shop]\npolicy = "{SCRIPT}"', 4, "policy"),
        (f'schema = 1\n["{SCRIPT}"]\n', 2, "no key here"),
    ],
)
def test_a_mistake_is_shown_with_its_line_and_never_as_markup(world: WebWorld, text: str, line: int, what: str) -> None:
    visitor = world.signed_in("lena", Role.LEAD)
    answer = visitor.post("/policies/what-if", {"text": text, "first": "2026-08-01", "last": "2026-12-01"})

    assert answer.status_code == 422
    assert f"Line {line}" in words_of(answer.text)
    assert what in words_of(answer.text)
    assert "nothing was saved" in words_of(answer.text)
    assert "<script>alert" not in answer.text


def test_a_text_of_markup_comes_back_as_text(world: WebWorld) -> None:
    visitor = world.signed_in("lena", Role.LEAD)
    text = f"schema = 1\n# </textarea>{SCRIPT}"
    answer = visitor.post("/policies/what-if", {"text": text, "first": "2026-08-01", "last": "2026-12-01"})

    assert answer.status_code == 200
    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "form",
    [
        {"text": "schema = 1", "first": "2026-12-02", "last": "2026-12-01"},
        {"text": "schema = 1", "first": "yesterday", "last": "2026-12-01"},
        {"text": "schema = 1", "first": "", "last": ""},
        {"text": "#" * 300_000, "first": "2026-08-01", "last": "2026-12-01"},
    ],
)
def test_what_cannot_be_meant_is_refused(world: WebWorld, form: dict[str, str]) -> None:
    assert world.signed_in("lena", Role.LEAD).post("/policies/what-if", form).status_code == 422


def test_only_one_trial_runs_at_a_time(world: WebWorld) -> None:
    visitor = world.signed_in("lena", Role.LEAD)
    form = {"text": "schema = 1", "first": "2026-08-01", "last": "2026-12-01"}

    with policies_what_if._ONE_AT_A_TIME:
        assert visitor.post("/policies/what-if", form).status_code == 409
    assert visitor.post("/policies/what-if", form).status_code == 200


def test_a_trial_is_bounded_by_cases_and_by_time_and_says_so(history: Desktop) -> None:
    with open_hub(history.config) as hub:
        now = hub.clock.now()
        year = now.replace(year=2025), now.replace(year=2027)
        ticks = iter(range(100))
        few = try_text(hub, STRICTER, Bounds(*year, most=3), lambda: 0.0)
        short = try_text(hub, STRICTER, Bounds(*year, seconds=2.0), lambda: float(next(ticks)))
        whole = try_text(hub, STRICTER, Bounds(*year, most=5), lambda: 0.0)

    assert (few.trial.cases, few.cut) == (3, Cut.CASES)
    assert (short.trial.cases, short.cut) == (2, Cut.TIME)
    assert (whole.trial.cases, whole.cut) == (5, None)


def test_a_range_in_which_nobody_looked_at_every_case_says_so(
    history: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.trying.MOST_LINES", 4)
    with open_hub(history.config) as hub:
        now = hub.clock.now()
        tried = try_text(hub, STRICTER, Bounds(now.replace(year=2025), now.replace(year=2027)), lambda: 0.0)

    assert (tried.trial.cases, tried.cut) == (4, Cut.CASES)


def _dump(desktop: Desktop) -> list[str]:
    """All that the database holds but when somebody was seen."""
    with closing(sqlite3.connect(desktop.config.parent / "data" / "casehub.sqlite")) as raw:
        return [line for line in raw.iterdump() if "session" not in line]
