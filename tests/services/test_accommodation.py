"""Places to stay: rows 5, 8, 22, 23, and the houses of 21, 28 and 32, through the office."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from events.errors import EventsError
from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted, Answer
from handlers.projections.rebuild import rebuild
from handlers.queries.occupancy import houses_in_log, occupancy
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.programmes import HOSTEL, SMALL, with_beds, with_houses
from tests.kit.roads import consents
from tests.kit.story import Story, present
from tests.kit.workshop import at_work
from tests.kit.world import moscow
from workflow.command import CaseCommand
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import (
    ExtendHold,
    ExtendStay,
    HoldBed,
    JoinWaitingList,
    LeaveWaitingList,
    ReleaseBed,
    TakeBed,
)
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.closing.commands import CloseFacility
from workflow.subjects.safety.commands import EstablishAge

HOUSE = "moscow-centre"
SHELTER = {
    "id": "st-petersburg-shelter", "name": "Shelter of the Red Cross", "kind": "shelter", "owner": "russian-red-cross",
    "opens": "2013-04-30", "time_zone": "Europe/Moscow", "capacity": 8, "alternatives": ["hostel"],
}  # fmt: skip
# Names as those who come write them; none of them is anybody's, and none gets into a table or a letter.
NAMES = (
    "Мария Иванова",
    "ნინო ბერიძე",
    "Gulnora Qodirova",
    "Արամ Սարգսյան",
    "فاطمة حسن",
    "Ion Petrescu",
    "Оксана",
    "Бакыт",
)
GROWN_UP: dict[str, Any] = {"child": False, "basis": "identity document"}


def codes(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, Refused), answer
    return answer.codes


def reset(office: Office, at: datetime) -> None:
    office.clock.advance(at - office.now)


def as_they_are(office: Office) -> list[list[tuple[Any, ...]]]:
    """Return the rows of both tables, in one order whatever the database's is."""
    return [sorted(tuple(row.values()) for row in office.rows(table)) for table in ("beds", "beds_in_use")]


def sound(office: Office) -> None:
    """All invariants hold, and the tables of beds are what the log says."""
    found = {one.name: one.faults for one in check_log(office.service.log, now=office.now)}
    assert not found["I4"]
    assert not found["I6"]


# -- row 5: a centre with an opening date ---------------------------------------------------------------------------


def test_nobody_checks_in_before_the_centre_opens(office: Office) -> None:
    """Row 5: the centre opens in December; a check-in dated before that is refused."""
    office.publish(with_houses(SMALL | {"opens": "2007-03-05", "capacity": 8}))
    case = Story(office).does(HoldBed)
    before = datetime(2007, 3, 4, 20, 59, tzinfo=UTC)  # 23:59 in Moscow
    case.when(TakeBed, occurred_at=before).then_refused("facility_is_open")
    case.does(TakeBed, occurred_at=before + timedelta(minutes=1))


def test_no_bed_is_held_before_the_house_opens_or_after_it_closed(office: Office) -> None:
    office.publish(with_houses(SMALL | {"opens": "2007-03-06", "closes": "2007-03-06", "capacity": 8}))
    case = Story(office)
    case.when(HoldBed).then_refused("facility_is_open")
    case.later(days=1).does(HoldBed).does(ReleaseBed, reason="moved")
    case.later(days=1).when(HoldBed).then_refused("facility_is_open")


