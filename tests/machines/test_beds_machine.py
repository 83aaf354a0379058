"""Two rooms, two beds and five people who want one: held, taken, given up, waited for, offered in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from events.facts import accommodation as facts
from events.facts.accommodation import BedGivenUp
from tests.kit.erasures import with_officers
from tests.kit.offices import Office
from tests.kit.programmes import with_rooms
from tests.kit.roads import consents
from tests.kit.story import Story
from tests.machines.finding import steps_to
from tests.machines.grounds import Databases, Ground, InMemory, InOffices
from tests.machines.machine import TIMES, WHO, Machine, runs
from tests.machines.models.beds import HOLD_MOST, House
from workflow.command import FireTimer
from workflow.subjects.accommodation import shelter
from workflow.subjects.accommodation.commands import (
    ExtendHold,
    ExtendStay,
    HoldBed,
    JoinWaitingList,
    LeaveWaitingList,
    ReleaseBed,
    TakeBed,
)
from workflow.subjects.accommodation.shelter import Shelter
from workflow.subjects.accommodation.state import accommodation_of

pytestmark = pytest.mark.timeout(600 * TIMES)  # a busy machine takes its time
HOUSE: Final = "moscow-centre"
STREAM: Final = f"facility:{HOUSE}"
ROOMS: Final = with_rooms(("womens", 1, "women", "allowed"), ("anybodys", 1, "any", "allowed"))
GENDERS: Final = ("female", "male", "female", "male", "male")


def five_who_want_a_bed(place: Any) -> list[Story]:
    if isinstance(place, Office):
        with_officers(place)
    return [consents(Story(place, gender=gender), "assistance") for gender in GENDERS]


class Beds(Machine):
    """What five people and the worker who offers beds do, in any order."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        women = (one.case_id for one, gender in zip(self.people, GENDERS, strict=True) if gender == "female")
        self.house = House(frozenset(women), (1,), (2,))
        self.gone: set[str] = set()
        self.erased: set[str] = set()

    def known(self, case_id: str) -> Story:
        return next(one for one in self.people if one.case_id == case_id)

    # -- a bed -----------------------------------------------------------------------------------------------

    @rule(who=WHO, named=st.booleans())
    def hold(self, who: int, *, named: bool) -> None:
        case, now = self.person(who), self.place.now
        me, bed = case.case_id, self.house.bed_for(case.case_id, now)
        refused = self.asks(case, HoldBed, facility=HOUSE if named else None)
        assert (not refused) == (me not in self.gone and bed is not None and not self.house.has_bed(me, now))
        if not refused:
            assert bed is not None
            self.house.is_held(me, bed, now)

    @rule(who=WHO, hours=st.sampled_from([1, 49, 100, 168]))
    def hold_longer(self, who: int, hours: int) -> None:
        case, now = self.person(who), self.place.now
        stay, until = self.house.stays.get(case.case_id), now + timedelta(hours=hours)
        may = stay is not None and stay.until is not None and now < stay.until < until <= stay.since + HOLD_MOST
        assert (not self.asks(case, ExtendHold, hours=hours)) == may
        if may and stay:
            self.house.stays[case.case_id] = stay._replace(until=until)

    @rule(who=WHO)
    def move_in(self, who: int) -> None:
        case, now = self.person(who), self.place.now
        stay = self.house.stays.get(case.case_id)
        may = stay is not None and stay.until is not None and stay.until > now
        assert (not self.asks(case, TakeBed)) == may
        if may:
            self.house.is_taken(case.case_id)

    @rule(who=WHO, days=st.integers(-1, 3))
    def stay_until(self, who: int, days: int) -> None:
        case, today = self.person(who), self.place.definition.programme.day(self.place.now)
        stay = self.house.stays.get(case.case_id)
        refused = self.asks(case, ExtendStay, until=today + timedelta(days=days))
        assert (not refused) == (stay is not None and stay.until is None and days >= 0)

    @rule(who=WHO)
    def give_up(self, who: int) -> None:
        case = self.person(who)
        refused = self.asks(case, ReleaseBed, reason="found a room")
        assert (not refused) == (case.case_id in self.house.stays)
        self.house.is_given_up(case.case_id)

    @rule(who=WHO)
    def its_time_is_over(self, who: int) -> None:
        """The timer of a hold is fired when it is due, and refused before."""
        case, now = self.person(who), self.place.now
        stay = self.house.stays.get(case.case_id)
        if stay is None or stay.until is None:
            return
        fires = {"timer_id": case.timer("bed_hold"), "due_at": stay.until, "actor": "system:timer"}
        assert (not self.asks(case, FireTimer, **fires)) == (stay.until <= now)
        if stay.until <= now:
            self.house.is_given_up(case.case_id)

    # -- the line --------------------------------------------------------------------------------------------

    @rule(who=WHO)
    def wait(self, who: int) -> None:
        case, now, me = self.person(who), self.place.now, self.person(who).case_id
        may = me not in self.gone and me not in self.house.line and not self.house.has_bed(me, now)
        may = may and self.house.bed_for(me, now) is None
        assert (not self.asks(case, JoinWaitingList, facility=HOUSE)) == may
        if may:
            self.house.waits(me)

    @rule(who=WHO)
    def wait_no_more(self, who: int) -> None:
        case = self.person(who)
        refused = self.asks(case, LeaveWaitingList, facility=HOUSE, reason="found a room")
        assert (not refused) == (case.case_id in self.house.line)
        self.house.leaves_line(case.case_id)

    @rule()
    def beds_are_offered(self) -> None:
        """The worker offers what was given up; in memory its commands are tried, in the order of the line."""
        for case, key in [(one, key) for one in self.people for key in one.tasks(kind="offer_bed")]:
            if isinstance(self.place, Office):
                self.shop.worker().performer.perform([key])
            else:
                for me in list(self.house.line):
                    self.asks(self.known(me), HoldBed, facility=HOUSE, actor="worker:places")
                case.finish(key).accepted()
            self.house.are_offered(self.place.now)

    # -- who goes --------------------------------------------------------------------------------------------

    @rule(who=WHO, sure=st.integers(0, 5))
    def withdraw(self, who: int, sure: int) -> None:
        """Somebody withdraws; whoever has is erased when nothing of theirs is under way any more."""
        case = self.person(who)
        if sure < 2 and case.case_id not in self.gone:
            case.ends("withdraw", reason="declined")
            self.gone.add(case.case_id)
            self.house.is_given_up(case.case_id)
            self.house.leaves_line(case.case_id)
        elif case.case_id in self.gone - self.erased and isinstance(self.place, Office):
            self.erased |= {case.case_id} if self.may_erase(case) else set()

    # -- what must hold --------------------------------------------------------------------------------------

    @invariant()
    def everybody_has_what_the_model_says(self) -> None:
        for case in self.people:
            mine, stay = accommodation_of(case.case), self.house.stays.get(case.case_id)
            assert mine.bed == ((HOUSE, stay.bed) if stay else None)
            assert mine.waiting == ((HOUSE,) if case.case_id in self.house.line else ())
            if stay:
                assert (mine.moved_in, mine.held_until) == (stay.until is None, stay.until)

    @invariant()
    def the_house_says_so_too(self) -> None:
        house = self.shared(STREAM, Shelter())
        assert {bed: use.case_id for bed, use in house.beds.items()} == self.house.taken
        assert list(house.waiting) == self.house.line
        assert len(self.house.in_use(self.place.now)) <= house.capacity

    @invariant()
    def no_bed_stands_empty_while_somebody_waits_for_it(self) -> None:
        if not self.house.somebody_could_be_offered(self.place.now):
            return
        offered = any(case.tasks(kind="offer_bed") for case in self.people)
        not_noticed = any(not stay.holds(self.place.now) for stay in self.house.stays.values())
        assert offered or not_noticed, "a bed is free and nobody is told to offer it"


