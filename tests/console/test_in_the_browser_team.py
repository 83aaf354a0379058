"""A holiday in a real browser: forty cases handed over, a stand-in for some days, and what both are told of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.kit.people import ANNA
from tests.kit.story import Story, story
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import fill, press, send
from workflow.subjects.access.state import access_of

Window = Callable[..., Desk]
GLEB = "staff:gleb"
FORTY = 40


@pytest.fixture
def cases(live: LiveHouse) -> list[Story]:
    """Forty people whose cases are Anna's and whom nobody else of her role sees."""
    live.office.pass_time(timedelta(minutes=1))  # since what was read before
    return [story(live.office, team="night") for _ in range(FORTY)]


def owners(cases: list[Story]) -> set[str]:
    return {access_of(case.case).owner for case in cases}


def faultless(page: Page) -> None:
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_forty_cases_are_handed_over_before_a_holiday_with_the_screens_alone(
    window: Window, live: LiveHouse, cases: list[Story], *, script: bool
) -> None:
    leaves = window(ANNA, java_script_enabled=script)
    page = leaves.go("/work")
    press(page, page.get_by_role("link", name="Hand over", exact=True))
    expect(page.locator("tbody input[type=checkbox]:checked")).to_have_count(FORTY)
    page.get_by_label("Who takes over").select_option(GLEB)
    press(page, page.get_by_role("button", name="Look at it once more").first)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{FORTY} cases go to Gleb")
    if script:
        faultless(page)
    assert owners(cases) == {ANNA}, "nothing has happened yet"
    page.get_by_label("For all of them").fill("I am back on the ninth.")
    page.get_by_label(f"For case {cases[0].case_id} only").fill("Her sister calls on Mondays.")
    press(page, page.get_by_role("button", name="Hand them over"))
    expect(page.locator(".note.good")).to_contain_text(f"{FORTY} cases are Gleb's now.")
    assert owners(cases) == {GLEB}
    takes = window(GLEB).go("/work")
    expect(takes.locator(".bell")).to_have_text(re.compile(r"\d+ new"))
    press(takes, takes.locator(".bell a"))
    expect(takes.get_by_role("link", name=cases[0].case_id)).to_be_visible()
    faultless(takes)
    press(takes, takes.get_by_role("button", name="I have read them"))
    expect(takes.locator(".bell")).to_have_text("Notices")


def test_a_stand_in_is_named_on_a_phone_works_for_those_days_and_is_done(
    window: Window, live: LiveHouse, cases: list[Story]
) -> None:
    leaves = window(ANNA, viewport=PHONE)
    page = leaves.go("/me")
    press(page, page.get_by_role("link", name="Name a stand-in"))
    leaves.fits()
    today = live.office.definition.programme.day(live.now())
    last = today + timedelta(days=6)
    fill(page, {"^Who stands in": "Gleb", "^First day": str(today), "^Last day": str(last)})
    send(page)
    page = leaves.go("/me")
    expect(page.get_by_text("Gleb stands in for you")).to_be_visible()
    faultless(page)
    leaves.fits()
    stands = window(GLEB).go("/work")
    expect(stands.get_by_text("You stand in for Anna:")).to_be_visible()
    press(stands, stands.get_by_role("link", name="Their cases").first)
    press(stands, stands.get_by_role("link", name=cases[0].case_id))
    expect(stands.get_by_role("heading", level=1)).to_be_visible()
    stands.goto(f"{live.address}/bell")  # a case's own page would be loaded anew by itself
    live.office.pass_time(timedelta(days=7))
    stands.goto(f"{live.address}/cases/{cases[0].case_id}")
    expect(stands.get_by_text(re.compile("nothing here|There is nothing", re.IGNORECASE)).first).to_be_visible()
    stands.goto(f"{live.address}/bell")
    expect(stands.get_by_text("You stand in for a colleague no more")).to_be_visible()
