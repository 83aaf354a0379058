"""In a browser: somebody is opened with a handle, found by it, named for a moment; the list is taken out."""

from __future__ import annotations

import zipfile
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.kit.story import Story
from tests.kit.web.browser import PHONE, Desk, LiveHouse, a_desk
from workflow.subjects.safety.commands import AssessRisk

NAME, HANDLE = "Оксана Петренко", "Тихая гавань"


def _sound(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _opens_somebody(desk: Desk) -> str:
    """Open a case with a chosen handle; the name as a handle is refused first, with what helps."""
    page = desk.go("/cases/new")
    page.locator("form[action='/cases/new'] [name=name]").fill(NAME)
    page.locator("form[action='/cases/new'] button").click()
    page.get_by_role("button", name="Open a new case").click()
    page.locator("form[action='/cases/new/open'] select[name=source]").select_option("ngo")
    page.locator("form[action='/cases/new/open'] select[name=age_band]").select_option("27-29")
    page.locator("form[action='/cases/new/open'] select[name=language]").select_option("uk")
    page.locator("[name=handle]").fill("Oksana")
    page.locator("form[action='/cases/new/open'] button[name=give]").click()
    expect(page.get_by_text("This is the person's name, or a part of it").first).to_be_visible()
    page.locator("[name=handle]").fill(HANDLE)
    page.locator("form[action='/cases/new/open'] button[name=give]").click()
    expect(page.locator("h1 .number")).to_have_count(1)
    expect(page.get_by_text(HANDLE).first).to_be_visible()
    assert "%D0" not in desk.path()
    return page.locator("h1 .number").inner_text()


def test_opened_by_a_handle_found_by_it_named_for_a_moment_and_taken_out(browser: Browser, live: LiveHouse) -> None:
    other = Story(live.office, language="ru").does(AssessRisk, level="low", safe_to_return=True)
    with a_desk(browser, live, accept_downloads=True) as desk:
        desk.signed_in_as("staff:anna")
        number = _opens_somebody(desk)
        page = desk.go("/cases?view=list")
        page.get_by_text("Find a person").click()
        page.locator("#find-name").fill("тихая")
        page.get_by_role("button", name="Find", exact=True).click()
        expect(page.get_by_role("link", name=number)).to_be_visible()
        expect(page.get_by_text(HANDLE)).to_be_visible()

        page = desk.go("/cases?view=list")
        expect(page.get_by_text(HANDLE)).to_be_visible()
        expect(page.get_by_text(NAME)).to_have_count(0)
        page.get_by_role("button", name="Show names").click()
        expect(page.get_by_text(NAME)).to_be_visible()
        _sound(page)
        page.get_by_role("link", name="Hide the names").click()
        expect(page.get_by_text(NAME)).to_have_count(0)
        page.go_back()
        expect(page.get_by_text(NAME)).to_have_count(0)

        page = desk.go("/cases?view=list")
        page.get_by_role("link", name="Next due").click()
        expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Next due")
        first = page.locator("tbody tr").first
        expect(first).to_contain_text(other.case_id)
        page.get_by_text("Narrow the list").click()
        page.locator("#language").select_option("uk")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_text(HANDLE)).to_be_visible()
        expect(page.get_by_text(other.case_id)).to_have_count(0)
        page.get_by_text("Columns", exact=True).click()
        page.get_by_role("checkbox", name="Citizenship").check()
        page.get_by_role("button", name="Show these").click()
        expect(page.get_by_role("columnheader", name="Citizenship")).to_be_visible()
        _sound(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        desk.fits()


def test_a_supervisor_takes_the_list_out_as_a_workbook(browser: Browser, live: LiveHouse, tmp_path: Path) -> None:
    case = Story(live.office, handle="Quiet Meadow").accepted()
    with a_desk(browser, live, accept_downloads=True) as desk:
        desk.signed_in_as("staff:boris")
        page = desk.go("/cases?view=list")
        page.get_by_text("Take the list out as a file").click()
        with page.expect_download() as taken:
            page.get_by_role("button", name="XLSX").click()
        taken.value.save_as(tmp_path / "cases.xlsx")
    with zipfile.ZipFile(tmp_path / "cases.xlsx") as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert case.case_id in sheet
    assert "Quiet Meadow" in sheet


def test_without_script_the_list_is_sorted_and_names_are_shown(browser: Browser, live: LiveHouse) -> None:
    Story(live.office, name=NAME, handle="Clear Brook").accepted()
    with a_desk(browser, live, java_script_enabled=False) as desk:
        desk.signed_in_as("staff:anna")
        page = desk.go("/cases?view=list&sort=opened&desc=yes")
        expect(page.get_by_label("the other way round")).to_be_checked()
        page.get_by_role("button", name="Show names").click()
        expect(page.get_by_text(NAME).first).to_be_visible()
