"""Whole days of those who look after nobody: what is asked of them stands on My work, and nobody tells them a number.

Whoever walks here knows no case number: they press what the screen shows, and read numbers off it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from tests.kit.people import CLARA
from tests.kit.roads import agreed_to_be_told, bring, grant, plan_trip, ready_to_travel, release
from tests.kit.story import Story, far, present
from tests.kit.web.browser import PHONE, Desk, LiveHouse
from tests.kit.web.walking import does, press
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.care.commands import BookAppointment, CertifyFitness
from workflow.subjects.care.state import care_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.referrals.commands import SendReferral
from workflow.subjects.referrals.state import referrals_of

Window = Callable[..., Desk]
MOSCOW = timedelta(hours=3)
LEV = "staff:lev"


@pytest.fixture(autouse=True)
def _workers(live: LiveHouse) -> Iterator[None]:
    """Whoever was set to work in a test, for letters and for times that run out, rests before the next."""
    yield
    live.rest()


def ends_the_day(desk: Desk) -> None:
    """Leave, and find nothing behind."""
    desk.go("/work").get_by_role("button", name="Leave now").click()
    desk.page.wait_for_url("**/leave")
    desk.page.go_back()
    expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()


def faultless(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def row(page: Page, section: str, handle: str) -> Locator:
    """Return the row about somebody, by what they are called on the screen."""
    return page.locator(f"#{section} [data-row]").filter(has_text=handle)


def awaits_a_doctor(live: LiveHouse, handle: str) -> Story:
    """Somebody who travels soon and whose certificate ends today."""
    case = plan_trip(ready_to_travel(bring(Story(live.office, handle=handle), "documents")))
    today = live.office.definition.programme.day(live.office.now)
    return case.does(CertifyFitness, valid_until=today, escort="none", mandate="medical")


def has_an_appointment(live: LiveHouse, handle: str, service: str = "medical_exam") -> Story:
    case = bring(Story(live.office, handle=handle), "care")
    return case.does(BookAppointment, service=service, at=live.office.now + timedelta(hours=1))


@pytest.mark.parametrize(("willow", "brook", "heron", "how"), [
    ("Quiet Willow", "Clear Brook", "Grey Heron", {}),
    ("Calm Harbour", "Red Maple", "Green Finch", {"viewport": PHONE, "is_mobile": True}),
], ids=["at a desk", "on a telephone"])  # fmt: skip
def test_a_medical_workers_whole_day_takes_no_number_by_mouth(
    window: Window, live: LiveHouse, willow: str, brook: str, heron: str, how: dict[str, object]
) -> None:
    travels, comes = awaits_a_doctor(live, willow), has_an_appointment(live, brook)
    of_a_lawyer = has_an_appointment(live, heron, "legal_advice")
    live.work()
    desk = window(**how).signs_in("staff:vera")
    page = desk.page
    assert desk.path() == "/work", "the day begins with what is asked of her"
    # Somebody travels soon: she looks at the case, and certifies.
    asked = row(page, "asked", willow).first
    expect(asked).to_contain_text("Certify that the person may travel")
    press(page, asked.get_by_role("link").first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(willow)
    press(page, page.get_by_role("link", name="My work"))
    press(page, row(page, "asked", willow).first.locator("a.button"))
    until = far(live.office.now)
    does(desk, {"until|valid": until.isoformat(), "go along|escort": "nobody|no one|none"})
    assert present(care_of(travels.case).fitness).valid_until == until
    # Her appointment of today: when, of whom, and with what.
    page = desk.go("/work")
    today = row(page, "today", brook)
    expect(today).to_contain_text(f"{live.office.now + MOSCOW + timedelta(hours=1):%H:%M}")
    expect(today).to_contain_text("Medical examination")
    press(page, today.get_by_role("link").first)
    expect(page.locator("#care")).to_contain_text("Medical examination")
    # The hour comes and goes; what is not recorded stands there, for her and not for the lawyer's.
    live.later(hours=30)
    page = desk.go("/work")
    late = row(page, "overdue", brook)
    expect(late).to_contain_text("Medical examination")
    expect(page.locator("#overdue")).not_to_contain_text(heron)
    press(page, late.locator("a.button"))
    expect(page.get_by_label(re.compile("Medical examination ·")).first).to_be_checked()
    does(desk, {"came": "Yes", "^Note": "A broken wrist, healing."})
    expect(desk.go("/work").locator("#overdue", has_text=brook)).to_have_count(0)
    assert "medical_exam" not in {one.service for one in care_of(comes.case).appointments.values()}
    assert care_of(of_a_lawyer.case).appointments
    # What she wrote she finds again, once it is written down why.
    press(page, page.get_by_role("link", name="Cases", exact=True))
    page.get_by_label("Case number, name or handle").fill(brook)
    press(page, page.get_by_role("button", name="Go to the case"))
    press(page, page.locator("main tbody a").first)
    press(page, page.get_by_role("link", name="Open what is sealed"))
    page.get_by_label("Medical data").check()
    page.get_by_label("To check what was recorded").check()
    page.get_by_label("Why now?").fill("her wrist hurts again")
    press(page, page.get_by_role("button", name=re.compile("Record it and|Open")))
    expect(page.get_by_role("main")).to_contain_text("A broken wrist, healing.")
    faultless(page)
    desk.fits()
    ends_the_day(desk)


def test_a_lawyers_day_is_their_own_appointments_and_a_file_number(window: Window, live: LiveHouse) -> None:
    case = has_an_appointment(live, "Amber Valley", "legal_advice").does(AssignCase, owner=LEV)
    other = has_an_appointment(live, "Silver Birch").does(AssignCase, owner=LEV)
    live.work()
    live.later(hours=30)
    desk = window().signs_in(LEV)
    page = desk.page
    late = row(page, "overdue", "Amber Valley")
    expect(late).to_contain_text("Social and legal advice")
    expect(page.locator("#overdue")).not_to_contain_text("Silver Birch")
    press(page, late.locator("a.button"))
    does(desk, {"came": "Yes", "^Note": "She wants to testify."})
    assert "legal_advice" not in {one.service for one in care_of(case.case).appointments.values()}
    assert "medical_exam" in {one.service for one in care_of(other.case).appointments.values()}
    press(page, page.get_by_role("link", name="Record something"))
    press(page, page.get_by_role("link", name="Record a legal file number"))
    does(desk, {"number|reference": "12-3/2007"})
    assert care_of(case.case).legal_reference
    ends_the_day(desk)


def test_somebody_at_a_provider_answers_a_referral_and_says_that_help_was_given(
    window: Window, live: LiveHouse
) -> None:
    case = agreed_to_be_told(bring(Story(live.office, handle="Golden Meadow"), "reintegration"), "new-start")
    case.does(SendReferral, service="local_referral", provider="new-start")
    live.work()
    live.settle()
    (key,) = referrals_of(case.case).referrals
    desk = window().signs_in("newstart:olga")
    page = desk.page
    for status in ("acknowledged", "accepted"):
        waits = page.locator("#answers")
        expect(waits).to_contain_text("Referral to a local organisation")
        expect(waits).not_to_contain_text("Golden Meadow")  # the number is enough outside the house
        press(page, waits.locator("a.button").first)
        does(desk, {})
        assert referrals_of(case.case).referrals[key].status == status
        page = desk.go("/work")
    press(page, page.locator("#answers a.button").first)
    does(desk, {})
    assert referrals_of(case.case).referrals[key].status == "served"
    faultless(desk.go("/work"))
    ends_the_day(desk)


def test_who_pays_finds_the_receipt_that_is_missing_and_opens_nothing(window: Window, live: LiveHouse) -> None:
    case = bring(Story(live.office, handle="Wide River"), "follow_up")
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    live.work()
    live.bank_pays()
    desk = window().signs_in(CLARA)
    page = desk.page
    asked = page.locator("#asked li", has_text="Record a receipt")
    expect(asked).to_have_count(1)
    expect(asked.get_by_role("link", name=case.case_id, exact=True)).to_have_count(0)  # money opens no case
    press(page, asked.locator("a.button"))
    does(desk, {"Reference": "12/3"})
    assert grants_of(case.case).grants[grant_id].tranches[tranche_id].evidence
    expect(desk.go("/work").locator("#asked")).to_have_count(0)
    ends_the_day(desk)
