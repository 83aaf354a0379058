"""A whole journey, from referral to a closed case, by people who press what the screen offers and know nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.console.browser import Desk, LiveHouse
from tests.console.walking import Walk, Words, does, press

Window = Callable[..., Desk]
_MOSCOW = timedelta(hours=3)  # in 2007 and winter


def words_of(live: LiveHouse) -> Words:
    """Return what is written into the forms' fields, by their labels."""

    def at(**later: float) -> str:
        return f"{live.now() + _MOSCOW + timedelta(**later):%Y-%m-%dT%H:%M}"

    def day(**later: float) -> str:
        return f"{live.now() + _MOSCOW + timedelta(**later):%Y-%m-%d}"

    return {
        "^(Date and time|When)": at(hours=2),
        "^Second": "boris",
        "^Valid until": day(days=300),
        "^From$": "Moscow",
        "^Departure": at(days=3),
        "^Arrival": at(days=3, hours=6),
        "^Destination$": "Moldova",
        "^To country": "Moldova",
        "^Amount": "200",
        "^(IBAN|Account)": "MD24AG000225100013104168",
    }


def refer(desk: Desk, name: str) -> Walk:
    """Open a case as somebody does whose page is empty, and return the way that lies before them."""
    page = desk.go("/work")
    press(page, page.get_by_role("link", name="New referral"))
    does(desk, {"^Name": name})
    press(page, page.get_by_role("button", name="Open a new case"))
    opening = {"Source": "Non-gov", "Citizenship": "Moldova", "Age group": "27", "Gender": "female", "Language": "Roman"}
    does(desk, opening)
    return Walk(desk, lambda: words_of(desk.live))


def test_three_people_take_somebody_from_referral_to_a_closed_case(window: Window, live: LiveHouse) -> None:
    live.work()
    anna, boris, vera = window("staff:anna"), window("staff:boris"), window("staff:vera")
    walk = refer(anna, "Ana Rusu")
    walk.to("Reception")
    walk.to("Accommodation")
    walk.to("Care")
    walk.to("Documents")
    walk.others["No doctor has certified"] = lambda: certify(vera, walk)
    walk.others["The ticket is not issued"] = lambda: None
    walk.to("On the way home")
    walk.to("Reintegration")
    print(walk.pressed)
    anna.go(walk.case)
    print([(s.locator("h3").inner_text(), [a.inner_text() for a in s.locator(".reasons > li").all()]) for s in anna.page.locator("#next .step").all()])
    walk.to("Follow-up")


def certify(desk: Desk, walk: Walk) -> None:
    """The doctor finds the case among those of her house, and certifies."""
    page = desk.go("/work")
    press(page, page.get_by_role("link", name="Cases", exact=True))
    press(page, page.get_by_role("link", name=walk.case.rpartition("/")[2]))
    press(page, page.locator("main").get_by_role("link", name=re.compile("fit to travel|fitness")).first)
    does(desk, walk.words())
    expect(page.locator("main")).to_contain_text("Done")