def test_the_shipped_houses_have_owners_dates_and_hours_in_their_own_time(office: Office) -> None:
    """Rows 21, 28, 32: whose each house is, from when to when, and what its clocks say."""
    houses_of = moscow().programme.facility_of
    shelter, vladivostok = houses_of["st-petersburg-shelter"], houses_of["vladivostok-centre"]
    assert (shelter.owner, shelter.opens, shelter.capacity) == ("russian-red-cross", date(2013, 4, 30), 8)
    assert houses_of["moscow-centre"].capacity == 60
    assert houses_of["icc-moscow"].address.startswith("12, 2-ya Zvenigorodskaya")
    assert not houses_of["icc-moscow"].capacity
    at = datetime(2007, 3, 6, 0, 0, tzinfo=UTC)  # 10:00 in Vladivostok in March 2007, 03:00 in Moscow
    assert vladivostok.hours is not None
    assert houses_of["icc-moscow"].hours is not None
    assert vladivostok.hours.is_open(at)
    assert not houses_of["icc-moscow"].hours.is_open(at)
    assert vladivostok.day(datetime(2007, 3, 5, 15, 0, tzinfo=UTC)) == date(2007, 3, 6)
    assert not vladivostok.is_running(date(2011, 1, 1))
    Story(office).when(HoldBed, facility="icc-moscow").then_refused("facility_is_known")
    Story(office).when(HoldBed, facility="st-petersburg-shelter").then_refused("facility_is_open")


# -- row 8: hold, check-in, extend, check-out -----------------------------------------------------------------------


def test_a_bed_is_held_taken_extended_and_left(office: Office) -> None:
    case = Story(office).does(HoldBed).does(ExtendHold, hours=72).later(hours=60)
    case.does(TakeBed, until=date(2007, 3, 20)).does(ExtendStay, until=date(2007, 4, 1)).later(days=10)
    early = case.place.now - timedelta(days=11)
    case.when(ReleaseBed, reason="moved", occurred_at=early).then_refused("check_out_is_after_check_in")
    case.does(ReleaseBed, reason="moved")
    assert office.rows("beds_in_use") == []
    assert not case.case.timers.keys() - {case.timer("idle")}
    sound(office)


def test_a_hold_expires_at_its_time_though_every_process_was_down(office: Office, tmp_path: Path) -> None:
    """Row 8: nobody was there for a month; whoever asks first gets the bed, and the first sweep tells the case."""
    office.publish(with_beds(1))
    late = Story(office).does(HoldBed)
    held_until = accommodation_of(late.case).held_until
    assert held_until is not None
    late.later(days=30)
    office.service = office.another_service()  # another process, which knows nothing yet
    log = office.service.log
    assert occupancy(log, HOUSE, "Europe/Moscow", held_until - timedelta(seconds=1)).available == 0
    assert occupancy(log, HOUSE, "Europe/Moscow", held_until).available == 1
    late.when(TakeBed).then_refused("bed_is_held")
    other = Story(office).does(HoldBed).does(TakeBed)
    sound(office)
    with at_work(office, tmp_path) as (_, crew):
        crew.settle()
    assert accommodation_of(late.case).bed is None
    assert accommodation_of(other.case).moved_in
    assert [row["case_id"] for row in office.rows("beds_in_use")] == [other.case_id]
    sound(office)


def test_a_sweep_alone_frees_the_bed_of_a_hold_that_ran_out(office: Office, tmp_path: Path) -> None:
    office.publish(with_beds(1))
    late = Story(office).does(HoldBed).later(days=30)
    with at_work(office, tmp_path) as (_, crew):
        crew.settle()
    assert accommodation_of(late.case).bed is None
    assert office.rows("beds_in_use") == []
    sound(office)


@ON_BOTH_DATABASES
def test_rooms_have_rules_and_nobody_is_excluded(office: Office) -> None:
    """Row 8: rules per room; every combination of gender and age still finds a bed in the shipped house."""
    for gender in ("female", "male", "transgender", None):
        for age_band in ("0-8", "9-17", "27-29", "48+", None):
            found = Story(office, gender=gender, age_band=age_band).does(HoldBed)
            number = present(accommodation_of(found.case).bed)[1] if accommodation_of(found.case).bed else 0
            (row,) = office.rows("beds", facility=HOUSE, bed=number)
            assert row["room"] in {
                "ground-floor",
                {"female": "womens-floor", "male": "mens-room"}.get(gender or "", ""),
            }
    sound(office)