def nobody_waits_before_anybody(patch: pytest.MonkeyPatch) -> None:
    """A free bed goes to whoever asks first, past those who wait."""
    patch.setattr(Shelter, "_before", lambda _house, _case_id: iter(()))


def a_hold_that_ran_out_is_still_one(patch: pytest.MonkeyPatch) -> None:
    """A bed stays taken until somebody notices."""
    patch.setattr(shelter.BedUse, "is_over", lambda _use, _now: False)


def a_bed_given_up_is_not_offered(patch: pytest.MonkeyPatch) -> None:
    """The next in the line is not told."""
    patch.setattr(facts, "BedGivenUp", lambda **said: BedGivenUp(**said | {"awaited": False}))


PLANTED: Final = (nobody_waits_before_anybody, a_hold_that_ran_out_is_still_one, a_bed_given_up_is_not_offered)


def test_nobody_gets_a_bed_that_is_somebody_elses_by_the_rules_alone() -> None:
    ground = InMemory(ROOMS, five_who_want_a_bed)
    runs(Beds, ground, times=300, steps=50)


def test_nobody_gets_a_bed_that_is_somebody_elses_in_an_office(databases: Databases, tmp_path: Path) -> None:
    ground = InOffices(databases, tmp_path, ROOMS, five_who_want_a_bed)
    runs(Beds, ground, times=12, steps=35)


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.__name__)
def test_the_machine_finds(bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    ground = InMemory(ROOMS, five_who_want_a_bed)
    bug(monkeypatch)
    assert 0 < len(steps_to(Beds, ground, monkeypatch, times=500, steps=50)) < 50
