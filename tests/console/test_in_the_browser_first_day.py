"""A first day: somebody told nothing opens a case, mends it, declares the return, attaches the scan, finds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.kit.papers import SCAN
from tests.kit.people import ANNA
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import press, send
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.travel.state import travel_of

Window = Callable[..., Desk]
BY = {"why": "Typed wrongly", "evidence": "Passport"}


def link(page: Page, name: str) -> None:
    press(page, page.get_by_role("link", name=re.compile(name)).first)


def sent(page: Page, **chosen: str) -> None:
    """Choose what is told in the fields of these names, leave the rest, and press the button of the form."""
    for name, said in chosen.items():
        page.locator(f"main select[name={name}]").first.select_option(label=said)
    send(page)


@pytest.mark.parametrize("how", [{}, {"java_script_enabled": False}, {"viewport": PHONE, "is_mobile": True}],
                         ids=["at a desk", "without script", "on a telephone"])  # fmt: skip
def test_from_a_name_written_wrongly_to_the_scan_of_the_declaration(
    window: Window, live: LiveHouse, tmp_path: Path, how: dict[str, object]
) -> None:
    desk = window(ANNA, **how)
    page = desk.go("/work")
    link(page, "^New referral$")
    page.get_by_label("Name").fill("Elena Surcani")
    press(page, page.get_by_role("button", name="Go on"))
    press(page, page.get_by_role("button", name="Open a new case"))
    expect(page.locator("main .field").nth(1)).to_contain_text("Name")  # the person first, what was typed kept
    assert page.get_by_label("Name").first.input_value() == "Elena Surcani"
    sent(page, source="Non-governmental organisation", citizenships="Ukraine", age_band="27 to 29", language="Romanian")
    number = desk.path().partition("?")[0].rpartition("/")[2]
    expect(page.locator(".note.good")).to_be_visible()
    # The name.
    link(page, "Correct name, birth date or telephone")
    press(page, page.get_by_role("button", name="Open what is recorded, and put it right there"))
    page.get_by_label("Name").first.fill("Elena Țurcanu")
    sent(page, **BY)
    expect(page.locator("#history").first).to_contain_text("corrected · Name")
    # The return, and on its way the citizenship.
    link(page, "^Record something$")
    link(page, "^Record the declaration of return")
    sent(page, destination="Moldova")
    press(page, page.locator("main .note.bad").get_by_role("link", name="Correct the citizenships"))
    sent(page, citizenships="Moldova", **BY)
    if page.get_by_text("Begun and not sent").count():  # without a script it is typed anew
        link(page, "^Record the declaration of return$")
    else:
        link(page, "^Record something$")
        link(page, "^Record the declaration of return")
    sent(page, destination="Moldova")
    assert travel_of(live.office.case(number)).destination == "MD"
    # The scan.
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(SCAN)
    link(page, "^Attach a file$")
    page.get_by_label("File (PDF, JPEG or PNG)").set_input_files(scan)
    page.get_by_label("What does it prove?").select_option(index=1)
    page.get_by_label("What is it?").select_option(label="Signed declaration")
    press(page, page.get_by_role("button", name="Attach a file"))
    (file,) = attachments_of(live.office.case(number)).live.values()
    assert (file.kind, file.proves) == ("declaration", "ReturnDeclared")
    # And tomorrow: found by a name as a keyboard types it, in the box that is there.
    link(page, "^Cases$")
    page.get_by_label("Case number, name or handle").fill("Turcanu")
    press(page, page.get_by_role("button", name="Go to the case"))
    expect(page.get_by_role("row").filter(has_text=number)).to_be_visible()
    assert "urcanu" not in page.url.lower()
    if how.get("java_script_enabled", True):
        assert Axe().run(page).violations_count == 0
    desk.fits()
    desk.at_ease()