# -- row 22: eight beds ---------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_of_fifty_at_once_eight_get_in_and_forty_two_are_refused_or_wait(office: Office) -> None:
    """Row 22: fifty people at the same moment, from as many threads, in two processes on PostgreSQL."""
    office.publish(with_beds(8))
    cases = [Story(office).case_id for _ in range(50)]
    services = [office.service] if office.database.kind == "sqlite" else [office.service, office.another_service()]
    start = threading.Barrier(50)

    def comes(number: int) -> tuple[Answer, ...]:
        start.wait(60)
        service, case_id = services[number % len(services)], cases[number]
        steps = (HoldBed, TakeBed, JoinWaitingList)
        return tuple(service.submit(office.command(step, case_id=case_id)) for step in steps)

    with ThreadPoolExecutor(50) as pool:
        came = list(pool.map(comes, range(50)))
    got_in = [answers for answers in came if isinstance(answers[1], Accepted)]
    waiting = [answers for answers in came if isinstance(answers[2], Accepted)]
    assert (len(got_in), len(waiting)) == (8, 42)
    assert Counter(codes(answers[0]) for answers in came if answers not in got_in) == {("bed_is_free",): 42}
    assert sorted(row["bed"] for row in office.rows("beds_in_use")) == list(range(1, 9))
    assert len(office.state(f"facility:{HOUSE}").waiting) == 42
    sound(office)


@ON_BOTH_DATABASES
def test_the_database_itself_refuses_a_ninth_person(office: Office) -> None:
    """Row 22: a ninth row, a second person in a bed, and a second bed for a person are impossible by hand, too."""
    office.publish(with_beds(8))
    for _ in range(8):
        Story(office).does(HoldBed).does(TakeBed)
    (mine, *_) = office.rows("beds_in_use")
    for facility, bed, case_id in ((HOUSE, 9, "NINTH"), (HOUSE, 1, "NINTH"), ("hostel", 1, mine["case_id"])):
        with pytest.raises(EventsError), office.database.writing() as connection:
            connection.execute(
                text("INSERT INTO beds_in_use (facility, bed, case_id, held_until) VALUES (:f, :b, :c, '')"),
                {"f": facility, "b": bed, "c": case_id},
            )
    with pytest.raises(EventsError), office.database.writing() as connection:
        connection.execute(text("DELETE FROM beds WHERE facility = :f AND bed = 1"), {"f": HOUSE})
    assert len(office.rows("beds_in_use", facility=HOUSE)) == 8


@ON_BOTH_DATABASES
def test_a_smaller_house_keeps_who_is_there_and_takes_nobody_until_it_is_no_longer_too_full(office: Office) -> None:
    office.publish(with_beds(3))
    cases = [Story(office).does(HoldBed).does(TakeBed) for _ in range(3)]
    office.publish(with_beds(2))
    assert [row["bed"] for row in office.rows("beds", facility=HOUSE)] == [1, 2, 3]
    cases[0].does(ReleaseBed, reason="moved")
    Story(office).when(HoldBed).then_refused("bed_is_free")
    cases[2].does(ReleaseBed, reason="moved")
    assert [row["bed"] for row in office.rows("beds", facility=HOUSE)] == [1, 2]
    Story(office).does(HoldBed)
    before = as_they_are(office)
    rebuild(office.service.log)
    assert as_they_are(office) == before
    sound(office)


