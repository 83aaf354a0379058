"""Statistics on the screen: the figures of the command line, and nothing small for donors, not even by subtraction."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest

from console.views.reader import Reader
from console.views.statistics import Figures, figures
from handlers.projections.board import count_cases
from handlers.queries.books import funder_totals, line_balances
from handlers.queries.occupancy import occupancies, occupancy
from handlers.queries.reports import (
    arrivals_by_month,
    arrivals_per_year,
    consultation_report,
    corridors,
    hotline_state_of,
)
from handlers.queries.suppression import K
from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.roads import bring, consents
from tests.kit.story import story
from tests.kit.web.houses import Person, WebHouse, behind
from tests.kit.web.statements import reading
from workflow.rights.acts import Role
from workflow.rights.table import Account
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.hotline.commands import TakeCall
from workflow.subjects.intake.commands import OpenCase
from workflow.subjects.trafficking_routes.commands import RecordRoute


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def seeded(office: Office, people: int = 14) -> None:
    """Open cases: most wait in referral, a few came further; calls of which a few were silent."""
    for number in range(people):
        case = story(office)
        case.does(RecordRoute, legs=("recruitment:MD", "exploitation:RU" if number % 7 else "exploitation:AE"))
        if number < 2:
            bring(case, "reception")
    for number in range(15):
        about = {"outcome": "advised", "topics": ("legal",)} if number > 2 else {"outcome": "silent"}
        office.submit(TakeCall, programme="moscow", language="ru", **about)


def page(person: Person, path: str = "/statistics") -> str:
    answer = person.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(str(answer.text)).partition("<main")[2].partition("</main>")[0]


def part(text: str, name: str) -> str:
    return text.partition(f'id="{name}"')[2].partition("</section>")[0]


def seen_by(office: Office, role: Role, year: int | None = None) -> Figures:
    account = Account("staff:x", frozenset({role}), frozenset({"moscow"}))
    return figures(Reader(behind(office), account, office.now), office.definition, year)


def test_staff_see_the_figures_of_the_command_line(house: WebHouse, office: Office) -> None:
    seeded(office)
    log, programme = office.service.log, office.definition.programme
    found = seen_by(office, "supervisor")
    with office.database.reading() as connection:
        counted = count_cases(connection, "moscow")
    assert {stage: n for stage, n in found.stages.items() if n} == counted
    (year,) = arrivals_per_year(log, programme)
    assert (found.arrivals.year, found.arrivals.target) == (year.arrived, year.target)
    assert sum(n or 0 for n in found.arrivals.months.values()) == year.arrived
    assert list(found.funders) == funder_totals(line_balances(log, office.definition))
    assert found.corridors == corridors(log, programme="moscow", k=1).cells
    advice = consultation_report(hotline_state_of(log, programme), programme, 2007, 1)
    assert found.consultations is not None
    assert (found.consultations.total, found.consultations.how["call_silent"]) == (advice.total, 3)
    text = page(house.sign_in(BORIS, ["supervisor"]))
    assert "14" in part(text, "arrivals")
    assert "<11" not in text


def test_a_donor_never_sees_a_small_number_nor_can_take_one_from_others(house: WebHouse, office: Office) -> None:
    seeded(office)
    found, exact = seen_by(office, "donor"), seen_by(office, "supervisor")
    everybody = sum(n or 0 for n in exact.stages.values())
    lists: list[Mapping[Any, int | None]] = [found.stages, found.corridors, found.visits, found.arrivals.months]
    assert found.consultations is not None
    lists += [found.consultations.how, found.consultations.topics, found.consultations.groups]
    for counts in lists:
        assert all(count is None or count >= K for count in counts.values()), counts
    for counts in (found.stages, found.corridors):
        rest = everybody - sum(count or 0 for count in counts.values())
        assert rest == 0 or rest >= K, "what the others leave over"
    for house_view in found.occupied.houses:
        assert all(count is None or count >= K for count in house_view.people)
    assert not [stay for stay in found.stays if stay.people is not None]
    text = page(house.sign_in("staff:dora", ["donor"]))
    tables = re.findall(r'<table class="drawing-table">.*?</table>', text.replace(part(text, "money"), ""), re.DOTALL)
    assert len(tables) >= 7, "every picture has its table"
    numbers = [cell for one in tables for cell in re.findall(r"<td>([\d,]+)</td>", one)]
    assert all(int(number.replace(",", "")) >= K for number in numbers), numbers
    assert "/cases" not in text


def test_the_years_do_not_tell_what_one_of_them_hides(office: Office) -> None:
    for year, people in ((2004, 3), (2005, 12), (2006, 30)):
        for _ in range(people):
            office.submit(OpenCase, programme="moscow", source="ngo", age_band="27-29", registered_year=year)
    shown = [seen_by(office, "donor", year).arrivals.year for year in (2004, 2005, 2006)]
    assert shown[0] is None
    assert sum(count is not None for count in shown) <= 1, "a second year is hidden, or the third is left over"
    exact = [seen_by(office, "supervisor", year).arrivals for year in (2004, 2005, 2006)]
    assert [one.year for one in exact] == [3, 12, 30]
    assert exact[0].months[0] == 3, "of these only the year is known"


def test_who_must_not_count_cases_has_safe_numbers_and_the_others_exact_ones(office: Office) -> None:
    limits = {role: seen_by(office, role).k for role in ("donor", "finance_approve", "supervisor", "auditor")}
    assert limits == {"donor": K, "finance_approve": K, "supervisor": None, "auditor": None}
    both = Account("staff:x", frozenset({"donor", "supervisor"}), frozenset({"moscow"}))
    assert figures(Reader(behind(office), both, office.now), office.definition).k == K


def test_beds_over_the_year_are_what_each_day_says(office: Office) -> None:
    for _ in range(3):
        consents(story(office), "assistance").does(HoldBed)
    log, instants = office.service.log, [office.now]
    for one in office.definition.programme.beds_facilities:
        there = (one.id, one.time_zone)
        assert occupancies(log, *there, instants) == [occupancy(log, *there, office.now)]
    people = [one.people[-1] for one in seen_by(office, "supervisor").occupied.houses]
    assert sum(count or 0 for count in people) == 3


def test_the_months_add_up_to_the_year(office: Office) -> None:
    seeded(office, 5)
    counted = arrivals_by_month(office.service.log, office.definition.programme)
    assert sum(counted.values()) == 5


def test_the_file_holds_what_the_page_shows_and_no_formula(house: WebHouse, office: Office) -> None:
    seeded(office)
    boris = house.sign_in(BORIS, ["supervisor"])
    answer = boris.get("/statistics/moscow/file")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    stages = {row["row"]: row["number"] for row in rows if row["table"] == "stages"}
    assert stages == {stage: str(n) for stage, n in seen_by(office, "supervisor").stages.items()}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    chosen = house.sign_in("staff:fiona", ["finance_approve"]).get("/statistics/moscow/file")
    small = [row["number"] for row in csv.DictReader(io.StringIO(chosen.text.removeprefix("\ufeff")))
             if row["table"] in ("stages", "corridors", "beds in use", "advice", "visits")]  # fmt: skip
    assert all(number == "" or int(number) >= K for number in small)


def test_the_file_asks_for_the_right_and_a_fresh_second_factor(house: WebHouse) -> None:
    assert house.sign_in("staff:dora", ["donor"]).get("/statistics/moscow/file").status_code == 404
    stale = house.sign_in(BORIS, ["supervisor"], strong=False)
    assert stale.get("/statistics/moscow/file").status_code in (303, 403)


def test_who_has_no_business_with_statistics_finds_nothing(house: WebHouse) -> None:
    for role in ("case_manager", "medical", "legal", "hotline", "partner", "administrator"):
        assert house.sign_in(f"staff:{role}", [role]).get("/statistics").status_code == 404
    assert house.sign_in("staff:d2", ["donor"]).get("/statistics?programme=st-petersburg").status_code == 404


@pytest.mark.parametrize("year", ["0", "1e9", "x", "19999", "-1", "٢٠٠٧"])
def test_a_year_that_is_none_is_this_one(house: WebHouse, year: str) -> None:
    text = house.sign_in("staff:dora", ["donor"]).get("/statistics", params={"year": year}).text
    assert '<option value="2007" selected>' in text


def test_many_cases_cost_no_more_questions_than_one(house: WebHouse, office: Office) -> None:
    boris = house.sign_in(BORIS, ["supervisor"])
    seeded(office, 1)
    page(boris)
    with reading(office) as few:
        page(boris)
    seeded(office, 6)
    page(boris)
    with reading(office) as many:
        page(boris)
    assert len(many) == len(few)


def test_the_page_is_whole_in_russian(house: WebHouse) -> None:
    text = page(house.sign_in("staff:rita", ["donor"], language="ru"))
    assert "Где люди сейчас" in text
    assert "Прибытия по месяцам" in text
