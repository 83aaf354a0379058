"""A family of three, from the airport to follow-up: opened from a table, brought home by what the screen offers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.console.test_in_the_browser_journey import answer, certify, words_of
from tests.kit.story import present
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import Walk, Words, fill, press, refused, send
from workflow.case.state import Case
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.reception.state import reception_of
from workflow.subjects.travel.state import travel_of

Window = Callable[..., Desk]
FAMILY = """name\tbirth date\tgender\tcitizenship\tlanguage\trelation
Ana Rusu\t1970-04-02\tfemale\tMD\tro\t
Ion Rusu\t1997-05-02\tmale\tMD\tro\tchild
Maria Rusu\t2001-01-09\tfemale\tMD\tro\tchild
"""
TABLE = "name\tbirth date\n" + "".join(f"Guest {n}\t1980-01-{n:02}\n" for n in range(1, 11))
_CHILD = {
    "^Who consents": "guardian",
    "^What is best": "return",
    "^Received by": "host",
}


def paste(desk: Desk, table: str, kind: str = "") -> Page:
    """Paste a table, as somebody does whose page is empty."""
    page = desk.go("/work")
    press(page, page.get_by_role("link", name="New referral"))
    press(page, page.get_by_role("link", name="Open several people at once"))
    if kind:
        page.get_by_label("Do they belong together?").select_option(label=kind)
    page.get_by_role("textbox", name="Table").fill(table)
    press(page, page.get_by_role("button", name="Open all of them"))
    return page


class Family:
    """Three people at one desk: what is the same for all with one form, what is each one's own on each case."""

    def __init__(self, desk: Desk, live: LiveHouse, colleague: Desk) -> None:
        self.desk, self.live = desk, live
        page = paste(desk, FAMILY, "Family")
        self.ids = [link.inner_text() for link in page.locator("td a.number").all()]
        self.walks = [self._walk(case_id, colleague) for case_id in self.ids]

    def _walk(self, case_id: str, colleague: Desk) -> Walk:
        self.desk.go(f"/cases/{case_id}")
        walk = Walk(self.desk, lambda: self.words(case_id))
        walk.colleague = colleague
        return walk

    def words(self, case_id: str) -> Words:
        child = _CHILD if case_id != self.ids[0] else {}
        return {**words_of(self.live), **child}

    def cases(self) -> list[Case]:
        return [self.live.office.case(case_id) for case_id in self.ids]

    def together(self, deed: str, **more: str) -> None:
        """Do something for all of them with one form; what is missing for one is done by what the form says helps."""
        page = self.desk.page
        for _ in range(40):
            self.live.settle()
            self.desk.go(f"/cases/{self.ids[0]}")
            press(page, page.locator("#group").get_by_role("link", name=deed, exact=True))
            fill(page, {**words_of(self.live), **{f"^{name}": told for name, told in more.items()}})
            send(page)
            if "done=" in page.url:
                return
            self._mended(page)
        raise AssertionError(f"{deed} is never done: {refused(page)}")

    def _mended(self, page: Page) -> None:
        """Do the first thing that helps the first of them; or have somebody else do what only they can."""
        said = refused(page)
        helps = page.locator("main .note.bad a.button")
        if not helps.count():
            raise AssertionError(f"nothing helps: {said}")
        case_id = present(re.search(r"/cases/([0-9A-Z-]{11})/", helps.first.get_attribute("href") or "")).group(1)
        self.walks[self.ids.index(case_id)]._do(helps.first)

    def each(self, stage: str) -> None:
        for walk in self.walks:
            walk.to(stage)


@pytest.mark.timeout(1500)  # three lives, click by click; a slow machine takes ten minutes
def test_a_family_of_three_is_brought_from_the_airport_to_follow_up_by_what_the_screen_says(
    window: Window, live: LiveHouse
) -> None:
    live.work()
    anna, boris, vera, olga = (window(name) for name in ("staff:anna", "staff:boris", "staff:vera", "newstart:olga"))
    family = Family(anna, live, boris)
    family.together("Plan the arrival")
    family.each("Reception")
    assert len({present(reception_of(one).arrival).meeter for one in family.cases()}) == 1
    live.later(hours=3)
    family.together("Record that the person was met")
    family.together("Hold a bed", **{"The person comes with family": "true"})
    family.each("Accommodation")
    family.together("Record moving in")
    assert {present(accommodation_of(one).bed)[0] for one in family.cases()} == {"moscow-centre"}
    for stage in ("Care", "Documents"):
        family.each(stage)
    for walk in family.walks:
        certify(vera, walk)
    family.together("Plan the journey home")
    live.settle()
    escorts = {present(travel_of(one).trip).escort for one in family.cases()} - {""}
    assert len(escorts) == 1
    for walk in family.walks:
        walk.others["The ticket is not issued"] = live.settle
        walk.others["The journey begins later"] = lambda: live.later(days=3)
        walk.others["Not provided yet: Referral"] = lambda walk=walk: answer(olga, walk)  # type: ignore[misc]
    family.together("Record the escort's answer")
    family.together("Record the host's answer")
    live.later(days=3)
    family.each("On the way home")
    live.later(hours=7)
    family.together("Record the hand-over", **{"Name of whoever": "Elena Popa"})
    family.each("Reintegration")
    family.each("Follow-up")
    assert {one.stage for one in family.cases()} == {"follow_up"}


def test_ten_people_are_opened_from_a_table_on_a_telephone(window: Window, live: LiveHouse) -> None:
    before = len(live.office.rows("case_board"))  # another story of the same office may have been told already
    desk = window("staff:anna", viewport=PHONE)
    page = paste(desk, TABLE.replace("1980-01-07", "1980-17-07"))
    assert refused(page) == ["Line 8, Date of birth: Write a day, like 2026-03-01."]
    assert len(live.office.rows("case_board")) == before
    desk.fits()
    page.get_by_role("textbox", name="Table").fill(TABLE)
    press(page, page.get_by_role("button", name="Open all of them"))
    assert page.locator("td a.number").count() == 10
    desk.fits()
    assert len(live.office.rows("case_board")) == before + 10


@pytest.mark.parametrize("path", ["/cases/new/several", "/cases/{case}/together", "/cases/{case}/together/PlanArrival"])
def test_the_pages_of_a_family_fit_on_a_telephone(window: Window, live: LiveHouse, path: str) -> None:
    desk = window("staff:anna")
    page = paste(desk, FAMILY, "Family")
    case_id = page.locator("td a.number").first.inner_text()
    phone = window("staff:anna", viewport=PHONE)
    phone.go(path.format(case=case_id))
    phone.fits()
