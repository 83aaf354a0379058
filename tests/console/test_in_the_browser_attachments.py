"""The scan of a signed declaration, in a real browser: attached, looked at, and the look is on the list of readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from tests.kit.papers import PHOTO, SCAN
from tests.kit.people import ANNA, BORIS
from tests.kit.story import story
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from workflow.subjects.travel.commands import DeclareReturn

Window = Callable[..., Desk]


def declared(live: LiveHouse) -> str:
    case = story(live.office, citizenships=("MD",))
    return case.does(DeclareReturn, destination="MD", signed_on=live.office.now.date()).case_id


def faultless(desk: Desk) -> None:
    found: Any = Axe().run(desk.page)
    assert found.violations_count == 0, found.generate_report()
    desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.fits()


def test_the_scan_of_a_signed_declaration_is_attached_seen_and_the_look_recorded(
    window: Window, live: LiveHouse, tmp_path: Path
) -> None:
    number, desk = declared(live), window(ANNA)
    scan = tmp_path / "Иванова Анна, заявление.pdf"
    scan.write_bytes(SCAN)
    page = desk.go(f"/cases/{number}")
    page.get_by_role("link", name="Attach a file").click()
    faultless(desk)
    page.get_by_label("File (PDF, JPEG or PNG)").set_input_files(scan)
    page.get_by_label("What does it prove?").select_option(index=1)
    page.get_by_label("What is it?").select_option(label="Signed declaration")
    page.get_by_label("What should colleagues know of it?").fill("the signed original lies in the safe")
    page.get_by_role("button", name="Attach a file").click()
    expect(page.get_by_role("status")).to_contain_text("Attach a file")
    expect(page.locator("#files")).to_contain_text("Return declared")
    page.locator("#files").get_by_role("link", name="Signed declaration", exact=True).click()
    page.get_by_label("To check what was recorded").check()
    page.get_by_label("Why now?").fill("her lawyer asked")
    page.get_by_role("button", name="Record it and look").click()
    expect(page.get_by_text("the signed original lies in the safe")).to_be_visible()
    faultless(desk)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the file").click()
    assert saved.value.path().read_bytes() == SCAN
    assert saved.value.suggested_filename.startswith("declaration-F-")
    paper = window(BORIS).go(f"/cases/{number}/access-report")
    expect(paper.get_by_role("main")).to_contain_text("one file of it")


def test_a_photograph_is_taken_on_a_telephone_in_russian_and_without_script(
    window: Window, live: LiveHouse, tmp_path: Path
) -> None:
    number = declared(live)
    desk = window(ANNA, viewport=PHONE, java_script_enabled=False)
    cookie = {"name": "wayhome-language", "value": "ru", "url": live.address}
    desk.context.add_cookies([cookie])  # type: ignore[list-item]
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(PHOTO)
    page = desk.go(f"/cases/{number}/attach")
    page.get_by_label("Или сделайте снимок сейчас").set_input_files(photo)
    page.get_by_label("Что это?").select_option(label="Фотография")
    page.get_by_role("button", name="Приложить файл").click()
    page.locator("#files").get_by_role("link", name="Фотография", exact=True).click()
    page.locator('input[name="purpose"]').first.check()
    page.locator("#why").fill("проверка")
    page.get_by_role("button", name="Записать и посмотреть").click()
    shown = page.locator("img.attached")
    expect(shown).to_be_visible()
    page.wait_for_load_state("load")
    box = shown.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (14, 18), (
        "it is drawn, and the right way up: 12 by 16, framed"
    )


def test_a_file_that_is_too_large_is_told_of_before_it_is_sent(window: Window, live: LiveHouse, tmp_path: Path) -> None:
    number, desk = declared(live), window(ANNA)
    large, small = tmp_path / "large.pdf", tmp_path / "small.pdf"
    large.write_bytes(bytes(11_000_000))
    small.write_bytes(SCAN)
    chosen = desk.go(f"/cases/{number}/attach").get_by_label("File (PDF, JPEG or PNG)")
    for file, said in ((large, "larger than 10 MB"), (small, "")):
        chosen.set_input_files(file)
        told = str(chosen.evaluate("input => input.validationMessage"))
        assert said in told
        assert bool(told) == bool(said)


def test_a_web_page_that_calls_itself_a_scan_is_refused_in_words(
    window: Window, live: LiveHouse, tmp_path: Path
) -> None:
    number, desk = declared(live), window(ANNA)
    forged = tmp_path / "scan.pdf"
    forged.write_bytes(b"<html><script>alert(1)</script></html>")
    page = desk.go(f"/cases/{number}/attach")
    page.get_by_label("File (PDF, JPEG or PNG)").set_input_files(forged)
    page.get_by_label("What is it?").select_option(label="Signed declaration")
    page.get_by_role("button", name="Attach a file").click()
    expect(page.get_by_role("alert")).to_contain_text("Save it as PDF or PNG")
    expect(page.get_by_label("What is it?")).to_have_value("declaration")
