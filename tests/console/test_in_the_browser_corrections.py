"""A misspelt name and a wrong citizenship are mended by the screens alone, and the return is declared after it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import does, fill, press, refused, send
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.travel.state import travel_of

Window = Callable[..., Desk]
BY = {"What was wrong": "Typed wrongly", "By which paper": "Passport"}


@pytest.fixture
def case(live: LiveHouse) -> Story:
    """Somebody whose name was misspelt, and who was taken for another country's national."""
    return bring(Story(live.office, name="Elena Surcani", citizenships=("UA",), language="ro"), "care")


@pytest.mark.parametrize("how", [{}, {"java_script_enabled": False}, {"viewport": PHONE, "is_mobile": True}])
def test_a_name_and_a_citizenship_are_mended_and_the_return_is_declared(
    window: Window, case: Story, live: LiveHouse, how: dict[str, object]
) -> None:
    desk = window("staff:anna", **how)
    page = desk.go(f"/cases/{case.case_id}")
    person = page.locator("#person")
    press(page, person.get_by_role("link", name="Correct name, birth date or telephone"))
    press(page, page.get_by_role("button", name="Open what is recorded, and put it right there"))
    expect(page.get_by_label("Name", exact=False).first).to_have_value("Elena Surcani")
    does(desk, {"^Name": "Elena Țurcanu", **BY})
    expect(page.locator(".note.good")).to_be_visible()
    press(page, page.locator("#travel").get_by_role("link", name=re.compile("Declare|return", re.IGNORECASE)).first)
    fill(page, {"Country of return": "Moldova"})
    send(page)
    assert any("not a national" in one for one in refused(page))
    press(page, page.locator("main .note.bad").get_by_role("link", name="Correct the citizenships"))
    does(desk, {"Citizenships": "Moldova", **BY})
    press(page, page.locator("#travel").get_by_role("link", name=re.compile("Declare|return", re.IGNORECASE)).first)
    does(desk, {"Country of return": "Moldova"})
    assert case.case.citizenships == ("MD",)
    assert travel_of(case.case).destination == "MD"
    page = desk.go(f"/cases/{case.case_id}/history")
    expect(page.locator("table")).to_contain_text("Citizenships before")
    expect(page.locator("table")).to_contain_text("Ukraine")
    desk.fits()
    desk.at_ease()


def test_a_note_on_the_wrong_case_is_taken_back_from_its_card(window: Window, case: Story) -> None:
    case.does(AddNote, note="of somebody else")
    desk = window("staff:anna")
    page = desk.go(f"/cases/{case.case_id}")
    page.locator("#notes summary").press("Enter")
    press(page, page.locator("#notes").get_by_role("link", name="Put right"))
    does(desk, {"What the slip was": "another case"})
    press(page, page.get_by_role("link", name="Leave it"))
    expect(page.locator("#history s").first).to_contain_text("Note")
    desk.at_ease()
