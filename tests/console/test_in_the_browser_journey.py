"""A whole journey, from referral to a closed case, by people who press what the screen offers and know nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.kit.web.browser import Desk, LiveHouse
from tests.kit.web.walking import Walk, Words, does, press

Window = Callable[..., Desk]
_MOSCOW = timedelta(hours=3)  # in 2007 and winter


def words_of(live: LiveHouse) -> Words:
    """Return what is written into the forms' fields, by their labels."""

    def at(**later: float) -> str:
        return f"{live.now() + _MOSCOW + timedelta(**later):%Y-%m-%dT%H:%M}"

    def day(**later: float) -> str:
        return f"{live.now() + _MOSCOW + timedelta(**later):%Y-%m-%d}"

    return {
        "^(Date and time|When(?! it happened))": at(hours=2),
        "^Reason": "goals|met",
        "^Valid until": day(days=300),
        "^From$": "Moscow",
        "^Departure": at(days=3),
        "^Arrival": at(days=3, hours=6),
        "^Destination$": "Moldova",
        "^To country": "Moldova",
        "^Provider": "New Start",
        "^Amount": "200",
        "^(IBAN|Account)": "MD24AG000225100013104168",
    }


def refer(desk: Desk, name: str) -> Walk:
    """Open a case as somebody does whose page is empty, and return the way that lies before them."""
    page = desk.go("/work")
    press(page, page.get_by_role("link", name="New referral"))
    does(desk, {"^Name": name})
    press(page, page.get_by_role("button", name="Open a new case"))
    opening = {
        "Source": "Non-gov",
        "Citizenship": "Moldova",
        "Age group": "27",
        "Gender": "female",
        "Language": "Roman",
    }
    does(desk, opening)
    return Walk(desk, lambda: words_of(desk.live))


def test_a_person_is_taken_from_referral_to_a_closed_case_by_what_the_screen_says(
    window: Window, live: LiveHouse
) -> None:
    live.work()
    names = ("staff:anna", "staff:boris", "staff:vera", "newstart:olga", "staff:clara")
    anna, boris, vera, olga, clara = (window(name) for name in names)
    walk = refer(anna, "Ana Rusu")
    walk.colleague = boris
    for stage in ("Reception", "Accommodation", "Care", "Documents"):
        walk.to(stage)
    walk.others["No doctor has certified"] = lambda: certify(vera, walk)
    walk.others["The ticket is not issued"] = live.settle
    walk.others["The journey begins later"] = lambda: live.later(days=3)
    walk.to("On the way home")
    live.later(hours=6)
    walk.to("Reintegration")
    walk.others["Not provided yet: Referral"] = lambda: answer(olga, walk)
    pay(walk, boris, clara)
    walk.to("Follow-up")
    for months in (1, 2, 3, 6):  # the visits are due one, three, six and twelve months after
        live.later(days=31 * months)
        visit(walk)
    walk.to("Closed")
    assert live.office.case(walk.case.rpartition("/")[2]).stage == "closed"


def answer(desk: Desk, walk: Walk) -> None:
    """The provider's own person does what waits for their answer."""
    page = desk.go("/work")
    press(page, page.locator("#answers a.button").first)
    does(desk, walk.words())


def pay(walk: Walk, boris: Desk, clara: Desk) -> None:
    """One asks for a grant, another approves, a third lets it go; the bank pays, and the receipt is recorded."""
    page = walk.desk.go(walk.case)
    press(page, page.locator("#money").get_by_role("link", name="Ask for a grant"))
    does(walk.desk, walk.words())
    page = boris.go("/work")
    press(page, page.locator("#approvals").get_by_role("link", name=re.compile("Approve")).first)
    does(boris, walk.words())
    page = clara.go("/work")
    press(page, page.locator("main").get_by_role("link", name=re.compile("[Rr]elease|Let")).first)
    does(clara, walk.words())
    walk.desk.live.bank_pays()


def visit(walk: Walk) -> None:
    """Make the visits that are due today, as the page of one's work says."""
    page = walk.desk.go("/work")
    due = page.locator("main").get_by_role("link", name=re.compile("visit"))
    while due.count():
        press(page, due.first)
        does(walk.desk, walk.words())
        page = walk.desk.go("/work")


def certify(desk: Desk, walk: Walk) -> None:
    """The doctor finds the case among those of her house, and certifies."""
    page = desk.go("/work")
    press(page, page.get_by_role("link", name="Cases", exact=True))
    press(page, page.get_by_role("link", name=walk.case.rpartition("/")[2]))
    press(page, page.locator("main").get_by_role("link", name=re.compile("fit to travel|fitness")).first)
    does(desk, walk.words())
    expect(page.locator("main")).to_contain_text("Done")
