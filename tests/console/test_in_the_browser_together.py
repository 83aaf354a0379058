"""Several people and one case: who comes second sees what changed, and a page follows what others and workers do."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.kit.roads import bring
from tests.kit.story import Story, present, story
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import does, fill, press, send
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.safety.state import safety_of

Window = Callable[..., Desk]


@pytest.fixture
def case(live: LiveHouse) -> Story:
    """Somebody who has just been referred."""
    return story(live.office)


def test_who_comes_second_sees_what_changed_and_applies_theirs_again(window: Window, case: Story) -> None:
    first, second = window("staff:anna"), window("staff:gleb")
    form = f"/cases/{case.case_id}/do/AssessRisk"
    first.go(form)
    page = second.go(form)
    does(first, {"^(Level|Risk)": "medium", "Note|What was found": "threats by telephone"})
    fill(page, {"^(Level|Risk)": "low"})
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The case has moved on")
    expect(page.get_by_role("heading", name="What you wanted")).to_be_visible()
    changed = page.locator("section", has=page.get_by_role("heading", name="What changed meanwhile"))
    expect(changed).to_contain_text("Anna")
    assert safety_of(case.case).risk is not None
    assert present(safety_of(case.case).risk).level == "medium"
    press(page, page.get_by_role("button", name="Apply it to the case as it is now"))
    expect(page.locator(".note.good")).to_be_visible()
    assert present(safety_of(case.case).risk).level == "low"


def test_a_page_follows_while_a_worker_finishes(window: Window, live: LiveHouse) -> None:
    case = story(live.office)
    bring(case, "care")
    page = window("staff:anna").go(f"/cases/{case.case_id}")
    running = page.locator("[data-part=running]")
    before = running.inner_text()
    page.evaluate("window.stays = true")
    live.work()
    live.settle()
    expect(running).not_to_have_text(before)
    case.does(AddNote, note="a word to everybody")
    expect(page.locator("[data-part=history]")).to_contain_text(re.compile("[Nn]ote"))
    assert page.evaluate("window.stays"), "the page was not loaded anew"


def test_the_main_path_needs_no_script(window: Window, case: Story) -> None:
    desk = window("staff:anna", java_script_enabled=False)
    page = desk.go("/work")
    press(page, page.get_by_role("link", name="Cases", exact=True))
    press(page, page.get_by_role("link", name=case.case_id))
    press(page, page.get_by_role("link", name="Record consent").first)
    does(desk, {})
    expect(page.locator(".note.good")).to_contain_text("Record consent")
    assert case.case.consents
    page.reload()
    assert len(case.case.consents) == 1


def test_the_main_path_fits_a_telephone(window: Window, case: Story) -> None:
    desk = window("staff:anna", viewport=PHONE, is_mobile=True, has_touch=True)
    for path in ("/work", "/cases", f"/cases/{case.case_id}", f"/cases/{case.case_id}/do/GiveConsent"):
        desk.go(path)
        desk.fits()
    does(desk, {})
    desk.fits()


def test_a_form_is_filled_in_with_the_keyboard_alone(window: Window, case: Story) -> None:
    page = window("staff:anna").go(f"/cases/{case.case_id}/do/GiveConsent?purpose=travel")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('main form button.main-deed')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".note.good")).to_be_visible()
    assert ("travel", "") in case.case.consents


def test_a_form_that_is_sent_half_empty_says_so_at_its_head_and_keeps_what_was_typed(
    window: Window, case: Story
) -> None:
    page = window("staff:anna").go(f"/cases/{case.case_id}/do/PlanArrival")
    page.get_by_label("Place").fill("Sheremetyevo")
    press(page, page.locator("main form button.main-deed").last)
    summary = page.get_by_role("alert").filter(has_text="Something needs correcting")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Place")).to_have_value("Sheremetyevo")
    assert page.title().startswith("Error:")
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.matches('input, select')")


def test_a_case_is_read_and_done_in_russian(window: Window, case: Story) -> None:
    desk = window("staff:anna")
    page = desk.go("/work")
    press(page, page.get_by_role("button", name="Русский"))
    page = desk.go(f"/cases/{case.case_id}")
    english = re.findall(r"\b(?:Record|Nothing|the|There|Not yet|allowed)\b", page.locator("main").inner_text())
    assert not english
    press(page, page.get_by_role("link", name=re.compile("соглас", re.IGNORECASE)).first)
    does(desk, {})
    expect(page.locator(".note.good")).to_have_text(re.compile("[а-яё]"))
    press(page, page.get_by_role("button", name="English"))
