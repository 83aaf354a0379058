"""A wrong day of an appointment is put right from the card of care, by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import does, press
from workflow.subjects.care.commands import BookAppointment
from workflow.subjects.care.state import care_of
from workflow.subjects.documents.commands import RecordTravelDocument

Window = Callable[..., Desk]
TABS_MAX = 80


def tab_to(page: Page, name: str) -> None:
    """Go on by the tabulator until what has the focus is called so."""
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        if name in (page.evaluate("document.activeElement.textContent") or ""):
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


@pytest.mark.parametrize("how", [{}, {"java_script_enabled": False}])
def test_a_wrong_day_of_an_appointment_is_put_right_by_the_keyboard(
    window: Window, live: LiveHouse, how: dict[str, object]
) -> None:
    case = bring(Story(live.office, language="ro"), "care")
    day = live.office.now.replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    case.does(BookAppointment, service="medical_exam", at=day)
    desk = window("staff:anna", **how)
    page = desk.go(f"/cases/{case.case_id}")
    page.locator("#care").get_by_role("link", name="Put right").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#recorded-title")).to_be_visible()
    desk.at_ease()
    tab_to(page, "Move")
    page.keyboard.press("Enter")
    field = page.get_by_label("Date and time")
    expect(field).not_to_have_value("")
    before = field.input_value()
    field.fill(f"{day + timedelta(days=7):%Y-%m-%d}{before[10:]}")
    desk.at_ease()
    field.press("Enter")
    expect(page.locator(".note.good")).to_be_visible()
    days = [one.at.date() for one in care_of(case.case).appointments.values() if one.at]
    assert (day + timedelta(days=7)).date() in days
    expect(page.locator("#history")).to_contain_text("moved")


def test_a_documents_number_is_mended_on_a_phone_and_axe_finds_no_fault(window: Window, live: LiveHouse) -> None:
    case = bring(Story(live.office, language="ro"), "care")
    case.does(RecordTravelDocument, kind="passport", country="MD", number="AB1234567", valid_until="2012-01-01")
    desk = window("staff:anna", viewport=PHONE, is_mobile=True)
    page = desk.go(f"/cases/{case.case_id}")
    page.locator("#documents summary").press("Enter")
    faultless(desk)
    press(page, page.locator("#documents").get_by_role("link", name="Put right").first)
    faultless(desk)
    does(desk, {"What the slip was": "What it says is wrong"})
    press(page, page.get_by_role("button", name="Open it, and put it into the form"))
    faultless(desk)
    expect(page.get_by_label("Number", exact=False).first).to_have_value("AB1234567")
    does(desk, {"^Number": "AB1234576"})
    expect(page.locator(".note.good")).to_be_visible()
    expect(page.locator("#documents")).to_contain_text("Passport")
    page = desk.go(f"/cases/{case.case_id}/mend/0")
    faultless(desk)


def faultless(desk: Desk) -> None:
    found = Axe().run(desk.page)
    assert found.violations_count == 0, f"{desk.path()}:\n{found.generate_report()}"
    desk.fits()
