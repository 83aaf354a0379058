"""A case's page in a browser: one row at the head of a telephone, the next step at its foot, nothing behind either."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.browser import Desk, LiveHouse
from tests.kit.web.walking import press
from workflow.subjects.safety.commands import AssessRisk

Window = Callable[..., Desk]
SMALL: Any = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def case(live: LiveHouse) -> Story:
    return bring(story(live.office), "care")


def box(page: Page, what: str) -> dict[str, float]:
    found = page.locator(what).first.bounding_box()
    assert found is not None, what
    return {name: found[name] for name in ("x", "y", "width", "height")}


def in_russian(page: Page) -> None:
    press(page, page.get_by_role("button", name="Русский"))


def focused(page: Page) -> dict[str, float]:
    return dict(page.evaluate("(({top, bottom}) => ({top, bottom}))(document.activeElement.getBoundingClientRect())"))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_on_a_telephone_the_head_is_one_row_and_the_next_step_is_at_the_foot(
    language: str, window: Window, live: LiveHouse, case: Story
) -> None:
    desk = window("staff:anna", **SMALL)
    page = desk.go(f"/cases/{case.case_id}")
    if language == "ru":
        in_russian(page)
        page = desk.go(f"/cases/{case.case_id}")
    desk.fits()
    assert box(page, "header.top")["height"] < 64
    deed = box(page, ".now-deed")
    assert deed["y"] + deed["height"] == pytest.approx(740, abs=1)
    assert deed["height"] < 90
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    foot = box(page, "footer")
    assert foot["y"] + foot["height"] <= box(page, ".now-deed")["y"], "the end of the page is not behind it"
    assert Axe().run(page).violations_count == 0
    if language == "ru":
        press(page, page.get_by_role("button", name="English"))


def test_nothing_that_has_the_focus_is_behind_the_next_step(window: Window, case: Story) -> None:
    page = window("staff:anna", **SMALL).go(f"/cases/{case.case_id}")
    top = box(page, ".now-deed")["y"]
    seen = 0
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        if page.evaluate("!!document.activeElement.closest('.now-deed')"):
            continue
        assert focused(page)["bottom"] <= top + 1, page.evaluate("document.activeElement.outerHTML")
        seen += 1
    assert seen > 20


def test_the_next_step_is_the_first_thing_a_keyboard_reaches_after_the_strip(window: Window, case: Story) -> None:
    page = window("staff:anna").go(f"/cases/{case.case_id}")
    page.locator("main").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('.now-deed')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/cases/{case.case_id}/do/BookAppointment"))


@pytest.mark.parametrize("script", [True, False])
def test_the_pages_are_behind_one_button_on_a_telephone(script: bool, window: Window, case: Story) -> None:  # noqa: FBT001
    page = window("staff:anna", java_script_enabled=script, **SMALL).go(f"/cases/{case.case_id}")
    expect(page.get_by_role("link", name="Beds", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    beds = page.get_by_role("link", name="Beds", exact=True)
    expect(beds).to_be_visible()
    press(page, beds)
    assert page.url.endswith("/beds")


def test_the_pages_close_with_escape_and_the_session_goes_on(window: Window, case: Story) -> None:
    page = window("staff:anna", **SMALL).go(f"/cases/{case.case_id}")
    page.get_by_role("button", name="Menu").press("Enter")
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    expect(page.locator("html[data-signed-in]")).to_have_count(1)


def test_on_a_desk_the_pages_stand_in_the_row_and_the_step_beside_its_words(window: Window, case: Story) -> None:
    page = window("staff:anna").go(f"/cases/{case.case_id}")
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
    expect(page.get_by_role("link", name="Beds", exact=True)).to_be_visible()
    strip, deed = box(page, "#now"), box(page, ".now-deed")
    assert strip["y"] < deed["y"] < strip["y"] + strip["height"]


def test_on_paper_there_is_nothing_to_press(window: Window, case: Story) -> None:
    page = window("staff:anna", **SMALL).go(f"/cases/{case.case_id}")
    page.emulate_media(media="print")
    expect(page.locator(".now-deed")).to_be_hidden()
    expect(page.locator("#step-title")).to_be_visible()


def test_the_picture_unfolds_and_stays_so_while_the_case_goes_on(window: Window, live: LiveHouse) -> None:
    case = bring(story(live.office), "care")
    page = window("staff:anna").go(f"/cases/{case.case_id}")
    expect(page.locator("#journey svg.wide")).to_be_hidden()
    page.locator("#journey summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#journey svg.wide")).to_be_visible()
    case.does(AssessRisk, level="high", safe_to_return=False)
    expect(page.locator("#now .flags")).to_contain_text("High risk")
    expect(page.locator("#journey svg.wide")).to_be_visible()


def test_a_card_that_was_a_line_opens_up_when_something_is_recorded(window: Window, live: LiveHouse) -> None:
    case = story(live.office)
    page = window("staff:anna").go(f"/cases/{case.case_id}")
    expect(page.locator("#safety")).to_have_class(re.compile(r"\bline\b"))
    case.does(AssessRisk, level="low", safe_to_return=True)
    expect(page.locator("#safety dl")).to_be_visible()
    expect(page.locator("#safety")).not_to_have_class(re.compile(r"\bline\b"))


def test_the_list_of_what_can_be_recorded_narrows_while_somebody_types(window: Window, case: Story) -> None:
    desk = window("staff:anna", **SMALL)
    page = desk.go(f"/cases/{case.case_id}/do")
    desk.fits()
    page.get_by_label("Find what to record").fill("grant")
    expect(page.get_by_role("link", name="Ask for a grant")).to_be_visible()
    expect(page.get_by_role("link", name="Add a note")).to_be_hidden()
    expect(page.locator("#filter-found")).to_contain_text("found")
    assert page.url.endswith("/do"), "what is typed gets into no address"
    assert Axe().run(page).violations_count == 0
    page.get_by_label("Find what to record").fill("zzz")
    expect(page.locator("#filter-found")).to_contain_text("Nothing is called that")
    page.get_by_label("Find what to record").fill("")
    expect(page.get_by_role("link", name="Add a note")).to_be_visible()


def test_without_a_script_everything_can_be_reached(window: Window, case: Story) -> None:
    desk = window("staff:anna", java_script_enabled=False, **SMALL)
    page = desk.go(f"/cases/{case.case_id}/do")
    expect(page.get_by_label("Find what to record")).to_be_hidden()
    expect(page.get_by_role("link", name="Add a note")).to_be_visible()
    page = desk.go(f"/cases/{case.case_id}")
    page.locator("#journey summary").click()
    expect(page.locator("#journey svg.tall")).to_be_visible()


def test_a_field_is_not_hidden_by_what_makes_the_head_short(window: Window) -> None:
    page = window("staff:boris", **SMALL).go("/beds")
    expect(page.get_by_label("As it was on")).to_be_visible()
    page = window("staff:boris").go("/statistics")
    expect(page.get_by_label("Year", exact=True)).to_be_visible()


@pytest.mark.parametrize("path", ["/statistics", "/ledger", "/beds"])
def test_charts_fill_the_page_and_their_letters_can_be_read_on_a_telephone(path: str, window: Window) -> None:
    who = "staff:clara" if path == "/ledger" else "staff:boris"
    desk = window(who, **SMALL)
    page = desk.go(path)
    desk.fits()
    letters = page.locator(".charts > .tall text").evaluate_all(
        "all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect().height)"
    )
    assert all(height >= 11 for height in letters), min(letters)
    wide = window(who).go(path)
    for chart in wide.locator(".charts:visible").all():
        whole, drawn = chart.bounding_box(), chart.locator("svg.wide").bounding_box()
        assert whole is not None
        assert drawn is not None
        assert drawn["width"] == pytest.approx(whole["width"], rel=0.02)
