"""The families of a made-up year: they come, are met, live and travel together, and life goes on for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.container import Container
from console.settings import Settings
from console.simulation.going_on import GoingOn
from console.simulation.groups import FAMILIES, Family, arrivals
from console.simulation.managed_case import arrival
from console.simulation.year import Rehearsal, Year
from events.ids import case_id_of
from events.world import ManualClock, SeededEntropy
from tests.kit.story import present
from workflow.case.state import Case
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.commands import OpenCase
from workflow.subjects.reception.state import reception_of

START = datetime(2006, 12, 1, tzinfo=UTC)
COME = 17  # both families, and nobody after them
YEAR = Year(arrivals=24, days=12)


def test_each_family_comes_on_one_day_whole_or_not_at_all() -> None:
    for most in range(COME + 1):
        made = arrivals(range(most), most, 3, START.date(), "moscow")
        opened = [one for one in made if isinstance(one, OpenCase)]
        assert len({one.command_id for one in opened}) == len(opened) == most
        joined = [one for one in made if type(one).__name__ == "JoinGroup"]
        whole = [family for family in FAMILIES if family.numbers.stop <= most]
        assert len(joined) == sum(len(family.relations) for family in whole)


def rehearsed(data: Path, year: Year) -> tuple[Container, ManualClock]:
    clock = ManualClock(START)
    office = Container(Settings(data=data), create=True, clock=clock, chance=SeededEntropy(3))
    definition = office.publish(shipped_programme_text("moscow"), "staff:operator")
    Rehearsal(office, clock, definition, year).run(lambda _now, _people: None)
    return office, clock


def members(office: Container, family: Family) -> list[Case]:
    numbers = [case_id_of(arrival(one, YEAR.seed, START.date(), "moscow").command_id) for one in family.numbers]
    return [seen.case for seen in office.cases.at_many(numbers)]


def test_each_family_is_met_by_one_driver_and_lives_in_one_house(tmp_path: Path) -> None:
    office, _ = rehearsed(tmp_path, YEAR)
    for family in FAMILIES:
        people = members(office, family)
        assert len({belonging_of(one).group_id for one in people} - {""}) == 1
        assert [belonging_of(one).relation for one in people] == ["", *family.relations]
        assert len({present(reception_of(one).arrival).meeter for one in people} - {""}) == 1
        assert len({present(accommodation_of(one).bed)[0] for one in people}) == 1
    office.close()


def test_a_family_goes_on_after_the_year_though_it_does_something_together(tmp_path: Path) -> None:
    year = YEAR._replace(arrivals=18, days=6)
    office, clock = rehearsed(tmp_path, year)
    life = GoingOn(office, load_definition(shipped_programme_text("moscow")), year)
    for _ in range(12):
        clock.advance(timedelta(hours=6))
        life.breathe()
    left = {*life.left.values()}
    going = [one for family in FAMILIES for one in members(office, family) if one.case_id not in left]
    assert len(going) == 3
    assert {one.stage for one in going} == {"care"}, "what they do together is no visitor's"
    office.close()