# -- row 23: when it is full ----------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_when_the_shelter_is_full_people_wait_in_order_and_another_house_is_asked(
    office: Office, tmp_path: Path
) -> None:
    """Row 23: the only institution is full: a waiting list in order, and a letter to the hostel for a place."""
    reset(office, datetime(2013, 5, 6, 9, 0, tzinfo=UTC))
    office.publish(with_houses(SHELTER, HOSTEL))
    inside = [Story(office, name=name).does(HoldBed).does(TakeBed) for name in NAMES]
    line = [consents(Story(office), "assistance").does(JoinWaitingList) for _ in range(3)]
    with at_work(office, tmp_path) as (shop, crew):
        crew.settle()
        letters = shop.mails()
        assert len(letters) == 3
        assert all("desk@hostel.example.org" in str(letter["To"]) for letter in letters)
        assert not any(case.case_id in letter.as_string() for letter in letters for case in line)
        line[0].advance("withdraw", reason="declined")
        inside[3].does(ReleaseBed, reason="moved")
        crew.settle()
        assert accommodation_of(line[1].case).bed == ("st-petersburg-shelter", 4)
        assert accommodation_of(line[2].case).bed is None
        assert not any(name in letter.as_string() for letter in letters for name in NAMES)
        inside[0].advance("withdraw", reason="declined")  # whose case is over frees a bed for the next all the same
        crew.settle()
        assert accommodation_of(line[2].case).bed == ("st-petersburg-shelter", 1)
    assert office.state("facility:st-petersburg-shelter").waiting == {}
    sound(office)


@ON_BOTH_DATABASES
def test_an_offer_after_a_crash_holds_nobody_a_second_bed(office: Office, tmp_path: Path) -> None:
    office.publish(with_beds(1))
    inside = Story(office).does(HoldBed).does(TakeBed)
    first, second = (Story(office).does(JoinWaitingList) for _ in range(2))
    inside.does(ReleaseBed, reason="moved")
    first.does(HoldBed)  # somebody was quicker than the worker
    with at_work(office, tmp_path) as (_, crew):
        crew.settle()
    assert accommodation_of(first.case).bed == (HOUSE, 1)
    assert accommodation_of(second.case).waiting == (HOUSE,)
    assert not inside.tasks(kind="offer_bed")
    sound(office)


@ON_BOTH_DATABASES
def test_somebody_who_left_the_line_is_not_put_back_by_an_offer_and_whoever_came_of_age_is_looked_at_anew(
    office: Office, tmp_path: Path
) -> None:
    room = {"id": "adults", "beds": 1, "minors": "no"}
    office.publish(with_houses(SMALL | {"rooms": [room]}))
    inside = Story(office).does(HoldBed).does(TakeBed)
    grown = Story(office, age_band=None).does(JoinWaitingList)  # unknown age is presumed a child's
    gone = Story(office).does(JoinWaitingList)
    grown.does(EstablishAge, **GROWN_UP)
    gone.does(LeaveWaitingList, facility=HOUSE, reason="found a place")
    inside.does(ReleaseBed, reason="moved")
    with at_work(office, tmp_path) as (_, crew):
        crew.settle()
    assert accommodation_of(grown.case).bed == (HOUSE, 1)
    assert (accommodation_of(gone.case).bed, accommodation_of(gone.case).waiting) == (None, ())
    sound(office)


# -- occupancy ------------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_who_had_which_bed_is_known_at_any_past_instant(office: Office) -> None:
    """Issue: occupancy at any past instant, as it was in the world and not as it was written down."""
    office.publish(with_beds(2))
    start = office.now
    one, two = Story(office).does(HoldBed).does(TakeBed), Story(office).later(hours=1).does(HoldBed)
    three = Story(office).does(JoinWaitingList)
    two.later(hours=4).does(TakeBed, occurred_at=office.now - timedelta(hours=2))  # 3 hours after the start
    one.later(hours=4).does(ReleaseBed, reason="moved", occurred_at=office.now - timedelta(hours=3))  # after 6
    log = office.service.log

    def seen(hours: float) -> tuple[int, dict[int, tuple[str, bool]], int]:
        found = occupancy(log, HOUSE, "Europe/Moscow", start + timedelta(hours=hours))
        assert found.available + len(found.used) == found.maximum
        beds = {used.bed: (used.case_id, used.held_until is None) for used in found.used}
        return found.available, beds, len(found.waiting)

    assert {"hostel", HOUSE} <= set(houses_in_log(log))
    assert seen(-1)[1:] == ({}, 0)
    assert seen(0.5) == (1, {1: (one.case_id, True)}, 0)
    assert seen(2) == (0, {1: (one.case_id, True), 2: (two.case_id, False)}, 1)
    assert seen(3.5) == (0, {1: (one.case_id, True), 2: (two.case_id, True)}, 1)
    assert seen(7) == (1, {2: (two.case_id, True)}, 1)
    assert accommodation_of(three.case).waiting == (HOUSE,)


