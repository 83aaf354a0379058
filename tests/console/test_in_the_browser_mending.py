"""A wrong day of an appointment is put right from the card of care, by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.web.browser import Desk, LiveHouse
from workflow.subjects.care.commands import BookAppointment
from workflow.subjects.care.state import care_of

Window = Callable[..., Desk]
pytestmark = pytest.mark.xdist_group("in_the_browser_together")
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
