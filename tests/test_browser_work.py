"""A seller's day in a real Chromium: by keyboard, by thumb, by two people at once, and without any script."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Locator, Page, Route, expect

from hub.core.model import Case, CaseState, CaseType, Direction
from hub.core.outbox import ReplyState
from hub.core.people import Role
from tests.browser import LAPTOP, PHONE, Seller, seller, watched
from tests.browser_world import Served, served_world
from tests.staff import PASSWORD
from tests.web_world import WebWorld

pytestmark = pytest.mark.chromium
expect.set_options(timeout=15_000)

_SERIAL = count(1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_world(tmp_path_factory.mktemp("work"), undo="10s") as found:
        found.world.person("bo", Role.LEAD, full_name="Bo Ek")
        yield found


@pytest.fixture
def world(served: Served) -> WebWorld:
    return served.world


@pytest.fixture
def eva(chromium: Browser, served: Served) -> Iterator[Seller]:
    with seller(chromium, served.world, served.address) as found:
        yield found
    assert found.complaints == []


def opened(world: WebWorld, channel: str = "shop", **facts: Any) -> str:
    """A case of its own for one test."""
    ref = facts.pop("ref", f"w{next(_SERIAL)}")
    world.desktop.opens(**{"channel": channel, "ref": ref, "type": CaseType.QUESTION, **facts})
    return world.hub.store.number_with_ref(channel, ref)


def replies(world: WebWorld, number: str) -> list[tuple[str, ReplyState]]:
    return [(reply.text, reply.state) for reply in world.hub.store.replies(case_number=number) if reply.text]


def notes(case: Case) -> list[str]:
    return [message.text for message in case.messages if message.direction is Direction.NOTE]


def box(page: Page) -> Locator:
    return page.locator("#reply-text")


def waiting(page: Page, text: str) -> Locator:
    return page.locator("#outbox .waiting", has_text=text)


def test_ten_cases_are_worked_by_keyboard_alone(chromium: Browser, served: Served) -> None:
    world = served.world
    world.site.people.set_password("eva", world.site.doorkeeper.signing_in.passwords.hashed(PASSWORD))
    numbers = [opened(world, subject=f"Vas {place}") for place in range(10)]
    with chromium.new_context(viewport={"width": LAPTOP[0], "height": LAPTOP[1]}) as context:
        page, complaints = watched(context)
        page.goto(served.address)
        page.keyboard.type("eva")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(".case")).to_have_count(10)
        worked: list[str] = []
        for place in range(10):
            worked.append(next_case(page, worked))
            answer(page, f"Hej, nummer {place} är på väg.", key="o" if place % 2 else "r")
            [take, note, close][place % 3](page)
            page.keyboard.press("l")
            expect(page.locator("#inbox .case").first).to_be_visible()

    assert sorted(worked) == sorted(numbers)
    assert complaints == []
    cases = [world.case(number) for number in worked]
    assert [replies(world, case.number)[0][0] for case in cases] == [f"Hej, nummer {n} är på väg." for n in range(10)]
    assert [case.assignee for case in cases[::3]] == ["eva"] * 4
    assert [notes(case) for case in cases[1::3]] == [["Ring honom."]] * 3
    assert [case.state for case in cases[2::3]] == [CaseState.CLOSED] * 3


def next_case(page: Page, worked: list[str]) -> str:
    """Go down the list to a case that is not done yet."""
    while True:
        page.keyboard.press("j")
        number = page.locator(".case.current").get_attribute("data-number") or ""
        if number not in worked:
            return number


def answer(page: Page, text: str, key: str) -> None:
    page.keyboard.press(key)
    page.wait_for_url("**/cases/CH-*")
    if key == "o":
        page.keyboard.press("r")
    expect(box(page)).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    expect(waiting(page, text)).to_have_count(1)
    expect(box(page)).to_have_value("")


def take(page: Page) -> None:
    page.keyboard.press("a")
    expect(page.locator("#case-head .pill", has_text="With eva")).to_be_visible()


def note(page: Page) -> None:
    page.keyboard.press("n")
    expect(page.locator("#act-note textarea")).to_be_focused()
    page.keyboard.type("Ring honom.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".message.note", has_text="Ring honom.")).to_be_visible()


def close(page: Page) -> None:
    page.keyboard.press("e")
    expect(page.locator("#act-close input[name=reason]")).to_be_focused()
    page.keyboard.type("Löst")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#act-reopen")).to_be_visible()


def test_a_reply_is_undone_by_a_key_and_its_text_comes_back(eva: Seller, world: WebWorld) -> None:
    number = opened(world)
    page = eva.opens(f"/cases/{number}")
    page.keyboard.press("r")
    page.keyboard.type("Den kommer på fredag.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".undo")).to_be_visible()
    page.keyboard.press("u")

    expect(box(page)).to_have_value("Den kommer på fredag.")
    expect(box(page)).to_be_focused()
    expect(page.locator(".undo")).to_have_count(0)
    assert replies(world, number) == [("Den kommer på fredag.", ReplyState.CANCELLED)]


def test_a_reply_that_is_undone_before_its_own_answer_came_back_is_not_lost(eva: Seller, world: WebWorld) -> None:
    number = opened(world)
    page = eva.opens(f"/cases/{number}")
    page.keyboard.press("r")
    page.keyboard.type("Inte så fort.")
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/reply", lambda route: held.append((route, route.fetch())))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".undo")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator(".undo")).to_have_count(0)
    route, answer = held[0]
    route.fulfill(response=answer)

    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("Inte så fort.")


def test_what_eva_writes_bo_approves_at_his_own_browser(chromium: Browser, served: Served, eva: Seller) -> None:
    world, text = served.world, "Ni får pengarna tillbaka."
    number = opened(world, "careful")
    page = eva.opens(f"/cases/{number}")
    page.keyboard.press("r")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    expect(waiting(page, text)).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    with seller(chromium, world, served.address, "bo") as bo:
        bo.opens("/cases?view=approval").locator(".case", has_text=number).locator("a.open").press("Enter")
        bo.page.on("dialog", lambda dialog: dialog.accept())
        bo.page.get_by_role("button", name="Approve").press("Enter")
        expect(bo.page.get_by_text("approved by bo")).to_be_visible()
        assert bo.complaints == []

    expect(page.get_by_text("approved by bo")).to_be_visible()
    world.desktop.clock.advance(seconds=11)
    world.desktop.told("deliver")
    assert {"deliver": text} in world.desktop.done()


def test_news_while_eva_types_take_nothing_from_her(eva: Seller, world: WebWorld) -> None:
    number = opened(world, ref="live")
    page = eva.opens(f"/cases/{number}")
    page.keyboard.press("r")
    page.keyboard.type("Vi skickar en ny")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.locator("[data-files]").set_input_files({"name": "vas.txt", "mimeType": "text/plain", "buffer": b"abc"})
    box(page).focus()

    world.desktop.opens(ref="live", messages=(world.desktop.letter("live-m2", text="Hallå, svara då!"),))
    expect(page.locator("#conversation")).to_contain_text("Hallå, svara då!")

    expect(box(page)).to_be_focused()
    page.keyboard.type("_")
    expect(box(page)).to_have_value("Vi skickar en_ ny")
    expect(page.locator("[data-chosen]")).to_contain_text("vas.txt")
    assert page.locator("[data-files]").evaluate("(one) => [...one.files].map((file) => file.name)") == ["vas.txt"]
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("Hallå, svara då!")
    expect(box(page)).to_have_value("Vi skickar en_ ny")
    assert replies(world, number) == []


def test_files_are_dropped_named_and_sent(eva: Seller, world: WebWorld) -> None:
    number = opened(world)
    page = eva.opens(f"/cases/{number}")
    page.locator("[data-files]").set_input_files({"name": "ett.txt", "mimeType": "text/plain", "buffer": b"first"})
    page.evaluate(
        """() => { const carried = new DataTransfer();
        carried.items.add(new File(["second"], "två 漢.txt", {type: "text/plain"}));
        for (const kind of ["dragover", "drop"])
          document.querySelector(".compose").dispatchEvent(
            new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true})); }"""
    )
    expect(page.locator("[data-chosen] li")).to_have_count(2)
    page.keyboard.press("r")
    page.keyboard.type("Se bilagorna.")
    page.keyboard.press("Control+Enter")
    expect(waiting(page, "Se bilagorna.")).to_contain_text("två 漢.txt")

    [reply] = [reply for reply in world.hub.store.replies(case_number=number) if reply.text]
    assert [(file.name, world.hub.store.content(file.digest)) for file in reply.attachments] == [
        ("ett.txt", b"first"),
        ("två 漢.txt", b"second"),
    ]


def test_many_are_taken_at_once_and_a_list_is_kept_by_name(eva: Seller, world: WebWorld) -> None:
    numbers = [opened(world, "portal", subject=f"Flera {place}", type=CaseType.DELAY) for place in range(3)]
    page = eva.opens("/cases?type=delay")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("*")
    expect(page.locator("#deeds")).to_be_visible()
    page.get_by_role("button", name="Take", exact=True).press("Enter")
    expect(page.locator(".case .assignee", has_text="eva")).to_have_count(3)

    page.get_by_role("button", name="Save this view").press("Enter")
    page.keyboard.type("Sena paket")
    page.keyboard.press("Enter")
    expect(page.locator(".own-view")).to_contain_text("Sena paket")
    page.goto(f"{eva.address}/cases")
    page.get_by_role("link", name="Sena paket").press("Enter")
    expect(page.locator(".case")).to_have_count(3)
    assert [world.case(number).assignee for number in numbers] == ["eva"] * 3


def test_a_search_leads_to_the_case_and_back_to_what_was_found(eva: Seller, world: WebWorld) -> None:
    number = opened(world, subject="Zebrarandig kudde")
    page = eva.opens("/cases")
    page.keyboard.press("/")
    page.keyboard.type("zebrar")
    expect(page.locator(".case")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("o")
    page.wait_for_url("**/cases/CH-*")
    expect(page.locator("#case-head")).to_contain_text(number)
    page.keyboard.press("l")

    expect(page.locator("#inbox .case")).to_have_count(1)
    expect(page.locator("#find")).to_have_value("zebrar")


def test_a_reply_is_written_on_a_phone_with_a_thumb(chromium: Browser, served: Served) -> None:
    world = served.world
    number = opened(world, subject="Telefonfallet", messages=(world.desktop.letter("long", text="Rad.\n" * 60),))
    with seller(chromium, world, served.address, size=PHONE, has_touch=True, is_mobile=True) as phone:
        page = phone.opens("/cases?q=Telefonfallet")
        page.locator(".case a.open").first.tap()
        page.locator(".to-reply").tap()
        box(page).tap()
        page.keyboard.type("Svar från bussen.")
        page.get_by_role("button", name="Send").first.tap()
        expect(waiting(page, "Svar från bussen.")).to_be_visible()
        assert phone.too_wide() == []
        page.locator(".undo button").tap()
        expect(box(page)).to_have_value("Svar från bussen.")
        assert phone.complaints == []

    assert replies(world, number) == [("Svar från bussen.", ReplyState.CANCELLED)]


def test_theme_and_language_follow_their_choice(eva: Seller) -> None:
    page = eva.opens("/cases")
    page.locator("details.own summary").press("Enter")
    page.locator(".drop select[name=theme]").select_option("dark")
    expect(page.locator("html[data-theme=dark]")).to_have_count(1)
    page.locator("details.own summary").press("Enter")
    page.locator(".drop select[name=language]").select_option("sv")
    expect(page.locator("html[lang=sv]")).to_have_count(1)

    expect(page.locator("html[data-theme=dark]")).to_have_count(1)
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert "Ärenden" in page.title()


def test_signing_out_ends_everything_also_what_the_back_button_shows(
    chromium: Browser, served: Served, world: WebWorld
) -> None:
    number = opened(world, subject="Hemlig vas")
    with seller(chromium, world, served.address) as leaving:
        page = leaving.opens(f"/cases/{number}")
        other = page.context.new_page()
        other.goto(f"{served.address}/cases")
        page.locator("details.own summary").press("Enter")
        page.get_by_role("button", name="Sign out").press("Enter")
        expect(page.locator("input[name=password]")).to_be_visible()
        page.go_back()
        expect(page.locator("input[name=password]")).to_be_visible()
        other.reload()
        expect(other.locator("input[name=password]")).to_be_visible()

        assert "Hemlig vas" not in page.content() + other.content()


def test_a_page_without_any_script_still_answers(chromium: Browser, served: Served, world: WebWorld) -> None:
    number = opened(world)
    with seller(chromium, world, served.address, java_script_enabled=False) as plain:
        page = plain.opens("/cases")
        page.locator(f"#{number} a.open").click()
        box(page).fill("Utan skript.")
        page.get_by_role("button", name="Send").first.click()

        expect(waiting(page, "Utan skript.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(box(page)).to_have_value("Utan skript.")
    assert replies(world, number) == [("Utan skript.", ReplyState.CANCELLED)]
