"""A new driver in a real browser: proposed at one desk, read and confirmed at another, without script too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from console.simulation.demo_accounts import DATA_PROTECTION
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import press

Window = Callable[..., Desk]
BORIS = "staff:boris"


def faultless(page: Page) -> None:
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()


def drivers(live: LiveHouse) -> set[str]:
    return {one.name for one in live.office.definition.programme.meeters}


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_driver_is_added_by_two_with_the_screens_alone(window: Window, live: LiveHouse, *, script: bool) -> None:
    name = f"Gia {script}"
    proposes = window(BORIS, java_script_enabled=script)
    page = proposes.go("/directory/moscow/meeter")
    page.locator("[name=name]").fill(name)
    page.get_by_label("Mail address").fill("gia@drivers.example.org")
    page.locator("[name=languages][value=ka]").check()
    press(page, page.locator("button[name=give]"))
    expect(page.get_by_role("heading", name="What exactly is proposed")).to_be_visible()
    expect(page.locator("main")).to_contain_text("gia@drivers.example.org")
    assert name not in drivers(live)
    confirms = window(DATA_PROTECTION, java_script_enabled=script)
    second = confirms.go("/work")
    press(second, second.get_by_role("link", name="Look and decide").first)
    expect(second.locator("main")).to_contain_text(name)
    if script:
        faultless(second)
        second.set_viewport_size(PHONE)  # type: ignore[arg-type]
        confirms.fits()
    press(second, second.get_by_role("button", name="Confirm", exact=True))
    assert name in drivers(live)
    for desk in (proposes, confirms):
        desk.at_ease()
