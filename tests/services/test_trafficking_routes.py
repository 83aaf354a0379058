"""The way somebody was taken, and what may be told of many such ways (row 20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from handlers.queries.reports import Corridor, Corridors, corridors, suppressed_corridors
from handlers.queries.suppression import K
from tests.kit.command_line import Wayhome
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.story import Story, story
from workflow.subjects.trafficking_routes.commands import RecordRoute
from workflow.subjects.trafficking_routes.state import trafficking_routes_of

COUNTRIES = ("MD", "UA", "UZ")
TABLES = st.dictionaries(
    st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(("RU", "AE", "TR"))), st.integers(1, 40), min_size=1
)


def taken(case: Story, *legs: Any) -> Story:
    return case.when(RecordRoute, legs=legs)


def people(office: Office, count: int, *legs: str) -> None:
    for _ in range(count):
        taken(story(office), *legs).accepted()


# -- row 20: ordered historic events -------------------------------------------------------------------------


def test_a_route_is_kept_as_ordered_events_with_their_countries(office: Office) -> None:
    case = story(office, citizenships=("MD",), name="Ión Țurcanu")
    taken(case, "recruitment:MD:2005-06", "transit:UA", "exploitation:RU:2005").accepted()
    (recorded,) = case.now_told()
    assert [(leg.order, leg.kind, leg.country, leg.year, leg.month) for leg in recorded.legs] == [
        (1, "Recruitment", "MD", 2005, 6), (2, "Transit", "UA", None, None), (3, "Exploitation", "RU", 2005, None),
    ]  # fmt: skip
    assert trafficking_routes_of(case.case).route == (("Recruitment", "MD"), ("Transit", "UA"), ("Exploitation", "RU"))
    taken(case, {"kind": "exploitation", "country": "AE"}).accepted()
    assert [*trafficking_routes_of(case.case).route] == [("Exploitation", "AE")]


@pytest.mark.parametrize(
    ("legs", "code"),
    [
        (("exploitation:RU", "recruitment:MD"), "route_is_in_order"),
        (("recruitment:MD:2006", "exploitation:RU:2005"), "route_is_in_order"),
        (("recruitment:MD:2006-05", "exploitation:RU:2006-04"), "route_is_in_order"),
        (("recruitment:MD:2007-04",), "route_is_past"),
    ],
)
def test_a_route_that_cannot_have_been_is_refused(office: Office, legs: tuple[str, ...], code: str) -> None:
    case = taken(story(office), *legs).then_refused(code)
    assert trafficking_routes_of(case.case).route == ()


def test_a_route_within_one_year_needs_no_months(office: Office) -> None:
    taken(story(office), "recruitment:MD:2006-05", "transit:UA:2006", "exploitation:RU:2006-07").accepted()


@pytest.mark.parametrize(
    "leg", ["recruitment", "recruitment:XX", "kidnap:MD", "transit:UA:2005-13", "transit:UA:05", "transit:UA:2005:06",
            {"kind": "transit", "country": "UA", "month": 6}],
)  # fmt: skip
def test_what_is_no_leg_is_not_taken_for_one(office: Office, leg: Any) -> None:
    with pytest.raises(ValidationError):
        taken(story(office), leg)
    with pytest.raises(ValidationError):
        taken(story(office))


# -- the corridor report -------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_a_corridor_is_counted_from_eleven_people_on(office: Office) -> None:
    people(office, 10, "recruitment:MD", "transit:UA", "exploitation:RU")
    log = office.service.log
    assert corridors(log).cells == {}
    assert corridors(log).total is None
    people(office, 1, "recruitment:MD", "exploitation:AE", "exploitation:RU")
    found = corridors(log)
    assert found.cells == {("MD", "RU"): 11}
    assert found.total == 11
    assert corridors(log, k=12).total is None


@ON_BOTH_DATABASES
def test_who_was_found_not_to_be_a_victim_or_came_to_another_programme_is_not_counted(office: Office) -> None:
    people(office, 12, "recruitment:MD", "exploitation:RU")
    mistaken = taken(story(office), "recruitment:MD", "exploitation:RU")
    mistaken.advance("find_not_a_victim", reason="not_a_victim").confirmed()
    log = office.service.log
    assert corridors(log, programme="moscow").total == 12
    assert corridors(log, programme="another").total is None


def test_a_person_is_counted_once_and_by_what_was_told_last(office: Office) -> None:
    people(office, 11, "recruitment:MD", "exploitation:RU")
    case = taken(story(office), "recruitment:UZ", "exploitation:RU")
    taken(case, "recruitment:MD", "exploitation:RU").accepted()
    assert corridors(office.service.log).cells == {("MD", "RU"): 12}


def test_one_small_corridor_takes_another_with_it_so_that_no_subtraction_finds_it() -> None:
    found = suppressed_corridors({("MD", "RU"): 30, ("MD", "AE"): 4, ("UZ", "RU"): 20, ("UZ", "AE"): 15})
    assert ("MD", "AE") not in found.cells
    assert found.total == 69
    assert found_by_subtraction(found, ("MD", "AE"), ("MD", "UZ"), ("RU", "AE")) is None


@settings(max_examples=300)
@given(TABLES)
def test_a_difference_attack_on_one_release_finds_nobody(counts: Mapping[Corridor, int]) -> None:
    found = suppressed_corridors(counts)
    rows, columns = sorted({row for row, _ in counts}), sorted({column for _, column in counts})
    shown = [*found.cells.values(), *found.recruited.values(), *found.exploited.values(), *filter(None, [found.total])]
    assert all(count >= K for count in shown)
    for corridor, count in counts.items():
        if count < K:
            assert found_by_subtraction(found, corridor, rows, columns) is None, (counts, found)


def found_by_subtraction(found: Corridors, corridor: Corridor, rows: Any, columns: Any) -> int | None:
    """Play the attacker who takes everything shown from every total, again and again, until nothing new comes."""
    known: dict[tuple[str, str], int] = dict(found.cells)
    known |= {(row, "*"): count for row, count in found.recruited.items()}
    known |= {("*", column): count for column, count in found.exploited.items()}
    known |= {} if found.total is None else {("*", "*"): found.total}
    lines = [([(row, column) for column in columns], (row, "*")) for row in (*rows, "*")]
    lines += [([(row, column) for row in rows], ("*", column)) for column in (*columns, "*")]
    for _ in range(len(lines) * 4):
        for cells, total in lines:
            unknown = [cell for cell in (*cells, total) if cell not in known]
            if len(unknown) == 1:
                inside = sum(known[cell] for cell in cells if cell in known)
                known[unknown[0]] = inside if unknown[0] == total else known[total] - inside
    return known.get(corridor)


# -- the command line ----------------------------------------------------------------------------------------


def test_a_route_is_typed_in_one_line_and_the_report_reads_it(wayhome: Wayhome) -> None:
    cases = [wayhome.json("case", "open", "citizenships=MD", "age_band=27-29")["case_id"] for _ in range(11)]
    for case in cases:
        wayhome.done("case", "record", case, "RecordRoute", "legs=recruitment:MD,transit:UA,exploitation:RU")
    assert "transit:UA:2005-06" in wayhome.done("case", "record", cases[0], "RecordRoute", "help")
    wayhome.told_off("case", "record", cases[0], "RecordRoute", "legs=recruitment:MD,nowhere")
    assert wayhome.json("report", "corridors") == {
        "k": 11, "corridors": [{"recruitment": "MD", "exploitation": "RU", "people": 11}],
        "recruitment": {"MD": 11}, "exploitation": {"RU": 11}, "total": 11,
    }  # fmt: skip
    assert "hidden" in wayhome.done("report", "corridors", "--k", "12")


def test_the_counts_of_a_release_are_those_of_the_cases() -> None:
    counts = Counter({("MD", "RU"): 40, ("UZ", "RU"): 15})
    assert suppressed_corridors(counts).cells == counts
    assert suppressed_corridors(counts).total == 55
