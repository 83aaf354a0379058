"""My account in a real browser: what others read, and where one is told in the morning what waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from handlers.staff_mail.store import StaffMails
from tests.kit.people import ANNA
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import press

Window = Callable[..., Desk]
ADDRESS = "anna@example.net"


def faultless(page: Page) -> None:
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()


@pytest.mark.parametrize("script", [True, False], ids=["with script on a phone", "without script"])
def test_a_name_and_an_address_are_given_with_the_page_alone(window: Window, live: LiveHouse, *, script: bool) -> None:
    at = {"viewport": PHONE} if script else {}
    page = window(ANNA, java_script_enabled=script, **at).go("/me")
    page.get_by_label("Your name").fill("Аня Петрова")
    press(page, page.get_by_role("button", name="Be called so"))
    expect(page.locator(".note.good")).to_contain_text("Аня Петрова")
    page.get_by_label("Your name").fill("Boris")
    press(page, page.get_by_role("button", name="Be called so"))
    expect(page.get_by_role("alert")).to_contain_text("sounds or looks the same")
    page.get_by_label("Mail address").fill(ADDRESS)
    press(page, page.get_by_role("button", name="Send a code there"))
    row = live.web.house.accounts.row(ANNA)
    assert row is not None
    office = live.office
    found = StaffMails(office.database, office.keys, office.chance).find(ANNA, row.mail.asked)
    assert found is not None
    if script:
        faultless(page)
    page.get_by_label("Code from the mail").fill(found.code)
    press(page, page.get_by_role("button", name="Confirm the address"))
    expect(page.locator(".note.good")).to_contain_text("Confirmed")
    if script:
        faultless(page)
    press(page, page.get_by_role("button", name="Send me no mail"))
    expect(page.locator("section", has_text="Mail in the morning").locator(".tag").first).to_have_text("off")
    press(page, page.get_by_role("button", name="Send me mail again"))
    press(page, page.get_by_role("button", name="Take the address away"))
    expect(page.locator("main")).not_to_contain_text(ADDRESS)
