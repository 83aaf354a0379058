"""Somebody is found by a name as it is typed on any keyboard, with the screens alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from tests.kit.story import Story
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import does, press
from workflow.case.proposals import proposals_of

Window = Callable[..., Desk]


@pytest.fixture(scope="module")
def ana(live: LiveHouse) -> Story:
    """Somebody whose name has marks that few keyboards have."""
    return Story(live.office, name="Țurcanu Ana", birth_date="1990-02-03", phone="+79161234567")


@pytest.mark.parametrize(("typed", "year", "phone", "fits"), [
    ("Turcanu", "", "", "name, one letter off"),
    ("Цуркану Ана", "1990", "", "name, birth year"),
    ("", "", "8 916 123-45-67", "telephone"),
])  # fmt: skip
def test_turcanu_finds_her_without_her_marks(
    window: Window, ana: Story, typed: str, year: str, phone: str, fits: str
) -> None:
    desk = window("staff:anna")
    page = desk.go("/cases")
    page.get_by_text("Find a person").click()
    page.get_by_label("Name or handle", exact=True).fill(typed)
    page.get_by_label("Or only the year of birth").fill(year)
    page.get_by_label("Telephone").fill(phone)
    press(page, page.get_by_role("button", name="Find"))
    row = page.get_by_role("row").filter(has_text=ana.case_id)
    expect(row).to_contain_text(fits)
    assert Axe().run(page).violations_count == 0
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.fits()
    assert "Țurcanu" not in page.content()


def test_a_new_referral_says_that_she_is_known_and_what_fits(window: Window, ana: Story) -> None:
    page = window("staff:anna", java_script_enabled=False).go("/cases/new")
    page.get_by_label("Name").fill("Turcnu Ana")
    page.get_by_role("button", name="Go on").click()
    sheet = page.locator("section.sheet").filter(has_text=ana.case_id)
    expect(sheet).to_contain_text("What fits: name, name, one letter off")


def test_two_cases_of_one_person_are_joined_and_parted_with_the_screens_alone(window: Window, live: LiveHouse) -> None:
    leading = Story(live.office, name="Мария Руссу", birth_date="1988-06-07")
    other = Story(live.office, name="Maria Rusu", birth_date="1988-06-07").ends("withdraw", reason="duplicate")
    anna, gleb = window("staff:anna"), window("staff:gleb")
    anna.go(f"/cases/{leading.case_id}/do/JoinCases")
    does(anna, {"other": other.case_id})
    expect(anna.page.locator("main")).to_contain_text("waits for a second person")
    _confirmed(gleb, leading)
    page = anna.go(f"/cases/{leading.case_id}")
    expect(page.locator("[data-part=now]")).to_contain_text(f"Also case {other.case_id}, of the same person")
    page.get_by_role("link", name=f"Also case {other.case_id}").click()
    expect(page.locator("[data-part=now]")).to_contain_text(f"Same person as case {leading.case_id}, which leads")
    assert Axe().run(page).violations_count == 0
    page.goto(f"{live.address}/cases")
    page.get_by_text("Find a person").click()
    page.get_by_label("Name or handle", exact=True).fill("Rusu Maria")
    press(page, page.get_by_role("button", name="Find"))
    row = page.get_by_role("row").filter(has_text=other.case_id).filter(has_text="same person as")
    expect(row).to_contain_text(f"same person as {leading.case_id}")
    anna.go(f"/cases/{leading.case_id}/do/PartCases")
    does(anna, {"other": other.case_id})
    _confirmed(gleb, leading)
    expect(anna.go(f"/cases/{other.case_id}").locator("[data-part=now]")).not_to_contain_text("Same person")


def _confirmed(desk: Desk, case: Story) -> None:
    """Confirm the one thing that waits for a second person."""
    (key,) = proposals_of(case.case).pending
    page = desk.go(f"/cases/{case.case_id}/decisions/{key}")
    press(page, page.get_by_role("button", name=re.compile("^Confirm")))
