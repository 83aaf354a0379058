"""Somebody at a screen who knows nothing of the programme: they press what is offered and fill in what is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from playwright.sync_api import Locator, Page

from tests.kit.web.browser import Desk

Words = Mapping[str, str]  # what to write where a label has these words; a choice is told by its own words
# A field stands for itself, besides those made of parts; which of two hours is meant belongs to the moment above it.
_FIELDS: Final = "main form .field:not(:has(fieldset.sheet)):not(.field:not(:has(fieldset.sheet)) .field)"
# Of each field its label, and whether nothing is in it; a single box may stay as it is.
_ASKED: Final = """all => all.map(field => {
    const boxes = [...field.querySelectorAll("input[type=radio], input[type=checkbox]")];
    const typed = [...field.querySelectorAll("input, select, textarea")];
    const isEmpty = boxes.length
        ? field.matches("fieldset") && !boxes.some(box => box.checked)
        : typed.some(one => !one.value);
    return [field.querySelector("label, legend").innerText.trim(), isEmpty];
})"""
_FREE: Final = "as we talked about"
_MAY_STAY_EMPTY: Final = r"\((optional|if known|не обязательно|если известно)\)"


def fill(page: Page, words: Words) -> None:
    """Fill in the page's form: what was told, and whatever else has to be there."""
    fields = page.locator(_FIELDS)
    asked: list[tuple[str, bool]] = fields.evaluate_all(_ASKED)
    for number, (label, is_empty) in enumerate(asked):
        told = next((text for about, text in words.items() if re.search(about, label, re.IGNORECASE)), None)
        if told is not None:
            _write(fields.nth(number), told)
        elif is_empty and not re.search(_MAY_STAY_EMPTY, label):
            _write(fields.nth(number), "")


def _write(field: Locator, told: str) -> None:
    select, boxes = field.locator("select"), field.locator("input[type=radio], input[type=checkbox]")
    typed = field.locator("input, textarea").first
    if boxes.count():
        options = field.locator("label.option")
        fits = options.filter(has_text=re.compile(told, re.IGNORECASE)) if told else options
        if fits.count():
            fits.first.locator("input").check()
    elif select.count() and not field.locator("input").count():
        _choose(select.first, told)
    elif typed.count():
        typed.fill(told or _FREE)


def _choose(select: Locator, told: str) -> None:
    options = [(one.get_attribute("value") or "", one.inner_text()) for one in select.locator("option").all()]
    fits = [value for value, text in options if value and re.search(told, text, re.IGNORECASE)]
    assert fits, f"nothing like {told!r} among {[text for _, text in options]}"
    select.select_option(fits[0])


def press(page: Page, deed: Locator) -> None:
    """Press something that leads to another page, and wait until it is there."""
    opens = page.locator("button.menu-opens")  # on a telephone the pages are behind it
    if not deed.count() and opens.is_visible():
        opens.click()
    with page.expect_navigation():
        deed.click()


def send(page: Page) -> None:
    """Press the deed the form is for."""
    press(page, page.locator("main form button.main-deed").last)
    sure = page.locator("main form:has(input[name=checked]) button[name=give]")
    if sure.count():  # the last look before what cannot be undone
        press(page, sure)


def refused(page: Page) -> list[str]:
    """Return what the page says against what was sent."""
    return [one.inner_text() for one in page.locator("main .note.bad li").all()]


def does(desk: Desk, words: Words) -> None:
    """Fill in the form on the screen and send it; it must be taken."""
    fill(desk.page, words)
    send(desk.page)
    assert not refused(desk.page), (desk.path(), refused(desk.page))


class Walk:
    """One case at somebody's desk, taken on by pressing whatever the page offers against what stands in the way."""

    def __init__(self, desk: Desk, words: Callable[[], Words]) -> None:
        self.desk = desk
        self.case = desk.path().partition("?")[0]
        self.words = words
        self.colleague: Desk | None = None  # who confirms what needs two people
        self.others: dict[str, Callable[[], None]] = {}  # what somebody else does about a reason, by its words
        self.pressed: list[str] = []
        self._tried: set[tuple[str, str]] = set()

    def to(self, stage: str) -> None:
        """Take the case to a stage, as the page calls it."""
        page = self.desk.page
        for _ in range(40):
            self.desk.live.settle()
            self.desk.go(self.case)
            ways = page.locator("#next .step")
            way = ways.filter(has=page.get_by_role("heading", name=re.compile(f"→ {stage}$")))
            assert way.count() == 1, page.locator("#next").inner_text()
            if "open" in (way.get_attribute("class") or "").split():
                self._do(way.locator("a.button"))
                self.desk.go(self.case)
                assert stage in page.locator("h1").inner_text(), self.pressed
                return
            self._mend(way.locator(".reasons > li").all())
        raise AssertionError(f"nobody gets to {stage}: {self.pressed}")

    def _mend(self, reasons: list[Locator]) -> None:
        """Do about a reason what its own buttons say, each once; then whatever only somebody else can do."""
        for reason in reasons:
            said = reason.inner_text()
            for deed in reason.locator("a.button").all():
                tried = (said, deed.inner_text())
                if tried not in self._tried:
                    self._tried.add(tried)
                    if not self._do(deed):
                        self._tried.discard(tried)
                    return None
        for reason in reasons:
            for about, others_do in self.others.items():
                if about in reason.inner_text():
                    self.pressed.append(f"({about}: others)")
                    return others_do()
        raise AssertionError(f"nothing helps: {[one.inner_text() for one in reasons]}, after {self.pressed}")

    def _do(self, deed: Locator) -> bool:
        """Do something and return True; or do instead what is said to be missing for it."""
        page = self.desk.page
        self.pressed.append(deed.inner_text())
        press(page, deed)
        if page.locator("main form button.main-deed").last.is_disabled():
            return True  # the page says what it waits for
        fill(page, self.words())
        send(page)
        if page.locator("main .note.bad a.button").count():
            self._do(page.locator("main .note.bad a.button").first)
            return False
        assert not refused(page), (self.desk.path(), refused(page))
        if "proposed=" in page.url:
            self._confirmed()
        return True

    def _confirmed(self) -> None:
        """Have a colleague find on their work what was proposed, read it and confirm it."""
        assert self.colleague is not None, "two people are needed"
        page = self.colleague.go("/work")
        press(page, page.locator(f'#approvals a[href^="{self.case}/decisions/"]').first)
        self.pressed.append("(confirmed by a colleague)")
        send(page)
        assert not refused(page), refused(page)