def test_moving_in_may_not_be_dated_into_somebody_elses_stay(office: Office) -> None:
    office.publish(with_beds(1))
    one = Story(office).does(HoldBed).does(TakeBed).later(days=9).does(ReleaseBed, reason="moved")
    two = Story(office).does(HoldBed)
    two.when(TakeBed, occurred_at=office.now - timedelta(days=1)).then_refused("bed_is_empty")
    assert accommodation_of(one.case).bed is None


# -- houses of partners, and houses that close ----------------------------------------------------------------------


def test_two_programmes_share_a_partners_shelter_and_together_fill_it(office: Office) -> None:
    """Row 21: the Red Cross owns the shelter and runs a programme of its own; a bed is given once whoever asks."""
    reset(office, datetime(2013, 5, 6, 9, 0, tzinfo=UTC))
    shelter = SHELTER | {"capacity": 2, "alternatives": []}
    office.publish(with_houses(SMALL | {"capacity": 8}, shelter | {"on_request": True}))
    office.publish(with_houses(shelter).replace("programme: moscow", "programme: redcross", 1), "redcross")
    ours, theirs = Story(office), [Story(office, programme="redcross") for _ in range(2)]
    theirs[0].does(HoldBed)
    ours.does(HoldBed, facility="st-petersburg-shelter")
    assert [accommodation_of(case.case).bed for case in (theirs[0], ours)] == [
        ("st-petersburg-shelter", n) for n in (1, 2)
    ]
    theirs[1].when(HoldBed).then_refused("bed_is_free")
    sound(office)


def test_a_house_that_is_closed_takes_nobody_and_nobody_joins_its_line(office: Office) -> None:
    office.publish(with_beds(1))
    held, late = Story(office).does(HoldBed), Story(office)
    late.does(JoinWaitingList)
    answer = office.submit(
        CloseFacility, programme="moscow", facility=HOUSE, on=office.now.date() + timedelta(days=30), reason="funds"
    )
    assert isinstance(answer, Accepted), answer
    held.when(TakeBed).then_refused("facility_is_open")
    Story(office).when(HoldBed).then_refused("facility_is_open")
    Story(office).when(JoinWaitingList).then_refused("facility_is_open")
    late.does(HoldBed, facility="hostel")
    assert office.state(f"facility:{HOUSE}").waiting == {}
    closed = occupancy(office.service.log, HOUSE, "Europe/Moscow", office.now + timedelta(days=31))
    assert (closed.available, closed.maximum) == (0, 0)


def test_publishing_the_same_rooms_again_tells_nothing_new(office: Office) -> None:
    before = len(office.service.log.stream(f"facility:{HOUSE}"))
    office.publish(office.text + "\n# a remark\n")
    assert len(office.service.log.stream(f"facility:{HOUSE}")) == before == 1


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (HoldBed, {"facility": "Дом на Неве"}),
        (ExtendHold, {"hours": 0}),
        (ExtendHold, {"until": "2007-03-05T12:00"}),  # without its zone
        (TakeBed, {"until": "tomorrow"}),
        (TakeBed, {"occurred_at": "1007-03-05T12:00+03:00"}),
        (ReleaseBed, {"reason": " "}),
        (LeaveWaitingList, {"reason": "moved"}),
    ],
)
def test_what_cannot_be_meant_is_refused_at_the_door_and_changes_nothing(
    office: Office, kind: type[CaseCommand], fields: dict[str, Any]
) -> None:
    case = Story(office)
    size = office.service.log.size()
    with pytest.raises(ValidationError):
        case.command(kind, **fields)
    assert office.service.log.size() == size
