"""My work in a browser: danger first, rows that stay under the pointer, a day without a number by mouth."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.kit.roads import bring, plan_trip, ready_to_be_received, ready_to_travel
from tests.kit.story import Story, far, story
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import does, press
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.care.state import care_of
from workflow.subjects.safety.commands import AssessRisk

Window = Callable[..., Desk]


def in_danger(live: LiveHouse) -> Story:
    return story(live.office).does(AssessRisk, level="high", safe_to_return=False)


def row_of(page: Page, case: Story) -> str:
    return f'#danger li[data-row="danger {case.case_id}"]'


def test_a_doctors_day_takes_no_number_by_mouth(window: Window, live: LiveHouse) -> None:
    case = plan_trip(ready_to_travel(bring(story(live.office), "documents")))
    day = live.office.definition.programme.day(live.office.now)
    case.does(CertifyFitness, valid_until=day, escort="none", mandate="medical")
    before = care_of(case.case).fitness
    desk = window("staff:vera")
    page = desk.go("/work")
    asked = page.locator("#asked li", has_text=case.case_id)
    expect(asked).to_contain_text("Certify that the person may travel")
    press(page, asked.get_by_role("link", name=case.case_id, exact=True))
    expect(page.get_by_role("heading", level=1)).to_contain_text(case.case_id)
    page = desk.go("/work")
    press(page, page.locator("#asked li", has_text=case.case_id).locator("a.button"))
    does(desk, {"until|valid": far(live.office.now).isoformat(), "go along|escort": "nobody|no one|none"})
    assert care_of(case.case).fitness != before
    expect(desk.go("/work").locator("#asked", has_text=case.case_id)).to_have_count(0)
    looks = [row for row in live.office.rows("looks", case_id=case.case_id) if row["account"] == "staff:vera"]
    assert {bool(row["listed"]) for row in looks} == {True, False}, "that she saw the number, and that she opened it"


def test_danger_is_the_first_thing_on_the_page(window: Window, live: LiveHouse) -> None:
    case = in_danger(live)
    page = window("staff:boris").go("/work")
    expect(page.locator("main section").first).to_have_id("danger")
    expect(page.locator(row_of(page, case))).to_be_visible()
    expect(page.locator(row_of(page, case)).locator("a.button")).to_have_count(1)


def test_rows_stay_under_the_pointer_and_a_bar_tells_what_is_new(window: Window, live: LiveHouse) -> None:
    known = in_danger(live)
    page = window("staff:boris").go("/work")
    row = page.locator(row_of(page, known))
    row.hover()
    where = row.bounding_box()
    first, second = in_danger(live), ready_to_be_received(story(live.office)).later(hours=3)
    bar = page.locator("[data-arrived]")
    expect(bar).to_be_visible()
    expect(page.locator(row_of(page, first))).to_have_count(0)
    assert row.bounding_box() == where, "nothing has moved"
    press_bar(page)
    expect(page.locator(row_of(page, first))).to_be_visible()
    late = page.locator(row_of(page, second))
    expect(late.or_(page.locator("[data-arrived]:not([hidden])")).first).to_be_visible()
    if bar.is_visible():  # the page had looked before the second one came, and tells of it now
        press_bar(page)
    expect(late).to_be_visible()
    expect(bar).to_be_hidden()


def test_rows_stay_while_somebody_is_at_one_with_the_keyboard(window: Window, live: LiveHouse) -> None:
    known = in_danger(live)
    page = window("staff:boris").go("/work")
    button = page.locator(row_of(page, known)).locator("a.button")
    button.focus()
    other = in_danger(live)
    expect(page.locator("[data-arrived]")).to_be_visible()
    expect(button).to_be_focused()
    page.locator("[data-arrived] button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(row_of(page, other))).to_be_visible()
    expect(page.locator("main")).to_be_focused()


def test_a_list_that_nobody_touches_follows_by_itself(window: Window, live: LiveHouse) -> None:
    in_danger(live)
    page = window("staff:boris").go("/work")
    page.mouse.move(0, 0)
    other = in_danger(live)
    expect(page.locator(row_of(page, other))).to_be_visible()
    expect(page.locator("[data-arrived]")).to_be_hidden()


def test_the_main_action_is_reached_with_the_keyboard(window: Window, live: LiveHouse) -> None:
    case = in_danger(live)
    page = window("staff:boris").go("/work")
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches('{row_of(page, case)} a.button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/cases/{case.case_id}/do/AssessRisk"))


def test_it_fits_a_telephone_and_is_there_in_russian(window: Window, live: LiveHouse) -> None:
    case = ready_to_be_received(in_danger(live)).later(days=2)
    desk = window("staff:boris", viewport=PHONE, is_mobile=True, has_touch=True)
    page = desk.go("/work")
    desk.fits()
    press(page, page.get_by_role("button", name="Русский"))
    page = desk.go("/work")
    desk.fits()
    expect(page.locator("#danger h2")).to_contain_text("В опасности")
    text = page.locator(row_of(page, case)).inner_text()
    assert "Не приехал" in text
    handle = page.locator(row_of(page, case)).locator(".handle").first.inner_text()
    words = text.replace(case.case_id, "").replace(handle, "").replace("Anna", "")
    assert not re.search(r"[a-z]{4,}", words), text
    press(page, page.get_by_role("button", name="English"))


def test_it_needs_no_script(window: Window, live: LiveHouse) -> None:
    case = in_danger(live)
    page = window("staff:boris", java_script_enabled=False).go("/work")
    expect(page.locator("[data-arrived]")).to_be_hidden()
    press(page, page.locator(row_of(page, case)).locator("a.button"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/do/AssessRisk")


def press_bar(page: Page) -> None:
    page.locator("[data-arrived] button").click()
