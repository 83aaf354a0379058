"""Coming and going, in a real browser: password and code, passkeys, the keyboard alone, leaving in a hurry."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.kit.web.browser import PHONE, Desk

Window = Callable[..., Desk]


def test_somebody_signs_in_with_a_password_and_a_code(window: Window) -> None:
    desk = window().signs_in("staff:anna")
    assert desk.path() == "/work"
    expect(desk.page.get_by_role("heading", name="My work", level=1)).to_be_visible()


def test_a_wrong_code_lets_nobody_in_and_says_what_to_do(window: Window) -> None:
    desk = window()
    page = desk.go("/sign-in")
    page.get_by_label("Your name here").fill("gleb")
    page.get_by_label("Password").fill(desk.live.keys["staff:gleb"].password)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("next code")
    assert desk.go("/work").get_by_role("heading", name="Sign in").is_visible()


def test_a_passkey_is_added_and_opens_the_door_from_then_on(window: Window) -> None:
    desk = window()
    page = desk.page
    _software_key(desk)
    desk.signs_in("staff:vera")
    desk.go("/me")
    page.get_by_label(re.compile("Name")).fill("key on the ring")
    page.get_by_role("button", name=re.compile("[Aa]dd.*passkey|passkey.*add")).click()
    expect(page.get_by_text("key on the ring")).to_be_visible()
    page.get_by_role("button", name="Leave now").click()
    desk.go("/sign-in")
    page.get_by_label("Your name here").fill("vera")
    page.get_by_label("Password").fill(desk.live.keys["staff:vera"].password)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/work")


def _software_key(desk: Desk) -> None:
    """Plug a key into the browser that answers by itself."""
    tools = desk.context.new_cdp_session(desk.page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip


def test_escape_twice_leaves_an_empty_page_and_no_way_back(window: Window) -> None:
    desk = window("staff:anna")
    page = desk.go("/work")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    page.wait_for_timeout(900)  # two calm presses are not a hurried one
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/leave")
    assert page.title() in ("", "-")
    assert "Wayhome" not in page.inner_text("body")
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_stolen_cookie_opens_nothing_once_its_owner_has_left(window: Window) -> None:
    owner, thief = window("staff:anna"), window()
    thief.context.add_cookies(owner.context.cookies())  # type: ignore[arg-type]
    expect(thief.go("/work").get_by_role("heading", name="My work")).to_be_visible()
    owner.go("/work").get_by_role("button", name="Leave now").click()
    expect(thief.go("/work").get_by_role("heading", name="Sign in")).to_be_visible()


def test_scripts_of_the_page_cannot_read_the_cookie(window: Window) -> None:
    desk = window("staff:anna")
    assert desk.go("/work").evaluate("document.cookie") == ""


def test_the_keyboard_alone_is_enough(window: Window) -> None:
    desk = window()
    page = desk.go("/sign-in")
    keys = desk.live.keys["staff:gleb"]
    expect(page.locator("#account")).to_be_focused()  # the cursor is there already
    page.keyboard.type("gleb")
    _next(page)
    page.keyboard.type(keys.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code*")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(desk.live.code_of("staff:gleb"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/work")
    _tab_to(page, "New referral")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/new")
    assert _focused(page) is not None


def test_whoever_tabs_sees_where_they_are_and_may_skip_the_menu(window: Window) -> None:
    page = window("staff:anna").go("/work")
    _next(page)
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    _next(page)
    drawn = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert drawn != "none"


def _next(page: Page) -> None:
    page.keyboard.press("Tab")


def _focused(page: Page) -> str | None:
    text: str | None = page.evaluate("document.activeElement && document.activeElement.textContent.trim()")
    return text


def _tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        _next(page)
        if _focused(page) == name:
            return
    raise AssertionError(f"nobody gets to {name!r} with the tab key")


def test_russian_is_one_press_away_before_and_after_signing_in(window: Window) -> None:
    desk = window(locale="ru-RU")
    page = desk.go("/sign-in")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("button", name="Дальше").or_(page.locator("main button")).first).to_be_visible()
    desk.signed_in_as("staff:boris").go("/work")
    if page.locator("html").get_attribute("lang") == "en":
        page.get_by_role("button", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("[а-яё]+"))
    desk.go("/cases")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_door_fits_a_telephone(window: Window) -> None:
    desk = window(viewport=PHONE, is_mobile=True, has_touch=True)
    desk.go("/sign-in")
    desk.fits()
    desk.signs_in("staff:lev")
    desk.fits()


def test_nobody_needs_a_script_to_sign_in(window: Window) -> None:
    desk = window(java_script_enabled=False).signs_in("staff:igor")
    desk.page.get_by_role("button", name="Leave now").click()
    assert "Wayhome" not in desk.page.inner_text("body")
