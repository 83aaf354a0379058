"""Nothing typed is lost, in a real browser: signed out in the middle, Back, a refusal, a hurried way out; no script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.browser import DESK, PHONE, Desk
from tests.kit.web.sent import count_of

Window = Callable[..., Desk]
TEXT = "She asked that nobody rings her mother."
KEPT = re.compile("Kept as a draft at")


def a_case(desk: Desk) -> Story:
    return bring(story(desk.live.office), "care")


def note_of(case: Story) -> str:
    return f"/cases/{case.case_id}/do/AddNote"


def signs_in_here(desk: Desk, account: str) -> None:
    """Go in at the page of the door that is open."""
    page = desk.page
    page.get_by_label("Your name here").fill(account)
    page.get_by_label("Password").fill(desk.live.keys[account].password)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Code").fill(desk.live.code_of(account))
    page.get_by_role("button", name="Sign in").click()


def notes(desk: Desk) -> int:
    return count_of(desk.live.web, "NoteAdded")


def typed(page: Page) -> str:
    return page.get_by_label("Note").input_value()


def test_a_note_interrupted_by_the_end_of_the_session_comes_back_and_is_sent_once(window: Window) -> None:
    desk = window().signs_in("staff:anna")
    case, before = a_case(desk), notes(desk)
    page = desk.go(note_of(case))
    page.get_by_label("Note").fill(TEXT)
    expect(page.get_by_text(KEPT)).to_be_visible()
    desk.live.web.clock.advance(timedelta(minutes=16))
    page.get_by_role("button", name="Add a note").click()
    expect(page.get_by_text("What you sent is not lost")).to_be_visible()
    signs_in_here(desk, "staff:anna")
    expect(page.get_by_text("You had been signed out when you sent this")).to_be_visible()
    assert typed(page) == TEXT
    assert notes(desk) == before
    page.get_by_role("button", name="Add a note").click()
    page.wait_for_url("**?done=AddNote")
    assert notes(desk) == before + 1
    page.go_back()
    page.reload()
    assert notes(desk) == before + 1


def test_back_keeps_what_was_typed(window: Window) -> None:
    desk = window("staff:anna")
    case = a_case(desk)
    page = desk.go(note_of(case))
    page.get_by_label("Note").fill(TEXT)
    page.get_by_role("link", name="Beds").click()
    page.wait_for_url("**/beds")
    page.go_back()
    expect(page.get_by_label("Note")).to_have_value(TEXT)
    assert "Your draft of" in page.inner_text("main")


def test_back_is_faster_than_a_slow_line_and_still_keeps_what_was_typed(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = window("staff:anna")
    case, arrives, drafts = a_case(desk), Event(), desk.live.web.house.drafts
    keep = drafts.keep
    monkeypatch.setattr(drafts, "keep", lambda *given, **how: arrives.wait(30) and keep(*given, **how))
    page = desk.go(note_of(case))
    page.get_by_label("Note").fill(TEXT)
    page.get_by_role("link", name="Beds").click()
    page.wait_for_url("**/beds")
    page.go_back()
    assert typed(page) == ""
    arrives.set()
    expect(page.get_by_label("Note")).to_have_value(TEXT)
    expect(page.get_by_text("Your draft of")).to_be_visible()


def test_the_help_of_a_refusal_and_the_way_back(window: Window) -> None:
    desk = window("staff:anna")
    case = a_case(desk)
    page = desk.go(f"/cases/{case.case_id}/do/AdvanceCase?trigger=arrange_documents")
    page.get_by_role("button", name="Take the next step").click()
    expect(page.get_by_text("This cannot be done now")).to_be_visible()
    page.locator("main a.button[href*='/do/']").first.click()
    expect(page.get_by_text("This cannot be done now")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("Your draft of")).to_be_visible()
    assert (
        page.locator("[name=trigger]").input_value() == "arrange_documents"
        or page.locator("[name=trigger][value=arrange_documents]").is_checked()
    )


def test_escape_twice_in_a_field_with_text_asks_and_outside_it_leaves(window: Window) -> None:
    desk = window().signs_in("staff:anna")
    case = a_case(desk)
    page = desk.go(note_of(case))
    page.get_by_label("Note").fill(TEXT)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    dialog = page.get_by_role("dialog", name="Leave now?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Go on writing").click()
    assert typed(page) == TEXT
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Leave now").click()
    page.wait_for_url("**/leave")
    assert page.inner_text("body") == ""
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert TEXT not in page.content()
    desk.signs_in("staff:anna")
    desk.go(note_of(case)).get_by_role("link", name="Go on with it").click()
    assert typed(page) == TEXT


def test_an_empty_field_does_not_hold_anybody_up(window: Window) -> None:
    desk = window("staff:anna")
    page = desk.go(note_of(a_case(desk)))
    page.get_by_label("Note").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/leave")


def test_who_is_about_to_be_signed_out_is_told_and_may_stay(window: Window) -> None:
    desk = window()
    desk.page.clock.install()
    desk.signed_in_as("staff:anna")
    page = desk.go(note_of(a_case(desk)))
    page.get_by_label("Note").fill(TEXT)
    page.clock.run_for(2_000)
    expect(page.get_by_text(KEPT)).to_be_visible()
    desk.live.web.clock.advance(timedelta(minutes=12, seconds=30))
    page.clock.run_for(12 * 60_000 + 30_000)
    dialog = page.get_by_role("dialog", name="You are about to be signed out")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    desk.live.web.clock.advance(timedelta(minutes=10))
    page.clock.run_for(60_000)
    page.get_by_role("button", name="Add a note").click()
    page.wait_for_url("**?done=AddNote")


def test_whoever_is_not_there_is_signed_out_and_finds_the_draft(window: Window) -> None:
    desk = window()
    desk.page.clock.install()
    desk.signed_in_as("staff:anna")
    case = a_case(desk)
    page = desk.go(note_of(case))
    page.get_by_label("Note").fill(TEXT)
    page.clock.run_for(2_000)
    expect(page.get_by_text(KEPT)).to_be_visible()
    desk.live.web.clock.advance(timedelta(minutes=16))
    page.clock.run_for(16 * 60_000)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    signs_in_here(desk, "staff:anna")
    expect(page.get_by_label("Note")).to_have_value(TEXT)


def test_two_windows_with_one_draft_lose_neither_text(window: Window) -> None:
    desk = window("staff:anna")
    case = a_case(desk)
    page = desk.go(note_of(case))
    page.get_by_label("Note").fill(TEXT)
    expect(page.get_by_text(KEPT)).to_be_visible()
    first, other = page.url, desk.context.new_page()
    other.goto(first)
    other.get_by_label("Note").fill("from the other window")
    expect(other.get_by_text(KEPT)).to_be_visible()
    with other.expect_response(lambda answer: answer.request.method == "POST"):
        other.get_by_label("Note").press("End")
        other.keyboard.type("!")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Note").press("End")
        page.keyboard.type(" Never.")
    page.wait_for_timeout(200)
    assert other.url == first  # it went on in one draft
    assert page.url != first
    page.reload()
    other.reload()
    assert typed(page) == f"{TEXT} Never."
    assert typed(other) == "from the other window!"


def test_without_a_script_a_draft_is_saved_and_a_note_survives_the_sign_in(window: Window) -> None:
    desk = window(java_script_enabled=False).signs_in("staff:anna")
    case, before = a_case(desk), notes(desk)
    page = desk.go(note_of(case))
    expect(page.get_by_text("Signed in until")).to_be_visible()
    page.get_by_label("Note").fill(TEXT)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text(KEPT).first).to_be_visible()
    desk.go(f"/cases/{case.case_id}").get_by_role("link", name="Add a note").first.click()
    assert typed(page) == TEXT
    desk.live.web.clock.advance(timedelta(minutes=16))
    page.get_by_role("button", name="Add a note").click()
    signs_in_here(desk, "staff:anna")
    assert typed(page) == TEXT
    page.get_by_role("button", name="Add a note").click()
    page.wait_for_url("**?done=AddNote")
    assert notes(desk) == before + 1
    assert "Begun and not sent" not in page.inner_text("main")


def test_the_pages_of_drafts_and_the_last_look_have_no_fault_that_axe_knows_of(window: Window) -> None:
    desk = window("staff:anna")
    case = a_case(desk)
    page = desk.go(note_of(case))
    page.get_by_label("Note").fill(TEXT)
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    faultless(desk)  # the question before leaving
    for path in (note_of(case), "/drafts", f"/cases/{case.case_id}"):
        desk.go(path)
        faultless(desk)
    desk.go(f"/cases/{case.case_id}/do/AdvanceCase?trigger=withdraw")
    page.locator("[name=reason]").first.wait_for()
    page.get_by_role("combobox", name="Reason").select_option("declined")
    page.get_by_role("button", name="Take the next step").click()
    expect(page.get_by_role("heading", name="Look once more")).to_be_visible()
    faultless(desk)
    page.get_by_role("button", name="Go back and change it").click()
    expect(page.get_by_role("combobox", name="Reason")).to_have_value("declined")
    assert case.case.stage == "care"


def faultless(desk: Desk) -> None:
    found = Axe().run(desk.page)
    assert found.violations_count == 0, f"{desk.path()}:\n{found.generate_report()}"
    desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.fits()
    desk.page.set_viewport_size(DESK)  # type: ignore[arg-type]
